//! What must never touch a score leaves the text before it is read: sex, ethnicity,
//! marriage, health, household registration and assistance status.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};

use crate::normalize::normalize;
use crate::tokens::is_han;

static PHRASES: &str = include_str!("../data/neutral/phrases.txt");

/// A normalised text with every such phrase put out by a full stop, so that no word spans
/// the gap. Trade words that contain one (`女装`, `残疾人护理`) are kept.
pub fn neutralize(text: &str) -> String {
    static BUILT: OnceLock<(AhoCorasick, Vec<bool>)> = OnceLock::new();
    let (automaton, kept) = BUILT.get_or_init(|| {
        let lines: Vec<&str> = PHRASES
            .lines()
            .map(str::trim)
            .filter(|l| !l.is_empty() && !l.starts_with('#'))
            .collect();
        let kept = lines.iter().map(|l| l.starts_with('=')).collect();
        let phrases = lines.iter().map(|l| normalize(l.trim_start_matches('=')));
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(phrases)
            .expect("a few hundred short phrases are within the automaton's limits");
        (automaton, kept)
    });
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for found in automaton.find_iter(text).filter(|m| !kept[m.pattern().as_usize()]) {
        out.push_str(&text[at..found.start()]);
        out.push('。');
        at = found.end();
    }
    out.push_str(&text[at..]);
    without_lone_sex(&out)
}

/// 男 and 女 that stand alone say who a person is; within a word they belong to the trade.
fn without_lone_sex(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let joined = |other: Option<char>| other.is_some_and(is_han);
        let alone = matches!(c, '男' | '女') && !joined(before) && !joined(rest.peek().copied());
        out.push(if alone { '。' } else { c });
        before = Some(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_person_goes_and_the_trade_stays() {
        for (given, kept) in [
            ("女士优先，限本地户口", &[][..]),
            ("已婚已育，汉族，低保户", &[][..]),
            ("女装导购", &["女装", "导购"][..]),
            ("残疾人护理员，健康证", &["残疾人护理", "健康证"][..]),
            ("妇产科护士", &["妇产科护士"][..]),
            ("性别女，男，48岁", &["48岁"][..]),
        ] {
            let out = neutralize(&normalize(given));
            for word in kept {
                assert!(out.contains(word), "{given} -> {out}");
            }
            for gone in ["女士", "户口", "已婚", "汉族", "低保", "女,", "男,"] {
                assert!(!out.contains(gone), "{given} -> {out}");
            }
        }
    }
}
