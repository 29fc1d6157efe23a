//! Terms of the work: benefits, days off, settlement, kind, demands on the body.

use std::ops::Range;
use std::sync::LazyLock;

use jobmatch_domain::{EmploymentKind, PayUnit, Physical};
use regex::Regex;

use super::draft::{Found, Settlement};
use super::figures::Figures;
use super::phrases::{Phrases, after, before, clause_before, regex};
use super::source::Source;

/// Canonical benefits and their wordings; `包吃+包住` stands for both.
static BENEFITS: LazyLock<Phrases<&'static str>> = LazyLock::new(|| {
    Phrases::new(&[
        (
            "包吃+包住",
            "包吃住 包吃包住 管吃住 管吃管住 供吃住 供吃供住 免费食宿 包食宿 提供食宿 供食宿 管食宿 食宿全包 吃住全包 吃住都管 吃住全管 工地吃住 吃住免费 食宿免费 包食包住 吃住在厂 吃住在工地 吃住工地 吃住在店 吃住店里 厂里吃住 吃住不花钱 包吃喝住 免费吃住 提供吃住 吃住公司 吃住由 吃住 食宿 店里吃住 吃住在场 场里吃住 吃住在单位 吃住在院 包三餐住宿 包餐食住宿 解决吃住 解决食宿 有食宿 管吃、住 吃住管 管饭管住 食宿公司",
        ),
        (
            "包吃",
            "包吃 午饭免费 早饭免费 晚饭免费 管吃 管饭 包饭 包餐 包三餐 管三餐 管一顿 管两顿 管俩顿 管三顿 管1顿 管一餐 管两餐 管中饭 管午饭 管晚饭 管早饭 管晌饭 包午餐 包中餐 包晚餐 包早餐 包一餐 包两餐 包早中 包中晚 包午饭 包晚饭 工作餐 免费午餐 免费三餐 免费工作餐 免费早餐 免费晚餐 免费早午餐 免费两餐 盒饭 供饭 供餐 供午餐 供中餐 供三餐 供早餐 供一餐 管盒饭 提供午餐 提供工作餐 提供三餐 提供中餐 提供餐 食堂免费 免费用餐 免费就餐 管早晚饭 员工餐 供应午餐 供两餐 管工作餐 管中午饭 管中午一顿 管晌午饭 中午管饭 吃饭免费 吃饭不要钱 包一顿 包两顿 包中午 管中午 一日三餐 一天三顿 管早中 管伙食 包伙食 供午饭 供晚饭 管吃喝 供吃 提供早餐 提供晚餐 提供一餐 提供两餐 两餐免费 一餐免费 三餐免费 午餐免费 中餐免费 晚餐免费 免费供餐 免费一餐 餐食免费 免费中餐 免费吃饭 饭管够 饭店里管 有饭吃 管顿饭 管包子 管顿午饭 管顿晚饭 管顿早饭 饭管饱 咸菜管饱 馒头管饱 食堂免费吃 饿了有饭",
        ),
        (
            "包住",
            "包住 夫妻房 住宿 管住 供住 供宿 包宿 管宿 提供住宿 供住宿 免费住宿 提供宿舍 免费宿舍 宿舍 住宿免费 包住宿 管住宿 有住宿 有住处 有地方住 能住宿 可住宿 提供单间 可提供住 提供住处 安排住宿 安排食宿 住宿安排 公寓免费 免费公寓 员工公寓 解决住宿 有住的地方 包住处 住处免费 住工棚 工棚住宿",
        ),
        ("五险一金", "五险一金 5险一金 5险1金 五险1金 六险一金 五险二金 六险二金 五险两金"),
        ("五险", "五险 5险"),
        ("社保", "社保 社会保险 缴保险 交保险 上保险 养老保险 有保险 入保险 三险 职工保险"),
        (
            "意外险",
            "意外险 意外保险 意外伤害险 商业险 雇主责任险 人身意外 意外伤害保险 人身险 商业保险 雇主险",
        ),
        (
            "餐补",
            "餐补 饭补 餐费补 餐饮补贴 伙食补 餐贴 夜宵补 吃饭补 饭贴 午餐补 用餐补 误餐 误餐补 伙食费补 就餐补 餐食补 饭费补",
        ),
        ("房补", "房补 住房补 租房补 房租补 住宿补 房贴"),
        ("全勤奖", "全勤奖 满勤奖 全勤 满勤"),
        ("工龄奖", "工龄奖 工龄工资 工龄补 工龄钱 工龄津贴 年功工资"),
        (
            "年终奖",
            "年终奖 年底奖 年终分红 年底双薪 十三薪 年终双薪 双薪 年终红包 年底分红 年底有奖 年底奖金 年底红包",
        ),
        ("绩效奖", "绩效奖 绩效奖金 季度奖"),
        (
            "交通补贴",
            "交通补 车补 车贴 路补 通勤补 油补 交通费补 车费补 路费补 交补 车费报销 报销车费 报销路费 油费补 给路费",
        ),
        ("话补", "话补 话费补 通讯补 电话补 通讯费补"),
        ("高温补贴", "高温补 高温费 防暑降温 高温津贴 降温费 高温钱 防暑费"),
        ("夜班补贴", "夜班补 夜班费 夜班津贴 夜补"),
        ("取暖补贴", "取暖补 取暖费 采暖补 暖气补"),
        (
            "节日福利",
            "节日福利 过节费 节日礼品 过节福利 节假日福利 节日礼 逢年过节发 过节发 过年过节发 节礼 过节有礼 过年过节有 过节礼 年节福利 年节礼 节日费 逢年过节有",
        ),
        ("生日福利", "生日福利 生日礼 生日蛋糕 生日会 过生日有"),
        ("带薪年假", "带薪年假 年假 带薪休假 带薪假 带薪年休"),
        ("带薪寒暑假", "带薪寒暑假 寒暑假带薪 寒暑假照发 带薪寒假 带薪暑假 寒暑假工资照发"),
        ("加班费", "加班费 加班双倍 加班补 加班另算 加班工资 加班另计 加班有钱 三倍工资 加班有费"),
        (
            "班车",
            "班车 厂车接送 专车接送 车接车送 有车接送 免费接送 统一接送 接送上下班 大巴接送 上下班接送 包车接送 通勤车 厂车",
        ),
        ("体检", "免费体检 年度体检 每年体检 定期体检 年体检 带薪体检 有体检 、体检 体检、"),
        ("团建", "团建 员工旅游 旅游 年度旅游"),
        (
            "",
            "住宿费 住宿押金 住宿登记 住宿服务 食宿费 十三薪酬 团体体检 入职体检 体检合格 体检自理 体检费自理 岗前体检 体检通过 体检报告 体检中心 体检表 体检套餐 体检合格者 有体检报告 、体检费 体检费 宿舍管理 宿舍保洁 宿舍楼 宿舍阿姨 学生宿舍 女生宿舍 男生宿舍 宿管 员工餐厅 旅游景区 旅游区 旅游度假 旅游公司 年假期 做工作餐 做员工餐 员工餐厨师 送盒饭 打盒饭 旅游专业 旅游管理 旅游大巴 班车司机 班车线 班车驾驶 开班车 不包吃住 不包吃 不包住 不管吃住 不管吃 不管住 不管饭 没宿舍 无宿舍 不提供食宿 不提供住宿 不提供宿舍 不交社保 无社保 没社保 不上社保 没有社保 自交社保 不交五险 不缴社保 没五险 办社保 社保业务 社保专员 社保办理 社保窗口 社保政策 宿舍卫生 宿舍维修 卖年假 不供餐 不供饭 不供住宿 不包餐 不管午饭 不供住 不包食宿 不管食宿 不包吃喝 社保代缴 社保缴纳业务 社保补贴 社保公积金办理 社保岗",
        ),
    ])
});
static DENIED_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:不|没有|没|无|暂无|暂不|不能|打扫|清洁|保洁|管理|负责|整理|巡查|自理|看|核算|办理|做|送|核对|登记|学生|查|扫|检查|收拾)[^,。;!?\n、和及]{0,3}$",
    )
});
static DENIED_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^(?:[^,。;!?\n 、]{0,3})(?:自理|没有|自己解决|自费|自负|个人承担|不提供|自行|暂无|无|自付|自备|不包|不管|合格|自己|费自|不)",
    )
});

/// Benefits by canonical name, each once.
pub(crate) fn benefits(plain: &Source) -> Vec<Found<&'static str>> {
    let text = plain.text();
    let mut out: Vec<Found<&'static str>> = Vec::new();
    for (benefit, at) in BENEFITS.find_in(text) {
        let denied = DENIED_BEFORE.is_match(clause_before(text, at.start, 6))
            || DENIED_AFTER.find(after(text, at.end, 8)).is_some_and(|m| {
                let rest = &text[at.end + m.end()..];
                let of_another = ['吃', '饭', '餐', '住'];
                !m.as_str().contains(of_another) && !rest.starts_with(of_another)
            });
        if benefit.is_empty() || denied {
            continue;
        }
        for name in benefit.split('+') {
            if out.iter().all(|f| f.value != name) {
                out.push(Found::new(name, plain.span(&at), 0.9));
            }
        }
    }
    out
}

static WISHES: LazyLock<Phrases<&'static str>> = LazyLock::new(|| {
    Phrases::new(&[
        ("日结", "日结 当天结 当天拿钱 现结 干一天拿一天 当天把钱 当天给钱"),
        ("周结", "周结"),
        ("月结", "月结"),
        ("双休", "双休"),
        ("单休", "单休"),
        ("长白班", "长白班 常白班 白班"),
        ("离家近", "离家近 家门口 就近"),
        ("", "不日结 非日结 月结的不 月结的压 月结不 双休不强求"),
    ])
});

/// Terms that a person names, by canonical name, each once.
pub(crate) fn wished(plain: &Source) -> Vec<Found<&'static str>> {
    let mut out: Vec<Found<&'static str>> = Vec::new();
    for (wish, at) in WISHES.find_in(plain.text()) {
        if !wish.is_empty() && out.iter().all(|f| f.value != wish) {
            out.push(Found::new(wish, plain.span(&at), 0.8));
        }
    }
    out
}

static REST: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:每?个?月|1个?月|每月可?|月)(?:可以|可|带薪|能|有|轮|让|给|固定|都|就|保证|正常|至少|能够|公)?(?:休息?|歇|轮休|公休|调休|放假?|假期?)(?:班)?[:是]?(?P<month>[0-9]{1,2})(?:[-至到][0-9])?[天日个]?",
        r"|(?:^|[,。;!\n ])(?:休息?|歇)(?P<month5>[1-9])天(?:$|[,。;!\n ])",
        r"|(?:每?个?月|1个月)有?(?P<month2>[0-9]{1,2})(?:[-至到][0-9])?天(?:的)?(?:公?休|假|歇|带薪休|轮休|调休)",
        r"|(?P<month4>[0-9]{1,2})天(?:公?休假?|假)/?(?:每)?月|(?:休息?|歇)(?P<month3>[0-9]{1,2})天/月",
        r"|(?:上|做|干|工作)(?P<on>[0-9]{1,2})(?:个)?(?P<unit>天|小时|个?月|休)?,?(?:休息?|歇)(?P<off>[0-9]{1,2})(?:天|小时)?",
        r"|(?:每|1)?个?(?:周|星期|礼拜)(?:可以|可|轮流?|调|固定|只|能|给|让|有)?(?:单)?(?:休息?|歇|轮休|调休|放假?)(?P<week>[1-3](?:\.5)?)(?P<half>天半)?[天日]?",
        r"|(?:每|1)个?(?:周|星期|礼拜)(?:有)?(?P<week2>[1-3])天(?:的)?(?:公?休|假|歇)|(?:每|1)个?(?:周|星期|礼拜)(?P<week3>1)[休歇]",
        r"|(?:每|1)个?(?:周|星期|礼拜)(?:只|就|要)?(?:工作|上班|上|干|到岗)(?P<days>[4-6])(?:个)?(?:天|个?班)",
        r"|(?P<double>双休|5天8小时|5天工作制|朝9晚5双休",
        r"|(?:周末|(?:周|星期|礼拜)[六6][、和,到]?(?:周|星期|礼拜)?[日天末7])(?:都|固定|全|均|店|还)?(?:能|可|可以|正常)?(?:休|歇|不上班|不上|不干|不用[来上]|不来|放假))",
        r"|(?P<mixed>大小周|大小休|单双休|单双周|大小礼拜|隔周双休|单休双休轮)",
        r"|(?P<single>单休|(?:周日|周天|星期天|星期日|礼拜天|礼拜日|(?:周|星期|礼拜)[1-6一二三四五六])(?:固定|都|能|可|可以|公|闭馆|店|正常)?(?:休|歇|不上班|不干|不用来|放假)|(?:[固定公]休|歇)(?:周|星期|礼拜)[日天1-6一二三四五六])",
    ))
});

/// Days off in a month.
pub(crate) fn rest_days(figures: &Figures) -> Option<Found<u8>> {
    let text = figures.text();
    for found in REST.captures_iter(text) {
        let whole = found.get(0)?;
        let number = |name| found.name(name).and_then(|m| m.as_str().parse::<f64>().ok());
        let told = number("month")
            .or(number("month2"))
            .or(number("month3"))
            .or(number("month4"))
            .or(number("month5"));
        if before(text, whole.start(), 2).ends_with(['不', '无', '非'])
            && found.name("double").is_some()
        {
            continue;
        }
        let days = if let Some(days) = told {
            days
        } else if let (Some(on), Some(off)) = (number("on"), number("off")) {
            cycle(on, off)
        } else if let Some(week) = number("week").or(number("week2")).or(number("week3")) {
            let half = if found.name("half").is_some() { 0.5 } else { 0.0 };
            (week + half) * 4.0
        } else if let Some(worked) = number("days") {
            (7.0 - worked) * 4.0
        } else if found.name("double").is_some() {
            8.0
        } else if found.name("mixed").is_some() {
            6.0
        } else {
            4.0
        };
        if (0.0..=25.0).contains(&days) {
            return Some(Found::new(days as u8, figures.span(&whole.range()), 0.9));
        }
    }
    None
}

/// 上六休一 is a week; other cycles (上一休一, 上24休48) are shares of thirty days.
fn cycle(on: f64, off: f64) -> f64 {
    if on + off == 7.0 { off * 4.0 } else { (30.0 * off / (on + off)).floor() }
}

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

static PHYSICAL: LazyLock<Phrases<Physical>> = LazyLock::new(|| {
    use Physical::{
        Bending, Chemicals, Climbing, Cold, Driving, Dust, Eyesight, Hands, Heat, Heights, Lifting,
        Night, Noise, Outdoors, Sitting, Squatting, Standing, Walking, Wet,
    };
    Phrases::new(&[
        (
            Lifting,
            "搬重物 搬运重 肩扛 扛包 扛上 扛货 装卸 搬得动 能搬 搬货 卸货 力气大 有力气 有劲 有把力气 重体力 体力活 抬担架 抱得动 搬桶 扛水 搬家具 抬家具 搬箱",
        ),
        (Standing, "久站 站立 站着干 站班 站岗 站一天 站得住 长时间站 能站"),
        (Sitting, "坐班 坐着干 久坐"),
        (Bending, "弯腰"),
        (Squatting, "蹲着 下蹲 能蹲"),
        (Climbing, "爬高 爬楼 爬梯 爬架 上架子 登梯"),
        (Walking, "多走路 走动 巡逻 跑腿 来回走 两万步 走路多"),
        (Heights, "高空 登高 高处作业 恐高 塔吊"),
        (Outdoors, "户外 露天 室外 风吹日晒 外勤"),
        (Heat, "高温 炎热 灶台热 车间热 锅炉旁 炉前"),
        (Cold, "冷库 低温 冷冻 冷藏 冷间"),
        (Noise, "噪音 噪声 机器响"),
        (Dust, "粉尘 灰大 扬尘 打磨 灰尘"),
        (Chemicals, "油漆 气味 味道大 化学品 药水 喷漆 有味 农药 胶水 电镀"),
        (Wet, "沾水 湿水 水里干 穿水鞋 下水"),
        (Eyesight, "眼神好 视力好 眼神要 费眼 视力 看显微镜 显微镜"),
        (Night, "夜班 通宵 上夜 熬夜 大夜 值夜 两班倒 三班倒"),
        (Hands, "手快 手工活 手头快 插件 手速"),
        (Driving, "长途 跑长途 开车时间长"),
    ])
});

/// What the advert says that the work asks of the body.
pub(crate) fn physical(plain: &Source) -> Vec<Found<Physical>> {
    let text = plain.text();
    let mut out: Vec<Found<Physical>> = Vec::new();
    for (demand, at) in PHYSICAL.find_in(text) {
        let ahead = before(text, at.start, 3);
        let denied = ahead.ends_with(['无', '不', '没', '免'])
            || ["不用", "没有", "不上", "不需", "不倒", "不值"].iter().any(|n| ahead.ends_with(n));
        // 不恐高 and 没恐高 are demands: the work is up high.
        let demanded = !denied || demand == Physical::Heights;
        if demanded && out.iter().all(|f| f.value != demand) {
            out.push(Found::new(demand, plain.span(&at), 0.7));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(text: &str) -> Figures {
        Figures::read(&Source::read(text))
    }

    #[test]
    fn benefits_by_canonical_name() {
        let read = |text: &str| {
            benefits(&Source::read(text)).into_iter().map(|f| f.value).collect::<Vec<_>>()
        };
        assert_eq!(read("管吃管住，五险一金"), ["包吃", "包住", "五险一金"]);
        assert_eq!(read("管俩顿饭，宿舍有空调，夜宵补一百"), ["包吃", "包住", "餐补"]);
        assert_eq!(read("住宿免费吃饭自理"), ["包住"]);
        assert_eq!(read("管住不管吃"), ["包住"]);
        assert_eq!(read("饭管饱，须有体检报告"), ["包吃"]);
        assert!(read("不管住，打扫宿舍卫生，入职体检合格，食宿自理").is_empty());
    }

    #[test]
    fn days_off() {
        for (text, wanted) in [
            ("月休四天", Some(4)),
            ("每月歇3天", Some(3)),
            ("一个月休六天", Some(6)),
            ("上24休48", Some(20)),
            ("上六休一", Some(4)),
            ("上一休一", Some(15)),
            ("双休", Some(8)),
            ("大小周", Some(6)),
            ("周日休", Some(4)),
            ("每周休两天", Some(8)),
            ("轮休，无休", None),
            ("一个月让歇三天", Some(3)),
            ("每周工作五天", Some(8)),
            ("周六周日不上班", Some(8)),
            ("每周休一天半", Some(6)),
        ] {
            assert_eq!(rest_days(&figures(text)).map(|f| f.value), wanted, "{text}");
        }
    }

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
