//! What was acknowledged is there after a crash; a store is opened once and by a
//! program that knows its format.

use std::fs;
use std::future::Future;
use std::task::{Context, Waker};

use jobmatch_domain::{Collection, JobPosting, Seq};
use jobmatch_store::{Decision, ScrubDepth, Store, StoreError, StoreOptions, WriteError};
use redb::{Database, TableDefinition};
use tempfile::tempdir;

use crate::directory::scrub;
use crate::sample::{clock, delete, full_posting, id, key, open, plain, put, try_put};

#[tokio::test]
async fn acknowledged_writes_survive_a_kill() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    for i in 0..50 {
        let name = format!("p{i:02}");
        try_put(&store, plain(&name, "洗碗工"), key(&name, i)).await.unwrap();
    }
    delete::<JobPosting>(&store, &id("p07")).await;
    // What is on the disk while the store is open is what a killed process leaves.
    let crashed = tempdir().unwrap();
    fs::copy(dir.path().join("store.redb"), crashed.path().join("store.redb")).unwrap();
    std::mem::forget(store);

    let store = open(crashed.path());
    assert_eq!(store.seq(), Seq(51));
    assert_eq!(store.count(Collection::Postings).unwrap(), 49);
    assert_eq!(store.scan::<JobPosting>(None, 99).unwrap().records.len(), 49);
    assert_eq!(store.changes(Collection::Postings, Seq(0), 99).unwrap().len(), 50);
    let repeated = try_put(&store, plain("p01", "洗碗工"), key("p01", 1)).await.unwrap();
    assert_eq!(repeated.seq, Seq(2));
    assert_eq!(put(&store, plain("p99", "洗碗工")).await.seq, Seq(52));
}

#[tokio::test]
async fn dropping_or_shutting_down_finishes_the_queue() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    let slow = store.clone();
    let write = tokio::spawn(async move {
        let decide = |_: Option<&_>| {
            std::thread::sleep(std::time::Duration::from_millis(50));
            Ok::<_, ()>(Decision::Put(full_posting()))
        };
        slow.write(id("p-full"), None, decide).await
    });
    tokio::task::yield_now().await;
    store.shutdown();
    assert_eq!(store.seq(), Seq(1));
    assert_eq!(write.await.unwrap().unwrap().seq, Seq(1));
    let late = try_put(&store, plain("a", "洗碗工"), None).await;
    assert!(matches!(late, Err(WriteError::Busy)));
    store.shutdown();
    drop(store);
    assert_eq!(open(dir.path()).seq(), Seq(1));
}

#[tokio::test]
async fn the_last_clone_may_be_dropped_by_a_decision() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    let held = store.clone();
    let mut write = Box::pin(async {
        let decide = move |_: Option<&_>| {
            std::thread::sleep(std::time::Duration::from_millis(50));
            drop(held);
            Ok::<_, ()>(Decision::Put(full_posting()))
        };
        store.clone().write(id("p-full"), None, decide).await
    });
    // Queued, then forgotten by everybody but the decision.
    let polled = write.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
    let mut seqs = store.subscribe();
    drop(write);
    drop(store);
    seqs.changed().await.unwrap();
    assert_eq!(*seqs.borrow_and_update(), Seq(1));
    assert!(seqs.changed().await.is_err());
}

/// Opening verifies every page, so it takes longer the more there is: told here, not judged.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "measures for a minute; run with --release"]
async fn opening_a_hundred_thousand_postings() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    let begun = std::time::Instant::now();
    let mut writes = tokio::task::JoinSet::new();
    for i in 0..100_000 {
        let posting = jobmatch_domain::JobPosting { id: id(&format!("p{i}")), ..full_posting() };
        let posting = crate::sample::from_source(posting, "feed", &i.to_string());
        let store = store.clone();
        writes.spawn(async move { put(&store, posting).await.seq });
    }
    assert_eq!(writes.join_all().await.len(), 100_000);
    eprintln!("wrote in {:?}, {} MiB", begun.elapsed(), store.size_bytes() >> 20);
    drop(store);
    let mut times: Vec<_> = (0..9)
        .map(|_| {
            let begun = std::time::Instant::now();
            drop(open(dir.path()));
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    eprintln!("opened and closed in {:?} (median of 9; least {:?})", times[4], times[0]);
    let store = open(dir.path());
    let crashed = tempdir().unwrap();
    fs::copy(dir.path().join("store.redb"), crashed.path().join("store.redb")).unwrap();
    let begun = std::time::Instant::now();
    assert_eq!(open(crashed.path()).count(Collection::Postings).unwrap(), 100_000);
    eprintln!("opened after a kill in {:?}", begun.elapsed());
    for depth in [ScrubDepth::Bytes, ScrubDepth::All] {
        let begun = std::time::Instant::now();
        assert_eq!(scrub::<JobPosting>(&store, depth, 10_000).good, 100_000);
        eprintln!("scrubbed in depth {depth:?} in {:?}", begun.elapsed());
    }
    let mut bytes = Vec::new();
    let begun = std::time::Instant::now();
    store.write_snapshot(&mut bytes).unwrap();
    eprintln!("snapshot of {} MiB in {:?}", bytes.len() >> 20, begun.elapsed());
    let (file, begun) = (crashed.path().join("s"), std::time::Instant::now());
    fs::write(&file, &bytes).unwrap();
    jobmatch_store::restore_snapshot(&file, &crashed.path().join("data")).unwrap();
    eprintln!("restored in {:?}", begun.elapsed());
}

#[tokio::test]
async fn a_store_is_opened_once() {
    let dir = tempdir().unwrap();
    let _store = open(dir.path());
    let second = Store::open(dir.path(), StoreOptions::default(), clock());
    assert!(matches!(second, Err(StoreError::Database(_))));
}

#[test]
fn newer_formats_and_foreign_files_are_refused() {
    let dir = tempdir().unwrap();
    drop(open(dir.path()));
    let write = |dir: &std::path::Path, table: &str, value: u64| {
        let database = Database::create(dir.join("store.redb")).unwrap();
        let txn = database.begin_write().unwrap();
        let definition = TableDefinition::<&str, u64>::new(table);
        txn.open_table(definition).unwrap().insert("version", value).unwrap();
        txn.commit().unwrap();
    };
    write(dir.path(), "format", 4);
    let newer = Store::open(dir.path(), StoreOptions::default(), clock()).err().unwrap();
    assert!(matches!(newer, StoreError::NewerFormat { found: 4, supported: 3 }));
    assert!(newer.to_string().contains("format 4"), "{newer}");
    let other = tempdir().unwrap();
    write(other.path(), "something", 1);
    let foreign = Store::open(other.path(), StoreOptions::default(), clock()).err().unwrap();
    assert!(matches!(foreign, StoreError::Foreign { .. }));
}
