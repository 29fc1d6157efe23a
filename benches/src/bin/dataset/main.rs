//! Makes, reads and runs data sets in the form of Qdrant's filtered ones, see
//! `benches/README.md`.
#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use std::path::PathBuf;

use clap::Parser;
use jobmatch_benches::dataset::Dataset;
use jobmatch_benches::harness::SEED;
use jobmatch_benches::trial::{Trial, markdown, run};
use jobmatch_benches::{hard, postings};
use jobmatch_index::VectorOptions;
use jobmatch_matching::system_clock;

#[derive(Debug, Parser)]
enum Command {
    /// Writes wide overlapping clusters with filters: a test of plain and of filtered search.
    WriteHard {
        /// Folder to write.
        folder: PathBuf,
        /// Vectors.
        #[arg(long, default_value_t = 200_000)]
        vectors: usize,
        /// Length of the vectors.
        #[arg(long, default_value_t = 256)]
        dimensions: usize,
        /// Questions of each shape.
        #[arg(long, default_value_t = 200)]
        queries: usize,
    },
    /// Writes generated postings with words and filters: a test of hybrid search.
    WritePostings {
        /// Folder to write.
        folder: PathBuf,
        /// Postings.
        #[arg(long, default_value_t = 100_000)]
        postings: usize,
        /// Questions of each shape.
        #[arg(long, default_value_t = 200)]
        queries: usize,
    },
    /// Writes an ann-benchmarks file as such a folder.
    #[cfg(feature = "hdf5")]
    FromHdf5 {
        /// The file.
        file: PathBuf,
        /// Folder to write.
        folder: PathBuf,
        /// Questions.
        #[arg(long, default_value_t = 1_000)]
        queries: usize,
    },
    /// Puts our engine through a folder.
    Run {
        /// The folder.
        folder: PathBuf,
        #[command(flatten)]
        how: How,
    },
}

#[derive(Debug, clap::Args)]
struct How {
    /// Answers a question.
    #[arg(long, default_value_t = 10)]
    k: usize,
    /// Nodes that a walk keeps, one or more.
    #[arg(long, value_delimiter = ',', default_value = "50,100,200,400")]
    ef: Vec<usize>,
    /// Build a graph from so many vectors on; the engine's own number when not given.
    #[arg(long)]
    graph_from: Option<usize>,
    /// Search by words and vectors together.
    #[arg(long)]
    hybrid: bool,
    /// One JSON object a row instead of a table.
    #[arg(long)]
    json: bool,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    match Command::parse() {
        Command::WriteHard { folder, vectors, dimensions, queries } => {
            hard::dataset(SEED, (vectors, dimensions), queries).write(&folder)?;
        }
        Command::WritePostings { folder, postings, queries } => {
            let today = system_clock()().date();
            postings::dataset(today, postings, queries).write(&folder)?;
        }
        #[cfg(feature = "hdf5")]
        Command::FromHdf5 { file, folder, queries } => {
            jobmatch_benches::hdf5::read(&file, queries)?.write(&folder)?;
        }
        Command::Run { folder, how } => try_folder(&folder, how).await?,
    }
    Ok(())
}

async fn try_folder(folder: &std::path::Path, how: How) -> Result<(), Box<dyn std::error::Error>> {
    let dataset = Dataset::read(folder)?;
    let index = tempfile::tempdir()?;
    let trial = Trial {
        k: how.k,
        efs: how.ef,
        graph_from: how.graph_from.unwrap_or(VectorOptions::default().graph_from),
        hybrid: how.hybrid,
    };
    let rows = run(&index.path().join("index"), &dataset, &trial).await?;
    match how.json {
        true => rows.iter().try_for_each(|row| {
            println!("{}", serde_json::to_string(row)?);
            Ok::<_, serde_json::Error>(())
        })?,
        false => print!("{}", markdown(&rows)),
    }
    Ok(())
}
