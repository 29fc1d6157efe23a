//! The map of stations: all of them in memory, in order of id, with their writes and what is
//! asked about where they are.

mod near;

use std::sync::Arc;

use arc_swap::ArcSwap;
use jobmatch_domain::{DocumentId, Station, TravelTimes, Violation};
use jobmatch_store::{Decision, Receipt, Store, Stored, WriteError};
use tokio::sync::Mutex;

use crate::caller::Caller;
use crate::error::MatchingError;
use crate::intake::etag;

/// Makes the new station from the present one; `None`: there is none.
pub type StationChange = Box<dyn FnOnce(Option<&Station>) -> Result<Station, Violation> + Send>;

/// What is to be changed, and under which condition.
#[derive(Debug, Clone)]
pub struct StationWrite {
    /// Which station.
    pub id: DocumentId,
    /// It need not exist.
    pub allow_missing: bool,
    /// Must equal the stored etag; empty: any.
    pub etag: String,
}

/// Why a decision on the present station refused the write.
enum Refusal {
    Missing,
    Etag,
    Invalid(Violation),
    /// The station, or what it would become, is not the caller's.
    Scope,
}

/// The stations. Cheap to clone; all clones see the same.
#[derive(Clone)]
pub struct Stations {
    store: Store,
    times: TravelTimes,
    /// In order of id. Replaced whole by each write: there are thousands, not millions.
    current: Arc<ArcSwap<Vec<Arc<Stored<Station>>>>>,
    /// Held from the decision to the replacement, so that both happen in one order.
    writing: Arc<Mutex<()>>,
    caller: Caller,
}

impl Stations {
    /// Reads all stations of the store.
    pub(crate) fn open(store: Store, times: TravelTimes) -> Result<Self, MatchingError> {
        let all = store.stations()?.into_iter().map(Arc::new).collect();
        let current = Arc::new(ArcSwap::from_pointee(all));
        Ok(Self { store, times, current, writing: Arc::default(), caller: Caller::default() })
    }

    /// The same for a caller.
    #[must_use]
    pub fn by(&self, caller: Caller) -> Self {
        Self { caller, ..self.clone() }
    }

    /// All stations as of now, in order of id.
    pub fn all(&self) -> Arc<Vec<Arc<Stored<Station>>>> {
        self.current.load_full()
    }

    /// One station.
    pub fn get(&self, id: &DocumentId) -> Result<Arc<Stored<Station>>, MatchingError> {
        let all = self.all();
        let found = position(&all, id).map(|at| all[at].clone());
        found.map_err(|_| MatchingError::NoStation { id: id.clone() })
    }

    /// A page of the stations that `keep` takes, in order of id, and the id to go on after.
    pub fn list(
        &self,
        after: Option<&DocumentId>,
        page_size: usize,
        keep: impl Fn(&Station) -> bool,
    ) -> (Vec<Arc<Stored<Station>>>, Option<DocumentId>) {
        let all = self.all();
        let from = after.map_or(0, |id| position(&all, id).map_or_else(|at| at, |at| at + 1));
        let mut kept: Vec<_> =
            all[from..].iter().filter(|s| keep(&s.record)).take(page_size + 1).cloned().collect();
        let more = kept.len() > page_size;
        kept.truncate(page_size);
        let last = kept.last().filter(|_| more).map(|s| s.record.id.clone());
        (kept, last)
    }

    /// Changes or makes a station. It is durable, and in every answer, when this returns.
    pub async fn put(
        &self,
        write: StationWrite,
        change: StationChange,
    ) -> Result<Arc<Stored<Station>>, MatchingError> {
        let StationWrite { allow_missing, etag: expected, .. } = write.clone();
        let caller = self.caller.clone();
        let decide = move |current: Option<&Stored<Station>>| {
            if current.is_none() && !allow_missing {
                return Err(Refusal::Missing);
            }
            if current.is_some_and(|s| !caller.governs(&s.record)) {
                return Err(Refusal::Scope);
            }
            check_etag(current, &expected)?;
            let station = change(current.map(|s| &s.record)).map_err(Refusal::Invalid)?;
            if !caller.governs(&station) {
                return Err(Refusal::Scope);
            }
            Ok(Decision::Put(station))
        };
        let id = write.id.clone();
        let receipt = self.write(write, decide).await?;
        // A write that was answered left a station.
        receipt.stored.map(Arc::new).ok_or(MatchingError::NoStation { id })
    }

    /// Removes a station.
    pub async fn delete(&self, write: StationWrite) -> Result<(), MatchingError> {
        let StationWrite { allow_missing, etag: expected, .. } = write.clone();
        let caller = self.caller.clone();
        let decide = move |current: Option<&Stored<Station>>| match current {
            Some(stored) if !caller.governs(&stored.record) => Err(Refusal::Scope),
            None if !allow_missing => Err(Refusal::Missing),
            // A row that is damaged counts as none and is removed all the same.
            None => Ok(Decision::Delete),
            Some(_) => check_etag(current, &expected).map(|()| Decision::Delete),
        };
        self.write(write, decide).await.map(|_| ())
    }

    /// Writes to the store and then to the map, on a task of its own: a caller that goes away
    /// in between must not leave the two apart.
    async fn write(
        &self,
        write: StationWrite,
        decide: impl FnOnce(Option<&Stored<Station>>) -> Result<Decision<Station>, Refusal>
        + Send
        + 'static,
    ) -> Result<Receipt<Station>, MatchingError> {
        let this = self.clone();
        let id = write.id.clone();
        let task = tokio::spawn(async move {
            let _alone = this.writing.lock().await;
            let receipt = this.store.write_station(id.clone(), decide).await?;
            this.replace(&id, receipt.stored.clone());
            Ok(receipt)
        });
        task.await?.map_err(|error| write_error(error, write))
    }

    fn replace(&self, id: &DocumentId, stored: Option<Stored<Station>>) {
        let mut all = Vec::clone(&self.all());
        match (position(&all, id), stored.map(Arc::new)) {
            (Ok(at), Some(stored)) => all[at] = stored,
            (Err(at), Some(stored)) => all.insert(at, stored),
            (Ok(at), None) => drop(all.remove(at)),
            (Err(_), None) => {}
        }
        self.current.store(Arc::new(all));
    }
}

/// Where the id stands, or would stand.
fn position(all: &[Arc<Stored<Station>>], id: &DocumentId) -> Result<usize, usize> {
    all.binary_search_by(|stored| stored.record.id.cmp(id))
}

fn check_etag(current: Option<&Stored<Station>>, expected: &str) -> Result<(), Refusal> {
    let matches = current.is_some_and(|s| etag(s.seq) == expected);
    if expected.is_empty() || matches { Ok(()) } else { Err(Refusal::Etag) }
}

fn write_error(error: WriteError<Refusal>, write: StationWrite) -> MatchingError {
    let StationWrite { id, etag: sent, .. } = write;
    match error {
        WriteError::Refused(Refusal::Missing) => MatchingError::NoStation { id },
        WriteError::Refused(Refusal::Scope) => MatchingError::OutOfScope { id },
        WriteError::Refused(Refusal::Etag) => MatchingError::EtagMismatch { id, sent },
        WriteError::Refused(Refusal::Invalid(violation)) => MatchingError::Invalid(violation),
        WriteError::Busy => MatchingError::ShuttingDown,
        WriteError::Store(error) => MatchingError::Store(error),
        // Stations have neither request keys nor sources.
        WriteError::KeyReused | WriteError::OriginTaken { .. } => MatchingError::Internal,
    }
}

#[cfg(test)]
mod tests;
