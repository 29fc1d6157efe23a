//! Latency of MatchPostings and of MatchProfiles with a filter, one caller, through gRPC: the whole
//! call as the client sees it and each stage as the server reports it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jobmatch_benches::harness::{Bench, as_caller, quantile, spread, start, start_profiles};
use jobmatch_proto::v1;

use crate::asking::{WARMING, for_people, in_city, jobs, people, tellers};

/// Prints the table of people who ask for postings.
pub(crate) async fn table(postings: usize, queries: usize, long: bool) {
    let bench = start(postings, 60).await;
    tell_load(&bench, postings).await;
    let asking: Box<dyn Iterator<Item = v1::Profile> + Send> = match long {
        true => Box::new(tellers(bench.today)),
        false => Box::new(people(bench.today)),
    };
    let times = as_caller(bench.running.address, async move |mut client| {
        let mut times = Times::default();
        for person in asking.take(queries + WARMING) {
            let request = in_city(person);
            let asked = Instant::now();
            let answer = client.match_postings(request).await.expect("an answer").into_inner();
            times.note(asked.elapsed(), answer.debug);
        }
        times
    });
    times.await.tell(postings);
    bench.running.stop().await.expect("a clean stop");
}

/// Prints the table of jobs that ask for people.
pub(crate) async fn table_of_profiles(profiles: usize, queries: usize) {
    let bench = start_profiles(profiles).await;
    tell_load(&bench, profiles).await;
    let asking = jobs(bench.today).take(queries + WARMING);
    let times = as_caller(bench.running.address, async move |mut client| {
        let mut times = Times::default();
        for job in asking {
            let request = for_people(job);
            let asked = Instant::now();
            let answer = client.match_profiles(request).await.expect("an answer").into_inner();
            times.note(asked.elapsed(), answer.debug);
        }
        times
    });
    times.await.tell(profiles);
    bench.running.stop().await.expect("a clean stop");
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
