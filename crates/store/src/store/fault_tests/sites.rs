//! Making a store, restoring one and writing one anew, failing at each step.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jobmatch_domain::{Instant, JobPosting, Profile};
use jobmatch_faults::{Fault, arm};

use crate::error::StoreError;
use crate::snapshot::restore_snapshot;
use crate::store::{Store, StoreOptions};

const MAKE: [&str; 3] = ["make: sync", "make: rename", "make: sync folder"];
const RESTORE: [&str; 4] = [
    "restore: finish keyring",
    "restore: rename keyring",
    "restore: rename store",
    "restore: sync folder",
];
const CONVERT: [&str; 4] =
    ["convert: keys", "convert: commit", "convert: rename", "convert: sync folder"];

fn open(dir: &Path) -> Result<Store, StoreError> {
    Store::open(dir, StoreOptions::default(), Arc::new(|| Instant(1_795_363_200)))
}

/// All records and the Seq of a store, which is closed again.
fn told(dir: &Path) -> String {
    let store = open(dir).unwrap();
    let postings = store.scan::<JobPosting>(None, 99).unwrap();
    let profiles = store.scan::<Profile>(None, 99).unwrap();
    let told = format!("{:?} {postings:?} {profiles:?}", store.seq());
    store.shutdown();
    told
}

/// A folder with a store of format 1.
fn old() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/format-1.redb");
    fs::copy(golden, folder.path().join("store.redb")).unwrap();
    folder
}

/// Runs something at which a fault strikes: it must not say that it worked.
fn fails<T, E>(what: (&'static str, Fault), folder: &Path, run: impl FnOnce() -> Result<T, E>) {
    let armed = arm(what.0, folder, what.1);
    let outcome = catch_unwind(AssertUnwindSafe(run));
    assert!(armed.hits() > 0, "{what:?}");
    assert!(!matches!(outcome, Ok(Ok(_))), "{what:?}");
}

fn each<const N: usize>(sites: [&'static str; N]) -> impl Iterator<Item = (&'static str, Fault)> {
    sites.into_iter().flat_map(|site| Fault::ALL.map(|fault| (site, fault)))
}

#[test]
fn the_sites_are_all_there_are() {
    let sites = |source: &str| source.matches("jobmatch_faults::at").count();
    assert_eq!(sites(include_str!("../opening.rs")), MAKE.len());
    assert_eq!(sites(include_str!("../../snapshot/restore.rs")), RESTORE.len());
    assert_eq!(sites(include_str!("../../convert.rs")), CONVERT.len());
}

#[test]
fn a_store_that_could_not_be_made_is_made_the_next_time() {
    for what in each(MAKE) {
        let folder = tempfile::tempdir().unwrap();
        fails(what, folder.path(), || open(folder.path()));
        assert!(told(folder.path()).starts_with("Seq(0)"), "{what:?}");
    }
}

#[test]
fn a_store_that_could_not_be_written_anew_says_what_it_said() {
    let expected = {
        let folder = old();
        told(folder.path())
    };
    for what in each(CONVERT) {
        let folder = old();
        fails(what, folder.path(), || open(folder.path()));
        assert_eq!(told(folder.path()), expected, "{what:?}");
        assert!(!folder.path().join("store.redb.new").exists(), "{what:?}");
    }
}

#[test]
fn a_restore_that_failed_leaves_nothing_and_works_the_next_time() {
    let folder = old();
    let expected = told(folder.path());
    let snapshot: PathBuf = folder.path().join("snapshot");
    let store = open(folder.path()).unwrap();
    store.write_snapshot(&mut fs::File::create(&snapshot).unwrap()).unwrap();
    store.shutdown();
    for what in each(RESTORE) {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("data");
        fails(what, &dir, || restore_snapshot(&snapshot, &dir));
        // A panic is as a crash: it leaves what it leaves, and an operator empties the folder.
        match what.1 {
            Fault::Error => assert!(!dir.exists(), "{what:?}"),
            Fault::Panic => fs::remove_dir_all(&dir).unwrap(),
        }
        restore_snapshot(&snapshot, &dir).unwrap();
        assert_eq!(told(&dir), expected, "{what:?}");
    }
}
