//! The neighbour graph: `linking` makes it, flat arrays hold it, `walk` searches it.
//!
//! Vectors of identical codes are one node (reposted adverts would make each other
//! unreachable). A walk begins at landmarks: the nodes of an upper layer, all of which are
//! compared first, and those that no link leads to from them; and where signs tell what is near
//! ([`signs`]), at the nearest of a sample of all nodes as well.

use super::rows::Rows;
use super::signs;
use super::walk::{Bounds, Pool, Space};
use crate::bitmap::Bitmap;

/// So many nodes, evenly spread, are looked at by their signs to find where a walk begins, …
const SAMPLED: usize = 4_096;
/// … and so many of them are. What that is worth stands in `benches/README.md`, The vector leg alone.
const BEGUN_AT: usize = 32;

/// Nodes, evenly spread, with their signs, which lie side by side, so that all are read fast.
pub(super) struct Sample {
    nodes: Vec<u32>,
    signs: Vec<u64>,
    words: usize,
}

impl Sample {
    /// Of a graph; `None` where it has too few nodes for that to pay, or signs do not tell.
    pub(super) fn of(graph: &Graph, rows: &Rows) -> Option<Self> {
        let count = graph.members.len();
        if count < SAMPLED * 4 || !rows.signs_tell() {
            return None;
        }
        let step = count / SAMPLED;
        let nodes: Vec<u32> = (0..count as u32).step_by(step).take(SAMPLED).collect();
        let signs = nodes.iter().flat_map(|node| rows.signs(graph.firsts[*node as usize]));
        let signs = signs.copied().collect();
        Some(Self { nodes, signs, words: signs::words(rows.dimensions()) })
    }

    /// The nodes of it that are nearest to a vector.
    fn nearest(&self, query: &[f32]) -> impl Iterator<Item = u32> {
        let places: Vec<u32> = (0..self.nodes.len() as u32).collect();
        let signs = |place: u32| &self.signs[place as usize * self.words..][..self.words];
        let near = signs::nearest((&places, signs), query, BEGUN_AT);
        near.into_iter().map(|place| self.nodes[place as usize])
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
    pub(super) fn push(&mut self, list: impl IntoIterator<Item = u32>) {
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
    /// The first slot of each node.
    firsts: Vec<u32>,
    /// Nodes with more slots.
    several: Bitmap,
    /// Nodes at which walks begin.
    pub(super) landmarks: Vec<u32>,
    pub(super) covers: Covers,
    pool: Pool,
}

impl Graph {
    /// Of these parts.
    pub(super) fn of(links: Lists, members: Lists, landmarks: Vec<u32>, covers: Covers) -> Self {
        let starts = || std::iter::once(&0).chain(&members.ends);
        // A node without a slot, as a file may have it, is refused by its reader.
        let first = |start: &u32| members.items.get(*start as usize).copied().unwrap_or_default();
        let firsts = starts().take(members.len()).map(first).collect();
        let mut several = Bitmap::default();
        for (node, (start, end)) in (0..).zip(starts().zip(&members.ends)) {
            if end.saturating_sub(*start) > 1 {
                several.set(node);
            }
        }
        Self { links, members, firsts, several, landmarks, covers, pool: Pool::default() }
    }

    /// Vectors in it.
    pub fn len(&self) -> usize {
        self.members.items.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.members.items.is_empty()
    }

    /// Where walks to a vector begin.
    pub(super) fn starts(&self, sample: Option<&Sample>, query: &[f32]) -> Vec<u32> {
        let near = sample.into_iter().flat_map(|sample| sample.nearest(query));
        self.landmarks.iter().copied().chain(near).collect()
    }

    /// Eligible slots of the best `ef` nodes, in no order; `None` when the walk gave up, having
    /// looked at `max_scores`.
    pub(super) fn walk(
        &self,
        slots: &impl Slots,
        starts: &[u32],
        (ef, max_scores): (usize, usize),
    ) -> Option<Vec<u32>> {
        let bounds = Bounds { nodes: self.members.len(), starts, ef, max_scores };
        self.pool.with(|memory| {
            memory.walk(&View { graph: self, slots }, bounds).then(|| {
                let found = memory.found().flat_map(|(_, node)| self.members.get(node));
                found.copied().filter(|slot| slots.is_eligible(*slot)).collect()
            })
        })
    }

    /// What it was built from, where it was live.
    pub fn covers(&self) -> Covers {
        self.covers
    }
}

/// Nodes that no walk from the landmarks reaches.
pub(super) fn unreachable(links: &Lists, landmarks: &[u32]) -> Vec<u32> {
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

/// Slots, seen from a point.
pub(super) trait Slots {
    /// How near a slot is; the greater, the nearer.
    fn score(&self, slot: u32) -> f32;
    /// Asks the memory for what `score` will read.
    fn prefetch(&self, slot: u32);
    /// Whether a slot may be found.
    fn is_eligible(&self, slot: u32) -> bool;
}

/// The nodes as a question sees them.
struct View<'a, S> {
    graph: &'a Graph,
    slots: &'a S,
}

impl<S: Slots> Space for View<'_, S> {
    fn links(&self, node: u32) -> &[u32] {
        self.graph.links.get(node)
    }

    #[inline]
    fn row(&self, node: u32) -> u32 {
        self.graph.firsts[node as usize]
    }

    #[inline]
    fn score(&self, row: u32) -> f32 {
        self.slots.score(row)
    }

    #[inline]
    fn prefetch(&self, row: u32) {
        self.slots.prefetch(row);
    }

    #[inline]
    fn is_eligible(&self, node: u32, row: u32) -> bool {
        let other = || self.graph.members.get(node).iter().any(|s| self.slots.is_eligible(*s));
        self.slots.is_eligible(row) || (self.graph.several.contains(node) && other())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
}
