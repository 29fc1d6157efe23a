//! How long after its acknowledgement a posting is searchable: one new posting after the
//! other, each asked for by `min_seq` and its id, on an idle server and while an import runs.
#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use std::time::Instant;

use clap::Parser;
use jobmatch_benches::generator::Generator;
use jobmatch_benches::harness::{Bench, SEED, quantile, start};
use jobmatch_proto::v1;
use jobmatch_proto::v1::posting_service_client::PostingServiceClient;
use tokio_stream::StreamExt;
use tonic::transport::Channel;

#[derive(Debug, Parser)]
struct Arguments {
    /// Postings that are there before.
    #[arg(long, default_value_t = 10_000)]
    postings: usize,
    /// New postings that are timed, in each of the two rows.
    #[arg(long, default_value_t = 100)]
    writes: usize,
}

/// Numbers of the generated postings: those that are timed, and those of the import beside.
const TIMED_FROM: usize = 50_000_000;
const BESIDE_FROM: u64 = 60_000_000;

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let mut bench = start(arguments.postings, 60).await;
    println!("{} postings, {} writes a row\n", arguments.postings, arguments.writes);
    println!("| beside | p50 ms | p99 ms | longest ms |\n|---|---|---|---|");
    let idle = time_writes(&mut bench, TIMED_FROM, arguments.writes).await;
    print_row("nothing", idle);
    let address = format!("http://{}", bench.running.address);
    let channel = Channel::from_shared(address).expect("an address").connect().await;
    let import = tokio::spawn(import_without_end(channel.expect("a connection"), bench.today));
    let busy = time_writes(&mut bench, TIMED_FROM + arguments.writes, arguments.writes).await;
    import.abort();
    print_row("an import", busy);
    bench.running.stop().await.expect("a clean stop");
}

fn print_row(beside: &str, mut times: Vec<f64>) {
    times.sort_by(f64::total_cmp);
    let [p50, p99, last] = [0.5, 0.99, 1.0].map(|q| quantile(&times, q));
    println!("| {beside} | {p50:.0} | {p99:.0} | {last:.0} |");
}

/// Milliseconds from each acknowledgement to the answer that holds the posting.
async fn time_writes(bench: &mut Bench, from: usize, count: usize) -> Vec<f64> {
    let address = format!("http://{}", bench.running.address);
    let mut postings = PostingServiceClient::connect(address).await.expect("a connection");
    let mut generator = Generator::new(SEED + 2, bench.today, 60);
    let mut times = Vec::with_capacity(count);
    for number in from..from + count {
        let posting = Some(generator.posting(number));
        let request =
            v1::UpdatePostingRequest { posting, allow_missing: true, ..Default::default() };
        let stored = postings.update_posting(request).await.expect("a stored posting");
        let acknowledged = Instant::now();
        let stored = stored.into_inner().posting.expect("the posting");
        let text = v1::TextQuery { text: stored.title, ..v1::TextQuery::default() };
        let request = v1::ExplainMatchRequest {
            person: Some(v1::explain_match_request::Person::Text(text)),
            posting_id: stored.id,
            options: Some(v1::MatchOptions { min_seq: stored.seq, ..v1::MatchOptions::default() }),
            ..v1::ExplainMatchRequest::default()
        };
        bench.client.explain_match(request).await.expect("the posting is found");
        times.push(acknowledged.elapsed().as_secs_f64() * 1e3);
    }
    times
}

/// Feeds new postings as fast as they are taken.
async fn import_without_end(channel: Channel, today: jobmatch_domain::Date) {
    let mut generator = Generator::new(SEED + 3, today, 60);
    let items = (BESIDE_FROM..).map(move |number| {
        let posting = Some(generator.posting(number as usize));
        let item = v1::ImportPostingItem { number, posting };
        let request = Some(v1::import_postings_request::Request::Item(item));
        v1::ImportPostingsRequest { request }
    });
    let mut importer = PostingServiceClient::new(channel);
    let answers = importer.import_postings(tokio_stream::iter(items)).await.expect("an import");
    let mut answers = answers.into_inner();
    while let Some(answer) = answers.next().await {
        answer.expect("an answer");
    }
}
