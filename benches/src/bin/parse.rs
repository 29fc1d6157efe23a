//! How many adverts a second one core reads and audits, and that no text takes longer a
//! character the longer it is.
#![allow(clippy::print_stdout, reason = "a bench prints its tables")]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

use clap::Parser;
use jobmatch_benches::harness::quantile;
use jobmatch_domain::Date;
use jobmatch_text::Lexicon;
use jobmatch_text::audit::{Advert, audit_posting, parse_and_audit};
use jobmatch_text::parse::{parse_posting, parse_profile};

/// What is said over and over in the table of lengths: an advert's beginning, and what the
/// scanners look at most closely.
const PIECES: [(&str, &str); 7] = [
    ("an advert", "招保洁员2名，男女不限，55岁以下，月薪3200元，早8点到晚5点，月休四天。"),
    ("a digit", "9"),
    ("numbers", "18-35，"),
    ("a sex", "男的，"),
    ("a charge", "押金300元"),
    ("a blank", " "),
    ("Han", "的"),
];
/// Characters of the texts in the table of lengths.
const LENGTHS: [usize; 3] = [500, 5_000, 20_000];

#[derive(Debug, Parser)]
struct Arguments {
    /// JSON lines of adverts with `text` and `today`.
    #[arg(long, default_value = "services/server/sample/adverts.jsonl")]
    adverts: PathBuf,
    /// How often each is read.
    #[arg(long, default_value_t = 20)]
    rounds: usize,
}

fn main() {
    let arguments = Arguments::parse();
    let adverts = read(&arguments.adverts);
    let lexicon = Lexicon::built_in();
    let characters: usize = adverts.iter().map(|(text, _)| text.chars().count()).sum();
    println!("{} adverts of {} characters on average\n", adverts.len(), characters / adverts.len());
    println!("| what | a second | p50 µs | p99 µs |\n|---|---|---|---|");
    let drafts: Vec<_> = adverts.iter().map(|(t, day)| parse_posting(t, *day, lexicon)).collect();
    let time =
        |what: &str, work: &dyn Fn(usize)| print_row(what, arguments.rounds, drafts.len(), work);
    time("parse", &|i| {
        black_box(parse_posting(&adverts[i].0, adverts[i].1, lexicon));
    });
    time("audit", &|i| {
        black_box(audit_posting(&adverts[i].0, &drafts[i], lexicon));
    });
    time("parse and audit", &|i| {
        black_box(parse_and_audit(&adverts[i].0, adverts[i].1, lexicon));
    });
    time("parse and judge, as intake does", &|i| {
        black_box(Advert::read(&adverts[i].0, adverts[i].1, lexicon).is_suspect());
    });
    time("parse as a person's words", &|i| {
        black_box(parse_profile(&adverts[i].0, adverts[i].1, lexicon));
    });
    print_lengths(adverts[0].1, lexicon);
}

/// Texts and the dates they were read on.
fn read(path: &PathBuf) -> Vec<(String, Date)> {
    let lines = std::fs::read_to_string(path).expect("the file of adverts");
    let advert = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).expect("a JSON object a line");
        let said = |key: &str| row[key].as_str().expect("text and today").to_owned();
        (said("text"), Date::parse(&said("today")).expect("a date"))
    };
    lines.lines().filter(|l| !l.trim().is_empty()).map(advert).collect()
}

fn print_row(what: &str, rounds: usize, count: usize, work: &dyn Fn(usize)) {
    (0..count).for_each(work);
    // An advert's median: what a busy scheduler adds is no part of the parser.
    let median = |i: usize| {
        let mut took: Vec<f64> = (0..rounds)
            .map(|_| {
                let start = Instant::now();
                work(i);
                start.elapsed().as_secs_f64() * 1e6
            })
            .collect();
        took.sort_by(f64::total_cmp);
        quantile(&took, 0.5)
    };
    let mut times: Vec<f64> = (0..count).map(median).collect();
    let each = times.iter().sum::<f64>() / times.len() as f64;
    times.sort_by(f64::total_cmp);
    let [p50, p99] = [0.5, 0.99].map(|q| quantile(&times, q));
    println!("| {what} | {:.0} | {p50:.0} | {p99:.0} |", 1e6 / each);
}

fn print_lengths(today: Date, lexicon: &Lexicon) {
    let heads = LENGTHS.map(|n| format!("{n}")).join(" | ");
    println!(
        "\nParse and audit, µs a character:\n\n| over and over | {heads} |\n|---|---|---|---|"
    );
    for (name, piece) in PIECES {
        let cells = LENGTHS.map(|length| {
            let text = piece.repeat(length.div_ceil(piece.chars().count()));
            let took = (0..5).map(|_| {
                let start = Instant::now();
                black_box(parse_and_audit(&text, today, lexicon));
                start.elapsed().as_secs_f64() * 1e6
            });
            format!("{:.2}", took.fold(f64::INFINITY, f64::min) / length as f64)
        });
        println!("| {name} | {} |", cells.join(" | "));
    }
}
