//! Rows of one-byte codes, seen from a point: what a scan and a walk ask.

use super::graph::Slots;
use super::kernels::{self, Kernel};
use super::rows::{Rows, quantize};

/// The rows of all slots, seen from a point.
pub(super) struct SeenFrom<'a> {
    rows: &'a Rows,
    codes: Vec<i8>,
    kernel: Kernel,
}

impl<'a> SeenFrom<'a> {
    /// From a vector as long as a row.
    pub(super) fn new(rows: &'a Rows, query: &[f32]) -> Self {
        Self { rows, codes: quantize(query).0.collect(), kernel: kernels::chosen() }
    }

    /// How near a slot is; the greater, the nearer.
    #[inline]
    pub(super) fn score(&self, slot: u32) -> f32 {
        self.kernel.dot(self.rows.codes(slot), &self.codes) as f32 * self.rows.scale(slot)
    }

    /// The scores of many slots, with the slots.
    pub(super) fn scores(&self, slots: &[u32]) -> Vec<(f32, u32)> {
        let mut scores = Vec::with_capacity(slots.len());
        let row = |slot: u32| self.rows.codes(slot);
        self.kernel.dot_each(&self.codes, (slots, row), |slot, dot| {
            scores.push((dot as f32, slot));
        });
        // By themselves: so near each other the memory is asked for many at once.
        scores.iter_mut().for_each(|(score, slot)| *score *= self.rows.scale(*slot));
        scores
    }

    /// Asks the memory for what `score` will read.
    #[inline]
    pub(super) fn prefetch(&self, slot: u32) {
        self.rows.prefetch(slot);
    }
}

/// The same for a walk, which may find what is eligible.
pub(super) struct Seen<'a, E> {
    pub(super) from: SeenFrom<'a>,
    pub(super) is_eligible: E,
}

impl<E: Fn(u32) -> bool> Slots for Seen<'_, E> {
    #[inline]
    fn score(&self, slot: u32) -> f32 {
        self.from.score(slot)
    }

    #[inline]
    fn prefetch(&self, slot: u32) {
        self.from.prefetch(slot);
    }

    #[inline]
    fn is_eligible(&self, slot: u32) -> bool {
        (self.is_eligible)(slot)
    }
}
