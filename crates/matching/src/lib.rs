//! The paths through the service: how a record gets in, becomes searchable, and is
//! found, ranked and explained.
//!
//! - [`Intake`] is the write path: redact, store, acknowledge.
//! - The indexer carries what the store acknowledged into the engines.
//! - [`Matcher`] is the read path: analyse, retrieve, rank, fetch, explain.
//! - [`Stations`] is the map of stations: its writes, and what is near.
//! - [`Service`] opens and holds all of them.

mod analysis;
mod call;
mod caller;
mod clock;
mod compaction;
mod completion;
mod describe;
mod drafts;
mod embedding;
mod error;
mod exposure;
mod folder_lock;
mod index_keeper;
mod indexer;
mod intake;
mod matcher;
mod parallel;
mod reading;
mod scrub;
mod service;
mod session;
mod signals;
mod slots;
mod stations;
mod terms;
mod tickets;

pub use analysis::{Analyst, ReadingOptions};
pub use call::Call;
pub use caller::{Caller, Governed, Scope};
pub use clock::{Clock, system_clock};
pub use completion::RELIED_ON;
pub use describe::{Described, SeenOccupation};
pub use drafts::{DraftedPosting, DraftedProfile, ReadField};
pub use error::MatchingError;
pub use index_keeper::{IndexKeeper, IndexState};
pub use intake::{Change, FullSync, Guard, Intake, Redactions, Written, etag};
#[cfg(feature = "bert")]
pub use jobmatch_embed::BertEmbedder;
pub use jobmatch_embed::{
    ApiKey, EmbedError, Embedder, Health, Protocol, RemoteEmbedder, RemoteOptions, StaticModel,
};
pub use jobmatch_rank::{ProfileError, RankingProfile};
pub use jobmatch_store::{
    DiskState, MasterKey, MasterKeyError, Record, RequestKey, SlotReceipt, SnapshotError,
    SnapshotSummary, StoreError, StoreOptions, Stored, restore_snapshot, verify_snapshot,
};
pub use jobmatch_text::audit::{Element, Finding as AuditFinding, Rule as AuditRule};
pub use jobmatch_text::{AnalyzerOptions, UserWord};
pub use matcher::Matcher;
pub use service::{COMPACT_WITHIN, Service, ServiceOptions, Stats};
pub use session::{Readable, Session};
pub use stations::{StationChange, StationWrite, Stations};
pub use tickets::{Ticket, TicketState, Tickets};
