//! Decisions, receipts, request keys, origins.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::task::{Context, Waker};

use jobmatch_domain::posting::PostingStatus;
use jobmatch_domain::{Collection, JobPosting, Profile, Seq};
use jobmatch_store::{Decision, Outcome, Store, StoreError, StoreOptions, Stored, WriteError};
use tempfile::tempdir;
use tokio::task::JoinSet;

use crate::sample::{
    NOW, clock, delete, from_source, full_posting, full_profile, id, key, open, plain, put, text,
    try_put,
};

#[tokio::test]
async fn a_record_is_created_updated_kept_and_deleted() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    let created = put(&store, full_posting()).await;
    assert_eq!((created.seq, created.outcome), (Seq(1), Outcome::Created));
    let stored =
        Stored { record: full_posting(), seq: Seq(1), content_seq: Seq(1), updated: NOW, taken: 0 };
    assert_eq!(created.stored, Some(stored.clone()));
    assert_eq!(store.get(&stored.record.id).unwrap(), Some(stored.clone()));

    let again = put(&store, full_posting()).await;
    assert_eq!((again.seq, again.outcome), (Seq(1), Outcome::Unchanged));
    assert_eq!(again.stored, Some(stored));

    let mut paused = full_posting();
    paused.status = PostingStatus::Open;
    let updated = put(&store, paused.clone()).await;
    assert_eq!((updated.seq, updated.outcome), (Seq(2), Outcome::Updated));
    assert_eq!(updated.stored.unwrap().content_seq, Seq(1));
    paused.title = text("后厨帮工");
    let retitled = put(&store, paused).await;
    assert_eq!(retitled.stored.unwrap().content_seq, Seq(3));
    assert_eq!(store.count(Collection::Postings).unwrap(), 1);

    let deleted = delete::<JobPosting>(&store, &id("p-full")).await;
    assert_eq!((deleted.seq, deleted.outcome), (Seq(4), Outcome::Deleted));
    assert_eq!(deleted.stored, None);
    assert_eq!(store.get::<JobPosting>(&id("p-full")).unwrap(), None);
    assert_eq!(store.count(Collection::Postings).unwrap(), 0);
    let nothing = delete::<JobPosting>(&store, &id("p-full")).await;
    assert_eq!((nothing.seq, nothing.outcome), (Seq(4), Outcome::Unchanged));
    assert_eq!(store.seq(), Seq(4));
}

#[tokio::test]
async fn collections_do_not_mix() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    let mut profile = full_profile();
    profile.id = id("p-full");
    put(&store, profile.clone()).await;
    put(&store, full_posting()).await;
    let page = store.scan::<Profile>(None, 9).unwrap();
    assert_eq!(page.records[0].record, profile);
    assert_eq!((page.records.len(), page.last), (1, None));
    assert_eq!(store.get(&id("p-full")).unwrap().map(|s| s.record), Some(full_posting()));
}

#[tokio::test]
async fn a_refusal_or_panic_leaves_everything_as_it_was() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    put(&store, plain("a", "洗碗工")).await;
    let decide = |current: Option<&Stored<JobPosting>>| match current {
        Some(stored) if stored.seq == Seq(7) => Ok(Decision::Delete),
        _ => Err("etag"),
    };
    let refused = store.write(id("a"), key("k", 1), decide).await;
    assert!(matches!(refused, Err(WriteError::Refused("etag"))));
    let panicked =
        store.write::<JobPosting, ()>(id("a"), key("k", 1), |_| panic!("of the test")).await;
    let is_panic =
        |e| matches!(e, WriteError::Store(StoreError::Panicked { id: of }) if of == id("a"));
    assert!(panicked.is_err_and(is_panic));
    let wrong =
        store.write(id("b"), None, |_| Ok::<_, ()>(Decision::Put(plain("c", "保洁")))).await;
    assert!(matches!(wrong, Err(WriteError::Store(StoreError::WrongId { .. }))));
    assert_eq!(store.seq(), Seq(1));
    // The key of a refused request is still free.
    let kept = try_put(&store, plain("a", "保洁"), key("k", 2)).await.unwrap();
    assert_eq!(kept.outcome, Outcome::Updated);
}

#[tokio::test]
async fn a_request_key_answers_again_after_reopening() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    let first = try_put(&store, full_posting(), key("k", 1)).await.unwrap();
    put(&store, plain("p-full", "改过")).await;
    drop(store);
    let store = open(dir.path());
    assert_eq!(store.seq(), Seq(2));
    let again = try_put(&store, full_posting(), key("k", 1)).await.unwrap();
    assert_eq!(again.outcome, Outcome::Repeated);
    assert_eq!((again.seq, again.stored), (first.seq, first.stored));
    assert_eq!(store.seq(), Seq(2));
    for (record, digest) in [(full_posting(), 2), (plain("q", "洗碗工"), 1)] {
        let reused = try_put(&store, record, key("k", digest)).await;
        assert!(matches!(reused, Err(WriteError::KeyReused)));
    }
    let mut profile = full_profile();
    profile.id = id("p-full");
    let reused = try_put(&store, profile, key("k", 1)).await;
    assert!(matches!(reused, Err(WriteError::KeyReused)));
}

#[tokio::test]
async fn no_copy_of_a_deleted_record_is_kept() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    try_put(&store, full_profile(), key("k", 1)).await.unwrap();
    put(&store, plain("r-full", "a posting of the same id")).await;
    delete::<Profile>(&store, &id("r-full")).await;
    let again = try_put(&store, full_profile(), key("k", 1)).await.unwrap();
    assert_eq!((again.seq, again.outcome), (Seq(1), Outcome::Repeated));
    assert_eq!(again.stored, None);
}

#[tokio::test]
async fn the_oldest_request_keys_are_dropped_first() {
    let dir = tempdir().unwrap();
    let options = StoreOptions { request_keys_kept: 2, ..StoreOptions::default() };
    let store = Store::open(dir.path(), options, clock()).unwrap();
    for name in ["a", "b", "c"] {
        try_put(&store, plain(name, "洗碗工"), key(name, 1)).await.unwrap();
    }
    for (name, outcome) in
        [("b", Outcome::Repeated), ("c", Outcome::Repeated), ("a", Outcome::Unchanged)]
    {
        let receipt = try_put(&store, plain(name, "洗碗工"), key(name, 1)).await.unwrap();
        assert_eq!(receipt.outcome, outcome, "{name}");
    }
}

#[tokio::test]
async fn an_origin_belongs_to_one_record() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    let first = from_source(plain("a", "洗碗工"), "feed", "7");
    let origin = first.origin.clone();
    put(&store, first.clone()).await;
    let taken = try_put(&store, from_source(plain("b", "洗碗工"), "feed", "7"), None).await;
    assert!(matches!(taken, Err(WriteError::OriginTaken { by }) if by == id("a")));
    assert_eq!(store.get::<JobPosting>(&id("b")).unwrap(), None);
    assert_eq!(store.id_of_origin(Collection::Postings, &origin).unwrap(), Some(id("a")));
    assert_eq!(store.id_of_origin(Collection::Profiles, &origin).unwrap(), None);

    // Moving on frees the origin; a source without external ids is shared.
    put(&store, from_source(plain("a", "洗碗工"), "feed", "")).await;
    put(&store, from_source(plain("b", "洗碗工"), "feed", "7")).await;
    put(&store, from_source(plain("c", "洗碗工"), "feed", "")).await;
    put(&store, from_source(plain("d", "洗碗工"), "feed2", "7")).await;
    let ids = |source| store.ids_of_source(Collection::Postings, source).unwrap();
    assert_eq!(ids("feed"), [id("a"), id("b"), id("c")]);
    assert_eq!(ids("fee"), []);
    delete::<JobPosting>(&store, &id("b")).await;
    assert_eq!(ids("feed"), [id("a"), id("c")]);
    assert_eq!(store.id_of_origin(Collection::Postings, &origin).unwrap(), None);
}

#[tokio::test]
async fn waiting_writes_share_a_commit_and_see_each_other() {
    let dir = tempdir().unwrap();
    // The clock is read once a group.
    let groups = Arc::new(AtomicUsize::new(0));
    let counted = groups.clone();
    let counting = Arc::new(move || {
        counted.fetch_add(1, Ordering::SeqCst);
        NOW
    });
    let options = StoreOptions { group_commit_max: 40, ..StoreOptions::default() };
    let store = Store::open(dir.path(), options, counting).unwrap();
    let (release, released) = mpsc::channel::<()>();
    let blocking = store.clone();
    let first = tokio::spawn(async move {
        let decide = move |_: Option<&_>| {
            released.recv().unwrap();
            Ok::<_, String>(Decision::Put(plain("first", "洗碗工")))
        };
        blocking.write(id("first"), None, decide).await.map(|r| r.seq)
    });
    // The writer has taken the first before the others arrive.
    while groups.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let mut others = Vec::new();
    for i in 0..120usize {
        let store = store.clone();
        let mut write = Box::pin(async move {
            let decide = move |current: Option<&Stored<JobPosting>>| {
                if i % 3 == 1 {
                    return Err(format!("refused {i}"));
                }
                let title = current.map_or("", |s| s.record.title.as_str());
                Ok(Decision::Put(plain("shared", &format!("{title}x"))))
            };
            store.write(id("shared"), None, decide).await.map(|r| r.seq)
        });
        // The first poll queues the write: tokio lets a task do 128 such steps a turn.
        let mut context = Context::from_waker(Waker::noop());
        assert!(write.as_mut().poll(&mut context).is_pending());
        others.push(write);
    }
    release.send(()).unwrap();
    let mut answers = vec![first.await.unwrap()];
    for write in others {
        answers.push(write.await);
    }
    let mut seqs: Vec<u64> = answers.iter().flatten().map(|s| s.0).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=81).collect::<Vec<_>>());
    assert_eq!(groups.load(Ordering::SeqCst), 4);
    let shared = store.get::<JobPosting>(&id("shared")).unwrap().unwrap();
    assert_eq!(shared.record.title.as_str(), "x".repeat(80));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_writers_through_a_small_queue_all_get_through() {
    let dir = tempdir().unwrap();
    let options = StoreOptions {
        group_commit_max: 7,
        queue_max: 3,
        request_keys_kept: 5,
        ..StoreOptions::default()
    };
    let store = Store::open(dir.path(), options, clock()).unwrap();
    let mut writes = JoinSet::new();
    for i in 0..120 {
        let store = store.clone();
        writes.spawn(async move {
            let name = format!("p{i}");
            try_put(&store, plain(&name, "洗碗工"), key(&name, 0)).await.unwrap().seq.0
        });
    }
    let mut seqs = writes.join_all().await;
    seqs.sort_unstable();
    assert_eq!(seqs, (1..=120).collect::<Vec<_>>());
    assert_eq!(store.count(Collection::Postings).unwrap(), 120);
}
