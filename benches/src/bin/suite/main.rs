//! The bench suite: one command a table of `benches/README.md`, and `quick`, which runs all of
//! them small.
#![allow(clippy::print_stdout, reason = "a bench prints its table")]

mod asking;
mod chart;
mod footprint;
mod growth;
mod hard;
mod latency;
mod leg;
mod recall;
mod shapes;
mod throughput;

use std::path::PathBuf;

use clap::Parser;
use jobmatch_index::VectorOptions;

#[derive(Debug, Parser)]
enum Command {
    /// The whole call and its stages, one caller
    Latency(latency::Arguments),
    /// The same of jobs that ask for people
    LatencyProfiles(latency::ArgumentsOfProfiles),
    /// Recall of the vector leg by shape and selectivity of the filter.
    Recall(recall::Arguments),
    /// Calls a second by the number of callers.
    Throughput {
        /// Postings.
        #[arg(long, default_value_t = 100_000)]
        postings: usize,
        /// Seconds a row.
        #[arg(long, default_value_t = 10.0)]
        seconds: f64,
    },
    /// Rate of loading, memory, disk, start-up and building, of a process of its own.
    Footprint {
        /// Postings.
        #[arg(long, default_value_t = 100_000)]
        postings: usize,
    },
    /// What a question costs by the number of postings; writes growth.json and growth.svg.
    Growth {
        /// Postings, one or more numbers.
        #[arg(long, value_delimiter = ',', default_value = "10000,100000")]
        sizes: Vec<usize>,
        /// Questions a number and a filter.
        #[arg(long, default_value_t = 200)]
        queries: usize,
        /// Folder of both files; sizes that growth.json has and that are not measured are kept.
        #[arg(long, default_value = "benches")]
        folder: PathBuf,
    },
    /// The vector leg alone, in process and without a filter, by how many nodes a walk keeps
    Leg(leg::Arguments),
    /// Plain and filtered vector search in wide overlapping clusters, without a server.
    Hard(hard::Arguments),
    /// All tables, small.
    Quick,
    /// A server on a folder, until standard input ends; `footprint` starts it.
    #[command(hide = true)]
    Serve {
        /// Folder of the data.
        folder: PathBuf,
    },
}

#[tokio::main]
async fn main() {
    match Command::parse() {
        Command::Latency(arguments) => latency::table(&arguments).await,
        Command::LatencyProfiles(arguments) => latency::table_of_profiles(&arguments).await,
        Command::Recall(arguments) => recall::table(&arguments).await,
        Command::Throughput { postings, seconds } => throughput::table(postings, seconds).await,
        Command::Footprint { postings } => footprint::table(postings).await,
        Command::Growth { sizes, queries, folder } => {
            growth::table(&sizes, queries, &folder).await;
        }
        Command::Leg(arguments) => leg::table(&arguments).await,
        Command::Hard(arguments) => hard::table(&arguments).await,
        Command::Quick => quick().await,
        Command::Serve { folder } => footprint::serve(&folder).await,
    }
}

/// So small that a build without optimisation takes a minute or two; nothing is asserted of times.
async fn quick() {
    println!("## Latency\n");
    let (queries, matches) = (30, 20);
    let small = latency::Arguments { postings: 1_000, queries, matches, long: false };
    latency::table(&small).await;
    println!("\n## Latency of jobs that ask\n");
    let small = latency::ArgumentsOfProfiles { profiles: 1_000, queries, matches };
    latency::table_of_profiles(&small).await;
    println!("\n## Recall\n");
    recall::table(&recall::Arguments { postings: 1_000, queries: 2, whole: true }).await;
    println!("\n## Vector leg\n");
    leg::table(&leg::Arguments { postings: 1_000, queries: 5, ef: vec![50] }).await;
    println!("\n## Throughput\n");
    throughput::table(1_000, 1.0).await;
    println!("\n## Footprint\n");
    footprint::table(1_000).await;
    println!("\n## Growth\n");
    let folder = tempfile::tempdir().expect("a temporary folder");
    growth::table(&[300, 1_000], 10, folder.path()).await;
    println!("\n## Hard vectors\n");
    let graph_from = VectorOptions::default().graph_from.min(2_000);
    let (vectors, dimensions, queries, ef) = (2_000, 64, 10, vec![50, 100]);
    hard::table(&hard::Arguments { vectors, dimensions, queries, ef, graph_from }).await;
}
