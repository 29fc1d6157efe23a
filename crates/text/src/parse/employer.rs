//! The employing unit, when the advert names it.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::Regex;

use super::phrases::{before, regex};

/// Words that end the name of a unit.
static UNITS: LazyLock<AhoCorasick> =
    LazyLock::new(|| words(include_str!("../../data/employer/units.txt")));
/// Characters of a name in front of such a word, at most.
const NAME_LENGTH: usize = 16;
/// What a unit deals in: a name made of nothing else is none.
static GENERIC: LazyLock<AhoCorasick> =
    LazyLock::new(|| words(include_str!("../../data/employer/generic.txt")));

/// Finds the words of a list; of those that begin at one place the first in the list.
fn words(list: &str) -> AhoCorasick {
    let words = list.lines().filter(|l| !l.starts_with('#')).flat_map(str::split_whitespace);
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostFirst)
        .build(words)
        .expect("some hundred short words are within the automaton's limits")
}

/// Every run of characters that ends with a word for a unit, and where that word begins.
fn units(text: &str) -> impl Iterator<Item = (Range<usize>, usize)> + '_ {
    let mut from = 0;
    UNITS.find_iter(text).map(move |word| {
        let ahead = &text[from..word.start()];
        let named = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '·' | '&') || is_han(*c);
        let length: usize =
            ahead.chars().rev().take(NAME_LENGTH).take_while(named).map(char::len_utf8).sum();
        from = word.end();
        (word.start() - length..word.end(), word.start())
    })
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9FFF}' | '〇' | '々' | '\u{20000}'..='\u{3FFFF}')
}

/// The named unit, in bytes of the plain text. `places` are names of divisions, which name
/// no unit by themselves; `trades` are the occupations named.
pub(crate) fn employer(
    text: &str,
    places: &[Range<usize>],
    trades: &[Range<usize>],
) -> Option<Range<usize>> {
    let told = units(text).find_map(|(whole, word)| {
        // The words of the unit that are neither a place nor what it deals in.
        let own: Vec<char> = own_words(text, whole.start..word, places);
        let is_trade =
            trades.iter().any(|t| t.start < whole.end && word < t.end && t.end > whole.end);
        (own.len() >= 2 && !is_trade && !before(text, whole.start, 1).ends_with(['离', '近']))
            .then_some(whole)
    });
    told.or_else(|| signature(text, places))
}

/// Words that make a closing clause a sentence rather than a name.
static SENTENCE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"[的在要招有不可来能元是会就都请找问谈送发上下到给让得等等别快急好]|附近|路口|那边|这边|旁|对面|集合|地址|联系|优先|日结|电话|[0-9]|包|管|男|女|休|名|岁|薪|证|工资|小时|社保|险",
    )
});

/// A name that closes the advert as a signature does: after the place, with nothing else.
fn signature(text: &str, places: &[Range<usize>]) -> Option<Range<usize>> {
    let end = text.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
    let start = text[..end]
        .rfind(|c: char| !c.is_alphanumeric())
        .map_or(0, |i| i + text[i..].chars().next().map_or(1, char::len_utf8));
    let placed = places.iter().any(|p| p.end <= start && start - p.end <= 24);
    let name = &text[start..end];
    let fits = (4..=10).contains(&name.chars().count()) && !SENTENCE.is_match(name);
    let elsewhere = places.iter().all(|p| p.end <= start || p.start >= end);
    (placed && fits && elsewhere).then_some(start..end)
}

fn own_words(text: &str, at: Range<usize>, places: &[Range<usize>]) -> Vec<char> {
    let mut rest = String::new();
    for (i, c) in text[at.clone()].char_indices() {
        let here = at.start + i;
        if places.iter().any(|p| p.contains(&here)) {
            rest.clear();
        } else {
            rest.push(c);
        }
    }
    let own = GENERIC.replace_all(&rest, &vec![""; GENERIC.patterns_len()]);
    own.chars().filter(|c| c.is_alphabetic()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> bool {
        employer(text, &[], &[]).is_some()
    }

    #[test]
    fn a_proper_name_makes_a_unit() {
        for text in [
            "柿子巷饺子馆",
            "蓝蚂蚁快送招骑手",
            "福照酒楼",
            "雁来物流",
            "鸥渡物业",
            "垚沃市政公司",
            "粒粒满餐饮",
        ] {
            assert!(names(text), "{text}");
        }
        for text in [
            "饭店招后厨帮工",
            "火锅店洗菜",
            "本店招聘",
            "某物业公司",
            "手机店招店员",
            "小饭店缺个打荷",
            "电子厂直招",
        ] {
            assert!(!names(text), "{text}");
        }
    }
}
