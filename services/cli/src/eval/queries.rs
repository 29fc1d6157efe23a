//! `jobmatch eval-queries`: do short queries, as people type them at a kiosk, find the jobs
//! that a clerk would show?

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use jobmatch_domain::Filter;
use jobmatch_domain::matching::{MatchOptions, MatchPostings};
use jobmatch_matching::RankingProfile;
use jobmatch_proto::v1;
use serde::Deserialize;
use serde_json::json;

use super::collection::Collection;
use super::runs::{Mode, Ranker, Without, text_person};
use crate::failure::Failure;

/// Answers that a kiosk shows on its first screens.
const SHOWN: usize = 20;

/// Arguments of `eval-queries`.
#[derive(Debug, Args)]
pub(crate) struct QueriesArguments {
    /// Folder of the collection, as for `eval`.
    dir: PathBuf,
    /// Queries, one JSON object a line: id, query, kind, relevant (ids of postings).
    queries: PathBuf,
    /// Date that counts as today; by default `at` of meta.json.
    #[arg(long)]
    at: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Print the queries that miss something, and what they were read as.
    #[arg(long)]
    misses: bool,
}

/// A query with the postings that answer it.
#[derive(Debug, Deserialize)]
struct Short {
    id: String,
    query: String,
    kind: String,
    relevant: Vec<String>,
}

/// Runs the queries.
pub(crate) async fn queries(arguments: QueriesArguments) -> Result<(), Failure> {
    let collection = Collection::read(&arguments.dir)?;
    let at = super::today(arguments.at.as_deref(), &collection)?;
    let settings = RankingProfile::built_in().into();
    let mode = Mode::Structured;
    let (service, _folder) =
        super::serve(&collection, mode, at, &settings, Without::Nothing).await?;
    let mut recalls: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for short in read(&arguments.queries)? {
        let text = v1::TextQuery { text: short.query.clone(), ..v1::TextQuery::default() };
        let options = MatchOptions { page_size: SHOWN, ..Ranker::Fused.options() };
        let person = text_person(&service, text)?;
        let request = MatchPostings { person, filter: Filter::default(), options };
        let page = service.matcher().match_postings(request).await?;
        let found = |id: &&String| page.matches.iter().any(|m| m.id.as_str() == id.as_str());
        let missed: Vec<&String> = short.relevant.iter().filter(|id| !found(id)).collect();
        let all = short.relevant.len();
        if arguments.misses && !missed.is_empty() {
            let read_as = page.read_as.as_deref().unwrap_or("");
            println!(
                "{} {:?} ({read_as}): {} of {all} missed: {missed:?}",
                short.id,
                short.query,
                missed.len()
            );
        }
        recalls.entry(short.kind).or_default().push(1.0 - missed.len() as f64 / all as f64);
    }
    service.shut_down().await;
    print(&recalls, arguments.json);
    Ok(())
}

fn read(path: &std::path::Path) -> Result<Vec<Short>, Failure> {
    let fail = |e: &dyn std::fmt::Display| Failure::new(format!("{}: {e}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| fail(&e))?;
    let lines = text.lines().filter(|l| !l.trim().is_empty());
    let read = lines.map(|l| serde_json::from_str(l).map_err(|e| fail(&e)));
    let all = read.collect::<Result<Vec<Short>, _>>()?;
    match all.iter().find(|short| short.relevant.is_empty()) {
        Some(short) => Err(fail(&format!("{} has no relevant posting", short.id))),
        None => Ok(all),
    }
}

fn print(recalls: &BTreeMap<String, Vec<f64>>, json: bool) {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let all: Vec<f64> = recalls.values().flatten().copied().collect();
    if json {
        let kinds: BTreeMap<&String, f64> = recalls.iter().map(|(k, v)| (k, mean(v))).collect();
        println!("{}", json!({ "queries": all.len(), "recall_at_20": mean(&all), "kinds": kinds }));
        return;
    }
    println!("| queries | number | recall@{SHOWN} |\n|---|---|---|");
    for (kind, values) in recalls {
        println!("| {kind} | {} | {:.3} |", values.len(), mean(values));
    }
    println!("| all | {} | {:.3} |", all.len(), mean(&all));
}
