//! Snapshots: the whole store at one Seq in one file, whatever is written meanwhile.
//!
//! Format 1, numbers little endian: a header (magic, version of the snapshot, format of the
//! store, checksum), chunks (length, entries, checksum over number, length and entries) and an
//! end (length 0, chunks, entries, checksum over all entries, checksum). An entry is the code of
//! a table, its key and its value as it is stored: sealed, so that what is damaged or encrypted
//! in the store is so in the snapshot. The keys of persons are in it as they stand in the keyring,
//! wrapped where there is a master key. Checksums are XXH3, 64 bits.

mod chunks;
mod key;
mod restore;

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use redb::{ReadTransaction, ReadableTable, WriteTransaction};
use thiserror::Error;

use self::chunks::ChunkWriter;
#[cfg(feature = "fuzzing")]
pub(crate) use self::chunks::set_checksums;
pub(crate) use self::chunks::{ChunkReader, Entry};
use self::key::SnapshotKey;
pub use self::restore::{restore_snapshot, verify_snapshot};
use crate::disk::contained;
use crate::error::StoreError;
use crate::keyring::KEY_SLOT;
use crate::seal::Seals;
use crate::store::Store;
use crate::tables::{
    CHANGES, DIRECTORY, Definition, FORMAT, HOLDS, KEY_CHECK, META, Meta, ORIGINS, REQUEST_ORDER,
    REQUEST_ROWS, REQUESTS, ROWS, SLOTS, SOURCES, STATIONS, SealedRead, TAKERS, TOMBSTONES,
};

/// What a snapshot holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SnapshotSummary {
    /// Entries of all tables.
    pub entries: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

/// Why there is no snapshot, or no store from it.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The snapshot could not be read or written.
    #[error("the snapshot cannot be read or written: {0}")]
    File(Arc<std::io::Error>),
    /// A file of something else.
    #[error("this is no snapshot of a store; give a file that `jobmatch snapshot` wrote")]
    Foreign,
    /// Cut off, or changed.
    #[error(
        "the snapshot is damaged or cut off near byte {at} ({what}); nothing was changed; use \
         another one"
    )]
    Damaged {
        /// Where reading stopped.
        at: u64,
        /// What does not fit.
        what: &'static str,
    },
    /// Written by a newer program.
    #[error(
        "the snapshot has version {version} of a store of format {format}, this program knows \
         version {known_version} and format {known_format}; use the program that wrote it"
    )]
    Newer {
        /// Version of the file.
        version: u32,
        /// Format of its store.
        format: u32,
        /// Newest version that this program reads.
        known_version: u32,
        /// Newest format that this program reads.
        known_format: u32,
    },
    /// The folder for the store is in use.
    #[error("{} is not empty; a store is restored into an empty folder", path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
    /// The folder for the store cannot be used.
    #[error("{} cannot be used: {cause}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        cause: Arc<std::io::Error>,
    },
}

impl From<std::io::Error> for SnapshotError {
    fn from(error: std::io::Error) -> Self {
        Self::File(Arc::new(error))
    }
}

impl Store {
    /// Writes a snapshot of the present Seq while reads and writes go on. Blocks. Until it has
    /// ended, the store keeps what it replaces and deletes, so the file may grow.
    pub fn write_snapshot(&self, out: &mut dyn Write) -> Result<SnapshotSummary, SnapshotError> {
        let mut outcome = None;
        contained(|| {
            outcome = Some(write(&self.whole()?, out));
            Ok(())
        })?;
        // Absent only after an error or a panic, which has returned above.
        outcome.unwrap_or(Err(StoreError::Failed { cause: None }.into()))
    }
}

/// The store of one moment: its tables, and the slots of its keyring by number.
pub(crate) struct Whole {
    pub(crate) txn: ReadTransaction,
    pub(crate) keys: Vec<(u32, [u8; KEY_SLOT])>,
    pub(crate) seals: Arc<Seals>,
}

fn write(whole: &Whole, out: &mut dyn Write) -> Result<SnapshotSummary, SnapshotError> {
    let Whole { txn, keys, seals } = whole;
    // A store whose head does not verify makes no snapshot that could be restored.
    Meta::load(&SealedRead::read(txn, &META, seals)?)?;
    let mut chunks = ChunkWriter::begin(out)?;
    let format = txn.open_table(FORMAT).map_err(StoreError::from)?;
    if let Some(check) = format.get(KEY_CHECK).map_err(StoreError::from)? {
        let value = check.value().to_le_bytes();
        chunks.add(&Entry { code: CODE_OF_CHECK, key: &[], value: &value })?;
    }
    for (number, slot) in keys {
        chunks.add(&Entry { code: CODE_OF_KEYS, key: &number.to_le_bytes(), value: slot })?;
    }
    dump_all(txn, seals, &mut chunks)?;
    chunks.end()
}

/// Where the store stands: the first of the tables, with one entry.
const CODE_OF_HEAD: u8 = 1;
/// A slot of the keyring under its number (`u32`).
const CODE_OF_KEYS: u8 = 14;
/// The check of the master key of an encrypted store (`u64`), under nothing.
const CODE_OF_CHECK: u8 = 15;

/// Gives each table its code in snapshots. A new table gets a new one; none is used again.
macro_rules! codes {
    ($($code:literal => $table:ident),+ $(,)?) => {
        fn dump_all(
            txn: &ReadTransaction,
            seals: &Seals,
            chunks: &mut ChunkWriter<'_>,
        ) -> Result<(), SnapshotError> {
            $(dump((txn, seals), $code, &$table, chunks)?;)+
            Ok(())
        }

        /// Writes entries of one table. `None`: there is no such table or key.
        pub(crate) fn load(
            txn: &WriteTransaction,
            code: u8,
            entries: &[Entry<'_>],
        ) -> Result<Option<()>, StoreError> {
            match code {
                $($code => insert(txn, &$table, entries),)+
                _ => Ok(None),
            }
        }
    };
}

codes! {
    1 => META,
    2 => ROWS,
    3 => CHANGES,
    4 => TOMBSTONES,
    5 => ORIGINS,
    6 => SOURCES,
    7 => REQUESTS,
    8 => REQUEST_ORDER,
    9 => REQUEST_ROWS,
    10 => SLOTS,
    11 => TAKERS,
    12 => HOLDS,
    13 => STATIONS,
    16 => DIRECTORY,
}

fn dump<K: SnapshotKey>(
    (txn, seals): (&ReadTransaction, &Seals),
    code: u8,
    definition: &Definition<K>,
    chunks: &mut ChunkWriter<'_>,
) -> Result<(), SnapshotError> {
    let table = SealedRead::read(txn, definition, seals)?.table;
    let mut key = Vec::new();
    for entry in table.iter().map_err(StoreError::from)? {
        let (at, value) = entry.map_err(StoreError::from)?;
        key.clear();
        K::write(&at.value(), &mut key);
        chunks.add(&Entry { code, key: &key, value: value.value() })?;
    }
    Ok(())
}

fn insert<K: SnapshotKey>(
    txn: &WriteTransaction,
    definition: &Definition<K>,
    entries: &[Entry<'_>],
) -> Result<Option<()>, StoreError> {
    let mut table = txn.open_table(definition.of_redb())?;
    for entry in entries {
        let Some(key) = key::whole::<K>(entry.key) else {
            return Ok(None);
        };
        table.insert(key, entry.value)?;
    }
    Ok(Some(()))
}
