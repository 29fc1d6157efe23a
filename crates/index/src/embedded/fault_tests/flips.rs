//! Flipped bits in the files of a closed index: it is refused, or answers as before.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::path::Path;

use super::sample::{Closed, answers, at_rest, options};
use crate::embedded::EmbeddedEngine;
use crate::embedded::lexical::SKIPS_CHECK;
use crate::engine::{Batch, Change, Engine};

/// What the flips in one kind of file came to.
#[derive(Debug, Default)]
struct Tally {
    flips: usize,
    refused: usize,
    right: usize,
    wrong: Vec<String>,
}

/// A file's kind: its name, or of a segment what follows it.
fn kind(path: &Path) -> String {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    match name.split_once('.') {
        Some((segment, ending)) if segment.len() == 32 || ending.ends_with("del") => {
            format!("*.{}", ending.rsplit('.').next().unwrap())
        }
        _ => name,
    }
}

/// The log, the sealed file, the graph, two lists of tantivy's and seven files of segments.
const KINDS: usize = 12;

/// A small generator of pseudo-random numbers (splitmix64, Steele et al. 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end as u64) as usize
    }
}

/// Opens the index with one bit flipped, asks everything, and now and then goes on writing.
async fn flip(index: &Closed, (file, at, bit): (usize, usize, u8), goes_on: bool) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    index.write(folder.path());
    let (path, bytes) = &index.files[file];
    let mut bytes = bytes.clone();
    bytes[at] ^= 1 << bit;
    std::fs::write(folder.path().join(path), bytes).unwrap();
    let open = || EmbeddedEngine::open(folder.path(), options());
    let engine = match std::panic::catch_unwind(AssertUnwindSafe(open)) {
        Err(_) => return Outcome::Wrong("opening it panicked".into()),
        Ok(Err(_)) => return Outcome::Refused,
        Ok(Ok(engine)) => engine,
    };
    let found = answers(&engine).await;
    let mut is_right = found.as_ref().ok() == Some(&index.answers);
    if goes_on {
        let seq = engine.indexed_seq();
        let changes = vec![Change::Delete(super::sample::id(999))];
        is_right &= engine.apply(Batch { changes, seq }).await.is_ok();
        is_right &= answers(&engine).await.ok().as_ref() == Some(&index.answers);
    }
    at_rest(&engine).await;
    match is_right {
        true => Outcome::Right,
        false => Outcome::Wrong("another answer, or none".into()),
    }
}

enum Outcome {
    Refused,
    Right,
    Wrong(String),
}

/// Flips bits in the files that are wanted, the same number in each kind.
async fn flips(
    index: &Closed,
    of_each: usize,
    wanted: impl Fn(&Path, &[u8]) -> bool,
) -> BTreeMap<String, Tally> {
    let mut kinds: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, (path, bytes)) in index.files.iter().enumerate() {
        // Locks are empty.
        if !bytes.is_empty() && wanted(path, bytes) {
            kinds.entry(kind(path)).or_default().push(number);
        }
    }
    let mut random = Random(7);
    let mut tallies = BTreeMap::new();
    for (kind, files) in kinds {
        let mut tally = Tally::default();
        for number in 0..of_each {
            let file = files[random.below(files.len())];
            let (path, bytes) = &index.files[file];
            let place = (file, random.below(bytes.len()), random.below(8) as u8);
            tally.flips += 1;
            match flip(index, place, number % 8 == 0).await {
                Outcome::Refused => tally.refused += 1,
                Outcome::Right => tally.right += 1,
                Outcome::Wrong(what) => tally.wrong.push(format!(
                    "{} byte {} bit {}: {what}",
                    path.display(),
                    place.1,
                    place.2
                )),
            }
        }
        tallies.insert(kind, tally);
    }
    tallies
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_in_any_file_makes_no_answer_wrong() {
    let index = Closed::make().await;
    let of_each = if std::env::var_os("JOBMATCH_LONG_TESTS").is_some() { 600 } else { 6 };
    let tallies = flips(&index, of_each, |_, _| true).await;
    assert_eq!(tallies.len(), KINDS, "{tallies:?}");
    let mut wrong = Vec::new();
    for (kind, tally) in tallies {
        let Tally { flips, refused, right, wrong: of_kind } = tally;
        let count = of_kind.len();
        eprintln!("{flips} flips in {kind}: {refused} refused, {right} right, {count} wrong");
        wrong.extend(of_kind);
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_finds_wrong_answers_of_unverified_files() {
    let index = Closed::make().await;
    SKIPS_CHECK.set(true);
    // Lengths of documents, a byte each: a flip changes scores, and nothing breaks over it.
    let are_lengths = |path: &Path, bytes: &[u8]| kind(path) == "*.fieldnorm" && bytes.len() > 999;
    let tallies = flips(&index, 20, are_lengths).await;
    SKIPS_CHECK.set(false);
    assert!(!tallies["*.fieldnorm"].wrong.is_empty(), "{tallies:?}");
}
