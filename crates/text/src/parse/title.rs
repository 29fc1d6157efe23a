//! Which work is offered: the title in the advert's words, and the occupations named.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::phrases::{after, before, clause_before, regex};
use crate::lexicon::{Lexicon, OccupationMention};

/// Endings of names of trades.
const TRADE_ENDINGS: [&str; 30] = [
    "工", "员", "师傅", "师", "司机", "老师", "手", "助理", "保姆", "阿姨", "学徒", "经理", "主管",
    "店长", "保安", "客服", "教练", "会计", "文员", "主播", "编辑", "护士", "医生", "大夫", "教师",
    "骑手", "领班", "嫂", "代驾", "门卫",
];
/// Words that end like a trade and are none.
const NO_TRADES: [&str; 26] = [
    "员工",
    "会员",
    "人员",
    "手工",
    "打工",
    "职工",
    "招工",
    "用工",
    "开工",
    "完工",
    "民工",
    "动手",
    "人手",
    "帮手",
    "熟手",
    "新手",
    "生手",
    "小时工",
    "临时工",
    "零工",
    "队员",
    "老员工",
    "学员",
    "老手",
    "成员",
    "大师",
];

static SEEKS: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:招聘|诚聘|急聘|高薪聘|聘请|招募|急招|急寻|诚招|招收|直招|招工|招个|招[一二两三四五六七八九十0-9]+[名个位人]|招|聘|缺个|缺[一二两三0-9]*[名个位]?|缺|找个|找|寻|求|要个|急需|需要?|岗位[::]?|职位[::]?|岗位名称[::]?|工种[::]?|需求[::]?|有会|会|急用|用)(?:全职|兼职|长期|几个|一批|几名|多名|若干|大量|临时|各类|各种|[0-9一二两三四五六七八九十]+[名个位人]|夜班|白班|中班|一名|1名|本地|专业|资深|熟练|优秀|住家|能干的|[:, ])*$",
    )
});
static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^(?:师傅|人员|工|员|岗)?(?:各|共|要|需|招|缺)?[ (:]?(?:[0-9一二两俩三四五六七八九十]+|若干|多|几|数)(?:名|个|位|人)",
    )
});
/// Before a mention that is not the offered work: the employer, experience, company.
static ASIDE_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:干过|做过|当过|卖过|开过|从事|配合|协助|有|和|跟|给|联系|找|问|听|老板|转|优先|兼|会|原|服从|带)[^,。;!?\n]{0,3}$",
    )
});
static UNIT_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^(?:公司|店|馆|厂|部|中心|有限|服务部|学校|服务社|工作室|集团|证|经验|资格|优先|专业|车间|站|队|类)",
    )
});
/// The advert names the work without any trade that the lexicon knows.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:招聘|诚聘|急聘|聘请|招募|急招|诚招|直招|招|聘|缺|找|寻|急需|岗位[::]|职位[::]|工种[::])(?:[0-9一二两三四五六七八九十]+[名个位人]|个|几个|一批)?(?P<name>[\p{Han}a-z]{2,8}?)(?:[0-9一二两俩三四五六七八九十若干多几]+(?:名|个|位|人)|[,。!;(\n ]|$)",
    )
});

/// The title: its bytes in the text, and how sure.
pub(crate) struct Title {
    /// Bytes of the plain text.
    pub(crate) at: Range<usize>,
    /// 0 to 1.
    pub(crate) confidence: f32,
}

/// The mention that is most plainly the offered work, or a trade that the text seeks and
/// the lexicon does not know.
pub(crate) fn title(
    text: &str,
    mentions: &[OccupationMention],
    lexicon: &Lexicon,
) -> Option<Title> {
    let mut best: Option<(i32, &OccupationMention)> = None;
    for (index, mention) in mentions.iter().enumerate().filter(|(_, m)| !m.negated) {
        let score = score(text, mention, index, lexicon);
        if best.is_none_or(|(s, _)| score > s) {
            best = Some((score, mention));
        }
    }
    let named = named(text);
    if let Some((score, mention)) = best {
        let at = widened(text, mention.start..mention.end);
        // A trade in the advert's own words beats a weak mention further on.
        match named {
            Some(ref own) if score < 4 && own.at.start < at.start => return named,
            _ => {}
        }
        let confidence = (0.4 + 0.08 * score as f32).clamp(0.2, 0.95);
        return Some(Title { at, confidence });
    }
    named
}

fn score(text: &str, mention: &OccupationMention, index: usize, lexicon: &Lexicon) -> i32 {
    let at = mention.start..mention.end;
    let (ahead, behind) = (clause_before(text, at.start, 14), after(text, at.end, 8));
    let name = &text[at.clone()];
    let mut score = 0;
    if SEEKS.is_match(ahead) {
        score += 5;
    } else if ["招", "聘", "缺", "找", "急需", "岗"].iter().any(|cue| ahead.contains(cue)) {
        score += 3;
    }
    if COUNTED.is_match(behind) {
        score += 3;
    }
    if TRADE_ENDINGS.iter().any(|e| name.ends_with(e))
        || lexicon.entry(mention.occupation).name == name
    {
        score += 2;
    }
    if ahead.is_empty() && index == 0 {
        score += 2;
    }
    if ASIDE_BEFORE.is_match(ahead) {
        score -= 3;
    }
    if UNIT_AFTER.is_match(behind) {
        score -= 4;
    }
    score - (index.min(4) as i32) / 2
}

/// With the 员, 工 or 师傅 that follows the mention.
fn widened(text: &str, at: Range<usize>) -> Range<usize> {
    let behind = &text[at.end..];
    for ending in ["师傅", "人员", "司机", "学徒", "助理", "员", "工", "师", "岗"] {
        if behind.starts_with(ending)
            && !text[at.clone()].ends_with(ending)
            && ending != "岗"
            && ending != "人员"
        {
            let next = &behind[ending.len()..];
            if !(ending == "工"
                && next.starts_with([
                    '作', '资', '地', '厂', '龄', '程', '人', '业', '装', '期', '服',
                ])
                || ending == "员" && next.starts_with('工'))
            {
                return at.start..at.end + ending.len();
            }
        }
    }
    at
}

fn named(text: &str) -> Option<Title> {
    NAMED.captures_iter(text).filter_map(|c| c.name("name")).find_map(|name| {
        let ends = TRADE_ENDINGS.iter().any(|e| name.as_str().ends_with(e));
        let none = NO_TRADES.iter().any(|n| name.as_str().ends_with(n));
        (ends && !none && !before(text, name.start(), 3).ends_with('不'))
            .then(|| Title { at: name.range(), confidence: 0.5 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<&str> {
        let lexicon = Lexicon::built_in();
        title(text, &lexicon.mentions(text), lexicon).map(|t| &text[t.at])
    }

    #[test]
    fn the_title_is_what_is_sought() {
        assert_eq!(read("招洗碗工两名,男女不限"), Some("洗碗工"));
        assert_eq!(read("干过保安的优先,招保洁员2名"), Some("保洁员"));
        assert_eq!(read("诚聘云朵裁剪师一名"), Some("云朵裁剪师"));
        assert_eq!(read("不招员工"), None);
    }
}
