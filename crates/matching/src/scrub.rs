//! The scrub: reads every record of the store again and again, slowly, so that a row that went
//! bad is counted before somebody needs it.

use std::sync::Arc;
use std::time::Duration;

use jobmatch_domain::{Collection, JobPosting, Profile, Seq};
use jobmatch_store::{Record, ScrubReport, Store};
use parking_lot::Mutex;

use crate::error::MatchingError;

/// Records between two pauses, and the pause: a thousand records a second, some per cent of a
/// core, and a hundred thousand records in two minutes.
const STRETCH: usize = 100;
const PAUSE: Duration = Duration::from_millis(100);
/// Rest between two passes.
const REST: Duration = Duration::from_secs(3_600);

/// What the last pass over each collection found; until the first has ended, what it found so
/// far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scrubbed(Arc<Mutex<[ScrubReport; 2]>>);

impl Scrubbed {
    /// Of one collection.
    pub(crate) fn of(&self, collection: Collection) -> ScrubReport {
        self.0.lock()[place(collection)]
    }

    fn set(&self, collection: Collection, report: ScrubReport) {
        self.0.lock()[place(collection)] = report;
    }
}

fn place(collection: Collection) -> usize {
    match collection {
        Collection::Postings => 0,
        Collection::Profiles => 1,
    }
}

/// Scrubs until it is aborted.
pub(crate) async fn scrub(store: Store, scrubbed: Scrubbed) {
    let mut is_first = true;
    loop {
        let postings = pass::<JobPosting>(&store, &scrubbed, is_first).await;
        let profiles = pass::<Profile>(&store, &scrubbed, is_first).await;
        for error in [postings.err(), profiles.err()].into_iter().flatten() {
            tracing::error!(%error, "the scrub could not go on");
        }
        is_first = false;
        tokio::time::sleep(REST).await;
    }
}

async fn pass<R: Record>(
    store: &Store,
    scrubbed: &Scrubbed,
    is_first: bool,
) -> Result<(), MatchingError> {
    let (mut report, mut after) = (ScrubReport::default(), Seq(0));
    loop {
        let store = store.clone();
        let stretch = move || store.scrub::<R>(after, STRETCH);
        let (found, last) = tokio::task::spawn_blocking(stretch).await??;
        report.add(found);
        if is_first {
            scrubbed.set(R::COLLECTION, report);
        }
        let Some(last) = last else { break };
        after = last;
        tokio::time::sleep(PAUSE).await;
    }
    scrubbed.set(R::COLLECTION, report);
    if report.bad() > 0 {
        let (collection, ScrubReport { damaged, missing, stale, .. }) =
            (R::COLLECTION.name(), report);
        tracing::error!(collection, damaged, missing, stale, "the scrub found bad rows");
    }
    Ok(())
}
