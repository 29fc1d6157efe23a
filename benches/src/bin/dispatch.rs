//! How long an assignment takes: people and gigs of a morning among the postings of a city,
//! through gRPC; the whole call as the client sees it.
#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use std::time::Instant;

use clap::Parser;
use jobmatch_benches::generator::Generator;
use jobmatch_benches::harness::{SEED, quantile, start};
use jobmatch_proto::v1;
use jobmatch_proto::v1::gig_service_client::GigServiceClient;
use jobmatch_proto::v1::profile_service_client::ProfileServiceClient;
use tokio_stream::StreamExt;
use tonic::transport::Channel;

#[derive(Debug, Parser)]
struct Arguments {
    /// People present.
    #[arg(long, default_value_t = 1_000)]
    people: usize,
    /// Gigs to fill.
    #[arg(long, default_value_t = 200)]
    gigs: usize,
    /// Postings in all.
    #[arg(long, default_value_t = 2_000)]
    postings: usize,
    /// Calls that are timed.
    #[arg(long, default_value_t = 20)]
    calls: usize,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let bench = start(arguments.postings.max(arguments.gigs), 60).await;
    let address = format!("http://{}", bench.running.address);
    let channel = Channel::from_shared(address).expect("an address").connect().await;
    let channel = channel.expect("a connection");
    let mut generator = Generator::new(SEED + 1, bench.today, 60);
    let people: Vec<v1::Profile> = (0..arguments.people).map(|i| generator.profile(i)).collect();
    let profile_ids = people.iter().map(|p| p.id.clone()).collect();
    import(channel.clone(), people).await;
    bench.running.ready().await.expect("searchable profiles");
    let request = v1::DispatchRequest {
        posting_ids: (1..=arguments.gigs).map(|number| format!("G{number:07}")).collect(),
        profile_ids,
        ..v1::DispatchRequest::default()
    };
    let mut client = GigServiceClient::new(channel);
    let mut times = Vec::with_capacity(arguments.calls);
    // The first call warms the caches.
    for call in 0..=arguments.calls {
        let asked = Instant::now();
        let answer = client.dispatch(request.clone()).await.expect("an answer").into_inner();
        let elapsed = asked.elapsed().as_secs_f64() * 1e3;
        if call == 0 {
            let suitable = |u: &&v1::Unassigned| u.suitable > 0;
            let beaten = answer.unassigned.iter().filter(suitable).count();
            println!(
                "{} people, {} gigs among {} postings: {} assigned, {beaten} found the places taken",
                arguments.people,
                arguments.gigs,
                arguments.postings.max(arguments.gigs),
                answer.assignments.len()
            );
        } else {
            times.push(elapsed);
        }
    }
    times.sort_by(f64::total_cmp);
    println!("\n| people | gigs | p50 ms | longest ms |\n|---|---|---|---|");
    let (people, gigs) = (arguments.people, arguments.gigs);
    println!("| {people} | {gigs} | {:.0} | {:.0} |", quantile(&times, 0.5), quantile(&times, 1.0));
    bench.running.stop().await.expect("a clean stop");
}

async fn import(channel: Channel, people: Vec<v1::Profile>) {
    let items = (1..).zip(people).map(|(number, profile)| v1::ImportProfilesRequest {
        request: Some(v1::import_profiles_request::Request::Item(v1::ImportProfileItem {
            number,
            profile: Some(profile),
        })),
    });
    let items = tokio_stream::iter(items.collect::<Vec<_>>());
    let answers = ProfileServiceClient::new(channel).import_profiles(items).await;
    let mut answers = answers.expect("an import").into_inner();
    while let Some(answer) = answers.next().await {
        answer.expect("an answer");
    }
}
