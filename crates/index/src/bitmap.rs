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

    /// How many numbers are in.
    pub fn count(&self) -> usize {
        self.words.iter().map(|w| w.count_ones() as usize).sum()
    }

    /// The numbers, rising.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().enumerate().flat_map(|(i, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                if rest == 0 {
                    return None;
                }
                let bit = rest.trailing_zeros();
                rest &= rest - 1;
                Some(i as u32 * 64 + bit)
            })
        })
    }
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
            prop_assert_eq!(bitmap.iter().collect::<Vec<_>>(), Vec::from_iter(oracle));
        }
    }
}
