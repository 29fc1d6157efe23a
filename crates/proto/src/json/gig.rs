//! Terms of a gig as JSON.

use serde::{Deserialize, Serialize};

use super::names::{self, Unreadable};
use super::parts::{Where, is_default};
use crate::v1;

/// Terms of a gig as JSON. Enum values are the contract's names without their prefix.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "the fields are those of v1::GigTerms")]
pub struct Gig {
    #[serde(skip_serializing_if = "is_default")]
    pub settlement: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub meeting_point: String,
    /// Where to meet.
    #[serde(skip_serializing_if = "is_default")]
    pub lat: Option<f64>,
    #[serde(skip_serializing_if = "is_default")]
    pub lon: Option<f64>,
    #[serde(skip_serializing_if = "is_default")]
    pub datum: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub food: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub tools: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub transport: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub load: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub employer_checked: bool,
}

impl Gig {
    pub(super) fn into_wire(self) -> Result<v1::GigTerms, Unreadable> {
        let meets = Where { division: None, lat: self.lat, lon: self.lon, datum: self.datum };
        Ok(v1::GigTerms {
            settlement: names::settlement(self.settlement.as_deref())?,
            meeting_point: self.meeting_point,
            meeting_at: meets.into_wire()?.and_then(|place| place.point),
            food: names::food(self.food.as_deref())?,
            tools: names::tools(self.tools.as_deref())?,
            transport: names::transport(self.transport.as_deref())?,
            load: names::load(self.load.as_deref())?,
            employer_checked: self.employer_checked,
        })
    }

    pub(super) fn of_wire(wire: v1::GigTerms) -> Self {
        let place = v1::Place { division: String::new(), point: wire.meeting_at };
        let Where { lat, lon, datum, .. } = Where::of_wire(Some(place));
        Self {
            settlement: names::settlement_name(wire.settlement),
            meeting_point: wire.meeting_point,
            lat,
            lon,
            datum,
            food: names::food_name(wire.food),
            tools: names::tools_name(wire.tools),
            transport: names::transport_name(wire.transport),
            load: names::load_name(wire.load),
            employer_checked: wire.employer_checked,
        }
    }
}
