//! Messages and codes that both kinds of record share. Tags and codes are on disk:
//! they are never given another meaning.

use jobmatch_domain::geo::GeoError;
use jobmatch_domain::ids::{Origin, Owner};
use jobmatch_domain::pay::PayUnit;
use jobmatch_domain::posting::Place;
use jobmatch_domain::{
    Certificate, CertificateSet, Date, Datum, Division, Education, Embedding, EmploymentKind,
    Invalid, Point, Violation, WeeklyShift,
};
use prost::Message;

use crate::error::RecordError;

/// Feed and office of a record.
#[derive(Clone, PartialEq, Message)]
pub(super) struct ProvenanceMessage {
    #[prost(string, tag = "1")]
    source: String,
    #[prost(string, tag = "2")]
    external_id: String,
    /// Empty: not told.
    #[prost(string, tag = "3")]
    owner_division: String,
    #[prost(string, tag = "4")]
    owner_station: String,
}

impl ProvenanceMessage {
    pub(super) fn of(origin: &Origin, owner: &Owner) -> Self {
        Self {
            source: origin.source().into(),
            external_id: origin.external_id().into(),
            owner_division: division_code(owner.division),
            owner_station: owner.station().into(),
        }
    }

    pub(super) fn parse(&self) -> Result<(Origin, Owner), Violation> {
        let origin = Origin::new(&self.source, &self.external_id)?;
        let division = division(&self.owner_division, "owner.division")?;
        Ok((origin, Owner::new(division, &self.owner_station)?))
    }
}

/// A division and a point.
#[derive(Clone, Copy, PartialEq, Message)]
pub(super) struct PointMessage {
    /// Degrees north, WGS 84.
    #[prost(double, tag = "1")]
    latitude: f64,
    /// Degrees east, WGS 84.
    #[prost(double, tag = "2")]
    longitude: f64,
}

impl PointMessage {
    pub(super) fn of(point: Point) -> Self {
        Self { latitude: point.latitude(), longitude: point.longitude() }
    }

    pub(super) fn parse(&self) -> Result<Point, GeoError> {
        Point::new(self.latitude, self.longitude, Datum::Wgs84)
    }
}

/// Where a job or person is.
#[derive(Clone, PartialEq, Message)]
pub(super) struct PlaceMessage {
    /// Empty: not known.
    #[prost(string, tag = "1")]
    division: String,
    #[prost(message, optional, tag = "2")]
    point: Option<PointMessage>,
}

impl PlaceMessage {
    pub(super) fn of(place: &Place) -> Self {
        Self { division: division_code(place.division), point: place.point.map(PointMessage::of) }
    }

    pub(super) fn parse(&self) -> Result<Place, Violation> {
        let point = self
            .point
            .map(|p| p.parse())
            .transpose()
            .map_err(|e| Invalid::from(e).at("place.point"))?;
        let division = division(&self.division, "place.division")?;
        Ok(Place { division, point })
    }
}

/// Weekly hours.
#[derive(Clone, PartialEq, Message)]
pub(super) struct ShiftMessage {
    /// Digits, Monday is 1.
    #[prost(string, tag = "1")]
    days: String,
    /// `HH:MM`.
    #[prost(string, tag = "2")]
    start: String,
    /// `HH:MM`.
    #[prost(string, tag = "3")]
    end: String,
}

impl ShiftMessage {
    pub(super) fn of_all(shifts: &[WeeklyShift]) -> Vec<Self> {
        let message = |shift: &WeeklyShift| Self {
            days: shift.days(),
            start: shift.start(),
            end: shift.end(),
        };
        shifts.iter().map(message).collect()
    }

    pub(super) fn parse_all(messages: &[Self]) -> Result<Vec<WeeklyShift>, Violation> {
        messages.iter().map(|m| WeeklyShift::parse(&m.days, &m.start, &m.end)).collect()
    }
}

/// A caller's vector.
#[derive(Clone, PartialEq, Message)]
pub(super) struct EmbeddingMessage {
    #[prost(string, tag = "1")]
    space: String,
    #[prost(float, repeated, tag = "2")]
    values: Vec<f32>,
}

impl EmbeddingMessage {
    pub(super) fn of(embedding: &Embedding) -> Self {
        Self { space: embedding.space().into(), values: embedding.values().to_vec() }
    }

    pub(super) fn parse(&self) -> Result<Embedding, Violation> {
        Embedding::new(&self.space, &self.values)
    }
}

fn division_code(division: Option<Division>) -> String {
    division.map(Division::short).unwrap_or_default()
}

fn division(code: &str, path: &str) -> Result<Option<Division>, Violation> {
    if code.is_empty() {
        return Ok(None);
    }
    Division::parse(code).map(Some).map_err(|e| Invalid::from(e).at(path))
}

pub(super) fn certificate_names(certificates: &CertificateSet) -> Vec<String> {
    certificates.iter().map(ToString::to_string).collect()
}

pub(super) fn certificates(names: &[String]) -> Result<CertificateSet, Violation> {
    names
        .iter()
        .map(|name| Certificate::parse(name).map_err(|e| Invalid::from(e).at("certificates")))
        .collect()
}

pub(super) fn texts<T: ToString>(items: &[T]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

pub(super) fn date_text(date: Option<Date>) -> String {
    date.map(|d| d.to_string()).unwrap_or_default()
}

/// A date; `None` for the empty text.
pub(super) fn date(text: &str, path: &str) -> Result<Option<Date>, Violation> {
    if text.is_empty() {
        return Ok(None);
    }
    Date::parse(text).map(Some).map_err(|e| e.at(path))
}

/// A number of 32 bits in a field of 16.
pub(super) fn small(number: Option<u32>, path: &str) -> Result<Option<u16>, Violation> {
    let small = |n: u32| u16::try_from(n).map_err(|_| Invalid::range(n, 0, u16::MAX).at(path));
    number.map(small).transpose()
}

/// The member of `all` that has the code.
pub(super) fn by_code<T: Copy>(
    all: impl IntoIterator<Item = T>,
    code_of: impl Fn(T) -> u32,
    code: u32,
    field: &'static str,
) -> Result<T, RecordError> {
    all.into_iter().find(|value| code_of(*value) == code).ok_or(RecordError::Code { field, code })
}

pub(super) fn kind_code(kind: EmploymentKind) -> u32 {
    match kind {
        EmploymentKind::FullTime => 1,
        EmploymentKind::PartTime => 2,
        EmploymentKind::Gig => 3,
        EmploymentKind::Internship => 4,
        EmploymentKind::PublicWelfare => 5,
    }
}

pub(super) fn kind(code: u32) -> Result<EmploymentKind, RecordError> {
    by_code(EmploymentKind::ALL, kind_code, code, "kind")
}

pub(super) fn education_code(education: Education) -> u32 {
    match education {
        Education::None => 1,
        Education::Primary => 2,
        Education::Junior => 3,
        Education::Senior => 4,
        Education::Vocational => 5,
        Education::College => 6,
        Education::Bachelor => 7,
        Education::Master => 8,
        Education::Doctor => 9,
    }
}

pub(super) fn education(code: u32) -> Result<Education, RecordError> {
    by_code(Education::ALL, education_code, code, "education")
}

pub(super) fn unit_code(unit: PayUnit) -> u32 {
    match unit {
        PayUnit::Hour => 1,
        PayUnit::Day => 2,
        PayUnit::Month => 3,
        PayUnit::Year => 4,
        PayUnit::Piece => 5,
    }
}

pub(super) fn unit(code: u32) -> Result<PayUnit, RecordError> {
    let all = [PayUnit::Hour, PayUnit::Day, PayUnit::Month, PayUnit::Year, PayUnit::Piece];
    by_code(all, unit_code, code, "unit")
}
