//! Amounts of money: how much, and for which unit of work.

mod context;
mod units;

use std::ops::Range;
use std::sync::LazyLock;

use jobmatch_domain::PayUnit;
use jobmatch_domain::pay::{Money, PayRange};
use regex::Regex;

use context::{
    A_HEAD_AFTER, A_HEAD_BEFORE, BASE_AFTER, BASE_BEFORE, COMMISSION_AFTER, COUNTED_AFTER, CUE,
    EXTRA_BEFORE, HOPE_BEFORE, MOST_AFTER, NO_WAGE_BEFORE, OPEN_AFTER, OTHER_AFTER, OTHER_BEFORE,
    PAID_ON_THE_DAY, TIME_AFTER, TRIAL_BEFORE,
};
use units::{PIECE, PIECE_BEFORE, unit_after, unit_before};

use super::figures::Figures;
use super::phrases::{after, before, clause_before, is_glued, regex};

/// Months' wages outside these limits are other numbers.
const MONTHLY: std::ops::RangeInclusive<f64> = 300.0..=100_000.0;

static NUMBER: LazyLock<Regex> = LazyLock::new(|| regex(r"[0-9]+(?:\.[0-9]+)?"));
static RANGE_MARK: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^ ?(?:[-~—–－一至到]{1,2}|——|或) ?([0-9]+(?:\.[0-9]+)?)"));
static CURRENCY: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"^ ?(元|块钱|块|圆|rmb|毛钱|毛|角|分钱|分(?: ?[1一/每]|[0-9] )|¥)(?:人民币)?")
});
/// A sum that a text names, read as pay.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quote {
    /// Amounts and unit.
    pub(crate) range: PayRange,
    /// Bytes of the figures' text.
    pub(crate) at: Range<usize>,
    /// How plainly it is the wage, 0 to 1.
    pub(crate) confidence: f32,
}

/// Every sum that can be pay, in order of the text.
pub(crate) fn quotes(figures: &Figures) -> Vec<Quote> {
    let text = figures.text();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(number) = NUMBER.find_at(text, from) {
        from = number.end();
        let ahead = &text[..number.start()];
        let height =
            ahead.strip_suffix('米').is_some_and(|a| a.ends_with(|c: char| c.is_ascii_digit()));
        if height
            || ahead.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '.')
            || is_glued(ahead)
        {
            continue;
        }
        let amount = Amount::read(figures, number.range());
        if let Some(quote) = amount.quote(text) {
            found.push(quote);
        }
        from = amount.at.end;
    }
    found
}

/// The sum that is most plainly the wage; of equal ones the first.
pub(crate) fn pay(figures: &Figures) -> Option<Quote> {
    let mut best: Option<Quote> = None;
    let mut quotes = quotes(figures);
    if quotes.is_empty() {
        quotes.extend(more_than_ten_thousand(figures));
    }
    for quote in quotes.iter().cloned() {
        if best.as_ref().is_none_or(|b| quote.confidence > b.confidence + 1e-6) {
            best = Some(quote);
        }
    }
    // 13000封顶9000保底: two halves of one range.
    let mut best = best?;
    let most = quotes.iter().find(|q| q.range.min.is_none() && q.range.unit == best.range.unit);
    if let (Some(most), None) = (most, best.range.max) {
        best.range.max = most.range.max;
    }
    let least = quotes.iter().find(|q| q.range.max.is_none() && q.range.unit == best.range.unit);
    if let (Some(least), None) = (least, best.range.min) {
        best.range.min = least.range.min;
    }
    Some(best)
}

/// 月入过万, where no sum is named. It promises more than it tells.
fn more_than_ten_thousand(figures: &Figures) -> Option<Quote> {
    static PROMISE: LazyLock<Regex> =
        LazyLock::new(|| regex(r"月(?:入|收入|赚|挣|薪)(?:轻松|稳定|能)?[过上破]万"));
    let at = PROMISE.find(figures.text())?.range();
    let min = Money::from_yuan(10_000.0).ok();
    let range = PayRange { min, max: None, unit: PayUnit::Month };
    Some(Quote { range, at, confidence: 0.4 })
}

struct Amount {
    low: f64,
    high: Option<f64>,
    marked: bool,
    at: Range<usize>,
}

impl Amount {
    fn read(figures: &Figures, number: Range<usize>) -> Self {
        let text = figures.text();
        let value = |range: Range<usize>| text[range].parse::<f64>().unwrap_or(0.0);
        let mut low = value(number.clone());
        let mut end = number.end;
        let mut marked = text[..number.start].ends_with('¥');
        let pieces = PIECE_BEFORE.is_match(before(text, number.start, 8));
        let mut take_currency = |end: &mut usize| -> f64 {
            let Some(mark) = CURRENCY.find(&text[*end..]) else {
                // 1个3分: nothing else is counted in 分 there.
                let fen = pieces && text[*end..].starts_with('分');
                marked |= fen;
                *end += if fen { '分'.len_utf8() } else { 0 };
                return if fen { 0.01 } else { 1.0 };
            };
            marked = true;
            let name = mark.as_str().trim_start();
            if name.starts_with('分') && name != "分钱" {
                // The word for what is counted follows: 5分一双.
                *end += mark.as_str().find('分').unwrap_or(0) + '分'.len_utf8();
                return 0.01;
            }
            *end += mark.end();
            match name {
                "毛" | "毛钱" | "角" => 0.1,
                "分钱" => 0.01,
                _ => 1.0,
            }
        };
        let mut factor = take_currency(&mut end);
        low *= factor;
        low += small_change(text, &mut end, number.end);
        let mut high = None;
        if let Some(range) = RANGE_MARK.captures(&text[end..]) {
            let upper = range.get(1).map_or(0..0, |m| end + m.start()..end + m.end());
            let top = value(upper.clone());
            let scale = figures.scale_at(upper.start);
            if scale > 1.0 && low < 100.0 && low * scale <= top {
                low *= scale;
            }
            let mut range_end = upper.end;
            factor = take_currency(&mut range_end);
            let top = top + small_change(text, &mut range_end, upper.end);
            if top >= low {
                if factor < 1.0 && high.is_none() {
                    low *= factor;
                }
                high = Some(top * factor);
                end = range_end;
            }
        }
        Self { low, high, marked, at: number.start..end }
    }

    /// The quote, when the context makes the amount pay.
    fn quote(&self, text: &str) -> Option<Quote> {
        let (ahead, behind) =
            (clause_before(text, self.at.start, 14), after(text, self.at.end, 14));
        if !self.marked && self.counts(behind) {
            return None;
        }
        if NO_WAGE_BEFORE.is_match(ahead)
            || OTHER_BEFORE.is_match(ahead) && !CUE.is_match(ahead)
            || OTHER_AFTER.is_match(behind)
        {
            return None;
        }
        // 每亩提6块 保底4000: the base belongs to the number behind it.
        let base_after = BASE_AFTER
            .find(behind)
            .is_some_and(|m| !behind[m.end()..].starts_with(|c: char| c.is_ascii_digit()));
        let base = BASE_BEFORE.is_match(ahead) || base_after;
        let cued = base || CUE.is_match(ahead) || PAID_ON_THE_DAY.is_match(behind);
        let follows = unit_after(behind, self.marked);
        // 每人4500 is a wage.
        let wage = self.low >= 1000.0 && ahead.ends_with("人");
        let leads = unit_before(ahead).filter(|u| !wage || *u != PayUnit::Piece);
        // 按平方38块 一天干二十平: what stands apart belongs to something else.
        let named = if behind.starts_with(' ') { [leads, follows] } else { [follows, leads] };
        let unit = named
            .into_iter()
            .flatten()
            .chain(self.unit_of_size(cued))
            .find(|u| self.is_plausible(*u))?;
        let named = named.contains(&Some(unit));
        // 1人180, 120 1人: a day's hire.
        let a_head = A_HEAD_BEFORE.is_match(ahead) || A_HEAD_AFTER.is_match(behind);
        let hire = unit == PayUnit::Piece && a_head && (30.0..=1000.0).contains(&self.low);
        let unit = if hire { PayUnit::Day } else { unit };
        let mut confidence: f32 = 0.35;
        confidence += if named { 0.25 } else { 0.0 };
        confidence += if cued { 0.2 } else { 0.0 };
        confidence += if self.marked { 0.05 } else { 0.0 };
        confidence += if self.high.is_some() { 0.05 } else { 0.0 };
        confidence += if base { 0.25 } else { 0.0 };
        if unit == PayUnit::Piece && EXTRA_BEFORE.is_match(ahead) {
            confidence -= 0.3;
        }
        if TRIAL_BEFORE.is_match(ahead) {
            confidence -= 0.3;
        }
        if HOPE_BEFORE.is_match(clause_before(text, self.at.start, 12)) {
            confidence -= 0.4;
        }
        Some(Quote {
            range: self.range(unit, base, text)?,
            at: self.at.clone(),
            confidence: confidence.clamp(0.05, 0.98),
        })
    }

    /// Whether the number counts something else than money: 26天, 3个月, 200人, 2026年.
    fn counts(&self, behind: &str) -> bool {
        if behind.trim_start().starts_with(['/', '每', '1', '一', '按']) {
            return false;
        }
        if self.low >= 1000.0 && behind.starts_with("以") {
            return false;
        }
        let of_time = TIME_AFTER.is_match(behind);
        if of_time && self.low >= 1000.0 {
            return behind.starts_with('年') && (1950.0..=2100.0).contains(&self.low);
        }
        COUNTED_AFTER.is_match(behind)
    }

    /// The unit of an amount that names none.
    fn unit_of_size(&self, cued: bool) -> Option<PayUnit> {
        let round = self.low % 10.0 == 0.0;
        match self.low {
            low if low >= 1000.0 && round && (cued || self.marked || low <= 30_000.0) => {
                Some(PayUnit::Month)
            }
            low if (80.0..1000.0).contains(&low) && (cued || self.marked) => Some(PayUnit::Day),
            low if (8.0..80.0).contains(&low) && cued && self.marked => Some(PayUnit::Hour),
            low if low < 8.0 && low != 1.0 && self.marked => Some(PayUnit::Piece),
            _ => None,
        }
    }

    fn is_plausible(&self, unit: PayUnit) -> bool {
        let top = self.high.unwrap_or(self.low);
        match unit {
            PayUnit::Hour => (5.0..=500.0).contains(&top),
            PayUnit::Day => (30.0..=3000.0).contains(&top) && (self.marked || self.low >= 30.0),
            PayUnit::Month => MONTHLY.contains(&top) && (self.marked || top >= 800.0),
            PayUnit::Year => (8000.0..=3_000_000.0).contains(&top),
            PayUnit::Piece => top <= 20_000.0 && top >= if self.marked { 0.001 } else { 3.0 },
        }
    }

    fn range(&self, unit: PayUnit, base: bool, text: &str) -> Option<PayRange> {
        let behind = after(text, self.at.end, 16);
        let money = |yuan: f64| Money::from_yuan((yuan * 1000.0).round() / 1000.0).ok();
        let low = money(self.low);
        let (min, max) = if let Some(high) = self.high {
            (low, money(high))
        } else if MOST_AFTER.is_match(behind) {
            (None, low)
        } else if base
            || OPEN_AFTER.is_match(behind)
            || COMMISSION_AFTER.is_match(behind)
            || before(text, self.at.start, 4).ends_with("不低于")
        {
            (low, None)
        } else {
            (low, low)
        };
        (min.is_some() || max.is_some()).then_some(PayRange { min, max, unit })
    }
}

/// The 5 of 1块5 and of 1块2毛5.
fn small_change(text: &str, end: &mut usize, number_end: usize) -> f64 {
    let tenth = match text[number_end..*end].chars().next_back() {
        Some('块') => 0.1,
        Some('毛') => 0.01,
        Some('分') => 0.001,
        _ => return 0.0,
    };
    let rest = text[*end..].trim_start_matches(' ');
    let skipped = text[*end..].len() - rest.len();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let tail = &rest[digits.min(rest.len())..];
    // 1块5一桶, but not 20块 1天.
    let cut =
        tenth > 0.05 || tail.is_empty() || tail.starts_with([',', '。', ' ', '\n', '1', '一', '/']);
    if digits == 1
        && cut
        && skipped == 0
        && !tail.starts_with(['天', '个', '小', '月', '次', '晚'])
        && !(rest.starts_with('1') && PIECE.is_match(tail))
    {
        *end += digits;
        if tail.starts_with('毛') {
            *end += '毛'.len_utf8();
        }
        return f64::from(rest.as_bytes()[0] - b'0') * tenth;
    }
    0.0
}

static NEGOTIABLE: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:工资|薪资|薪水|薪酬|待遇|价格|报酬|月薪|工价|工钱|价钱|收入|酬劳|钱)[^0-9,。;!?\n]{0,5}(?:面议|面谈|再谈|详谈|可谈|商议|另议|好商量|好说|电议|当面谈|见面谈|来谈)",
        r"|面议|电议",
        r"|(?:^|[,。;!\n ])(?:可)?面谈(?:$|[,。;!\n ])",
    ))
});

/// The wording that leaves the pay to a talk, in bytes of the figures' text.
pub(crate) fn negotiable(figures: &Figures) -> Option<Range<usize>> {
    let found = NEGOTIABLE.find(figures.text())?;
    Some(found.range())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::source::Source;

    fn read(text: &str) -> Option<(Option<f64>, Option<f64>, PayUnit)> {
        let quote = pay(&Figures::read(&Source::read(text)))?;
        Some((quote.range.min.map(Money::yuan), quote.range.max.map(Money::yuan), quote.range.unit))
    }

    #[test]
    fn pay_is_read_in_all_its_forms() {
        use PayUnit::{Day, Hour, Month, Piece, Year};
        for (text, min, max, unit) in [
            ("招保洁，四千五，单休", 4500.0, Some(4500.0), Month),
            ("月薪4000-6000元", 4000.0, Some(6000.0), Month),
            ("4-6K·13薪", 4000.0, Some(6000.0), Month),
            ("1.5-2万/月", 15_000.0, Some(20_000.0), Month),
            ("工资6千起", 6000.0, None, Month),
            ("底薪3000+提成", 3000.0, None, Month),
            ("3500底薪，送一桶提一块五", 3500.0, None, Month),
            ("150一天日结", 150.0, Some(150.0), Day),
            ("25元/小时", 25.0, Some(25.0), Hour),
            ("18块一个钟", 18.0, Some(18.0), Hour),
            ("15元/时", 15.0, Some(15.0), Hour),
            ("计件8毛一个", 0.8, Some(0.8), Piece),
            ("一车300", 300.0, Some(300.0), Piece),
            ("一平55，料齐了", 55.0, Some(55.0), Piece),
            ("年薪8-12万", 80_000.0, Some(120_000.0), Year),
            ("两班倒 综合5500-7000", 5500.0, Some(7000.0), Month),
            ("260-300元/天", 260.0, Some(300.0), Day),
            ("8块一平，常年有活", 8.0, Some(8.0), Piece),
            ("计件8毛到1块5", 0.8, Some(1.5), Piece),
            ("一个班160", 160.0, Some(160.0), Day),
            ("一宿200，干完点钱", 200.0, Some(200.0), Day),
            ("一年12万往上", 120_000.0, None, Year),
            ("每天4小时，月补贴600元", 600.0, Some(600.0), Month),
            ("男 18—40 12小时两班倒 7500左右", 7500.0, Some(7500.0), Month),
            ("170一个人，席散了给钱", 170.0, Some(170.0), Day),
            ("开荒保洁，180，当天结", 180.0, Some(180.0), Day),
            ("三千二，全勤另给200", 3200.0, Some(3200.0), Month),
            ("先买一套680的产品，月入过万", 10_000.0, None, Month),
            ("3500往上，满勤奖200", 3500.0, None, Month),
            ("300元/人", 300.0, Some(300.0), Piece),
            ("200元/人/天", 200.0, Some(200.0), Day),
            ("26天8800起", 8800.0, None, Month),
            ("一个数(一万)一月", 10_000.0, Some(10_000.0), Month),
            ("一百八一天", 180.0, Some(180.0), Day),
            ("送一桶1块5", 1.5, Some(1.5), Piece),
            ("试用期3500，转正4500-5500", 4500.0, Some(5500.0), Month),
            ("13000封顶9000保底", 9000.0, Some(13_000.0), Month),
            ("小时工19，坐着插件", 19.0, Some(19.0), Hour),
            ("一人180，干完给钱", 180.0, Some(180.0), Day),
            ("派件一块一，三轮车有", 1.1, Some(1.1), Piece),
            ("计件一个3分 包住", 0.03, Some(0.03), Piece),
            ("每亩提6块 保底4000", 4000.0, None, Month),
            ("两千八到三千二，管饭", 2800.0, Some(3200.0), Month),
        ] {
            assert_eq!(read(text), Some((Some(min), max, unit)), "{text}");
        }
    }

    #[test]
    fn other_sums_and_counts_are_no_pay() {
        for text in [
            "押金300元",
            "份子钱每天90，挣的归自己",
            "全勤奖200，招3名",
            "餐补每天25",
            "18-50岁，早8点到5点",
            "身高165以上",
            "200多人的厂",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_talk_about_pay_is_no_meeting_in_the_shop() {
        let asks = |text| negotiable(&Figures::read(&Source::read(text))).is_some();
        assert!(asks("工资面议") && asks("待遇好商量") && asks("保洁两名，面谈"));
        assert!(!asks("有意者店内面谈") && !asks("来店里谈"));
    }
}
