//! `jobmatch fit-ranking`: weights of the factors, fitted to a judged collection.
//!
//! Coordinate ascent on mean nDCG@10 over the three modes (Metzler and Croft: Linear
//! feature-based models for information retrieval, 2007), cross-validated by profile, then
//! an isotonic calibration of the score to the share of suitable pairs.

mod ascent;
mod calibration;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use jobmatch_domain::matching::FactorKind;
use jobmatch_matching::RankingProfile;

use super::collection::Collection;
use super::measures::Judged;
use super::runs::{Direction, Mode, Ranker, Without};
use crate::failure::Failure;
use ascent::Weights;

/// Arguments of `fit-ranking`.
#[derive(Debug, Args)]
pub(crate) struct FitArguments {
    /// Folder of the collection, as for `eval`.
    dir: PathBuf,
    /// Date that counts as today; by default `at` of meta.json.
    #[arg(long)]
    at: Option<String>,
    /// Ranking profile to start from and to be pulled back to; by default the built-in one.
    #[arg(long)]
    start: Option<PathBuf>,
    /// Name of the profile.
    #[arg(long, default_value = "fitted")]
    name: String,
    /// Where the profile is written.
    #[arg(long)]
    out: PathBuf,
    /// Parts of the cross-validation.
    #[arg(long, default_value_t = 5)]
    folds: usize,
}

/// What fitting sees of one query: its candidates.
pub(super) struct Query {
    /// The profile: queries of one profile stay in one part.
    profile: String,
    /// Best first by grade: gains of an ideal answer.
    ideal: f64,
    candidates: Vec<Candidate>,
}

/// A candidate with the values of its factors.
pub(super) struct Candidate {
    grade: u32,
    values: [Option<f64>; 11],
}

/// Runs the fit.
pub(crate) async fn fit(arguments: FitArguments) -> Result<(), Failure> {
    let collection = Collection::read(&arguments.dir)?;
    let at = super::today(arguments.at.as_deref(), &collection)?;
    let start = super::Settings::from(super::ranking(arguments.start.as_deref())?);
    let mut by_mode = Vec::new();
    for mode in Mode::ALL {
        let (service, _folder) =
            super::serve(&collection, mode, at, &start, Without::Nothing).await?;
        let direction = Direction::PersonToJob;
        let judged = collection.judged(direction);
        let pages = collection.pages(&service, mode, direction, Ranker::Fused).await?;
        let queries = pages.into_iter().filter_map(|(id, page)| query(id, &page, &judged));
        by_mode.push(queries.collect::<Vec<Query>>());
        service.shut_down().await;
    }
    let initial = Weights::of(&start.ranking);
    let folds = fold_numbers(&by_mode, arguments.folds.max(2));
    let all = |_: &Query| true;
    println!("| | {} |", Mode::ALL.map(Mode::name).join(" | "));
    println!("|---|---|---|---|");
    row("before", &ascent::ndcg(&by_mode, &initial, &all));
    row("held out", &held_out(&by_mode, &initial, &folds));
    let fitted = ascent::fit(&by_mode, &initial, &all);
    row("fitted to all", &ascent::ndcg(&by_mode, &fitted, &all));
    let knots = calibration::knots(&by_mode, &fitted);
    let profile = RankingProfile::with(&arguments.name, fitted.weights, fitted.unknown, knots)
        .map_err(|e| Failure::new(e.to_string()))?;
    println!("\n{}", calibration::table(&by_mode, &profile));
    std::fs::write(&arguments.out, profile.to_toml())
        .map_err(|e| Failure::new(format!("{}: {e}", arguments.out.display())))
}

fn row(name: &str, means: &[f64]) {
    let cells: Vec<String> = means.iter().map(|m| format!("{m:.4}")).collect();
    println!("| {name} | {} |", cells.join(" | "));
}

/// Part of each profile: its place in order of id, dealt round.
fn fold_numbers(by_mode: &[Vec<Query>], folds: usize) -> BTreeMap<String, usize> {
    let profiles: BTreeMap<&str, ()> =
        by_mode.iter().flatten().map(|q| (q.profile.as_str(), ())).collect();
    profiles.into_keys().enumerate().map(|(i, p)| (p.to_owned(), i % folds)).collect()
}

/// Each part measured with weights that were fitted to the others.
fn held_out(
    by_mode: &[Vec<Query>],
    initial: &Weights,
    folds: &BTreeMap<String, usize>,
) -> Vec<f64> {
    let parts = folds.values().max().map_or(0, |m| m + 1);
    let mut sums = vec![0.0; by_mode.len()];
    for part in 0..parts {
        let inside = |q: &Query| folds[&q.profile] == part;
        let fitted = ascent::fit(by_mode, initial, &|q| !inside(q));
        let share = folds.values().filter(|f| **f == part).count() as f64 / folds.len() as f64;
        for (sum, mean) in sums.iter_mut().zip(ascent::ndcg(by_mode, &fitted, &inside)) {
            *sum += mean * share;
        }
    }
    sums
}

fn query(
    id: String,
    page: &jobmatch_domain::matching::MatchPage,
    judged: &Judged,
) -> Option<Query> {
    let grades = judged.get(&id)?;
    let mut best: Vec<u32> = grades.values().copied().collect();
    best.sort_unstable_by(|a, b| b.cmp(a));
    let ideal = ascent::discounted_gain(best.into_iter());
    let candidates = page
        .matches
        .iter()
        .map(|found| {
            let mut values = [None; FactorKind::ALL.len()];
            for factor in &found.factors {
                values[factor.kind.index()] = Some(factor.value);
            }
            let grade = grades.get(found.id.as_str()).copied().unwrap_or(0);
            Candidate { grade, values }
        })
        .collect();
    let is_measured = grades.values().any(|g| *g >= 2);
    is_measured.then_some(Query { profile: id, ideal, candidates })
}
