//! A disk without room.

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::medium::{Faults, Medium};
use super::script::{Op, contents, reference, script, start, start_with, write_group};
use crate::error::StoreError;
use crate::space::DiskState;
use crate::store::Store;

/// Runs the script on a disk that is full from the n-th write on and has room again once a
/// group was refused. How many groups were refused, and the store at the end.
async fn run(medium: &Medium, faults: Faults, states: &[String]) -> (usize, Store) {
    let store = start(medium).unwrap();
    let (first, kind) = faults.writes.unwrap();
    let first = first + medium.counts().1;
    medium.set_faults(Faults { writes: Some((first, kind)), ..faults });
    let mut refused = 0;
    for (i, group) in script().iter().enumerate() {
        let Err(error) = write_group(&store, group).await else {
            continue;
        };
        refused += 1;
        assert!(matches!(error, StoreError::DiskFull(_)), "{error:?}");
        // What the file has can be overwritten on a full disk: reads go on at once.
        if kind == ErrorKind::StorageFull {
            assert_eq!(contents(&store).as_ref(), Some(&states[i]), "reads on a full disk");
        }
        let again = write_group(&store, group).await;
        assert!(matches!(again, Err(StoreError::DiskFull(_))), "{again:?}");
        medium.set_faults(Faults::default());
        write_group(&store, group).await.unwrap();
    }
    (refused, store)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_and_takes_again_without_a_restart() {
    let (states, medium) = reference().await;
    let step = if std::env::var_os("JOBMATCH_LONG_TESTS").is_some() { 1 } else { 7 };
    let mut refused = 0;
    for kind in [ErrorKind::StorageFull, ErrorKind::QuotaExceeded] {
        for first in (0..medium.counts().1).step_by(step) {
            let medium = Medium::default();
            let faults = Faults { writes: Some((first, kind)), ..Faults::default() };
            let (times, store) = run(&medium, faults, &states).await;
            refused += times;
            assert_eq!(contents(&store).as_ref(), states.last(), "full from write {first} on");
            let image = medium.durable();
            let crashed = start(&Medium::holding(image)).unwrap();
            assert_eq!(contents(&crashed).as_ref(), states.last());
        }
    }
    eprintln!("{refused} groups found the disk full: all refused, all taken later, 0 lost");
    assert!(refused > 20, "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_check_finds_a_full_disk_that_is_hidden() {
    let (states, _) = reference().await;
    let medium = Medium::default();
    let writes = Some((40, ErrorKind::StorageFull));
    let faults = Faults { writes, hides_failures: true, ..Faults::default() };
    let (_, store) = run(&medium, faults, &states).await;
    drop(store);
    let reopened = start(&Medium::holding(medium.durable()));
    assert!(reopened.ok().and_then(|store| contents(&store)).as_ref() != states.last());
}

#[tokio::test(flavor = "multi_thread")]
async fn below_the_watermark_only_deletions_are_taken() {
    let free = Arc::new(AtomicU64::new(u64::MAX));
    let told = free.clone();
    let probe = Arc::new(move || Ok(told.load(Ordering::SeqCst)));
    let store = start_with(&Medium::default(), probe).unwrap();
    let post = |posting, version| Op::Put { posting, version };
    let take = |person| Op::Take { posting: 1, person, hold: None };
    write_group(&store, &[post(1, 1), post(2, 1), post(3, 1), take(1), take(2)]).await.unwrap();
    let min_free_bytes = 256 << 20;
    free.store(min_free_bytes - 1, Ordering::SeqCst);
    let state = DiskState { free_bytes: Some(min_free_bytes - 1), min_free_bytes };
    assert_eq!(store.disk(), state);
    let before = contents(&store);
    for op in
        [post(1, 2), post(4, 1), Op::Person { person: 1, version: 1 }, take(3), Op::Station(1)]
    {
        let refused = write_group(&store, &[op]).await;
        assert!(matches!(&refused, Err(StoreError::DiskFull(s)) if *s == state), "{refused:?}");
    }
    assert_eq!(contents(&store), before);
    // What is there already, deletions, and places given back.
    write_group(&store, &[post(1, 1)]).await.unwrap();
    write_group(&store, &[Op::DeletePosting(2), Op::Release { posting: 1, person: 1 }])
        .await
        .unwrap();
    assert_ne!(contents(&store), before);
    free.store(min_free_bytes, Ordering::SeqCst);
    write_group(&store, &[post(1, 2), take(3)]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_tells_no_room_takes_writes() {
    let silent = Arc::new(|| Err(ErrorKind::Unsupported.into()));
    let store = start_with(&Medium::default(), silent).unwrap();
    assert!(!store.disk().is_read_only());
    write_group(&store, &[Op::Station(1)]).await.unwrap();
}
