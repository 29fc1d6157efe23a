//! What the keeper of an index asks beside changes and questions: which vectors it has, and
//! which space it was made in.

use std::path::Path;

use jobmatch_domain::{DocumentId, Seq};

use super::{EmbeddedEngine, EngineOptions, log};

impl EmbeddedEngine {
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
        let identity = log::identity_of(&folder.join("documents.log"))?;
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
