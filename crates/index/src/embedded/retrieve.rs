//! From a query to the union of the legs, on one state of the index.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::slice;
use std::time::Instant;

use super::kernels::prefetch;
use super::words::{self, Asked, Living, Prepared, Scores};
use super::{MAX_LIMIT, View};
use crate::bitmap::Bitmap;
use crate::engine::{EngineError, Hit, Query, Retrieval, VectorPlan};
use crate::threads::{self, Shared, both};

/// From so many slots on the work of a query is shared by idle cores. At 10,000 the filter and
/// the words take some 0.1 and 0.3 ms (`benches/README.md`, latency), so it is worth waking a
/// thread.
const SHARED_FROM: usize = 10_000;

/// Fewest hits that another thread puts together: some 0.1 ms.
const HITS_AT_ONCE: usize = 64;

/// The order of slots that are equal otherwise.
pub(super) type Tie<'a> = &'a (dyn Fn(u32, u32) -> Ordering + Sync);

/// A result and the microseconds that it took.
type Timed<T> = (T, u64);

fn timed<T>(work: impl FnOnce() -> T) -> Timed<T> {
    let started = Instant::now();
    (work(), started.elapsed().as_micros() as u64)
}

impl View {
    pub(super) fn retrieve(&self, query: &Query) -> Result<Retrieval, EngineError> {
        let limit = if query.exact { query.limit } else { query.limit.min(MAX_LIMIT) };
        if self.ids.len() >= SHARED_FROM && limit > 0 && !query.exact {
            return self.steps(query, limit);
        }
        threads::on_one(|| self.steps(query, limit))
    }

    fn steps(&self, query: &Query, limit: usize) -> Result<Retrieval, EngineError> {
        let tie = |a: u32, b: u32| self.ids[a as usize].0.cmp(&self.ids[b as usize].0);
        // Terms are looked up without regard to the filter, so neither waits for the other.
        let filtering = self.columns.filtering(&query.conditions);
        let (((words, prepared_in), ((), ours)), ((), theirs)) = both(
            || (timed(|| self.prepared(query)), timed(|| filtering.work())),
            || timed(|| filtering.work()),
        );
        let (selection, tallied_in) = timed(|| filtering.selection(&self.live));
        let (words, eligible) = (words?, &selection.eligible);
        // Of words and vectors now these and now those take longer; who is done first goes on.
        let conditions = Shared::new(vec![limit]);
        let nearest =
            || conditions.work(|limit| timed(|| self.nearest(query, *limit, (eligible, &tie))));
        let ((scored, scored_in), ((vector, plan), scanned_in)) = both(
            || {
                let scored =
                    timed(|| self.by_words(query, words.as_ref(), (limit, eligible, &tie)));
                nearest();
                scored
            },
            || {
                let found = timed(|| self.nearest_vectors(query, limit, (eligible, &tie)));
                nearest();
                found
            },
        );
        let (scores, lexical) = scored?;
        let (by_conditions, nearest_in) = conditions.results().pop().unwrap_or_default().1;
        let legs = Legs { lexical, vector, by_conditions };
        let (hits, joined_in) = timed(|| self.hits(query, &legs, scores.as_ref()));
        Ok(Retrieval {
            hits,
            lexical_ceiling: words.map_or(0.0, |w| w.ceiling),
            eligible: selection.count,
            exclusions: selection.exclusions,
            seq: self.seq,
            plan,
            stages: vec![
                ("filter", ours.max(theirs) + tallied_in),
                ("lexical", prepared_in + scored_in),
                ("vector", scanned_in),
                ("conditions", nearest_in),
                ("union", joined_in),
            ],
        })
    }

    fn prepared(&self, query: &Query) -> Result<Option<Prepared<'_>>, EngineError> {
        let living = Living { live: &self.live, totals: &self.totals };
        let prepare = |terms| self.words.prepare((terms, query.most_terms), &living);
        query.lexical.as_deref().map(prepare).transpose()
    }

    /// Scores of what is eligible or asked for besides, and the best of what is eligible.
    fn by_words(
        &self,
        query: &Query,
        words: Option<&Prepared<'_>>,
        (limit, eligible, tie): (usize, &Bitmap, Tie<'_>),
    ) -> Result<(Option<Scores>, Vec<u32>), EngineError> {
        let Some(words) = words else { return Ok((None, Vec::new())) };
        let mut asked = match limit {
            // None is sought.
            0 => Cow::Owned(Bitmap::default()),
            _ => Cow::Borrowed(eligible),
        };
        for slot in query.score_also.iter().filter_map(|id| self.ids.slot_of(id)) {
            asked.to_mut().set(slot);
        }
        let scores = self.words.score(words, Asked::new(&asked, self.ids.len()))?;
        let best = words::best(&scores, limit, eligible, tie);
        Ok((Some(scores), best))
    }

    fn nearest_vectors(
        &self,
        query: &Query,
        limit: usize,
        (eligible, tie): (&Bitmap, Tie<'_>),
    ) -> (Vec<(u32, f32)>, VectorPlan) {
        match &query.vector {
            None => (Vec::new(), VectorPlan::None),
            Some(_) if limit == 0 => (Vec::new(), VectorPlan::Exact),
            Some(vector) => self.vectors.search(vector, limit, eligible, (query.exact, tie)),
        }
    }

    /// Eligible slots, nearest first, those without a place last, where the conditions are a leg of
    /// their own; ties by id. Chords choose and metres order: points that are equally far can differ
    /// in a chord's last bit.
    fn nearest(
        &self,
        query: &Query,
        limit: usize,
        (eligible, tie): (&Bitmap, Tie<'_>),
    ) -> Vec<u32> {
        if !query.by_conditions {
            return Vec::new();
        }
        let keep = limit.saturating_mul(2).saturating_add(64);
        let order =
            |a: &(f64, u32), b: &(f64, u32)| a.0.total_cmp(&b.0).then_with(|| tie(a.1, b.1));
        let mut keyed = match &query.near {
            Some(near) => self.columns.nearest(near, keep, (eligible, tie)),
            None => Vec::new(),
        };
        keyed.iter().for_each(|(_, slot)| self.columns.prefetch_point(*slot));
        for (key, slot) in &mut keyed {
            let metres = query.near.and_then(|near| self.columns.metres(*slot, &near));
            *key = metres.unwrap_or(f64::INFINITY);
        }
        if keyed.len() < limit {
            let placed =
                |slot: &u32| query.near.is_some() && self.columns.located().contains(*slot);
            let mut rest: Vec<(f64, u32)> =
                eligible.iter().filter(|s| !placed(s)).map(|s| (f64::INFINITY, s)).collect();
            if rest.len() > limit {
                rest.select_nth_unstable_by(limit, order);
                rest.truncate(limit);
            }
            keyed.extend(rest);
        }
        keyed.sort_unstable_by(order);
        keyed.into_iter().take(limit).map(|(_, slot)| slot).collect()
    }

    /// The union of the legs and of what was asked for besides, in order of id.
    fn hits(&self, query: &Query, legs: &Legs, scores: Option<&Scores>) -> Vec<Hit> {
        let hit = |(slot, found): &(u32, Found)| {
            let (slot, [lexical_rank, vector_rank, conditions_rank]) = (*slot, found.ranks);
            let cosine = || query.vector.as_ref().and_then(|q| self.vectors.cosine(slot, q));
            let (id, seq) = self.ids[slot as usize].clone();
            Hit {
                id,
                seq,
                lexical_rank,
                lexical: scores.map_or(0.0, |s| s.of(slot)),
                vector_rank,
                cosine: found.cosine.or_else(cosine),
                conditions_rank,
                metres: query.near.and_then(|near| self.columns.metres(slot, &near)),
                facets: self.columns.facets(slot),
            }
        };
        let also = query.score_also.iter().filter_map(|id| self.ids.slot_of(id));
        let mut union = legs.union(also);
        union.iter().for_each(|(slot, _)| prefetch(slice::from_ref(&self.ids[*slot as usize])));
        union.iter().for_each(|(slot, _)| prefetch(self.ids[*slot as usize].0.as_str().as_bytes()));
        union.sort_unstable_by(|a, b| self.ids[a.0 as usize].0.cmp(&self.ids[b.0 as usize].0));
        // What is read of hits lies anywhere in memory, and is asked for together.
        let hits = |part: &[(u32, Found)]| {
            part.iter().for_each(|(slot, _)| self.columns.prefetch(*slot));
            let others = part.iter().filter(|(_, found)| found.cosine.is_none());
            others.filter_map(|(slot, _)| self.vectors.get(*slot)).for_each(prefetch);
            part.iter().for_each(|(slot, _)| self.columns.prefetch_compared(*slot));
            part.iter().map(hit).collect::<Vec<Hit>>()
        };
        threads::stretches(&union, HITS_AT_ONCE, hits)
    }
}

/// What the legs found of a slot.
#[derive(Clone, Copy, Default)]
struct Found {
    /// Its ranks in them, from 1 on.
    ranks: [Option<u32>; 3],
    /// Its cosine, where the second found it.
    cosine: Option<f32>,
}

/// What each leg found, best first.
struct Legs {
    lexical: Vec<u32>,
    vector: Vec<(u32, f32)>,
    by_conditions: Vec<u32>,
}

impl Legs {
    /// What one of the legs found and what was asked for besides, each slot once.
    fn union(&self, also: impl Iterator<Item = u32>) -> Vec<(u32, Found)> {
        let at = |leg: usize, rank: u32| {
            let mut found = Found::default();
            found.ranks[leg] = Some(rank);
            found
        };
        let mut found: Vec<(u32, Found)> = also.map(|slot| (slot, Found::default())).collect();
        found.extend((1..).zip(&self.lexical).map(|(rank, slot)| (*slot, at(0, rank))));
        found.extend(
            (1..).zip(&self.vector).map(|(rank, (slot, cosine))| {
                (*slot, Found { cosine: Some(*cosine), ..at(1, rank) })
            }),
        );
        found.extend((1..).zip(&self.by_conditions).map(|(rank, slot)| (*slot, at(2, rank))));
        found.sort_unstable_by_key(|(slot, _)| *slot);
        found.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                let (kept, next) = (&mut kept.1, &next.1);
                kept.ranks = std::array::from_fn(|leg| kept.ranks[leg].or(next.ranks[leg]));
                kept.cosine = kept.cosine.or(next.cosine);
            }
            same
        });
        found
    }
}
