//! The word index as it is written: tantivy keeps the postings lists.

use std::path::Path;

use jobmatch_domain::Seq;
use tantivy::merge_policy::LogMergePolicy;
use tantivy::schema::{
    FAST, Field as SchemaField, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::{
    FutureResult, Index, IndexReader, IndexWriter, ReloadPolicy, SegmentMeta, TantivyDocument, Term,
};

use super::disk::Disk;
use super::log::Mark;
use super::summed::End;
use super::terms;
use super::words::Words;
use crate::engine::{EngineError, Field, Fields};

/// Memory in which a batch is inverted before it is written.
const WRITER_BYTES: usize = 64 << 20;

/// So many segments are left alone: a question looks each of its terms up in each of them.
const FEW_SEGMENTS: usize = 3;

#[cfg(test)]
thread_local! {
    /// The bug: files are used unverified.
    pub(super) static SKIPS_CHECK: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// A merge under way.
pub(super) type Merge = FutureResult<Option<SegmentMeta>>;

/// The word index.
pub(super) struct Lexical {
    writer: IndexWriter,
    reader: IndexReader,
    fields: [SchemaField; 4],
    slot: SchemaField,
    end: End,
}

impl Drop for Lexical {
    fn drop(&mut self) {
        self.end.now();
    }
}

impl Lexical {
    /// Begins one in a folder that is made.
    pub(super) fn create(folder: &Path, disk: &dyn Disk) -> Result<Self, EngineError> {
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
        let settings = tantivy::IndexSettings::default();
        let folder = disk.words(folder)?;
        let end = folder.end();
        Self::on(Index::create(folder, schema.build(), settings)?, end)
    }

    /// Opens and verifies the checksum of every file. Also returns what its commit was
    /// marked with; `None`: nothing was committed yet.
    pub(super) fn open(
        folder: &Path,
        disk: &dyn Disk,
    ) -> Result<(Self, Option<Mark>), EngineError> {
        let unusable =
            |reason: String| EngineError::NeedsRebuild { reason: format!("word index: {reason}") };
        let folder = disk.words(folder)?;
        let end = folder.end();
        let index = Index::open(folder).map_err(|e| unusable(e.to_string()))?;
        let damaged = index.validate_checksum().map_err(|e| unusable(e.to_string()))?;
        #[cfg(test)]
        let damaged = if SKIPS_CHECK.get() { Default::default() } else { damaged };
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
        Ok((Self::on(index, end).map_err(|e| unusable(e.to_string()))?, mark))
    }

    fn on(index: Index, end: End) -> Result<Self, EngineError> {
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
        Ok(Self { writer, reader, fields, slot, end })
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

    /// Makes the changes durable under the mark and returns a view of them, which shares what
    /// did not change with the one before.
    pub(super) fn commit(&mut self, mark: Mark, before: &Words) -> Result<Words, EngineError> {
        let mut prepared = self.writer.prepare_commit()?;
        prepared.set_payload(&format!("{} {}", mark.seq, mark.log_bytes));
        prepared.commit()?;
        self.words(before)
    }

    /// Begins to merge all segments into one, which tantivy's threads do; `None` where there are
    /// few.
    pub(super) fn merge(&mut self) -> Result<Option<Merge>, EngineError> {
        let segments = self.writer.index().searchable_segment_ids()?;
        Ok((segments.len() > FEW_SEGMENTS).then(|| self.writer.merge(&segments)))
    }

    pub(super) fn words(&self, before: &Words) -> Result<Words, EngineError> {
        self.reader.reload()?;
        Words::new(&self.reader.searcher(), self.fields, before)
    }
}

fn read_mark(payload: &str) -> Option<Mark> {
    let (seq, log_bytes) = payload.split_once(' ')?;
    Some(Mark { seq: Seq(seq.parse().ok()?), log_bytes: log_bytes.parse().ok()? })
}
