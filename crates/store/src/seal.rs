//! Seals: each value on disk is bound to its table and key, so that flipped bits and values
//! that ended up under another key show. Its first byte tells how:
//!
//! | format | what follows | under |
//! |---|---|---|
//! | 1 | xxh3, payload | nothing: a checksum |
//! | 2 | slot (4), Seq (8), nonce (12), AES-256-GCM | the key of a person, in a slot of the keyring |
//! | 3 | Seq (8), nonce (12), AES-256-GCM | the key of an encrypted store |
//!
//! Whatever holds a person's content has format 2. All else has format 1, in an encrypted
//! store format 3, where format 1 counts as damage. The Seq is that of the row, 0 for what
//! has none; numbers are little endian. Format, slot and Seq are authenticated too.

use std::borrow::Cow;
use std::sync::Arc;

use jobmatch_domain::Seq;
use xxhash_rust::xxh3::Xxh3;

use crate::cipher::{Cipher, NONCE, TAG, keyed_hash};
use crate::error::StoreError;
use crate::keyring::{Keyring, Owner};
use crate::master::MasterKey;

const CHECKSUMMED: u8 = 1;
const OF_PERSON: u8 = 2;
const OF_STORE: u8 = 3;
const CHECKSUM: usize = size_of::<u64>();
const SLOT: usize = size_of::<u32>();
const SEQ: usize = size_of::<u64>();

/// What takes in the bytes that a seal is bound to.
pub(crate) trait Sink {
    /// Adds bytes.
    fn add(&mut self, bytes: &[u8]);
}

impl Sink for Xxh3 {
    fn add(&mut self, bytes: &[u8]) {
        self.update(bytes);
    }
}

impl Sink for Vec<u8> {
    fn add(&mut self, bytes: &[u8]) {
        self.extend(bytes);
    }
}

/// A key that takes part in the seal, in an encoding of its own: redb's may change with its
/// major versions.
pub(crate) trait SealedKey: redb::Key + 'static {
    /// Adds the key so that different keys add different bytes.
    fn feed(key: &Self::SelfType<'_>, sink: &mut impl Sink);
}

impl SealedKey for u8 {
    fn feed(key: &u8, sink: &mut impl Sink) {
        sink.add(&[*key]);
    }
}

impl SealedKey for u64 {
    fn feed(key: &u64, sink: &mut impl Sink) {
        sink.add(&key.to_le_bytes());
    }
}

impl SealedKey for &'static [u8] {
    fn feed(key: &&[u8], sink: &mut impl Sink) {
        sink.add(&(key.len() as u64).to_le_bytes());
        sink.add(key);
    }
}

impl<A: SealedKey, B: SealedKey> SealedKey for (A, B) {
    fn feed(key: &Self::SelfType<'_>, sink: &mut impl Sink) {
        A::feed(&key.0, sink);
        B::feed(&key.1, sink);
    }
}

impl<A: SealedKey, B: SealedKey, C: SealedKey> SealedKey for (A, B, C) {
    fn feed(key: &Self::SelfType<'_>, sink: &mut impl Sink) {
        A::feed(&key.0, sink);
        B::feed(&key.1, sink);
        C::feed(&key.2, sink);
    }
}

fn bind<K: SealedKey>(head: &[u8], table: &str, key: &K::SelfType<'_>, sink: &mut impl Sink) {
    sink.add(head);
    sink.add(&[table.len() as u8]);
    sink.add(table.as_bytes());
    K::feed(key, sink);
}

fn checksum<K: SealedKey>(table: &str, key: &K::SelfType<'_>, payload: &[u8]) -> [u8; CHECKSUM] {
    let mut hash = Xxh3::new();
    bind::<K>(&[CHECKSUMMED], table, key, &mut hash);
    hash.update(payload);
    hash.digest().to_le_bytes()
}

/// The keyring's slot that a value names; `None` when it names none.
pub(crate) fn slot_named_by(sealed: &[u8]) -> Option<u32> {
    let (format, rest) = sealed.split_first()?;
    let slot = rest.first_chunk::<SLOT>()?;
    (*format == OF_PERSON).then(|| u32::from_le_bytes(*slot))
}

/// What is to be sealed.
#[derive(Clone, Copy)]
pub(crate) struct Payload<'p> {
    /// Seq of the row; 0 for what has none.
    pub(crate) seq: Seq,
    /// The bytes.
    pub(crate) bytes: &'p [u8],
}

/// The keys of an open store, and what seals and unseals with them.
pub(crate) struct Seals {
    /// The key of an encrypted store.
    of_store: Option<Cipher>,
    /// The keys of persons.
    pub(crate) keyring: Arc<Keyring>,
    /// Secret of the hashes that stand for what a feed calls persons.
    pub(crate) pepper: Vec<u8>,
}

impl Seals {
    /// With the keys of persons and, for an encrypted store, the master key.
    pub(crate) fn new(keyring: Arc<Keyring>, master: Option<&MasterKey>) -> Self {
        let of_store = master.map(|m| Cipher::new(&m.for_values()));
        Self { of_store, keyring, pepper: Vec::new() }
    }

    /// Seals what holds nothing of a person.
    pub(crate) fn seal<K: SealedKey>(
        &self,
        table: &str,
        key: &K::SelfType<'_>,
        payload: Payload<'_>,
    ) -> Result<Vec<u8>, StoreError> {
        match &self.of_store {
            Some(cipher) => {
                let mut head = vec![OF_STORE];
                head.extend(payload.seq.0.to_le_bytes());
                encrypt::<K>(cipher, head, table, key, payload.bytes)
            }
            None => {
                let mut sealed = Vec::with_capacity(1 + CHECKSUM + payload.bytes.len());
                sealed.push(CHECKSUMMED);
                sealed.extend(checksum::<K>(table, key, payload.bytes));
                sealed.extend(payload.bytes);
                Ok(sealed)
            }
        }
    }

    /// Seals what holds something of a person, who gets a key when there is none yet. Only
    /// the writer does that.
    pub(crate) fn seal_for<K: SealedKey>(
        &self,
        owner: Owner,
        table: &str,
        key: &K::SelfType<'_>,
        payload: Payload<'_>,
    ) -> Result<Vec<u8>, StoreError> {
        let (slot, secret) = self.keyring.key_of(owner)?;
        let mut head = vec![OF_PERSON];
        head.extend(slot.to_le_bytes());
        head.extend(payload.seq.0.to_le_bytes());
        encrypt::<K>(&Cipher::new(&secret), head, table, key, payload.bytes)
    }

    /// The payload; `None` when the seal is broken or its key is gone.
    pub(crate) fn unseal<'v, K: SealedKey>(
        &self,
        table: &str,
        key: &K::SelfType<'_>,
        sealed: &'v [u8],
    ) -> Option<Cow<'v, [u8]>> {
        match (sealed.first()?, &self.of_store) {
            (&CHECKSUMMED, None) => {
                let (told, payload) = sealed[1..].split_at_checked(CHECKSUM)?;
                (told == checksum::<K>(table, key, payload)).then_some(Cow::Borrowed(payload))
            }
            (&OF_PERSON, _) => {
                let secret = self.keyring.key_in(slot_named_by(sealed)?)?;
                decrypt::<K>(&Cipher::new(&secret), 1 + SLOT + SEQ, table, key, sealed)
            }
            (&OF_STORE, Some(cipher)) => decrypt::<K>(cipher, 1 + SEQ, table, key, sealed),
            _ => None,
        }
    }

    /// What stands for words that may tell something of a person: a hash that nobody
    /// makes without the store's secret.
    pub(crate) fn pseudonym(&self, words: &[&str]) -> [u8; 32] {
        let parts: Vec<&[u8]> = words.iter().map(|w| w.as_bytes()).collect();
        keyed_hash(&self.pepper, &parts)
    }
}

fn encrypt<K: SealedKey>(
    cipher: &Cipher,
    head: Vec<u8>,
    table: &str,
    key: &K::SelfType<'_>,
    payload: &[u8],
) -> Result<Vec<u8>, StoreError> {
    let mut bound_to = Vec::with_capacity(128);
    bind::<K>(&head, table, key, &mut bound_to);
    let mut sealed = head;
    sealed.reserve_exact(NONCE + payload.len() + TAG);
    cipher.seal(&bound_to, payload, &mut sealed)?;
    Ok(sealed)
}

fn decrypt<'v, K: SealedKey>(
    cipher: &Cipher,
    head: usize,
    table: &str,
    key: &K::SelfType<'_>,
    sealed: &[u8],
) -> Option<Cow<'v, [u8]>> {
    let (head, sealed) = sealed.split_at_checked(head)?;
    let mut bound_to = Vec::with_capacity(128);
    bind::<K>(head, table, key, &mut bound_to);
    cipher.open(&bound_to, sealed).map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jobmatch_domain::DocumentId;
    use proptest::prelude::*;

    type Key = (u8, &'static [u8]);

    /// Seals of a plain and of an encrypted store.
    fn both(folder: &std::path::Path) -> [Seals; 2] {
        let master = MasterKey::parse(&"5a".repeat(32)).unwrap();
        let keyring = Arc::new(Keyring::open(&folder.join("keyring.bin"), Some(&master)).unwrap());
        [Seals::new(keyring.clone(), None), Seals::new(keyring, Some(&master))]
    }

    fn at_one(bytes: &[u8]) -> Payload<'_> {
        Payload { seq: Seq(1), bytes }
    }

    fn owner(id: &str) -> Owner {
        Owner::of(&DocumentId::parse(id).unwrap())
    }

    proptest! {
        #[test]
        fn any_flipped_bit_breaks_any_seal(
            id in "[a-z]{0,8}",
            payload in proptest::collection::vec(any::<u8>(), 0..64),
            at in any::<prop::sample::Index>(),
            bit in 0u8..8,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let key = (1, id.as_bytes());
            for seals in both(folder.path()) {
                let payload = Payload { seq: Seq(7), bytes: &payload };
                let all = [
                    seals.seal::<Key>("rows", &key, payload).unwrap(),
                    seals.seal_for::<Key>(owner("a"), "rows", &key, payload).unwrap(),
                ];
                for mut sealed in all {
                    let whole = seals.unseal::<Key>("rows", &key, &sealed);
                    prop_assert_eq!(whole.as_deref(), Some(payload.bytes));
                    let at = at.index(sealed.len());
                    sealed[at] ^= 1 << bit;
                    prop_assert_eq!(seals.unseal::<Key>("rows", &key, &sealed), None);
                }
            }
        }
    }

    #[test]
    fn a_value_under_another_key_or_table_does_not_verify() {
        let folder = tempfile::tempdir().unwrap();
        for seals in both(folder.path()) {
            let all = [
                seals.seal::<Key>("rows", &(1, b"ab"), at_one(b"c")).unwrap(),
                seals.seal_for::<Key>(owner("a"), "rows", &(1, b"ab"), at_one(b"c")).unwrap(),
            ];
            for sealed in all {
                let opens = |table, key: &(u8, &'static [u8]), sealed: &[u8]| {
                    seals.unseal::<Key>(table, key, sealed).is_some()
                };
                assert!(opens("rows", &(1, b"ab"), &sealed));
                assert!(!opens("rows", &(2, b"ab"), &sealed));
                assert!(!opens("rows", &(1, b"a"), &sealed));
                assert!(!opens("tombstones", &(1, b"ab"), &sealed));
                for length in 0..sealed.len() {
                    assert!(!opens("rows", &(1, b"ab"), &sealed[..length]));
                }
            }
        }
    }

    #[test]
    fn an_encrypted_store_takes_no_checksum_for_a_seal() {
        let folder = tempfile::tempdir().unwrap();
        let [plain, encrypted] = both(folder.path());
        let forged = plain.seal::<Key>("rows", &(1, b"ab"), at_one(b"c")).unwrap();
        assert_eq!(encrypted.unseal::<Key>("rows", &(1, b"ab"), &forged), None);
        let secret = encrypted.seal::<Key>("rows", &(1, b"ab"), at_one(b"words")).unwrap();
        assert!(!secret.windows(5).any(|w| w == b"words"));
        assert_eq!(plain.unseal::<Key>("rows", &(1, b"ab"), &secret), None);
    }

    #[test]
    fn a_persons_value_is_noise_once_the_key_is_destroyed() {
        let folder = tempfile::tempdir().unwrap();
        let [seals, _] = both(folder.path());
        let seal = |id: &str| {
            seals.seal_for::<Key>(owner(id), "rows", &(2, b"ab"), at_one(b"words")).unwrap()
        };
        let opens = |sealed: &[u8]| seals.unseal::<Key>("rows", &(2, b"ab"), sealed).is_some();
        let (a, b) = (seal("a"), seal("b"));
        assert!(opens(&a) && opens(&b) && seal("a") != a);
        seals.keyring.retire(owner("a"));
        seals.keyring.destroy_retired().unwrap();
        assert!(!opens(&a) && opens(&b));
        // Neither is it opened by the key that a person gets who is sent again.
        let again = seal("a");
        assert_eq!(slot_named_by(&again), slot_named_by(&a));
        assert!(opens(&again) && !opens(&a));
    }
}
