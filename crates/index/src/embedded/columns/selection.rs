//! Which slots fail which kind of condition, and what that leaves.

use std::ops::Range;
use std::ptr;

use jobmatch_domain::matching::Exclusion;
use jobmatch_domain::{Condition, ConditionKind};

use super::super::kernels::tally;
use super::Columns;
use crate::bitmap::Bitmap;
use crate::threads::{Shared, both};

/// What a filter leaves.
pub(crate) struct Selection {
    pub(crate) eligible: Bitmap,
    pub(crate) count: u64,
    pub(crate) exclusions: Vec<Exclusion>,
}

/// So many parts are the cells of a condition of places looked up in, which takes longest. Each costs
/// a bitmap more.
const PARTS_OF_PLACES: usize = 2;

/// What one thread looks up of a filter.
enum Part<'a> {
    /// What some cells have within the reach that a condition asks for.
    Within(&'a Condition, Range<usize>),
    /// What fails the other conditions of a kind.
    Unmet(ConditionKind),
}

/// A filter that is being looked up, part by part, by all threads that have time for it.
pub(crate) struct Filtering<'a> {
    columns: &'a Columns,
    conditions: &'a [Condition],
    parts: Shared<Part<'a>, Bitmap>,
}

impl<'a> Filtering<'a> {
    /// Nothing of it is looked up yet.
    pub(super) fn new(columns: &'a Columns, conditions: &'a [Condition]) -> Self {
        let mut kinds: Vec<ConditionKind> = conditions.iter().map(Condition::kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let cells = columns.places.cells();
        let parts_of = |condition: &'a Condition| {
            let border = move |part: usize| cells * part / PARTS_OF_PLACES;
            (0..PARTS_OF_PLACES)
                .map(move |part| Part::Within(condition, border(part)..border(part + 1)))
        };
        let of_places = conditions.iter().filter(|c| Columns::reach(c).is_some());
        let parts = of_places.flat_map(parts_of).chain(kinds.into_iter().map(Part::Unmet));
        Self { columns, conditions, parts: Shared::new(parts.collect()) }
    }

    /// Looks parts up until none is left.
    pub(crate) fn work(&self) {
        self.parts.work(|part| match part {
            Part::Within(condition, cells) => self.columns.within(condition, cells.clone()),
            Part::Unmet(kind) => {
                // Grows when something fails: a kind that all meet costs no bitmap.
                let mut unmet = Bitmap::default();
                let of_kind = self.conditions.iter().filter(|c| c.kind() == *kind);
                of_kind.for_each(|condition| self.columns.add_unmet(condition, &mut unmet));
                unmet
            }
        });
    }

    /// The live slots that fail nothing, and how many of them fail one kind alone, once all threads
    /// have ended their work.
    pub(crate) fn selection(self, live: &Bitmap) -> Selection {
        let mut within: Vec<(&Condition, Bitmap)> = Vec::new();
        let mut kinds: Vec<(ConditionKind, Bitmap)> = Vec::new();
        for (part, found) in self.parts.results() {
            match (part, within.last_mut()) {
                (Part::Unmet(kind), _) => kinds.push((kind, found)),
                (Part::Within(condition, _), Some((of, all))) if ptr::eq(condition, *of) => {
                    all.union(&found);
                }
                (Part::Within(condition, _), _) => within.push((condition, found)),
            }
        }
        for (condition, within) in within {
            let beyond = self.columns.beyond(condition, &within);
            let of_kind = kinds.iter_mut().find(|(kind, _)| *kind == condition.kind());
            of_kind.into_iter().for_each(|(_, fails)| fails.union(&beyond));
        }
        let words = self.columns.len().div_ceil(64);
        let live: Vec<u64> = (0..words).map(|index| live.word(index)).collect();
        let fails: Vec<&[u64]> = kinds.iter().map(|(_, fails)| fails.words()).collect();
        let Tally { left, count, alone } = tally_in_halves(&live, &fails);
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

/// From so many words on, those of 250,000 slots, another thread goes through half of them.
const WORDS_SHARED_FROM: usize = 4_096;

/// What sets of failing slots leave.
#[derive(Debug, PartialEq)]
pub(in crate::embedded) struct Tally {
    left: Vec<u64>,
    count: u64,
    /// How many slots each set takes out that no other does.
    alone: Vec<u64>,
}

impl Tally {
    /// With that of the words behind.
    fn followed_by(mut self, behind: Self) -> Self {
        self.left.extend(behind.left);
        self.count += behind.count;
        self.alone.iter_mut().zip(behind.alone).for_each(|(alone, more)| *alone += more);
        self
    }
}

/// [`tally`] by two threads where cores are idle and it takes long.
fn tally_in_halves(live: &[u64], fails: &[&[u64]]) -> Tally {
    let middle = live.len() / 2;
    if live.len() < WORDS_SHARED_FROM {
        return tally(live, fails);
    }
    let ahead: Vec<&[u64]> = fails.iter().map(|f| &f[..middle.min(f.len())]).collect();
    let behind: Vec<&[u64]> = fails.iter().map(|f| &f[middle.min(f.len())..]).collect();
    let (ahead, behind) =
        both(|| tally(&live[..middle], &ahead), || tally(&live[middle..], &behind));
    ahead.followed_by(behind)
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
        fn a_tally_in_halves_is_that_of_the_whole(
            words in WORDS_SHARED_FROM..WORDS_SHARED_FROM + 3,
            seed in any::<u64>(),
            lengths in proptest::collection::vec(0..2 * WORDS_SHARED_FROM, 0..4),
        ) {
            let mixed = |n: usize| (n as u64 ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let noise = |n: usize| mixed(n).rotate_left(29);
            let live: Vec<u64> = (0..words).map(noise).collect();
            let sparse = |n: usize| noise(n + 1) & noise(n + 2) & noise(n + 3);
            let of_length = |length: &usize| -> Vec<u64> {
                (0..words.min(*length)).map(|n| sparse(n * length)).collect()
            };
            let fails: Vec<Vec<u64>> = lengths.iter().map(of_length).collect();
            let fails: Vec<&[u64]> = fails.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(tally_in_halves(&live, &fails), portable_tally(&live, &fails));
        }

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
