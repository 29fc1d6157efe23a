//! Records, what is decided about them, and what comes of it.

mod gig_row;
mod parts;
mod posting_row;
mod profile_row;
pub(crate) mod station_row;

use jobmatch_domain::ids::Origin;
use jobmatch_domain::{Collection, DocumentId, Instant, JobPosting, Seq, Slot, slot};
use prost::Message;

use crate::error::RecordError;
use crate::tables::RowMessage;

/// A document that the store keeps.
pub trait Record: Clone + PartialEq + Send + Sync + 'static {
    /// Its collection.
    const COLLECTION: Collection;

    /// Its id.
    fn id(&self) -> &DocumentId;

    /// The feed that it came from and its id there.
    fn origin(&self) -> &Origin;

    /// Whether both are the same but for the volatile facts, which the index keeps in
    /// columns: status and places left of a posting; visibility of a profile, and
    /// whether and when consent was given. The last date of a consent is content, as
    /// the index filters by it.
    fn same_content(&self, other: &Self) -> bool;

    /// The record as a message of the disk format.
    fn encode(&self) -> Vec<u8>;

    /// Reads a message back through the domain's parsers.
    fn decode(bytes: &[u8]) -> Result<Self, RecordError>;
}

/// A record with its place in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored<R> {
    /// The record.
    pub record: R,
    /// Seq of its last change.
    pub seq: Seq,
    /// Seq of the last change of what is indexed as text, vector or facet.
    pub content_seq: Seq,
    /// When it last changed.
    pub updated: Instant,
    /// Slots of it that are taken; 0 for profiles and stations.
    pub taken: u32,
}

impl<R: Record> Stored<R> {
    pub(crate) fn encode(&self) -> Vec<u8> {
        RowMessage {
            seq: self.seq.0,
            content_seq: self.content_seq.0,
            updated: self.updated.0,
            record: self.record.encode(),
            taken: self.taken,
        }
        .encode_to_vec()
    }

    pub(crate) fn decode(payload: &[u8]) -> Result<Self, RecordError> {
        let row = RowMessage::decode(payload)?;
        Ok(Self {
            record: R::decode(&row.record)?,
            seq: Seq(row.seq),
            content_seq: Seq(row.content_seq),
            updated: Instant(row.updated),
            taken: row.taken,
        })
    }
}

impl Stored<JobPosting> {
    /// Places that nobody has taken; `None` when the posting tells no number.
    pub fn places_free(&self) -> Option<u32> {
        slot::places_free(&self.record, self.taken)
    }
}

/// What is to happen with a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision<R> {
    /// Store this record, which has the id that was asked for.
    Put(R),
    /// Remove the record.
    Delete,
    /// Leave everything as it is.
    Keep,
}

/// What a write came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// There was no such record before.
    Created,
    /// The record changed.
    Updated,
    /// The record is gone.
    Deleted,
    /// Nothing was written: the record was the same, was kept, or there was none to
    /// delete.
    Unchanged,
    /// The request was done before; this is its first receipt.
    Repeated,
}

/// A durable answer to a write.
#[derive(Debug, Clone, PartialEq)]
pub struct Receipt<R> {
    /// Seq of the change; of the record's last change when nothing changed, or of the
    /// store when there is no record.
    pub seq: Seq,
    /// The record after the write; `None` when there is none. Also `None` when a request
    /// is repeated after its document was deleted: no copy of it is kept.
    pub stored: Option<Stored<R>>,
    /// What happened.
    pub outcome: Outcome,
}

/// What a decision on a place sees: a posting that exists, and somebody who has no place of it.
#[derive(Debug)]
pub struct SlotContext<'a> {
    /// The posting, with how many places are taken.
    pub posting: &'a Stored<JobPosting>,
    /// The postings of which the taker has places.
    pub others: &'a [JobPosting],
    /// The writer's clock.
    pub now: Instant,
}

/// A durable answer to an order on a slot.
#[derive(Debug, Clone, PartialEq)]
pub struct SlotReceipt {
    /// The posting after it. Its Seq is that of the last change of it or its slots.
    pub posting: Stored<JobPosting>,
    /// The slot taken, or the one released; `None` when there was none to release.
    pub slot: Option<Slot>,
}

/// Identity of a request that must happen once only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// The caller's key.
    pub key: String,
    /// Digest of what is asked; the same key with another digest is a mistake.
    pub digest: u64,
}

/// An entry of the change feed: the last change of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its place in the log.
    pub seq: Seq,
    /// Collection of the document.
    pub collection: Collection,
    /// Id of the document.
    pub id: DocumentId,
    /// The document is gone.
    pub deleted: bool,
    /// False when this change was of volatile facts only. An earlier one of content may
    /// be hidden behind it: see [`Stored::content_seq`].
    pub content: bool,
}

/// A stretch of a collection in order of id.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanPage<R> {
    /// The readable records.
    pub records: Vec<Stored<R>>,
    /// Ids of the rows that are damaged.
    pub damaged: Vec<DocumentId>,
    /// Where to go on; `None` at the end of the collection.
    pub last: Option<DocumentId>,
}
