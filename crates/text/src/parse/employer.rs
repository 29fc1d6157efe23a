//! The employing unit, when the advert names it.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::phrases::{before, regex};

/// A run of characters that ends with a word for a unit.
static UNIT: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?P<name>[\p{Han}a-z0-9·&]{0,16}?)",
        r"(?P<suffix>有限责任公司|股份有限公司|有限公司|分公司|公司|集团|物业|家政|餐饮|大酒店|酒店|宾馆|民宿|旅馆|饭店|酒楼|酒家|饭庄|餐厅|饭馆|菜馆|食府|面馆|馆子|茶馆|饺子馆|拳馆|健身房|健身|会所|便利店|便利|生鲜超市|超市|商场|商城|百货|学校|中学|小学|幼儿园|托育园|托管班|托管|医院|诊所|卫生院|卫生室|门诊部|门诊|大药房|药店|药房|养老院|敬老院|护理院|养老中心|颐养中心|合作社|农场|果园|牧场|养殖场|苗圃|园艺场|基地|物流园|物流|快递|快送|速递|快运|货运|驿站|项目部|工程队|施工队|服务站|服务中心|街道办事处|街道办|居委会|村委会|社区|工作室|工作站|事务所|科技|传媒|建设|建工|建筑|装饰|装修|劳务|人力资源|人力|保洁|搬家|搬运|水站|洗衣|影院|影城|乐园|景区|银行|书店|书屋|琴行|美发|美容|理发店|发廊|烘焙|蛋糕店|面包房|奶茶店|咖啡馆|咖啡店|咖啡|花店|宠物店|汽修厂|修理厂|加工厂|食品厂|服装厂|家具厂|制品厂|机械厂|电子厂|纺织厂|板材厂|饲料厂|屠宰厂|化工厂|水泥厂|玩具厂|鞋厂|冷库|工厂|总厂|厂|总店|分店|旗舰店|专卖店|店|馆|坊|轩|阁|铺子|铺|食堂|殡仪馆|博物馆|图书馆|派出所|供电所|机构|培训学校|学院|大学|研究所|研究院|检测站|加油站|洗车行|车行|公寓|电竞馆|网咖|ktv|影楼|汽贸|农机站|木业|机械|电子|食品|服饰|制衣|纺织|化工|电器|五金|塑业|包装|印务|船厂|渔业|水产|冷链|纸业|新材料|重工|精工|安保|保安服务|驾校|工业园|大棚|砖厂|烧烤|火锅|米线|大锅|小厨|厨房|菜店|肉铺|粮油|车队|跑腿|牧业|石化|煤业|矿业|热力|浴池|资本|橡塑|云仓|涂料|轮胎|油站|储备库|文化|营业部|人事部|酒业|农机社|产业园|器械|医材|涂装|钢构|铸造|置业|地产|租赁|广告|供热|燃气|环卫|园林|农业|生物|制药|药业|珠宝|眼镜|汽修|渔家|小院|小屋|空间|工坊)",
    ))
});
/// What a unit deals in: a name made of nothing else is none.
static GENERIC: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:火锅|水饺|烧烤|米线|面|麻辣烫|饺子|包子|早餐|早点|快餐|小吃|奶茶|咖啡|蛋糕|面包|烤鱼|烤肉|海鲜|川菜|鲁菜|湘菜|自助|西餐|中餐|家常菜|手机|服装|鞋|水果|蔬菜|菜|烟酒|母婴|五金|建材|汽修|汽车|修理|洗车|美容|美发|理发|美甲|足疗|按摩|推拿|宠物|鲜花|花|书|药|超市|便利|零售|房产|中介|社区|小区|商场|电子|食品|机械|机械加工|化工|塑料|纺织|家具|印刷|包装|木材|板材|铸造|轮胎|玻璃|水泥|饲料|屠宰|罐头|物流|快递|保洁|家政|物业|搬家|装修|劳务|保安|安保|婚庆|培训|教育|养老|医疗|口腔|牙科|中医|幼儿|托管|健身|瑜伽|游泳|台球|网吧|酒|酒店|宾馆|饭店|餐饮|餐厅|食堂|学校|医院|工厂|车间|冷库|仓库|大棚|农业|养殖|种植|运输|货运|客运|出租|公交|地铁|工程|建筑|市政|园林|绿化|环卫|电力|水电|空调|电梯|门窗|铝合金|不锈钢|焊接|钢结构|石材|瓷砖|油漆|防水|广告|印务|图文|打字|复印|电商|直播|网店|淘宝|外贸|软件|网络|信息|科技|会计|财务|代账|律师|保险|银行|证券",
        r"|羊汤|牛肉|拉面|黄焖鸡|煎饼|火烧|油条|熟食|烧饼|馒头|豆腐|卤味|炸串|炸鸡|串串|烤鸭|烤羊|酸菜鱼|小龙虾|海参|粥|甏肉|把子肉|盖饭|牛排|披萨|汉堡|冷饮|冰激凌|甜品|茶叶|茶|干洗|洗衣|裁缝|眼镜|钟表|珠宝|玩具|文具|体育|家电|家居|灯具|窗帘|床品|布艺|化妆品|日化|乳品|肉|水产|鱼|生鲜|粮油|调料|宠物美容|旅游|票务|摄影|照相|影楼|游乐|剧本杀|棋牌|洗浴|汗蒸|采摘|苗木|酿酒|矿泉水|桶装水|送水|纸箱|纸|毛巾|服饰|制衣|针织|印染|帽子|手套|箱包|工艺品|假发|钢铁|钢材|铝|铜|配件|零部件|汽配|阀门|轴承|电机|电缆|电池|光伏|半导体|医药|制药|生物|化肥|农资|种子|宴会|会展|会议|展览|商务|连锁|旗舰|专卖|直营|加盟|品牌|批发|代工|组装|老年|残疾|公立|私立|民办|私人|国营|国企|央企|外企|上市|知名|大型|中型|小型|新开|新|老|老字号|百年|正规|高端|高档|某|本|我|俺|这|该|各|一家|一所|一个|家|两家|几家|所|个|中|大|小|西|东|南|北|新型|综合|专业|全国|本地|附近|门口|路口|楼下|楼上|对面|市|区|县|镇|村|乡|城|里|的|招|聘|急招|招聘|诚聘|直招|急|在|去|到|是|为|给|有|连|分|总|人民|中心|第三方|实体|夫妻|夜市|夜宵|大排档|门|单位|贴|租|开|进|去过|做过|干过|医美|一线|连锁型|农家乐|农家|生态|现代|门头|街边|旁|乡镇|驻|我们|咱|咱们|自家|自己|我家|本家|儿童|少儿|学生|员工|职工|单身|人才|青年|长租|夜|陪诊|电动车|摩托车|自行车|共享|二手|二手车|大车|卡车|吊车|挖机|铲车|叉车|农机|重点|上门|服务|高新|开发|经济|技术|产业|工业|商业|居民|市场|批发市场|菜市场|农贸|集贸|旅行|民营|企业|大厦|写字楼|机关|政府|机关单位|事业单位)",
    ))
});

/// The named unit, in bytes of the plain text. `places` are names of divisions, which name
/// no unit by themselves; `trades` are the occupations named.
pub(crate) fn employer(
    text: &str,
    places: &[Range<usize>],
    trades: &[Range<usize>],
) -> Option<Range<usize>> {
    let told = UNIT.captures_iter(text).find_map(|found| {
        let whole = found.get(0)?;
        let suffix = found.name("suffix")?;
        // The words of the unit that are neither a place nor what it deals in.
        let own: Vec<char> = own_words(text, whole.start()..suffix.start(), places);
        let is_trade = trades
            .iter()
            .any(|t| t.start < suffix.end() && suffix.start() < t.end && t.end > suffix.end());
        (own.len() >= 2 && !is_trade && !before(text, whole.start(), 1).ends_with(['离', '近']))
            .then(|| whole.range())
    });
    told.or_else(|| signature(text, places))
}

/// Words that make a closing clause a sentence rather than a name.
static SENTENCE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"[的在要招有不可来能元是会就都请找问谈送发上下到给让得等等别快急好]|附近|路口|那边|这边|旁|对面|集合|地址|联系|优先|日结|电话|[0-9]|包|管|男|女|休|名|岁|薪|证|工资|小时|社保|险",
    )
});

/// A name that closes the advert as a signature does: after the place, with nothing else.
fn signature(text: &str, places: &[Range<usize>]) -> Option<Range<usize>> {
    let end = text.trim_end_matches(|c: char| !c.is_alphanumeric()).len();
    let start = text[..end]
        .rfind(|c: char| !c.is_alphanumeric())
        .map_or(0, |i| i + text[i..].chars().next().map_or(1, char::len_utf8));
    let placed = places.iter().any(|p| p.end <= start && start - p.end <= 24);
    let name = &text[start..end];
    let fits = (4..=10).contains(&name.chars().count()) && !SENTENCE.is_match(name);
    let elsewhere = places.iter().all(|p| p.end <= start || p.start >= end);
    (placed && fits && elsewhere).then_some(start..end)
}

fn own_words(text: &str, at: Range<usize>, places: &[Range<usize>]) -> Vec<char> {
    let mut rest = String::new();
    for (i, c) in text[at.clone()].char_indices() {
        let here = at.start + i;
        if places.iter().any(|p| p.contains(&here)) {
            rest.clear();
        } else {
            rest.push(c);
        }
    }
    let own = GENERIC.replace_all(&rest, "");
    own.chars().filter(|c| c.is_alphabetic()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> bool {
        employer(text, &[], &[]).is_some()
    }

    #[test]
    fn a_proper_name_makes_a_unit() {
        for text in [
            "柿子巷饺子馆",
            "蓝蚂蚁快送招骑手",
            "福照酒楼",
            "雁来物流",
            "鸥渡物业",
            "垚沃市政公司",
            "粒粒满餐饮",
        ] {
            assert!(names(text), "{text}");
        }
        for text in [
            "饭店招后厨帮工",
            "火锅店洗菜",
            "本店招聘",
            "某物业公司",
            "手机店招店员",
            "小饭店缺个打荷",
            "电子厂直招",
        ] {
            assert!(!names(text), "{text}");
        }
    }
}
