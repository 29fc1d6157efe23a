//! How Chinese sounds: toneless pinyin of words, and sounds that people mix up.

use pinyin::{ToPinyin, ToPinyinMulti};

/// Most readings of a word; a longer list is cut. Names of work have few characters of
/// several readings, and the common reading comes first.
const MAX_READINGS: usize = 12;

/// Sounds that speakers of Shandong and of the south do not keep apart, with what stands
/// for both.
const MIXED_UP: [(&str, &str); 7] = [
    ("zh", "z"),
    ("ch", "c"),
    ("sh", "s"),
    ("ang", "an"),
    ("eng", "en"),
    ("ing", "in"),
    ("r", "y"),
];

/// A word's reading: `baoan` with the initials `ba`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Reading {
    pub(super) sound: String,
    pub(super) initials: String,
}

/// The readings of a word of Han characters, the common one first; empty for other words.
pub(super) fn readings(word: &str) -> Vec<Reading> {
    let mut out = vec![Reading::default()];
    for c in word.chars() {
        let syllables = syllables(c);
        if syllables.is_empty() {
            return Vec::new();
        }
        let longer = out.iter().flat_map(|before| {
            syllables.iter().map(move |syllable| Reading {
                sound: format!("{}{syllable}", before.sound),
                initials: format!("{}{}", before.initials, &syllable[..1]),
            })
        });
        out = longer.take(MAX_READINGS).collect();
    }
    out
}

/// The syllables of a character, toneless ASCII with `v` for ü, the common one first.
fn syllables(c: char) -> Vec<String> {
    let Some(common) = c.to_pinyin() else {
        return Vec::new();
    };
    let plain = |p: pinyin::Pinyin| p.plain().replace('ü', "v");
    let mut out = vec![plain(common)];
    for other in c.to_pinyin_multi().into_iter().flatten().map(plain) {
        if !out.contains(&other) {
            out.push(other);
        }
    }
    out.retain(|s| s.is_ascii() && !s.is_empty());
    out
}

/// Whether two characters have readings that differ in one letter at most.
pub(super) fn are_near(a: char, b: char) -> bool {
    let others = syllables(b);
    syllables(a).iter().any(|a| others.iter().any(|b| differ_little(a.as_bytes(), b.as_bytes())))
}

/// Whether one letter put in, left out or changed makes one of the other.
fn differ_little(a: &[u8], b: &[u8]) -> bool {
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    match a.len().cmp(&b.len()) {
        std::cmp::Ordering::Equal => a.is_empty() || a[1..] == b[1..],
        std::cmp::Ordering::Less => a == &b[1..],
        std::cmp::Ordering::Greater => &a[1..] == b,
    }
}

/// A sound with what people mix up taken for the same.
pub(super) fn blurred(sound: &str) -> String {
    MIXED_UP.iter().fold(sound.to_owned(), |s, (from, to)| s.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sounds(word: &str) -> Vec<String> {
        readings(word).into_iter().map(|r| r.sound).collect()
    }

    #[test]
    fn every_reading_of_a_word_is_known() {
        assert_eq!(sounds("保安"), ["baoan"]);
        assert_eq!(readings("月嫂")[0].initials, "ys");
        assert!(sounds("会计").contains(&"kuaiji".to_owned()));
        assert!(sounds("绿化工").contains(&"lvhuagong".to_owned()));
        assert!(sounds("c1司机").is_empty());
        assert!(sounds("的的的的的的的的").len() <= MAX_READINGS);
    }

    #[test]
    fn near_sounds_differ_in_a_letter() {
        assert!(are_near('搜', '嫂') && are_near('仓', '厂') && are_near('安', '按'));
        assert!(!are_near('饭', '狗'));
    }

    #[test]
    fn blurred_sounds_meet() {
        assert_eq!(blurred("chushi"), blurred("cusi"));
        assert_eq!(blurred("baojie"), "baojie");
        assert_eq!(blurred("dangong"), blurred("dangong"));
        assert_eq!(blurred("rou"), blurred("you"));
    }
}
