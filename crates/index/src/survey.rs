//! What is in reach of a point: a question without words, answered exactly, with counts.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use jobmatch_domain::nearby::Limit;
use jobmatch_domain::{Condition, Division, DocumentId, Instant, OccupationId, Point, Seq};

/// The way to a document.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Way {
    /// Where it leads.
    pub to: Point,
    /// Division of the document.
    pub division: Option<Division>,
    /// Length along the straight line.
    pub metres: f64,
}

/// Minutes on a way; finite and not below 0.
#[derive(Clone)]
pub struct Minutes(pub Arc<dyn Fn(&Way) -> f64 + Send + Sync>);

impl fmt::Debug for Minutes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Minutes")
    }
}

/// What comes first. Ties fall to the id; what is not known comes last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Soonest reached.
    #[default]
    Minutes,
    /// Best paid by the hour.
    Pay,
    /// Begins soonest.
    Start,
}

/// A question for what is in reach.
#[derive(Debug, Clone)]
pub struct Survey {
    /// Conditions that must not be UNMET. One that bounds the straight-line distance from
    /// `from` keeps the work small; it must be wide enough for `limit`.
    pub conditions: Vec<Condition>,
    /// Where the ways begin.
    pub from: Point,
    /// Minutes on a way.
    pub minutes: Minutes,
    /// How far; minutes by [`Survey::minutes`].
    pub limit: Limit,
    /// What comes first.
    pub order: Order,
    /// Key and id of the last document that was shown: goes on behind it.
    pub after: Option<(f64, DocumentId)>,
    /// Most documents in the answer.
    pub keep: usize,
    /// Upper ends of the rings, minutes, rising.
    pub rings: Vec<f64>,
}

/// A document in reach.
#[derive(Debug, Clone, PartialEq)]
pub struct Spot {
    /// Id.
    pub id: DocumentId,
    /// Version, see [`crate::Document::seq`].
    pub seq: Seq,
    /// Straight-line metres.
    pub metres: f64,
    /// Minutes.
    pub minutes: f64,
    /// The least it pays by the hour.
    pub yuan_per_hour: Option<f64>,
    /// What it is ordered by, less first; infinite where it is not known.
    pub key: f64,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Surveyed {
    /// In order, those behind [`Survey::after`].
    pub spots: Vec<Spot>,
    /// All documents in reach, on whatever page.
    pub total: u64,
    /// How many by their first occupation.
    pub occupations: Occupations,
    /// How many in each ring and in none before; those beyond the last ring in none.
    pub rings: Vec<u64>,
    /// The answer reflects everything up to here.
    pub seq: Seq,
}

/// How many documents an occupation has. Occupations are small numbers, so a list does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Occupations {
    by_id: Vec<u64>,
    none: u64,
}

impl Occupations {
    fn count(&mut self, occupation: Option<OccupationId>) {
        let Some(OccupationId(id)) = occupation else {
            self.none += 1;
            return;
        };
        let index = usize::from(id);
        if index >= self.by_id.len() {
            self.by_id.resize(index + 1, 0);
        }
        self.by_id[index] += 1;
    }

    /// Those that have any, in order of id; `None` for documents that tell none comes first.
    pub fn iter(&self) -> impl Iterator<Item = (Option<OccupationId>, u64)> + '_ {
        let told = (0u16..).zip(&self.by_id).map(|(id, count)| (Some(OccupationId(id)), *count));
        std::iter::once((None, self.none)).chain(told).filter(|(_, count)| *count > 0)
    }
}

/// What a survey asks of every document that has a place.
pub(crate) struct Seen {
    pub(crate) point: Point,
    pub(crate) division: Option<Division>,
    pub(crate) occupation: Option<OccupationId>,
}

/// What it asks of those that are ordered by it or shown.
pub(crate) struct Gains {
    pub(crate) begins: Option<Instant>,
    pub(crate) yuan_per_hour: Option<f64>,
}

/// A document within the limit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reached {
    pub(crate) metres: f64,
    pub(crate) minutes: f64,
    pub(crate) key: f64,
}

impl Reached {
    pub(crate) fn spot(self, id: DocumentId, seq: Seq, gains: &Gains) -> Spot {
        let Self { metres, minutes, key } = self;
        Spot { id, seq, metres, minutes, yuan_per_hour: gains.yuan_per_hour, key }
    }
}

/// The order of places, each a key and an id: less first, ties by id.
pub fn place_order(a: (f64, &DocumentId), b: (f64, &DocumentId)) -> Ordering {
    a.0.total_cmp(&b.0).then_with(|| a.1.cmp(b.1))
}

impl Survey {
    /// How a document is reached; `None` beyond the limit. `gains` is asked only where the order
    /// is by them: they lie elsewhere in memory.
    pub(crate) fn reached(&self, seen: &Seen, gains: impl FnOnce() -> Gains) -> Option<Reached> {
        let metres = self.from.distance_metres(&seen.point);
        let way = Way { to: seen.point, division: seen.division, metres };
        let minutes = (self.minutes.0)(&way);
        let within = match self.limit {
            Limit::Minutes(most) => minutes <= most,
            Limit::Metres(most) => metres <= most,
        };
        within.then(|| {
            let key = match self.order {
                Order::Minutes => minutes,
                Order::Pay => gains().yuan_per_hour.map_or(f64::INFINITY, |yuan| -yuan),
                Order::Start => gains().begins.map_or(f64::INFINITY, |at| at.0 as f64),
            };
            Reached { metres, minutes, key }
        })
    }

    /// An answer before anything was found.
    pub(crate) fn empty(&self) -> Surveyed {
        Surveyed { rings: vec![0; self.rings.len()], ..Surveyed::default() }
    }
}

impl Surveyed {
    /// Counts a document in.
    pub(crate) fn count(&mut self, survey: &Survey, seen: &Seen, reached: Reached) {
        self.total += 1;
        self.occupations.count(seen.occupation);
        let ring = survey.rings.partition_point(|end| *end < reached.minutes);
        if let Some(count) = self.rings.get_mut(ring) {
            *count += 1;
        }
    }
}
