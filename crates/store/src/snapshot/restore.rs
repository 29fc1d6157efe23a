//! A store from a snapshot: all of it is verified before anything is made, and the store is put
//! in its place by one renaming.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::WriteTransaction;

use super::{
    CODE_OF_CHECK, CODE_OF_HEAD, CODE_OF_KEYS, ChunkReader, Entry, SnapshotError, SnapshotSummary,
    load,
};
use crate::disk::{self, Disk};
use crate::error::StoreError;
use crate::keyring::KeyringWriter;
use crate::store::keyring_beside;
use crate::tables::{FORMAT, KEY_CHECK, VERSION};
use crate::writer::make_durable;

/// Chunks that share a transaction; each has about a mebibyte.
const CHUNKS_A_COMMIT: usize = 16;

fn open(snapshot: &Path) -> Result<ChunkReader<BufReader<File>>, SnapshotError> {
    ChunkReader::begin(BufReader::new(File::open(snapshot)?))
}

/// Reads a snapshot to its end and verifies all checksums.
pub fn verify_snapshot(snapshot: &Path) -> Result<SnapshotSummary, SnapshotError> {
    let mut reader = open(snapshot)?;
    while reader.next(|_| Ok(Some(())))?.is_some() {}
    Ok(reader.summary())
}

/// Makes a store from a snapshot in a folder that is empty or does not exist. When it is refused,
/// nothing is left behind. Indexes are made from the store when the service starts.
pub fn restore_snapshot(snapshot: &Path, dir: &Path) -> Result<SnapshotSummary, SnapshotError> {
    let folder = |cause| SnapshotError::Folder { path: dir.to_owned(), cause: Arc::new(cause) };
    let is_new = !dir.try_exists().map_err(folder)?;
    if !is_new && fs::read_dir(dir).map_err(folder)?.next().is_some() {
        return Err(SnapshotError::NotEmpty { path: dir.to_owned() });
    }
    verify_snapshot(snapshot)?;
    fs::create_dir_all(dir).map_err(folder)?;
    let files = Files::of(dir);
    let restored = build(snapshot, &files).and_then(|summary| {
        // The keys first: a store without them would be taken for one that lost its keyring.
        files.put_in_place().map_err(folder)?;
        Ok(summary)
    });
    if restored.is_err() {
        // What cannot be removed is overwritten, or refused as a folder that is not empty.
        files.remove();
        if is_new {
            let _ = fs::remove_dir(dir);
        }
    }
    restored
}

/// The files of a store, each under the name that it has while it is made.
struct Files {
    dir: PathBuf,
    store: PathBuf,
    keyring: PathBuf,
}

impl Files {
    fn of(dir: &Path) -> Self {
        let fresh = |name: &str| dir.join(format!("{name}.new"));
        Self { dir: dir.to_owned(), store: fresh("store.redb"), keyring: fresh("keyring.bin") }
    }

    fn put_in_place(&self) -> std::io::Result<()> {
        File::open(&self.store)?.sync_all()?;
        let store = self.dir.join("store.redb");
        #[cfg(test)]
        jobmatch_faults::at("restore: rename keyring", &self.dir)?;
        fs::rename(&self.keyring, keyring_beside(&store))?;
        #[cfg(test)]
        jobmatch_faults::at("restore: rename store", &self.dir)?;
        fs::rename(&self.store, store)?;
        #[cfg(test)]
        jobmatch_faults::at("restore: sync folder", &self.dir)?;
        // The files' names have to survive a power cut as well as their content.
        File::open(&self.dir)?.sync_all()
    }

    /// Removes what was made, also what is in its place already: the folder was empty before.
    fn remove(&self) {
        let store = self.dir.join("store.redb");
        for made in [&self.store, &self.keyring, &keyring_beside(&store), &store] {
            let _ = fs::remove_file(made);
        }
    }
}

fn build(snapshot: &Path, files: &Files) -> Result<SnapshotSummary, SnapshotError> {
    let mut reader = open(snapshot)?;
    let disk = Disk::open(disk::file(files.store.clone()))?;
    let mut loading = Loading { keyring: KeyringWriter::create(&files.keyring)?, has_head: false };
    while loading.write_some(&disk, &mut reader)? {}
    if !loading.has_head {
        return Err(reader.damaged("a store without a head"));
    }
    #[cfg(test)]
    jobmatch_faults::at("restore: finish keyring", &files.dir)?;
    loading.keyring.finish()?;
    Ok(reader.summary())
}

/// Puts entries where they belong.
struct Loading {
    keyring: KeyringWriter,
    /// The entry that tells where the store stands was there.
    has_head: bool,
}

impl Loading {
    /// Writes the next chunks in one transaction; `false` after the last.
    fn write_some(
        &mut self,
        disk: &Disk,
        reader: &mut ChunkReader<BufReader<File>>,
    ) -> Result<bool, SnapshotError> {
        let mut txn = disk.begin_write()?;
        make_durable(&mut txn)?;
        let mut goes_on = true;
        for _ in 0..CHUNKS_A_COMMIT {
            let read = reader.next(|entries| {
                for run in entries.chunk_by(|a, b| a.code == b.code) {
                    if self.take(&txn, run)?.is_none() {
                        return Ok(None);
                    }
                }
                Ok(Some(()))
            })?;
            if read.is_none() {
                goes_on = false;
                // Of an earlier format, it is written anew when it is opened.
                insert_number(&txn, VERSION, u64::from(reader.format()))?;
                break;
            }
        }
        txn.commit().map_err(StoreError::from)?;
        Ok(goes_on)
    }

    /// Entries of one code; `None` when there is no such code or key.
    fn take(
        &mut self,
        txn: &WriteTransaction,
        entries: &[Entry<'_>],
    ) -> Result<Option<()>, SnapshotError> {
        match entries.first().map_or(0, |entry| entry.code) {
            CODE_OF_KEYS => {
                for entry in entries {
                    let (Ok(number), Ok(slot)) = (entry.key.try_into(), entry.value.try_into())
                    else {
                        return Ok(None);
                    };
                    self.keyring.put(u32::from_le_bytes(number), slot)?;
                }
                Ok(Some(()))
            }
            CODE_OF_CHECK => match entries[0].value.try_into().map(u64::from_le_bytes) {
                Ok(check) => insert_number(txn, KEY_CHECK, check).map(Some),
                Err(_) => Ok(None),
            },
            code => {
                self.has_head |= code == CODE_OF_HEAD;
                Ok(load(txn, code, entries)?)
            }
        }
    }
}

fn insert_number(txn: &WriteTransaction, name: &str, value: u64) -> Result<(), SnapshotError> {
    let mut format = txn.open_table(FORMAT).map_err(StoreError::from)?;
    format.insert(name, value).map_err(StoreError::from)?;
    Ok(())
}
