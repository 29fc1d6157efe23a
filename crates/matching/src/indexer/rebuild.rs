//! A new generation of the index, filled from the store beside the one that serves.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jobmatch_domain::{Collection, DocumentId, JobPosting, Profile, Seq};
use jobmatch_index::{Batch, Change, EmbeddedEngine, Engine};

use super::{Indexable, Indexer, MAX_BATCH};
use crate::embedding::{Draft, Sources};
use crate::error::MatchingError;
use crate::index_keeper::{IndexState, Moment};
use crate::parallel::in_parallel;

/// Pause before a rebuild for another model is tried again.
const AGAIN: Duration = Duration::from_secs(30);
/// Pause before an embedder that failed is asked for the same page again.
const EMBEDDER_PAUSE: Duration = Duration::from_secs(2);
/// How long in all a rebuild waits for an embedder that is away. Then the rest comes without
/// vectors and gets them later: an erasure, which is a rebuild too, must not wait for ever.
const PATIENCE: Duration = Duration::from_secs(600);
/// Documents that are handed to an embedder together.
const EMBED_CHUNK: usize = 128;

impl Indexer {
    /// Makes the vectors of all documents anew, for an index of another model, and switches
    /// to them when they are complete.
    pub(super) async fn embed_anew(&self) {
        while let Err(error) = self.rebuild(|_| ()).await {
            tracing::error!(%error, collection = self.name(), "the vectors could not be made anew");
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Builds the next generation from the store and switches to it. `progress` is told
    /// 0 to 1.
    pub(crate) async fn rebuild(
        &self,
        progress: impl Fn(f64) + Send + Sync,
    ) -> Result<(), MatchingError> {
        let _one_at_a_time = self.keeper.rebuilding.lock().await;
        self.rebuild_alone(progress).await
    }

    /// Rebuilds unless that was done since a Seq, so that erasures that wait for each other
    /// share one rebuild. Errors when files of before are left all the same; asked again, it
    /// removes them and does not build anew for it.
    pub(crate) async fn compact(
        &self,
        deleted_up_to: Seq,
        progress: impl Fn(f64) + Send + Sync,
    ) -> Result<(), MatchingError> {
        let _one_at_a_time = self.keeper.rebuilding.lock().await;
        if self.keeper.compacted() < deleted_up_to {
            let keeper = self.keeper.clone();
            let built_from = tokio::task::spawn_blocking(move || keeper.settle()).await?;
            if built_from < deleted_up_to {
                self.rebuild_alone(progress).await?;
            }
        }
        self.keeper.is_compacted(deleted_up_to)
    }

    /// The same for whoever holds the lock of rebuilds.
    pub(super) async fn rebuild_alone(
        &self,
        progress: impl Fn(f64) + Send + Sync,
    ) -> Result<(), MatchingError> {
        let result = match self.keeper.collection() {
            Collection::Postings => self.rebuild_of::<JobPosting>(&progress).await,
            Collection::Profiles => self.rebuild_of::<Profile>(&progress).await,
        };
        if result.is_ok() || self.keeper.is_serving() {
            self.keeper.set_state(IndexState::Ready);
        }
        result
    }

    async fn rebuild_of<R: Indexable>(
        &self,
        progress: &(impl Fn(f64) + Send + Sync),
    ) -> Result<(), MatchingError> {
        let total = self.store.count(R::COLLECTION)?.max(1) as f64;
        // Read before the Seq: whoever is deleted after that is so no earlier than this.
        let at = (self.clock)();
        // Changes after this Seq are applied by the feed once the engine serves.
        let seq = self.store.seq();
        let keeper = self.keeper.clone();
        let (generation, engine) =
            tokio::task::spawn_blocking(move || keeper.create_next()).await??;
        let engine = Arc::new(engine);
        let filling = Filling::of(engine.clone(), self.keeper.engine().ok());
        let (mut after, mut done) = (None, 0usize);
        self.keeper.set_state(IndexState::Rebuilding(0.0));
        loop {
            let (this, from, to) = (self.clone(), after.clone(), filling.clone());
            let (drafts, last) =
                tokio::task::spawn_blocking(move || this.scan_page::<R>(from, &to)).await??;
            let drafts = self.completed(drafts, &filling).await?;
            done += drafts.len();
            let share = (done as f64 / total).min(1.0);
            progress(share);
            self.keeper.set_state(IndexState::Rebuilding(share));
            let changes =
                drafts.into_iter().map(|d| Change::Upsert(Box::new(d.document()))).collect();
            // A generation that is cut short is never current, so its Seq may stay at 0.
            let at = if last.is_none() { seq } else { Seq::default() };
            engine.apply(Batch { changes, seq: at }).await?;
            match last {
                Some(last) => after = Some(last),
                None => break,
            }
        }
        // What was written meanwhile, so that the switch takes nothing back.
        while self.carry_to(&engine).await? {}
        let alone = self.keeper.applying.lock().await;
        // And the last of it while the engine that serves takes nothing: what was told to be
        // searchable stays so.
        while self.carry_to(&engine).await? {}
        let (keeper, from) = (self.keeper.clone(), Moment { seq, at });
        tokio::task::spawn_blocking(move || keeper.switch_to(generation, engine, from)).await??;
        drop(alone);
        // And what was written in these last milliseconds.
        self.keeper.switched.notify_one();
        self.keeper.bare.notify_one();
        tracing::info!(collection = self.name(), documents = done, "index built");
        Ok(())
    }

    /// One page of records in order of id, read, and the id to go on after.
    fn scan_page<R: Indexable>(
        &self,
        after: Option<DocumentId>,
        filling: &Filling,
    ) -> Result<(Vec<Draft>, Option<DocumentId>), MatchingError> {
        let page = self.store.scan::<R>(after.as_ref(), MAX_BATCH)?;
        if !page.damaged.is_empty() {
            let count = page.damaged.len();
            tracing::error!(count, "damaged records are left out of the index");
        }
        let sources = filling.sources(R::COLLECTION, false);
        let drafts = in_parallel(&page.records, |stored| self.draft(stored, &sources))?;
        Ok((drafts, page.last))
    }

    /// The drafts with the vectors of a slow embedder, for as long as the filling waits for
    /// them.
    async fn completed(
        &self,
        mut drafts: Vec<Draft>,
        filling: &Filling,
    ) -> Result<Vec<Draft>, MatchingError> {
        let mut complete = Vec::with_capacity(drafts.len());
        while !drafts.is_empty() && Instant::now() < filling.wait_until {
            let mut part = drafts;
            drafts = part.split_off(part.len().min(EMBED_CHUNK));
            let (this, to) = (self.clone(), filling.clone());
            let (part, given) = tokio::task::spawn_blocking(move || {
                let sources = to.sources(this.keeper.collection(), true);
                let given = this.analyst.give_vectors(&mut part, &sources);
                (part, given)
            })
            .await?;
            match given {
                Ok(()) => complete.extend(part),
                Err(error) => {
                    tracing::warn!(%error, collection = self.name(), "waiting for the embedder");
                    drafts = part.into_iter().chain(drafts).collect();
                    tokio::time::sleep(EMBEDDER_PAUSE).await;
                }
            }
        }
        complete.extend(drafts);
        Ok(complete)
    }
}

/// What a new generation is filled with.
#[derive(Clone)]
struct Filling {
    into: Arc<EmbeddedEngine>,
    kept: Option<Arc<EmbeddedEngine>>,
    /// Until then it waits for vectors of a slow embedder; afterwards they come later.
    wait_until: Instant,
}

impl Filling {
    /// Beside an index of another model it waits, so that the switch brings complete
    /// vectors. Without an index to serve, words come first; beside one of the same model,
    /// what that has is taken over, and what it lacks comes later as it would have.
    fn of(into: Arc<EmbeddedEngine>, serving: Option<Arc<EmbeddedEngine>>) -> Self {
        let (kept, other) = match serving {
            Some(engine) if engine.space() == into.space() => (Some(engine), false),
            Some(_) => (None, true),
            None => (None, false),
        };
        let now = Instant::now();
        let wait_until = if other { now + PATIENCE } else { now };
        Self { into, kept, wait_until }
    }

    fn sources(&self, collection: Collection, wait: bool) -> Sources<'_> {
        Sources { collection, into: &self.into, kept: self.kept.as_deref(), wait }
    }
}
