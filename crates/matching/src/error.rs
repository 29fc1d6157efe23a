//! What can go wrong on the paths.

use std::path::PathBuf;

use jobmatch_domain::slot::SlotRefusal;
use jobmatch_domain::{Collection, Division, DocumentId, Seq, Violation};
use jobmatch_index::EngineError;
use jobmatch_store::StoreError;
use thiserror::Error;

/// A failure of a read or write.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MatchingError {
    /// A bad value in the request.
    #[error(transparent)]
    Invalid(#[from] Violation),
    /// No such record.
    #[error("there is no {} with id {id}", singular(*.collection))]
    NotFound {
        /// Where it was sought.
        collection: Collection,
        /// The id.
        id: DocumentId,
    },
    /// No such station.
    #[error("there is no station with id {id}")]
    NoStation {
        /// The id.
        id: DocumentId,
    },
    /// A way from a division whose centre is not on record.
    #[error("the centre of division {division} is not on record; give a point{}", instead(*.division))]
    NoCentre {
        /// The division.
        division: Division,
    },
    /// A record of another office.
    #[error("{id} is out of reach of the API key; ask the office that is responsible for it")]
    OutOfScope {
        /// The record.
        id: DocumentId,
    },
    /// A key that opens no profiles.
    #[error("the API key opens no profiles")]
    NoPeople,
    /// A key that only holds places.
    #[error("the API key holds places and confirms none; give hold_seconds")]
    HoldOnly,
    /// The etag sent is not the stored one.
    #[error("{id} was changed since etag {sent} was read; read it again and repeat the change")]
    EtagMismatch {
        /// The record.
        id: DocumentId,
        /// The etag sent.
        sent: String,
    },
    /// A request id that was used for another request.
    #[error("request_id {key:?} was used for a request with other content; use a new one")]
    RequestIdReused {
        /// The key.
        key: String,
    },
    /// Another record has this source and external id.
    #[error("source and external_id belong to {by} already; update that record or change them")]
    OriginTaken {
        /// Id of the other record.
        by: DocumentId,
    },
    /// A full sync that would close too much.
    #[error(
        "the full sync would close {closing} of {live} records of source {source_name:?}, more than \
         the share allowed; check the feed, or raise max_closed_share"
    )]
    ShrunkenFeed {
        /// The source.
        source_name: String,
        /// How many would be closed.
        closing: usize,
        /// How many live ones the source has.
        live: usize,
    },
    /// The index does not serve.
    #[error("the index of {} is not ready: {reason}; try again later", .collection.name())]
    IndexNotReady {
        /// Which.
        collection: Collection,
        /// `opening`, `rebuilding (43%)`, `failed: …`.
        reason: String,
    },
    /// The index was built anew and serves, but an older generation's folder is still there.
    #[error(
        "an old folder of the index of {} could not be removed, and may hold what was deleted; \
         the reason is in the log: mend it and ask again",
        .collection.name()
    )]
    OldIndexLeft {
        /// Which.
        collection: Collection,
    },
    /// `min_seq` lies beyond everything written.
    #[error(
        "min_seq {min_seq} lies beyond the last Seq {last}; give the Seq that a write answered"
    )]
    SeqInFuture {
        /// The Seq asked for.
        min_seq: Seq,
        /// The last one.
        last: Seq,
    },
    /// A place that cannot be taken.
    #[error("{posting}: {}", slot_refusal(.refusal))]
    Slot {
        /// The posting.
        posting: DocumentId,
        /// Why.
        refusal: SlotRefusal,
    },
    /// The ranking changed between two pages.
    #[error("the ranking has changed since the first page; start again without page_token")]
    RankingChanged,
    /// Nobody waits for the answer any more.
    #[error("the call was given up: its client has gone or its deadline has passed")]
    GivenUp,
    /// The write queue is closed.
    #[error("the service is shutting down; try again later")]
    ShuttingDown,
    /// Another process has the folder of the data.
    #[error("the folder {} is in use by another process; stop that, or give another folder", path.display())]
    FolderInUse {
        /// The folder.
        path: PathBuf,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The embedder.
    #[error(transparent)]
    Embed(#[from] jobmatch_embed::EmbedError),
    /// The analyser.
    #[error(transparent)]
    Text(#[from] jobmatch_text::TextError),
    /// A task of ours panicked; the report is in the log.
    #[error("an internal task failed; the failure is in the log")]
    Internal,
}

fn slot_refusal(refusal: &SlotRefusal) -> String {
    match refusal {
        SlotRefusal::NotOpen => "is not open, has expired, or its gig has begun".into(),
        SlotRefusal::PlacesUnknown => "tells no number of places; give its headcount".into(),
        SlotRefusal::NoPlaces => "all its places are taken".into(),
        SlotRefusal::Overlap { with } => {
            format!("the taker has a place of {with} at the same time; release that first")
        }
    }
}

fn singular(collection: Collection) -> &'static str {
    match collection {
        Collection::Postings => "posting",
        Collection::Profiles => "profile",
    }
}

/// The division around it whose centre is on record, as advice.
fn instead(division: Division) -> String {
    let mut around = std::iter::successors(division.parent(), |d| d.parent());
    let known = around.find(|d| d.own_centre().is_some());
    known.map_or(String::new(), |d| format!(", or division {}", d.short()))
}

/// A task that ended by a panic.
impl From<tokio::task::JoinError> for MatchingError {
    fn from(_: tokio::task::JoinError) -> Self {
        Self::Internal
    }
}
