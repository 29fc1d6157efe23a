//! Calls a second through gRPC by the number of callers, each of whom asks again as soon as it
//! has its answer, over a connection of its own. Server and callers share the machine.

use std::time::{Duration, Instant};

use jobmatch_benches::harness::{connect, spread, start};
use jobmatch_domain::Date;
use jobmatch_proto::v1::match_service_client::MatchServiceClient;
use tonic::transport::Channel;

use crate::asking::{WARMING, in_city, people};

const CALLERS: [usize; 4] = [1, 4, 16, 64];

/// Prints the table.
pub(crate) async fn table(postings: usize, seconds: f64) {
    let bench = start(postings, 60).await;
    bench.settled().await;
    println!("{postings} postings, {seconds:.0} s a row\n");
    println!("| callers | calls a second | p50 ms | p99 ms |\n|---|---|---|---|");
    let lasting = Duration::from_secs_f64(seconds);
    for callers in CALLERS {
        let mut tasks = Vec::new();
        for caller in 0..callers {
            let client = MatchServiceClient::new(connect(bench.running.address).await);
            tasks.push(tokio::spawn(ask(client, (bench.today, caller), lasting)));
        }
        let mut times = Vec::new();
        let mut rate = 0.0;
        for task in tasks {
            let (own, took) = task.await.expect("a caller");
            rate += own.len() as f64 / took.as_secs_f64();
            times.extend(own);
        }
        let [p50, p99] = spread(times);
        println!("| {callers} | {rate:.0} | {p50:.2} | {p99:.2} |");
    }
    bench.running.stop().await.expect("a clean stop");
}

/// Milliseconds of each call of one caller, and how long it called. Callers ask different
/// questions.
async fn ask(
    client: MatchServiceClient<Channel>,
    (today, caller): (Date, usize),
    lasting: Duration,
) -> (Vec<f64>, Duration) {
    let mut client = client.max_decoding_message_size(64 << 20);
    let mut requests = people(today).skip(caller * WARMING).map(in_city);
    let mut times = Vec::new();
    let started = Instant::now();
    while started.elapsed() < lasting {
        let Some(request) = requests.next() else { break };
        let asked = Instant::now();
        client.match_postings(request).await.expect("an answer");
        times.push(asked.elapsed().as_secs_f64() * 1e3);
    }
    (times, started.elapsed())
}
