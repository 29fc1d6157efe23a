//! What goes on beside changes and questions: graphs are built, and the keeper of an index asks
//! which vectors it has and which space it was made in.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use jobmatch_domain::{DocumentId, Seq};

use super::graph::Graph;
use super::{EmbeddedEngine, EngineOptions, LOG_FILE, Shared, View, graph_file, log};

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
        let upkeep = move || {
            // Also after a panic another thread may try again.
            let shared = UpkeepEnds(shared);
            while shared.0.is_upkeep_due() && shared.0.keep_up(&folder, &identity) {}
        };
        if let Err(error) = std::thread::Builder::new().name(name).spawn(upkeep) {
            tracing::error!(%error, "no thread for the upkeep; vectors are scanned");
            self.shared.building.store(false, Ordering::Release);
        }
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
        let slot = *view.slots.get(id)?;
        if view.ids[slot as usize].1 != seq {
            return None;
        }
        Some(view.vectors.get(slot)?.to_vec())
    }

    /// How many live documents have no vector.
    pub fn without_vector(&self) -> u64 {
        let view = self.shared.view.read();
        view.live.iter().filter(|slot| view.vectors.get(*slot).is_none()).count() as u64
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
        view.vectors.wants_seal() || view.vectors.wants_graph()
    }

    /// Does what is due; whether all of it could be done. What came while a graph was built is
    /// sealed as well, so that what is at rest is sealed but for little.
    fn keep_up(&self, folder: &Path, identity: &str) -> bool {
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
        for (id, seq) in self.ids.get(..slots)? {
            hasher.update(id.as_str().as_bytes());
            hasher.update(&seq.0.to_le_bytes());
        }
        Some(hasher.finalize())
    }
}

#[cfg(test)]
mod tests {
    use jobmatch_domain::{Collection, Facets};

    use super::*;
    use crate::embedded::vectors::VectorOptions;
    use crate::engine::{Batch, Change, Document, Engine, Fields};

    #[tokio::test(flavor = "multi_thread")]
    async fn where_all_vectors_are_dead_nothing_is_built_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let options = EngineOptions {
            collection: Collection::Postings,
            space: "test-2".into(),
            dimensions: 2,
            analysis_version: "test".into(),
            vectors: VectorOptions { graph_from: 20, ..VectorOptions::default() },
        };
        let engine = EmbeddedEngine::create(&folder.path().join("e"), options).unwrap();
        let ids = || (0..30).map(|n| DocumentId::parse(&format!("D{n}")).unwrap());
        let upsert = |id| {
            let (facets, fields) = (Facets::default(), Fields::default());
            let vector = Some(vec![1.0, 0.0]);
            Change::Upsert(Box::new(Document { id, seq: Seq(1), facets, fields, vector }))
        };
        let changes = ids().map(upsert).chain(ids().map(Change::Delete)).collect();
        engine.apply(Batch { changes, seq: Seq(1) }).await.unwrap();
        for _ in 0..6_000 {
            if !engine.shared.building.load(Ordering::Acquire) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("it is still building");
    }
}
