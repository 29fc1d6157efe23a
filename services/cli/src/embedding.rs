//! `jobmatch train-embedder`, `eval-embedder` and `eval-titles`: the static embedding model,
//! learnt and measured. Both run without a service.

mod known_item;
mod measure;
mod pairs;
mod reading;
mod split;
mod titles;

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jobmatch_embed::{Embedder, Progress, StaticModel, TrainOptions};
use jobmatch_proto::v1;
use jobmatch_text::{Analyzer, AnalyzerOptions};

use crate::client::Connection;
use crate::failure::Failure;
pub(crate) use measure::{EvalEmbedderArguments, EvalTitlesArguments, eval_embedder, eval_titles};
use pairs::Pairs;
use reading::{Advert, Corpus};
use split::Clusters;

/// Arguments of `train-embedder`.
#[derive(Debug, Args)]
pub(crate) struct TrainArguments {
    /// Files: adverts as JSON lines or CSV (title; description or desc; also what `export`
    /// prints), occupations as JSON lines (name, worktypes, definition, duties), names of
    /// jobs (.txt, one a line), names of one thing (.tsv, separated by tab and |); .gz too.
    files: Vec<PathBuf>,
    /// Learn from the postings of the running service as well (see --server).
    #[arg(long)]
    from_service: bool,
    /// Where the model is written.
    #[arg(long)]
    out: PathBuf,
    /// Least adverts; with less the built-in model is the better one. 0: the lexicon will do.
    #[arg(long, default_value_t = 2_000)]
    least_adverts: usize,
    /// Lexicon file of the operator, as the service reads it.
    #[arg(long)]
    lexicon: Option<PathBuf>,
    /// Batches.
    #[arg(long, default_value_t = TrainOptions::default().steps)]
    steps: usize,
    /// Seed of everything random.
    #[arg(long, default_value_t = TrainOptions::default().seed)]
    seed: u64,
    /// Keep a fifth of the everyday names from training and measure how well the model finds
    /// their occupations: to choose constants, not to make a model for use.
    #[arg(long)]
    names_apart: bool,
}

/// Runs the training.
pub(crate) async fn train(
    connection: &Connection,
    arguments: TrainArguments,
) -> Result<(), Failure> {
    let mut corpus = Corpus::read(&arguments.files)?;
    if arguments.from_service {
        postings_of_service(connection, &mut corpus.adverts).await?;
    }
    let (adverts, least) = (corpus.adverts.len(), arguments.least_adverts);
    if adverts < least {
        return Err(Failure::new(format!(
            "{adverts} adverts are fewer than {least}: keep the built-in model, or give \
             --least-adverts 0 to learn from these and the lexicon"
        )));
    }
    let started = Instant::now();
    let analyzer = analyzer(arguments.lexicon.as_deref())?;
    eprintln!("reading {adverts} adverts");
    let clusters = Clusters::of(&corpus.adverts);
    let is_apart = if arguments.names_apart { measure::is_apart } else { |_: &str| false };
    let pairs = Pairs::of(&analyzer, &corpus, &clusters, is_apart);
    let options =
        TrainOptions { steps: arguments.steps, seed: arguments.seed, ..TrainOptions::default() };
    eprintln!("learning from {} pairs", pairs.pairs());
    let bar = bar(options.steps);
    let show = |progress: Progress| {
        bar.set_message(format!("{:.3}", progress.loss));
        bar.set_position(progress.step as u64);
    };
    let model =
        StaticModel::train(&pairs, &options, show).map_err(|e| Failure::new(e.to_string()))?;
    bar.finish();
    let bytes = model.to_bytes();
    let out = &arguments.out;
    std::fs::write(out, &bytes).map_err(|e| Failure::new(format!("{}: {e}", out.display())))?;
    println!(
        "{}: {} bytes, {} words and grams, {} pairs, {:.0} s",
        model.space(),
        bytes.len(),
        model.known_terms(),
        pairs.pairs(),
        started.elapsed().as_secs_f64()
    );
    if arguments.names_apart {
        let (rank, names) = measure::everyday_names(&model, &analyzer);
        println!("everyday names kept apart: {names}, mean reciprocal rank {rank:.3}");
    }
    Ok(())
}

fn bar(steps: usize) -> ProgressBar {
    let template = "{bar:30} {pos}/{len} batches, loss {msg}, {eta} left";
    let style = ProgressStyle::with_template(template);
    let bar = ProgressBar::new(steps as u64);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Reads texts as the service does.
fn analyzer(lexicon: Option<&Path>) -> Result<Analyzer, Failure> {
    let user_lexicon = lexicon.map(reading::text).transpose()?;
    let options = AnalyzerOptions { user_lexicon, ..AnalyzerOptions::default() };
    Analyzer::new(&options).map_err(|e| Failure::new(e.to_string()))
}

/// The built-in model or that of a file.
fn model(path: Option<&Path>) -> Result<StaticModel, Failure> {
    let Some(path) = path else {
        return Ok(StaticModel::built_in());
    };
    let fail = |e: &dyn std::fmt::Display| Failure::new(format!("{}: {e}", path.display()));
    let bytes = std::fs::read(path).map_err(|e| fail(&e))?;
    StaticModel::load(&bytes).map_err(|e| fail(&e))
}

async fn postings_of_service(
    connection: &Connection,
    adverts: &mut Vec<Advert>,
) -> Result<(), Failure> {
    let mut client = connection.postings().await?;
    let mut request = v1::ListPostingsRequest { page_size: 1000, ..Default::default() };
    loop {
        let page = client.list_postings(request.clone()).await?.into_inner();
        let postings = page.postings.iter();
        adverts.extend(postings.filter_map(|p| Advert::new(&p.title, &p.skills, &p.description)));
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return Ok(());
        }
    }
}
