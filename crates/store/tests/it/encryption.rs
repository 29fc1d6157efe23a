//! A store that is encrypted as a whole.

use std::fs;
use std::path::Path;

use jobmatch_domain::{Collection, JobPosting, Profile, Seq};
use jobmatch_store::{MasterKey, Outcome, Store, StoreError, StoreOptions};
use tempfile::tempdir;

use crate::sample::{
    clock, delete, full_posting, full_profile, id, key, open, plain, put, try_put,
};

fn open_with(dir: &Path, key: &str) -> Result<Store, StoreError> {
    let master_key = Some(MasterKey::parse(&key.repeat(32)).unwrap());
    Store::open(dir, StoreOptions { master_key, ..StoreOptions::default() }, clock())
}

fn refusal(opened: Result<Store, StoreError>) -> StoreError {
    opened.err().unwrap()
}

fn has(dir: &Path, words: &str) -> bool {
    let bytes = fs::read(dir.join("store.redb")).unwrap();
    bytes.windows(words.len()).any(|w| w == words.as_bytes())
}

#[tokio::test]
async fn an_encrypted_store_shows_no_words_and_opens_with_its_key_only() {
    let dir = tempdir().unwrap();
    let store = open_with(dir.path(), "11").unwrap();
    try_put(&store, full_posting(), key("k", 1)).await.unwrap();
    put(&store, full_profile()).await;
    drop(store);
    assert!(["后厨洗碗", "某某餐饮", "做过三年保洁"].iter().all(|w| !has(dir.path(), w)));

    let before = fs::read(dir.path().join("keyring.bin")).unwrap();
    let missing = refusal(Store::open(dir.path(), StoreOptions::default(), clock()));
    assert!(matches!(missing, StoreError::KeyMissing { .. }));
    assert!(missing.to_string().contains("JOBMATCH_STORE_KEY"), "{missing}");
    let wrong = refusal(open_with(dir.path(), "22"));
    assert!(matches!(wrong, StoreError::KeyWrong { .. }), "{wrong}");
    assert_eq!(fs::read(dir.path().join("keyring.bin")).unwrap(), before);

    let store = open_with(dir.path(), "11").unwrap();
    let posting = store.get::<JobPosting>(&id("p-full")).unwrap();
    assert_eq!(posting.unwrap().record, full_posting());
    assert_eq!(store.get::<Profile>(&id("r-full")).unwrap().unwrap().record, full_profile());
    let repeated = try_put(&store, full_posting(), key("k", 1)).await.unwrap();
    assert_eq!(repeated.outcome, Outcome::Repeated);
    delete::<Profile>(&store, &id("r-full")).await;
    assert_eq!(store.seq(), Seq(3));
}

#[tokio::test]
async fn a_plain_store_is_encrypted_at_the_first_opening_with_a_key() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    put(&store, plain("p", "洗碗工")).await;
    try_put(&store, full_posting(), key("k", 1)).await.unwrap();
    try_put(&store, full_profile(), key("l", 2)).await.unwrap();
    delete::<JobPosting>(&store, &id("p")).await;
    drop(store);
    assert!(has(dir.path(), "后厨洗碗"));
    let store = open_with(dir.path(), "11").unwrap();
    assert!(!has(dir.path(), "后厨洗碗"));
    assert_eq!(store.seq(), Seq(4));
    let origin = full_profile().origin;
    assert_eq!(store.id_of_origin(Collection::Profiles, &origin).unwrap(), Some(id("r-full")));
    let posting = store.get::<JobPosting>(&id("p-full")).unwrap();
    assert_eq!(posting.unwrap().record, full_posting());
    assert_eq!(store.get::<Profile>(&id("r-full")).unwrap().unwrap().record, full_profile());
    let again = try_put(&store, full_profile(), key("l", 2)).await.unwrap();
    assert_eq!(again.stored.map(|s| s.record), Some(full_profile()));
    assert_eq!(store.changes(Collection::Postings, Seq(0), 9).unwrap().len(), 2);
    drop(store);
    let missing = refusal(Store::open(dir.path(), StoreOptions::default(), clock()));
    assert!(matches!(missing, StoreError::KeyMissing { .. }), "{missing}");
}
