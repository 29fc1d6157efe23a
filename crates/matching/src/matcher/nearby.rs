//! What is near here, now.

use std::collections::HashMap;
use std::sync::Arc;

use jobmatch_domain::matching::{MatchOptions, MatchPostings, Person, Trace};
use jobmatch_domain::nearby::{
    Judgement, Limit, NearbyAnswer, NearbyArea, NearbyOrder, NearbyPage, NearbyPosting,
    NearbyPostings, Whence,
};
use jobmatch_domain::slot::has_begun;
use jobmatch_domain::{
    Area, Collection, Condition, ConditionKind, ConditionMode, DocumentId, Filter, Instant,
    JobPosting, OccupationId, Point, TravelTimes, Trip, Volatile,
};
use jobmatch_index::{
    EmbeddedEngine, Engine, Minutes, Order, Spot, Survey, Surveyed, Way, place_order,
};
use jobmatch_store::Stored;
use tokio::runtime::Handle;

use super::ranking::Ranking;
use super::stopwatch::Stopwatch;
use super::{Matcher, Question, off_the_workers};
use crate::error::MatchingError;

/// Postings in reach that are scored for the order by score, the nearest first: a few
/// milliseconds of work, and far more than a screen shows.
const SCORED_AT_MOST: usize = 2_000;
/// Read beyond a page, so that some that were filled meanwhile cost no second look.
const SPARE: usize = 4;
/// Trades that are counted by name.
const TRADES: usize = 20;

/// Where ways begin and how long they take.
pub(super) struct Ground {
    pub(super) from: Point,
    pub(super) minutes: Minutes,
    times: TravelTimes,
    area: NearbyArea,
}

impl Ground {
    /// What bounds the straight-line distance under a limit.
    pub(super) fn within(&self, limit: Limit) -> Condition {
        let metres = match limit {
            Limit::Minutes(minutes) => {
                self.times.reach_metres(self.from, self.area.travel, minutes)
            }
            Limit::Metres(metres) => metres,
        };
        Condition::Within { centre: self.from, metres }.known()
    }
}

/// One question, ready to be asked with any limit.
struct Search<'a> {
    matcher: &'a Matcher,
    engine: Arc<EmbeddedEngine>,
    request: &'a NearbyPostings,
    ground: Ground,
    question: Option<Question>,
    as_of: Instant,
    runtime: &'a Handle,
}

/// A page of what was found.
struct Found {
    surveyed: Surveyed,
    postings: Vec<NearbyPosting>,
    /// Key and id of the last one, where there are more.
    next: Option<(f64, DocumentId)>,
    degraded: Option<jobmatch_domain::matching::Degraded>,
}

impl Matcher {
    /// Open postings in reach of a point.
    pub async fn nearby(&self, request: NearbyPostings) -> Result<NearbyAnswer, MatchingError> {
        self.wait(Collection::Postings, request.min_seq).await?;
        let this = self.clone();
        off_the_workers(&self.call, move |runtime| this.nearby_now(&request, runtime)).await
    }

    fn nearby_now(
        &self,
        request: &NearbyPostings,
        runtime: &Handle,
    ) -> Result<NearbyAnswer, MatchingError> {
        let mut watch = Stopwatch::start();
        let as_of = request.page.as_ref().map_or_else(|| (self.clock)(), |p| p.as_of);
        let ground = self.ground(&request.area)?;
        let person = request.person.clone();
        let question =
            person.map(|person| self.ask_near(person, &ground, as_of, &mut watch)).transpose()?;
        let engine = self.keeper(Collection::Postings).engine()?;
        let search = Search { matcher: self, engine, request, ground, question, as_of, runtime };
        search.answer(watch)
    }

    /// Resolves where an area is.
    pub(super) fn ground(&self, area: &NearbyArea) -> Result<Ground, MatchingError> {
        let from = match &area.whence {
            Whence::Point(point) => *point,
            Whence::Division(division) => {
                let unknown = MatchingError::NoCentre { division: *division };
                division.own_centre().ok_or(unknown)?
            }
            Whence::Station(id) => self.stations.get(id)?.record.point,
        };
        let (times, travel) = (self.times.clone(), area.travel);
        let minutes = Minutes(Arc::new(move |way: &Way| {
            let trip = Trip { from, to: way.to, area: Area::of(way.division), travel };
            times.minutes_over(trip, way.metres)
        }));
        Ok(Ground { from, minutes, times: self.times.clone(), area: area.clone() })
    }

    /// The person's question. The way that counts is the one from here, not from home.
    fn ask_near(
        &self,
        person: Person,
        ground: &Ground,
        as_of: Instant,
        watch: &mut Stopwatch,
    ) -> Result<Question, MatchingError> {
        let mut options = MatchOptions::default();
        let _ = options.modes.set(ConditionKind::Reach, ConditionMode::Ignored);
        let filter = Filter { valid_at: ground.area.filter.valid_at, ..Filter::default() };
        let request = MatchPostings { person, filter, options };
        let mut question = self.ask_postings(request, as_of, watch)?;
        question.near = Some(ground.from);
        Ok(question)
    }
}

impl Search<'_> {
    fn answer(mut self, mut watch: Stopwatch) -> Result<NearbyAnswer, MatchingError> {
        let asked = self.ground.area.limit;
        let mut used = self.request.page.as_ref().map_or(asked, |page| page.limit);
        let mut widened_from = None;
        let found = loop {
            let found = self.find(used)?;
            let enough = found.surveyed.total >= self.request.widen_below;
            let wider = used.wider(asked).filter(|_| !enough && self.request.page.is_none());
            let Some(wider) = wider else { break found };
            widened_from.get_or_insert(found.surveyed.total);
            used = wider;
        };
        watch.lap("filter");
        let rings = rings(used);
        let as_of = self.as_of;
        let next = found.next.map(|(key, last)| NearbyPage { as_of, limit: used, key, last });
        let question = self.question.take();
        Ok(NearbyAnswer {
            next,
            total: found.surveyed.total,
            trades: self.trades(&found.surveyed),
            rings: rings.into_iter().zip(found.surveyed.rings.iter().copied()).collect(),
            used,
            widened_from,
            from: self.ground.from,
            seq: found.surveyed.seq,
            as_of,
            ranking_version: question.as_ref().map(|_| self.matcher.ranking_version()),
            read_as: question.and_then(|q| q.read_as),
            degraded: found.degraded,
            trace: Trace {
                vector_plan: "none",
                eligible: found.surveyed.total,
                candidates: found.postings.len() as u64,
                stages: watch.stages(),
            },
            postings: found.postings,
        })
    }

    fn survey(&self, limit: Limit) -> Survey {
        let mut conditions = self.ground.area.conditions(self.as_of);
        conditions.push(self.ground.within(limit));
        if let Some(question) = &self.question {
            let required =
                |c: &&Condition| question.options.modes.of(c.kind()) == ConditionMode::Required;
            conditions.extend(question.conditions.iter().filter(required).cloned());
        }
        Survey {
            conditions,
            from: self.ground.from,
            minutes: self.ground.minutes.clone(),
            limit,
            order: match self.request.order {
                NearbyOrder::Minutes | NearbyOrder::Score => Order::Minutes,
                NearbyOrder::Pay => Order::Pay,
                NearbyOrder::Start => Order::Start,
            },
            after: None,
            keep: 0,
            rings: rings(limit),
        }
    }

    fn find(&self, limit: Limit) -> Result<Found, MatchingError> {
        match (&self.question, self.request.order) {
            (Some(question), NearbyOrder::Score) => self.by_score(question, limit),
            _ => self.in_order(limit),
        }
    }

    /// The place in the order behind which the page begins.
    fn after(&self) -> Option<(f64, DocumentId)> {
        self.request.page.as_ref().map(|page| (page.key, page.last.clone()))
    }

    /// Surveys until the page is full of postings that are still open.
    fn in_order(&self, limit: Limit) -> Result<Found, MatchingError> {
        let size = self.request.page_size;
        let mut survey = Survey { after: self.after(), ..self.survey(limit) };
        let mut shown: Vec<(Spot, Stored<JobPosting>)> = Vec::new();
        let surveyed = loop {
            self.matcher.call.check()?;
            survey.keep = size + 1 - shown.len() + SPARE;
            let mut surveyed = self.runtime.block_on(self.engine.survey(survey.clone()))?;
            let spots = std::mem::take(&mut surveyed.spots);
            let exhausted = spots.len() < survey.keep;
            survey.after = spots.last().map(|s| (s.key, s.id.clone()));
            shown.extend(self.current(spots)?);
            if shown.len() > size || exhausted {
                break surveyed;
            }
        };
        let more = shown.len() > size;
        shown.truncate(size);
        let next = shown.last().filter(|_| more).map(|(spot, _)| (spot.key, spot.id.clone()));
        let (postings, degraded) = self.judged(shown)?;
        Ok(Found { surveyed, postings, next, degraded })
    }

    /// Those of the spots whose records may be shown now.
    fn current(&self, spots: Vec<Spot>) -> Result<Vec<(Spot, Stored<JobPosting>)>, MatchingError> {
        let now = (self.matcher.clock)();
        let ids: Vec<DocumentId> = spots.iter().map(|s| s.id.clone()).collect();
        let stored = self.matcher.store.get_many::<JobPosting>(&ids)?;
        let is_open = |spot: &Spot, stored: &Stored<JobPosting>| {
            let volatile = Volatile::of_posting(&stored.record, stored.taken);
            stored.content_seq == spot.seq
                && volatile.open
                && volatile.places_left != Some(0)
                && !has_begun(&stored.record, now)
        };
        let pairs = spots.into_iter().zip(stored);
        Ok(pairs
            .filter_map(|(spot, stored)| Some((spot, stored?)))
            .filter(|(spot, stored)| is_open(spot, stored))
            .collect())
    }

    /// What ranking says of a page that is in another order.
    fn judged(
        &self,
        shown: Vec<(Spot, Stored<JobPosting>)>,
    ) -> Result<(Vec<NearbyPosting>, Option<jobmatch_domain::matching::Degraded>), MatchingError>
    {
        let Some(question) = &self.question else {
            return Ok((shown.into_iter().map(|(s, p)| plain(&s, p)).collect(), None));
        };
        let ids = shown.iter().map(|(spot, _)| spot.id.clone()).collect();
        let retrieval = self.runtime.block_on(self.matcher.retrieve(question, ids))?;
        let ranking = Ranking::new(self.matcher, question);
        let scored = ranking.scored(&retrieval)?;
        let by_id: HashMap<&DocumentId, _> = scored.iter().map(|s| (&s.hit.id, s)).collect();
        let judged = |(spot, stored): (Spot, Stored<JobPosting>)| {
            let Some(scored) = by_id.get(&spot.id) else { return plain(&spot, stored) };
            let found = ranking.judged(scored, stored.clone());
            NearbyPosting { judgement: Some(judgement(found)), ..plain(&spot, stored) }
        };
        let postings = shown.into_iter().map(judged).collect();
        Ok((postings, question.degraded(&retrieval)))
    }

    /// Scores all that is in reach.
    fn by_score(&self, question: &Question, limit: Limit) -> Result<Found, MatchingError> {
        let survey = Survey { keep: SCORED_AT_MOST, ..self.survey(limit) };
        let mut surveyed = self.runtime.block_on(self.engine.survey(survey))?;
        let spots = std::mem::take(&mut surveyed.spots);
        let mut spots: HashMap<DocumentId, Spot> =
            spots.into_iter().map(|spot| (spot.id.clone(), spot)).collect();
        let ids = spots.keys().cloned().collect();
        let retrieval = self.runtime.block_on(self.matcher.retrieve(question, ids))?;
        let ranking = Ranking::new(self.matcher, question);
        let mut scored = ranking.scored(&retrieval)?;
        let after = self.after();
        let behind = |place| {
            let after = after.as_ref();
            after.is_none_or(|(key, id)| place_order(place, (*key, id)).is_gt())
        };
        scored.retain(|s| spots.contains_key(&s.hit.id) && behind((-s.score, &s.hit.id)));
        scored.sort_by(|a, b| place_order((-a.score, &a.hit.id), (-b.score, &b.hit.id)));
        let size = self.request.page_size;
        let mut postings = Vec::new();
        let mut last = None;
        let mut more = false;
        'pages: for part in scored.chunks(size + SPARE) {
            let part_spots = part.iter().filter_map(|s| spots.remove(&s.hit.id)).collect();
            let current = self.current(part_spots)?;
            let mut current: HashMap<DocumentId, _> = current
                .into_iter()
                .map(|(spot, stored)| (spot.id.clone(), (spot, stored)))
                .collect();
            for scored in part {
                let Some((spot, stored)) = current.remove(&scored.hit.id) else { continue };
                if postings.len() == size {
                    more = true;
                    break 'pages;
                }
                last = Some((-scored.score, spot.id.clone()));
                let found = ranking.judged(scored, stored.clone());
                let judgement = Some(judgement(found));
                postings.push(NearbyPosting { judgement, ..plain(&spot, stored) });
            }
        }
        let degraded = question.degraded(&retrieval);
        Ok(Found { surveyed, postings, next: last.filter(|_| more), degraded })
    }

    fn trades(&self, surveyed: &Surveyed) -> Vec<(Option<OccupationId>, u64)> {
        let mut trades: Vec<_> = surveyed.occupations.iter().collect();
        let name = |id: Option<OccupationId>| id.map(|id| self.matcher.analyst.occupation_name(id));
        trades.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| name(a.0).cmp(&name(b.0))));
        trades.truncate(TRADES);
        trades
    }
}

/// The rings that begin within a limit, the last one cut off at it.
fn rings(limit: Limit) -> Vec<f64> {
    let mut rings = NearbyPostings::RINGS.to_vec();
    match limit {
        Limit::Minutes(minutes) => {
            rings.retain(|ring| *ring < minutes);
            rings.push(minutes);
        }
        Limit::Metres(_) => rings.push(60.0),
    }
    rings
}

pub(super) fn plain(spot: &Spot, stored: Stored<JobPosting>) -> NearbyPosting {
    NearbyPosting {
        posting: Box::new(stored.record),
        seq: stored.seq,
        updated: stored.updated,
        taken: stored.taken,
        minutes: spot.minutes,
        metres: spot.metres,
        yuan_per_hour: spot.yuan_per_hour,
        judgement: None,
    }
}

fn judgement(found: jobmatch_domain::matching::Match) -> Judgement {
    Judgement { score: found.score, factors: found.factors, conditions: found.conditions }
}
