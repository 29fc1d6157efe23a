//! The handle on the store: opening, writing, shutting down.

#[cfg(test)]
mod failure_tests;
mod opening;
mod read;
mod slots;
mod stations;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use jobmatch_domain::{DocumentId, Instant, Seq};
use parking_lot::Mutex;
use redb::Database;
use tokio::sync::watch;

use crate::error::{StoreError, WriteError};
use crate::group::{DiscardJob, Job, WriteJob};
use crate::master::MasterKey;
use crate::queue::Queue;
use crate::record::{Decision, Receipt, Record, RequestKey, Stored};
use crate::seal::Seals;
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
    /// Key that the whole store is encrypted with. `None` by default: only what holds
    /// something of a person is sealed by a cipher, under a key of that person. A store that
    /// was made without is encrypted at the first opening with one.
    pub master_key: Option<MasterKey>,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            group_commit_max: 1_000,
            queue_max: 4_096,
            request_keys_kept: 100_000,
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
    database: Arc<Database>,
    seals: Arc<Seals>,
    queue: Arc<Queue<Box<dyn Job>>>,
    seq: watch::Receiver<Seq>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Store {
    /// Opens `dir/store.redb` and `dir/keyring.bin`; makes what is missing. One process at a
    /// time has it open. A store of an earlier format is written anew in the present one.
    pub fn open(dir: &Path, options: StoreOptions, clock: Clock) -> Result<Self, StoreError> {
        let folder = |cause| StoreError::Folder { path: dir.to_owned(), cause: Arc::new(cause) };
        fs::create_dir_all(dir).map_err(folder)?;
        let path = dir.join("store.redb");
        let (database, seals) = opening::open(&path, options.master_key.as_ref())?;
        // The files' names have to survive a power cut as well as their content.
        File::open(dir).and_then(|d| d.sync_all()).map_err(folder)?;
        Self::start(database, seals, path, options, clock)
    }

    /// Makes what is missing, destroys keys without a row and starts the writer.
    pub(crate) fn start(
        database: Database,
        mut seals: Seals,
        path: PathBuf,
        options: StoreOptions,
        clock: Clock,
    ) -> Result<Self, StoreError> {
        let meta = opening::prepare(&database, &mut seals, options.master_key.as_ref())?;
        let (sender, receiver) = watch::channel(meta.seq());
        let seals = Arc::new(seals);
        let database = Arc::new(database);
        let queue = Arc::new(Queue::new(options.queue_max));
        let writer = Writer {
            database: database.clone(),
            queue: queue.clone(),
            seals: seals.clone(),
            seq: sender,
            clock,
            options,
        };
        let thread = thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || writer.run())
            .map_err(|cause| StoreError::Thread(Arc::new(cause)))?;
        let writer = Mutex::new(Some(thread));
        let inner = Inner { path, database, seals, queue, seq: receiver, writer };
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

    /// Removes a row that is damaged, so that the record can be sent again. `false` when
    /// the row is readable or there is none. Looks through all lists of the collection.
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
