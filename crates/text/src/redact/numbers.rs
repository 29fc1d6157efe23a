//! Which runs of digits are phone, ID or card numbers, and which are pay, hours or codes.

use super::{Kind, Span};

/// Separators that may stand between two groups of one number (`138 - 1234`).
const MAX_SEPARATORS: usize = 3;
/// Most groups of one number: a mobile number told digit by digit, after 0086.
const MAX_GROUPS: usize = 12;
/// Shapes, as lengths of the groups, in which a mobile number is written.
const MOBILE_SHAPES: [&[usize]; 10] = [
    &[11],
    &[3, 4, 4],
    &[3, 8],
    &[7, 4],
    &[4, 3, 4],
    &[5, 6],
    &[3, 3, 5],
    &[4, 7],
    &[3, 2, 2, 2, 2],
    &[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
];
/// Shapes of a landline after its area code of three or four digits.
const LOCAL_SHAPES: [&[usize]; 4] = [&[7], &[8], &[4, 4], &[3, 4]];
/// Shapes of an ID number: whole, or cut before and after the birth date.
const ID_SHAPES: [&[usize]; 4] = [&[18], &[6, 8, 4], &[6, 4, 4, 4], &[6, 12]];

/// Digits of one number in the text, with where each group begins and ends.
struct Run {
    digits: Vec<u8>,
    groups: Vec<Group>,
}

#[derive(Clone, Copy)]
struct Group {
    /// Characters of the text.
    start: usize,
    end: usize,
    /// Where its digits begin in the run's.
    at: usize,
    /// What stands between the group before and this one is dashes alone.
    dashed: bool,
}

/// Spans of personal numbers in a folded text, in text order, not overlapping.
pub(super) fn personal_numbers(text: &[char]) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut i = 0;
    while i < text.len() {
        if text[i].is_ascii_digit() {
            let run = read_run(text, i);
            i = run.groups.last().map_or(i + 1, |g| g.end);
            sift(&run, &mut spans);
        } else {
            i += 1;
        }
    }
    spans
}

fn read_run(text: &[char], start: usize) -> Run {
    let mut run = Run { digits: Vec::new(), groups: Vec::new() };
    let mut i = start;
    let mut dashed = false;
    loop {
        let mut group = Group { start: i, end: i, at: run.digits.len(), dashed };
        while text.get(i).is_some_and(|c| c.is_ascii_digit() || is_check_x(text, i, &run, *c)) {
            run.digits.push(text[i] as u8);
            i += 1;
        }
        group.end = i;
        run.groups.push(group);
        let gap = text[i..].iter().take_while(|c| is_separator(**c)).count();
        let next = i + gap;
        if gap > MAX_SEPARATORS || gap == 0 || !text.get(next).is_some_and(char::is_ascii_digit) {
            return run;
        }
        dashed = text[i..next].iter().all(|c| is_dash(*c));
        i = next;
    }
}

/// The check character X of an ID number: after at least four digits of its group, of
/// seventeen of the run, and before nothing that would make it part of a word.
fn is_check_x(text: &[char], i: usize, run: &Run, c: char) -> bool {
    c == 'x'
        && run.digits.len() >= 17
        && i > 0
        && text[i - 1].is_ascii_digit()
        && !text.get(i + 1).is_some_and(char::is_ascii_alphanumeric)
}

pub(super) fn is_separator(c: char) -> bool {
    is_dash(c)
        || matches!(c, ' ' | '·' | '.' | '_' | '*' | ')' | '\u{3000}' | '\u{A0}')
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{FE0F}' | '\u{20E3}')
}

fn is_dash(c: char) -> bool {
    matches!(c, '-' | '‐' | '‑' | '–' | '—' | '―' | '−' | '一')
}

/// Takes the leftmost, then longest windows of groups that make a personal number.
fn sift(run: &Run, spans: &mut Vec<Span>) {
    let mut from = 0;
    while from < run.groups.len() {
        let last = run.groups.len().min(from + MAX_GROUPS);
        let found = (from + 1..=last).rev().find_map(|to| {
            let kind = classify(run, &run.groups[from..to])?;
            Some((to, kind))
        });
        match found {
            Some((to, kind)) => {
                spans.push((run.groups[from].start, run.groups[to - 1].end, kind));
                from = to;
            }
            None => from += 1,
        }
    }
}

fn classify(run: &Run, window: &[Group]) -> Option<Kind> {
    let (first, last) = (window.first()?, window.last()?);
    let digits = &run.digits[first.at..last.at + (last.end - last.start)];
    if !(10..=19).contains(&digits.len()) && !(window.len() == 1 && digits.len() > 19) {
        return None;
    }
    let shape: Vec<usize> = window.iter().map(|g| g.end - g.start).collect();
    let dashed = window[1..].iter().all(|g| g.dashed);
    if is_id_number(digits, &shape) {
        Some(Kind::IdNumber)
    } else if is_mobile(digits, &shape) || is_landline(digits, &shape) {
        Some(Kind::Phone)
    } else if is_service_number(digits, &shape, dashed) {
        Some(Kind::Phone)
    } else {
        is_card(digits, &shape).then_some(Kind::Other)
    }
}

/// Mobile numbers begin with 13 to 19, after 86 or 0086 or nothing.
fn is_mobile(digits: &[u8], shape: &[usize]) -> bool {
    for prefix in [&b""[..], b"86", b"0086"] {
        let Some(national) = digits.strip_prefix(prefix) else { continue };
        if national.len() != 11 || national[0] != b'1' || !(b'3'..=b'9').contains(&national[1]) {
            continue;
        }
        let own_group = shape[0] == prefix.len();
        let glued = shape[0].checked_sub(prefix.len()).map(|head| {
            let mut shape = shape.to_vec();
            shape[0] = head;
            shape
        });
        let fits = |s: &[usize]| MOBILE_SHAPES.contains(&s);
        if own_group && fits(&shape[1..]) || glued.is_some_and(|s| fits(&s)) {
            return true;
        }
    }
    false
}

/// An area code (0 and two or three digits, the first not 0) and seven or eight more.
fn is_landline(digits: &[u8], shape: &[usize]) -> bool {
    if digits[0] != b'0' || digits[1] == b'0' || !(10..=12).contains(&digits.len()) {
        return false;
    }
    match shape {
        [_] => true,
        [3 | 4, local @ ..] if LOCAL_SHAPES.contains(&local) => !are_clock_times(digits, shape),
        _ => false,
    }
}

/// Three groups that all read as hours and minutes (`0830 1130 1330`) are shifts.
fn are_clock_times(digits: &[u8], shape: &[usize]) -> bool {
    shape.iter().all(|length| *length == 4)
        && digits.chunks(4).all(|time| two(&time[..2]) < 24 && two(&time[2..]) < 60)
}

/// 400 and 800 numbers; with blanks between they would read like piece rates.
fn is_service_number(digits: &[u8], shape: &[usize], dashed: bool) -> bool {
    digits.len() == 10
        && (digits.starts_with(b"400") || digits.starts_with(b"800"))
        && (shape.len() == 1 || dashed && matches!(shape, [3, 3, 4] | [3, 4, 3]))
}

/// 18 characters with a birth date, or 15 digits of the old form (GB 11643); the first
/// digit is a region, 1 to 8. The check character is not required to be right: a mistyped
/// number tells as much.
fn is_id_number(digits: &[u8], shape: &[usize]) -> bool {
    let region = (b'1'..=b'8').contains(&digits[0]);
    match digits.len() {
        18 => {
            let century = digits[6..].starts_with(b"19") || digits[6..].starts_with(b"20");
            region && century && is_day_of_year(&digits[10..14]) && ID_SHAPES.contains(&shape)
        }
        15 => region && shape.len() == 1 && is_day_of_year(&digits[8..12]),
        _ => false,
    }
}

/// 16 or more digits in one run, or in groups of four that begin like a bank card or pass
/// its check and are no round sums, as steps of pay are.
fn is_card(digits: &[u8], shape: &[usize]) -> bool {
    if shape.len() == 1 {
        return digits.len() >= 16;
    }
    let fours = shape[..shape.len() - 1].iter().all(|length| *length == 4)
        && shape.last().is_some_and(|length| *length <= 4);
    let round = digits.chunks(4).all(|group| group.ends_with(b"0"));
    let clock = are_clock_times(digits, shape);
    (16..=19).contains(&digits.len())
        && fours
        && !round
        && !clock
        && (digits.starts_with(b"62") || passes_luhn(digits))
}

/// The check digit of ISO/IEC 7812.
fn passes_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, digit)| {
            let value = u32::from(digit.saturating_sub(b'0'));
            match (i % 2, value * 2) {
                (0, _) => value,
                (_, doubled) => doubled / 10 + doubled % 10,
            }
        })
        .sum();
    sum % 10 == 0
}

fn is_day_of_year(digits: &[u8]) -> bool {
    (1..=12).contains(&two(&digits[..2])) && (1..=31).contains(&two(&digits[2..4]))
}

/// The value of two digits.
fn two(digits: &[u8]) -> u8 {
    digits.iter().fold(0, |value, digit| value * 10 + digit.saturating_sub(b'0'))
}
