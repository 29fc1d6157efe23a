//! Slots: places of postings, as an item of a group. A posting's row carries how many are
//! taken, written in the same transaction as the slot, so the two never disagree.

use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};

use jobmatch_domain::slot::SlotState;
use jobmatch_domain::{Collection, DocumentId, Instant, JobPosting, Slot};
use prost::Message;
use redb::ReadableTable;
use tokio::sync::oneshot;

use super::{Group, Job, outcome};
use crate::error::{StoreError, WriteError};
use crate::record::{Change, Record, SlotContext, SlotReceipt, Stored};
use crate::tables::{PairKey, SealedMut, SlotMessage, id_of};

/// What is asked for a posting and a taker.
pub(crate) enum SlotOrder<F> {
    /// A place: held for so many seconds, or confirmed.
    Take {
        /// `None`: confirmed.
        hold_seconds: Option<u32>,
        /// Decides whether somebody new may have it.
        admit: F,
    },
    /// The place back.
    Release,
    /// The places of all whose hold has ended, whoever they are.
    Expire,
}

type Answer<E> = Result<Option<SlotReceipt>, WriteError<E>>;

/// A queued order.
pub(crate) struct SlotJob<E, F> {
    posting: DocumentId,
    taker: DocumentId,
    order: Option<SlotOrder<F>>,
    answer: Option<Answer<E>>,
    caller: oneshot::Sender<Answer<E>>,
}

impl<E, F> SlotJob<E, F>
where
    F: FnOnce(&SlotContext<'_>) -> Result<(), E>,
{
    /// The job and where its answer arrives.
    pub(crate) fn new(
        posting: DocumentId,
        taker: DocumentId,
        order: SlotOrder<F>,
    ) -> (Self, oneshot::Receiver<Answer<E>>) {
        let (caller, answer) = oneshot::channel();
        (Self { posting, taker, order: Some(order), answer: None, caller }, answer)
    }

    fn perform(&self, order: SlotOrder<F>, group: &mut Group<'_>) -> Answer<E> {
        group.expire_holds()?;
        match order {
            SlotOrder::Take { hold_seconds, admit } => self.take(hold_seconds, admit, group),
            SlotOrder::Release => self.release(group),
            SlotOrder::Expire => Ok(None),
        }
    }

    fn take(&self, hold_seconds: Option<u32>, admit: F, group: &mut Group<'_>) -> Answer<E> {
        let Some(posting) = group.current::<JobPosting>(&self.posting)? else {
            return Ok(None);
        };
        let current = group.slot(&self.posting, &self.taker)?;
        group.room()?;
        if current.is_none() {
            let others = group.postings_of_taker(&self.taker)?;
            let context = SlotContext { posting: &posting, others: &others, now: group.now };
            // Whatever a decision leaves half done when it panics is its own and dropped here.
            let decided = catch_unwind(AssertUnwindSafe(|| admit(&context)));
            let panicked = |_| StoreError::Panicked { id: self.posting.clone() };
            decided.map_err(panicked)?.map_err(WriteError::Refused)?;
        }
        let state = match (current.as_ref().map(|s| s.state), hold_seconds) {
            // What is confirmed is not made less sure by being asked for again.
            (Some(SlotState::Confirmed), _) | (_, None) => SlotState::Confirmed,
            (_, Some(seconds)) => SlotState::Held(Instant(group.now.0 + i64::from(seconds))),
        };
        let slot = Slot {
            posting: self.posting.clone(),
            taker: self.taker.clone(),
            state,
            taken: current.as_ref().map_or(group.now, |s| s.taken),
        };
        let posting = match &current {
            Some(_) => posting,
            None => group.count_slots(posting, 1)?,
        };
        if current.as_ref() != Some(&slot) {
            group.put_slot(&slot)?;
        }
        Ok(Some(SlotReceipt { posting, slot: Some(slot) }))
    }

    fn release(&self, group: &mut Group<'_>) -> Answer<E> {
        let Some(posting) = group.current::<JobPosting>(&self.posting)? else {
            return Ok(None);
        };
        let Some(slot) = group.slot(&self.posting, &self.taker)? else {
            return Ok(Some(SlotReceipt { posting, slot: None }));
        };
        let posting = group.count_slots(posting, -1)?;
        group.remove_slot(&self.posting, &self.taker)?;
        Ok(Some(SlotReceipt { posting, slot: Some(slot) }))
    }
}

impl<E, F> Job for SlotJob<E, F>
where
    E: Send,
    F: FnOnce(&SlotContext<'_>) -> Result<(), E> + Send,
{
    fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let Some(order) = self.order.take() else {
            return Ok(());
        };
        self.answer = Some(match self.perform(order, group) {
            Err(WriteError::Store(error)) if !error.is_local() => return Err(error),
            answer => answer,
        });
        Ok(())
    }

    fn answer(self: Box<Self>, failure: Option<&StoreError>) {
        // A caller that went away needs no answer.
        let _ = self.caller.send(outcome(failure, self.answer));
    }
}

/// A slot as it is stored; `None` when the message makes no sense.
pub(crate) fn slot_of(posting: &[u8], taker: &[u8], payload: &[u8]) -> Option<Slot> {
    let message = SlotMessage::decode(payload).ok()?;
    let held = |until| SlotState::Held(Instant(until));
    Some(Slot {
        posting: id_of(posting)?,
        taker: id_of(taker)?,
        state: message.held_until.map_or(SlotState::Confirmed, held),
        taken: Instant(message.taken),
    })
}

impl Group<'_> {
    fn slot(&self, posting: &DocumentId, taker: &DocumentId) -> Result<Option<Slot>, StoreError> {
        let (posting, taker) = (posting.as_str().as_bytes(), taker.as_str().as_bytes());
        let Some(payload) = self.slots.get(&(posting, taker))? else {
            return Ok(None);
        };
        let slot = slot_of(posting, taker, &payload);
        slot.map(Some).ok_or_else(|| self.slots.damaged())
    }

    fn put_slot(&mut self, slot: &Slot) -> Result<(), StoreError> {
        let (posting, taker) = (slot.posting.as_str().as_bytes(), slot.taker.as_str().as_bytes());
        let held_until = match slot.state {
            SlotState::Held(until) => Some(until.0),
            SlotState::Confirmed => None,
        };
        let message = SlotMessage { held_until, taken: slot.taken.0 };
        self.is_changed = true;
        self.slots.put((posting, taker), &message.encode_to_vec())?;
        self.takers.put((taker, posting), &[])?;
        match held_until {
            Some(until) => self.holds.put((until.unsigned_abs(), posting, taker), &[]),
            None => Ok(()),
        }
    }

    fn remove_slot(&mut self, posting: &DocumentId, taker: &DocumentId) -> Result<(), StoreError> {
        let (posting, taker) = (posting.as_str().as_bytes(), taker.as_str().as_bytes());
        self.is_changed = true;
        self.slots.remove((posting, taker))?;
        self.takers.remove((taker, posting))
    }

    /// Writes the posting's row with so many more slots, or fewer, and tells the feed.
    fn count_slots(
        &mut self,
        posting: Stored<JobPosting>,
        more: i32,
    ) -> Result<Stored<JobPosting>, StoreError> {
        let previous = posting.seq;
        let seq = self.next_seq();
        let taken = posting.taken.saturating_add_signed(more);
        let posting = Stored { seq, taken, updated: self.now, ..posting };
        let id = posting.record.id().clone();
        let listed = self.put_row(&posting)?.seq();
        let collection = Collection::Postings;
        let entry = Change { seq, collection, id, deleted: false, content: false };
        self.replace_change(&entry, [Some(previous), listed])?;
        Ok(posting)
    }

    fn postings_of_taker(&self, taker: &DocumentId) -> Result<Vec<JobPosting>, StoreError> {
        let mut postings = Vec::new();
        for id in self.paired_with(taker)? {
            // A damaged posting cannot tell its hours, and is in nobody's way.
            match self.current::<JobPosting>(&id) {
                Ok(posting) => postings.extend(posting.map(|p| p.record)),
                Err(error) if error.is_local() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(postings)
    }

    /// The postings of which a taker has places.
    fn paired_with(&self, taker: &DocumentId) -> Result<Vec<DocumentId>, StoreError> {
        seconds_of(&self.takers, taker)
    }

    /// Removes all slots of a posting, or of a person, who is no longer there.
    pub(super) fn remove_slots_of(
        &mut self,
        collection: Collection,
        id: &DocumentId,
    ) -> Result<(), StoreError> {
        match collection {
            Collection::Postings => {
                for taker in seconds_of(&self.slots, id)? {
                    self.remove_slot(id, &taker)?;
                }
            }
            Collection::Profiles => {
                for posting in self.paired_with(id)? {
                    self.free(&posting, id)?;
                }
            }
        }
        Ok(())
    }

    /// Removes one slot and counts it off its posting, where that is there and readable.
    fn free(&mut self, posting: &DocumentId, taker: &DocumentId) -> Result<(), StoreError> {
        match self.current::<JobPosting>(posting) {
            Ok(Some(stored)) => {
                self.count_slots(stored, -1)?;
            }
            Ok(None) => {}
            Err(error) if error.is_local() => {}
            Err(error) => return Err(error),
        }
        self.remove_slot(posting, taker)
    }

    /// Frees the places whose hold has ended.
    fn expire_holds(&mut self) -> Result<(), StoreError> {
        let now = self.now.0.unsigned_abs();
        let empty: &[u8] = &[];
        let mut due = Vec::new();
        let end = Bound::Excluded((now + 1, empty, empty));
        for entry in self.holds.table.range::<(u64, &[u8], &[u8])>((Bound::Unbounded, end))? {
            let (key, _) = entry?;
            let (until, posting, taker) = key.value();
            due.push((until, posting.to_vec(), taker.to_vec()));
        }
        for (until, posting, taker) in due {
            self.is_changed = true;
            self.holds.remove((until, &posting[..], &taker[..]))?;
            let (Some(posting), Some(taker)) = (id_of(&posting), id_of(&taker)) else {
                continue;
            };
            let held = SlotState::Held(Instant(until as i64));
            if self.slot(&posting, &taker)?.is_some_and(|s| s.state == held) {
                self.free(&posting, &taker)?;
            }
        }
        Ok(())
    }
}

/// The second ids of the pairs that begin with an id.
fn seconds_of(
    table: &SealedMut<'_, PairKey>,
    first: &DocumentId,
) -> Result<Vec<DocumentId>, StoreError> {
    let first = first.as_str().as_bytes();
    let empty: &[u8] = &[];
    let mut seconds = Vec::new();
    for entry in table.table.range::<(&[u8], &[u8])>((first, empty)..)? {
        let (key, _) = entry?;
        let (own, second) = key.value();
        if own != first {
            break;
        }
        seconds.extend(id_of(second));
    }
    Ok(seconds)
}
