//! Which stations are near.

use std::collections::BTreeSet;

use super::{ServiceItem, Station, StationKind};
use crate::division::Division;
use crate::geo::Point;
use crate::time::CivilInstant;
use crate::travel::Travel;

/// Which stations count.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StationFilter {
    /// Offers all of these.
    pub services: BTreeSet<ServiceItem>,
    /// Is one of these; empty: all.
    pub kinds: BTreeSet<StationKind>,
}

impl StationFilter {
    /// Whether the station counts.
    pub fn admits(&self, station: &Station) -> bool {
        self.services.is_subset(&station.services)
            && (self.kinds.is_empty() || self.kinds.contains(&station.kind))
    }
}

/// Where somebody sets out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Origin {
    /// Here.
    Point(Point),
    /// At the centre of the division.
    Division(Division),
}

/// A question for the stations that are reached soonest.
#[derive(Debug, Clone, PartialEq)]
pub struct NearbyStations {
    /// Where the way begins.
    pub origin: Origin,
    /// Means of travel.
    pub travel: Travel,
    /// Longest way, 1 to 240 minutes.
    pub max_minutes: u16,
    /// Which stations count.
    pub filter: StationFilter,
    /// Only stations that are open then; `None`: whether open or not.
    pub open_at: Option<CivilInstant>,
    /// Most stations, 1 to 200.
    pub limit: usize,
}

impl NearbyStations {
    /// Longest way that may be asked for, minutes.
    pub const MAX_MINUTES: u16 = 240;
    /// Most stations that may be asked for.
    pub const MAX_LIMIT: usize = 200;
}

/// A station and the way to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reached<S> {
    /// The station.
    pub station: S,
    /// Minutes on the way.
    pub minutes: f64,
    /// Straight-line metres.
    pub metres: f64,
    /// Whether it is open on arrival; `None`: it tells no hours.
    pub open_on_arrival: Option<bool>,
}
