//! The lock of a folder of data: whoever has it may open, remove and write what is in there.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::Arc;

use jobmatch_store::StoreError;

use crate::error::MatchingError;

/// Its name in the folder. The file is empty and stays.
const NAME: &str = "lock";

/// Held as long as it lives; the system lets go of it when the process ends, however it does.
pub(crate) struct FolderLock(
    #[expect(dead_code, reason = "closing the file is what unlocks")] File,
);

impl FolderLock {
    /// Makes the folder where it is missing and takes its lock, or says who is in the way.
    pub(crate) fn take(folder: &Path) -> Result<Self, MatchingError> {
        let unusable =
            |cause| StoreError::Folder { path: folder.to_owned(), cause: Arc::new(cause) };
        fs::create_dir_all(folder).map_err(unusable)?;
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(false);
        let file = options.open(folder.join(NAME)).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => {
                Err(MatchingError::FolderInUse { path: folder.to_owned() })
            }
            Err(TryLockError::Error(cause)) => Err(unusable(cause).into()),
        }
    }
}
