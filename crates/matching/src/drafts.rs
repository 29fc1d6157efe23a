//! Free text as drafts of records: what was read, where it stands, how sure the reading is.

use std::ops::Range;

use jobmatch_domain::pay::PayRange;
use jobmatch_domain::text::{Body, Label, Name, Title};
use jobmatch_domain::{Date, DocumentId, JobPosting, Profile, Violation, WeeklyShift};
use jobmatch_text::audit::{Audit, parse_and_audit};
use jobmatch_text::parse::{Found, Gender, PostingDraft, ProfileDraft, parse_profile};
use jobmatch_text::redact;

use crate::analysis::Analyst;
use crate::completion::{complete_posting, complete_profile};

/// Where a field of a draft was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadField {
    /// Path of the field in the record, or a name of its own where no record has it.
    pub field: &'static str,
    /// Bytes of the text.
    pub span: Range<usize>,
    /// What was read, for people.
    pub value: String,
    /// 0 to 1.
    pub confidence: f32,
}

/// An advert as a record.
#[derive(Debug, Clone)]
pub struct DraftedPosting {
    /// All that the text tells; its id means nothing, and the title is blank where none was found.
    pub posting: JobPosting,
    /// Whether the text has a title.
    pub titled: bool,
    /// In the order of the text.
    pub fields: Vec<ReadField>,
    /// What is wrong with the advert.
    pub audit: Audit,
}

/// A person's words as a record.
#[derive(Debug, Clone)]
pub struct DraftedProfile {
    /// All that the text tells; its id means nothing.
    pub profile: Profile,
    /// In the order of the text.
    pub fields: Vec<ReadField>,
}

/// Characters of a title that is made from a text without one.
const MAX_TITLE: usize = 200;

impl Analyst {
    /// Reads an advert. `today` is what relative dates are reckoned from.
    pub fn draft_posting(&self, text: &str, today: Date) -> Result<DraftedPosting, Violation> {
        let lexicon = self.analyzer().lexicon();
        let (draft, audit) = parse_and_audit(text, today, lexicon);
        let title = draft.title.as_ref().map_or("-", |t| t.value.as_str());
        let title: String = redact(title).text.chars().take(MAX_TITLE).collect();
        let id = DocumentId::parse("-draft-").map_err(|e| e.at("text"))?;
        let mut posting = JobPosting::blank(id, Title::parse(&title).map_err(|e| e.at("text"))?);
        posting.description = Body::parse(&redact(text).text).map_err(|e| e.at("text"))?;
        let name = |value: &str| Name::parse(&redact(value).text).ok();
        posting.employer = draft.employer.as_ref().and_then(|e| name(&e.value)).unwrap_or_default();
        let first = draft.occupations.first();
        let occupation = first.map(|o| lexicon.entry(o.value).name.as_str());
        posting.occupation = occupation.and_then(name).unwrap_or_default();
        let mut posting = complete_posting(&posting, &draft, 0.0);
        posting.age = draft.age.as_ref().map(|age| age.value);
        let occupation_name = |id: &_| lexicon.entry(*id).name.clone();
        let fields = posting_fields(&draft, occupation_name);
        Ok(DraftedPosting { posting, titled: draft.title.is_some(), fields, audit })
    }

    /// Reads what a person says. `today` is what an age is reckoned from.
    pub fn draft_profile(&self, text: &str, today: Date) -> Result<DraftedProfile, Violation> {
        let lexicon = self.analyzer().lexicon();
        let draft = parse_profile(text, today, lexicon);
        let id = DocumentId::parse("-draft-").map_err(|e| e.at("text"))?;
        let mut profile = Profile::blank(id);
        profile.resume = Body::parse(&redact(text).text).map_err(|e| e.at("text"))?;
        let wanted = draft.wanted.iter().map(|w| lexicon.entry(w.value).name.as_str());
        profile.wanted = wanted.filter_map(|name| Label::parse(name).ok()).collect();
        let profile = complete_profile(&profile, &draft, 0.0);
        let occupation_name = |id: &_| lexicon.entry(*id).name.clone();
        Ok(DraftedProfile { profile, fields: profile_fields(&draft, occupation_name) })
    }
}

/// Collects fields in the order of the text.
#[derive(Default)]
struct Fields(Vec<ReadField>);

impl Fields {
    fn add<'a, T: 'a>(
        &mut self,
        field: &'static str,
        found: impl IntoIterator<Item = &'a Found<T>>,
        show: impl Fn(&T) -> String,
    ) {
        self.0.extend(found.into_iter().map(|f| ReadField {
            field,
            span: f.span.clone(),
            value: redact(&show(&f.value)).text,
            confidence: f.confidence,
        }));
    }

    fn sorted(mut self) -> Vec<ReadField> {
        self.0.sort_by_key(|f| (f.span.start, f.span.end));
        self.0
    }
}

fn posting_fields(
    draft: &PostingDraft,
    occupation: impl Fn(&jobmatch_text::OccupationId) -> String,
) -> Vec<ReadField> {
    let mut fields = Fields::default();
    fields.add("title", &draft.title, Clone::clone);
    fields.add("occupation", &draft.occupations, occupation);
    fields.add("kind", &draft.kind, |k| k.label().to_owned());
    fields.add("headcount", &draft.headcount, |n| format!("{n} 人"));
    fields.add("pay", &draft.pay, amounts);
    fields.add("pay.negotiable", &draft.negotiable, |_| "面议".to_owned());
    fields.add("age", &draft.age, |a| {
        let end = |e: Option<u8>| e.map(|y| y.to_string()).unwrap_or_default();
        format!("{}–{} 岁", end(a.min()), end(a.max()))
    });
    fields.add("education", &draft.education, |e| e.label().to_owned());
    fields.add("experience_months", &draft.experience_months, |m| format!("{m} 个月"));
    fields.add("certificates", &draft.certificates, |c| c.as_str().to_owned());
    fields.add("shifts", &draft.shifts, shift);
    fields.add("rest_days_per_month", &draft.rest_days_per_month, |d| format!("月休 {d} 天"));
    fields.add("window", &draft.window, |w| {
        let end = w.end().map(|e| e.to_string()).unwrap_or_default();
        format!("{}–{end}", w.start())
    });
    fields.add("place.division", &draft.division, |d| d.to_string());
    fields.add("benefits", &draft.benefits, |b| (*b).to_owned());
    fields.add("settlement", &draft.settlement, |s| s.label().to_owned());
    fields.add("gender", &draft.gender, |g| {
        match g {
            Gender::Female => "女",
            Gender::Male => "男",
        }
        .to_owned()
    });
    fields.add("physical", &draft.physical, |p| p.code().to_owned());
    fields.add("expires", &draft.valid_until, ToString::to_string);
    fields.add("employer", &draft.employer, Clone::clone);
    fields.sorted()
}

fn profile_fields(
    draft: &ProfileDraft,
    occupation: impl Fn(&jobmatch_text::OccupationId) -> String,
) -> Vec<ReadField> {
    let mut fields = Fields::default();
    fields.add("wanted", &draft.wanted, &occupation);
    fields.add("refused_occupations", &draft.refused, &occupation);
    fields.add("former_occupations", &draft.worked, &occupation);
    fields.add("experience_months", &draft.experience_months, |m| format!("{m} 个月"));
    fields.add("education", &draft.education, |e| e.label().to_owned());
    fields.add("birth_year", &draft.birth_year, |y| format!("{y} 年"));
    fields.add("certificates", &draft.certificates, |c| c.as_str().to_owned());
    fields.add("skills", &draft.skills, Clone::clone);
    fields.add("pay_floor", &draft.pay_floor, |p| {
        format!("{} {} 元", p.unit().label(), p.amount().yuan())
    });
    fields.add("kinds", &draft.kinds, |k| k.label().to_owned());
    fields.add("kinds", &draft.kinds_besides, |k| k.label().to_owned());
    fields.add("available", &draft.available, shift);
    fields.add("max_travel_minutes", &draft.max_travel_minutes, |m| format!("{m} 分钟"));
    fields.add("travel", &draft.travel, |t| format!("{t:?}").to_uppercase());
    fields.add("wishes", &draft.wants, |w| (*w).to_owned());
    fields.add("spared", &draft.spared, |p| p.code().to_owned());
    fields.add("place.division", &draft.place, |d| d.to_string());
    fields.sorted()
}

fn amounts(range: &PayRange) -> String {
    let end = |m: Option<jobmatch_domain::pay::Money>| {
        m.map(|m| m.yuan().to_string()).unwrap_or_default()
    };
    match range.min == range.max {
        true => format!("{} {} 元", range.unit.label(), end(range.min)),
        false => format!("{} {}–{} 元", range.unit.label(), end(range.min), end(range.max)),
    }
}

fn shift(shift: &WeeklyShift) -> String {
    format!("{} {}–{}", shift.days(), shift.start(), shift.end())
}
