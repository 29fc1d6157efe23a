//! What the fuzz targets share.

use std::path::PathBuf;
use std::sync::LazyLock;

use jobmatch_domain::{Date, OccupationId};
use jobmatch_proto::matching::Context;
use jobmatch_proto::v1;
use jobmatch_text::{Analyzer, AnalyzerOptions, Lexicon};
use prost::Message;
use xxhash_rust::xxh3::xxh3_64;

/// A filter and documents that answer it, for the target `filters`.
#[derive(Clone, PartialEq, Message)]
pub struct FilterInput {
    /// The filter.
    #[prost(message, optional, tag = "1")]
    pub filter: Option<v1::Filter>,
    /// Options, of which modes are looked at.
    #[prost(message, optional, tag = "2")]
    pub options: Option<v1::MatchOptions>,
    /// A posting that answers.
    #[prost(message, optional, tag = "3")]
    pub posting: Option<v1::JobPosting>,
    /// A profile that answers.
    #[prost(message, optional, tag = "4")]
    pub profile: Option<v1::Profile>,
}

/// A file for the target `rows`.
#[derive(Clone, PartialEq, Message)]
pub struct RowsInput {
    /// 0 to 3: JSON lines, the same gzipped, CSV, the same gzipped.
    #[prost(uint32, tag = "1")]
    pub form: u32,
    /// Its bytes.
    #[prost(bytes = "vec", tag = "2")]
    pub file: Vec<u8>,
    /// A mapping; none where it is empty.
    #[prost(string, tag = "3")]
    pub mapping: String,
}

/// The date that everything is read on.
pub static TODAY: LazyLock<Date> = LazyLock::new(|| Date::from_days(20_780));

/// The analyser as it is without an operator's words.
pub static ANALYZER: LazyLock<Analyzer> = LazyLock::new(|| {
    Analyzer::new(&AnalyzerOptions::default()).expect("the built-in dictionary is tested")
});

/// What conversions of requests need to know.
pub fn context() -> Context<'static> {
    let resolve = &|name: &str| Lexicon::built_in().by_name(name).map(|id| OccupationId(id.0));
    Context { resolve, today: *TODAY }
}

/// The first byte, which chooses what the others are read as, and the others.
pub fn chosen(data: &[u8]) -> Option<(u8, &[u8])> {
    data.split_first().map(|(choice, rest)| (*choice, rest))
}

/// A folder of this process for files that are read back; `run.sh` puts it into memory and
/// removes it.
pub fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("jobmatch-fuzz-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("there is a folder for files of a moment");
    folder
}

/// The text again and again up to 20,000 characters, the most that is analysed; of one input in five
/// hundred. What takes more than linear time for long texts does so for these.
pub fn at_length(text: &str) -> Option<String> {
    let characters = text.chars().count();
    let is_chosen = xxh3_64(text.as_bytes()).is_multiple_of(500) && characters > 0;
    is_chosen.then(|| text.repeat((20_000 / characters).max(1)))
}
