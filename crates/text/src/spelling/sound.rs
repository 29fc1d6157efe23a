//! How Chinese sounds: toneless pinyin of words, and sounds that people mix up.

use pinyin::ToPinyin;

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

/// Further readings that characters have in names of work. Dictionaries list rare and old
/// ones for most characters (厂 hàn, 包 fú), by which unrelated words would sound alike.
const FURTHER: [(char, &str); 44] = [
    ('会', "kuai"),
    ('行', "hang"),
    ('重', "chong"),
    ('长', "zhang"),
    ('长', "chang"),
    ('调', "tiao"),
    ('调', "diao"),
    ('乐', "yue"),
    ('乐', "le"),
    ('传', "zhuan"),
    ('传', "chuan"),
    ('削', "xiao"),
    ('削', "xue"),
    ('择', "zhai"),
    ('模', "mu"),
    ('模', "mo"),
    ('剥', "bao"),
    ('剥', "bo"),
    ('校', "jiao"),
    ('校', "xiao"),
    ('弹', "tan"),
    ('弹', "dan"),
    ('盛', "cheng"),
    ('单', "dan"),
    ('车', "che"),
    ('大', "dai"),
    ('血', "xie"),
    ('血', "xue"),
    ('薄', "bao"),
    ('折', "she"),
    ('卷', "juan"),
    ('扒', "pa"),
    ('扒', "ba"),
    ('量', "liang"),
    ('缝', "feng"),
    ('打', "da"),
    ('发', "fa"),
    ('钻', "zuan"),
    ('散', "san"),
    ('石', "shi"),
    ('系', "ji"),
    ('压', "ya"),
    ('拓', "ta"),
    ('露', "lou"),
];

/// The syllables of a character, toneless ASCII with `v` for ü, the common one first.
fn syllables(c: char) -> Vec<String> {
    let Some(common) = c.to_pinyin() else {
        return Vec::new();
    };
    let mut out = vec![common.plain().replace('ü', "v")];
    for (_, other) in FURTHER.iter().filter(|(of, _)| *of == c) {
        if !out.iter().any(|known| known == other) {
            out.push((*other).to_owned());
        }
    }
    out.retain(|s| s.is_ascii() && !s.is_empty());
    out
}

/// Whether two characters may be taken for one another by ear: readings of one first letter.
pub(super) fn are_near(a: char, b: char) -> bool {
    let others = syllables(b);
    syllables(a).iter().any(|a| others.iter().any(|b| a.as_bytes()[0] == b.as_bytes()[0]))
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
        assert_eq!(sounds("厂工"), ["changgong"]);
        assert!(sounds("长长长长长长").len() <= MAX_READINGS);
    }

    #[test]
    fn near_sounds_begin_alike() {
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
