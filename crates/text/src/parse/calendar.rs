//! Dates of gigs: 明早6点, 本周六, 下周一到周三, 12月2号到4号.

use std::ops::Range;
use std::sync::LazyLock;

use jobmatch_domain::{CivilInstant, Date, Window};
use regex::Regex;

use super::clock::Hours;
use super::draft::Found;
use super::figures::Figures;
use super::phrases::{after, before, clause_after, clause_before, regex};

static DAY: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?P<two>明后[2两]?天|明后两?天|今明[2两]?天|今明)",
        r"|(?P<named>大后天|后天|后日|后晚|后早|明天|明日|明早|明晚|明儿个?|明晨|明夜|明下午|明上午|明|今天|今日|今晚|今早|今夜|今儿|今下午)",
        r"|(?P<every>每个?)?(?P<which>下下|下|本|这)?(?:个)?(?:周|星期|礼拜)(?P<weekday>[1-6一二三四五六日天末])",
        r"|下个?月(?P<month_day>[12][0-9]|3[01]|0?[1-9])(?:号|日)",
        r"|(?:(?P<year>20[0-9]{2})[年./-])?(?P<month>1[0-2]|0?[1-9])(?:月|[./])(?P<day>[12][0-9]|3[01]|0?[1-9])(?P<sign>[日号])?(?P<paid>[结发清付算给])?",
        r"|(?:(?P<from_day>[12][0-9]|3[01]|[1-9])(?:、|和|[-~—至到]))?(?P<only_day>[12][0-9]|3[01]|0?[1-9])(?:号|日)(?P<house>楼|院|线|门|店|库|车间|机|桌|地铁|仓|厂房|出口|路|公馆|柜)?",
        r"|(?P<new_year>元旦)",
    ))
});
/// Joins the first and the last day; 、 and 和 join neighbours.
static TO: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^ ?(?:早上?|晚上?|上午|下午|中午|凌晨)?(?:[0-9]{1,2}[点:][0-9半]{0,2})?(?:干|做|忙|上|持续|一直|直|工作|开始|开工|集合|开干)?[-~—–－至到、,和 ]{1,2}(?:持续到|干到)?",
    )
});
static LENGTH: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:^|干|连干|做|共|连续|为期|连着|连上|忙|一共|活期|工期|大概|约|起|,|，| |:|开工|开始|上) ?(?P<days>[1-9]|[12][0-9]|30) ?(?:个)?(?P<of>整?天|晚上?|周|礼拜|星期)",
    )
});
/// 周六日, 周1至周5, 周二、四: days of every week.
static SEVERAL: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        "^(?:[日天一二三四五六]|[1-6](?:[^0-9点:]|$)|[-~至到、和]?(?:周|星期|礼拜)|、[1-6二三四五六日])",
    )
});
/// What makes 12.5 a date: another one beside it (12.5-12.6), or the day of its week.
static IN_FIGURES_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^ ?[-~—–－至到]{1,2} ?(?:1[0-2]|[1-9])[./](?:[12][0-9]|3[01]|0?[1-9])(?:[^0-9元块]|$)|^ ?[(]?(?:周|星期)[一二三四五六日天1-6]",
    )
});
static IN_FIGURES_BEFORE: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?:^|[^0-9.])(?:1[0-2]|[1-9])[./][0-9]{1,2} ?[-~—–－至到]{1,2} ?$"));
/// A date that is no day of the work.
static OTHER_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:截止|截至|报名|面试|有效|发布|生日|每|发薪|工资|开业|成立|考试|毕业|投产|自|出生|截|交社保|过了年|年后|正月|腊月|农历|出正月|报到|入职|发工资)[^。;!\n]{0,4}$",
    )
});
static OTHER_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^[^,。;!\n]{0,4}(?:前(?:[^台厅沿门])|之前|截止|为止|报名|面试|到岗|入职|发工资|发薪|发货款|毕业|休|歇|以后上班|开工资|正式上班|正式营业|开业|上班即可|就能上班|能上班|即可上班|可上班|就上班|就能上|就可以上|可以上班|能上岗|可上岗|来面试|来店|来试工|试工|起缴)|^前$",
    )
});

/// One date expression.
struct Day {
    first: Date,
    /// Of 明后两天 and a weekend.
    last: Option<Date>,
    at: Range<usize>,
    /// 每周六, 周末: comes again and again.
    recurs: bool,
    /// 周六, without 本 or 下.
    bare_weekday: bool,
    /// 25日, without its month.
    of_month: Option<i16>,
}

/// The days of a gig, before the hours are known.
#[derive(Debug, Clone)]
pub(crate) struct Days {
    first: Date,
    last: Date,
    /// The last day is told with the end's time (明晚10点到后天早上4点).
    end_date: Option<Date>,
    at: Range<usize>,
}

/// The dates on which the text says that the work is.
pub(crate) fn days(figures: &Figures, today: Date, hours: &[Hours]) -> Option<Days> {
    let text = figures.text();
    let dated = dateline(text, today);
    let today = dated.as_ref().map_or(today, |(date, _)| *date);
    let mut finds: Vec<Day> = DAY
        .captures_iter(text)
        .filter_map(|c| day(text, &c, today))
        .filter(|d| dated.as_ref().is_none_or(|(_, at)| at.end <= d.at.start))
        .collect();
    // Where some days of the week come again, those without 本 or 下 all do.
    if finds.iter().any(|d| d.recurs) {
        finds.iter_mut().for_each(|d| d.recurs |= d.bare_weekday);
    }
    let index = finds.iter().position(|d| !d.recurs && !is_other(text, &d.at))?;
    let first = &finds[index];
    let mut out = Days {
        first: first.first,
        last: first.last.unwrap_or(first.first),
        end_date: None,
        at: first.at.clone(),
    };
    let crossed = hours.iter().find(|h| {
        h.link.start >= first.at.start
            && finds.iter().any(|d| {
                d.at.start >= h.link.start && d.at.end <= h.at.end && d.at.start >= first.at.end
            })
    });
    for second in &finds[index + 1..] {
        let inside =
            crossed.is_some_and(|h| second.at.start >= h.link.start && second.at.end <= h.at.end);
        if inside && second.first > out.first {
            out.end_date = Some(second.first);
            out.at.end = second.at.end;
            break;
        }
        let between = &text[out.at.end..second.at.start.max(out.at.end)];
        let joined =
            between.is_empty() || TO.find(between).is_some_and(|m| m.end() == between.len());
        let last = match second.first {
            later if later >= out.first => later,
            // 12月24、25日: the day is of the month just named.
            _ if second.of_month.is_some() => {
                let Some(day) = second.of_month.and_then(|d| day_of_month(out.first, d)) else {
                    break;
                };
                day
            }
            earlier => earlier.plus_days(7),
        };
        let near = last.days() - out.first.days() <= 31;
        if !joined || !near {
            break;
        }
        out.last = out.last.max(second.last.filter(|l| *l >= last).unwrap_or(last));
        out.at.end = second.at.end;
    }
    if out.first == out.last
        && out.end_date.is_none()
        && let Some(length) = length_after(text, out.at.end)
    {
        out.last = out.first.plus_days(length - 1);
    }
    Some(out)
}

/// The day on which the advert was written, in brackets: (今天12月14号). It is no day of work.
fn dateline(text: &str, today: Date) -> Option<(Date, Range<usize>)> {
    static LINE: LazyLock<Regex> = LazyLock::new(|| {
        regex(r"[(]今[天日]是?:?(?P<month>1[0-2]|[1-9])月(?P<day>[12][0-9]|3[01]|[1-9])[号日]?[)]")
    });
    let found = LINE.captures(text)?;
    let date = coming(today, None, found["month"].parse().ok()?, found["day"].parse().ok()?)?;
    Some((date, found.get(0)?.range()))
}

fn length_after(text: &str, at: usize) -> Option<i64> {
    let behind = after(text, at, 14);
    let found = LENGTH.captures(behind)?;
    let whole = found.get(0)?;
    // 12月5日,180 1天 is pay.
    let paid = behind[..whole.end()].contains(['元', '块'])
        || before(behind, whole.start(), 1).ends_with(|c: char| c.is_ascii_digit());
    let count: i64 = found["days"].parse().ok()?;
    let days = if matches!(&found["of"], "周" | "礼拜" | "星期") { count * 7 } else { count };
    (!paid && days > 1).then_some(days)
}

fn is_other(text: &str, at: &Range<usize>) -> bool {
    OTHER_BEFORE.is_match(clause_before(text, at.start, 8))
        || OTHER_AFTER.is_match(clause_after(text, at.end, 8))
}

fn day(text: &str, found: &regex::Captures<'_>, today: Date) -> Option<Day> {
    let at = found.get(0)?.range();
    let number = |name| found.name(name).and_then(|m| m.as_str().parse::<i16>().ok());
    let single = |first: Date| {
        let at = at.clone();
        Some(Day { first, last: None, at, recurs: false, bare_weekday: false, of_month: None })
    };
    if let Some(two) = found.name("two") {
        let start = i64::from(two.as_str().starts_with('明'));
        return Some(Day {
            last: Some(today.plus_days(start + 1)),
            ..single(today.plus_days(start))?
        });
    }
    if let Some(named) = found.name("named") {
        let word = named.as_str();
        let rest = &text[at.end..];
        // 明水, 明年, 说明, 明细: no tomorrow.
        if word == "明"
            && (!rest.starts_with(|c: char| c.is_ascii_digit())
                || text[..at.start]
                    .ends_with(['说', '证', '声', '光', '注', '文', '聪', '简', '表']))
        {
            return None;
        }
        let ahead = match word.chars().next()? {
            '大' => 3,
            '后' => 2,
            '明' => 1,
            _ => 0,
        };
        return single(today.plus_days(ahead));
    }
    if let Some(name) = found.name("weekday") {
        return weekday(text, found, name.as_str(), today, at.clone());
    }
    if let (Some(month), Some(day)) = (number("month"), number("day")) {
        let whole = &text[at.clone()];
        // 1月1结: every month.
        if found.name("paid").is_some() {
            return None;
        }
        let plain = whole.contains('月')
            || found.name("sign").is_some()
            || found.name("year").is_some()
            || IN_FIGURES_AFTER.is_match(after(text, at.end, 8))
            || IN_FIGURES_BEFORE.is_match(before(text, at.start, 8));
        if !plain {
            return None;
        }
        return single(coming(today, number("year"), month, day)?);
    }
    if let Some(day) = number("month_day") {
        let next = (1..32).map(|n| today.plus_days(n)).find(|d| d.to_string().ends_with("-01"))?;
        return single(day_of_month(next, day)?);
    }
    if let Some(day) = number("only_day") {
        let glued = text[..at.start]
            .ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '月' | '每' | '.'));
        if glued
            || found.name("house").is_some()
            || text[at.start..at.end].ends_with('日')
                && text[at.end..].starts_with(['薪', '结', '制'])
            || text[at.end..].starts_with(|c: char| c.is_ascii_alphanumeric())
                && !text[at.end..].starts_with(|c: char| c.is_ascii_digit())
        {
            return None;
        }
        // 25、26号: the first of them.
        if let Some(from) = number("from_day").filter(|from| *from < day) {
            let first = day_of_month(today, from)?;
            let last = day_of_month(first, day);
            return Some(Day { last, of_month: Some(from), ..single(first)? });
        }
        return Some(Day { of_month: Some(day), ..single(day_of_month(today, day)?)? });
    }
    found.name("new_year").and_then(|_| single(coming(today, None, 1, 1)?))
}

fn weekday(
    text: &str,
    found: &regex::Captures<'_>,
    name: &str,
    today: Date,
    at: Range<usize>,
) -> Option<Day> {
    let which = found.name("which").map(|m| m.as_str());
    // 1周3次: a count of times a week.
    let counted = text[at.end..].starts_with(['次', '天', '节', '回', '班'])
        && !matches!(name, "日" | "天" | "末");
    if counted || text[..at.start].ends_with(['1', '一', '两', '2']) {
        return None;
    }
    let weekend = name == "末";
    let index = match name {
        "日" | "天" => 6,
        "末" => 5,
        _ => {
            "一二三四五六".chars().position(|c| name.starts_with(c)).or("123456".find(name))? as i64
        }
    };
    let monday = today.plus_days(-i64::from(today.weekday()));
    let weeks = match which {
        Some("下下") => 2,
        Some("下") => 1,
        _ => 0,
    };
    let mut first = monday.plus_days(weeks * 7 + index);
    if which.is_none() && first < today {
        first = first.plus_days(7);
    }
    let recurs = found.name("every").is_some()
        || which.is_none()
            && (weekend
                || SEVERAL.is_match(after(text, at.end, 5))
                || text[..at.start].ends_with(['每', '逢']));
    let last = weekend.then(|| first.plus_days(1));
    Some(Day { first, last, at, recurs, bare_weekday: which.is_none(), of_month: None })
}

/// The date in this year, or in the next where it lies more than half a year back.
fn coming(today: Date, year: Option<i16>, month: i16, day: i16) -> Option<Date> {
    let on = |year: i16| Date::parse(&format!("{year:04}-{month:02}-{day:02}")).ok();
    if let Some(year) = year {
        return on(year);
    }
    let date = on(today.year())?;
    if date.days() < today.days() - 60 { on(today.year() + 1) } else { Some(date) }
}

/// The coming day of this number: of this month, or of the next.
fn day_of_month(today: Date, day: i16) -> Option<Date> {
    let wanted = format!("-{day:02}");
    (0..62).map(|ahead| today.plus_days(ahead)).find(|date| date.to_string().ends_with(&wanted))
}

impl Days {
    /// Bytes of the figures' text.
    pub(crate) fn at(&self) -> &Range<usize> {
        &self.at
    }

    /// The window: from the first day's start to the last day's end.
    pub(crate) fn window(
        &self,
        figures: &Figures,
        hours: &[Hours],
        points: &[(u16, Range<usize>)],
    ) -> Option<Found<Window>> {
        let stretch = hours.first();
        let point = points.iter().find(|(_, at)| at.start + 3 >= self.at.start);
        let start_minute = stretch.map(|h| h.start).or(point.map(|(m, _)| *m));
        let start = CivilInstant { date: self.first, minute: start_minute.unwrap_or(0) };
        let end = hours.last().filter(|_| stretch.is_some()).map(|h| {
            let over_midnight = h.end <= h.start && self.end_date.is_none();
            let date = self.end_date.unwrap_or(self.last).plus_days(i64::from(over_midnight));
            // 24:00 is the next day's first minute.
            if h.end == 1440 {
                CivilInstant { date: date.plus_days(1), minute: 0 }
            } else {
                CivilInstant { date, minute: h.end }
            }
        });
        // 下周二早8点开工,到下周四晚5点: the time right behind the last day.
        let last_point = points.iter().find(|(_, at)| {
            let gap = at.start.checked_sub(self.at.end);
            self.last > self.first && gap.is_some_and(|gap| gap <= '晚'.len_utf8() * 2)
        });
        let end = end.or(last_point
            .filter(|_| stretch.is_none())
            .map(|(minute, _)| CivilInstant { date: self.last, minute: *minute }));
        let window = Window::new(start, end).or_else(|_| Window::new(start, None)).ok()?;
        let confidence = if start_minute.is_some() { 0.9 } else { 0.6 };
        Some(Found::new(window, figures.span(&self.at), confidence))
    }
}

static DEADLINE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:(?:截止|截至|有效期至|报名截止|招满为止.{0,3}|报名时间[^,。;\n]{0,14}[至到-])[到至时间日期:为]*[ ]?(?P<a>(?:20[0-9]{2}[年./-])?[0-9]{1,2}[月./-][0-9]{1,2}[日号]?))|(?P<b>(?:20[0-9]{2}[年./-])?[0-9]{1,2}[月./-][0-9]{1,2}[日号]?) ?(?:之?前(?:报名|投|联系|有效)?|截止|为止|到期)",
    )
});

/// The day until which the advert holds: 12月5日截止, 11月30日前报名.
pub(crate) fn deadline(figures: &Figures, today: Date) -> Option<Found<Date>> {
    let text = figures.text();
    let found = DEADLINE.captures(text)?;
    let told = found.name("a").or(found.name("b"))?;
    let captures = DAY.captures(told.as_str())?;
    let number = |name| captures.name(name).and_then(|m| m.as_str().parse::<i16>().ok());
    let date = coming(today, number("year"), number("month")?, number("day")?)?;
    Some(Found::new(date, figures.span(&told.range()), 0.85))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::clock;
    use crate::parse::source::Source;

    fn read(text: &str) -> Option<String> {
        let figures = Figures::read(&Source::read(text));
        let hours = clock::hours(&figures);
        let points = clock::points(&figures);
        let days = days(&figures, Date::parse("2026-11-23").unwrap(), &hours)?;
        let window = days.window(&figures, &hours, &points)?.value;
        Some(format!(
            "{} {}",
            window.start(),
            window.end().map_or("-".to_owned(), |e| e.to_string())
        ))
    }

    #[test]
    fn windows_are_resolved_against_today() {
        for (text, wanted) in [
            ("明天下午两点到六点发传单", Some("2026-11-24T14:00 2026-11-24T18:00")),
            ("后天婚宴 上午9:30~下午2:30", Some("2026-11-25T09:30 2026-11-25T14:30")),
            ("下周一到周三 早8晚8", Some("2026-11-30T08:00 2026-12-02T20:00")),
            ("12月5号6号两天，早5点半到9点", Some("2026-12-05T05:30 2026-12-06T09:00")),
            ("明早7点大观园路口上车", Some("2026-11-24T07:00 -")),
            ("12月1号开工 干一周 早7晚5", Some("2026-12-01T07:00 2026-12-07T17:00")),
            ("明晚10点~后天早上4点", Some("2026-11-24T22:00 2026-11-25T04:00")),
            ("本周六 8点-12点", Some("2026-11-28T08:00 2026-11-28T12:00")),
            ("今晚6点到早6点", Some("2026-11-23T18:00 2026-11-24T06:00")),
            ("12月2号到4号 8:00-17:00", Some("2026-12-02T08:00 2026-12-04T17:00")),
            ("明后两天，9点-18点", Some("2026-11-24T09:00 2026-11-25T18:00")),
            ("11月30日前报名", None),
            ("12月24、25日两天 下午1点至晚上9点", Some("2026-12-24T13:00 2026-12-25T21:00")),
            ("12月8号干到12月20号，早8点到下午5点", Some("2026-12-08T08:00 2026-12-20T17:00")),
            ("一周三次，每次两小时", None),
            ("每周六日 9点-18点", None),
            ("每月15号发工资，明水", None),
            ("工钱一月一结，长期", None),
            ("时间：12.5—12.6（周六、周日）10:00-19:00", Some("2026-12-05T10:00 2026-12-06T19:00")),
            ("元旦三天（1月1日—3日），8:00-17:30", Some("2027-01-01T08:00 2027-01-03T17:30")),
            ("25、26号两晚，每晚9点半到第二天凌晨3点半", Some("2026-11-25T21:30 2026-11-27T03:30")),
            ("周四下午1点开始，干4个小时", Some("2026-11-26T13:00 2026-11-26T17:00")),
            ("明儿个头晌8点到过晌5点", Some("2026-11-24T08:00 2026-11-24T17:00")),
            ("工资4.5-6.5K，五险", None),
            (
                "（今天12月14号）明天后天两天，早7点到晚6点",
                Some("2026-12-15T07:00 2026-12-16T18:00"),
            ),
            ("下个月5号到9号抢工期，6:30-18:30", Some("2026-12-05T06:30 2026-12-09T18:30")),
            ("下周二早8点开工，到下周四晚5点", Some("2026-12-01T08:00 2026-12-03T17:00")),
        ] {
            assert_eq!(read(text).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn deadlines() {
        let today = Date::parse("2026-11-23").unwrap();
        let read = |text: &str| {
            deadline(&Figures::read(&Source::read(text)), today).map(|f| f.value.to_string())
        };
        assert_eq!(read("报名截止12月5日").as_deref(), Some("2026-12-05"));
        assert_eq!(read("2026年12月10日前报名").as_deref(), Some("2026-12-10"));
        assert_eq!(read("12月5号干活"), None);
    }
}
