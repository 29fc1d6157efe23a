//! Files of every released format open and say what they said.

use std::fs;
use std::path::{Path, PathBuf};

use jobmatch_domain::{Collection, JobPosting, Profile, Seq};
use jobmatch_store::{Outcome, Stored};
use tempfile::tempdir;

use crate::sample::{NOW, delete, full_posting, full_profile, id, key, open, plain, put, try_put};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

#[tokio::test]
async fn format_1_opens() {
    let dir = tempdir().unwrap();
    fs::copy(golden("format-1.redb"), dir.path().join("store.redb")).unwrap();
    let store = open(dir.path());
    assert_eq!(store.seq(), Seq(5));
    let stored = |record: JobPosting, seq, content_seq| Stored {
        record,
        seq: Seq(seq),
        content_seq: Seq(content_seq),
        updated: NOW,
        taken: 0,
    };
    let page = store.scan::<JobPosting>(None, 9).unwrap();
    // Written before postings had terms of gigs.
    let written = JobPosting { gig: None, ..full_posting() };
    assert_eq!(page.records, [stored(written, 4, 1)]);
    assert_eq!(page.damaged, []);
    let profile = store.get::<Profile>(&id("r-full")).unwrap();
    assert_eq!(profile.map(|s| s.record), Some(full_profile()));
    let feed = store.changes(Collection::Postings, Seq(0), 9).unwrap();
    let feed: Vec<_> = feed.iter().map(|c| (c.seq.0, c.deleted, c.content)).collect();
    assert_eq!(feed, [(4, false, false), (5, true, true)]);
    let origin = full_posting().origin;
    assert_eq!(store.id_of_origin(Collection::Postings, &origin).unwrap(), Some(id("p-full")));
    assert_eq!(store.ids_of_source(Collection::Profiles, "town").unwrap(), [id("r-full")]);
    let repeated = try_put(&store, full_profile(), key("golden", 7)).await.unwrap();
    assert_eq!((repeated.seq, repeated.outcome), (Seq(2), Outcome::Repeated));
    assert_eq!(put(&store, plain("gone", "洗碗工")).await.seq, Seq(6));
}

/// Makes the file anew; only for a new format, under a new name.
#[tokio::test]
#[ignore = "writes the golden file"]
async fn write_the_golden_file() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    let mut posting = full_posting();
    posting.status = jobmatch_domain::posting::PostingStatus::Open;
    put(&store, posting).await;
    try_put(&store, full_profile(), key("golden", 7)).await.unwrap();
    put(&store, plain("gone", "洗碗工")).await;
    put(&store, full_posting()).await;
    delete::<JobPosting>(&store, &id("gone")).await;
    drop(store);
    fs::copy(dir.path().join("store.redb"), golden("format-1.redb")).unwrap();
}
