//! One write transaction and the writes that share it. The functions that read come
//! first in each write and those that change last, so that a write that is refused
//! leaves nothing behind.

mod discard;
mod job;
mod listing;
mod origin;
mod requests;
mod slots;
mod station;

use jobmatch_domain::{Collection, DocumentId, Instant, Seq};
use prost::Message;
use redb::WriteTransaction;

pub(crate) use self::discard::DiscardJob;
pub(crate) use self::job::WriteJob;
pub(crate) use self::origin::{origin_words, source_word};
use self::requests::RequestCopy;
pub(crate) use self::slots::{SlotJob, SlotOrder, slot_of};
pub(crate) use self::station::{StationJob, read_station};
use crate::change;
use crate::error::StoreError;
use crate::keyring::Owner;
use crate::record::{Change, Record, Stored};
use crate::seal::Seals;
use crate::tables::{
    CHANGES, DIRECTORY, DocumentKey, HOLDS, HoldKey, META, Meta, ORIGINS, PairKey, REQUEST_ORDER,
    REQUEST_ROWS, REQUESTS, ROWS, SLOTS, SOURCES, STATIONS, SealedMut, TAKERS, TOMBSTONES, code,
    document_key, id_of,
};

/// Code of a collection and two words: as they are, or what stands for them.
pub(crate) type OriginKey = (u8, &'static [u8], &'static [u8]);

/// A write that waits for its group.
pub(crate) trait Job: Send {
    /// Decides and writes. An error fails the whole group; a refusal of this write alone
    /// is kept for its answer.
    fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError>;

    /// Answers: with what `apply` came to once that is durable, with `failure` otherwise.
    fn answer(self: Box<Self>, failure: Option<&StoreError>);
}

/// What a job answers: what it came to, once that is durable, or else the failure.
fn outcome<T, E: From<StoreError>>(
    failure: Option<&StoreError>,
    came_to: Option<Result<T, E>>,
) -> Result<T, E> {
    match (failure, came_to) {
        (None, Some(answer)) => answer,
        (Some(failure), _) => Err(failure.clone().into()),
        (None, None) => Err(StoreError::Failed { cause: None }.into()),
    }
}

/// The open tables of a write transaction.
pub(crate) struct Group<'txn> {
    meta_table: SealedMut<'txn, u64>,
    rows: SealedMut<'txn, DocumentKey>,
    directory: SealedMut<'txn, DocumentKey>,
    changes: SealedMut<'txn, (u8, u64)>,
    tombstones: SealedMut<'txn, DocumentKey>,
    origins: SealedMut<'txn, OriginKey>,
    sources: SealedMut<'txn, OriginKey>,
    requests: SealedMut<'txn, &'static [u8]>,
    request_order: SealedMut<'txn, u64>,
    request_rows: SealedMut<'txn, (u8, &'static [u8], u64)>,
    slots: SealedMut<'txn, PairKey>,
    takers: SealedMut<'txn, PairKey>,
    holds: SealedMut<'txn, HoldKey>,
    stations: SealedMut<'txn, &'static [u8]>,
    seals: &'txn Seals,
    meta: Meta,
    now: Instant,
    request_keys_kept: u64,
    full: Option<StoreError>,
    is_changed: bool,
}

impl<'txn> Group<'txn> {
    /// Opens all tables, making those that are missing.
    pub(crate) fn open(
        txn: &'txn WriteTransaction,
        seals: &'txn Seals,
        now: Instant,
        request_keys_kept: u64,
    ) -> Result<Self, StoreError> {
        let meta_table = SealedMut::write(txn, &META, seals)?;
        let meta = Meta::load(&meta_table)?;
        Ok(Self {
            meta_table,
            rows: SealedMut::write(txn, &ROWS, seals)?,
            directory: SealedMut::write(txn, &DIRECTORY, seals)?,
            changes: SealedMut::write(txn, &CHANGES, seals)?,
            tombstones: SealedMut::write(txn, &TOMBSTONES, seals)?,
            origins: SealedMut::write(txn, &ORIGINS, seals)?,
            sources: SealedMut::write(txn, &SOURCES, seals)?,
            requests: SealedMut::write(txn, &REQUESTS, seals)?,
            request_order: SealedMut::write(txn, &REQUEST_ORDER, seals)?,
            request_rows: SealedMut::write(txn, &REQUEST_ROWS, seals)?,
            slots: SealedMut::write(txn, &SLOTS, seals)?,
            takers: SealedMut::write(txn, &TAKERS, seals)?,
            holds: SealedMut::write(txn, &HOLDS, seals)?,
            stations: SealedMut::write(txn, &STATIONS, seals)?,
            seals,
            meta,
            now,
            request_keys_kept,
            full: None,
            is_changed: false,
        })
    }

    /// Makes the group take in nothing but deletions, where there is a refusal.
    pub(crate) fn refuse_growth(&mut self, refusal: Option<StoreError>) {
        self.full = refusal;
    }

    /// Whether something may be taken in.
    fn room(&self) -> Result<(), StoreError> {
        self.full.clone().map_or(Ok(()), Err)
    }

    /// Writes what the group adds up to. The Seq to publish, or `None` when nothing has
    /// to be committed.
    pub(crate) fn close(mut self) -> Result<Option<Seq>, StoreError> {
        if !self.is_changed {
            return Ok(None);
        }
        self.meta_table.put(0, &self.meta.encode_to_vec())?;
        Ok(Some(self.meta.seq()))
    }

    fn seq(&self) -> Seq {
        self.meta.seq()
    }

    fn next_seq(&mut self) -> Seq {
        self.is_changed = true;
        self.meta.seq += 1;
        self.meta.seq()
    }

    fn current<R: Record>(&self, id: &DocumentId) -> Result<Option<Stored<R>>, StoreError> {
        read_row(&self.rows, id)
    }

    /// Seq of the deletion of a document that was there once.
    fn deleted_at(&self, of: Collection, id: &DocumentId) -> Result<Option<Seq>, StoreError> {
        let Some(payload) = self.tombstones.get(&document_key(of, id))? else {
            return Ok(None);
        };
        let bytes = payload.try_into().map_err(|_| self.tombstones.damaged())?;
        Ok(Some(Seq(u64::from_le_bytes(bytes))))
    }

    /// Another document of the same source and external id.
    fn origin_holder<R: Record>(&self, record: &R) -> Result<Option<DocumentId>, StoreError> {
        let Some(words) = origin_words(self.seals, R::COLLECTION, record.origin()) else {
            return Ok(None);
        };
        let Some(payload) = self.origins.get(&words.key(R::COLLECTION))? else {
            return Ok(None);
        };
        let holder = id_of(&payload).ok_or_else(|| self.origins.damaged())?;
        Ok(Some(holder).filter(|id| id != record.id()))
    }

    /// Stores a record in place of `current`, or of a deletion at `deleted_at`.
    fn put<R: Record>(
        &mut self,
        record: R,
        current: Option<&Stored<R>>,
        deleted_at: Option<Seq>,
    ) -> Result<Stored<R>, StoreError> {
        let seq = self.next_seq();
        let content_kept = current.filter(|c| c.record.same_content(&record));
        let stored = Stored {
            record,
            seq,
            content_seq: content_kept.map_or(seq, |c| c.content_seq),
            updated: self.now,
            taken: current.map_or(0, |c| c.taken),
        };
        let id = stored.record.id();
        let listed = self.put_row(&stored)?.seq();
        let entry = Change {
            seq,
            collection: R::COLLECTION,
            id: id.clone(),
            deleted: false,
            content: content_kept.is_none(),
        };
        self.replace_change(&entry, [current.map(|c| c.seq).or(deleted_at), listed])?;
        if deleted_at.is_some() {
            self.tombstones.remove(document_key(R::COLLECTION, id))?;
        }
        // One that is listed and has no row was counted when it was written.
        if current.is_none() && listed.is_none() {
            *self.meta.count_mut(R::COLLECTION) += 1;
        }
        if current.is_none_or(|c| c.record.origin() != stored.record.origin()) {
            if let Some(current) = current {
                self.remove_origin(&current.record)?;
            }
            self.insert_origin(&stored.record)?;
        }
        Ok(stored)
    }

    fn delete<R: Record>(
        &mut self,
        current: &Stored<R>,
        copies: Vec<RequestCopy>,
    ) -> Result<Seq, StoreError> {
        self.remove_origin(&current.record)?;
        self.remove_row(R::COLLECTION, current.record.id(), Some(current.seq), copies)
    }

    /// Removes a row and the copies of it, and leaves a tombstone. A person's key goes out of
    /// use, and is destroyed once the group is durable.
    fn remove_row(
        &mut self,
        collection: Collection,
        id: &DocumentId,
        previous: Option<Seq>,
        copies: Vec<RequestCopy>,
    ) -> Result<Seq, StoreError> {
        let seq = self.next_seq();
        let listed = self.unlist(collection, id)?.seq();
        self.tombstones.put(document_key(collection, id), &seq.0.to_le_bytes())?;
        let entry = Change { seq, collection, id: id.clone(), deleted: true, content: true };
        self.replace_change(&entry, [previous, listed])?;
        self.forget_copies(copies)?;
        self.remove_slots_of(collection, id)?;
        let count = self.meta.count_mut(collection);
        *count = count.saturating_sub(1);
        if collection == Collection::Profiles {
            self.meta.profile_deleted = Some(seq.0);
            self.seals.keyring.retire(Owner::of(id));
        }
        Ok(seq)
    }

    /// Puts an entry into the feed in place of those of the document under other Seqs: that of
    /// the row that was read, or of its deletion, and the one that was listed, which differs where
    /// the row was stale.
    fn replace_change(
        &mut self,
        entry: &Change,
        previous: [Option<Seq>; 2],
    ) -> Result<(), StoreError> {
        let collection = code(entry.collection);
        for previous in previous.into_iter().flatten() {
            self.changes.remove((collection, previous.0))?;
        }
        self.changes.put((collection, entry.seq.0), &change::encode(entry))
    }

    fn insert_origin<R: Record>(&mut self, record: &R) -> Result<(), StoreError> {
        let (collection, id) = (R::COLLECTION, record.id().as_str().as_bytes());
        if let Some(words) = origin_words(self.seals, collection, record.origin()) {
            self.origins.put(words.key(collection), id)?;
        }
        match source_word(self.seals, collection, record.origin().source()) {
            Some(source) => self.sources.put((code(collection), &source, id), &[]),
            None => Ok(()),
        }
    }

    fn remove_origin<R: Record>(&mut self, record: &R) -> Result<(), StoreError> {
        let (collection, id) = (R::COLLECTION, record.id().as_str().as_bytes());
        if let Some(words) = origin_words(self.seals, collection, record.origin()) {
            self.origins.remove(words.key(collection))?;
        }
        match source_word(self.seals, collection, record.origin().source()) {
            Some(source) => self.sources.remove((code(collection), &source, id)),
            None => Ok(()),
        }
    }
}

/// Reads, verifies and parses a row.
pub(crate) fn read_row<R: Record, T>(
    rows: &crate::tables::Sealed<'_, DocumentKey, T>,
    id: &DocumentId,
) -> Result<Option<Stored<R>>, StoreError>
where
    T: redb::ReadableTable<DocumentKey, &'static [u8]>,
{
    let key = document_key(R::COLLECTION, id);
    match rows.table.get(key)? {
        Some(value) => parse_row(rows, id, value.value()).map(Some),
        None => Ok(None),
    }
}

/// Verifies and parses the value of a row.
pub(crate) fn parse_row<R: Record, T>(
    rows: &crate::tables::Sealed<'_, DocumentKey, T>,
    id: &DocumentId,
    sealed: &[u8],
) -> Result<Stored<R>, StoreError>
where
    T: redb::ReadableTable<DocumentKey, &'static [u8]>,
{
    let collection = R::COLLECTION;
    let damaged = || StoreError::Damaged { collection, id: id.clone() };
    let payload = rows.open(&document_key(collection, id), sealed).map_err(|_| damaged())?;
    let stored = Stored::<R>::decode(&payload).map_err(|error| {
        // The values may be personal: the error names the field and its fault only.
        tracing::error!(collection = collection.name(), %error, "a row does not parse");
        damaged()
    })?;
    if stored.record.id() == id { Ok(stored) } else { Err(damaged()) }
}
