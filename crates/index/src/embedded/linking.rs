//! How a graph is made: `hnsw_rs` links a skeleton of some of its nodes, and the others are
//! linked into that one by one.
//!
//! `hnsw_rs` gives the landmarks at which walks begin, and links between far regions. A walk over
//! flat arrays of one-byte codes links the others by the same rules in a fifth of the time
//! (`benches/README.md`, Building a graph).

use std::collections::HashMap;

use hnsw_rs::prelude::{Distance, Hnsw};

use super::graph::{Graph, GraphInput, Lists, unreachable};
use super::kernels::{self, Kernel};
use super::rows::Rows;
use super::walk::{Bounds, Memory, Space};

/// Links that a new node gets (Malkov and Yashunin, Efficient and robust approximate nearest
/// neighbor search using HNSW graphs, 2018: M).
const LINKS: usize = 16;
/// Links that a node keeps (the same: M_max0 = 2 M).
const MAX_LINKS: usize = 2 * LINKS;
/// Links that a node may have before it is cut back to those it keeps. An estimate: each choice
/// compares the links with each other, so it is made for sixteen new ones together.
const ROOM: usize = 48;
/// Candidates for the links of a node; what hnswlib takes as well.
const EF_CONSTRUCTION: usize = 200;
/// One node in so many belongs to the skeleton, as in an upper layer,
const SKELETON_SHARE: usize = 16;
/// and not more than these, an estimate: by a profile 6,250 took longer than to link the rest.
const MAX_SKELETON: usize = 2_000;
const LAYERS: usize = 16;
/// Walks begin at the lowest layer above 0 with no more nodes than this: comparing all of them
/// costs as much as some steps of a walk, and spares the layers between.
const MAX_LANDMARKS: usize = 2_000;

impl Graph {
    /// Builds, of one vector at least, on the calling thread; `benches/README.md` tells how long
    /// that takes.
    pub fn build(input: &GraphInput) -> Self {
        let groups = groups(input);
        let mut linking = Linking::new(&input.rows, &groups);
        let mut landmarks = linking.take_skeleton();
        let mut memory = Memory::default();
        for node in 0..groups.len() as u32 {
            if linking.of(node).is_empty() {
                linking.link(node, &landmarks, &mut memory);
            }
        }
        let links = linking.finished();
        let lost = unreachable(&links, &landmarks);
        landmarks.extend(lost);
        let mut members = Lists::default();
        groups.into_iter().for_each(|slots| members.push(slots));
        Self::of(links, members, landmarks, input.covers)
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

/// Nodes of which some are linked.
struct Linking<'a> {
    /// The codes and the scale of each node: read some thousand times each, so where they lie is
    /// looked up once.
    codes: Vec<&'a [i8]>,
    scales: Vec<f32>,
    /// Room for the links of each node, and how many there are.
    links: Vec<u32>,
    counts: Vec<u8>,
    kernel: Kernel,
}

impl<'a> Linking<'a> {
    fn new(rows: &'a Rows, groups: &[Vec<u32>]) -> Self {
        let firsts = || groups.iter().map(|slots| slots[0]);
        Self {
            codes: firsts().map(|slot| rows.codes(slot)).collect(),
            scales: firsts().map(|slot| rows.scale(slot)).collect(),
            links: vec![0; groups.len() * ROOM],
            counts: vec![0; groups.len()],
            kernel: kernels::chosen(),
        }
    }

    fn of(&self, node: u32) -> &[u32] {
        let start = node as usize * ROOM;
        &self.links[start..start + usize::from(self.counts[node as usize])]
    }

    fn set(&mut self, node: u32, links: &[u32]) {
        let start = node as usize * ROOM;
        self.links[start..start + links.len()].copy_from_slice(links);
        self.counts[node as usize] = links.len() as u8;
    }

    fn view_from(&self, node: u32) -> ViewFrom<'_> {
        let (codes, scale) = (self.codes[node as usize], self.scales[node as usize]);
        ViewFrom { linking: self, codes, scale }
    }

    /// Links the nodes of the skeleton; returns those that make landmarks.
    fn take_skeleton(&mut self) -> Vec<u32> {
        let count = self.codes.len();
        let step = SKELETON_SHARE.max(count.div_ceil(MAX_SKELETON));
        let hnsw = Hnsw::new(LINKS, count.div_ceil(step), LAYERS, EF_CONSTRUCTION, Cosine);
        for node in (0..count).step_by(step) {
            let row = packed(self.codes[node], self.scales[node]);
            hnsw.insert_slice((&row, node));
        }
        let mut levels = Vec::new();
        for point in hnsw.get_point_indexation() {
            let node = point.get_origin_id() as u32;
            levels.push((node, point.get_point_id().0));
            let layers = point.get_neighborhood_id();
            let links = layers.first().into_iter().flatten().map(|n| n.d_id as u32);
            self.set(node, &links.take(ROOM).collect::<Vec<_>>());
        }
        levels.sort_unstable();
        landmarks(&levels)
    }

    /// Links a node to the best of what a walk finds, and those to it.
    fn link(&mut self, node: u32, landmarks: &[u32], memory: &mut Memory) {
        let bounds = Bounds {
            nodes: self.codes.len(),
            starts: landmarks,
            ef: EF_CONSTRUCTION,
            max_scores: usize::MAX,
        };
        memory.walk(&self.view_from(node), bounds);
        let found = memory.found().filter(|(_, other)| *other != node).collect();
        let chosen = self.chosen(found, LINKS);
        self.set(node, &chosen);
        for other in chosen {
            self.link_back(other, node);
        }
    }

    fn link_back(&mut self, node: u32, to: u32) {
        let count = usize::from(self.counts[node as usize]);
        if count < ROOM {
            self.links[node as usize * ROOM + count] = to;
            self.counts[node as usize] += 1;
            return;
        }
        let with = std::iter::once(to);
        let candidates = self.scored(node, self.of(node).iter().copied().chain(with));
        let kept = self.chosen(candidates, MAX_LINKS);
        self.set(node, &kept);
    }

    fn scored(&self, node: u32, others: impl Iterator<Item = u32>) -> Vec<(f32, u32)> {
        let view = self.view_from(node);
        others.map(|other| (view.score(other), other)).collect()
    }

    /// The nearest first; each of them only where none that was chosen before is nearer to it
    /// than the node that they are chosen for (the same paper, algorithm 4).
    fn chosen(&self, mut candidates: Vec<(f32, u32)>, most: usize) -> Vec<u32> {
        candidates.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let mut chosen: Vec<u32> = Vec::with_capacity(most);
        for (score, node) in candidates {
            if chosen.len() == most {
                break;
            }
            let view = self.view_from(node);
            if chosen.iter().all(|other| view.score(*other) < score) {
                chosen.push(node);
            }
        }
        chosen
    }

    /// The links of each node.
    fn finished(&mut self) -> Lists {
        let mut lists = Lists::default();
        for node in 0..self.codes.len() as u32 {
            if self.of(node).len() > MAX_LINKS {
                let candidates = self.scored(node, self.of(node).iter().copied());
                let kept = self.chosen(candidates, MAX_LINKS);
                self.set(node, &kept);
            }
            lists.push(self.of(node).iter().copied());
        }
        lists
    }
}

/// The nodes as one of them sees them.
struct ViewFrom<'a> {
    linking: &'a Linking<'a>,
    codes: &'a [i8],
    scale: f32,
}

impl Space for ViewFrom<'_> {
    fn links(&self, node: u32) -> &[u32] {
        self.linking.of(node)
    }

    /// Rows are nodes here.
    #[inline]
    fn row(&self, node: u32) -> u32 {
        node
    }

    #[inline]
    fn score(&self, node: u32) -> f32 {
        let Linking { codes, scales, kernel, .. } = self.linking;
        let node = node as usize;
        kernel.dot(codes[node], self.codes) as f32 * scales[node] * self.scale
    }

    #[inline]
    fn prefetch(&self, node: u32) {
        kernels::prefetch(self.linking.codes[node as usize]);
    }

    fn is_eligible(&self, _: u32, _: u32) -> bool {
        true
    }
}

/// The nodes, with their layers, of the lowest layer above 0 that is not too large.
fn landmarks(levels: &[(u32, u8)]) -> Vec<u32> {
    let of_layer = |layer: u8| -> Vec<u32> {
        levels.iter().filter(|(_, level)| *level >= layer).map(|(node, _)| *node).collect()
    };
    let few = (1..LAYERS as u8).map(of_layer).find(|nodes| nodes.len() <= MAX_LANDMARKS);
    match few {
        Some(nodes) if !nodes.is_empty() => nodes,
        // No layer above 0.
        _ => levels.first().map(|(node, _)| *node).into_iter().collect(),
    }
}

/// 1 - cosine of two rows of codes, each with its scale in the last four bytes; never below 0.
#[derive(Debug, Clone, Copy, Default)]
struct Cosine;

impl Distance<i8> for Cosine {
    fn eval(&self, a: &[i8], b: &[i8]) -> f32 {
        let ((a, a_scale), (b, b_scale)) = (unpacked(a), unpacked(b));
        (1.0 - kernels::chosen().dot(a, b) as f32 * a_scale * b_scale).max(0.0)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_comes_back_from_behind_the_codes() {
        assert_eq!(unpacked(&packed(&[1, -2, 3], 0.25)), (&[1, -2, 3][..], 0.25));
    }
}
