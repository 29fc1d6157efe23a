//! A person's profile on disk.

use jobmatch_domain::ids::Origin;
use jobmatch_domain::pay::{Money, PayFloor};
use jobmatch_domain::profile::{Consent, Visibility};
use jobmatch_domain::text::{Body, parse_list};
use jobmatch_domain::{Collection, DocumentId, Instant, Invalid, Profile, Travel};
use prost::Message;

use super::Record;
use super::parts::{
    EmbeddingMessage, PlaceMessage, ProvenanceMessage, ShiftMessage, by_code, certificate_names,
    certificates, date, date_text, education, education_code, kind, kind_code, small, texts, unit,
    unit_code,
};
use crate::error::RecordError;

/// Tags are on disk: they are never given another meaning.
#[derive(Clone, PartialEq, Message)]
struct ProfileMessage {
    #[prost(string, tag = "1")]
    id: String,
    #[prost(message, required, tag = "2")]
    provenance: ProvenanceMessage,
    #[prost(uint32, tag = "3")]
    visibility: u32,
    #[prost(message, required, tag = "4")]
    consent: ConsentMessage,
    #[prost(string, tag = "5")]
    resume: String,
    #[prost(string, repeated, tag = "6")]
    wanted: Vec<String>,
    #[prost(uint32, repeated, tag = "7")]
    kinds: Vec<u32>,
    #[prost(uint32, optional, tag = "8")]
    education: Option<u32>,
    #[prost(uint32, optional, tag = "9")]
    experience_months: Option<u32>,
    #[prost(sint32, optional, tag = "10")]
    birth_year: Option<i32>,
    #[prost(string, repeated, tag = "11")]
    certificates: Vec<String>,
    #[prost(string, repeated, tag = "12")]
    skills: Vec<String>,
    #[prost(message, optional, tag = "13")]
    pay_floor: Option<PayFloorMessage>,
    #[prost(uint32, optional, tag = "14")]
    max_travel_minutes: Option<u32>,
    #[prost(uint32, tag = "15")]
    travel: u32,
    #[prost(message, repeated, tag = "16")]
    available: Vec<ShiftMessage>,
    #[prost(string, repeated, tag = "17")]
    assistance: Vec<String>,
    #[prost(message, required, tag = "18")]
    place: PlaceMessage,
    #[prost(string, repeated, tag = "19")]
    excluded_employers: Vec<String>,
    #[prost(message, optional, tag = "20")]
    embedding: Option<EmbeddingMessage>,
}

#[derive(Clone, PartialEq, Message)]
struct ConsentMessage {
    #[prost(bool, tag = "1")]
    given: bool,
    /// Seconds since 1970-01-01T00:00Z.
    #[prost(int64, optional, tag = "2")]
    given_at: Option<i64>,
    /// `YYYY-MM-DD`; empty: until withdrawn.
    #[prost(string, tag = "3")]
    valid_until: String,
}

#[derive(Clone, Copy, PartialEq, Message)]
struct PayFloorMessage {
    /// Thousandths of a yuan.
    #[prost(uint64, tag = "1")]
    amount: u64,
    #[prost(uint32, tag = "2")]
    unit: u32,
}

impl PayFloorMessage {
    fn parse(self) -> Result<PayFloor, RecordError> {
        let floor = PayFloor::new(Money::from_thousandths(self.amount), unit(self.unit)?);
        Ok(floor.map_err(|e| e.at("pay_floor"))?)
    }
}

fn visibility_code(visibility: Visibility) -> u32 {
    match visibility {
        Visibility::Private => 1,
        Visibility::Matchable => 2,
    }
}

fn visibility(code: u32) -> Result<Visibility, RecordError> {
    let all = [Visibility::Private, Visibility::Matchable];
    by_code(all, visibility_code, code, "visibility")
}

fn travel_code(travel: Travel) -> u32 {
    match travel {
        Travel::Walk => 1,
        Travel::Bike => 2,
        Travel::Ebike => 3,
        Travel::Bus => 4,
        Travel::Car => 5,
    }
}

fn year(year: i32) -> Result<i16, RecordError> {
    let invalid = |_| Invalid::range(year, i16::MIN, i16::MAX).at("birth_year");
    Ok(i16::try_from(year).map_err(invalid)?)
}

impl ProfileMessage {
    fn of(profile: &Profile) -> Self {
        Self {
            id: profile.id.to_string(),
            provenance: ProvenanceMessage::of(&profile.origin, &profile.owner),
            visibility: visibility_code(profile.visibility),
            consent: ConsentMessage {
                given: profile.consent.given,
                given_at: profile.consent.given_at.map(|i| i.0),
                valid_until: date_text(profile.consent.valid_until),
            },
            resume: profile.resume.to_string(),
            wanted: texts(&profile.wanted),
            kinds: profile.kinds.iter().map(kind_code).collect(),
            education: profile.education.map(education_code),
            experience_months: profile.experience_months.map(u32::from),
            birth_year: profile.birth_year.map(i32::from),
            certificates: certificate_names(&profile.certificates),
            skills: texts(&profile.skills),
            pay_floor: profile.pay_floor.map(|f| PayFloorMessage {
                amount: f.amount().thousandths(),
                unit: unit_code(f.unit()),
            }),
            max_travel_minutes: profile.max_travel_minutes.map(u32::from),
            travel: travel_code(profile.travel),
            available: ShiftMessage::of_all(&profile.available),
            assistance: texts(&profile.assistance),
            place: PlaceMessage::of(&profile.place),
            excluded_employers: texts(&profile.excluded_employers),
            embedding: profile.embedding.as_ref().map(EmbeddingMessage::of),
        }
    }

    fn parse(&self) -> Result<Profile, RecordError> {
        let (origin, owner) = self.provenance.parse()?;
        let kinds: Result<_, _> = self.kinds.iter().map(|k| kind(*k)).collect();
        let embedding = self.embedding.as_ref().map(EmbeddingMessage::parse);
        let excluded = &self.excluded_employers;
        Ok(Profile {
            id: DocumentId::parse(&self.id).map_err(|e| e.at("id"))?,
            origin,
            owner,
            visibility: visibility(self.visibility)?,
            consent: Consent {
                given: self.consent.given,
                given_at: self.consent.given_at.map(Instant),
                valid_until: date(&self.consent.valid_until, "consent.valid_until")?,
            },
            resume: Body::parse(&self.resume).map_err(|e| e.at("resume"))?,
            wanted: parse_list("wanted", &self.wanted, usize::MAX)?,
            kinds: kinds?,
            education: self.education.map(education).transpose()?,
            experience_months: small(self.experience_months, "experience_months")?,
            birth_year: self.birth_year.map(year).transpose()?,
            certificates: certificates(&self.certificates)?,
            skills: parse_list("skills", &self.skills, usize::MAX)?,
            pay_floor: self.pay_floor.map(PayFloorMessage::parse).transpose()?,
            max_travel_minutes: small(self.max_travel_minutes, "max_travel_minutes")?,
            travel: by_code(Travel::ALL, travel_code, self.travel, "travel")?,
            available: ShiftMessage::parse_all(&self.available)?,
            assistance: parse_list("assistance", &self.assistance, usize::MAX)?,
            place: self.place.parse()?,
            excluded_employers: parse_list("excluded_employers", excluded, usize::MAX)?,
            embedding: embedding.transpose()?,
        })
    }
}

impl Record for Profile {
    const COLLECTION: Collection = Collection::Profiles;

    fn id(&self) -> &DocumentId {
        &self.id
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn same_content(&self, other: &Self) -> bool {
        self.consent.valid_until == other.consent.valid_until && {
            let mut settled = self.clone();
            settled.visibility = other.visibility;
            settled.consent = other.consent;
            settled == *other
        }
    }

    fn encode(&self) -> Vec<u8> {
        ProfileMessage::of(self).encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        ProfileMessage::decode(bytes)?.parse()
    }
}
