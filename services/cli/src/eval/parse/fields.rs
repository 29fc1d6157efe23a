//! The values of one field, as labelled and as read, in comparable words.

use jobmatch_domain::division::Level;
use jobmatch_domain::{Certificate, Education, EmploymentKind, PayUnit, WeeklyShift};
use jobmatch_text::audit::Finding;
use jobmatch_text::normalize;
use jobmatch_text::parse::{Gender, PostingDraft};
use serde::Deserialize;

/// Fields in order of the report. `hours` and `place` sum up others.
pub(super) const FIELDS: [&str; 21] = [
    "title",
    "kind",
    "pay",
    "negotiable",
    "headcount",
    "age",
    "education",
    "experience_months",
    "certificates",
    "shifts",
    "rest_days_per_month",
    "hours",
    "window",
    "street",
    "district",
    "place",
    "benefits",
    "settlement",
    "gender",
    "audit",
    "missing",
];

/// A labelled wording.
#[derive(Debug, Deserialize)]
pub(super) struct Mark {
    rule: String,
    span: String,
}

/// The labels of an advert.
#[derive(Debug, Deserialize)]
pub(super) struct Gold {
    title: Option<String>,
    #[serde(default)]
    trade: Vec<String>,
    kind: Option<String>,
    headcount: Option<u32>,
    pay: Option<GoldPay>,
    #[serde(default)]
    negotiable: bool,
    age: Option<(Option<u8>, Option<u8>)>,
    education: Option<String>,
    experience_months: Option<u16>,
    #[serde(default)]
    certificates: Vec<String>,
    #[serde(default)]
    shifts: Vec<GoldShift>,
    rest_days_per_month: Option<u8>,
    window: Option<GoldWindow>,
    street: Option<String>,
    district: Option<String>,
    #[serde(default)]
    benefits: Vec<String>,
    settlement: Option<String>,
    gender: Option<String>,
}

#[derive(Debug, Deserialize)]
struct GoldPay {
    min: Option<f64>,
    max: Option<f64>,
    unit: String,
}

#[derive(Debug, Deserialize)]
struct GoldShift {
    start: String,
    end: String,
}

#[derive(Debug, Deserialize)]
struct GoldWindow {
    start: String,
    end: Option<String>,
}

impl Gold {
    /// The labelled values of a field.
    pub(super) fn values(&self, field: &str) -> Vec<String> {
        let one = |value: Option<String>| value.into_iter().collect();
        match field {
            "title" => one(self.title.as_deref().map(normalize)),
            "kind" => one(self.kind.clone()),
            "pay" => one(self.pay.as_ref().map(|p| pay(p.min, p.max, &p.unit))),
            "negotiable" => one(self.negotiable.then(|| "yes".to_owned())),
            "headcount" => one(self.headcount.map(|n| n.to_string())),
            "age" => one(self.age.map(|(min, max)| range(min, max))),
            // 学历不限 demands as little as silence does.
            "education" => one(self.education.clone().filter(|code| code != "NONE")),
            "experience_months" => {
                one(self.experience_months.filter(|m| *m > 0).map(|m| m.to_string()))
            }
            "certificates" => sorted(self.certificates.iter().map(|c| certificate(c))),
            "shifts" => sorted(self.shifts.iter().map(|s| shift(&s.start, &s.end))),
            "rest_days_per_month" => one(self.rest_days_per_month.map(|d| format!("rest {d}"))),
            "hours" => self.both("shifts", "rest_days_per_month"),
            "window" => one(self.window.as_ref().map(|w| window(&w.start, w.end.as_deref()))),
            "street" => one(self.street.clone()),
            "district" => one(self.district.clone()),
            "place" => self.both("district", "street"),
            "benefits" => sorted(self.benefits.iter().cloned()),
            "settlement" => one(self.settlement.clone()),
            "gender" => one(self.gender.as_deref().map(|g| g.chars().take(1).collect())),
            _ => Vec::new(),
        }
    }

    fn both(&self, first: &str, second: &str) -> Vec<String> {
        [self.values(first), self.values(second)].concat()
    }

    /// The labelled title, where the one found is it or one of the accepted names.
    fn accepted(&self, title: &str) -> Option<String> {
        let found = normalize(title);
        let accepted = self.trade.iter().chain(&self.title).any(|t| normalize(t) == found);
        self.title.as_deref().filter(|_| accepted).map(normalize)
    }
}

/// The values of a field that were read.
pub(super) fn values(draft: &PostingDraft, field: &str, gold: &Gold) -> Vec<String> {
    let one = |value: Option<String>| value.into_iter().collect();
    match field {
        "title" => one(draft
            .title
            .as_ref()
            .map(|t| gold.accepted(&t.value).unwrap_or_else(|| t.value.clone()))),
        "kind" => one(draft.kind.as_ref().map(|k| kind_code(k.value).to_owned())),
        "pay" => one(draft.pay.as_ref().map(|p| {
            let yuan = |m: Option<jobmatch_domain::pay::Money>| m.map(|m| m.yuan());
            pay(yuan(p.value.min), yuan(p.value.max), unit_code(p.value.unit))
        })),
        "negotiable" => one(draft.negotiable.as_ref().map(|_| "yes".to_owned())),
        "headcount" => one(draft.headcount.as_ref().map(|n| n.value.to_string())),
        "age" => one(draft.age.as_ref().map(|a| range(a.value.min(), a.value.max()))),
        "education" => one(draft
            .education
            .as_ref()
            .filter(|e| e.value != Education::None)
            .map(|e| education_code(e.value).to_owned())),
        "experience_months" => one(draft
            .experience_months
            .as_ref()
            .filter(|m| m.value > 0)
            .map(|m| m.value.to_string())),
        "certificates" => sorted(draft.certificates.iter().map(|c| c.value.as_str().to_owned())),
        "shifts" => sorted(draft.shifts.iter().map(|s| said_shift(&s.value))),
        "rest_days_per_month" => {
            one(draft.rest_days_per_month.as_ref().map(|d| format!("rest {}", d.value)))
        }
        "hours" => {
            [values(draft, "shifts", gold), values(draft, "rest_days_per_month", gold)].concat()
        }
        "window" => one(draft.window.as_ref().map(|w| {
            window(&w.value.start().to_string(), w.value.end().map(|e| e.to_string()).as_deref())
        })),
        "street" => one(draft
            .division
            .as_ref()
            .map(|d| d.value)
            .filter(|d| d.level() == Level::Street)
            .map(|d| d.short())),
        "district" => one(draft
            .division
            .as_ref()
            .map(|d| d.value)
            .filter(|d| matches!(d.level(), Level::Street | Level::District))
            .map(|d| d.short().chars().take(6).collect())),
        "place" => [values(draft, "district", gold), values(draft, "street", gold)].concat(),
        "benefits" => sorted(draft.benefits.iter().map(|b| b.value.to_owned())),
        "settlement" => one(draft.settlement.as_ref().map(|s| s.value.label().to_owned())),
        "gender" => one(draft.gender.as_ref().map(|g| match g.value {
            Gender::Female => "F".to_owned(),
            Gender::Male => "M".to_owned(),
        })),
        _ => Vec::new(),
    }
}

/// Labelled and found wordings as `rule: wording`; a find of the right rule that overlaps a
/// labelled wording is called by it.
pub(super) fn marks(text: &str, gold: &[Mark], findings: &[Finding]) -> (Vec<String>, Vec<String>) {
    let name = |rule: &str, span: &str| format!("{rule}: {span}");
    let wanted = sorted(gold.iter().map(|m| name(&m.rule, &m.span)));
    let found = findings.iter().map(|finding| {
        let same = gold.iter().find(|m| {
            m.rule == finding.rule.code()
                && text.match_indices(&m.span).any(|(start, span)| {
                    start < finding.span.end && finding.span.start < start + span.len()
                })
        });
        let wording = same.map_or(&text[finding.span.clone()], |m| m.span.as_str());
        name(finding.rule.code(), wording)
    });
    (wanted, sorted(found))
}

/// In order, each once.
fn sorted(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut values: Vec<String> = values.collect();
    values.sort();
    values.dedup();
    values
}

fn pay(min: Option<f64>, max: Option<f64>, unit: &str) -> String {
    let bound = |b: Option<f64>| b.map_or("…".to_owned(), |b| b.to_string());
    format!("{}-{} {unit}", bound(min), bound(max))
}

fn range(min: Option<u8>, max: Option<u8>) -> String {
    let bound = |b: Option<u8>| b.map_or("…".to_owned(), |b| b.to_string());
    format!("{}-{}", bound(min), bound(max))
}

/// Canonical name; the label says C1驾照 for C1.
fn certificate(name: &str) -> String {
    Certificate::parse(name).map_or_else(|_| name.to_owned(), |c| c.as_str().to_owned())
}

fn said_shift(said: &WeeklyShift) -> String {
    shift(&said.start(), &said.end())
}

/// Midnight is the end of one day and the start of the next.
fn shift(start: &str, end: &str) -> String {
    let end = if end == "24:00" { "00:00" } else { end };
    format!("{start}-{end}")
}

fn window(start: &str, end: Option<&str>) -> String {
    format!("{start} to {}", end.unwrap_or("…"))
}

fn kind_code(kind: EmploymentKind) -> &'static str {
    match kind {
        EmploymentKind::FullTime => "FULL_TIME",
        EmploymentKind::PartTime => "PART_TIME",
        EmploymentKind::Gig => "GIG",
        EmploymentKind::Internship => "INTERNSHIP",
        EmploymentKind::PublicWelfare => "PUBLIC_WELFARE",
    }
}

fn unit_code(unit: PayUnit) -> &'static str {
    match unit {
        PayUnit::Hour => "HOUR",
        PayUnit::Day => "DAY",
        PayUnit::Month => "MONTH",
        PayUnit::Year => "YEAR",
        PayUnit::Piece => "PIECE",
    }
}

fn education_code(education: Education) -> &'static str {
    match education {
        Education::None => "NONE",
        Education::Primary => "PRIMARY",
        Education::Junior => "JUNIOR",
        Education::Senior => "SENIOR",
        Education::Vocational => "VOCATIONAL",
        Education::College => "COLLEGE",
        Education::Bachelor => "BACHELOR",
        Education::Master => "MASTER",
        Education::Doctor => "DOCTOR",
    }
}
