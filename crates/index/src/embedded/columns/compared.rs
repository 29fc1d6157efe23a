//! What ranking compares of each slot: of sealed slots it is read when it is asked for.

use std::slice;

use jobmatch_domain::facets::Compared;
use prost::Message;
use tantivy::directory::OwnedBytes;

use super::super::codec::{ComparedEntry, compared_of};
use super::super::kernels::prefetch;

/// By slot.
#[derive(Debug, Default)]
pub(super) struct ComparedColumn {
    sealed: Option<SealedCompared>,
    /// Of the slots behind the sealed ones.
    newer: Vec<Compared>,
}

/// Encoded, end to end.
#[derive(Debug)]
pub(in crate::embedded) struct SealedCompared {
    /// Where each slot's end: `u64`.
    pub(in crate::embedded) ends: OwnedBytes,
    pub(in crate::embedded) bytes: OwnedBytes,
}

impl SealedCompared {
    fn ends(&self) -> &[u64] {
        bytemuck::cast_slice(&self.ends)
    }

    /// How many slots there are of; `None` when the bytes do not fit the ends.
    pub(in crate::embedded) fn len(&self) -> Option<usize> {
        let ends: &[u64] = bytemuck::try_cast_slice(&self.ends).ok()?;
        let end = ends.last().copied().unwrap_or_default();
        (ends.is_sorted() && end == self.bytes.len() as u64).then_some(ends.len())
    }

    /// What was sealed, encoded.
    fn entry(&self, slot: usize) -> Option<&[u8]> {
        let ends = self.ends();
        let start = slot.checked_sub(1).map_or(0, |before| ends[before] as usize);
        self.bytes.get(start..ends[slot] as usize)
    }

    /// What was sealed; blank where it makes no sense, which a checksum has not caught.
    fn get(&self, slot: usize) -> Compared {
        self.entry(slot).and_then(compared_of).unwrap_or_default()
    }
}

impl ComparedColumn {
    pub(super) fn push(&mut self, compared: Compared) {
        self.newer.push(compared);
    }

    fn sealed(&self) -> usize {
        self.sealed.as_ref().map_or(0, |sealed| sealed.ends().len())
    }

    /// Asks for the memory that tells where a slot's is.
    pub(super) fn prefetch_place(&self, slot: u32) {
        match ((slot as usize).checked_sub(self.sealed()), &self.sealed) {
            (Some(at), _) => prefetch(slice::from_ref(&self.newer[at])),
            (None, Some(sealed)) => prefetch(slice::from_ref(&sealed.ends()[slot as usize])),
            (None, None) => {}
        }
    }

    /// Asks for the memory of a slot's, where it is sealed.
    pub(super) fn prefetch(&self, slot: u32) {
        if let Some(sealed) = &self.sealed
            && (slot as usize) < self.sealed()
        {
            sealed.entry(slot as usize).into_iter().for_each(prefetch);
        }
    }

    pub(super) fn get(&self, slot: u32) -> Compared {
        match ((slot as usize).checked_sub(self.sealed()), &self.sealed) {
            (Some(at), _) => self.newer[at].clone(),
            (None, Some(sealed)) => sealed.get(slot as usize),
            (None, None) => Compared::default(),
        }
    }

    /// As it is sealed.
    pub(super) fn encoded(&self, slot: u32) -> Vec<u8> {
        ComparedEntry::of(&self.get(slot)).encode_to_vec()
    }

    /// Takes the first slots from a sealed file; returns what that replaces.
    pub(super) fn settle(&mut self, sealed: SealedCompared) -> Vec<Compared> {
        let gone = sealed.ends().len().saturating_sub(self.sealed()).min(self.newer.len());
        let newer = self.newer.split_off(gone);
        self.sealed = Some(sealed);
        std::mem::replace(&mut self.newer, newer)
    }
}
