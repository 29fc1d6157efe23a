//! Whether a person tells of a right to the postings that are kept for some groups.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use crate::normalize::normalize;

static WORDS: &str = include_str!("../data/neutral/assistance.txt");

/// Whether the text names a group of 就业援助对象 as the person's own. A claim, to be checked
/// by whoever places the person; it opens postings and is no part of any score.
pub fn tells_assistance(text: &str) -> bool {
    static BUILT: OnceLock<AhoCorasick> = OnceLock::new();
    let automaton = BUILT.get_or_init(|| {
        let words = WORDS.lines().filter(|l| !l.starts_with('#')).flat_map(str::split_whitespace);
        AhoCorasick::new(words).expect("some dozens of short words are within the limits")
    });
    automaton.is_match(&normalize(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_known_and_others_are_not() {
        assert!(tells_assistance("我家是低保户"));
        assert!(tells_assistance("聽力二級，在轴承厂干过"));
        assert!(!tells_assistance("干过三年保安，照顾过残疾老人"));
        assert!(!tells_assistance(""));
    }
}
