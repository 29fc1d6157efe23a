//! What the scanners share: fixed phrases with a meaning, regular expressions, and the
//! text around a find.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use regex::Regex;

/// Phrases that each mean something; found leftmost, then longest.
pub(crate) struct Phrases<T> {
    automaton: AhoCorasick,
    meanings: Vec<T>,
}

impl<T: Copy> Phrases<T> {
    /// From rows of a meaning and its phrases, set apart by blanks.
    pub(crate) fn new(rows: &[(T, &str)]) -> Self {
        Self::of(rows.iter().flat_map(|(meaning, phrases)| {
            phrases.split_whitespace().map(move |phrase| (phrase, *meaning))
        }))
    }

    /// From phrases with their meanings; of equal phrases the first counts.
    pub(crate) fn of<P: AsRef<[u8]>>(phrases: impl Iterator<Item = (P, T)>) -> Self {
        let (patterns, meanings): (Vec<P>, Vec<T>) = phrases.unzip();
        // The faster kind, where it takes no more than a megabyte or two.
        let kind = (patterns.len() <= 600).then_some(AhoCorasickKind::DFA);
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .kind(kind)
            .build(patterns)
            .expect("some thousand short phrases are within the automaton's limits");
        Self { automaton, meanings }
    }

    /// Every find in order.
    pub(crate) fn find_in<'a>(
        &'a self,
        text: &'a str,
    ) -> impl Iterator<Item = (T, Range<usize>)> + 'a {
        self.automaton.find_iter(text).map(|m| (self.meanings[m.pattern().as_usize()], m.range()))
    }
}

/// A pattern that is part of the program.
pub(crate) fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the patterns are constants that the tests compile")
}

/// Up to so many characters right before a byte.
pub(crate) fn before(text: &str, at: usize, characters: usize) -> &str {
    let start = text[..at].char_indices().rev().take(characters).last().map_or(at, |(i, _)| i);
    &text[start..at]
}

/// Up to so many characters from a byte on.
pub(crate) fn after(text: &str, at: usize, characters: usize) -> &str {
    let rest = &text[at..];
    let end = rest.char_indices().nth(characters).map_or(rest.len(), |(i, _)| i);
    &rest[..end]
}

/// Whether what stands before a number belongs to it: a digit, a letter, a stop, or the
/// colon of a time of day.
pub(crate) fn is_glued(before: &str) -> bool {
    let mut back = before.chars().rev();
    match back.next() {
        Some(':') => back.next().is_some_and(|c| c.is_ascii_digit()),
        Some(c) => c.is_ascii_alphanumeric() || matches!(c, '.' | '/'),
        None => false,
    }
}

/// Whether a character ends a sentence, or a clause that stands for one.
pub(crate) fn ends_part(c: char) -> bool {
    matches!(c, ',' | '。' | ';' | '!' | '?' | '\n' | '|' | ' ' | '…')
}

/// The part of a clause that precedes a byte, at most so many characters.
pub(crate) fn clause_before(text: &str, at: usize, characters: usize) -> &str {
    let near = before(text, at, characters);
    near.rfind(ends_part).map_or(near, |i| near[i..].trim_start_matches(ends_part))
}

/// The part of a clause that follows a byte, at most so many characters.
pub(crate) fn clause_after(text: &str, at: usize, characters: usize) -> &str {
    let near = after(text, at, characters);
    near.find(ends_part).map_or(near, |i| &near[..i])
}
