//! The sex that a wording asks for.

use std::sync::LazyLock;

use regex::Regex;

use super::draft::{Found, Gender};
use super::figures::Figures;
use super::phrases::{Phrases, before, clause_after, clause_before, regex};

/// Wordings that leave no doubt: 限男, 女士优先, or nothing but 女 between two stops.
static PLAIN_GENDER: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:仅限|只限|限|只要|只招|要求|性别:?|专招)(?:年轻)?(?P<limited>[男女])(?:[性士生的工]|同志)?(?:[^女男]|$)",
        r"|(?P<preferred>[男女])(?:[性士生的工]|同志)?(?:优先|为主|最好)",
        r"|(?:^|[,。;!\n :、(岁])(?P<alone>[男女])(?:[性士生]|同志)?(?:$|[,。;!\n 、)])",
    ))
});
/// Turns one sex away, so asks for the other: 男士勿扰, 不要女的.
static BARRED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?P<a>[男女])(?:[性士生的孩]|同志|人)?(?:勿扰|不要|免谈|别来|不收|不招|莫扰|免打扰|请绕|勿|谢绝)|(?:不要|不招|不收|谢绝)(?P<b>[男女])(?:[性士生的孩工]|同志)?",
    )
});
static GENDER: LazyLock<Phrases<Option<Gender>>> = LazyLock::new(|| {
    use Gender::{Female, Male};
    Phrases::new(&[
        (
            Some(Female),
            "限女 只要女 女士优先 女性优先 女生优先 女优先 女工 女的 女性 女士 女员工 女服务员 大姐 大姨 阿姨 大妈 大嫂 大婶 姐妹 小妹 女职工 女模特 女学徒 女前台 女文员 女收银 女销售 女营业员 女普工 女孩 女生 小姑娘 姑娘 姐姐 嫂子 妹子 大嫂子 娘们 美女 妇女 女将 女同志 女师傅 女老师 女护工 女宿管 小姐姐 女保洁 女学员 女店员 女导购 要女 招女",
        ),
        (
            Some(Male),
            "限男 只要男 男士优先 男性优先 男生优先 男优先 男工 男的 男性 男士 男员工 小伙 小伙子 大叔 大爷 大哥 男生 男同志 男孩 壮汉 男劳力 男护工 男宿管 老爷们 爷们 男保安 要男 招男 帅哥 汉子 男丁 老头 爷们儿 壮小伙",
        ),
        (
            None,
            "男女不限 不限男女 男女都 男女均 男女皆 男女各 男女同 男女老少 性别不限 不限性别 女装 男装 女鞋 男鞋 女裤 男裤 女生宿舍 男生宿舍 女生公寓 男生公寓 妇女用品 男女可 男女 老大爷 老大娘 给大爷 帅哥美女 美女帅哥 照顾大爷 照顾大妈 伺候大爷 女包 女童 男童 女性用品 妇女儿童",
        ),
    ])
});
/// Other people than those sought.
static SERVED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:照顾|伺候|陪护?|服务|接待|看护|为|给|护理|1个|教|向|帮|对|男|女|联系|找|电话|问|有位|有个|老|跟)$",
    )
});

/// The sex that a wording asks for; none where it asks for both.
pub(crate) fn gender(figures: &Figures) -> Option<Found<Gender>> {
    let text = figures.text();
    if let Some(found) = BARRED.captures(text) {
        let sex = found.name("a").or(found.name("b"))?;
        let wanted = if sex.as_str() == "男" { Gender::Female } else { Gender::Male };
        let whole = found.get(0)?.range();
        if !text[whole.end..].starts_with('限') {
            return Some(Found::new(wanted, figures.span(&whole), 0.9));
        }
    }
    if let Some(found) = PLAIN_GENDER.captures(text) {
        let sex = found.name("limited").or(found.name("preferred")).or(found.name("alone"))?;
        let other = if sex.as_str() == "男" { '女' } else { '男' };
        let both = clause_after(text, sex.end(), 10).contains(other)
            || clause_before(text, sex.start(), 10).contains(other);
        let gender = if sex.as_str() == "男" { Gender::Male } else { Gender::Female };
        return (!both).then(|| Found::new(gender, figures.span(&sex.range()), 0.9));
    }
    let mut found: Option<Found<Gender>> = None;
    for (gender, at) in GENDER.find_in(text) {
        let Some(gender) = gender else {
            if text[at.clone()].starts_with("男女") || text[at.clone()].contains("不限") {
                return None;
            }
            continue;
        };
        if SERVED.is_match(before(text, at.start, 3)) {
            continue;
        }
        match &found {
            Some(first) if first.value != gender => return None,
            Some(_) => {}
            None => found = Some(Found::new(gender, figures.span(&at), 0.8)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::source::Source;

    fn figures(text: &str) -> Figures {
        Figures::read(&Source::read(text))
    }

    #[test]
    fn genders() {
        for (text, wanted) in [
            ("限女，55以下", Some(Gender::Female)),
            ("男士优先", Some(Gender::Male)),
            ("男女不限", None),
            ("照顾大爷", None),
            ("女装导购", None),
        ] {
            assert_eq!(gender(&figures(text)).map(|f| f.value), wanted, "{text}");
        }
    }
}
