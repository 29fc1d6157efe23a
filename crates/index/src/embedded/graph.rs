//! The neighbour graph: `hnsw_rs` builds and walks it.
//!
//! Identical vectors are one node (reposted adverts would make each other unreachable),
//! and nodes that the walk could not reach are listed and always looked at.

use std::collections::HashMap;
use std::sync::Arc;

use hnsw_rs::prelude::{Distance, Hnsw};

use super::vectors::dot;

/// Links of a node, and candidates kept while building: the values that held
/// recall@10 of .99 in `examples/vector_plan.rs`.
const LINKS: usize = 24;
const EF_CONSTRUCTION: usize = 200;
const LAYERS: usize = 16;

/// 1 - cosine, never below 0, without assertions on rounding.
#[derive(Debug, Clone, Copy, Default)]
struct Cosine;

impl Distance<f32> for Cosine {
    fn eval(&self, a: &[f32], b: &[f32]) -> f32 {
        (1.0 - dot(a, b)).max(0.0)
    }
}

/// What a graph has seen: what came later is looked at beside it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Covers {
    /// Slots below this.
    pub(super) slots: usize,
    /// Vectors, dead ones included.
    pub(super) vectors: usize,
    /// Of the vectors that came after their document, so many.
    pub(super) late: usize,
}

/// A snapshot of vectors to build from.
pub struct GraphInput {
    dimensions: usize,
    block_rows: usize,
    blocks: Vec<Arc<Vec<f32>>>,
    slots: Vec<u32>,
    covers: Covers,
}

impl GraphInput {
    pub(super) fn new(
        dimensions: usize,
        block_rows: usize,
        blocks: Vec<Arc<Vec<f32>>>,
        slots: Vec<u32>,
        covers: Covers,
    ) -> Self {
        Self { dimensions, block_rows, blocks, slots, covers }
    }

    fn row(&self, slot: u32) -> &[f32] {
        let at = slot as usize;
        let row = at % self.block_rows * self.dimensions;
        &self.blocks[at / self.block_rows][row..row + self.dimensions]
    }
}

/// A finished graph.
pub struct Graph {
    hnsw: Hnsw<'static, f32, Cosine>,
    /// Slots of each node.
    members: Vec<Vec<u32>>,
    /// Nodes that no walk reaches.
    unreachable: Vec<u32>,
    covers: Covers,
}

impl Graph {
    /// Builds; takes about a millisecond of CPU a vector.
    pub fn build(input: &GraphInput) -> Self {
        let mut nodes: HashMap<Vec<u32>, usize> = HashMap::new();
        let mut members: Vec<Vec<u32>> = Vec::new();
        for slot in &input.slots {
            let bits = input.row(*slot).iter().map(|v| v.to_bits()).collect();
            let node = *nodes.entry(bits).or_insert_with(|| {
                members.push(Vec::new());
                members.len() - 1
            });
            members[node].push(*slot);
        }
        drop(nodes);
        let hnsw = Hnsw::new(LINKS, members.len().max(1), LAYERS, EF_CONSTRUCTION, Cosine);
        for (node, slots) in members.iter().enumerate() {
            hnsw.insert_slice((input.row(slots[0]), node));
        }
        let unreachable = unreachable(&hnsw, members.len())
            .into_iter()
            .flat_map(|node| members[node].iter().copied())
            .collect();
        Self { hnsw, members, unreachable, covers: input.covers }
    }

    /// Vectors in it.
    pub fn len(&self) -> usize {
        self.members.iter().map(Vec::len).sum()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// What it was built from, where it was live.
    pub fn covers(&self) -> Covers {
        self.covers
    }

    /// Slots near the query, in no order: the walk's `ef` nodes and the unreachable ones.
    pub fn search(&self, query: &[f32], ef: usize) -> Vec<u32> {
        let mut found: Vec<u32> = self
            .hnsw
            .search(query, ef, ef)
            .into_iter()
            .flat_map(|n| self.members[n.d_id].iter().copied())
            .collect();
        found.extend(&self.unreachable);
        found
    }
}

/// Nodes that cannot be reached along layer 0 from any node of a higher layer, through
/// which every walk enters.
fn unreachable(hnsw: &Hnsw<'static, f32, Cosine>, count: usize) -> Vec<usize> {
    let index = hnsw.get_point_indexation();
    let mut links: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut queue = Vec::new();
    let mut seen = vec![false; count];
    for point in index {
        let node = point.get_origin_id();
        let neighbours = point.get_neighborhood_id();
        links[node] =
            neighbours.first().map_or_else(Vec::new, |n| n.iter().map(|n| n.d_id).collect());
        if point.get_point_id().0 > 0 && !seen[node] {
            seen[node] = true;
            queue.push(node);
        }
    }
    if queue.is_empty() && count > 0 {
        seen[0] = true;
        queue.push(0);
    }
    while let Some(node) = queue.pop() {
        for next in std::mem::take(&mut links[node]) {
            if !seen[next] {
                seen[next] = true;
                queue.push(next);
            }
        }
    }
    (0..count).filter(|node| !seen[*node]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bitmap::Bitmap;
    use crate::embedded::vectors::{VectorOptions, Vectors};

    #[test]
    fn every_copy_of_an_advert_is_found() {
        let mut vectors = Vectors::new(4, VectorOptions::default());
        let mut live = Bitmap::default();
        for slot in 0..600u32 {
            let angle = f32::from((slot % 30) as u8) / 30.0;
            vectors.push(Some(&[angle.cos(), angle.sin(), 0.0, 0.0]));
            live.set(slot);
        }
        let graph = Graph::build(&vectors.graph_input(&live));
        assert_eq!((graph.len(), graph.members.len()), (600, 30));
        for node in 0..30u32 {
            let angle = f32::from(node as u8) / 30.0;
            let found = graph.search(&[angle.cos(), angle.sin(), 0.0, 0.0], 4);
            for copy in 0..20 {
                assert!(found.contains(&(node + copy * 30)), "{node} {copy}");
            }
        }
    }
}
