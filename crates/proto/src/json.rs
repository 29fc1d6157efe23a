//! Postings and profiles as JSON objects: the form of files that people load and export.
//!
//! One object a line; see the README for the fields. Unknown fields are refused, so that a
//! slip of the pen does not silently lose a column.

use serde::{Deserialize, Serialize};

use crate::v1;

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

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
}

/// Pay as JSON; both amounts absent is 面议.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "the fields are those of v1::Pay")]
pub struct Pay {
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub unit: Option<String>,
    pub text: Option<String>,
}

/// A weekly shift as JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are those of v1::WeeklyShift")]
pub struct Shift {
    pub days: String,
    pub start: String,
    pub end: String,
}

/// A dated stretch as JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are those of v1::Window")]
pub struct Window {
    pub start: String,
    pub end: Option<String>,
}

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
}

/// A pay floor as JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are those of v1::PayFloor")]
pub struct PayMin {
    pub amount: f64,
    pub unit: String,
}

/// A name that is no value of its field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{field} is {value:?}; give one of the contract's names without their prefix, such as {example}"
)]
pub struct UnknownName {
    /// The field.
    pub field: &'static str,
    /// The name, shortened.
    pub value: String,
    /// A name that is known.
    pub example: &'static str,
}

macro_rules! named {
    ($function:ident, $back:ident, $type:ident, $prefix:literal, $field:literal, $example:literal) => {
        fn $function(name: Option<&str>) -> Result<i32, UnknownName> {
            let Some(name) = name.filter(|n| !n.is_empty()) else {
                return Ok(0);
            };
            v1::$type::from_str_name(&format!(concat!($prefix, "{}"), name))
                .map(|value| value as i32)
                .ok_or_else(|| UnknownName {
                    field: $field,
                    value: name.chars().take(40).collect(),
                    example: $example,
                })
        }

        fn $back(number: i32) -> Option<String> {
            let value = v1::$type::try_from(number).ok().filter(|_| number != 0)?;
            Some(value.as_str_name().trim_start_matches($prefix).to_owned())
        }
    };
}

named!(kind, kind_name, EmploymentKind, "EMPLOYMENT_KIND_", "kind", "FULL_TIME");
named!(education, education_name, Education, "EDUCATION_", "education", "COLLEGE");
named!(unit, unit_name, PayUnit, "PAY_UNIT_", "unit", "MONTH");
named!(travel, travel_name, Travel, "TRAVEL_", "travel", "EBIKE");
named!(status, status_name, PostingStatus, "POSTING_STATUS_", "status", "OPEN");
named!(visibility, visibility_name, Visibility, "VISIBILITY_", "visibility", "MATCHABLE");

fn shifts(shifts: Vec<Shift>) -> Vec<v1::WeeklyShift> {
    let one = |s: Shift| v1::WeeklyShift { days: s.days, start: s.start, end: s.end };
    shifts.into_iter().map(one).collect()
}

fn shifts_back(shifts: Vec<v1::WeeklyShift>) -> Vec<Shift> {
    let one = |s: v1::WeeklyShift| Shift { days: s.days, start: s.start, end: s.end };
    shifts.into_iter().map(one).collect()
}

fn place(division: Option<String>, lat: Option<f64>, lon: Option<f64>) -> Option<v1::Place> {
    let point =
        lat.zip(lon).map(|(latitude, longitude)| v1::Point { latitude, longitude, datum: 0 });
    let division = division.unwrap_or_default();
    (point.is_some() || !division.is_empty()).then_some(v1::Place { division, point })
}

fn place_back(place: Option<v1::Place>) -> (Option<String>, Option<f64>, Option<f64>) {
    let place = place.unwrap_or_default();
    let division = Some(place.division).filter(|d| !d.is_empty());
    (division, place.point.map(|p| p.latitude), place.point.map(|p| p.longitude))
}

impl Posting {
    /// The message; its values are checked by the service.
    pub fn into_wire(self) -> Result<v1::JobPosting, UnknownName> {
        let pay = match self.pay {
            None => None,
            Some(pay) => Some(v1::Pay {
                min_yuan: pay.min,
                max_yuan: pay.max,
                unit: unit(pay.unit.as_deref())?,
                negotiable: pay.min.is_none() && pay.max.is_none(),
                text: pay.text.unwrap_or_default(),
            }),
        };
        let (age_min, age_max) = self.age.unwrap_or_default();
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
            pay,
            education: education(self.education.as_deref())?,
            experience_months: self.experience_months,
            certificates: self.certificates,
            skills: self.skills,
            age_min,
            age_max,
            shifts: shifts(self.shifts),
            window: self
                .window
                .map(|w| v1::Window { start: w.start, end: w.end.unwrap_or_default() }),
            benefits: self.benefits,
            published: self.published.unwrap_or_default(),
            expires: self.expires.unwrap_or_default(),
            place: place(self.division, self.lat, self.lon),
            occupation: self.occupation,
            ..v1::JobPosting::default()
        })
    }

    /// The object of a message.
    pub fn of_wire(wire: v1::JobPosting) -> Self {
        let told = |text: String| Some(text).filter(|t| !t.is_empty());
        let (division, lat, lon) = place_back(wire.place);
        Self {
            status: status_name(wire.status).filter(|s| s != "OPEN"),
            kind: kind_name(wire.kind),
            pay: wire.pay.map(|p| Pay {
                min: p.min_yuan,
                max: p.max_yuan,
                unit: unit_name(p.unit),
                text: told(p.text),
            }),
            education: education_name(wire.education),
            age: (wire.age_min.is_some() || wire.age_max.is_some())
                .then_some((wire.age_min, wire.age_max)),
            shifts: shifts_back(wire.shifts),
            window: wire.window.map(|w| Window { start: w.start, end: told(w.end) }),
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
            division,
            occupation: wire.occupation,
        }
    }
}

impl Profile {
    /// The message; its values are checked by the service. Visibility and consent are as
    /// told; when nothing is told the profile is private.
    pub fn into_wire(self) -> Result<v1::Profile, UnknownName> {
        let kinds = self.kinds.iter().map(|k| kind(Some(k))).collect::<Result<_, _>>()?;
        let pay_floor = match self.pay_min {
            None => None,
            Some(floor) => {
                Some(v1::PayFloor { amount_yuan: floor.amount, unit: unit(Some(&floor.unit))? })
            }
        };
        Ok(v1::Profile {
            id: self.id,
            source: self.source,
            external_id: self.external_id,
            visibility: visibility(self.visibility.as_deref())?,
            consent: self.consent.map(|given| v1::Consent { given, ..v1::Consent::default() }),
            resume: self.resume,
            wanted: self.wanted,
            kinds,
            education: education(self.education.as_deref())?,
            experience_months: self.experience_months,
            birth_year: self.birth_year,
            certificates: self.certificates,
            skills: self.skills,
            pay_floor,
            max_travel_minutes: self.max_minutes,
            travel: travel(self.travel.as_deref())?,
            available: shifts(self.available),
            assistance: self.assistance,
            place: place(self.division, self.lat, self.lon),
            excluded_employers: self.excluded_employers,
            ..v1::Profile::default()
        })
    }

    /// The object of a message.
    pub fn of_wire(wire: v1::Profile) -> Self {
        let (division, lat, lon) = place_back(wire.place);
        Self {
            visibility: visibility_name(wire.visibility).filter(|v| v != "PRIVATE"),
            consent: wire.consent.map(|c| c.given),
            kinds: wire.kinds.into_iter().filter_map(kind_name).collect(),
            education: education_name(wire.education),
            pay_min: wire.pay_floor.map(|f| PayMin {
                amount: f.amount_yuan,
                unit: unit_name(f.unit).unwrap_or_default(),
            }),
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
            division,
            excluded_employers: wire.excluded_employers,
        }
    }
}
