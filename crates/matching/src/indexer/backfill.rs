//! Late vectors: documents that came without one get it when the embedder has time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jobmatch_domain::{Collection, DocumentId, JobPosting, Profile, Seq};
use jobmatch_embed::Nature;
use jobmatch_index::{Batch, Change, EmbeddedEngine, Engine};

use super::{Indexable, Indexer};
use crate::embedding::Sources;
use crate::error::MatchingError;

/// Documents that are embedded and committed in one go: few, so that a failure or the end of
/// the process wastes little of what an embedder did.
const BATCH: usize = 128;
/// Pause after a failure; doubled for each further one up to the longest.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Versions in which the embedder found nothing to go by: not asked again by this process.
type Hopeless = HashMap<DocumentId, Seq>;

impl Indexer {
    /// Gives late vectors for as long as it is polled.
    pub(super) async fn backfill(&self) {
        let (mut hopeless, mut pause) = (Hopeless::new(), FIRST_PAUSE);
        loop {
            match self.backfill_some(&mut hopeless).await {
                Ok(true) => pause = FIRST_PAUSE,
                Ok(false) => {
                    pause = FIRST_PAUSE;
                    self.keeper.bare.notified().await;
                }
                Err(error) => {
                    tracing::warn!(%error, collection = self.name(), "no vectors for now");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// `Ok(false)` when no document lacks a vector that could have one.
    async fn backfill_some(&self, hopeless: &mut Hopeless) -> Result<bool, MatchingError> {
        let engine = self.keeper.engine()?;
        let embedder = self.analyst.embedder();
        // What is immediate is never late.
        let useful = embedder.nature() != Nature::Immediate
            && engine.space() == embedder.space().as_str()
            && self.analyst.may_embed(self.keeper.collection());
        if !useful {
            return Ok(false);
        }
        let bare = engine.some_without_vector(BATCH, |id, seq| hopeless.get(id) != Some(&seq));
        if bare.is_empty() {
            return Ok(false);
        }
        let (this, into, asked) = (self.clone(), engine.clone(), bare.clone());
        let work = move || match this.keeper.collection() {
            Collection::Postings => this.late_vectors::<JobPosting>(&into, &asked),
            Collection::Profiles => this.late_vectors::<Profile>(&into, &asked),
        };
        let found = tokio::task::spawn_blocking(work).await??;
        let without = bare.iter().zip(&found).filter(|(_, vector)| vector.is_none());
        hopeless.extend(without.map(|(version, _)| version.clone()));
        let changes = bare
            .into_iter()
            .zip(found)
            .filter_map(|((id, seq), vector)| Some(Change::Vector { id, seq, vector: vector? }));
        self.fill(&engine, changes.collect()).await?;
        Ok(true)
    }

    async fn fill(
        &self,
        engine: &Arc<EmbeddedEngine>,
        changes: Vec<Change>,
    ) -> Result<(), MatchingError> {
        if changes.is_empty() {
            return Ok(());
        }
        let _alone = self.keeper.applying.lock().await;
        if !self.keeper.serves(engine) {
            return Ok(());
        }
        let seq = engine.indexed_seq();
        Ok(engine.apply(Batch { changes, seq }).await?)
    }

    /// A vector for each version; `None` when the record is gone, was changed since, or holds
    /// nothing to go by.
    fn late_vectors<R: Indexable>(
        &self,
        into: &EmbeddedEngine,
        versions: &[(DocumentId, Seq)],
    ) -> Result<Vec<Option<Vec<f32>>>, MatchingError> {
        let mut drafts = Vec::with_capacity(versions.len());
        let mut places = Vec::with_capacity(versions.len());
        for (place, (id, seq)) in versions.iter().enumerate() {
            if let Some(stored) = self.readable::<R>(id)?.filter(|s| s.content_seq == *seq) {
                drafts.push(R::draft(&stored, &self.analyst));
                places.push(place);
            }
        }
        let sources = Sources { collection: R::COLLECTION, into, kept: None, wait: true };
        self.analyst.give_vectors(&mut drafts, &sources)?;
        let mut vectors = vec![None; versions.len()];
        for (place, draft) in places.into_iter().zip(drafts) {
            vectors[place] = draft.vector;
        }
        Ok(vectors)
    }
}
