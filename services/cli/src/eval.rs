//! `jobmatch eval`: how well does the service rank, against a judged collection?
//!
//! It goes through the same code as the server: the records are stored, indexed and asked
//! for through the matching crate.

mod collection;
mod fit;
mod measures;
mod parse;
mod queries;
mod report;
mod runs;
mod spread;
mod top_ten;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use jobmatch_domain::Date;
use jobmatch_matching::{RankingProfile, Service, ServiceOptions};

use crate::failure::Failure;
use collection::Collection;
pub(crate) use fit::{FitArguments, fit};
pub(crate) use parse::{EvalParseArguments, eval_parse};
pub(crate) use queries::{QueriesArguments, queries};
use runs::{Direction, Mode, Ranker, Without};

/// Arguments of `eval`.
#[derive(Debug, Args)]
pub(crate) struct EvalArguments {
    /// Folder with postings.jsonl, profiles.jsonl, qrels.tsv and, for the date, meta.json.
    dir: PathBuf,
    /// Date that counts as today; by default `at` of meta.json.
    #[arg(long)]
    at: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Measure as well what each part of the service is worth: without it.
    #[arg(long)]
    ablations: bool,
    /// Measure as well how people are spread over the postings, with the option and without.
    #[arg(long)]
    spread: bool,
    /// Terms of a question that are scored, in place of the built-in number.
    #[arg(long)]
    terms: Option<usize>,
    /// Ranking profile in place of the built-in one.
    #[arg(long)]
    ranking: Option<PathBuf>,
    /// Write the fused run (structured, person to jobs) for a scorer: profile, posting, score.
    #[arg(long)]
    run: Option<PathBuf>,
}

/// What is measured in place of the built-in settings.
struct Settings {
    ranking: RankingProfile,
    terms: Option<usize>,
}

impl From<RankingProfile> for Settings {
    fn from(ranking: RankingProfile) -> Self {
        Self { ranking, terms: None }
    }
}

/// Runs the evaluation.
pub(crate) async fn eval(arguments: EvalArguments) -> Result<(), Failure> {
    let collection = Collection::read(&arguments.dir)?;
    let at = today(arguments.at.as_deref(), &collection)?;
    let ranking = ranking(arguments.ranking.as_deref())?;
    let settings = Settings { ranking, terms: arguments.terms };
    let mut report = report::Report::default();
    for mode in Mode::ALL {
        let (service, _folder) = serve(&collection, mode, at, &settings, Without::Nothing).await?;
        for direction in Direction::ALL {
            for ranker in Ranker::ALL {
                let run = collection.run(&service, mode, direction, ranker).await?;
                let measured = measures::measure(&collection.judged(direction), &run);
                report.add(direction, mode, ranker, measured);
                if direction == Direction::PersonToJob && ranker == Ranker::Fused {
                    report.top_ten.push((mode, collection.top_ten(&run, at)?));
                }
                let wanted = (mode, direction, ranker)
                    == (Mode::Structured, Direction::PersonToJob, Ranker::Fused);
                if let Some(path) = arguments.run.as_ref().filter(|_| wanted) {
                    runs::write(path, &run)?;
                }
            }
        }
        service.shut_down().await;
    }
    if arguments.ablations {
        ablate(&collection, at, &settings, &mut report).await?;
    }
    if arguments.spread {
        for spread in [false, true] {
            let (mode, without) = (Mode::Structured, Without::Nothing);
            let (service, _folder) = serve(&collection, mode, at, &settings, without).await?;
            report.spread.push(collection.spread(&service, spread).await?);
            service.shut_down().await;
        }
    }
    println!("{}", if arguments.json { report.json() } else { report.table() });
    Ok(())
}

/// Measures the fused ranking without one part after the other, person to jobs.
async fn ablate(
    collection: &Collection,
    at: Date,
    settings: &Settings,
    report: &mut report::Report,
) -> Result<(), Failure> {
    let direction = Direction::PersonToJob;
    for without in Without::ALL {
        for mode in Mode::ALL {
            let (service, _folder) = serve(collection, mode, at, settings, without).await?;
            let run = collection.run(&service, mode, direction, without.ranker()).await?;
            let measured = measures::measure(&collection.judged(direction), &run);
            report.ablations.push((without, mode, measured));
            service.shut_down().await;
        }
    }
    Ok(())
}

/// The ranking profile of a file, or the built-in one.
fn ranking(path: Option<&Path>) -> Result<RankingProfile, Failure> {
    let Some(path) = path else {
        return Ok(RankingProfile::built_in());
    };
    let fail = |e: &dyn std::fmt::Display| Failure::new(format!("{}: {e}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|e| fail(&e))?;
    RankingProfile::parse(&text).map_err(|e| fail(&e))
}

/// The date that counts as today.
fn today(given: Option<&str>, collection: &Collection) -> Result<Date, Failure> {
    match given.or(collection.at.as_deref()) {
        None => Err(Failure::new("no date: give --at DATE or a meta.json with \"at\"")),
        Some(text) => Date::parse(text).map_err(|e| Failure::new(format!("--at {e}"))),
    }
}

/// A service that has indexed what the mode shows of the collection, at noon of the date.
async fn serve(
    collection: &Collection,
    mode: Mode,
    at: Date,
    settings: &Settings,
    without: Without,
) -> Result<(Service, tempfile::TempDir), Failure> {
    let folder = tempfile::tempdir().map_err(|e| Failure::new(e.to_string()))?;
    let now = jobmatch_domain::Instant(at.start().0 + 12 * 3600);
    let clock: jobmatch_matching::Clock = Arc::new(move || now);
    let mut options = ServiceOptions::new(folder.path().to_owned(), clock);
    options.ranking = settings.ranking.clone();
    options.reading.most_terms = settings.terms.unwrap_or(options.reading.most_terms);
    without.apply(&mut options);
    let service = Service::open(options).await?;
    collection.load(&service, mode).await?;
    service.ready().await?;
    Ok((service, folder))
}
