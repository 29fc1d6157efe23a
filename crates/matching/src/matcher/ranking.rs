//! From retrieved hits to a page of explained matches.
//!
//! Candidates are scored by what the index keeps of them. Only the records of the page are
//! read from the store: what was deleted, changed or closed since it was indexed drops out
//! there, and the next ones take its place.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jobmatch_domain::matching::{
    Factor, FactorKind, Leg, LegHit, Match, Outcome, PageStart, shown_key,
};
use jobmatch_domain::{
    Area, Collection, ConditionKind, DocumentId, Facets, Instant, JobPosting, Profile, Seq,
    Volatile,
};
use jobmatch_index::threads::stretches;
use jobmatch_index::{Hit, Retrieval};
use jobmatch_rank::{
    Candidate, Checked, Fused, Limits, Pair, Selected, Signals, check, crowding, evidence, fuse,
    outcomes, penalised, select, values,
};
use jobmatch_store::Stored;

use super::{Matcher, Question};
use crate::error::MatchingError;
use crate::parallel::in_parallel;
use crate::signals::{occupation_signal, skill_signal};

/// Hits that are scored in one go: some milliseconds of work. Only exact questions have more.
const HITS_A_TASK: usize = 1_000;
/// Fewest hits that another thread scores: some 0.1 ms.
const HITS_AT_ONCE: usize = 64;
/// Fewest records that another thread reads, and matches that it explains: as long.
const RECORDS_AT_ONCE: usize = 4;

/// The record of a hit as it is now.
struct Current {
    seq: Seq,
    content_seq: Seq,
    updated: Instant,
    volatile: Volatile,
    taken: u32,
    /// `None` for profiles, of which nothing is shown.
    posting: Option<Arc<JobPosting>>,
}

/// A hit with its score.
pub(super) struct Scored<'a> {
    pub(super) hit: &'a Hit,
    signals: Signals<'a>,
    checked: Checked,
    values: [Option<f64>; 11],
    fused: Fused,
    pub(super) score: f64,
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

    /// The eligible hits, scored.
    pub(super) fn scored(
        &self,
        retrieval: &'a Retrieval,
    ) -> Result<Vec<Scored<'a>>, MatchingError> {
        let parts: Vec<&[Hit]> = retrieval.hits.chunks(HITS_A_TASK).collect();
        let score = |part: &&'a [Hit]| -> Result<Vec<Scored<'a>>, MatchingError> {
            self.matcher.call.check()?;
            Ok(stretches(part, HITS_AT_ONCE, |part| {
                // Nearly all are kept: as many places from the first on spare copies.
                let mut kept = Vec::with_capacity(part.len());
                let scored = part.iter().map(|hit| self.score(hit, retrieval.lexical_ceiling));
                kept.extend(scored.filter(|s| s.checked.eligible));
                kept
            }))
        };
        let mut scored = Vec::with_capacity(retrieval.hits.len());
        for mut part in in_parallel(&parts, score)? {
            scored.append(&mut part);
        }
        Ok(scored)
    }

    /// The score of a hit.
    pub(super) fn score_of(&self, hit: &'a Hit, lexical_ceiling: f32) -> f64 {
        self.score(hit, lexical_ceiling).score
    }

    /// One document of the retrieval, and whether it is eligible.
    pub(super) fn one(
        &self,
        retrieval: &'a Retrieval,
        id: &DocumentId,
    ) -> Result<(Match, bool), MatchingError> {
        let missing =
            || MatchingError::NotFound { collection: self.question.collection, id: id.clone() };
        let hit = retrieval.hits.iter().find(|h| h.id == *id).ok_or_else(missing)?;
        let mut current = self.read(std::slice::from_ref(id))?;
        let current = current.remove(id).filter(|c| c.content_seq == hit.seq);
        let current = current.ok_or_else(missing)?;
        let mut scored = self.score(hit, retrieval.lexical_ceiling);
        scored.checked = self.checked(&Facets { volatile: current.volatile, ..hit.facets.clone() });
        let eligible = scored.checked.eligible;
        Ok((self.explained(&scored, &current, Vec::new()), eligible))
    }

    /// The page that the options ask for.
    pub(super) fn page(
        &self,
        mut scored: Vec<Scored<'_>>,
        ranking_version: u64,
    ) -> Result<Page, MatchingError> {
        let options = &self.question.options;
        let mut shown: Vec<u64> = options.page.as_ref().map_or_else(Vec::new, |p| p.shown.clone());
        let before: HashSet<u64> = shown.iter().copied().collect();
        let mut current: HashMap<DocumentId, Current> = HashMap::new();
        let selected = loop {
            self.matcher.call.check()?;
            let selected = self.select(&scored, &before);
            let stale = self.stale(&scored, &selected, &mut current)?;
            if stale.is_empty() {
                break selected;
            }
            scored.retain(|s| !stale.contains(&s.hit.id));
        };
        let more = selected.len() > options.page_size;
        let ids = |index: usize| &scored[index].hit.id;
        let explained = |part: &[Selected]| {
            let explained = |s: &Selected| {
                let scored = &scored[s.index];
                let current = current.get(&scored.hit.id)?;
                let duplicates = s.duplicates.iter().map(|index| ids(*index).clone()).collect();
                Some(self.explained(scored, current, duplicates))
            };
            part.iter().filter_map(explained).collect()
        };
        let shown_now = &selected[..selected.len().min(options.page_size)];
        let matches: Vec<Match> = stretches(shown_now, RECORDS_AT_ONCE, explained);
        for found in &matches {
            shown.push(shown_key(&found.id));
            shown.extend(found.duplicates.iter().map(shown_key));
        }
        let as_of = self.question.as_of;
        Ok(Page { matches, next: more.then_some(PageStart { as_of, ranking_version, shown }) })
    }

    /// What comes on the page, and one more where there is a next page.
    fn select(&self, scored: &[Scored<'_>], before: &HashSet<u64>) -> Vec<Selected> {
        let options = &self.question.options;
        let candidates: Vec<Candidate> = scored.iter().map(candidate).collect();
        let limits = Limits {
            per_employer: options.max_per_employer,
            keep_duplicates: options.keep_duplicates,
            enough: before.len().saturating_add(options.page_size).saturating_add(1),
        };
        let mut selected = select(&candidates, limits);
        selected.retain(|s| !before.contains(&shown_key(candidates[s.index].id)));
        selected.truncate(options.page_size.saturating_add(1));
        selected
    }

    /// Those of the selected that may not be shown by their records of now. The records read
    /// are kept in `current`.
    fn stale(
        &self,
        scored: &[Scored<'_>],
        selected: &[Selected],
        current: &mut HashMap<DocumentId, Current>,
    ) -> Result<HashSet<DocumentId>, MatchingError> {
        let shown = selected.iter().flat_map(|s| std::iter::once(&s.index).chain(&s.duplicates));
        let hits: Vec<&Hit> = shown.map(|index| scored[*index].hit).collect();
        let unread = hits.iter().filter(|hit| !current.contains_key(&hit.id));
        let unread: Vec<DocumentId> = unread.map(|hit| hit.id.clone()).collect();
        current.extend(self.read(&unread)?);
        let is_current = |hit: &Hit| {
            let now = current.get(&hit.id);
            now.is_some_and(|now| now.content_seq == hit.seq && self.is_open(now, hit))
        };
        let stale = hits.into_iter().filter(|hit| !is_current(hit));
        Ok(stale.map(|hit| hit.id.clone()).collect())
    }

    /// Whether a record is still eligible by its facts of now.
    fn is_open(&self, now: &Current, hit: &Hit) -> bool {
        let changed = now.volatile != hit.facets.volatile;
        let facets = || Facets { volatile: now.volatile, ..hit.facets.clone() };
        !changed || self.checked(&facets()).eligible
    }

    fn read(&self, ids: &[DocumentId]) -> Result<HashMap<DocumentId, Current>, MatchingError> {
        // Each record is compared with what the index has of it, so they may be of two snapshots.
        let read = stretches(ids, RECORDS_AT_ONCE, |ids| match self.read_some(ids) {
            Ok(records) => {
                let with_id = ids.iter().cloned().zip(records);
                with_id.filter_map(|(id, record)| Some(Ok((id, record?)))).collect()
            }
            Err(error) => vec![Err(error)],
        });
        read.into_iter().collect()
    }

    fn read_some(&self, ids: &[DocumentId]) -> Result<Vec<Option<Current>>, MatchingError> {
        let store = &self.matcher.store;
        Ok(match self.question.collection {
            Collection::Postings => {
                let stored = store.get_many::<JobPosting>(ids)?.into_iter();
                stored.map(|s| s.map(Current::of_posting)).collect()
            }
            Collection::Profiles => {
                let stored = store.get_many::<Profile>(ids)?.into_iter();
                stored.map(|s| s.map(Current::of_profile)).collect()
            }
        })
    }

    fn checked(&self, facets: &Facets) -> Checked {
        check(&self.question.conditions, &self.question.options.modes, facets)
    }

    fn score(&self, hit: &'a Hit, lexical_ceiling: f32) -> Scored<'a> {
        let signals = self.signals(hit, lexical_ceiling);
        let checked = self.checked(&hit.facets);
        let values = values(&self.pair(&hit.facets, &signals));
        let fused =
            fuse(&values, self.matcher.ranking.profile(), &self.question.options.multipliers);
        let score = (penalised(fused.score, &checked) - self.crowding(hit)).max(0.0);
        Scored { hit, signals, checked, values, fused, score }
    }

    /// What is taken off a posting that was shown to many, where people are to be spread. One
    /// that tells no number of places counts as having one.
    fn crowding(&self, hit: &Hit) -> f64 {
        let Question { collection, options, as_of, .. } = self.question;
        if !options.spread || *collection != Collection::Postings {
            return 0.0;
        }
        let exposure = self.matcher.exposure.of(&hit.id, *as_of);
        crowding(exposure, hit.facets.volatile.places_left.unwrap_or(1))
    }

    /// The facets of the person and of the posting.
    fn sides<'p>(&self, theirs: &'p Facets) -> (&'p Facets, &'p Facets)
    where
        'a: 'p,
    {
        let mine = &self.question.reading.facets;
        match self.question.collection {
            Collection::Postings => (mine, theirs),
            Collection::Profiles => (theirs, mine),
        }
    }

    fn pair<'p>(&self, theirs: &'p Facets, signals: &'p Signals<'p>) -> Pair<'p>
    where
        'a: 'p,
    {
        let (person, posting) = self.sides(theirs);
        Pair { person, posting, signals, as_of: self.question.as_of }
    }

    fn signals(&self, hit: &'a Hit, lexical_ceiling: f32) -> Signals<'a> {
        let lexicon = self.matcher.analyst.analyzer().lexicon();
        let (person, posting) = self.sides(&hit.facets);
        Signals {
            lexical: f64::from(hit.lexical),
            lexical_ceiling: f64::from(lexical_ceiling),
            cosine: hit.cosine.map(f64::from),
            occupation: occupation_signal(lexicon, &person.occupations, &posting.occupations),
            skills: skill_signal(&posting.compared.asked_skills, &person.compared.skill_text),
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

    /// A posting that was read, with what ranking says of it.
    pub(super) fn judged(&self, scored: &Scored<'_>, stored: Stored<JobPosting>) -> Match {
        self.explained(scored, &Current::of_posting(stored), Vec::new())
    }

    fn explained(
        &self,
        scored: &Scored<'_>,
        current: &Current,
        duplicates: Vec<DocumentId>,
    ) -> Match {
        let pair = self.pair(&scored.hit.facets, &scored.signals);
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
        let area = Area::of(pair.posting.division);
        Match {
            id: scored.hit.id.clone(),
            score: scored.score,
            factors,
            conditions: self.outcomes(&scored.checked),
            legs: legs(scored.hit),
            distance_metres: metres,
            travel_minutes: metres.map(|m| pair.person.travel.minutes_in(area, m)),
            duplicates,
            posting: current.posting.clone(),
            seq: current.seq,
            updated: current.updated,
            taken: current.taken,
        }
    }
}

impl Current {
    fn of<R>(stored: &Stored<R>, volatile: Volatile) -> Self {
        let Stored { seq, content_seq, updated, taken, .. } = *stored;
        Self { seq, content_seq, updated, volatile, taken, posting: None }
    }

    fn of_posting(stored: Stored<JobPosting>) -> Self {
        let current = Self::of(&stored, Volatile::of_posting(&stored.record, stored.taken));
        Self { posting: Some(Arc::new(stored.record)), ..current }
    }

    fn of_profile(stored: Stored<Profile>) -> Self {
        Self::of(&stored, Volatile::of_profile(&stored.record))
    }
}

fn candidate<'a>(scored: &Scored<'a>) -> Candidate<'a> {
    let facets = &scored.hit.facets;
    Candidate {
        id: &scored.hit.id,
        score: scored.score,
        employer: facets.employer,
        fingerprint: facets.compared.fingerprint,
    }
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
