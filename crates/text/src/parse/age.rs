//! Which ages are sought.

use std::ops::Range;
use std::sync::LazyLock;

use jobmatch_domain::Date;
use jobmatch_domain::posting::AgeRange;
use regex::Regex;

use super::draft::Found;
use super::figures::Figures;
use super::phrases::{after, before, clause_after, clause_before, is_glued, regex};

static AGES: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?P<a>[1-9][0-9])(?:周?岁)? ?[-~—–至到]{1,2} ?(?P<b>[1-9][0-9])(?: ?(?P<years>周?岁|之间))?",
        r"|(?:年龄限制?[在为]?|(?:最大|最高)?(?:不能|不可|不得|不要|别)[过超]|不超过?|不大于|低于|小于|不得超过|最大|上限|别超过?|不过|截?止到?|放宽[到至]?|最高|不要超过|不能超过) ?(?P<no_more>[1-9][0-9]) ?周?岁?",
        r"|(?:过了?|超过?)?(?P<barred>[1-9][0-9])(?:周?岁)?(?P<upward>以上|往上|之上)?(?:的|者)?(?:人)?(?:、[^,。;!?\n]{1,10}的)?(?:请|就|都|1律|暂)?(?:勿扰|不要|不收|不招|别来|免谈|莫扰|不考虑|谢绝|勿|就不要|就不收)",
        r"|(?P<most>[1-9][0-9])(?P<most_years>周?岁)? ?(?:\(含\))?(?:以下|以内|之内|往下|以里|内|之下|及以下|\(含\)以下|封顶|为止|以前)[吧哈啊呗]?",
        r"|(?:19|20)?(?P<born_after>[5-9][0-9]|0[0-9])年?(?:以|之)?后(?:出生|生的|生人)|(?:19|20)?(?P<born_since>[5-9][0-9]|0[0-9])年[以之]后的?(?:$|[,。;!\n ])",
        r"|(?:年?满|超过|不低于|大于) ?(?P<full>[1-9][0-9]) ?周?岁?",
        r"|(?P<legal>[1-9][0-9])(?:周?岁)?(?:以上)?,?(?:[-~—至到])(?:法定|国家规定)?退休(?:年龄)?",
        r"|(?P<least>[1-9][0-9])(?P<least_years>周?岁)? ?(?:以上|往上|起|\+)",
        r"|(?P<about>[1-9][0-9])(?:(?:周?岁)?(?:左右|上下)(?P<about_years>岁|的)?|(?P<some>来岁|岁来往))",
        r"|(?P<decade>[5-9]0|00)后(?:[、,和到至-]?(?P<decade2>[6-9]0|00)后)?",
    ))
});
static AGE_CUE: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?:年龄|岁数|年纪|周岁|要求|限[男女]?|[男女]性?|男女均可|男女不限)[^0-9,。;!?\n]{0,6}$")
});
static BARRED: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^的?(?:请)?(?:勿|不要|不收|不招|别来|免谈|谢绝)"));
/// Whom the limit is waived for, or another number.
static NO_AGE_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^ ?(?:的)?(?:也行|也可以|也可|亦可|也收|也要|也中|也成|都中|照样|也没事|也没问题|也欢迎|也能|也好|小?学生|孩子|儿童|客户|团队|市场|群体|元|块|人|名|天|小时|斤|公斤|kg|分钟|公里|平|个|/|%|次|台|万|千|百|号|日|点|月|:|年)",
    )
});

/// Limits of age: the first that are plainly ages.
pub(crate) fn age(figures: &Figures, today: Date) -> Option<Found<AgeRange>> {
    let text = figures.text();
    let mut found: Option<Found<AgeRange>> = None;
    for captures in AGES.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        // 腊月23到29 are days.
        let glued =
            is_glued(&text[..whole.start()]) || text[..whole.start()].ends_with(['-', '月']);
        let behind = after(text, whole.end(), 5);
        let told = |name| captures.name(name).is_some();
        let years = ["years", "most_years", "least_years", "about_years", "born_since"]
            .iter()
            .any(|n| told(n));
        let cued = AGE_CUE.is_match(before(text, whole.start(), 12));
        if glued
            || NO_AGE_AFTER.is_match(behind)
            || !years && behind.starts_with(|c: char| c.is_ascii_digit())
        {
            continue;
        }
        let number = |name| captures.name(name).and_then(|m| m.as_str().parse::<u32>().ok());
        // 18岁以下勿扰 is a least age.
        let barred_below = number("most").filter(|_| BARRED.is_match(behind));
        let limits = if let Some(least) = barred_below {
            (least <= 30).then_some((Some(least), None))
        } else if let (Some(a), Some(b)) = (number("a"), number("b")) {
            (years || cued || can_be_ages(text, &whole.range(), a, b)).then_some((Some(a), Some(b)))
        } else if let Some(most) = number("no_more") {
            let bounds = found.as_ref().is_some_and(|f| f.value.max().is_none());
            let alone = is_alone(text, &whole.range()) && (25..=70).contains(&most);
            (whole.as_str().contains('岁') || cued || bounds || alone).then_some((None, Some(most)))
        } else if let Some(barred) = number("barred") {
            (whole.as_str().contains('岁')
                || (40..=70).contains(&barred)
                || told("upward") && (25..=70).contains(&barred)
                || whole.as_str().contains('过'))
            .then_some((None, Some(barred)))
        } else if let Some(most) = number("most") {
            let alone = is_alone(text, &whole.range()) && (25..=70).contains(&most);
            let unpaid = !before(text, whole.start(), 8)
                .contains(['元', '薪', '资', '钱', '价', '重', '约']);
            let plain = years || cued || alone || unpaid && (40..=70).contains(&most);
            plain.then_some((None, Some(most)))
        } else if let Some(born) = number("born_after").or(number("born_since")) {
            let year = if born < 30 { 2000 + born } else { 1900 + born };
            Some((None, u32::try_from(today.year()).ok().and_then(|now| now.checked_sub(year))))
        } else if let Some(full) = number("full").filter(|f| *f >= 25 && BARRED.is_match(behind)) {
            // 满40的不收了
            Some((None, Some(full)))
        } else if let Some(full) = number("full") {
            (whole.as_str().contains('岁') || full == 18 || full == 16)
                .then_some((Some(full), None))
        } else if let Some(least) = number("least") {
            let alone = matches!(least, 16 | 18) && is_alone(text, &whole.range());
            let of_people = behind.starts_with('的') && (40..=75).contains(&least);
            (years || cued || alone || of_people).then_some((Some(least), None))
        } else if let Some(legal) = number("legal") {
            Some((Some(legal), None))
        } else if let Some(about) = number("about") {
            let alone = is_alone(text, &whole.range()) && (25..=65).contains(&about);
            let plain = whole.as_str().contains('岁') || cued || told("about_years") || alone;
            plain.then_some((Some(about.saturating_sub(5)), Some(about + 5)))
        } else {
            decades(today, number("decade"), number("decade2"))
        };
        let Some((min, max)) = limits else { continue };
        let span = figures.span(&whole.range());
        match &found {
            None => {
                if let Ok(Some(range)) = AgeRange::new(min, max) {
                    found = Some(Found::new(range, span, if years || cued { 0.95 } else { 0.75 }));
                }
            }
            Some(first) => {
                if let Some(range) = joined(&first.value, min, max) {
                    found = Some(Found { value: range, ..first.clone() });
                }
                break;
            }
        }
    }
    found
}

/// Two halves of one limit: 满18岁, 55岁以下.
fn joined(first: &AgeRange, min: Option<u32>, max: Option<u32>) -> Option<AgeRange> {
    if first.min().is_none() == min.is_none() {
        return None;
    }
    let (least, most) = (first.min().map(u32::from), first.max().map(u32::from));
    AgeRange::new(least.or(min), most.or(max)).ok().flatten()
}

/// 18到50 between two stops: the second is past any time of day.
fn can_be_ages(text: &str, at: &Range<usize>, from: u32, to: u32) -> bool {
    let ends = after(text, at.end, 1).chars().all(|c| !c.is_alphanumeric() && c != '%');
    let paid = clause_before(text, at.start, 6)
        .contains(['元', '薪', '资', '钱', '价', '酬', '每', '块', '时', '入']);
    (16..=50).contains(&from) && (25..=70).contains(&to) && from < to && ends && !paid
}

/// The clause is nothing but the numbers, so that they can be ages.
fn is_alone(text: &str, at: &Range<usize>) -> bool {
    clause_before(text, at.start, 4).chars().all(|c| !c.is_alphanumeric())
        && clause_after(text, at.end, 2).chars().all(|c| !c.is_alphanumeric())
}

/// Ages by difference of years of those born in decades such as 70后.
fn decades(
    today: Date,
    first: Option<u32>,
    second: Option<u32>,
) -> Option<(Option<u32>, Option<u32>)> {
    let year = u32::try_from(today.year()).ok()?;
    let born = |decade: u32| if decade < 30 { 2000 + decade } else { 1900 + decade };
    let (a, b) = (born(first?), born(second.or(first)?));
    Some((Some(year.checked_sub(a.max(b) + 9)?), Some(year.checked_sub(a.min(b))?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::source::Source;

    fn figures(text: &str) -> Figures {
        Figures::read(&Source::read(text))
    }

    #[test]
    fn ages() {
        let today = Date::parse("2026-11-23").unwrap();
        for (text, wanted) in [
            ("年龄18-35岁", Some((Some(18), Some(35)))),
            ("限男，50岁以下", Some((None, Some(50)))),
            ("倒休，五十五以下，泺源", Some((None, Some(55)))),
            ("年龄二十五到五十，女性优先", Some((Some(25), Some(50)))),
            ("50岁左右", Some((Some(45), Some(55)))),
            ("70后80后都收", Some((Some(37), Some(56)))),
            ("年满18周岁，不超过60岁", Some((Some(18), Some(60)))),
            ("60岁也行", None),
            ("18周岁以上50周岁以下", Some((Some(18), Some(50)))),
            ("年龄放宽到50岁", Some((None, Some(50)))),
            ("50岁以上的不要", Some((None, Some(50)))),
            ("18岁以下勿扰", Some((Some(18), None))),
            ("18岁至法定退休年龄", Some((Some(18), None))),
            ("手脚麻利，35以内吧", Some((None, Some(35)))),
            ("55往上的大爷大娘来", Some((Some(55), None))),
            ("92年以后出生", Some((None, Some(34)))),
            ("60以上的、有高血压的别来", Some((None, Some(60)))),
            ("腊月二十三到二十九", None),
            ("50来岁，干净利索", Some((Some(45), Some(55)))),
            ("年纪大点55上下也中", None),
            ("早8到晚5，20-25元", None),
            ("能搬50斤以上", None),
        ] {
            let read = age(&figures(text), today)
                .map(|f| (f.value.min().map(u32::from), f.value.max().map(u32::from)));
            assert_eq!(read, wanted, "{text}");
        }
    }
}
