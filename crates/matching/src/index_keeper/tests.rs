//! Generations and what damage and crashes leave of them.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use jobmatch_domain::{DocumentId, Facets, Instant};
use jobmatch_faults::Fault;
use jobmatch_index::{Batch, Change, Document, Fields, VectorOptions};

use super::*;

fn keeper(folder: &Path) -> IndexKeeper {
    let options = EngineOptions {
        collection: Collection::Profiles,
        space: "test-2".into(),
        dimensions: 2,
        analysis_version: "test".into(),
        vectors: VectorOptions::default(),
    };
    IndexKeeper::new(Collection::Profiles, folder.to_owned(), options)
}

fn as_of(seq: u64) -> Moment {
    Moment { seq: Seq(seq), at: Instant(1_000) }
}

#[test]
fn an_old_generation_goes_even_while_its_merges_write_files() {
    let folder = tempfile::tempdir().unwrap();
    let keeper = keeper(folder.path());
    for built_from in (1..30).map(Seq) {
        let (old, stop) = (keeper.generations(), AtomicBool::new(false));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let Some(old) = old.last() else { return };
                let old = keeper.generation_folder(*old);
                for number in 0.. {
                    let _ = std::fs::write(old.join(format!("segment-{number}")), "canary");
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                }
            });
            let (generation, engine) = keeper.create_next().unwrap();
            keeper.switch_to(generation, Arc::new(engine), as_of(built_from.0)).unwrap();
            stop.store(true, Ordering::Relaxed);
            assert_eq!(keeper.compacted(), built_from);
        });
    }
    let mut left = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name());
    let is_known = |name: std::ffi::OsString| name == "CURRENT" || name == "g29";
    assert!(left.all(is_known));
}

#[test]
fn what_a_crash_left_of_an_old_generation_goes_at_the_next_opening() {
    let folder = tempfile::tempdir().unwrap();
    let (generation, engine) = keeper(folder.path()).create_next().unwrap();
    keeper(folder.path()).switch_to(generation, Arc::new(engine), as_of(1)).unwrap();
    for left in ["gone-g7", "g9"] {
        std::fs::create_dir(folder.path().join(left)).unwrap();
        std::fs::write(folder.path().join(left).join("segment"), "canary").unwrap();
    }
    assert_eq!(keeper(folder.path()).open_current(), Opened::Serves);
    let mut names: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["CURRENT", "g1"]);
}

#[test]
fn after_a_restart_it_is_told_what_is_compacted_once_nothing_older_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let (number, engine) = keeper(folder.path()).create_next().unwrap();
    keeper(folder.path()).switch_to(number, Arc::new(engine), as_of(7)).unwrap();
    let again = keeper(folder.path());
    assert_eq!((again.compacted_at(), again.open_current()), (Moment::NONE, Opened::Serves));
    assert_eq!(again.compacted_at(), as_of(7));
    drop(again);

    std::fs::create_dir(folder.path().join("gone-g7")).unwrap();
    let again = keeper(folder.path());
    let armed = jobmatch_faults::arm("generation: remove", folder.path(), Fault::Error);
    assert_eq!(again.open_current(), Opened::Serves);
    drop(armed);
    assert_eq!(again.compacted(), Seq(0));
    assert_eq!((again.settle(), again.compacted()), (Seq(7), Seq(7)));
    again.forget_compacted();
    assert_eq!(again.compacted(), Seq(0));
}

/// An index with one document, served by generation 2, beside generations 0 and 3 that
/// crashes left half filled.
async fn beside_unfinished(folder: &Path) {
    let keeper = keeper(folder);
    let (_, unfinished) = keeper.create_next().unwrap();
    let (generation, engine) = keeper.create_next().unwrap();
    let (id, facets) = (DocumentId::parse("a").unwrap(), Facets::default());
    let fields = Fields::default();
    let document = Document { id, seq: Seq(5), facets, fields, vector: None };
    let changes = vec![Change::Upsert(Box::new(document))];
    engine.apply(Batch { changes, seq: Seq(5) }).await.unwrap();
    keeper.switch_to(generation, Arc::new(engine), as_of(5)).unwrap();
    drop(unfinished);
    for left in [0, 3] {
        EmbeddedEngine::create(&keeper.generation_folder(left), keeper.options.clone()).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_flipped_bit_in_current_serves_another_generation() {
    let folder = tempfile::tempdir().unwrap();
    beside_unfinished(folder.path()).await;
    let current = folder.path().join("CURRENT");
    let good = std::fs::read(&current).unwrap();
    assert!(good.starts_with(b"g2 "));
    for (at, bit) in (0..good.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << bit;
        std::fs::write(&current, bytes).unwrap();
        let keeper = keeper(folder.path());
        assert_eq!(keeper.open_current(), Opened::Nothing, "byte {at} bit {bit}");
    }
    eprintln!("{} flips in CURRENT: all refused", good.len() * 8);
    std::fs::write(&current, good).unwrap();
    let keeper = keeper(folder.path());
    assert_eq!(keeper.open_current(), Opened::Serves);
    assert_eq!(keeper.engine().unwrap().stats().live, 1);
}

/// The first line of the log names the vector space: one that a flip renames must not pass
/// for an index of another model, which would serve without its vectors.
#[tokio::test(flavor = "multi_thread")]
async fn no_flipped_bit_in_an_identity_makes_an_index_of_another_model() {
    let folder = tempfile::tempdir().unwrap();
    beside_unfinished(folder.path()).await;
    let log = keeper(folder.path()).generation_folder(2).join("documents.log");
    let good = std::fs::read(&log).unwrap();
    let length = good.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for (at, bit) in (0..length).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << bit;
        std::fs::write(&log, bytes).unwrap();
        let keeper = keeper(folder.path());
        assert_eq!(keeper.open_current(), Opened::Nothing, "byte {at} bit {bit}");
    }
    eprintln!("{} flips in the head of documents.log: all refused", length * 8);
}

#[test]
fn an_index_that_cannot_be_read_is_built_anew_whatever_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let (generation, engine) = keeper(folder.path()).create_next().unwrap();
    keeper(folder.path()).switch_to(generation, Arc::new(engine), as_of(1)).unwrap();
    let log = keeper(folder.path()).generation_folder(generation).join("documents.log");
    std::fs::remove_file(&log).unwrap();
    std::fs::create_dir(&log).unwrap();
    assert_eq!(keeper(folder.path()).open_current(), Opened::Nothing);
}

/// Where a switch to a new generation writes.
const SITES: [&str; 6] = [
    "generation: create",
    "current: write",
    "current: rename",
    "current: sync",
    "generation: rename",
    "generation: remove",
];

#[test]
fn the_sites_are_all_there_are() {
    let sources = [include_str!("../index_keeper.rs"), include_str!("current.rs")];
    let sites = sources.map(|source| source.matches("jobmatch_faults::at").count());
    assert_eq!(sites.iter().sum::<usize>(), SITES.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_switch_that_fails_anywhere_leaves_an_index_that_is_whole() {
    for (site, fault) in SITES.into_iter().flat_map(|site| Fault::ALL.map(|fault| (site, fault))) {
        let folder = tempfile::tempdir().unwrap();
        beside_unfinished(folder.path()).await;
        let serving = keeper(folder.path());
        assert_eq!(serving.open_current(), Opened::Serves);
        let switch = || {
            let (generation, engine) = serving.create_next()?;
            serving.switch_to(generation, Arc::new(engine), as_of(9))
        };
        let armed = jobmatch_faults::arm(site, folder.path(), fault);
        let switched = std::panic::catch_unwind(std::panic::AssertUnwindSafe(switch));
        assert!(armed.hits() > 0, "{site}");
        drop(armed);
        // An erasure is not told of before the files are gone.
        assert_eq!(serving.compacted(), Seq(5), "{site} {fault:?}");
        let is_left =
            matches!((site, fault), ("generation: rename" | "generation: remove", Fault::Error));
        assert_eq!(matches!(switched, Ok(Ok(()))), is_left, "{site} {fault:?}");
        assert!(serving.engine().is_ok());
        drop(serving);
        // The old index or the new one, whole, and after that a switch works.
        let again = keeper(folder.path());
        assert_eq!(again.open_current(), Opened::Serves, "{site} {fault:?}");
        let live = again.engine().unwrap().stats().live;
        let is_old = ["generation: create", "current: write", "current: rename"].contains(&site);
        assert_eq!(live, u64::from(is_old), "{site} {fault:?}");
        assert_eq!(again.compacted(), Seq(if is_old { 5 } else { 9 }), "{site} {fault:?}");
        let (generation, engine) = again.create_next().unwrap();
        again.switch_to(generation, Arc::new(engine), as_of(10)).unwrap();
        assert_eq!(again.compacted(), Seq(10));
    }
}
