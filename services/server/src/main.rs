//! Entry point: arguments, configuration, and the two ways to run.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use jobmatchd::config::Config;
use jobmatchd::{demo, run};
use tokio::runtime::Runtime;

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

/// Time that work which nobody waits for gets when the process ends. Without it the end would
/// wait for every thread.
const LAST_WORK: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    let outcome = runtime.block_on(async {
        match arguments.command {
            Some(Command::Demo { data_dir, listen, once }) => {
                demo::demo(data_dir, listen, once).await
            }
            None | Some(Command::Serve) => serve(arguments.config, arguments.check_config).await,
        }
    });
    runtime.shutdown_timeout(LAST_WORK);
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    #[allow(clippy::print_stderr, reason = "the process ends here")]
    {
        eprintln!("jobmatchd: {error}");
    }
    ExitCode::FAILURE
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
