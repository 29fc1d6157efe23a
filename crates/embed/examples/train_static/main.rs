//! Trains the built-in model and checks it: `train_static OUT CORPUS…`.
//!
//! `CORPUS` files are JSON lines of adverts (`title`, `desc`) or of occupations (`name`,
//! `worktypes`, `definition`, `duties`), both also gzipped, or plain lists of job names
//! (`.txt`). The occupations of the text crate's lexicon are added. Every tenth advert, up
//! to 5,000, is kept from the training and used for the checks; so the figures that are
//! printed are those of the file that is written.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a command line for maintainers: it stops where it stumbles"
)]

mod checks;
mod corpus;

use corpus::Corpus;
use jobmatch_embed::{Embedder, StaticModel, TrainOptions};
use jobmatch_text::{Analyzer, AnalyzerOptions};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().expect("give the file to write");
    let files: Vec<String> = arguments.collect();
    let analyzer = Analyzer::new(&AnalyzerOptions::default()).unwrap();
    let corpus = Corpus { analyzer: &analyzer, files: &files };
    let options = TrainOptions::default();

    let hashed = StaticModel::train(std::iter::empty(), options);
    let twin = StaticModel::train(corpus.texts(corpus::is_held_out), options);
    for (name, model) in [("hashed only", &hashed), ("trained on the other names", &twin)] {
        let rank = checks::everyday_names(model, &corpus);
        println!("everyday names kept apart, {name}: mean reciprocal rank {rank:.3}");
    }

    let model = StaticModel::train(corpus.texts(|_| false), options);
    let bytes = model.to_bytes();
    std::fs::write(&out, &bytes).unwrap();
    let (terms, space) = (model.known_terms(), model.space());
    println!("{space}: {terms} terms, {} bytes", bytes.len());
    let held_out = corpus.held_out();
    for (name, model) in [("hashed only", &hashed), ("trained", &model)] {
        let [whole, blanked] = checks::known_items(model, &held_out);
        println!("known item, {name}: recall@10 {whole:.3}, title's words blanked {blanked:.3}");
    }
    checks::print_pairs(&model, &analyzer);
    let micros = checks::micros_per_text(&model, &held_out);
    println!("a text of 150 words and 200 grams takes {micros:.1} µs");
}
