//! The kind of employment.

use std::ops::Range;
use std::sync::LazyLock;

use jobmatch_domain::{EmploymentKind, PayUnit};
use regex::Regex;

use super::draft::{Found, Settlement};
use super::phrases::{Phrases, after, before, regex};
use super::source::Source;

static KINDS: LazyLock<Phrases<KindCue>> = LazyLock::new(|| {
    use KindCue::{Gig, Internship, Lasting, Part, Welfare};
    Phrases::new(&[
        (Welfare, "公益性岗位 公益岗位 公益岗 公益性安置 公岗 乡村公益 城镇公益 公益性"),
        (
            Internship,
            "就业见习 见习岗 见习生 见习人员 见习补 见习单位 见习期 见习基地 青年见习 招见习 见习 实习生 实习岗 招实习",
        ),
        (
            Gig,
            "零工 临时工 临工 短工 日结工 临时帮 临时找 临时用 临时要 临时缺 临时 短期工 散工 计日工 一次性 就一天 就干一天 一天的活 两天的活 半天的活 几天的活 干几天 就半天 活不多 搭把手 帮忙搬 群里有 谁会 谁有空 有没有会 有会 有能 哪位师傅 短期 突击 单次 就一次 一天活 两天活 三天活 就两天 就三天 顶班 替班 随来随走 随干随走 顶一天",
        ),
        (
            Part,
            "兼职 钟点工 小时工 钟点 课余 下班后 业余 半天班 学生可 学生也可 大学生可 学生党 学生优先 周末班 周末兼 在校生可 在校学生可 宝妈学生 学生宝妈 半日制 半班 非全日制 半职 做半天 每天半天 在家做 拿回家 带回家 在家干 在家拿手机 在家办公 居家办公 自由接单 学生放假可 闲时 1周两次 一周两次 一周三次 一周3次 每周三次 每周两次 周末两天 每周来两天 每周三天 家教上门 上门家教 打电话叫你 逢集 逢二 逢三 逢五",
        ),
        (
            Lasting,
            "长期 全职 常年 长期工 正式工 长期稳定 固定工 长年 正式编 稳定工 活不断 常年有活 签合同 劳动合同 转正",
        ),
    ])
});

/// Wordings that speak for a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KindCue {
    Welfare,
    Internship,
    Gig,
    Part,
    Lasting,
}

/// What else the kind is told from.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct KindSigns {
    /// Dates are named.
    pub(crate) dated: bool,
    /// Unit of the pay.
    pub(crate) unit: Option<PayUnit>,
    /// When it is paid.
    pub(crate) settlement: Option<Settlement>,
    /// Minutes of the first stretch of hours, where there is just one.
    pub(crate) minutes: Option<u16>,
    /// Days off, social insurance or lodging: marks of full time.
    pub(crate) settled: bool,
    /// The days of the week named are two at most.
    pub(crate) few_days: bool,
}

/// Hours a day up to which work is part time.
const PART_TIME_MINUTES: u16 = 5 * 60;

/// Work of a few days in the year: the harvest and what leads to it.
static SEASONAL: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"[摘采掰刨割拔收起栽](?:苹果|梨|桃|葡萄|樱桃|草莓|辣椒|花生|玉米|棒子|地瓜|土豆|大蒜|蒜薹|蒜|姜|葱|棉花|茶叶?|白菜|萝卜|西瓜|瓜|麦子|小麦|豆角|黄瓜|西红柿|菜|枣|核桃|板栗|山楂|蘑菇|苗|树)|套袋|摘袋|剪枝|疏[花果枝]|授粉|剥虾|剥蒜|扒虾|扒花生|扒蛤|晒海带|收海带|插秧|育苗|秋收|麦收|随走随结|随来随走",
    )
});
/// Hours a day from which on work is full time, be it paid by the hour.
const FULL_TIME_MINUTES: u16 = 9 * 60;

/// The kind of employment; full time where nothing tells.
pub(crate) fn kind(plain: &Source, signs: KindSigns) -> Found<EmploymentKind> {
    let text = plain.text();
    let mut cues: Vec<(KindCue, Range<usize>)> = Vec::new();
    for (cue, at) in KINDS.find_in(text) {
        let ahead = before(text, at.start, 3);
        let behind = after(text, at.end, 2);
        let denied = ["不招", "不要", "非", "勿扰", "谢绝", "不收", "不是"]
            .iter()
            .any(|n| ahead.ends_with(n))
            || behind.starts_with("勿")
            || behind.starts_with("不要")
            || behind.starts_with("别");
        if !denied {
            cues.push((cue, at));
        }
    }
    let cue = |kind| cues.iter().find(|(c, _)| *c == kind).map(|(_, at)| plain.span(at));
    let found = |kind, span: Option<Range<usize>>, confidence| {
        Found::new(kind, span.unwrap_or(0..0), confidence)
    };
    let monthly = matches!(signs.unit, Some(PayUnit::Month | PayUnit::Year));
    let lasting = cue(KindCue::Lasting).is_some();
    if let Some(at) = cue(KindCue::Welfare) {
        return found(EmploymentKind::PublicWelfare, Some(at), 0.95);
    }
    if let Some(at) = cue(KindCue::Internship) {
        return found(EmploymentKind::Internship, Some(at), 0.9);
    }
    let long = signs.minutes.is_some_and(|m| m >= FULL_TIME_MINUTES) || text.contains("长白班");
    if signs.dated && !monthly && !lasting {
        return found(EmploymentKind::Gig, cue(KindCue::Gig), 0.9);
    }
    let on_the_day = matches!(signs.settlement, Some(Settlement::Daily | Settlement::OnCompletion));
    if on_the_day
        && !monthly
        && !lasting
        && !signs.settled
        && let Some(at) = SEASONAL.find(text)
    {
        return found(EmploymentKind::Gig, Some(plain.span(&at.range())), 0.7);
    }
    if let Some(at) = cue(KindCue::Part).filter(|_| (!signs.settled || !monthly) && !long) {
        return found(EmploymentKind::PartTime, Some(at), 0.85);
    }
    if let Some(at) = cue(KindCue::Gig).filter(|_| !lasting && !monthly) {
        return found(EmploymentKind::Gig, Some(at), 0.8);
    }
    if signs.settlement == Some(Settlement::OnCompletion) && !lasting && !monthly {
        return found(EmploymentKind::Gig, None, 0.7);
    }
    let short = signs.minutes.is_some_and(|m| m <= PART_TIME_MINUTES);
    let hourly = signs.unit == Some(PayUnit::Hour);
    let few_hours = hourly && !signs.settled && signs.minutes.is_none_or(|m| m <= 6 * 60);
    let settled = lasting || monthly && signs.settled;
    if !settled && (short || signs.few_days || few_hours) {
        return found(EmploymentKind::PartTime, None, 0.6);
    }
    if let Some(at) = cue(KindCue::Lasting) {
        return found(EmploymentKind::FullTime, Some(at), 0.8);
    }
    found(EmploymentKind::FullTime, None, if monthly { 0.6 } else { 0.4 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        use EmploymentKind::{FullTime, Gig, Internship, PartTime, PublicWelfare};
        let read = |text: &str, signs| kind(&Source::read(text), signs).value;
        let none = KindSigns::default();
        assert_eq!(read("公益性岗位保洁", none), PublicWelfare);
        assert_eq!(read("就业见习岗", none), Internship);
        assert_eq!(read("发传单", KindSigns { dated: true, ..none }), Gig);
        assert_eq!(read("洗菜", KindSigns { minutes: Some(240), ..none }), PartTime);
        assert_eq!(read("保安", KindSigns { unit: Some(PayUnit::Month), ..none }), FullTime);
        assert_eq!(read("兼职勿扰", none), FullTime);
    }
}
