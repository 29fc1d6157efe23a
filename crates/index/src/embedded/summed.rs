//! A folder of tantivy's in which every file has a checksum.
//!
//! tantivy ends the files of segments with one. What it replaces whole has none: `meta.json`,
//! which tells the segments, their deletions and the mark of the commit, and the list of files
//! that it verifies. A bit that flips there leaves JSON that reads well and tells another index.
//! Here they end with a line of CRC-32 in hexadecimal digits over what stands before.

use std::io;
use std::path::Path;
use std::sync::Arc;

use tantivy::Directory;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{DirectoryLock, FileHandle, Lock, WatchCallback, WatchHandle, WritePtr};

/// Eight digits and the end of the line.
const SUM_BYTES: usize = 9;

/// A folder with checksums.
#[derive(Debug)]
pub(super) struct Summed {
    inner: Box<dyn Directory>,
}

impl Summed {
    /// On a folder in which nothing was written without.
    pub(super) fn on(inner: Box<dyn Directory>) -> Self {
        Self { inner }
    }
}

impl Clone for Summed {
    fn clone(&self) -> Self {
        Self { inner: self.inner.box_clone() }
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
        self.inner.atomic_write(path, &[data, &sum(data)].concat())
    }

    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.inner.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.inner.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.inner.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
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
    }
}
