//! The contract's enums by their names without prefix.

use crate::v1;

/// A text that is no value of its field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} is {value:?}; give {expected}, such as {example}")]
pub struct Unreadable {
    /// The field.
    pub field: &'static str,
    /// The text, shortened.
    pub value: String,
    /// What may be given.
    pub expected: &'static str,
    /// A text that is read.
    pub example: &'static str,
}

macro_rules! named {
    ($function:ident, $back:ident, $type:ident, $prefix:literal, $field:literal, $example:literal) => {
        pub(super) fn $function(name: Option<&str>) -> Result<i32, Unreadable> {
            let Some(name) = name.filter(|n| !n.is_empty()) else {
                return Ok(0);
            };
            v1::$type::from_str_name(&format!(concat!($prefix, "{}"), name))
                .map(|value| value as i32)
                .ok_or_else(|| Unreadable {
                    field: $field,
                    value: name.chars().take(40).collect(),
                    expected: "one of the contract's names without their prefix",
                    example: $example,
                })
        }

        pub(super) fn $back(number: i32) -> Option<String> {
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
named!(datum, datum_name, Datum, "DATUM_", "datum", "GCJ02");
named!(settlement, settlement_name, Settlement, "SETTLEMENT_", "gig.settlement", "SAME_DAY");
named!(food, food_name, Provider, "PROVIDER_", "gig.food", "EMPLOYER");
named!(tools, tools_name, Provider, "PROVIDER_", "gig.tools", "EMPLOYER");
named!(transport, transport_name, Provider, "PROVIDER_", "gig.transport", "WORKER");
named!(station_kind, station_kind_name, StationKind, "STATION_KIND_", "kind", "GIG_MARKET");
named!(service_item, service_item_name, ServiceItem, "SERVICE_ITEM_", "services", "JOB_PLACEMENT");
named!(load, load_name, PhysicalLoad, "PHYSICAL_LOAD_", "gig.load", "LIGHT");
