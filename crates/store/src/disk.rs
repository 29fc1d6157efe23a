//! The database and what it stands on: opened with all its checksums verified, so that no
//! panic over a damaged file leaves it, and opened again after a full disk.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::RwLock;
use redb::backends::FileBackend;
use redb::{
    BackendError, Database, ReadTransaction, ReadableDatabase, StorageBackend, WriteTransaction,
};

use crate::error::StoreError;

/// What the database stands on.
type Backend = Box<dyn StorageBackend>;

/// Gives the file, or what stands for it in tests, each time that the database is opened.
pub(crate) type Opener = Box<dyn Fn() -> std::io::Result<Backend> + Send + Sync>;

/// Pages that redb keeps in memory: a sixteenth of its own measure, which is a third of what a
/// million postings take (`benches/README.md`, Footprint). What is read besides is kept by the
/// system.
const CACHE_BYTES: usize = 64 << 20;

/// How often a read is tried again while the database is being opened again, and how long it
/// waits in between: a tenth of a second in all, as after that the writer holds the lock.
const RETRIES: u32 = 100;
const RETRY_PAUSE: Duration = Duration::from_millis(1);

#[cfg(test)]
thread_local! {
    /// The bug: a database is opened unverified by this thread.
    pub(crate) static SKIPS_CHECK: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// The database. It is gone for as long as opening it again fails.
pub(crate) struct Disk {
    opener: Opener,
    database: RwLock<Option<Database>>,
    sync_failed: Arc<AtomicBool>,
    is_lost: AtomicBool,
}

impl Disk {
    /// Opens the database, which verifies every checksum in it.
    pub(crate) fn open(opener: Opener) -> Result<Self, StoreError> {
        let sync_failed = Arc::new(AtomicBool::new(false));
        let database = open_verified(&opener, &sync_failed)?;
        let database = RwLock::new(Some(database));
        Ok(Self { opener, database, sync_failed, is_lost: AtomicBool::new(false) })
    }

    /// Closes the database and opens it again, as redb does nothing any more after an error of
    /// the file. Reads wait meanwhile.
    pub(crate) fn reopen(&self) -> Result<(), StoreError> {
        let mut database = self.database.write();
        close(database.take());
        // At once: what closing it in between would write, a full disk may not take.
        *database = Some(contained(|| open(&self.opener, &self.sync_failed, (true, CACHE_BYTES)))?);
        Ok(())
    }

    /// Whether the last attempt to open it again failed.
    pub(crate) fn is_closed(&self) -> bool {
        self.database.read().is_none()
    }

    /// Whether a sync ever failed. What was written before it may be in the cache of the system
    /// and not on the disk, so that opening the database again in this process proves nothing.
    pub(crate) fn sync_failed(&self) -> bool {
        self.sync_failed.load(Ordering::SeqCst)
    }

    /// Tells readers that the database will not be opened again.
    pub(crate) fn give_up(&self) {
        self.is_lost.store(true, Ordering::SeqCst);
    }

    /// Begins the one write transaction.
    pub(crate) fn begin_write(&self) -> Result<WriteTransaction, StoreError> {
        let database = self.database.read();
        let database = database.as_ref().ok_or(StoreError::Failed { cause: None })?;
        Ok(database.begin_write()?)
    }

    /// Reads from one snapshot. A panic of redb over a damaged page becomes an error; a read
    /// that falls into the moment when the database is opened again is done over.
    pub(crate) fn read<T>(
        &self,
        read: impl Fn(&ReadTransaction) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let attempt = || contained(|| read(&self.begin_read()?));
        for _ in 0..RETRIES {
            match attempt() {
                Err(error) if error.is_of_closed_file() && !self.is_lost() => {
                    std::thread::sleep(RETRY_PAUSE);
                }
                answer => return answer,
            }
        }
        attempt()
    }

    /// Begins a snapshot; [`Disk::read`] is for all who read more than once.
    pub(crate) fn begin_read(&self) -> Result<ReadTransaction, StoreError> {
        let database = self.database.read();
        let database = database.as_ref().ok_or(StoreError::Failed { cause: None })?;
        Ok(database.begin_read()?)
    }

    fn is_lost(&self) -> bool {
        self.is_lost.load(Ordering::SeqCst)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        close(self.database.get_mut().take());
    }
}

/// Opens the database and verifies it. Every page is read once, so that to keep them takes longer
/// than to read them: this is done without a cache, and what was found right is opened again as
/// it was closed.
fn open_verified(opener: &Opener, sync_failed: &Arc<AtomicBool>) -> Result<Database, StoreError> {
    contained(|| {
        let verified = open(opener, sync_failed, (true, 0))?;
        // A full disk may not take what closing writes. Then nothing is trusted.
        let is_closed = verified.close().is_ok();
        open(opener, sync_failed, (!is_closed, CACHE_BYTES))
    })
}

/// Opens the database. redb trusts what it reads: a flipped bit in a page of keys would hide rows.
/// Once verified, what is there can be found; the rows carry seals of their own besides.
fn open(
    opener: &Opener,
    sync_failed: &Arc<AtomicBool>,
    (verify, cache_bytes): (bool, usize),
) -> Result<Database, StoreError> {
    let inner = opener().map_err(redb::DatabaseError::from)?;
    let backend = Watched { inner, sync_failed: sync_failed.clone() };
    let mut builder = Database::builder();
    builder.set_check_integrity_on_open(verify).set_cache_size(cache_bytes);
    #[cfg(test)]
    builder.set_check_integrity_on_open(verify && !SKIPS_CHECK.get());
    Ok(builder.create_with_backend(backend)?)
}

/// Closes a database; one whose locks a panic poisoned may panic once more.
fn close(database: Option<Database>) {
    let closed = contained(|| {
        drop(database);
        Ok(())
    });
    if closed.is_err() {
        tracing::error!("the database panicked while it was closed");
    }
}

/// Runs what calls redb, whose panics over a damaged file become errors.
pub(crate) fn contained<T>(run: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    // Nothing of ours is changed halfway: reads change nothing, and what redb holds is
    // either its own or dropped with the transaction.
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let told = panic.downcast_ref::<String>().map(String::as_str);
        let told = told.or_else(|| panic.downcast_ref::<&str>().copied());
        let found = format!("the database panicked: {}", told.unwrap_or("for no told reason"));
        tracing::error!(%found, "a panic over the store's file was contained");
        Err(StoreError::Corrupted { found })
    })
}

/// redb's first bytes, and the bit after them that is set from opening to closing a file
/// (`tree_store/page_store/header.rs` of redb 4).
const MAGIC: [u8; 9] = *b"redb\x1a\x0a\xa9\x0d\x0a";
const IN_USE: u8 = 2;

/// Opens a file each time. Unless it was closed, what the system has of it in its cache is
/// dropped first: after a sync that failed, the cache may hold what the disk does not. redb
/// closes no file after a failure, and closing syncs everything before it marks the file.
pub(crate) fn file(path: PathBuf) -> Opener {
    Box::new(move || {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(&path)?;
        if !was_closed(&file)? {
            drop_cache(&file)?;
        }
        let backend = FileBackend::new(file).map_err(std::io::Error::other)?;
        Ok(Box::new(backend))
    })
}

/// Whether redb has closed the file. `false` when that cannot be told.
fn was_closed(mut file: &File) -> std::io::Result<bool> {
    let mut head = [0; MAGIC.len() + 1];
    file.seek(SeekFrom::Start(0))?;
    let is_whole = file.read_exact(&mut head).is_ok();
    Ok(is_whole && head[..MAGIC.len()] == MAGIC && head[MAGIC.len()] & IN_USE == 0)
}

#[cfg(target_os = "linux")]
fn drop_cache(file: &File) -> std::io::Result<()> {
    file.sync_data()?;
    Ok(rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed)?)
}

#[cfg(not(target_os = "linux"))]
fn drop_cache(file: &File) -> std::io::Result<()> {
    file.sync_data()
}

/// A backend that remembers whether a sync failed, which redb's error does not tell.
#[derive(Debug)]
struct Watched {
    inner: Backend,
    sync_failed: Arc<AtomicBool>,
}

impl StorageBackend for Watched {
    fn len(&self) -> std::io::Result<u64> {
        self.inner.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> std::io::Result<()> {
        self.inner.read(offset, out)
    }

    fn set_len(&self, len: u64) -> std::io::Result<()> {
        self.inner.set_len(len)
    }

    fn sync_data(&self) -> std::io::Result<()> {
        let synced = self.inner.sync_data();
        if synced.is_err() {
            self.sync_failed.store(true, Ordering::SeqCst);
        }
        synced
    }

    fn write(&self, offset: u64, data: &[u8]) -> std::io::Result<()> {
        self.inner.write(offset, data)
    }

    fn close(&self) -> std::io::Result<()> {
        self.inner.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.inner.try_lock_range(start, end)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        self.inner.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.inner.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.inner.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.inner.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.inner.query_lock_range(start, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_tells_whether_it_was_closed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.redb");
        let told = || was_closed(&File::open(&path).unwrap()).unwrap();
        std::fs::write(&path, [0; 100]).unwrap();
        assert!(!told(), "of another format");
        std::fs::write(&path, MAGIC).unwrap();
        assert!(!told(), "cut short");
        std::fs::remove_file(&path).unwrap();
        for _ in 0..2 {
            let disk = Disk::open(file(path.clone())).unwrap();
            disk.begin_write().unwrap().commit().unwrap();
            assert!(!told(), "in use, as after a kill");
            drop(disk);
            assert!(told());
        }
    }
}
