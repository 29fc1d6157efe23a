//! One segment of tantivy's: the postings lists of its documents, and which slots these have.

use std::io;
use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::SegmentId;
use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::schema::{Field as SchemaField, IndexRecordOption};
use tantivy::{InvertedIndexReader, SegmentReader};

use super::{Asked, Scores};
use crate::bitmap::{Bitmap, ones};
use crate::bm25::{Lengths, TermScore};
use crate::engine::{EngineError, Field, QueryTerm};

/// A segment.
#[derive(Clone)]
pub(in crate::embedded) struct Segment {
    id: SegmentId,
    /// Versions in it are dead. By our own knowledge: tantivy loses a deletion now and then when
    /// a merge ends around the end of a writer (`tests/it/sealing.rs` found that).
    has_dead: bool,
    /// The same as long as the segment lives.
    slots: Arc<SlotsOfDocuments>,
    inverted: [Arc<InvertedIndexReader>; 4],
    lengths: [FieldNormReader; 4],
}

/// Which slots the documents of a segment have.
struct SlotsOfDocuments {
    by_document: Vec<u32>,
    /// The greatest of them.
    last: u32,
    /// Which documents 64 slots each have, from those on that the first slot is of; nothing where
    /// there are more such parts than documents.
    parts: Vec<Part>,
    /// The number of the first part.
    first_part: u32,
    /// The documents of the slots of the parts in which these do not follow each other.
    mixed: Vec<[u32; 64]>,
}

/// Documents of 64 slots. Mostly they follow each other, as merges keep the order and leave out what
/// is dead, so that all of the parts fit into a near cache.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    /// Slots that have one.
    present: u64,
    /// The document of the first of them; or, where the documents do not follow each other, the
    /// number of those of the part in `mixed`.
    first: u32,
    is_mixed: bool,
}

/// Postings that are looked through at once: as many as a block of tantivy's has.
const AT_ONCE: usize = 128;

impl SlotsOfDocuments {
    fn new(by_document: Vec<u32>) -> Self {
        let last = by_document.iter().max().copied().unwrap_or_default();
        let first_part = by_document.iter().min().copied().unwrap_or_default() / 64;
        let count = (last / 64 - first_part) as usize + 1;
        let (parts, mixed) = (Vec::new(), Vec::new());
        let mut slots = Self { last, first_part, parts, mixed, by_document };
        if count > slots.by_document.len() {
            return slots;
        }
        slots.parts.resize(count, Part::default());
        for (document, slot) in (0..).zip(&slots.by_document) {
            let part = &mut slots.parts[(slot / 64 - first_part) as usize];
            let bit = 1 << (slot % 64);
            let is_last = part.present < bit;
            if part.present == 0 {
                part.first = document;
            } else if !is_last || document != part.first + part.present.count_ones() {
                part.is_mixed = true;
            }
            part.present |= bit;
        }
        for part in slots.parts.iter_mut().filter(|part| part.is_mixed) {
            part.first = slots.mixed.len() as u32;
            slots.mixed.push([0; 64]);
        }
        for (document, slot) in (0..).zip(&slots.by_document) {
            let part = &slots.parts[(slot / 64 - first_part) as usize];
            if part.is_mixed {
                slots.mixed[part.first as usize][(slot % 64) as usize] = document;
            }
        }
        slots
    }

    /// The documents of the slots that are asked for, which spares asking for the slot of each
    /// posting of a list: it lies anywhere in memory. `None` where that is not known.
    fn documents(&self, asked: &Asked) -> Option<Bitmap> {
        if self.parts.is_empty() {
            return None;
        }
        // One word more, into which nothing reaches.
        let mut documents = vec![0u64; self.by_document.len().div_ceil(64) + 1];
        let words = asked.words().skip(self.first_part as usize);
        for (part, word) in self.parts.iter().zip(words) {
            let mut add = |document: u32| documents[document as usize / 64] |= 1 << (document % 64);
            match part {
                Part { is_mixed: true, present, first } => {
                    let of_slots = &self.mixed[*first as usize];
                    ones(word & present).for_each(|bit| add(of_slots[bit as usize]));
                }
                // Nothing of it is dead: its bits are moved to where its documents begin.
                Part { present: u64::MAX, first, .. } => {
                    let (index, shift) = (*first as usize / 64, first % 64);
                    documents[index] |= word << shift;
                    documents[index + 1] |= word >> 1 >> (63 - shift);
                }
                Part { present, first, .. } => {
                    let before = |bit: u32| (present & ((1 << bit) - 1)).count_ones();
                    ones(word & present).for_each(|bit| add(first + before(bit)));
                }
            }
        }
        Some(Bitmap::of_words(documents))
    }
}

/// Documents in the list of a term, and how often the term stands in each.
type Chosen<'a> = &'a [(u32, u32)];

/// One slot in the list of a term.
pub(in crate::embedded) struct Posting {
    pub(in crate::embedded) slot: u32,
    pub(in crate::embedded) frequency: u32,
}

impl Segment {
    /// A segment as a reader sees it; what is known of it from before is taken over.
    pub(in crate::embedded) fn new(
        reader: &SegmentReader,
        fields: [SchemaField; 4],
        known: Option<&Self>,
    ) -> Result<Self, EngineError> {
        let slots = match known {
            Some(known) => known.slots.clone(),
            None => {
                let column = reader.fast_fields().u64("slot")?.first_or_default_col(0);
                let slots = (0..reader.max_doc()).map(|d| column.get_val(d) as u32);
                Arc::new(SlotsOfDocuments::new(slots.collect()))
            }
        };
        let [a, b, c, d] = fields;
        let inverted = |field| reader.inverted_index(field);
        let lengths = |field| reader.get_fieldnorms_reader(field);
        Ok(Self {
            id: reader.segment_id(),
            has_dead: reader.has_deletes(),
            slots,
            inverted: [inverted(a)?, inverted(b)?, inverted(c)?, inverted(d)?],
            lengths: [lengths(a)?, lengths(b)?, lengths(c)?, lengths(d)?],
        })
    }

    /// Whether it is the segment of a reader.
    pub(in crate::embedded) fn is_of(&self, reader: &SegmentReader) -> bool {
        self.id == reader.segment_id()
    }

    /// Takes note of what is dead.
    pub(in crate::embedded) fn note_dead(&mut self, live: &Bitmap) {
        let mut slots = self.slots.by_document.iter();
        self.has_dead = self.has_dead || slots.any(|slot| !live.contains(*slot));
    }

    /// Whether it may have a slot from this one on.
    pub(in crate::embedded) fn reaches(&self, slot: u32) -> bool {
        slot == 0 || self.slots.last >= slot
    }

    /// See [`SlotsOfDocuments::documents`].
    pub(in crate::embedded) fn documents(&self, asked: &Asked) -> Option<Bitmap> {
        self.slots.documents(asked)
    }

    /// The list of a term.
    pub(in crate::embedded) fn find(&self, term: &QueryTerm) -> io::Result<Option<TermInfo>> {
        self.inverted[term.field.index()].terms().get(term.text.as_bytes())
    }

    pub(in crate::embedded) fn open(
        &self,
        field: Field,
        info: &TermInfo,
        block: &mut BlockSegmentPostings,
    ) -> io::Result<()> {
        let inverted = &self.inverted[field.index()];
        *block = inverted.read_block_postings_from_terminfo(info, IndexRecordOption::WithFreqs)?;
        Ok(())
    }

    /// Calls a function with each term of a field.
    pub(in crate::embedded) fn each_term(
        &self,
        field: Field,
        mut function: impl FnMut(&str, &TermInfo),
    ) -> io::Result<()> {
        let mut terms = self.inverted[field.index()].terms().stream()?;
        while let Some((text, info)) = terms.next() {
            // Terms are written as texts.
            if let Ok(text) = std::str::from_utf8(text) {
                function(text, info);
            }
        }
        Ok(())
    }

    /// Calls a function with each document of a term, dead ones too.
    pub(in crate::embedded) fn each_posting(
        &self,
        field: Field,
        info: &TermInfo,
        mut function: impl FnMut(Posting),
    ) -> io::Result<()> {
        let mut block = BlockSegmentPostings::empty();
        self.open(field, info, &mut block)?;
        self.walk((&mut block, |_| true), &mut |chosen| {
            for (document, frequency) in chosen.iter().copied() {
                let slot = self.slots.by_document[document as usize];
                function(Posting { slot, frequency });
            }
        });
        Ok(())
    }

    /// Calls a function with the postings of a list whose documents are wanted, some at once: what is
    /// read of each lies anywhere in memory, and is waited for together.
    #[inline]
    fn walk(
        &self,
        (block, is_wanted): (&mut BlockSegmentPostings, impl Fn(u32) -> bool),
        function: &mut impl FnMut(Chosen<'_>),
    ) {
        let mut chosen = [(0, 0); 2 * AT_ONCE];
        let mut count = 0;
        while !block.docs().is_empty() {
            let parts = block.docs().chunks(AT_ONCE).zip(block.freqs().chunks(AT_ONCE));
            for (documents, frequencies) in parts {
                for posting in documents.iter().copied().zip(frequencies.iter().copied()) {
                    // Written in any case: whether it stays is no branch that could be foreseen.
                    chosen[count] = posting;
                    count += usize::from(is_wanted(posting.0));
                }
                if count > AT_ONCE {
                    function(&chosen[..count]);
                    count = 0;
                }
            }
            block.advance();
        }
        function(&chosen[..count]);
    }

    /// Puts the lengths of its documents, as they are stored, by their slots.
    pub(in crate::embedded) fn put_lengths(&self, field: Field, lengths: &mut [u8]) {
        let norms = &self.lengths[field.index()];
        for (document, slot) in (0u32..).zip(&self.slots.by_document) {
            lengths[*slot as usize] = norms.fieldnorm_id(document);
        }
    }

    /// In how many live documents from a slot on a term stands.
    pub(in crate::embedded) fn count(
        &self,
        (field, from): (Field, u32),
        info: &TermInfo,
        (live, block): (&Bitmap, &mut BlockSegmentPostings),
    ) -> io::Result<u64> {
        if !self.has_dead && from == 0 {
            return Ok(u64::from(info.doc_freq));
        }
        self.open(field, info, block)?;
        let mut count = 0;
        self.walk((block, |_| true), &mut |chosen| {
            for (document, _) in chosen {
                let slot = self.slots.by_document[*document as usize];
                count += u64::from(slot >= from && live.contains(slot));
            }
        });
        Ok(count)
    }

    /// Adds what a term counts to the scores of those of its documents from a slot on that are
    /// asked for; `wanted` has them, where it is known.
    pub(in crate::embedded) fn add(
        &self,
        (block, wanted): (&mut BlockSegmentPostings, Option<&Bitmap>),
        (scorer, lengths): (&TermScore, &Lengths),
        scores: &mut Scores,
        (field, from): (Field, u32),
    ) {
        let norms = &self.lengths[field.index()];
        let mut read = [(0, 0); 2 * AT_ONCE];
        let mut add = |chosen: Chosen<'_>| {
            for (read, (document, _)) in read.iter_mut().zip(chosen) {
                *read = (self.slots.by_document[*document as usize], norms.fieldnorm_id(*document));
            }
            for ((slot, length), (_, frequency)) in read.iter().zip(chosen) {
                if let Some(place) = scores.asked.place(*slot).filter(|_| *slot >= from) {
                    scores.by_place[place] += scorer.score(lengths, *length, *frequency);
                }
            }
        };
        match wanted {
            Some(wanted) => self.walk((block, |document| wanted.contains(document)), &mut add),
            None => self.walk((block, |_| true), &mut add),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Documents in any order or nearly in that of their slots, with gaps or without, and slots
        /// beyond both ends asked for as well.
        #[test]
        fn the_documents_of_slots_are_those_that_have_them(
            in_order in prop_oneof![
                proptest::collection::btree_set(70u32..400, 100..200),
                (0u32..200, 130u32..300).prop_map(|(from, count)| (from..from + count).collect()),
            ],
            turned in proptest::option::of(0usize..100),
            seed in any::<u64>(),
            asked in proptest::collection::btree_set(0u32..600, 0..100),
        ) {
            let mut slots = Vec::from_iter(in_order);
            match turned {
                Some(turned) => slots.rotate_left(turned),
                None => slots.sort_by_key(|slot| u64::from(*slot).wrapping_mul(seed | 1)),
            }
            let documents = SlotsOfDocuments::new(slots.clone());
            let mut bits = Bitmap::default();
            asked.iter().for_each(|slot| bits.set(*slot));
            let found = documents.documents(&Asked::new(&bits, 600)).unwrap();
            let slot_of = |document: u32| slots[document as usize];
            prop_assert_eq!(
                found.iter().map(slot_of).collect::<BTreeSet<_>>(),
                slots.iter().copied().filter(|slot| asked.contains(slot)).collect()
            );
        }
    }

    #[test]
    fn documents_are_known_where_slots_are_near_each_other() {
        let mut bits = Bitmap::default();
        [7, 64, 70, 9_999].into_iter().for_each(|slot| bits.set(slot));
        let asked = Asked::new(&bits, 10_000);
        assert!(SlotsOfDocuments::new(vec![7, 9_999]).documents(&asked).is_none());
        // In order, with gaps as deaths leave them, and from the second part on.
        let merged = SlotsOfDocuments::new(vec![64, 66, 70, 71, 140]);
        assert!(merged.mixed.is_empty());
        assert_eq!(Vec::from_iter(merged.documents(&asked).unwrap().iter()), [0, 2]);
        // Two segments of which the later came first.
        let merged = SlotsOfDocuments::new(vec![70, 71, 130, 7, 64]);
        let mixed: Vec<bool> = merged.parts.iter().map(|part| part.is_mixed).collect();
        assert_eq!(mixed, [false, true, false]);
        assert_eq!(Vec::from_iter(merged.documents(&asked).unwrap().iter()), [0, 3, 4]);
    }
}
