//! A decision on one document, as an item of a group.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jobmatch_domain::{DocumentId, Seq};
use tokio::sync::oneshot;

use super::requests::RequestCopy;
use super::{Group, Job, outcome};
use crate::error::{StoreError, WriteError};
use crate::record::{Decision, Outcome, Receipt, Record, RequestKey, Stored};

type Answer<R, E> = Result<Receipt<R>, WriteError<E>>;

/// A queued [`Store::write`](crate::Store::write).
pub(crate) struct WriteJob<R, E, F> {
    id: DocumentId,
    key: Option<RequestKey>,
    decide: Option<F>,
    answer: Option<Answer<R, E>>,
    caller: oneshot::Sender<Answer<R, E>>,
}

/// What is to be written once everything has been read.
enum Plan<R> {
    Nothing(Receipt<R>),
    Repeat(Receipt<R>),
    Put { record: R, current: Option<Stored<R>>, deleted_at: Option<Seq> },
    Delete { current: Stored<R>, copies: Vec<RequestCopy> },
}

impl<R, E, F> WriteJob<R, E, F>
where
    R: Record,
    F: FnOnce(Option<&Stored<R>>) -> Result<Decision<R>, E>,
{
    /// The job and where its answer arrives.
    pub(crate) fn new(
        id: DocumentId,
        key: Option<RequestKey>,
        decide: F,
    ) -> (Self, oneshot::Receiver<Answer<R, E>>) {
        let (caller, answer) = oneshot::channel();
        let job = Self { id, key, decide: Some(decide), answer: None, caller };
        (job, answer)
    }

    fn plan(&self, decide: F, group: &Group<'_>) -> Result<Plan<R>, WriteError<E>> {
        if let Some(key) = &self.key
            && let Some(receipt) = group.repeated(key, &self.id)?
        {
            return Ok(Plan::Repeat(receipt));
        }
        let current = group.current::<R>(&self.id)?;
        // Whatever a decision leaves half done when it panics is its own and dropped here.
        let decided = catch_unwind(AssertUnwindSafe(|| decide(current.as_ref())));
        let decision = decided.map_err(|_| StoreError::Panicked { id: self.id.clone() })?;
        match (decision.map_err(WriteError::Refused)?, current) {
            (Decision::Put(record), current) => self.plan_put(record, current, group),
            (Decision::Delete, Some(current)) => {
                Ok(Plan::Delete { copies: group.copies_of(R::COLLECTION, &self.id)?, current })
            }
            (Decision::Delete | Decision::Keep, current) => Ok(nothing(current, group)),
        }
    }

    fn plan_put(
        &self,
        record: R,
        current: Option<Stored<R>>,
        group: &Group<'_>,
    ) -> Result<Plan<R>, WriteError<E>> {
        // Stored is what a reader would get, so that nothing is acknowledged that could
        // not be read back.
        let record = R::decode(&record.encode()).map_err(StoreError::Unreadable)?;
        if *record.id() != self.id {
            return Err(WriteError::Store(StoreError::WrongId {
                asked: self.id.clone(),
                made: record.id().clone(),
            }));
        }
        // Sent again, a row that the directory does not tell of is written and listed anew.
        if let Some(same) = current.as_ref().filter(|c| c.record == record)
            && group.is_listed(same)?
        {
            return Ok(nothing(current, group));
        }
        group.room()?;
        if let Some(by) = group.origin_holder(&record)? {
            return Err(WriteError::OriginTaken { by });
        }
        let deleted_at = match current {
            Some(_) => None,
            None => group.deleted_at(R::COLLECTION, &self.id)?,
        };
        Ok(Plan::Put { record, current, deleted_at })
    }

    fn perform(&self, plan: Plan<R>, group: &mut Group<'_>) -> Result<Receipt<R>, StoreError> {
        let receipt = match plan {
            Plan::Repeat(receipt) => return Ok(receipt),
            Plan::Nothing(receipt) => receipt,
            Plan::Put { record, current, deleted_at } => {
                let stored = group.put(record, current.as_ref(), deleted_at)?;
                let outcome = match current {
                    Some(_) => Outcome::Updated,
                    None => Outcome::Created,
                };
                Receipt { seq: stored.seq, stored: Some(stored), outcome }
            }
            Plan::Delete { current, copies } => Receipt {
                seq: group.delete(&current, copies)?,
                stored: None,
                outcome: Outcome::Deleted,
            },
        };
        if let Some(key) = &self.key {
            group.remember(key, &self.id, &receipt)?;
        }
        Ok(receipt)
    }
}

fn nothing<R>(current: Option<Stored<R>>, group: &Group<'_>) -> Plan<R> {
    Plan::Nothing(Receipt {
        seq: current.as_ref().map_or_else(|| group.seq(), |c| c.seq),
        stored: current,
        outcome: Outcome::Unchanged,
    })
}

impl<R, E, F> Job for WriteJob<R, E, F>
where
    R: Record,
    E: Send,
    F: FnOnce(Option<&Stored<R>>) -> Result<Decision<R>, E> + Send,
{
    fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let Some(decide) = self.decide.take() else {
            return Ok(());
        };
        self.answer = Some(match self.plan(decide, group) {
            Ok(plan) => Ok(self.perform(plan, group)?),
            Err(WriteError::Store(error)) if !error.is_local() => return Err(error),
            Err(refusal) => Err(refusal),
        });
        Ok(())
    }

    fn answer(self: Box<Self>, failure: Option<&StoreError>) {
        // A caller that went away needs no answer.
        let _ = self.caller.send(outcome(failure, self.answer));
    }
}
