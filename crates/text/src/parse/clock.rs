//! Times of day: 早8晚5, 8:00-17:30, 下午2点到5点, 晚十点到早七点.

use std::ops::Range;
use std::sync::LazyLock;

use jobmatch_domain::WeeklyShift;
use regex::Regex;

use super::figures::Figures;
use super::phrases::{after, before, is_glued, regex};

const NOON: u16 = 720;
const DAY: u16 = 1440;

/// Hours of one stretch of work.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hours {
    /// Minutes since midnight, below 1440.
    pub(crate) start: u16,
    /// Minutes since midnight, to 1440; at or before the start it is the next day.
    pub(crate) end: u16,
    /// Bytes of the figures' text.
    pub(crate) at: Range<usize>,
    /// Bytes between the two times.
    pub(crate) link: Range<usize>,
}

impl Hours {
    /// Minutes from start to end.
    pub(crate) fn minutes(&self) -> u16 {
        if self.end > self.start { self.end - self.start } else { self.end + DAY - self.start }
    }

    /// As a shift of these days (digits, Monday is 1).
    pub(crate) fn shift(&self, days: &str) -> Option<WeeklyShift> {
        WeeklyShift::parse(days, &clock(self.start), &clock(self.end)).ok()
    }
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Part of the day that a time is said to lie in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Morning,
    Noon,
    Afternoon,
    Evening,
    Night,
}

impl Part {
    fn of(word: &str) -> Self {
        if word.starts_with("下午")
            || word.starts_with("傍")
            || word.starts_with("中班")
            || word.starts_with("午后")
            || word.starts_with("过晌")
            || word.starts_with("后晌")
        {
            Self::Afternoon
        } else if word.starts_with('晚') || word.starts_with("小夜") {
            Self::Evening
        } else if word.starts_with('夜') || word.starts_with("半夜") || word.starts_with("大夜")
        {
            Self::Night
        } else if word.starts_with("中午") || word.starts_with('午') || word == "晌午" {
            Self::Noon
        } else {
            Self::Morning
        }
    }

    /// Minutes since midnight of an hour said with this part.
    fn minute(self, hour: u16, minute: u16) -> u16 {
        let hour = match self {
            Self::Morning => hour,
            Self::Noon if hour < 10 => hour + 12,
            Self::Noon => hour,
            Self::Afternoon if hour < 12 => hour + 12,
            Self::Afternoon => hour,
            // 晚1点 is the small hours, 晚12点 midnight.
            Self::Evening | Self::Night if hour == 12 => 24,
            Self::Evening if (5..12).contains(&hour) => hour + 12,
            Self::Night if (6..12).contains(&hour) => hour + 12,
            Self::Evening | Self::Night => hour,
        };
        hour * 60 + minute
    }
}

const PARTS: &str = "头晌|前晌|头午|过晌|后晌|晌午|朝|凌晨|清晨|清早|大清早|大早上|早晨|早上|早班|早市|早高峰|早|上午|上半天|白班|白天|日班|中午|午市|午间|午餐|午高峰|午|下午|午后|中班|傍晚|晚上|晚市|晚班|晚间|晚餐|晚高峰|晚|夜里|夜间|夜市|夜晚|半夜|小夜班|大夜班|小夜|大夜|夜班|夜";

static POINT: LazyLock<Regex> = LazyLock::new(|| {
    regex(&format!(
        r"(?:(?P<part>{PARTS})(?:上|班)?(?:时间)?[:是从为]? ?)?(?P<hour>[0-9]{{1,2}})(?:(?P<mark>[:点时])(?:(?P<half>半)|(?P<quarter>[13])刻|(?P<minute>[0-5][0-9])分?)?(?:钟|整)?|(?P<short_half>半))?"
    ))
});
static LINK: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"^ ?(?:上班|上工|开工|开始|开门|营业|起|左右|出摊|出车|出发|上岗|进场|进厂|签到|打卡|接[车班]|到岗|到位|就?到|集合|来)?[, ]?(?:[-~—–－至到]+|——|干到|上到|做到|忙到|待到|工作到|持续到|一直到|直到)?",
        r" ?(?:次日|第2天|第 ?2 ?天|隔天|转天|当天|明天|后天|明|大后天|[0-9]{1,2}月[0-9]{1,2}[日号]|[0-9]{1,2}[日号]|周[1-6一二三四五六日天])?",
    ))
});

#[derive(Debug, Clone, Copy)]
struct Point {
    part: Option<Part>,
    hour: u16,
    minute: u16,
    /// Written as a time: 8点, 8:00.
    marked: bool,
    end: usize,
}

impl Point {
    /// The point that starts right here.
    fn at(text: &str, start: usize) -> Option<Self> {
        let found = POINT.captures(after(text, start, 14))?;
        let whole = found.get(0).filter(|m| m.start() == 0)?;
        Self::of(&found, start + whole.end())
    }

    fn of(found: &regex::Captures<'_>, end: usize) -> Option<Self> {
        let number = |name| found.name(name).and_then(|m| m.as_str().parse::<u16>().ok());
        let hour = number("hour").filter(|h| *h <= 24)?;
        let half = found.name("half").or(found.name("short_half")).is_some();
        let minute =
            number("minute").unwrap_or(if half { 30 } else { number("quarter").unwrap_or(0) * 15 });
        let mark = found.name("mark");
        if mark.is_some_and(|m| m.as_str() == ":") && found.name("minute").is_none() {
            return None;
        }
        let marked = mark.is_some();
        let part = found.name("part").map(|m| Part::of(m.as_str()));
        Some(Self { part, hour, minute, marked, end })
    }

    fn alone(self) -> u16 {
        self.part.unwrap_or(Part::Morning).minute(self.hour, self.minute)
    }
}

/// All stretches that the text names, in order, each once.
pub(crate) fn hours(figures: &Figures) -> Vec<Hours> {
    let text = figures.text();
    let mut out: Vec<Hours> = Vec::new();
    if !names_a_time(text) {
        return out;
    }
    let mut from = 0;
    while let Some(found) = POINT.captures_at(text, from) {
        let Some(whole) = found.get(0) else { break };
        from = whole.end().max(whole.start() + 1);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        // 本周5凌晨1点: the part of the day sets them apart.
        let ahead = &text[..whole.start()];
        let glued = found.name("part").is_none()
            && (is_glued(ahead) || ahead.ends_with(['周', '期', '拜']));
        let Some(first) = Point::of(&found, whole.end()).filter(|_| !glued) else { continue };
        if let Some((stretch, end)) = stretch(text, whole.start(), first) {
            from = end;
            if out.iter().all(|h| (h.start, h.end) != (stretch.start, stretch.end)) {
                out.push(stretch);
            }
        }
    }
    if out.is_empty() {
        out.extend(apart(text).or_else(|| lasting(text)));
    }
    out
}

/// 下午1点开始,干4个小时: a start and a length.
fn lasting(text: &str) -> Option<Hours> {
    static LENGTH: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            "^ ?(?:开始|开工|起|集合|开干|进场|上班)?[,、 ]{0,2}(?:大概|大约|约|共|就|连)?(?:干|做|忙|站|拍|工作)(?:满|够|上)?(?P<n>[1-9][0-9]?)个?(?P<half>半)?(?:小时|钟头)",
        )
    });
    times(text).into_iter().find_map(|(start, at)| {
        let found = LENGTH.captures(after(text, at.end, 16))?;
        let whole = found.get(0)?;
        let half = if found.name("half").is_some() { 30 } else { 0 };
        let length = found["n"].parse::<u16>().ok().filter(|n| *n <= 16)? * 60 + half;
        let end = start + length;
        let at = at.start..at.end + whole.end();
        Some(Hours {
            start,
            end: if end > DAY { end - DAY } else { end },
            link: at.end..at.end,
            at,
        })
    })
}

static ENDS_BEFORE: LazyLock<Regex> = LazyLock::new(|| regex("(?:到|至|干到|忙到)$"));
static ENDS_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex("^ ?(?:左右|准时|就)?(?:结束|下班|收工|散场|完事|收摊|完工|撤场|打烊|走人)")
});

/// 早5点揉面, 下午2点下班: start and end in two places.
fn apart(text: &str) -> Option<Hours> {
    let times = times(text);
    let (first, from) = times.first()?;
    let (_, to) = times[1..].iter().find(|(_, at)| {
        ENDS_BEFORE.is_match(before(text, at.start, 3))
            || ENDS_AFTER.is_match(after(text, at.end, 6))
    })?;
    let end = Point::at(text, to.start)?;
    let opening = Point {
        part: Some(Part::Morning),
        hour: first / 60,
        minute: first % 60,
        marked: true,
        end: from.end,
    };
    let (start, end) = resolve("", 0, opening, end);
    Some(Hours { start, end, at: from.start..to.end, link: from.end..from.end })
}

fn stretch(text: &str, start: usize, first: Point) -> Option<(Hours, usize)> {
    let rest = &text[first.end..];
    let link = LINK.find(rest)?;
    let second = Point::at(text, first.end + link.end())?;
    let joined = link.as_str().contains(['-', '~', '—', '–', '－', '至', '到']);
    let parted = first.part.is_some() && second.part.is_some();
    if !joined && !parted || !first.marked && !second.marked && !parted && first.part.is_none() {
        return None;
    }
    if ["报名", "面试", "考试", "试讲", "咨询"].iter().any(|w| before(text, start, 14).contains(w))
    {
        return None;
    }
    let behind = after(text, second.end, 4);
    // 下午2点到5点能歇: a break.
    if ["能歇", "可歇", "可以歇", "休息", "午休", "歇"].iter().any(|w| behind.starts_with(w))
    {
        return None;
    }
    if !second.marked && counts_something(behind)
        || !first.marked && first.part.is_none() && !second.marked
    {
        return None;
    }
    // 8:00-8:30 is a time to come, not a day of work.
    let (from, mut to) = resolve(text, start, first, second);
    let next_day = ["次日", "第2天", "隔天", "转天"].iter().any(|w| link.as_str().contains(w));
    if next_day && second.part.is_none() {
        to = second.hour * 60 + second.minute;
    }
    let at = start..second.end;
    let link = first.end..first.end + link.end();
    (from < DAY && to <= DAY).then_some((Hours { start: from, end: to, at, link }, second.end))
}

/// What follows makes the number a sum, an age or a count.
fn counts_something(behind: &str) -> bool {
    if behind.starts_with("单休") {
        return false;
    }
    behind.starts_with(|c: char| c.is_ascii_alphanumeric())
        || behind.starts_with([
            '元', '块', '岁', '人', '名', '天', '个', '小', '年', '月', '号', '日', '千', '万',
            '%', '/', '.', '周', '位', '斤', '公', '米', '平', '台', '单', '趟', '楼', '层', '次',
            '毛',
        ])
}

fn resolve(text: &str, start: usize, first: Point, second: Point) -> (u16, u16) {
    let context = first.part.or_else(|| shift_word(before(text, start, 6)));
    let mut from = context.unwrap_or(Part::Morning).minute(first.hour, first.minute);
    if from >= DAY {
        from -= DAY;
    }
    let said = second.hour * 60 + second.minute;
    let to = match second.part {
        // 早6到晚4 ends in the afternoon, 早10到晚2 after midnight.
        Some(Part::Evening) if (3..5).contains(&second.hour) && (240..NOON).contains(&from) => {
            said + NOON
        }
        Some(part) => part.minute(second.hour, second.minute),
        None if second.hour >= 13 || second.marked && second.hour == 0 => said,
        None => {
            let later = said + NOON;
            if from >= NOON && second.hour <= 12 {
                if later > from && later <= DAY { later } else { said }
            } else if said <= from {
                later
            } else {
                said
            }
        }
    };
    // 2点到下午5点: a bare small hour before an afternoon's end is of the afternoon too.
    if context.is_none()
        && first.hour <= 5
        && matches!(second.part, Some(Part::Afternoon | Part::Evening))
        && !text[start..].starts_with('0')
    {
        from += NOON;
    }
    (from, if to > DAY { to - DAY } else { to })
}

/// 晚市5点, 夜班:8点: the word in front gives the part of the day.
fn shift_word(ahead: &str) -> Option<Part> {
    [
        ("晚市", Part::Evening),
        ("晚班", Part::Evening),
        ("夜班", Part::Night),
        ("中班", Part::Afternoon),
        ("下午", Part::Afternoon),
        ("晚上", Part::Evening),
        ("夜市", Part::Evening),
        ("晚餐", Part::Evening),
        ("午市", Part::Noon),
        ("午餐", Part::Noon),
    ]
    .into_iter()
    .find(|(word, _)| ahead.contains(word))
    .map(|(_, part)| part)
}

/// Every single time of day that is plainly one, with its bytes.
pub(crate) fn points(figures: &Figures) -> Vec<(u16, Range<usize>)> {
    let text = figures.text();
    if names_a_time(text) { times(text) } else { Vec::new() }
}

/// Whether there can be a time at all: a part of the day in front of a number, or a mark behind
/// it. A look is cheap, and most long adverts name none.
fn names_a_time(text: &str) -> bool {
    static SIGN: LazyLock<Regex> = LazyLock::new(|| {
        regex("[朝晨早午天班晌市峰餐晚夜间][^0-9,。;!\n]{0,4}[0-9]|[0-9](?:[:点时]|半)")
    });
    SIGN.is_match(text)
}

/// Minutes since midnight of the times within a range.
pub(crate) fn times_in(text: &str, range: Range<usize>) -> Vec<u16> {
    times(text)
        .into_iter()
        .filter(|(_, at)| range.start <= at.start && at.end <= range.end)
        .map(|(m, _)| m)
        .collect()
}

fn times(text: &str) -> Vec<(u16, Range<usize>)> {
    POINT
        .captures_iter(text)
        .filter_map(|found| {
            let whole = found.get(0)?;
            let glued = found.name("part").is_none() && is_glued(&text[..whole.start()]);
            let point = Point::of(&found, whole.end()).filter(|p| p.marked && !glued)?;
            let part = point.part.or_else(|| shift_word(before(text, whole.start(), 3)));
            let minute = part.map_or_else(|| point.alone(), |p| p.minute(point.hour, point.minute));
            Some((minute % DAY, whole.range()))
        })
        .collect()
}

static WEEKDAYS: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?P<every>每|逢)?(?:个)?(?P<which>下下|下|本|这|上)?(?:个)?(?:周|星期|礼拜)(?P<list>[一二三四五六日天末]+(?:[、,和 ]?(?:周|星期|礼拜)?[一二三四五六日天](?:[^0-9天号月点]|$))*)(?: ?[-~—至到] ?(?:周|星期|礼拜)?(?P<to>[一二三四五六日天]))?|(?P<work>工作日|平日)",
    )
});

/// Days of the week named as those of the work: digits, Monday is 1, and the bytes.
pub(crate) fn weekdays(text: &str) -> Option<(String, Range<usize>)> {
    for found in WEEKDAYS.captures_iter(text) {
        let Some(whole) = found.get(0) else { continue };
        // 一周一结: once a week.
        let once = text[..whole.start()].ends_with(['一', '1'])
            && text[whole.end()..].starts_with(['结', '发', '倒', '换', '休', '轮', '歇', '给']);
        if once {
            continue;
        }
        let behind = after(text, whole.end(), 3);
        let ahead = before(text, whole.start(), 2);
        if behind.contains(['休', '歇'])
            || behind.starts_with("放假")
            || behind.starts_with("不")
            || ahead.contains('休')
            || found.name("which").is_some()
        {
            continue;
        }
        let mut days = [false; 7];
        if found.name("work").is_some() {
            days[..5].fill(true);
        }
        let list: Vec<usize> =
            found.name("list").map_or("", |m| m.as_str()).chars().flat_map(weekday).collect();
        for day in &list {
            days[*day] = true;
        }
        let to = found
            .name("to")
            .and_then(|m| m.as_str().chars().next())
            .map(weekday)
            .and_then(|d| d.first().copied());
        if let (Some(from), Some(to)) = (list.last().copied(), to) {
            let last = if to >= from { to } else { to + 7 };
            for day in from..=last {
                days[day % 7] = true;
            }
        }
        if days.contains(&true) {
            let digits =
                (0..7u8).filter(|d| days[usize::from(*d)]).map(|d| char::from(b'1' + d)).collect();
            return Some((digits, whole.range()));
        }
    }
    None
}

fn weekday(c: char) -> Vec<usize> {
    match c {
        '末' => vec![5, 6],
        '日' | '天' => vec![6],
        _ => "一二三四五六".chars().position(|d| d == c).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::source::Source;

    fn read(text: &str) -> Vec<String> {
        let figures = Figures::read(&Source::read(text));
        hours(&figures).iter().map(|h| format!("{}-{}", clock(h.start), clock(h.end))).collect()
    }

    #[test]
    fn stretches_in_all_their_forms() {
        for (text, wanted) in [
            ("早8晚5", &["08:00-17:00"][..]),
            ("早九晚八，大小周", &["09:00-20:00"]),
            ("8:00-17:30", &["08:00-17:30"]),
            ("晚6点到早6点", &["18:00-06:00"]),
            ("上午9:30~下午2:30", &["09:30-14:30"]),
            ("早3点至11点", &["03:00-11:00"]),
            ("每周一三五下午2点到5点", &["14:00-17:00"]),
            ("凌晨四点干到九点", &["04:00-09:00"]),
            ("晚上7点到凌晨1点", &["19:00-01:00"]),
            ("晚十点到早七点", &["22:00-07:00"]),
            ("晚市5点—10点", &["17:00-22:00"]),
            ("白天8点到晚6点", &["08:00-18:00"]),
            ("早5点半到9点", &["05:30-09:00"]),
            ("明晚10点~后天早上4点", &["22:00-04:00"]),
            ("9点到5点", &["09:00-17:00"]),
            ("8-17点", &["08:00-17:00"]),
            ("早班6:00-14:00，中班14:00-22:00", &["06:00-14:00", "14:00-22:00"]),
            ("夜班8点到8点", &["20:00-08:00"]),
            ("早上8点上班，下午5点下班", &["08:00-17:00"]),
            ("晚6点接车早6点交车", &["18:00-06:00"]),
            ("早上七点半到，下午四点半走", &["07:30-16:30"]),
            ("早6到晚4", &["06:00-16:00"]),
            ("18-50岁，4-6k，4-5人，2点前", &[]),
        ] {
            assert_eq!(read(text), wanted, "{text}");
        }
    }

    #[test]
    fn days_of_the_week() {
        for (text, wanted) in [
            ("每周一三五下午", Some("135")),
            ("周一至周五", Some("12345")),
            ("周六周日全天", Some("67")),
            ("周末能来", Some("67")),
            ("工作日白天", Some("12345")),
            ("周日休", None),
        ] {
            assert_eq!(weekdays(text).map(|(d, _)| d).as_deref(), wanted, "{text}");
        }
    }
}
