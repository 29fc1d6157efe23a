//! The wordings that offend, and what excuses them.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use jobmatch_domain::{EmploymentKind, PayUnit};
use regex::Regex;

use super::wordings::WORDINGS;
use super::{Finding, Rule};
use crate::parse::phrases::{Phrases, after, before, clause_after, clause_before, regex};
use crate::parse::{PostingDraft, Reading};

/// An upper limit of age up to this one is a finding.
const TIGHT_AGE: u8 = 40;
/// 斤 a load from which on the law keeps women from the work (女职工劳动保护特别规定, 附录:
/// 25 kg now and then, 20 kg six times an hour; well above, as adverts are rough).
const HEAVY_LOAD_JIN: f64 = 60.0;

static PATTERNS: LazyLock<Vec<(Rule, Regex)>> = LazyLock::new(|| {
    let rows: [(Rule, &str); 13] = [
        (Rule::Sex, SEX),
        (Rule::Household, HOUSEHOLD),
        (
            Rule::Marriage,
            r"已婚已育|未婚未育|已婚未育|未婚|已婚|离异的?不要|没结婚|结过婚|未育|单身(?:优先|女|男|的)|婚育|婚姻状况|(?:[一二两三1-5]年内)?不(?:能|得|要|准|许|打算|准备|考虑)?(?:怀孕|生育|要孩子|生孩子|生娃|结婚)|怀孕的?(?:勿|不)|没(?:有)?(?:孩子|对象|男朋友|怀孕)|带孩子的?(?:勿|不要|别)|有孩子的?(?:勿|不要|别|优先)|备孕|无孕[^,。;!\n]{0,4}|孕妇(?:勿|不)|(?:在)?孕期(?:$|[,。;!\n ]|的|勿|不|哺乳)|哺乳期?(?:的)?(?:勿|不)|孩子大|无孩|(?:二|2)胎",
        ),
        (
            Rule::Ethnicity,
            r"(?:不要|不招|不收|谢绝|除|非)(?:少数民族|回族|回民|维族|维吾尔族?|藏族|蒙古?族|朝鲜族|苗族|彝族)[^,。;!\n]{0,3}|(?:少数民族|回族|回民|维族|维吾尔族?|藏族|蒙古?族|朝鲜族|苗族|彝族)的?(?:[^,。;!\n]{0,2})(?:勿扰|勿|不要|不招|不收|别来|除外|免|谢绝|不考虑|莫扰|慎)|(?:限|只要|只招|仅限|必须是?|得是|要是|须)汉族[^,。;!\n]{0,3}|汉族优先|(?:^|[,。;!\n 、])汉族(?:$|[,。;!\n 、])",
        ),
        (
            Rule::Religion,
            r"(?:不要|不招|不收|无|没有|谢绝|不能有)?(?:任何)?(?:信教|信佛|信主|信基督教?|基督徒|信仰|宗教信仰|宗教|信神|穆斯林|入教|吃斋)(?:的|者|人|人员)?(?:不要|勿扰|勿|不招|不收|别来|免谈|谢绝|莫扰)?",
        ),
        (
            Rule::Carrier,
            r"乙肝[^,。;!\n]{0,10}|[大小](?:三|3)阳[^,。;!\n]{0,5}|(?:两|2)对半|肝炎[^,。;!\n]{0,6}|携带者[^,。;!\n]{0,5}|艾滋病?[^,。;!\n]{0,5}|hiv|表面抗原|hpv|梅毒",
        ),
        (
            Rule::Disability,
            r"(?:不要|不招|不收|谢绝|无|没有?|拒绝|非|限非)[^,。;!\n]{0,4}残(?:疾|障)[^,。;!\n]{0,4}|残(?:疾|障)(?:人|人员|证|者)?的?[^,。;!\n]{0,2}(?:不要|勿扰|勿|不招|不收|别来|免谈|谢绝|不考虑|莫扰|不接|莫|免|不用|不行|除外)[^,。;!\n]{0,2}|[四4]肢健全|肢体健全|身体健全|手脚健全|无残|聋哑[^,。;!\n]{0,4}(?:不要|勿扰|不收|不招)|(?:瘸|跛|瘸腿|腿脚不好|口吃|结巴|肢残)[^,。;!\n]{0,4}(?:不要|勿扰|不收|不招|别来)",
        ),
        (
            Rule::Appearance,
            r"形象(?:气质)?[^,。;!\n 、]{0,2}(?:好|佳|端正|优|靓|阳光|甜美|清纯|时尚|出众|气质|健康|大方)[^,。;!\n]{0,6}|气质(?:佳|好|优)|[五5]官[^,。;!\n 、]{0,2}端正|相貌[^,。;!\n 、]{0,4}|长相[^,。;!\n 、]{0,4}|颜值[^,。;!\n 、]{0,4}|外形[^,。;!\n 、]{0,4}|样貌[^,。;!\n 、]{0,4}|貌美|漂亮|靓丽|身材(?:好|匀称|苗条|高挑|标准)[^,。;!\n]{0,3}|身高[^,。;!\n 、]{0,14}|个(?:头|子)[^,。;!\n 、]{0,3}[1高][^,。;!\n 、]{0,8}|净身高[^,。;!\n]{0,8}|体重(?:[0-9不要在别控<≤低超]|适|匀|标)[^,。;!\n 、]{0,8}|(?:无|没有?|不能有|不要有?)(?:明显)?(?:纹身|疤痕|刺青)|1米[5-8][0-9]?以上|1\.[5-8][0-9]?米?以上|皮肤(?:好|白)|腿长|好看的?|胖(?:的|子)?(?:不要|勿)",
        ),
        (Rule::Fee, FEE),
        (
            Rule::Fee,
            r"(?:押|扣|收|扣押|收走|抵押|上交|交)(?:下)?(?:身份证|证件|毕业证|原件|工资1|半个?月工资|1?个?月工资|[0-9]+天工资|头[^,。;!\n]{0,3}工资|第1个月工资|驾驶证|首月|1个月)[^,。;!\n]{0,8}",
        ),
        (Rule::Bait, BAIT),
        (
            Rule::Age,
            r"(?:只要|限|仅限|必须|要|招)(?:个)?年轻(?:的|人|女|男|小)[^,。;!\n]{0,4}|年轻人优先|年轻优先|年龄大(?:的|了)?(?:不要|勿|免)|岁数大的?(?:不要|勿|别)|(?:3[05]|40)岁[^,。;!\n]{0,3}(?:勿扰|不要|不收|别来|免谈)",
        ),
        (
            Rule::Sex,
            r"(?:女|男)(?:的|士|生|性|同志|人|孩)?(?:勿扰|不要|免谈|别来|不收|不招|莫扰|免)",
        ),
    ];
    rows.into_iter().chain(WORDINGS).map(|(rule, pattern)| (rule, regex(pattern))).collect()
});

const SEX: &str = concat!(
    r"(?:仅限|只限|限|只要|只招|仅招|只收|要求|专招|必须是?|最好是?|不要|不招|要[0-9]*个?)(?:年轻)?(?:男|女)(?:性|士|生|的|工|孩|同志|员工|司机|师傅|营业员|服务员|店员)?(?:优先)?",
    r"|(?:男|女)(?:性|士|生|的|工|孩|同志)?(?:优先|为主|最好|为佳|优)",
    r"|(?:招|聘|诚聘|急聘|急招|缺|找)(?:[0-9]+[名个位]|1?个|几名|若干)?(?:年轻)?(?:男|女)(?:性|士|生|孩|工|员工|司机|师傅|服务员|店员|收银员?|文员|营业员|普工|保洁|保安|销售|前台|导购|主播|助理|秘书|客服|操作工)",
    r"|[0-9]+(?:个|名|位)(?:年轻)?(?:男|女)(?:的|士|性|生|工|孩|同志|服务员|员工)",
    r"|(?:^|[,。;!\n 、:])(?:男|女)(?:性|士|生)?(?:$|[,。;!\n 、])|(?:周?岁|以[下内上])的?(?:男|女)(?:性|士|生|的|工|孩)|女模特|男模特",
    r"|(?:男|女)[\p{Han}]{1,4}优先|(?:限|只要|仅限)[^,。;!\n]{0,4}(?:男|女)(?:孩|生|性|的|士)|(?:^|[,。;!\n 、])(?:男|女)(?:的|性|士|生)?[0-9]{2}|(?:^|[,。;!\n ])(?:男|女)性(?:形象|年龄|,)",
    r"|性别[::](?:男|女)(?:[^女男]|$)|(?:小伙子?|小姑娘|美女|帅哥|宝妈|女孩|男孩|姑娘|小哥哥|小姐姐|大姨|大姐)(?:优先|[0-9]+名|[0-9]+个|最好)|(?:限|只要|招|要|找)(?:[0-9]+名|[0-9]?个|几个)?(?:小伙子?|小姑娘|美女|帅哥|女孩|男孩|姑娘|壮小伙|男丁|壮劳力|小嫂子)",
);
const HOUSEHOLD: &str = concat!(
    r"(?:限|只要|只招|仅限|需|须|必须|要|有|持|具有)?(?:本地|本市|本区|本县|外地|当地|城镇|农村|市内|济南|青岛|临沂|烟台|潍坊|淄博|城市|农业|非农)(?:市)?(?:常住)?(?:户口|户籍|籍)[^,。;!\n 、]{0,6}",
    r"|(?:限|只要|只招|仅限|必须|要|只收)(?:是)?(?:本地|本村|本市|当地|本镇|本区|本县|本街道|本社区|济南|青岛|本乡)(?:的|人|村民|居民|户口)?[^,。;!\n 、]{0,3}",
    r"|(?:外地|外来|外省|外乡|外市|非本地)(?:人|的|户口|人员|务工)?(?:不要|勿扰|勿|不招|不收|别来|免谈|谢绝|莫扰|慎|绕)[^,。;!\n]{0,2}",
    r"|(?:限|只要|仅限|须|需|必须)[\p{Han}]{1,8}(?:户口|户籍)[^,。;!\n 、]{0,3}|本地(?:人|的)?优先|户口(?:在|需|须|要|必须)[^,。;!\n]{0,8}|户籍[^,。;!\n 、]{0,6}",
    r"|(?:[\p{Han}]{0,6}(?:东北|河南|山西|安徽|[四4]川|河北|云南|贵州|甘肃|江西|湖北|湖南|福建|广西|黑龙江|吉林|辽宁|陕西|江苏|浙江|广东|青海|宁夏|海南|菏泽|聊城|德州|临沂|枣庄|农村)(?:籍|来的)?(?:人|的|那边的|籍)?(?:不要|勿扰|勿|不招|不收|别来|免谈|谢绝|莫扰|除外|不考虑))",
    r"|(?:不要|不招|不收|谢绝)(?:外地|东北|河南|山西|安徽|[四4]川|河北|云南|贵州|甘肃|江西|湖北|湖南|福建|广西|黑龙江|吉林|辽宁|陕西|菏泽|聊城|农村)[^,。;!\n]{0,3}",
);
const FEE: &str = concat!(
    r"(?:先|需|须|要|得|自|另|再|预|入职|上班|报名|提前|自己|每人|统一|另外)*(?:交|缴|收|付|扣|垫|掏|出|拿|缴纳|收取|扣除|交纳|垫付|预存|充|充值|押)[^,。;!?\n]{0,8}(?:押金|保证金|培训费|服装费|报名费|体检费|工装费|工服费|中介费|建档费|办证费|材料费|保险费|资料费|会费|加盟费|定金|介绍费|管理费|诚意金|本金|押|服装钱|工服钱|制服费|信息费|登记费|手续费|代办费|岗位费|学费|住宿押金|卡费|会员费|样品费|工具费|伙食费押|安置费|风险金|启动资金|工牌费)[^,。;!?\n]{0,6}",
    r"|(?:押金|保证金|培训费|服装费|报名费|工装费|工服费|中介费|建档费|办证费|材料费|资料费|会费|加盟费|定金|介绍费|诚意金|服装押金|工服押金|制服费|岗前培训费|信息费|体检费|服装钱|工服钱|学费|卡费|安排费|关系费|办理费|拍摄费|入门费|激活费|入职费|风险金|考证费)[::]? ?(?:[0-9]+|另计|另收|另交|自理|自付|自费|自己|从|由|先|在|一次|工资|每人|转正)[^,。;!?\n]{0,6}",
    r"|(?:垫付|先垫|需垫|垫资|垫钱|先充|充值|自费(?:培训|购|办|体检|买))[^,。;!?\n]{0,6}|从?(?:首月|第1个?月|头1?个?月)?工资(?:里|中)?扣[^,。;!?\n]{0,8}|(?:自购|自己买|自费买|购买)(?:工装|工服|服装|设备|产品|材料|课程|货|教材)[^,。;!?\n]{0,4}|押(?:[0-9]+天|半个?月|1?个月|[0-9]+)(?:的)?工资|(?:先)?交(?:[0-9]+)(?:元|块|钱)?[^,。;!?\n]{0,6}|(?:收|扣)(?:[0-9]{2,4})(?:元|块)[^,。;!?\n]{0,6}|要(?:交|押)钱|(?:先|需|须|要|得)(?:先)?(?:交|缴|付)[^,。;!?\n]{0,16}[费金]|(?:交|缴)[\p{Han}]{1,4}费[0-9]*",
);
const BAIT: &str = concat!(
    r"(?:轻松|稳定?|保证|保底|包你|让你|可|能|一个?月|随便|随随便便)?月[入赚挣](?:过万|上万|几万|数万|万元|[0-9]{5,}(?:\+|以上|元|不|没|轻松|很)?|[0-9]万)[^,。;!?\n]{0,8}|月[入赚挣](?:轻松|稳稳|随便)[^,。;!?\n]{0,8}|月[入赚挣][0-9.]+[-~到至][0-9]{5,}|(?:喝茶|喝着茶|坐着|玩着|躺着|轻松)(?:就能|就|能)?拿[0-9]*[^,。;!?\n]{0,3}|月收入(?:过万|上万|几万|数万|轻松)[^,。;!?\n]{0,6}",
    r"|(?:轻松|日|天天|每天轻松|1天轻松)(?:日)?(?:赚|入[^库住职职]|挣)[^,。;!?\n]{0,10}|日(?:入|赚|进)(?:[0-9]{3,}|过千|上千|斗金)[^,。;!?\n]{0,4}|轻轻松松[^,。;!?\n]{0,4}(?:[0-9]{3,}|几百|上千|过万)[^,。;!?\n]{0,4}|[^,。;!?\n]{0,10}躺(?:着)?(?:都能|也能|就能)?(?:赚|挣)[^,。;!?\n]{0,4}|动动手指?[^,。;!?\n]{0,8}|(?:诚信|手机|网络|淘宝|电商|抖音|京东|兼职)?刷单[^,。;!?\n]{0,12}|刷(?:信誉|好评|流水|销量|评论)[^,。;!?\n]{0,6}",
    r"|(?:在家|坐在家|足不出户|躺在家|手机|动手机|玩手机)[^,。;!?\n]{0,6}(?:就能|就可|就有|就|能|可|也能|轻松)?(?:赚|挣|收钱|有钱|日结|月入|来钱)[^,。;!?\n]{0,6}|年[入薪](?:百万|几十万|轻松)[^,。;!?\n]{0,6}|年入[0-9]{6,}[^,。;!?\n]{0,4}|稳赚[^,。;!?\n]{0,4}|(?:工资|收入|薪资|提成|上)(?:上不封顶|无上限)[^,。;!?\n]{0,4}轻松|零投资[^,。;!?\n]{0,4}|高薪(?:轻松|日结无|不累|不用)[^,。;!?\n]{0,6}|不用(?:干活|上班)[^,。;!?\n]{0,6}(?:拿|赚|挣|有)[^,。;!?\n]{0,6}|来钱快[^,。;!?\n]{0,4}|1夜暴富|暴富|快速致富|工作轻松[^,。;!?\n]{0,2}(?:月入|日入|高薪)[^,。;!?\n]{0,6}|(?:跑分|代收款|出租银行卡|拉人头|裂变|刷脸|引流兼职)[^,。;!?\n]{0,6}|点赞(?:员|关注|任务|兼职|就)[^,。;!?\n]{0,8}|(?:挣|赚)(?:几万|[0-9]{5,}|上万|过万|大钱)[^,。;!?\n]{0,5}(?:不是梦|不成问题|没问题|轻轻松松|很轻松|小意思|玩一样)",
);

/// Words in front that turn a wording round.
static DENIED_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:不|免|无|没有|零|不用|不需|谨防|拒绝|禁止|严禁|从不|绝不|不收|不限|不问|不看|不要求|非|别信|勿信|防|如遇|凡|返还|退还|不论|不管|杜绝|举报|不含|任何|不会|不查|取消)[^,。;!?\n]{0,5}$",
    )
});
static DENIED_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^[^,。;!?\n]{0,4}(?:不限|均可|都可|都行|都要|皆可|不论|不问|无所谓|都收|平等|也行|也可以?|一样|公司承担|公司出|单位出|报销|全免|免|由公司|勿扰我|是骗|都是骗|的别信|可以的|同等|均收)",
    )
});
static LAWFUL_SEX: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"井下|矿井|下井|女工不宜|女职工不宜|女职工禁忌|不宜女|洗漱|更衣|矿山|女生宿舍|女宿|男生宿舍|男宿|宿管|女浴|男浴|浴室|浴池|搓澡|女更衣|男更衣|女澡堂|男澡堂|女厕|男厕|(?:男|女)病人|(?:男|女)老人|老太太|老爷子|老爷爷|大爷|大娘|卧床|擦身|擦洗身|助浴|洗澡|翻身|失能|半失能|护理|孕产妇|月嫂|男患者|女患者|女宾|男宾|安检|女子监|搜身|女演员|男演员|女教官|同性|深水|高压氧",
    )
});
static LOAD: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?P<n>[0-9]+(?:\.[0-9]+)?)(?:-[0-9]+)? ?(?:多)?(?P<unit>斤|kg|公斤|千克)")
});
static CARRIED: LazyLock<Regex> = LazyLock::new(|| regex(r"扛|背|搬|抬|装卸|卸|负重|袋|包|肩"));
static YOUTH_WORK: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"见习|公益性?岗|消防员|飞行|乘务|征兵|辅警|应征|西部计划|三支一扶|按规定年龄")
});

/// Characters of which every wording of a rule has at least one. A text without any of
/// them is not searched. Rules that are not listed are always searched for.
const TRIGGERS: [(Rule, &str); 8] = [
    (Rule::Sex, "男女伙姑帅宝哥姐姨壮嫂"),
    (Rule::Household, "户籍本当外济青东河山安川云贵甘江湖福广黑吉辽陕浙海宁菏聊德临枣农坐"),
    (Rule::Marriage, "婚育孕孩娃胎单离对嫁家哺"),
    (Rule::Ethnicity, "族民疆藏蒙清汉"),
    (Rule::Religion, "教佛主神仰穆斋基"),
    (Rule::Carrier, "肝阳半携艾h梅澳染原"),
    (Rule::Disability, "残障肢健聋瘸跛腿口结哑脚缺断智少"),
    (Rule::Appearance, "形气官相长颜外样貌漂靓身个体纹疤刺米.皮腿好胖丑矮高苗甜帅仪盘条模肌白"),
];
/// For each character that begins to speak for rules, their bits.
static SIGNS: LazyLock<Phrases<u16>> = LazyLock::new(|| {
    let mut signs: HashMap<char, u16> = HashMap::new();
    for (rule, characters) in TRIGGERS {
        for c in characters.chars() {
            *signs.entry(c).or_default() |= bit(rule);
        }
    }
    Phrases::of(signs.into_iter().map(|(c, bits)| (c.to_string(), bits)))
});

fn bit(rule: Rule) -> u16 {
    1 << rule as u16
}

/// The bits of the rules that the text can offend by its characters.
fn possible(text: &str) -> u16 {
    let always = !TRIGGERS.iter().fold(0, |bits, (rule, _)| bits | bit(*rule));
    SIGNS.find_in(text).fold(always, |bits, (rules, _)| bits | rules)
}

pub(super) fn findings(reading: &Reading, draft: &PostingDraft) -> Vec<Finding> {
    let text = reading.figures.text();
    let mut out: Vec<Finding> = Vec::new();
    let possible = possible(text);
    for (rule, pattern) in PATTERNS.iter().filter(|(rule, _)| possible & bit(*rule) != 0) {
        for found in pattern.find_iter(text) {
            let at = found.range();
            if !excused(*rule, text, &at, draft) {
                add(&mut out, *rule, reading.figures.span(&at));
            }
        }
    }
    if let Some(pay) = rich_for_nothing(text, draft) {
        add(&mut out, Rule::Bait, pay);
    }
    if let Some(age) = tight_age(text, draft) {
        add(&mut out, Rule::Age, age);
    }
    out.sort_by_key(|f| (f.span.start, f.rule));
    out
}

/// Findings of one rule that touch are one.
fn add(out: &mut Vec<Finding>, rule: Rule, span: Range<usize>) {
    // Promises and charges pile up in one breath, with a comma between.
    let gap = if matches!(rule, Rule::Bait | Rule::Fee) { '，'.len_utf8() } else { 0 };
    let touching = out.iter_mut().find(|f| {
        f.rule == rule && f.span.start <= span.end + gap && span.start <= f.span.end + gap
    });
    match touching {
        Some(first) => first.span = first.span.start.min(span.start)..first.span.end.max(span.end),
        None => out.push(Finding { rule, span, suggestion: rule.suggestion() }),
    }
}

static NOTHING_ASKED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"不[要限看]学历|无学历|不看|(?:无需|不要|不需|不限|没有?|0)经验|0基础|0门槛|名额(?:有限|仅剩|不多)|仅剩",
    )
});
/// Yuan a month from which on pay for which nothing is asked is bait.
const RICH_MONTH: f64 = 20_000.0;

/// 出国打工月薪三万起, 不要学历.
fn rich_for_nothing(text: &str, draft: &PostingDraft) -> Option<Range<usize>> {
    let pay = draft.pay.as_ref()?;
    let rich = pay.value.unit == PayUnit::Month && pay.value.bottom().yuan() >= RICH_MONTH;
    (rich && NOTHING_ASKED.is_match(text)).then(|| pay.span.clone())
}

fn tight_age(text: &str, draft: &PostingDraft) -> Option<Range<usize>> {
    let age = draft.age.as_ref()?;
    let young = matches!(
        draft.kind.as_ref()?.value,
        EmploymentKind::Internship | EmploymentKind::PublicWelfare
    );
    let tight = age.value.max().is_some_and(|max| max <= TIGHT_AGE);
    (tight && !young && !YOUTH_WORK.is_match(text)).then(|| age.span.clone())
}

fn excused(rule: Rule, text: &str, at: &Range<usize>, draft: &PostingDraft) -> bool {
    let wording = &text[at.clone()];
    let (ahead, behind) = (clause_before(text, at.start, 8), clause_after(text, at.end, 8));
    let welfare = draft.kind.as_ref().is_some_and(|k| k.value == EmploymentKind::PublicWelfare);
    match rule {
        Rule::Sex => {
            let both = wording.contains('男')
                && (wording.contains('女')
                    || behind.contains('女')
                    || after(text, at.end, 3).contains('女')
                    || ahead.contains('女'))
                || wording.contains('女') && (behind.contains('男') || ahead.contains('男'));
            let served = ["老人", "患者", "病人", "客", "装", "鞋", "宿", "浴", "厕", "童"]
                .iter()
                .any(|w| behind.starts_with(w));
            served
                || both
                || DENIED_AFTER.is_match(behind)
                || ahead.ends_with("不")
                || lawful_sex(text)
        }
        Rule::Age => welfare || DENIED_AFTER.is_match(behind),
        Rule::Household => {
            welfare
                || DENIED_BEFORE.is_match(ahead)
                || DENIED_AFTER.is_match(behind)
                || wording.contains("不限")
                || wording.contains("协助")
                || wording.contains("业务")
                || wording.contains("管理")
                || wording.contains("登记")
        }
        Rule::Marriage => {
            DENIED_AFTER.is_match(behind)
                || ["不限", "不问", "均可", "都可", "都行"]
                    .iter()
                    .any(|w| ahead.contains(w) || wording.contains(w))
                || ["单身公寓", "单身宿舍"].iter().any(|w| text[at.start..].starts_with(w))
                || behind.starts_with("否")
                || ahead.ends_with("不问")
        }
        Rule::Ethnicity => {
            DENIED_AFTER.is_match(behind)
                || behind.starts_with(['舞', '乐', '特', '风', '菜', '学', '文'])
                || ahead.contains("尊重")
        }
        Rule::Religion => {
            DENIED_AFTER.is_match(behind)
                || ["尊重", "不限", "不问"].iter().any(|w| ahead.contains(w))
                || behind.starts_with(['局', '场', '艺', '学'])
                || wording == "信仰" && !ahead.contains(['无', '有'])
        }
        Rule::Carrier => {
            DENIED_BEFORE.is_match(ahead)
                && (ahead.contains("不查")
                    || ahead.contains("不问")
                    || ahead.contains("禁止")
                    || ahead.contains("不得"))
                || wording.contains("不查")
                || wording.contains("不限")
                || wording.contains("疫苗")
                || ahead.contains("歧视")
                || ahead.contains("欢迎")
                || wording.contains("科")
        }
        Rule::Disability => {
            ["优先", "欢迎", "照顾", "服务", "帮扶", "补贴", "歧视", "不限", "可"]
                .iter()
                .any(|w| wording.contains(w) || ahead.ends_with(w))
                || DENIED_AFTER.is_match(behind)
                || behind.starts_with("歧视")
        }
        Rule::Appearance => {
            let denied = before(text, at.start, 4);
            ["不限", "不要求", "不看", "无要求", "不挑", "没要求", "测量", "无所谓"]
                .iter()
                .any(|w| wording.contains(w) || denied.ends_with(w) || behind.starts_with(w))
                || ["不看", "不挑", "测", "量", "测量", "记录", "宝宝", "婴儿"]
                    .iter()
                    .any(|w| denied.ends_with(w))
                || ["宝", "字", "地", "话", "花"].iter().any(|w| behind.starts_with(w))
        }
        Rule::Fee => {
            let negated =
                ["不", "免", "无", "没", "零", "退还"].iter().any(|w| wording.starts_with(w))
                    || DENIED_BEFORE.is_match(ahead);
            let inside = [
                "不交",
                "不收",
                "免费",
                "公司承担",
                "公司出",
                "单位出",
                "报销",
                "全免",
                "押一付",
                "押1付",
                "不押",
                "免交",
                "公司交",
                "不用",
                "社保",
                "税",
                "五险",
                "5险",
                "公积金",
                "个人部分",
                "会费管理",
                "交通",
                "值卡",
                "业主",
                "物业费",
                "学生",
                "客户",
                "水电费",
                "收款",
                "租金",
                "迟到",
            ]
            .iter()
            .any(|w| wording.contains(w));
            negated || inside || DENIED_AFTER.is_match(behind)
        }
        Rule::Bait => {
            DENIED_BEFORE.is_match(ahead)
                || ["不是刷单", "非刷单", "不刷单", "勿扰", "骗"]
                    .iter()
                    .any(|w| wording.contains(w) && !wording.starts_with("诚信"))
                || behind.contains("勿扰")
                || behind.contains("的别来")
        }
    }
}

/// Heavy loads, work under ground, and care or supervision of one's own sex.
fn lawful_sex(text: &str) -> bool {
    let heavy = LOAD.captures_iter(text).any(|found| {
        let Some(whole) = found.get(0) else { return false };
        let factor = if &found["unit"] == "斤" { 1.0 } else { 2.0 };
        let jin = found["n"].parse::<f64>().unwrap_or(0.0) * factor;
        let around = before(text, whole.start(), 8).to_owned() + after(text, whole.end(), 6);
        (HEAVY_LOAD_JIN..=400.0).contains(&jin) && CARRIED.is_match(&around)
    });
    heavy || LAWFUL_SEX.is_match(text)
}

#[cfg(test)]
mod tests;
