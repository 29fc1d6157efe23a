//! An operator's lexicon: refused by line and column, or names that are found again.
#![no_main]

use jobmatch_text::{Lexicon, TextError};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    match Lexicon::parse(&text) {
        Ok(lexicon) => names_are_found(&lexicon),
        Err(error) => refused(&error, &text),
    }
});

fn refused(error: &TextError, text: &str) {
    let TextError::Lexicon { line, .. } = error else { panic!("{error}") };
    assert!((1..=text.lines().count()).contains(line), "line {line}");
}

fn names_are_found(lexicon: &Lexicon) {
    assert_eq!(lexicon.is_empty(), lexicon.entries().is_empty());
    for (name, id) in lexicon.names_with_ids() {
        assert_eq!(lexicon.by_name(name), Some(id), "{name:?}");
        let best = lexicon.expand(id);
        assert!(best.iter().any(|(other, weight)| (*other, *weight) == (id, 1.0)));
        for (other, weight) in best {
            assert_eq!(lexicon.relatedness(id, other), weight);
        }
    }
    let all: String = lexicon.names().flat_map(|name| [name, "。"]).collect();
    let all = jobmatch_text::normalize(&all);
    let mut end = 0;
    for mention in lexicon.mentions(&all) {
        assert!(end <= mention.start && all.get(mention.start..mention.end).is_some());
        end = mention.end;
    }
}
