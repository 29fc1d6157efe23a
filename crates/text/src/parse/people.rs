//! Who is sought: how many, of which age, schooling and experience.

use std::ops::Range;
use std::sync::LazyLock;

use jobmatch_domain::posting::AgeRange;
use jobmatch_domain::{Date, Education};
use regex::Regex;

use super::draft::Found;
use super::figures::Figures;
use super::phrases::{Phrases, after, before, clause_after, clause_before, is_glued, regex};

static PERSONS: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?P<n>[0-9]{1,4}) ?(?P<of>名|位|人|个人|个?名额|个?(?:妇女|大娘|大爷|劳力)|个(?:[男女]的|学生|小伙|阿姨|大姐|师傅|小工|大工|熟手|壮劳力|工人|员工|店员|兼职)|个|口人)",
        r"|(?:要|招|缺|找|收|共|各|需|聘|用) ?(?P<bare>[0-9]{1,3}) ?(?:$|[,。;!\n ])",
        r"|(?:[^时点]工|员|师傅|司机|保洁|保安|阿姨|学徒)(?P<trade>[0-9]{1,2}) ?(?:$|[,。;!\n ])",
        r"|(?:人数|名额|数量|缺口|需求|岗位数)[:是为]? ?(?P<told>[0-9]{1,4})",
        r"|(?:够|招满|收满|只收|限招|只招|只要)(?P<until>[0-9]{1,4}) ?(?:个人?|人|名|位)?(?:就|为止|截|停|即)",
        r"|(?P<pair>(?:夫妻|两口子|情侣)[^,。;!?\n]{0,3}(?:1|一)对|(?:1|一)对(?:夫妻|两口子|情侣))",
        r"|(?:^|[^每0-9几整])(?P<one>(?:(?:找|请|雇|寻|求)(?:1|一)?个|(?:招聘|招|聘|缺|急需|需要|想要|差)(?:1|一)个|(?:找|请|雇|寻|求)(?:1|一)?位))",
    ))
});
static SEEKS: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?:招|聘|要|缺|找|需|急|求|寻|收|来|募|还差|差|用)[^0-9,。;!?\n]{0,12}$")
});
/// The name of a trade right in front: 服务员6人.
static TRADE_AHEAD: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:[^工人官会学]员|人员|工|师傅|师|司机|老师|手|分拣|装卸|打包|搬运|理货|配菜|实习生|见习生|嫂|姨|助理|岗|保安|保洁|宿管|礼仪|护士|厨|学徒|经理|会计|保姆|教练|店长|主播)[(: ]?$",
    )
});
/// Persons who are there already, or who are served.
static NOT_SOUGHT_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:每组|每班|1组|1班|每人|每|团队|现有|在册|在职|员工|队员|共有|已有|照顾|服务|宿舍|班组|规模|餐位|伺候|下面|分|/)[^0-9,。;!?\n]{0,3}$|(?:满|管|管理|带|做|住|间|近|超|供|约|前|第|陪|陪护|辖|接待)$",
    )
});
static NOT_SOUGHT_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^1[组台车套班间寝]|^ ?(?:多|以上的?|左右的|余)?(?:[1-9]?间|/间|[12]倒|团队|规模|以上团队|的[饭厂菜家店]|份|次|制|寝|餐|桌|宿舍|合住|员工|在|都|月|小时|钟|头|班组|倒班|轮|倒|大食堂|孩子|老人|娃|评)",
    )
});

/// Places; the first that is plainly meant.
pub(crate) fn headcount(figures: &Figures) -> Option<Found<u32>> {
    let text = figures.text();
    let mut best: Option<Found<u32>> = None;
    for found in PERSONS.captures_iter(text) {
        if let Some(few) = few(figures, &found) {
            if best.is_none() {
                best = Some(few);
            }
            continue;
        }
        let number = ["n", "bare", "trade", "told", "until"].iter().find_map(|n| found.name(n));
        let (Some(whole), Some(number)) = (found.get(0), number) else { continue };
        let Ok(value) = number.as_str().parse::<u32>() else { continue };
        let ahead = clause_before(text, number.start(), 14);
        let behind = after(text, whole.end(), 6);
        let of = found.name("of").map_or("", |m| m.as_str());
        let ahead_all = &text[..number.start()];
        let priced = of == "个"
            && ahead_all.trim_end_matches(' ').ends_with(|c: char| {
                c.is_ascii_digit() || matches!(c, '元' | '块' | '毛' | '分' | '钱' | '角')
            });
        let glued =
            priced || is_glued(ahead_all) || ahead_all.ends_with(['元', '块', '毛', '分', '钱']);
        let ranged = text[..number.start()].ends_with(['-', '~', '至', '到', '—']);
        let trade = TRADE_AHEAD.is_match(ahead);
        let seeks = trade || SEEKS.is_match(ahead);
        let plainly = trade || found.name("told").is_some() || seeks && of == "名";
        let others =
            NOT_SOUGHT_AFTER.is_match(behind) || !plainly && NOT_SOUGHT_BEFORE.is_match(ahead);
        // 1人170: what each gets.
        let each = value == 1 && of == "人" && behind.starts_with(|c: char| c.is_ascii_digit());
        if value == 0 || glued || others || each {
            continue;
        }
        let confidence = match of {
            "" => 0.9,
            "名" => 0.95,
            "位" | "人" => {
                if seeks {
                    0.85
                } else {
                    0.75
                }
            }
            "个" if seeks && counts_persons(ahead, behind) => 0.7,
            // 后厨打荷一个,
            "个" if ends_clause(behind) && ahead.chars().count() >= 2 && !seeks => 0.55,
            "个" if ahead.is_empty() && ends_clause(behind) => 0.5,
            "个" => continue,
            "个人" => {
                if seeks || ends_clause(behind) || behind.starts_with(['干', '装', '卸', '搬'])
                {
                    0.7
                } else {
                    continue;
                }
            }
            "口人" => {
                if seeks {
                    0.75
                } else {
                    continue;
                }
            }
            _ => 0.8,
        };
        let confidence = if ranged { confidence - 0.3 } else { confidence };
        if best.as_ref().is_none_or(|b| confidence > b.confidence + 0.15) {
            best = Some(Found::new(value, figures.span(&whole.range()), confidence));
        }
    }
    best
}

/// 找个保洁 is one person, 夫妻一对 are two; any other count counts for more.
fn few(figures: &Figures, found: &regex::Captures<'_>) -> Option<Found<u32>> {
    if let Some(pair) = found.name("pair") {
        return Some(Found::new(2, figures.span(&pair.range()), 0.75));
    }
    let one = found.name("one")?;
    let behind = after(figures.text(), one.end(), 2);
    let person = !behind.starts_with(['月', '小', '钟', '班', '活', '工', '好', '兼', '地', '家'])
        || behind.starts_with("钟点")
        || behind.starts_with("小工")
        || behind.starts_with("工人");
    person.then(|| Found::new(1, figures.span(&one.range()), 0.45))
}

fn ends_clause(behind: &str) -> bool {
    behind.is_empty() || behind.starts_with([',', '。', ' ', '\n', ';', '!'])
}

/// 招3个, 要俩: nothing but the work is counted.
fn counts_persons(ahead: &str, behind: &str) -> bool {
    !ahead.ends_with("第")
        && !behind.starts_with([
            '月', '小', '钟', '多', '班', '档', '区', '方', '点', '数', '工', '坑', '包', '箱',
            '桶', '孩', '娃', '老', '车', '店', '部', '项', '岗', '站', '教',
        ])
}

static AGES: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?P<a>[1-9][0-9])(?:周?岁)? ?[-~—–至到]{1,2} ?(?P<b>[1-9][0-9])(?: ?(?P<years>周?岁|之间))?",
        r"|(?:年龄限制?[在为]?|(?:最大|最高)?(?:不能|不可|不得|不要|别)[过超]|不超过?|不大于|低于|小于|不得超过|最大|上限|别超过?|不过|截?止到?|放宽[到至]?|最高|不要超过|不能超过) ?(?P<no_more>[1-9][0-9]) ?周?岁?",
        r"|(?:过了?|超过?)?(?P<barred>[1-9][0-9])(?:周?岁)?(?P<upward>以上|往上|之上)?(?:的|者)?(?:人)?(?:、[^,。;!?\n]{1,10}的)?(?:请|就|都|1律|暂)?(?:勿扰|不要|不收|不招|别来|免谈|莫扰|不考虑|谢绝|勿|就不要|就不收)",
        r"|(?P<most>[1-9][0-9])(?P<most_years>周?岁)? ?(?:\(含\))?(?:以下|以内|之内|往下|以里|内|之下|及以下|\(含\)以下|封顶|为止|以前)[吧哈啊呗]?",
        r"|(?:19|20)?(?P<born_after>[5-9][0-9]|0[0-9])年?(?:以|之)?后(?:出生|生的|生人)|(?:19|20)?(?P<born_since>[5-9][0-9]|0[0-9])年[以之]后的?(?:$|[,。;!\n ])",
        r"|(?:年?满|超过|不低于|大于) ?(?P<full>[1-9][0-9]) ?周?岁?",
        r"|(?P<legal>[1-9][0-9])(?:周?岁)?(?:以上)?,?(?:[-~—至到])(?:法定|国家规定)?退休(?:年龄)?",
        r"|(?P<least>[1-9][0-9])(?P<least_years>周?岁)? ?(?:以上|往上|起|\+)",
        r"|(?P<about>[1-9][0-9])(?:(?:周?岁)?(?:左右|上下)(?P<about_years>岁|的)?|(?P<some>来岁|岁来往))",
        r"|(?P<decade>[5-9]0|00)后(?:[、,和到至-]?(?P<decade2>[6-9]0|00)后)?",
    ))
});
static AGE_CUE: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?:年龄|岁数|年纪|周岁|要求|限[男女]?|[男女]性?|男女均可|男女不限)[^0-9,。;!?\n]{0,6}$")
});
static BARRED: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^的?(?:请)?(?:勿|不要|不收|不招|别来|免谈|谢绝)"));
/// Whom the limit is waived for, or another number.
static NO_AGE_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^ ?(?:的)?(?:也行|也可以|也可|亦可|也收|也要|也中|也成|都中|照样|也没事|也没问题|也欢迎|也能|也好|小?学生|孩子|儿童|客户|团队|市场|群体|元|块|人|名|天|小时|斤|公斤|kg|分钟|公里|平|个|/|%|次|台|万|千|百|号|日|点|月|:|年)",
    )
});

/// Limits of age: the first that are plainly ages.
pub(crate) fn age(figures: &Figures, today: Date) -> Option<Found<AgeRange>> {
    let text = figures.text();
    let mut found: Option<Found<AgeRange>> = None;
    for captures in AGES.captures_iter(text) {
        let Some(whole) = captures.get(0) else { continue };
        // 腊月23到29 are days.
        let glued =
            is_glued(&text[..whole.start()]) || text[..whole.start()].ends_with(['-', '月']);
        let behind = after(text, whole.end(), 5);
        let told = |name| captures.name(name).is_some();
        let years = ["years", "most_years", "least_years", "about_years", "born_since"]
            .iter()
            .any(|n| told(n));
        let cued = AGE_CUE.is_match(before(text, whole.start(), 12));
        if glued
            || NO_AGE_AFTER.is_match(behind)
            || !years && behind.starts_with(|c: char| c.is_ascii_digit())
        {
            continue;
        }
        let number = |name| captures.name(name).and_then(|m| m.as_str().parse::<u32>().ok());
        // 18岁以下勿扰 is a least age.
        let barred_below = number("most").filter(|_| BARRED.is_match(behind));
        let limits = if let Some(least) = barred_below {
            (least <= 30).then_some((Some(least), None))
        } else if let (Some(a), Some(b)) = (number("a"), number("b")) {
            (years || cued || can_be_ages(text, &whole.range(), a, b)).then_some((Some(a), Some(b)))
        } else if let Some(most) = number("no_more") {
            let bounds = found.as_ref().is_some_and(|f| f.value.max().is_none());
            let alone = is_alone(text, &whole.range()) && (25..=70).contains(&most);
            (whole.as_str().contains('岁') || cued || bounds || alone).then_some((None, Some(most)))
        } else if let Some(barred) = number("barred") {
            (whole.as_str().contains('岁')
                || (40..=70).contains(&barred)
                || told("upward") && (25..=70).contains(&barred)
                || whole.as_str().contains('过'))
            .then_some((None, Some(barred)))
        } else if let Some(most) = number("most") {
            let alone = is_alone(text, &whole.range()) && (25..=70).contains(&most);
            let unpaid = !before(text, whole.start(), 8)
                .contains(['元', '薪', '资', '钱', '价', '重', '约']);
            let plain = years || cued || alone || unpaid && (40..=70).contains(&most);
            plain.then_some((None, Some(most)))
        } else if let Some(born) = number("born_after").or(number("born_since")) {
            let year = if born < 30 { 2000 + born } else { 1900 + born };
            Some((None, u32::try_from(today.year()).ok().and_then(|now| now.checked_sub(year))))
        } else if let Some(full) = number("full").filter(|f| *f >= 25 && BARRED.is_match(behind)) {
            // 满40的不收了
            Some((None, Some(full)))
        } else if let Some(full) = number("full") {
            (whole.as_str().contains('岁') || full == 18 || full == 16)
                .then_some((Some(full), None))
        } else if let Some(least) = number("least") {
            let alone = matches!(least, 16 | 18) && is_alone(text, &whole.range());
            let of_people = behind.starts_with('的') && (40..=75).contains(&least);
            (years || cued || alone || of_people).then_some((Some(least), None))
        } else if let Some(legal) = number("legal") {
            Some((Some(legal), None))
        } else if let Some(about) = number("about") {
            let alone = is_alone(text, &whole.range()) && (25..=65).contains(&about);
            let plain = whole.as_str().contains('岁') || cued || told("about_years") || alone;
            plain.then_some((Some(about.saturating_sub(5)), Some(about + 5)))
        } else {
            decades(today, number("decade"), number("decade2"))
        };
        let Some((min, max)) = limits else { continue };
        let span = figures.span(&whole.range());
        match &found {
            None => {
                if let Ok(Some(range)) = AgeRange::new(min, max) {
                    found = Some(Found::new(range, span, if years || cued { 0.95 } else { 0.75 }));
                }
            }
            Some(first) => {
                if let Some(range) = joined(&first.value, min, max) {
                    found = Some(Found { value: range, ..first.clone() });
                }
                break;
            }
        }
    }
    found
}

/// Two halves of one limit: 满18岁, 55岁以下.
fn joined(first: &AgeRange, min: Option<u32>, max: Option<u32>) -> Option<AgeRange> {
    if first.min().is_none() == min.is_none() {
        return None;
    }
    let (least, most) = (first.min().map(u32::from), first.max().map(u32::from));
    AgeRange::new(least.or(min), most.or(max)).ok().flatten()
}

/// 18到50 between two stops: the second is past any time of day.
fn can_be_ages(text: &str, at: &Range<usize>, from: u32, to: u32) -> bool {
    let ends = after(text, at.end, 1).chars().all(|c| !c.is_alphanumeric() && c != '%');
    let paid = clause_before(text, at.start, 6)
        .contains(['元', '薪', '资', '钱', '价', '酬', '每', '块', '时', '入']);
    (16..=50).contains(&from) && (25..=70).contains(&to) && from < to && ends && !paid
}

/// The clause is nothing but the numbers, so that they can be ages.
fn is_alone(text: &str, at: &Range<usize>) -> bool {
    clause_before(text, at.start, 4).chars().all(|c| !c.is_alphanumeric())
        && clause_after(text, at.end, 2).chars().all(|c| !c.is_alphanumeric())
}

/// Ages by difference of years of those born in decades such as 70后.
fn decades(
    today: Date,
    first: Option<u32>,
    second: Option<u32>,
) -> Option<(Option<u32>, Option<u32>)> {
    let year = u32::try_from(today.year()).ok()?;
    let born = |decade: u32| if decade < 30 { 2000 + decade } else { 1900 + decade };
    let (a, b) = (born(first?), born(second.or(first)?));
    Some((Some(year.checked_sub(a.max(b) + 9)?), Some(year.checked_sub(a.min(b))?)))
}

static EDUCATION: LazyLock<Phrases<Education>> = LazyLock::new(|| {
    Phrases::new(&[
        (
            Education::None,
            "学历不限 不限学历 不要学历 无学历要求 学历无要求 不看学历 学历不做要求 不论学历 对学历没要求 没学历要求 学历没要求 文化不限 文化程度不限 文凭不限 不看文凭 不论文凭 文化不要求 学历文化不限 无文化要求 不限文化 学历要求不限 学历:不限 无学历限制",
        ),
        (Education::Primary, "小学"),
        (Education::Junior, "初中"),
        (Education::Senior, "高中"),
        (Education::Vocational, "中专 技校 中技 职高 职专 中职"),
        (Education::College, "大专 专科 高职 高技"),
        (Education::Bachelor, "本科 学士 大学毕业 大学学历"),
        (Education::Master, "硕士 研究生"),
        (Education::Doctor, "博士"),
    ])
});
static SCHOOLED_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^(?:高中|初中|中专|技校|中技|职高|大专|专科|本科|硕士|研究生|或|、|/|及|和|以上|及以上|或以上|以上的|\(含\)|\(含\)以上|或同等|统招|全日制|应届|\(|\))*(?:学历|文化|毕业|以上|程度|水平|优先|在读|起|就行|即可|就可|也行|[,。;!\n ]|$|[:]|及|[^,。;!\n ]{1,6}专业)",
    )
});
static SCHOOLED_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:学历|文化|要求|全日制|统招|[0-9][、.)]|至少|最低|起码|需|须|不低于|具备|具有|限)[^,。;!\n]{0,5}$",
    )
});
/// A wish or a pupil, not a demand.
static NO_DEMAND_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^[^,。;!\n 、]{0,8}(?:优先|更好|最好|加分|在读(?:[^或及以]|$)|在校|学生|数学|英语|语文|老师|门口|课程|班|部|食堂|宿舍|作业|孩子|辅导|旁|附近|对面|家长|也行也)",
    )
});

static SCHOOLING: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^[^,。;!\n]{0,3}(?:文化|毕业|以上|学历|程度|水平|就行|即可)"));

/// Schooling words, each with whether it reads as a demand or as held.
pub(crate) fn education(figures: &Figures) -> Option<Found<Education>> {
    let text = figures.text();
    let mut best: Option<(Found<Education>, usize)> = None;
    for (level, at) in EDUCATION.find_in(text) {
        let behind = after(text, at.end, 16);
        let none = level == Education::None;
        let demanded =
            SCHOOLED_AFTER.is_match(behind) || SCHOOLED_BEFORE.is_match(before(text, at.start, 8));
        // 第二小学, 下港中心小学: a school by its name.
        let school = level == Education::Primary
            && !SCHOOLING.is_match(behind)
            && !before(text, at.start, 3).contains([':', '历', '化'])
            || level.rank() <= Education::Senior.rank()
                && text[..at.start]
                    .ends_with(['第', '心', '验', '属', '村', '镇', '教', '辅', '讲']);
        if !none && (school || !demanded || NO_DEMAND_AFTER.is_match(behind)) {
            continue;
        }
        let span = figures.span(&at);
        match &best {
            None => best = Some((Found::new(level, span, 0.9), at.end)),
            // 高中、中专、大专 of one list: the least of them is what is demanded.
            Some((first, end))
                if at.start - end <= 12
                    && level.rank() < first.value.rank()
                    && !text[*end..at.start].contains([',', '。', '\n']) =>
            {
                best = Some((Found::new(level, span, 0.85), at.end));
            }
            Some(_) => {}
        }
    }
    best.map(|(found, _)| found)
}

static NO_EXPERIENCE: LazyLock<Phrases<()>> = LazyLock::new(|| {
    Phrases::new(&[(
        (),
        concat!(
            "无需经验 不需经验 不需要经验 无须经验 不用经验 不要经验 没经验也行 没有经验也行 没经验可 无经验可 无经验也 无经验亦可 经验不限 不限经验 零经验 0经验 ",
            "没干过也行 没做过也行 没干过的也行 没干过可教 没干过能教 没经验可以学 没经验能学 没经验可学 小白可 小白也可 新手可 新手也可 新手也行 生手可 生手也 生手亦可 生手也行 生手熟手 生熟手 生手都行 无经验者 没经验的 无需工作经验 无工作经验 不要求经验 无经验要求 经验无要求 有无经验均可 有无经验都 有没有经验都 经验不要求 没经验手把手 没经验包教 不会可以学 不会可学 不会的可以学 不会可教 不会的教 可接受小白 无经验能 无经验我 没经验我 没经验有 无经验有师傅 无经验带 没经验带 不会包教 包教会 包教包会 学徒也可 学徒也行 零基础 0基础 没经验不要紧 没经验没关系 不懂的教 不会教 经验要求不限 经验:不限 经验没要求 没经验都行 没干过有人教"
        ),
    )])
});
static EXPERIENCE: LazyLock<Regex> = LazyLock::new(|| {
    regex(concat!(
        r"(?P<n>[0-9]{1,2}(?:\.5)?|半)(?:[-~—至到](?:[0-9]{1,2}))? ?(?P<unit>个月|年|载)(?:半)?(?:\(?含?\)?以上|及以上|或以上|往上|以下|左右|多|来)?(?:的)?",
        r"(?P<rest>[^,。;!?\n0-9]{0,14})",
    ))
});
static EXPERIENCE_AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"^(?:[^,。;!?\n ]{0,10})(?:经验|工龄|驾龄|经历|从业|资历|工作年限|教龄|护龄|龄|的?老手|手艺|功底|的师傅|的?熟手|的?熟练工|的大工|老师傅)",
    )
});
static EXPERIENCE_BEFORE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:经验|干过|做过|干了|从事|驾龄|行车|工龄|从业|开过|教过|带过|执教|当过|工作满|做满|上户|临床|[abc][1-3](?:驾?[照本证])?满|实际驾驶|干满过|焊过|跑过|修过|卖过|驾照满|证满|教龄|取得.{0,4}证|领证|拿证|[本证照]龄)[^0-9,。;!?\n]{0,7}$",
    )
});

/// A wish, a rise or a bonus, not a demand.
static PERK: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"优先|加分|更好|最好|涨|从没|从不|没拖|没欠|工龄[奖工资补钱津]|奖|年终|后可?转|的?老店|老厂|质保|合同|免费",
    )
});
static PERK_AFTER_TERM: LazyLock<Regex> =
    LazyLock::new(|| regex(r"发|给|加|有|退|补|交|可|返|后|转正"));
static AT_LEAST: LazyLock<Regex> = LazyLock::new(|| regex("年(?:以上|往上|及以上)"));

/// Months of experience demanded; 0 where the text says that none is needed.
pub(crate) fn experience(figures: &Figures) -> Option<Found<u16>> {
    let text = figures.text();
    for found in EXPERIENCE.captures_iter(text) {
        let (Some(whole), Some(rest)) = (found.get(0), found.name("rest")) else { continue };
        let ahead = clause_before(text, whole.start(), 10);
        let glued = is_glued(&text[..whole.start()]);
        let ranged = text[..whole.start()].ends_with(['-', '~', '至', '到', '—']);
        let bare = ahead.is_empty()
            && (rest.as_str().is_empty() || rest.as_str().starts_with(' '))
            && AT_LEAST.is_match(whole.as_str());
        let told =
            bare || EXPERIENCE_AFTER.is_match(rest.as_str()) || EXPERIENCE_BEFORE.is_match(ahead);
        let wish = PERK.is_match(rest.as_str())
            || ahead.ends_with("了") && !AT_LEAST.is_match(whole.as_str())
            || ["满", "每", "第"].iter().any(|w| ahead.ends_with(w))
                && PERK_AFTER_TERM.is_match(rest.as_str());
        if glued || ranged || !told || wish {
            continue;
        }
        let number = found.name("n").map_or("", |m| m.as_str());
        let count = if number == "半" { 0.5 } else { number.parse::<f32>().unwrap_or(0.0) };
        let months = if &found["unit"] == "个月" { count } else { count * 12.0 };
        if months <= 720.0 {
            let span = figures.span(&(whole.start()..rest.start()));
            return Some(Found::new(months as u16, span, 0.9));
        }
    }
    let (_, at) = NO_EXPERIENCE.find_in(text).next()?;
    Some(Found::new(0, figures.span(&at), 0.9))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::source::Source;

    fn figures(text: &str) -> Figures {
        Figures::read(&Source::read(text))
    }

    #[test]
    fn headcounts() {
        for (text, wanted) in [
            ("招洗碗工两名", Some(2)),
            ("后天婚宴端盘子 15人 上午", Some(15)),
            ("手机店招店员俩人", Some(2)),
            ("要12个男的", Some(12)),
            ("会看秤，要俩，现结", Some(2)),
            ("4个学生或宝妈", Some(4)),
            ("（在册队员200多人）招人：白班岗8人", Some(8)),
            ("做三个人的晚饭", None),
            ("300元/人", None),
            ("宿舍4人间", None),
            ("3个月以上", None),
            ("招若干名", None),
            ("一人一天170，6个，当日结", Some(6)),
            ("装大蒜 8个人 一车250", Some(8)),
            ("共4个名额", Some(4)),
            ("女生公寓宿管3人，限女性", Some(3)),
            ("卸饲料 4个人干", Some(4)),
            ("缺俩妇女", Some(2)),
            ("找个钟点工", Some(1)),
            ("找个炸油条的", Some(1)),
            ("招个帮手", None),
            ("夫妻工一对", Some(2)),
            ("人够20个就不要了", Some(20)),
            ("两人一台换着开", None),
            ("计件2毛5一个，在家做", None),
        ] {
            assert_eq!(headcount(&figures(text)).map(|f| f.value), wanted, "{text}");
        }
    }

    #[test]
    fn ages() {
        let today = Date::parse("2026-11-23").unwrap();
        for (text, wanted) in [
            ("年龄18-35岁", Some((Some(18), Some(35)))),
            ("限男，50岁以下", Some((None, Some(50)))),
            ("倒休，五十五以下，泺源", Some((None, Some(55)))),
            ("年龄二十五到五十，女性优先", Some((Some(25), Some(50)))),
            ("50岁左右", Some((Some(45), Some(55)))),
            ("70后80后都收", Some((Some(37), Some(56)))),
            ("年满18周岁，不超过60岁", Some((Some(18), Some(60)))),
            ("60岁也行", None),
            ("18周岁以上50周岁以下", Some((Some(18), Some(50)))),
            ("年龄放宽到50岁", Some((None, Some(50)))),
            ("50岁以上的不要", Some((None, Some(50)))),
            ("18岁以下勿扰", Some((Some(18), None))),
            ("18岁至法定退休年龄", Some((Some(18), None))),
            ("手脚麻利，35以内吧", Some((None, Some(35)))),
            ("55往上的大爷大娘来", Some((Some(55), None))),
            ("92年以后出生", Some((None, Some(34)))),
            ("60以上的、有高血压的别来", Some((None, Some(60)))),
            ("腊月二十三到二十九", None),
            ("50来岁，干净利索", Some((Some(45), Some(55)))),
            ("年纪大点55上下也中", None),
            ("早8到晚5，20-25元", None),
            ("能搬50斤以上", None),
        ] {
            let read = age(&figures(text), today)
                .map(|f| (f.value.min().map(u32::from), f.value.max().map(u32::from)));
            assert_eq!(read, wanted, "{text}");
        }
    }

    #[test]
    fn schooling() {
        for (text, wanted) in [
            ("大专及以上学历", Some(Education::College)),
            ("高中、中专以上", Some(Education::Senior)),
            ("初中毕业就行", Some(Education::Junior)),
            ("要求大专在读或以上", Some(Education::College)),
            ("中专机加工专业，2年经验", Some(Education::Vocational)),
            ("不要学历", Some(Education::None)),
            ("技校中专毕业优先", None),
            ("小学门口接孩子", None),
            ("第二小学 招聘宿管", None),
            ("高中（中专）及以上文化", Some(Education::Senior)),
            ("辅导初中数学", None),
        ] {
            assert_eq!(education(&figures(text)).map(|f| f.value), wanted, "{text}");
        }
    }

    #[test]
    fn experiences() {
        for (text, wanted) in [
            ("三年以上经验", Some(36)),
            ("要干过5年以上的", Some(60)),
            ("驾龄3年以上", Some(36)),
            ("C1满三年，押金", Some(36)),
            ("三年以上手艺", Some(36)),
            ("做满一年以上的来", Some(12)),
            ("半年以上相关工作经验", Some(6)),
            ("不用经验，店长带", Some(0)),
            ("无经验可", Some(0)),
            ("3个月以上的活", None),
            ("干满半年退", None),
            ("有一年经验优先", None),
            ("入职满半年发放工龄奖", None),
            ("干了十九年从没拖欠过工资", None),
            ("1.本科；2.三年以上Java开发经验", Some(36)),
        ] {
            assert_eq!(experience(&figures(text)).map(|f| f.value), wanted, "{text}");
        }
    }
}
