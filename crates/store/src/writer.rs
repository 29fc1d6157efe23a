//! The one thread that writes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use jobmatch_domain::Seq;
use redb::{Database, Durability};
use tokio::sync::watch;

use crate::error::StoreError;
use crate::group::{Group, Job};
use crate::queue::Queue;
use crate::seal::Seals;
use crate::store::{Clock, StoreOptions};

/// What the writer works with.
pub(crate) struct Writer {
    pub(crate) database: Arc<Database>,
    pub(crate) queue: Arc<Queue<Box<dyn Job>>>,
    pub(crate) seq: watch::Sender<Seq>,
    pub(crate) seals: Arc<Seals>,
    pub(crate) clock: Clock,
    pub(crate) options: StoreOptions,
}

impl Writer {
    /// Writes group after group until the queue is closed and empty. After a failure it
    /// only answers.
    pub(crate) fn run(self) {
        let mut failure = None;
        while let Some(mut jobs) = self.queue.take(self.options.group_commit_max) {
            if failure.is_none() {
                failure = self.write(&mut jobs).err();
            }
            for job in jobs {
                job.answer(failure.as_ref());
            }
        }
    }

    fn write(&self, jobs: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
        // A panic of redb over a corrupt file must not leave callers without an answer.
        // Nothing of the transaction outlives it.
        let written = catch_unwind(AssertUnwindSafe(|| self.commit(jobs)));
        let cause = match written {
            Ok(Ok(seq)) => {
                if let Some(seq) = seq {
                    self.seq.send_replace(seq);
                }
                return Ok(());
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

    /// The Seq after the group; `None` when it changed nothing.
    fn commit(&self, jobs: &mut [Box<dyn Job>]) -> Result<Option<Seq>, StoreError> {
        let mut txn = self.database.begin_write()?;
        txn.set_durability(Durability::Immediate)?;
        let now = (self.clock)();
        let mut group = Group::open(&txn, &self.seals, now, self.options.request_keys_kept)?;
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
