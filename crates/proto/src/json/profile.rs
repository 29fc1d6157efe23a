//! A profile as JSON.

use serde::{Deserialize, Serialize};

use super::names::{
    Unreadable, education, education_name, kind, kind_name, travel, travel_name, visibility,
    visibility_name,
};
use super::parts::{Embedding, PayMin, Shift, Where, is_default, owner, shifts, shifts_back};
use crate::v1;

/// A profile as JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "the fields are those of v1::Profile")]
pub struct Profile {
    pub id: String,
    #[serde(skip_serializing_if = "is_default")]
    pub source: String,
    #[serde(skip_serializing_if = "is_default")]
    pub external_id: String,
    #[serde(skip_serializing_if = "is_default")]
    pub visibility: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub consent: Option<bool>,
    /// RFC 3339, such as `2026-11-23T01:30:00Z`.
    #[serde(skip_serializing_if = "is_default")]
    pub consent_given_at: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub consent_valid_until: String,
    pub resume: String,
    pub wanted: Vec<String>,
    pub kinds: Vec<String>,
    pub education: Option<String>,
    pub experience_months: Option<u32>,
    pub birth_year: Option<u32>,
    pub certificates: Vec<String>,
    pub skills: Vec<String>,
    pub pay_min: Option<PayMin>,
    pub max_minutes: Option<u32>,
    pub travel: Option<String>,
    pub available: Vec<Shift>,
    pub assistance: Vec<String>,
    pub lat: Option<f64>,
    pub lon: Option<f64>,
    pub division: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub excluded_employers: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub datum: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub owner_division: String,
    #[serde(skip_serializing_if = "is_default")]
    pub owner_station: String,
    #[serde(skip_serializing_if = "is_default")]
    pub embedding: Option<Embedding>,
}

impl Profile {
    /// The message; its values are checked by the service. Visibility and consent are as
    /// told; when nothing is told the profile is private.
    pub fn into_wire(self) -> Result<v1::Profile, Unreadable> {
        let kinds = self.kinds.iter().map(|k| kind(Some(k))).collect::<Result<_, _>>()?;
        let consent = consent(self.consent, self.consent_given_at, self.consent_valid_until)?;
        let Self { division, lat, lon, datum, .. } = self;
        let place = Where { division, lat, lon, datum };
        Ok(v1::Profile {
            id: self.id,
            source: self.source,
            external_id: self.external_id,
            visibility: visibility(self.visibility.as_deref())?,
            consent,
            resume: self.resume,
            wanted: self.wanted,
            kinds,
            education: education(self.education.as_deref())?,
            experience_months: self.experience_months,
            birth_year: self.birth_year,
            certificates: self.certificates,
            skills: self.skills,
            pay_floor: self.pay_min.map(PayMin::into_wire).transpose()?,
            max_travel_minutes: self.max_minutes,
            travel: travel(self.travel.as_deref())?,
            available: shifts(self.available),
            assistance: self.assistance,
            place: place.into_wire()?,
            owner: owner(self.owner_division, self.owner_station),
            embedding: self.embedding.map(Embedding::into_wire),
            excluded_employers: self.excluded_employers,
            ..v1::Profile::default()
        })
    }

    /// The object of a message.
    pub fn of_wire(wire: v1::Profile) -> Self {
        let Where { division, lat, lon, datum } = Where::of_wire(wire.place);
        let owner = wire.owner.unwrap_or_default();
        let consent_given = wire.consent.as_ref().map(|c| c.given);
        let consent = wire.consent.unwrap_or_default();
        Self {
            visibility: visibility_name(wire.visibility).filter(|v| v != "PRIVATE"),
            consent: consent_given,
            consent_given_at: consent.given_at.map(|at| at.to_string()),
            consent_valid_until: consent.valid_until,
            kinds: wire.kinds.into_iter().filter_map(kind_name).collect(),
            education: education_name(wire.education),
            pay_min: wire.pay_floor.map(PayMin::of_wire),
            max_minutes: wire.max_travel_minutes,
            travel: travel_name(wire.travel),
            available: shifts_back(wire.available),
            id: wire.id,
            source: wire.source,
            external_id: wire.external_id,
            resume: wire.resume,
            wanted: wire.wanted,
            experience_months: wire.experience_months,
            birth_year: wire.birth_year,
            certificates: wire.certificates,
            skills: wire.skills,
            assistance: wire.assistance,
            lat,
            lon,
            datum,
            division,
            excluded_employers: wire.excluded_employers,
            owner_division: owner.division,
            owner_station: owner.station,
            embedding: wire.embedding.map(Embedding::of_wire),
        }
    }
}

/// Consent as told; nothing told is none given.
fn consent(
    given: Option<bool>,
    given_at: Option<String>,
    valid_until: String,
) -> Result<Option<v1::Consent>, Unreadable> {
    let read = |text: String| {
        text.parse().map_err(|_| Unreadable {
            field: "consent_given_at",
            value: text.chars().take(40).collect(),
            expected: "an instant",
            example: "2026-11-23T01:30:00Z",
        })
    };
    let given_at = given_at.map(read).transpose()?;
    let told = given.is_some() || given_at.is_some() || !valid_until.is_empty();
    let given = given.unwrap_or_default();
    Ok(told.then_some(v1::Consent { given, given_at, valid_until }))
}
