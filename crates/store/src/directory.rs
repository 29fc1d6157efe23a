//! The checked directory: what each row was when it was last written, kept apart from it.
//!
//! A row's seal shows that it is a row of its document, and not that it is the last one: an older
//! row that came back verifies, and one that is gone is no row at all. So each write leaves the
//! Seq and a digest of the row as it is stored, under the document's id, in a table of its own
//! and in the same transaction. An entry has a seal as well, so that a damaged one is told from a
//! row that does not fit.
//!
//! The digest is of the sealed bytes. Those of a person are AES-256-GCM under the person's key
//! with a random nonce: who has an entry, also one in a free page, and a guess of what the row
//! said confirms nothing without the key, and when that is destroyed nobody can. It is XXH3 with
//! 128 bits, against accidents and rows of another time: who can write into the file of a plain
//! store can make any seal of format 1 as well, and in an encrypted one can make no row.

use jobmatch_domain::{Collection, Seq};
use prost::Message;
use redb::{ReadableTable, WriteTransaction};
use xxhash_rust::xxh3::xxh3_128;

use crate::change;
use crate::error::StoreError;
use crate::seal::Seals;
use crate::tables::{
    CHANGES, DIRECTORY, DocumentKey, META, Meta, ROWS, Sealed, SealedMut, code, document_key,
};

const SEQ: usize = size_of::<u64>();
const DIGEST: usize = 16;

/// What a row is to be: 24 bytes, the Seq (little endian) and the digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Seq of the row.
    pub(crate) seq: Seq,
    digest: [u8; DIGEST],
}

impl Entry {
    /// Of a row as it is stored.
    pub(crate) fn of(seq: Seq, sealed: &[u8]) -> Self {
        Self { seq, digest: xxh3_128(sealed).to_le_bytes() }
    }

    /// Whether it is of these bytes.
    pub(crate) fn fits(&self, sealed: &[u8]) -> bool {
        self.digest == xxh3_128(sealed).to_le_bytes()
    }

    /// The bytes of it.
    pub(crate) fn encode(&self) -> [u8; SEQ + DIGEST] {
        let mut bytes = [0; SEQ + DIGEST];
        bytes[..SEQ].copy_from_slice(&self.seq.0.to_le_bytes());
        bytes[SEQ..].copy_from_slice(&self.digest);
        bytes
    }

    /// Reads it; `None` when it is none.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (seq, digest) = bytes.split_first_chunk()?;
        Some(Self { seq: Seq(u64::from_le_bytes(*seq)), digest: digest.try_into().ok()? })
    }
}

/// What the directory tells of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listed {
    /// Nothing.
    Nothing,
    /// An entry that does not verify.
    Damaged,
    /// This.
    As(Entry),
}

impl Listed {
    /// Verifies and reads what was found.
    pub(crate) fn read<T>(
        directory: &Sealed<'_, DocumentKey, T>,
        key: (u8, &[u8]),
        found: Option<&[u8]>,
    ) -> Self
    where
        T: ReadableTable<DocumentKey, &'static [u8]>,
    {
        let Some(sealed) = found else { return Self::Nothing };
        let payload = directory.open(&key, sealed).ok();
        payload.and_then(|p| Entry::decode(&p)).map_or(Self::Damaged, Self::As)
    }

    /// Looks it up.
    pub(crate) fn find<T>(
        directory: &Sealed<'_, DocumentKey, T>,
        key: (u8, &[u8]),
    ) -> Result<Self, StoreError>
    where
        T: ReadableTable<DocumentKey, &'static [u8]>,
    {
        let found = directory.table.get(key)?;
        Ok(Self::read(directory, key, found.as_ref().map(|value| value.value())))
    }

    /// The Seq of an entry that verifies.
    pub(crate) fn seq(self) -> Option<Seq> {
        match self {
            Self::As(entry) => Some(entry.seq),
            Self::Nothing | Self::Damaged => None,
        }
    }
}

/// Lists the rows of a store that had no directory, with the Seq that the change feed tells: a
/// row that is missing or stale by now is not taken for the last one. The counts of records
/// become those of the feed.
pub(crate) fn list_all(txn: &WriteTransaction, seals: &Seals) -> Result<(), StoreError> {
    let mut meta_table = SealedMut::write(txn, &META, seals)?;
    let mut meta = Meta::load(&meta_table)?;
    let changes = SealedMut::write(txn, &CHANGES, seals)?;
    let rows = SealedMut::write(txn, &ROWS, seals)?;
    let mut directory = SealedMut::write(txn, &DIRECTORY, seals)?;
    for collection in Collection::ALL {
        let (of, mut count) = (code(collection), 0);
        for entry in changes.table.range((of, 0)..=(of, u64::MAX))? {
            let (key, value) = entry?;
            let payload = changes.open(&key.value(), value.value()).ok();
            // What the feed cannot tell stays unlisted, and is found as that.
            let change = payload.and_then(|p| change::decode(collection, key.value().1, &p));
            let Some(change) = change.filter(|change| !change.deleted) else { continue };
            let key = document_key(collection, &change.id);
            let row = rows.table.get(key)?;
            // No row is empty, so the entry of one that is missing fits none.
            let row = row.as_ref().map_or(&[][..], |row| row.value());
            directory.put_at(key, change.seq, &Entry::of(change.seq, row).encode())?;
            count += 1;
        }
        *meta.count_mut(collection) = count;
    }
    tracing::info!(postings = meta.postings, profiles = meta.profiles, "listed all rows");
    meta_table.put(0, &meta.encode_to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_comes_back_and_fits_its_row_only() {
        let entry = Entry::of(Seq(7), b"row");
        assert_eq!(Entry::decode(&entry.encode()), Some(entry));
        assert!(entry.fits(b"row") && !entry.fits(b"rox") && !entry.fits(b""));
        for length in (0..SEQ + DIGEST).chain([SEQ + DIGEST + 1]) {
            assert_eq!(Entry::decode(&vec![0; length]), None);
        }
    }
}
