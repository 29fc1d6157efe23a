//! From retrieved hits to a page of explained matches.

use std::collections::HashSet;

use jobmatch_domain::facets::EmployerKey;
use jobmatch_domain::matching::{
    Factor, FactorKind, Leg, LegHit, Match, Outcome, PageStart, shown_key,
};
use jobmatch_domain::{
    Collection, ConditionKind, DocumentId, Facets, Instant, JobPosting, Profile, Seq, Volatile,
};
use jobmatch_index::{Hit, Retrieval};
use jobmatch_rank::{
    Candidate, Checked, Fused, Limits, Pair, Signals, check, evidence, fingerprint, fuse, outcomes,
    penalised, select, values,
};
use jobmatch_store::Stored;

use super::seeker::Seeker;
use super::{Matcher, Question};
use crate::error::MatchingError;
use crate::parallel::in_parallel;
use crate::signals::{SkillText, occupation_signal};

/// Hits that are fetched and scored in one go: some half a millisecond of work.
const HITS_A_TASK: usize = 50;

/// A record that a leg found.
pub(super) enum Found {
    Posting(Box<Stored<JobPosting>>),
    Profile(Box<Stored<Profile>>, SkillText),
}

impl Found {
    fn id(&self) -> &DocumentId {
        match self {
            Self::Posting(stored) => &stored.record.id,
            Self::Profile(stored, _) => &stored.record.id,
        }
    }

    fn version(&self) -> (Seq, Instant) {
        match self {
            Self::Posting(stored) => (stored.seq, stored.updated),
            Self::Profile(stored, _) => (stored.seq, stored.updated),
        }
    }
}

/// A found record with its score.
pub(super) struct Scored<'a> {
    hit: &'a Hit,
    found: Found,
    facets: Facets,
    signals: Signals,
    checked: Checked,
    values: [Option<f64>; 11],
    fused: Fused,
    score: f64,
}

/// One page.
pub(super) struct Page {
    pub(super) matches: Vec<Match>,
    pub(super) next: Option<PageStart>,
}

/// Ranks the answers to one question.
pub(super) struct Ranking<'a> {
    matcher: &'a Matcher,
    question: &'a Question,
}

impl<'a> Ranking<'a> {
    pub(super) fn new(matcher: &'a Matcher, question: &'a Question) -> Self {
        Self { matcher, question }
    }

    /// The hits as current records, eligible and scored. A record that was deleted or
    /// changed since it was indexed drops out here, so the lag of the index never shows.
    pub(super) fn candidates<'h>(
        &self,
        retrieval: &'h Retrieval,
    ) -> Result<Vec<Scored<'h>>, MatchingError> {
        let hits: Vec<&Hit> = retrieval.hits.iter().collect();
        let parts: Vec<&[&Hit]> = hits.chunks(HITS_A_TASK).collect();
        let scored = in_parallel(&parts, |part| self.score(part, retrieval.lexical_ceiling))?;
        Ok(scored.into_iter().flatten().filter(|s| s.checked.eligible).collect())
    }

    /// One document of the retrieval, eligible or not.
    pub(super) fn explain_one(
        &self,
        retrieval: &Retrieval,
        id: &DocumentId,
    ) -> Result<(Match, bool), MatchingError> {
        let hit = retrieval.hits.iter().find(|h| h.id == *id);
        let scored = self.score(&Vec::from_iter(hit), retrieval.lexical_ceiling)?;
        let scored = scored.into_iter().next().ok_or_else(|| MatchingError::NotFound {
            collection: self.question.collection,
            id: id.clone(),
        })?;
        let eligible = scored.checked.eligible;
        Ok((self.explained(&scored, Vec::new()), eligible))
    }

    /// The page that the options ask for.
    pub(super) fn page(&self, scored: &[Scored<'_>], ranking_version: u64) -> Page {
        let options = &self.question.options;
        let candidates: Vec<Candidate> = scored.iter().map(candidate).collect();
        let mut shown: Vec<u64> = options.page.as_ref().map_or_else(Vec::new, |p| p.shown.clone());
        let before: HashSet<u64> = shown.iter().copied().collect();
        let limits = Limits {
            per_employer: options.max_per_employer,
            keep_duplicates: options.keep_duplicates,
            // One more than the page shows whether there is a next one.
            enough: before.len().saturating_add(options.page_size).saturating_add(1),
        };
        let print = |index: usize| match &scored[index].found {
            Found::Posting(stored) => Some(fingerprint(&stored.record)),
            Found::Profile(..) => None,
        };
        let fresh: Vec<_> = select(&candidates, limits, print)
            .into_iter()
            .filter(|s| !before.contains(&shown_key(&candidates[s.index].id)))
            .collect();
        let more = fresh.len() > options.page_size;
        let matches: Vec<Match> = fresh
            .into_iter()
            .take(options.page_size)
            .map(|s| self.explained(&scored[s.index], s.duplicates))
            .collect();
        for found in &matches {
            shown.push(shown_key(&found.id));
            shown.extend(found.duplicates.iter().map(shown_key));
        }
        let as_of = self.question.as_of;
        Page { matches, next: more.then_some(PageStart { as_of, ranking_version, shown }) }
    }

    fn score<'h>(
        &self,
        hits: &[&'h Hit],
        lexical_ceiling: f32,
    ) -> Result<Vec<Scored<'h>>, MatchingError> {
        let found = self.fetch(hits)?;
        let scored = found.into_iter().map(|(hit, found)| {
            let signals = self.signals(hit, &found, lexical_ceiling);
            let facets = current_facets(&found, hit);
            let modes = &self.question.options.modes;
            let checked = check(&self.question.conditions, modes, &facets);
            let values = values(&self.pair(&facets, &signals));
            let fused = fuse(&values, &self.matcher.ranking, &self.question.options.multipliers);
            let score = penalised(fused.score, &checked);
            Scored { hit, found, facets, signals, checked, values, fused, score }
        });
        Ok(scored.collect())
    }

    fn fetch<'h>(&self, hits: &[&'h Hit]) -> Result<Vec<(&'h Hit, Found)>, MatchingError> {
        let ids: Vec<DocumentId> = hits.iter().map(|h| h.id.clone()).collect();
        let store = &self.matcher.store;
        let current: Vec<Option<Found>> = match self.question.collection {
            Collection::Postings => store
                .get_many::<JobPosting>(&ids)?
                .into_iter()
                .map(|stored| stored.map(|s| Found::Posting(Box::new(s))))
                .collect(),
            Collection::Profiles => store
                .get_many::<Profile>(&ids)?
                .into_iter()
                .map(|stored| {
                    stored.map(|s| {
                        let skills = SkillText::of(&s.record);
                        Found::Profile(Box::new(s), skills)
                    })
                })
                .collect(),
        };
        let is_indexed_version = |hit: &Hit, found: &Found| match found {
            Found::Posting(stored) => stored.content_seq == hit.seq,
            Found::Profile(stored, _) => stored.content_seq == hit.seq,
        };
        let pairs = hits.iter().zip(current).filter_map(|(hit, found)| Some((*hit, found?)));
        Ok(pairs.filter(|(hit, found)| is_indexed_version(hit, found)).collect())
    }

    fn pair<'p>(&'p self, theirs: &'p Facets, signals: &'p Signals) -> Pair<'p> {
        let (mine, as_of) = (&self.question.reading.facets, self.question.as_of);
        match self.question.seeker {
            Seeker::Person(_) => Pair { person: mine, posting: theirs, signals, as_of },
            Seeker::Job(_) => Pair { person: theirs, posting: mine, signals, as_of },
        }
    }

    fn signals(&self, hit: &Hit, found: &Found, lexical_ceiling: f32) -> Signals {
        let lexicon = self.matcher.analyst.analyzer().lexicon();
        let (mine, theirs) = (&self.question.reading.facets.occupations, &hit.facets.occupations);
        let (wanted, offered) = match found {
            Found::Posting(_) => (mine, theirs),
            Found::Profile(..) => (theirs, mine),
        };
        let skills = match (&self.question.seeker, found) {
            (Seeker::Person(skills), Found::Posting(stored)) => {
                skills.signal(&stored.record.skills)
            }
            (Seeker::Job(asked), Found::Profile(_, skills)) => skills.signal(asked),
            (Seeker::Person(..), Found::Profile(..)) | (Seeker::Job(_), Found::Posting(_)) => None,
        };
        Signals {
            lexical: f64::from(hit.lexical),
            lexical_ceiling: f64::from(lexical_ceiling),
            cosine: hit.cosine.map(f64::from),
            occupation: occupation_signal(lexicon, wanted, offered),
            skills,
        }
    }

    /// What is told of the conditions: an employer learns nothing of a person's body.
    fn outcomes(&self, checked: &Checked) -> Vec<Outcome> {
        let question = self.question;
        let mut told = outcomes(&question.conditions, &question.options.modes, checked);
        if question.collection == Collection::Profiles {
            told.retain(|outcome| outcome.kind != ConditionKind::Physical);
        }
        told
    }

    fn explained(&self, scored: &Scored<'_>, duplicates: Vec<DocumentId>) -> Match {
        let pair = self.pair(&scored.facets, &scored.signals);
        let factors = FactorKind::ALL
            .into_iter()
            .filter(|kind| scored.values[kind.index()].is_some())
            .map(|kind| Factor {
                kind,
                value: scored.values[kind.index()].unwrap_or_default(),
                contribution: scored.fused.contributions[kind.index()],
                evidence: evidence(kind, &pair),
            })
            .collect();
        let metres = scored.hit.metres;
        let (seq, updated) = scored.found.version();
        Match {
            id: scored.found.id().clone(),
            score: scored.score,
            factors,
            conditions: self.outcomes(&scored.checked),
            legs: legs(scored.hit),
            distance_metres: metres,
            travel_minutes: metres.map(|m| pair.person.travel.minutes(m)),
            duplicates,
            posting: match &scored.found {
                Found::Posting(stored) => Some(Box::new(stored.record.clone())),
                Found::Profile(..) => None,
            },
            seq,
            updated,
        }
    }
}

/// What was indexed of the record, with the volatile facts as they are now.
fn current_facets(found: &Found, hit: &Hit) -> Facets {
    let volatile = match found {
        Found::Posting(stored) => Volatile::of_posting(&stored.record),
        Found::Profile(stored, _) => Volatile::of_profile(&stored.record),
    };
    Facets { volatile, ..hit.facets.clone() }
}

fn candidate(scored: &Scored<'_>) -> Candidate {
    let employer = match &scored.found {
        Found::Posting(stored) => EmployerKey::of(stored.record.employer.as_str()),
        Found::Profile(..) => None,
    };
    Candidate { id: scored.found.id().clone(), score: scored.score, employer }
}

fn legs(hit: &Hit) -> Vec<LegHit> {
    let mut out =
        vec![LegHit { leg: Leg::Lexical, rank: hit.lexical_rank, score: f64::from(hit.lexical) }];
    if let Some(cosine) = hit.cosine {
        out.push(LegHit { leg: Leg::Vector, rank: hit.vector_rank, score: f64::from(cosine) });
    }
    if hit.conditions_rank.is_some() {
        let score = hit.metres.unwrap_or(f64::NAN);
        if score.is_finite() {
            out.push(LegHit { leg: Leg::Conditions, rank: hit.conditions_rank, score });
        }
    }
    out
}
