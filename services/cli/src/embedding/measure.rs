//! What a model is worth.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use jobmatch_embed::{CUTS, Embedder, StaticModel};
use jobmatch_text::{Analysis, Analyzer};
use serde_json::json;

use super::known_item::{FOUND_WITHIN, KnownItems, cosine, embed};
use super::reading::{Advert, Corpus};
use super::split::Clusters;
use super::titles::{Likeness, TitleList, Titles};
use super::{analyzer, model};
use crate::failure::Failure;

/// Words and grams of the text that the speed is told for.
const SPEED_WORDS: usize = 150;
const SPEED_GRAMS: usize = 200;
/// Everyday ways to say the same work, then some that are other work.
const PAIRS: [(&str, &str); 13] = [
    ("看大门的", "保安"),
    ("带孩子", "育婴员"),
    ("开大车", "货车司机"),
    ("洗碗阿姨", "刷碗工"),
    ("洗碗阿姨", "餐具清洗"),
    ("伺候老人", "养老护理员"),
    ("打扫卫生", "保洁员"),
    ("送外卖", "外卖骑手"),
    ("java开发", "软件工程师"),
    ("会计", "出纳"),
    ("洗碗阿姨", "保安"),
    ("开大车", "育婴员"),
    ("java开发", "洗碗工"),
];
/// What the parts of a comparison of two titles weigh: all three are cosines, and the one
/// that goes through the lexicon says most.
const WEIGHTS: Likeness = Likeness { vectors: 0.5, terms: 0.5, occupations: 1.0 };

/// Arguments of `eval-embedder`.
#[derive(Debug, Args)]
pub(crate) struct EvalEmbedderArguments {
    /// Files of adverts, the same and in the same order as in training.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Model in place of the built-in one.
    #[arg(long)]
    model: Option<PathBuf>,
    /// Most texts that a title is sought among.
    #[arg(long, default_value_t = 10_000)]
    bodies: usize,
    /// Lexicon file of the operator, as the service reads it.
    #[arg(long)]
    lexicon: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Arguments of `eval-titles`.
#[derive(Debug, Args)]
pub(crate) struct EvalTitlesArguments {
    /// Folder with queries.tsv, corpus_elements.tsv and qrels.tsv.
    dir: PathBuf,
    /// Model in place of the built-in one.
    #[arg(long)]
    model: Option<PathBuf>,
    /// Lexicon file of the operator, as the service reads it.
    #[arg(long)]
    lexicon: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Measures known items, everyday pairs and speed.
pub(crate) fn eval_embedder(arguments: &EvalEmbedderArguments) -> Result<(), Failure> {
    let corpus = Corpus::read(&arguments.files)?;
    let analyzer = analyzer(arguments.lexicon.as_deref())?;
    let model = model(arguments.model.as_deref())?;
    let mut kept = Clusters::of(&corpus.adverts).kept();
    kept.truncate(arguments.bodies);
    let kept: Vec<&Advert> = kept.iter().map(|i| &corpus.adverts[*i]).collect();
    if kept.is_empty() {
        return Err(Failure::new("the files hold no advert that training leaves out"));
    }
    let mut measured = serde_json::Map::new();
    measured.insert("space".into(), json!(model.space().as_str()));
    for (name, blanked) in [("blanked", true), ("whole", false)] {
        let items = KnownItems::of(&analyzer, &kept, blanked);
        let mut recalls = serde_json::Map::new();
        recalls.insert("queries".into(), json!(items.len()));
        recalls.insert("bm25".into(), json!(items.recall_by_bm25()));
        for cut in CUTS {
            let cut_model = model.clone().cut(cut).map_err(|e| Failure::new(e.to_string()))?;
            recalls.insert(cut.to_string(), json!(items.recall_by_cosine(&cut_model)));
        }
        measured.insert(name.into(), recalls.into());
    }
    let pairs = PAIRS.map(|(a, b)| {
        let [va, vb] = [a, b].map(|text| title_vector(&model, &analyzer, text));
        json!([a, b, (f64::from(cosine(&va, &vb)) * 1000.0).round() / 1000.0])
    });
    measured.insert("pairs".into(), pairs.to_vec().into());
    measured.insert("micros".into(), json!(micros(&model, &analyzer, &kept)));
    let measured = serde_json::Value::from(measured);
    println!("{}", if arguments.json { measured.to_string() } else { table(&measured) });
    Ok(())
}

fn table(measured: &serde_json::Value) -> String {
    let space = measured["space"].as_str().unwrap_or_default();
    let mut out = format!("{space}: recall@{FOUND_WITHIN} of a title's own text\n");
    for (name, what) in [
        ("blanked", "words and bigrams of the title taken out of the text"),
        ("whole", "whole texts"),
    ] {
        let recalls = &measured[name];
        let of = |key: &str| recalls[key].as_f64().unwrap_or_default();
        out += &format!(
            "{what}, {} queries and texts:\n  BM25 {:.4}, model {:.4}, cut to 128 {:.4}, to 64 {:.4}\n",
            recalls["queries"],
            of("bm25"),
            of("256"),
            of("128"),
            of("64")
        );
    }
    out += "cosines:\n";
    for pair in measured["pairs"].as_array().into_iter().flatten() {
        let text = |i: usize| pair[i].as_str().unwrap_or_default();
        out += &format!("  {} {} {:.2}\n", text(0), text(1), pair[2].as_f64().unwrap_or_default());
    }
    let micros = measured["micros"].as_f64().unwrap_or_default();
    out + &format!("a text of {SPEED_WORDS} words and {SPEED_GRAMS} grams takes {micros:.1} µs")
}

/// Mean time for a text, in microseconds; 0 when none is long enough.
fn micros(model: &StaticModel, analyzer: &Analyzer, adverts: &[&Advert]) -> f64 {
    let texts = adverts.iter().take(2_000).map(|advert| analyzer.analyze(&advert.body));
    let is_long = |a: &Analysis| a.words.len() >= SPEED_WORDS && a.grams.len() >= SPEED_GRAMS;
    let long: Vec<Analysis> = texts.filter(is_long).collect();
    let start = Instant::now();
    for text in &long {
        let terms = [&[], &[], &text.words[..SPEED_WORDS], &text.grams[..SPEED_GRAMS]];
        std::hint::black_box(embed(model, terms));
    }
    start.elapsed().as_secs_f64() * 1e6 / long.len().max(1) as f64
}

/// The vector of a title alone.
pub(super) fn title_vector(
    model: &StaticModel,
    analyzer: &Analyzer,
    title: &str,
) -> Option<Vec<f32>> {
    let analysis = analyzer.analyze(title);
    embed(model, [&analysis.words, &analysis.grams, &[], &[]])
}

/// Whether the everyday name is among the fifth that `--names-apart` keeps from training.
pub(super) fn is_apart(alias: &str) -> bool {
    alias.chars().map(u32::from).sum::<u32>().is_multiple_of(5)
}

/// Mean reciprocal rank of the occupation for everyday names that training never saw, and
/// their number. An occupation is as near as the nearest of its other names.
pub(super) fn everyday_names(model: &StaticModel, analyzer: &Analyzer) -> (f64, usize) {
    let entries = analyzer.lexicon().entries();
    let vector = |name: &String| title_vector(model, analyzer, name);
    let known = entries.iter().map(|entry| {
        let aliases = entry.aliases.iter().filter(|a| !is_apart(a));
        std::iter::once(&entry.name).chain(aliases).map(vector).collect::<Vec<_>>()
    });
    let known: Vec<_> = known.collect();
    let (mut sum, mut names) = (0.0, 0);
    for (own, entry) in entries.iter().enumerate() {
        for alias in entry.aliases.iter().filter(|a| is_apart(a)) {
            let query = vector(alias);
            let nearest = known
                .iter()
                .map(|names| names.iter().map(|name| cosine(&query, name)).fold(-1.0, f32::max));
            let nearest: Vec<f32> = nearest.collect();
            sum += 1.0 / nearest.iter().filter(|n| **n >= nearest[own]).count() as f64;
            names += 1;
        }
    }
    (sum / f64::from(names.max(1)), names as usize)
}

/// Measures how well titles of related work are found.
pub(crate) fn eval_titles(arguments: &EvalTitlesArguments) -> Result<(), Failure> {
    let list = TitleList::read(&arguments.dir)?;
    let analyzer = analyzer(arguments.lexicon.as_deref())?;
    let model = model(arguments.model.as_deref())?;
    let likeness = Titles::new(&analyzer, &model).compare(&list);
    let map = |weights: Likeness| {
        list.mean_average_precision(|query, element| likeness[query][element].weighed(weights))
    };
    let none = Likeness { vectors: 0.0, terms: 0.0, occupations: 0.0 };
    let rows = [
        ("tf-idf of characters and words", map(Likeness { terms: 1.0, ..none })),
        ("vectors", map(Likeness { vectors: 1.0, ..none })),
        ("occupations of the lexicon", map(Likeness { occupations: 1.0, ..none })),
        ("all three", map(WEIGHTS)),
    ];
    if arguments.json {
        let map: serde_json::Map<_, _> =
            rows.iter().map(|(name, map)| ((*name).to_owned(), json!(map))).collect();
        let queries = list.judged();
        println!("{}", json!({ "space": model.space().as_str(), "queries": queries, "map": map }));
        return Ok(());
    }
    println!("{} queries, {} titles", list.judged(), list.elements.len());
    for (name, map) in rows {
        println!("MAP {map:.4}  {name}");
    }
    Ok(())
}
