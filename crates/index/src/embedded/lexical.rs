//! The lexical leg: tantivy keeps the postings lists, the scoring is ours.
//!
//! Scores are added up term by term, in the order of the query's terms, into one number a
//! slot. So they depend neither on how the index is cut into segments nor on what was
//! merged, every document has its full score, and the filter and the tombstones cost one
//! look-up in the same loop. Frequencies and lengths count live documents only.

use std::path::Path;

use jobmatch_domain::Seq;
use tantivy::directory::MmapDirectory;
use tantivy::merge_policy::LogMergePolicy;
use tantivy::schema::{
    FAST, Field as SchemaField, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, TantivyDocument, Term};

use super::log::Mark;
use super::retrieve::Tie;
use super::terms;
use crate::bitmap::Bitmap;
use crate::bm25::{TermScore, Totals};
use crate::engine::{EngineError, Field, Fields, QueryTerm};

/// Memory in which a batch is inverted before it is written.
const WRITER_BYTES: usize = 64 << 20;
/// Most terms of a query; the caller sends the heaviest first.
const MAX_TERMS: usize = 256;

/// The word index.
pub(super) struct Lexical {
    writer: IndexWriter,
    reader: IndexReader,
    fields: [SchemaField; 4],
    slot: SchemaField,
}

/// Scores of one query.
pub(super) struct Scores {
    /// By slot; 0 where no term matches.
    pub(super) by_slot: Vec<f32>,
    /// What no document can exceed.
    pub(super) ceiling: f32,
}

impl Lexical {
    pub(super) fn create(folder: &Path) -> Result<Self, EngineError> {
        std::fs::create_dir_all(folder)?;
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(terms::NAME)
            .set_index_option(IndexRecordOption::WithFreqs)
            .set_fieldnorms(true);
        let options = TextOptions::default().set_indexing_options(indexing);
        for field in Field::ALL {
            schema.add_text_field(field.name(), options.clone());
        }
        schema.add_u64_field("slot", FAST | INDEXED);
        let directory = MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?;
        Self::on(Index::create(directory, schema.build(), tantivy::IndexSettings::default())?)
    }

    /// Opens and verifies the checksum of every file. Also returns what its commit was
    /// marked with; `None`: nothing was committed yet.
    pub(super) fn open(folder: &Path) -> Result<(Self, Option<Mark>), EngineError> {
        let unusable =
            |reason: String| EngineError::NeedsRebuild { reason: format!("word index: {reason}") };
        let index = Index::open_in_dir(folder).map_err(|e| unusable(e.to_string()))?;
        let damaged = index.validate_checksum().map_err(|e| unusable(e.to_string()))?;
        if !damaged.is_empty() {
            return Err(unusable(format!("{} files fail their checksum", damaged.len())));
        }
        let payload = index.load_metas().map_err(|e| unusable(e.to_string()))?.payload;
        let mark = match payload {
            None => None,
            Some(told) => Some(
                read_mark(&told).ok_or_else(|| unusable("a commit of another format".into()))?,
            ),
        };
        Ok((Self::on(index).map_err(|e| unusable(e.to_string()))?, mark))
    }

    fn on(index: Index) -> Result<Self, EngineError> {
        index.tokenizers().register(terms::NAME, terms::Terms);
        let schema = index.schema();
        let mut fields = [SchemaField::from_field_id(0); 4];
        for field in Field::ALL {
            fields[field.index()] = schema.get_field(field.name())?;
        }
        let slot = schema.get_field("slot")?;
        let writer: IndexWriter = index.writer_with_num_threads(1, WRITER_BYTES)?;
        let mut merges = LogMergePolicy::default();
        // A segment of which a third is dead is written anew.
        merges.set_del_docs_ratio_before_merge(0.33);
        writer.set_merge_policy(Box::new(merges));
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { writer, reader, fields, slot })
    }

    pub(super) fn add(&mut self, slot: u32, fields: &Fields) -> Result<(), EngineError> {
        let mut document = TantivyDocument::new();
        document.add_u64(self.slot, u64::from(slot));
        for field in Field::ALL {
            let terms = fields.of(field);
            if !terms.is_empty() {
                document.add_text(self.fields[field.index()], terms::joined(terms));
            }
        }
        self.writer.add_document(document)?;
        Ok(())
    }

    pub(super) fn remove(&mut self, slot: u32) {
        self.writer.delete_term(Term::from_field_u64(self.slot, u64::from(slot)));
    }

    /// Makes the changes durable under the mark and returns a view of them.
    pub(super) fn commit(&mut self, mark: Mark) -> Result<Words, EngineError> {
        let mut prepared = self.writer.prepare_commit()?;
        prepared.set_payload(&format!("{} {}", mark.seq, mark.log_bytes));
        prepared.commit()?;
        self.words()
    }

    pub(super) fn words(&self) -> Result<Words, EngineError> {
        self.reader.reload()?;
        Words::new(self.reader.searcher(), self.fields)
    }
}

fn read_mark(payload: &str) -> Option<Mark> {
    let (seq, log_bytes) = payload.split_once(' ')?;
    Some(Mark { seq: Seq(seq.parse().ok()?), log_bytes: log_bytes.parse().ok()? })
}

/// One committed state of the word index, with the slot of every document in memory.
pub(super) struct Words {
    searcher: Searcher,
    fields: [SchemaField; 4],
    /// Slots by segment and document.
    slots: Vec<Vec<u32>>,
}

/// The live documents, as scores need them.
pub(super) struct Living<'a> {
    pub(super) live: &'a Bitmap,
    pub(super) totals: &'a Totals,
    /// Number of slots, dead ones included.
    pub(super) slots: usize,
}

impl Words {
    fn new(searcher: Searcher, fields: [SchemaField; 4]) -> Result<Self, EngineError> {
        let mut slots = Vec::with_capacity(searcher.segment_readers().len());
        for segment in searcher.segment_readers() {
            let column = segment.fast_fields().u64("slot")?.first_or_default_col(0);
            slots.push((0..segment.max_doc()).map(|d| column.get_val(d) as u32).collect());
        }
        Ok(Self { searcher, fields, slots })
    }

    /// Scores all live documents.
    pub(super) fn score(
        &self,
        terms: &[QueryTerm],
        living: &Living<'_>,
    ) -> Result<Scores, EngineError> {
        let mut scores = Scores { by_slot: vec![0.0; living.slots], ceiling: 0.0 };
        // (slot, frequency, length) of one term's live documents.
        let mut matches: Vec<(u32, u32, u8)> = Vec::new();
        for term in terms.iter().take(MAX_TERMS) {
            matches.clear();
            self.collect(term, living.live, &mut matches)?;
            if matches.is_empty() {
                continue;
            }
            let tokens = living.totals.tokens[term.field.index()];
            let count = matches.len() as u64;
            let scorer = TermScore::new(term.weight, count, living.totals.documents, tokens);
            scores.ceiling += scorer.ceiling();
            for (slot, frequency, length) in &matches {
                scores.by_slot[*slot as usize] += scorer.score(*length, *frequency);
            }
        }
        Ok(scores)
    }

    /// The live documents of a term.
    fn collect(
        &self,
        term: &QueryTerm,
        live: &Bitmap,
        matches: &mut Vec<(u32, u32, u8)>,
    ) -> Result<(), EngineError> {
        let field = self.fields[term.field.index()];
        let sought = Term::from_field_text(field, &term.text);
        for (segment, slots) in self.searcher.segment_readers().iter().zip(&self.slots) {
            let inverted = segment.inverted_index(field)?;
            let Some(mut block) =
                inverted.read_block_postings(&sought, IndexRecordOption::WithFreqs)?
            else {
                continue;
            };
            let lengths = segment.get_fieldnorms_reader(field)?;
            while !block.docs().is_empty() {
                for (document, frequency) in block.docs().iter().zip(block.freqs()) {
                    let slot = slots[*document as usize];
                    if live.contains(slot) {
                        matches.push((slot, *frequency, lengths.fieldnorm_id(*document)));
                    }
                }
                block.advance();
            }
        }
        Ok(())
    }
}

/// The best eligible slots with a score above 0, best first, ties in the order of `tie`.
pub(super) fn best(scores: &Scores, limit: usize, eligible: &Bitmap, tie: Tie<'_>) -> Vec<u32> {
    let of = |slot: &u32| scores.by_slot[*slot as usize];
    let order = |a: &u32, b: &u32| of(b).total_cmp(&of(a)).then_with(|| tie(*a, *b));
    let mut slots: Vec<u32> = eligible.iter().filter(|s| of(s) > 0.0).collect();
    if limit > 0 && slots.len() > limit {
        slots.select_nth_unstable_by(limit - 1, order);
        slots.truncate(limit);
    }
    slots.sort_unstable_by(order);
    slots.truncate(limit);
    slots
}
