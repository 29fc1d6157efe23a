//! The vector leg alone and in process, without a filter: what a question takes and finds by how
//! many nodes its walk keeps. The questions are those that people of the other tables ask.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jobmatch_benches::harness::{spread, start};
use jobmatch_domain::{Collection, Date};
use jobmatch_embed::{EmbedInput, Embedder, StaticModel};
use jobmatch_index::{
    EmbeddedEngine, Engine, EngineOptions, Query, Retrieval, VectorOptions, VectorPlan,
};
use jobmatch_text::{Analyzer, AnalyzerOptions};

use crate::asking::{WARMING, people};
use crate::shapes::SPREAD_DAYS;

const K: usize = 10;
/// Cosines that differ by no more are equal.
const TIE: f32 = 1e-6;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Postings.
    #[arg(long, default_value_t = 100_000)]
    pub(crate) postings: usize,
    /// Questions.
    #[arg(long, default_value_t = 500)]
    pub(crate) queries: usize,
    /// Nodes that a walk keeps.
    #[arg(long, value_delimiter = ',', default_values_t = [16, 32, 64, 128, 200])]
    pub(crate) ef: Vec<usize>,
}

/// Prints the table.
pub(crate) async fn table(arguments: &Arguments) {
    let bench = start(arguments.postings, SPREAD_DAYS).await;
    bench.settled().await;
    let today = bench.today;
    let folder = bench.stopped().await;
    let analyzer = Analyzer::new(&AnalyzerOptions::default()).expect("the built-in lexicon");
    let vectors = questions(&analyzer, arguments.queries + WARMING, today);
    let index = serving(&folder.path().join("index/postings"));
    let options = |ef_search| VectorOptions { ef_search, ..VectorOptions::default() };
    let engine = open(&index, &analyzer, options(VectorOptions::default().ef_search)).await;
    let mut truth = Vec::new();
    for vector in &vectors {
        truth.push(ask(&engine, vector, true).await.0);
    }
    drop(engine);
    println!("| ef | recall@{K} | worst question | by the graph | p50 ms | p99 ms |");
    println!("|---|---|---|---|---|---|");
    for ef in &arguments.ef {
        let engine = open(&index, &analyzer, options(*ef)).await;
        let (mut recalls, mut times, mut graphs) = (Vec::new(), Vec::new(), 0);
        for (number, (vector, truth)) in vectors.iter().zip(&truth).enumerate() {
            let (found, ms) = ask(&engine, vector, false).await;
            if number >= WARMING {
                recalls.push(recall(truth, &found));
                times.push(ms);
                graphs += usize::from(found.plan == VectorPlan::Graph);
            }
        }
        let mean = recalls.iter().sum::<f64>() / recalls.len().max(1) as f64;
        let worst = recalls.iter().copied().fold(1.0, f64::min);
        let graphs = graphs * 100 / recalls.len().max(1);
        let [p50, p99] = spread(times);
        println!("| {ef} | {mean:.4} | {worst:.1} | {graphs}% | {p50:.3} | {p99:.3} |");
    }
}

/// The folder of the index that serves, which `CURRENT` names first.
fn serving(folder: &Path) -> PathBuf {
    let current = std::fs::read_to_string(folder.join("CURRENT")).expect("an index");
    folder.join(current.split_whitespace().next().expect("its folder"))
}

/// The vectors that people ask with.
fn questions(analyzer: &Analyzer, count: usize, today: Date) -> Vec<Vec<f32>> {
    let model = StaticModel::built_in();
    let vector = |person: jobmatch_proto::v1::Profile| {
        let focus = analyzer.analyze(&person.wanted.join("，"));
        let detail = analyzer.analyze(&format!("{}\n{}", person.skills.join("，"), person.resume));
        let input = EmbedInput {
            title_words: &focus.words,
            title_grams: &focus.grams,
            body_words: &detail.words,
            body_grams: &detail.grams,
            raw: "",
        };
        model.embed_query(&input).expect("static models embed any text")
    };
    people(today).filter_map(vector).take(count).collect()
}

/// The index as the service has it, with another way to search it.
async fn open(folder: &Path, analyzer: &Analyzer, vectors: VectorOptions) -> EmbeddedEngine {
    let model = StaticModel::built_in();
    let options = EngineOptions {
        collection: Collection::Postings,
        space: model.space().to_string(),
        dimensions: model.dimensions(),
        analysis_version: analyzer.version().to_owned(),
        vectors,
    };
    let engine = EmbeddedEngine::open(folder, options).expect("the index of the service");
    // What is mapped is taken at hand after it is opened.
    while engine.stats().in_upkeep {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    engine
}

/// The answer and its milliseconds.
async fn ask(engine: &EmbeddedEngine, vector: &[f32], exact: bool) -> (Retrieval, f64) {
    let query = Query { vector: Some(vector.to_vec()), limit: K, exact, ..Query::default() };
    let asked = Instant::now();
    let found = engine.retrieve(query).await.expect("an answer");
    (found, asked.elapsed().as_secs_f64() * 1e3)
}

/// Share of the true places that were filled by as near a posting.
fn recall(truth: &Retrieval, found: &Retrieval) -> f64 {
    let cosines = |answer: &Retrieval| -> Vec<f32> {
        let hits = answer.hits.iter().filter(|hit| hit.vector_rank.is_some());
        hits.filter_map(|hit| hit.cosine).collect()
    };
    let truth = cosines(truth);
    let least = truth.iter().copied().fold(f32::INFINITY, f32::min);
    let right = cosines(found).into_iter().filter(|cosine| *cosine >= least - TIE).count();
    right as f64 / truth.len().max(1) as f64
}
