//! What the fuzz targets share.

use std::path::PathBuf;
use std::sync::LazyLock;

use jobmatch_domain::{Date, OccupationId};
use jobmatch_proto::matching::Context;
use jobmatch_text::{Analyzer, AnalyzerOptions, Lexicon};
use xxhash_rust::xxh3::xxh3_64;

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
