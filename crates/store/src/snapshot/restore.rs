//! A store from a snapshot: all of it is verified before anything is made, and the store is put
//! in its place by one renaming.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use super::{ChunkReader, SnapshotError, SnapshotSummary, load};
use crate::disk::{self, Disk};
use crate::error::StoreError;
use crate::store::prepare;
use crate::tables::{FORMAT, FORMAT_VERSION, META, Meta, SealedRead, VERSION};
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
    let fresh = dir.join("store.redb.new");
    let restored = build(snapshot, &fresh).and_then(|summary| {
        File::open(&fresh).and_then(|file| file.sync_all()).map_err(folder)?;
        fs::rename(&fresh, dir.join("store.redb")).map_err(folder)?;
        // The file's name has to survive a power cut as well as its content.
        File::open(dir).and_then(|d| d.sync_all()).map_err(folder)?;
        Ok(summary)
    });
    if restored.is_err() {
        // What cannot be removed is overwritten by the next attempt.
        let _ = fs::remove_file(&fresh);
        if is_new {
            let _ = fs::remove_dir(dir);
        }
    }
    restored
}

fn build(snapshot: &Path, fresh: &Path) -> Result<SnapshotSummary, SnapshotError> {
    let mut reader = open(snapshot)?;
    let disk = Disk::open(disk::file(fresh.to_owned()))?;
    while write_some(&disk, &mut reader)? {}
    prepare(&disk, fresh)?;
    disk.read(|txn| Meta::load(&SealedRead::read(txn, &META)?).map(|_| ()))?;
    Ok(reader.summary())
}

/// Writes the next chunks in one transaction; `false` after the last.
fn write_some(
    disk: &Disk,
    reader: &mut ChunkReader<BufReader<File>>,
) -> Result<bool, SnapshotError> {
    let mut txn = disk.begin_write()?;
    make_durable(&mut txn)?;
    let mut goes_on = true;
    for _ in 0..CHUNKS_A_COMMIT {
        let read = reader.next(|entries| {
            for run in entries.chunk_by(|a, b| a.code == b.code) {
                let code = run.first().map_or(0, |entry| entry.code);
                if load(&txn, code, run)?.is_none() {
                    return Ok(None);
                }
            }
            Ok(Some(()))
        })?;
        if read.is_none() {
            goes_on = false;
            let mut format = txn.open_table(FORMAT).map_err(StoreError::from)?;
            format.insert(VERSION, FORMAT_VERSION).map_err(StoreError::from)?;
            break;
        }
    }
    txn.commit().map_err(StoreError::from)?;
    Ok(goes_on)
}
