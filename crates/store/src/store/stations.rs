//! Stations: written through the one writer, read all at once.

use jobmatch_domain::{DocumentId, Station};
use redb::ReadableTable;

use super::Store;
use crate::error::{StoreError, WriteError};
use crate::group::{StationJob, read_station};
use crate::record::{Decision, Receipt, Stored};
use crate::tables::{STATIONS, SealedRead, id_of};

impl Store {
    /// As [`Store::write`], of a station. It takes a Seq and is in no change feed. A row that
    /// is damaged counts as none.
    pub async fn write_station<E: Send + 'static>(
        &self,
        id: DocumentId,
        decide: impl FnOnce(Option<&Stored<Station>>) -> Result<Decision<Station>, E> + Send + 'static,
    ) -> Result<Receipt<Station>, WriteError<E>> {
        let (job, answer) = StationJob::new(id, decide);
        let queued = self.inner.queue.push(Box::new(job)).await;
        queued.map_err(|_| WriteError::Busy)?;
        // Without an answer only when the writer thread died.
        answer.await.unwrap_or(Err(WriteError::Store(StoreError::Failed { cause: None })))
    }

    /// All stations in order of id. Damaged rows are logged and left out.
    pub fn stations(&self) -> Result<Vec<Stored<Station>>, StoreError> {
        self.reading(|txn| {
            let stations = SealedRead::read(txn, &STATIONS, &self.inner.seals)?;
            let mut found = Vec::new();
            for entry in stations.table.iter()? {
                let (key, value) = entry?;
                match id_of(key.value()) {
                    Some(id) => found.extend(read_station(&stations, &id, value.value())),
                    None => tracing::error!("a station has a damaged id and is left out"),
                }
            }
            Ok(found)
        })
    }
}
