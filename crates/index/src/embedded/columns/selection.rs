//! Which slots fail which kind of condition, and what that leaves.

use jobmatch_domain::matching::Exclusion;
use jobmatch_domain::{Condition, ConditionKind};

use super::super::kernels::tally;
use super::Columns;
use crate::bitmap::Bitmap;
use crate::threads::Shared;

/// What a filter leaves.
pub(crate) struct Selection {
    pub(crate) eligible: Bitmap,
    pub(crate) count: u64,
    pub(crate) exclusions: Vec<Exclusion>,
}

/// A filter that is being looked up, kind by kind, by all threads that have time for it.
pub(crate) struct Filtering<'a> {
    columns: &'a Columns,
    conditions: &'a [Condition],
    kinds: Shared<ConditionKind, Bitmap>,
}

impl<'a> Filtering<'a> {
    /// Nothing of it is looked up yet.
    pub(super) fn new(columns: &'a Columns, conditions: &'a [Condition]) -> Self {
        let mut kinds: Vec<ConditionKind> = conditions.iter().map(Condition::kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        // Places take longest.
        let asks_a_place = |kind: &ConditionKind| {
            conditions.iter().any(|c| c.kind() == *kind && Columns::is_of_places(c))
        };
        kinds.sort_by_key(|kind| !asks_a_place(kind));
        Self { columns, conditions, kinds: Shared::new(kinds) }
    }

    /// Looks kinds up until none is left.
    pub(crate) fn work(&self) {
        self.kinds.work(|kind| {
            let mut unmet = Bitmap::new(self.columns.len());
            let of_kind = self.conditions.iter().filter(|condition| condition.kind() == *kind);
            of_kind.for_each(|condition| self.columns.add_unmet(condition, &mut unmet));
            unmet
        });
    }

    /// The live slots that fail nothing, and how many of them fail one kind alone, once all threads
    /// have ended their work.
    pub(crate) fn selection(self, live: &Bitmap) -> Selection {
        let mut kinds = self.kinds.results();
        kinds.sort_unstable_by_key(|(kind, _)| *kind);
        let words = self.columns.len().div_ceil(64);
        let live: Vec<u64> = (0..words).map(|index| live.word(index)).collect();
        let fails: Vec<&[u64]> = kinds.iter().map(|(_, fails)| fails.words()).collect();
        let Tally { left, count, alone } = tally(&live, &fails);
        let exclusions = kinds
            .iter()
            .zip(alone)
            .filter(|(_, count)| *count > 0)
            .map(|((kind, _), count)| Exclusion { kind: *kind, count })
            .collect();
        Selection { eligible: Bitmap::of_words(left), count, exclusions }
    }
}

/// Words that are gone through for all kinds at once: they stay in the nearest cache.
const BLOCK: usize = 256;

/// What sets of failing slots leave.
#[derive(Debug, PartialEq)]
pub(in crate::embedded) struct Tally {
    left: Vec<u64>,
    count: u64,
    /// How many slots each set takes out that no other does.
    alone: Vec<u64>,
}

/// For the instructions of every machine; [`tally`] is the same for those of this one.
#[inline(always)]
pub(in crate::embedded) fn portable_tally(live: &[u64], fails: &[&[u64]]) -> Tally {
    let ones = |words: &[u64]| words.iter().map(|word| u64::from(word.count_ones())).sum::<u64>();
    let mut tally = Tally { left: live.to_vec(), count: 0, alone: vec![0; fails.len()] };
    for (block, left) in tally.left.chunks_mut(BLOCK).enumerate() {
        let start = block * BLOCK;
        let end = start + left.len();
        let of = |words: &[u64]| start.min(words.len())..end.min(words.len());
        // Slots that fail one kind or more, and two or more.
        let (mut one, mut two) = ([0u64; BLOCK], [0u64; BLOCK]);
        for fails in fails {
            for ((one, two), word) in one.iter_mut().zip(&mut two).zip(&fails[of(fails)]) {
                *two |= *one & word;
                *one |= word;
            }
        }
        let mut once = [0u64; BLOCK];
        for (((left, once), one), two) in left.iter_mut().zip(&mut once).zip(&one).zip(&two) {
            *once = *left & one & !two;
            *left &= !one;
        }
        for (alone, fails) in tally.alone.iter_mut().zip(fails) {
            let once = once.iter().zip(&fails[of(fails)]);
            *alone += once.map(|(once, word)| u64::from((once & word).count_ones())).sum::<u64>();
        }
        tally.count += ones(left);
    }
    tally
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_tally_counts_what_each_set_takes_out_alone(
            live in proptest::collection::vec(any::<u64>(), 0..600),
            // Sets of a slot in eight, some shorter than what is live.
            fails in proptest::collection::vec(
                proptest::collection::vec((any::<u64>(), any::<u64>(), any::<u64>()), 0..600), 0..5),
        ) {
            let sparse = |words: &Vec<(u64, u64, u64)>| -> Vec<u64> {
                words.iter().take(live.len()).map(|(a, b, c)| a & b & c).collect()
            };
            let fails: Vec<Vec<u64>> = fails.iter().map(sparse).collect();
            let fails: Vec<&[u64]> = fails.iter().map(Vec::as_slice).collect();
            let mut expected =
                Tally { left: vec![0; live.len()], count: 0, alone: vec![0; fails.len()] };
            for (slot, word) in (0..live.len() * 64).map(|slot| (slot, slot / 64)) {
                let has = |words: &[u64]| words.get(word).is_some_and(|w| w >> (slot % 64) & 1 == 1);
                let failed: Vec<usize> = (0..fails.len()).filter(|set| has(fails[*set])).collect();
                match (has(&live), failed.as_slice()) {
                    (true, []) => {
                        expected.left[word] |= 1 << (slot % 64);
                        expected.count += 1;
                    }
                    (true, [set]) => expected.alone[*set] += 1,
                    _ => {}
                }
            }
            prop_assert_eq!(&portable_tally(&live, &fails), &expected);
            prop_assert_eq!(&tally(&live, &fails), &expected);
        }
    }
}
