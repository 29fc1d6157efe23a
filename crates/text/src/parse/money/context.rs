//! Words around a sum that tell whether it is the wage, and how firm it is.

use std::sync::LazyLock;

use regex::Regex;

use crate::parse::phrases::regex;

pub(super) static CUE: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:工资|薪资|薪水|薪酬|待遇|报酬|收入|综合|到手|工价|工钱|酬劳|劳务费|补助|见习补贴|岗位补贴|生活补贴|补贴|税前|税后|月薪|日薪|时薪|价格|单价|课酬|课时费|小时费|酬金|佣金|月入|月|开|给|底薪|保底|基本工资|固定)",
        r"[^0-9,。;!?\n]{0,6}$",
    ))
});
pub(super) static BASE_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:底薪|保底|基本工资|基础工资|无责|基本薪资|基础薪资|底)(?:工资|薪资|底薪|月薪)?[:是为]? ?$",
    )
});
pub(super) static BASE_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"^ ?(?:/月|每月|1月|一个月)?的?(?:无责)?(?:底薪|保底|打底|基本工资|底)")
});
pub(super) static OPEN_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"^ ?(?:/?(?:月|天|日|小时|年|时|单|件|晚)|每?个?(?:月|天|小时)|1(?:天|个?月|小时|晚|年)|一个月|1[件单个平趟车米吨节次台间套箱袋])?",
        r"(?:往上|以上|起步|起|打底|保底|朝上|\+(?:$|[,。;!\n /)])|不封顶|多劳多得)",
    ))
});
pub(super) static COMMISSION_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"^(?:底薪|无责|保底|基本|工资|/月|每月|一个月|1个?月|/天|1天|1 ?小时|/小时|左右|打底|[)]| )*",
        r"(?:[,、;]? ?(?:[+加外另带跟]|还有|外加|另加|和|计)[^0-9,。;!\n]{0,6}|[,、] ?)?(?:提成|业绩|绩效|计件|每[单件台个趟]|超产奖|超产|超额|小费|抽成|奖金|佣金|提点|分红)",
    ))
});
pub(super) static MOST_AFTER: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^(?:以内|以下|封顶|之内)"));
/// Sums that are not the wage.
pub(super) static OTHER_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:押金|奖励?|奖金|另[给发奖付]|[餐饭房住车话油租交通高温夜班宵全勤满工龄社保][补贴]{1,2}助?|津贴|罚款?|扣|保险|另补|再补|补|再加|另加|红包|租金|月付|押1付1|转让|本金|垫付|注册资本|金额|价值|费用?|身高|高|路费|社保|报销|过节|工龄|月租|房租|多给|多发|多拿|多加|多奖|每月多[^0-9]{0,2}|缴纳?|预?交|充值?|垫|买|每?满?勤|介绍|推荐|营业额|流水|涨|身份|入职满.{0,3}|欠|赔|退)",
        r"[^0-9,。;!?\n工薪]{0,3}$",
    ))
});
/// How a day's hire is paid, right behind it: 180,当天结.
pub(super) static PAID_ON_THE_DAY: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^ ?[,、]? ?(?:当[天日场]|日|现|天)结"));
/// Sums that no cue makes a wage.
pub(super) static NO_WAGE_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:租金|房租|月付|押金|保证金|定金|会员?费|罚款?|服装费|报名费|本金|车份|份子钱?|另[给发奖付])[^0-9,。;!?\n]{0,4}$|(?:买|购|交|缴)1[套份件个盒](?:[^0-9,。;!?\n]{0,2})$",
    )
});
pub(super) static OTHER_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^ ?(?:/月|每月|1月)?的? ?(?:押金|奖|全勤|满勤|餐补|饭补|房补|补贴|补助|话补|车补|工龄|罚|红包|餐费|伙食|服装费|培训费|报名费|保险|过节|意外|补)",
    )
});
/// Hopes: what one can reach on a good day.
pub(super) static HOPE_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:能[挣拿上到赚开]|可[达拿挣到]|最高|轻松|好的时候|多的|熟练后?|熟手|月入|日入|挣|赚|上不封顶|干得?好|平均|收入|老师傅|老员工)[^0-9,。;!?\n]{0,8}$",
    )
});
/// What is paid before one earns the wage.
pub(super) static TRIAL_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:试用期?|学徒期?|实习期|培训期|考核期|试工|新手|新人|头[123]?个?月|第1个?月|前[1-6]个?月|生手)(?:[1-6]个?月)?[^0-9,。;!?\n]{0,6}$",
    )
});
/// A piece rate on top of a wage: 120一天+每单5元, 每亩提6块.
pub(super) static EXTRA_BEFORE: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?:[+加提]|提成|另外|奖)[^0-9,。;!\n]{0,3}$"));
pub(super) static A_HEAD_BEFORE: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?:^|[^带拉推荐介绍])[1每]人 ?$"));
pub(super) static A_HEAD_AFTER: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^ ?(?:元|块)?(?:钱)?[ ]?1个?人"));
/// What is counted, so no money, unless the currency is named.
pub(super) static COUNTED_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^(?:多|来|余|几|左右|周)?(?:岁|名|位|人|个(?:人|月|小时|多|工|[男女学老])|:|：|点|时(?:[^薪]|$)|号|楼|层|栋|小时|年|天|日|周|米[^/]|厘米|cm|公分|公里|kg|斤|平|%|度|级|路|班|次|届|寸|吨|月|后|薪|小区|单元|室|车间|分|份|期|队|项目|台|间|户|桌|床|亩|元店|w|种|家|条|岁以|以下|以内|g|kw|㎡|m2|社区|村|中|小学|件|休|险|线|口人|口之|套|批|\.|/[0-9]|街|院|厂|本|证|往后|时代|教室|餐|顿|辆|棵|座|方|箱|公|站|代|张|环|头|类|中学)",
    )
});

/// Spans of time and times of day.
pub(super) static TIME_AFTER: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^(?:多|来|几|左右)?(?:个?(?:月|小时|钟)|天|日|年|周|点|时|号|后|薪)"));
