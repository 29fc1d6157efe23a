//! Trains the built-in model and checks it: `train_static OUT POSTINGS.jsonl[.gz]…`.
//!
//! Reads JSON lines with the fields `title` and `desc` (or `description`), or `name` and
//! `definition`. One text in fifty is held out for a known-item check: a title must find
//! its own body, from which the title's words were taken, among the held-out bodies.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a command line for maintainers")]

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};

use flate2::read::GzDecoder;
use jobmatch_embed::{EmbedInput, Embedder, StaticModel, Trainer};
use jobmatch_text::{Analyzer, AnalyzerOptions};

const HELD_OUT_EVERY: usize = 50;
/// How often each occupation of the lexicon counts, against adverts that are mostly of
/// office work.
const LEXICON_REPEATS: usize = 20;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().expect("give the file to write");
    let analyzer = Analyzer::new(&AnalyzerOptions::default()).unwrap();
    let mut trainer = Trainer::default();
    let mut held_out = Vec::new();
    let mut texts = 0usize;
    for path in arguments {
        let file = File::open(&path).unwrap();
        let reader: Box<dyn Read> =
            if path.ends_with(".gz") { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
        for line in BufReader::new(reader).lines() {
            let row: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
            let field = |names: [&str; 3]| {
                names.iter().find_map(|n| row[n].as_str()).unwrap_or_default().to_owned()
            };
            let title = analyzer.analyze(&field(["title", "name", "name"]));
            let body = field(["desc", "description", "definition"]);
            let body = analyzer.analyze(&body);
            texts += 1;
            if texts.is_multiple_of(HELD_OUT_EVERY) && !body.words.is_empty() {
                held_out.push((title, body));
                continue;
            }
            let join = |a: &[String], b: &[String]| [a, b].concat();
            trainer.add(&join(&title.words, &body.words), &join(&title.grams, &body.grams));
        }
    }
    for entry in analyzer.lexicon().entries() {
        let text = [std::slice::from_ref(&entry.name), &entry.aliases, &entry.skills].concat();
        let reading = analyzer.analyze(&text.join("，"));
        for _ in 0..LEXICON_REPEATS {
            trainer.add(&reading.words, &reading.grams);
        }
    }
    let model = trainer.finish().unwrap();
    println!("{texts} texts, space {}", model.space());
    check(&model, &held_out);
    std::fs::write(&out, model.to_bytes()).unwrap();
}

fn check(model: &StaticModel, held_out: &[(jobmatch_text::Analysis, jobmatch_text::Analysis)]) {
    let embed = |words: &[String], grams: &[String], title: bool| {
        let empty: &[String] = &[];
        let input = EmbedInput {
            title_words: if title { words } else { empty },
            title_grams: if title { grams } else { empty },
            body_words: if title { empty } else { words },
            body_grams: if title { empty } else { grams },
            raw: "",
        };
        model.embed(&[input]).unwrap().remove(0)
    };
    let bodies: Vec<_> = held_out
        .iter()
        .map(|(title, body)| {
            let words: HashSet<_> = title.words.iter().collect();
            let grams: HashSet<_> = title.grams.iter().collect();
            let keep = |t: &[String], not: &HashSet<&String>| -> Vec<String> {
                t.iter().filter(|t| !not.contains(t)).cloned().collect()
            };
            embed(&keep(&body.words, &words), &keep(&body.grams, &grams), false)
        })
        .collect();
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let mut found = 0;
    for (i, (title, _)) in held_out.iter().enumerate() {
        let Some(query) = embed(&title.words, &title.grams, true) else {
            continue;
        };
        let score = |j: usize| bodies[j].as_ref().map_or(-1.0, |b| dot(&query, b));
        let own = score(i);
        let better = (0..bodies.len()).filter(|j| *j != i && score(*j) > own).count();
        found += usize::from(better < 10);
    }
    println!(
        "known item, title words taken from the body: recall@10 {:.3} among {} bodies",
        found as f64 / held_out.len() as f64,
        bodies.len()
    );
}
