//! What is in the file, after each step and after crashes.

use std::fs;

use jobmatch_domain::DocumentId;
use tempfile::tempdir;

use super::*;

fn owner(id: &str) -> Owner {
    Owner::of(&DocumentId::parse(id).unwrap())
}

fn master(byte: &str) -> MasterKey {
    MasterKey::parse(&byte.repeat(32)).unwrap()
}

fn holds(path: &Path, key: &Key) -> bool {
    fs::read(path).unwrap().windows(key.len()).any(|w| w == key)
}

#[test]
fn keys_are_on_disk_when_written_and_gone_when_destroyed() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("keyring.bin");
    let keyring = Keyring::open(&path, None).unwrap();
    let (slot, key) = keyring.key_of(owner("a")).unwrap();
    let (_, other) = keyring.key_of(owner("b")).unwrap();
    assert_eq!(keyring.key_of(owner("a")).unwrap(), (slot, key));
    assert!(!holds(&path, &key));
    keyring.write_fresh().unwrap();
    assert!(holds(&path, &key) && holds(&path, &other));
    keyring.retire(owner("a"));
    // Before the commit is durable the key has to be there.
    assert!(holds(&path, &key) && keyring.key_in(slot) == Some(key));
    keyring.destroy_retired().unwrap();
    assert!(!holds(&path, &key) && holds(&path, &other));
    assert_eq!(keyring.key_in(slot), None);

    let keyring = Keyring::open(&path, None).unwrap();
    assert_eq!((keyring.slot_of(owner("a")), keyring.slot_of(owner("b"))), (None, Some(1)));
    let (again, anew) = keyring.key_of(owner("a")).unwrap();
    assert!(again == slot && anew != key);
}

#[test]
fn keys_that_no_row_names_are_destroyed() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("keyring.bin");
    let keyring = Keyring::open(&path, None).unwrap();
    let keys = ["a", "b", "c"].map(|id| keyring.key_of(owner(id)).unwrap().1);
    keyring.write_fresh().unwrap();
    let keyring = Keyring::open(&path, None).unwrap();
    assert_eq!(keyring.keep_only(&HashSet::from([1])).unwrap(), 2);
    assert_eq!(keys.map(|key| holds(&path, &key)), [false, true, false]);
    assert_eq!(keyring.slot_of(owner("c")), None);
    assert_eq!(keyring.slot_of(owner("b")), Some(1));
}

#[test]
fn a_flipped_bit_costs_one_key_and_a_broken_header_none() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("keyring.bin");
    let keyring = Keyring::open(&path, None).unwrap();
    let keys = ["a", "b"].map(|id| keyring.key_of(owner(id)).unwrap().1);
    keyring.write_fresh().unwrap();
    let whole = fs::read(&path).unwrap();
    for at in HEADER..HEADER + SLOT {
        let mut bytes = whole.clone();
        bytes[at] ^= 4;
        fs::write(&path, bytes).unwrap();
        let keyring = Keyring::open(&path, None).unwrap();
        assert_eq!((keyring.key_in(0), keyring.key_in(1)), (None, Some(keys[1])), "{at}");
        // A new person does not take the slot, as long as a row names it.
        keyring.keep_only(&HashSet::from([0, 1])).unwrap();
        assert_eq!(keyring.key_of(owner("c")).unwrap().0, 2);
    }
    for at in 0..20 {
        let mut bytes = whole.clone();
        bytes[at] ^= 4;
        fs::write(&path, bytes).unwrap();
        let keyring = Keyring::open(&path, None).unwrap();
        assert_eq!([0, 1].map(|slot| keyring.key_in(slot)), keys.map(Some), "{at}");
        assert_eq!(fs::read(&path).unwrap(), whole);
    }
}

#[test]
fn with_a_master_key_no_key_stands_as_it_is() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("keyring.bin");
    let keyring = Keyring::open(&path, None).unwrap();
    let (_, first) = keyring.key_of(owner("a")).unwrap();
    keyring.write_fresh().unwrap();
    let keyring = Keyring::open(&path, Some(&master("11"))).unwrap();
    let (_, second) = keyring.key_of(owner("b")).unwrap();
    keyring.write_fresh().unwrap();
    assert!(!holds(&path, &first) && !holds(&path, &second));

    let keyring = Keyring::open(&path, Some(&master("11"))).unwrap();
    assert_eq!([0, 1].map(|slot| keyring.key_in(slot)), [Some(first), Some(second)]);
    let without = Keyring::open(&path, None).err().unwrap();
    assert!(matches!(without, StoreError::KeyMissing { .. }), "{without}");
    let other = Keyring::open(&path, Some(&master("22"))).err().unwrap();
    assert!(matches!(other, StoreError::KeyWrong { .. }), "{other}");
}

#[test]
fn a_newer_version_is_refused_and_left_alone() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("keyring.bin");
    let mut newer = slot::header();
    newer[8] = 2;
    let check = slot::check_of(&newer[..12]);
    newer[12..20].copy_from_slice(&check);
    fs::write(&path, newer).unwrap();
    let refused = Keyring::open(&path, None).err().unwrap();
    assert!(matches!(refused, StoreError::NewerKeyring { found: 2, supported: 1 }), "{refused}");
    assert_eq!(fs::read(&path).unwrap(), newer);
}
