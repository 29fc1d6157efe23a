//! When the work is paid.

use std::sync::LazyLock;

use regex::Regex;

use super::draft::{Found, Settlement};
use super::phrases::{Phrases, before, regex};
use super::source::Source;

static SETTLEMENT: LazyLock<Phrases<Option<Settlement>>> = LazyLock::new(|| {
    use Settlement::{Daily, HalfMonthly, Monthly, OnCompletion, Weekly};
    Phrases::new(&[
        (
            Some(Daily),
            "日结 天结 当天结 当日结 现结 当场给 当场结 当场付 当天给钱 当天发 当日发 当天付 一天一结 一天一发 天天结 干一天结一天 每天结 每天发钱 每晚发钱 每天晚上发钱 当晚结 当天拿钱 当天拿走 下班就结 下班结 当日付 做完当天给 现钱 每天现结 日清 当晚发 工资当天 当天领 当晚给 干一天给一天 下班给钱 下班发钱 收工现结 散场现结 当场发 当场转账 下工结 下班现结 下班转账 当天算账 当天清账 随走随结 天黑结 天天发 每天收工结 每天收工就结 天天收工结 当天的钱当天 当天钱当天 现场结账 现场给 走的时候给钱 走时给钱 钱当天给 当天给",
        ),
        (
            Some(Weekly),
            "周结 每周结 一周一结 按周结 一周一发 每周发 周末结 一周结 每周五发 每周五结 星期五结 周五结",
        ),
        (
            Some(HalfMonthly),
            "半月结 半月一结 半个月一结 十五天一结 15天一结 半月发 半个月结 15天结 半个月发 半月一发",
        ),
        (
            Some(Monthly),
            "月结 月底结 按月结 每月结 一月一结 月底发 月底给 一个月一结 一月一发 一个月一发 月月发 月底一把清 次月发 次月结",
        ),
        (
            Some(OnCompletion),
            "完工结 收工给钱 收工结 散场给钱 散场结 散场就结 收工转账 收工就结 收工发钱 收摊就结 收摊结 收摊给钱 一起结 一起给 一起转账 干完一起 结束就付 干完微信转 完工就转账 干完转账 活完算账 干完算账 完活算账 结束付款 干完给钱 干完结 干完就结 结束转账 完工结账 活完结 活干完结 做完结 做完给钱 结束结 结束后结 结束给钱 完活结 干完活给 完工给 干完现结 完工付 验收结 做完就结 做完付 完事结 干完活结 完工一次 活完给钱 干完发钱 卸完结 卸完给钱 卸完就结 搬完结 搬完给钱 完活给钱 装完结 装完给钱 验收付 验收后付 拆完结 干完一把结 结束就结 完事给钱 完事就结 搬完就结 活干完就结 干完当场 干完立马 完工就给 完工就结 活完就结 完工清账 完工结清 验收完结 忙完结 活动结束结 结束微信转 结束微信就转 干完当场点钱 统一结清 一把给清 一共给 席散了给钱 席散给钱 散席给钱 下来就给钱 演完转账 演完就转 一把结 完事微信转 完事就转 看完给钱 看完就给 完活一块 给完活 活动结束后结 结束后转 割完结 收完结 种完结",
        ),
        (
            None,
            "不日结 不是日结 月结算报表 不能日结 没有日结 非日结 月结账 月结报表 月结对账 月结工作 不接受日结 日结勿扰 日结算 月结算",
        ),
    ])
});

/// When the work is paid.
pub(crate) fn settlement(plain: &Source) -> Option<Found<Settlement>> {
    let text = plain.text();
    let named = SETTLEMENT.find_in(text).find_map(|(s, at)| {
        // 卸完当场给钱: what is paid on the spot is paid when it is done.
        let on_the_spot =
            text[at.clone()].starts_with(['现', '场']) || text[at.clone()].starts_with("当场");
        let done = on_the_spot && before(text, at.start, 2).contains('完');
        Some((if done { Settlement::OnCompletion } else { s? }, at))
    });
    let described =
        || PAYDAYS.iter().find_map(|(s, pattern)| Some((*s, pattern.find(text)?.range())));
    let (settlement, at) = named.or_else(described)?;
    Some(Found::new(settlement, plain.span(&at), 0.9))
}

/// When it is paid in words that no list holds: 搬完就给, 每周六结账, 每月10号发钱.
static PAYDAYS: LazyLock<[(Settlement, Regex); 4]> = LazyLock::new(|| {
    [
        (Settlement::OnCompletion, regex(WHEN_DONE)),
        (Settlement::Weekly, regex(WEEKLY_PAYDAY)),
        (Settlement::HalfMonthly, regex(HALF_MONTHLY_PAYDAY)),
        (Settlement::Monthly, regex(MONTHLY_PAYDAY)),
    ]
});
const WEEKLY_PAYDAY: &str = concat!(
    r"(?:每|逢|到)?个?(?:周|星期|礼拜)[1-6一二三四五六日天末](?:早上|上午|中午|下午|晚上|当晚|准时|统一|就)*",
    r"(?:结账|结钱|结工资|结算|发钱|发工资|算账|给钱|开工资|结清|算[^,。;!\n]{0,3}账)",
    r"|(?:[1一每]|7|七)(?:个)?(?:周|星期|礼拜|天)(?:就|给)?(?:[一1](?:次|回))?(?:一|1)?(?:结账|结钱|结工资|结清|发工资|算账|开钱|结(?:$|[,。;! ]))",
);
const HALF_MONTHLY_PAYDAY: &str =
    r"(?:半个?月|15天|十五天)(?:就|给|一|1)?(?:发|结|给|开|算)(?:[一1]?[次回])?(?:钱|工资|账|清)?";
const MONTHLY_PAYDAY: &str = concat!(
    r"(?:每个?月|次月|下个?月|月)(?:[0-9一二三四五六七八九十]{1,3}[号日]|月?底前?|月?初|准时|按时|到点)+(?:左右|前|之前|准时|准点|按时|统一|打卡)*",
    r"(?:发|开|结|打卡|打到|到账|清|付|给)(?:[^,。;!\n]{0,4}(?:钱|工资|薪|账|清|酬))?",
    r"|(?:工资|薪资|工钱)[^,。;!\n]{0,3}(?:月底|月初|按月|每月|次月|下月)[^,。;!\n]{0,6}(?:清|发|结|付|给|开|到账)|每月发(?:薪|工资)|按月(?:发|付|给|开)",
);
/// Paid when it is done.
const WHEN_DONE: &str = concat!(
    r"(?:第[2-9二三四五六七八九]天|最后[1一]天|完了|最后|结束|收尾|收工|完工)[^,。;!\n0-9]{0,4}(?:[1一]块|[1一]起|统一|[1一]次性?|[1一]把)(?:儿)?(?:给|结|发|清|付|算)|(?:[1一]块儿?|[1一]并)(?:给钱|结账|结清|发钱|结$)",
    r"|(?:干|做|活|搬|卸|装|拆|忙|收|割|种|贴|刷|演|拍|唱|考|活动|演出|婚礼|婚宴|展会|靠岸|工程|完工|验收)(?:儿)?(?:完|结束|了|就|后|合格|全)*[^,。;!\n0-9]{0,4}?(?:完|结束|后|合格|岸|收|就|全)[^,。;!\n0-9天月]{0,5}(?:结账|结清|结钱|结算|一把结|就给|给钱|付清|清账|就结|一次结|现结|结1家|结一家|付钱|转账|(?:就)?发(?:微信)?红包|就发|1起发|一起发)|一次结清|1次结清|一把结清|(?:干|做|卸|装|跑|送|拉)完[1一][户车家单趟间][就]?结",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settlements() {
        for (text, wanted) in [
            ("150一天日结", Some(Settlement::Daily)),
            ("每天晚上发钱", Some(Settlement::Daily)),
            ("干完给钱", Some(Settlement::OnCompletion)),
            ("工资月结", Some(Settlement::Monthly)),
            ("负责月结报表", None),
            ("卸完当场给钱", Some(Settlement::OnCompletion)),
            ("第三天下午一块给", Some(Settlement::OnCompletion)),
            ("晚上走的时候给钱", Some(Settlement::Daily)),
            ("每天收工结，管午饭", Some(Settlement::Daily)),
            ("演完转账", Some(Settlement::OnCompletion)),
            ("考完就发", Some(Settlement::OnCompletion)),
            ("每人200元，结束微信转账", Some(Settlement::OnCompletion)),
            ("干完就发微信红包", Some(Settlement::OnCompletion)),
            ("贴完验收好就结账", Some(Settlement::OnCompletion)),
            ("卸完一车结一车", Some(Settlement::OnCompletion)),
            ("工资一月一发", Some(Settlement::Monthly)),
            ("每周六结账", Some(Settlement::Weekly)),
            ("每个月10号发钱", Some(Settlement::Monthly)),
        ] {
            assert_eq!(settlement(&Source::read(text)).map(|f| f.value), wanted, "{text}");
        }
    }
}
