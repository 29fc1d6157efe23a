//! A real server on a real socket with a generated load, and how figures are summed up.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jobmatch_domain::Date;
use jobmatch_index::VectorOptions;
use jobmatch_matching::system_clock;
use jobmatch_proto::v1;
use jobmatch_proto::v1::admin_service_client::AdminServiceClient;
use jobmatch_proto::v1::match_service_client::MatchServiceClient;
use jobmatch_proto::v1::posting_service_client::PostingServiceClient;
use jobmatch_proto::v1::profile_service_client::ProfileServiceClient;
use jobmatchd::config::Config;
use jobmatchd::run::{self, Running};
use tokio::runtime::Builder;
use tokio_stream::StreamExt;
use tonic::transport::Channel;

use crate::generator::Generator;

/// Seed of the postings and, plus one, of the profiles that ask.
pub const SEED: u64 = 20_261_123;

/// How often it is looked whether something is done.
const POLL: Duration = Duration::from_millis(20);

/// The file that tells that everything is loaded.
const MARK: &str = "loaded-by-bench";

/// A server with generated postings or profiles.
pub struct Bench {
    /// The server; stop it when done.
    pub running: Running,
    /// Client of the match service.
    pub client: MatchServiceClient<Channel>,
    /// How long the load took; `None` where it was kept from an earlier run.
    pub loaded: Option<Loaded>,
    /// Today, which dates are counted from.
    pub today: Date,
    /// What it has.
    collection: v1::Collection,
    folder: Folder,
}

/// How long a load took.
pub struct Loaded {
    /// Until the last record was durable.
    pub durable_in: Duration,
    /// Until all of it was searchable.
    pub searchable_in: Duration,
}

/// Where a server of benches has its data; a temporary one goes with this.
pub enum Folder {
    /// Removed in the end.
    Temporary(tempfile::TempDir),
    /// Kept for the tables that follow.
    Kept(PathBuf),
}

impl Folder {
    /// The folder.
    pub fn path(&self) -> &Path {
        match self {
            Self::Temporary(folder) => folder.path(),
            Self::Kept(path) => path,
        }
    }

    /// A file that is there once everything is loaded.
    fn mark(&self) -> PathBuf {
        self.path().join(MARK)
    }
}

/// Starts a server and loads so many postings through the import stream, published over the last
/// `spread_days`. Where the variable `BENCH_DATA` names a folder, they are kept in it and found
/// there again on the same day: to load a million takes longer than most tables.
///
/// # Panics
/// When anything fails: a bench without its server has nothing to say.
pub async fn start(postings: usize, spread_days: usize) -> Bench {
    let today = system_clock()().date();
    let mut generator = Generator::new(SEED, today, spread_days);
    let generated = (1..=postings).map(move |number| generator.posting(number));
    let folder = kept_at(postings, spread_days).map_or_else(temporary, Folder::Kept);
    start_in((folder, v1::Collection::Postings), |channel| import(channel, generated)).await
}

/// The same with so many profiles.
///
/// # Panics
/// As [`start`].
pub async fn start_profiles(profiles: usize) -> Bench {
    let today = system_clock()().date();
    let mut generator = Generator::new(SEED, today, 60);
    let generated = (1..=profiles).map(move |number| generator.profile(number));
    let name = format!("profiles-{profiles}-{today}");
    let folder = data_folder().map_or_else(temporary, |data| Folder::Kept(data.join(name)));
    start_in((folder, v1::Collection::Profiles), |channel| import_profiles(channel, generated))
        .await
}

/// Where loads are kept.
fn data_folder() -> Option<PathBuf> {
    std::env::var_os("BENCH_DATA").map(PathBuf::from)
}

/// Where [`start`] keeps such a load.
fn kept_at(postings: usize, spread_days: usize) -> Option<PathBuf> {
    let today = system_clock()().date();
    Some(data_folder()?.join(format!("served-{postings}-{spread_days}-{today}")))
}

/// The folder of such a load, where [`start`] has kept one.
pub fn kept(postings: usize, spread_days: usize) -> Option<PathBuf> {
    kept_at(postings, spread_days).filter(|path| path.join(MARK).exists())
}

/// The same with these postings, in a temporary folder.
///
/// # Panics
/// As [`start`].
pub async fn start_with(
    postings: impl Iterator<Item = v1::JobPosting> + Send + Sync + 'static,
) -> Bench {
    start_in((temporary(), v1::Collection::Postings), |channel| import(channel, postings)).await
}

fn temporary() -> Folder {
    Folder::Temporary(tempfile::tempdir().expect("a temporary folder"))
}

async fn start_in(
    (folder, collection): (Folder, v1::Collection),
    load: impl AsyncFnOnce(Channel) -> Duration,
) -> Bench {
    let is_loaded = folder.mark().exists();
    if let (Folder::Kept(path), false) = (&folder, is_loaded) {
        // What a run that was broken off has left.
        let _ = std::fs::remove_dir_all(path);
        std::fs::create_dir_all(path).expect("a folder");
    }
    let running = run::start(&config(folder.path())).await.expect("a server");
    let channel = connect(running.address).await;
    let today = system_clock()().date();
    let mut loaded = None;
    if !is_loaded {
        let started = Instant::now();
        let durable_in = load(channel.clone()).await;
        running.ready().await.expect("searchable records");
        loaded = Some(Loaded { durable_in, searchable_in: started.elapsed() });
        std::fs::write(folder.mark(), "").expect("a mark");
    }
    running.ready().await.expect("searchable records");
    Bench { running, client: match_client(channel), loaded, today, collection, folder }
}

/// The configuration of a server of benches. Limits can be given by the environment, as for any
/// server; nothing else can, so that no bench writes into the folder of a real one.
///
/// # Panics
/// As [`start`].
pub fn config(folder: &Path) -> Config {
    let text = format!(
        "data_dir = {folder:?}\nlisten = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\"\n\
         deadline_ms_default = 60000\nlog = \"warn\"\n\
         # Nobody is turned away: how that works is what `overload` measures.\n\
         [limits]\nmax_waiting = 65536\n"
    );
    let limits = std::env::vars().filter(|(name, _)| name.starts_with("JOBMATCH_LIMITS_"));
    Config::from_sources(&text, "bench", limits).expect("a configuration")
}

/// A connection.
///
/// # Panics
/// When nobody listens.
pub async fn connect(address: SocketAddr) -> Channel {
    let endpoint = Channel::from_shared(format!("http://{address}")).expect("an address");
    endpoint.connect().await.expect("a connection")
}

/// What a caller comes to who has a thread and a connection of their own, as one on another machine
/// has: the server's threads do nothing for them.
///
/// # Panics
/// When the caller does.
pub async fn as_caller<T: Send + 'static>(
    address: SocketAddr,
    asks: impl AsyncFnOnce(MatchServiceClient<Channel>) -> T + Send + 'static,
) -> T {
    let caller = tokio::task::spawn_blocking(move || {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async { asks(match_client(connect(address).await)).await })
    });
    caller.await.expect("a caller who ends")
}

fn match_client(channel: Channel) -> MatchServiceClient<Channel> {
    MatchServiceClient::new(channel).max_decoding_message_size(64 << 20)
}

/// Loads postings through the import stream; returns when the last is durable, and how long it
/// took.
///
/// # Panics
/// When one is refused.
pub async fn import(
    channel: Channel,
    postings: impl Iterator<Item = v1::JobPosting> + Send + Sync + 'static,
) -> Duration {
    let items = (1..).zip(postings).map(|(number, posting)| {
        let item = v1::ImportPostingItem { number, posting: Some(posting) };
        let request = Some(v1::import_postings_request::Request::Item(item));
        v1::ImportPostingsRequest { request }
    });
    let started = Instant::now();
    let mut importer = PostingServiceClient::new(channel);
    let answers = importer.import_postings(tokio_stream::iter(items)).await.expect("an import");
    let mut answers = answers.into_inner();
    while let Some(answer) = answers.next().await {
        let answer = answer.expect("an answer");
        if let Some(v1::import_postings_response::Response::Result(result)) = answer.response {
            check_accepted(&result);
        }
    }
    started.elapsed()
}

/// The same with profiles.
async fn import_profiles(
    channel: Channel,
    profiles: impl Iterator<Item = v1::Profile> + Send + Sync + 'static,
) -> Duration {
    let items = (1..).zip(profiles).map(|(number, profile)| {
        let item = v1::ImportProfileItem { number, profile: Some(profile) };
        let request = Some(v1::import_profiles_request::Request::Item(item));
        v1::ImportProfilesRequest { request }
    });
    let started = Instant::now();
    let mut importer = ProfileServiceClient::new(channel);
    let answers = importer.import_profiles(tokio_stream::iter(items)).await.expect("an import");
    let mut answers = answers.into_inner();
    while let Some(answer) = answers.next().await {
        let answer = answer.expect("an answer");
        if let Some(v1::import_profiles_response::Response::Result(result)) = answer.response {
            check_accepted(&result);
        }
    }
    started.elapsed()
}

fn check_accepted(result: &v1::ImportResult) {
    assert!(matches!(result.outcome, Some(v1::import_result::Outcome::Seq(_))), "{result:?}");
}

/// Waits until the index of the postings holds so many, and a graph, if there are enough for one,
/// three quarters of them, and nothing is sealed or merged any more; returns how long that took.
///
/// # Panics
/// When the service does not answer.
pub async fn settled(admin: SocketAddr, postings: u64) -> Duration {
    all_settled((admin, v1::Collection::Postings), postings).await
}

async fn all_settled(of: (SocketAddr, v1::Collection), records: u64) -> Duration {
    until(of, |now| {
        let is_due = now.indexed >= VectorOptions::default().graph_from as u64;
        let is_built = !is_due || now.graph_vectors * 4 >= now.indexed * 3;
        now.indexed >= records && now.state == "READY" && is_built && !now.in_upkeep
    })
    .await
}

/// Waits until the postings are READY; returns how long that took.
///
/// # Panics
/// When the service does not answer.
pub async fn ready(admin: SocketAddr) -> Duration {
    until((admin, v1::Collection::Postings), |now| now.state == "READY").await
}

/// Waits for a state of a collection.
async fn until(
    (admin, collection): (SocketAddr, v1::Collection),
    is_so: impl Fn(&v1::CollectionStats) -> bool,
) -> Duration {
    let started = Instant::now();
    let mut admin = AdminServiceClient::new(connect(admin).await);
    loop {
        let stats = admin.get_stats(v1::GetStatsRequest {}).await.expect("an answer");
        let mut collections = stats.into_inner().collections.into_iter();
        let now = collections.find(|c| c.collection() == collection).expect("a collection");
        if is_so(&now) {
            return started.elapsed();
        }
        tokio::time::sleep(POLL).await;
    }
}

impl Bench {
    /// Stops the server; gives its folder.
    ///
    /// # Panics
    /// When it does not stop.
    pub async fn stopped(self) -> Folder {
        self.running.stop().await.expect("a clean stop");
        self.folder
    }

    /// As the function [`settled`], for all records that this server has.
    ///
    /// # Panics
    /// When the service does not answer.
    pub async fn settled(&self) -> Duration {
        let admin = self.running.admin_address.expect("an AdminService");
        all_settled((admin, self.collection), 0).await
    }
}

/// The median and p99 of values in any order.
pub fn spread(mut values: Vec<f64>) -> [f64; 2] {
    values.sort_by(f64::total_cmp);
    [0.5, 0.99].map(|q| quantile(&values, q))
}

/// A quantile of sorted values, by the nearest rank.
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    let rank = (q * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}
