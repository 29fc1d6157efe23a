//! From the store to the engine: follows the change feed of one collection.

use std::sync::Arc;
use std::time::Duration;

use jobmatch_domain::{Collection, JobPosting, Profile, Seq, Volatile};
use jobmatch_index::{Batch, Change, Document, Engine};
use jobmatch_store::{Record, Store, Stored};

use crate::analysis::Analyst;
use crate::error::MatchingError;
use crate::index_keeper::{IndexKeeper, IndexState};
use crate::parallel::in_parallel;

/// Most changes in one commit of the engine: large enough that an import is not held up
/// by commits of some 60 ms, small enough that other readers see it within a second.
const MAX_BATCH: usize = 1000;
/// Pause after a commit, so that single writes share commits. With the commit itself it
/// keeps new content well within a second of being acknowledged.
const GATHER: Duration = Duration::from_millis(150);
/// Pause before a failed step is tried again.
const RETRY: Duration = Duration::from_secs(2);
/// Steps that may fail in a row before the engine is given up and built anew.
const MAX_FAILURES: u32 = 3;

/// A record of one of the collections, with how it becomes a document.
pub(crate) trait Indexable: Record {
    /// What the engine keeps.
    fn document(stored: &Stored<Self>, analyst: &Analyst) -> Result<Document, MatchingError>;
    /// The facts that change on their own.
    fn volatile(&self) -> Volatile;
}

impl Indexable for JobPosting {
    fn document(stored: &Stored<Self>, analyst: &Analyst) -> Result<Document, MatchingError> {
        Ok(analyst.posting_document(stored)?)
    }

    fn volatile(&self) -> Volatile {
        Volatile::of_posting(self)
    }
}

impl Indexable for Profile {
    fn document(stored: &Stored<Self>, analyst: &Analyst) -> Result<Document, MatchingError> {
        Ok(analyst.profile_document(stored)?)
    }

    fn volatile(&self) -> Volatile {
        Volatile::of_profile(self)
    }
}

/// Carries the changes of one collection into its engine.
#[derive(Clone)]
pub(crate) struct Indexer {
    pub(crate) store: Store,
    pub(crate) analyst: Analyst,
    pub(crate) keeper: Arc<IndexKeeper>,
}

impl Indexer {
    /// Opens the index, or builds it when it is missing, damaged, made by another lexicon
    /// or model, or ahead of the store; then follows the change feed until the store shuts
    /// down.
    pub(crate) async fn run(self) {
        if let Err(error) = self.open().await {
            tracing::error!(%error, collection = self.name(), "the index could not be opened");
            self.keeper.set_state(IndexState::Failed(error.to_string()));
            return;
        }
        let mut seqs = self.store.subscribe();
        let mut failures = 0;
        loop {
            match self.step().await {
                Ok(true) => {
                    failures = 0;
                    tokio::time::sleep(GATHER).await;
                    continue;
                }
                Ok(false) => failures = 0,
                Err(error) => {
                    failures += 1;
                    tracing::error!(%error, failures, collection = self.name(), "indexing failed");
                    if failures >= MAX_FAILURES {
                        self.rebuild_after_failure(&error).await;
                        failures = 0;
                    }
                    tokio::time::sleep(RETRY).await;
                    continue;
                }
            }
            if seqs.changed().await.is_err() {
                return;
            }
        }
    }

    fn name(&self) -> &'static str {
        self.keeper.collection().name()
    }

    async fn open(&self) -> Result<(), MatchingError> {
        let keeper = self.keeper.clone();
        let opened = tokio::task::spawn_blocking(move || keeper.open_current()).await??;
        let ahead = opened && self.keeper.engine()?.indexed_seq() > self.store.seq();
        if ahead {
            tracing::warn!(collection = self.name(), "index is ahead of the store");
        }
        if !opened || ahead {
            return self.rebuild(|_| ()).await;
        }
        self.keeper.set_state(IndexState::Ready);
        Ok(())
    }

    async fn rebuild_after_failure(&self, error: &MatchingError) {
        self.keeper.set_state(IndexState::Failed(error.to_string()));
        if let Err(error) = self.rebuild(|_| ()).await {
            tracing::error!(%error, collection = self.name(), "the index could not be rebuilt");
            self.keeper.set_state(IndexState::Failed(error.to_string()));
        }
    }

    /// Carries one batch. `Ok(true)` when there may be more.
    async fn step(&self) -> Result<bool, MatchingError> {
        let engine = self.keeper.engine()?;
        // Read before the feed: everything up to here is in the feed by now.
        let upto = self.store.seq();
        let after = engine.indexed_seq();
        let this = self.clone();
        let (batch, more) =
            tokio::task::spawn_blocking(move || this.next_batch(after, upto)).await??;
        if batch.changes.is_empty() {
            self.keeper.set_searchable(batch.seq);
            return Ok(false);
        }
        let seq = batch.seq;
        engine.apply(batch).await?;
        self.keeper.set_searchable(seq);
        Ok(more)
    }

    fn next_batch(&self, after: Seq, upto: Seq) -> Result<(Batch, bool), MatchingError> {
        match self.keeper.collection() {
            Collection::Postings => self.batch_of::<JobPosting>(after, upto),
            Collection::Profiles => self.batch_of::<Profile>(after, upto),
        }
    }

    fn batch_of<R: Indexable>(
        &self,
        after: Seq,
        upto: Seq,
    ) -> Result<(Batch, bool), MatchingError> {
        let feed = self.store.changes(R::COLLECTION, after, MAX_BATCH)?;
        let more = feed.len() == MAX_BATCH;
        let seq = if more { feed.last().map_or(upto, |c| c.seq) } else { upto };
        // What changed after `upto` was read comes with a later batch.
        let feed: Vec<_> = feed.into_iter().filter(|c| c.seq <= seq).collect();
        let changes = in_parallel(&feed, |change| self.change_of::<R>(change, after))?;
        let changes = changes.into_iter().flatten().collect();
        Ok((Batch { changes, seq }, more))
    }

    /// What the engine has to do about a change; `None`: nothing.
    fn change_of<R: Indexable>(
        &self,
        change: &jobmatch_store::Change,
        after: Seq,
    ) -> Result<Option<Change>, MatchingError> {
        if change.deleted {
            return Ok(Some(Change::Delete(change.id.clone())));
        }
        let Some(stored) = self.readable::<R>(&change.id)? else {
            return Ok(None);
        };
        // A record whose content the engine has not seen is indexed whole, also when its
        // last change was of volatile facts only.
        if stored.content_seq <= after && !change.content {
            let volatile = stored.record.volatile();
            return Ok(Some(Change::Volatile { id: change.id.clone(), volatile }));
        }
        Ok(Some(Change::Upsert(Box::new(R::document(&stored, &self.analyst)?))))
    }

    /// The record, or `None` when it is gone or damaged; a damaged row is reported and
    /// never searchable, and holds up nobody else.
    fn readable<R: Record>(
        &self,
        id: &jobmatch_domain::DocumentId,
    ) -> Result<Option<Stored<R>>, MatchingError> {
        match self.store.get::<R>(id) {
            Err(jobmatch_store::StoreError::Damaged { .. }) => {
                tracing::error!("a damaged record is left out of the index");
                Ok(None)
            }
            other => Ok(other?),
        }
    }

    /// Builds the next generation from the store and switches to it. `progress` is told
    /// 0 to 1.
    pub(crate) async fn rebuild(
        &self,
        progress: impl Fn(f64) + Send + Sync,
    ) -> Result<(), MatchingError> {
        let _one_at_a_time = self.keeper.rebuilding.lock().await;
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
        // Changes after this Seq are applied by the feed once the engine serves.
        let seq = self.store.seq();
        let keeper = self.keeper.clone();
        let (generation, engine) =
            tokio::task::spawn_blocking(move || keeper.create_next()).await??;
        let engine = Arc::new(engine);
        let (mut after, mut done) = (None, 0usize);
        self.keeper.set_state(IndexState::Rebuilding(0.0));
        loop {
            let this = self.clone();
            let from = after.clone();
            let (documents, last) =
                tokio::task::spawn_blocking(move || this.scan_page::<R>(from)).await??;
            done += documents.len();
            let share = (done as f64 / total).min(1.0);
            progress(share);
            self.keeper.set_state(IndexState::Rebuilding(share));
            let changes = documents.into_iter().map(|d| Change::Upsert(Box::new(d))).collect();
            // A generation that is cut short is never current, so its Seq may stay at 0.
            let at = if last.is_none() { seq } else { Seq::default() };
            engine.apply(Batch { changes, seq: at }).await?;
            match last {
                Some(last) => after = Some(last),
                None => break,
            }
        }
        let keeper = self.keeper.clone();
        tokio::task::spawn_blocking(move || keeper.switch_to(generation, engine)).await??;
        tracing::info!(collection = self.name(), documents = done, "index built");
        Ok(())
    }

    /// One page of documents in order of id, and the id to go on after.
    fn scan_page<R: Indexable>(
        &self,
        after: Option<jobmatch_domain::DocumentId>,
    ) -> Result<(Vec<Document>, Option<jobmatch_domain::DocumentId>), MatchingError> {
        let page = self.store.scan::<R>(after.as_ref(), MAX_BATCH)?;
        if !page.damaged.is_empty() {
            let count = page.damaged.len();
            tracing::error!(count, "damaged records are left out of the index");
        }
        let documents = in_parallel(&page.records, |stored| R::document(stored, &self.analyst))?;
        Ok((documents, page.last))
    }
}
