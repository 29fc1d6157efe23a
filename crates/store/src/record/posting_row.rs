//! A job posting on disk.

use jobmatch_domain::ids::Origin;
use jobmatch_domain::pay::Money;
use jobmatch_domain::posting::{AgeRange, Headcount, PostingStatus, Validity};
use jobmatch_domain::text::{Name, Text, parse_list};
use jobmatch_domain::{CivilInstant, Collection, DocumentId, JobPosting, Pay, Violation, Window};
use prost::Message;

use super::Record;
use super::gig_row::GigMessage;
use super::parts::{
    EmbeddingMessage, PlaceMessage, ProvenanceMessage, ShiftMessage, by_code, certificate_names,
    certificates, date, date_text, education, education_code, kind, kind_code, small, texts, unit,
    unit_code,
};
use crate::error::RecordError;

/// Tags are on disk: they are never given another meaning.
#[derive(Clone, PartialEq, Message)]
struct PostingMessage {
    #[prost(string, tag = "1")]
    id: String,
    #[prost(message, required, tag = "2")]
    provenance: ProvenanceMessage,
    #[prost(uint32, tag = "3")]
    status: u32,
    #[prost(uint32, optional, tag = "4")]
    kind: Option<u32>,
    #[prost(string, tag = "5")]
    title: String,
    #[prost(string, tag = "6")]
    description: String,
    #[prost(string, tag = "7")]
    employer: String,
    #[prost(uint32, optional, tag = "8")]
    headcount: Option<u32>,
    #[prost(uint32, optional, tag = "9")]
    places_left: Option<u32>,
    #[prost(message, optional, tag = "10")]
    pay: Option<PayMessage>,
    #[prost(uint32, optional, tag = "11")]
    education: Option<u32>,
    #[prost(uint32, optional, tag = "12")]
    experience_months: Option<u32>,
    #[prost(string, repeated, tag = "13")]
    certificates: Vec<String>,
    #[prost(string, repeated, tag = "14")]
    skills: Vec<String>,
    #[prost(uint32, optional, tag = "15")]
    age_min: Option<u32>,
    #[prost(uint32, optional, tag = "16")]
    age_max: Option<u32>,
    #[prost(message, repeated, tag = "17")]
    shifts: Vec<ShiftMessage>,
    #[prost(message, optional, tag = "18")]
    window: Option<WindowMessage>,
    #[prost(string, repeated, tag = "19")]
    benefits: Vec<String>,
    /// `YYYY-MM-DD`; empty: not told.
    #[prost(string, tag = "20")]
    published: String,
    #[prost(string, tag = "21")]
    expires: String,
    #[prost(message, required, tag = "22")]
    place: PlaceMessage,
    #[prost(string, tag = "23")]
    occupation: String,
    #[prost(message, optional, tag = "24")]
    embedding: Option<EmbeddingMessage>,
    #[prost(message, optional, tag = "25")]
    gig: Option<GigMessage>,
}

#[derive(Clone, PartialEq, Message)]
struct PayMessage {
    /// Thousandths of a yuan.
    #[prost(uint64, optional, tag = "1")]
    min: Option<u64>,
    #[prost(uint64, optional, tag = "2")]
    max: Option<u64>,
    #[prost(uint32, optional, tag = "3")]
    unit: Option<u32>,
    #[prost(bool, tag = "4")]
    negotiable: bool,
    #[prost(string, tag = "5")]
    text: String,
}

impl PayMessage {
    fn of(pay: &Pay) -> Self {
        let range = pay.range();
        Self {
            min: range.and_then(|r| r.min).map(Money::thousandths),
            max: range.and_then(|r| r.max).map(Money::thousandths),
            unit: range.map(|r| unit_code(r.unit)),
            negotiable: pay.negotiable,
            text: pay.text.to_string(),
        }
    }

    fn parse(&self) -> Result<Pay, RecordError> {
        let text = text(&self.text, "pay.text")?;
        let [min, max] = [self.min, self.max].map(|m| m.map(Money::from_thousandths));
        let unit = self.unit.map(unit).transpose()?;
        Ok(Pay::new(min, max, unit, self.negotiable, text)?)
    }
}

#[derive(Clone, PartialEq, Message)]
struct WindowMessage {
    /// `YYYY-MM-DDTHH:MM` in Shanghai.
    #[prost(string, tag = "1")]
    start: String,
    #[prost(string, optional, tag = "2")]
    end: Option<String>,
}

impl WindowMessage {
    fn of(window: &Window) -> Self {
        Self { start: window.start().to_string(), end: window.end().map(|e| e.to_string()) }
    }

    fn parse(&self) -> Result<Window, Violation> {
        let start = CivilInstant::parse(&self.start).map_err(|e| e.at("window.start"))?;
        let end = self.end.as_deref().map(CivilInstant::parse).transpose();
        Window::new(start, end.map_err(|e| e.at("window.end"))?)
    }
}

fn text<const MIN: usize, const MAX: usize>(
    value: &str,
    path: &str,
) -> Result<Text<MIN, MAX>, Violation> {
    Text::parse(value).map_err(|e| e.at(path))
}

fn status_code(status: PostingStatus) -> u32 {
    match status {
        PostingStatus::Open => 1,
        PostingStatus::Paused => 2,
        PostingStatus::Filled => 3,
        PostingStatus::Closed => 4,
    }
}

fn status(code: u32) -> Result<PostingStatus, RecordError> {
    let all =
        [PostingStatus::Open, PostingStatus::Paused, PostingStatus::Filled, PostingStatus::Closed];
    by_code(all, status_code, code, "status")
}

impl PostingMessage {
    fn of(posting: &JobPosting) -> Self {
        Self {
            id: posting.id.to_string(),
            provenance: ProvenanceMessage::of(&posting.origin, &posting.owner),
            status: status_code(posting.status),
            kind: posting.kind.map(kind_code),
            title: posting.title.to_string(),
            description: posting.description.to_string(),
            employer: posting.employer.to_string(),
            headcount: posting.headcount.total(),
            places_left: posting.headcount.left_told(),
            pay: posting.pay.as_ref().map(PayMessage::of),
            education: posting.education.map(education_code),
            experience_months: posting.experience_months.map(u32::from),
            certificates: certificate_names(&posting.certificates),
            skills: texts(&posting.skills),
            age_min: posting.age.as_ref().and_then(AgeRange::min).map(u32::from),
            age_max: posting.age.as_ref().and_then(AgeRange::max).map(u32::from),
            shifts: ShiftMessage::of_all(&posting.shifts),
            window: posting.window.as_ref().map(WindowMessage::of),
            benefits: texts(&posting.benefits),
            published: date_text(posting.validity.published()),
            expires: date_text(posting.validity.expires()),
            place: PlaceMessage::of(&posting.place),
            occupation: posting.occupation.to_string(),
            embedding: posting.embedding.as_ref().map(EmbeddingMessage::of),
            gig: posting.gig.as_ref().map(GigMessage::of),
        }
    }

    fn parse(&self) -> Result<JobPosting, RecordError> {
        let (origin, owner) = self.provenance.parse()?;
        let published = date(&self.published, "published")?;
        let expires = date(&self.expires, "expires")?;
        let occupation: Name = text(&self.occupation, "occupation")?;
        let pay = self.pay.as_ref().map(PayMessage::parse);
        let window = self.window.as_ref().map(WindowMessage::parse);
        let embedding = self.embedding.as_ref().map(EmbeddingMessage::parse);
        Ok(JobPosting {
            id: DocumentId::parse(&self.id).map_err(|e| e.at("id"))?,
            origin,
            owner,
            status: status(self.status)?,
            kind: self.kind.map(kind).transpose()?,
            title: text(&self.title, "title")?,
            description: text(&self.description, "description")?,
            employer: text(&self.employer, "employer")?,
            headcount: Headcount::new(self.headcount, self.places_left)?,
            pay: pay.transpose()?,
            education: self.education.map(education).transpose()?,
            experience_months: small(self.experience_months, "experience_months")?,
            certificates: certificates(&self.certificates)?,
            skills: parse_list("skills", &self.skills, usize::MAX)?,
            age: AgeRange::new(self.age_min, self.age_max)?,
            shifts: ShiftMessage::parse_all(&self.shifts)?,
            window: window.transpose()?,
            benefits: parse_list("benefits", &self.benefits, usize::MAX)?,
            validity: Validity::new(published, expires)?,
            place: self.place.parse()?,
            occupation,
            embedding: embedding.transpose()?,
            gig: self.gig.as_ref().map(GigMessage::parse).transpose()?,
        })
    }
}

impl Record for JobPosting {
    const COLLECTION: Collection = Collection::Postings;

    fn id(&self) -> &DocumentId {
        &self.id
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn same_content(&self, other: &Self) -> bool {
        self.headcount.total() == other.headcount.total() && {
            let mut settled = self.clone();
            settled.status = other.status;
            settled.headcount = other.headcount;
            settled == *other
        }
    }

    fn encode(&self) -> Vec<u8> {
        PostingMessage::of(self).encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        PostingMessage::decode(bytes)?.parse()
    }
}
