//! The watermark: below so much free space nothing is taken in any more.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::error::StoreError;

/// Tells how many bytes are free for the store.
pub type FreeSpace = Arc<dyn Fn() -> io::Result<u64> + Send + Sync>;

/// Room on the disk of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskState {
    /// Bytes that are free; `None` when the system does not tell.
    pub free_bytes: Option<u64>,
    /// Below this the store takes nothing in.
    pub min_free_bytes: u64,
}

impl DiskState {
    /// Whether only deletions are taken. A disk that does not tell counts as one with room: a
    /// commit that finds none fails by itself.
    pub fn is_read_only(&self) -> bool {
        self.free_bytes.is_some_and(|free| free < self.min_free_bytes)
    }

    /// The refusal of a write; `None` while there is room.
    pub(crate) fn refusal(self) -> Option<StoreError> {
        self.is_read_only().then_some(StoreError::DiskFull(self))
    }
}

/// What watches the disk.
#[derive(Clone)]
pub(crate) struct Watermark {
    pub(crate) free: FreeSpace,
    pub(crate) min_free_bytes: u64,
}

impl Watermark {
    /// Asks anew: a question to the file system, which takes microseconds.
    pub(crate) fn state(&self) -> DiskState {
        let free_bytes = (self.free)()
            .inspect_err(|error| tracing::warn!(%error, "the free space of the disk is unknown"))
            .ok();
        DiskState { free_bytes, min_free_bytes: self.min_free_bytes }
    }
}

/// Bytes of the file system of a folder that are free for a program without special rights.
pub fn free_space_of(dir: PathBuf) -> FreeSpace {
    Arc::new(move || {
        let told = rustix::fs::statvfs(&dir)?;
        Ok(told.f_bavail.saturating_mul(told.f_frsize))
    })
}
