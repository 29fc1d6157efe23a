//! What training learns.

use jobmatch_embed::{Embedder, StaticModel, TrainOptions, TrainText};

use crate::{Text, cosine};

/// Two trades whose words never meet.
fn corpus() -> impl Iterator<Item = TrainText> {
    let texts = [
        ["刷碗", "厨房"],
        ["盘子", "厨房"],
        ["盘子", "餐具"],
        ["刷碗", "餐具"],
        ["货车", "驾照"],
        ["长途", "驾照"],
        ["货车", "物流"],
        ["长途", "物流"],
    ];
    texts.into_iter().cycle().take(80).map(|words| TrainText {
        body_words: words.map(str::to_owned).to_vec(),
        weight: 1.0,
        ..TrainText::default()
    })
}

fn vector(model: &StaticModel, word: &str) -> Option<Vec<f32>> {
    Text { body_words: vec![word.to_owned()], ..Text::default() }.vector(model)
}

#[test]
fn words_of_the_same_texts_come_together() {
    let model = StaticModel::train(corpus(), TrainOptions::default());
    let dish = vector(&model, "刷碗");
    let kin = cosine(&dish, &vector(&model, "厨房"));
    let stranger = cosine(&dish, &vector(&model, "货车"));
    assert!(kin > stranger + 0.2, "{kin} {stranger}");
    assert_eq!(model.known_terms(), 8);
}

#[test]
fn the_same_corpus_gives_the_same_model_and_another_one_another_space() {
    let options = TrainOptions::default();
    let model = StaticModel::train(corpus(), options);
    assert_eq!(StaticModel::train(corpus(), options).to_bytes(), model.to_bytes());
    let other = StaticModel::train(corpus().skip(1), options);
    assert_ne!(other.space(), model.space());
}

#[test]
fn terms_of_first_titles_get_their_row_before_commoner_ones() {
    let options = TrainOptions { max_terms: 1, ..TrainOptions::default() };
    let first = TrainText {
        title_words: vec!["刷盘子".to_owned()],
        weight: 3.0,
        priority: 1,
        ..TrainText::default()
    };
    let with_first = StaticModel::train(corpus().chain([first]), options);
    let without = StaticModel::train(corpus(), options);
    assert_eq!((with_first.known_terms(), without.known_terms()), (1, 1));
    let learnt = |model, word| vector(model, word).unwrap()[..128].iter().any(|v| *v != 0.0);
    assert!(learnt(&with_first, "刷盘子") && !learnt(&without, "刷盘子"));
}

#[test]
fn an_empty_corpus_leaves_terms_that_match_themselves() {
    let model = StaticModel::train(std::iter::empty(), TrainOptions::default());
    let again = StaticModel::load(&model.to_bytes()).unwrap();
    assert_eq!(again.known_terms(), 0);
    assert!((cosine(&vector(&again, "刷碗"), &vector(&model, "刷碗")) - 1.0).abs() < 1e-5);
    assert!(cosine(&vector(&again, "刷碗"), &vector(&model, "盘子")) < 0.6);
}
