//! The lexical leg: tantivy keeps the postings lists, the scoring is ours.
//!
//! Scores are added up term by term, in the order of the query's terms, into one number a
//! slot. So they depend neither on how the index is cut into segments nor on what was
//! merged, and every document has its full score. Frequencies and lengths count live
//! documents only.

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

/// Scores of one query.
pub(super) struct Scores {
    /// By slot; 0 where no term matches. Those of dead slots mean nothing.
    pub(super) by_slot: Vec<f32>,
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
    has_deletes: bool,
    /// Slots by document; the same as long as the segment lives.
    slots: Arc<Vec<u32>>,
    inverted: [Arc<InvertedIndexReader>; 4],
    lengths: [FieldNormReader; 4],
}

/// The live documents, as scores need them.
pub(super) struct Living<'a> {
    pub(super) live: &'a Bitmap,
    pub(super) totals: &'a Totals,
    /// Number of slots, dead ones included.
    pub(super) slots: usize,
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

    /// Scores all live documents.
    pub(super) fn score(
        &self,
        terms: &[QueryTerm],
        living: &Living<'_>,
    ) -> Result<Scores, EngineError> {
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
        let mut by_slot = vec![0.0; living.slots];
        for (segment, infos) in self.segments.iter().zip(&found) {
            for ((term, scorer), info) in terms.iter().zip(&scorers).zip(infos) {
                if let (Some(scorer), Some(info)) = (scorer, info) {
                    let scorer = (scorer, &lengths[term.field.index()]);
                    segment.open(term.field, info, &mut block)?;
                    segment.add(&mut block, scorer, &mut by_slot, term.field);
                }
            }
        }
        Ok(Scores { by_slot, ceiling })
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
            has_deletes: reader.has_deletes(),
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
        if !self.has_deletes {
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

    /// Adds what a term counts to the scores of its documents.
    fn add(
        &self,
        block: &mut BlockSegmentPostings,
        (scorer, lengths): (&TermScore, &Lengths),
        by_slot: &mut [f32],
        field: Field,
    ) {
        let norms = &self.lengths[field.index()];
        while !block.docs().is_empty() {
            for (document, frequency) in block.docs().iter().zip(block.freqs()) {
                let slot = self.slots[*document as usize] as usize;
                by_slot[slot] += scorer.score(lengths, norms.fieldnorm_id(*document), *frequency);
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
    let of = |slot: &u32| scores.by_slot[*slot as usize];
    let order = |a: &u32, b: &u32| of(b).total_cmp(&of(a)).then_with(|| tie(*a, *b));
    let mut slots: Vec<u32> = eligible.iter().filter(|s| of(s) > 0.0).collect();
    if slots.len() > limit {
        slots.select_nth_unstable_by(limit - 1, order);
        slots.truncate(limit);
    }
    slots.sort_unstable_by(order);
    slots.truncate(limit);
    slots
}
