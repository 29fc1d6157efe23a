//! Amounts of money: how much, and for which unit of work.

use std::ops::Range;
use std::sync::LazyLock;

use jobmatch_domain::PayUnit;
use jobmatch_domain::pay::{Money, PayRange};
use regex::Regex;

use super::figures::Figures;
use super::phrases::{after, before, clause_before, is_glued, regex};

/// Months' wages outside these limits are other numbers.
const MONTHLY: std::ops::RangeInclusive<f64> = 300.0..=100_000.0;

static NUMBER: LazyLock<Regex> = LazyLock::new(|| regex(r"[0-9]+(?:\.[0-9]+)?"));
static RANGE_MARK: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^ ?(?:[-~—–－一至到]{1,2}|——|或) ?([0-9]+(?:\.[0-9]+)?)"));
static CURRENCY: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"^ ?(元|块钱|块|圆|rmb|毛钱|毛|角|分钱|分(?: ?[1一/每]|[0-9] )|¥)(?:人民币)?")
});
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
static PIECE: LazyLock<Regex> = LazyLock::new(|| regex(&format!("^{PIECES}")));
static PIECE_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
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
static CUE: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:工资|薪资|薪水|薪酬|待遇|报酬|收入|综合|到手|工价|工钱|酬劳|劳务费|补助|见习补贴|岗位补贴|生活补贴|补贴|税前|税后|月薪|日薪|时薪|价格|单价|课酬|课时费|小时费|酬金|佣金|月入|月|开|给|底薪|保底|基本工资|固定)",
        r"[^0-9,。;!?\n]{0,6}$",
    ))
});
static BASE_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:底薪|保底|基本工资|基础工资|无责|基本薪资|基础薪资|底)(?:工资|薪资|底薪|月薪)?[:是为]? ?$",
    )
});
static BASE_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"^ ?(?:/月|每月|1月|一个月)?的?(?:无责)?(?:底薪|保底|打底|基本工资|底)")
});
static OPEN_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"^ ?(?:/?(?:月|天|日|小时|年|时|单|件|晚)|每?个?(?:月|天|小时)|1(?:天|个?月|小时|晚|年)|一个月|1[件单个平趟车米吨节次台间套箱袋])?",
        r"(?:往上|以上|起步|起|打底|保底|朝上|\+(?:$|[,。;!\n /)])|不封顶|多劳多得)",
    ))
});
static COMMISSION_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"^(?:底薪|无责|保底|基本|工资|/月|每月|一个月|1个?月|/天|1天|1 ?小时|/小时|左右|打底|[)]| )*",
        r"(?:[,、;]? ?(?:[+加外另带跟]|还有|外加|另加|和|计)[^0-9,。;!\n]{0,6}|[,、] ?)?(?:提成|业绩|绩效|计件|每[单件台个趟]|超产奖|超产|超额|小费|抽成|奖金|佣金|提点|分红)",
    ))
});
static MOST_AFTER: LazyLock<Regex> = LazyLock::new(|| regex(r"^(?:以内|以下|封顶|之内)"));
/// Sums that are not the wage.
static OTHER_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:押金|奖励?|奖金|另[给发奖付]|[餐饭房住车话油租交通高温夜班宵全勤满工龄社保][补贴]{1,2}助?|津贴|罚款?|扣|保险|另补|再补|补|再加|另加|红包|租金|月付|押1付1|转让|本金|垫付|注册资本|金额|价值|费用?|身高|高|路费|社保|报销|过节|工龄|月租|房租|多给|多发|多拿|多加|多奖|每月多[^0-9]{0,2}|缴纳?|预?交|充值?|垫|买|每?满?勤|介绍|推荐|营业额|流水|涨|身份|入职满.{0,3}|欠|赔|退)",
        r"[^0-9,。;!?\n工薪]{0,3}$",
    ))
});
/// How a day's hire is paid, right behind it: 180,当天结.
static PAID_ON_THE_DAY: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^ ?[,、]? ?(?:当[天日场]|日|现|天)结"));
/// Sums that no cue makes a wage.
static NO_WAGE_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:租金|房租|月付|押金|保证金|定金|会员?费|罚款?|服装费|报名费|本金|车份|份子钱?|另[给发奖付])[^0-9,。;!?\n]{0,4}$|(?:买|购|交|缴)1[套份件个盒](?:[^0-9,。;!?\n]{0,2})$",
    )
});
static OTHER_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^ ?(?:/月|每月|1月)?的? ?(?:押金|奖|全勤|满勤|餐补|饭补|房补|补贴|补助|话补|车补|工龄|罚|红包|餐费|伙食|服装费|培训费|报名费|保险|过节|意外|补)",
    )
});
/// Hopes: what one can reach on a good day.
static HOPE_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:能[挣拿上到赚开]|可[达拿挣到]|最高|轻松|好的时候|多的|熟练后?|熟手|月入|日入|挣|赚|上不封顶|干得?好|平均|收入|老师傅|老员工)[^0-9,。;!?\n]{0,8}$",
    )
});
/// What is paid before one earns the wage.
static TRIAL_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:试用期?|学徒期?|实习期|培训期|考核期|试工|新手|新人|头[123]?个?月|第1个?月|前[1-6]个?月|生手)(?:[1-6]个?月)?[^0-9,。;!?\n]{0,6}$",
    )
});
/// A piece rate on top of a wage: 120一天+每单5元, 每亩提6块.
static EXTRA_BEFORE: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?:[+加提]|提成|另外|奖)[^0-9,。;!\n]{0,3}$"));
static A_HEAD_BEFORE: LazyLock<Regex> = LazyLock::new(|| regex(r"(?:^|[^带拉推荐介绍])[1每]人 ?$"));
static A_HEAD_AFTER: LazyLock<Regex> = LazyLock::new(|| regex(r"^ ?(?:元|块)?(?:钱)?[ ]?1个?人"));
/// What is counted, so no money, unless the currency is named.
static COUNTED_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^(?:多|来|余|几|左右|周)?(?:岁|名|位|人|个(?:人|月|小时|多|工|[男女学老])|:|：|点|时(?:[^薪]|$)|号|楼|层|栋|小时|年|天|日|周|米[^/]|厘米|cm|公分|公里|kg|斤|平|%|度|级|路|班|次|届|寸|吨|月|后|薪|小区|单元|室|车间|分|份|期|队|项目|台|间|户|桌|床|亩|元店|w|种|家|条|岁以|以下|以内|g|kw|㎡|m2|社区|村|中|小学|件|休|险|线|口人|口之|套|批|\.|/[0-9]|街|院|厂|本|证|往后|时代|教室|餐|顿|辆|棵|座|方|箱|公|站|代|张|环|头|类|中学)",
    )
});

/// Spans of time and times of day.
static TIME_AFTER: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^(?:多|来|几|左右)?(?:个?(?:月|小时|钟)|天|日|年|周|点|时|号|后|薪)"));

/// A sum that a text names, read as pay.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quote {
    /// Amounts and unit.
    pub(crate) range: PayRange,
    /// Bytes of the figures' text.
    pub(crate) at: Range<usize>,
    /// How plainly it is the wage, 0 to 1.
    pub(crate) confidence: f32,
}

/// Every sum that can be pay, in order of the text.
pub(crate) fn quotes(figures: &Figures) -> Vec<Quote> {
    let text = figures.text();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(number) = NUMBER.find_at(text, from) {
        from = number.end();
        let ahead = &text[..number.start()];
        let height =
            ahead.strip_suffix('米').is_some_and(|a| a.ends_with(|c: char| c.is_ascii_digit()));
        if height
            || ahead.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '.')
            || is_glued(ahead)
        {
            continue;
        }
        let amount = Amount::read(figures, number.range());
        if let Some(quote) = amount.quote(text) {
            found.push(quote);
        }
        from = amount.at.end;
    }
    found
}

/// The sum that is most plainly the wage; of equal ones the first.
pub(crate) fn pay(figures: &Figures) -> Option<Quote> {
    let mut best: Option<Quote> = None;
    let mut quotes = quotes(figures);
    if quotes.is_empty() {
        quotes.extend(more_than_ten_thousand(figures));
    }
    for quote in quotes.iter().cloned() {
        if best.as_ref().is_none_or(|b| quote.confidence > b.confidence + 1e-6) {
            best = Some(quote);
        }
    }
    // 13000封顶9000保底: two halves of one range.
    let mut best = best?;
    let most = quotes.iter().find(|q| q.range.min.is_none() && q.range.unit == best.range.unit);
    if let (Some(most), None) = (most, best.range.max) {
        best.range.max = most.range.max;
    }
    let least = quotes.iter().find(|q| q.range.max.is_none() && q.range.unit == best.range.unit);
    if let (Some(least), None) = (least, best.range.min) {
        best.range.min = least.range.min;
    }
    Some(best)
}

/// 月入过万, where no sum is named. It promises more than it tells.
fn more_than_ten_thousand(figures: &Figures) -> Option<Quote> {
    static PROMISE: LazyLock<Regex> =
        LazyLock::new(|| regex(r"月(?:入|收入|赚|挣|薪)(?:轻松|稳定|能)?[过上破]万"));
    let at = PROMISE.find(figures.text())?.range();
    let min = Money::from_yuan(10_000.0).ok();
    let range = PayRange { min, max: None, unit: PayUnit::Month };
    Some(Quote { range, at, confidence: 0.4 })
}

struct Amount {
    low: f64,
    high: Option<f64>,
    marked: bool,
    at: Range<usize>,
}

impl Amount {
    fn read(figures: &Figures, number: Range<usize>) -> Self {
        let text = figures.text();
        let value = |range: Range<usize>| text[range].parse::<f64>().unwrap_or(0.0);
        let mut low = value(number.clone());
        let mut end = number.end;
        let mut marked = text[..number.start].ends_with('¥');
        let pieces = PIECE_BEFORE.is_match(before(text, number.start, 8));
        let mut take_currency = |end: &mut usize| -> f64 {
            let Some(mark) = CURRENCY.find(&text[*end..]) else {
                // 1个3分: nothing else is counted in 分 there.
                let fen = pieces && text[*end..].starts_with('分');
                marked |= fen;
                *end += if fen { '分'.len_utf8() } else { 0 };
                return if fen { 0.01 } else { 1.0 };
            };
            marked = true;
            let name = mark.as_str().trim_start();
            if name.starts_with('分') && name != "分钱" {
                // The word for what is counted follows: 5分一双.
                *end += mark.as_str().find('分').unwrap_or(0) + '分'.len_utf8();
                return 0.01;
            }
            *end += mark.end();
            match name {
                "毛" | "毛钱" | "角" => 0.1,
                "分钱" => 0.01,
                _ => 1.0,
            }
        };
        let mut factor = take_currency(&mut end);
        low *= factor;
        low += small_change(text, &mut end, number.end);
        let mut high = None;
        if let Some(range) = RANGE_MARK.captures(&text[end..]) {
            let upper = range.get(1).map_or(0..0, |m| end + m.start()..end + m.end());
            let top = value(upper.clone());
            let scale = figures.scale_at(upper.start);
            if scale > 1.0 && low < 100.0 && low * scale <= top {
                low *= scale;
            }
            let mut range_end = upper.end;
            factor = take_currency(&mut range_end);
            let top = top + small_change(text, &mut range_end, upper.end);
            if top >= low {
                if factor < 1.0 && high.is_none() {
                    low *= factor;
                }
                high = Some(top * factor);
                end = range_end;
            }
        }
        Self { low, high, marked, at: number.start..end }
    }

    /// The quote, when the context makes the amount pay.
    fn quote(&self, text: &str) -> Option<Quote> {
        let (ahead, behind) =
            (clause_before(text, self.at.start, 14), after(text, self.at.end, 14));
        if !self.marked && self.counts(behind) {
            return None;
        }
        if NO_WAGE_BEFORE.is_match(ahead)
            || OTHER_BEFORE.is_match(ahead) && !CUE.is_match(ahead)
            || OTHER_AFTER.is_match(behind)
        {
            return None;
        }
        // 每亩提6块 保底4000: the base belongs to the number behind it.
        let base_after = BASE_AFTER
            .find(behind)
            .is_some_and(|m| !behind[m.end()..].starts_with(|c: char| c.is_ascii_digit()));
        let base = BASE_BEFORE.is_match(ahead) || base_after;
        let cued = base || CUE.is_match(ahead) || PAID_ON_THE_DAY.is_match(behind);
        let follows = unit_after(behind, self.marked);
        // 每人4500 is a wage.
        let wage = self.low >= 1000.0 && ahead.ends_with("人");
        let leads = unit_before(ahead).filter(|u| !wage || *u != PayUnit::Piece);
        // 按平方38块 一天干二十平: what stands apart belongs to something else.
        let named = if behind.starts_with(' ') { [leads, follows] } else { [follows, leads] };
        let unit = named
            .into_iter()
            .flatten()
            .chain(self.unit_of_size(cued))
            .find(|u| self.is_plausible(*u))?;
        let named = named.contains(&Some(unit));
        // 1人180, 120 1人: a day's hire.
        let a_head = A_HEAD_BEFORE.is_match(ahead) || A_HEAD_AFTER.is_match(behind);
        let hire = unit == PayUnit::Piece && a_head && (30.0..=1000.0).contains(&self.low);
        let unit = if hire { PayUnit::Day } else { unit };
        let mut confidence: f32 = 0.35;
        confidence += if named { 0.25 } else { 0.0 };
        confidence += if cued { 0.2 } else { 0.0 };
        confidence += if self.marked { 0.05 } else { 0.0 };
        confidence += if self.high.is_some() { 0.05 } else { 0.0 };
        confidence += if base { 0.25 } else { 0.0 };
        if unit == PayUnit::Piece && EXTRA_BEFORE.is_match(ahead) {
            confidence -= 0.3;
        }
        if TRIAL_BEFORE.is_match(ahead) {
            confidence -= 0.3;
        }
        if HOPE_BEFORE.is_match(clause_before(text, self.at.start, 12)) {
            confidence -= 0.4;
        }
        Some(Quote {
            range: self.range(unit, base, text)?,
            at: self.at.clone(),
            confidence: confidence.clamp(0.05, 0.98),
        })
    }

    /// Whether the number counts something else than money: 26天, 3个月, 200人, 2026年.
    fn counts(&self, behind: &str) -> bool {
        if behind.trim_start().starts_with(['/', '每', '1', '一', '按']) {
            return false;
        }
        if self.low >= 1000.0 && behind.starts_with("以") {
            return false;
        }
        let of_time = TIME_AFTER.is_match(behind);
        if of_time && self.low >= 1000.0 {
            return behind.starts_with('年') && (1950.0..=2100.0).contains(&self.low);
        }
        COUNTED_AFTER.is_match(behind)
    }

    /// The unit of an amount that names none.
    fn unit_of_size(&self, cued: bool) -> Option<PayUnit> {
        let round = self.low % 10.0 == 0.0;
        match self.low {
            low if low >= 1000.0 && round && (cued || self.marked || low <= 30_000.0) => {
                Some(PayUnit::Month)
            }
            low if (80.0..1000.0).contains(&low) && (cued || self.marked) => Some(PayUnit::Day),
            low if (8.0..80.0).contains(&low) && cued && self.marked => Some(PayUnit::Hour),
            low if low < 8.0 && low != 1.0 && self.marked => Some(PayUnit::Piece),
            _ => None,
        }
    }

    fn is_plausible(&self, unit: PayUnit) -> bool {
        let top = self.high.unwrap_or(self.low);
        match unit {
            PayUnit::Hour => (5.0..=500.0).contains(&top),
            PayUnit::Day => (30.0..=3000.0).contains(&top) && (self.marked || self.low >= 30.0),
            PayUnit::Month => MONTHLY.contains(&top) && (self.marked || top >= 800.0),
            PayUnit::Year => (8000.0..=3_000_000.0).contains(&top),
            PayUnit::Piece => top <= 20_000.0 && top >= if self.marked { 0.001 } else { 3.0 },
        }
    }

    fn range(&self, unit: PayUnit, base: bool, text: &str) -> Option<PayRange> {
        let behind = after(text, self.at.end, 16);
        let money = |yuan: f64| Money::from_yuan((yuan * 1000.0).round() / 1000.0).ok();
        let low = money(self.low);
        let (min, max) = if let Some(high) = self.high {
            (low, money(high))
        } else if MOST_AFTER.is_match(behind) {
            (None, low)
        } else if base
            || OPEN_AFTER.is_match(behind)
            || COMMISSION_AFTER.is_match(behind)
            || before(text, self.at.start, 4).ends_with("不低于")
        {
            (low, None)
        } else {
            (low, low)
        };
        (min.is_some() || max.is_some()).then_some(PayRange { min, max, unit })
    }
}

/// The 5 of 1块5 and of 1块2毛5.
fn small_change(text: &str, end: &mut usize, number_end: usize) -> f64 {
    let tenth = match text[number_end..*end].chars().next_back() {
        Some('块') => 0.1,
        Some('毛') => 0.01,
        Some('分') => 0.001,
        _ => return 0.0,
    };
    let rest = text[*end..].trim_start_matches(' ');
    let skipped = text[*end..].len() - rest.len();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let tail = &rest[digits.min(rest.len())..];
    // 1块5一桶, but not 20块 1天.
    let cut =
        tenth > 0.05 || tail.is_empty() || tail.starts_with([',', '。', ' ', '\n', '1', '一', '/']);
    if digits == 1
        && cut
        && skipped == 0
        && !tail.starts_with(['天', '个', '小', '月', '次', '晚'])
        && !(rest.starts_with('1') && PIECE.is_match(tail))
    {
        *end += digits;
        if tail.starts_with('毛') {
            *end += '毛'.len_utf8();
        }
        return f64::from(rest.as_bytes()[0] - b'0') * tenth;
    }
    0.0
}

fn unit_after(behind: &str, marked: bool) -> Option<PayUnit> {
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

fn unit_before(ahead: &str) -> Option<PayUnit> {
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

static NEGOTIABLE: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?:工资|薪资|薪水|薪酬|待遇|价格|报酬|月薪|工价|工钱|价钱|收入|酬劳|钱)[^0-9,。;!?\n]{0,5}(?:面议|面谈|再谈|详谈|可谈|商议|另议|好商量|好说|电议|当面谈|见面谈|来谈)",
        r"|面议|电议",
        r"|(?:^|[,。;!\n ])(?:可)?面谈(?:$|[,。;!\n ])",
    ))
});

/// The wording that leaves the pay to a talk, in bytes of the figures' text.
pub(crate) fn negotiable(figures: &Figures) -> Option<Range<usize>> {
    let found = NEGOTIABLE.find(figures.text())?;
    Some(found.range())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::source::Source;

    fn read(text: &str) -> Option<(Option<f64>, Option<f64>, PayUnit)> {
        let quote = pay(&Figures::read(&Source::read(text)))?;
        Some((quote.range.min.map(Money::yuan), quote.range.max.map(Money::yuan), quote.range.unit))
    }

    #[test]
    fn pay_is_read_in_all_its_forms() {
        use PayUnit::{Day, Hour, Month, Piece, Year};
        for (text, min, max, unit) in [
            ("招保洁，四千五，单休", 4500.0, Some(4500.0), Month),
            ("月薪4000-6000元", 4000.0, Some(6000.0), Month),
            ("4-6K·13薪", 4000.0, Some(6000.0), Month),
            ("1.5-2万/月", 15_000.0, Some(20_000.0), Month),
            ("工资6千起", 6000.0, None, Month),
            ("底薪3000+提成", 3000.0, None, Month),
            ("3500底薪，送一桶提一块五", 3500.0, None, Month),
            ("150一天日结", 150.0, Some(150.0), Day),
            ("25元/小时", 25.0, Some(25.0), Hour),
            ("18块一个钟", 18.0, Some(18.0), Hour),
            ("15元/时", 15.0, Some(15.0), Hour),
            ("计件8毛一个", 0.8, Some(0.8), Piece),
            ("一车300", 300.0, Some(300.0), Piece),
            ("一平55，料齐了", 55.0, Some(55.0), Piece),
            ("年薪8-12万", 80_000.0, Some(120_000.0), Year),
            ("两班倒 综合5500-7000", 5500.0, Some(7000.0), Month),
            ("260-300元/天", 260.0, Some(300.0), Day),
            ("8块一平，常年有活", 8.0, Some(8.0), Piece),
            ("计件8毛到1块5", 0.8, Some(1.5), Piece),
            ("一个班160", 160.0, Some(160.0), Day),
            ("一宿200，干完点钱", 200.0, Some(200.0), Day),
            ("一年12万往上", 120_000.0, None, Year),
            ("每天4小时，月补贴600元", 600.0, Some(600.0), Month),
            ("男 18—40 12小时两班倒 7500左右", 7500.0, Some(7500.0), Month),
            ("170一个人，席散了给钱", 170.0, Some(170.0), Day),
            ("开荒保洁，180，当天结", 180.0, Some(180.0), Day),
            ("三千二，全勤另给200", 3200.0, Some(3200.0), Month),
            ("先买一套680的产品，月入过万", 10_000.0, None, Month),
            ("3500往上，满勤奖200", 3500.0, None, Month),
            ("300元/人", 300.0, Some(300.0), Piece),
            ("200元/人/天", 200.0, Some(200.0), Day),
            ("26天8800起", 8800.0, None, Month),
            ("一个数(一万)一月", 10_000.0, Some(10_000.0), Month),
            ("一百八一天", 180.0, Some(180.0), Day),
            ("送一桶1块5", 1.5, Some(1.5), Piece),
            ("试用期3500，转正4500-5500", 4500.0, Some(5500.0), Month),
            ("13000封顶9000保底", 9000.0, Some(13_000.0), Month),
            ("小时工19，坐着插件", 19.0, Some(19.0), Hour),
            ("一人180，干完给钱", 180.0, Some(180.0), Day),
            ("派件一块一，三轮车有", 1.1, Some(1.1), Piece),
            ("计件一个3分 包住", 0.03, Some(0.03), Piece),
            ("每亩提6块 保底4000", 4000.0, None, Month),
            ("两千八到三千二，管饭", 2800.0, Some(3200.0), Month),
        ] {
            assert_eq!(read(text), Some((Some(min), max, unit)), "{text}");
        }
    }

    #[test]
    fn other_sums_and_counts_are_no_pay() {
        for text in [
            "押金300元",
            "份子钱每天90，挣的归自己",
            "全勤奖200，招3名",
            "餐补每天25",
            "18-50岁，早8点到5点",
            "身高165以上",
            "200多人的厂",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_talk_about_pay_is_no_meeting_in_the_shop() {
        let asks = |text| negotiable(&Figures::read(&Source::read(text))).is_some();
        assert!(asks("工资面议") && asks("待遇好商量") && asks("保洁两名，面谈"));
        assert!(!asks("有意者店内面谈") && !asks("来店里谈"));
    }
}
