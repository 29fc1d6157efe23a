//! The change feed, scans, subscriptions.

use std::collections::BTreeMap;

use jobmatch_domain::posting::PostingStatus;
use jobmatch_domain::{Collection, JobPosting, Seq};
use proptest::prelude::*;
use tempfile::tempdir;

use crate::sample::{delete, full_profile, id, open, plain, put};

#[tokio::test]
async fn the_feed_tells_each_documents_last_change_in_order() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    for name in ["a", "b", "c"] {
        put(&store, plain(name, "洗碗工")).await;
    }
    put(&store, full_profile()).await;
    let mut closed = plain("a", "洗碗工");
    closed.status = PostingStatus::Closed;
    put(&store, closed).await;
    delete::<JobPosting>(&store, &id("b")).await;
    let feed = |after, limit| {
        let changes = store.changes(Collection::Postings, Seq(after), limit).unwrap();
        let tell = |c: jobmatch_store::Change| (c.seq.0, c.id.to_string(), c.deleted, c.content);
        changes.into_iter().map(tell).collect::<Vec<_>>()
    };
    let c = (3, "c".to_owned(), false, true);
    let a = (5, "a".to_owned(), false, false);
    let b = (6, "b".to_owned(), true, true);
    assert_eq!(feed(0, 9), [c.clone(), a.clone(), b.clone()]);
    assert_eq!(feed(3, 1), std::slice::from_ref(&a));
    assert_eq!(feed(6, 9), []);
    put(&store, plain("b", "洗碗工")).await;
    assert_eq!(feed(0, 9), [c, a, (7, "b".to_owned(), false, true)]);
    assert_eq!(store.changes(Collection::Profiles, Seq(0), 9).unwrap().len(), 1);
}

#[tokio::test]
async fn subscribers_hear_of_changes_and_of_the_end() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    put(&store, plain("a", "洗碗工")).await;
    let mut seqs = store.subscribe();
    assert!(!seqs.has_changed().unwrap());
    put(&store, plain("b", "洗碗工")).await;
    seqs.changed().await.unwrap();
    assert_eq!(*seqs.borrow_and_update(), Seq(2));
    store.shutdown();
    assert!(seqs.changed().await.is_err());
    assert_eq!(store.seq(), Seq(2));
    assert_eq!(store.count(Collection::Postings).unwrap(), 2);
}

#[tokio::test]
async fn pages_of_a_scan_join_up() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    for name in ["b", "a", "aa", "B"] {
        put(&store, plain(name, "洗碗工")).await;
    }
    for limit in 1..6 {
        let (mut ids, mut after, mut pages) = (Vec::new(), None, 0);
        loop {
            let page = store.scan::<JobPosting>(after.as_ref(), limit).unwrap();
            assert!(page.records.len() <= limit);
            ids.extend(page.records.into_iter().map(|s| s.record.id.to_string()));
            pages += 1;
            match page.last {
                Some(last) => after = Some(last),
                None => break,
            }
        }
        assert_eq!(ids, ["B", "a", "aa", "b"]);
        assert_eq!(pages, 4usize.div_ceil(limit));
    }
    let many = store.get_many::<JobPosting>(&[id("b"), id("x"), id("a")]).unwrap();
    let titles: Vec<_> = many.iter().map(|s| s.as_ref().map(|s| s.seq.0)).collect();
    assert_eq!(titles, [Some(1), None, Some(2)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn any_history_leaves_what_a_map_would(
        steps in proptest::collection::vec((0u8..4, 0u8..4, 0u8..3), 1..40),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let dir = tempdir().unwrap();
        let store = open(dir.path());
        let mut live = BTreeMap::new();
        let mut changed = BTreeMap::new();
        for (name, title, action) in steps {
            let (name, title) = (format!("p{name}"), format!("t{title}"));
            let receipt = match action {
                0 => {
                    live.remove(&name);
                    runtime.block_on(delete::<JobPosting>(&store, &id(&name)))
                }
                _ => {
                    live.insert(name.clone(), title.clone());
                    runtime.block_on(put(&store, plain(&name, &title)))
                }
            };
            if receipt.outcome != jobmatch_store::Outcome::Unchanged {
                changed.insert(name, receipt.seq);
            }
        }
        drop(store);
        let store = open(dir.path());
        let page = store.scan::<JobPosting>(None, 99).unwrap();
        let found = page.records.iter().map(|s| (s.record.id.to_string(), s.record.title.to_string()));
        prop_assert_eq!(found.collect::<BTreeMap<_, _>>(), live.clone());
        prop_assert_eq!(store.count(Collection::Postings).unwrap(), live.len() as u64);
        let feed = store.changes(Collection::Postings, Seq(0), 99).unwrap();
        prop_assert!(feed.is_sorted_by_key(|c| c.seq));
        prop_assert_eq!(feed.len(), changed.len());
        for change in feed {
            let name = change.id.to_string();
            prop_assert_eq!(changed.get(&name), Some(&change.seq));
            prop_assert_eq!(change.deleted, !live.contains_key(&name));
        }
    }
}
