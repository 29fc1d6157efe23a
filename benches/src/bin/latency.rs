//! Latency of MatchPostings with a filter, one caller, through gRPC; p50 and p99 of the
//! whole call as the client sees it and of each stage as the server reports it.
#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use std::collections::BTreeMap;
use std::time::Instant;

use clap::Parser;
use jobmatch_benches::generator::Generator;
use jobmatch_benches::harness::{SEED, quantile, start};
use jobmatch_proto::v1;

#[derive(Debug, Parser)]
struct Arguments {
    /// Postings.
    #[arg(long, default_value_t = 10_000)]
    postings: usize,
    /// Questions.
    #[arg(long, default_value_t = 500)]
    queries: usize,
}

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let mut bench = start(arguments.postings, 60).await;
    let rate = |t: std::time::Duration| arguments.postings as f64 / t.as_secs_f64();
    println!(
        "{} postings: {:.0} a second durable, {:.0} a second searchable",
        arguments.postings,
        rate(bench.loaded_in),
        rate(bench.searchable_in)
    );
    let settled_in = bench.settled().await;
    println!("the graph of the vectors took {:.0} s more", settled_in.as_secs_f64());
    let mut generator = Generator::new(SEED + 1, bench.today, 60);
    let mut times: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut eligible: Vec<f64> = Vec::new();
    for i in 0..arguments.queries + 20 {
        let profile = generator.profile(i);
        let city = profile.place.as_ref().map(|p| p.division[..4].to_owned()).unwrap_or_default();
        let request = v1::MatchPostingsRequest {
            person: Some(v1::match_postings_request::Person::Profile(profile)),
            filter: Some(v1::Filter { divisions: vec![city], ..v1::Filter::default() }),
            options: Some(v1::MatchOptions { debug: true, ..v1::MatchOptions::default() }),
        };
        let asked = Instant::now();
        let answer = bench.client.match_postings(request).await.expect("an answer").into_inner();
        let elapsed = asked.elapsed().as_secs_f64() * 1e3;
        // The first ones warm the caches.
        if i >= 20 {
            times.entry("whole call".into()).or_default().push(elapsed);
            let debug = answer.debug.unwrap_or_default();
            eligible.push(debug.eligible as f64 / arguments.postings as f64);
            for stage in debug.stages {
                times.entry(stage.stage).or_default().push(stage.micros as f64 / 1e3);
            }
        }
    }
    eligible.sort_by(f64::total_cmp);
    let share = |q| quantile(&eligible, q) * 100.0;
    println!("eligible: {:.1}% in the median, {:.1}% at most", share(0.5), share(1.0));
    println!("\n| stage | p50 ms | p99 ms |\n|---|---|---|");
    for (stage, mut values) in times {
        values.sort_by(f64::total_cmp);
        println!("| {stage} | {:.2} | {:.2} |", quantile(&values, 0.5), quantile(&values, 0.99));
    }
    bench.running.stop().await.expect("a clean stop");
}
