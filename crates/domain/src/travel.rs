//! Means of travel and minutes on the way: estimated from the straight line, or known.

mod routes;
mod times;

pub use routes::{KnownRoutes, RouteError};
pub use times::{TravelTimes, Trip};

use crate::division::Division;

/// How a person travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Travel {
    /// 步行
    Walk,
    /// 自行车
    Bike,
    /// 电动车, the commonest means around the stations.
    #[default]
    Ebike,
    /// 公交
    Bus,
    /// 汽车
    Car,
}

/// Kind of area that a way leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Area {
    /// 街道, and whatever is not known to be anything else.
    #[default]
    Street,
    /// 镇
    Town,
    /// 乡
    Township,
}

impl Area {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Street, Self::Town, Self::Township];

    /// The kind that a division's code tells: the three digits after those of the district are
    /// 001 to 099 for 街道, 100 to 199 for 镇 and 200 to 399 for 乡 (GB/T 10114-2003). Farms,
    /// parks (400 and up), districts and no division at all count as 街道.
    pub fn of(division: Option<Division>) -> Self {
        match division.map_or(0, Division::street_number) {
            100..=199 => Self::Town,
            200..=399 => Self::Township,
            _ => Self::Street,
        }
    }
}

impl Travel {
    /// Every means, in the order of the contract.
    pub const ALL: [Self; 5] = [Self::Walk, Self::Bike, Self::Ebike, Self::Bus, Self::Car];

    /// Name in files: that of the contract without its prefix.
    pub fn name(self) -> &'static str {
        match self {
            Self::Walk => "WALK",
            Self::Bike => "BIKE",
            Self::Ebike => "EBIKE",
            Self::Bus => "BUS",
            Self::Car => "CAR",
        }
    }

    /// Minutes for so many straight-line metres in a street.
    pub fn minutes(self, straight_metres: f64) -> f64 {
        self.minutes_in(Area::Street, straight_metres)
    }

    /// Straight-line metres that are reached in so many minutes in a street; the inverse of
    /// [`Travel::minutes`], 0 where the waiting alone takes longer.
    pub fn reach_metres(self, minutes: f64) -> f64 {
        self.reach_metres_in(Area::Street, minutes)
    }

    /// Minutes for so many straight-line metres to a place in such an area.
    pub fn minutes_in(self, area: Area, straight_metres: f64) -> f64 {
        straight_metres * detour(area) / self.metres_a_minute(area) + self.waiting_minutes(area)
    }

    /// The inverse of [`Travel::minutes_in`], 0 where the waiting alone takes longer.
    pub fn reach_metres_in(self, area: Area, minutes: f64) -> f64 {
        let moving = (minutes - self.waiting_minutes(area)).max(0.0);
        moving * self.metres_a_minute(area) / detour(area)
    }

    /// Speed along the way, stops and crossings included. Those of streets are the ones that
    /// the readers of the test collection were shown.
    fn metres_a_minute(self, area: Area) -> f64 {
        let kilometres_an_hour = match (self, area) {
            // 15 minutes come to 833 m of straight line: GB 50180-2018 draws the circle of 15
            // minutes on foot at 800 to 1,000 m.
            (Self::Walk, _) => 4.5,
            // GB 50220-95 reckons with 11 to 14 km/h.
            (Self::Bike, _) => 12.0,
            // GB 17761 caps e-bikes at 25 km/h; in streets crossings take a fifth of that,
            // between villages less (an assumption).
            (Self::Ebike, Area::Street) => 20.0,
            (Self::Ebike, Area::Town | Area::Township) => 22.0,
            // GB 50220-95: buses carry people at 16 to 25 km/h; the lower end among lights, the
            // upper one on country roads.
            (Self::Bus, Area::Street) => 16.0,
            (Self::Bus, Area::Town | Area::Township) => 25.0,
            // Streets: what map services publish for big cities at rush hour, 20 to 30 km/h.
            (Self::Car, Area::Street) => 26.0,
            // Within the design speeds of JTG B01-2014: roads of the third class (to towns) 30
            // and 40 km/h, of the fourth (to villages) 20 and 30 km/h.
            (Self::Car, Area::Town) => 35.0,
            (Self::Car, Area::Township) => 30.0,
        };
        kilometres_an_hour * 1000.0 / 60.0
    }

    /// Half of the time between two buses, as nobody knows the timetable: of 16 minutes in
    /// streets, 30 to towns and 60 to townships. The last two are assumptions; an operator who
    /// has timetables gives the minutes as [`KnownRoutes`].
    fn waiting_minutes(self, area: Area) -> f64 {
        match (self, area) {
            (Self::Bus, Area::Street) => 8.0,
            (Self::Bus, Area::Town) => 15.0,
            (Self::Bus, Area::Township) => 30.0,
            (Self::Walk | Self::Bike | Self::Ebike | Self::Car, _) => 0.0,
        }
    }
}

/// Length of the way over the straight line. In streets the one that the readers of the test
/// collection were shown; elsewhere that of China in Ballou, Rahardja and Sakai, Selected country
/// circuity factors for road travel distance estimation, Transportation Research A 36 (2002).
fn detour(area: Area) -> f64 {
    match area {
        Area::Street => 1.35,
        Area::Town | Area::Township => 1.33,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reach_is_the_inverse_of_minutes() {
        for (travel, area) in Travel::ALL.into_iter().flat_map(|t| Area::ALL.map(|a| (t, a))) {
            let reach = travel.reach_metres_in(area, 40.0);
            assert!((travel.minutes_in(area, reach) - 40.0).abs() < 1e-9, "{travel:?} {area:?}");
        }
        assert_eq!(Travel::Bus.reach_metres(5.0), 0.0);
        assert_eq!(Travel::Bus.reach_metres_in(Area::Township, 30.0), 0.0);
    }

    #[test]
    fn streets_are_as_the_test_collection_was_judged() {
        let minutes = Travel::ALL.map(|t| t.minutes(1000.0));
        for (found, judged) in minutes.into_iter().zip([18.0, 6.75, 4.05, 13.0625, 3.11538461]) {
            assert!((found - judged).abs() < 1e-8, "{found} {judged}");
        }
        let circle = Travel::Walk.reach_metres(15.0);
        assert!((800.0..=1000.0).contains(&circle), "GB 50180-2018: {circle}");
    }

    #[test]
    fn the_code_tells_streets_from_towns() {
        let area = |code: &str| Area::of(Some(Division::parse(code).unwrap()));
        assert_eq!(area("370102001"), Area::Street);
        assert_eq!(area("370102001003"), Area::Street);
        assert_eq!(area("370102"), Area::Street);
        assert_eq!(area("370115104"), Area::Town);
        assert_eq!(area("110101200"), Area::Township);
        assert_eq!(area("110101399"), Area::Township);
        assert_eq!(area("110101400"), Area::Street);
        assert_eq!(Area::of(None), Area::Street);
    }
}
