//! Which slot has which version of which document.

use std::hash::{BuildHasher, RandomState};
use std::ops::Index;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use jobmatch_domain::{DocumentId, Seq};

/// Ids and versions by slot, and the slot of each id that lives. An id is kept once: the table holds
/// slots alone.
#[derive(Default)]
pub(super) struct Ids {
    rows: Vec<(DocumentId, Seq)>,
    living: HashTable<u32>,
    hasher: RandomState,
}

impl Ids {
    /// Of these rows, of which these slots live; `None` when two of them have one id, or there is no
    /// such slot.
    pub(super) fn of(
        rows: Vec<(DocumentId, Seq)>,
        living: impl Iterator<Item = u32>,
    ) -> Option<Self> {
        let mut ids =
            Self { living: HashTable::with_capacity(rows.len()), rows, ..Self::default() };
        for slot in living {
            if (slot as usize) >= ids.rows.len() || ids.enter(slot).is_some() {
                return None;
            }
        }
        Some(ids)
    }

    /// How many slots there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// How many documents live.
    pub(super) fn living(&self) -> usize {
        self.living.len()
    }

    /// By slot.
    pub(super) fn rows(&self) -> &[(DocumentId, Seq)] {
        &self.rows
    }

    /// The slot of a document that lives.
    pub(super) fn slot_of(&self, id: &DocumentId) -> Option<u32> {
        let is_it = |slot: &u32| self.rows[*slot as usize].0 == *id;
        self.living.find(self.hasher.hash_one(id), is_it).copied()
    }

    /// Gives the next slot to a version of a document, which it has from now on.
    pub(super) fn push(&mut self, id: DocumentId, seq: Seq) {
        let slot = self.rows.len() as u32;
        self.rows.push((id, seq));
        self.enter(slot);
    }

    /// Takes note that the document of a slot is dead.
    pub(super) fn forget(&mut self, slot: u32) {
        let Self { rows, living, hasher } = self;
        let id = &rows[slot as usize].0;
        let is_it = |slot: &u32| rows[*slot as usize].0 == *id;
        if let Ok(entry) = living.find_entry(hasher.hash_one(id), is_it) {
            entry.remove();
        }
    }

    /// Takes note that the document of a slot has it. The slot that it had.
    fn enter(&mut self, slot: u32) -> Option<u32> {
        let Self { rows, living, hasher } = self;
        let id_of = |slot: &u32| &rows[*slot as usize].0;
        let id = id_of(&slot);
        let rehash = |slot: &u32| hasher.hash_one(id_of(slot));
        match living.entry(hasher.hash_one(id), |slot| id_of(slot) == id, rehash) {
            Entry::Occupied(mut entry) => Some(std::mem::replace(entry.get_mut(), slot)),
            Entry::Vacant(entry) => {
                entry.insert(slot);
                None
            }
        }
    }
}

impl Index<usize> for Ids {
    type Output = (DocumentId, Seq);

    fn index(&self, slot: usize) -> &Self::Output {
        &self.rows[slot]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn they_know_what_a_map_knows(
            steps in proptest::collection::vec((any::<bool>(), 0u8..20), 0..200),
        ) {
            let id = |number: u8| DocumentId::parse(&format!("D{number}")).unwrap();
            let (mut ids, mut oracle) = (Ids::default(), HashMap::new());
            for (adds, number) in steps {
                if adds {
                    oracle.insert(number, ids.len() as u32);
                    ids.push(id(number), Seq(1));
                } else if let Some(slot) = oracle.remove(&number) {
                    ids.forget(slot);
                }
                prop_assert_eq!(ids.living(), oracle.len());
            }
            for number in 0..20 {
                prop_assert_eq!(ids.slot_of(&id(number)), oracle.get(&number).copied());
            }
            let of = Ids::of(ids.rows().to_vec(), oracle.values().copied()).unwrap();
            prop_assert!((0..20).all(|number| of.slot_of(&id(number)) == ids.slot_of(&id(number))));
            if let Some(slot) = oracle.values().next() {
                prop_assert!(Ids::of(ids.rows().to_vec(), [*slot, *slot].into_iter()).is_none());
            }
            prop_assert!(Ids::of(ids.rows().to_vec(), [ids.len() as u32].into_iter()).is_none());
        }
    }
}
