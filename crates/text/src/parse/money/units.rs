//! The unit that a sum pays for, by what stands around it.

use std::sync::LazyLock;

use jobmatch_domain::PayUnit;
use regex::Regex;

use crate::parse::phrases::regex;

/// What follows an amount: how firm it is, then the unit it pays for.
static UNIT_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"^(?:左右|上下|不等|来块|多|以上|往上|往里|保底|起步|打底|起)?[)\]]? ?(?:钱)?",
        r"(?:(?P<slash>\+?/|每|一|1 ?|按|算)?",
        r"(?:(?:个)?(?P<piece1>课时|节课)|(?:个)?(?P<hour>小时|钟头|钟|h(?:[^a-z]|$))|(?P<month>(?:个)?月)",
        r"|(?P<day>(?:8|9|10|11|12)个?小时|天|白班|夜班|日|晚上|晚|夜|(?:个)?工(?:日|$|[^作资])|宿|班)|(?P<year>年)))",
    ))
});
/// The same, for pieces; needs the stroke or the 一.
static PIECE_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(&format!(r"^(?:左右|上下|不等|往上|以上|起)?[)\]]? ?(?:/|每|一|1 ?|1个){PIECES}"))
});
static HOUR_AFTER_STROKE: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^(?:起|左右)? ?[/每] ?(?:个)?时"));
const PIECES: &str = "(?:个|单|件|趟|车|袋|吨|平方米|平方|平米|平|方|m2|米|斤|公斤|kg|箱|间|套|桶|户|台|节|课|堂|次|份|亩|棵|株|双|条|只|人|位|场|根|票|张|本|页|笔|桌|头|盘|篇|字|包|把|块|对|筐|捆|垛|门|扇|樘|副|盒|层|路|坑|例|台次|胎|窝|床|集|首|幅|道|题|稿|瓶|片|打|公里|里|立方)";
pub(super) static PIECE: LazyLock<Regex> = LazyLock::new(|| regex(&format!("^{PIECES}")));
pub(super) static PIECE_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(&format!(
        r"(?:(?:每|按|1|一|送1|做1|提1|跑1) ?{PIECES}[^0-9]{{0,5}}|计件[^0-9]{{0,4}}|提成[^0-9]{{0,2}}|(?:派件|送件|送单|跑单|跑趟|派单|送餐|打包)[^0-9]{{0,2}}|(?:每钟|1个?钟)提?)$"
    ))
});
static UNIT_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:(?P<hour>时薪|小时工资|小时工|钟点工|小时费|按小时|(?:每|1|一|按)(?:个)?小时|小时|(?:1|一|每)个?钟头?)",
        r"|(?P<month>月薪|月工资|月收入|月入|月赚|月挣|月综合|每个?月|1个?月|月基本|月底薪|月)",
        r"|(?P<day>日薪|日工资|日赚|日入|每天|每日|1天|1宿|1晚上?|按天|日结|天|每晚|每班|1个班|每个?工|1个?工)",
        r"|(?P<year>年薪|年收入|每年|1年|年综合))",
        r"(?:工资|薪资|薪酬|补贴|补助|待遇|收入|综合|到手|税前|税后|开|给|可以?|能|约|保底|底薪|净|付|发|结|算|大概|挣|拿|[不别]?低于|最低|至少|最少|起码|达|工钱|纯)*[:是为]? ?[¥(]?$",
    ))
});

pub(super) fn unit_after(behind: &str, marked: bool) -> Option<PayUnit> {
    if let Some(unit) = UNIT_AFTER.captures(behind) {
        let per = unit.name("slash").is_some();
        for (name, of) in [
            ("piece1", PayUnit::Piece),
            ("hour", PayUnit::Hour),
            ("month", PayUnit::Month),
            ("day", PayUnit::Day),
            ("year", PayUnit::Year),
        ] {
            if unit.name(name).is_some() && (per || marked || name == "month" || name == "day") {
                return Some(of);
            }
        }
    }
    if HOUR_AFTER_STROKE.is_match(behind) {
        return Some(PayUnit::Hour);
    }
    let piece = PIECE_AFTER.find(behind)?;
    // 200元/人/天 is by the day.
    let then = &behind[piece.end()..];
    if piece.as_str().ends_with(['人', '位']) && then.starts_with(['/', '每', '1', '一']) {
        return unit_after(then, true).or(Some(PayUnit::Piece));
    }
    Some(PayUnit::Piece)
}

pub(super) fn unit_before(ahead: &str) -> Option<PayUnit> {
    if let Some(unit) = UNIT_BEFORE.captures(ahead) {
        for (name, of) in [
            ("hour", PayUnit::Hour),
            ("month", PayUnit::Month),
            ("day", PayUnit::Day),
            ("year", PayUnit::Year),
        ] {
            if unit.name(name).is_some() {
                return Some(of);
            }
        }
    }
    PIECE_BEFORE.is_match(ahead).then_some(PayUnit::Piece)
}
