//! Stations on the wire: the record, and its lists. What is asked about them is in
//! [`crate::station_query`].

use std::collections::BTreeSet;

use jobmatch_domain::station::{ClosedDates, Phone, ServiceItem, StationKind};
use jobmatch_domain::text::Text;
use jobmatch_domain::{
    Date, Division, DocumentId, Instant, Invalid, Seq, Station, Violation, WeeklyShift,
};

use crate::{fields as f, list, page_token, v1};

/// Checks a station whole.
pub fn from_wire(wire: v1::Station) -> Result<Station, Violation> {
    let id = DocumentId::parse(&wire.id).map_err(|e| e.at("id"))?;
    with_id(wire, id)
}

fn with_id(wire: v1::Station, id: DocumentId) -> Result<Station, Violation> {
    let place = f::place(wire.place)?;
    let kind = kind(wire.kind, "kind")?;
    let point = place.point.ok_or_else(|| Invalid::Missing.at("place.point"))?;
    Ok(Station {
        id,
        name: Text::parse(&wire.name).map_err(|e| e.at("name"))?,
        kind: kind.ok_or_else(|| Invalid::Missing.at("kind"))?,
        point,
        division: place.division,
        address: Text::parse(&wire.address).map_err(|e| e.at("address"))?,
        phone: Phone::parse(&wire.phone).map_err(|e| e.at("phone"))?,
        opening_hours: f::shifts("opening_hours", &wire.opening_hours)?,
        closed_dates: closed_dates(&wire.closed_dates)?,
        services: distinct_services(&wire.services)?,
    })
}

fn kind(number: i32, path: &str) -> Result<Option<StationKind>, Violation> {
    f::listed(number, &StationKind::ALL, "station kind", path)
}

/// Kinds, none of which may be unspecified.
pub(crate) fn kinds(numbers: &[i32]) -> Result<BTreeSet<StationKind>, Violation> {
    let each = numbers.iter().enumerate().map(|(i, number)| {
        let path = format!("kinds[{i}]");
        kind(*number, &path)?.ok_or_else(|| Invalid::Missing.at(path))
    });
    each.collect()
}

/// Items of service, none unspecified.
pub(crate) fn services(numbers: &[i32]) -> Result<Vec<ServiceItem>, Violation> {
    let each = numbers.iter().enumerate().map(|(i, number)| {
        let path = format!("services[{i}]");
        let item = f::listed(*number, &ServiceItem::ALL, "service item", &path)?;
        item.ok_or_else(|| Invalid::Missing.at(path))
    });
    each.collect()
}

/// Items of service, each once.
fn distinct_services(numbers: &[i32]) -> Result<BTreeSet<ServiceItem>, Violation> {
    let mut found = BTreeSet::new();
    for (i, item) in services(numbers)?.into_iter().enumerate() {
        if !found.insert(item) {
            let twice = Invalid::Combination("is named before; name each item once");
            return Err(twice.at(format!("services[{i}]")));
        }
    }
    Ok(found)
}

fn closed_dates(texts: &[String]) -> Result<ClosedDates, Violation> {
    // Their number first, so that a long list is not parsed only to be refused.
    if texts.len() > ClosedDates::MAX_ITEMS {
        let (actual, max) = (texts.len(), ClosedDates::MAX_ITEMS);
        return Err(Invalid::TooLong { actual, max, unit: "items" }.at("closed_dates"));
    }
    let each = texts.iter().enumerate().map(|(i, text)| {
        let date = Date::parse(text);
        date.map_err(|e| e.at(format!("closed_dates[{i}]")))
    });
    let dates = each.collect::<Result<Vec<_>, _>>()?;
    ClosedDates::new(dates).map_err(|e| e.at("closed_dates"))
}

/// The station without what the store adds.
pub fn to_wire(station: &Station) -> v1::Station {
    let place =
        jobmatch_domain::posting::Place { division: station.division, point: Some(station.point) };
    let hours: &[WeeklyShift] = &station.opening_hours;
    let service = |item: &ServiceItem| f::number_in(Some(*item), &ServiceItem::ALL);
    v1::Station {
        id: station.id.to_string(),
        name: station.name.to_string(),
        kind: f::number_in(Some(station.kind), &StationKind::ALL),
        place: f::place_to_wire(place),
        address: station.address.to_string(),
        phone: station.phone.to_string(),
        opening_hours: f::shifts_to_wire(hours),
        closed_dates: station.closed_dates.dates().iter().map(Date::to_string).collect(),
        services: station.services.iter().map(service).collect(),
        etag: String::new(),
        updated: None,
    }
}

/// The station with its etag and instant of change.
pub fn to_wire_stored(station: &Station, seq: Seq, updated: Instant) -> v1::Station {
    v1::Station {
        etag: format!("{:x}", seq.0),
        updated: Some(f::timestamp(updated)),
        ..to_wire(station)
    }
}

/// The present station with the fields of `mask` taken from `patch`. Paths are names of
/// top-level fields; `id` cannot change, and what the store adds cannot be set.
pub fn merge(current: &Station, patch: v1::Station, mask: &[String]) -> Result<Station, Violation> {
    let mut merged = to_wire(current);
    for (i, path) in mask.iter().enumerate() {
        macro_rules! take {
            ($($name:ident),*) => {
                match path.as_str() {
                    $(stringify!($name) => merged.$name = patch.$name.clone(),)*
                    _ => return Err(Invalid::unknown(path, "field that can be changed")
                        .at(format!("update_mask.paths[{i}]"))),
                }
            };
        }
        take!(name, kind, place, address, phone, opening_hours, closed_dates, services);
    }
    with_id(merged, current.id.clone())
}

/// Which stations are to be listed; empty parts ask nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct StationList {
    /// Stations on a page, 1 to [`list::MAX_PAGE_SIZE`].
    pub page_size: usize,
    /// The last id of the page before; `None`: the first page.
    pub after: Option<DocumentId>,
    /// Division subtree that the place lies in; `None`: all.
    pub division: Option<Division>,
    /// Any of these kinds; empty: all.
    pub kinds: BTreeSet<StationKind>,
}

/// Checks a request for a list; also gives its digest, for the token of the next page.
pub fn list(mut wire: v1::ListStationsRequest) -> Result<(StationList, u64), Violation> {
    let size = std::mem::take(&mut wire.page_size);
    let token = std::mem::take(&mut wire.page_token);
    let digest = page_token::digest("ListStations", &wire);
    let list = StationList {
        page_size: list::page_size(size)?,
        after: page_token::parse_list(&token, digest)?,
        division: f::division(&wire.division).map_err(|e| e.at("division"))?,
        kinds: kinds(&wire.kinds)?,
    };
    Ok((list, digest))
}
