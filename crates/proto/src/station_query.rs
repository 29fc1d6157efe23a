//! What is asked about where stations are, on the wire.

use jobmatch_domain::station::{
    CoverageGap, Gap, NearbyStations, Origin, StationFilter, Uncovered,
};
use jobmatch_domain::{CivilInstant, Division, Invalid, Point, Travel, Violation};
use serde_json::{Value, json};

use crate::station::{kinds, services};
use crate::{fields as f, v1};

/// Minutes of a way to a station when none are told.
const DEFAULT_MINUTES: u16 = 60;
/// Minutes of the circle of coverage when none are told.
const DEFAULT_CIRCLE_MINUTES: u16 = 15;
/// Stations of an answer when no number is told.
const DEFAULT_LIMIT: usize = 20;

/// Checks a question for stations near somewhere.
pub fn nearby(wire: v1::NearbyStationsRequest) -> Result<NearbyStations, Violation> {
    use v1::nearby_stations_request::Origin as Wire;
    let origin = match wire.origin {
        None => return Err(Invalid::Missing.at("origin")),
        Some(Wire::Point(point)) => Origin::Point(f::point(point).map_err(|v| v.within("point"))?),
        Some(Wire::Division(code)) => Origin::Division(division(&code)?),
    };
    let open_at = (!wire.open_at.is_empty()).then(|| CivilInstant::parse(&wire.open_at));
    let limit = match wire.limit as usize {
        0 => DEFAULT_LIMIT,
        limit if limit > NearbyStations::MAX_LIMIT => {
            return Err(Invalid::range(limit, 1, NearbyStations::MAX_LIMIT).at("limit"));
        }
        limit => limit,
    };
    Ok(NearbyStations {
        origin,
        travel: f::travel(wire.travel).map_err(|e| e.at("travel"))?,
        max_minutes: minutes(wire.max_minutes, DEFAULT_MINUTES)?,
        filter: filter(&wire.services, &wire.kinds)?,
        open_at: open_at.transpose().map_err(|e| e.at("open_at"))?,
        limit,
    })
}

/// Checks a question for gaps.
pub fn coverage_gap(wire: v1::CoverageGapRequest) -> Result<CoverageGap, Violation> {
    let travel = match wire.travel {
        0 => Travel::Walk,
        number => f::travel(number).map_err(|e| e.at("travel"))?,
    };
    Ok(CoverageGap {
        division: division(&wire.division)?,
        travel,
        max_minutes: minutes(wire.max_minutes, DEFAULT_CIRCLE_MINUTES)?,
        filter: filter(&wire.services, &wire.kinds)?,
    })
}

fn division(code: &str) -> Result<Division, Violation> {
    let division = f::division(code).map_err(|e| e.at("division"))?;
    division.ok_or_else(|| Invalid::Missing.at("division"))
}

fn minutes(asked: u32, default: u16) -> Result<u16, Violation> {
    match u16::try_from(asked) {
        Ok(0) => Ok(default),
        Ok(minutes) if minutes <= NearbyStations::MAX_MINUTES => Ok(minutes),
        _ => Err(Invalid::range(asked, 1, NearbyStations::MAX_MINUTES).at("max_minutes")),
    }
}

fn filter(items: &[i32], kind_numbers: &[i32]) -> Result<StationFilter, Violation> {
    let services = services(items)?.into_iter().collect();
    Ok(StationFilter { services, kinds: kinds(kind_numbers)? })
}

/// The answer with its GeoJSON.
pub fn gap_to_wire(gap: &Gap) -> v1::CoverageGapResponse {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    v1::CoverageGapResponse {
        uncovered: gap.uncovered.iter().map(uncovered).collect(),
        looked_at: count(gap.looked_at),
        without_centre: count(gap.without_centre),
        geojson: geojson(&gap.uncovered).to_string(),
    }
}

fn uncovered(found: &Uncovered) -> v1::UncoveredDivision {
    let nearest = found.nearest.as_ref();
    v1::UncoveredDivision {
        division: found.division.to_string(),
        name: found.division.full_name(),
        centre: Some(f::point_to_wire(found.centre)),
        nearest_station_id: nearest.map(|(id, _)| id.to_string()).unwrap_or_default(),
        minutes: nearest.map(|(_, minutes)| *minutes),
    }
}

/// A FeatureCollection of points (RFC 7946: longitude first, WGS 84).
fn geojson(found: &[Uncovered]) -> Value {
    let position = |p: Point| json!([p.longitude(), p.latitude()]);
    let feature = |u: &Uncovered| {
        json!({
            "type": "Feature",
            "geometry": { "type": "Point", "coordinates": position(u.centre) },
            "properties": {
                "division": u.division.to_string(),
                "name": u.division.full_name(),
                "nearest_station_id": u.nearest.as_ref().map(|(id, _)| id.as_str()),
                "minutes": u.nearest.as_ref().map(|(_, minutes)| minutes),
            },
        })
    };
    json!({ "type": "FeatureCollection", "features": found.iter().map(feature).collect::<Vec<_>>() })
}
