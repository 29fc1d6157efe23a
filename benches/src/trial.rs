//! Our engine put through the questions of a data set: recall beside time, CPU and memory.

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use jobmatch_index::{EngineError, VectorOptions, VectorPlan};
use serde::Serialize;

use crate::dataset::{Dataset, Test};
use crate::harness::quantile;
use crate::process::{cpu_seconds, megabytes, memory};
use crate::subject::{Subject, fused, nearest};

/// Questions of a row are asked again until this has passed: the CPU is counted in hundredths
/// of a second.
const LEAST: Duration = Duration::from_millis(500);

/// What is tried.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Answers a question.
    pub k: usize,
    /// Nodes that a walk keeps, one table row of each shape for each.
    pub efs: Vec<usize>,
    /// From so many vectors on a graph is built.
    pub graph_from: usize,
    /// Words and vectors together, where the questions have words.
    pub hybrid: bool,
}

/// A row of a table; the peers print the same fields.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// Whose figures.
    pub engine: String,
    /// What was set for this row.
    pub setting: String,
    /// Shape of the filter.
    pub shape: String,
    /// Recall at `k`, ties counted, on average over the questions.
    pub recall: f64,
    /// Milliseconds of a question in the median.
    pub p50_ms: f64,
    /// Milliseconds of a question, one of a hundred takes longer.
    pub p99_ms: f64,
    /// Milliseconds of CPU a question, of all threads.
    pub cpu_ms: f64,
    /// Megabytes that are resident more than before the index was built.
    pub memory_mb: f64,
    /// The most that was resident, the data set included.
    pub peak_mb: f64,
    /// Seconds until everything was searchable by the graph.
    pub build_s: f64,
}

/// Builds and asks.
///
/// # Errors
/// Those of the engine.
pub async fn run(folder: &Path, dataset: &Dataset, trial: &Trial) -> Result<Vec<Row>, EngineError> {
    let before = memory(None).resident;
    let options = |ef_search| VectorOptions {
        graph_from: trial.graph_from,
        ef_search,
        ..VectorOptions::default()
    };
    let (built, took) = Subject::build(folder, dataset, options(trial.efs[0])).await?;
    drop(built);
    let mut rows = Vec::new();
    for ef in &trial.efs {
        let (subject, _) = Subject::open(folder, dataset, options(*ef))?;
        for shape in shapes(dataset) {
            let tests: Vec<&Test> = dataset.tests.iter().filter(|t| t.shape == shape).collect();
            let asked = ask_all(&subject, dataset, (&tests, trial)).await?;
            rows.push(Row {
                engine: "jobmatch".into(),
                setting: format!("ef {ef}, {}", asked.plan),
                shape: shape.into(),
                recall: asked.recall,
                p50_ms: quantile(&asked.times, 0.5),
                p99_ms: quantile(&asked.times, 0.99),
                cpu_ms: asked.cpu_ms,
                memory_mb: megabytes(memory(None).resident.saturating_sub(before)),
                peak_mb: megabytes(memory(None).peak),
                build_s: took.as_secs_f64(),
            });
        }
    }
    Ok(rows)
}

/// The shapes of the questions, in order of their first.
fn shapes(dataset: &Dataset) -> Vec<&str> {
    let mut seen = HashSet::new();
    dataset.tests.iter().map(|t| t.shape.as_str()).filter(|s| seen.insert(*s)).collect()
}

struct Asked {
    recall: f64,
    /// Milliseconds, sorted.
    times: Vec<f64>,
    cpu_ms: f64,
    plan: &'static str,
}

async fn ask_all(
    subject: &Subject,
    dataset: &Dataset,
    (tests, trial): (&[&Test], &Trial),
) -> Result<Asked, EngineError> {
    let (mut recalls, mut plans) = (Vec::new(), HashSet::new());
    for test in tests {
        let answer = subject.ask(subject.query(test, trial.k, trial.hybrid)).await?;
        plans.insert(answer.plan == VectorPlan::Graph);
        recalls.extend(match trial.hybrid {
            false => dataset.recall(test, &nearest(&answer, trial.k), trial.k),
            true => {
                let query = subject.query(test, trial.k, true);
                let truth = subject.ask(jobmatch_index::Query { exact: true, ..query }).await?;
                shared(&fused(&truth, trial.k), &fused(&answer, trial.k))
            }
        });
    }
    let mut times = Vec::new();
    let (started, cpu) = (Instant::now(), cpu_seconds());
    while !tests.is_empty() && started.elapsed() < LEAST {
        for test in tests {
            let query = subject.query(test, trial.k, trial.hybrid);
            let asked = Instant::now();
            let answer = subject.ask(query).await?;
            if trial.hybrid {
                std::hint::black_box(fused(&answer, trial.k));
            }
            times.push(asked.elapsed().as_secs_f64() * 1e3);
        }
    }
    let cpu_ms = (cpu_seconds() - cpu) * 1e3 / times.len().max(1) as f64;
    times.sort_by(f64::total_cmp);
    let plan = match (plans.contains(&true), plans.contains(&false)) {
        (true, true) => "graph or exact",
        (true, false) => "graph",
        (false, _) => "exact",
    };
    let recall = recalls.iter().sum::<f64>() / recalls.len().max(1) as f64;
    Ok(Asked { recall, times, cpu_ms, plan })
}

/// Share of the true answers that were found.
fn shared(truth: &[u32], found: &[u32]) -> Option<f64> {
    let right = truth.iter().filter(|row| found.contains(row)).count();
    (!truth.is_empty()).then(|| right as f64 / truth.len() as f64)
}

/// The rows as a table in Markdown.
pub fn markdown(rows: &[Row]) -> String {
    let head = "| engine | setting | filter | recall | p50 ms | p99 ms | CPU ms | memory MB | peak MB \
                | build s |\n|---|---|---|---|---|---|---|---|---|---|\n";
    let line = |r: &Row| {
        format!(
            "| {} | {} | {} | {:.4} | {:.3} | {:.3} | {:.3} | {:.0} | {:.0} | {:.1} |\n",
            r.engine,
            r.setting,
            r.shape,
            r.recall,
            r.p50_ms,
            r.p99_ms,
            r.cpu_ms,
            r.memory_mb,
            r.peak_mb,
            r.build_s
        )
    };
    std::iter::once(head.to_owned()).chain(rows.iter().map(line)).collect()
}
