//! What excuses a wording that offends: it is turned round, it is about something else, or the
//! law allows it.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::LazyLock;

use jobmatch_domain::EmploymentKind;
use regex::Regex;

use super::Rule;
use crate::parse::PostingDraft;
use crate::parse::phrases::{after, before, clause_after, clause_before, regex};

/// 斤 a load from which on the law keeps women from the work (女职工劳动保护特别规定, 附录:
/// 25 kg now and then, 20 kg six times an hour; well above, as adverts are rough).
const HEAVY_LOAD_JIN: f64 = 60.0;

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
        r"井下|矿井|下井|女工不宜|女职工不宜|女职工禁忌|不宜女|洗漱|更衣|矿山|女生宿舍|女宿|男生宿舍|男宿|宿管|女浴|男浴|浴室|浴池|搓澡|女更衣|男更衣|女澡堂|男澡堂|女厕|男厕|(?:男|女)病人|(?:男|女)老人|老太太|老爷子|老爷爷|大爷|大娘|卧床|偏瘫|瘫痪|陪护|照顾[^,。;!\n]{0,5}(?:父亲|母亲|爷爷|奶奶|老爹|老娘)|擦身|擦洗身|助浴|洗澡|翻身|失能|半失能|护理(?:员|老|病|患|工|服务|对象)|孕产妇|月嫂|男患者|女患者|女宾|男宾|安检|女子监|搜身|女演员|男演员|女教官|同性|深水|高压氧",
    )
});
static LOAD: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?P<n>[0-9]+(?:\.[0-9]+)?)(?:-[0-9]+)? ?(?:多)?(?P<unit>斤|kg|公斤|千克)")
});
static CARRIED: LazyLock<Regex> = LazyLock::new(|| regex(r"扛|背|搬|抬|装卸|卸|负重|袋|包|肩"));
/// Charges that are part of the work: 负责收停车费, 熟悉押金退还流程.
static FEE_AS_DUTY: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?:负责|熟悉|处理|核对|统计|协助|主要|帮[\p{Han}]{1,2})[^,。;!?\n]{0,5}$")
});
/// Called a fraud, not promised.
static CALLED_FRAUD: LazyLock<Regex> =
    LazyLock::new(|| regex(r"违法|犯法|诈骗|欺诈|陷阱|套路|勿信|别信|识别|打击|防范|反诈|严查"));
/// A wording among its neighbours.
struct Around<'a> {
    text: &'a str,
    at: &'a Range<usize>,
    wording: &'a str,
    /// The clause in front, cut.
    ahead: &'a str,
    /// The clause behind, cut.
    behind: &'a str,
}

/// What excuses wordings of one advert.
pub(super) struct Excuses<'a> {
    text: &'a str,
    welfare: bool,
    /// Looked for once, however many wordings name a sex.
    lawful_sex: OnceCell<bool>,
}

impl<'a> Excuses<'a> {
    /// For the text with its numbers in digits and the draft that was read from it.
    pub(super) fn of(text: &'a str, draft: &PostingDraft) -> Self {
        let welfare = draft.kind.as_ref().is_some_and(|k| k.value == EmploymentKind::PublicWelfare);
        Self { text, welfare, lawful_sex: OnceCell::new() }
    }

    /// Whether the wording at these bytes is none, for what stands around it.
    pub(super) fn cover(&self, rule: Rule, at: &Range<usize>) -> bool {
        let text = self.text;
        let around = Around {
            text,
            at,
            wording: &text[at.clone()],
            // 不过 turns nothing round.
            ahead: clause_before(text, at.start, 8).rsplit("不过").next().unwrap_or_default(),
            behind: clause_after(text, at.end, 8),
        };
        if turns_nobody_away(&around) {
            return true;
        }
        match rule {
            Rule::Age => self.welfare || DENIED_AFTER.is_match(around.behind),
            Rule::Household => self.welfare || household(&around),
            Rule::Sex => sex(&around) || *self.lawful_sex.get_or_init(|| lawful_sex(text)),
            Rule::Marriage => marriage(&around),
            Rule::Ethnicity => ethnicity(&around),
            Rule::Religion => religion(&around),
            Rule::Carrier => carrier(&around),
            Rule::Disability => disability(&around),
            Rule::Appearance => appearance(&around),
            Rule::Fee => fee(&around),
            Rule::Bait => bait(&around),
        }
    }
}

/// 外地的不收费, 残疾人不要紧: nobody is turned away.
fn turns_nobody_away(around: &Around<'_>) -> bool {
    let Around { wording, behind, .. } = *around;
    ["不收费", "不要紧", "不要求"].iter().any(|w| wording.contains(w))
        || wording.ends_with("不收") && behind.starts_with(['费', '押', '取', '任', '学', '中'])
        || wording.ends_with("不要") && behind.starts_with(['紧', '求'])
}

fn sex(around: &Around<'_>) -> bool {
    let Around { text, at, wording, ahead, behind } = *around;
    let both = wording.contains('男')
        && (wording.contains('女')
            || behind.contains('女')
            || after(text, at.end, 3).contains('女')
            || ahead.contains('女'))
        || wording.contains('女') && (behind.contains('男') || ahead.contains('男'));
    let served = ["老人", "患者", "病人", "客", "装", "鞋", "宿", "浴", "厕", "童", "伴"]
        .iter()
        .any(|w| behind.starts_with(w));
    served || both || DENIED_AFTER.is_match(behind) || ahead.ends_with("不")
}

fn household(around: &Around<'_>) -> bool {
    let Around { wording, ahead, behind, .. } = *around;
    DENIED_BEFORE.is_match(ahead)
        || DENIED_AFTER.is_match(behind)
        || wording.contains("不限")
        || wording.contains("协助")
        || wording.contains("业务")
        || wording.contains("管理")
        || wording.contains("登记")
        || wording.contains("窗口")
}

fn marriage(around: &Around<'_>) -> bool {
    let Around { text, at, wording, ahead, behind } = *around;
    DENIED_AFTER.is_match(behind)
        || ["不限", "不问", "均可", "都可", "都行"]
            .iter()
            .any(|w| ahead.contains(w) || wording.contains(w))
        || ["单身公寓", "单身宿舍"].iter().any(|w| text[at.start..].starts_with(w))
        || behind.starts_with("否")
        || ahead.ends_with("不问")
}

fn ethnicity(around: &Around<'_>) -> bool {
    let Around { ahead, behind, .. } = *around;
    DENIED_AFTER.is_match(behind)
        || behind.starts_with(['舞', '乐', '特', '风', '菜', '学', '文'])
        || ahead.contains("尊重")
}

fn religion(around: &Around<'_>) -> bool {
    let Around { wording, ahead, behind, .. } = *around;
    // 老板信教, 信佛的家庭: who employs.
    let employs = ["老板", "雇主", "主家", "东家", "我家"];
    DENIED_AFTER.is_match(behind)
        || employs.iter().any(|w| ahead.contains(w) || wording.contains(w))
        || behind.starts_with("家庭")
        || ["尊重", "不限", "不问"].iter().any(|w| ahead.contains(w))
        || behind.starts_with(['局', '场', '艺', '学'])
        || wording == "信仰" && !ahead.contains(['无', '有'])
}

fn carrier(around: &Around<'_>) -> bool {
    let Around { wording, ahead, .. } = *around;
    DENIED_BEFORE.is_match(ahead)
        && (ahead.contains("不查")
            || ahead.contains("不问")
            || ahead.contains("禁止")
            || ahead.contains("不得"))
        || wording.contains("不查")
        || wording.contains("不限")
        || wording.contains("疫苗")
        || [ahead, wording].iter().any(|part| part.contains("歧视"))
        || ahead.contains("欢迎")
        || ["做", "检验", "化验"].iter().any(|w| ahead.ends_with(w))
        || wording.contains("科")
}

fn disability(around: &Around<'_>) -> bool {
    let Around { wording, ahead, behind, .. } = *around;
    ["优先", "欢迎", "照顾", "服务", "帮扶", "补贴", "歧视", "不限", "可"]
        .iter()
        .any(|w| wording.contains(w) || ahead.ends_with(w))
        || DENIED_AFTER.is_match(behind)
        || behind.starts_with("歧视")
}

fn appearance(around: &Around<'_>) -> bool {
    let Around { text, at, wording, behind, .. } = *around;
    let denied = before(text, at.start, 4);
    // 货架身高两米, 儿童身高管理
    let others = ["货架", "货柜", "儿童", "孩子", "门口", "围墙", "架子"];
    if others.iter().any(|w| denied.contains(w)) || denied.ends_with("声音") {
        return true;
    }
    ["不限", "不要求", "不看", "无要求", "不挑", "没要求", "测量", "无所谓"]
        .iter()
        .any(|w| wording.contains(w) || denied.ends_with(w) || behind.starts_with(w))
        || ["不看", "不挑", "测", "量", "测量", "记录", "宝宝", "婴儿"]
            .iter()
            .any(|w| denied.ends_with(w))
        || ["宝", "字", "地", "话", "花"].iter().any(|w| behind.starts_with(w))
}

fn fee(around: &Around<'_>) -> bool {
    let Around { wording, ahead, behind, .. } = *around;
    let negated = ["不", "免", "无", "没", "零", "退还"].iter().any(|w| wording.starts_with(w))
        || ahead.ends_with('没')
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
    let called_fraud = CALLED_FRAUD.is_match(wording) || CALLED_FRAUD.is_match(behind);
    negated
        || inside
        || called_fraud
        || FEE_AS_DUTY.is_match(ahead)
        || DENIED_AFTER.is_match(behind)
}

fn bait(around: &Around<'_>) -> bool {
    let Around { wording, ahead, behind, .. } = *around;
    // That nothing is asked for turns no promise round: 无经验轻松月入两万.
    let ahead = ahead.trim_end_matches("无经验").trim_end_matches("零门槛");
    DENIED_BEFORE.is_match(ahead)
        || [ahead, wording, behind].iter().any(|part| CALLED_FRAUD.is_match(part))
        || ["不是刷单", "非刷单", "不刷单", "勿扰", "骗"]
            .iter()
            .any(|w| wording.contains(w) && !wording.starts_with("诚信"))
        || behind.contains("勿扰")
        || behind.contains("的别来")
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
