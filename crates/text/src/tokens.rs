//! Which tokens are terms.

use std::collections::HashSet;
use std::sync::OnceLock;

static STOPWORDS: &str = include_str!("../data/stopwords.txt");

/// Whether the word carries no meaning for a match: a function word, a phrase that every
/// advert has, a number, or no letter at all. The word must be normalised.
pub(crate) fn is_stop(word: &str) -> bool {
    static PARSED: OnceLock<HashSet<&str>> = OnceLock::new();
    let stopwords = PARSED.get_or_init(|| {
        STOPWORDS.lines().filter(|l| !l.starts_with('#')).flat_map(str::split_whitespace).collect()
    });
    !word.chars().any(char::is_alphabetic) || stopwords.contains(word)
}

/// Whether the character is Han (the main block, its extensions and compatibility forms).
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{323AF}' | '〇')
}

/// The ASCII tokens of a normalised text with `+`, `#`, `.` kept inside: `c++`, `c#`,
/// `node.js`, `.net`, `b2`. Byte spans.
pub(crate) fn ascii_tokens(normalized: &str) -> Vec<(usize, usize)> {
    let bytes = normalized.as_bytes();
    let mut spans = Vec::new();
    let mut i = 0;
    while i < bytes.len() {
        let starts = bytes[i].is_ascii_alphanumeric()
            || bytes[i] == b'.' && bytes.get(i + 1).is_some_and(u8::is_ascii_alphabetic);
        if !starts {
            i += 1;
            continue;
        }
        let start = i;
        i += 1;
        while i < bytes.len() && continues(bytes, i) {
            i += 1;
        }
        spans.push((start, i));
    }
    spans
}

fn continues(bytes: &[u8], i: usize) -> bool {
    match bytes[i] {
        b'+' | b'#' => bytes[i - 1].is_ascii_alphabetic() || bytes[i - 1] == b'+',
        b'.' => {
            bytes[i - 1].is_ascii_alphanumeric()
                && bytes.get(i + 1).is_some_and(u8::is_ascii_alphabetic)
        }
        other => other.is_ascii_alphanumeric(),
    }
}

/// Character bigrams over runs of Han characters (a lone character stands for itself).
pub(crate) fn han_bigrams(normalized: &str, out: &mut Vec<String>) {
    let mut previous: Option<char> = None;
    let mut run = 0usize;
    for c in normalized.chars().chain(std::iter::once(' ')) {
        if is_han(c) {
            if let Some(previous) = previous {
                out.push([previous, c].iter().collect());
            }
            previous = Some(c);
            run += 1;
        } else {
            if let (1, Some(lone)) = (run, previous) {
                out.push(lone.to_string());
            }
            previous = None;
            run = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ascii(text: &str) -> Vec<&str> {
        ascii_tokens(text).into_iter().map(|(s, e)| &text[s..e]).collect()
    }

    #[test]
    fn technical_tokens_stay_whole() {
        assert_eq!(ascii("会c++,c#和node.js、.net"), ["c++", "c#", "node.js", ".net"]);
        assert_eq!(ascii("b2驾照 4s店 end."), ["b2", "4s", "end"]);
    }

    #[test]
    fn bigrams_run_over_han_only() {
        let mut out = Vec::new();
        han_bigrams("洗碗工 a 厨", &mut out);
        assert_eq!(out, ["洗碗", "碗工", "厨"]);
    }

    #[test]
    fn numbers_and_function_words_are_no_terms() {
        assert!(is_stop("3000") && is_stop("的") && is_stop("!!"));
        assert!(!is_stop("洗碗") && !is_stop("c1"));
    }
}
