//! Which schooling and how much experience are demanded.

use std::sync::LazyLock;

use jobmatch_domain::Education;
use regex::Regex;

use super::draft::Found;
use super::figures::Figures;
use super::phrases::{Phrases, after, before, clause_before, is_glued, regex};

static EDUCATION: LazyLock<Phrases<Education>> = LazyLock::new(|| {
    Phrases::new(&[
        (
            Education::None,
            "学历不限 不限学历 不要学历 无学历要求 学历无要求 不看学历 学历不做要求 不论学历 对学历没要求 没学历要求 学历没要求 文化不限 文化程度不限 文凭不限 不看文凭 不论文凭 文化不要求 学历文化不限 无文化要求 不限文化 学历要求不限 学历:不限 无学历限制",
        ),
        (Education::Primary, "小学"),
        (Education::Junior, "初中"),
        (Education::Senior, "高中"),
        (Education::Vocational, "中专 技校 中技 职高 职专 中职"),
        (Education::College, "大专 专科 高职 高技"),
        (Education::Bachelor, "本科 学士 大学毕业 大学学历"),
        (Education::Master, "硕士 研究生"),
        (Education::Doctor, "博士"),
    ])
});
static SCHOOLED_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^(?:高中|初中|中专|技校|中技|职高|大专|专科|本科|硕士|研究生|或|、|/|及|和|以上|及以上|或以上|以上的|\(含\)|\(含\)以上|或同等|统招|全日制|应届|\(|\))*(?:学历|文化|毕业|以上|程度|水平|优先|在读|起|就行|即可|就可|也行|[,。;!\n ]|$|[:]|及|[^,。;!\n ]{1,6}专业)",
    )
});
static SCHOOLED_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:学历|文化|要求|全日制|统招|[0-9][、.)]|至少|最低|起码|需|须|不低于|具备|具有|限)[^,。;!\n]{0,5}$",
    )
});
/// A wish or a pupil, not a demand.
static NO_DEMAND_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^[^,。;!\n 、]{0,8}(?:优先|更好|最好|加分|在读(?:[^或及以]|$)|在校|学生|数学|英语|语文|老师|门口|课程|班|部|食堂|宿舍|作业|孩子|辅导|旁|附近|对面|家长|也行也)",
    )
});

static SCHOOLING: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^[^,。;!\n]{0,3}(?:文化|毕业|以上|学历|程度|水平|就行|即可)"));

/// Schooling words, each with whether it reads as a demand or as held.
pub(crate) fn education(figures: &Figures) -> Option<Found<Education>> {
    let text = figures.text();
    let mut best: Option<(Found<Education>, usize)> = None;
    for (level, at) in EDUCATION.find_in(text) {
        let behind = after(text, at.end, 16);
        let none = level == Education::None;
        let demanded =
            SCHOOLED_AFTER.is_match(behind) || SCHOOLED_BEFORE.is_match(before(text, at.start, 8));
        // 第二小学, 下港中心小学: a school by its name.
        let school = level == Education::Primary
            && !SCHOOLING.is_match(behind)
            && !before(text, at.start, 3).contains([':', '历', '化'])
            || level.rank() <= Education::Senior.rank()
                && text[..at.start]
                    .ends_with(['第', '心', '验', '属', '村', '镇', '教', '辅', '讲']);
        if !none && (school || !demanded || NO_DEMAND_AFTER.is_match(behind)) {
            continue;
        }
        let span = figures.span(&at);
        match &best {
            None => best = Some((Found::new(level, span, 0.9), at.end)),
            // 高中、中专、大专 of one list: the least of them is what is demanded.
            Some((first, end))
                if at.start - end <= 12
                    && level.rank() < first.value.rank()
                    && !text[*end..at.start].contains([',', '。', '\n']) =>
            {
                best = Some((Found::new(level, span, 0.85), at.end));
            }
            Some(_) => {}
        }
    }
    best.map(|(found, _)| found)
}

static NO_EXPERIENCE: LazyLock<Phrases<()>> = LazyLock::new(|| {
    Phrases::new(&[(
        (),
        concat!(
            "无需经验 不需经验 不需要经验 无须经验 不用经验 不要经验 没经验也行 没有经验也行 没经验可 无经验可 无经验也 无经验亦可 经验不限 不限经验 零经验 0经验 ",
            "没干过也行 没做过也行 没干过的也行 没干过可教 没干过能教 没经验可以学 没经验能学 没经验可学 小白可 小白也可 新手可 新手也可 新手也行 生手可 生手也 生手亦可 生手也行 生手熟手 生熟手 生手都行 无经验者 没经验的 无需工作经验 无工作经验 不要求经验 无经验要求 经验无要求 有无经验均可 有无经验都 有没有经验都 经验不要求 没经验手把手 没经验包教 不会可以学 不会可学 不会的可以学 不会可教 不会的教 可接受小白 无经验能 无经验我 没经验我 没经验有 无经验有师傅 无经验带 没经验带 不会包教 包教会 包教包会 学徒也可 学徒也行 零基础 0基础 没经验不要紧 没经验没关系 不懂的教 不会教 经验要求不限 经验:不限 经验没要求 没经验都行 没干过有人教"
        ),
    )])
});
static EXPERIENCE: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?P<n>[0-9]{1,2}(?:\.5)?|半)(?:[-~—至到](?:[0-9]{1,2}))? ?(?P<unit>个月|年|载)(?:半)?(?:\(?含?\)?以上|及以上|或以上|往上|以下|左右|多|来)?(?:的)?",
        r"(?P<rest>[^,。;!?\n0-9]{0,14})",
    ))
});
static EXPERIENCE_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^(?:[^,。;!?\n ]{0,10})(?:经验|工龄|驾龄|经历|从业|资历|工作年限|教龄|护龄|龄|的?老手|手艺|功底|的师傅|的?熟手|的?熟练工|的大工|老师傅)",
    )
});
static EXPERIENCE_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:经验|干过|做过|干了|从事|驾龄|行车|工龄|从业|开过|教过|带过|执教|当过|工作满|做满|上户|临床|[abc][1-3](?:驾?[照本证])?满|实际驾驶|干满过|焊过|跑过|修过|卖过|驾照满|证满|教龄|取得.{0,4}证|领证|拿证|[本证照]龄)[^0-9,。;!?\n]{0,7}$",
    )
});

/// A wish, a rise or a bonus, not a demand.
static PERK: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"优先|加分|更好|最好|涨|从没|从不|没拖|没欠|工龄[奖工资补钱津]|奖|年终|后可?转|的?老店|老厂|质保|合同|免费",
    )
});
static PERK_AFTER_TERM: LazyLock<Regex> =
    LazyLock::new(|| regex(r"发|给|加|有|退|补|交|可|返|后|转正"));
static AT_LEAST: LazyLock<Regex> = LazyLock::new(|| regex("年(?:以上|往上|及以上)"));

/// Months of experience demanded; 0 where the text says that none is needed.
pub(crate) fn experience(figures: &Figures) -> Option<Found<u16>> {
    let text = figures.text();
    for found in EXPERIENCE.captures_iter(text) {
        let (Some(whole), Some(rest)) = (found.get(0), found.name("rest")) else { continue };
        let ahead = clause_before(text, whole.start(), 10);
        let glued = is_glued(&text[..whole.start()]);
        let ranged = text[..whole.start()].ends_with(['-', '~', '至', '到', '—']);
        let bare = ahead.is_empty()
            && (rest.as_str().is_empty() || rest.as_str().starts_with(' '))
            && AT_LEAST.is_match(whole.as_str());
        let told =
            bare || EXPERIENCE_AFTER.is_match(rest.as_str()) || EXPERIENCE_BEFORE.is_match(ahead);
        let wish = PERK.is_match(rest.as_str())
            || ahead.ends_with("了") && !AT_LEAST.is_match(whole.as_str())
            || ["满", "每", "第"].iter().any(|w| ahead.ends_with(w))
                && PERK_AFTER_TERM.is_match(rest.as_str());
        if glued || ranged || !told || wish {
            continue;
        }
        let number = found.name("n").map_or("", |m| m.as_str());
        let count = if number == "半" { 0.5 } else { number.parse::<f32>().unwrap_or(0.0) };
        let months = if &found["unit"] == "个月" { count } else { count * 12.0 };
        if months <= 720.0 {
            let span = figures.span(&(whole.start()..rest.start()));
            return Some(Found::new(months as u16, span, 0.9));
        }
    }
    let (_, at) = NO_EXPERIENCE.find_in(text).next()?;
    Some(Found::new(0, figures.span(&at), 0.9))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::source::Source;

    fn figures(text: &str) -> Figures {
        Figures::read(&Source::read(text))
    }

    #[test]
    fn schooling() {
        for (text, wanted) in [
            ("大专及以上学历", Some(Education::College)),
            ("高中、中专以上", Some(Education::Senior)),
            ("初中毕业就行", Some(Education::Junior)),
            ("要求大专在读或以上", Some(Education::College)),
            ("中专机加工专业，2年经验", Some(Education::Vocational)),
            ("不要学历", Some(Education::None)),
            ("技校中专毕业优先", None),
            ("小学门口接孩子", None),
            ("第二小学 招聘宿管", None),
            ("高中（中专）及以上文化", Some(Education::Senior)),
            ("辅导初中数学", None),
        ] {
            assert_eq!(education(&figures(text)).map(|f| f.value), wanted, "{text}");
        }
    }

    #[test]
    fn experiences() {
        for (text, wanted) in [
            ("三年以上经验", Some(36)),
            ("要干过5年以上的", Some(60)),
            ("驾龄3年以上", Some(36)),
            ("C1满三年，押金", Some(36)),
            ("三年以上手艺", Some(36)),
            ("做满一年以上的来", Some(12)),
            ("半年以上相关工作经验", Some(6)),
            ("不用经验，店长带", Some(0)),
            ("无经验可", Some(0)),
            ("3个月以上的活", None),
            ("干满半年退", None),
            ("有一年经验优先", None),
            ("入职满半年发放工龄奖", None),
            ("干了十九年从没拖欠过工资", None),
            ("1.本科；2.三年以上Java开发经验", Some(36)),
        ] {
            assert_eq!(experience(&figures(text)).map(|f| f.value), wanted, "{text}");
        }
    }
}
