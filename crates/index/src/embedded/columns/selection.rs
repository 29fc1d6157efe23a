//! Which slots fail which kind of condition, and what that leaves.

use jobmatch_domain::ConditionKind;
use jobmatch_domain::matching::Exclusion;

use crate::bitmap::Bitmap;

/// The slots that do not meet a kind's conditions, by kind.
pub(super) struct Fails {
    slots: usize,
    kinds: Vec<(ConditionKind, Bitmap)>,
}

/// What a filter leaves.
pub(crate) struct Selection {
    pub(crate) eligible: Bitmap,
    pub(crate) count: u64,
    pub(crate) exclusions: Vec<Exclusion>,
}

impl Fails {
    pub(super) fn new(slots: usize) -> Self {
        Self { slots, kinds: Vec::new() }
    }

    /// The slots that fail a kind so far.
    pub(super) fn of(&mut self, kind: ConditionKind) -> &mut Bitmap {
        let at = self.kinds.iter().position(|(k, _)| *k == kind).unwrap_or_else(|| {
            self.kinds.push((kind, Bitmap::new(self.slots)));
            self.kinds.len() - 1
        });
        &mut self.kinds[at].1
    }

    /// The live slots that fail nothing, and how many of them fail one kind alone.
    pub(super) fn selection(mut self, live: &Bitmap) -> Selection {
        self.kinds.sort_unstable_by_key(|(kind, _)| *kind);
        let mut alone = vec![0u64; self.kinds.len()];
        let mut eligible = Vec::with_capacity(self.slots.div_ceil(64));
        let mut count = 0;
        for index in 0..self.slots.div_ceil(64) {
            // Bits that fail one kind or more, and two or more.
            let (mut one, mut two) = (0u64, 0u64);
            for (_, fails) in &self.kinds {
                let word = fails.word(index);
                two |= one & word;
                one |= word;
            }
            let live = live.word(index);
            let left = live & !one;
            count += u64::from(left.count_ones());
            eligible.push(left);
            let once = live & one & !two;
            if once != 0 {
                for ((_, fails), alone) in self.kinds.iter().zip(&mut alone) {
                    *alone += u64::from((fails.word(index) & once).count_ones());
                }
            }
        }
        let exclusions = self
            .kinds
            .iter()
            .zip(alone)
            .filter(|(_, count)| *count > 0)
            .map(|((kind, _), count)| Exclusion { kind: *kind, count })
            .collect();
        Selection { eligible: Bitmap::of_words(eligible), count, exclusions }
    }
}
