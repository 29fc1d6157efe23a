//! One column: its distinct values as codes, and the slots of each.

use std::collections::HashMap;
use std::hash::Hash;

use jobmatch_domain::{Condition, ConditionState, Facets};

use crate::bitmap::Bitmap;

/// A list of more than this share of all slots is kept as a bitmap, which is then the smaller
/// of the two: 4 bytes a slot of the list against a bit a slot of all.
const DENSE_SHARE: usize = 32;
/// Lists shorter than this stay lists, however few slots there are.
const DENSE_MIN: usize = 64;

/// A set of slots in the smaller of two forms.
#[derive(Debug)]
pub(super) enum Slots {
    /// Rising.
    Sparse(Vec<u32>),
    Dense {
        bits: Bitmap,
        count: usize,
    },
}

impl Default for Slots {
    fn default() -> Self {
        Self::Sparse(Vec::new())
    }
}

impl Slots {
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Sparse(slots) => slots.len(),
            Self::Dense { count, .. } => *count,
        }
    }

    /// Of rising slots; `all` is the number of all slots.
    fn of_rising(slots: Vec<u32>, all: usize) -> Self {
        if slots.len() <= (all / DENSE_SHARE).max(DENSE_MIN) {
            return Self::Sparse(slots);
        }
        let mut bits = Bitmap::new(all);
        slots.iter().for_each(|s| bits.set(*s));
        Self::Dense { bits, count: slots.len() }
    }

    /// Adds a slot that is not in; `all` is the number of all slots.
    pub(super) fn insert(&mut self, slot: u32, all: usize) {
        match self {
            Self::Sparse(slots) => {
                let at = slots.partition_point(|s| *s < slot);
                slots.insert(at, slot);
                if slots.len() > (all / DENSE_SHARE).max(DENSE_MIN) {
                    *self = Self::of_rising(std::mem::take(slots), all);
                }
            }
            Self::Dense { bits, count } => {
                bits.set(slot);
                *count += 1;
            }
        }
    }

    /// Takes a slot out that is in.
    fn remove(&mut self, slot: u32) {
        match self {
            Self::Sparse(slots) => {
                if let Ok(at) = slots.binary_search(&slot) {
                    slots.remove(at);
                }
            }
            Self::Dense { bits, count } => {
                bits.clear(slot);
                *count -= 1;
            }
        }
    }

    pub(super) fn add_to(&self, set: &mut Bitmap) {
        match self {
            Self::Sparse(slots) => slots.iter().for_each(|slot| set.set(*slot)),
            Self::Dense { bits, .. } => set.union(bits),
        }
    }

    pub(super) fn take_from(&self, set: &mut Bitmap) {
        match self {
            Self::Sparse(slots) => slots.iter().for_each(|slot| set.clear(*slot)),
            Self::Dense { bits, .. } => set.subtract(bits),
        }
    }
}

/// The distinct values of a column with the slots of each. Which code a slot has is kept by
/// the caller, row by row: a hit reads the codes of all columns at once.
#[derive(Debug)]
pub(super) struct Column<T> {
    values: Vec<T>,
    codes: HashMap<T, u32>,
    /// By code.
    slots: Vec<Slots>,
    /// Number of all slots.
    len: usize,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self { values: Vec::new(), codes: HashMap::new(), slots: Vec::new(), len: 0 }
    }
}

impl<T: Clone + Eq + Hash> Column<T> {
    fn code(&mut self, value: T) -> u32 {
        if let Some(code) = self.codes.get(&value) {
            return *code;
        }
        let code = self.values.len() as u32;
        self.values.push(value.clone());
        self.slots.push(Slots::default());
        self.codes.insert(value, code);
        code
    }

    /// The column of these values, by code, and the codes of the slots in turn; `None` when a
    /// code has no value, or two have the same.
    pub(super) fn of_codes(
        values: Vec<T>,
        of_slots: impl ExactSizeIterator<Item = u32> + Clone,
    ) -> Option<Self> {
        let len = of_slots.len();
        let mut counts = vec![0usize; values.len()];
        for code in of_slots.clone() {
            *counts.get_mut(code as usize)? += 1;
        }
        let mut slots: Vec<Vec<u32>> = counts.into_iter().map(Vec::with_capacity).collect();
        for (slot, code) in (0u32..).zip(of_slots) {
            slots[code as usize].push(slot);
        }
        let codes: HashMap<T, u32> = values.iter().cloned().zip(0u32..).collect();
        if codes.len() != values.len() {
            return None;
        }
        let slots = slots.into_iter().map(|slots| Slots::of_rising(slots, len)).collect();
        Some(Self { values, codes, slots, len })
    }

    /// Up to `most` values from a code on, each put into blank facets.
    pub(super) fn in_facets(
        &self,
        from: usize,
        most: usize,
        put: impl Fn(&T, &mut Facets),
    ) -> Vec<Facets> {
        let one = |value: &T| {
            let mut facets = Facets::default();
            put(value, &mut facets);
            facets
        };
        self.values.iter().skip(from).take(most).map(one).collect()
    }

    /// Gives the next slot its value; returns the code.
    pub(super) fn push(&mut self, value: T) -> u32 {
        let code = self.code(value);
        let slot = self.len as u32;
        self.len += 1;
        self.slots[code as usize].insert(slot, self.len);
        code
    }

    /// Gives a slot of the code `old` another value; returns its code.
    pub(super) fn change(&mut self, slot: u32, old: u32, value: T) -> u32 {
        let code = self.code(value);
        if old != code {
            self.slots[old as usize].remove(slot);
            self.slots[code as usize].insert(slot, self.len);
        }
        code
    }

    pub(super) fn value(&self, code: u32) -> &T {
        &self.values[code as usize]
    }

    /// How many distinct values there are: one more than the greatest code.
    pub(super) fn values(&self) -> u32 {
        self.values.len() as u32
    }

    /// The code of a value.
    pub(super) fn code_of(&self, value: &T) -> Option<u32> {
        self.codes.get(value).copied()
    }

    /// The slots of a value.
    pub(super) fn slots_of(&self, value: &T) -> Option<&Slots> {
        self.code_of(value).map(|code| &self.slots[code as usize])
    }

    /// As [`Self::add_unmet`], where no value but those of these codes, each given once, can meet
    /// the condition: only they are asked.
    pub(super) fn add_unmet_but(
        &self,
        codes: &[u32],
        condition: &Condition,
        put: impl Fn(&T, &mut Facets),
        unmet: &mut Bitmap,
    ) {
        let (mut facets, mut rest) = (Facets::default(), full(self.len));
        for code in codes {
            put(self.value(*code), &mut facets);
            if condition.evaluate(&facets) != ConditionState::Unmet {
                self.slots[*code as usize].take_from(&mut rest);
            }
        }
        unmet.union(&rest);
    }

    /// Adds the slots whose value does not meet the condition, when `put` puts it into
    /// otherwise blank facets. Each value is asked once, and of the values that meet it and
    /// those that do not, only the side with fewer slots is walked: a slot has one value.
    pub(super) fn add_unmet(
        &self,
        condition: &Condition,
        put: impl Fn(&T, &mut Facets),
        unmet: &mut Bitmap,
    ) {
        let mut facets = Facets::default();
        let (mut failing, mut passing) = (Vec::new(), Vec::new());
        let (mut failed, mut passed) = (0, 0);
        for (value, slots) in self.values.iter().zip(&self.slots) {
            put(value, &mut facets);
            if condition.evaluate(&facets) == ConditionState::Unmet {
                failing.push(slots);
                failed += slots.count();
            } else {
                passing.push(slots);
                passed += slots.count();
            }
        }
        if failed == 0 {
            return;
        }
        unmet.widen(self.len);
        if failed <= passed {
            failing.into_iter().for_each(|slots| slots.add_to(unmet));
        } else {
            let mut rest = full(self.len);
            passing.into_iter().for_each(|slots| slots.take_from(&mut rest));
            unmet.union(&rest);
        }
    }
}

/// All slots below `len`.
pub(super) fn full(len: usize) -> Bitmap {
    let mut words = vec![u64::MAX; len.div_ceil(64)];
    if let Some(last) = words.last_mut().filter(|_| !len.is_multiple_of(64)) {
        *last = (1 << (len % 64)) - 1;
    }
    Bitmap::of_words(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jobmatch_domain::Education;
    use proptest::prelude::*;

    #[test]
    fn a_value_that_stands_twice_or_is_missing_is_refused() {
        let of = |values: &[u8], codes: &[u32]| {
            Column::of_codes(values.to_vec(), codes.iter().copied()).is_some()
        };
        assert!(of(&[7, 9], &[0, 1, 0]));
        assert!(!of(&[7, 7], &[0, 1, 0]) && !of(&[7, 9], &[2]));
    }

    proptest! {
        /// Few values over many slots, so that lists grow into bitmaps and shrink again.
        #[test]
        fn the_slots_that_fail_are_those_whose_value_fails(
            pushed in proptest::collection::vec(0usize..3, 1..400),
            changed in proptest::collection::vec((0usize..400, 0usize..6), 0..200),
            demanded in 0usize..6,
        ) {
            let level = |i: usize| Education::ALL[i];
            let mut column = Column::default();
            let mut oracle = pushed.clone();
            let mut codes: Vec<u32> = pushed.iter().map(|i| column.push(Some(level(*i)))).collect();
            for (slot, i) in changed.into_iter().filter(|(slot, _)| *slot < pushed.len()) {
                codes[slot] = column.change(slot as u32, codes[slot], Some(level(i)));
                oracle[slot] = i;
            }
            let condition = Condition::HasEducationAtLeast(level(demanded));
            let mut unmet = Bitmap::default();
            column.add_unmet(&condition, |v, f| f.education = *v, &mut unmet);
            let fails = |i: &usize| level(*i).rank() < level(demanded).rank();
            let expected = oracle.iter().zip(0u32..).filter(|(i, _)| fails(i)).map(|(_, s)| s);
            prop_assert_eq!(unmet.iter().collect::<Vec<_>>(), expected.collect::<Vec<_>>());
            for (code, i) in codes.iter().zip(&oracle) {
                prop_assert_eq!(*column.value(*code), Some(level(*i)));
            }
        }
    }
}
