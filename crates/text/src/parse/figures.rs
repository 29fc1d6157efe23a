//! Numbers as people write them (四千五, 1.5万, 3k, 俩, 五六百), rewritten in digits.

use std::ops::Range;

use super::source::Source;

/// A text whose numbers are all digits, and the scale each one was written in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Figures {
    source: Source,
    scaled: Vec<(usize, f64)>,
}

impl Figures {
    /// Rewrites the numbers: 四千五 → 4500, 五六百 → 500-600, 1.5万 → 15000, 俩 → 2.
    /// Neighbouring numbers are set apart by a blank; runs of digits that are no number
    /// (一三五) stay.
    pub(crate) fn read(plain: &Source) -> Self {
        let mut out = Self::default();
        let text = plain.text();
        let (mut at, mut copied, mut last_end) = (0, 0, usize::MAX);
        while at < text.len() {
            let Some(number) = number_at(text, at) else {
                at += run_of_figures(&text[at..]);
                continue;
            };
            out.source.push_part(plain, copied..at);
            let range = at..at + number.length;
            if last_end == at {
                out.source.push_for(" ", plain, &range);
            }
            out.scaled.push((out.source.text().len(), number.scale));
            if number.scale == 1.0 && text.as_bytes()[at].is_ascii_digit() {
                // 08:00 and 4.50 keep their noughts.
                out.source.push_part(plain, range.clone());
            } else {
                out.source.push_for(&number.digits(), plain, &range);
            }
            at = range.end;
            copied = at;
            last_end = at;
        }
        out.source.push_part(plain, copied..text.len());
        out
    }

    /// The rewritten text.
    pub(crate) fn text(&self) -> &str {
        self.source.text()
    }

    /// Bytes of the given text behind a range of the rewritten one.
    pub(crate) fn span(&self, range: &Range<usize>) -> Range<usize> {
        self.source.span(range)
    }

    /// What the number that starts here was multiplied by when written: 1000 for `3k`,
    /// 10000 for `1.5万`, else 1.
    pub(crate) fn scale_at(&self, start: usize) -> f64 {
        self.scaled
            .binary_search_by_key(&start, |(at, _)| *at)
            .map_or(1.0, |found| self.scaled[found].1)
    }
}

struct Number {
    low: f64,
    /// Upper end of 五六百.
    high: Option<f64>,
    scale: f64,
    length: usize,
}

impl Number {
    fn digits(&self) -> String {
        match self.high {
            None => self.low.to_string(),
            Some(high) => format!("{}-{high}", self.low),
        }
    }
}

fn number_at(text: &str, at: usize) -> Option<Number> {
    let first = text[at..].chars().next()?;
    if first.is_ascii_digit() {
        Some(arabic(&text[at..]))
    } else if digit(first).is_some() || first == '十' || first == '拾' {
        chinese(&text[at..])
    } else {
        None
    }
}

/// Bytes to go on by where no number starts: a whole run such as 一三五, or a character.
fn run_of_figures(text: &str) -> usize {
    let run: usize = text.chars().take_while(|c| digit(*c).is_some()).map(char::len_utf8).sum();
    run.max(text.chars().next().map_or(1, char::len_utf8))
}

/// 350, 4.5, 3k, 1.5万, 3千5, 1万2.
fn arabic(text: &str) -> Number {
    let whole = text.bytes().take_while(u8::is_ascii_digit).count();
    let mut length = whole;
    let fraction = text[whole..].strip_prefix('.').map_or(0, |rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        // 2026.11.23 is a date, not a number with a fraction.
        if rest[digits..].starts_with('.') { 0 } else { digits }
    });
    if fraction > 0 {
        length += 1 + fraction;
    }
    let mut low: f64 = text[..length].parse().unwrap_or(0.0);
    let mut scale = 1.0;
    let mut rest = text[length..].chars();
    if let Some((unit, of)) = rest.next().and_then(|c| Some((c, multiple(c)?)))
        && !(unit.is_ascii() && rest.clone().next().is_some_and(|c| c.is_ascii_alphanumeric()))
    {
        scale = of;
        length += unit.len_utf8();
        low *= of;
        let trailing = rest.next().and_then(|c| c.to_digit(10).or(digit(c)));
        let more = rest.next().is_some_and(|c| c.is_ascii_digit() || is_numeral(c));
        if let Some(tail) = trailing
            && !more
            && fraction == 0
            && of > 10.0
            && !is_measured_one(tail, &text[length..])
        {
            low += f64::from(tail) * of / 10.0;
            length += text[length..].chars().next().map_or(0, char::len_utf8);
        }
    }
    Number { low: tidy(low), high: None, scale, length }
}

/// Removes what binary fractions do to decimals.
fn tidy(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

fn multiple(c: char) -> Option<f64> {
    Some(match c {
        '百' | '佰' => 100.0,
        '千' | '仟' | 'k' => 1000.0,
        '万' | 'w' => 10_000.0,
        _ => return None,
    })
}

fn digit(c: char) -> Option<u32> {
    Some(match c {
        '零' | '〇' => 0,
        '一' | '壹' => 1,
        '二' | '贰' | '两' | '俩' => 2,
        '三' | '叁' | '仨' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

fn unit(c: char) -> Option<u32> {
    Some(match c {
        '十' | '拾' => 10,
        '百' | '佰' => 100,
        '千' | '仟' => 1000,
        '万' => 10_000,
        _ => return None,
    })
}

fn is_numeral(c: char) -> bool {
    digit(c).is_some() || unit(c).is_some()
}

/// 一 in front of what it counts: in 二百一天 it belongs to the day.
fn is_measured_one(value: u32, from: &str) -> bool {
    const COUNTED: &str = "天个小时月次车晚趟人单平斤班日套桶件米吨堂节位名年间只台户包箱方袋顿周";
    value == 1 && from.chars().nth(1).is_some_and(|c| COUNTED.contains(c))
}

/// A number in Chinese figures; `None` where the figures are no number (一三五).
fn chinese(text: &str) -> Option<Number> {
    let figures: Vec<char> = text.chars().take_while(|c| is_numeral(*c)).take(16).collect();
    let bytes = |count: usize| figures[..count].iter().map(|c| c.len_utf8()).sum::<usize>();
    let plain = figures.iter().take_while(|c| digit(**c).is_some()).count();
    let followed_by_unit = figures.get(plain).is_some();
    let value = |i: usize| digit(figures[i]).unwrap_or(0);
    if plain >= 4 && !followed_by_unit {
        let year =
            figures[..plain].iter().fold(0.0, |n, c| n * 10.0 + f64::from(digit(*c).unwrap_or(0)));
        return (plain == 4).then(|| Number {
            low: year,
            high: None,
            scale: 1.0,
            length: bytes(4),
        });
    }
    if plain >= 3 {
        return None;
    }
    if plain == 2 {
        let (a, b) = (value(0), value(1));
        // 六零后, 八零后.
        if a > 0 && b == 0 && !followed_by_unit {
            return Some(Number {
                low: f64::from(a * 10),
                high: None,
                scale: 1.0,
                length: bytes(2),
            });
        }
        // 五六百, 七八个, and 三五 as people say it.
        if a > 0 && (b == a + 1 || (a, b) == (3, 5)) {
            let (tail, count) =
                figures[2..].first().and_then(|c| unit(*c)).map_or((1, 2), |u| (u, 3));
            // 两三万 and 五六千 end here; 二十 after a digit belongs to the next number.
            return Some(Number {
                low: f64::from(a * tail),
                high: Some(f64::from(b * tail)),
                scale: f64::from(tail),
                length: bytes(count),
            });
        }
        return Some(Number { low: f64::from(a), high: None, scale: 1.0, length: bytes(1) });
    }
    Some(with_units(text, &figures))
}

/// Digit, unit, digit, unit … with a last digit of the next lower unit: 四千五.
fn with_units(text: &str, figures: &[char]) -> Number {
    let (mut total, mut section, mut pending) = (0u64, 0u64, None::<u64>);
    let (mut i, mut length) = (0, 0);
    let (mut last_unit, mut first_unit, mut high) = (None::<u64>, 1u64, None);
    while let Some(&c) = figures.get(i) {
        if let Some(u) = unit(c).map(u64::from) {
            // Units fall within a section: 三千五百, not 五百三千; 万 closes one.
            let falls = last_unit.is_none_or(|l| l > u || u == 10_000 && l < u);
            if !falls || pending.is_none() && i > 0 && u < 10_000 {
                break;
            }
            if u == 10_000 {
                total = (section + pending.take().unwrap_or(0)) * u;
                section = 0;
            } else {
                section += pending.take().unwrap_or(1) * u;
            }
            first_unit = first_unit.max(u);
            last_unit = Some(u);
        } else if let Some(d) = digit(c).map(u64::from) {
            if pending.is_some_and(|p| p > 0) {
                break;
            }
            let next = figures.get(i + 1);
            let closes = next.is_none_or(|n| unit(*n).is_none());
            if let Some(unit_before) = last_unit.filter(|_| closes && d > 0) {
                let after_zero = pending == Some(0);
                let counted = is_measured_one(d as u32, &text[length..]);
                let hourly =
                    text[length + c.len_utf8()..].trim_start_matches('个').starts_with("小时");
                if counted && (unit_before > 10 || hourly) {
                    break;
                }
                let step = if after_zero || unit_before == 10 { 1 } else { unit_before / 10 };
                section += d * step;
                length += c.len_utf8();
                // 三十五六, 四千五六: one more digit makes it a range.
                if let Some(b) = next.and_then(|n| digit(*n)).filter(|b| u64::from(*b) == d + 1) {
                    high = Some((total + section + (u64::from(b) - d) * step) as f64);
                    length += next.map_or(0, |n| n.len_utf8());
                }
                pending = None;
                break;
            }
            pending = Some(d);
        }
        length += c.len_utf8();
        i += 1;
    }
    let low = total + section + pending.unwrap_or(0);
    let scale = if first_unit >= 100 { first_unit as f64 } else { 1.0 };
    Number { low: low as f64, high, scale, length }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(text: &str) -> String {
        Figures::read(&Source::read(text)).text().to_owned()
    }

    #[test]
    fn numbers_become_digits() {
        for (given, wanted) in [
            ("四千五", "4500"),
            ("两千八到三千二", "2800到3200"),
            ("一百八一天", "180 1天"),
            ("二百一天", "200 1天"),
            ("三千五一月", "3500 1月"),
            ("一万二", "12000"),
            ("一千零五十", "1050"),
            ("五六千", "5000-6000"),
            ("三四百", "300-400"),
            ("四千五六", "4500-4600"),
            ("三十五六岁", "35-36岁"),
            ("二十五到五十", "25到50"),
            ("十五个", "15个"),
            ("俩人", "2人"),
            ("1.5万-2万", "15000-20000"),
            ("4k往上", "4000往上"),
            ("3千5", "3500"),
            ("1万2", "12000"),
            ("两万三千五", "23500"),
            ("50kg", "50kg"),
            ("周一三五下午2点", "周一三五下午2点"),
            ("三十一小时", "30 1小时"),
            ("30一小时", "30 1小时"),
            ("二零二六年", "2026年"),
            ("叁仟伍佰元", "3500元"),
            ("十万", "100000"),
            ("2026.11.23", "2026.11.23"),
        ] {
            assert_eq!(figures(given), wanted, "{given}");
        }
    }

    #[test]
    fn scales_are_remembered() {
        let read = Figures::read(&Source::read("3.5-4k"));
        assert_eq!(read.text(), "3.5-4000");
        assert_eq!((read.scale_at(0), read.scale_at(4)), (1.0, 1000.0));
    }
}
