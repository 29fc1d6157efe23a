//! The walk over a graph: best first, by one-byte codes, until nothing nearer is in sight.
//!
//! Nodes outside the filter are passed through and not kept, so a filter costs steps and no
//! recall. What a walk needs to remember is kept from one to the next.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use parking_lot::Mutex;

use super::kernels::prefetch;

/// What a walk remembers.
#[derive(Default)]
pub(super) struct Memory {
    /// The walk that last saw a node. In a byte, as a walk looks here and there in all of it.
    seen: Vec<u8>,
    walk: u8,
    /// Nodes to go on from, the nearest first.
    ahead: BinaryHeap<Scored>,
    /// The best that were found, the farthest first.
    found: BinaryHeap<Reverse<Scored>>,
    fresh: Vec<u32>,
    rows: Vec<u32>,
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

/// Nodes with links, seen from a point.
pub(super) trait Space {
    /// The nodes that a node leads to.
    fn links(&self, node: u32) -> &[u32];
    /// The number of a node's row.
    fn row(&self, node: u32) -> u32;
    /// How near a row is; the greater, the nearer.
    fn score(&self, row: u32) -> f32;
    /// Asks the memory for what `score` will read.
    fn prefetch(&self, row: u32);
    /// Whether a node may be found, which has this row.
    fn is_eligible(&self, node: u32, row: u32) -> bool;
}

/// Where a walk begins and when it ends.
#[derive(Clone, Copy)]
pub(super) struct Bounds<'a> {
    /// How many nodes there are.
    pub(super) nodes: usize,
    /// Nodes that are all looked at first.
    pub(super) starts: &'a [u32],
    /// How many nodes are kept.
    pub(super) ef: usize,
    /// After so many scores the walk gives up.
    pub(super) max_scores: usize,
}

impl Pool {
    /// A memory for as long as `work` takes.
    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Memory) -> T) -> T {
        let mut memory = self.0.lock().pop().unwrap_or_default();
        let done = work(&mut memory);
        self.0.lock().push(memory);
        done
    }
}

impl Memory {
    /// Walks to the best `ef` nodes, see [`Memory::found`]; false when the walk gave up.
    pub(super) fn walk(&mut self, space: &impl Space, bounds: Bounds<'_>) -> bool {
        self.begin(bounds.nodes);
        let mut fresh = std::mem::take(&mut self.fresh);
        fresh.extend(bounds.starts.iter().filter(|node| self.is_new(**node)));
        let mut scores = fresh.len();
        self.look_at(&fresh, space, bounds.ef);
        while let Some(Scored(score, node)) = self.ahead.pop() {
            if self.found.len() == bounds.ef
                && self.found.peek().is_some_and(|Reverse(worst)| score < worst.0)
            {
                break;
            }
            fresh.clear();
            fresh.extend(space.links(node).iter().filter(|node| self.is_new(**node)));
            scores += fresh.len();
            if scores > bounds.max_scores {
                self.fresh = fresh;
                return false;
            }
            // Unless one of the fresh nodes is nearer, it is gone on from here.
            if let Some(Scored(_, next)) = self.ahead.peek() {
                prefetch(space.links(*next));
            }
            self.look_at(&fresh, space, bounds.ef);
        }
        self.fresh = fresh;
        true
    }

    /// What the last walk found, with its scores, in no order.
    pub(super) fn found(&self) -> impl Iterator<Item = (f32, u32)> + '_ {
        self.found.iter().map(|Reverse(Scored(score, node))| (*score, *node))
    }

    fn look_at(&mut self, nodes: &[u32], space: &impl Space, ef: usize) {
        /// Rows that are asked of the memory before their turn.
        const AHEAD: usize = 8;
        // The memory is waited for once for all of them.
        self.rows.clear();
        self.rows.extend(nodes.iter().map(|node| space.row(*node)));
        self.rows.iter().take(AHEAD).for_each(|row| space.prefetch(*row));
        for (i, node) in nodes.iter().enumerate() {
            if let Some(later) = self.rows.get(i + AHEAD) {
                space.prefetch(*later);
            }
            let row = self.rows[i];
            let scored = Scored(space.score(row), *node);
            let full = self.found.len() == ef;
            if full && self.found.peek().is_some_and(|Reverse(worst)| scored < *worst) {
                continue;
            }
            self.ahead.push(scored);
            if space.is_eligible(*node, row) {
                self.found.push(Reverse(scored));
                if full {
                    self.found.pop();
                }
            }
        }
    }

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
