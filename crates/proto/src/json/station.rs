//! A station as JSON.

use serde::{Deserialize, Serialize};

use super::names::{Unreadable, service_item, service_item_name, station_kind, station_kind_name};
use super::parts::{Shift, Where, is_default, shifts, shifts_back};
use crate::v1;

/// A station as JSON. Enum values are the contract's names without their prefix.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "the fields are those of v1::Station")]
pub struct Station {
    pub id: String,
    pub name: String,
    pub kind: Option<String>,
    pub lat: Option<f64>,
    pub lon: Option<f64>,
    #[serde(skip_serializing_if = "is_default")]
    pub datum: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub division: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub address: String,
    #[serde(skip_serializing_if = "is_default")]
    pub phone: String,
    #[serde(skip_serializing_if = "is_default")]
    pub opening_hours: Vec<Shift>,
    #[serde(skip_serializing_if = "is_default")]
    pub closed_dates: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub services: Vec<String>,
}

impl Station {
    /// The message; its values are checked by the service.
    pub fn into_wire(self) -> Result<v1::Station, Unreadable> {
        let Self { division, lat, lon, datum, .. } = self;
        let place = Where { division, lat, lon, datum };
        let services = self.services.iter().map(|s| service_item(Some(s)));
        Ok(v1::Station {
            id: self.id,
            name: self.name,
            kind: station_kind(self.kind.as_deref())?,
            place: place.into_wire()?,
            address: self.address,
            phone: self.phone,
            opening_hours: shifts(self.opening_hours),
            closed_dates: self.closed_dates,
            services: services.collect::<Result<_, _>>()?,
            ..v1::Station::default()
        })
    }

    /// The object of a message.
    pub fn of_wire(wire: v1::Station) -> Self {
        let Where { division, lat, lon, datum } = Where::of_wire(wire.place);
        Self {
            kind: station_kind_name(wire.kind),
            opening_hours: shifts_back(wire.opening_hours),
            services: wire.services.into_iter().filter_map(service_item_name).collect(),
            id: wire.id,
            name: wire.name,
            lat,
            lon,
            datum,
            division,
            address: wire.address,
            phone: wire.phone,
            closed_dates: wire.closed_dates,
        }
    }
}
