//! Places of postings: taken, given back, and free again when a hold ends.

use std::time::Duration;

use jobmatch_domain::slot::{SlotRefusal, admit};
use jobmatch_domain::{Collection, DocumentId};
use jobmatch_store::{SlotContext, SlotReceipt, Store, WriteError};

use crate::caller::Scope;
use crate::clock::Clock;
use crate::error::MatchingError;
use crate::intake::Intake;

/// How often holds that have ended are looked for; each order on a slot ends them as well.
const SWEEP: Duration = Duration::from_secs(1);

impl Intake {
    /// Takes a place of a posting for somebody, held for so many seconds or confirmed. Atomic:
    /// never more takers than places, whoever asks beside it. Asked again it is the same place.
    pub async fn take_slot(
        &self,
        posting: DocumentId,
        taker: DocumentId,
        hold_seconds: Option<u32>,
    ) -> Result<SlotReceipt, MatchingError> {
        let rules = |context: &SlotContext<'_>| {
            let SlotContext { posting, others, now } = context;
            admit(&posting.record, posting.taken, *others, *now)
        };
        if self.caller.scope() == Scope::Public && hold_seconds.is_none() {
            return Err(MatchingError::HoldOnly);
        }
        let answer = self.store.take_slot(posting.clone(), taker, hold_seconds, rules).await;
        found(answer, posting)
    }

    /// Gives a place back. One that the taker does not have is no error.
    pub async fn release_slot(
        &self,
        posting: DocumentId,
        taker: DocumentId,
    ) -> Result<SlotReceipt, MatchingError> {
        let answer = self.store.release_slot(posting.clone(), taker).await;
        let answer = answer.map_err(|error| match error {
            WriteError::Refused(never) => match never {},
            WriteError::Busy => WriteError::<SlotRefusal>::Busy,
            WriteError::KeyReused => WriteError::KeyReused,
            WriteError::OriginTaken { by } => WriteError::OriginTaken { by },
            WriteError::Store(error) => WriteError::Store(error),
        });
        found(answer, posting)
    }
}

fn found(
    answer: Result<Option<SlotReceipt>, WriteError<SlotRefusal>>,
    posting: DocumentId,
) -> Result<SlotReceipt, MatchingError> {
    match answer {
        Ok(Some(receipt)) => Ok(receipt),
        Ok(None) => Err(MatchingError::NotFound { collection: Collection::Postings, id: posting }),
        Err(WriteError::Refused(refusal)) => Err(MatchingError::Slot { posting, refusal }),
        Err(WriteError::Busy) => Err(MatchingError::ShuttingDown),
        Err(WriteError::Store(error)) => Err(MatchingError::Store(error)),
        // Slots have neither request keys nor origins.
        Err(WriteError::KeyReused | WriteError::OriginTaken { .. }) => Err(MatchingError::Internal),
    }
}

/// Frees places as their holds end, for as long as the store takes writes.
pub(crate) async fn end_holds(store: Store, clock: Clock) {
    loop {
        tokio::time::sleep(SWEEP).await;
        let ended = match store.first_hold_ends() {
            Ok(first) => first.is_some_and(|until| until <= clock()),
            Err(error) => {
                tracing::error!(%error, "holds could not be read");
                continue;
            }
        };
        if ended {
            match store.expire_slots().await {
                Ok(()) => {}
                Err(WriteError::Busy) => return,
                Err(error) => tracing::error!(%error, "holds could not be ended"),
            }
        }
    }
}
