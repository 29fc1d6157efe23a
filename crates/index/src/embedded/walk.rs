//! The walk over a graph: best first, by one-byte codes, until nothing nearer is in sight.
//!
//! Nodes outside the filter are passed through and not kept, so a filter costs steps and no
//! recall. What a walk needs to remember is kept from one to the next.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use parking_lot::Mutex;

use super::graph::Graph;

/// What a walk remembers.
#[derive(Default)]
struct Memory {
    /// The walk that last saw a node.
    seen: Vec<u32>,
    walk: u32,
    /// Nodes to go on from, the nearest first.
    ahead: BinaryHeap<Scored>,
    /// The best that were found, the farthest first.
    found: BinaryHeap<Reverse<Scored>>,
    fresh: Vec<u32>,
}

/// Memories that no walk uses now.
#[derive(Default)]
pub(super) struct Pool(Mutex<Vec<Memory>>);

/// A node with its score, ordered by it; ties by the node.
#[derive(Clone, Copy, PartialEq)]
struct Scored(f32, u32);

impl Eq for Scored {}

impl Ord for Scored {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0).then_with(|| other.1.cmp(&self.1))
    }
}

impl PartialOrd for Scored {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// What is asked of a graph.
pub(super) struct Walk<'a> {
    /// Score of a slot; the greater, the nearer.
    pub(super) score: &'a dyn Fn(u32) -> f32,
    /// Asks the memory for what `score` will read.
    pub(super) prefetch: &'a dyn Fn(u32),
    /// Whether a slot may be found.
    pub(super) is_eligible: &'a dyn Fn(u32) -> bool,
    /// How many nodes are kept.
    pub(super) ef: usize,
    /// After so many scores the walk gives up.
    pub(super) max_scores: usize,
}

impl Graph {
    /// Eligible slots of the best `ef` nodes, in no order; `None` when the walk gave up.
    pub(super) fn walk(&self, walk: &Walk<'_>) -> Option<Vec<u32>> {
        let mut memory = self.pool.0.lock().pop().unwrap_or_default();
        let found = self.walk_with(walk, &mut memory);
        self.pool.0.lock().push(memory);
        found
    }

    fn walk_with(&self, walk: &Walk<'_>, memory: &mut Memory) -> Option<Vec<u32>> {
        memory.begin(self.members.len());
        let mut fresh = std::mem::take(&mut memory.fresh);
        fresh.extend(self.landmarks.iter().filter(|node| memory.is_new(**node)));
        let mut scores = fresh.len();
        self.look_at(&fresh, walk, memory);
        while let Some(Scored(score, node)) = memory.ahead.pop() {
            if memory.found.len() == walk.ef
                && memory.found.peek().is_some_and(|Reverse(worst)| score < worst.0)
            {
                break;
            }
            fresh.clear();
            fresh.extend(self.links.get(node).iter().filter(|node| memory.is_new(**node)));
            scores += fresh.len();
            if scores > walk.max_scores {
                memory.fresh = fresh;
                return None;
            }
            self.look_at(&fresh, walk, memory);
        }
        memory.fresh = fresh;
        let nodes = memory.found.iter().map(|Reverse(scored)| scored.1);
        let slots = nodes.flat_map(|node| self.members.get(node)).copied();
        Some(slots.filter(|slot| (walk.is_eligible)(*slot)).collect())
    }

    fn look_at(&self, nodes: &[u32], walk: &Walk<'_>, memory: &mut Memory) {
        /// Rows that are asked of the memory before their turn.
        const AHEAD: usize = 8;
        let first = |node: &u32| self.members.get(*node)[0];
        nodes.iter().take(AHEAD).for_each(|node| (walk.prefetch)(first(node)));
        for (i, node) in nodes.iter().enumerate() {
            if let Some(later) = nodes.get(i + AHEAD) {
                (walk.prefetch)(first(later));
            }
            let scored = Scored((walk.score)(first(node)), *node);
            let full = memory.found.len() == walk.ef;
            if full && memory.found.peek().is_some_and(|Reverse(worst)| scored < *worst) {
                continue;
            }
            memory.ahead.push(scored);
            if self.members.get(*node).iter().any(|slot| (walk.is_eligible)(*slot)) {
                memory.found.push(Reverse(scored));
                if full {
                    memory.found.pop();
                }
            }
        }
    }
}

impl Memory {
    fn begin(&mut self, nodes: usize) {
        self.ahead.clear();
        self.found.clear();
        self.fresh.clear();
        self.walk = self.walk.wrapping_add(1);
        if self.seen.len() != nodes || self.walk == 0 {
            self.seen.clear();
            self.seen.resize(nodes, 0);
            self.walk = 1;
        }
    }

    fn is_new(&mut self, node: u32) -> bool {
        std::mem::replace(&mut self.seen[node as usize], self.walk) != self.walk
    }
}
