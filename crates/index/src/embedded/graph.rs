//! The neighbour graph: `hnsw_rs` builds it, flat arrays hold it, `walk` searches it.
//!
//! Vectors of identical codes are one node (reposted adverts would make each other
//! unreachable). A walk begins at landmarks: the nodes of an upper layer, all of which are
//! compared first, and those that no link leads to from them.

use std::collections::HashMap;

use hnsw_rs::prelude::{Distance, Hnsw};

use super::kernels;
use super::rows::Rows;
use super::walk::Pool;

/// Links of a node above layer 0 (twice as many on it), and candidates kept while building. In
/// the test of `vectors.rs`, of wide overlapping clusters, recall@10 is .990 with these, .980
/// with 100 candidates, and .992 with 24 links.
const LINKS: usize = 16;
const EF_CONSTRUCTION: usize = 200;
const LAYERS: usize = 16;
/// Walks begin at the lowest layer above 0 with no more nodes than this: comparing all of them
/// costs as much as some steps of a walk, and spares the layers between.
const MAX_LANDMARKS: usize = 2_000;

/// 1 - cosine of two rows of codes, each with its scale in the last four bytes; never below 0.
#[derive(Debug, Clone, Copy, Default)]
struct Cosine;

impl Distance<i8> for Cosine {
    fn eval(&self, a: &[i8], b: &[i8]) -> f32 {
        let ((a, a_scale), (b, b_scale)) = (unpacked(a), unpacked(b));
        (1.0 - kernels::dot_codes()(a, b) as f32 * a_scale * b_scale).max(0.0)
    }
}

fn packed(codes: &[i8], scale: f32) -> Vec<i8> {
    codes.iter().copied().chain(scale.to_le_bytes().map(|b| b as i8)).collect()
}

fn unpacked(row: &[i8]) -> (&[i8], f32) {
    match row.split_last_chunk::<4>() {
        Some((codes, scale)) => (codes, f32::from_le_bytes(scale.map(|b| b as u8))),
        None => (row, 0.0),
    }
}

/// What a graph has seen: what came later is looked at beside it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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
    pub(super) rows: Rows,
    /// Slots with a live vector, rising.
    pub(super) slots: Vec<u32>,
    pub(super) covers: Covers,
}

/// Lists of numbers, end to end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Lists {
    /// Where each list ends.
    pub(super) ends: Vec<u32>,
    pub(super) items: Vec<u32>,
}

impl Lists {
    fn push(&mut self, list: impl IntoIterator<Item = u32>) {
        self.items.extend(list);
        self.ends.push(self.items.len() as u32);
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, index: u32) -> &[u32] {
        let index = index as usize;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.items[start..self.ends[index] as usize]
    }
}

/// A finished graph.
pub struct Graph {
    /// Neighbours of each node.
    pub(super) links: Lists,
    /// Slots of each node, rising; a node is as near as its first.
    pub(super) members: Lists,
    /// Nodes at which walks begin.
    pub(super) landmarks: Vec<u32>,
    pub(super) covers: Covers,
    pub(super) pool: Pool,
}

impl Graph {
    /// Builds, of one vector at least, on the calling thread; `benches/README.md` tells how long
    /// that takes.
    pub fn build(input: &GraphInput) -> Self {
        let groups = groups(input);
        let hnsw = Hnsw::new(LINKS, groups.len().max(1), LAYERS, EF_CONSTRUCTION, Cosine);
        for (node, slots) in groups.iter().enumerate() {
            let scale = input.rows.scale(slots[0]);
            hnsw.insert_slice((&packed(input.rows.codes(slots[0]), scale), node));
        }
        let (links, levels) = exported(&hnsw, groups.len());
        let mut landmarks = landmarks(&levels);
        let lost = unreachable(&links, &landmarks);
        landmarks.extend(lost);
        let mut members = Lists::default();
        groups.into_iter().for_each(|slots| members.push(slots));
        Self { links, members, landmarks, covers: input.covers, pool: Pool::default() }
    }

    /// Vectors in it.
    pub fn len(&self) -> usize {
        self.members.items.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.members.items.is_empty()
    }

    /// What it was built from, where it was live.
    pub fn covers(&self) -> Covers {
        self.covers
    }
}

/// The slots of equal codes together, in order of the first of each.
fn groups(input: &GraphInput) -> Vec<Vec<u32>> {
    let mut nodes: HashMap<(&[i8], u32), usize> = HashMap::new();
    let mut groups: Vec<Vec<u32>> = Vec::new();
    for slot in &input.slots {
        let key = (input.rows.codes(*slot), input.rows.scale(*slot).to_bits());
        let node = *nodes.entry(key).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[node].push(*slot);
    }
    groups
}

/// The links of layer 0 and the layer of each node.
fn exported(hnsw: &Hnsw<'static, i8, Cosine>, count: usize) -> (Lists, Vec<u8>) {
    let mut by_node: Vec<Vec<u32>> = vec![Vec::new(); count];
    let mut levels = vec![0u8; count];
    for point in hnsw.get_point_indexation() {
        let node = point.get_origin_id();
        levels[node] = point.get_point_id().0;
        let layers = point.get_neighborhood_id();
        by_node[node] = layers.first().into_iter().flatten().map(|n| n.d_id as u32).collect();
    }
    let mut links = Lists::default();
    by_node.into_iter().for_each(|list| links.push(list));
    (links, levels)
}

fn landmarks(levels: &[u8]) -> Vec<u32> {
    let of_layer = |layer: u8| -> Vec<u32> {
        (0u32..).zip(levels).filter(|(_, level)| **level >= layer).map(|(node, _)| node).collect()
    };
    let layers = (1..LAYERS as u8).map(of_layer);
    let few = layers.into_iter().find(|nodes| nodes.len() <= MAX_LANDMARKS);
    match few {
        Some(nodes) if !nodes.is_empty() => nodes,
        // No layer above 0.
        _ => (0..levels.len().min(1) as u32).collect(),
    }
}

/// Nodes that no walk from the landmarks reaches.
fn unreachable(links: &Lists, landmarks: &[u32]) -> Vec<u32> {
    let mut seen = vec![false; links.len()];
    let mut queue = landmarks.to_vec();
    queue.iter().for_each(|node| seen[*node as usize] = true);
    while let Some(node) = queue.pop() {
        for next in links.get(node) {
            if !std::mem::replace(&mut seen[*next as usize], true) {
                queue.push(*next);
            }
        }
    }
    (0u32..).zip(seen).filter(|(_, seen)| !seen).map(|(node, _)| node).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bitmap::Bitmap;
    use crate::embedded::vectors::{VectorOptions, Vectors};

    #[test]
    fn copies_of_an_advert_are_one_node_and_every_node_is_reached() {
        let mut vectors = Vectors::new(4, VectorOptions::default());
        let mut live = Bitmap::default();
        for slot in 0..600u32 {
            let angle = f32::from((slot % 30) as u8) / 30.0;
            vectors.push(Some(&[angle.cos(), angle.sin(), 0.0, 0.0]));
            live.set(slot);
        }
        let graph = Graph::build(&vectors.graph_input(&live));
        assert_eq!((graph.len(), graph.members.len()), (600, 30));
        for node in 0..30 {
            let slots = graph.members.get(node);
            assert_eq!(slots.len(), 20);
            assert!(slots.iter().all(|s| s % 30 == slots[0] % 30), "{slots:?}");
        }
        assert!(unreachable(&graph.links, &graph.landmarks).is_empty());
    }

    #[test]
    fn what_no_link_leads_to_is_found_out() {
        let mut links = Lists::default();
        for list in [vec![1], vec![0], vec![3, 0], vec![], vec![2]] {
            links.push(list);
        }
        assert_eq!(unreachable(&links, &[0]), [2, 3, 4]);
        assert!(unreachable(&links, &[0, 4]).is_empty());
    }

    #[test]
    fn the_scale_comes_back_from_behind_the_codes() {
        assert_eq!(unpacked(&packed(&[1, -2, 3], 0.25)), (&[1, -2, 3][..], 0.25));
    }
}
