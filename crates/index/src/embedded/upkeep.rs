//! What goes on beside changes and questions: slots are sealed, graphs are built, segments of
//! words are merged, and the keeper of an index asks which vectors it has and which space it was
//! made in.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use jobmatch_domain::{DocumentId, Seq};
use parking_lot::Mutex;

use super::graph::Graph;
use super::{
    EmbeddedEngine, EngineOptions, LOG_FILE, Shared, View, Writer, graph_file, large_pages, log,
};
use crate::engine::EngineError;

/// The graph's file in the engine's folder.
const GRAPH_FILE: &str = "graph.bin";

impl EmbeddedEngine {
    /// Seals slots and builds graphs on a thread of its own while that is due, unless it is being
    /// done. Of two cores it takes one, and questions never wait for it.
    pub(super) fn consider_upkeep(&self) {
        let shared = self.shared.clone();
        if !shared.is_upkeep_due() || shared.building.swap(true, Ordering::AcqRel) {
            return;
        }
        let name = format!("upkeep-{}", self.options.collection.name());
        let (folder, identity) = (self.folder.clone(), self.options.identity());
        let writer = self.writer.clone();
        let upkeep = move || loop {
            let is_done = {
                // Also after a panic another thread may try again.
                let ends = UpkeepEnds(shared.clone());
                ends.0.keep_up_while_due((&folder, &identity), &writer)
            };
            // A batch that came between the last look and the end has begun no other thread.
            if !is_done || !shared.is_upkeep_due() || shared.building.swap(true, Ordering::AcqRel) {
                return;
            }
        };
        if let Err(error) = std::thread::Builder::new().name(name).spawn(upkeep) {
            tracing::error!(%error, "no thread for the upkeep; vectors are scanned");
            self.shared.building.store(false, Ordering::Release);
        }
    }

    /// Whether a graph is being built, a sealed file written, or what is mapped taken at hand.
    pub fn is_in_upkeep(&self) -> bool {
        self.shared.building.load(Ordering::Acquire)
    }

    /// The space of its vectors.
    pub fn space(&self) -> &str {
        &self.options.space
    }

    /// Length of its vectors.
    pub fn dimensions(&self) -> usize {
        self.options.dimensions
    }

    /// The options under which the index in a folder can be opened when it differs from
    /// `options` in nothing but the vector space. `None`: it differs in more, or in nothing,
    /// or cannot be read.
    pub fn in_other_space(folder: &Path, options: &EngineOptions) -> Option<EngineOptions> {
        let identity = log::identity_of(&folder.join(LOG_FILE))?;
        let space = identity.strip_prefix(&options.contents())?.strip_prefix(' ')?;
        let (space, dimensions) = space.split_once(' ')?;
        let dimensions = dimensions.parse().ok()?;
        let other = (space, dimensions) != (options.space.as_str(), options.dimensions);
        other.then(|| EngineOptions { space: space.to_owned(), dimensions, ..options.clone() })
    }

    /// The vector of a version of a document; `None` when it has none, or the engine another
    /// version.
    pub fn vector(&self, id: &DocumentId, seq: Seq) -> Option<Vec<f32>> {
        let view = self.shared.view.read();
        let slot = view.ids.slot_of(id)?;
        if view.ids[slot as usize].1 != seq {
            return None;
        }
        Some(view.vectors.get(slot)?.to_vec())
    }

    /// How many live documents have no vector.
    pub fn without_vector(&self) -> u64 {
        let view = self.shared.view.read();
        view.live.count_outside(view.vectors.present()) as u64
    }

    /// Up to `limit` live documents without a vector, oldest version first, of those that
    /// `wanted` says yes to.
    pub fn some_without_vector(
        &self,
        limit: usize,
        wanted: impl Fn(&DocumentId, Seq) -> bool,
    ) -> Vec<(DocumentId, Seq)> {
        let view = self.shared.view.read();
        let bare = view.live.iter().filter(|slot| view.vectors.get(*slot).is_none());
        let versions = bare.map(|slot| &view.ids[slot as usize]);
        versions.filter(|(id, seq)| wanted(id, *seq)).take(limit).cloned().collect()
    }
}

/// Says so when upkeep has ended, however it did.
struct UpkeepEnds(Arc<Shared>);

impl Drop for UpkeepEnds {
    fn drop(&mut self) {
        self.0.building.store(false, Ordering::Release);
    }
}

impl Shared {
    fn is_upkeep_due(&self) -> bool {
        let view = self.view.read();
        let common = view.words.common_upto() as usize;
        view.vectors.wants_seal()
            || view.vectors.wants_graph()
            || view.vectors.mapped().is_some()
            || common < view.vectors.sealed_len()
    }

    /// Does what is due until nothing is; whether all of it could be done.
    fn keep_up_while_due(
        &self,
        (folder, identity): (&Path, &str),
        writer: &Mutex<Option<Writer>>,
    ) -> bool {
        while self.is_upkeep_due() {
            if !self.keep_up(folder, identity) {
                return false;
            }
            // A merge also fails where tantivy has begun one of the same segments by itself.
            let merged = self.merge_words(writer);
            #[cfg(test)]
            let merged = merged.and_then(|()| Ok(jobmatch_faults::at("words: merge", folder)?));
            if let Err(error) = merged {
                tracing::warn!(%error, "segments of words are not merged this time");
            }
            if let Err(error) = self.index_common() {
                tracing::error!(%error, "words are sought in all segments");
                return false;
            }
        }
        true
    }

    /// Does what is due once; whether all of it could be done. What came while a graph was built is
    /// sealed as well, so that what is at rest is sealed but for little.
    fn keep_up(&self, folder: &Path, identity: &str) -> bool {
        self.take_rows_at_hand();
        if self.view.read().vectors.wants_seal() && !self.seal(folder, identity) {
            return false;
        }
        if !self.view.read().vectors.wants_graph() {
            return true;
        }
        let is_built = self.build_graph(&folder.join(GRAPH_FILE));
        let is_worth_it = self.view.read().vectors.has_much_unsealed();
        is_built && (!is_worth_it || self.seal(folder, identity))
    }

    /// After a restart rows are mapped, so that questions need not wait until they lie where they
    /// are read fast. Nobody else replaces them meanwhile.
    fn take_rows_at_hand(&self) {
        let (mapped, dimensions) = {
            let view = self.view.read();
            (view.vectors.mapped().cloned(), view.vectors.dimensions())
        };
        let Some(mapped) = mapped else { return };
        let started = Instant::now();
        let codes = mapped.codes.clone();
        let at_hand = mapped.at_hand(dimensions);
        // SAFETY: rows that were not at hand are those of the sealed file.
        #[allow(unsafe_code, reason = "see there")]
        unsafe {
            large_pages::let_go(&codes);
        }
        self.view.write().vectors.take_at_hand(at_hand);
        // Scans are faster now.
        let exact_below = self.view.read().vectors.measured_exact_below();
        if let Some(exact_below) = exact_below {
            self.view.write().vectors.set_exact_below(exact_below);
        }
        tracing::info!(took = ?started.elapsed(), exact_below, "sealed rows are at hand");
    }

    /// Merges the segments of words as far as they are committed, so that a question looks its
    /// terms up once. Whoever closes the index meanwhile does not wait for it.
    fn merge_words(&self, writer: &Mutex<Option<Writer>>) -> Result<(), EngineError> {
        let begun = writer.lock().as_mut().map(|writer| writer.lexical.merge());
        let Some(merge) = begun.transpose()?.flatten() else { return Ok(()) };
        let started = Instant::now();
        merge.wait()?;
        // While the writer is held no batch comes in, so this is the state that is seen.
        if let Some(writer) = writer.lock().as_ref() {
            let before = self.view.read().words.clone();
            let words = writer.lexical.words(&before)?;
            let mut view = self.view.write();
            view.words = words;
            view.note_dead();
            tracing::info!(took = ?started.elapsed(), "segments of words merged");
        }
        Ok(())
    }

    /// Finds the common terms anew where slots were sealed since.
    fn index_common(&self) -> Result<(), EngineError> {
        let (words, slots) = {
            let view = self.view.read();
            (view.words.clone(), view.ids.len() as u32)
        };
        let started = Instant::now();
        let common = words.common_terms(slots)?;
        let (terms, bytes) = common.size();
        tracing::info!(terms, bytes, took = ?started.elapsed(), "common terms found");
        let mut view = self.view.write();
        let View { words, live, .. } = &mut *view;
        words.use_common(common, live);
        Ok(())
    }

    /// Whether a graph was built and is in use. There is none of vectors that are all dead.
    fn build_graph(&self, path: &Path) -> bool {
        let input = {
            let view = self.view.read();
            view.vectors.graph_input(&view.live)
        };
        if input.slots.is_empty() {
            return false;
        }
        let started = Instant::now();
        let graph = Graph::build(&input);
        let (vectors, seconds) = (graph.len(), started.elapsed().as_secs());
        let documents = self.view.read().digest(graph.covers().slots);
        if let Some(Err(error)) = documents.map(|d| graph_file::save(&graph, d, path)) {
            tracing::error!(%error, "the graph is not kept; a restart builds it anew");
        }
        let exact_below = self.view.write().vectors.install_graph(graph);
        tracing::info!(vectors, seconds, exact_below, "graph built");
        exact_below.is_some()
    }
}

impl View {
    /// Takes a graph into use that an earlier run has built. One that does not fit is built anew
    /// in the background; until then vectors are scanned.
    pub(super) fn load_graph(&mut self, folder: &Path) {
        let path = folder.join(GRAPH_FILE);
        if !path.exists() {
            return;
        }
        match graph_file::load(&path, |slots| self.digest(slots)) {
            Ok(graph) => {
                let vectors = graph.len();
                let exact_below = self.vectors.install_graph(graph);
                tracing::info!(vectors, exact_below, "graph read");
            }
            Err(reason) => tracing::warn!(reason, "the graph is not used"),
        }
    }

    /// Digest of the documents in the first slots; `None` when there are fewer.
    fn digest(&self, slots: usize) -> Option<u32> {
        let mut hasher = crc32fast::Hasher::new();
        for (id, seq) in self.ids.rows().get(..slots)? {
            hasher.update(id.as_str().as_bytes());
            hasher.update(&seq.0.to_le_bytes());
        }
        Some(hasher.finalize())
    }
}

#[cfg(test)]
mod tests {
    use jobmatch_domain::{Collection, Facets};
    use jobmatch_faults::Fault;

    use super::*;
    use crate::bitmap::Bitmap;
    use crate::embedded::vectors::VectorOptions;
    use crate::engine::{Batch, Change, Document, Engine, Fields};

    async fn upkeep_ends(engine: &EmbeddedEngine) {
        for _ in 0..6_000 {
            if !engine.shared.building.load(Ordering::Acquire) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("it is still at work");
    }

    fn upsert(id: DocumentId, fields: Fields) -> Change {
        let (facets, vector) = (Facets::default(), Some(vec![1.0, 0.0]));
        Change::Upsert(Box::new(Document { id, seq: Seq(1), facets, fields, vector }))
    }

    fn engine(folder: &Path, vectors: VectorOptions) -> EmbeddedEngine {
        let options = EngineOptions {
            collection: Collection::Postings,
            space: "test-2".into(),
            dimensions: 2,
            analysis_version: "test".into(),
            vectors,
        };
        EmbeddedEngine::create(folder, options).unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_sealed_has_its_words_in_one_segment() {
        let folder = tempfile::tempdir().unwrap();
        let seal_from = VectorOptions { seal_from: 7, ..VectorOptions::default() };
        let engine = engine(&folder.path().join("e"), seal_from);
        for seq in 1..=7 {
            let id = DocumentId::parse(&format!("D{seq}")).unwrap();
            let fields = Fields { title_words: vec!["保安".into()], ..Fields::default() };
            let batch = Batch { changes: vec![upsert(id, fields)], seq: Seq(seq) };
            engine.apply(batch).await.unwrap();
            let segments = engine.shared.view.read().words.segments();
            assert!(seq == 7 || segments == seq as usize, "{segments} after {seq}");
        }
        upkeep_ends(&engine).await;
        assert_eq!(engine.shared.view.read().words.segments(), 1);
        assert_eq!(engine.stats().sealed, 7);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_a_restart_maps_is_taken_at_hand_and_answers_alike() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("e");
        let seal_from = VectorOptions { seal_from: 7, ..VectorOptions::default() };
        let first = engine(&folder, seal_from);
        let ids = (1..=7).map(|n| DocumentId::parse(&format!("D{n}")).unwrap());
        let changes = ids.map(|id| upsert(id, Fields::default())).collect();
        first.apply(Batch { changes, seq: Seq(7) }).await.unwrap();
        upkeep_ends(&first).await;
        let options = first.options.clone();
        drop(first);
        let again = EmbeddedEngine::open(&folder, options).unwrap();
        upkeep_ends(&again).await;
        let view = again.shared.view.read();
        assert!(view.vectors.sealed_len() == 7 && view.vectors.mapped().is_none());
        let one = Bitmap::of_words(vec![1 << 5]);
        let found = view.vectors.search(&[1.0, 0.0], 1, &one, (false, &|a, b| a.cmp(&b)));
        assert_eq!(found.0, [(5, 1.0)]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_merge_that_fails_keeps_nothing_else_from_being_done() {
        let folder = tempfile::tempdir().unwrap();
        let armed = jobmatch_faults::arm("words: merge", folder.path(), Fault::Error);
        let seal_from = VectorOptions { seal_from: 7, ..VectorOptions::default() };
        let engine = engine(&folder.path().join("e"), seal_from);
        for seq in 1..=7 {
            let id = DocumentId::parse(&format!("D{seq}")).unwrap();
            let batch = Batch { changes: vec![upsert(id, Fields::default())], seq: Seq(seq) };
            engine.apply(batch).await.unwrap();
        }
        upkeep_ends(&engine).await;
        assert_eq!((armed.hits(), engine.stats().sealed), (1, 7));
        assert!(!engine.shared.is_upkeep_due());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn where_all_vectors_are_dead_nothing_is_built_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let graph_from = VectorOptions { graph_from: 20, ..VectorOptions::default() };
        let engine = engine(&folder.path().join("e"), graph_from);
        let ids = || (0..30).map(|n| DocumentId::parse(&format!("D{n}")).unwrap());
        let upserts = ids().map(|id| upsert(id, Fields::default()));
        let changes = upserts.chain(ids().map(Change::Delete)).collect();
        engine.apply(Batch { changes, seq: Seq(1) }).await.unwrap();
        upkeep_ends(&engine).await;
    }
}
