//! Days off.

use std::sync::LazyLock;

use regex::Regex;

use super::draft::Found;
use super::figures::Figures;
use super::phrases::{before, regex};

static REST: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:每?个?月|1个?月|每月可?|月)(?:可以|可|带薪|能|有|轮|让|给|固定|都|就|保证|正常|至少|能够|公)?(?:休息?|歇|轮休|公休|调休|放假?|假期?)(?:班)?[:是]?(?P<month>[0-9]{1,2})(?:[-至到][0-9])?[天日个]?",
        r"|(?:^|[,。;!\n ])(?:休息?|歇)(?P<month5>[1-9])天(?:$|[,。;!\n ])",
        r"|(?:每?个?月|1个月)有?(?P<month2>[0-9]{1,2})(?:[-至到][0-9])?天(?:的)?(?:公?休|假|歇|带薪休|轮休|调休)",
        r"|(?P<month4>[0-9]{1,2})天(?:公?休假?|假)/?(?:每)?月|(?:休息?|歇)(?P<month3>[0-9]{1,2})天/月",
        r"|(?:上|做|干|工作)(?P<on>[0-9]{1,2})(?:个)?(?P<unit>天|小时|个?月|休)?,?(?:休息?|歇)(?P<off>[0-9]{1,2})(?:天|小时)?",
        r"|(?:每|1)?个?(?:周|星期|礼拜)(?:可以|可|轮流?|调|固定|只|能|给|让|有)?(?:单)?(?:休息?|歇|轮休|调休|放假?)(?P<week>[1-3](?:\.5)?)(?P<half>天半)?[天日]?",
        r"|(?:每|1)个?(?:周|星期|礼拜)(?:有)?(?P<week2>[1-3])天(?:的)?(?:公?休|假|歇)|(?:每|1)个?(?:周|星期|礼拜)(?P<week3>1)[休歇]",
        r"|(?:每|1)个?(?:周|星期|礼拜)(?:只|就|要)?(?:工作|上班|上|干|到岗)(?P<days>[4-6])(?:个)?(?:天|个?班)",
        r"|(?P<double>双休|5天8小时|5天工作制|朝9晚5双休",
        r"|(?:周末|(?:周|星期|礼拜)[六6][、和,到]?(?:周|星期|礼拜)?[日天末7])(?:都|固定|全|均|店|还)?(?:能|可|可以|正常)?(?:休|歇|不上班|不上|不干|不用[来上]|不来|放假))",
        r"|(?P<mixed>大小周|大小休|单双休|单双周|大小礼拜|隔周双休|单休双休轮)",
        r"|(?P<single>单休|(?:周日|周天|星期天|星期日|礼拜天|礼拜日|(?:周|星期|礼拜)[1-6一二三四五六])(?:固定|都|能|可|可以|公|闭馆|店|正常)?(?:休|歇|不上班|不干|不用来|放假)|(?:[固定公]休|歇)(?:周|星期|礼拜)[日天1-6一二三四五六])",
    ))
});

/// Days off in a month.
pub(crate) fn rest_days(figures: &Figures) -> Option<Found<u8>> {
    let text = figures.text();
    for found in REST.captures_iter(text) {
        let whole = found.get(0)?;
        let number = |name| found.name(name).and_then(|m| m.as_str().parse::<f64>().ok());
        let told = number("month")
            .or(number("month2"))
            .or(number("month3"))
            .or(number("month4"))
            .or(number("month5"));
        if before(text, whole.start(), 2).ends_with(['不', '无', '非'])
            && found.name("double").is_some()
        {
            continue;
        }
        let days = if let Some(days) = told {
            days
        } else if let (Some(on), Some(off)) = (number("on"), number("off")) {
            cycle(on, off)
        } else if let Some(week) = number("week").or(number("week2")).or(number("week3")) {
            let half = if found.name("half").is_some() { 0.5 } else { 0.0 };
            (week + half) * 4.0
        } else if let Some(worked) = number("days") {
            (7.0 - worked) * 4.0
        } else if found.name("double").is_some() {
            8.0
        } else if found.name("mixed").is_some() {
            6.0
        } else {
            4.0
        };
        if (0.0..=25.0).contains(&days) {
            return Some(Found::new(days as u8, figures.span(&whole.range()), 0.9));
        }
    }
    None
}

/// 上六休一 is a week; other cycles (上一休一, 上24休48) are shares of thirty days.
fn cycle(on: f64, off: f64) -> f64 {
    if on + off == 7.0 { off * 4.0 } else { (30.0 * off / (on + off)).floor() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::source::Source;

    fn figures(text: &str) -> Figures {
        Figures::read(&Source::read(text))
    }

    #[test]
    fn days_off() {
        for (text, wanted) in [
            ("月休四天", Some(4)),
            ("每月歇3天", Some(3)),
            ("一个月休六天", Some(6)),
            ("上24休48", Some(20)),
            ("上六休一", Some(4)),
            ("上一休一", Some(15)),
            ("双休", Some(8)),
            ("大小周", Some(6)),
            ("周日休", Some(4)),
            ("每周休两天", Some(8)),
            ("轮休，无休", None),
            ("一个月让歇三天", Some(3)),
            ("每周工作五天", Some(8)),
            ("周六周日不上班", Some(8)),
            ("每周休一天半", Some(6)),
        ] {
            assert_eq!(rest_days(&figures(text)).map(|f| f.value), wanted, "{text}");
        }
    }
}
