//! The vector leg alone in wide overlapping clusters, in this process: the data of the peers'
//! table.

use jobmatch_benches::hard::dataset;
use jobmatch_benches::harness::SEED;
use jobmatch_benches::trial::{Trial, markdown, run};
use jobmatch_index::VectorOptions;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Vectors.
    #[arg(long, default_value_t = 200_000)]
    pub(crate) vectors: usize,
    /// Length of the vectors.
    #[arg(long, default_value_t = 256)]
    pub(crate) dimensions: usize,
    /// Questions of each shape.
    #[arg(long, default_value_t = 200)]
    pub(crate) queries: usize,
    /// Nodes that a walk keeps, one or more.
    #[arg(long, value_delimiter = ',', default_value = "50,100,200,400")]
    pub(crate) ef: Vec<usize>,
    /// From so many vectors on a graph is built.
    #[arg(long, default_value_t = VectorOptions::default().graph_from)]
    pub(crate) graph_from: usize,
}

/// Prints the table.
pub(crate) async fn table(arguments: &Arguments) {
    let Arguments { vectors, dimensions, queries, ef, graph_from } = arguments;
    let dataset = dataset(SEED, (*vectors, *dimensions), *queries);
    println!("{vectors} vectors of {dimensions}, {queries} questions a shape, k = 10\n");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let trial = Trial { k: 10, efs: ef.clone(), graph_from: *graph_from, hybrid: false };
    let rows = run(&folder.path().join("index"), &dataset, &trial).await.expect("an engine");
    print!("{}", markdown(&rows));
}
