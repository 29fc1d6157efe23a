//! Reading: each call sees one snapshot.

use std::ops::Bound;

use jobmatch_domain::ids::Origin;
use jobmatch_domain::{Collection, DocumentId, Seq};
use redb::ReadTransaction;

use super::Store;
use crate::change;
use crate::error::StoreError;
use crate::group::{origin_words, parse_row, read_row, source_word};
use crate::record::{Change, Record, ScanPage, Stored};
use crate::snapshot::Whole;
use crate::tables::{
    CHANGES, META, Meta, ORIGINS, ROWS, SOURCES, SealedRead, code, document_key, id_of,
};

impl Store {
    /// All of one moment, for whoever contains panics himself.
    pub(crate) fn whole(&self) -> Result<Whole, StoreError> {
        let _moment = self.inner.moment.lock();
        let txn = self.inner.disk.begin_read()?;
        let seals = self.inner.seals.clone();
        Ok(Whole { txn, keys: seals.keyring.slots()?, seals })
    }

    /// Reads from one snapshot; panics of redb become errors.
    pub(super) fn reading<T>(
        &self,
        read: impl Fn(&ReadTransaction) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.inner.disk.read(read)
    }

    /// One record; `None` when there is none.
    pub fn get<R: Record>(&self, id: &DocumentId) -> Result<Option<Stored<R>>, StoreError> {
        match self.look_up(id) {
            // A person who was deleted after the snapshot was taken has a row in it, and no
            // key any more. A second look tells that from damage.
            Err(StoreError::Damaged { .. }) => self.look_up(id),
            found => found,
        }
    }

    fn look_up<R: Record>(&self, id: &DocumentId) -> Result<Option<Stored<R>>, StoreError> {
        self.reading(|txn| {
            let rows = SealedRead::read(txn, &ROWS, &self.inner.seals)?;
            read_row(&rows, id)
        })
    }

    /// Several records of one snapshot, in the order of the ids. A damaged row is logged
    /// and left out like one that is not there.
    pub fn get_many<R: Record>(
        &self,
        ids: &[DocumentId],
    ) -> Result<Vec<Option<Stored<R>>>, StoreError> {
        self.reading(|txn| {
            let rows = SealedRead::read(txn, &ROWS, &self.inner.seals)?;
            let read = |id| match read_row(&rows, id) {
                Err(StoreError::Damaged { .. }) => self.second_look(id),
                read => read,
            };
            ids.iter().map(read).collect()
        })
    }

    fn second_look<R: Record>(&self, id: &DocumentId) -> Result<Option<Stored<R>>, StoreError> {
        match self.look_up(id) {
            Err(error @ StoreError::Damaged { .. }) => {
                tracing::error!(%error, "a damaged row is left out");
                Ok(None)
            }
            found => found,
        }
    }

    /// Up to `limit` rows, readable or damaged, in order of id, after the one given.
    pub fn scan<R: Record>(
        &self,
        after: Option<&DocumentId>,
        limit: usize,
    ) -> Result<ScanPage<R>, StoreError> {
        let mut page = self.reading(|txn| {
            let rows = SealedRead::read(txn, &ROWS, &self.inner.seals)?;
            let empty: &[u8] = &[];
            let collection = code(R::COLLECTION);
            let start = match after {
                Some(id) => Bound::Excluded(document_key(R::COLLECTION, id)),
                None => Bound::Included((collection, empty)),
            };
            let end = Bound::Excluded((collection + 1, empty));
            let mut page = ScanPage { records: Vec::new(), damaged: Vec::new(), last: None };
            let mut visited = None;
            for entry in rows.table.range::<(u8, &[u8])>((start, end))? {
                let (key, value) = entry?;
                if page.records.len() + page.damaged.len() >= limit.max(1) {
                    page.last = visited;
                    break;
                }
                let Some(id) = id_of(key.value().1) else {
                    tracing::error!(
                        collection = R::COLLECTION.name(),
                        "a row has a damaged id and is left out"
                    );
                    continue;
                };
                match parse_row(&rows, &id, value.value()) {
                    Ok(stored) => page.records.push(stored),
                    Err(_) => page.damaged.push(id.clone()),
                }
                visited = Some(id);
            }
            Ok(page)
        })?;
        page.damaged.retain(|id| self.look_up::<R>(id).is_err());
        Ok(page)
    }

    /// Ids of the records that came from a source, in order.
    pub fn ids_of_source(
        &self,
        collection: Collection,
        source: &str,
    ) -> Result<Vec<DocumentId>, StoreError> {
        self.reading(|txn| {
            let sources = SealedRead::read(txn, &SOURCES, &self.inner.seals)?;
            let empty: &[u8] = &[];
            let word = source_word(&self.inner.seals, collection, source).unwrap_or_default();
            let start = (code(collection), &word[..], empty);
            let mut ids = Vec::new();
            for entry in sources.table.range(start..)? {
                let (key, value) = entry?;
                let (listed, listed_source, id) = key.value();
                if (listed, listed_source) != (start.0, start.1) {
                    break;
                }
                sources.open(&key.value(), value.value())?;
                ids.push(id_of(id).ok_or_else(|| sources.damaged())?);
            }
            Ok(ids)
        })
    }

    /// Id of the record that came from a source under an external id. `None` also when
    /// the origin has no external id.
    pub fn id_of_origin(
        &self,
        collection: Collection,
        origin: &Origin,
    ) -> Result<Option<DocumentId>, StoreError> {
        self.reading(|txn| {
            let origins = SealedRead::read(txn, &ORIGINS, &self.inner.seals)?;
            let Some(words) = origin_words(&self.inner.seals, collection, origin) else {
                return Ok(None);
            };
            let id = |payload: Vec<u8>| id_of(&payload).ok_or_else(|| origins.damaged());
            origins.get(&words.key(collection))?.map(id).transpose()
        })
    }

    /// The first `limit` entries of a collection's change feed after a Seq, ascending.
    /// Each document has one entry, that of its last change.
    pub fn changes(
        &self,
        collection: Collection,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Change>, StoreError> {
        self.reading(|txn| {
            let changes = SealedRead::read(txn, &CHANGES, &self.inner.seals)?;
            feed_of(&changes, collection, after, limit)
        })
    }

    /// Records of a collection, damaged ones too.
    pub fn count(&self, collection: Collection) -> Result<u64, StoreError> {
        self.reading(|txn| {
            let meta = SealedRead::read(txn, &META, &self.inner.seals)?;
            Ok(Meta::load(&meta)?.count(collection))
        })
    }

    /// Seq of the last deletion of a profile, also of one that was sent again since; 0 when none
    /// was ever deleted. Of a store that did not note it, the last Seq before it was noted.
    pub fn last_profile_deletion(&self) -> Result<Seq, StoreError> {
        self.reading(|txn| {
            let meta = SealedRead::read(txn, &META, &self.inner.seals)?;
            Ok(Seq(Meta::load(&meta)?.profile_deleted.unwrap_or_default()))
        })
    }
}

/// A stretch of the feed: see [`Store::changes`].
pub(super) fn feed_of(
    changes: &SealedRead<'_, (u8, u64)>,
    collection: Collection,
    after: Seq,
    limit: usize,
) -> Result<Vec<Change>, StoreError> {
    let start = Bound::Excluded((code(collection), after.0));
    let end = Bound::Included((code(collection), u64::MAX));
    let mut feed = Vec::new();
    for entry in changes.table.range::<(u8, u64)>((start, end))?.take(limit) {
        let (key, value) = entry?;
        let payload = changes.open(&key.value(), value.value())?;
        let change = change::decode(collection, key.value().1, &payload);
        feed.push(change.ok_or_else(|| changes.damaged())?);
    }
    Ok(feed)
}
