//! The tables and the values in them that are not rows.

use std::borrow::Cow;
use std::marker::PhantomData;

use jobmatch_domain::{Collection, DocumentId, Seq};
use prost::Message;
use redb::{ReadOnlyTable, ReadableTable, Table, TableDefinition};

use crate::error::StoreError;
use crate::keyring::Owner;
use crate::seal::{Payload, SealedKey, Seals};

/// Newest format that this program reads and the one it writes. Format 1 had what persons'
/// rows say as it is; it is rewritten at opening (`convert.rs`). Format 2 had no directory; its
/// rows are listed at opening ([`crate::directory::list_all`]).
pub(crate) const FORMAT_VERSION: u64 = 3;
/// First format in which persons' rows are under keys of their own.
pub(crate) const PERSONS_SEALED: u64 = 2;
/// First format with [`DIRECTORY`].
pub(crate) const ROWS_LISTED: u64 = 3;
/// Key of the version in [`FORMAT`].
pub(crate) const VERSION: &str = "version";
/// Key of the number in [`FORMAT`] by which a wrong master key shows; only in an encrypted
/// store.
pub(crate) const KEY_CHECK: &str = "key_check";

/// Name and key of a table whose values are sealed.
pub(crate) struct Definition<K> {
    name: &'static str,
    key: PhantomData<fn() -> K>,
}

impl<K: SealedKey> Definition<K> {
    const fn new(name: &'static str) -> Self {
        Self { name, key: PhantomData }
    }

    pub(crate) fn of_redb(&self) -> TableDefinition<'static, K, &'static [u8]> {
        TableDefinition::new(self.name)
    }
}

/// A collection's code and a document's id.
pub(crate) type DocumentKey = (u8, &'static [u8]);

/// Two ids.
pub(crate) type PairKey = (&'static [u8], &'static [u8]);
/// Seconds since 1970 and two ids.
pub(crate) type HoldKey = (u64, &'static [u8], &'static [u8]);

/// Format version, unsealed so that programs of any format can read it.
pub(crate) const FORMAT: TableDefinition<&str, u64> = TableDefinition::new("format");
/// One [`Meta`] under the key 0.
pub(crate) const META: Definition<u64> = Definition::new("meta");
/// Document -> row ([`RowMessage`]).
pub(crate) const ROWS: Definition<DocumentKey> = Definition::new("rows");
/// Document -> Seq and digest of its row ([`crate::directory::Entry`]).
pub(crate) const DIRECTORY: Definition<DocumentKey> = Definition::new("directory");
/// (collection, Seq) -> flags and id; one entry for each document that ever was.
pub(crate) const CHANGES: Definition<(u8, u64)> = Definition::new("changes");
/// Deleted document -> Seq of its deletion, to find its entry in [`CHANGES`].
pub(crate) const TOMBSTONES: Definition<DocumentKey> = Definition::new("tombstones");
/// (collection, source, external id) -> id, where there is an external id. For profiles both
/// are hashed together ([`Seals::pseudonym`]), and the external id is empty.
pub(crate) const ORIGINS: Definition<(u8, &'static [u8], &'static [u8])> =
    Definition::new("origins");
/// (collection, source, id) -> nothing, where there is a source; hashed for profiles.
pub(crate) const SOURCES: Definition<(u8, &'static [u8], &'static [u8])> =
    Definition::new("sources");
/// Request key -> [`RequestMessage`].
pub(crate) const REQUESTS: Definition<&'static [u8]> = Definition::new("requests");
/// Number of a request -> its key; the lowest is dropped first.
pub(crate) const REQUEST_ORDER: Definition<u64> = Definition::new("request_order");
/// (collection, id, number) -> key of a request that holds a copy of the row.
pub(crate) const REQUEST_ROWS: Definition<(u8, &'static [u8], u64)> =
    Definition::new("request_rows");

/// (posting, taker) -> [`SlotMessage`].
pub(crate) const SLOTS: Definition<PairKey> = Definition::new("slots");
/// (taker, posting) -> nothing: the slots by taker.
pub(crate) const TAKERS: Definition<PairKey> = Definition::new("takers");
/// (instant at which a hold ends, posting, taker) -> nothing. What no longer agrees with the
/// slot is stale and means nothing.
pub(crate) const HOLDS: Definition<HoldKey> = Definition::new("holds");
/// Id of a station -> row ([`RowMessage`]).
pub(crate) const STATIONS: Definition<&'static [u8]> = Definition::new("stations");

/// Code of a collection on disk.
pub(crate) fn code(collection: Collection) -> u8 {
    match collection {
        Collection::Postings => 1,
        Collection::Profiles => 2,
    }
}

/// The key of a document.
pub(crate) fn document_key(collection: Collection, id: &DocumentId) -> (u8, &[u8]) {
    (code(collection), id.as_str().as_bytes())
}

/// The id in bytes of a key or value.
pub(crate) fn id_of(bytes: &[u8]) -> Option<DocumentId> {
    DocumentId::parse(std::str::from_utf8(bytes).ok()?).ok()
}

/// A table whose values are sealed.
pub(crate) struct Sealed<'s, K: SealedKey, T> {
    name: &'static str,
    key: PhantomData<fn() -> K>,
    seals: &'s Seals,
    pub(crate) table: T,
}

/// A sealed table in a write transaction.
pub(crate) type SealedMut<'txn, K> = Sealed<'txn, K, Table<'txn, K, &'static [u8]>>;
/// A sealed table in a read transaction.
pub(crate) type SealedRead<'s, K> = Sealed<'s, K, ReadOnlyTable<K, &'static [u8]>>;

impl<'s, K: SealedKey> SealedRead<'s, K> {
    /// Opens it in a read transaction.
    pub(crate) fn read(
        txn: &redb::ReadTransaction,
        definition: &Definition<K>,
        seals: &'s Seals,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            name: definition.name,
            key: PhantomData,
            seals,
            table: txn.open_table(definition.of_redb())?,
        })
    }
}

impl<'txn, K: SealedKey> SealedMut<'txn, K> {
    /// Opens it in a write transaction; makes it when it is missing.
    pub(crate) fn write(
        txn: &'txn redb::WriteTransaction,
        definition: &Definition<K>,
        seals: &'txn Seals,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            name: definition.name,
            key: PhantomData,
            seals,
            table: txn.open_table(definition.of_redb())?,
        })
    }

    /// Seals and inserts or replaces a value that has no Seq.
    pub(crate) fn put(&mut self, key: K::SelfType<'_>, payload: &[u8]) -> Result<(), StoreError> {
        self.put_at(key, Seq(0), payload)
    }

    /// Seals and inserts or replaces a value of a Seq.
    pub(crate) fn put_at(
        &mut self,
        key: K::SelfType<'_>,
        seq: Seq,
        payload: &[u8],
    ) -> Result<(), StoreError> {
        let sealed = self.seal_at(&key, seq, payload)?;
        self.put_raw(key, &sealed)
    }

    /// The same with something of a person in it, under the person's key.
    pub(crate) fn put_for(
        &mut self,
        owner: Owner,
        key: K::SelfType<'_>,
        seq: Seq,
        payload: &[u8],
    ) -> Result<(), StoreError> {
        let sealed = self.seal_part(owner, &key, seq, payload)?;
        self.put_raw(key, &sealed)
    }

    /// Inserts or replaces a value that is sealed.
    pub(crate) fn put_raw(
        &mut self,
        key: K::SelfType<'_>,
        sealed: &[u8],
    ) -> Result<(), StoreError> {
        self.table.insert(key, sealed)?;
        Ok(())
    }

    /// Removes a value where there is one.
    pub(crate) fn remove(&mut self, key: K::SelfType<'_>) -> Result<(), StoreError> {
        self.table.remove(key)?;
        Ok(())
    }
}

impl<K: SealedKey, T: ReadableTable<K, &'static [u8]>> Sealed<'_, K, T> {
    /// The payload of a value.
    pub(crate) fn get(&self, key: &K::SelfType<'_>) -> Result<Option<Vec<u8>>, StoreError> {
        match self.table.get(key)? {
            Some(value) => self.open(key, value.value()).map(|p| Some(p.into_owned())),
            None => Ok(None),
        }
    }

    /// Verifies a value that was found by a range.
    pub(crate) fn open<'v>(
        &self,
        key: &K::SelfType<'_>,
        sealed: &'v [u8],
    ) -> Result<Cow<'v, [u8]>, StoreError> {
        self.seals.unseal::<K>(self.name, key, sealed).ok_or_else(|| self.damaged())
    }

    /// Seals a value of a Seq.
    pub(crate) fn seal_at(
        &self,
        key: &K::SelfType<'_>,
        seq: Seq,
        payload: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        self.seals.seal::<K>(self.name, key, Payload { seq, bytes: payload })
    }

    /// Seals a part of a value that has something of a person, under the person's key.
    pub(crate) fn seal_part(
        &self,
        owner: Owner,
        key: &K::SelfType<'_>,
        seq: Seq,
        part: &[u8],
    ) -> Result<Vec<u8>, StoreError> {
        self.seals.seal_for::<K>(owner, self.name, key, Payload { seq, bytes: part })
    }

    /// The error for a value that verifies and makes no sense all the same.
    pub(crate) fn damaged(&self) -> StoreError {
        StoreError::DamagedEntry { table: self.name }
    }
}

/// Where the store stands.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct Meta {
    /// Last Seq that was given out.
    #[prost(uint64, tag = "1")]
    pub(crate) seq: u64,
    /// Rows of postings.
    #[prost(uint64, tag = "2")]
    pub(crate) postings: u64,
    /// Rows of profiles.
    #[prost(uint64, tag = "3")]
    pub(crate) profiles: u64,
    /// Secret of [`Seals::pseudonym`].
    #[prost(bytes = "vec", tag = "4")]
    pub(crate) pepper: Vec<u8>,
    /// Seq of the last deletion of a profile; absent in stores of before it was kept.
    #[prost(uint64, optional, tag = "5")]
    pub(crate) profile_deleted: Option<u64>,
}

impl Meta {
    /// Reads it; all zero in a new store.
    pub(crate) fn load<T>(meta: &Sealed<'_, u64, T>) -> Result<Self, StoreError>
    where
        T: ReadableTable<u64, &'static [u8]>,
    {
        match meta.get(&0)? {
            Some(payload) => Self::decode(&payload[..]).map_err(|_| meta.damaged()),
            None => Ok(Self::default()),
        }
    }

    /// Rows of a collection.
    pub(crate) fn count(&self, collection: Collection) -> u64 {
        match collection {
            Collection::Postings => self.postings,
            Collection::Profiles => self.profiles,
        }
    }

    /// Rows of a collection, to change.
    pub(crate) fn count_mut(&mut self, collection: Collection) -> &mut u64 {
        match collection {
            Collection::Postings => &mut self.postings,
            Collection::Profiles => &mut self.profiles,
        }
    }

    /// The last Seq.
    pub(crate) fn seq(&self) -> Seq {
        Seq(self.seq)
    }
}

/// A row.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct RowMessage {
    /// Seq of the last change.
    #[prost(uint64, tag = "1")]
    pub(crate) seq: u64,
    /// Seq of the last change of content.
    #[prost(uint64, tag = "2")]
    pub(crate) content_seq: u64,
    /// Instant of the last change.
    #[prost(int64, tag = "3")]
    pub(crate) updated: i64,
    /// The record, as its type encodes it.
    #[prost(bytes = "vec", tag = "4")]
    pub(crate) record: Vec<u8>,
    /// Slots of it that are taken.
    #[prost(uint32, tag = "5")]
    pub(crate) taken: u32,
}

/// A slot.
#[derive(Clone, Copy, PartialEq, Message)]
pub(crate) struct SlotMessage {
    /// Seconds since 1970 up to which it is held; absent: confirmed.
    #[prost(int64, optional, tag = "1")]
    pub(crate) held_until: Option<i64>,
    /// Seconds since 1970.
    #[prost(int64, tag = "2")]
    pub(crate) taken: i64,
}

/// The receipt of a request that had a key.
#[derive(Clone, PartialEq, Message)]
pub(crate) struct RequestMessage {
    /// Digest of what was asked.
    #[prost(fixed64, tag = "1")]
    pub(crate) digest: u64,
    /// Its number in [`REQUEST_ORDER`].
    #[prost(uint64, tag = "2")]
    pub(crate) number: u64,
    /// Code of the collection.
    #[prost(uint32, tag = "3")]
    pub(crate) collection: u32,
    /// Id of the document.
    #[prost(bytes = "vec", tag = "4")]
    pub(crate) id: Vec<u8>,
    /// Seq of the receipt.
    #[prost(uint64, tag = "5")]
    pub(crate) seq: u64,
    /// The row after the write ([`RowMessage`]); absent after a deletion. That of a profile is
    /// sealed once more, under the person's key.
    #[prost(bytes = "vec", optional, tag = "6")]
    pub(crate) row: Option<Vec<u8>>,
}
