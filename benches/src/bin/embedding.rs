//! How long the built-in model takes for a text of 150 words, at each length of vectors.
#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use std::time::Instant;

use clap::Parser;
use jobmatch_benches::generator::Generator;
use jobmatch_benches::harness::{SEED, quantile};
use jobmatch_embed::{CUTS, EmbedInput, Embedder, StaticModel};
use jobmatch_matching::system_clock;
use jobmatch_text::{Analysis, Analyzer, AnalyzerOptions};

/// Words of a text's body, and the grams that come with them.
const WORDS: usize = 150;
const GRAMS: usize = 200;
/// Texts that are timed together: one takes less than a clock can tell.
const TOGETHER: usize = 20;

#[derive(Debug, Parser)]
struct Arguments {
    /// Texts.
    #[arg(long, default_value_t = 20_000)]
    texts: usize,
}

fn main() {
    let arguments = Arguments::parse();
    let analyzer = Analyzer::new(&AnalyzerOptions::default()).expect("the built-in lexicon");
    let mut generator = Generator::new(SEED, system_clock()().date(), 60);
    let texts: Vec<[Analysis; 2]> = (0..500).map(|_| text(&mut generator, &analyzer)).collect();
    println!("| dimensions | p50 µs | p99 µs |\n|---|---|---|");
    for cut in CUTS {
        let model = StaticModel::built_in().cut(cut).expect("one of the model's cuts");
        let mut times = Vec::new();
        for i in 0..arguments.texts.div_ceil(TOGETHER) {
            let inputs: Vec<EmbedInput<'_>> =
                (0..TOGETHER).map(|j| input(&texts[(i * TOGETHER + j) % texts.len()])).collect();
            let start = Instant::now();
            std::hint::black_box(model.embed(&inputs).expect("static models embed any text"));
            times.push(start.elapsed().as_secs_f64() * 1e6 / TOGETHER as f64);
        }
        times.sort_by(f64::total_cmp);
        println!("| {cut} | {:.1} | {:.1} |", quantile(&times, 0.5), quantile(&times, 0.99));
    }
}

/// A title, and the texts of as many postings as it takes.
fn text(generator: &mut Generator, analyzer: &Analyzer) -> [Analysis; 2] {
    let mut body = Analysis::default();
    let mut title = Analysis::default();
    for number in 0.. {
        let posting = generator.posting(number);
        title = analyzer.analyze(&posting.title);
        let more = analyzer.analyze(&posting.description);
        body.words.extend(more.words);
        body.grams.extend(more.grams);
        if body.words.len() >= WORDS && body.grams.len() >= GRAMS {
            break;
        }
    }
    body.words.truncate(WORDS);
    body.grams.truncate(GRAMS);
    [title, body]
}

fn input([title, body]: &[Analysis; 2]) -> EmbedInput<'_> {
    EmbedInput {
        title_words: &title.words,
        title_grams: &title.grams,
        body_words: &body.words,
        body_grams: &body.grams,
        raw: "",
    }
}
