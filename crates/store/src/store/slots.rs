//! Slots: taking, giving back, listing.

use std::convert::Infallible;
use std::ops::Bound;

use jobmatch_domain::{DocumentId, Instant, Slot};
use redb::ReadableTable;

use super::Store;
use crate::error::{StoreError, WriteError};
use crate::group::{SlotJob, SlotOrder, slot_of};
use crate::record::{SlotContext, SlotReceipt};
use crate::tables::{HOLDS, SLOTS, SealedRead, TAKERS, id_of};

/// The type of a decision that is never asked.
type Never = fn(&SlotContext<'_>) -> Result<(), Infallible>;

impl Store {
    /// Takes a place of a posting for somebody: held for so many seconds, or confirmed. Who has
    /// it already keeps it, with the new hold, or confirmed; a confirmed place stays so. `admit`
    /// decides about a new taker, on the writer thread, where nobody else takes a place
    /// meanwhile; it must not wait for anything. `None`: there is no such posting.
    pub async fn take_slot<E: Send + 'static>(
        &self,
        posting: DocumentId,
        taker: DocumentId,
        hold_seconds: Option<u32>,
        admit: impl FnOnce(&SlotContext<'_>) -> Result<(), E> + Send + 'static,
    ) -> Result<Option<SlotReceipt>, WriteError<E>> {
        self.order_slot(posting, taker, SlotOrder::Take { hold_seconds, admit }).await
    }

    /// Gives a place back. `None`: there is no such posting.
    pub async fn release_slot(
        &self,
        posting: DocumentId,
        taker: DocumentId,
    ) -> Result<Option<SlotReceipt>, WriteError<Infallible>> {
        self.order_slot::<_, Never>(posting, taker, SlotOrder::Release).await
    }

    /// Frees the places whose hold has ended. Each order on a slot does that too; this is for
    /// the time in between.
    pub async fn expire_slots(&self) -> Result<(), WriteError<Infallible>> {
        let Some((posting, taker)) = self.next_hold()?.map(|(_, posting, taker)| (posting, taker))
        else {
            return Ok(());
        };
        self.order_slot::<_, Never>(posting, taker, SlotOrder::Expire).await.map(|_| ())
    }

    async fn order_slot<E, F>(
        &self,
        posting: DocumentId,
        taker: DocumentId,
        order: SlotOrder<F>,
    ) -> Result<Option<SlotReceipt>, WriteError<E>>
    where
        E: Send + 'static,
        F: FnOnce(&SlotContext<'_>) -> Result<(), E> + Send + 'static,
    {
        let (job, answer) = SlotJob::new(posting, taker, order);
        let queued = self.inner.queue.push(Box::new(job)).await;
        queued.map_err(|_| WriteError::Busy)?;
        answer.await.unwrap_or(Err(WriteError::Store(StoreError::Failed { cause: None })))
    }

    /// Up to `limit` slots of a posting in order of taker, after the one given.
    pub fn slots_of_posting(
        &self,
        posting: &DocumentId,
        after: Option<&DocumentId>,
        limit: usize,
    ) -> Result<Vec<Slot>, StoreError> {
        self.reading(|txn| {
            let slots = SealedRead::read(txn, &SLOTS, &self.inner.seals)?;
            let own = posting.as_str().as_bytes();
            let mut found = Vec::new();
            for entry in
                slots.table.range::<(&[u8], &[u8])>((start(own, after), Bound::Unbounded))?
            {
                let (key, value) = entry?;
                let (listed, taker) = key.value();
                if listed != own || found.len() == limit {
                    break;
                }
                let payload = slots.open(&key.value(), value.value())?;
                found.push(slot_of(own, taker, &payload).ok_or_else(|| slots.damaged())?);
            }
            Ok(found)
        })
    }

    /// Up to `limit` slots of a taker in order of posting, after the one given.
    pub fn slots_of_taker(
        &self,
        taker: &DocumentId,
        after: Option<&DocumentId>,
        limit: usize,
    ) -> Result<Vec<Slot>, StoreError> {
        self.reading(|txn| {
            let seals = &self.inner.seals;
            let slots = SealedRead::read(txn, &SLOTS, seals)?;
            let takers = SealedRead::read(txn, &TAKERS, seals)?;
            let own = taker.as_str().as_bytes();
            let mut found = Vec::new();
            for entry in
                takers.table.range::<(&[u8], &[u8])>((start(own, after), Bound::Unbounded))?
            {
                let (key, _) = entry?;
                let (listed, posting) = key.value();
                if listed != own || found.len() == limit {
                    break;
                }
                let payload = slots.get(&(posting, own))?.ok_or_else(|| slots.damaged())?;
                found.push(slot_of(posting, own, &payload).ok_or_else(|| slots.damaged())?);
            }
            Ok(found)
        })
    }

    /// The hold that ends first: when, of which posting, by whom.
    fn next_hold(&self) -> Result<Option<(Instant, DocumentId, DocumentId)>, StoreError> {
        self.reading(|txn| {
            let holds = SealedRead::read(txn, &HOLDS, &self.inner.seals)?;
            let Some((key, _)) = holds.table.first()? else {
                return Ok(None);
            };
            let (until, posting, taker) = key.value();
            let ids = id_of(posting).zip(id_of(taker)).ok_or_else(|| holds.damaged())?;
            Ok(Some((Instant(until as i64), ids.0, ids.1)))
        })
    }

    /// When the first hold ends; `None` when nothing is held.
    pub fn first_hold_ends(&self) -> Result<Option<Instant>, StoreError> {
        Ok(self.next_hold()?.map(|(until, ..)| until))
    }
}

fn start<'k>(own: &'k [u8], after: Option<&'k DocumentId>) -> Bound<(&'k [u8], &'k [u8])> {
    match after {
        Some(id) => Bound::Excluded((own, id.as_str().as_bytes())),
        None => Bound::Included((own, &[])),
    }
}
