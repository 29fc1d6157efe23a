//! Recall@10 against an exhaustive search, by the selectivity of a filter: of the vector
//! leg alone, and of the whole ranking (its candidates against a scoring of everything).
#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use clap::Parser;
use jobmatch_benches::generator::Generator;
use jobmatch_benches::harness::{Bench, SEED, start};
use jobmatch_proto::v1;

#[derive(Debug, Parser)]
struct Arguments {
    /// Postings.
    #[arg(long, default_value_t = 10_000)]
    postings: usize,
    /// Questions a selectivity.
    #[arg(long, default_value_t = 20)]
    queries: usize,
}

/// Publication dates are spread over so many days, so that one day is 0.01%.
const SPREAD_DAYS: usize = 10_000;
const SELECTIVITIES: [f64; 8] = [1.0, 0.5, 0.2, 0.1, 0.04, 0.01, 0.001, 0.0001];

#[tokio::main]
async fn main() {
    let arguments = Arguments::parse();
    let mut bench = start(arguments.postings, SPREAD_DAYS).await;
    let settled_in = bench.settled().await.as_secs_f64();
    println!("the graph of the vectors took {settled_in:.0} s");
    println!("{} postings, recall@10 against exhaustive search\n", arguments.postings);
    println!("| selectivity | vector leg | plan | whole ranking |\n|---|---|---|---|");
    for selectivity in SELECTIVITIES {
        let mut generator = Generator::new(SEED + 1, bench.today, 60);
        let (mut vector, mut whole) = (Tally::default(), Tally::default());
        let mut plan = String::new();
        for i in 0..arguments.queries {
            let profile = generator.profile(i);
            let leg = vec![v1::Leg::Vector as i32];
            let (exact, _) = ask(&mut bench, &profile, (selectivity, &leg, true)).await;
            let (found, used) = ask(&mut bench, &profile, (selectivity, &leg, false)).await;
            vector.add(&exact, &found);
            plan = used;
            let (exact, _) = ask(&mut bench, &profile, (selectivity, &[], true)).await;
            let (found, _) = ask(&mut bench, &profile, (selectivity, &[], false)).await;
            whole.add(&exact, &found);
        }
        println!(
            "| {}% | {} | {plan} | {} |",
            selectivity * 100.0,
            vector.recall(),
            whole.recall()
        );
    }
    bench.running.stop().await.expect("a clean stop");
}

#[derive(Debug, Default)]
struct Tally {
    wanted: usize,
    found: usize,
}

impl Tally {
    fn add(&mut self, exact: &[String], found: &[String]) {
        self.wanted += exact.len();
        self.found += exact.iter().filter(|id| found.contains(id)).count();
    }

    /// `–` where no posting was eligible for any question.
    fn recall(&self) -> String {
        match self.wanted {
            0 => "–".into(),
            wanted => format!("{:.4}", self.found as f64 / wanted as f64),
        }
    }
}

/// The ids of the best ten, and the plan of the vector leg. With a leg, conditions that can
/// be ignored are, and the score is that of the leg.
async fn ask(
    bench: &mut Bench,
    profile: &v1::Profile,
    (selectivity, legs, exact): (f64, &[i32], bool),
) -> (Vec<String>, String) {
    let days = (selectivity * SPREAD_DAYS as f64).round() as i64;
    let since = bench.today.plus_days(1 - days).start();
    let alone = !legs.is_empty();
    let semantic = v1::FactorKind::Semantic as i32;
    let weights = (1..=11)
        .filter(|kind| alone && *kind != semantic)
        .map(|kind| v1::FactorWeight { kind, multiplier: 0.0 });
    // Kind to employer; the filter's own condition on publication stays.
    let ignored = (4..=11)
        .chain([16])
        .filter(|_| alone)
        .map(|kind| v1::ConditionSetting { kind, mode: v1::ConditionMode::Ignored as i32 });
    let request = v1::MatchPostingsRequest {
        person: Some(v1::match_postings_request::Person::Profile(profile.clone())),
        filter: Some(v1::Filter {
            published_since: Some(jobmatch_proto::fields::timestamp(since)),
            ..v1::Filter::default()
        }),
        options: Some(v1::MatchOptions {
            page_size: 10,
            conditions: ignored.collect(),
            weights: weights.collect(),
            legs: legs.to_vec(),
            max_per_employer: 1_000,
            keep_duplicates: true,
            exact,
            debug: true,
            ..v1::MatchOptions::default()
        }),
    };
    let answer = bench.client.match_postings(request).await.expect("an answer").into_inner();
    let plan = answer.debug.map(|d| d.vector_plan).unwrap_or_default();
    (answer.matches.into_iter().map(|m| m.id).collect(), plan)
}
