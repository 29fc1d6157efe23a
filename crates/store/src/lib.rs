//! The system of record: one row a document, a change feed in order of [`Seq`], and
//! the keys of idempotent requests, in one redb file.
//!
//! [`Store::write`] hands a decision to the one writer thread, which runs it against
//! the current row inside a write transaction that it shares with the other waiting
//! writes, makes all of them durable with one sync, and only then answers. Reads run
//! beside it on snapshots. redb does not verify what it reads, so every entry is
//! sealed with a checksum of its own (`seal.rs`); what does not verify is never
//! served.
//!
//! The database is opened with all checksums of redb verified, a panic over a damaged page
//! becomes an error, and after a full disk it is opened again (`disk.rs`). After a sync that
//! failed it is not: nothing is acknowledged any more until the process is started anew.
//!
//! Snapshots of the whole are written beside reads and writes, and restored offline
//! (`snapshot.rs`).
//!
//! Stations have a table of their own: they take Seqs and are in no feed.
//!
//! What is on disk, format 3: `tables.rs` has the tables, `record/` the rows. Rows are
//! protobuf messages, so that fields can be added without a new format.
//!
//! A directory tells the Seq and a digest of each row, apart from it, so that rows that are
//! missing or stale are found, after opening and by the scrub (`directory.rs`).
//!
//! What holds something of a person is encrypted under a key of that person, which stands in
//! a keyring beside the database and is destroyed when the person is deleted (`keyring.rs`).
//! With a [`MasterKey`] all other values are encrypted too, and the keyring's keys wrapped.
//!
//! [`Seq`]: jobmatch_domain::Seq

mod change;
mod cipher;
mod convert;
mod directory;
mod disk;
mod error;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod group;
mod keyring;
mod master;
mod queue;
mod record;
mod seal;
mod snapshot;
mod space;
mod store;
mod tables;
mod writer;

pub use error::{RecordError, StoreError, WriteError};
pub use master::{MasterKey, MasterKeyError};
pub use record::{
    Change, Decision, Outcome, Receipt, Record, RequestKey, ScanPage, SlotContext, SlotReceipt,
    Stored,
};
pub use snapshot::{SnapshotError, SnapshotSummary, restore_snapshot, verify_snapshot};
pub use space::{DiskState, FreeSpace, free_space_of};
pub use store::{Clock, ScrubDepth, ScrubPlace, ScrubReport, Store, StoreOptions};
