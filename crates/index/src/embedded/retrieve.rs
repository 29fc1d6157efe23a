//! From a query to the union of the legs, on one state of the index.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

use super::columns::Selection;
use super::words::{self, Asked, Living, Prepared, Scores};
use super::{MAX_LIMIT, View};
use crate::bitmap::Bitmap;
use crate::engine::{EngineError, Hit, Query, Retrieval, VectorPlan};

/// From so many slots on the work of a query is shared by two threads. At 10,000 the filter and
/// the words take some 0.3 and 0.5 ms (`benches/README.md`, latency), so a thread is worth its
/// start.
const SHARED_FROM: usize = 10_000;

/// The order of slots that are equal otherwise.
pub(super) type Tie<'a> = &'a (dyn Fn(u32, u32) -> Ordering + Sync);

/// A result and the microseconds that it took.
type Timed<T> = (T, u64);

fn timed<T>(work: impl FnOnce() -> T) -> Timed<T> {
    let started = Instant::now();
    (work(), started.elapsed().as_micros() as u64)
}

/// Both results; on two threads when the work is to be shared.
fn side_by_side<A: Send, B>(
    shared: bool,
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B,
) -> Result<(A, B), EngineError> {
    if !shared {
        return Ok((a(), b()));
    }
    std::thread::scope(|scope| {
        let other = scope.spawn(a);
        let b = b();
        other.join().map(|a| (a, b)).map_err(|_| EngineError::SearchPanicked)
    })
}

impl View {
    pub(super) fn retrieve(&self, query: &Query) -> Result<Retrieval, EngineError> {
        let limit = if query.exact { query.limit } else { query.limit.min(MAX_LIMIT) };
        let tie = |a: u32, b: u32| self.ids[a as usize].0.cmp(&self.ids[b as usize].0);
        // Terms are looked up without regard to the filter, so neither waits for the other.
        let shared = self.ids.len() >= SHARED_FROM && limit > 0;
        let ((words, prepared_in), ((selection, by_conditions), filtered_in)) = side_by_side(
            shared,
            || timed(|| self.prepared(query)),
            || timed(|| self.selected(query, limit, &tie)),
        )?;
        let (words, eligible) = (words?, &selection.eligible);
        let ((scored, scored_in), ((vector, plan), scanned_in)) = side_by_side(
            shared,
            || timed(|| self.by_words(query, words.as_ref(), (limit, eligible, &tie))),
            || timed(|| self.nearest_vectors(query, limit, (eligible, &tie))),
        )?;
        let (scores, lexical) = scored?;
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
                ("filter", filtered_in),
                ("lexical", prepared_in + scored_in),
                ("vector", scanned_in),
                ("union", joined_in),
            ],
        })
    }

    fn prepared<'a>(&self, query: &'a Query) -> Result<Option<Prepared<'a>>, EngineError> {
        let living = Living { live: &self.live, totals: &self.totals };
        query.lexical.as_ref().map(|terms| self.words.prepare(terms, &living)).transpose()
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
        for slot in query.score_also.iter().filter_map(|id| self.slots.get(id)) {
            asked.to_mut().set(*slot);
        }
        let scores = self.words.score(words, Asked::new(&asked, self.ids.len()))?;
        let best = words::best(&scores, limit, eligible, tie);
        Ok((Some(scores), best))
    }

    /// What the filter leaves, and the best of it by place alone.
    fn selected(&self, query: &Query, limit: usize, tie: Tie<'_>) -> (Selection, Vec<u32>) {
        let selection = self.columns.select(&query.conditions, &self.live);
        let by_conditions = match query.by_conditions {
            true => self.nearest(query, limit, (&selection.eligible, tie)),
            false => Vec::new(),
        };
        (selection, by_conditions)
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

    /// Eligible slots, nearest first, those without a place last; ties by id. Chords choose
    /// and metres order: points that are equally far can differ in a chord's last bit.
    fn nearest(
        &self,
        query: &Query,
        limit: usize,
        (eligible, tie): (&Bitmap, Tie<'_>),
    ) -> Vec<u32> {
        let keep = limit.saturating_mul(2).saturating_add(64);
        let order =
            |a: &(f64, u32), b: &(f64, u32)| a.0.total_cmp(&b.0).then_with(|| tie(a.1, b.1));
        let mut keyed = match &query.near {
            Some(near) => self.columns.nearest(near, keep, (eligible, tie)),
            None => Vec::new(),
        };
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
        let ranks = |slots: &mut dyn Iterator<Item = u32>| -> HashMap<u32, u32> {
            slots.zip(1u32..).collect()
        };
        let lexical = ranks(&mut legs.lexical.iter().copied());
        let vector = ranks(&mut legs.vector.iter().map(|(slot, _)| *slot));
        let by_conditions = ranks(&mut legs.by_conditions.iter().copied());
        let also = query.score_also.iter().filter_map(|id| self.slots.get(id).copied());
        let union: BTreeSet<u32> = lexical
            .keys()
            .chain(vector.keys())
            .chain(by_conditions.keys())
            .copied()
            .chain(also)
            .collect();
        let mut hits: Vec<Hit> = union
            .into_iter()
            .map(|slot| {
                let (id, seq) = self.ids[slot as usize].clone();
                Hit {
                    id,
                    seq,
                    lexical_rank: lexical.get(&slot).copied(),
                    lexical: scores.map_or(0.0, |s| s.of(slot)),
                    vector_rank: vector.get(&slot).copied(),
                    cosine: query.vector.as_ref().and_then(|q| self.vectors.cosine(slot, q)),
                    conditions_rank: by_conditions.get(&slot).copied(),
                    metres: query.near.and_then(|near| self.columns.metres(slot, &near)),
                    facets: self.columns.facets(slot),
                }
            })
            .collect();
        hits.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        hits
    }
}

/// What each leg found, best first.
struct Legs {
    lexical: Vec<u32>,
    vector: Vec<(u32, f32)>,
    by_conditions: Vec<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_work_gives_both_results_and_tells_of_a_panic() {
        for shared in [false, true] {
            assert!(matches!(side_by_side(shared, || 1, || "b"), Ok((1, "b"))));
        }
        let broken = side_by_side(true, || -> u8 { panic!("on purpose") }, || 2);
        assert!(matches!(broken, Err(EngineError::SearchPanicked)));
    }
}
