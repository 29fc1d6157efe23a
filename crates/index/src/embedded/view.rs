//! One state of the index: what a log or a sealed file comes to.

use std::path::Path;

use jobmatch_domain::{Seq, Volatile};

use super::codec::{Kept, Kind, VectorEntry, VolatileEntry};
use super::columns::Columns;
use super::ids::Ids;
use super::lexical::Lexical;
use super::log::{Mark, tail_checksum};
use super::sealed_file::SealedFile;
use super::vectors::Vectors;
use super::words::Words;
use super::{EngineOptions, LOG_FILE, Step};
use crate::bitmap::Bitmap;
use crate::bm25::Totals;
use crate::engine::EngineError;

/// One state of the index; changes batch by batch.
pub(super) struct View {
    pub(super) seq: Seq,
    /// Length of the document log with what is seen here.
    pub(super) log_bytes: u64,
    pub(super) ids: Ids,
    pub(super) tokens: Vec<[u32; 4]>,
    pub(super) totals: Totals,
    pub(super) live: Bitmap,
    pub(super) columns: Columns,
    pub(super) vectors: Vectors,
    pub(super) words: Words,
}

impl View {
    /// The state of the sealed file with the place in the log behind it; an empty one where
    /// there is no file that can be used.
    pub(super) fn sealed_or_empty(
        sealed: Result<Option<SealedFile>, String>,
        folder: &Path,
        (options, lexical, mark): (&EngineOptions, &Lexical, Option<Mark>),
    ) -> Result<(Self, Option<Mark>), EngineError> {
        let fits = |file: &SealedFile| {
            let (state, upto) = (&file.state, mark.map_or(0, |mark| mark.log_bytes));
            let tail = || tail_checksum(&folder.join(LOG_FILE), state.log_bytes).ok();
            state.identity == options.identity()
                && state.log_bytes <= upto
                && tail() == Some(state.log_tail)
        };
        let reason = match sealed {
            Ok(None) => return Ok((Self::empty(options, lexical)?, None)),
            Ok(Some(file)) if fits(&file) => {
                let mut view = Self::empty(options, lexical)?;
                let adopted = view.adopt(&file);
                // Most of it was read to be kept in another form.
                file.let_go();
                match adopted {
                    Some(from) => return Ok((view, Some(from))),
                    None => "its sections do not fit each other".to_owned(),
                }
            }
            Ok(Some(_)) => "it is of another index".to_owned(),
            Err(reason) => reason,
        };
        tracing::warn!(reason, "the sealed file is not used; the log is read instead");
        Ok((Self::empty(options, lexical)?, None))
    }

    pub(super) fn empty(options: &EngineOptions, lexical: &Lexical) -> Result<Self, EngineError> {
        Ok(Self {
            seq: Seq(0),
            log_bytes: 0,
            ids: Ids::default(),
            tokens: Vec::new(),
            totals: Totals::default(),
            live: Bitmap::default(),
            columns: Columns::default(),
            vectors: Vectors::new(options.dimensions, options.vectors),
            words: lexical.words(&Words::default())?,
        })
    }

    /// Takes an entry of the log; `None` when it makes no sense.
    pub(super) fn replay(&mut self, kind: Kind) -> Option<()> {
        let step = match kind {
            Kind::Upsert(entry) => {
                let kept = Kept::of(entry)?;
                let replaces = self.ids.slot_of(&kept.id);
                Step::Upsert { kept, replaces }
            }
            Kind::Volatile(VolatileEntry { slot, open, places_left }) => {
                Step::Volatile { slot, volatile: Volatile { open, places_left } }
            }
            Kind::Vector(VectorEntry { slot, vector }) => Step::Vector { slot, vector },
            Kind::Delete(slot) => Step::Delete { slot },
            Kind::Commit(_) => return None,
        };
        let in_range = |slot: u32| (slot as usize) < self.ids.len();
        let is_of_length = |vector: &[f32]| vector.len() == self.vectors.dimensions();
        let valid = match &step {
            Step::Upsert { kept, .. } => kept.vector.as_deref().is_none_or(is_of_length),
            Step::Vector { slot, vector } => in_range(*slot) && is_of_length(vector),
            Step::Volatile { slot, .. } => in_range(*slot),
            // Of a dead slot the id may have a newer version.
            Step::Delete { slot } => self.live.contains(*slot),
        };
        valid.then(|| self.take(step))
    }

    pub(super) fn take(&mut self, step: Step) {
        match step {
            Step::Upsert { kept, replaces } => {
                if let Some(old) = replaces {
                    self.bury(old);
                }
                let slot = self.columns.push(&kept.facets);
                self.vectors.push(kept.vector.as_deref());
                self.ids.push(kept.id, kept.seq);
                self.tokens.push(kept.tokens);
                self.totals.add(kept.tokens);
                self.live.set(slot);
            }
            Step::Volatile { slot, volatile } => self.columns.set_volatile(slot, volatile),
            Step::Vector { slot, vector } => self.vectors.fill(slot, &vector),
            Step::Delete { slot } => {
                self.bury(slot);
                self.ids.forget(slot);
            }
        }
    }

    /// See [`Words::note_dead`].
    pub(super) fn note_dead(&mut self) {
        self.words.note_dead(&self.live);
    }

    fn bury(&mut self, slot: u32) {
        self.live.clear(slot);
        self.totals.remove(self.tokens[slot as usize]);
    }
}

#[cfg(test)]
mod tests {
    use jobmatch_domain::{Collection, DocumentId, Facets};

    use super::*;
    use crate::embedded::disk::System;

    fn view(folder: &Path) -> View {
        let options = EngineOptions {
            collection: Collection::Postings,
            space: "test-2".into(),
            dimensions: 2,
            analysis_version: "test".into(),
            vectors: Default::default(),
        };
        View::empty(&options, &Lexical::create(folder, &System).unwrap()).unwrap()
    }

    fn upsert(id: &str, vector: Option<Vec<f32>>) -> Kind {
        let id = DocumentId::parse(id).unwrap();
        let (facets, tokens) = (Facets::default(), [1; 4]);
        Kind::Upsert(Kept { id, seq: Seq(1), facets, tokens, vector }.entry())
    }

    #[test]
    fn an_entry_that_makes_no_sense_is_refused_and_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut view = view(folder.path());
        assert!(view.replay(upsert("A", Some(vec![1.0, 0.0]))).is_some());
        for vector in [vec![1.0], vec![1.0; 3]] {
            assert!(view.replay(upsert("B", Some(vector))).is_none(), "of another length");
        }
        assert!(view.replay(upsert("A", None)).is_some());
        for slot in [0, 2] {
            assert!(view.replay(Kind::Delete(slot)).is_none(), "dead or not there: {slot}");
        }
        assert_eq!((view.ids.len(), view.ids.living(), view.totals.documents), (2, 1, 1));
        assert!(view.replay(Kind::Delete(1)).is_some());
        assert!(view.replay(Kind::Delete(1)).is_none());
        assert_eq!((view.ids.living(), view.totals.documents), (0, 0));
    }
}
