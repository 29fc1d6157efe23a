//! The handle on the store: opening, writing, shutting down.

#[cfg(test)]
mod fault_tests;
mod opening;
mod read;
mod scrub;
mod slots;
mod stations;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

pub(crate) use self::opening::keyring_beside;
pub use self::scrub::{ScrubDepth, ScrubPlace, ScrubReport};
use jobmatch_domain::{DocumentId, Instant, Seq};
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::disk::{Disk, contained};
use crate::error::{StoreError, WriteError};
use crate::group::{DiscardJob, Job, WriteJob};
use crate::master::MasterKey;
use crate::queue::Queue;
use crate::record::{Decision, Receipt, Record, RequestKey, Stored};
use crate::seal::Seals;
use crate::space::{DiskState, FreeSpace, Watermark, free_space_of};
use crate::writer::Writer;

/// Tells the present instant.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// Limits of the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreOptions {
    /// Most writes that share one commit. 1,000 by default: larger groups bring little
    /// more, and each write waits for its group.
    pub group_commit_max: usize,
    /// Most writes that wait for the writer; further callers wait for room.
    pub queue_max: usize,
    /// Most request keys that are remembered; the oldest is dropped first.
    pub request_keys_kept: u64,
    /// Below so many free bytes on its disk the store takes deletions only. 256 MiB by default:
    /// room for deletions, for the log, and for an operator to look around.
    pub min_free_bytes: u64,
    /// Key that the whole store is encrypted with. `None` by default: only what holds
    /// something of a person is sealed by a cipher, under a key of that person. A store that
    /// was made without is encrypted at the first opening with one.
    pub master_key: Option<MasterKey>,
}

/// What the store gets from around it.
pub(crate) struct Surroundings {
    pub(crate) options: StoreOptions,
    pub(crate) clock: Clock,
    pub(crate) free: FreeSpace,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            group_commit_max: 1_000,
            queue_max: 4_096,
            request_keys_kept: 100_000,
            min_free_bytes: 256 << 20,
            master_key: None,
        }
    }
}

/// The system of record. Clones share one store; the last one to be dropped shuts it
/// down, which waits for the writes in the queue. Reads block on the disk for some
/// microseconds.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    disk: Arc<Disk>,
    seals: Arc<Seals>,
    /// See [`Writer`].
    moment: Arc<Mutex<()>>,
    watermark: Watermark,
    queue: Arc<Queue<Box<dyn Job>>>,
    seq: watch::Receiver<Seq>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Store {
    /// Opens `dir/store.redb` and `dir/keyring.bin`; makes what is missing. One process at a
    /// time has it open. A store of an earlier format is written anew in the present one.
    pub fn open(dir: &Path, options: StoreOptions, clock: Clock) -> Result<Self, StoreError> {
        Self::open_watching(dir, options, clock, free_space_of(dir.to_owned()))
    }

    /// The same with another source of the free space.
    pub fn open_watching(
        dir: &Path,
        options: StoreOptions,
        clock: Clock,
        free: FreeSpace,
    ) -> Result<Self, StoreError> {
        let folder = |cause| StoreError::Folder { path: dir.to_owned(), cause: Arc::new(cause) };
        fs::create_dir_all(dir).map_err(folder)?;
        let path = dir.join("store.redb");
        if !path.try_exists().map_err(folder)? {
            opening::make(dir, &path, options.master_key.as_ref())?;
        }
        let opened = opening::open(&path, options.master_key.as_ref())?;
        // A new keyring's name has to survive a power cut as well as its content.
        File::open(dir).and_then(|d| d.sync_all()).map_err(folder)?;
        Self::start(opened, path, Surroundings { options, clock, free })
    }

    /// Checks the format, makes what is missing and starts the writer.
    pub(crate) fn start(
        (disk, mut seals): (Disk, Seals),
        path: PathBuf,
        surroundings: Surroundings,
    ) -> Result<Self, StoreError> {
        let Surroundings { options, clock, free } = surroundings;
        let meta = contained(|| opening::prepare(&disk, &mut seals, options.master_key.as_ref()))?;
        let (disk, seals, moment) = (Arc::new(disk), Arc::new(seals), Arc::default());
        let (sender, receiver) = watch::channel(meta.seq());
        let watermark = Watermark { free, min_free_bytes: options.min_free_bytes };
        let queue = Arc::new(Queue::new(options.queue_max));
        let writer = Writer {
            disk: disk.clone(),
            queue: queue.clone(),
            seals: seals.clone(),
            moment: Arc::clone(&moment),
            seq: sender,
            clock,
            options,
            watermark: watermark.clone(),
        };
        let thread = thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || writer.run())
            .map_err(|cause| StoreError::Thread(Arc::new(cause)))?;
        let writer = Mutex::new(Some(thread));
        let inner = Inner { path, disk, seals, moment, watermark, queue, seq: receiver, writer };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Seq of the last durable change.
    pub fn seq(&self) -> Seq {
        *self.inner.seq.borrow()
    }

    /// Follows [`Store::seq`]. Ends with an error once the store is shut down.
    pub fn subscribe(&self) -> watch::Receiver<Seq> {
        let mut receiver = self.inner.seq.clone();
        receiver.mark_unchanged();
        receiver
    }

    /// Runs `decide` against the current record on the writer thread, makes its decision
    /// durable together with other waiting writes, and answers. Nobody else writes
    /// between the reading and the writing. A decision that refuses or panics changes
    /// nothing.
    ///
    /// `decide` holds up every other write, so it must not wait for anything. When the
    /// returned future is dropped, the write may still happen.
    pub async fn write<R: Record, E: Send + 'static>(
        &self,
        id: DocumentId,
        key: Option<RequestKey>,
        decide: impl FnOnce(Option<&Stored<R>>) -> Result<Decision<R>, E> + Send + 'static,
    ) -> Result<Receipt<R>, WriteError<E>> {
        let (job, answer) = WriteJob::new(id, key, decide);
        let queued = self.inner.queue.push(Box::new(job)).await;
        queued.map_err(|_| WriteError::Busy)?;
        // Without an answer only when the writer thread died.
        answer.await.unwrap_or(Err(WriteError::Store(StoreError::Failed { cause: None })))
    }

    /// Removes a row that is damaged, so that the record can be sent again, or what lists one that
    /// is missing. `false` when the row is readable or there is neither. Looks through all lists of the collection.
    pub async fn discard_damaged<R: Record>(
        &self,
        id: DocumentId,
    ) -> Result<bool, WriteError<std::convert::Infallible>> {
        let (job, answer) = DiscardJob::<R>::new(id);
        let queued = self.inner.queue.push(Box::new(job)).await;
        queued.map_err(|_| WriteError::Busy)?;
        let answer = answer.await;
        Ok(answer.unwrap_or(Err(StoreError::Failed { cause: None }))?)
    }

    /// Bytes of the file; 0 when the file system does not tell.
    pub fn size_bytes(&self) -> u64 {
        fs::metadata(&self.inner.path).map_or(0, |m| m.len())
    }

    /// Room on its disk, asked anew.
    pub fn disk(&self) -> DiskState {
        self.inner.watermark.state()
    }

    /// Refuses new writes, finishes those in the queue and ends the writer thread. Reads
    /// go on. Blocks; done twice it does nothing.
    pub fn shutdown(&self) {
        self.inner.shut_down();
    }
}

impl Inner {
    fn shut_down(&self) {
        self.queue.close();
        let mut writer = self.writer.lock();
        // A decision may hold the last clone of the store: its thread cannot wait for
        // itself, and ends with the queue anyway.
        if let Some(thread) = writer.take()
            && thread.thread().id() != thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the writer thread panicked");
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.shut_down();
    }
}
