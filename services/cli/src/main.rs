//! `jobmatch`: the command line of the job-matching service.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line talks to people"
)]

mod eval;
mod failure;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Ask and feed a job-matching service.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure the ranking against a judged collection.
    Eval(eval::EvalArguments),
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        Command::Eval(arguments) => eval::eval(arguments).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("jobmatch: {failure}");
            ExitCode::FAILURE
        }
    }
}
