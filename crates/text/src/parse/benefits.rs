//! Benefits, and the terms that a person wishes for.

use std::sync::LazyLock;

use regex::Regex;

use super::draft::Found;
use super::phrases::{Phrases, after, clause_before, regex};
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
