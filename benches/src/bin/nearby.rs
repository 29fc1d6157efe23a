//! What is near: questions of kiosks over generated postings, a fifth of them dated gigs.
//! Times in the server (decode to encode) and through gRPC.
#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use std::time::Instant;

use clap::Parser;
use jobmatch_benches::generator::Generator;
use jobmatch_benches::harness::{SEED, quantile, start_with};
use jobmatch_matching::system_clock;
use jobmatch_proto::v1;
use jobmatch_proto::v1::nearby_service_client::NearbyServiceClient;
use tonic::transport::Channel;

#[derive(Debug, Parser)]
struct Arguments {
    /// Postings.
    #[arg(long, default_value_t = 100_000)]
    postings: usize,
    /// Questions a row.
    #[arg(long, default_value_t = 500)]
    queries: usize,
}

/// A row of the table.
struct Row {
    name: &'static str,
    order: v1::NearbyOrder,
    minutes: u32,
    gigs: bool,
    person: bool,
}

const ROWS: [Row; 6] = [
    Row {
        name: "gigs in 15 min, by minutes",
        order: v1::NearbyOrder::Minutes,
        minutes: 15,
        gigs: true,
        person: false,
    },
    Row {
        name: "gigs in 15 min, by pay",
        order: v1::NearbyOrder::Pay,
        minutes: 15,
        gigs: true,
        person: false,
    },
    Row {
        name: "gigs in 15 min, by start",
        order: v1::NearbyOrder::Start,
        minutes: 15,
        gigs: true,
        person: false,
    },
    Row {
        name: "all in 15 min, by minutes",
        order: v1::NearbyOrder::Minutes,
        minutes: 15,
        gigs: false,
        person: false,
    },
    Row {
        name: "all in 30 min, by minutes",
        order: v1::NearbyOrder::Minutes,
        minutes: 30,
        gigs: false,
        person: false,
    },
    Row {
        name: "gigs in 15 min, by score for a person",
        order: v1::NearbyOrder::Score,
        minutes: 15,
        gigs: true,
        person: true,
    },
];

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let today = system_clock()().date();
    let mut generator = Generator::new(SEED, today, 60);
    let postings = (1..=arguments.postings).map(move |number| generator.dated_posting(number));
    let bench = start_with(postings).await;
    let address = format!("http://{}", bench.running.address);
    let channel = Channel::from_shared(address).expect("an address").connect().await;
    let mut client = NearbyServiceClient::new(channel.expect("a connection"));
    println!("{} postings, {} questions a row\n", arguments.postings, arguments.queries);
    println!("| question | found | server p50 ms | server p99 ms | gRPC p50 ms | gRPC p99 ms |");
    println!("|---|---|---|---|---|---|");
    for row in &ROWS {
        let mut generator = Generator::new(SEED + 1, today, 60);
        let (mut inside, mut outside, mut found) = (Vec::new(), Vec::new(), 0);
        for number in 0..arguments.queries {
            let request = question(row, generator.profile(number));
            let started = Instant::now();
            let answer = client.nearby_postings(request).await.expect("an answer").into_inner();
            outside.push(started.elapsed().as_secs_f64() * 1e3);
            let stages = answer.debug.expect("times").stages;
            inside.push(stages.iter().map(|s| s.micros).sum::<u64>() as f64 / 1e3);
            found += u64::from(answer.total);
        }
        inside.sort_by(f64::total_cmp);
        outside.sort_by(f64::total_cmp);
        let [a, b] = [0.5, 0.99].map(|q| quantile(&inside, q));
        let [c, d] = [0.5, 0.99].map(|q| quantile(&outside, q));
        let mean = found / arguments.queries.max(1) as u64;
        println!("| {} | {mean} | {a:.2} | {b:.2} | {c:.2} | {d:.2} |", row.name);
    }
    bench.running.stop().await.expect("a clean stop");
}

/// From where the person lives, by e-bike.
fn question(row: &Row, person: v1::Profile) -> v1::NearbyPostingsRequest {
    let point = person.place.clone().and_then(|place| place.point).unwrap_or_default();
    let kinds = if row.gigs { vec![v1::EmploymentKind::Gig as i32] } else { Vec::new() };
    v1::NearbyPostingsRequest {
        area: Some(v1::NearbyArea {
            origin: Some(v1::nearby_area::Origin::Point(point)),
            limit: Some(v1::nearby_area::Limit::MaxMinutes(row.minutes)),
            filter: Some(v1::Filter { kinds, ..v1::Filter::default() }),
            ..v1::NearbyArea::default()
        }),
        order: row.order as i32,
        person: row.person.then_some(v1::nearby_postings_request::Person::Profile(person)),
        debug: true,
        ..v1::NearbyPostingsRequest::default()
    }
}
