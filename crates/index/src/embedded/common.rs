//! Common terms: the slots of a term that many documents have, as a bitmap beside the lists of
//! tantivy's.
//!
//! A list is gone through posting by posting, whatever the filter leaves. Of a bitmap only what
//! is asked for is looked at, so a filter makes the dear terms cheap.

use std::collections::{HashMap, HashSet};
use std::io;

use tantivy::postings::TermInfo;

use super::words::{Asked, Posting, Segment};
use crate::bitmap::{Bitmap, ones};
use crate::bm25::{Lengths, TermScore};
use crate::engine::{Field, QueryTerm};

/// A term is common when more than one in so many slots has it. A document of 150 terms has at
/// most 150 times as many common terms, and their bitmaps come to 300 bytes of it; with 64 a list
/// would still be longer than its bitmap has words, and the bound four times as high.
const SHARE: u64 = 16;

/// What is known of common terms in the slots below `upto`.
#[derive(Default)]
pub(super) struct CommonTerms {
    upto: u32,
    terms: [HashMap<String, CommonTerm>; 4],
    /// Lengths as the word index stores them, by field and slot.
    lengths: [Vec<u8>; 4],
}

/// Where a common term stands.
pub(super) struct CommonTerm {
    /// Also of documents that were dead already.
    slots: Bitmap,
    count: u64,
    /// Where it stands more than once, by rising slots, and how often.
    repeated: Vec<(u32, u32)>,
}

/// Slots that died: numbers of words of 64 slots with those bits.
pub(super) type Dead = Vec<(u32, u64)>;

impl CommonTerms {
    /// Of segments that hold all live documents below a slot, and none from it on.
    pub(super) fn of(segments: &[Segment], upto: u32) -> io::Result<Self> {
        let mut common = Self { upto, ..Self::default() };
        for field in Field::ALL {
            let mut lengths = vec![0; upto as usize];
            segments.iter().for_each(|segment| segment.put_lengths(field, &mut lengths));
            common.lengths[field.index()] = lengths;
            for text in frequent(segments, field, u64::from(upto))? {
                let term = QueryTerm { field, text, weight: 1.0 };
                let found = CommonTerm::of(segments, &term, upto)?;
                if found.count * SHARE > u64::from(upto) {
                    common.terms[field.index()].insert(term.text, found);
                }
            }
        }
        Ok(common)
    }

    /// The first slot that is not covered.
    pub(super) fn upto(&self) -> u32 {
        self.upto
    }

    /// `None`: the term is not common.
    pub(super) fn get(&self, term: &QueryTerm) -> Option<&CommonTerm> {
        self.terms[term.field.index()].get(&term.text)
    }

    /// How many terms are common, and the bytes of their bitmaps.
    pub(super) fn size(&self) -> (usize, usize) {
        let terms: usize = self.terms.iter().map(HashMap::len).sum();
        (terms, terms * (self.upto as usize).div_ceil(8))
    }

    /// What is dead of the covered slots.
    pub(super) fn dead(&self, live: &Bitmap) -> Dead {
        let (whole, rest) = (self.upto / 64, self.upto % 64);
        let last = (rest > 0).then_some((whole, (1u64 << rest) - 1));
        let words = (0..whole).map(|index| (index, u64::MAX)).chain(last);
        let dead = words.map(|(index, covered)| (index, covered & !live.word(index as usize)));
        dead.filter(|(_, bits)| *bits != 0).collect()
    }

    /// Adds what a term counts to the scores of those of the covered slots that are asked for.
    pub(super) fn add(
        &self,
        (term, field): (&CommonTerm, Field),
        (scorer, lengths): (&TermScore, &Lengths),
        asked: &Asked,
        by_place: &mut [f32],
    ) {
        let ids = &self.lengths[field.index()];
        let mut repeated = term.repeated.iter().peekable();
        for (index, (wanted, having)) in (0u32..).zip(asked.words().zip(term.slots.words())) {
            for bit in ones(wanted & having) {
                let slot = index * 64 + bit;
                while repeated.next_if(|(at, _)| *at < slot).is_some() {}
                let often = repeated.peek().filter(|(at, _)| *at == slot);
                let frequency = often.map_or(1, |(_, frequency)| *frequency);
                if let Some(place) = asked.place(slot) {
                    by_place[place] += scorer.score(lengths, ids[slot as usize], frequency);
                }
            }
        }
    }
}

impl CommonTerm {
    fn of(segments: &[Segment], term: &QueryTerm, upto: u32) -> io::Result<Self> {
        let mut found = Self { slots: Bitmap::new(upto as usize), count: 0, repeated: Vec::new() };
        for segment in segments {
            let Some(info) = segment.find(term)? else { continue };
            segment.each_posting(term.field, &info, |Posting { slot, frequency, .. }| {
                found.slots.set(slot);
                found.count += 1;
                if frequency > 1 {
                    found.repeated.push((slot, frequency));
                }
            })?;
        }
        found.repeated.sort_unstable();
        Ok(found)
    }

    /// In how many covered documents it stands that are not dead.
    pub(super) fn count(&self, dead: &Dead) -> u64 {
        let dead = dead.iter().map(|(index, bits)| self.slots.word(*index as usize) & bits);
        self.count - dead.map(|bits| u64::from(bits.count_ones())).sum::<u64>()
    }
}

/// Terms that may be common: in one of the segments at least, each has its share of what makes a
/// term common in all of them.
fn frequent(segments: &[Segment], field: Field, slots: u64) -> io::Result<HashSet<String>> {
    let parts = segments.len() as u64;
    let mut texts = HashSet::new();
    for segment in segments {
        segment.each_term(field, |text, TermInfo { doc_freq, .. }| {
            if u64::from(*doc_freq) * SHARE * parts > slots && !texts.contains(text) {
                texts.insert(text.to_owned());
            }
        })?;
    }
    Ok(texts)
}
