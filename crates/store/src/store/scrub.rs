//! Comparing the rows with what else tells of them, before somebody asks for them: by number at
//! opening, which costs nothing; then byte by byte with the directory, which takes some 0.1 s for
//! 100,000 rows; and then slowly with their own seals and the change feed too.

use std::ops::Bound;

use jobmatch_domain::{Collection, Seq};
use redb::{AccessGuard, Range, ReadTransaction, ReadableTableMetadata};

use super::Store;
use super::read::feed_of;
use crate::directory::Listed;
use crate::error::StoreError;
use crate::group::parse_row;
use crate::record::Record;
use crate::seal::Seals;
use crate::tables::{
    CHANGES, DIRECTORY, DocumentKey, META, Meta, ROWS, SealedRead, code, document_key, id_of,
};

/// What was found of the records of a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScrubReport {
    /// Rows that are as they should be.
    pub good: u64,
    /// Rows that do not verify.
    pub damaged: u64,
    /// Records that the directory or the feed lists and that have no row.
    pub missing: u64,
    /// Rows of another Seq or other bytes than the directory's, or of another Seq than the feed's.
    pub stale: u64,
    /// Rows that the directory or the feed does not list.
    pub unlisted: u64,
    /// Entries of the directory that do not verify.
    pub damaged_entries: u64,
}

impl ScrubReport {
    /// Rows and entries that are not as they should be.
    pub fn bad(&self) -> u64 {
        self.damaged + self.missing + self.stale + self.unlisted + self.damaged_entries
    }

    /// Adds what was found of another stretch.
    pub fn add(&mut self, other: Self) {
        self.good += other.good;
        self.damaged += other.damaged;
        self.missing += other.missing;
        self.stale += other.stale;
        self.unlisted += other.unlisted;
        self.damaged_entries += other.damaged_entries;
    }

    fn count(&mut self, fault: Option<Fault>) {
        *match fault {
            None => &mut self.good,
            Some(Fault::Damaged) => &mut self.damaged,
            Some(Fault::Missing) => &mut self.missing,
            Some(Fault::Stale) => &mut self.stale,
            Some(Fault::Unlisted) => &mut self.unlisted,
            Some(Fault::DamagedEntry) => &mut self.damaged_entries,
        } += 1;
    }
}

/// Where a scrub goes on: with the documents in order of id, then with the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScrubPlace(Place);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// After this id.
    Documents(Vec<u8>),
    /// After this Seq.
    Feed(Seq),
}

impl Default for ScrubPlace {
    /// The beginning.
    fn default() -> Self {
        Self(Place::Documents(Vec::new()))
    }
}

/// What is not as it should be with a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Damaged,
    Missing,
    Stale,
    Unlisted,
    DamagedEntry,
}

/// How much is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScrubDepth {
    /// The bytes of each row; the row itself where they are not those that the directory lists.
    Bytes,
    /// Each row, unsealed and parsed, and the change feed.
    All,
}

/// What a walk over documents found.
#[derive(Default)]
struct Walked {
    report: ScrubReport,
    /// Whose rows did not verify; not counted yet.
    damaged: Vec<Vec<u8>>,
    /// Where to go on; `None` at the end.
    last: Option<Vec<u8>>,
}

/// See [`Store::counts_agree`].
pub(super) fn counts_agree(txn: &ReadTransaction, seals: &Seals) -> Result<bool, StoreError> {
    let Tables { rows, directory, .. } = Tables::read(txn, seals)?;
    let meta = Meta::load(&SealedRead::read(txn, &META, seals)?)?;
    let rows = rows.table.len()?;
    Ok(rows == directory.table.len()? && rows == meta.postings + meta.profiles)
}

/// The tables that tell of rows.
struct Tables<'s> {
    rows: SealedRead<'s, DocumentKey>,
    directory: SealedRead<'s, DocumentKey>,
    changes: SealedRead<'s, (u8, u64)>,
}

impl<'s> Tables<'s> {
    fn read(txn: &ReadTransaction, seals: &'s Seals) -> Result<Self, StoreError> {
        Ok(Self {
            rows: SealedRead::read(txn, &ROWS, seals)?,
            directory: SealedRead::read(txn, &DIRECTORY, seals)?,
            changes: SealedRead::read(txn, &CHANGES, seals)?,
        })
    }

    /// Looks at up to `limit` documents that have a row or an entry, in order of id.
    fn walk<R: Record>(
        &self,
        after: &[u8],
        limit: usize,
        depth: ScrubDepth,
    ) -> Result<Walked, StoreError> {
        let mut rows = Along::begin(&self.rows, R::COLLECTION, after)?;
        let mut entries = Along::begin(&self.directory, R::COLLECTION, after)?;
        let mut walked = Walked::default();
        for _ in 0..limit {
            let Some(id) = rows.id().into_iter().chain(entries.id()).min().map(<[u8]>::to_vec)
            else {
                walked.last = None;
                break;
            };
            match self.look::<R>(&id, rows.value_of(&id), entries.value_of(&id), depth)? {
                Some(Fault::Damaged) => walked.damaged.push(id.clone()),
                fault => walked.report.count(fault),
            }
            rows.pass(&id)?;
            entries.pass(&id)?;
            walked.last = Some(id);
        }
        Ok(walked)
    }

    fn look<R: Record>(
        &self,
        id: &[u8],
        row: Option<&[u8]>,
        entry: Option<&[u8]>,
        depth: ScrubDepth,
    ) -> Result<Option<Fault>, StoreError> {
        let listed = Listed::read(&self.directory, (code(R::COLLECTION), id), entry);
        let Some(row) = row else {
            let is_damaged = listed == Listed::Damaged;
            return Ok(Some(if is_damaged { Fault::DamagedEntry } else { Fault::Missing }));
        };
        let fits = matches!(listed, Listed::As(entry) if entry.fits(row));
        if fits && depth == ScrubDepth::Bytes {
            return Ok(None);
        }
        // A row whose id is none cannot be read either.
        let read = id_of(id).and_then(|id| parse_row::<R, _>(&self.rows, &id, row).ok());
        let Some(stored) = read else { return Ok(Some(Fault::Damaged)) };
        let fault = match listed {
            Listed::Damaged => Some(Fault::DamagedEntry),
            Listed::Nothing => Some(Fault::Unlisted),
            Listed::As(entry) if !fits || entry.seq != stored.seq => Some(Fault::Stale),
            Listed::As(_) => {
                let change = self.changes.table.get((code(R::COLLECTION), stored.seq.0))?;
                change.is_none().then_some(Fault::Unlisted)
            }
        };
        Ok(fault)
    }

    /// Compares the directory with a stretch of the feed. What a walk over documents finds as
    /// well is not counted again.
    fn compare_feed<R: Record>(
        &self,
        after: Seq,
        limit: usize,
    ) -> Result<(ScrubReport, Option<Seq>), StoreError> {
        let feed = feed_of(&self.changes, R::COLLECTION, after, limit)?;
        let mut report = ScrubReport::default();
        for change in feed.iter().filter(|change| !change.deleted) {
            let key = document_key(R::COLLECTION, &change.id);
            match Listed::find(&self.directory, key)? {
                Listed::As(entry) if entry.seq != change.seq => report.stale += 1,
                Listed::Nothing if self.rows.table.get(key)?.is_none() => report.missing += 1,
                Listed::As(_) | Listed::Nothing | Listed::Damaged => {}
            }
        }
        Ok((report, feed.last().map(|change| change.seq)))
    }
}

/// A table in which one goes from document to document.
struct Along {
    range: Range<'static, DocumentKey, &'static [u8]>,
    at: Option<(AccessGuard<'static, DocumentKey>, AccessGuard<'static, &'static [u8]>)>,
}

impl Along {
    /// At the first document of a collection after an id; none is empty.
    fn begin(
        table: &SealedRead<'_, DocumentKey>,
        of: Collection,
        after: &[u8],
    ) -> Result<Self, StoreError> {
        let empty: &[u8] = &[];
        let stretch = (Bound::Excluded((code(of), after)), Bound::Excluded((code(of) + 1, empty)));
        let mut range = table.table.range::<(u8, &[u8])>(stretch)?;
        let at = range.next().transpose()?;
        Ok(Self { range, at })
    }

    fn id(&self) -> Option<&[u8]> {
        self.at.as_ref().map(|(key, _)| key.value().1)
    }

    /// The value of a document; `None` when the table has none.
    fn value_of(&self, id: &[u8]) -> Option<&[u8]> {
        let (key, value) = self.at.as_ref()?;
        (key.value().1 == id).then(|| value.value())
    }

    /// Goes on when it is at this document.
    fn pass(&mut self, id: &[u8]) -> Result<(), StoreError> {
        if self.id() == Some(id) {
            self.at = self.range.next().transpose()?;
        }
        Ok(())
    }
}

impl Store {
    /// Whether there are as many rows as entries of the directory, and as the head of the store
    /// tells. Takes no time. Where they differ, scrubbing tells why.
    pub fn counts_agree(&self) -> Result<bool, StoreError> {
        self.reading(|txn| counts_agree(txn, &self.inner.seals))
    }

    /// Reads up to `limit` records and compares them with the directory and, in depth, with the
    /// feed. The place to go on; `None` at the end.
    pub fn scrub<R: Record>(
        &self,
        depth: ScrubDepth,
        place: &ScrubPlace,
        limit: usize,
    ) -> Result<(ScrubReport, Option<ScrubPlace>), StoreError> {
        match &place.0 {
            Place::Documents(after) => {
                let Walked { mut report, damaged, last } = self.reading(|txn| {
                    let tables = Tables::read(txn, &self.inner.seals)?;
                    tables.walk::<R>(after, limit, depth)
                })?;
                for id in damaged {
                    report.damaged += u64::from(self.is_damaged::<R>(&id)?);
                }
                let feed = (depth == ScrubDepth::All).then_some(Place::Feed(Seq(0)));
                Ok((report, last.map(Place::Documents).or(feed).map(ScrubPlace)))
            }
            Place::Feed(after) => {
                let (report, last) = self.reading(|txn| {
                    Tables::read(txn, &self.inner.seals)?.compare_feed::<R>(*after, limit)
                })?;
                Ok((report, last.map(|seq| ScrubPlace(Place::Feed(seq)))))
            }
        }
    }

    /// A second look: who was deleted since the first had a row in it and no key any more.
    fn is_damaged<R: Record>(&self, id: &[u8]) -> Result<bool, StoreError> {
        let Some(id) = id_of(id) else { return Ok(true) };
        match self.get::<R>(&id) {
            Err(StoreError::Damaged { .. }) => Ok(true),
            found => found.map(|_| false),
        }
    }
}
