//! Removes phone numbers, ID numbers and other contact data from free text.

mod numbers;

use unicode_normalization::UnicodeNormalization;

use numbers::personal_numbers;

/// What takes the place of removed data.
const MARK: &str = "〔已隐去〕";
/// Cue words after which an account name stands, in folded form.
const ACCOUNT_CUES: [&str; 17] = [
    "微信号", "微信", "威信", "薇信", "v信", "加v", "+v", "vx", "wx", "weixin", "wechat", "qq群",
    "qq号", "qq", "扣扣", "企鹅号", "抖音号",
];
/// WeChat names have 6 to 20 characters and QQ numbers 5 to 12 digits; people shorten.
const MIN_ACCOUNT_CHARS: usize = 5;
/// What may stand between a cue and the account.
const FILLERS: [char; 9] = [':', ' ', '号', '同', '加', '是', '为', '=', '码'];

/// A text without contact data, and what was removed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Redacted {
    /// The text.
    pub text: String,
    /// Phone numbers removed.
    pub phones: usize,
    /// Resident ID numbers removed.
    pub id_numbers: usize,
    /// E-mail addresses, messenger accounts and card numbers removed.
    pub others: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Phone,
    IdNumber,
    Other,
}

/// First character, character after the last, and what stands there.
type Span = (usize, usize, Kind);

/// Removes contact data: mobile and landline numbers (spaced, dashed, full-width, in
/// Chinese digits), 400 numbers, resident ID numbers, e-mail addresses, accounts after
/// their cue words, bank cards. What is not contact data stays as it was, to the
/// character: pay, dates, hours, division codes. Linear in the length of the text.
pub fn redact(text: &str) -> Redacted {
    let characters: Vec<char> = text.chars().collect();
    let folded: Vec<char> = characters.iter().map(|c| fold(*c)).collect();
    let mut spans = personal_numbers(&folded);
    spans.extend(emails(&folded));
    spans.extend(accounts(&folded));
    spans.sort_by_key(|(start, end, _)| (*start, std::cmp::Reverse(*end)));
    let mut out = Redacted::default();
    let mut at = 0;
    for (start, end, kind) in spans {
        if start < at {
            continue;
        }
        out.text.extend(&characters[at..start]);
        out.text.push_str(MARK);
        match kind {
            Kind::Phone => out.phones += 1,
            Kind::IdNumber => out.id_numbers += 1,
            Kind::Other => out.others += 1,
        }
        at = end;
    }
    out.text.extend(&characters[at..]);
    out
}

/// Whether an identifier is or contains a phone or resident ID number, in any form that
/// [`redact`] removes.
pub fn looks_personal(id: &str) -> bool {
    let folded: Vec<char> = id.chars().map(fold).collect();
    personal_numbers(&folded).iter().any(|(_, _, kind)| match kind {
        Kind::Phone | Kind::IdNumber => true,
        Kind::Other => false,
    })
}

/// Digits of every form (full-width, circled, Chinese) as ASCII ones, letters in lower
/// case; one character stays one, so that positions hold.
fn fold(c: char) -> char {
    match c {
        '零' | '〇' => '0',
        '一' | '壹' | '幺' => '1',
        '二' | '贰' | '貳' => '2',
        '三' | '叁' | '參' => '3',
        '四' | '肆' => '4',
        '五' | '伍' => '5',
        '六' | '陆' | '陸' => '6',
        '七' | '柒' => '7',
        '八' | '捌' => '8',
        '九' | '玖' => '9',
        ascii if ascii.is_ascii() => ascii.to_ascii_lowercase(),
        other => {
            let mut compatible = std::iter::once(other).nfkc();
            match (compatible.next(), compatible.next()) {
                (Some(c), None) if c.is_ascii() => c.to_ascii_lowercase(),
                _ => other,
            }
        }
    }
}

fn emails(text: &[char]) -> Vec<Span> {
    let is_part = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+');
    let mut spans = Vec::new();
    for at in (0..text.len()).filter(|i| text[*i] == '@') {
        let start = at - text[..at].iter().rev().take_while(|c| is_part(c)).count();
        let end = at + 1 + text[at + 1..].iter().take_while(|c| is_part(c)).count();
        if start < at && text[at + 1..end].contains(&'.') {
            spans.push((start, end, Kind::Other));
        }
    }
    spans
}

/// Account names after a cue.
fn accounts(text: &[char]) -> Vec<Span> {
    let mut spans = Vec::new();
    for start in 0..text.len() {
        // A cue in letters must begin a word, which also keeps the search linear.
        if text[start].is_ascii_alphanumeric()
            && start > 0
            && text[start - 1].is_ascii_alphanumeric()
        {
            continue;
        }
        let Some(cue) = ACCOUNT_CUES.iter().find(|cue| starts_with(&text[start..], cue)) else {
            continue;
        };
        let after = start + cue.chars().count();
        let at = after + text[after..].iter().take_while(|c| FILLERS.contains(c)).count();
        let length = account_length(&text[at..]);
        if length >= MIN_ACCOUNT_CHARS {
            spans.push((at, at + length, Kind::Other));
        }
    }
    spans
}

fn starts_with(text: &[char], cue: &str) -> bool {
    cue.chars().enumerate().all(|(i, c)| text.get(i) == Some(&c))
}

/// Characters of the account that the text begins with: digits (a sum of money follows
/// with its unit, a range has a dash), or a name that begins with a letter; a short name
/// must have a digit to be told from a word.
fn account_length(text: &[char]) -> usize {
    let is_part = |c: &&char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let length = text.iter().take_while(is_part).count();
    let name = &text[..length];
    let is_account = match name.first() {
        Some(c) if c.is_ascii_digit() => {
            let is_sum = text.get(length).is_some_and(|c| matches!(c, '元' | '块' | '/'));
            name.iter().all(char::is_ascii_digit) && !is_sum
        }
        Some(_) => length > MIN_ACCOUNT_CHARS || name.iter().any(char::is_ascii_digit),
        None => false,
    };
    if is_account { length } else { 0 }
}

#[cfg(test)]
mod tests;
