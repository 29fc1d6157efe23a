//! Vectors: an exact scan where that is cheap, a graph where it is not.
//!
//! Both read one byte an element, keep the best few hundred, and rank those by the full
//! vectors; a scan of many looks at their signs before ([`signs`]). Vectors newer than the graph are always scanned. Where the graph begins to pay is
//! measured when one is taken into use.

use std::time::Instant;

use super::graph::{Covers, Graph, GraphInput, Sample};
use super::kernels;
use super::retrieve::Tie;
use super::rows::{Rows, SealedRows};
use super::seen::{Seen, SeenFrom};
use super::signs;
use crate::bitmap::Bitmap;
use crate::engine::VectorPlan;
use crate::threads;

/// The scan keeps so many times `k` for the ranking by full vectors.
const RERANK_FACTOR: usize = 2;
/// The least that it keeps.
const RERANK_MIN: usize = 200;

/// Rows of full vectors that are asked of the memory before their turn.
const ROWS_AHEAD: usize = 3;

/// Fewest rows that another thread scans: some tenths of a millisecond.
const SCANNED_AT_ONCE: usize = 4_096;

/// When the graph is built and used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VectorOptions {
    /// Build a graph from so many vectors on.
    pub graph_from: usize,
    /// Scan exactly while at most so many vectors are eligible; `None`: as many as a walk among
    /// them would cost, measured when a graph is taken into use.
    pub exact_below: Option<usize>,
    /// Nodes that the walk keeps, at least.
    pub ef_search: usize,
    /// Write a new sealed file when so many slots, and a quarter of all, are newer than the last
    /// one. Sealed slots are mapped, and a restart need not read the log of them.
    pub seal_from: usize,
}

impl Default for VectorOptions {
    fn default() -> Self {
        Self { graph_from: 100_000, exact_below: None, ef_search: 200, seal_from: 20_000 }
    }
}

/// A walk is given up when it has scored one in so many of what a scan would score. An estimate:
/// it bounds what a hopeless walk wastes, and the scan that follows is exact.
const WALK_COST: usize = 3;
/// Walks and rows that are timed to find where the scan ends.
const TIMED_WALKS: usize = 12;
const TIMED_ROWS: usize = 20_000;

/// What a sealed file is made of: a state of the vectors that changes no more.
pub(super) struct VectorParts {
    pub(super) rows: Rows,
    /// Slots with a vector.
    pub(super) present: Bitmap,
    /// See [`Vectors`].
    pub(super) late: Vec<u32>,
}

/// The vectors of all slots.
pub struct Vectors {
    options: VectorOptions,
    rows: Rows,
    present: Bitmap,
    /// Vectors, dead ones included.
    count: usize,
    /// Slots whose vector came after their document, in the order of coming.
    late: Vec<u32>,
    graph: Option<Graph>,
    sample: Option<Sample>,
    /// See [`VectorOptions::exact_below`].
    exact_below: usize,
}

impl Vectors {
    /// No vectors yet.
    pub fn new(dimensions: usize, options: VectorOptions) -> Self {
        Self {
            options,
            rows: Rows::new(dimensions),
            present: Bitmap::default(),
            count: 0,
            late: Vec::new(),
            graph: None,
            sample: None,
            exact_below: usize::MAX,
        }
    }

    /// Number of slots.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no slot.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds the next slot's vector; the caller has checked its length.
    pub fn push(&mut self, vector: Option<&[f32]>) {
        match vector {
            Some(row) => {
                self.present.set(self.len() as u32);
                self.count += 1;
                self.rows.push(row);
            }
            None => self.rows.push(&vec![0.0; self.dimensions()]),
        }
    }

    /// Length of every vector.
    pub(super) fn dimensions(&self) -> usize {
        self.rows.dimensions()
    }

    /// Gives a slot its vector, of the right length, where it has none yet.
    pub fn fill(&mut self, slot: u32, vector: &[f32]) {
        if self.present.contains(slot) {
            return;
        }
        self.rows.set(slot, vector);
        self.present.set(slot);
        self.late.push(slot);
        self.count += 1;
    }

    /// What a sealed file is made of.
    pub(super) fn parts(&self) -> VectorParts {
        let (rows, present) = (self.rows.clone(), self.present.clone());
        VectorParts { rows, present, late: self.late.clone() }
    }

    /// The vectors of a sealed file, before any other.
    pub(super) fn adopt(&mut self, sealed: SealedRows, present: Bitmap, late: Vec<u32>) {
        self.count = present.count();
        (self.present, self.late) = (present, late);
        self.rows.settle(sealed, &[]);
    }

    /// Lets go of the rows that a sealed file has, which was made when `late` slots had got
    /// their vector late.
    pub(super) fn settle(&mut self, sealed: SealedRows, late: usize) {
        self.rows.settle(sealed, &self.late[late.min(self.late.len())..]);
    }

    /// The rows of the sealed file, where questions do not read them fast yet.
    pub(super) fn mapped(&self) -> Option<&SealedRows> {
        self.rows.mapped()
    }

    /// Reads the sealed rows from elsewhere from now on.
    pub(super) fn take_at_hand(&mut self, sealed: SealedRows) {
        self.rows.take_at_hand(sealed);
        self.sample = self.graph.as_ref().and_then(|graph| Sample::of(graph, &self.rows));
    }

    /// Whether a sealed file should be written, see [`VectorOptions::seal_from`].
    pub(super) fn wants_seal(&self) -> bool {
        self.has_much_unsealed() && (self.len() - self.rows.sealed()) * 4 >= self.len()
    }

    /// Slots in the sealed file.
    pub(super) fn sealed_len(&self) -> usize {
        self.rows.sealed()
    }

    /// Whether there is enough for a sealed file that is not in the last one.
    pub(super) fn has_much_unsealed(&self) -> bool {
        self.len() - self.rows.sealed() >= self.options.seal_from.max(1)
    }

    /// Cosine of a slot with a unit vector; `None` for a slot without a vector.
    pub fn cosine(&self, slot: u32, query: &[f32]) -> Option<f32> {
        self.present.contains(slot).then(|| dot(self.rows.full(slot), query))
    }

    /// The vector of a slot.
    pub(super) fn get(&self, slot: u32) -> Option<&[f32]> {
        self.present.contains(slot).then(|| self.rows.full(slot))
    }

    /// Slots with a vector.
    pub(super) fn present(&self) -> &Bitmap {
        &self.present
    }

    /// Vectors in the graph.
    pub fn graph_len(&self) -> usize {
        self.graph.as_ref().map_or(0, Graph::len)
    }

    /// Whether a graph should be built: there are enough vectors, and none is there or a
    /// quarter of them is newer than it.
    pub fn wants_graph(&self) -> bool {
        let covered = self.graph.as_ref().map_or(0, |g| g.covers().vectors);
        self.count >= self.options.graph_from && (self.count - covered) * 4 >= self.count
    }

    /// What a graph is built from: the live vectors of now.
    pub fn graph_input(&self, live: &Bitmap) -> GraphInput {
        let slots = live.iter().filter(|s| self.present.contains(*s)).collect();
        let covers = Covers { slots: self.len(), vectors: self.count, late: self.late.len() };
        GraphInput { rows: self.rows.clone(), slots, covers }
    }

    /// Takes a finished graph into use; a graph that does not fit the vectors is left out.
    /// Returns up to how many eligible vectors are scanned from now on.
    pub fn install_graph(&mut self, graph: Graph) -> Option<usize> {
        let Covers { slots, vectors, late } = graph.covers();
        if slots > self.len() || vectors > self.count || late > self.late.len() || graph.is_empty()
        {
            return None;
        }
        self.sample = Sample::of(&graph, &self.rows);
        self.graph = Some(graph);
        self.exact_below = self.measured_exact_below()?;
        Some(self.exact_below)
    }

    /// See [`VectorOptions::exact_below`]; `None` without a graph.
    pub(super) fn measured_exact_below(&self) -> Option<usize> {
        let graph = self.graph.as_ref()?;
        let measured = || self.scanned_in_the_time_of_a_walk(graph);
        Some(self.options.exact_below.unwrap_or_else(measured))
    }

    /// Scans up to so many eligible vectors from now on.
    pub(super) fn set_exact_below(&mut self, exact_below: usize) {
        self.exact_below = exact_below;
    }

    /// Up to how many eligible vectors a scan costs no more than a walk. A walk among all costs
    /// as much as the scan of `w` vectors, which is measured; where `e` of `n` are eligible it
    /// looks at some `n / e` times as many before it has met as many of them. So the two are even
    /// at `e = w * n / e`.
    fn scanned_in_the_time_of_a_walk(&self, graph: &Graph) -> usize {
        let slots = &graph.members.items;
        // Each time others, as those of a question are in no cache.
        let some = |count: usize, from: usize| {
            let step = (slots.len() / count).max(1);
            slots.iter().skip(from % step).step_by(step).copied().collect::<Vec<u32>>()
        };
        let queries = some(TIMED_WALKS, 0);
        let options = (self.options.ef_search, usize::MAX);
        let started = Instant::now();
        for slot in &queries {
            let walked = self.walked(graph, self.rows.full(*slot), options, |_| true);
            debug_assert!(walked.is_some(), "a walk without a limit ends");
        }
        let a_walk = started.elapsed().as_secs_f64() / queries.len() as f64;
        let rows: Vec<Vec<u32>> =
            (0..queries.len()).map(|time| some(TIMED_ROWS, time * slots.len() / 7)).collect();
        let started = Instant::now();
        for (slot, rows) in queries.iter().zip(&rows) {
            self.nearest_codes(rows, self.rows.full(*slot), (1, &|a, b| a.cmp(&b)));
        }
        let scanned: usize = rows.iter().map(Vec::len).sum();
        let a_row = started.elapsed().as_secs_f64() / scanned as f64;
        (a_walk / a_row.max(1e-10) * slots.len() as f64).sqrt() as usize
    }

    /// The `k` eligible slots nearest to a unit vector, best first; ties in the order of
    /// `tie`. `exact` compares every full vector, as an oracle does.
    pub fn search(
        &self,
        query: &[f32],
        k: usize,
        eligible: &Bitmap,
        (exact, tie): (bool, Tie<'_>),
    ) -> (Vec<(u32, f32)>, VectorPlan) {
        if exact {
            let all = kernels::shared(eligible.words(), self.present.words());
            return (self.ranked(all, query, k, tie), VectorPlan::Exact);
        }
        let count = eligible.count();
        if let Some(graph) = &self.graph
            && count > self.exact_below
            && let Some(found) = self.by_graph(graph, query, (k, tie), eligible)
        {
            return (self.ranked(found, query, k, tie), VectorPlan::Graph);
        }
        let slots = kernels::shared(eligible.words(), self.present.words());
        let kept = self.nearest_codes(&slots, query, (k, tie));
        (self.ranked(kept, query, k, tie), VectorPlan::Exact)
    }

    /// Candidates by a walk and by a scan of what the graph has not seen; `None` when the walk
    /// would cost more than scanning all that is eligible.
    fn by_graph(
        &self,
        graph: &Graph,
        query: &[f32],
        (k, tie): (usize, Tie<'_>),
        eligible: &Bitmap,
    ) -> Option<Vec<u32>> {
        let ef = self.options.ef_search.max(k * 2);
        let max_scores = eligible.count() / WALK_COST;
        let is_eligible = |slot: u32| eligible.contains(slot);
        let mut found = self.walked(graph, query, (ef, max_scores), is_eligible)?;
        let covers = graph.covers();
        let late = self.late[covers.late..].iter().copied().filter(|s| eligible.contains(*s));
        let newer = eligible.iter_from(covers.slots as u32);
        let fresh: Vec<u32> = late.chain(newer.filter(|s| self.present.contains(*s))).collect();
        found.extend(self.nearest_codes(&fresh, query, (k, tie)));
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    fn walked(
        &self,
        graph: &Graph,
        query: &[f32],
        bounds: (usize, usize),
        is_eligible: impl Fn(u32) -> bool,
    ) -> Option<Vec<u32>> {
        let starts = graph.starts(self.sample.as_ref(), query);
        graph.walk(&Seen { from: SeenFrom::new(&self.rows, query), is_eligible }, &starts, bounds)
    }

    /// The best slots by their one-byte codes, in no order. Reposted adverts have equal codes
    /// by the hundred, so ties are cut by `tie` here too.
    fn nearest_codes(&self, slots: &[u32], query: &[f32], (k, tie): (usize, Tie<'_>)) -> Vec<u32> {
        let keep = (k * RERANK_FACTOR).max(RERANK_MIN);
        if slots.len() <= keep {
            return slots.to_vec();
        }
        let shortlist = signs::shortlist(&self.rows, slots, (query, keep));
        let slots = shortlist.as_deref().unwrap_or(slots);
        let from = SeenFrom::new(&self.rows, query);
        let scan = |slots: &[u32]| from.scores(slots);
        let mut scored = threads::stretches(slots, SCANNED_AT_ONCE, scan);
        scored.select_nth_unstable_by(keep - 1, |a, b| {
            b.0.total_cmp(&a.0).then_with(|| tie(a.1, b.1))
        });
        scored.truncate(keep);
        scored.into_iter().map(|(_, slot)| slot).collect()
    }

    fn ranked(&self, slots: Vec<u32>, query: &[f32], k: usize, tie: Tie<'_>) -> Vec<(u32, f32)> {
        let mut ahead = slots.iter().skip(ROWS_AHEAD);
        let mut scored: Vec<(u32, f32)> = slots
            .iter()
            .map(|slot| {
                ahead.next().into_iter().for_each(|slot| kernels::prefetch(self.rows.full(*slot)));
                (*slot, dot(self.rows.full(*slot), query))
            })
            .collect();
        let order =
            |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then_with(|| tie(a.0, b.0));
        if scored.len() > k && k > 0 {
            scored.select_nth_unstable_by(k - 1, order);
            scored.truncate(k);
        }
        scored.sort_unstable_by(order);
        scored.truncate(k);
        scored
    }
}

/// In eight lanes, so that the compiler may use them; the order of additions is fixed.
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0f32; 8];
    let (a_chunks, b_chunks) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a_chunks.zip(b_chunks) {
        for lane in 0..8 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    lanes.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn sample(count: usize, seed: u64) -> Vec<Vec<f32>> {
        let mut state = seed;
        let mut next = move || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1u32 << 23) as f32 - 1.0
        };
        let centres: Vec<Vec<f32>> = (0..20).map(|_| (0..32).map(|_| next()).collect()).collect();
        (0..count)
            .map(|i| {
                let row: Vec<f32> = centres[i % 20].iter().map(|c| c + 0.6 * next()).collect();
                let norm = row.iter().map(|v| v * v).sum::<f32>().sqrt();
                row.into_iter().map(|v| v / norm).collect()
            })
            .collect()
    }

    fn filled(rows: &[Vec<f32>], options: VectorOptions) -> (Vectors, Bitmap) {
        let mut vectors = Vectors::new(32, options);
        let mut live = Bitmap::default();
        for (slot, row) in rows.iter().enumerate() {
            vectors.push(Some(row));
            live.set(slot as u32);
        }
        (vectors, live)
    }

    #[test]
    fn the_scan_of_codes_finds_what_full_vectors_find() {
        let rows = sample(5_000, 7);
        let (vectors, mut live) = filled(&rows, VectorOptions::default());
        (0..5_000).filter(|s| s % 3 == 0).for_each(|s| live.clear(s));
        for query in sample(50, 8) {
            let by_slot = |a: u32, b: u32| a.cmp(&b);
            let (scan, plan) = vectors.search(&query, 10, &live, (false, &by_slot));
            assert_eq!(plan, VectorPlan::Exact);
            assert_eq!(scan, vectors.search(&query, 10, &live, (true, &by_slot)).0);
            assert!(scan.iter().all(|(s, _)| s % 3 != 0));
        }
    }

    #[test]
    fn the_graph_with_fresh_vectors_finds_nearly_all_and_no_dead_ones() {
        let rows = sample(9_000, 9);
        let options =
            VectorOptions { graph_from: 1_000, exact_below: Some(100), ..VectorOptions::default() };
        let (mut vectors, mut live) = filled(&rows[..8_500], options);
        assert!(vectors.wants_graph());
        let graph = Graph::build(&vectors.graph_input(&live));
        vectors.install_graph(graph);
        assert!(!vectors.wants_graph());
        for (slot, row) in rows.iter().enumerate().skip(8_500) {
            vectors.push(Some(row));
            live.set(slot as u32);
        }
        (0..9_000).filter(|s| s % 10 == 0).for_each(|s| live.clear(s));
        // One vector comes after the graph for a slot before it.
        vectors.push(None);
        let graph = Graph::build(&vectors.graph_input(&live));
        vectors.install_graph(graph);
        let late = sample(1, 11).remove(0);
        vectors.fill(9_000, &late);
        live.set(9_000);
        let by_slot = |a: u32, b: u32| a.cmp(&b);
        let found = vectors.search(&late, 10, &live, (false, &by_slot));
        assert_eq!((found.0[0].0, found.1), (9_000, VectorPlan::Graph));
        let mut shared = 0;
        for query in sample(50, 10) {
            let (walk, plan) = vectors.search(&query, 10, &live, (false, &by_slot));
            assert_eq!(plan, VectorPlan::Graph);
            assert!(walk.iter().all(|(s, _)| live.contains(*s)));
            let (exact, _) = vectors.search(&query, 10, &live, (true, &by_slot));
            shared += walk.iter().filter(|hit| exact.contains(hit)).count();
        }
        assert!(shared >= 490, "recall@10 {}", shared as f64 / 500.0);
        // Few are left and they lie anywhere: walking would cost more than looking at all.
        (0..9_001).filter(|s| s % 25 != 1).for_each(|s| live.clear(s));
        for query in sample(10, 12) {
            let (scan, plan) = vectors.search(&query, 10, &live, (false, &by_slot));
            assert_eq!(plan, VectorPlan::Exact);
            assert_eq!(scan, vectors.search(&query, 10, &live, (true, &by_slot)).0);
        }
    }

    #[test]
    fn among_many_equal_vectors_the_first_by_id_are_found() {
        let row = sample(1, 3).remove(0);
        let rows = vec![row.clone(); 2_000];
        let (vectors, live) = filled(&rows, VectorOptions::default());
        let backwards = |a: u32, b: u32| b.cmp(&a);
        let found = vectors.search(&row, 10, &live, (false, &backwards)).0;
        let slots: Vec<u32> = found.into_iter().map(|(slot, _)| slot).collect();
        assert_eq!(slots, (1_990..2_000).rev().collect::<Vec<_>>());
    }

    #[test]
    fn a_slot_without_a_vector_is_never_found() {
        let mut vectors = Vectors::new(2, VectorOptions::default());
        vectors.push(None);
        vectors.push(Some(&[1.0, 0.0]));
        let mut live = Bitmap::default();
        live.set(0);
        live.set(1);
        let found = vectors.search(&[0.0, 1.0], 5, &live, (false, &|a, b| a.cmp(&b))).0;
        assert_eq!(found, [(1, 0.0)]);
        assert_eq!(vectors.cosine(0, &[1.0, 0.0]), None);
    }
}
