//! Conversions of the parts that postings, profiles and filters share.

use jobmatch_domain::ids::Owner;
use jobmatch_domain::pay::Money;
use jobmatch_domain::posting::Place;
use jobmatch_domain::{
    Certificate, CertificateSet, Datum, Division, Education, Embedding, EmploymentKind, Instant,
    Invalid, Pay, PayFloor, PayUnit, Point, Travel, Violation, WeeklyShift,
};

use crate::v1;

/// An enum number that this version does not know.
pub(crate) fn unknown_enum(number: i32, what: &'static str) -> Invalid {
    Invalid::unknown(&number.to_string(), what)
}

/// The value that the contract numbers so, of a list in its order; 0 is `None`.
pub(crate) fn listed<T: Copy>(
    number: i32,
    all: &[T],
    what: &'static str,
    path: &str,
) -> Result<Option<T>, Violation> {
    let Some(index) = usize::try_from(number).ok() else {
        return Err(unknown_enum(number, what).at(path));
    };
    match index.checked_sub(1) {
        None => Ok(None),
        Some(index) => {
            let value = all.get(index).copied();
            value.map(Some).ok_or_else(|| unknown_enum(number, what).at(path))
        }
    }
}

/// The number of a value in the contract; the inverse of [`listed`].
pub(crate) fn number_in<T: PartialEq>(value: Option<T>, all: &[T]) -> i32 {
    let position = value.and_then(|value| all.iter().position(|v| *v == value));
    position.map_or(0, |p| p as i32 + 1)
}

pub(crate) fn kind(number: i32) -> Result<Option<EmploymentKind>, Invalid> {
    use v1::EmploymentKind as W;
    let wire = W::try_from(number).map_err(|_| unknown_enum(number, "employment kind"))?;
    Ok(match wire {
        W::Unspecified => None,
        W::FullTime => Some(EmploymentKind::FullTime),
        W::PartTime => Some(EmploymentKind::PartTime),
        W::Gig => Some(EmploymentKind::Gig),
        W::Internship => Some(EmploymentKind::Internship),
        W::PublicWelfare => Some(EmploymentKind::PublicWelfare),
    })
}

/// Kinds, none of which may be unspecified.
pub(crate) fn kinds(path: &str, numbers: &[i32]) -> Result<jobmatch_domain::KindSet, Violation> {
    let each = numbers.iter().enumerate().map(|(i, n)| {
        let at = || format!("{path}[{i}]");
        kind(*n).map_err(|e| e.at(at()))?.ok_or_else(|| Invalid::Missing.at(at()))
    });
    each.collect()
}

pub(crate) fn kind_to_wire(kind: EmploymentKind) -> i32 {
    use v1::EmploymentKind as W;
    (match kind {
        EmploymentKind::FullTime => W::FullTime,
        EmploymentKind::PartTime => W::PartTime,
        EmploymentKind::Gig => W::Gig,
        EmploymentKind::Internship => W::Internship,
        EmploymentKind::PublicWelfare => W::PublicWelfare,
    }) as i32
}

pub(crate) fn education(number: i32) -> Result<Option<Education>, Invalid> {
    v1::Education::try_from(number).map_err(|_| unknown_enum(number, "education"))?;
    // The contract numbers the levels in the order of `ALL`, from 1.
    Ok(usize::try_from(number - 1).ok().and_then(|i| Education::ALL.get(i)).copied())
}

pub(crate) fn education_to_wire(level: Option<Education>) -> i32 {
    let position = level.and_then(|l| Education::ALL.iter().position(|e| *e == l));
    position.map_or(0, |i| i as i32 + 1)
}

const PAY_UNITS: [PayUnit; 5] =
    [PayUnit::Hour, PayUnit::Day, PayUnit::Month, PayUnit::Year, PayUnit::Piece];

fn pay_unit(number: i32) -> Result<Option<PayUnit>, Invalid> {
    v1::PayUnit::try_from(number).map_err(|_| unknown_enum(number, "pay unit"))?;
    Ok(usize::try_from(number - 1).ok().and_then(|i| PAY_UNITS.get(i)).copied())
}

fn pay_unit_to_wire(unit: PayUnit) -> i32 {
    PAY_UNITS.iter().position(|u| *u == unit).map_or(0, |i| i as i32 + 1)
}

pub(crate) fn pay(wire: v1::Pay) -> Result<Option<Pay>, Violation> {
    let money = |yuan: Option<f64>, path: &str| {
        yuan.map(Money::from_yuan).transpose().map_err(|e| e.at(path))
    };
    let (min, max) = (money(wire.min_yuan, "min_yuan")?, money(wire.max_yuan, "max_yuan")?);
    let unit = pay_unit(wire.unit).map_err(|e| e.at("unit"))?;
    let text = jobmatch_domain::text::Text::parse(&wire.text).map_err(|e| e.at("text"))?;
    let pay = Pay::new(min, max, unit, wire.negotiable, text)?;
    Ok((pay != Pay::default()).then_some(pay))
}

pub(crate) fn pay_to_wire(pay: &Pay) -> v1::Pay {
    let range = pay.range();
    v1::Pay {
        min_yuan: range.and_then(|r| r.min).map(Money::yuan),
        max_yuan: range.and_then(|r| r.max).map(Money::yuan),
        unit: range.map_or(0, |r| pay_unit_to_wire(r.unit)),
        negotiable: pay.negotiable,
        text: pay.text.to_string(),
    }
}

pub(crate) fn pay_floor(wire: v1::PayFloor) -> Result<PayFloor, Violation> {
    let amount = Money::from_yuan(wire.amount_yuan).map_err(|e| e.at("amount_yuan"))?;
    let unit = pay_unit(wire.unit).map_err(|e| e.at("unit"))?;
    let unit = unit.ok_or_else(|| Invalid::Missing.at("unit"))?;
    PayFloor::new(amount, unit).map_err(|e| e.at("amount_yuan"))
}

pub(crate) fn pay_floor_to_wire(floor: PayFloor) -> v1::PayFloor {
    v1::PayFloor { amount_yuan: floor.amount().yuan(), unit: pay_unit_to_wire(floor.unit()) }
}

pub(crate) fn point(wire: v1::Point) -> Result<Point, Violation> {
    use v1::Datum as W;
    let datum =
        W::try_from(wire.datum).map_err(|_| unknown_enum(wire.datum, "datum").at("datum"))?;
    let datum = match datum {
        W::Unspecified | W::Wgs84 => Datum::Wgs84,
        W::Cgcs2000 => Datum::Cgcs2000,
        W::Gcj02 => Datum::Gcj02,
        W::Bd09 => Datum::Bd09,
    };
    Point::new(wire.latitude, wire.longitude, datum).map_err(|e| {
        let field = match &e {
            jobmatch_domain::geo::GeoError::NotFinite { field }
            | jobmatch_domain::geo::GeoError::OutOfRange { field, .. } => *field,
        };
        Invalid::from(e).at(field)
    })
}

pub(crate) fn point_to_wire(point: Point) -> v1::Point {
    let (latitude, longitude) = (point.latitude(), point.longitude());
    v1::Point { latitude, longitude, datum: v1::Datum::Wgs84 as i32 }
}

pub(crate) fn division(code: &str) -> Result<Option<Division>, Invalid> {
    if code.is_empty() {
        return Ok(None);
    }
    Ok(Some(Division::parse(code)?))
}

pub(crate) fn place(wire: Option<v1::Place>) -> Result<Place, Violation> {
    let Some(wire) = wire else {
        return Ok(Place::default());
    };
    let within = |v: Violation| v.within("place");
    Ok(Place {
        division: division(&wire.division).map_err(|e| within(e.at("division")))?,
        point: wire.point.map(point).transpose().map_err(|v| within(v.within("point")))?,
    })
}

pub(crate) fn place_to_wire(place: Place) -> Option<v1::Place> {
    (place != Place::default()).then(|| v1::Place {
        division: place.division.map(|d| d.to_string()).unwrap_or_default(),
        point: place.point.map(point_to_wire),
    })
}

pub(crate) fn owner(wire: Option<v1::Owner>) -> Result<Owner, Violation> {
    let Some(wire) = wire else {
        return Ok(Owner::default());
    };
    let within = |v: Violation| v.within("owner");
    let division = division(&wire.division).map_err(|e| within(e.at("division")))?;
    Owner::new(division, &wire.station).map_err(within)
}

pub(crate) fn owner_to_wire(owner: &Owner) -> Option<v1::Owner> {
    (*owner != Owner::default()).then(|| v1::Owner {
        division: owner.division.map(|d| d.to_string()).unwrap_or_default(),
        station: owner.station().to_owned(),
    })
}

pub(crate) fn shifts(path: &str, wire: &[v1::WeeklyShift]) -> Result<Vec<WeeklyShift>, Violation> {
    if wire.len() > WeeklyShift::MAX_ITEMS {
        let (actual, max) = (wire.len(), WeeklyShift::MAX_ITEMS);
        return Err(Invalid::TooLong { actual, max, unit: "items" }.at(path));
    }
    let each = wire.iter().enumerate().map(|(i, s)| {
        WeeklyShift::parse(&s.days, &s.start, &s.end).map_err(|v| v.within(&format!("{path}[{i}]")))
    });
    each.collect()
}

pub(crate) fn shifts_to_wire(shifts: &[WeeklyShift]) -> Vec<v1::WeeklyShift> {
    let one = |s: &WeeklyShift| v1::WeeklyShift { days: s.days(), start: s.start(), end: s.end() };
    shifts.iter().map(one).collect()
}

pub(crate) fn certificates(
    path: &str,
    names: &[String],
    max: usize,
) -> Result<CertificateSet, Violation> {
    if names.len() > max {
        return Err(Invalid::TooLong { actual: names.len(), max, unit: "items" }.at(path));
    }
    let each = names.iter().enumerate().map(|(i, name)| {
        Certificate::parse(name).map_err(|e| Invalid::from(e).at(format!("{path}[{i}]")))
    });
    each.collect()
}

pub(crate) fn certificates_to_wire(set: &CertificateSet) -> Vec<String> {
    set.iter().map(|c| c.as_str().to_owned()).collect()
}

pub(crate) fn embedding(wire: Option<v1::Embedding>) -> Result<Option<Embedding>, Violation> {
    let checked = wire.map(|e| Embedding::new(&e.space, &e.values)).transpose();
    checked.map_err(|v| v.within("embedding"))
}

pub(crate) fn embedding_to_wire(embedding: &Embedding) -> v1::Embedding {
    v1::Embedding { space: embedding.space().to_owned(), values: embedding.values().to_vec() }
}

pub(crate) fn travel(number: i32) -> Result<Travel, Invalid> {
    use v1::Travel as W;
    let wire = W::try_from(number).map_err(|_| unknown_enum(number, "means of travel"))?;
    Ok(match wire {
        W::Unspecified | W::Ebike => Travel::Ebike,
        W::Walk => Travel::Walk,
        W::Bike => Travel::Bike,
        W::Bus => Travel::Bus,
        W::Car => Travel::Car,
    })
}

pub(crate) fn travel_to_wire(travel: Travel) -> i32 {
    use v1::Travel as W;
    (match travel {
        Travel::Walk => W::Walk,
        Travel::Bike => W::Bike,
        Travel::Ebike => W::Ebike,
        Travel::Bus => W::Bus,
        Travel::Car => W::Car,
    }) as i32
}

/// Minutes of travel, 1 to 600.
pub(crate) fn travel_minutes(minutes: Option<u32>) -> Result<Option<u16>, Violation> {
    match minutes {
        Some(m) if !(1..=600).contains(&m) => {
            Err(Invalid::range(m, 1, 600).at("max_travel_minutes"))
        }
        m => Ok(m.map(|m| m as u16)),
    }
}

/// Months of experience, 0 to 720.
pub(crate) fn experience(months: Option<u32>) -> Result<Option<u16>, Violation> {
    let max = jobmatch_domain::JobPosting::MAX_EXPERIENCE_MONTHS;
    match months {
        Some(m) if m > max => Err(Invalid::range(m, 0, max).at("experience_months")),
        m => Ok(m.map(|m| m as u16)),
    }
}

/// Seconds of 1900 to 2199, the years that [`jobmatch_domain::Date`] holds.
pub(crate) const CALENDAR: std::ops::RangeInclusive<i64> = -2_208_988_800..=7_258_118_399;

/// An instant of [`CALENDAR`]; parts of a second are dropped.
pub(crate) fn instant(timestamp: prost_types::Timestamp) -> Result<Instant, Invalid> {
    if !CALENDAR.contains(&timestamp.seconds) {
        return Err(Invalid::range(timestamp.seconds, CALENDAR.start(), CALENDAR.end()));
    }
    Ok(Instant(timestamp.seconds))
}

/// An instant on the wire.
pub fn timestamp(instant: Instant) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: instant.0, nanos: 0 }
}
