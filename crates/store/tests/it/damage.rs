//! Flipped bytes are noticed, never served, and hurt nobody else.

use std::path::Path;

use jobmatch_domain::{Collection, JobPosting, Seq};
use jobmatch_store::{Outcome, ScrubDepth, StoreError, WriteError};
use redb::{Database, Key, ReadableDatabase, TableDefinition};
use tempfile::tempdir;

use crate::directory::scrub;
use crate::sample::{delete, from_source, id, key, open, plain, put, try_put};

type Rows = (u8, &'static [u8]);

fn rewrite<K: Key + 'static>(
    dir: &Path,
    table: &str,
    at: K::SelfType<'_>,
    change: impl FnOnce(&mut Vec<u8>),
) {
    let database = Database::open(dir.join("store.redb")).unwrap();
    let definition = TableDefinition::<K, &[u8]>::new(table);
    let txn = database.begin_read().unwrap();
    let mut value = txn.open_table(definition).unwrap().get(&at).unwrap().unwrap().value().to_vec();
    drop(txn);
    change(&mut value);
    let txn = database.begin_write().unwrap();
    txn.open_table(definition).unwrap().insert(at, &value[..]).unwrap();
    txn.commit().unwrap();
}

#[tokio::test]
async fn a_flipped_byte_anywhere_in_a_row_is_damage() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    let length = {
        put(&store, plain("good", "洗碗工")).await;
        for i in 0..200 {
            put(&store, plain(&format!("p{i:03}"), "洗碗工")).await;
        }
        drop(store);
        let mut length = 0;
        rewrite::<Rows>(dir.path(), "rows", (1, b"p000"), |v| length = v.len());
        length
    };
    assert!((20..200).contains(&length), "{length}");
    for i in 0..length {
        let name = format!("p{i:03}");
        rewrite::<Rows>(dir.path(), "rows", (1, name.as_bytes()), |v| v[i] ^= 0x10);
    }
    let store = open(dir.path());
    let damaged: Vec<_> = (0..length).map(|i| id(&format!("p{i:03}"))).collect();
    for name in &damaged {
        let read = store.get::<JobPosting>(name);
        assert!(
            matches!(&read, Err(StoreError::Damaged { collection: Collection::Postings, id }) if id == name),
            "{read:?}"
        );
    }
    let page = store.scan::<JobPosting>(None, 999).unwrap();
    assert_eq!(page.damaged, damaged);
    assert_eq!(page.records.len(), 201 - length);
    let many = store.get_many::<JobPosting>(&[id("p000"), id("good")]).unwrap();
    assert!(many[0].is_none() && many[1].is_some());
    let first = store.scan::<JobPosting>(Some(&id("good")), 1).unwrap();
    assert_eq!((first.records.len(), first.last), (0, Some(id("p000"))));
}

#[tokio::test]
async fn a_row_under_another_id_is_damage() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    put(&store, plain("a", "洗碗工")).await;
    put(&store, plain("b", "洗碗工")).await;
    drop(store);
    let mut row = Vec::new();
    rewrite::<Rows>(dir.path(), "rows", (1, b"a"), |v| row = v.clone());
    rewrite::<Rows>(dir.path(), "rows", (1, b"b"), |v| *v = row);
    let store = open(dir.path());
    assert!(store.get::<JobPosting>(&id("b")).is_err());
}

#[tokio::test]
async fn a_damaged_row_refuses_writes_until_it_is_discarded() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    let posting = || from_source(plain("a", "洗碗工"), "feed", "7");
    try_put(&store, posting(), key("k", 1)).await.unwrap();
    put(&store, plain("b", "洗碗工")).await;
    drop(store);
    rewrite::<Rows>(dir.path(), "rows", (1, b"a"), |v| v.truncate(12));
    let store = open(dir.path());
    let refused = try_put(&store, posting(), None).await;
    assert!(matches!(refused, Err(WriteError::Store(StoreError::Damaged { .. }))));
    // Only this document is concerned.
    assert_eq!(put(&store, plain("b", "保洁")).await.outcome, Outcome::Updated);

    assert!(!store.discard_damaged::<JobPosting>(id("b")).await.unwrap());
    assert!(store.discard_damaged::<JobPosting>(id("a")).await.unwrap());
    assert_eq!(store.get::<JobPosting>(&id("a")).unwrap(), None);
    assert_eq!(store.count(Collection::Postings).unwrap(), 1);
    assert_eq!(store.ids_of_source(Collection::Postings, "feed").unwrap(), []);
    assert_eq!(store.id_of_origin(Collection::Postings, &posting().origin).unwrap(), None);
    let feed = store.changes(Collection::Postings, Seq(0), 9).unwrap();
    let feed: Vec<_> = feed.iter().map(|c| (c.seq.0, c.id.as_str(), c.deleted)).collect();
    assert_eq!(feed, [(3, "b", false), (4, "a", true)]);
    assert_eq!(put(&store, posting()).await.outcome, Outcome::Created);
}

#[tokio::test]
async fn the_scrub_finds_a_damaged_row() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    for name in ["a", "b"] {
        put(&store, plain(name, "洗碗工")).await;
    }
    drop(store);
    rewrite::<Rows>(dir.path(), "rows", (1, b"a"), |v| v[12] ^= 1);
    let store = open(dir.path());
    for depth in [ScrubDepth::All, ScrubDepth::Bytes] {
        let found = scrub::<JobPosting>(&store, depth, 9);
        assert_eq!((found.good, found.damaged, found.bad()), (1, 1, 1));
    }
}

#[tokio::test]
async fn a_damaged_list_entry_is_an_error() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    put(&store, from_source(plain("a", "洗碗工"), "feed", "7")).await;
    delete::<JobPosting>(&store, &id("a")).await;
    put(&store, from_source(plain("b", "洗碗工"), "feed", "7")).await;
    drop(store);
    let flip = |v: &mut Vec<u8>| *v.last_mut().unwrap() ^= 1;
    rewrite::<(u8, u64)>(dir.path(), "changes", (1, 3), flip);
    rewrite::<(u8, &[u8], &[u8])>(dir.path(), "origins", (1, b"feed", b"7"), flip);
    rewrite::<Rows>(dir.path(), "tombstones", (1, b"a"), flip);
    let store = open(dir.path());
    let table = |error: StoreError| {
        let StoreError::DamagedEntry { table } = error else {
            panic!("{error:?}");
        };
        table
    };
    let feed = store.changes(Collection::Postings, Seq(0), 9);
    assert_eq!(feed.map_err(table), Err("changes"));
    let posting = from_source(plain("b", "洗碗工"), "feed", "7");
    let holder = store.id_of_origin(Collection::Postings, &posting.origin);
    assert_eq!(holder.map_err(table), Err("origins"));
    let reborn = try_put(&store, plain("a", "洗碗工"), None).await;
    assert!(matches!(
        reborn,
        Err(WriteError::Store(StoreError::DamagedEntry { table: "tombstones" }))
    ));
    assert_eq!(store.seq(), Seq(3));
    drop(store);
    rewrite::<u64>(dir.path(), "meta", 0, flip);
    let opened = jobmatch_store::Store::open(
        dir.path(),
        jobmatch_store::StoreOptions::default(),
        crate::sample::clock(),
    );
    assert_eq!(opened.err().map(table), Some("meta"));
}
