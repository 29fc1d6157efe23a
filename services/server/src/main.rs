//! Entry point: arguments, configuration, and the two ways to run.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use jobmatchd::config::Config;
use jobmatchd::{demo, run};

/// Matches people and jobs: the gRPC service.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    /// Configuration file (TOML). Environment variables JOBMATCH_<KEY> override it.
    #[arg(long, env = "JOBMATCH_CONFIG")]
    config: Option<PathBuf>,
    /// Check the configuration, print it as it is understood, and exit.
    #[arg(long)]
    check_config: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve (the default).
    Serve,
    /// Load the bundled sample into an empty folder, show three matches, and serve.
    Demo {
        /// Folder for the data; a new temporary one when none is given.
        #[arg(long)]
        data_dir: Option<PathBuf>,
        /// Address to listen on.
        #[arg(long, default_value = "127.0.0.1:50051")]
        listen: std::net::SocketAddr,
        /// Exit after the matches are shown.
        #[arg(long)]
        once: bool,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.command {
        Some(Command::Demo { data_dir, listen, once }) => demo::demo(data_dir, listen, once).await,
        None | Some(Command::Serve) => serve(arguments.config, arguments.check_config).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            #[allow(clippy::print_stderr, reason = "the process ends here")]
            {
                eprintln!("jobmatchd: {error}");
            }
            ExitCode::FAILURE
        }
    }
}

async fn serve(file: Option<PathBuf>, check_only: bool) -> Result<(), run::RunError> {
    let config = Config::load(file.as_deref())?;
    if check_only {
        #[allow(clippy::print_stdout, reason = "this is what --check-config is for")]
        {
            println!("{config}");
        }
        return Ok(());
    }
    run::run(config).await
}
