//! The bytes of a keyring: a header, then slots of fixed size.
//!
//! | bytes of a slot | what |
//! |---|---|
//! | 0 | 0 free, 1 a key as it is, 2 a key wrapped by the store's master key |
//! | 1..17 | owner: the first half of SHA-256 of the profile's id |
//! | 17..77 | the key, or nonce, cipher text and tag of it |
//! | 77..120 | zeros |
//! | 120..128 | xxh3 over the magic, the slot's number and what is before, little endian |
//!
//! A free slot is all zeros. A slot never crosses a sector of 512 bytes, so that one that
//! is torn off by a crash harms no other.

use jobmatch_domain::DocumentId;
use xxhash_rust::xxh3::Xxh3;

use crate::cipher::{Cipher, KEY, Key, NONCE, TAG, short_hash};
use crate::error::StoreError;

const MAGIC: &[u8; 8] = b"JMKEYRNG";
/// Newest version that this program reads and the one it writes.
pub(crate) const VERSION: u32 = 1;
/// Bytes before the first slot.
pub(super) const HEADER: usize = 4096;
/// Bytes of a slot.
pub(crate) const SLOT: usize = 128;

const CLEAR: u8 = 1;
const WRAPPED: u8 = 2;
const OWNER_END: usize = 17;
const WRAPPED_END: usize = OWNER_END + NONCE + KEY + TAG;
const CHECKED: usize = SLOT - size_of::<u64>();

/// Whose key it is: the first half of SHA-256 of the profile's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Owner([u8; 16]);

impl Owner {
    /// The owner of a profile's rows.
    pub(crate) fn of(id: &DocumentId) -> Self {
        Self(short_hash(id.as_str().as_bytes()))
    }
}

/// What a slot holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// Nothing.
    Free,
    /// Something that does not verify.
    Damaged,
    /// A person's key.
    Held(Owner, Key),
}

/// A slot as it was read.
pub(super) enum Read {
    /// Read whole.
    Plain(Slot),
    /// A key that was wrapped.
    Unwrapped(Slot),
    /// A wrapped key, and nothing to unwrap it with.
    Locked,
    /// A wrapped key that is whole and was wrapped by another master key.
    Foreign,
}

/// The header of the present version.
pub(super) fn header() -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header[..8].copy_from_slice(MAGIC);
    header[8..12].copy_from_slice(&VERSION.to_le_bytes());
    let check = check_of(&header[..12]);
    header[12..20].copy_from_slice(&check);
    header
}

/// The checksum of a header.
pub(super) fn check_of(header: &[u8]) -> [u8; 8] {
    checksum(u32::MAX, header)
}

/// The version that a header tells; `None` when it does not verify.
pub(super) fn version(file: &[u8]) -> Option<u32> {
    let header = file.get(..20)?;
    let is_whole = header[..8] == *MAGIC && header[12..] == check_of(&header[..12]);
    is_whole.then(|| u32::from_le_bytes([header[8], header[9], header[10], header[11]]))
}

fn checksum(number: u32, bytes: &[u8]) -> [u8; 8] {
    let mut hash = Xxh3::new();
    hash.update(MAGIC);
    hash.update(&number.to_le_bytes());
    hash.update(bytes);
    hash.digest().to_le_bytes()
}

fn bound_to(number: u32, owner: Owner) -> [u8; 20] {
    let mut bound = [0; 20];
    bound[..4].copy_from_slice(&number.to_le_bytes());
    bound[4..].copy_from_slice(&owner.0);
    bound
}

/// The bytes of a slot that holds a key, wrapped where there is something to wrap it with.
pub(super) fn encode(
    number: u32,
    owner: Owner,
    key: &Key,
    wrapping: Option<&Cipher>,
) -> Result<[u8; SLOT], StoreError> {
    let mut bytes = [0; SLOT];
    bytes[1..OWNER_END].copy_from_slice(&owner.0);
    match wrapping {
        None => {
            bytes[0] = CLEAR;
            bytes[OWNER_END..OWNER_END + KEY].copy_from_slice(key);
        }
        Some(cipher) => {
            bytes[0] = WRAPPED;
            let mut wrapped = Vec::with_capacity(WRAPPED_END - OWNER_END);
            cipher.seal(&bound_to(number, owner), key, &mut wrapped)?;
            bytes[OWNER_END..WRAPPED_END].copy_from_slice(&wrapped);
        }
    }
    let check = checksum(number, &bytes[..CHECKED]);
    bytes[CHECKED..].copy_from_slice(&check);
    Ok(bytes)
}

/// Reads a slot.
pub(super) fn decode(number: u32, bytes: &[u8], wrapping: Option<&Cipher>) -> Read {
    if bytes.iter().all(|b| *b == 0) {
        return Read::Plain(Slot::Free);
    }
    let is_whole = bytes.len() == SLOT && bytes[CHECKED..] == checksum(number, &bytes[..CHECKED]);
    let Some(owner) = bytes.get(1..OWNER_END).and_then(|o| o.try_into().ok()).map(Owner) else {
        return Read::Plain(Slot::Damaged);
    };
    match (is_whole, bytes[0], wrapping) {
        (true, CLEAR, _) => {
            let mut key = [0; KEY];
            key.copy_from_slice(&bytes[OWNER_END..OWNER_END + KEY]);
            Read::Plain(Slot::Held(owner, key))
        }
        (true, WRAPPED, None) => Read::Locked,
        (true, WRAPPED, Some(cipher)) => {
            let key = cipher.open(&bound_to(number, owner), &bytes[OWNER_END..WRAPPED_END]);
            let key = key.and_then(|key| Key::try_from(key).ok());
            key.map_or(Read::Foreign, |key| Read::Unwrapped(Slot::Held(owner, key)))
        }
        _ => Read::Plain(Slot::Damaged),
    }
}

/// Makes the checksums of the header and of all slots right.
#[cfg(feature = "fuzzing")]
pub(crate) fn set_checksums(file: &mut [u8]) {
    let Some((header, slots)) = file.split_at_mut_checked(HEADER) else { return };
    let check = check_of(&header[..12]);
    header[12..20].copy_from_slice(&check);
    for (number, slot) in (0..).zip(slots.chunks_exact_mut(SLOT)) {
        if slot.iter().any(|b| *b != 0) {
            let check = checksum(number, &slot[..CHECKED]);
            slot[CHECKED..].copy_from_slice(&check);
        }
    }
}
