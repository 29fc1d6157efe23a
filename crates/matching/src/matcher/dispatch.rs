//! The people present and the gigs of a morning: a stable assignment.
//!
//! Each record is read once. A pair is eligible, and has the score, that the person would see
//! who asks for jobs: the same reading, conditions, signals and weights.

mod reasons;

use std::collections::BTreeMap;

use jobmatch_domain::dispatch::{Assigned, Dispatch, Dispatched, OpenPlaces, Unassigned};
use jobmatch_domain::matching::{MatchOptions, MatchPostings, Person};
use jobmatch_domain::slot::has_begun;
use jobmatch_domain::{
    Collection, ConditionKind, ConditionMode, ConditionState, DocumentId, Facets, Filter, Instant,
    JobPosting, Modes, Profile, Seq, Volatile, Window,
};
use jobmatch_gigs::{Gig, Market, Pair, assign};
use jobmatch_index::{Engine, Hit, Query};
use jobmatch_store::Stored;
use tokio::runtime::Handle;

use super::ranking::Ranking;
use super::stopwatch::Stopwatch;
use super::{Matcher, Question, off_the_workers};
use crate::error::MatchingError;
use crate::parallel::in_parallel;

/// A gig whose posting tells no number of places has so many.
const UNKNOWN_PLACES: u32 = 1;

/// A posting of the request as it is now.
struct GigNow {
    id: DocumentId,
    content_seq: Seq,
    /// What conditions ask of it, as of now.
    facets: Facets,
    /// What keeps everybody from it, beside what conditions ask.
    shut: Option<ConditionKind>,
    places: u32,
    window: Option<Window>,
}

/// A person of the request.
struct PersonNow {
    id: DocumentId,
    /// `None`: may not be matched.
    weighed: Option<Weighed>,
    is_stored: bool,
}

/// A person beside all gigs.
struct Weighed {
    /// Gigs that suit by index, in that order, with the score.
    suitable: Vec<(usize, f64)>,
    /// Gigs that one kind of condition alone keeps apart.
    excluded: BTreeMap<ConditionKind, u64>,
}

/// What is the same for all persons.
struct Round<'a> {
    gigs: &'a [GigNow],
    modes: Modes,
    as_of: Instant,
    runtime: &'a Handle,
}

impl Matcher {
    /// Assigns the people to the gigs. A posting that is not there any more gets nobody, like
    /// one that is not open, has expired or whose gig has begun.
    pub async fn dispatch(&self, request: Dispatch) -> Result<Dispatched, MatchingError> {
        let as_of = (self.clock)();
        let seq = self.store.seq();
        self.wait(Collection::Postings, seq).await?;
        let this = self.clone();
        let work = move |runtime: &Handle| this.dispatch_as_of(&request, (as_of, seq), runtime);
        off_the_workers(&self.call, work).await
    }

    fn dispatch_as_of(
        &self,
        request: &Dispatch,
        (as_of, seq): (Instant, Seq),
        runtime: &Handle,
    ) -> Result<Dispatched, MatchingError> {
        let gigs = self.gigs(&request.postings, as_of, runtime)?;
        let round = Round { gigs: &gigs, modes: request.modes, as_of, runtime };
        let people = self.people(&request.profiles, &round)?;
        let market = market(request, &gigs, &people);
        self.call.check()?;
        let answer = assign(&market);
        let assignments: Vec<Assigned> = answer
            .placed
            .iter()
            .map(|placed| Assigned {
                profile: people[placed.person].id.clone(),
                posting: gigs[placed.gig].id.clone(),
                score: people[placed.person].score(placed.gig),
                person_choice: placed.person_choice,
                gig_choice: placed.gig_choice,
            })
            .collect();
        let mut has = vec![false; people.len()];
        answer.placed.iter().for_each(|placed| has[placed.person] = true);
        let without = people.iter().zip(&has).filter(|(_, has)| !**has);
        let unassigned: Vec<Unassigned> =
            without.map(|(person, _)| person.unassigned(request.min_score)).collect();
        let open = gigs.iter().zip(answer.left).filter(|(_, left)| *left > 0);
        let open_places =
            open.map(|(gig, places)| OpenPlaces { posting: gig.id.clone(), places }).collect();
        let ranking_version = self.ranking_version();
        Ok(Dispatched { assignments, unassigned, open_places, seq, as_of, ranking_version })
    }

    /// The postings that are there and indexed as they are, in order of id.
    fn gigs(
        &self,
        ids: &[DocumentId],
        as_of: Instant,
        runtime: &Handle,
    ) -> Result<Vec<GigNow>, MatchingError> {
        let ids = sorted(ids);
        let stored = self.store.get_many::<JobPosting>(&ids)?;
        let query = Query { score_also: ids, ..Query::default() };
        let engine = self.keeper(Collection::Postings).engine()?;
        let hits = runtime.block_on(engine.retrieve(query))?.hits;
        let mut indexed: BTreeMap<DocumentId, Hit> =
            hits.into_iter().map(|hit| (hit.id.clone(), hit)).collect();
        let gig = |stored: Stored<JobPosting>| {
            let hit = indexed.remove(&stored.record.id)?;
            (hit.seq == stored.content_seq).then(|| GigNow::of(stored, hit.facets, as_of))
        };
        Ok(stored.into_iter().flatten().filter_map(gig).collect())
    }

    /// The persons beside all gigs, in order of id.
    fn people(
        &self,
        ids: &[DocumentId],
        round: &Round<'_>,
    ) -> Result<Vec<PersonNow>, MatchingError> {
        let ids = sorted(ids);
        let stored = self.store.get_many::<Profile>(&ids)?;
        // People of other offices are like people who are not there.
        let theirs = |s: Option<Stored<Profile>>| s.filter(|s| self.caller.governs(&s.record));
        let people: Vec<_> = ids.into_iter().zip(stored.into_iter().map(theirs)).collect();
        let seen = people.iter().filter(|(_, stored)| stored.is_some()).map(|(id, _)| id);
        self.caller.looked_at("dispatch", seen);
        in_parallel(&people, |(id, stored)| {
            self.call.check()?;
            let profile = stored.as_ref().map(|s| &s.record);
            let weighed = profile
                .filter(|profile| may_be_matched(profile, round.as_of))
                .map(|profile| self.weigh(profile, round))
                .transpose()?;
            Ok(PersonNow { id: id.clone(), weighed, is_stored: stored.is_some() })
        })
    }

    /// One person beside all gigs.
    fn weigh(&self, profile: &Profile, round: &Round<'_>) -> Result<Weighed, MatchingError> {
        let request = MatchPostings {
            person: Person::Given(Box::new(profile.clone())),
            filter: Filter::default(),
            options: MatchOptions { modes: round.modes, ..MatchOptions::default() },
        };
        let question = self.ask_postings(request, round.as_of, &mut Stopwatch::start())?;
        let mut excluded: BTreeMap<ConditionKind, u64> = BTreeMap::new();
        let mut suits: Vec<usize> = Vec::new();
        for (index, gig) in round.gigs.iter().enumerate() {
            match fit(&question, gig) {
                Fit::Suits => suits.push(index),
                Fit::AllBut(kind) => *excluded.entry(kind).or_default() += 1,
                Fit::Unfit => {}
            }
        }
        let suitable = self.scored(&question, &suits, round)?;
        Ok(Weighed { suitable, excluded })
    }

    /// The gigs that suit with their scores, in the order given.
    fn scored(
        &self,
        question: &Question,
        suits: &[usize],
        round: &Round<'_>,
    ) -> Result<Vec<(usize, f64)>, MatchingError> {
        if suits.is_empty() {
            return Ok(Vec::new());
        }
        let engine = self.keeper(Collection::Postings).engine()?;
        let query = Query {
            // Nothing is sought: only the gigs given are scored.
            conditions: Vec::new(),
            by_conditions: false,
            limit: 0,
            score_also: suits.iter().map(|index| round.gigs[*index].id.clone()).collect(),
            ..self.query(question, engine.space())
        };
        let retrieval = round.runtime.block_on(engine.retrieve(query))?;
        let ranking = Ranking::new(self, question);
        // Gigs and hits are both in order of id.
        let mut hits = retrieval.hits.iter().peekable();
        let mut scored = Vec::with_capacity(suits.len());
        for index in suits {
            let gig = &round.gigs[*index];
            while hits.next_if(|hit| hit.id < gig.id).is_some() {}
            // One that was changed since it was read is left out.
            if let Some(hit) = hits.next_if(|hit| hit.id == gig.id && hit.seq == gig.content_seq) {
                scored.push((*index, ranking.score_of(hit, retrieval.lexical_ceiling)));
            }
        }
        Ok(scored)
    }
}

/// Whether a gig and a person suit each other by the conditions that must hold.
enum Fit {
    Suits,
    /// One kind of condition alone keeps them apart.
    AllBut(ConditionKind),
    Unfit,
}

fn fit(question: &Question, gig: &GigNow) -> Fit {
    let mut unmet = gig.shut;
    for condition in &question.conditions {
        let kind = condition.kind();
        let counts = unmet != Some(kind)
            && question.options.modes.of(kind) == ConditionMode::Required
            && condition.evaluate(&gig.facets) == ConditionState::Unmet;
        if counts {
            if unmet.is_some() {
                return Fit::Unfit;
            }
            unmet = Some(kind);
        }
    }
    unmet.map_or(Fit::Suits, Fit::AllBut)
}

impl GigNow {
    fn of(stored: Stored<JobPosting>, indexed: Facets, as_of: Instant) -> Self {
        let places = stored.places_free().unwrap_or(UNKNOWN_PLACES);
        let window = stored.record.window;
        let shut = match (has_begun(&stored.record, as_of), places) {
            (true, _) => Some(ConditionKind::Validity),
            (false, 0) => Some(ConditionKind::Places),
            (false, _) => None,
        };
        let volatile = Volatile::of_posting(&stored.record, stored.taken);
        let ended = stored.record.valid_until().is_some_and(|end| end <= as_of);
        // What takes nobody has no place left over either.
        let places = if shut.is_some() || ended || !volatile.open { 0 } else { places };
        Self {
            id: stored.record.id,
            content_seq: stored.content_seq,
            facets: Facets { volatile, ..indexed },
            shut,
            places,
            window,
        }
    }
}

impl PersonNow {
    /// The score of a gig that suits.
    fn score(&self, gig: usize) -> f64 {
        let suitable = self.weighed.as_ref().map_or(&[][..], |w| &w.suitable);
        let found = suitable.binary_search_by_key(&gig, |(index, _)| *index);
        found.map_or(0.0, |at| suitable[at].1)
    }
}

/// The pairs that suit and reach the score asked for; both sides value a pair by its score.
fn market(request: &Dispatch, gigs: &[GigNow], people: &[PersonNow]) -> Market {
    let pairs_of = |(person, now): (usize, &PersonNow)| {
        let suitable = now.weighed.iter().flat_map(|w| w.suitable.clone());
        let enough = suitable.filter(|(_, score)| *score >= request.min_score);
        let pair = |(gig, score)| Pair { person, gig, for_person: score, for_gig: score };
        enough.map(pair).collect::<Vec<_>>()
    };
    Market {
        people: people.len(),
        gigs: gigs.iter().map(|g| Gig { places: g.places, window: g.window }).collect(),
        pairs: people.iter().enumerate().flat_map(pairs_of).collect(),
        gigs_a_person: request.max_gigs,
    }
}

/// Whether the person has agreed to be matched, and the agreement holds.
fn may_be_matched(profile: &Profile, as_of: Instant) -> bool {
    let ended = profile.consent.valid_until.is_some_and(|last| last.end() <= as_of);
    Volatile::of_profile(profile).open && !ended
}

fn sorted(ids: &[DocumentId]) -> Vec<DocumentId> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids
}
