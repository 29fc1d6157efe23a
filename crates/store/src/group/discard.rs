//! Removing a row that cannot be read any more, or what is left of one that is gone.

use std::marker::PhantomData;

use jobmatch_domain::{DocumentId, Seq};
use redb::ReadableTable;
use tokio::sync::oneshot;

use super::{Group, Job, OriginKey, outcome};
use crate::change;
use crate::directory::Listed;
use crate::error::StoreError;
use crate::record::Record;
use crate::tables::{SealedMut, code};

type Answer = Result<bool, StoreError>;

/// A queued [`Store::discard_damaged`](crate::Store::discard_damaged).
pub(crate) struct DiscardJob<R> {
    id: DocumentId,
    record: PhantomData<fn() -> R>,
    answer: Option<Answer>,
    caller: oneshot::Sender<Answer>,
}

impl<R: Record> DiscardJob<R> {
    /// The job and where its answer arrives.
    pub(crate) fn new(id: DocumentId) -> (Self, oneshot::Receiver<Answer>) {
        let (caller, answer) = oneshot::channel();
        let job = Self { id, record: PhantomData, answer: None, caller };
        (job, answer)
    }

    fn discard(&self, group: &mut Group<'_>) -> Answer {
        match group.current::<R>(&self.id) {
            Err(StoreError::Damaged { .. }) => {}
            Ok(None) if group.listed(R::COLLECTION, &self.id)? != Listed::Nothing => {}
            Ok(_) => return Ok(false),
            Err(error) => return Err(error),
        }
        let copies = group.copies_of(R::COLLECTION, &self.id)?;
        let previous = group.last_change_of::<R>(&self.id)?;
        group.remove_origins_of::<R>(&self.id)?;
        group.remove_row(R::COLLECTION, &self.id, previous, copies)?;
        Ok(true)
    }
}

impl<R: Record> Job for DiscardJob<R> {
    fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        self.answer = Some(match self.discard(group) {
            Err(error) if !error.is_local() => return Err(error),
            answer => answer,
        });
        Ok(())
    }

    fn answer(self: Box<Self>, failure: Option<&StoreError>) {
        // A caller that went away needs no answer.
        let _ = self.caller.send(outcome(failure, self.answer));
    }
}

/// The row cannot tell where it is listed, so these look through the lists.
impl Group<'_> {
    fn last_change_of<R: Record>(&self, id: &DocumentId) -> Result<Option<Seq>, StoreError> {
        let collection = code(R::COLLECTION);
        for entry in self.changes.table.range((collection, 0)..=(collection, u64::MAX))? {
            let (key, value) = entry?;
            let seq = key.value().1;
            let payload = self.changes.open(&(collection, seq), value.value())?;
            let found = change::decode(R::COLLECTION, seq, &payload);
            if found.is_some_and(|c| c.id == *id) {
                return Ok(Some(Seq(seq)));
            }
        }
        Ok(None)
    }

    fn remove_origins_of<R: Record>(&mut self, id: &DocumentId) -> Result<(), StoreError> {
        let id = id.as_str().as_bytes();
        let collection = code(R::COLLECTION);
        let listed = keys_where(&self.sources, collection, |_, listed_id, _| listed_id == id)?;
        let holding = keys_where(&self.origins, collection, |_, _, holder| holder == id)?;
        for (source, listed_id) in &listed {
            self.sources.remove((collection, source, listed_id))?;
        }
        for (source, external_id) in &holding {
            self.origins.remove((collection, source, external_id))?;
        }
        Ok(())
    }
}

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// The keys of a collection whose second and third part and payload please `pick`.
fn keys_where(
    table: &SealedMut<'_, OriginKey>,
    collection: u8,
    pick: impl Fn(&[u8], &[u8], &[u8]) -> bool,
) -> Result<Pairs, StoreError> {
    let mut keys = Vec::new();
    let empty: &[u8] = &[];
    for entry in table.table.range((collection, empty, empty)..(collection + 1, empty, empty))? {
        let (key, value) = entry?;
        let (_, second, third) = key.value();
        let payload = table.open(&key.value(), value.value())?;
        if pick(second, third, &payload) {
            keys.push((second.to_vec(), third.to_vec()));
        }
    }
    Ok(keys)
}
