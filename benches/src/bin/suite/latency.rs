//! Latency of MatchPostings with a filter, one caller, through gRPC: the whole call as the
//! client sees it and each stage as the server reports it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jobmatch_benches::harness::{quantile, spread, start};

use crate::asking::{WARMING, in_city, people};

/// Prints the table.
pub(crate) async fn table(postings: usize, queries: usize) {
    let mut bench = start(postings, 60).await;
    let rate = |t: Duration| postings as f64 / t.as_secs_f64();
    match &bench.loaded {
        Some(loaded) => println!(
            "{postings} postings: {:.0} a second durable, {:.0} searchable",
            rate(loaded.durable_in),
            rate(loaded.searchable_in)
        ),
        None => println!("{postings} postings, kept from an earlier run"),
    }
    let settled_in = bench.settled().await.as_secs_f64();
    println!("the graph of the vectors took {settled_in:.0} s more");
    let mut times: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut eligible: Vec<f64> = Vec::new();
    for (number, person) in people(bench.today).take(queries + WARMING).enumerate() {
        let request = in_city(person);
        let asked = Instant::now();
        let answer = bench.client.match_postings(request).await.expect("an answer").into_inner();
        let elapsed = asked.elapsed().as_secs_f64() * 1e3;
        if number >= WARMING {
            times.entry("whole call".into()).or_default().push(elapsed);
            let debug = answer.debug.unwrap_or_default();
            eligible.push(debug.eligible as f64 / postings as f64);
            for stage in debug.stages {
                times.entry(stage.stage).or_default().push(stage.micros as f64 / 1e3);
            }
        }
    }
    eligible.sort_by(f64::total_cmp);
    let share = |q| quantile(&eligible, q) * 100.0;
    println!("eligible: {:.1}% in the median, {:.1}% at most", share(0.5), share(1.0));
    println!("\n| stage | p50 ms | p99 ms |\n|---|---|---|");
    for (stage, values) in times {
        let [p50, p99] = spread(values);
        println!("| {stage} | {p50:.2} | {p99:.2} |");
    }
    bench.running.stop().await.expect("a clean stop");
}
