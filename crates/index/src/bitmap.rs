//! A dense set of slots.

/// A set of small numbers, one bit each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bitmap {
    words: Vec<u64>,
}

impl Bitmap {
    /// An empty set with room for `0..len`.
    pub fn new(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)] }
    }

    /// Adds a number; grows as needed.
    pub fn set(&mut self, bit: u32) {
        let word = bit as usize / 64;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (bit % 64);
    }

    /// Makes room for `0..len`, so that it need not grow bit by bit.
    pub fn widen(&mut self, len: usize) {
        if len > self.words.len() * 64 {
            self.words.resize(len.div_ceil(64), 0);
        }
    }

    /// Takes a number out.
    pub fn clear(&mut self, bit: u32) {
        if let Some(word) = self.words.get_mut(bit as usize / 64) {
            *word &= !(1 << (bit % 64));
        }
    }

    /// Whether the number is in.
    pub fn contains(&self, bit: u32) -> bool {
        self.words.get(bit as usize / 64).is_some_and(|w| w >> (bit % 64) & 1 == 1)
    }

    /// Adds all numbers of another set.
    pub fn union(&mut self, other: &Self) {
        if other.words.len() > self.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            *word |= more;
        }
    }

    /// Takes all numbers of another set out.
    pub fn subtract(&mut self, other: &Self) {
        for (word, fewer) in self.words.iter_mut().zip(&other.words) {
            *word &= !fewer;
        }
    }

    /// The bits of the numbers from `64 * index` on.
    pub fn word(&self, index: usize) -> u64 {
        self.words.get(index).copied().unwrap_or_default()
    }

    /// The bits of all numbers, 64 by 64.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// A set of these words of bits, see [`Self::word`].
    pub fn of_words(words: Vec<u64>) -> Self {
        Self { words }
    }

    /// How many numbers are in.
    pub fn count(&self) -> usize {
        self.words.iter().map(|w| w.count_ones() as usize).sum()
    }

    /// How many of the numbers are not in another set.
    pub fn count_outside(&self, other: &Self) -> usize {
        let outside = (0..).zip(&self.words).map(|(index, word)| word & !other.word(index));
        outside.map(|w| w.count_ones() as usize).sum()
    }

    /// The numbers, rising.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.iter_from(0)
    }

    /// The numbers from this one on, rising.
    pub fn iter_from(&self, first: u32) -> impl Iterator<Item = u32> + '_ {
        let start = first as usize / 64;
        self.words.iter().enumerate().skip(start).flat_map(move |(i, word)| {
            let rest = if i == start { word & (u64::MAX << (first % 64)) } else { *word };
            ones(rest).map(move |bit| i as u32 * 64 + bit)
        })
    }
}

/// The bits that are set in a word, rising.
#[inline]
pub(crate) fn ones(word: u64) -> impl Iterator<Item = u32> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let bit = (rest != 0).then(|| rest.trailing_zeros())?;
        rest &= rest - 1;
        Some(bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn it_behaves_like_a_set(
            steps in proptest::collection::vec((any::<bool>(), 0u32..300), 0..100),
        ) {
            let (mut bitmap, mut oracle) = (Bitmap::new(10), BTreeSet::new());
            for (add, bit) in steps {
                if add {
                    bitmap.set(bit);
                    oracle.insert(bit);
                } else {
                    bitmap.clear(bit);
                    oracle.remove(&bit);
                }
                prop_assert_eq!(bitmap.contains(bit), oracle.contains(&bit));
            }
            prop_assert_eq!(bitmap.count(), oracle.len());
            prop_assert_eq!(bitmap.iter().collect::<Vec<_>>(), Vec::from_iter(oracle.clone()));
            let rest = oracle.range(97..).copied();
            prop_assert_eq!(bitmap.iter_from(97).collect::<Vec<_>>(), rest.collect::<Vec<_>>());
        }

        #[test]
        fn union_and_subtraction_are_those_of_sets(
            a in proptest::collection::btree_set(0u32..300, 0..60),
            b in proptest::collection::btree_set(0u32..300, 0..60),
        ) {
            let bitmap_of = |set: &BTreeSet<u32>| {
                let mut bitmap = Bitmap::default();
                set.iter().for_each(|bit| bitmap.set(*bit));
                bitmap
            };
            let mut both = bitmap_of(&a);
            both.union(&bitmap_of(&b));
            prop_assert_eq!(both.iter().collect::<BTreeSet<_>>(), &a | &b);
            let mut rest = bitmap_of(&a);
            rest.subtract(&bitmap_of(&b));
            prop_assert_eq!(rest.iter().collect::<BTreeSet<_>>(), &a - &b);
            prop_assert_eq!(bitmap_of(&a).count_outside(&bitmap_of(&b)), (&a - &b).len());
        }
    }
}
