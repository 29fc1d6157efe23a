//! A real server on a real socket with a generated load, and how figures are summed up.

use std::time::{Duration, Instant};

use jobmatch_domain::Date;
use jobmatch_index::VectorOptions;
use jobmatch_matching::system_clock;
use jobmatch_proto::v1;
use jobmatch_proto::v1::admin_service_client::AdminServiceClient;
use jobmatch_proto::v1::match_service_client::MatchServiceClient;
use jobmatch_proto::v1::posting_service_client::PostingServiceClient;
use jobmatchd::config::Config;
use jobmatchd::run::{self, Running};
use tokio_stream::StreamExt;
use tonic::transport::Channel;

use crate::generator::Generator;

/// Seed of the postings and, plus one, of the profiles that ask.
pub const SEED: u64 = 20_261_123;

/// A server with generated postings.
pub struct Bench {
    /// The server; stop it when done.
    pub running: Running,
    /// Client of the match service.
    pub client: MatchServiceClient<Channel>,
    /// How long the load took, until the last posting was durable.
    pub loaded_in: Duration,
    /// How long until all of it was searchable.
    pub searchable_in: Duration,
    /// Today, which dates are counted from.
    pub today: Date,
    _folder: tempfile::TempDir,
}

/// Starts a server in a temporary folder and loads so many postings through the import
/// stream, published over the last `spread_days`.
///
/// # Panics
/// When anything fails: a bench without its server has nothing to say.
pub async fn start(postings: usize, spread_days: usize) -> Bench {
    let today = system_clock()().date();
    let mut generator = Generator::new(SEED, today, spread_days);
    start_with((1..=postings).map(move |number| generator.posting(number))).await
}

/// The same with these postings.
///
/// # Panics
/// As [`start`].
pub async fn start_with(
    postings: impl Iterator<Item = v1::JobPosting> + Send + Sync + 'static,
) -> Bench {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = format!(
        "data_dir = {:?}\nlisten = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\"\n\
         deadline_ms_default = 60000\nlog = \"warn\"\n",
        folder.path()
    );
    let config = Config::from_sources(&text, "bench", std::iter::empty()).expect("a configuration");
    let running = run::start(&config).await.expect("a server");
    let address = format!("http://{}", running.address);
    let channel = Channel::from_shared(address).expect("an address").connect().await;
    let channel = channel.expect("a connection");
    let today = system_clock()().date();
    let items = (1..).zip(postings).map(|(number, posting)| {
        let item = v1::ImportPostingItem { number, posting: Some(posting) };
        let request = Some(v1::import_postings_request::Request::Item(item));
        v1::ImportPostingsRequest { request }
    });
    let started = Instant::now();
    let mut importer = PostingServiceClient::new(channel.clone());
    let answers = importer.import_postings(tokio_stream::iter(items)).await.expect("an import");
    let mut answers = answers.into_inner();
    while let Some(answer) = answers.next().await {
        let answer = answer.expect("an answer");
        if let Some(v1::import_postings_response::Response::Result(r)) = answer.response {
            assert!(matches!(r.outcome, Some(v1::import_result::Outcome::Seq(_))), "{r:?}");
        }
    }
    let loaded_in = started.elapsed();
    running.ready().await.expect("searchable postings");
    let searchable_in = started.elapsed();
    let client = MatchServiceClient::new(channel).max_decoding_message_size(64 << 20);
    Bench { running, client, loaded_in, searchable_in, today, _folder: folder }
}

impl Bench {
    /// Waits until the graph of the postings' vectors, if there are enough for one, is built of
    /// three quarters of them or more; returns how long that took.
    ///
    /// # Panics
    /// When the service does not answer.
    pub async fn settled(&self) -> Duration {
        let started = Instant::now();
        let address = self.running.admin_address.expect("an AdminService");
        let channel = Channel::from_shared(format!("http://{address}")).expect("an address");
        let mut admin = AdminServiceClient::new(channel.connect().await.expect("a connection"));
        loop {
            let stats = admin.get_stats(v1::GetStatsRequest {}).await.expect("an answer");
            let postings = stats.into_inner().collections.into_iter().next().expect("postings");
            let is_due = postings.indexed >= VectorOptions::default().graph_from as u64;
            if !is_due || postings.graph_vectors * 4 >= postings.indexed * 3 {
                return started.elapsed();
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// A quantile of sorted values, by the nearest rank.
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    let rank = (q * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}
