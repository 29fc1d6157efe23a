//! A decision on one station, as an item of a group. Stations stand beside the collections:
//! their changes take a Seq, for the etag, and are in no feed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jobmatch_domain::{DocumentId, Seq, Station};
use redb::ReadableTable;
use tokio::sync::oneshot;

use super::{Group, Job, outcome};
use crate::error::{StoreError, WriteError};
use crate::record::{Decision, Outcome, Receipt, Stored, station_row};

type Answer<E> = Result<Receipt<Station>, WriteError<E>>;

/// A queued [`Store::write_station`](crate::Store::write_station).
pub(crate) struct StationJob<E, F> {
    id: DocumentId,
    decide: Option<F>,
    answer: Option<Answer<E>>,
    caller: oneshot::Sender<Answer<E>>,
}

impl<E, F> StationJob<E, F>
where
    F: FnOnce(Option<&Stored<Station>>) -> Result<Decision<Station>, E>,
{
    /// The job and where its answer arrives.
    pub(crate) fn new(id: DocumentId, decide: F) -> (Self, oneshot::Receiver<Answer<E>>) {
        let (caller, answer) = oneshot::channel();
        (Self { id, decide: Some(decide), answer: None, caller }, answer)
    }

    fn run(&self, decide: F, group: &mut Group<'_>) -> Answer<E> {
        let current = group.station(&self.id)?;
        // Whatever a decision leaves half done when it panics is its own and dropped here.
        let decided = catch_unwind(AssertUnwindSafe(|| decide(current.as_ref())));
        let decision = decided.map_err(|_| StoreError::Panicked { id: self.id.clone() })?;
        match decision.map_err(WriteError::Refused)? {
            Decision::Put(station) => Ok(self.put(station, current, group)?),
            Decision::Delete => Ok(self.delete(group)?),
            Decision::Keep => Ok(unchanged(current, group)),
        }
    }

    fn put(
        &self,
        station: Station,
        current: Option<Stored<Station>>,
        group: &mut Group<'_>,
    ) -> Result<Receipt<Station>, StoreError> {
        if station.id != self.id {
            return Err(StoreError::WrongId { asked: self.id.clone(), made: station.id });
        }
        let seq = Seq(group.seq().0 + 1);
        let updated = group.now;
        let stored = Stored { record: station, seq, content_seq: seq, updated, taken: 0 };
        let row = station_row::encode(&stored);
        // Stored is what a reader would get, so that nothing is acknowledged that could not
        // be read back.
        let stored = station_row::decode(&row).map_err(StoreError::Unreadable)?;
        if current.as_ref().is_some_and(|c| c.record == stored.record) {
            return Ok(unchanged(current, group));
        }
        group.room()?;
        group.next_seq();
        group.stations.put(self.id.as_str().as_bytes(), &row)?;
        let outcome = if current.is_some() { Outcome::Updated } else { Outcome::Created };
        Ok(Receipt { seq, stored: Some(stored), outcome })
    }

    /// Removes the row, a damaged one too.
    fn delete(&self, group: &mut Group<'_>) -> Result<Receipt<Station>, StoreError> {
        let key = self.id.as_str().as_bytes();
        if group.stations.table.get(key)?.is_none() {
            return Ok(unchanged(None, group));
        }
        let seq = group.next_seq();
        group.stations.remove(key)?;
        Ok(Receipt { seq, stored: None, outcome: Outcome::Deleted })
    }
}

fn unchanged(current: Option<Stored<Station>>, group: &Group<'_>) -> Receipt<Station> {
    let seq = current.as_ref().map_or_else(|| group.seq(), |c| c.seq);
    Receipt { seq, stored: current, outcome: Outcome::Unchanged }
}

impl<E, F> Job for StationJob<E, F>
where
    E: Send,
    F: FnOnce(Option<&Stored<Station>>) -> Result<Decision<Station>, E> + Send,
{
    fn apply(&mut self, group: &mut Group<'_>) -> Result<(), StoreError> {
        let Some(decide) = self.decide.take() else {
            return Ok(());
        };
        self.answer = Some(match self.run(decide, group) {
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

impl Group<'_> {
    /// The present row; one that is damaged counts as none, so that sending the station again
    /// mends it.
    fn station(&self, id: &DocumentId) -> Result<Option<Stored<Station>>, StoreError> {
        let key = id.as_str().as_bytes();
        let row = self.stations.table.get(key)?;
        Ok(row.and_then(|value| read_station(&self.stations, id, value.value())))
    }
}

/// Verifies and parses a row; `None`, and a line in the log, when it is damaged.
pub(crate) fn read_station<T>(
    stations: &crate::tables::Sealed<'_, &'static [u8], T>,
    id: &DocumentId,
    sealed: &[u8],
) -> Option<Stored<Station>>
where
    T: redb::ReadableTable<&'static [u8], &'static [u8]>,
{
    let payload = stations.open(&id.as_str().as_bytes(), sealed).ok();
    let stored = payload.and_then(|payload| station_row::decode(&payload).ok());
    let stored = stored.filter(|s| s.record.id == *id);
    if stored.is_none() {
        tracing::error!(%id, "the row of a station is damaged and left out; send it again");
    }
    stored
}
