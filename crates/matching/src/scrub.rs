//! The scrub: reads every record of the store again and again, slowly, so that a row that went
//! bad is counted before somebody needs it.

use std::sync::Arc;
use std::time::Duration;

use jobmatch_domain::{Collection, JobPosting, Profile};
use jobmatch_store::{Record, ScrubPlace, ScrubReport, Store};
use parking_lot::Mutex;

use crate::error::MatchingError;

/// Records, or entries of the feed, between two pauses, and the pause: a thousand a second, some
/// per cent of a core, and a hundred thousand records in four minutes.
const STRETCH: usize = 100;
const PAUSE: Duration = Duration::from_millis(100);
/// Rest between two passes.
const REST: Duration = Duration::from_secs(3_600);

/// What the last pass over each collection found; until the first has ended, what was found when
/// the store was opened.
#[derive(Debug, Clone)]
pub(crate) struct Scrubbed(Arc<Mutex<[ScrubReport; 2]>>);

impl Scrubbed {
    /// Of a store that was just opened.
    pub(crate) fn at_opening(store: &Store) -> Self {
        let found = [Collection::Postings, Collection::Profiles];
        Self(Arc::new(Mutex::new(found.map(|of| store.found_at_opening(of)))))
    }

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
    loop {
        let postings = pass::<JobPosting>(&store, &scrubbed).await;
        let profiles = pass::<Profile>(&store, &scrubbed).await;
        for error in [postings.err(), profiles.err()].into_iter().flatten() {
            tracing::error!(%error, "the scrub could not go on");
        }
        tokio::time::sleep(REST).await;
    }
}

async fn pass<R: Record>(store: &Store, scrubbed: &Scrubbed) -> Result<(), MatchingError> {
    let (mut report, mut place) = (ScrubReport::default(), ScrubPlace::default());
    loop {
        let store = store.clone();
        let stretch = move || store.scrub::<R>(&place, STRETCH);
        let (found, next) = tokio::task::spawn_blocking(stretch).await??;
        report.add(found);
        let Some(next) = next else { break };
        place = next;
        tokio::time::sleep(PAUSE).await;
    }
    scrubbed.set(R::COLLECTION, report);
    if report.bad() > 0 {
        tracing::error!(collection = R::COLLECTION.name(), ?report, "the scrub found bad rows");
    }
    Ok(())
}
