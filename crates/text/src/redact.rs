//! Removes phone numbers, ID numbers and other contact data from free text.

/// What takes the place of removed data.
const MARK: &str = "〔已隐去〕";
/// Cue words after which an account name stands.
const ACCOUNT_CUES: [&str; 12] =
    ["微信号", "微信", "wx", "vx", "v信", "威信", "薇信", "qq号", "qq", "扣扣", "weixin", "wechat"];

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

/// Removes contact data. What is not contact data stays as it was, to the character.
pub fn redact(text: &str) -> Redacted {
    let mut out = Redacted { text: text.to_owned(), ..Redacted::default() };
    // What is removed may have hidden what stood right behind it, as a number does the cue of an
    // account. Each turn takes characters away, so there is a last one.
    loop {
        let next = removed(&out.text);
        if next.text == out.text {
            return out;
        }
        out = Redacted {
            text: next.text,
            phones: out.phones + next.phones,
            id_numbers: out.id_numbers + next.id_numbers,
            others: out.others + next.others,
        };
    }
}

/// A text without the contact data that is seen at once.
fn removed(text: &str) -> Redacted {
    let characters: Vec<char> = text.chars().collect();
    let folded: Vec<char> = characters.iter().map(|c| fold(*c)).collect();
    let mut spans = digit_runs(&folded);
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

/// Full-width and Chinese digits as ASCII ones; letters in lower case.
fn fold(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(u32::from(c) - 0xFEE0).map_or(c, |c| c.to_ascii_lowercase())
        }
        '零' | '〇' => '0',
        '一' | '壹' | '幺' => '1',
        '二' | '贰' => '2',
        '三' | '叁' => '3',
        '四' | '肆' => '4',
        '五' | '伍' => '5',
        '六' | '陆' => '6',
        '七' | '柒' => '7',
        '八' | '捌' => '8',
        '九' | '玖' => '9',
        other => other.to_ascii_lowercase(),
    }
}

/// Runs of digits, single separators inside allowed, that are phone, ID or card numbers.
fn digit_runs(text: &[char]) -> Vec<(usize, usize, Kind)> {
    let mut spans = Vec::new();
    let mut i = 0;
    while i < text.len() {
        if !text[i].is_ascii_digit() {
            i += 1;
            continue;
        }
        let start = i;
        let mut digits = String::new();
        let mut groups = vec![0usize];
        let mut end = i;
        while i < text.len() {
            if text[i].is_ascii_digit() || text[i] == 'x' && digits.len() == 17 {
                digits.push(text[i]);
                *groups.last_mut().unwrap_or(&mut 0) += 1;
                end = i + 1;
                i += 1;
            } else if is_separator(text[i]) && text.get(i + 1).is_some_and(char::is_ascii_digit) {
                groups.push(0);
                i += 1;
            } else {
                break;
            }
        }
        if let Some(kind) = classify(&digits, &groups) {
            spans.push((start, end, kind));
        }
    }
    spans
}

fn is_separator(c: char) -> bool {
    matches!(c, '-' | ' ' | '·' | '.' | '—' | '－' | '_' | '*')
}

fn classify(digits: &str, groups: &[usize]) -> Option<Kind> {
    let bytes = digits.as_bytes();
    let joined = groups.len() == 1;
    match digits.len() {
        11 if is_mobile(bytes) => Some(Kind::Phone),
        13 if digits.starts_with("86") && is_mobile(&bytes[2..]) => Some(Kind::Phone),
        15 if digits.starts_with("0086") && is_mobile(&bytes[4..]) => Some(Kind::Phone),
        // Landline: area code of three or four digits from 0, then seven or eight.
        10..=12 if bytes[0] == b'0' && bytes[1] != b'0' => Some(Kind::Phone),
        10 if digits.starts_with("400") || digits.starts_with("800") => Some(Kind::Phone),
        18 if has_birth_date(&bytes[6..14]) => Some(Kind::IdNumber),
        15 if joined && has_month_and_day(&bytes[8..12]) => Some(Kind::IdNumber),
        16..=19 if joined || groups.iter().all(|g| *g <= 4) => Some(Kind::Other),
        // Two bare numbers with a blank between, of which one is a mobile number.
        _ if !joined => groups_with_mobile(bytes, groups).then_some(Kind::Phone),
        _ => None,
    }
}

fn groups_with_mobile(digits: &[u8], groups: &[usize]) -> bool {
    let mut at = 0;
    groups.iter().any(|length| {
        let group = &digits[at..at + length];
        at += length;
        group.len() == 11 && is_mobile(group)
    })
}

fn is_mobile(digits: &[u8]) -> bool {
    digits.len() == 11 && digits[0] == b'1' && (b'3'..=b'9').contains(&digits[1])
}

fn has_birth_date(date: &[u8]) -> bool {
    (date.starts_with(b"19") || date.starts_with(b"20")) && has_month_and_day(&date[4..])
}

fn has_month_and_day(digits: &[u8]) -> bool {
    let number = |d: &[u8]| (d[0] - b'0') * 10 + (d[1] - b'0');
    (1..=12).contains(&number(&digits[..2])) && (1..=31).contains(&number(&digits[2..4]))
}

fn emails(text: &[char]) -> Vec<(usize, usize, Kind)> {
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

/// Account names after a cue: five or more letters, digits, `_` or `-`.
fn accounts(text: &[char]) -> Vec<(usize, usize, Kind)> {
    let mut spans = Vec::new();
    for start in 0..text.len() {
        let cue = ACCOUNT_CUES
            .iter()
            .find(|cue| cue.chars().enumerate().all(|(i, c)| text.get(start + i) == Some(&c)));
        let Some(cue) = cue else { continue };
        let follows_letter = start > 0 && text[start - 1].is_ascii_alphanumeric();
        let mut at = start + cue.chars().count();
        while text.get(at).is_some_and(|c| matches!(c, ':' | '：' | ' ' | '号' | '同' | '加')) {
            at += 1;
        }
        let is_part = |c: &&char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let length = text[at..].iter().take_while(is_part).count();
        let named = text[at..at + length].iter().any(char::is_ascii_digit) || length >= 6;
        if !follows_letter && length >= 5 && named {
            spans.push((at, at + length, Kind::Other));
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn contact_data_goes_in_all_its_forms() {
        for (text, phones, ids, others) in [
            ("电话13812345678张姐", 1, 0, 0),
            ("联系 138-1234-5678 或 138 1234 5678", 1, 0, 0),
            ("打１３８１２３４５６７８", 1, 0, 0),
            ("幺三八一二三四五六七八", 1, 0, 0),
            ("座机0531-88881234", 1, 0, 0),
            ("身份证370102199003071234", 0, 1, 0),
            ("证号37010219900307123X。", 0, 1, 0),
            ("邮箱 abc.d@example.com", 0, 0, 1),
            ("加微信：lao_wang88", 0, 0, 1),
            ("QQ 123456789", 0, 0, 1),
            ("卡号6222021234567890123", 0, 0, 1),
        ] {
            let out = redact(text);
            assert!(out.phones >= phones && (phones > 0 || out.phones == 0), "{text} {out:?}");
            assert_eq!((out.id_numbers, out.others), (ids, others), "{text} {out:?}");
            assert!(out.text.contains(MARK) && !out.text.contains("1234"), "{out:?}");
        }
    }

    #[test]
    fn pay_dates_and_codes_stay() {
        for text in [
            "6001-8000元/月，13薪",
            "2026-11-23 08:00-17:00",
            "区划370102009000，门牌1208号",
            "月薪4500-6000 年底双薪 18-50岁",
            "三五天一结，一二三号线都到",
            "20261123000001",
            "微信群通知，qq音乐",
        ] {
            assert_eq!(redact(text), Redacted { text: text.into(), ..Redacted::default() });
        }
    }

    #[test]
    fn what_stands_right_behind_contact_data_goes_too() {
        for (text, phones, others) in [
            ("13812345678qq987654321", 1, 1),
            ("卡6222021234567890123微信lao_wang88", 0, 2),
            ("a.b@example.com，6222021234567890123qqlaowang", 0, 3),
        ] {
            let out = redact(text);
            assert_eq!((out.phones, out.others), (phones, others), "{text} {out:?}");
            assert_eq!(redact(&out.text).text, out.text);
        }
    }

    proptest! {
        #[test]
        fn no_mobile_number_survives(
            before in "\\PC{0,10}", number in "1[3-9][0-9]{9}", after in "[^0-9]{0,10}",
        ) {
            prop_assume!(!before.chars().last().is_some_and(|c| fold(c).is_ascii_digit() || is_separator(c)));
            prop_assume!(!after.chars().next().is_some_and(|c| fold(c).is_ascii_digit() || is_separator(c)));
            let text = format!("{before}{number}{after}");
            prop_assert!(!redact(&text).text.contains(&number));
        }
    }
}
