//! Minutes of a trip: known where there is a route, estimated elsewhere.

use std::sync::Arc;

use super::{Area, KnownRoutes, Travel};
use crate::geo::Point;

/// A way from one point to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trip {
    /// Where it begins.
    pub from: Point,
    /// Where it ends.
    pub to: Point,
    /// Kind of area that it ends in.
    pub area: Area,
    /// Means of travel.
    pub travel: Travel,
}

/// The one place that answers how long a way takes. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct TravelTimes {
    known: Option<Arc<KnownRoutes>>,
}

impl TravelTimes {
    /// Estimates, but where a route is known.
    pub fn with_routes(routes: KnownRoutes) -> Self {
        Self { known: Some(Arc::new(routes)) }
    }

    /// Minutes of a trip: of the known route if there is one, else by
    /// [`Travel::minutes_in`].
    pub fn minutes(&self, trip: Trip) -> f64 {
        self.minutes_over(trip, trip.from.distance_metres(&trip.to))
    }

    /// The same where the straight-line metres are known already.
    pub fn minutes_over(&self, trip: Trip, metres: f64) -> f64 {
        let known = self.known.as_ref().and_then(|k| k.minutes(trip.from, trip.to, trip.travel));
        known.unwrap_or_else(|| trip.travel.minutes_in(trip.area, metres))
    }

    /// Straight-line metres that no trip from here of at most so many minutes goes beyond,
    /// wherever it ends; known routes that are faster than the estimate included.
    pub fn reach_metres(&self, from: Point, travel: Travel, minutes: f64) -> f64 {
        let estimated = Area::ALL.map(|area| travel.reach_metres_in(area, minutes));
        let known = self.known.as_ref().map_or(0.0, |k| k.reach_metres(from, travel, minutes));
        // A hair more, so that rounding pushes no trip over its own reach.
        estimated.into_iter().fold(known, f64::max) * (1.0 + 1e-9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::Datum;
    use proptest::prelude::*;

    fn at(lat: f64, lon: f64) -> Point {
        Point::new(lat, lon, Datum::Wgs84).unwrap()
    }

    /// Points some kilometres around Jinan, many of them within metres of each other.
    fn any_point() -> impl Strategy<Value = Point> {
        (0..6i32, 0..6i32, 0.0f64..0.0015, 0.0f64..0.0015).prop_map(|(a, b, x, y)| {
            at(36.6 + f64::from(a) * 0.02 + x, 117.0 + f64::from(b) * 0.02 + y)
        })
    }

    fn any_travel() -> impl Strategy<Value = Travel> {
        prop::sample::select(Travel::ALL.to_vec())
    }

    fn any_trip() -> impl Strategy<Value = Trip> {
        let area = prop::sample::select(Area::ALL.to_vec());
        (any_point(), any_point(), area, any_travel()).prop_map(|(from, to, area, travel)| Trip {
            from,
            to,
            area,
            travel,
        })
    }

    type Rows = Vec<(Point, Point, Travel, f64)>;

    fn any_rows() -> impl Strategy<Value = Rows> {
        proptest::collection::vec((any_point(), any_point(), any_travel(), 0.0f64..60.0), 0..80)
    }

    fn times(rows: &Rows) -> TravelTimes {
        let mut csv =
            String::from("from_latitude,from_longitude,to_latitude,to_longitude,travel,minutes\n");
        for (from, to, travel, minutes) in rows {
            let ends = [from, to].map(|p| format!("{},{}", p.latitude(), p.longitude())).join(",");
            csv.push_str(&format!("{ends},{},{minutes}\n", travel.name()));
        }
        TravelTimes::with_routes(KnownRoutes::parse(&csv).unwrap())
    }

    /// What the documentation says, by looking at every row.
    fn by_scan(rows: &Rows, trip: Trip) -> Option<f64> {
        let mut best: Option<(f64, f64)> = None;
        for (from, to, travel, minutes) in rows {
            let ends = (from.distance_metres(&trip.from), to.distance_metres(&trip.to));
            let near = ends.0 <= 150.0 && ends.1 <= 150.0 && *travel == trip.travel;
            if near && best.is_none_or(|(off, _)| ends.0 + ends.1 < off) {
                best = Some((ends.0 + ends.1, *minutes));
            }
        }
        best.map(|(_, minutes)| minutes)
    }

    proptest! {
        #[test]
        fn the_grid_finds_what_a_scan_finds(rows in any_rows(), trip in any_trip()) {
            let estimate = TravelTimes::default().minutes(trip);
            prop_assert_eq!(times(&rows).minutes(trip), by_scan(&rows, trip).unwrap_or(estimate));
        }

        #[test]
        fn a_trip_along_a_row_is_found(rows in any_rows(), area in prop::sample::select(Area::ALL.to_vec())) {
            for (from, to, travel, _) in rows.clone() {
                let trip = Trip { from, to, area, travel };
                prop_assert_eq!(Some(times(&rows).minutes(trip)), by_scan(&rows, trip));
            }
        }

        #[test]
        fn no_trip_goes_beyond_the_reach(rows in any_rows(), trip in any_trip(), from_row: bool) {
            let mut trip = trip;
            if let Some((from, to, travel, _)) = rows.first().filter(|_| from_row) {
                trip = Trip { from: *from, to: *to, travel: *travel, ..trip };
            }
            let times = times(&rows);
            let reach = times.reach_metres(trip.from, trip.travel, times.minutes(trip));
            prop_assert!(trip.from.distance_metres(&trip.to) <= reach);
        }

        #[test]
        fn without_routes_the_estimate_answers(trip in any_trip()) {
            let metres = trip.from.distance_metres(&trip.to);
            let empty = times(&Vec::new());
            prop_assert_eq!(empty.minutes(trip), trip.travel.minutes_in(trip.area, metres));
            prop_assert_eq!(empty.reach_metres(trip.from, trip.travel, 20.0),
                TravelTimes::default().reach_metres(trip.from, trip.travel, 20.0));
        }
    }

    #[test]
    fn a_faster_route_widens_the_reach_and_counts_one_way() {
        let (home, far) = (at(36.6, 117.0), at(36.9, 117.0));
        let fast = times(&vec![(home, far, Travel::Bus, 25.0)]);
        let trip = Trip { from: home, to: far, area: Area::Street, travel: Travel::Bus };
        assert_eq!(fast.minutes(trip), 25.0);
        assert!(fast.reach_metres(home, Travel::Bus, 25.0) >= home.distance_metres(&far));
        assert!(fast.reach_metres(home, Travel::Bus, 24.9) < home.distance_metres(&far));
        let back = Trip { from: far, to: home, ..trip };
        assert_eq!(fast.minutes(back), TravelTimes::default().minutes(back));
    }

    #[test]
    fn of_two_rows_alike_the_first_wins() {
        let (home, far) = (at(36.6, 117.0), at(36.61, 117.0));
        let twice = times(&vec![(home, far, Travel::Walk, 9.0), (home, far, Travel::Walk, 8.0)]);
        let trip = Trip { from: home, to: far, area: Area::Town, travel: Travel::Walk };
        assert_eq!(twice.minutes(trip), 9.0);
    }
}
