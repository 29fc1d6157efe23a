//! Following what is near: every change of the feed, asked of the area.

use std::time::Duration;

use futures::stream::Stream;
use jobmatch_domain::nearby::{Limit, NearbyArea, NearbyChange, NearbyEvent, NearbyPosting};
use jobmatch_domain::{
    Collection, Condition, ConditionKind, ConditionState, DocumentId, Facets, JobPosting, Seq,
    Volatile,
};
use jobmatch_index::Way;
use jobmatch_store::{Change, Stored};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::nearby::Ground;
use super::{Matcher, off_the_workers};
use crate::error::MatchingError;

/// Changes that are told one by one. Whoever is further behind asks anew: that is less work for
/// both, and an import of a whole city does not go through every kiosk.
const TOLD_AT_MOST: usize = 500;
/// Pause after changes, so that those of one moment are read together.
const GATHER: Duration = Duration::from_millis(200);
/// Silence after which a heartbeat is sent.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Pause after a reload was asked for, so that an import does not ask for one after the other.
const RELOAD_PAUSE: Duration = Duration::from_secs(5);
/// Events that wait for a slow reader.
const AHEAD: usize = 64;

type Event = Result<NearbyEvent, MatchingError>;

impl Matcher {
    /// The changes in an area after a cursor, and then each as it happens; `None`: from now on.
    /// Ends when the reader goes or the store shuts down.
    pub async fn watch_nearby(
        &self,
        area: NearbyArea,
        cursor: Option<Seq>,
    ) -> Result<impl Stream<Item = Event> + Send + use<>, MatchingError> {
        // A mistake in the request is told at once.
        self.ground(&area)?;
        let (events, reader) = mpsc::channel(AHEAD);
        tokio::spawn(self.clone().follow(area, cursor, events));
        Ok(ReceiverStream::new(reader))
    }

    async fn follow(self, area: NearbyArea, cursor: Option<Seq>, events: mpsc::Sender<Event>) {
        let mut seqs = self.store.subscribe();
        let mut at = cursor.unwrap_or_else(|| self.store.seq());
        loop {
            match self.clone().changes_after(area.clone(), at).await {
                Ok((told, upto)) => {
                    at = upto;
                    let reload = told.iter().any(|e| e.change == NearbyChange::Reload);
                    for event in told {
                        if events.send(Ok(event)).await.is_err() {
                            return;
                        }
                    }
                    if reload {
                        tokio::time::sleep(RELOAD_PAUSE).await;
                        continue;
                    }
                }
                Err(error) => {
                    // The reader may have gone; there is nobody else to tell.
                    let _ = events.send(Err(error)).await;
                    return;
                }
            }
            tokio::select! {
                changed = seqs.changed() => match changed {
                    Ok(()) => tokio::time::sleep(GATHER).await,
                    Err(_) => return,
                },
                () = tokio::time::sleep(HEARTBEAT) => {
                    let beat = NearbyEvent { change: NearbyChange::Heartbeat, cursor: at };
                    if events.send(Ok(beat)).await.is_err() {
                        return;
                    }
                }
                () = events.closed() => return,
            }
        }
    }

    /// What happened after a Seq, and up to where.
    async fn changes_after(
        self,
        area: NearbyArea,
        after: Seq,
    ) -> Result<(Vec<NearbyEvent>, Seq), MatchingError> {
        let call = self.call.clone();
        off_the_workers(&call, move |_| {
            // Read before the feed: everything up to here is in the feed by now.
            let upto = self.store.seq();
            let reload = NearbyEvent { change: NearbyChange::Reload, cursor: upto };
            if after > upto {
                return Ok((vec![reload], upto));
            }
            let feed = self.store.changes(Collection::Postings, after, TOLD_AT_MOST + 1)?;
            if feed.len() > TOLD_AT_MOST {
                return Ok((vec![reload], upto));
            }
            let ground = self.ground(&area)?;
            let mut told = Vec::new();
            for change in feed.into_iter().filter(|c| c.seq <= upto) {
                let cursor = change.seq;
                let change = self.told(&area, &ground, change)?;
                told.push(NearbyEvent { change, cursor });
            }
            Ok((told, upto))
        })
        .await
    }

    fn told(
        &self,
        area: &NearbyArea,
        ground: &Ground,
        change: Change,
    ) -> Result<NearbyChange, MatchingError> {
        let stored = match change.deleted {
            true => None,
            false => self.store.get_many::<JobPosting>(std::slice::from_ref(&change.id))?.remove(0),
        };
        let Some(stored) = stored else {
            return Ok(NearbyChange::Withdrawn(change.id));
        };
        Ok(self.seen(area, ground, change.id, stored))
    }

    fn seen(
        &self,
        area: &NearbyArea,
        ground: &Ground,
        id: DocumentId,
        stored: Stored<JobPosting>,
    ) -> NearbyChange {
        let now = (self.clock)();
        let mut facets = self.analyst.read_posting(&stored.record, stored.updated.date()).facets;
        facets.volatile = Volatile::of_posting(&stored.record, stored.taken);
        let Some((minutes, metres)) = reached(area, ground, &facets) else {
            return NearbyChange::Withdrawn(id);
        };
        let fails = |c: &Condition| c.evaluate(&facets) == ConditionState::Unmet;
        let mut failed: Vec<ConditionKind> =
            area.conditions(now).iter().filter(|c| fails(c)).map(Condition::kind).collect();
        failed.dedup();
        match failed[..] {
            [] => NearbyChange::Shown(Box::new(NearbyPosting {
                yuan_per_hour: facets.yuan_per_hour(),
                posting: Box::new(stored.record),
                seq: stored.seq,
                updated: stored.updated,
                taken: stored.taken,
                minutes,
                metres,
                judgement: None,
            })),
            [ConditionKind::Places] => NearbyChange::Filled(id),
            _ => NearbyChange::Withdrawn(id),
        }
    }
}

/// Minutes and metres to a posting; `None` beyond the limit.
fn reached(area: &NearbyArea, ground: &Ground, facets: &Facets) -> Option<(f64, f64)> {
    let to = facets.point?;
    let metres = ground.from.distance_metres(&to);
    let minutes = (ground.minutes.0)(&Way { to, division: facets.division, metres });
    let within = match area.limit {
        Limit::Minutes(most) => minutes <= most,
        Limit::Metres(most) => metres <= most,
    };
    within.then_some((minutes, metres))
}
