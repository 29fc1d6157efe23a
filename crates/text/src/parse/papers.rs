//! Certificates and driving licences.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use jobmatch_domain::Certificate;
use regex::Regex;

use super::draft::Found;
use super::phrases::{Phrases, after, before, clause_after, clause_before, regex};
use super::source::Source;

/// Names on record that say themselves that they are papers.
static KNOWN: LazyLock<Phrases<()>> = LazyLock::new(|| {
    let named = Certificate::names().filter(|name| {
        name.chars().count() > 2 && name.contains(['证', '照', '本']) || name.starts_with("CET")
    });
    let bare = [
        "英语四级",
        "英语六级",
        "大学英语四级",
        "大学英语六级",
        "英语cet4",
        "英语cet6",
        "驾照",
        "驾驶证",
        "驾驶执照",
        "教资",
        "普通话二甲",
        "普通话二级甲等",
        "二建",
        "一建",
        "注会",
    ];
    let more = ["驾本", "健康证", "健康证明", "会计证", "电工本", "低压电工证", "高压电工证"];
    Phrases::of(
        named
            .map(str::to_lowercase)
            .chain(bare.iter().chain(&more).map(|s| (*s).to_owned()))
            .map(|name| (name, ())),
    )
});
static NAMES: LazyLock<HashSet<String>> =
    LazyLock::new(|| Certificate::names().map(str::to_uppercase).collect());
/// Classes of driving licence as people write them.
static LICENCE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?P<class>[abc][1-3])(?:/(?:[abc][1-3]))? ?(?:或以上|及以上|以上)?的? ?(?P<paper>驾照|驾驶证|驾驶执照|驾驶本|驾本|驾龄|本子|照|本|证)?",
    )
});
/// Papers that no table knows.
static OTHER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?P<name>[\p{Han}a-z0-9]{2,14}?(?:从业资格证?|操作证|资格证|上岗证|作业证|从业证|执业证|等级证|员证|师证|工证|证书)|(?-u:\b)(?:[gqnr][1-3]|t)证)",
    )
});
/// A paper in brackets behind the word for it: 证有(危险化学品安全作业).
static BRACKETED: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?:^|[,。;!\n ])证(?:书|件)?(?:都?有|在手|齐全?)?[(:](?P<name>[\p{Han}]{2,16})\)?")
});
/// Titles that are papers where they are held or demanded; without that they name the work.
static TITLES: LazyLock<Regex> = LazyLock::new(|| {
    const NAMES: &str = "(?:初级会计|中级会计|注册会计|执业药|执业医|执业兽医|造价工程|注册安全工程|[一二12]级建造)师?";
    regex(&format!(
        r"(?:持有?|具有?|具备|取得|须有|要有|有)(?P<held>{NAMES})|(?P<demanded>{NAMES})(?:职称|资格|及?以上|证)"
    ))
});
/// What stands in front of the paper's name.
static LEAD: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^.*(?:持有|持|具备|具有|需要|需|须|必须|要有|要求|要|有|带|办理|办|取得|考取|考|凭|和|及|或|与|并|含|国家|相关|有效|的|会|拿|无|没|得|是)",
    )
});
static NOT_DEMANDED_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"^(?:[^,。;!?\n]{0,10})(?:优先|更好|最好|加分|也行|也可|亦可|均可|再加|加[0-9]|多给|多发|多拿|每月多|多[0-9]|工资(?:再|可|另|更|面|高)|待遇(?:再|可|另|更|面)|再谈|另谈|更高|补贴|补[0-9]|者加|奖|也要|包办|代办|报销)",
        r"|^(?:的)?(?:[^,。;!?\n]{0,2}(?:公司|单位|店里|我们|厂里|统一|免费|可以?|可入职后|可后|可先上岗再|先上岗再|入职后|没有的?可?|没有的我们|没有可)(?:统一|免费|给|负责|帮忙?|帮着|协助|出钱|花钱)?(?:办|补办|代办|培训|考|带))",
        r"|^[(](?:可|没|无|在考|公司|包|代)",
        r"|^[,、 ]?(?:没有的?|没有也|没证的?|无证)(?:也|可|我们|店里|公司|单位|能)",
        r"|^[^,。;!?\n]{0,6}(?:没考|没过|考了[^,。;!?\n]{0,3}没|过期|到期|没下来|没复审|正在考|没取得)",
        r"|^(?:没有|没)?(?:也行|也可|都行|无所谓)",
    ))
});
static NOT_DEMANDED_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:无需|不需要?|不用|没有|没|无|不要|不押|押|代办|包办|帮办|免费办|可办|给办|包考|协助办理?|帮助?考?取?|送|不限|没考过?|没考下|未取得|没办|没拿|不会考|培训考?|报销|报考|负责办|统一办|公司办|单位办|店里办|厂里办|优先|还没)[^,。;!?\n]{0,3}$",
    )
});
static PERSONAL: [&str; 19] = [
    "身份证",
    "居住证",
    "暂住证",
    "退伍证",
    "学生证",
    "毕业证",
    "结婚证",
    "残疾证",
    "保证",
    "学位证",
    "工作证",
    "优待证",
    "房产证",
    "准生证",
    "出入证",
    "行驶证",
    "退休证",
    "单位证",
    "通行证",
];

/// What follows a paper that a person does not have, or not yet.
static NOT_HELD_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"^(?:的?我|的?俺|也|还|暂时|一直|倒是)*(?:没有|没|未|不够)",
        r"|^[^,。;!?\n]{0,4}(?:考过[0-9一二两三几]门|(?:还)?[差剩][0-9一二两三几]门|在考|要考|得考|过期|到期|吊销|没复审)",
    ))
});
/// What precedes one.
static NOT_HELD_BEFORE: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?:想|打算|准备|正|在|要|计划|报名?|学着?)考[^,。;!?\n]{0,3}$"));

/// Certificates that an advert demands, each once, in order.
pub(crate) fn certificates(plain: &Source) -> Vec<Found<Certificate>> {
    papers(plain, is_demanded)
}

/// Certificates that a person holds.
pub(crate) fn held(plain: &Source) -> Vec<Found<Certificate>> {
    papers(plain, |text, at| {
        is_demanded(text, at)
            && !NOT_HELD_AFTER.is_match(after(text, at.end, 12))
            && !NOT_HELD_BEFORE.is_match(clause_before(text, at.start, 8))
    })
}

/// The papers of a text that pass, each once, in order.
fn papers(plain: &Source, counts: impl Fn(&str, &Range<usize>) -> bool) -> Vec<Found<Certificate>> {
    let text = plain.text();
    let mut finds: Vec<(Range<usize>, String)> = licences(text);
    let free = |finds: &[(Range<usize>, String)], at: &Range<usize>| {
        finds.iter().all(|(f, _)| f.end <= at.start || at.end <= f.start)
    };
    for ((), at) in KNOWN.find_in(text) {
        if free(&finds, &at) && !PERSONAL.iter().any(|p| text[..at.end].ends_with(p)) {
            finds.push((at.clone(), text[at].to_owned()));
        }
    }
    for found in TITLES.captures_iter(text) {
        let Some(name) = found.name("held").or(found.name("demanded")) else { continue };
        let known = !name.as_str().is_empty() && recorded(name.as_str()).is_some();
        if free(&finds, &name.range()) && known {
            finds.push((name.range(), name.as_str().replace('1', "一").replace('2', "二")));
        }
    }
    let told = if text.contains('证') || text.contains("从业资格") { text } else { "" };
    for found in BRACKETED.captures_iter(told).filter_map(|c| c.name("name")) {
        let name = format!("{}证", found.as_str());
        if free(&finds, &found.range()) && NAMES.contains(&name) {
            finds.push((found.range(), name));
        }
    }
    for found in OTHER.captures_iter(told).filter_map(|c| c.name("name")) {
        let lead = LEAD.find(found.as_str()).map_or(0, |m| m.end());
        let name = &found.as_str()[lead..];
        let at = found.start() + lead..found.end();
        let personal = PERSONAL.iter().any(|p| name.ends_with(p));
        if free(&finds, &at) && !personal && (2..=12).contains(&name.chars().count()) {
            finds.push((at, name.to_owned()));
        }
    }
    finds.sort_by_key(|(at, _)| at.start);
    let mut seen = HashSet::new();
    let mut out = Vec::new();
    for (at, name) in finds {
        let Some(certificate) = recorded(&name) else { continue };
        if counts(text, &at) && seen.insert(certificate.clone()) {
            let confidence = if certificate.as_str() == name { 0.85 } else { 0.9 };
            out.push(Found::new(certificate, plain.span(&at), confidence));
        }
    }
    out
}

/// Words of trades that are only done with a paper, and the paper.
const TRADE_PAPERS: [(&str, &str); 17] = [
    ("叉车", "叉车证"),
    ("焊", "焊工证"),
    ("塔吊", "塔吊证"),
    ("塔司", "塔吊证"),
    ("电工", "电工证"),
    ("水电", "电工证"),
    ("护士", "护士执业证"),
    ("教师", "教师资格证"),
    ("锅炉", "锅炉证"),
    ("司炉", "锅炉证"),
    ("制冷", "制冷证"),
    ("电梯", "电梯作业证"),
    ("会计", "会计证"),
    ("育婴", "育婴师证"),
    ("月嫂", "母婴护理证"),
    ("消控", "消防设施操作员证"),
    ("消防中控", "消防设施操作员证"),
];
/// 有证, 持证上岗, without a name.
static BARE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:^|[^没无不非])(?P<paper>(?:有|带|持|要|须|需|凭)(?:相关|操作|上岗|资格|本)?证(?:件)?(?:齐全|上岗|在手)?|证件齐全|证书?齐全|有本|带本|持本)(?:的|者)?(?:上岗)?(?:$|[,。;!\n ])",
    )
});

/// The paper of the trade, where the text asks for a paper without a name.
pub(crate) fn of_the_trade(plain: &Source, title: &str) -> Option<Found<Certificate>> {
    let (_, name) = TRADE_PAPERS.iter().find(|(trade, _)| title.contains(trade))?;
    let at = BARE.captures(plain.text())?.name("paper")?.range();
    Some(Found::new(Certificate::parse(name).ok()?, plain.span(&at), 0.7))
}

/// The certificate of a name, with or without its 证 as the record has it.
fn recorded(name: &str) -> Option<Certificate> {
    let bare = name.strip_suffix("证书").or(name.strip_suffix('证'));
    let with = Some(format!("{}证", bare.unwrap_or(name)));
    let known = |n: &str| NAMES.contains(&n.to_uppercase());
    let chosen = [Some(name), with.as_deref(), bare].into_iter().flatten().find(|n| known(n));
    Certificate::parse(chosen.unwrap_or(name)).ok()
}

fn licences(text: &str) -> Vec<(Range<usize>, String)> {
    let mut finds = Vec::new();
    for found in LICENCE.captures_iter(text) {
        let (Some(whole), Some(class)) = (found.get(0), found.name("class")) else { continue };
        let glued = text[..whole.start()].ends_with(|c: char| c.is_ascii_alphanumeric());
        let runs_on = text[class.end()..].starts_with(|c: char| c.is_ascii_alphanumeric());
        let ahead = before(text, whole.start(), 8);
        let named = found.name("paper").is_some();
        let asked = [
            "驾照",
            "驾驶证",
            "要求",
            "持",
            "需",
            "有",
            "会开",
            "本",
            "证",
            "照",
            "准驾",
            "驾",
            "(",
        ]
        .iter()
        .any(|cue| ahead.contains(cue));
        let driving =
            ["驾", "司机", "开车", "送货", "厢货", "货车", "配送", "搬家", "送水", "跑车"]
                .iter()
                .any(|cue| text.contains(cue));
        let building = text[class.end()..]
            .starts_with(['座', '栋', '区', '楼', '口', '门', '出', '馆', '栋', '级', '号']);
        if !glued && !runs_on && !building && (named || asked || driving) {
            finds.push((whole.range(), class.as_str().to_uppercase()));
        }
    }
    finds
}

fn is_demanded(text: &str, at: &Range<usize>) -> bool {
    let behind = clause_after(text, at.end, 14);
    let next = after(text, at.end, 14);
    // 健康证,没有的可以办: the next clause waives it; its 优先 is about something else.
    let waived =
        next.starts_with([',', ' ']) && !next.contains("优先") && NOT_DEMANDED_AFTER.is_match(next);
    let offered = NOT_DEMANDED_AFTER.is_match(behind)
        || NOT_DEMANDED_BEFORE.is_match(clause_before(text, at.start, 8));
    !waived && !offered
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        certificates(&Source::read(text)).into_iter().map(|f| f.value.as_str().to_owned()).collect()
    }

    #[test]
    fn demanded_papers_are_found_by_their_names() {
        assert_eq!(read("有本(C1)，3500底薪"), ["C1"]);
        assert_eq!(read("持B2以上驾照"), ["B2"]);
        assert_eq!(read("要求C1，驾龄3年以上"), ["C1"]);
        assert_eq!(read("有母婴护理证、健康证，做过十家以上"), ["母婴护理证", "健康证"]);
        assert_eq!(read("低压电工证，改造走线"), ["电工证"]);
        assert_eq!(read("持特种作业操作证(塔吊)"), ["特种作业操作证"]);
        assert_eq!(read("会开车有驾照"), ["C1"]);
        assert_eq!(read("持初级会计职称，3年以上经验"), ["初级会计"]);
        assert_eq!(read("中级会计以上，本科"), ["中级会计"]);
        assert_eq!(read("招初级会计一名"), Vec::<String>::new());
    }

    #[test]
    fn papers_that_a_person_holds() {
        let read = |text: &str| -> Vec<String> {
            let found = held(&Source::read(text)).into_iter();
            found.map(|f| f.value.as_str().to_owned()).collect()
        };
        assert_eq!(read("B2本，道路货运从业资格也考了"), ["B2", "道路货运从业资格证"]);
        assert_eq!(
            read("危险货物运输从业资格和货运从业资格都有"),
            ["危货从业资格证", "道路货运从业资格证"]
        );
        assert_eq!(read("证有（危险化学品安全作业）"), ["危化品作业证"]);
        assert_eq!(read("B2本，A1没有，增驾得考"), ["B2"]);
        assert_eq!(read("电工证还没考下来"), Vec::<String>::new());
        assert_eq!(read("二建考过两门，施工员证有"), ["施工员证"]);
        assert_eq!(read("想考个护士证，叉车证过期了"), Vec::<String>::new());
    }

    #[test]
    fn what_is_no_demand_is_left_out() {
        for text in [
            "有保安证的再加200",
            "有电工证优先",
            "健康证公司给办",
            "不押证件，身份证拍照",
            "没证也行",
            "A1座302室",
            "健康证可入职后办",
        ] {
            assert!(read(text).is_empty(), "{text} {:?}", read(text));
        }
    }
}
