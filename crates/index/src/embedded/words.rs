//! The lexical leg: tantivy keeps the postings lists, the scoring is ours.
//!
//! Scores are added up term by term, in the order of the query's terms, into one number for
//! each slot that is asked for. So they depend neither on how the index is cut into segments
//! nor on what was merged, and every document has its full score. Frequencies and lengths count
//! live documents only.

use std::io;
use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::SegmentId;
use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::schema::{Field as SchemaField, IndexRecordOption};
use tantivy::{InvertedIndexReader, Searcher, SegmentReader};

use super::common::{CommonTerm, CommonTerms, Dead};
use super::retrieve::Tie;
use crate::bitmap::{Bitmap, ones};
use crate::bm25::{Lengths, TermScore, Totals, heaviest, is_background, keep_most_telling};
use crate::engine::{EngineError, Field, MAX_TERMS, QueryTerm};

/// A share of all slots above which scores are kept one a slot: less is saved by leaving gaps
/// out than it costs to count them.
const DENSE_SHARE: usize = 4;

/// The slots whose scores are asked for, each with its place in a row of scores.
pub(super) struct Asked {
    /// 64 slots each. Apart from the numbers below, so that the bits, of which each posting's is
    /// looked at, fill half of the cache.
    words: Vec<u64>,
    /// How many slots are asked for before each word.
    before: Vec<u32>,
    /// How many are asked for.
    count: usize,
    /// Scores are kept one a slot.
    is_dense: bool,
}

impl Asked {
    /// Of `slots` slots, these.
    pub(super) fn new(bits: &Bitmap, slots: usize) -> Self {
        let words: Vec<u64> = (0..slots.div_ceil(64)).map(|index| bits.word(index)).collect();
        let mut count = 0;
        let counted = |word: &u64| {
            let before = count;
            count += word.count_ones();
            before
        };
        let before = words.iter().map(counted).collect();
        let count = count as usize;
        Self { words, before, count, is_dense: count * DENSE_SHARE > slots }
    }

    /// Bits of the slots that are asked for, 64 by 64.
    pub(super) fn words(&self) -> impl Iterator<Item = u64> {
        self.words.iter().copied()
    }

    #[inline]
    pub(super) fn place(&self, slot: u32) -> Option<usize> {
        let (index, bit) = (slot as usize / 64, 1u64 << (slot % 64));
        let word = *self.words.get(index)?;
        if word & bit == 0 {
            return None;
        }
        if self.is_dense {
            return Some(slot as usize);
        }
        Some((self.before[index] + (word & (bit - 1)).count_ones()) as usize)
    }

    /// Calls a function with each slot that is asked for, rising, and its place.
    #[inline]
    fn each(&self, mut function: impl FnMut(u32, usize)) {
        let mut counted = 0;
        for (index, word) in (0u32..).zip(self.words()) {
            for bit in ones(word) {
                let slot = index * 64 + bit;
                function(slot, if self.is_dense { slot as usize } else { counted });
                counted += 1;
            }
        }
    }

    fn places(&self) -> usize {
        if self.is_dense { self.words.len() * 64 } else { self.count }
    }
}

/// Scores of one query.
pub(super) struct Scores {
    asked: Asked,
    by_place: Vec<f32>,
}

impl Scores {
    /// The score of a slot that was asked for; 0 where no term matches.
    pub(super) fn of(&self, slot: u32) -> f32 {
        self.asked.place(slot).map_or(0.0, |place| self.by_place[place])
    }
}

/// A query whose terms were looked up.
pub(super) struct Prepared<'a> {
    terms: Vec<Sought<'a>>,
    lengths: [Lengths; 4],
    /// What no document can exceed.
    pub(super) ceiling: f32,
}

/// A term that was looked up and counts something.
struct Sought<'a> {
    field: Field,
    scorer: TermScore,
    common: Option<&'a CommonTerm>,
    /// In which segments it stands; of a common term those alone that have newer slots.
    lists: Vec<(&'a Segment, TermInfo)>,
}

/// One committed state of the word index.
#[derive(Clone, Default)]
pub(super) struct Words {
    segments: Vec<Segment>,
    common: Arc<CommonTerms>,
    /// What is dead of the slots that `common` covers.
    dead: Dead,
}

#[derive(Clone)]
pub(super) struct Segment {
    id: SegmentId,
    /// Versions in it are dead. By our own knowledge: tantivy loses a deletion now and then when
    /// a merge ends around the end of a writer (`tests/it/sealing.rs` found that).
    has_dead: bool,
    /// Slots by document; the same as long as the segment lives.
    slots: Arc<Vec<u32>>,
    /// The greatest of them.
    last: u32,
    inverted: [Arc<InvertedIndexReader>; 4],
    lengths: [FieldNormReader; 4],
}

/// One document in the list of a term.
pub(super) struct Posting {
    document: u32,
    pub(super) slot: u32,
    pub(super) frequency: u32,
}

/// The live documents, as scores need them.
pub(super) struct Living<'a> {
    pub(super) live: &'a Bitmap,
    pub(super) totals: &'a Totals,
}

impl Words {
    /// Of what the searcher sees. What the state before it has of the same segments is taken
    /// over.
    pub(super) fn new(
        searcher: &Searcher,
        fields: [SchemaField; 4],
        before: &Self,
    ) -> Result<Self, EngineError> {
        let segment = |reader: &SegmentReader| {
            let known = before.segments.iter().find(|s| s.id == reader.segment_id());
            Segment::new(reader, fields, known.map(|s| s.slots.clone()))
        };
        let segments = searcher.segment_readers().iter().map(segment);
        let segments = segments.collect::<Result<_, EngineError>>()?;
        Ok(Self { segments, common: before.common.clone(), dead: Vec::new() })
    }

    #[cfg(test)]
    pub(super) fn segments(&self) -> usize {
        self.segments.len()
    }

    /// Takes note of what is dead; to be done before anything is asked of this state.
    pub(super) fn note_dead(&mut self, live: &Bitmap) {
        for segment in self.segments.iter_mut().filter(|segment| !segment.has_dead) {
            segment.has_dead = segment.slots.iter().any(|slot| !live.contains(*slot));
        }
        self.dead = self.common.dead(live);
    }

    /// Slots below this one are covered by what is known of common terms.
    pub(super) fn common_upto(&self) -> u32 {
        self.common.upto()
    }

    /// The common terms of this state, which has so many slots.
    pub(super) fn common_terms(&self, slots: u32) -> Result<CommonTerms, EngineError> {
        Ok(CommonTerms::of(&self.segments, slots)?)
    }

    /// Takes common terms of this state or an earlier one into use.
    pub(super) fn use_common(&mut self, common: CommonTerms, live: &Bitmap) {
        self.common = Arc::new(common);
        self.dead = self.common.dead(live);
    }

    /// Looks the terms up, weighs them and keeps so many at most that tell most; which documents
    /// are asked for does not matter yet.
    pub(super) fn prepare<'a>(
        &'a self,
        (terms, most): (&[QueryTerm], Option<usize>),
        living: &Living<'_>,
    ) -> Result<Prepared<'a>, EngineError> {
        let terms = &terms[..terms.len().min(MAX_TERMS)];
        let totals = living.totals;
        let (mut block, heaviest) = (BlockSegmentPostings::empty(), heaviest(terms));
        let mut sought = Vec::with_capacity(terms.len());
        for term in terms {
            let common = self.common.get(term);
            let mut count = common.map_or(0, |common| common.count(&self.dead));
            let mut lists = Vec::new();
            for segment in self.segments.iter().filter(|s| common.is_none() || self.is_newer(s)) {
                let Some(info) = segment.find(term)? else { continue };
                let from = common.map_or(0, |_| self.common.upto());
                count += segment.count((term.field, from), &info, (living.live, &mut block))?;
                lists.push((segment, info));
            }
            if count > 0 && !is_background(term.weight, heaviest, count, totals.documents) {
                let scorer = TermScore::new(term.weight, count, totals.documents);
                sought.push(Sought { field: term.field, scorer, common, lists });
            }
        }
        keep_most_telling(&mut sought, most.unwrap_or(MAX_TERMS), |sought| &sought.scorer);
        let ceiling = sought.iter().fold(0.0, |sum, sought| sum + sought.scorer.ceiling());
        let lengths = Field::ALL.map(|f| Lengths::new(totals.documents, totals.tokens[f.index()]));
        Ok(Prepared { terms: sought, lengths, ceiling })
    }

    /// Whether a segment has slots that common terms do not cover.
    fn is_newer(&self, segment: &Segment) -> bool {
        segment.last >= self.common.upto()
    }

    /// Scores the documents that are asked for.
    pub(super) fn score(&self, query: &Prepared<'_>, asked: Asked) -> Result<Scores, EngineError> {
        let mut block = BlockSegmentPostings::empty();
        let mut scores = Scores { by_place: vec![0.0; asked.places()], asked };
        for Sought { field, scorer, common, lists } in &query.terms {
            let scorer = (scorer, &query.lengths[field.index()]);
            let mut from = 0;
            if let Some(common) = common {
                let Scores { asked, by_place } = &mut scores;
                self.common.add((common, *field), scorer, asked, by_place);
                from = self.common.upto();
            }
            for (segment, info) in lists {
                segment.open(*field, info, &mut block)?;
                segment.add(&mut block, scorer, &mut scores, (*field, from));
            }
        }
        Ok(scores)
    }
}

impl Segment {
    fn new(
        reader: &SegmentReader,
        fields: [SchemaField; 4],
        slots: Option<Arc<Vec<u32>>>,
    ) -> Result<Self, EngineError> {
        let slots = match slots {
            Some(slots) => slots,
            None => {
                let column = reader.fast_fields().u64("slot")?.first_or_default_col(0);
                Arc::new((0..reader.max_doc()).map(|d| column.get_val(d) as u32).collect())
            }
        };
        let [a, b, c, d] = fields;
        let inverted = |field| reader.inverted_index(field);
        let lengths = |field| reader.get_fieldnorms_reader(field);
        Ok(Self {
            id: reader.segment_id(),
            has_dead: reader.has_deletes(),
            last: slots.iter().max().copied().unwrap_or_default(),
            slots,
            inverted: [inverted(a)?, inverted(b)?, inverted(c)?, inverted(d)?],
            lengths: [lengths(a)?, lengths(b)?, lengths(c)?, lengths(d)?],
        })
    }

    pub(super) fn find(&self, term: &QueryTerm) -> io::Result<Option<TermInfo>> {
        self.inverted[term.field.index()].terms().get(term.text.as_bytes())
    }

    fn open(
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
    pub(super) fn each_term(
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
    pub(super) fn each_posting(
        &self,
        field: Field,
        info: &TermInfo,
        mut function: impl FnMut(Posting),
    ) -> io::Result<()> {
        let mut block = BlockSegmentPostings::empty();
        self.open(field, info, &mut block)?;
        self.walk(&mut block, &mut function);
        Ok(())
    }

    #[inline]
    fn walk(&self, block: &mut BlockSegmentPostings, function: &mut impl FnMut(Posting)) {
        while !block.docs().is_empty() {
            for (document, frequency) in block.docs().iter().zip(block.freqs()) {
                let (document, frequency) = (*document, *frequency);
                function(Posting { document, slot: self.slots[document as usize], frequency });
            }
            block.advance();
        }
    }

    /// Puts the lengths of its documents, as they are stored, by their slots.
    pub(super) fn put_lengths(&self, field: Field, lengths: &mut [u8]) {
        let norms = &self.lengths[field.index()];
        for (document, slot) in (0u32..).zip(self.slots.iter()) {
            lengths[*slot as usize] = norms.fieldnorm_id(document);
        }
    }

    /// In how many live documents from a slot on a term stands.
    fn count(
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
        self.walk(block, &mut |Posting { slot, .. }| {
            count += u64::from(slot >= from && live.contains(slot));
        });
        Ok(count)
    }

    /// Adds what a term counts to the scores of those of its documents from a slot on that are
    /// asked for.
    fn add(
        &self,
        block: &mut BlockSegmentPostings,
        (scorer, lengths): (&TermScore, &Lengths),
        scores: &mut Scores,
        (field, from): (Field, u32),
    ) {
        let norms = &self.lengths[field.index()];
        self.walk(block, &mut |Posting { document, slot, frequency }| {
            if let Some(place) = scores.asked.place(slot).filter(|_| slot >= from) {
                let length = norms.fieldnorm_id(document);
                scores.by_place[place] += scorer.score(lengths, length, frequency);
            }
        });
    }
}

/// The best eligible slots with a score above 0, best first, ties in the order of `tie`.
pub(super) fn best(scores: &Scores, limit: usize, eligible: &Bitmap, tie: Tie<'_>) -> Vec<u32> {
    if limit == 0 {
        return Vec::new();
    }
    let order = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then_with(|| tie(a.1, b.1));
    let mut scored: Vec<(f32, u32)> = Vec::new();
    scores.asked.each(|slot, place| {
        let score = scores.by_place[place];
        if score > 0.0 && eligible.contains(slot) {
            scored.push((score, slot));
        }
    });
    if scored.len() > limit {
        scored.select_nth_unstable_by(limit - 1, order);
        scored.truncate(limit);
    }
    scored.sort_unstable_by(order);
    scored.into_iter().map(|(_, slot)| slot).collect()
}
