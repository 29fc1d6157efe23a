//! What is near: requests and answers.

use crate::condition::{Condition, ConditionKind};
use crate::division::Division;
use crate::facets::OccupationId;
use crate::filter::Filter;
use crate::geo::Point;
use crate::gig::Settlement;
use crate::ids::{Collection, DocumentId, Seq};
use crate::matching::{Degraded, Factor, Outcome, Person, Trace};
use crate::posting::JobPosting;
use crate::time::Instant;
use crate::travel::Travel;

/// Where the ways begin.
#[derive(Debug, Clone, PartialEq)]
pub enum Whence {
    /// At a point.
    Point(Point),
    /// At a stored station.
    Station(DocumentId),
    /// At the centre of a division.
    Division(Division),
}

/// How far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// Minutes, 1 to 240.
    Minutes(f64),
    /// Straight-line metres, above 0 and at most 200,000.
    Metres(f64),
}

impl Limit {
    /// The limit when none is told: the circle of 15 minutes.
    pub const DEFAULT: Self = Self::Minutes(15.0);
    /// Greatest limits.
    pub const MAX_MINUTES: u32 = 240;
    /// Greatest limits.
    pub const MAX_METRES: f64 = 200_000.0;

    /// The steps of minutes by which a limit is widened.
    const STEPS: [f64; 5] = [15.0, 30.0, 45.0, 60.0, 90.0];

    /// The next wider limit, where `first` was asked for: the next step of minutes, or twice the
    /// metres up to eightfold; `None` when it is widened no further.
    pub fn wider(self, first: Self) -> Option<Self> {
        match (self, first) {
            (Self::Minutes(now), _) => {
                Self::STEPS.into_iter().find(|step| *step > now).map(Self::Minutes)
            }
            (Self::Metres(now), Self::Metres(asked)) if now < asked * 8.0 => {
                Some(Self::Metres((now * 2.0).min(Self::MAX_METRES))).filter(|w| *w != self)
            }
            (Self::Metres(_), _) => None,
        }
    }

    /// The number alone.
    pub fn value(self) -> f64 {
        match self {
            Self::Minutes(minutes) => minutes,
            Self::Metres(metres) => metres,
        }
    }
}

/// Where to look, and for what.
#[derive(Debug, Clone, PartialEq)]
pub struct NearbyArea {
    /// Where the ways begin.
    pub whence: Whence,
    /// How far.
    pub limit: Limit,
    /// Means of travel.
    pub travel: Travel,
    /// The caller's conditions; without a radius.
    pub filter: Filter,
    /// First instant at which a gig may begin; `None`: from now on.
    pub starts_from: Option<Instant>,
    /// Instant before which it must begin.
    pub starts_until: Option<Instant>,
    /// Ways of paying out, any of them; empty: all.
    pub settlements: Vec<Settlement>,
    /// Only employers that were checked.
    pub checked_employers_only: bool,
}

impl NearbyArea {
    /// What a posting must meet for anybody, but for its place: open, valid, places left, its gig
    /// not begun, and what the caller asks. A fact that is not known meets no filter on kind,
    /// occupation, division or settlement.
    pub fn conditions(&self, as_of: Instant) -> Vec<Condition> {
        let valid_at = self.filter.valid_at.unwrap_or(as_of);
        let mut out = vec![
            Condition::Open,
            Condition::Places,
            Condition::Trusted,
            Condition::ValidAt(valid_at),
        ];
        // A gig is shown until the instant at which it begins.
        let not_begun = Instant(as_of.0.saturating_add(1));
        let from = self.starts_from.map_or(not_begun, |from| from.max(not_begun));
        out.push(Condition::Begins { from, until: self.starts_until });
        if !self.settlements.is_empty() {
            out.push(Condition::SettledIn(self.settlements.clone()).known());
        }
        if self.checked_employers_only {
            out.push(Condition::EmployerChecked);
        }
        let asks_what_must_be_known = |c: &Condition| {
            let kinds = [ConditionKind::Kind, ConditionKind::Occupation, ConditionKind::Division];
            kinds.contains(&c.kind())
        };
        let asked = self.filter.conditions(Collection::Postings).into_iter();
        out.extend(asked.map(|c| if asks_what_must_be_known(&c) { c.known() } else { c }));
        out
    }
}

/// The order of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NearbyOrder {
    /// Soonest reached first.
    #[default]
    Minutes,
    /// Best paid by the hour first.
    Pay,
    /// Begins soonest first.
    Start,
    /// Best match first.
    Score,
}

/// Where a page starts: what the token of the page before pinned.
#[derive(Debug, Clone, PartialEq)]
pub struct NearbyPage {
    /// The as-of time of the first page.
    pub as_of: Instant,
    /// The limit that the first page used.
    pub limit: Limit,
    /// Key of the last posting that was shown.
    pub key: f64,
    /// Its id.
    pub last: DocumentId,
}

/// A question for what is near.
#[derive(Debug, Clone, PartialEq)]
pub struct NearbyPostings {
    /// Where, and what.
    pub area: NearbyArea,
    /// What comes first; [`NearbyOrder::Score`] needs a person.
    pub order: NearbyOrder,
    /// For whom; `None`: anybody.
    pub person: Option<Person>,
    /// 1 to 200.
    pub page_size: usize,
    /// `None`: the first page.
    pub page: Option<NearbyPage>,
    /// Wait until this Seq is searchable.
    pub min_seq: Seq,
    /// Fewer postings than this widen the limit.
    pub widen_below: u64,
}

impl NearbyPostings {
    /// What [`Self::widen_below`] is when nothing is told.
    pub const WIDEN_BELOW: u32 = 3;
    /// The rings that are counted, upper ends in minutes.
    pub const RINGS: [f64; 4] = [5.0, 10.0, 15.0, 30.0];
}

/// What ranking says of a posting for a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// 0 to 1.
    pub score: f64,
    /// As in a match.
    pub factors: Vec<Factor>,
    /// As in a match.
    pub conditions: Vec<Outcome>,
}

/// A posting in reach.
#[derive(Debug, Clone, PartialEq)]
pub struct NearbyPosting {
    /// The posting.
    pub posting: Box<JobPosting>,
    /// Seq of its last change.
    pub seq: Seq,
    /// Instant of its last change.
    pub updated: Instant,
    /// Slots that are taken.
    pub taken: u32,
    /// Minutes on the way.
    pub minutes: f64,
    /// Straight-line metres.
    pub metres: f64,
    /// The least it pays by the hour.
    pub yuan_per_hour: Option<f64>,
    /// `None` where nobody asked for himself.
    pub judgement: Option<Judgement>,
}

/// What is near.
#[derive(Debug, Clone, PartialEq)]
pub struct NearbyAnswer {
    /// In order.
    pub postings: Vec<NearbyPosting>,
    /// Where the next page starts.
    pub next: Option<NearbyPage>,
    /// All that were found.
    pub total: u64,
    /// By occupation, the commonest first; ties by name.
    pub trades: Vec<(Option<OccupationId>, u64)>,
    /// Upper end in minutes and count of each ring.
    pub rings: Vec<(f64, u64)>,
    /// The limit that was used.
    pub used: Limit,
    /// How many there were within the limit asked for, where it was widened.
    pub widened_from: Option<u64>,
    /// Where the ways began.
    pub from: Point,
    /// The answer reflects every change up to this Seq.
    pub seq: Seq,
    /// Time of validity and of what has begun.
    pub as_of: Instant,
    /// With a person: name and version of ranking, lexicon and model.
    pub ranking_version: Option<String>,
    /// As in a match.
    pub read_as: Option<String>,
    /// As in a match.
    pub degraded: Option<Degraded>,
    /// How it came about.
    pub trace: Trace,
}

/// What happened to a posting.
#[derive(Debug, Clone, PartialEq)]
pub enum NearbyChange {
    /// It is in reach and open.
    Shown(Box<NearbyPosting>),
    /// All its places are taken.
    Filled(DocumentId),
    /// It is gone, or no longer what was asked for.
    Withdrawn(DocumentId),
    /// Nothing happened for a while.
    Heartbeat,
    /// Too much happened: ask anew.
    Reload,
}

/// A change and where to go on after it.
#[derive(Debug, Clone, PartialEq)]
pub struct NearbyEvent {
    /// What happened.
    pub change: NearbyChange,
    /// Everything up to here was told.
    pub cursor: Seq,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_widen_in_steps_and_end() {
        let steps = |first: Limit| {
            let next = |now: &Limit| now.wider(first);
            std::iter::successors(Some(first), next).map(Limit::value).collect::<Vec<_>>()
        };
        assert_eq!(steps(Limit::Minutes(10.0)), [10.0, 15.0, 30.0, 45.0, 60.0, 90.0]);
        assert_eq!(steps(Limit::Minutes(240.0)), [240.0]);
        assert_eq!(steps(Limit::Metres(500.0)), [500.0, 1000.0, 2000.0, 4000.0]);
        assert_eq!(steps(Limit::Metres(150_000.0)), [150_000.0, 200_000.0]);
    }
}
