//! `jobmatch`: the command line of the job-matching service.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks to people")]

mod ask;
mod batch;
mod client;
mod dispatch;
mod embedding;
mod eval;
mod failure;
mod lexicon;
mod load;
mod mapping;
mod near;
mod parse;
mod prove;
mod records;
mod rows;
mod snapshot;
mod stations;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Feed and ask a job-matching service.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(flatten)]
    connection: client::Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Load postings or profiles from a file.
    Load(load::LoadArguments),
    /// Match jobs to a person, or people to a job.
    Match(ask::MatchArguments),
    /// Match jobs to every person of a division, for the nightly push.
    MatchBatch(batch::BatchArguments),
    /// Assign the people present to the gigs of a morning.
    Dispatch(dispatch::DispatchArguments),
    /// Show the jobs in reach of a point or a station.
    Near(near::NearArguments),
    /// Load stations, show those that are near, and divisions that lie too far from any.
    Stations(stations::StationsArguments),
    /// Print all records as JSON lines.
    Export(records::ExportArguments),
    /// Show the terms that the service sees in a text.
    Analyze(ask::AnalyzeArguments),
    /// Read an advert or a person's words into a draft, and audit the advert.
    Parse(parse::ParseArguments),
    /// Print one record.
    Get(records::RecordArguments),
    /// Remove one record, with --erase from the files of the index too.
    Delete(records::DeleteArguments),
    /// Show counts and states.
    Stats(records::StatsArguments),
    /// Build the indexes anew from the store.
    Rebuild(records::RebuildArguments),
    /// Show that nothing of deleted profiles is left in any file, on planted ones in a scratch
    /// folder (needs no running service).
    ProveErased(prove::ProveArguments),
    /// Write the whole store, as it is now, into one file while the service runs.
    Snapshot(snapshot::SnapshotArguments),
    /// Make a store from a snapshot in an empty folder (needs no running service).
    Restore(snapshot::RestoreArguments),
    /// Measure the ranking against a judged collection (needs no running service).
    Eval(eval::EvalArguments),
    /// Check an operator's lexicon file (needs no running service).
    CheckLexicon(lexicon::CheckArguments),
    /// Measure how adverts are read, against labelled adverts (needs no running service).
    EvalParse(eval::EvalParseArguments),
    /// Measure short queries with the postings that answer them (needs no running service).
    EvalQueries(eval::QueriesArguments),
    /// Measure how titles of related work are found (needs no running service).
    EvalTitles(embedding::EvalTitlesArguments),
    /// Measure the embedding model on adverts that training left out (needs no running
    /// service).
    EvalEmbedder(embedding::EvalEmbedderArguments),
    /// Train the embedding model on adverts and the lexicon.
    TrainEmbedder(embedding::TrainArguments),
    /// Fit the ranking's weights to a judged collection (needs no running service).
    FitRanking(eval::FitArguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { connection, command } = Arguments::parse();
    let outcome = match command {
        Command::Load(a) => load::load(&connection, a).await,
        Command::Match(a) => ask::ask(&connection, a).await,
        Command::MatchBatch(a) => batch::run(&connection, a).await,
        Command::Dispatch(a) => dispatch::dispatch(&connection, a).await,
        Command::Near(a) => near::near(&connection, a).await,
        Command::Stations(a) => stations::run(&connection, a).await,
        Command::Export(a) => records::export(&connection, a).await,
        Command::Analyze(a) => ask::analyze(&connection, a).await,
        Command::Parse(a) => parse::parse(&connection, a).await,
        Command::Get(a) => records::get(&connection, a).await,
        Command::Delete(a) => records::delete(&connection, a).await,
        Command::Stats(a) => records::stats(&connection, a).await,
        Command::Rebuild(a) => records::rebuild(&connection, a).await,
        Command::ProveErased(a) => prove::prove(a).await,
        Command::Snapshot(a) => snapshot::snapshot(&connection, a).await,
        Command::Restore(a) => snapshot::restore(&a),
        Command::Eval(a) => eval::eval(a).await,
        Command::CheckLexicon(a) => lexicon::check(&a),
        Command::EvalParse(a) => eval::eval_parse(&a),
        Command::EvalQueries(a) => eval::queries(a).await,
        Command::EvalTitles(a) => embedding::eval_titles(&a),
        Command::EvalEmbedder(a) => embedding::eval_embedder(&a),
        Command::TrainEmbedder(a) => embedding::train(&connection, a).await,
        Command::FitRanking(a) => eval::fit(a).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("jobmatch: {failure}");
            ExitCode::FAILURE
        }
    }
}
