//! What a person says of themselves: work done and wished for, age, schooling, the way to
//! work and the hours they have.

use std::ops::Range;
use std::sync::LazyLock;

use jobmatch_domain::{Date, Education, EmploymentKind, PayFloor, Travel, WeeklyShift};
use regex::Regex;

use super::clock;
use super::draft::Found;
use super::figures::Figures;
use super::money;
use super::phrases::{Phrases, after, before, clause_after, clause_before, is_glued, regex};
use super::source::Source;

/// How a person stands to an occupation they name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stance {
    /// Wishes for it.
    Wanted,
    /// Turns it down.
    Refused,
    /// Has done it, or just names it.
    Worked,
}

static REFUSED_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:不想|不愿|不干|不做|不考虑|别给我|除了|不接|不去|不乐意|不接受|厌烦|讨厌|不喜欢|干够了|不当|不再|别介绍|不跑|拒绝|不会|没干过|没做过)[^,。;!?\n]{0,8}$",
    )
});
static REFUSED_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^[^,。;!?\n]{0,6}(?:不做|不干|不去|不要|不考虑|算了|免谈|干不了|做不了|不行|不想干|别叫|不接|就别|勿扰|够了|不会)",
    )
});
static WANTED_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:想|找|求|应聘|意向|希望|愿意|打算|接着|继续|还干|考虑|要找|转行|改行|想学|做个|干个|当个|期望)[^。;!?\n]{0,14}$",
    )
});
static WANTED_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^[^。;!?\n]{0,8}(?:也行|都行|都中|也中|都可以|也可以|也成|都成|均可|都能接受|优先|这类|一类|之类|的活|的岗)",
    )
});
static WORKED_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:干过|做过|干了|做了|当过|当了|开过|开了|以前|原来|原先|从前|曾|之前|在[^,。;!?\n]{0,10}|退下来|出身|学过|跟过|带过|卖过|年)[^,。;!?\n]{0,8}$",
    )
});
static WORKED_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^[^,。;!?\n]{0,8}(?:[0-9一二两三四五六七八九十半几来多]+(?:年|个月|来年|多年)|出身|经验|干过|下岗|退休)",
    )
});

/// How the person stands to the occupation named at these bytes, and how sure.
pub(crate) fn stance(text: &str, at: &Range<usize>, negated: bool) -> (Stance, f32) {
    let ahead = clause_before(text, at.start, 14);
    let wide = before(text, at.start, 18);
    let behind = after(text, at.end, 12);
    if negated || REFUSED_BEFORE.is_match(ahead) || REFUSED_AFTER.is_match(behind) {
        (Stance::Refused, 0.85)
    } else if WORKED_BEFORE.is_match(ahead) || WORKED_AFTER.is_match(behind) {
        (Stance::Worked, 0.8)
    } else if WANTED_BEFORE.is_match(wide) || WANTED_AFTER.is_match(behind) {
        (Stance::Wanted, 0.85)
    } else {
        (Stance::Wanted, 0.5)
    }
}

static YEARS: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?P<n>[0-9]{1,2}|半)(?:-[0-9]{1,2})?(?:多|来|几)?(?:个)?(?P<half>半)?(?P<unit>年|月|载)(?P<half2>半)?",
    )
});
/// Time that was spent otherwise than at work.
static NOT_WORK: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"毕业|出生|生人|在家|没上班|没干|没找|读|上学|孩子|儿子|闺女|女儿|怀|瘫|照顾生病|考了|退休|离婚|结婚|年前|年后|后|今年|明年|去年|前年|离退|保修|内|工龄奖|月薪|每|一年级|年级|证到期|大二|大三|腊月|正月",
    )
});
static WORK: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"干|做|开|当|带|跑|工作|经验|种|喂|绑|卖|修|焊|装|教|从事|当兵|服役|伺候|护理|管|站|搬|驾|教龄|工龄|厂|店|公司|食堂|单位|炒|洗|缝|画|剪|守|送|车工|瓦|木|电",
    )
});

/// Months of the longest work told.
pub(crate) fn experience(figures: &Figures) -> Option<Found<u16>> {
    let text = figures.text();
    let mut longest: Option<Found<u16>> = None;
    for found in YEARS.captures_iter(text) {
        let whole = found.get(0)?;
        let number = found.name("n").map_or("", |m| m.as_str());
        let (ahead, behind) =
            (clause_before(text, whole.start(), 12), clause_after(text, whole.end(), 6));
        let around = format!("{ahead}{behind}");
        if is_glued(&text[..whole.start()])
            || NOT_WORK.is_match(behind)
            || NOT_WORK.is_match(before(ahead, ahead.len(), 5))
            || !WORK.is_match(&around)
        {
            continue;
        }
        let half = if found.name("half").or(found.name("half2")).is_some() { 0.5 } else { 0.0 };
        let count = if number == "半" { 0.5 } else { number.parse::<f32>().unwrap_or(0.0) + half };
        let months = (if &found["unit"] == "月" { count } else { count * 12.0 }).min(720.0) as u16;
        if found["unit"] == *"月" && !whole.as_str().contains('个') {
            continue;
        }
        if months > 0 && longest.as_ref().is_none_or(|l| months > l.value) {
            longest = Some(Found::new(months, figures.span(&whole.range()), 0.75));
        }
    }
    longest
}

static SCHOOLS: LazyLock<Phrases<Option<Education>>> = LazyLock::new(|| {
    use Education::{
        Bachelor, College, Doctor, Junior, Master, None as Unschooled, Primary, Senior, Vocational,
    };
    Phrases::new(&[
        (Some(Unschooled), "没上过学 没念过书 没上过几天学 不识字 文盲"),
        (Some(Primary), "小学 初中没毕业 初中没念完 初中没上完 初中肄业 小学毕业"),
        (Some(Junior), "初中 高中没毕业 高中没念完 高中没上完 高中肄业 中专没念完 中专没毕业"),
        (
            Some(Senior),
            "高中 大专没毕业 大学没毕业 大专肄业 大专没念完 大一 大二 大三 大四 在校大学生 大学生",
        ),
        (Some(Vocational), "中专 技校 中技 职高 职专 卫校 技师学院"),
        (Some(College), "大专 专科 高职 高专"),
        (Some(Bachelor), "本科 大学毕业 学士"),
        (Some(Master), "硕士 研究生"),
        (Some(Doctor), "博士"),
        (
            None,
            "小学老师 小学生 小学门口 小学教师 初中生 高中生 上高中 上初中 上小学 读小学 读初中 读高中 念高中 念初中 念小学 在小学 高中住校 初中数学 高中数学 小学旁 小学附近 小学班 初中班 小学语文",
        ),
    ])
});
static OTHERS: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?:孩子|儿子|女儿|闺女|孙子|孙女|娃|俩学生|弟|妹|接送?|辅导|教)[^,。;!?\n]{0,5}$")
});

/// The person's schooling.
pub(crate) fn education(figures: &Figures) -> Option<Found<Education>> {
    let text = figures.text();
    SCHOOLS.find_in(text).find_map(|(level, at)| {
        let level = level?;
        let others = OTHERS.is_match(clause_before(text, at.start, 10));
        (!others).then(|| Found::new(level, figures.span(&at), 0.85))
    })
}

static AGE: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?P<year>19[4-9][0-9]|200[0-9]|201[0-2])年?(?:[0-9]{1,2}月)?(?:[0-9]{1,2}日?)?(?:生|出生|的|人)",
        r"|(?P<short>[4-9][0-9]|0[0-9])年(?:生|出生|的|属)",
        r"|(?P<decade>[4-9]0|00)后",
        r"|(?P<age>[1-7][0-9])(?:-[0-9]{2})?(?P<mark>周?岁|出头|整|挂零|多岁|来岁|了)",
        r"|(?:快|今年|年龄|虚岁|年近|刚满|满|刚过|都|年纪)[:]?(?P<cued>[1-7][0-9])",
        r"|(?:^|[,。;!\n ])(?:[男女][, ])?(?P<bare>[1-7][0-9])(?:$|[,。;!\n ])",
    ))
});

/// Year of birth; a decade counts by its middle.
pub(crate) fn birth_year(figures: &Figures, today: Date) -> Option<Found<i16>> {
    let text = figures.text();
    AGE.captures_iter(text).find_map(|found| {
        let whole = found.get(0)?;
        let number = |name| found.name(name).and_then(|m| m.as_str().parse::<i16>().ok());
        let ahead = clause_before(text, whole.start(), 8);
        if OTHERS.is_match(ahead)
            || ahead.contains(['招', '要'])
            || is_glued(&text[..whole.start()])
            || after(text, whole.end(), 2).starts_with(['元', '块', '以', '分'])
        {
            return None;
        }
        let century = |short: i16| if short < 30 { 2000 + short } else { 1900 + short };
        let (year, confidence) = if let Some(year) = number("year") {
            (year, 0.95)
        } else if let Some(short) = number("short") {
            (century(short), 0.85)
        } else if let Some(decade) = number("decade") {
            (century(decade) + 5, 0.4)
        } else {
            let age = number("age").or(number("cued")).or(number("bare"))?;
            let confidence = if found.name("bare").is_some() { 0.6 } else { 0.85 };
            ((16..=80).contains(&age)).then(|| (today.year() - age, confidence))?
        };
        Some(Found::new(year, figures.span(&whole.range()), confidence))
    })
}

static FLOOR_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^(?:元|块|钱|一个?月|1个?月|1天|每月)*(?:往上|以上|起|保底|打底|以下[^,。;!?\n]{0,3}(?:不|免)|上下|左右|多就行|就行|就中|就够)",
    )
});
static FLOOR_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:至少|不低于|最低|底线|低于|期望|保底|最少|起码|要求|想要|工资得?|月薪|到手|别低于|希望)[^0-9,。;!?\n]{0,5}$",
    )
});

/// The least pay that the person asks for.
pub(crate) fn pay_floor(figures: &Figures) -> Option<Found<PayFloor>> {
    let text = figures.text();
    let mut best: Option<Found<PayFloor>> = None;
    for quote in money::quotes(figures) {
        let asked = FLOOR_AFTER.is_match(after(text, quote.at.end, 10))
            || FLOOR_BEFORE.is_match(clause_before(text, quote.at.start, 10));
        let Ok(floor) = PayFloor::new(quote.range.bottom(), quote.range.unit) else { continue };
        let confidence = if asked { 0.9 } else { quote.confidence * 0.7 };
        if best.as_ref().is_none_or(|b| confidence > b.confidence) {
            best = Some(Found::new(floor, figures.span(&quote.at), confidence));
        }
    }
    best
}

static KINDS: LazyLock<Phrases<EmploymentKind>> = LazyLock::new(|| {
    use EmploymentKind::{FullTime, Gig, Internship, PartTime, PublicWelfare};
    Phrases::new(&[
        (
            Gig,
            "零工 零活 日结 短工 临时 短活 散工 打零工 干一天拿一天 当天拿钱 当天结 当天当月结 现结 短期 替班 顶班 按天算 按天结 按天干",
        ),
        (PartTime, "兼职 钟点工 小时工 半天 业余 课余 下班后 没课的时候 半日"),
        (FullTime, "全职 长期 稳定 正式工 长干 正规单位 固定工作"),
        (Internship, "见习 实习"),
        (PublicWelfare, "公益岗 公益性 公益岗位 政府的岗位 政府购买的岗"),
    ])
});

/// What makes a kind one more that would do.
static BESIDES: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^[^,。;!?\n]{0,4}(?:也|都)(?:接|行|中|可|成|干|能|做|考虑|愿)|^[^,。;!?\n]{0,2}(?:也可|均可)",
    )
});
static BESIDES_BEFORE: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?:也|愿意|偶尔|有时|或者?)[^,。;!?\n]{0,5}$"));
/// Work at home by the piece, and students: what they take are odd jobs and hours.
static AT_HOME: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?:在|拿回|领回|带回)家里?(?:来)?(?:干|做|加工)的?|居家(?:兼职|办公)|送料")
});
static STUDENT: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:大学?[一二三四]|研[一二三]|高校|大学|学院|在校)[^,。;!?\n]{0,3}(?:在读|学生|女生|男生|本科生|专科生)|大[一二三四](?:$|[,。;!?\n ])|没课",
    )
});

/// Kinds of employment sought, and those that would do beside them.
pub(crate) fn kinds(plain: &Source) -> [Vec<Found<EmploymentKind>>; 2] {
    use EmploymentKind::{Gig, PartTime};
    let text = plain.text();
    let [mut sought, mut besides] = [Vec::new(), Vec::new()];
    let put = |list: &mut Vec<Found<EmploymentKind>>, kind, at: &Range<usize>| {
        if list.iter().all(|f| f.value != kind) {
            list.push(Found::new(kind, plain.span(at), 0.75));
        }
    };
    for (kind, at) in KINDS.find_in(text) {
        let (ahead, behind) = (clause_before(text, at.start, 6), after(text, at.end, 6));
        let refused = REFUSED_BEFORE.is_match(ahead)
            || REFUSED_AFTER.is_match(behind)
            || before(text, at.start, 2).contains(['不', '过']);
        let also = BESIDES_BEFORE.is_match(ahead) || BESIDES.is_match(behind);
        if !refused {
            put(if also { &mut besides } else { &mut sought }, kind, &at);
        }
    }
    for odd in [&STUDENT, &AT_HOME].into_iter().filter_map(|cue| cue.find(text)) {
        put(&mut sought, PartTime, &odd.range());
        put(&mut sought, Gig, &odd.range());
    }
    [sought, besides]
}

static MINUTES: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?P<n>[0-9]{1,3}|半)(?:-[0-9]{1,3})? ?(?:个)?(?P<half>半)?(?P<unit>分钟|小时|钟头|刻钟)(?:车程|路程|的路|路)?(?:以内|之内|内|里头|左右|能到|到家|的|就能到|可到|都行|最好|的车程)?",
    )
});
static WAY: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"骑|公交|地铁|开车|走|步行|坐车|路程|车程|离家|通勤|上班路|以内|之内|里头|能到|到家|远")
});
static MEANS: LazyLock<Phrases<Travel>> = LazyLock::new(|| {
    Phrases::new(&[
        (Travel::Ebike, "电动车 电瓶车 电驴 电车 电三轮 小电 电动三轮 骑电"),
        (Travel::Bike, "自行车 单车 骑车 脚踏车"),
        (Travel::Bus, "公交 地铁 坐车 公共汽车 班车"),
        (Travel::Car, "开车 自驾 面包车 有车 私家车 小车"),
        (Travel::Walk, "步行 走路 走着 走过去 腿着"),
    ])
});

/// Longest way in minutes.
pub(crate) fn minutes(figures: &Figures) -> Option<Found<u16>> {
    let text = figures.text();
    MINUTES.captures_iter(text).find_map(|found| {
        let whole = found.get(0)?;
        let around = format!(
            "{}{}",
            clause_before(text, whole.start(), 14),
            clause_after(text, whole.start(), 14)
        );
        let number = &found["n"];
        let half = if found.name("half").is_some() { 0.5 } else { 0.0 };
        let count = if number == "半" { 0.5 } else { number.parse::<f32>().ok()? + half };
        let minutes = match &found["unit"] {
            "分钟" => count,
            "刻钟" => count * 15.0,
            _ => count * 60.0,
        };
        let way = WAY.is_match(&around) && (5.0..=240.0).contains(&minutes);
        way.then(|| Found::new(minutes as u16, figures.span(&whole.range()), 0.85))
    })
}

/// Means of travel; the one nearest to the minutes, or the first.
pub(crate) fn travel(figures: &Figures, minutes: Option<&Found<u16>>) -> Option<Found<Travel>> {
    let text = figures.text();
    let finds = MEANS.find_in(text).filter(|(means, at)| {
        let (ahead, behind) = (before(text, at.start, 3), after(text, at.end, 3));
        let trade = *means == Travel::Car
            && (behind.starts_with(['送', '师', '司', '工']) || ahead.ends_with(['给', '开']));
        !trade && !ahead.ends_with(['没', '不', '修', '送'])
    });
    let distance = |span: &Range<usize>| minutes.map_or(0, |m| span.start.abs_diff(m.span.start));
    let (means, span) = finds
        .map(|(means, at)| (means, figures.span(&at)))
        .min_by_key(|(_, span)| distance(span))?;
    Some(Found::new(means, span, 0.8))
}

static FREE: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?P<school>(?:接送|接|送)(?:孩子|娃|孙子|孙女|儿子|闺女|女儿|小孩|他|她)|放学[^,。;!?\n]{0,4}(?:接|得|要)|得(?:我)?(?:去)?接|门口接|必须接)",
        r"|(?P<evening>(?:只有|只能|就|只)[^,。;!?\n]{0,4}晚上|晚上[^,。;!?\n]{0,3}(?:有空|有时间|没事|能干|可以干)|下班后|下了班)",
        r"|(?P<weekend>(?:只有|只能|就|只)?(?:周末|周六日|周六周日|周六、周日|礼拜六礼拜天|双休日)[^,。;!?\n]{0,5}(?:有空|没事|有时间|没课|能|可以|全天))",
        r"|(?P<day>(?:只能|只上|只干|就想|只找|只要|想找)[^,。;!?\n]{0,5}(?:白天|白班|日班)|晚上(?:必须|得|要)(?:在|到|回)家|(?:长|固定)白班|白天(?:有空|有时间|没事)|晚上[^,。;!?\n]{0,6}(?:离不开人|不行))",
        r"|(?P<morning>(?:只有|只能|就|只)[^,。;!?\n]{0,3}上午|上午(?:有空|有时间))",
        r"|(?P<afternoon>(?:只有|只能|就|只)[^,。;!?\n]{0,3}下午|下午(?:有空|有时间|没事))",
    ))
});
const WORKDAYS: &str = "12345";
const ALL_DAYS: &str = "1234567";

/// Hours in which the person can work: those told, or those that a wording usually means.
/// A child to be fetched leaves 09:00 to 16:00, or to half an hour before a time told.
pub(crate) fn available(figures: &Figures, plain: &Source) -> Vec<Found<WeeklyShift>> {
    let text = figures.text();
    let weekdays = clock::weekdays(plain.text());
    let days = weekdays.as_ref().map_or(ALL_DAYS, |(days, _)| days.as_str());
    let told: Vec<Found<WeeklyShift>> = clock::hours(figures)
        .iter()
        .filter_map(|h| Some(Found::new(h.shift(days)?, figures.span(&h.at), 0.7)))
        .collect();
    if !told.is_empty() {
        return told;
    }
    let mut out: Vec<Found<WeeklyShift>> = Vec::new();
    for found in FREE.captures_iter(text) {
        let Some(whole) = found.get(0) else { continue };
        let has = |name| found.name(name).is_some();
        let (days, start, end) = if has("school") {
            (WORKDAYS, "09:00".to_owned(), fetched_at(text, whole.start()))
        } else if has("evening") {
            (ALL_DAYS, "18:00".to_owned(), "22:00".to_owned())
        } else if has("weekend") {
            ("67", "08:00".to_owned(), "20:00".to_owned())
        } else if has("day") {
            (ALL_DAYS, "07:30".to_owned(), "18:30".to_owned())
        } else if has("morning") {
            (ALL_DAYS, "08:00".to_owned(), "12:00".to_owned())
        } else {
            (ALL_DAYS, "13:00".to_owned(), "18:00".to_owned())
        };
        let Ok(shift) = WeeklyShift::parse(days, &start, &end) else { continue };
        let fetches = out.iter().any(|f| f.value.days() == WORKDAYS);
        if !(fetches && has("day")) && out.iter().all(|f| f.value != shift) {
            out.push(Found::new(shift, figures.span(&whole.range()), 0.5));
        }
    }
    out
}

/// Half an hour before the time at which a child is fetched.
fn fetched_at(text: &str, at: usize) -> String {
    let near = clause_before(text, at, 14);
    let from = at - near.len();
    let figures = clock::times_in(text, from..at + 30);
    let minute = figures.first().copied().filter(|m| (14 * 60..20 * 60).contains(m));
    minute.map_or_else(
        || "16:00".to_owned(),
        |m| format!("{:02}:{:02}", (m - 30) / 60, (m - 30) % 60),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(text: &str) -> Figures {
        Figures::read(&Source::read(text))
    }

    #[test]
    fn experience_is_the_longest_work() {
        let read = |text: &str| experience(&figures(text)).map(|f| f.value);
        assert_eq!(read("做月嫂五年，带过三十多个宝宝"), Some(60));
        assert_eq!(read("干了十来年早点"), Some(120));
        assert_eq!(read("去工厂干了半年，又开叉车七年"), Some(84));
        assert_eq!(read("孩子三年级，婆婆瘫了三年"), None);
    }

    #[test]
    fn schooling_is_the_persons_own() {
        let read = |text: &str| education(&figures(text)).map(|f| f.value);
        assert_eq!(read("初中毕业，能吃苦"), Some(Education::Junior));
        assert_eq!(read("初中没毕业"), Some(Education::Primary));
        assert_eq!(read("女儿上高中，本人中专"), Some(Education::Vocational));
    }

    #[test]
    fn ages_in_many_forms() {
        let today = Date::parse("2026-11-23").unwrap();
        for (text, year) in [
            ("女，45岁，临沂人", Some(1981)),
            ("大姐五十出头", Some(1976)),
            ("失地农民，47，拆迁户", Some(1979)),
            ("1985年生", Some(1985)),
            ("孩子15岁", None),
        ] {
            assert_eq!(birth_year(&figures(text), today).map(|f| f.value), year, "{text}");
        }
    }

    #[test]
    fn ways_and_means() {
        let read = |text: &str| {
            let figures = figures(text);
            let minutes = minutes(&figures);
            let travel = travel(&figures, minutes.as_ref()).map(|t| t.value);
            (minutes.map(|m| m.value), travel)
        };
        assert_eq!(read("骑电动车20分钟以内"), (Some(20), Some(Travel::Ebike)));
        assert_eq!(read("开车半小时里头"), (Some(30), Some(Travel::Car)));
        assert_eq!(read("离家四十分钟以内，公交能到"), (Some(40), Some(Travel::Bus)));
        assert_eq!(read("一天干8小时"), (None, None));
    }

    #[test]
    fn hours_that_wordings_mean() {
        let read = |text: &str| {
            let plain = Source::read(text);
            let found = available(&Figures::read(&plain), &plain);
            found.iter().map(|f| f.value.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(read("要接送孩子"), ["12345 09:00-16:00"]);
        assert_eq!(read("下午四点半放学得去接"), ["12345 09:00-16:00"]);
        assert_eq!(read("只有周末有空"), ["67 08:00-20:00"]);
        assert_eq!(read("晚上有空"), ["1234567 18:00-22:00"]);
        assert_eq!(read("上午九点到下午三点四十有空"), ["1234567 09:00-15:40"]);
    }

    #[test]
    fn kinds_sought_and_those_that_would_do() {
        use EmploymentKind::{FullTime, Gig, PartTime};
        let read = |text: &str| {
            kinds(&Source::read(text)).map(|l| l.iter().map(|f| f.value).collect::<Vec<_>>())
        };
        assert_eq!(read("想找个日结的"), [vec![Gig], vec![]]);
        assert_eq!(read("长期稳定，短活也接"), [vec![FullTime], vec![Gig]]);
        assert_eq!(read("愿意给人临时替班"), [vec![], vec![Gig]]);
        assert_eq!(read("大三在读，周末有空"), [vec![PartTime, Gig], vec![]]);
        assert_eq!(read("在家干的针线活"), [vec![PartTime, Gig], vec![]]);
        assert_eq!(read("不想打零工了"), [vec![], vec![]]);
    }

    #[test]
    fn floors() {
        let read = |text: &str| {
            pay_floor(&figures(text)).map(|f| (f.value.amount().yuan(), f.value.unit()))
        };
        use jobmatch_domain::PayUnit::{Day, Month};
        assert_eq!(read("工资三千八往上"), Some((3800.0, Month)));
        assert_eq!(read("6500以下不考虑"), Some((6500.0, Month)));
        assert_eq!(read("一天一百五以上"), Some((150.0, Day)));
        assert_eq!(read("一天低于三百八不划算"), Some((380.0, Day)));
        assert_eq!(read("短活按天算三百起"), Some((300.0, Day)));
    }
}
