//! The embedded engine: document log, word index, filter columns and vectors in one folder.
//!
//! The engine numbers document versions with dense slots: the row of the columns, the bit
//! of the bitmap, the vector's place, and a fast field of the word index. An upsert takes a
//! new slot and leaves the old one dead. Slots never leave the engine.

mod codec;
mod columns;
mod common;
mod disk;
#[cfg(test)]
mod fault_tests;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod graph;
mod graph_file;
mod ids;
pub(crate) mod kernels;
mod large_pages;
mod lexical;
mod linking;
mod log;
mod retrieve;
mod rows;
mod sealed_file;
mod sealing;
mod seen;
mod signs;
mod summed;
mod survey;
mod terms;
mod upkeep;
pub(crate) mod vectors;
mod view;
mod walk;
mod words;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use async_trait::async_trait;
use jobmatch_domain::{Collection, Condition, DocumentId, Seq, Volatile};
use parking_lot::{Mutex, RwLock};

use self::codec::{Kept, Kind, VectorEntry, VolatileEntry};
use self::disk::{Disk, System};
use self::lexical::Lexical;
use self::log::{Log, Mark};
use self::sealed_file::SealedFile;
use self::vectors::VectorOptions;
use self::view::View;
use crate::engine::{
    Batch, Capabilities, Change, Document, Engine, EngineError, EngineStats, Field, Query,
    Retrieval,
};
use crate::survey::{Survey, Surveyed};

/// Share of dead versions at which an index is built anew when it is opened.
const MAX_DEAD_SHARE: f64 = 0.6;
/// Below so many slots dead versions do not matter.
const MIN_SLOTS_TO_COMPACT: usize = 10_000;
const MAX_LIMIT: usize = 1000;

/// The document log in the engine's folder.
const LOG_FILE: &str = "documents.log";

/// Form of the files; an index of another one is built anew.
const FORMAT: u32 = 5;

/// What an engine is made for.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// The collection.
    pub collection: Collection,
    /// The vector space.
    pub space: String,
    /// Length of the vectors.
    pub dimensions: usize,
    /// Version of the analysis that makes terms and occupations.
    pub analysis_version: String,
    /// When the graph is built and used.
    pub vectors: VectorOptions,
}

impl EngineOptions {
    fn identity(&self) -> String {
        format!("{} {} {}", self.contents(), self.space, self.dimensions)
    }

    /// What the index depends on beside the vectors.
    fn contents(&self) -> String {
        format!("{FORMAT} {} {}", self.collection.name(), self.analysis_version)
    }
}

/// An engine on a folder of its own.
pub struct EmbeddedEngine {
    options: EngineOptions,
    folder: PathBuf,
    shared: Arc<Shared>,
    /// `None` once the engine is dropped: whoever else is at work then leaves its folder alone.
    writer: Arc<Mutex<Option<Writer>>>,
}

impl Drop for EmbeddedEngine {
    fn drop(&mut self) {
        *self.writer.lock() = None;
    }
}

/// What searches read.
struct Shared {
    view: RwLock<View>,
    /// A graph is being built, a sealed file written, or what is mapped taken at hand.
    building: AtomicBool,
}

struct Writer {
    log: Log,
    lexical: Lexical,
    /// A commit failed between the log and the view; nothing more is taken.
    broken: bool,
}

/// A change with the slots that it touches.
#[allow(clippy::large_enum_variant, reason = "nearly all steps are upserts")]
enum Step {
    Upsert { kept: Kept, replaces: Option<u32> },
    Volatile { slot: u32, volatile: Volatile },
    Vector { slot: u32, vector: Vec<f32> },
    Delete { slot: u32 },
}

impl EmbeddedEngine {
    /// Makes an empty engine in a folder, which is wiped.
    pub fn create(folder: &Path, options: EngineOptions) -> Result<Self, EngineError> {
        Self::create_on(&System, folder, options)
    }

    fn create_on(
        disk: &dyn Disk,
        folder: &Path,
        options: EngineOptions,
    ) -> Result<Self, EngineError> {
        if folder.exists() {
            std::fs::remove_dir_all(folder)?;
        }
        std::fs::create_dir_all(folder)?;
        let lexical = Lexical::create(&folder.join("words"), disk)?;
        let log = Log::create(&folder.join(LOG_FILE), &options.identity(), disk)?;
        let view = View::empty(&options, &lexical)?;
        Ok(Self::on(folder, options, view, Writer { log, lexical, broken: false }))
    }

    /// Opens an engine. [`EngineError::NeedsRebuild`] when its files are missing, damaged,
    /// made with another analysis or vector space, or mostly hold dead versions.
    pub fn open(folder: &Path, options: EngineOptions) -> Result<Self, EngineError> {
        Self::open_on(&System, folder, options)
    }

    fn open_on(
        disk: &dyn Disk,
        folder: &Path,
        options: EngineOptions,
    ) -> Result<Self, EngineError> {
        let path = folder.join(LOG_FILE);
        if !path.exists() {
            return Err(EngineError::NeedsRebuild { reason: "the document log is missing".into() });
        }
        // Both read whole files to verify them.
        let (opened, sealed) = std::thread::scope(|scope| {
            let sealed = scope.spawn(|| SealedFile::open(folder));
            (Lexical::open(&folder.join("words"), disk), sealed.join())
        });
        let (lexical, mark) = opened?;
        let sealed = sealed.unwrap_or_else(|_| Err("reading it panicked".into()));
        let (mut view, from) = View::sealed_or_empty(sealed, folder, (&options, &lexical, mark))?;
        let log =
            Log::open(&path, (&options.identity(), disk), (from, mark), |kind| view.replay(kind))?;
        (view.seq, view.log_bytes) = mark.map_or((Seq(0), 0), |m| (m.seq, m.log_bytes));
        view.note_dead();
        let slots = view.ids.len();
        let dead = slots - view.ids.living();
        if slots > MIN_SLOTS_TO_COMPACT && dead as f64 > slots as f64 * MAX_DEAD_SHARE {
            return Err(EngineError::NeedsRebuild {
                reason: "it mostly holds dead versions".into(),
            });
        }
        view.load_graph(folder);
        let engine = Self::on(folder, options, view, Writer { log, lexical, broken: false });
        engine.consider_upkeep();
        Ok(engine)
    }

    fn on(folder: &Path, options: EngineOptions, view: View, writer: Writer) -> Self {
        let shared = Shared { view: RwLock::new(view), building: AtomicBool::new(false) };
        Self {
            options,
            folder: folder.to_owned(),
            shared: Arc::new(shared),
            writer: Arc::new(Mutex::new(Some(writer))),
        }
    }

    fn check(&self, batch: &Batch) -> Result<(), EngineError> {
        let expected = self.options.dimensions;
        for change in &batch.changes {
            let (id, vector) = match change {
                Change::Upsert(document) => (&document.id, document.vector.as_ref()),
                Change::Vector { id, vector, .. } => (id, Some(vector)),
                Change::Volatile { .. } | Change::Delete(_) => continue,
            };
            if let Some(actual) = vector.map(Vec::len).filter(|length| *length != expected) {
                return Err(EngineError::Dimensions { id: id.to_string(), actual, expected });
            }
        }
        Ok(())
    }
}

#[async_trait]
impl Engine for EmbeddedEngine {
    fn capabilities(&self) -> Capabilities {
        Capabilities { persistent: true, approximate: true }
    }

    async fn apply(&self, batch: Batch) -> Result<(), EngineError> {
        self.check(&batch)?;
        let (shared, writer) = (self.shared.clone(), self.writer.clone());
        let task = tokio::task::spawn_blocking(move || {
            let mut writer = writer.lock();
            let Some(writer) = writer.as_mut().filter(|writer| !writer.broken) else {
                return Err(EngineError::Broken);
            };
            let result = writer.apply(&shared, batch);
            writer.broken = result.is_err();
            result
        });
        task.await.map_err(|_| EngineError::SearchPanicked)??;
        self.consider_upkeep();
        Ok(())
    }

    async fn retrieve(&self, query: Query) -> Result<Retrieval, EngineError> {
        if let Some(vector) = query.vector.as_ref().filter(|v| v.len() != self.options.dimensions) {
            let (id, actual) = ("query".to_owned(), vector.len());
            return Err(EngineError::Dimensions { id, actual, expected: self.options.dimensions });
        }
        self.shared.view.read().retrieve(&query)
    }

    async fn survey(&self, survey: Survey) -> Result<Surveyed, EngineError> {
        Ok(self.shared.view.read().survey(&survey))
    }

    async fn list(&self, conditions: &[Condition]) -> Result<Vec<DocumentId>, EngineError> {
        let view = self.shared.view.read();
        let selection = view.columns.select(conditions, &view.live);
        let slots = selection.eligible.iter();
        let mut ids: Vec<DocumentId> = slots.map(|s| view.ids[s as usize].0.clone()).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    fn indexed_seq(&self) -> Seq {
        self.shared.view.read().seq
    }

    fn stats(&self) -> EngineStats {
        let view = self.shared.view.read();
        EngineStats {
            live: view.ids.living() as u64,
            tombstones: (view.ids.len() - view.ids.living()) as u64,
            graph_vectors: view.vectors.graph_len() as u64,
            sealed: view.vectors.sealed_len() as u64,
            in_upkeep: self.is_in_upkeep(),
            bytes: folder_bytes(&self.folder),
            seq: view.seq,
            space: self.options.space.clone(),
        }
    }
}

fn folder_bytes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(meta) if meta.is_dir() => folder_bytes(&entry.path()),
            Ok(meta) => meta.len(),
            // A file that a merge has just removed.
            Err(_) => 0,
        })
        .sum()
}

impl Writer {
    /// Log, then words, then the view: a crash between them leaves a log that is ahead, and
    /// is cut off when it is opened.
    fn apply(&mut self, shared: &Shared, batch: Batch) -> Result<(), EngineError> {
        let (steps, fields, next_slot) = plan(&shared.view.read(), batch.changes);
        let entries = steps.iter().map(Step::entry).collect();
        let mark = Mark { seq: batch.seq, log_bytes: self.log.append(entries, batch.seq)? };
        for step in &steps {
            match step {
                Step::Upsert { replaces: Some(slot), .. } | Step::Delete { slot } => {
                    self.lexical.remove(*slot);
                }
                Step::Upsert { replaces: None, .. }
                | Step::Volatile { .. }
                | Step::Vector { .. } => {}
            }
        }
        for (slot, fields) in (next_slot..).zip(&fields) {
            // A version that the same batch replaces is removed above, before it is added.
            if !steps.iter().any(|s| s.kills() == Some(slot)) {
                self.lexical.add(slot, fields)?;
            }
        }
        let before = shared.view.read().words.clone();
        let words = self.lexical.commit(mark, &before)?;
        let mut view = shared.view.write();
        for step in steps {
            view.take(step);
        }
        view.words = words;
        view.note_dead();
        (view.seq, view.log_bytes) = (mark.seq, mark.log_bytes);
        Ok(())
    }
}

/// Resolves ids to slots, in order; also the terms of the new slots and the first of them.
fn plan(view: &View, changes: Vec<Change>) -> (Vec<Step>, Vec<crate::engine::Fields>, u32) {
    let first = view.ids.len() as u32;
    let mut moved: HashMap<DocumentId, Option<(u32, Seq)>> = HashMap::new();
    let mut steps = Vec::with_capacity(changes.len());
    let mut fields = Vec::new();
    let version_of = |moved: &HashMap<DocumentId, Option<(u32, Seq)>>, id: &DocumentId| {
        let indexed = || view.ids.slot_of(id).map(|slot| (slot, view.ids[slot as usize].1));
        moved.get(id).copied().unwrap_or_else(indexed)
    };
    let slot_of = |moved: &_, id: &_| version_of(moved, id).map(|(slot, _)| slot);
    for change in changes {
        match change {
            Change::Upsert(document) => {
                let Document { id, seq, facets, fields: terms, vector } = *document;
                let replaces = slot_of(&moved, &id);
                moved.insert(id.clone(), Some((first + fields.len() as u32, seq)));
                let tokens = Field::ALL.map(|f| terms.of(f).len() as u32);
                fields.push(terms);
                steps.push(Step::Upsert {
                    kept: Kept { id, seq, facets, tokens, vector },
                    replaces,
                });
            }
            Change::Volatile { id, volatile } => {
                if let Some(slot) = slot_of(&moved, &id) {
                    steps.push(Step::Volatile { slot, volatile });
                }
            }
            Change::Vector { id, seq, vector } => {
                if let Some((slot, indexed)) = version_of(&moved, &id)
                    && indexed == seq
                {
                    steps.push(Step::Vector { slot, vector });
                }
            }
            Change::Delete(id) => {
                if let Some(slot) = slot_of(&moved, &id) {
                    moved.insert(id, None);
                    steps.push(Step::Delete { slot });
                }
            }
        }
    }
    (steps, fields, first)
}

impl Step {
    /// The slot that dies by it.
    fn kills(&self) -> Option<u32> {
        match self {
            Self::Upsert { replaces, .. } => *replaces,
            Self::Delete { slot } => Some(*slot),
            Self::Volatile { .. } | Self::Vector { .. } => None,
        }
    }

    fn entry(&self) -> Kind {
        match self {
            Self::Upsert { kept, .. } => Kind::Upsert(kept.entry()),
            Self::Volatile { slot, volatile } => Kind::Volatile(VolatileEntry {
                slot: *slot,
                open: volatile.open,
                places_left: volatile.places_left,
            }),
            Self::Vector { slot, vector } => {
                Kind::Vector(VectorEntry { slot: *slot, vector: vector.clone() })
            }
            Self::Delete { slot } => Kind::Delete(*slot),
        }
    }
}
