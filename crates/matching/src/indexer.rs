//! From the store to the engine: follows the change feed of one collection.
//!
//! A slow or remote embedder holds nobody up: a record becomes searchable by its words at once,
//! and `backfill` gives it its vector afterwards. What still lacks one is asked of the engine,
//! so nothing is forgotten over a failure or a restart.

mod backfill;
mod rebuild;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use jobmatch_domain::{Collection, JobPosting, Profile, Seq, Volatile};
use jobmatch_index::{Batch, Change, EmbeddedEngine, Engine};
use jobmatch_store::{Record, Store, Stored};
use tokio::sync::OwnedMutexGuard;
use tokio::task::JoinHandle;

use crate::analysis::Analyst;
use crate::clock::Clock;
use crate::embedding::{Draft, Sources};
use crate::error::MatchingError;
use crate::index_keeper::{IndexKeeper, IndexState, Opened};
use crate::parallel::in_parallel;

/// Most changes in one commit of the engine: large enough that an import is not held up
/// by commits of some 60 ms, small enough that other readers see it within a second.
const MAX_BATCH: usize = 1000;
/// Pause after a commit that emptied the feed, so that single writes share commits. With the
/// commit itself it keeps new content well within a second of being acknowledged.
const GATHER: Duration = Duration::from_millis(150);
/// Pause before a failed step is tried again.
const RETRY: Duration = Duration::from_secs(2);
/// Steps that may fail in a row before the engine is given up and built anew.
const MAX_FAILURES: u32 = 3;

/// A record of one of the collections, with how it becomes a document.
pub(crate) trait Indexable: Record {
    /// Reads it.
    fn draft(stored: &Stored<Self>, analyst: &Analyst) -> Draft;
    /// The facts that change on their own.
    fn volatile(stored: &Stored<Self>) -> Volatile;
}

impl Indexable for JobPosting {
    fn draft(stored: &Stored<Self>, analyst: &Analyst) -> Draft {
        analyst.posting_draft(stored)
    }

    fn volatile(stored: &Stored<Self>) -> Volatile {
        Volatile::of_posting(&stored.record, stored.taken)
    }
}

impl Indexable for Profile {
    fn draft(stored: &Stored<Self>, analyst: &Analyst) -> Draft {
        analyst.profile_draft(stored)
    }

    fn volatile(stored: &Stored<Self>) -> Volatile {
        Volatile::of_profile(&stored.record)
    }
}

/// A batch that is being read, and whether there may be more after it.
type BatchRead = JoinHandle<Result<(Batch, bool), MatchingError>>;

/// A batch that is read before its turn.
struct Ahead {
    /// What it was read for; another engine may need another batch.
    engine: Arc<EmbeddedEngine>,
    after: Seq,
    batch: BatchRead,
}

/// What a step found in the feed.
enum Step {
    /// A full batch; there may be more.
    Full,
    /// All that there was.
    Emptied,
    /// Nothing.
    Nothing,
}

/// An index that is being opened.
pub(crate) struct Opening {
    opened: JoinHandle<Opened>,
    /// Opening removes every generation but its own, so whoever builds another one waits.
    alone: OwnedMutexGuard<()>,
}

impl Opening {
    /// Begins it on a thread of its own.
    pub(crate) async fn begin(keeper: Arc<IndexKeeper>) -> Self {
        let alone = keeper.rebuilding.clone().lock_owned().await;
        let opened = tokio::task::spawn_blocking(move || keeper.open_current());
        Self { opened, alone }
    }
}

/// Carries the changes of one collection into its engine.
#[derive(Clone)]
pub(crate) struct Indexer {
    pub(crate) store: Store,
    pub(crate) analyst: Analyst,
    pub(crate) keeper: Arc<IndexKeeper>,
    pub(crate) clock: Clock,
}

impl Indexer {
    /// Waits for the index, or builds it when it is missing, damaged, made by another lexicon,
    /// or ahead of the store; then follows the change feed until the store shuts down, and
    /// gives late vectors meanwhile. An index of another model serves by words until the
    /// next one is complete.
    pub(crate) async fn run(self, opening: Opening) {
        let opened = match self.settle(opening).await {
            Ok(opened) => opened,
            Err(error) => {
                tracing::error!(%error, collection = self.name(), "the index could not be opened");
                self.keeper.set_state(IndexState::Failed(error.to_string()));
                return;
            }
        };
        let embed_anew = async {
            if opened == Opened::OtherSpace {
                self.embed_anew().await;
            }
            self.backfill().await;
        };
        tokio::select! {
            () = self.follow() => {}
            () = embed_anew => {}
        }
    }

    async fn follow(&self) {
        let mut seqs = self.store.subscribe();
        let mut failures = 0;
        let mut ahead = None;
        loop {
            match self.step(&mut ahead).await {
                Ok(Step::Full) => {
                    failures = 0;
                    continue;
                }
                Ok(Step::Emptied) => {
                    failures = 0;
                    tokio::time::sleep(GATHER).await;
                    continue;
                }
                Ok(Step::Nothing) => failures = 0,
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
            tokio::select! {
                changed = seqs.changed() => if changed.is_err() {
                    return;
                },
                () = self.keeper.switched.notified() => {}
            }
        }
    }

    fn name(&self) -> &'static str {
        self.keeper.collection().name()
    }

    async fn settle(&self, opening: Opening) -> Result<Opened, MatchingError> {
        let Opening { opened, alone: _alone } = opening;
        // Over files that make reading them panic, it is built anew as well.
        let opened = opened.await.unwrap_or(Opened::Nothing);
        let ahead =
            opened != Opened::Nothing && self.keeper.engine()?.indexed_seq() > self.store.seq();
        if ahead {
            tracing::warn!(collection = self.name(), "index is ahead of the store");
            self.keeper.forget_compacted();
        }
        if opened == Opened::Nothing || ahead {
            self.rebuild_alone(|_| ()).await?;
            return Ok(Opened::Serves);
        }
        self.keeper.set_state(IndexState::Ready);
        Ok(opened)
    }

    async fn rebuild_after_failure(&self, error: &MatchingError) {
        self.keeper.set_state(IndexState::Failed(error.to_string()));
        if let Err(error) = self.rebuild(|_| ()).await {
            tracing::error!(%error, collection = self.name(), "the index could not be rebuilt");
            self.keeper.set_state(IndexState::Failed(error.to_string()));
        }
    }

    /// Carries one batch to the engine that serves; while it is applied, which keeps one core
    /// busy, the next one is read.
    async fn step(&self, ahead: &mut Option<Ahead>) -> Result<Step, MatchingError> {
        let engine = self.keeper.engine()?;
        let after = engine.indexed_seq();
        let fits = |a: &Ahead| Arc::ptr_eq(&a.engine, &engine) && a.after == after;
        let (batch, more) = match ahead.take().filter(fits) {
            Some(ahead) => ahead.batch.await??,
            None => self.read_batch(&engine, after).await??,
        };
        let (seq, any) = (batch.seq, !batch.changes.is_empty());
        if any && more {
            let batch = self.read_batch(&engine, seq);
            *ahead = Some(Ahead { engine: engine.clone(), after: seq, batch });
        }
        let _alone = self.keeper.applying.lock().await;
        if !self.keeper.serves(&engine) {
            // One that was built anew took its place, and takes the batch from the feed.
            return Ok(Step::Full);
        }
        if any {
            engine.apply(batch).await?;
        }
        self.keeper.set_searchable(seq);
        if any {
            self.keeper.bare.notify_one();
        }
        Ok(match (any, more) {
            (false, _) => Step::Nothing,
            (true, true) => Step::Full,
            (true, false) => Step::Emptied,
        })
    }

    /// Carries one batch to an engine that does not serve yet; whether there may be more.
    async fn carry_to(&self, engine: &Arc<EmbeddedEngine>) -> Result<bool, MatchingError> {
        let (batch, more) = self.read_batch(engine, engine.indexed_seq()).await??;
        if batch.changes.is_empty() {
            return Ok(false);
        }
        engine.apply(batch).await?;
        Ok(more)
    }

    /// Reads the first batch after a Seq on a thread of its own.
    fn read_batch(&self, engine: &Arc<EmbeddedEngine>, after: Seq) -> BatchRead {
        // Read before the feed: everything up to here is in the feed by now.
        let upto = self.store.seq();
        let (this, into) = (self.clone(), engine.clone());
        tokio::task::spawn_blocking(move || this.next_batch(&into, after, upto))
    }

    fn next_batch(
        &self,
        into: &EmbeddedEngine,
        after: Seq,
        upto: Seq,
    ) -> Result<(Batch, bool), MatchingError> {
        match self.keeper.collection() {
            Collection::Postings => self.batch_of::<JobPosting>(into, after, upto),
            Collection::Profiles => self.batch_of::<Profile>(into, after, upto),
        }
    }

    fn batch_of<R: Indexable>(
        &self,
        into: &EmbeddedEngine,
        after: Seq,
        upto: Seq,
    ) -> Result<(Batch, bool), MatchingError> {
        let feed = self.store.changes(R::COLLECTION, after, MAX_BATCH)?;
        let more = feed.len() == MAX_BATCH;
        let seq = if more { feed.last().map_or(upto, |c| c.seq) } else { upto };
        // What changed after `upto` was read comes with a later batch.
        let feed: Vec<_> = feed.into_iter().filter(|c| c.seq <= seq).collect();
        let sources = Sources { collection: R::COLLECTION, into, kept: None, wait: false };
        let changes = in_parallel(&feed, |change| self.change_of::<R>(change, after, &sources))?;
        let changes = changes.into_iter().flatten().collect();
        Ok((Batch { changes, seq }, more))
    }

    /// What the engine has to do about a change; `None`: nothing.
    fn change_of<R: Indexable>(
        &self,
        change: &jobmatch_store::Change,
        after: Seq,
        sources: &Sources<'_>,
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
            let volatile = R::volatile(&stored);
            return Ok(Some(Change::Volatile { id: change.id.clone(), volatile }));
        }
        let draft = self.draft::<R>(&stored, sources)?;
        Ok(Some(Change::Upsert(Box::new(draft.document()))))
    }

    /// A record, read, with its vector if that takes no waiting.
    fn draft<R: Indexable>(
        &self,
        stored: &Stored<R>,
        sources: &Sources<'_>,
    ) -> Result<Draft, MatchingError> {
        let mut draft = R::draft(stored, &self.analyst);
        draft.reading.facets.volatile = R::volatile(stored);
        self.analyst.give_vectors(std::slice::from_mut(&mut draft), sources)?;
        Ok(draft)
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
}
