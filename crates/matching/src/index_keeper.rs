//! One collection's index: which engine serves, how far it has come, and its rebuild.
//!
//! An index lives in a folder of its own generation, `g1`, `g2`, …; the file `CURRENT`
//! names the one that serves (`current.rs`). A rebuild fills the next generation beside it and
//! switches when it is complete, so that matches go on meanwhile. A generation that served is
//! renamed to `gone-…` before it is removed.

mod current;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use jobmatch_domain::{Collection, Seq};
use jobmatch_index::{EmbeddedEngine, Engine, EngineError, EngineOptions, EngineStats};
use parking_lot::RwLock;
use tokio::sync::watch;

use self::current::Generation;
pub(crate) use self::current::Moment;
use crate::error::MatchingError;

/// What the names of folders begin with that are being removed.
const GONE: &str = "gone-";

/// What an index is doing.
#[derive(Debug, Clone, PartialEq)]
pub enum IndexState {
    /// Not opened yet.
    Opening,
    /// Serves.
    Ready,
    /// Being filled, 0 to 1; serves meanwhile when an older generation is there.
    Rebuilding(f64),
    /// Does not take changes any more, with the reason.
    Failed(String),
}

/// Keeps the engine of one collection.
pub struct IndexKeeper {
    collection: Collection,
    folder: PathBuf,
    options: EngineOptions,
    engine: ArcSwapOption<EmbeddedEngine>,
    state: RwLock<IndexState>,
    searchable: watch::Sender<Seq>,
    serving: RwLock<Option<Generation>>,
    compacted: RwLock<Moment>,
    /// Held by the one rebuild that may run.
    pub(crate) rebuilding: Arc<tokio::sync::Mutex<()>>,
    /// Held by whoever applies a batch to the engine that serves, or lets another one serve.
    pub(crate) applying: tokio::sync::Mutex<()>,
    /// Tells that another engine serves, which may lack the last changes.
    pub(crate) switched: tokio::sync::Notify,
    /// Tells that there may be documents without a vector.
    pub(crate) bare: tokio::sync::Notify,
}

/// What was found on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opened {
    /// An index that serves.
    Serves,
    /// One that serves, with the vectors of another model.
    OtherSpace,
    /// None that can be used.
    Nothing,
}

impl IndexKeeper {
    /// A keeper of the folder; opens nothing.
    pub(crate) fn new(collection: Collection, folder: PathBuf, options: EngineOptions) -> Self {
        Self {
            collection,
            folder,
            options,
            engine: ArcSwapOption::empty(),
            state: RwLock::new(IndexState::Opening),
            searchable: watch::Sender::new(Seq::default()),
            serving: RwLock::default(),
            compacted: RwLock::new(Moment::NONE),
            rebuilding: Arc::default(),
            applying: tokio::sync::Mutex::new(()),
            switched: tokio::sync::Notify::new(),
            bare: tokio::sync::Notify::new(),
        }
    }

    /// The collection.
    pub fn collection(&self) -> Collection {
        self.collection
    }

    /// What it is doing.
    pub fn state(&self) -> IndexState {
        self.state.read().clone()
    }

    /// Whether matches can be asked.
    pub fn is_serving(&self) -> bool {
        self.engine.load().is_some()
    }

    /// Last Seq that is searchable.
    pub fn searchable(&self) -> Seq {
        *self.searchable.borrow()
    }

    /// Records that were deleted up to this Seq are in no file of the index any more: it was
    /// built from the store after that, and older generations are removed. 0 until it is open.
    pub fn compacted(&self) -> Seq {
        self.compacted_at().seq
    }

    /// The same with its time.
    pub(crate) fn compacted_at(&self) -> Moment {
        *self.compacted.read()
    }

    /// Takes back what was told to be compacted, by an index that is not of this store.
    pub(crate) fn forget_compacted(&self) {
        *self.compacted.write() = Moment::NONE;
    }

    /// An error unless [`IndexKeeper::compacted`] has come to a Seq.
    pub(crate) fn is_compacted(&self, seq: Seq) -> Result<(), MatchingError> {
        if self.compacted() < seq {
            return Err(MatchingError::OldIndexLeft { collection: self.collection });
        }
        Ok(())
    }

    /// Counts of the engine that serves.
    pub fn stats(&self) -> Option<EngineStats> {
        self.engine.load().as_ref().map(|engine| engine.stats())
    }

    /// Live documents of the engine that serves which have no vector.
    pub fn without_vector(&self) -> u64 {
        self.engine.load().as_ref().map_or(0, |engine| engine.without_vector())
    }

    /// The engine, or why there is none.
    pub(crate) fn engine(&self) -> Result<Arc<EmbeddedEngine>, MatchingError> {
        self.engine.load_full().ok_or_else(|| MatchingError::IndexNotReady {
            collection: self.collection,
            reason: match self.state() {
                IndexState::Opening | IndexState::Ready => "opening".into(),
                IndexState::Rebuilding(done) => {
                    format!("rebuilding, {:.0}% done", done * 100.0)
                }
                IndexState::Failed(reason) => format!("failed: {reason}"),
            },
        })
    }

    /// Whether it is this engine that serves.
    pub(crate) fn serves(&self, engine: &Arc<EmbeddedEngine>) -> bool {
        self.engine.load().as_ref().is_some_and(|serving| Arc::ptr_eq(serving, engine))
    }

    /// Waits until the Seq is searchable. Ends only then; the caller's deadline bounds it.
    pub(crate) async fn wait_for(&self, seq: Seq) -> Result<(), MatchingError> {
        let mut searchable = self.searchable.subscribe();
        searchable.wait_for(|at| *at >= seq).await.map_err(|_| MatchingError::ShuttingDown)?;
        Ok(())
    }

    /// Whether the engine that serves is in upkeep.
    pub(crate) fn is_in_upkeep(&self) -> bool {
        self.engine.load().as_ref().is_some_and(|engine| engine.is_in_upkeep())
    }

    pub(crate) fn set_state(&self, state: IndexState) {
        *self.state.write() = state;
    }

    pub(crate) fn set_searchable(&self, seq: Seq) {
        self.searchable.send_if_modified(|at| {
            let rises = seq > *at;
            *at = (*at).max(seq);
            rises
        });
    }

    /// Opens the current generation and serves it, also one of another vector space: its
    /// words and conditions are good until the next one is made.
    pub(crate) fn open_current(&self) -> Opened {
        let Some(generation) = current::read(&self.folder) else {
            return Opened::Nothing;
        };
        let folder = self.generation_folder(generation.number);
        let (options, opened) = match EmbeddedEngine::in_other_space(&folder, &self.options) {
            None => (self.options.clone(), Opened::Serves),
            Some(options) => (options, Opened::OtherSpace),
        };
        match EmbeddedEngine::open(&folder, options) {
            Ok(engine) => {
                self.engine.store(Some(Arc::new(engine)));
                // A crash leaves generations that nobody would ever remove, with records that
                // were deleted since.
                *self.serving.write() = Some(generation);
                self.settle();
                opened
            }
            // Whatever it is, the store has all that the index had.
            Err(error) => {
                tracing::warn!(
                    collection = self.collection.name(),
                    %error,
                    "index must be rebuilt"
                );
                Opened::Nothing
            }
        }
    }

    /// Makes an empty engine of the next generation, which does not serve yet.
    pub(crate) fn create_next(&self) -> Result<(u64, EmbeddedEngine), MatchingError> {
        let generation = self.generations().last().copied().unwrap_or(0) + 1;
        let folder = self.generation_folder(generation);
        #[cfg(test)]
        jobmatch_faults::at("generation: create", &folder).map_err(EngineError::from)?;
        let engine = EmbeddedEngine::create(&folder, self.options.clone())?;
        Ok((generation, engine))
    }

    /// Serves an engine that was filled from the store as of a moment, makes it the current
    /// generation durably, and removes the others.
    pub(crate) fn switch_to(
        &self,
        number: u64,
        engine: Arc<EmbeddedEngine>,
        from: Moment,
    ) -> Result<(), MatchingError> {
        let generation = Generation { number, from };
        current::write(&self.folder, generation).map_err(EngineError::from)?;
        self.engine.store(Some(engine));
        *self.serving.write() = Some(generation);
        self.settle();
        Ok(())
    }

    /// Removes all generations but the one that serves, also what an attempt that failed has
    /// left; only then is it told to be compacted. The Seq from which the one that serves was
    /// filled, 0 when none does.
    pub(crate) fn settle(&self) -> Seq {
        let Some(Generation { number, from }) = *self.serving.read() else {
            return Moment::NONE.seq;
        };
        if self.remove_others(number) {
            *self.compacted.write() = from;
        }
        from.seq
    }

    /// Removes all generations but one; tells whether they are gone.
    fn remove_others(&self, generation: u64) -> bool {
        let others = self.generations().into_iter().filter(|g| *g != generation);
        // Readers of the old engine hold its files open; the names can go. Its merges and its
        // upkeep may still make files: under another name the folder stays as it is, so that
        // all of it can be removed.
        let moved = others.map(|old| {
            let gone = self.folder.join(format!("{GONE}g{old}"));
            #[cfg(test)]
            jobmatch_faults::at("generation: rename", &self.folder)?;
            std::fs::rename(self.generation_folder(old), gone)
        });
        let are_moved = moved.collect::<Result<Vec<()>, _>>();
        let removed = are_moved.and_then(|_| self.remove_gone());
        if let Err(error) = &removed {
            tracing::warn!(%error, folder = %self.folder.display(), "an old index is still there");
        }
        removed.is_ok()
    }

    fn remove_gone(&self) -> std::io::Result<()> {
        let is_gone = |name: &str| name.starts_with(GONE);
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            if entry.file_name().to_str().is_some_and(is_gone) {
                #[cfg(test)]
                jobmatch_faults::at("generation: remove", &self.folder)?;
                std::fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    }

    fn generation_folder(&self, generation: u64) -> PathBuf {
        self.folder.join(format!("g{generation}"))
    }

    /// The generations on disk in rising order.
    fn generations(&self) -> Vec<u64> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut found: Vec<u64> = entries
            .filter_map(|e| e.file_name().to_str()?.strip_prefix('g')?.parse().ok())
            .collect();
        found.sort_unstable();
        found
    }
}
