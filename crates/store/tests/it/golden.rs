//! Files of every released format open and say what they said.

use std::fs;
use std::path::{Path, PathBuf};

use jobmatch_domain::{Collection, JobPosting, Profile, Seq};
use jobmatch_store::{Outcome, ScrubDepth, Store, Stored};
use tempfile::tempdir;

use crate::directory::scrub;
use crate::sample::{NOW, delete, full_posting, full_profile, id, key, open, plain, put, try_put};

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// Puts the files of a golden store into a folder.
fn lay_out(dir: &Path, format: u32) {
    fs::copy(golden(&format!("format-{format}.redb")), dir.join("store.redb")).unwrap();
    if format > 1 {
        fs::copy(golden(&format!("format-{format}.keyring")), dir.join("keyring.bin")).unwrap();
    }
}

async fn says_what_it_said(store: &Store, posting: JobPosting) {
    assert_eq!(store.seq(), Seq(5));
    let stored = |record: JobPosting, seq, content_seq| Stored {
        record,
        seq: Seq(seq),
        content_seq: Seq(content_seq),
        updated: NOW,
        taken: 0,
    };
    let page = store.scan::<JobPosting>(None, 9).unwrap();
    assert_eq!(page.records, [stored(posting, 4, 1)]);
    assert_eq!(page.damaged, []);
    let profile = store.get::<Profile>(&id("r-full")).unwrap();
    assert_eq!(profile.map(|s| s.record), Some(full_profile()));
    let feed = store.changes(Collection::Postings, Seq(0), 9).unwrap();
    let feed: Vec<_> = feed.iter().map(|c| (c.seq.0, c.deleted, c.content)).collect();
    assert_eq!(feed, [(4, false, false), (5, true, true)]);
    for (collection, origin, listed) in [
        (Collection::Postings, full_posting().origin, "p-full"),
        (Collection::Profiles, full_profile().origin, "r-full"),
    ] {
        assert_eq!(store.id_of_origin(collection, &origin).unwrap(), Some(id(listed)));
        assert_eq!(store.ids_of_source(collection, origin.source()).unwrap(), [id(listed)]);
    }
    let repeated = try_put(store, full_profile(), key("golden", 7)).await.unwrap();
    assert_eq!((repeated.seq, repeated.outcome), (Seq(2), Outcome::Repeated));
    assert_eq!(repeated.stored.map(|s| s.record), Some(full_profile()));
    let depth = ScrubDepth::All;
    for found in [scrub::<JobPosting>(store, depth, 9), scrub::<Profile>(store, depth, 9)] {
        assert_eq!((found.good, found.bad()), (1, 0));
    }
    assert!(store.counts_agree().unwrap());
    assert_eq!(put(store, plain("gone", "洗碗工")).await.seq, Seq(6));
}

#[tokio::test]
async fn format_1_opens() {
    let dir = tempdir().unwrap();
    lay_out(dir.path(), 1);
    // Written before postings had terms of gigs.
    let written = JobPosting { gig: None, ..full_posting() };
    says_what_it_said(&open(dir.path()), written).await;
}

#[tokio::test]
async fn formats_2_and_3_open() {
    for format in [2, 3] {
        let dir = tempdir().unwrap();
        lay_out(dir.path(), format);
        says_what_it_said(&open(dir.path()), full_posting()).await;
    }
}

/// Format 1 had persons' rows as they are: at opening all of it is written anew.
#[tokio::test]
async fn no_plain_row_of_a_person_is_left_of_format_1() {
    let dir = tempdir().unwrap();
    lay_out(dir.path(), 1);
    let words = ["做过三年保洁", "擦窗", "零就业家庭", "town"];
    let found = |words: &str| {
        let bytes = fs::read(dir.path().join("store.redb")).unwrap();
        bytes.windows(words.len()).any(|w| w == words.as_bytes())
    };
    assert!(words.iter().all(|w| found(w)));
    drop(open(dir.path()));
    assert_eq!(words.map(found), [false; 4]);
    assert!(found("洗碗工"));
    let names: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

/// Makes the files anew; only for a new format, under a new name.
#[tokio::test]
#[ignore = "writes the golden files"]
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
    fs::copy(dir.path().join("store.redb"), golden("format-3.redb")).unwrap();
    fs::copy(dir.path().join("keyring.bin"), golden("format-3.keyring")).unwrap();
}
