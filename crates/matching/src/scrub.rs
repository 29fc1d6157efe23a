//! The scrub: compares the bytes of all rows with the store's directory at the start, and
//! then reads every record again and again, slowly, so that a row that went bad is counted before
//! somebody needs it. Calls come first: it works in short stretches with longer rests.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jobmatch_domain::{Collection, JobPosting, Profile};
use jobmatch_store::{Record, ScrubDepth, ScrubPlace, ScrubReport, Store};
use parking_lot::Mutex;

use crate::error::MatchingError;

/// Records, or entries of the feed, between two pauses, and the pause: a thousand a second, some
/// per cent of a core, and a hundred thousand records in some two minutes.
const STRETCH: usize = 100;
const PAUSE: Duration = Duration::from_millis(100);
/// Rows whose bytes are compared in one go at the start, so few that hardly a call waits for a core:
/// by the 0.1 s for 100,000 of `GUARANTEES.md` a fraction of a millisecond.
const COMPARED: usize = 250;
/// Comparing takes one part in so many of the time of a core: by that, a million rows take
/// minutes. What it cost calls when it took a whole core stands in `benches/steps.md`.
const COMPARING_SHARE: u32 = 100;
/// Rest between two passes.
const REST: Duration = Duration::from_secs(3_600);

/// What the last pass over each collection found; until the first has ended, what comparing
/// the bytes found.
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
    let mut depth = ScrubDepth::Bytes;
    loop {
        let postings = pass::<JobPosting>(&store, &scrubbed, depth).await;
        let profiles = pass::<Profile>(&store, &scrubbed, depth).await;
        for error in [postings.err(), profiles.err()].into_iter().flatten() {
            tracing::error!(%error, "the scrub could not go on");
        }
        if depth == ScrubDepth::All {
            tokio::time::sleep(REST).await;
        }
        depth = ScrubDepth::All;
    }
}

async fn pass<R: Record>(
    store: &Store,
    scrubbed: &Scrubbed,
    depth: ScrubDepth,
) -> Result<(), MatchingError> {
    let limit = match depth {
        ScrubDepth::Bytes => COMPARED,
        ScrubDepth::All => STRETCH,
    };
    let (mut report, mut place) = (ScrubReport::default(), ScrubPlace::default());
    loop {
        let store = store.clone();
        let stretch = move || {
            let begun = Instant::now();
            (store.scrub::<R>(depth, &place, limit), begun.elapsed())
        };
        let (found, took) = tokio::task::spawn_blocking(stretch).await?;
        let (found, next) = found?;
        report.add(found);
        let Some(next) = next else { break };
        place = next;
        tokio::time::sleep(pause(depth, took)).await;
    }
    scrubbed.set(R::COLLECTION, report);
    if report.bad() > 0 {
        tracing::error!(collection = R::COLLECTION.name(), ?report, "the scrub found bad rows");
    }
    Ok(())
}

/// How long to rest after a stretch that took so long.
fn pause(depth: ScrubDepth, took: Duration) -> Duration {
    match depth {
        ScrubDepth::Bytes => took * (COMPARING_SHARE - 1),
        ScrubDepth::All => PAUSE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparing_rests_for_its_share_and_reading_for_a_while() {
        let took = Duration::from_micros(400);
        let share = took + pause(ScrubDepth::Bytes, took);
        assert_eq!(share, took * COMPARING_SHARE);
        assert_eq!(pause(ScrubDepth::All, took), PAUSE);
    }
}
