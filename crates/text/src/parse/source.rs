//! The text in one spelling, with the way back to the bytes of the text as given.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use zhconv::{Variant, zhconv};

/// A derived text and, for each of its bytes, the bytes of the given text it comes from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Source {
    text: String,
    origin: Vec<(u32, u32)>,
}

impl Source {
    /// Half width, simplified characters, lower case; what cannot be seen removed, white
    /// space one blank, line ends kept, numbered bullets a line end, commas inside
    /// numbers removed.
    pub(crate) fn read(given: &str) -> Self {
        let mut out = Self::default();
        let simplified = simplify(given);
        let mut items = Items::default();
        for ((at, original), simple) in given.char_indices().zip(simplified.chars()) {
            let end = at + original.len_utf8();
            if items.swallows(original) {
                // The stop behind an item's number.
            } else if is_bullet(original)
                || starts_keycap(original, &given[end..])
                || items.begins(&out.text, original, &given[end..])
            {
                out.push('\n', at, end);
            } else if original == ',' && splits_thousands(&out.text, &given[end..]) {
                // Dropped: 4,500 is one number.
            } else if original == '\n' || original == '\r' {
                out.push('\n', at, end);
            } else if original.is_whitespace() {
                if !out.text.ends_with([' ', '\n']) {
                    out.push(' ', at, end);
                }
            } else if !is_invisible(original) {
                for c in simple.nfkc().flat_map(char::to_lowercase) {
                    if !c.is_whitespace() {
                        out.push(c, at, end);
                    }
                }
            }
        }
        out
    }

    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Bytes of the given text behind a range of this one.
    pub(crate) fn span(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.origin.get(range.start).map_or(0, |o| o.0 as usize);
        let end = range.end.checked_sub(1).and_then(|last| self.origin.get(last));
        start..end.map_or(start, |o| o.1 as usize).max(start)
    }

    /// Appends a character that stands for the given bytes.
    fn push(&mut self, c: char, start: usize, end: usize) {
        self.text.push(c);
        self.origin.resize(self.text.len(), (start as u32, end as u32));
    }

    /// Appends a part of another text, with its origins.
    pub(crate) fn push_part(&mut self, other: &Self, range: Range<usize>) {
        self.text.push_str(&other.text[range.clone()]);
        self.origin.extend_from_slice(&other.origin[range]);
    }

    /// Appends characters that stand for a part of another text.
    pub(crate) fn push_for(&mut self, replacement: &str, other: &Self, range: &Range<usize>) {
        let span = other.span(range);
        self.text.push_str(replacement);
        self.origin.resize(self.text.len(), (span.start as u32, span.end as u32));
    }
}

/// The numbers of a list in running text: 1.大专以上；2.三年经验. Left in, they would read
/// as 2.3年.
#[derive(Default)]
struct Items {
    last: u32,
    /// The stop of the item that has just begun is still to come.
    open: bool,
}

impl Items {
    /// Whether a digit numbers the next item: it opens a clause, a stop follows it, and it
    /// is 1 or one more than the item before.
    fn begins(&mut self, before: &str, c: char, rest: &str) -> bool {
        let Some(number) = c.to_digit(10).filter(|n| *n > 0) else { return false };
        let opens = before.trim_end_matches(' ').ends_with([';', ':', '。', '\n', '】', ']'])
            || before.is_empty();
        let Some(item) = rest.strip_prefix(['.', '．', '、', ')', '）']).filter(|_| opens)
        else {
            return false;
        };
        let decimal = rest.starts_with('.') && item.starts_with(|c: char| c.is_ascii_digit());
        let next = if number == 1 { !decimal } else { number == self.last + 1 };
        if next {
            self.last = number;
            self.open = true;
        }
        next
    }

    fn swallows(&mut self, c: char) -> bool {
        std::mem::take(&mut self.open) && matches!(c, '.' | '．' | '、' | ')' | '）')
    }
}

/// Simplified characters, one for one; where the converter changes the number of
/// characters, each on its own.
fn simplify(given: &str) -> String {
    if given.is_ascii() {
        return given.to_owned();
    }
    let whole = zhconv(given, Variant::ZhHans);
    if whole.chars().count() == given.chars().count() {
        return whole;
    }
    given
        .chars()
        .map(|c| {
            let mut one = [0; 4];
            let converted = zhconv(c.encode_utf8(&mut one), Variant::ZhHans);
            let mut characters = converted.chars();
            match (characters.next(), characters.next()) {
                (Some(simple), None) => simple,
                _ => c,
            }
        })
        .collect()
}

/// Numbers in circles, brackets or with a stop: ① ⑴ ⒈.
fn is_bullet(c: char) -> bool {
    matches!(c, '\u{2460}'..='\u{249B}' | '\u{2776}'..='\u{2793}' | '\u{3220}'..='\u{3229}')
}

/// A digit that an enclosing keycap follows.
fn starts_keycap(c: char, rest: &str) -> bool {
    c.is_ascii_digit() && rest.trim_start_matches('\u{FE0F}').starts_with('\u{20E3}')
}

fn splits_thousands(before: &str, after: &str) -> bool {
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    let leading = before.bytes().rev().take_while(u8::is_ascii_digit).count();
    digits == 3 && (1..=3).contains(&leading)
}

/// Controls, zero-width characters, direction marks, variation selectors, soft hyphen.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{20E3}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_lead_back_to_the_given_bytes() {
        for (given, part, original) in [
            ("招　ＬＰＮ證 兩名", "lpn证", "ＬＰＮ證"),
            ("月薪4,500元", "4500元", "4,500元"),
            ("①保\u{200B}安 ", "保安", "保\u{200B}安"),
            ("㎡按", "m2", "㎡"),
        ] {
            let source = Source::read(given);
            let at = source.text().find(part).expect(part);
            assert_eq!(&given[source.span(&(at..at + part.len()))], original);
        }
    }

    #[test]
    fn bullets_are_no_numbers() {
        assert_eq!(Source::read("①两班倒 1️⃣包吃").text(), "\n两班倒 \n包吃");
        let list = "条件:1.大专;2.三年以上经验;3.55周岁以下";
        assert_eq!(Source::read(list).text(), "条件:\n大专;\n三年以上经验;\n55周岁以下");
        assert_eq!(Source::read("1.5万;2.5元").text(), "1.5万;2.5元");
    }
}
