//! Minutes of ways that somebody has measured or routed.

use std::collections::HashMap;

use thiserror::Error;

use super::Travel;
use crate::error::{Invalid, Violation};
use crate::geo::{Datum, Point};

/// Metres that each end of a trip may lie off the end of its row: a block, so that one row
/// serves the doors around a station.
const TOLERANCE_METRES: f64 = 150.0;
/// Side of a cell. A little above the tolerance, so that what is near lies in the same cell or
/// a neighbour whatever the rounding.
const CELL_METRES: f64 = 151.0;
/// Longest way, minutes: a day.
const MAX_MINUTES: f64 = 1440.0;
const COLUMNS: [&str; 6] =
    ["from_latitude", "from_longitude", "to_latitude", "to_longitude", "travel", "minutes"];

/// Why a table of routes was refused.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("line {line}: {fault}")]
pub struct RouteError {
    /// From 1; the header is a line too.
    pub line: usize,
    /// The field and what is wrong with it.
    #[source]
    pub fault: Violation,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Route {
    from: Point,
    to: Point,
    travel: Travel,
    minutes: f64,
}

/// A cube of space of [`CELL_METRES`]. Cubes have no seams at poles and date line, and no
/// narrow cells in the north, as cells of degrees have.
type Cell = (i32, i32, i32);

/// The routes that begin in one cell, by their order in the file.
#[derive(Debug, Clone, Default)]
struct Starts {
    all: Vec<u32>,
    by_end: HashMap<(Travel, Cell), Vec<u32>>,
}

/// A table of known minutes. A router that is run offline can make it, such as OSRM or
/// Valhalla over OpenStreetMap, or timetables of buses; nothing here asks one.
#[derive(Debug, Clone, Default)]
pub struct KnownRoutes {
    routes: Vec<Route>,
    by_start: HashMap<Cell, Starts>,
}

impl KnownRoutes {
    /// Reads CSV without quotes: the header `from_latitude, from_longitude, to_latitude,
    /// to_longitude, travel, minutes` (no blanks), degrees in WGS 84, the means as WALK, BIKE,
    /// EBIKE, BUS or CAR, minutes from 0 to 1,440. A row counts one way only. Empty lines and
    /// lines that begin with `#` are passed over.
    pub fn parse(csv: &str) -> Result<Self, RouteError> {
        let csv = csv.strip_prefix('\u{feff}').unwrap_or(csv);
        let lines = (1..).zip(csv.lines().map(str::trim));
        let mut lines = lines.filter(|(_, text)| !text.is_empty() && !text.starts_with('#'));
        let Some((line, header)) = lines.next() else {
            return Err(RouteError { line: 1, fault: Invalid::Missing.at("header") });
        };
        if header.split(',').map(str::trim).ne(COLUMNS) {
            let expected = "from_latitude,from_longitude,to_latitude,to_longitude,travel,minutes";
            let fault = Invalid::malformed(header, expected).at("header");
            return Err(RouteError { line, fault });
        }
        let mut table = Self::default();
        for (line, text) in lines {
            table.add(parse_row(text).map_err(|fault| RouteError { line, fault })?);
        }
        Ok(table)
    }

    /// How many routes there are.
    pub fn len(&self) -> usize {
        self.routes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.routes.is_empty()
    }

    fn add(&mut self, route: Route) {
        let number = self.routes.len() as u32;
        let starts = self.by_start.entry(cell(&route.from)).or_default();
        starts.all.push(number);
        starts.by_end.entry((route.travel, cell(&route.to))).or_default().push(number);
        self.routes.push(route);
    }

    /// Minutes of the row of this means whose ends both lie within 150 m of these; of several
    /// that whose ends lie nearest, taken together; ties by the order in the file.
    pub(super) fn minutes(&self, from: Point, to: Point, travel: Travel) -> Option<f64> {
        let mut best: Option<(f64, u32)> = None;
        for starts in around(cell(&from)).filter_map(|c| self.by_start.get(&c)) {
            let ends = around(cell(&to)).filter_map(|c| starts.by_end.get(&(travel, c)));
            for number in ends.flatten().copied() {
                let route = &self.routes[number as usize];
                let off = (route.from.distance_metres(&from), route.to.distance_metres(&to));
                if off.0 > TOLERANCE_METRES || off.1 > TOLERANCE_METRES {
                    continue;
                }
                let found = (off.0 + off.1, number);
                if best.is_none_or(|best| found < best) {
                    best = Some(found);
                }
            }
        }
        best.map(|(_, number)| self.routes[number as usize].minutes)
    }

    /// Straight-line metres that no route from here of at most so many minutes goes beyond.
    pub(super) fn reach_metres(&self, from: Point, travel: Travel, minutes: f64) -> f64 {
        let starts = around(cell(&from)).filter_map(|c| self.by_start.get(&c));
        let routes = starts.flat_map(|s| &s.all).map(|number| &self.routes[*number as usize]);
        routes
            .filter(|route| route.travel == travel && route.minutes <= minutes)
            .map(|route| from.distance_metres(&route.to) + TOLERANCE_METRES)
            .fold(0.0, f64::max)
    }
}

fn parse_row(text: &str) -> Result<Route, Violation> {
    let cells: Vec<&str> = text.split(',').map(str::trim).collect();
    let [from_latitude, from_longitude, to_latitude, to_longitude, travel, minutes] = cells[..]
    else {
        return Err(Invalid::malformed(text, "six cells, as the header has").at("row"));
    };
    let named = Travel::ALL.into_iter().find(|t| t.name() == travel);
    let minutes = number(minutes, "minutes")?;
    if !(0.0..=MAX_MINUTES).contains(&minutes) {
        return Err(Invalid::range(minutes, 0, MAX_MINUTES).at("minutes"));
    }
    Ok(Route {
        from: point([from_latitude, from_longitude], ["from_latitude", "from_longitude"])?,
        to: point([to_latitude, to_longitude], ["to_latitude", "to_longitude"])?,
        travel: named.ok_or_else(|| Invalid::unknown(travel, "means of travel").at("travel"))?,
        minutes,
    })
}

fn point(cells: [&str; 2], fields: [&str; 2]) -> Result<Point, Violation> {
    let latitude = number(cells[0], fields[0])?;
    let longitude = number(cells[1], fields[1])?;
    // Latitude is looked at first, so a fault with a good one is the other's.
    let field = if (-90.0..=90.0).contains(&latitude) { fields[1] } else { fields[0] };
    Point::new(latitude, longitude, Datum::Wgs84).map_err(|e| Invalid::from(e).at(field))
}

fn number(text: &str, field: &str) -> Result<f64, Violation> {
    text.parse().map_err(|_| Invalid::malformed(text, "a number").at(field))
}

fn cell(point: &Point) -> Cell {
    let side = Point::chord_for_metres(CELL_METRES);
    let [x, y, z] = point.unit_vector().map(|v| (v / side).floor() as i32);
    (x, y, z)
}

/// A cell and its 26 neighbours.
fn around((x, y, z): Cell) -> impl Iterator<Item = Cell> {
    (0..27).map(move |i| (x + i % 3 - 1, y + i / 3 % 3 - 1, z + i / 9 - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "from_latitude,from_longitude,to_latitude,to_longitude,travel,minutes";

    #[test]
    fn a_table_is_read_with_its_comments() {
        let csv =
            format!("\u{feff}# by a router\r\n{HEADER}\r\n\r\n36.6,117,36.7,117.1,BUS,25.5\r\n");
        assert_eq!(KnownRoutes::parse(&csv).unwrap().len(), 1);
        assert!(KnownRoutes::parse(HEADER).unwrap().is_empty());
    }

    #[test]
    fn bad_rows_name_line_and_field() {
        let fault = |row: &str| {
            let csv = format!("{HEADER}\n36.6,117,36.7,117.1,WALK,25\n{row}\n");
            let error = KnownRoutes::parse(&csv).unwrap_err();
            assert_eq!(error.line, 3, "{row}");
            error.fault.path
        };
        assert_eq!(fault("x,117,36.7,117.1,WALK,25"), "from_latitude");
        assert_eq!(fault("91,117,36.7,117.1,WALK,25"), "from_latitude");
        assert_eq!(fault("36,181,36.7,117.1,WALK,25"), "from_longitude");
        assert_eq!(fault("36,117,NaN,117.1,WALK,25"), "to_latitude");
        assert_eq!(fault("36,117,36.7,,WALK,25"), "to_longitude");
        assert_eq!(fault("36,117,36.7,117.1,HORSE,25"), "travel");
        assert_eq!(fault("36,117,36.7,117.1,WALK,-1"), "minutes");
        assert_eq!(fault("36,117,36.7,117.1,WALK,NaN"), "minutes");
        assert_eq!(fault("36,117,36.7,117.1,WALK"), "row");
        let error = KnownRoutes::parse("lat,lon\n").unwrap_err();
        assert_eq!((error.line, error.fault.path.as_str()), (1, "header"));
        assert_eq!(KnownRoutes::parse("").unwrap_err().fault.path, "header");
    }
}
