//! Opens the store and the indexes, starts the indexers, and holds the paths.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jobmatch_domain::{Collection, DocumentId, Instant, Seq, TravelTimes};
use jobmatch_embed::{Embedder, Health, StaticModel};
use jobmatch_index::{EngineOptions, EngineStats, VectorOptions};
use jobmatch_rank::RankingProfile;
use jobmatch_store::{Store, StoreOptions};
use jobmatch_text::{Analyzer, AnalyzerOptions};
use tokio::task::JoinHandle;

use crate::analysis::{Analyst, ReadingOptions};
use crate::caller::Caller;
use crate::clock::Clock;
use crate::compaction::compact_in_time;
use crate::error::MatchingError;
use crate::folder_lock::FolderLock;
use crate::index_keeper::{IndexKeeper, IndexState};
use crate::indexer::{Indexer, Opening};
use crate::intake::{Guard, Intake};
use crate::matcher::{Matcher, VersionedRanking};
use crate::scrub::{Scrubbed, scrub};
use crate::slots::end_holds;
use crate::stations::Stations;
use crate::tickets::{Ticket, Tickets};

/// Where the service lives and what it reads with.
pub struct ServiceOptions {
    /// Folder of the store and the indexes; made when it does not exist.
    pub data_dir: PathBuf,
    /// Additions to the dictionary.
    pub analyzer: AnalyzerOptions,
    /// The embedder; the built-in model by default.
    pub embedder: Arc<dyn Embedder>,
    /// Allows a remote embedder to get the texts of profiles and persons' questions, redacted.
    pub send_profiles: bool,
    /// The clock.
    pub clock: Clock,
    /// What the factors weigh.
    pub ranking: RankingProfile,
    /// What is read from texts.
    pub reading: ReadingOptions,
    /// How long ways take.
    pub travel_times: TravelTimes,
    /// Limits of the store and its key.
    pub store: StoreOptions,
    /// Age at which the index of profiles is built anew once somebody was deleted: a day by
    /// default. `None`: only when it is asked for.
    pub compact_within: Option<Duration>,
}

impl ServiceOptions {
    /// The built-in parts on a folder.
    pub fn new(data_dir: PathBuf, clock: Clock) -> Self {
        Self {
            data_dir,
            analyzer: AnalyzerOptions::default(),
            embedder: Arc::new(StaticModel::built_in()),
            send_profiles: false,
            clock,
            ranking: RankingProfile::built_in(),
            reading: ReadingOptions::default(),
            travel_times: TravelTimes::default(),
            store: StoreOptions::default(),
            compact_within: Some(COMPACT_WITHIN),
        }
    }
}

/// Counts and states of one collection.
#[derive(Debug, Clone)]
pub struct Stats {
    /// Which.
    pub collection: Collection,
    /// Records in the store.
    pub stored: u64,
    /// Last Seq that is searchable.
    pub searchable: Seq,
    /// What the index is doing.
    pub state: IndexState,
    /// Counts of the engine; `None` while none serves.
    pub engine: Option<EngineStats>,
    /// Live documents of the engine without a vector.
    pub without_vector: u64,
    /// As [`IndexKeeper::compacted`].
    pub compacted: Seq,
    /// Rows that are damaged, missing, stale or not listed, and damaged entries of the directory.
    pub bad_rows: u64,
}

/// Default of [`ServiceOptions::compact_within`].
pub const COMPACT_WITHIN: Duration = Duration::from_secs(24 * 3_600);
/// How often [`Service::ready`] looks.
const READY_POLL: Duration = Duration::from_millis(10);

/// The whole service on one folder.
pub struct Service {
    store: Store,
    analyst: Analyst,
    intake: Intake,
    matcher: Matcher,
    stations: Stations,
    indexers: [Indexer; 2],
    tasks: Vec<JoinHandle<()>>,
    scrubbed: Scrubbed,
    tickets: Tickets,
    clock: Clock,
    started: Instant,
    /// Let go of last.
    _lock: FolderLock,
}

impl Service {
    /// Opens everything and starts the indexers. Returns when the store is open; the
    /// indexes open, or are built, in the background ([`Service::ready`]). Those of an empty
    /// store take no time and are waited for: a first caller is not sent away.
    pub async fn open(options: ServiceOptions) -> Result<Self, MatchingError> {
        let ServiceOptions { data_dir, analyzer, embedder, send_profiles, clock, .. } = options;
        let ServiceOptions { ranking, reading, travel_times, store: store_options, .. } = options;
        let compact_within = options.compact_within;
        let lock = FolderLock::take(&data_dir)?;
        // The store and the indexes read all that they have to verify it: both at once.
        let (folder, times, store_clock) = (data_dir.clone(), travel_times.clone(), clock.clone());
        let opening = tokio::task::spawn_blocking(move || {
            let store = Store::open(&folder, store_options, store_clock)?;
            let stations = Stations::open(store.clone(), times)?;
            Ok::<_, MatchingError>((store, stations))
        });
        let analyzer = tokio::task::spawn_blocking(move || Analyzer::new(&analyzer)).await??;
        let analyst = Analyst::new(analyzer, embedder, reading).sending_profiles(send_profiles);
        let keepers = Arc::new(Collection::ALL.map(|c| Arc::new(keeper(c, &data_dir, &analyst))));
        let begin = |i: usize| Opening::begin(keepers[i].clone());
        let openings = [begin(0).await, begin(1).await];
        let (store, stations) = opening.await??;
        let indexers = [0, 1].map(|i: usize| Indexer {
            clock: clock.clone(),
            store: store.clone(),
            analyst: analyst.clone(),
            keeper: keepers[i].clone(),
        });
        let running = indexers.iter().zip(openings).map(|(i, opening)| i.clone().run(opening));
        let mut tasks: Vec<_> = running.map(tokio::spawn).collect();
        tasks.push(tokio::spawn(end_holds(store.clone(), clock.clone())));
        let scrubbed = Scrubbed::default();
        let (indexes, scrubbing) = (indexers.clone(), scrub(store.clone(), scrubbed.clone()));
        tasks.push(tokio::spawn(async move {
            // Both read all that there is. An index that cannot be opened does not keep it waiting.
            let _ = ready(&indexes, Seq::default()).await;
            scrubbing.await;
        }));
        let compacting = compact_within.map(|age| compact_in_time(indexers[1].clone(), age));
        tasks.extend(compacting.map(tokio::spawn));
        let intake =
            Intake { store: store.clone(), keepers: keepers.clone(), caller: Caller::default() };
        let matcher = Matcher {
            store: store.clone(),
            analyst: analyst.clone(),
            keepers,
            stations: stations.clone(),
            times: travel_times,
            ranking: VersionedRanking::new(ranking, &analyst),
            clock: clock.clone(),
            caller: Caller::default(),
            exposure: Arc::default(),
            call: crate::call::Call::default(),
        };
        let tickets = Tickets::default();
        let started = clock();
        let service = Self {
            store,
            analyst,
            intake,
            matcher,
            stations,
            indexers,
            tasks,
            scrubbed,
            tickets,
            clock,
            started,
            _lock: lock,
        };
        if service.store.seq() == Seq::default() {
            service.ready().await?;
        }
        Ok(service)
    }

    /// Waits until both indexes serve and have caught up with the present Seq. Errors when
    /// one of them cannot be opened.
    pub async fn ready(&self) -> Result<(), MatchingError> {
        ready(&self.indexers, self.store.seq()).await
    }

    /// Whether both indexes serve.
    pub fn is_ready(&self) -> bool {
        self.indexers.iter().all(|i| i.keeper.is_serving())
    }

    /// The write path.
    pub fn intake(&self) -> &Intake {
        &self.intake
    }

    /// The read path.
    pub fn matcher(&self) -> &Matcher {
        &self.matcher
    }

    /// The map of stations.
    pub fn stations(&self) -> &Stations {
        &self.stations
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What reads texts.
    pub fn analyst(&self) -> &Analyst {
        &self.analyst
    }

    /// How the embedder is doing.
    pub fn embedder_health(&self) -> Health {
        self.analyst.embedder().health()
    }

    /// The tickets.
    pub fn tickets(&self) -> &Tickets {
        &self.tickets
    }

    /// A ticket by id: one that is kept, or that of a profile's deletion
    /// ([`Ticket::id_of_deletion`]), which is done once the files of the index are without it.
    /// `None`: there is none, or its Seq lies beyond the last one.
    pub fn ticket(&self, id: &str) -> Result<Option<Ticket>, MatchingError> {
        let Some(seq) = Ticket::deletion_of(id) else {
            return Ok(self.tickets.get(id));
        };
        if seq > self.store.seq() {
            return Ok(None);
        }
        let compacted = self.indexers[1].keeper.compacted();
        // A deletion that found nobody has the last Seq, and nothing to wait for.
        let is_done = compacted >= seq.min(self.store.last_profile_deletion()?);
        Ok(Some(Ticket::of_deletion(seq, is_done)))
    }

    /// The present instant.
    pub fn now(&self) -> Instant {
        (self.clock)()
    }

    /// When it was opened.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// Counts and states, postings first.
    pub fn stats(&self) -> Result<[Stats; 2], MatchingError> {
        let of = |indexer: &Indexer| {
            let keeper = &indexer.keeper;
            Ok::<_, MatchingError>(Stats {
                collection: keeper.collection(),
                stored: self.store.count(keeper.collection())?,
                searchable: keeper.searchable(),
                state: keeper.state(),
                engine: keeper.stats(),
                without_vector: keeper.without_vector(),
                compacted: keeper.compacted(),
                bad_rows: self.scrubbed.of(keeper.collection()).bad(),
            })
        };
        Ok([of(&self.indexers[0])?, of(&self.indexers[1])?])
    }

    /// Whether an index has failed, see [`IndexState::Failed`].
    pub fn has_failed(&self) -> bool {
        self.indexers.iter().any(|i| matches!(i.keeper.state(), IndexState::Failed(_)))
    }

    /// Whether an index is in upkeep, see [`jobmatch_index::EngineStats`]: it holds much memory, and
    /// lets go of it in the end.
    pub fn is_in_upkeep(&self) -> bool {
        self.indexers.iter().any(|i| i.keeper.is_in_upkeep())
    }

    /// Starts to build the index of a collection anew; of both when none is named.
    pub fn rebuild(&self, collection: Option<Collection>) -> Ticket {
        let ticket = self.tickets.open("rebuild", self.now(), self.store.seq());
        let chosen: Vec<Indexer> = self
            .indexers
            .iter()
            .filter(|i| collection.is_none_or(|c| c == i.keeper.collection()))
            .cloned()
            .collect();
        let (tickets, clock, id) = (self.tickets.clone(), self.clock.clone(), ticket.id.clone());
        let covers = ticket.covers;
        tokio::spawn(async move {
            let parts = chosen.len() as f64;
            let mut outcome = Ok(());
            for (part, indexer) in chosen.iter().enumerate() {
                let told = |share: f64| tickets.progress(&id, (part as f64 + share) / parts);
                let built = indexer.rebuild(told).await;
                // Done is what an erasure may rely on: nothing older is left.
                if let Err(error) = built.and_then(|()| indexer.keeper.is_compacted(covers)) {
                    tracing::error!(%error, "rebuild failed");
                    outcome = Err(error.to_string());
                }
            }
            tickets.close(&id, outcome, clock());
        });
        ticket
    }

    /// Deletes a record and, once no answer can hold it, builds the index anew so that no
    /// index file holds a trace of it. Of a record that was deleted before, the second only.
    pub async fn erase(
        &self,
        collection: Collection,
        id: DocumentId,
    ) -> Result<Ticket, MatchingError> {
        let guard = Guard { allow_missing: true, ..Guard::default() };
        let seq = match collection {
            Collection::Postings => self.intake.delete_posting(id, guard).await?.seq,
            Collection::Profiles => self.intake.delete_profile(id, guard).await?.seq,
        };
        let ticket = self.tickets.open("erase", self.now(), seq);
        let (tickets, clock, id) = (self.tickets.clone(), self.clock.clone(), ticket.id.clone());
        let indexer = match collection {
            Collection::Postings => self.indexers[0].clone(),
            Collection::Profiles => self.indexers[1].clone(),
        };
        tokio::spawn(async move {
            let outcome = indexer.compact(seq, |share| tickets.progress(&id, share)).await;
            tickets.close(&id, outcome.map_err(|e| e.to_string()), clock());
        });
        Ok(ticket)
    }

    /// The keeper of the index of postings.
    #[cfg(test)]
    pub(crate) fn postings_keeper(&self) -> Arc<IndexKeeper> {
        self.indexers[0].keeper.clone()
    }

    /// What carries profiles into their index.
    #[cfg(test)]
    pub(crate) fn profiles_indexer(&self) -> &Indexer {
        &self.indexers[1]
    }

    /// Stops the indexers and drains the store.
    pub async fn shut_down(self) {
        for task in &self.tasks {
            task.abort();
        }
        for task in self.tasks {
            // An aborted task answers with an error; there is nothing to do about it.
            let _ = task.await;
        }
        let store = self.store;
        // A panic in the writer is in the log already.
        let _ = tokio::task::spawn_blocking(move || store.shutdown()).await;
    }
}

/// Waits until the indexes serve and have caught up with a Seq.
async fn ready(indexers: &[Indexer], seq: Seq) -> Result<(), MatchingError> {
    for Indexer { keeper, .. } in indexers {
        while !keeper.is_serving() || keeper.searchable() < seq {
            if matches!(keeper.state(), IndexState::Failed(_)) {
                keeper.engine()?;
            }
            tokio::time::sleep(READY_POLL).await;
        }
    }
    Ok(())
}

/// The keeper of a collection's index; opens nothing.
fn keeper(collection: Collection, data_dir: &Path, analyst: &Analyst) -> IndexKeeper {
    let options = EngineOptions {
        collection,
        space: analyst.embedder().space().to_string(),
        dimensions: analyst.embedder().dimensions(),
        analysis_version: analyst.analyzer().version().to_owned(),
        vectors: VectorOptions::default(),
    };
    IndexKeeper::new(collection, data_dir.join("index").join(collection.name()), options)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::system_clock;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_fresh_folder_serves_as_soon_as_it_is_open() {
        let folder = tempfile::tempdir().unwrap();
        let options = ServiceOptions::new(folder.path().into(), system_clock());
        let service = Service::open(options).await.unwrap();
        assert!(service.is_ready());
        service.shut_down().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_folder_that_is_in_use_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let options = || ServiceOptions::new(folder.path().into(), system_clock());
        let service = Service::open(options()).await.unwrap();
        // What the first one is building.
        let next = folder.path().join("index/postings/g7");
        std::fs::create_dir_all(&next).unwrap();
        let error = Service::open(options()).await.err().unwrap();
        assert!(matches!(error, MatchingError::FolderInUse { .. }), "{error}");
        assert!(next.exists());
        service.shut_down().await;
        Service::open(options()).await.unwrap().shut_down().await;
        assert!(!next.exists());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_index_that_cannot_be_made_is_an_error_and_no_endless_wait() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("index"), "a file where a folder should be").unwrap();
        let options = ServiceOptions::new(folder.path().into(), system_clock());
        let error = Service::open(options).await.err().unwrap();
        assert!(matches!(error, MatchingError::IndexNotReady { .. }), "{error}");
    }
}
