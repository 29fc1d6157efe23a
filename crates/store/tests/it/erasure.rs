//! A deleted person's key is gone, and with it every copy of the row.

use std::fs;
use std::path::Path;

use jobmatch_domain::{Collection, Profile};
use jobmatch_store::{Outcome, Store, StoreError, WriteError};
use tempfile::tempdir;

use crate::sample::{delete, full_posting, full_profile, id, key, open, plain, put, text, try_put};

fn person(name: &str) -> Profile {
    let origin = jobmatch_domain::ids::Origin::new("town", name).unwrap();
    Profile {
        id: id(name), origin, resume: text(&format!("{name}做过三年保洁")), ..full_profile()
    }
}

fn has(file: &Path, words: &str) -> bool {
    fs::read(file).unwrap().windows(words.len()).any(|w| w == words.as_bytes())
}

/// The values of the slots that hold a key.
fn keys_held(dir: &Path) -> Vec<Vec<u8>> {
    let bytes = fs::read(dir.join("keyring.bin")).unwrap();
    let slots = bytes[4096..].chunks(128).filter(|s| s[0] != 0);
    slots.map(|s| s[17..49].to_vec()).collect()
}

/// A copy of what is on the disk now: what a killed process leaves.
fn crashed(dir: &Path) -> tempfile::TempDir {
    let copy = tempdir().unwrap();
    for name in ["store.redb", "keyring.bin"] {
        fs::copy(dir.join(name), copy.path().join(name)).unwrap();
    }
    copy
}

fn is_damaged(store: &Store, name: &str) -> bool {
    let read = store.get::<Profile>(&id(name));
    matches!(read, Err(StoreError::Damaged { collection: Collection::Profiles, id }) if id.as_str() == name)
}

#[tokio::test]
async fn nothing_of_a_person_is_ever_written_as_it_is() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    put(&store, full_posting()).await;
    try_put(&store, full_profile(), key("k", 1)).await.unwrap();
    let mut changed = full_profile();
    changed.resume = text("做过七年护工");
    put(&store, changed).await;
    drop(store);
    let file = dir.path().join("store.redb");
    for words in ["做过三年保洁", "做过七年护工", "擦窗", "零就业家庭", "town"] {
        assert!(!has(&file, words), "{words}");
    }
    assert!(has(&file, "后厨洗碗"));
}

#[tokio::test]
async fn a_deleted_persons_key_is_overwritten_before_the_answer() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    put(&store, person("a")).await;
    let of_a = keys_held(dir.path());
    try_put(&store, person("b"), key("k", 1)).await.unwrap();
    let before = crashed(dir.path());
    let keyring = dir.path().join("keyring.bin");
    let holds = |key: &[u8]| fs::read(&keyring).unwrap().windows(key.len()).any(|w| w == key);
    assert!(holds(&of_a[0]));
    delete::<Profile>(&store, &id("a")).await;
    assert!(!holds(&of_a[0]));
    assert_eq!(keys_held(dir.path()).len(), 1);
    assert_eq!(store.get::<Profile>(&id("b")).unwrap().unwrap().record, person("b"));

    // Who has the old database and the present keyring reads nothing of the person.
    fs::copy(&keyring, before.path().join("keyring.bin")).unwrap();
    let old = open(before.path());
    assert!(is_damaged(&old, "a"));
    assert!(old.get::<Profile>(&id("b")).unwrap().is_some());
    let page = old.scan::<Profile>(None, 9).unwrap();
    assert_eq!((page.damaged, page.records.len()), (vec![id("a")], 1));
}

#[tokio::test]
async fn who_is_sent_again_gets_a_new_key() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    put(&store, person("a")).await;
    let first = keys_held(dir.path());
    put(&store, person("b")).await;
    let mut changed = person("a");
    changed.birth_year = None;
    put(&store, changed).await;
    assert_eq!(keys_held(dir.path())[0], first[0]);
    delete::<Profile>(&store, &id("a")).await;
    assert_eq!(put(&store, person("a")).await.outcome, Outcome::Created);
    let second = keys_held(dir.path());
    assert!(second.len() == 2 && !second.contains(&first[0]));
    // Deleted and sent again in one group.
    let decide = |record: Option<Profile>| {
        move |_: Option<&_>| {
            Ok::<_, ()>(
                record.map_or(jobmatch_store::Decision::Delete, jobmatch_store::Decision::Put),
            )
        }
    };
    let (gone, back) = tokio::join!(
        store.write(id("a"), None, decide(None)),
        store.write(id("a"), None, decide(Some(person("a"))))
    );
    assert_eq!(gone.unwrap().outcome, Outcome::Deleted);
    assert_eq!(back.unwrap().outcome, Outcome::Created);
    drop(store);
    let store = open(dir.path());
    assert_eq!(store.get::<Profile>(&id("a")).unwrap().unwrap().record, person("a"));
    assert_eq!(keys_held(dir.path()).len(), 2);
}

/// The crash falls between the durable delete and the destruction of the key, and between
/// the durable key and the row.
#[tokio::test]
async fn keys_that_a_crash_left_are_destroyed_at_opening() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    put(&store, person("a")).await;
    put(&store, person("b")).await;
    let before = crashed(dir.path());
    put(&store, person("c")).await;
    delete::<Profile>(&store, &id("a")).await;
    let after = crashed(dir.path());
    drop(store);
    // The row of "a" is gone, its key is there.
    fs::copy(before.path().join("keyring.bin"), after.path().join("keyring.bin")).unwrap();
    assert_eq!(keys_held(after.path()).len(), 2);
    let store = open(after.path());
    assert_eq!(keys_held(after.path()).len(), 1);
    assert!(store.get::<Profile>(&id("b")).unwrap().is_some());
    // "c" has a row and no key here: that is damage, told and not served.
    assert!(is_damaged(&store, "c"));
    drop(store);
    // The key of "c" is there, its row is not.
    let early = crashed(before.path());
    fs::copy(dir.path().join("keyring.bin"), early.path().join("keyring.bin")).unwrap();
    drop(open(early.path()));
    assert_eq!(keys_held(early.path()).len(), 1);
}

/// Somebody else's row names the slot, which does not save the key.
#[tokio::test]
async fn a_keyring_from_a_backup_brings_nobody_back() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    put(&store, person("a")).await;
    let backup = fs::read(dir.path().join("keyring.bin")).unwrap();
    delete::<Profile>(&store, &id("a")).await;
    put(&store, person("b")).await;
    drop(store);
    fs::write(dir.path().join("keyring.bin"), backup).unwrap();
    assert_eq!(keys_held(dir.path()).len(), 1);
    let store = open(dir.path());
    assert!(keys_held(dir.path()).is_empty());
    assert!(is_damaged(&store, "b"));
}

#[tokio::test]
async fn without_its_keyring_no_profile_is_served_and_all_else_is() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    put(&store, plain("p", "洗碗工")).await;
    try_put(&store, person("a"), key("k", 1)).await.unwrap();
    put(&store, person("b")).await;
    drop(store);
    let kept = fs::read(dir.path().join("keyring.bin")).unwrap();
    fs::remove_file(dir.path().join("keyring.bin")).unwrap();
    let store = open(dir.path());
    assert!(is_damaged(&store, "a") && is_damaged(&store, "b"));
    let page = store.scan::<Profile>(None, 9).unwrap();
    assert_eq!((page.damaged, page.records), (vec![id("a"), id("b")], vec![]));
    let repeated = try_put(&store, person("a"), key("k", 1)).await;
    assert!(matches!(repeated, Err(WriteError::Store(StoreError::Damaged { .. }))));
    assert_eq!(put(&store, plain("p", "保洁")).await.outcome, Outcome::Updated);
    assert!(store.discard_damaged::<Profile>(id("a")).await.unwrap());
    assert_eq!(put(&store, person("a")).await.outcome, Outcome::Created);
    drop(store);

    // The right file put back serves who was not sent again meanwhile.
    fs::write(dir.path().join("keyring.bin"), kept).unwrap();
    let store = open(dir.path());
    assert_eq!(store.get::<Profile>(&id("b")).unwrap().unwrap().record, person("b"));
    assert!(is_damaged(&store, "a"));
}

#[tokio::test]
async fn a_flipped_bit_of_the_keyring_costs_one_person() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    for name in ["a", "b", "c"] {
        put(&store, person(name)).await;
    }
    drop(store);
    let mut bytes = fs::read(dir.path().join("keyring.bin")).unwrap();
    bytes[4096 + 128 + 40] ^= 1;
    fs::write(dir.path().join("keyring.bin"), bytes).unwrap();
    let store = open(dir.path());
    assert_eq!(store.scan::<Profile>(None, 9).unwrap().damaged, [id("b")]);
    assert!(store.discard_damaged::<Profile>(id("b")).await.unwrap());
    put(&store, person("b")).await;
    drop(store);
    // The damaged slot belonged to no row any more and was freed.
    let store = open(dir.path());
    assert_eq!(store.scan::<Profile>(None, 9).unwrap().records.len(), 3);
    assert_eq!(keys_held(dir.path()).len(), 3);
}

/// A reader whose snapshot still has the row finds no key: that person is gone, not damaged.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_deleted_while_being_read_is_gone_and_not_damaged() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    for number in 0..300 {
        put(&store, person(&format!("r{number:03}"))).await;
    }
    let reader = store.clone();
    let reading = tokio::task::spawn_blocking(move || {
        let (mut rounds, mut damaged) = (0, 0);
        loop {
            let page = reader.scan::<Profile>(None, 999).unwrap();
            damaged += page.damaged.len();
            rounds += 1;
            if page.records.is_empty() {
                return (rounds, damaged);
            }
        }
    });
    for number in 0..300 {
        delete::<Profile>(&store, &id(&format!("r{number:03}"))).await;
    }
    let (rounds, damaged) = reading.await.unwrap();
    assert_eq!(damaged, 0);
    assert!(rounds > 1);
}
