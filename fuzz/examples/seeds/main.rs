//! `seeds FOLDER`: a small corpus for each fuzz target, from the sample data of the server and
//! from files that the program itself writes.

use std::path::{Path, PathBuf};

use jobmatch_domain::{JobPosting, Profile, Station};
use jobmatch_fuzz::TODAY;
use jobmatch_proto::{json, posting, profile, station, v1};
// The instrumented code calls into libFuzzer.
use libfuzzer_sys as _;
use serde::de::DeserializeOwned;
use serde_json::Value;

mod files;
mod texts;
mod wire;

/// Records of each kind that seeds are made of.
const SOME: usize = 8;

/// Where the seeds of each target are put.
struct Corpus(PathBuf);

impl Corpus {
    fn add(&self, target: &str, name: &str, bytes: &[u8]) {
        let folder = self.0.join(target);
        std::fs::create_dir_all(&folder).expect("the corpus takes files");
        std::fs::write(folder.join(name), bytes).expect("the corpus takes files");
    }

    /// Behind the byte that chooses how it is read.
    fn add_chosen(&self, target: &str, name: &str, (choice, bytes): (u8, &[u8])) {
        self.add(target, name, &[&[choice], bytes].concat());
    }
}

/// The records that seeds are made of.
struct Sample {
    postings: Vec<JobPosting>,
    profiles: Vec<Profile>,
    stations: Vec<Station>,
}

fn main() {
    let folder = std::env::args().nth(1).expect("seeds FOLDER");
    let corpus = Corpus(folder.into());
    let sample = Sample::read();
    wire::add(&corpus, &sample);
    texts::add(&corpus, &sample);
    files::add(&corpus, &sample);
}

/// The first lines of a file of the sample.
fn lines(name: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../services/server/sample").join(name);
    let text = std::fs::read_to_string(path).expect("the sample is part of the project");
    text.lines().take(SOME).map(str::to_owned).collect()
}

fn rows<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let row = |line: &String| serde_json::from_str(line).expect("the sample is in order");
    lines(name).iter().map(row).collect()
}

impl Sample {
    fn read() -> Self {
        let read = |row: json::Posting| posting::from_wire(row.into_wire().expect("in order"));
        let jobs = rows("postings.jsonl").into_iter().chain(rows("gigs.jsonl"));
        let person = |row: json::Profile| {
            profile::from_wire(row.into_wire().expect("in order"), *TODAY).expect("in order")
        };
        let place = |row: json::Station| station::from_wire(row.into_wire().expect("in order"));
        Self {
            postings: jobs.map(|row| read(row).expect("in order")).collect(),
            profiles: rows("profiles.jsonl").into_iter().map(person).collect(),
            stations: rows("stations.jsonl")
                .into_iter()
                .map(|row| place(row).expect("in order"))
                .collect(),
        }
    }

    fn wires(&self) -> (Vec<v1::JobPosting>, Vec<v1::Profile>, Vec<v1::Station>) {
        (
            self.postings.iter().map(posting::to_wire).collect(),
            self.profiles.iter().map(profile::to_wire).collect(),
            self.stations.iter().map(station::to_wire).collect(),
        )
    }
}

/// A text of a JSON line.
fn text_of(line: &str, key: &str) -> Option<String> {
    let value: Value = serde_json::from_str(line).ok()?;
    value.get(key)?.as_str().map(str::to_owned)
}
