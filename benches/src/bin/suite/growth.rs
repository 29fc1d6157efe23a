//! What a question costs by the number of postings: the median of the whole call, by filter, and
//! of the vector leg. Written as growth.json and drawn as growth.svg.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use jobmatch_benches::harness::{Bench, spread, start};
use jobmatch_proto::v1;

use crate::asking::{WARMING, city, people, question};
use crate::chart::{Chart, Line};
use crate::shapes::SPREAD_DAYS;

const LINES: [&str; 4] = [
    "whole call, no filter",
    "whole call, city",
    "whole call, 1% by date",
    "vector leg, no filter",
];

/// Milliseconds in the median by line, by number of postings.
type Results = BTreeMap<usize, BTreeMap<String, f64>>;

/// Measures, prints the table and writes both files.
pub(crate) async fn table(sizes: &[usize], queries: usize, folder: &Path) {
    let path = folder.join("growth.json");
    let mut results: Results = match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).expect("results of before"),
        Err(_) => Results::new(),
    };
    for size in sizes {
        results.insert(*size, measure(*size, queries).await);
    }
    println!(
        "| postings | {} |\n|---|{}",
        LINES.join(" ms | ") + " ms",
        "---|".repeat(LINES.len())
    );
    for (size, medians) in &results {
        let cells =
            LINES.map(|line| format!("{:.2}", medians.get(line).copied().unwrap_or(f64::NAN)));
        println!("| {size} | {} |", cells.join(" | "));
    }
    for (smaller, larger) in results.iter().zip(results.iter().skip(1)) {
        let ratios = LINES.map(|line| match (smaller.1.get(line), larger.1.get(line)) {
            (Some(a), Some(b)) if *a > 0.0 => format!("{:.2}×", b / a),
            _ => "–".into(),
        });
        println!("| {} → {} | {} |", smaller.0, larger.0, ratios.join(" | "));
    }
    let bytes = serde_json::to_vec_pretty(&results).expect("numbers");
    std::fs::write(&path, [bytes, b"\n".to_vec()].concat()).expect("a file");
    std::fs::write(folder.join("growth.svg"), chart(&results).svg()).expect("a picture");
}

async fn measure(size: usize, queries: usize) -> BTreeMap<String, f64> {
    let mut bench = start(size, SPREAD_DAYS).await;
    bench.settled().await;
    let mut medians = BTreeMap::new();
    for line in &LINES[..3] {
        let (calls, vectors) = ask(&mut bench, line, queries).await;
        medians.insert((*line).to_owned(), spread(calls)[0]);
        if *line == LINES[0] {
            medians.insert(LINES[3].to_owned(), spread(vectors)[0]);
        }
    }
    bench.running.stop().await.expect("a clean stop");
    medians
}

/// Milliseconds of each call, and of its vector leg.
async fn ask(bench: &mut Bench, line: &str, queries: usize) -> (Vec<f64>, Vec<f64>) {
    let (mut calls, mut vectors) = (Vec::new(), Vec::new());
    let since = Some(jobmatch_proto::fields::timestamp(
        bench.today.plus_days(1 - SPREAD_DAYS as i64 / 100).start(),
    ));
    for (number, person) in people(bench.today).take(queries + WARMING).enumerate() {
        let filter = match line {
            "whole call, city" => {
                v1::Filter { divisions: vec![city(&person)], ..v1::Filter::default() }
            }
            "whole call, 1% by date" => {
                v1::Filter { published_since: since, ..v1::Filter::default() }
            }
            _ => v1::Filter::default(),
        };
        let request = question(person, filter);
        let asked = Instant::now();
        let answer = bench.client.match_postings(request).await.expect("an answer").into_inner();
        if number >= WARMING {
            calls.push(asked.elapsed().as_secs_f64() * 1e3);
            let stages = answer.debug.unwrap_or_default().stages;
            let vector = stages.iter().find(|stage| stage.stage == "vector");
            vectors.push(vector.map_or(0.0, |stage| stage.micros as f64 / 1e3));
        }
    }
    (calls, vectors)
}

fn chart(results: &Results) -> Chart {
    let line = |name: &str| Line {
        name: name.to_owned(),
        points: results
            .iter()
            .filter_map(|(size, medians)| Some((*size as f64, *medians.get(name)?)))
            .filter(|(_, ms)| *ms > 0.0)
            .collect(),
    };
    Chart {
        title: "What a question costs, p50".into(),
        across: "postings".into(),
        up: "milliseconds".into(),
        lines: LINES.iter().map(|name| line(name)).collect(),
    }
}
