//! `jobmatch eval`: how well does the service rank, against a judged collection?
//!
//! It goes through the same code as the server: the records are stored, indexed and asked
//! for through the matching crate.

mod collection;
mod fit;
mod measures;
mod parse;
mod report;
mod runs;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use jobmatch_domain::Date;
use jobmatch_matching::{RankingProfile, Service, ServiceOptions};

use crate::failure::Failure;
use collection::Collection;
pub(crate) use fit::{FitArguments, fit};
pub(crate) use parse::{EvalParseArguments, eval_parse};
use runs::{Direction, Mode, Ranker};

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
    /// Ranking profile in place of the built-in one.
    #[arg(long)]
    ranking: Option<PathBuf>,
    /// Write the fused run (structured, person to jobs) for a scorer: profile, posting, score.
    #[arg(long)]
    run: Option<PathBuf>,
}

/// Runs the evaluation.
pub(crate) async fn eval(arguments: EvalArguments) -> Result<(), Failure> {
    let collection = Collection::read(&arguments.dir)?;
    let at = today(arguments.at.as_deref(), &collection)?;
    let ranking = match &arguments.ranking {
        None => RankingProfile::built_in(),
        Some(path) => {
            let fail = |e: &dyn std::fmt::Display| Failure::new(format!("{}: {e}", path.display()));
            let text = std::fs::read_to_string(path).map_err(|e| fail(&e))?;
            RankingProfile::parse(&text).map_err(|e| fail(&e))?
        }
    };
    let mut report = report::Report::default();
    for mode in Mode::ALL {
        let (service, _folder) = serve(&collection, mode, at, &ranking).await?;
        for direction in Direction::ALL {
            for ranker in Ranker::ALL {
                let run = collection.run(&service, mode, direction, ranker).await?;
                let measured = measures::measure(&collection.judged(direction), &run);
                report.add(direction, mode, ranker, measured);
                let wanted = (mode, direction, ranker)
                    == (Mode::Structured, Direction::PersonToJob, Ranker::Fused);
                if let Some(path) = arguments.run.as_ref().filter(|_| wanted) {
                    runs::write(path, &run)?;
                }
            }
        }
        service.shut_down().await;
    }
    println!("{}", if arguments.json { report.json() } else { report.table() });
    Ok(())
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
    ranking: &RankingProfile,
) -> Result<(Service, tempfile::TempDir), Failure> {
    let folder = tempfile::tempdir().map_err(|e| Failure::new(e.to_string()))?;
    let now = jobmatch_domain::Instant(at.start().0 + 12 * 3600);
    let clock: jobmatch_matching::Clock = Arc::new(move || now);
    let mut options = ServiceOptions::new(folder.path().to_owned(), clock);
    options.ranking = ranking.clone();
    let service = Service::open(options).await?;
    collection.load(&service, mode).await?;
    service.ready().await?;
    Ok((service, folder))
}
