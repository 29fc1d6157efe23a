//! What an advert must not say, and what it leaves out.
//!
//! The rules follow 就业促进法 (equal employment), 人力资源市场暂行条例 (2018), 就业服务与就业管理规定
//! and 妇女权益保障法 (2022); the elements are those that 人力资源市场暂行条例 wants a notice to tell.

mod classes;
mod elements;
mod excuses;
mod rules;
mod wordings;

use std::ops::Range;
use std::sync::LazyLock;

use jobmatch_domain::Date;
use regex::Regex;

use crate::lexicon::Lexicon;
use crate::parse::phrases::regex;
use crate::parse::{PostingDraft, Reading, parse_reading, read_employer};

/// What a wording offends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Asks for one sex without lawful ground.
    Sex,
    /// An upper limit of age of 40 or lower without lawful ground.
    Age,
    /// Household registration or native place.
    Household,
    /// Marriage or children.
    Marriage,
    /// Ethnicity.
    Ethnicity,
    /// Faith.
    Religion,
    /// Carriers of an infection.
    Carrier,
    /// Disability.
    Disability,
    /// Looks.
    Appearance,
    /// Deposits, fees, withheld papers.
    Fee,
    /// Promises that nothing backs.
    Bait,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 11] = [
        Self::Sex,
        Self::Age,
        Self::Household,
        Self::Marriage,
        Self::Ethnicity,
        Self::Religion,
        Self::Carrier,
        Self::Disability,
        Self::Appearance,
        Self::Fee,
        Self::Bait,
    ];

    /// Code: `sex`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Sex => "sex",
            Self::Age => "age",
            Self::Household => "household",
            Self::Marriage => "marriage",
            Self::Ethnicity => "ethnicity",
            Self::Religion => "religion",
            Self::Carrier => "carrier",
            Self::Disability => "disability",
            Self::Appearance => "appearance",
            Self::Fee => "fee",
            Self::Bait => "bait",
        }
    }

    /// What to do about it, one sentence.
    pub fn suggestion(self) -> &'static str {
        match self {
            Self::Sex => "除国家规定不适合的工种外不得限定性别，建议改为“男女不限”。",
            Self::Age => "年龄上限过低且无法定理由，建议删去或写明岗位确需的理由。",
            Self::Household => "不得以户籍、籍贯限制应聘，建议删去。",
            Self::Marriage => "不得询问或限定婚育状况，建议删去。",
            Self::Ethnicity => "各民族平等就业，建议删去民族要求。",
            Self::Religion => "不得因宗教信仰拒绝录用，建议删去。",
            Self::Carrier => "除法律规定的岗位外不得以病原携带者为由拒录，建议删去。",
            Self::Disability => "不得歧视残疾人，建议改为写明岗位的实际要求。",
            Self::Appearance => "相貌、身高与工作无关的要求建议删去，改写实际能力要求。",
            Self::Fee => "不得收取押金、保证金、培训费等费用或扣押证件，请核实并删去。",
            Self::Bait => "收入承诺缺乏依据，疑似虚假招聘，请核实后再发布。",
        }
    }
}

/// What every notice must tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Element {
    /// Which unit employs.
    Employer,
    /// How many are sought.
    Headcount,
    /// What is demanded of them, be it nothing.
    Requirements,
    /// What there is to do.
    Duties,
    /// Where.
    Place,
    /// For how much.
    Pay,
}

impl Element {
    /// Code: `headcount`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Employer => "employer",
            Self::Headcount => "headcount",
            Self::Requirements => "requirements",
            Self::Duties => "duties",
            Self::Place => "place",
            Self::Pay => "pay",
        }
    }

    /// Chinese name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Employer => "用人单位",
            Self::Headcount => "招聘人数",
            Self::Requirements => "招聘条件",
            Self::Duties => "工作内容",
            Self::Place => "工作地点",
            Self::Pay => "基本劳动报酬",
        }
    }
}

/// A wording that offends a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which rule.
    pub rule: Rule,
    /// Bytes of the given text.
    pub span: Range<usize>,
    /// What to do about it, one sentence.
    pub suggestion: &'static str,
}

impl Finding {
    /// With the rule's suggestion.
    fn new(rule: Rule, span: Range<usize>) -> Self {
        Self { rule, span, suggestion: rule.suggestion() }
    }
}

/// What is wrong with an advert.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audit {
    /// Wordings that offend, in order of the text.
    pub findings: Vec<Finding>,
    /// Elements that it does not tell, in order of [`Element`].
    pub missing: Vec<Element>,
    /// It reads like fraud: applicants are to pay, or to brush orders.
    pub suspect: bool,
}

/// A sum that applicants are to pay, or brushing of orders: what adverts of fraud ask for. A
/// deposit for a tricycle or a high figure alone is flagged and makes no fraud.
static FRAUD: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:先|须|需|缴|交|转|付)[^,。;!?\n]{0,10}[0-9一二两三四五六七八九十百千万]+ ?(?:元|块|万|费|$)|(?:报名|学|培训|会|加盟|资料|材料)费[^,。;!?\n]{0,4}[0-9]|垫付|刷单|刷好评",
    )
});

/// The rules that [`is_suspect`] looks at.
const FRAUD_RULES: [Rule; 2] = [Rule::Fee, Rule::Bait];

/// Whether the findings, taken together, are those of fraud.
fn is_suspect(text: &str, findings: &[Finding]) -> bool {
    let has = |rule| findings.iter().any(|f| f.rule == rule);
    let asks = |f: &Finding| {
        matches!(f.rule, Rule::Fee | Rule::Bait) && FRAUD.is_match(&text[f.span.clone()])
    };
    has(Rule::Fee) && has(Rule::Bait) || findings.iter().any(asks)
}

/// Audits an advert whose draft was read from the same text.
pub fn audit_posting(text: &str, draft: &PostingDraft, lexicon: &Lexicon) -> Audit {
    audit_reading(text, &Reading::new(text, lexicon), draft, lexicon)
}

fn audit_reading(text: &str, reading: &Reading, draft: &PostingDraft, lexicon: &Lexicon) -> Audit {
    let findings = rules::findings(reading, draft, &Rule::ALL);
    let suspect = is_suspect(text, &findings);
    Audit { findings, missing: elements::missing(reading, draft, lexicon), suspect }
}

/// Reads and audits an advert in one go.
pub fn parse_and_audit(text: &str, today: Date, lexicon: &Lexicon) -> (PostingDraft, Audit) {
    let reading = Reading::new(text, lexicon);
    let mut draft = parse_reading(&reading, text, today, lexicon);
    read_employer(&mut draft, text, &reading);
    let audit = audit_reading(text, &reading, &draft, lexicon);
    (draft, audit)
}

/// What matching needs of an advert, and no more: its draft without the employer, and whether it
/// reads like fraud where that is asked.
pub struct Advert<'t> {
    text: &'t str,
    reading: Reading,
    /// What it says.
    pub draft: PostingDraft,
}

impl<'t> Advert<'t> {
    /// Reads it. `today` is the date that 明天 and 70后 are counted from.
    pub fn read(text: &'t str, today: Date, lexicon: &Lexicon) -> Self {
        let reading = Reading::new(text, lexicon);
        let draft = parse_reading(&reading, text, today, lexicon);
        Self { text, reading, draft }
    }

    /// Whether it reads like fraud.
    pub fn is_suspect(&self) -> bool {
        is_suspect(self.text, &rules::findings(&self.reading, &self.draft, &FRAUD_RULES))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suspect(text: &str) -> bool {
        let today = Date::parse("2026-11-23").unwrap();
        let judged = Advert::read(text, today, Lexicon::built_in()).is_suspect();
        assert_eq!(parse_and_audit(text, today, Lexicon::built_in()).1.suspect, judged);
        judged
    }

    #[test]
    fn fraud_is_told_from_what_is_only_flagged() {
        assert!(suspect("在家刷单客服，一单返8元，先垫付本金，日结"));
        assert!(suspect("招内勤，入职先交服装费600元"));
        assert!(suspect("零基础学开塔吊，报名费2980包分配，月入过万"));
        assert!(!suspect("招派件员10名，三轮车网点提供，押金1000离职退"));
        assert!(!suspect("高薪急聘操作工，月入过万，长白班，五险"));
    }
}
