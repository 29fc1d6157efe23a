//! Analysis of texts: normalisation, redaction, words, occupations, and what a query means.
#![no_main]

use jobmatch_fuzz::{ANALYZER, at_length};
use jobmatch_text::{neutralize, normalize, redact, tells_assistance};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    normalized(&text);
    redacted(&text);
    analysed(&text);
    asked(&text);
    tells_assistance(&text);
    if let Some(long) = at_length(&text) {
        redact(&long);
        ANALYZER.analyze(&long);
        tells_assistance(&long);
    }
});

/// Normalisation does not change what it made, and grows no text beyond what NFKC does: 18
/// characters of one.
fn normalized(text: &str) {
    let once = normalize(text);
    assert_eq!(normalize(&once), once);
    assert!(once.chars().count() <= text.chars().count() * 18);
    assert!(!once.chars().any(char::is_control));
    let neutral = neutralize(&once);
    assert_eq!(neutralize(&neutral), neutral, "of {once:?}");
}

/// Nothing is found in what has been redacted, and what has nothing stays as it was.
fn redacted(text: &str) {
    let once = redact(text);
    let removed = once.phones + once.id_numbers + once.others;
    assert_eq!(removed == 0, once.text == text);
    let again = redact(&once.text);
    assert_eq!(again.text, once.text);
}

/// Terms are parts of the normalised text, in its order; mentions lie on its characters.
fn analysed(text: &str) {
    let read = ANALYZER.analyze(text);
    let normalized = read.normalized.as_str();
    let mut end = 0;
    for mention in &read.occupations {
        assert!(end <= mention.start && mention.start < mention.end, "{mention:?}");
        assert!(normalized.get(mention.start..mention.end).is_some(), "{mention:?}");
        ANALYZER.lexicon().entry(mention.occupation);
        end = mention.end;
    }
    for term in read.words.iter().chain(&read.grams) {
        assert!(!term.is_empty() && normalized.contains(term.as_str()), "{term:?}");
    }
    // Search mode gives a word and those in it; a character begins two bigrams at most.
    let characters = normalized.chars().count();
    assert!(read.grams.len() <= characters, "{} of {characters}", read.grams.len());
    assert_eq!(ANALYZER.analyze(text), read);
}

/// What a query is read as lies in it.
fn asked(text: &str) {
    let read = ANALYZER.read_query(text);
    let mut end = 0;
    for spelling in &read.spellings {
        assert!(end <= spelling.span.start, "{spelling:?}");
        assert!(read.typed.get(spelling.span.clone()).is_some_and(|s| !s.is_empty()));
        assert!(!spelling.meant.is_empty());
        end = spelling.span.end;
    }
    assert!(!read.spellings.is_empty() || read.read_as == read.typed);
}
