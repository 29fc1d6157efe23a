//! The one thread that writes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use jobmatch_domain::Seq;
use parking_lot::Mutex;
use redb::{Durability, WriteTransaction};
use tokio::sync::watch;

use crate::disk::{Disk, contained};
use crate::error::StoreError;
use crate::group::{Group, Job};
use crate::queue::Queue;
use crate::seal::Seals;
use crate::space::Watermark;
use crate::store::{Clock, StoreOptions};
use crate::tables::{META, Meta, SealedRead};

/// What the writer works with.
pub(crate) struct Writer {
    pub(crate) disk: Arc<Disk>,
    pub(crate) queue: Arc<Queue<Box<dyn Job>>>,
    pub(crate) seq: watch::Sender<Seq>,
    pub(crate) seals: Arc<Seals>,
    /// Held while a group is committed, so that a snapshot has rows and keys of one moment.
    pub(crate) moment: Arc<Mutex<()>>,
    pub(crate) clock: Clock,
    pub(crate) options: StoreOptions,
    pub(crate) watermark: Watermark,
}

impl Writer {
    /// Writes group after group until the queue is closed and empty. After a failure that does
    /// not mend it only answers.
    pub(crate) fn run(self) {
        let mut lasting = None;
        while let Some(mut jobs) = self.queue.take(self.options.group_commit_max) {
            let failure = match &lasting {
                Some(failure) => Some(StoreError::clone(failure)),
                None => self.write(&mut jobs).err(),
            };
            for job in jobs {
                job.answer(failure.as_ref());
            }
            if lasting.is_none() {
                lasting = failure.filter(|f| !matches!(f, StoreError::DiskFull(_)));
                lasting.iter().for_each(|_| self.disk.give_up());
            }
        }
    }

    /// `DiskFull` passes, any other failure lasts.
    fn write(&self, jobs: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
        // A panic of redb over a corrupt file must not leave callers without an answer.
        // Nothing of the transaction outlives it.
        let written = catch_unwind(AssertUnwindSafe(|| {
            if self.disk.is_closed() {
                self.reopen()?;
            }
            self.commit(jobs)
        }));
        let cause = match written {
            Ok(Ok(seq)) => {
                if let Some(seq) = seq {
                    self.seq.send_replace(seq);
                }
                return Ok(());
            }
            Ok(Err(error)) if error.is_out_of_space() && !self.disk.sync_failed() => {
                return Err(self.recover(error));
            }
            Ok(Err(error)) => {
                tracing::error!(%error, cause = ?error, "a commit failed; no more writes");
                Some(Arc::new(error))
            }
            Err(_) => {
                tracing::error!("the writer panicked; no more writes");
                None
            }
        };
        Err(StoreError::Failed { cause })
    }

    /// Opens the database again after a write that found no room, as redb refuses even reads
    /// after it. That is safe where no sync failed: a write that was refused is known not to
    /// have happened, and what is committed was synced before. What the group is told.
    fn recover(&self, error: StoreError) -> StoreError {
        self.seals.keyring.undo();
        tracing::error!(%error, cause = ?error, "the disk is full; the write was refused");
        let full = StoreError::DiskFull(self.watermark.state());
        match contained(|| self.reopen()) {
            Ok(()) => full,
            // Tried again with the next group.
            Err(error) if error.is_out_of_space() && !self.disk.sync_failed() => full,
            Err(error) => {
                tracing::error!(%error, cause = ?error, "the store cannot be opened again");
                StoreError::Failed { cause: Some(Arc::new(error)) }
            }
        }
    }

    /// Opens the database again, and tells the Seq at which it stands.
    fn reopen(&self) -> Result<(), StoreError> {
        self.disk.reopen()?;
        let seq = self
            .disk
            .read(|txn| Ok(Meta::load(&SealedRead::read(txn, &META, &self.seals)?)?.seq()))?;
        self.seq.send_replace(seq);
        tracing::info!("the store was opened again");
        Ok(())
    }

    /// The Seq after the group; `None` when it changed nothing.
    fn commit(&self, jobs: &mut [Box<dyn Job>]) -> Result<Option<Seq>, StoreError> {
        let _moment = self.moment.lock();
        let mut txn = self.disk.begin_write()?;
        make_durable(&mut txn)?;
        let now = (self.clock)();
        let mut group = Group::open(&txn, &self.seals, now, self.options.request_keys_kept)?;
        group.refuse_growth(self.watermark.state().refusal());
        for job in jobs {
            job.apply(&mut group)?;
        }
        let seq = group.close()?;
        match seq {
            Some(_) => {
                // A row is never durable without its key, a key never outlives its row's
                // acknowledged deletion.
                self.seals.keyring.write_fresh()?;
                txn.commit()?;
                self.seals.keyring.destroy_retired()?;
            }
            None => txn.abort()?,
        }
        Ok(seq)
    }
}

/// Commits in two phases, each with its sync. In one phase the pointer to the newest state may
/// reach the disk before that state does, and after a power cut redb has to tell by checksums
/// which of two states is whole; in two, the pointer moves only to what is on the disk.
pub(crate) fn make_durable(txn: &mut WriteTransaction) -> Result<(), StoreError> {
    txn.set_durability(Durability::Immediate)?;
    txn.set_two_phase_commit(true);
    Ok(())
}
