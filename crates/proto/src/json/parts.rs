//! What postings and profiles share.

use serde::{Deserialize, Serialize};

use super::names::{self, Unreadable};
use crate::v1;

/// Pay as JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "the fields are those of v1::Pay")]
pub struct Pay {
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub unit: Option<String>,
    pub text: Option<String>,
    /// Absent: 面议 when both amounts are.
    #[serde(skip_serializing_if = "is_default")]
    pub negotiable: Option<bool>,
}

impl Pay {
    pub(super) fn into_wire(self) -> Result<v1::Pay, Unreadable> {
        let amounts = self.min.is_some() || self.max.is_some();
        Ok(v1::Pay {
            min_yuan: self.min,
            max_yuan: self.max,
            unit: names::unit(self.unit.as_deref())?,
            negotiable: self.negotiable.unwrap_or(!amounts),
            text: self.text.unwrap_or_default(),
        })
    }

    pub(super) fn of_wire(wire: v1::Pay) -> Self {
        let amounts = wire.min_yuan.is_some() || wire.max_yuan.is_some();
        Self {
            min: wire.min_yuan,
            max: wire.max_yuan,
            unit: names::unit_name(wire.unit),
            text: told(wire.text),
            negotiable: (wire.negotiable == amounts).then_some(wire.negotiable),
        }
    }
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

impl Window {
    pub(super) fn into_wire(self) -> v1::Window {
        v1::Window { start: self.start, end: self.end.unwrap_or_default() }
    }

    pub(super) fn of_wire(wire: v1::Window) -> Self {
        Self { start: wire.start, end: told(wire.end) }
    }
}

/// A pay floor as JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are those of v1::PayFloor")]
pub struct PayMin {
    pub amount: f64,
    pub unit: String,
}

impl PayMin {
    pub(super) fn into_wire(self) -> Result<v1::PayFloor, Unreadable> {
        Ok(v1::PayFloor { amount_yuan: self.amount, unit: names::unit(Some(&self.unit))? })
    }

    pub(super) fn of_wire(wire: v1::PayFloor) -> Self {
        let unit = names::unit_name(wire.unit).unwrap_or_default();
        Self { amount: wire.amount_yuan, unit }
    }
}

/// A caller's own vector as JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are those of v1::Embedding")]
pub struct Embedding {
    pub space: String,
    pub values: Vec<f32>,
}

impl Embedding {
    pub(super) fn into_wire(self) -> v1::Embedding {
        v1::Embedding { space: self.space, values: self.values }
    }

    pub(super) fn of_wire(wire: v1::Embedding) -> Self {
        Self { space: wire.space, values: wire.values }
    }
}

/// Where something is, as both kinds of record carry it.
pub(super) struct Where {
    pub(super) division: Option<String>,
    pub(super) lat: Option<f64>,
    pub(super) lon: Option<f64>,
    pub(super) datum: Option<String>,
}

impl Where {
    pub(super) fn into_wire(self) -> Result<Option<v1::Place>, Unreadable> {
        let datum = names::datum(self.datum.as_deref())?;
        let point = self.lat.zip(self.lon);
        let point = point.map(|(latitude, longitude)| v1::Point { latitude, longitude, datum });
        let division = self.division.unwrap_or_default();
        Ok((point.is_some() || !division.is_empty()).then_some(v1::Place { division, point }))
    }

    /// The service answers in WGS 84, which needs no name.
    pub(super) fn of_wire(place: Option<v1::Place>) -> Self {
        let place = place.unwrap_or_default();
        let point = place.point;
        let datum = point.and_then(|p| names::datum_name(p.datum)).filter(|d| d != "WGS84");
        Self {
            division: told(place.division),
            lat: point.map(|p| p.latitude),
            lon: point.map(|p| p.longitude),
            datum,
        }
    }
}

/// Who is responsible, division and station; both empty: not told.
pub(super) fn owner(division: String, station: String) -> Option<v1::Owner> {
    let told = !division.is_empty() || !station.is_empty();
    told.then_some(v1::Owner { division, station })
}

pub(super) fn shifts(shifts: Vec<Shift>) -> Vec<v1::WeeklyShift> {
    let one = |s: Shift| v1::WeeklyShift { days: s.days, start: s.start, end: s.end };
    shifts.into_iter().map(one).collect()
}

pub(super) fn shifts_back(shifts: Vec<v1::WeeklyShift>) -> Vec<Shift> {
    let one = |s: v1::WeeklyShift| Shift { days: s.days, start: s.start, end: s.end };
    shifts.into_iter().map(one).collect()
}

/// A text, unless it is empty.
pub(super) fn told(text: String) -> Option<String> {
    Some(text).filter(|t| !t.is_empty())
}

/// Whether a field says nothing and is left out.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
