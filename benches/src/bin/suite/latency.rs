//! Latency of MatchPostings and of MatchProfiles with a filter, one caller, through gRPC: the whole
//! call as the client sees it and each stage as the server reports it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jobmatch_benches::harness::{Bench, as_caller, quantile, spread, start, start_profiles};
use jobmatch_proto::v1;
use jobmatch_proto::v1::match_service_client::MatchServiceClient;
use tonic::transport::Channel;

use crate::asking::{WARMING, for_people, in_city, jobs, people, tellers};

type Client = MatchServiceClient<Channel>;
/// What is measured of an answer, and its matches.
type Answer = (Option<v1::MatchDebug>, Vec<v1::Match>);

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Postings.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) postings: usize,
    /// Questions.
    #[arg(long, default_value_t = 500)]
    pub(crate) queries: usize,
    /// Matches a page.
    #[arg(long, default_value_t = 20)]
    pub(crate) matches: u32,
    /// People with long resumes.
    #[arg(long)]
    pub(crate) long: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ArgumentsOfProfiles {
    /// Profiles.
    #[arg(long, default_value_t = 10_000)]
    pub(crate) profiles: usize,
    /// Questions.
    #[arg(long, default_value_t = 500)]
    pub(crate) queries: usize,
    /// Matches a page.
    #[arg(long, default_value_t = 20)]
    pub(crate) matches: u32,
}

/// Prints the table of people who ask for postings.
pub(crate) async fn table(arguments: &Arguments) {
    let Arguments { postings, queries, matches, long } = *arguments;
    let bench = start(postings, 60).await;
    tell_load(&bench, postings).await;
    let asking: Box<dyn Iterator<Item = v1::Profile> + Send> = match long {
        true => Box::new(tellers(bench.today)),
        false => Box::new(people(bench.today)),
    };
    let requests = asking.take(queries + WARMING).map(in_city).map(move |mut request| {
        request.options.get_or_insert_default().page_size = matches;
        request
    });
    let times = times(&bench, requests, async |client, request| {
        let answer = client.match_postings(request).await.expect("an answer").into_inner();
        (answer.debug, answer.matches)
    });
    times.await.tell(postings);
    bench.running.stop().await.expect("a clean stop");
}

/// Prints the table of jobs that ask for people.
pub(crate) async fn table_of_profiles(arguments: &ArgumentsOfProfiles) {
    let ArgumentsOfProfiles { profiles, queries, matches } = *arguments;
    let bench = start_profiles(profiles).await;
    tell_load(&bench, profiles).await;
    let asking = jobs(bench.today).take(queries + WARMING);
    let requests = asking.map(for_people).map(move |mut request| {
        request.options.get_or_insert_default().page_size = matches;
        request
    });
    let times = times(&bench, requests, async |client, request| {
        let answer = client.match_profiles(request).await.expect("an answer").into_inner();
        (answer.debug, answer.matches)
    });
    times.await.tell(profiles);
    bench.running.stop().await.expect("a clean stop");
}

/// How long each of the requests takes, asked one after the other.
async fn times<R>(
    bench: &Bench,
    requests: impl Iterator<Item = R> + Send + 'static,
    ask: impl AsyncFn(&mut Client, R) -> Answer + Send + 'static,
) -> Times {
    let asks = async move |mut client: Client| {
        let mut times = Times::default();
        for request in requests {
            let asked = Instant::now();
            // Matches live until the time is taken: to let go of them is no part of the call.
            let (debug, _matches) = ask(&mut client, request).await;
            times.note(asked.elapsed(), debug);
        }
        times
    };
    as_caller(bench.running.address, asks).await
}

async fn tell_load(bench: &Bench, records: usize) {
    let rate = |t: Duration| records as f64 / t.as_secs_f64();
    match &bench.loaded {
        Some(loaded) => println!(
            "{records} records: {:.0} a second durable, {:.0} searchable",
            rate(loaded.durable_in),
            rate(loaded.searchable_in)
        ),
        None => println!("{records} records, kept from an earlier run"),
    }
    let settled_in = bench.settled().await.as_secs_f64();
    println!("the graph of the vectors took {settled_in:.0} s more");
}

/// Times of calls, by stage; the first ones only warm up.
#[derive(Default)]
struct Times {
    calls: usize,
    stages: BTreeMap<String, Vec<f64>>,
    eligible: Vec<f64>,
}

impl Times {
    fn note(&mut self, elapsed: Duration, debug: Option<v1::MatchDebug>) {
        self.calls += 1;
        if self.calls <= WARMING {
            return;
        }
        let debug = debug.unwrap_or_default();
        self.eligible.push(debug.eligible as f64);
        let whole = ("whole call".to_owned(), elapsed.as_secs_f64() * 1e3);
        let stages = debug.stages.into_iter().map(|s| (s.stage, s.micros as f64 / 1e3));
        for (stage, millis) in stages.chain([whole]) {
            self.stages.entry(stage).or_default().push(millis);
        }
    }

    fn tell(mut self, records: usize) {
        self.eligible.sort_by(f64::total_cmp);
        let share = |q| quantile(&self.eligible, q) / records as f64 * 100.0;
        println!("eligible: {:.1}% in the median, {:.1}% at most", share(0.5), share(1.0));
        println!("\n| stage | p50 ms | p99 ms |\n|---|---|---|");
        for (stage, values) in self.stages {
            let [p50, p99] = spread(values);
            println!("| {stage} | {p50:.2} | {p99:.2} |");
        }
    }
}
