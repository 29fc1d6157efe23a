//! Recall@10 against an exhaustive search, by shape and selectivity of the filter: of the vector
//! leg alone, by its raw cosines with ties counted, and of the whole ranking.

use jobmatch_benches::harness::{Bench, spread, start};
use jobmatch_proto::v1;

use crate::asking::people;
use crate::shapes::{SHAPES, SPREAD_DAYS, Shape};

const K: usize = 10;
/// Cosines that differ by no more are equal.
const TIE: f64 = 1e-6;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Postings.
    #[arg(long, default_value_t = 100_000)]
    pub(crate) postings: usize,
    /// Questions a shape.
    #[arg(long, default_value_t = 50)]
    pub(crate) queries: usize,
    /// Also the whole ranking, of which everything eligible is scored to compare.
    #[arg(long)]
    pub(crate) whole: bool,
}

/// What one answer tells.
struct Answer {
    /// The best ten, with the score that is compared.
    best: Vec<(String, f64)>,
    plan: String,
    eligible: u64,
    vector_ms: f64,
}

/// What the questions of one shape came to.
#[derive(Default)]
struct Tally {
    vector: Vec<f64>,
    whole: Vec<f64>,
    eligible: Vec<f64>,
    times: Vec<f64>,
    graphs: usize,
}

/// Prints the table.
pub(crate) async fn table(arguments: &Arguments) {
    let mut bench = start(arguments.postings, SPREAD_DAYS).await;
    let settled_in = bench.settled().await.as_secs_f64();
    println!("the graph of the vectors took {settled_in:.0} s");
    println!("{} postings, {} questions a shape\n", arguments.postings, arguments.queries);
    println!("| filter | eligible | vector leg | worst question | by the graph | p50 ms | whole |");
    println!("|---|---|---|---|---|---|---|");
    let mut means = Vec::new();
    for shape in &SHAPES {
        let tally = ask_all(&mut bench, shape, arguments).await;
        let eligible = mean(&tally.eligible) * 100.0 / arguments.postings as f64;
        let worst = tally.vector.iter().copied().reduce(f64::min);
        let graphs = tally.graphs * 100 / arguments.queries.max(1);
        let [p50, _] = spread(tally.times);
        let (vector, whole) = (shown(&tally.vector), shown(&tally.whole));
        let worst = worst.map_or("–".into(), |w| format!("{w:.1}"));
        println!(
            "| {} | {eligible:.3}% | {vector} | {worst} | {graphs}% | {p50:.2} | {whole} |",
            shape.name
        );
        if !tally.vector.is_empty() {
            means.push((mean(&tally.vector), shape.name));
        }
    }
    means.sort_by(|a, b| a.0.total_cmp(&b.0));
    let average = means.iter().map(|m| m.0).sum::<f64>() / means.len().max(1) as f64;
    if let Some((worst, name)) = means.first() {
        println!("\nvector leg: {average:.4} on average, {worst:.4} in the worst shape ({name})");
    }
    bench.running.stop().await.expect("a clean stop");
}

async fn ask_all(bench: &mut Bench, shape: &Shape, arguments: &Arguments) -> Tally {
    let mut tally = Tally::default();
    for person in people(bench.today).take(arguments.queries) {
        let filter = shape.filter(&person, bench.today);
        let truth = ask(bench, alone(&person, &filter, true), true).await;
        let found = ask(bench, alone(&person, &filter, false), true).await;
        tally.vector.extend(recall(&truth.best, &found.best));
        tally.eligible.push(found.eligible as f64);
        tally.times.push(found.vector_ms);
        tally.graphs += usize::from(found.plan == "graph");
        if arguments.whole {
            let truth = ask(bench, together(&person, &filter, true), false).await;
            let found = ask(bench, together(&person, &filter, false), false).await;
            tally.whole.extend(recall(&truth.best, &found.best));
        }
    }
    tally
}

/// Share of the true places that were filled by as good a posting; `None` where there is none.
fn recall(truth: &[(String, f64)], found: &[(String, f64)]) -> Option<f64> {
    let least = truth.iter().map(|t| t.1).reduce(f64::min)?;
    let right = found.iter().take(truth.len()).filter(|f| f.1 >= least - TIE);
    Some(right.count() as f64 / truth.len() as f64)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// `–` where no posting was eligible for any question.
fn shown(recalls: &[f64]) -> String {
    if recalls.is_empty() { "–".into() } else { format!("{:.4}", mean(recalls)) }
}

/// A question to the vector leg: what the person's own conditions rule out is let in.
fn alone(person: &v1::Profile, filter: &v1::Filter, exact: bool) -> v1::MatchPostingsRequest {
    let semantic = v1::FactorKind::Semantic as i32;
    let weight = |kind| v1::FactorWeight { kind, multiplier: 0.0 };
    let ignored = |kind| v1::ConditionSetting { kind, mode: v1::ConditionMode::Ignored as i32 };
    let mut request = together(person, filter, exact);
    if let Some(options) = &mut request.options {
        options.legs = vec![v1::Leg::Vector as i32];
        options.weights = (1..=11).filter(|kind| *kind != semantic).map(weight).collect();
        // Kind to employer; the filter's own conditions stay.
        options.conditions = (4..=11).chain([16]).map(ignored).collect();
        options.page_size = 200;
    }
    request
}

/// A question to the whole ranking.
fn together(person: &v1::Profile, filter: &v1::Filter, exact: bool) -> v1::MatchPostingsRequest {
    v1::MatchPostingsRequest {
        person: Some(v1::match_postings_request::Person::Profile(person.clone())),
        filter: Some(filter.clone()),
        options: Some(v1::MatchOptions {
            page_size: K as u32,
            max_per_employer: 1_000,
            keep_duplicates: true,
            exact,
            debug: true,
            ..v1::MatchOptions::default()
        }),
    }
}

/// Asks; with `by_cosine` the best ten are those of the vector leg.
async fn ask(bench: &mut Bench, request: v1::MatchPostingsRequest, by_cosine: bool) -> Answer {
    let answer = bench.client.match_postings(request).await.expect("an answer").into_inner();
    let debug = answer.debug.unwrap_or_default();
    let cosine = |m: &v1::Match| {
        let hit = m.legs.iter().find(|leg| leg.leg == v1::Leg::Vector as i32)?;
        (1..=K as u32).contains(&hit.rank).then_some(hit.score)
    };
    let score = |m: &v1::Match| if by_cosine { cosine(m) } else { Some(m.score) };
    let best = answer.matches.into_iter().filter_map(|m| Some((score(&m)?, m.id)));
    let vector = debug.stages.iter().find(|stage| stage.stage == "vector");
    Answer {
        best: best.map(|(score, id)| (id, score)).take(K).collect(),
        plan: debug.vector_plan,
        eligible: debug.eligible,
        vector_ms: vector.map_or(0.0, |stage| stage.micros as f64 / 1e3),
    }
}
