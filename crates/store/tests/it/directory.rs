//! The directory tells rows that are gone, or of another time, from those that were written last.

use std::path::Path;

use jobmatch_domain::{Collection, JobPosting, Profile, Seq};
use jobmatch_store::{
    MasterKey, Outcome, Record, ScrubDepth, ScrubPlace, ScrubReport, Store, StoreOptions,
};
use redb::{Database, ReadableDatabase, TableDefinition};
use tempfile::{TempDir, tempdir};

use crate::sample::{clock, delete, full_profile, id, open, plain, put};

type Documents = TableDefinition<'static, (u8, &'static [u8]), &'static [u8]>;
const ROWS: Documents = TableDefinition::new("rows");
const DIRECTORY: Documents = TableDefinition::new("directory");
const POSTINGS: u8 = 1;
const PROFILES: u8 = 2;

/// Of a table of a closed store.
fn value(dir: &Path, table: Documents, key: (u8, &str)) -> Option<Vec<u8>> {
    let database = Database::open(dir.join("store.redb")).unwrap();
    let table = database.begin_read().unwrap().open_table(table).unwrap();
    table.get((key.0, key.1.as_bytes())).unwrap().map(|found| found.value().to_vec())
}

/// Puts a value into a table of a closed store, or takes one out, behind the store's back.
fn set(dir: &Path, table: Documents, key: (u8, &str), value: Option<&[u8]>) {
    let database = Database::open(dir.join("store.redb")).unwrap();
    let txn = database.begin_write().unwrap();
    {
        let (mut table, key) = (txn.open_table(table).unwrap(), (key.0, key.1.as_bytes()));
        match value {
            Some(value) => table.insert(key, value).unwrap(),
            None => table.remove(key).unwrap(),
        };
    }
    txn.commit().unwrap();
}

/// All of it, in stretches.
pub(crate) fn scrub<R: Record>(store: &Store, depth: ScrubDepth, limit: usize) -> ScrubReport {
    let (mut report, mut place) = (ScrubReport::default(), Some(ScrubPlace::default()));
    while let Some(from) = place {
        let (found, next) = store.scrub::<R>(depth, &from, limit).unwrap();
        report.add(found);
        place = next;
    }
    report
}

fn scrubbed<R: Record>(store: &Store) -> ScrubReport {
    scrub::<R>(store, ScrubDepth::All, 2)
}

fn person(name: &str, months: u16) -> Profile {
    let origin = Default::default();
    Profile { id: id(name), origin, experience_months: Some(months), ..full_profile() }
}

/// What is found by comparing bytes.
fn compared(store: &Store) -> [ScrubReport; 2] {
    let depth = ScrubDepth::Bytes;
    [scrub::<JobPosting>(store, depth, 2), scrub::<Profile>(store, depth, 2)]
}

/// Opens a store, plain or encrypted.
fn open_with(dir: &Path, master: Option<&str>) -> Store {
    let master_key = master.map(|key| MasterKey::parse(&key.repeat(32)).unwrap());
    Store::open(dir, StoreOptions { master_key, ..StoreOptions::default() }, clock()).unwrap()
}

/// Postings and profiles a, b, c and d, each written twice, and the rows of the first writing
/// of a.
async fn written_twice(master: Option<&str>) -> (TempDir, [Vec<u8>; 2]) {
    let dir = tempdir().unwrap();
    let store = open_with(dir.path(), master);
    for name in ["a", "b", "c", "d"] {
        put(&store, plain(name, "洗碗工")).await;
        put(&store, person(name, 12)).await;
    }
    drop(store);
    let old = [POSTINGS, PROFILES].map(|of| value(dir.path(), ROWS, (of, "a")).unwrap());
    let store = open_with(dir.path(), master);
    for name in ["a", "b", "c", "d"] {
        put(&store, plain(name, "保洁员")).await;
        put(&store, person(name, 13)).await;
    }
    (dir, old)
}

fn reports(store: &Store) -> [ScrubReport; 2] {
    [scrubbed::<JobPosting>(store), scrubbed::<Profile>(store)]
}

#[tokio::test]
async fn an_old_row_a_missing_row_and_a_flipped_entry_are_told_apart() {
    for master in [None, Some("5a")] {
        let (dir, old) = written_twice(master).await;
        let good = ScrubReport { good: 4, ..ScrubReport::default() };
        let store = open_with(dir.path(), master);
        assert_eq!(reports(&store), [good; 2]);
        assert_eq!(compared(&store), [good; 2]);
        assert!(store.counts_agree().unwrap());
        drop(store);
        for (of, old) in [POSTINGS, PROFILES].into_iter().zip(&old) {
            set(dir.path(), ROWS, (of, "a"), Some(old));
            set(dir.path(), ROWS, (of, "b"), None);
            let mut entry = value(dir.path(), DIRECTORY, (of, "c")).unwrap();
            *entry.last_mut().unwrap() ^= 1;
            set(dir.path(), DIRECTORY, (of, "c"), Some(&entry));
            set(dir.path(), DIRECTORY, (of, "d"), None);
        }
        let store = open_with(dir.path(), master);
        // The seal of the old row holds: without the directory it is as good as the last one.
        assert_eq!(store.get::<JobPosting>(&id("a")).unwrap().unwrap().seq, Seq(1));
        let bad = ScrubReport {
            stale: 1,
            missing: 1,
            damaged_entries: 1,
            unlisted: 1,
            ..ScrubReport::default()
        };
        assert_eq!(reports(&store), [bad; 2], "{master:?}");
        assert_eq!(compared(&store), [bad; 2]);
    }
}

#[tokio::test]
async fn sending_the_records_again_mends_all_of_it() {
    let (dir, [old, _]) = written_twice(None).await;
    set(dir.path(), ROWS, (POSTINGS, "a"), Some(&old));
    set(dir.path(), ROWS, (POSTINGS, "b"), None);
    let mut entry = value(dir.path(), DIRECTORY, (POSTINGS, "c")).unwrap();
    entry[12] ^= 1;
    set(dir.path(), DIRECTORY, (POSTINGS, "c"), Some(&entry));
    set(dir.path(), DIRECTORY, (POSTINGS, "d"), None);
    let store = open(dir.path());
    for name in ["a", "b", "c", "d"] {
        let outcome = put(&store, plain(name, "保洁员")).await.outcome;
        assert_ne!(outcome, Outcome::Unchanged, "{name}");
        assert_eq!(put(&store, plain(name, "保洁员")).await.outcome, Outcome::Unchanged);
    }
    let good = ScrubReport { good: 4, ..ScrubReport::default() };
    assert_eq!(scrubbed::<JobPosting>(&store), good);
    assert_eq!(store.count(Collection::Postings).unwrap(), 4);
    assert_eq!(store.changes(Collection::Postings, Seq(0), 99).unwrap().len(), 4);
    assert!(store.counts_agree().unwrap());
}

#[tokio::test]
async fn a_row_and_its_entry_that_are_both_gone_or_both_old_are_found() {
    let (dir, [old, _]) = written_twice(None).await;
    let entry = {
        let earlier = tempdir().unwrap();
        let store = open(earlier.path());
        put(&store, plain("a", "洗碗工")).await;
        drop(store);
        assert_eq!(value(earlier.path(), ROWS, (POSTINGS, "a")).unwrap(), old);
        value(earlier.path(), DIRECTORY, (POSTINGS, "a")).unwrap()
    };
    set(dir.path(), ROWS, (POSTINGS, "a"), Some(&old));
    set(dir.path(), DIRECTORY, (POSTINGS, "a"), Some(&entry));
    for table in [ROWS, DIRECTORY] {
        set(dir.path(), table, (POSTINGS, "b"), None);
    }
    let store = open(dir.path());
    assert!(!store.counts_agree().unwrap());
    assert_eq!(compared(&store)[0], ScrubReport { good: 3, ..ScrubReport::default() });
    // The old pair fits, but the feed has no such Seq, and has one that has no such row.
    let found = scrubbed::<JobPosting>(&store);
    assert_eq!((found.good, found.unlisted, found.stale, found.missing), (2, 1, 1, 1));
}

#[tokio::test]
async fn what_lists_a_missing_row_can_be_discarded() {
    let (dir, _) = written_twice(None).await;
    set(dir.path(), ROWS, (PROFILES, "a"), None);
    let store = open(dir.path());
    assert!(!store.discard_damaged::<Profile>(id("b")).await.unwrap());
    assert!(store.discard_damaged::<Profile>(id("a")).await.unwrap());
    assert!(!store.discard_damaged::<Profile>(id("a")).await.unwrap());
    let good = ScrubReport { good: 3, ..ScrubReport::default() };
    assert_eq!(scrubbed::<Profile>(&store), good);
    assert_eq!(store.count(Collection::Profiles).unwrap(), 3);
    assert!(store.counts_agree().unwrap());
}

#[tokio::test]
async fn a_deleted_persons_entry_is_gone_and_two_of_the_same_words_differ() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    put(&store, person("a", 12)).await;
    drop(store);
    let first = value(dir.path(), DIRECTORY, (PROFILES, "a")).unwrap();
    let store = open(dir.path());
    delete::<Profile>(&store, &id("a")).await;
    drop(store);
    assert_eq!(value(dir.path(), DIRECTORY, (PROFILES, "a")), None);
    // The same words under the same id and Seq have another digest: it is of what was encrypted,
    // so a guess of the words cannot be compared with it.
    let again = tempdir().unwrap();
    let store = open(again.path());
    put(&store, person("a", 12)).await;
    drop(store);
    let second = value(again.path(), DIRECTORY, (PROFILES, "a")).unwrap();
    let (seq, digest) = (9..17, 17..33);
    assert_eq!(first[seq.clone()], second[seq]);
    assert_ne!(first[digest.clone()], second[digest]);
}

#[tokio::test]
async fn what_was_bad_in_a_plain_store_is_bad_when_it_is_encrypted() {
    let (dir, old) = written_twice(None).await;
    for (of, old) in [POSTINGS, PROFILES].into_iter().zip(&old) {
        set(dir.path(), ROWS, (of, "a"), Some(old));
        set(dir.path(), ROWS, (of, "b"), None);
    }
    let found = ScrubReport { good: 2, stale: 1, missing: 1, ..ScrubReport::default() };
    assert_eq!(reports(&open_with(dir.path(), Some("5a"))), [found; 2]);
}

/// Makes a store of format 2 out of a closed one.
fn without_directory(dir: &Path) {
    let database = Database::open(dir.join("store.redb")).unwrap();
    let txn = database.begin_write().unwrap();
    txn.delete_table(DIRECTORY).unwrap();
    txn.open_table(TableDefinition::<&str, u64>::new("format"))
        .unwrap()
        .insert("version", 2)
        .unwrap();
    txn.commit().unwrap();
}

#[tokio::test]
async fn an_earlier_store_is_listed_by_its_feed_and_nothing_bad_becomes_good() {
    let (dir, [old, _]) = written_twice(None).await;
    set(dir.path(), ROWS, (POSTINGS, "a"), Some(&old));
    set(dir.path(), ROWS, (POSTINGS, "b"), None);
    without_directory(dir.path());
    let store = open(dir.path());
    let good = ScrubReport { good: 4, ..ScrubReport::default() };
    let found = ScrubReport { good: 2, stale: 1, missing: 1, ..ScrubReport::default() };
    assert_eq!(reports(&store), [found, good]);
    // Once: what is written from now on keeps the directory by itself.
    put(&store, plain("c", "保安")).await;
    drop(store);
    assert_eq!(scrubbed::<JobPosting>(&open(dir.path())), found);
}
