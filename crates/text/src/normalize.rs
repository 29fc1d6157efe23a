//! One spelling for what is the same text.

use unicode_normalization::UnicodeNormalization;
use zhconv::{Variant, zhconv};

/// NFKC, half width, simplified characters, lower case; controls, zero-width and
/// direction marks removed; white space folded to one blank and trimmed. Idempotent.
pub fn normalize(text: &str) -> String {
    let mut folded = fold(text);
    // A converted or rare character can map on; plain text is a fixed point at once, the
    // rest after another pass or two.
    for _ in 0..2 {
        if folded.plain {
            break;
        }
        let again = fold(&folded.text);
        let settled = again.text == folded.text;
        folded = again;
        if settled {
            break;
        }
    }
    folded.text
}

struct Folded {
    text: String,
    /// Nothing was converted between scripts and every character is a plain one, so that
    /// another pass changes nothing.
    plain: bool,
}

fn fold(text: &str) -> Folded {
    let compatible: String = text.nfkc().collect();
    let simplified = if compatible.is_ascii() {
        compatible.clone()
    } else {
        zhconv(&compatible, Variant::ZhHans)
    };
    let mut plain = simplified == compatible;
    let mut out = String::with_capacity(simplified.len());
    for c in simplified.chars().flat_map(char::to_lowercase) {
        if c.is_whitespace() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !is_invisible(c) {
            plain &= c.is_ascii() || matches!(c, '\u{3001}'..='\u{301F}' | '\u{4E00}'..='\u{9FFF}');
            out.push(c);
        } else {
            // What it stood between may now belong together.
            plain = false;
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
    Folded { text: out, plain }
}

/// Controls, zero-width characters, direction marks, variation selectors, soft hyphen.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn forms_of_the_same_text_become_one() {
        assert_eq!(normalize("　ＪＡＶＡ\u{200B}工程師 \n急聘！"), "java工程师 急聘!");
        assert_eq!(normalize("電銲工"), normalize("电焊工"));
        assert_eq!(normalize("①号"), "1号");
    }

    proptest! {
        #[test]
        fn it_is_idempotent(text in "\\PC{0,40}") {
            let once = normalize(&text);
            prop_assert_eq!(normalize(&once), once);
        }
    }
}
