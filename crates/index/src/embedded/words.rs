//! The lexical leg: tantivy keeps the postings lists, the scoring is ours.
//!
//! Scores are added up term by term, in the order of the query's terms, into one number for
//! each slot that is asked for. So they depend neither on how the index is cut into segments
//! nor on what was merged, and every document has its full score. Frequencies and lengths count
//! live documents only.

use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::SegmentId;
use tantivy::postings::{BlockSegmentPostings, TermInfo};
use tantivy::schema::{Field as SchemaField, IndexRecordOption};
use tantivy::{InvertedIndexReader, Searcher, SegmentReader};

use super::retrieve::Tie;
use crate::bitmap::Bitmap;
use crate::bm25::{Lengths, TermScore, Totals, heaviest, is_background};
use crate::engine::{EngineError, Field, QueryTerm};

/// Most terms of a query; the caller sends the heaviest first.
const MAX_TERMS: usize = 256;

/// A share of all slots above which scores are kept one a slot: less is saved by leaving gaps
/// out than it costs to count them.
const DENSE_SHARE: usize = 4;

/// The slots whose scores are asked for, each with its place in a row of scores.
pub(super) struct Asked {
    /// Bits of 64 slots, and how many slots are asked for before them.
    words: Vec<(u64, u32)>,
    /// How many are asked for.
    count: usize,
    /// Scores are kept one a slot.
    is_dense: bool,
}

impl Asked {
    /// Of `slots` slots, these.
    pub(super) fn new(bits: &Bitmap, slots: usize) -> Self {
        let mut count = 0u32;
        let word = |index| {
            let word = (bits.word(index), count);
            count += word.0.count_ones();
            word
        };
        let words: Vec<(u64, u32)> = (0..slots.div_ceil(64)).map(word).collect();
        let count = count as usize;
        Self { words, count, is_dense: count * DENSE_SHARE > slots }
    }

    #[inline]
    fn place(&self, slot: u32) -> Option<usize> {
        let (word, before) = *self.words.get(slot as usize / 64)?;
        let bit = 1u64 << (slot % 64);
        if word & bit == 0 {
            return None;
        }
        if self.is_dense {
            return Some(slot as usize);
        }
        Some((before + (word & (bit - 1)).count_ones()) as usize)
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
    terms: &'a [QueryTerm],
    /// By segment and term.
    found: Vec<Vec<Option<TermInfo>>>,
    /// `None`: a term that counts nothing.
    scorers: Vec<Option<TermScore>>,
    lengths: [Lengths; 4],
    /// What no document can exceed.
    pub(super) ceiling: f32,
}

/// One committed state of the word index.
#[derive(Clone, Default)]
pub(super) struct Words {
    segments: Vec<Segment>,
}

#[derive(Clone)]
struct Segment {
    id: SegmentId,
    /// Versions in it are dead. By our own knowledge: tantivy loses a deletion now and then when
    /// a merge ends around the end of a writer (`tests/it/sealing.rs` found that).
    has_dead: bool,
    /// Slots by document; the same as long as the segment lives.
    slots: Arc<Vec<u32>>,
    inverted: [Arc<InvertedIndexReader>; 4],
    lengths: [FieldNormReader; 4],
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
        Ok(Self { segments: segments.collect::<Result<_, EngineError>>()? })
    }

    /// Takes note of what is dead; to be done before anything is asked of this state.
    pub(super) fn note_dead(&mut self, live: &Bitmap) {
        for segment in self.segments.iter_mut().filter(|segment| !segment.has_dead) {
            segment.has_dead = segment.slots.iter().any(|slot| !live.contains(*slot));
        }
    }

    /// Looks the terms up and weighs them; which documents are asked for does not matter yet.
    pub(super) fn prepare<'a>(
        &self,
        terms: &'a [QueryTerm],
        living: &Living<'_>,
    ) -> Result<Prepared<'a>, EngineError> {
        let terms = &terms[..terms.len().min(MAX_TERMS)];
        let totals = living.totals;
        let mut block = BlockSegmentPostings::empty();
        let mut found: Vec<Vec<Option<TermInfo>>> = Vec::with_capacity(self.segments.len());
        let mut counts = vec![0u64; terms.len()];
        for segment in &self.segments {
            let infos: Vec<Option<TermInfo>> =
                terms.iter().map(|term| segment.find(term)).collect::<Result<_, _>>()?;
            for ((count, term), info) in counts.iter_mut().zip(terms).zip(&infos) {
                if let Some(info) = info {
                    *count += segment.count(term.field, info, (living.live, &mut block))?;
                }
            }
            found.push(infos);
        }
        let heaviest = heaviest(terms);
        let scorer = |(term, count): (&QueryTerm, &u64)| {
            let silent =
                *count == 0 || is_background(term.weight, heaviest, *count, totals.documents);
            (!silent).then(|| TermScore::new(term.weight, *count, totals.documents))
        };
        let scorers: Vec<Option<TermScore>> = terms.iter().zip(&counts).map(scorer).collect();
        let ceiling = scorers.iter().flatten().fold(0.0, |sum, scorer| sum + scorer.ceiling());
        let lengths = Field::ALL.map(|f| Lengths::new(totals.documents, totals.tokens[f.index()]));
        Ok(Prepared { terms, found, scorers, lengths, ceiling })
    }

    /// Scores the documents that are asked for.
    pub(super) fn score(&self, query: &Prepared<'_>, asked: Asked) -> Result<Scores, EngineError> {
        let mut block = BlockSegmentPostings::empty();
        let mut scores = Scores { by_place: vec![0.0; asked.places()], asked };
        for (segment, infos) in self.segments.iter().zip(&query.found) {
            for ((term, scorer), info) in query.terms.iter().zip(&query.scorers).zip(infos) {
                if let (Some(scorer), Some(info)) = (scorer, info) {
                    let scorer = (scorer, &query.lengths[term.field.index()]);
                    segment.open(term.field, info, &mut block)?;
                    segment.add(&mut block, scorer, &mut scores, term.field);
                }
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
            slots,
            inverted: [inverted(a)?, inverted(b)?, inverted(c)?, inverted(d)?],
            lengths: [lengths(a)?, lengths(b)?, lengths(c)?, lengths(d)?],
        })
    }

    fn find(&self, term: &QueryTerm) -> std::io::Result<Option<TermInfo>> {
        self.inverted[term.field.index()].terms().get(term.text.as_bytes())
    }

    fn open(
        &self,
        field: Field,
        info: &TermInfo,
        block: &mut BlockSegmentPostings,
    ) -> std::io::Result<()> {
        let inverted = &self.inverted[field.index()];
        *block = inverted.read_block_postings_from_terminfo(info, IndexRecordOption::WithFreqs)?;
        Ok(())
    }

    /// In how many live documents a term stands.
    fn count(
        &self,
        field: Field,
        info: &TermInfo,
        (live, block): (&Bitmap, &mut BlockSegmentPostings),
    ) -> std::io::Result<u64> {
        if !self.has_dead {
            return Ok(u64::from(info.doc_freq));
        }
        self.open(field, info, block)?;
        let mut count = 0;
        while !block.docs().is_empty() {
            let slots = block.docs().iter().map(|document| self.slots[*document as usize]);
            count += slots.filter(|slot| live.contains(*slot)).count() as u64;
            block.advance();
        }
        Ok(count)
    }

    /// Adds what a term counts to the scores of those of its documents that are asked for.
    fn add(
        &self,
        block: &mut BlockSegmentPostings,
        (scorer, lengths): (&TermScore, &Lengths),
        scores: &mut Scores,
        field: Field,
    ) {
        let norms = &self.lengths[field.index()];
        while !block.docs().is_empty() {
            for (document, frequency) in block.docs().iter().zip(block.freqs()) {
                if let Some(place) = scores.asked.place(self.slots[*document as usize]) {
                    let length = norms.fieldnorm_id(*document);
                    scores.by_place[place] += scorer.score(lengths, length, *frequency);
                }
            }
            block.advance();
        }
    }
}

/// The best eligible slots with a score above 0, best first, ties in the order of `tie`.
pub(super) fn best(scores: &Scores, limit: usize, eligible: &Bitmap, tie: Tie<'_>) -> Vec<u32> {
    if limit == 0 {
        return Vec::new();
    }
    let order = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then_with(|| tie(a.1, b.1));
    let scored = eligible.iter().map(|slot| (scores.of(slot), slot));
    let mut scored: Vec<(f32, u32)> = scored.filter(|(score, _)| *score > 0.0).collect();
    if scored.len() > limit {
        scored.select_nth_unstable_by(limit - 1, order);
        scored.truncate(limit);
    }
    scored.sort_unstable_by(order);
    scored.into_iter().map(|(_, slot)| slot).collect()
}
