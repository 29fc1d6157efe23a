//! What holds for any text.

use jobmatch_embed::{Embedder, StaticModel};
use proptest::prelude::*;

use crate::{Text, cosine};

fn terms(most: usize) -> impl Strategy<Value = Vec<String>> {
    let known = prop_oneof![Just("洗碗"), Just("保安"), Just("java"), Just("司机")];
    let any = "[a-z\u{4E00}-\u{4E20}]{1,4}";
    proptest::collection::vec(prop_oneof![known.prop_map(str::to_owned), any], 0..most)
}

fn text() -> impl Strategy<Value = Text> {
    let parts = (terms(6), terms(8), terms(40), terms(60));
    parts.prop_map(|(title_words, title_grams, body_words, body_grams)| Text {
        title_words,
        title_grams,
        body_words,
        body_grams,
    })
}

/// One model for all cases: it is read from 8 MB.
fn model() -> &'static StaticModel {
    static MODEL: std::sync::OnceLock<StaticModel> = std::sync::OnceLock::new();
    MODEL.get_or_init(StaticModel::built_in)
}

fn bits(vector: &Option<Vec<f32>>) -> Option<Vec<u32>> {
    let vector = vector.as_ref()?;
    Some(vector.iter().map(|v| v.to_bits()).collect())
}

proptest! {
    #[test]
    fn vectors_are_finite_and_of_length_one(text in text()) {
        // Grams of a body are in its words.
        let all = [&text.title_words, &text.title_grams, &text.body_words];
        let vector = text.vector(model());
        prop_assert_eq!(vector.is_none(), all.iter().all(|terms| terms.is_empty()));
        if let Some(vector) = vector {
            let squares: f64 = vector.iter().map(|v| f64::from(*v).powi(2)).sum();
            prop_assert!(vector.len() == 256 && (squares.sqrt() - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn the_order_of_terms_and_of_texts_does_not_matter(
        (text, shuffled) in text().prop_flat_map(|t| (
            Just(t.clone()),
            (
                Just(t.title_words).prop_shuffle(),
                Just(t.title_grams).prop_shuffle(),
                Just(t.body_words).prop_shuffle(),
                Just(t.body_grams).prop_shuffle(),
            ),
        )),
        other in text(),
    ) {
        let (title_words, title_grams, body_words, body_grams) = shuffled;
        let shuffled = Text { title_words, title_grams, body_words, body_grams };
        let alone = bits(&text.vector(model()));
        let batch = model().embed(&[other.input(), shuffled.input(), other.input()]).unwrap();
        prop_assert_eq!(&bits(&batch[1]), &alone);
        prop_assert_eq!(bits(&batch[0]), bits(&other.vector(model())));
    }
}

#[test]
fn words_that_the_corpus_never_had_match_themselves() {
    let vector = |words: &[&str]| Text::default().with_body(words).vector(model());
    let one = vector(&["齉龘饕"]);
    assert!((cosine(&one, &one) - 1.0).abs() < 1e-5);
    assert!(cosine(&one, &vector(&["齾爩麤"])).abs() < 0.5);
    let shared = cosine(&vector(&["齉龘饕", "司机"]), &vector(&["齉龘饕", "保安"]));
    let apart = cosine(&vector(&["齉龘饕", "司机"]), &vector(&["齾爩麤", "保安"]));
    assert!(shared > apart + 0.1, "{shared} {apart}");
    let alike = cosine(&one, &vector(&["齉龘馕"]));
    assert!(alike > 0.3, "a gram is shared: {alike}");
}
