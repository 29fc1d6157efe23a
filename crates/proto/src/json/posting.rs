//! A posting as JSON.

use serde::{Deserialize, Serialize};

use super::gig::Gig;
use super::names::{Unreadable, education, education_name, kind, kind_name, status, status_name};
use super::parts::{
    Embedding, Pay, Shift, Where, Window, is_default, owner, shifts, shifts_back, told,
};
use crate::v1;

/// A posting as JSON. Enum values are the contract's names without their prefix.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "the fields are those of v1::JobPosting")]
pub struct Posting {
    pub id: String,
    #[serde(skip_serializing_if = "is_default")]
    pub source: String,
    #[serde(skip_serializing_if = "is_default")]
    pub external_id: String,
    #[serde(skip_serializing_if = "is_default")]
    pub status: Option<String>,
    pub kind: Option<String>,
    pub title: String,
    pub description: String,
    pub employer: String,
    pub headcount: Option<u32>,
    #[serde(skip_serializing_if = "is_default")]
    pub places_left: Option<u32>,
    pub pay: Option<Pay>,
    pub education: Option<String>,
    pub experience_months: Option<u32>,
    pub certificates: Vec<String>,
    pub skills: Vec<String>,
    /// Least and greatest age.
    pub age: Option<(Option<u32>, Option<u32>)>,
    pub shifts: Vec<Shift>,
    pub window: Option<Window>,
    pub benefits: Vec<String>,
    pub published: Option<String>,
    pub expires: Option<String>,
    pub lat: Option<f64>,
    pub lon: Option<f64>,
    pub division: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub occupation: String,
    #[serde(skip_serializing_if = "is_default")]
    pub datum: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub owner_division: String,
    #[serde(skip_serializing_if = "is_default")]
    pub owner_station: String,
    #[serde(skip_serializing_if = "is_default")]
    pub embedding: Option<Embedding>,
    #[serde(skip_serializing_if = "is_default")]
    pub gig: Option<Gig>,
}

impl Posting {
    /// The message; its values are checked by the service.
    pub fn into_wire(self) -> Result<v1::JobPosting, Unreadable> {
        let (age_min, age_max) = self.age.unwrap_or_default();
        let Self { division, lat, lon, datum, .. } = self;
        let place = Where { division, lat, lon, datum };
        Ok(v1::JobPosting {
            id: self.id,
            source: self.source,
            external_id: self.external_id,
            status: status(self.status.as_deref())?,
            kind: kind(self.kind.as_deref())?,
            title: self.title,
            description: self.description,
            employer: self.employer,
            headcount: self.headcount,
            places_left: self.places_left,
            pay: self.pay.map(Pay::into_wire).transpose()?,
            education: education(self.education.as_deref())?,
            experience_months: self.experience_months,
            certificates: self.certificates,
            skills: self.skills,
            age_min,
            age_max,
            shifts: shifts(self.shifts),
            window: self.window.map(Window::into_wire),
            benefits: self.benefits,
            published: self.published.unwrap_or_default(),
            expires: self.expires.unwrap_or_default(),
            place: place.into_wire()?,
            occupation: self.occupation,
            owner: owner(self.owner_division, self.owner_station),
            embedding: self.embedding.map(Embedding::into_wire),
            gig: self.gig.map(Gig::into_wire).transpose()?,
            ..v1::JobPosting::default()
        })
    }

    /// The object of a message.
    pub fn of_wire(wire: v1::JobPosting) -> Self {
        let Where { division, lat, lon, datum } = Where::of_wire(wire.place);
        let owner = wire.owner.unwrap_or_default();
        Self {
            status: status_name(wire.status).filter(|s| s != "OPEN"),
            kind: kind_name(wire.kind),
            pay: wire.pay.map(Pay::of_wire),
            education: education_name(wire.education),
            age: (wire.age_min.is_some() || wire.age_max.is_some())
                .then_some((wire.age_min, wire.age_max)),
            shifts: shifts_back(wire.shifts),
            window: wire.window.map(Window::of_wire),
            published: told(wire.published),
            expires: told(wire.expires),
            id: wire.id,
            source: wire.source,
            external_id: wire.external_id,
            title: wire.title,
            description: wire.description,
            employer: wire.employer,
            headcount: wire.headcount,
            places_left: wire.places_left,
            experience_months: wire.experience_months,
            certificates: wire.certificates,
            skills: wire.skills,
            benefits: wire.benefits,
            lat,
            lon,
            datum,
            division,
            occupation: wire.occupation,
            owner_division: owner.division,
            owner_station: owner.station,
            embedding: wire.embedding.map(Embedding::of_wire),
            gig: wire.gig.map(Gig::of_wire),
        }
    }
}
