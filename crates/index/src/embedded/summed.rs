//! A folder of tantivy's in which every file has a checksum.
//!
//! tantivy ends the files of segments with one. What it replaces whole has none: `meta.json`,
//! which tells the segments, their deletions and the mark of the commit, and the list of files
//! that it verifies. A bit that flips there leaves JSON that reads well and tells another index.
//! Here they end with a line of CRC-32 in hexadecimal digits over what stands before.

use std::io;
use std::path::Path;
use std::sync::Arc;

use parking_lot::{RwLock, RwLockReadGuard};
use tantivy::Directory;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{DirectoryLock, FileHandle, Lock, WatchCallback, WatchHandle, WritePtr};

/// Eight digits and the end of the line.
const SUM_BYTES: usize = 9;

/// A folder with checksums.
#[derive(Debug)]
pub(super) struct Summed {
    inner: Box<dyn Directory>,
    end: End,
}

/// Ends all changes to a folder: a merge of tantivy's may outlive the writer that began it, and
/// would put its own `meta.json` over that of whoever opened the folder since.
#[derive(Debug, Clone, Default)]
pub(super) struct End(Arc<RwLock<bool>>);

impl End {
    /// From now on changes fail; those under way are waited for.
    pub(super) fn now(&self) {
        *self.0.write() = true;
    }

    /// Holds the end off while a change is made.
    fn not_yet(&self) -> io::Result<RwLockReadGuard<'_, bool>> {
        let ended = self.0.read();
        if *ended {
            return Err(io::Error::other("the index was closed"));
        }
        Ok(ended)
    }
}

impl Summed {
    /// On a folder in which nothing was written without.
    pub(super) fn on(inner: Box<dyn Directory>) -> Self {
        Self { inner, end: End::default() }
    }

    /// What ends the changes through this value and its clones.
    pub(super) fn end(&self) -> End {
        self.end.clone()
    }
}

impl Clone for Summed {
    fn clone(&self) -> Self {
        Self { inner: self.inner.box_clone(), end: self.end() }
    }
}

fn sum(data: &[u8]) -> [u8; SUM_BYTES] {
    let mut line = [b'\n'; SUM_BYTES];
    let digits = format!("{:08x}", crc32fast::hash(data));
    line[..digits.len()].copy_from_slice(digits.as_bytes());
    line
}

/// What stands before the right checksum.
fn verified(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let (data, line) = bytes.split_last_chunk::<SUM_BYTES>()?;
    let is_right = *line == sum(data);
    #[cfg(test)]
    let is_right = is_right || super::lexical::SKIPS_CHECK.get();
    is_right.then(|| {
        bytes.truncate(bytes.len() - SUM_BYTES);
        bytes
    })
}

impl Directory for Summed {
    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        verified(self.inner.atomic_read(path)?).ok_or_else(|| {
            let damaged = io::Error::new(io::ErrorKind::InvalidData, "its checksum is wrong");
            OpenReadError::wrap_io_error(damaged, path.to_owned())
        })
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let _open = self.end.not_yet()?;
        self.inner.atomic_write(path, &[data, &sum(data)].concat())
    }

    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.inner.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        let closed = |e| DeleteError::IoError { io_error: Arc::new(e), filepath: path.to_owned() };
        let _open = self.end.not_yet().map_err(closed)?;
        self.inner.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.inner.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let closed = |e| OpenWriteError::wrap_io_error(e, path.to_owned());
        let _open = self.end.not_yet().map_err(closed)?;
        self.inner.open_write(path)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.inner.sync_directory()
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.inner.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.inner.watch(callback)
    }
}

#[cfg(test)]
mod tests {
    use tantivy::directory::RamDirectory;

    use super::*;

    #[test]
    fn after_its_end_a_folder_is_not_changed_by_those_who_still_hold_it() {
        let (path, ram) = (Path::new("meta.json"), RamDirectory::create());
        let summed = Summed::on(Box::new(ram.clone()));
        let merge = summed.clone();
        merge.atomic_write(path, b"{}").unwrap();
        summed.end().now();
        assert!(merge.atomic_write(path, b"{1}").is_err());
        assert!(merge.delete(path).is_err() && merge.open_write(Path::new("a")).is_err());
        let anew = Summed::on(Box::new(ram));
        assert_eq!(anew.atomic_read(path).unwrap(), b"{}");
        anew.atomic_write(path, b"{2}").unwrap();
    }

    #[test]
    fn any_flipped_bit_and_any_cut_is_found() {
        let (path, ram) = (Path::new("meta.json"), RamDirectory::create());
        let summed = Summed::on(Box::new(ram.clone()));
        assert!(matches!(summed.atomic_read(path), Err(OpenReadError::FileDoesNotExist(_))));
        let data = br#"{"segments":[],"payload":"7 77"}"#;
        summed.atomic_write(path, data).unwrap();
        assert_eq!(summed.atomic_read(path).unwrap(), data);
        let good = ram.atomic_read(path).unwrap();
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut bytes = good.clone();
                bytes[at] ^= 1 << bit;
                ram.atomic_write(path, &bytes).unwrap();
                assert!(summed.atomic_read(path).is_err(), "byte {at} bit {bit}");
            }
            ram.atomic_write(path, &good[..at]).unwrap();
            assert!(summed.atomic_read(path).is_err(), "cut at {at}");
        }
        eprintln!("{} flips in a list of tantivy's: all found", good.len() * 8);
    }
}
