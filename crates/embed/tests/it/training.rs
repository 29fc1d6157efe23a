//! What training learns.

use jobmatch_embed::{
    EmbedError, Embedder, Pair, Part, Source, StaticModel, TextId, TrainCorpus, TrainOptions,
};

use crate::{Text, cosine};

/// Options for a corpus of some sentences.
pub(crate) const SMALL: TrainOptions = TrainOptions {
    words: 40,
    grams: 10,
    buckets: 30,
    steps: 150,
    batch: 8,
    temperature: 0.1,
    rate: 0.05,
    dropout: 0.1,
    seed: 7,
};

/// Names of trades and words of their texts; no text has a word of its name.
const TRADES: [(&str, [&str; 4]); 8] = [
    ("刷碗", ["厨房", "餐具", "盘子", "清洗"]),
    ("货车", ["驾照", "长途", "物流", "送货"]),
    ("保安", ["小区", "巡逻", "门岗", "监控"]),
    ("育婴", ["孩子", "辅食", "宝宝", "早教"]),
    ("电焊", ["焊条", "钢结构", "氩弧", "切割"]),
    ("会计", ["账目", "报税", "发票", "凭证"]),
    ("缝纫", ["平车", "服装", "裁剪", "布料"]),
    ("收银", ["超市", "扫码", "找零", "收款"]),
];

fn text(corpus: &mut TrainCorpus, part: Part, words: &[&str]) -> TextId {
    let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
    corpus.text(part, &words, &[], false)
}

/// Four texts of three words for each trade, without the first so many trades.
pub(crate) fn corpus(without: usize) -> TrainCorpus {
    let mut corpus = TrainCorpus::default();
    let mut pairs = Vec::new();
    for (trade, (name, words)) in TRADES.iter().enumerate().skip(without) {
        for left_out in 0..4 {
            let some: Vec<&str> = (0..4).filter(|i| *i != left_out).map(|i| words[i]).collect();
            let left = text(&mut corpus, Part::Title, &[name]);
            let right = text(&mut corpus, Part::Body, &some);
            pairs.push(Pair { left, right, labels: [trade as u64; 2] });
        }
    }
    corpus.source(Source { name: "texts".into(), share: 1.0, blanked: 0.0, pairs });
    corpus
}

pub(crate) fn train(corpus: &TrainCorpus, options: &TrainOptions) -> StaticModel {
    StaticModel::train(corpus, options, |_| ()).expect("the corpus is large enough")
}

/// Mean cosine of names and words of their own trade, and of other trades.
fn means(model: &StaticModel) -> [f32; 2] {
    let (mut sums, mut counts) = ([0.0; 2], [0.0; 2]);
    for (i, (name, _)) in TRADES.iter().enumerate() {
        let name = Text { title_words: vec![(*name).to_owned()], ..Text::default() };
        for (j, (_, words)) in TRADES.iter().enumerate() {
            let body = Text::default().with_body(words);
            sums[usize::from(i != j)] += cosine(&name.vector(model), &body.vector(model));
            counts[usize::from(i != j)] += 1.0;
        }
    }
    [sums[0] / counts[0], sums[1] / counts[1]]
}

#[test]
fn names_come_to_their_texts_and_leave_others() {
    let untaught = train(&corpus(0), &TrainOptions { steps: 0, ..SMALL });
    let [own, other] = means(&untaught);
    assert!((own - other).abs() < 0.1, "{own} {other}");
    let mut losses = Vec::new();
    let model = StaticModel::train(&corpus(0), &SMALL, |p| losses.push(p.loss)).unwrap();
    assert!(losses.len() == 150 && losses[149] < 0.5 * losses[0], "{losses:?}");
    for cut in [256, 128, 64] {
        let [own, other] = means(&model.clone().cut(cut).unwrap());
        assert!(own > 0.6 && other < 0.2, "{cut}: {own} {other}");
    }
}

#[test]
fn the_same_corpus_and_seed_give_the_same_model_and_others_another_space() {
    let model = train(&corpus(0), &SMALL);
    assert_eq!(train(&corpus(0), &SMALL).to_bytes(), model.to_bytes());
    let reseeded = train(&corpus(0), &TrainOptions { seed: 8, ..SMALL });
    let other = train(&corpus(1), &SMALL);
    assert_ne!(reseeded.space(), model.space());
    assert_ne!(other.space(), model.space());
}

/// The loss of a single batch: two pairs, whose trades are `related` or not.
fn loss_of_two(related: bool) -> f32 {
    let mut corpus = TrainCorpus::default();
    let mut pairs = Vec::new();
    for (label, (name, words)) in TRADES[..2].iter().enumerate() {
        let left = text(&mut corpus, Part::Title, &[name]);
        let right = text(&mut corpus, Part::Body, words);
        pairs.push(Pair { left, right, labels: [label as u64; 2] });
    }
    if related {
        corpus.relate(1, 0);
    }
    corpus.source(Source { name: "texts".into(), share: 1.0, blanked: 0.0, pairs });
    let mut loss = f32::NAN;
    let options = TrainOptions { steps: 1, batch: 2, ..SMALL };
    let trained = StaticModel::train(&corpus, &options, |p| loss = p.loss);
    trained.expect("two pairs are a batch");
    loss
}

#[test]
fn related_work_is_no_counterexample() {
    assert!(loss_of_two(false) > 0.1);
    assert!(loss_of_two(true).abs() < 1e-6);
}

#[test]
fn names_that_come_first_get_their_row_before_commoner_ones() {
    let mut corpus = corpus(0);
    let options = TrainOptions { words: 1, grams: 0, ..SMALL };
    let rare = |model: &StaticModel| {
        let name = Text { title_words: vec!["刷盘子".to_owned()], ..Text::default() };
        // A word without a row is the sum of its grams.
        let grams = ["刷盘", "盘子"].map(str::to_owned).to_vec();
        let grams = Text { title_grams: grams, ..Text::default() };
        cosine(&name.vector(model), &grams.vector(model))
    };
    let spelt = rare(&train(&corpus, &options));
    assert!((spelt - 1.0).abs() < 1e-5);
    corpus.text(Part::Title, &["刷盘子".to_owned()], &[], true);
    let model = train(&corpus, &options);
    assert_eq!(model.known_terms(), 1);
    assert!(rare(&model) < 0.9);
}

#[test]
fn a_corpus_that_is_too_small_is_refused() {
    let too_few = StaticModel::train(&corpus(7), &SMALL, |_| ()).map(|_| ()).unwrap_err();
    assert_eq!(too_few, EmbedError::Corpus { pairs: 4, least: 8 });
    assert!(too_few.to_string().contains("built-in model"));
    assert!(StaticModel::train(&TrainCorpus::default(), &SMALL, |_| ()).is_err());
}
