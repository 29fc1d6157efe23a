//! How many are sought.

use std::sync::LazyLock;

use regex::Regex;

use super::draft::Found;
use super::figures::Figures;
use super::phrases::{after, clause_before, is_glued, regex};

static PERSONS: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?P<n>[0-9]{1,4}) ?(?P<of>名|位|人|个人|个?名额|个?(?:妇女|大娘|大爷|劳力)|个(?:[男女]的|学生|小伙|阿姨|大姐|师傅|小工|大工|熟手|壮劳力|工人|员工|店员|兼职)|个|口人)",
        r"|(?:要|招|缺|找|收|共|各|需|聘|用) ?(?P<bare>[0-9]{1,3}) ?(?:$|[,。;!\n ])",
        r"|(?:[^时点]工|员|师傅|司机|保洁|保安|阿姨|学徒)(?P<trade>[0-9]{1,2}) ?(?:$|[,。;!\n ])",
        r"|(?:人数|名额|数量|缺口|需求|岗位数)[:是为]? ?(?P<told>[0-9]{1,4})",
        r"|(?:够|招满|收满|只收|限招|只招|只要)(?P<until>[0-9]{1,4}) ?(?:个人?|人|名|位)?(?:就|为止|截|停|即)",
        r"|(?P<pair>(?:夫妻|两口子|情侣)[^,。;!?\n]{0,3}(?:1|一)对|(?:1|一)对(?:夫妻|两口子|情侣))",
        r"|(?:^|[^每0-9几整])(?P<one>(?:(?:找|请|雇|寻|求)(?:1|一)?个|(?:招聘|招|聘|缺|急需|需要|想要|差)(?:1|一)个|(?:找|请|雇|寻|求)(?:1|一)?位))",
    ))
});
static SEEKS: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?:招|聘|要|缺|找|需|急|求|寻|收|来|募|还差|差|用)[^0-9,。;!?\n]{0,12}$")
});
/// The name of a trade right in front: 服务员6人.
static TRADE_AHEAD: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:[^工人官会学]员|人员|工|师傅|师|司机|老师|手|分拣|装卸|打包|搬运|理货|配菜|实习生|见习生|嫂|姨|助理|岗|保安|保洁|宿管|礼仪|护士|厨|学徒|经理|会计|保姆|教练|店长|主播)[(: ]?$",
    )
});
/// Persons who are there already, or who are served.
static NOT_SOUGHT_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:每组|每班|1组|1班|每人|每|团队|现有|在册|在职|员工|队员|共有|已有|照顾|服务|宿舍|班组|规模|餐位|伺候|下面|分|/)[^0-9,。;!?\n]{0,3}$|(?:满|管|管理|带|做|住|间|近|超|供|约|前|第|陪|陪护|辖|接待)$",
    )
});
static NOT_SOUGHT_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^1[组台车套班间寝]|^ ?(?:多|以上的?|左右的|余)?(?:[1-9]?间|/间|[12]倒|团队|规模|以上团队|的[饭厂菜家店]|份|次|制|寝|餐|桌|宿舍|合住|员工|在|都|月|小时|钟|头|班组|倒班|轮|倒|大食堂|孩子|老人|娃|评)",
    )
});

/// Places; the first that is plainly meant.
pub(crate) fn headcount(figures: &Figures) -> Option<Found<u32>> {
    let text = figures.text();
    let mut best: Option<Found<u32>> = None;
    for found in PERSONS.captures_iter(text) {
        if let Some(few) = few(figures, &found) {
            if best.is_none() {
                best = Some(few);
            }
            continue;
        }
        let number = ["n", "bare", "trade", "told", "until"].iter().find_map(|n| found.name(n));
        let (Some(whole), Some(number)) = (found.get(0), number) else { continue };
        let Ok(value) = number.as_str().parse::<u32>() else { continue };
        let ahead = clause_before(text, number.start(), 14);
        let behind = after(text, whole.end(), 6);
        let of = found.name("of").map_or("", |m| m.as_str());
        let ahead_all = &text[..number.start()];
        let priced = of == "个"
            && ahead_all.trim_end_matches(' ').ends_with(|c: char| {
                c.is_ascii_digit() || matches!(c, '元' | '块' | '毛' | '分' | '钱' | '角')
            });
        let glued =
            priced || is_glued(ahead_all) || ahead_all.ends_with(['元', '块', '毛', '分', '钱']);
        let ranged = text[..number.start()].ends_with(['-', '~', '至', '到', '—']);
        let trade = TRADE_AHEAD.is_match(ahead);
        let seeks = trade || SEEKS.is_match(ahead);
        let plainly = trade || found.name("told").is_some() || seeks && of == "名";
        let others =
            NOT_SOUGHT_AFTER.is_match(behind) || !plainly && NOT_SOUGHT_BEFORE.is_match(ahead);
        // 1人170: what each gets.
        let each = value == 1 && of == "人" && behind.starts_with(|c: char| c.is_ascii_digit());
        if value == 0 || glued || others || each {
            continue;
        }
        let confidence = match of {
            "" => 0.9,
            "名" => 0.95,
            "位" | "人" => {
                if seeks {
                    0.85
                } else {
                    0.75
                }
            }
            "个" if seeks && counts_persons(ahead, behind) => 0.7,
            // 后厨打荷一个,
            "个" if ends_clause(behind) && ahead.chars().count() >= 2 && !seeks => 0.55,
            "个" if ahead.is_empty() && ends_clause(behind) => 0.5,
            "个" => continue,
            "个人" => {
                if seeks || ends_clause(behind) || behind.starts_with(['干', '装', '卸', '搬'])
                {
                    0.7
                } else {
                    continue;
                }
            }
            "口人" => {
                if seeks {
                    0.75
                } else {
                    continue;
                }
            }
            _ => 0.8,
        };
        let confidence = if ranged { confidence - 0.3 } else { confidence };
        if best.as_ref().is_none_or(|b| confidence > b.confidence + 0.15) {
            best = Some(Found::new(value, figures.span(&whole.range()), confidence));
        }
    }
    best
}

/// 找个保洁 is one person, 夫妻一对 are two; any other count counts for more.
fn few(figures: &Figures, found: &regex::Captures<'_>) -> Option<Found<u32>> {
    if let Some(pair) = found.name("pair") {
        return Some(Found::new(2, figures.span(&pair.range()), 0.75));
    }
    let one = found.name("one")?;
    let behind = after(figures.text(), one.end(), 2);
    let person = !behind.starts_with(['月', '小', '钟', '班', '活', '工', '好', '兼', '地', '家'])
        || behind.starts_with("钟点")
        || behind.starts_with("小工")
        || behind.starts_with("工人");
    person.then(|| Found::new(1, figures.span(&one.range()), 0.45))
}

fn ends_clause(behind: &str) -> bool {
    behind.is_empty() || behind.starts_with([',', '。', ' ', '\n', ';', '!'])
}

/// 招3个, 要俩: nothing but the work is counted.
fn counts_persons(ahead: &str, behind: &str) -> bool {
    !ahead.ends_with("第")
        && !behind.starts_with([
            '月', '小', '钟', '多', '班', '档', '区', '方', '点', '数', '工', '坑', '包', '箱',
            '桶', '孩', '娃', '老', '车', '店', '部', '项', '岗', '站', '教',
        ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::source::Source;

    fn figures(text: &str) -> Figures {
        Figures::read(&Source::read(text))
    }

    #[test]
    fn headcounts() {
        for (text, wanted) in [
            ("招洗碗工两名", Some(2)),
            ("后天婚宴端盘子 15人 上午", Some(15)),
            ("手机店招店员俩人", Some(2)),
            ("要12个男的", Some(12)),
            ("会看秤，要俩，现结", Some(2)),
            ("4个学生或宝妈", Some(4)),
            ("（在册队员200多人）招人：白班岗8人", Some(8)),
            ("做三个人的晚饭", None),
            ("300元/人", None),
            ("宿舍4人间", None),
            ("3个月以上", None),
            ("招若干名", None),
            ("一人一天170，6个，当日结", Some(6)),
            ("装大蒜 8个人 一车250", Some(8)),
            ("共4个名额", Some(4)),
            ("女生公寓宿管3人，限女性", Some(3)),
            ("卸饲料 4个人干", Some(4)),
            ("缺俩妇女", Some(2)),
            ("找个钟点工", Some(1)),
            ("找个炸油条的", Some(1)),
            ("招个帮手", None),
            ("夫妻工一对", Some(2)),
            ("人够20个就不要了", Some(20)),
            ("两人一台换着开", None),
            ("计件2毛5一个，在家做", None),
        ] {
            assert_eq!(headcount(&figures(text)).map(|f| f.value), wanted, "{text}");
        }
    }
}
