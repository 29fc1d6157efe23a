//! What can go wrong in the store.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;

use jobmatch_domain::{Collection, DocumentId, Violation};
use thiserror::Error;

use crate::space::DiskState;

/// Why the store could not do what was asked. Cheap to clone: one failed commit
/// answers every write of its group.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store's folder could not be made.
    #[error("the folder {} of the store cannot be used; check its owner and rights", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: Arc<std::io::Error>,
    },
    /// The writer thread could not be started.
    #[error("the system gives the store no thread; check its limits")]
    Thread(#[source] Arc<std::io::Error>),
    /// The file was written by a newer program.
    #[error(
        "the store has format {found}, this program knows formats up to {supported}; \
         use the program that wrote it"
    )]
    NewerFormat {
        /// Format of the file.
        found: u64,
        /// Newest format that this program reads.
        supported: u64,
    },
    /// A redb file that is not a store.
    #[error("{} is a database of something else; choose another folder", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The keyring was written by a newer program.
    #[error(
        "keyring.bin has version {found}, this program knows versions up to {supported}; \
         use the program that wrote it"
    )]
    NewerKeyring {
        /// Version of the file.
        found: u32,
        /// Newest version that this program reads.
        supported: u32,
    },
    /// The keyring cannot be read or written. What it failed under is not acknowledged.
    #[error("the keyring {} cannot be read or written; check its disk, owner and rights", path.display())]
    Keyring {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: Arc<std::io::Error>,
    },
    /// The keyring has 2^32 keys.
    #[error("the keyring is full")]
    KeyringFull,
    /// An encrypted store was opened without a key.
    #[error(
        "{} is encrypted; give the key that it was made with, by key_file in the section \
         [store] or by the variable JOBMATCH_STORE_KEY",
        path.display()
    )]
    KeyMissing {
        /// The file.
        path: PathBuf,
    },
    /// An encrypted store was opened with another key.
    #[error(
        "{} was encrypted with another key than the one given; look for the right one, nothing \
         can be read without it",
        path.display()
    )]
    KeyWrong {
        /// The file.
        path: PathBuf,
    },
    /// The system's generator of random numbers failed.
    #[error("the system gives the store no random numbers")]
    NoRandomness,
    /// A row does not verify or no longer parses. It is never served; the feed or
    /// person that it came from has to send it again after
    /// [`Store::discard_damaged`](crate::Store::discard_damaged).
    #[error(
        "the row of {id} in {} is damaged; discard it and send the record again",
        collection.name()
    )]
    Damaged {
        /// Its collection.
        collection: Collection,
        /// Its id.
        id: DocumentId,
    },
    /// An entry other than a row does not verify.
    #[error("an entry of the table {table} is damaged; restore the store from a backup")]
    DamagedEntry {
        /// The table.
        table: &'static str,
    },
    /// A decision made a record of another id than the one it was asked for.
    #[error("the decision on {asked} made a record of the id {made}")]
    WrongId {
        /// Id that was to be written.
        asked: DocumentId,
        /// Id of the record.
        made: DocumentId,
    },
    /// A record that could be written but not read back. Nothing was written.
    #[error("the record could not be read back and was not written")]
    Unreadable(#[source] RecordError),
    /// A decision panicked. Nothing was written.
    #[error("the decision on {id} panicked; nothing was written")]
    Panicked {
        /// Id that was to be written.
        id: DocumentId,
    },
    /// The file is damaged in a way that hides rows, or makes the database panic.
    #[error("the file of the store is damaged ({found}); restore it from a snapshot")]
    Corrupted {
        /// What redb found.
        found: String,
    },
    /// Too little room on the disk: nothing was written. Deletions and reads go on, and writes
    /// do as soon as there is room.
    #[error(
        "the disk of the service is full ({} bytes free, {} wanted); deletions and reads go on, \
         try again once the operator has made room",
        .0.free_bytes.map_or("unknown".into(), |free| free.to_string()),
        .0.min_free_bytes
    )]
    DiskFull(DiskState),
    /// redb or the file system.
    #[error("the database failed")]
    Database(#[source] Arc<redb::Error>),
    /// A commit failed earlier. Reads go on as far as redb still serves them (what it has
    /// in its cache); writes need the store opened again.
    #[error("the store takes no writes since a failure; restart it once the cause is gone")]
    Failed {
        /// The failure; `None` when the writer panicked.
        #[source]
        cause: Option<Arc<StoreError>>,
    },
}

impl StoreError {
    /// Whether a table is not there, which an earlier program did not know.
    pub(crate) fn is_missing_table(&self) -> bool {
        matches!(self, Self::Database(cause) if matches!(**cause, redb::Error::TableDoesNotExist(_)))
    }

    /// Whether the fault concerns one document only and nothing was written for it.
    pub(crate) fn is_local(&self) -> bool {
        match self {
            Self::Damaged { .. }
            | Self::DamagedEntry { .. }
            | Self::WrongId { .. }
            | Self::Unreadable(_)
            | Self::Panicked { .. }
            | Self::DiskFull(_) => true,
            Self::Folder { .. }
            | Self::Thread(_)
            | Self::NewerFormat { .. }
            | Self::NewerKeyring { .. }
            | Self::Keyring { .. }
            | Self::KeyringFull
            | Self::KeyMissing { .. }
            | Self::KeyWrong { .. }
            | Self::NoRandomness
            | Self::Foreign { .. }
            | Self::Corrupted { .. }
            | Self::Database(_)
            | Self::Failed { .. } => false,
        }
    }
}

/// Errors of the file.
impl StoreError {
    /// Whether the file system had no room.
    pub(crate) fn is_out_of_space(&self) -> bool {
        let kind = if let Self::Keyring { cause, .. } = self {
            Some(cause.kind())
        } else if let Self::Database(cause) = self
            && let redb::Error::Io(error) = &**cause
        {
            Some(error.kind())
        } else {
            None
        };
        matches!(kind, Some(ErrorKind::StorageFull | ErrorKind::QuotaExceeded))
    }

    /// Whether redb had closed the file, or given it up, before this was asked.
    pub(crate) fn is_of_closed_file(&self) -> bool {
        let Self::Database(cause) = self else {
            return false;
        };
        matches!(**cause, redb::Error::PreviousIo | redb::Error::DatabaseClosed)
    }

    fn of_redb(error: redb::Error) -> Self {
        if let redb::Error::Corrupted(found) = error {
            return Self::Corrupted { found };
        }
        Self::Database(Arc::new(error))
    }
}

macro_rules! from_redb {
    ($($error:ty),+) => {
        $(impl From<$error> for StoreError {
            fn from(error: $error) -> Self {
                Self::of_redb(error.into())
            }
        })+
    };
}

from_redb!(
    redb::CommitError,
    redb::DatabaseError,
    redb::SetDurabilityError,
    redb::StorageError,
    redb::TableError,
    redb::TransactionError
);

/// Why a write did not happen.
#[derive(Debug, Error)]
pub enum WriteError<E> {
    /// The decision refused.
    #[error("the decision refused the write")]
    Refused(E),
    /// The request key was used before for something else.
    #[error("the request key was used for another request; make a new one")]
    KeyReused,
    /// Another record came from the same source under the same external id.
    #[error("the source's external id belongs to {by} already")]
    OriginTaken {
        /// Id of that record.
        by: DocumentId,
    },
    /// The store is shut down.
    #[error("the store is shut down")]
    Busy,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why bytes are not a record.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum RecordError {
    /// Not a message of this format.
    #[error("is not a message of this format")]
    Message(#[from] prost::DecodeError),
    /// A value that the domain refuses.
    #[error(transparent)]
    Value(#[from] Violation),
    /// A code that this format does not have.
    #[error("{field} has the unknown code {code}")]
    Code {
        /// Field of the record.
        field: &'static str,
        /// The code.
        code: u32,
    },
}
