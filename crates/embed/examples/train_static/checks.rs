//! What is a model worth?

use std::collections::HashSet;
use std::time::Instant;

use jobmatch_embed::{EmbedInput, Embedder, StaticModel};
use jobmatch_text::{Analysis, Analyzer};

use crate::corpus::{Corpus, Reading, is_held_out};

type Vector = Option<Vec<f32>>;

/// Ways to say the same work, each against the work of another kind.
const PAIRS: [(&str, &str, &str); 6] = [
    ("洗碗阿姨", "刷碗工", "java开发"),
    ("洗碗阿姨", "餐具清洗", "保安"),
    ("看大门的", "保安", "洗碗阿姨"),
    ("开大车", "货车司机", "育婴员"),
    ("带孩子", "育婴员", "电焊工"),
    ("java开发", "软件工程师", "会计"),
];

/// The share of adverts of which the body is among the first ten for the title: of whole
/// bodies, and of bodies from which every word and gram of the own title was taken.
pub(crate) fn known_items(model: &StaticModel, adverts: &[Reading]) -> [f64; 2] {
    let titles: Vec<Vector> =
        adverts.iter().map(|a| embed(model, &a.title.words, &a.title.grams)).collect();
    let whole = adverts.iter().map(|a| embed(model, &a.body.words, &a.body.grams));
    let blanked = adverts.iter().map(|a| {
        let words = without(&a.body.words, &a.title.words);
        embed(model, &words, &without(&a.body.grams, &a.title.grams))
    });
    let recall = |bodies: Vec<Vector>| {
        let found = (0..titles.len()).filter(|i| rank(&titles[*i], *i, &bodies) <= 10);
        found.count() as f64 / titles.len() as f64
    };
    [recall(whole.collect()), recall(blanked.collect())]
}

/// Mean reciprocal rank of the occupation for its everyday names that were kept apart.
pub(crate) fn everyday_names(model: &StaticModel, corpus: &Corpus<'_>) -> f64 {
    let entries = corpus.analyzer.lexicon().entries();
    let vectors = entries.iter().map(|entry| {
        let name = corpus.analyzer.analyze(&entry.name);
        let rest = corpus.occupation(entry, is_held_out);
        let input = EmbedInput {
            title_words: &name.words,
            title_grams: &name.grams,
            body_words: &rest.title_words,
            body_grams: &rest.title_grams,
            raw: "",
        };
        model.embed(&[input]).unwrap().remove(0)
    });
    let vectors: Vec<Vector> = vectors.collect();
    let (mut sum, mut names) = (0.0, 0);
    for (i, entry) in entries.iter().enumerate() {
        for alias in entry.aliases.iter().filter(|a| is_held_out(a)) {
            let reading = corpus.analyzer.analyze(alias);
            let query = embed(model, &reading.words, &reading.grams);
            sum += 1.0 / rank(&query, i, &vectors) as f64;
            names += 1;
        }
    }
    sum / f64::from(names)
}

/// Cosines of ways to say the same work, and of others.
pub(crate) fn print_pairs(model: &StaticModel, analyzer: &Analyzer) {
    let vector = |text: &str| {
        let reading = analyzer.analyze(text);
        embed(model, &reading.words, &reading.grams)
    };
    for (text, same, other) in PAIRS {
        let (own, kin, stranger) = (vector(text), vector(same), vector(other));
        let (near, far) = (cosine(&own, &kin), cosine(&own, &stranger));
        println!("{text}: {same} {near:.2}, {other} {far:.2}");
    }
}

/// Mean time for a text of 150 words and 200 grams, in microseconds.
pub(crate) fn micros_per_text(model: &StaticModel, adverts: &[Reading]) -> f64 {
    let is_long = |a: &&Analysis| a.words.len() >= 150 && a.grams.len() >= 200;
    let long: Vec<&Analysis> = adverts.iter().map(|a| &a.body).filter(is_long).collect();
    let start = Instant::now();
    for text in &long {
        std::hint::black_box(embed(model, &text.words[..150], &text.grams[..200]));
    }
    start.elapsed().as_secs_f64() * 1e6 / long.len() as f64
}

fn embed(model: &StaticModel, words: &[String], grams: &[String]) -> Vector {
    let input = EmbedInput {
        title_words: words,
        title_grams: grams,
        body_words: &[],
        body_grams: &[],
        raw: "",
    };
    model.embed(&[input]).unwrap().remove(0)
}

fn without(terms: &[String], others: &[String]) -> Vec<String> {
    let others: HashSet<&String> = others.iter().collect();
    let kept = terms.iter().filter(|t| !others.contains(t));
    kept.cloned().collect()
}

/// Place of the own one among all, ties counted against it.
fn rank(query: &Vector, own: usize, all: &[Vector]) -> usize {
    let score = cosine(query, &all[own]);
    let others = all.iter().enumerate().filter(|(i, _)| *i != own);
    1 + others.filter(|(_, v)| cosine(query, v) >= score).count()
}

fn cosine(a: &Vector, b: &Vector) -> f32 {
    let (Some(a), Some(b)) = (a, b) else {
        return 0.0;
    };
    // Eight sums at once, which the compiler turns into vector instructions.
    let mut sums = [0f32; 8];
    for (a, b) in a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            *sum += a * b;
        }
    }
    sums.iter().sum()
}
