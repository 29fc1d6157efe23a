//! Points of public employment service, and what is asked about where they are.

mod coverage;
mod query;

use std::collections::BTreeSet;
use std::fmt;

pub use coverage::{CoverageGap, Gap, Uncovered, lowest_divisions};
pub use query::{NearbyStations, Origin, Reached, StationFilter};

use crate::division::Division;
use crate::error::Invalid;
use crate::geo::Point;
use crate::hours::WeeklyShift;
use crate::ids::DocumentId;
use crate::text::{Name, Text};
use crate::time::{CivilInstant, Date};
use crate::travel::Area;

/// What a point of public employment service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StationKind {
    /// 家门口就业服务站
    Neighbourhood,
    /// 零工市场
    GigMarket,
    /// 就业驿站
    Post,
    /// 公共就业服务中心
    Centre,
}

impl StationKind {
    /// Every kind, in the order of the contract.
    pub const ALL: [Self; 4] = [Self::Neighbourhood, Self::GigMarket, Self::Post, Self::Centre];
}

/// What is done for people at a station.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServiceItem {
    /// 就业登记
    EmploymentRegistration,
    /// 失业登记
    UnemploymentRegistration,
    /// 职业介绍, 岗位推荐
    JobPlacement,
    /// 职业指导
    CareerGuidance,
    /// 招聘信息发布
    Recruitment,
    /// 就业困难人员认定, 就业援助
    Assistance,
    /// 创业担保贷款, 创业服务
    Startup,
    /// 技能培训报名
    Training,
    /// 社会保险补贴, 岗位补贴
    Subsidy,
    /// 失业保险金申领
    UnemploymentBenefit,
    /// 零工对接
    GigDispatch,
    /// 劳动维权咨询
    RightsAdvice,
    /// 档案服务
    Archives,
}

impl ServiceItem {
    /// Every item, in the order of the contract.
    pub const ALL: [Self; 13] = [
        Self::EmploymentRegistration,
        Self::UnemploymentRegistration,
        Self::JobPlacement,
        Self::CareerGuidance,
        Self::Recruitment,
        Self::Assistance,
        Self::Startup,
        Self::Training,
        Self::Subsidy,
        Self::UnemploymentBenefit,
        Self::GigDispatch,
        Self::RightsAdvice,
        Self::Archives,
    ];
}

/// Number of an office: at most 30 digits, blanks, `+`, `-`, `(` and `)`; empty: not told.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Phone(String);

impl Phone {
    /// Trims and checks. The value is never repeated in the error: it may be a person's.
    pub fn parse(value: &str) -> Result<Self, Invalid> {
        let trimmed = value.trim();
        let actual = trimmed.chars().count();
        if actual > 30 {
            return Err(Invalid::TooLong { actual, max: 30, unit: "characters" });
        }
        if !trimmed.chars().all(|c| c.is_ascii_digit() || " +-()".contains(c)) {
            return Err(Invalid::Combination("is no phone number; give digits, blanks, + - ( )"));
        }
        Ok(Self(trimmed.to_owned()))
    }

    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Civil dates on which a station is shut in spite of its hours: at most 60, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClosedDates(Vec<Date>);

impl ClosedDates {
    /// Most dates.
    pub const MAX_ITEMS: usize = 60;

    /// Sorts them and drops those that come twice.
    pub fn new(mut dates: Vec<Date>) -> Result<Self, Invalid> {
        if dates.len() > Self::MAX_ITEMS {
            let (actual, max) = (dates.len(), Self::MAX_ITEMS);
            return Err(Invalid::TooLong { actual, max, unit: "items" });
        }
        dates.sort_unstable();
        dates.dedup();
        Ok(Self(dates))
    }

    /// The dates, in order.
    pub fn dates(&self) -> &[Date] {
        &self.0
    }

    /// Whether the date is one of them.
    pub fn contains(&self, date: Date) -> bool {
        self.0.binary_search(&date).is_ok()
    }
}

/// A point of public employment service.
#[derive(Debug, Clone, PartialEq)]
pub struct Station {
    /// Its id.
    pub id: DocumentId,
    /// What it is called.
    pub name: Text<1, 100>,
    /// What it is.
    pub kind: StationKind,
    /// Where it is.
    pub point: Point,
    /// The division that it lies in; `None`: not told.
    pub division: Option<Division>,
    /// Its address; empty: not told.
    pub address: Name,
    /// Phone of the office.
    pub phone: Phone,
    /// When it is open; empty: not told.
    pub opening_hours: Vec<WeeklyShift>,
    /// When it is shut in spite of that.
    pub closed_dates: ClosedDates,
    /// What is done there.
    pub services: BTreeSet<ServiceItem>,
}

impl Station {
    /// Kind of the area that it lies in.
    pub fn area(&self) -> Area {
        Area::of(self.division)
    }

    /// Whether it is open in this minute; `None`: it tells no hours. A closed date is shut from
    /// midnight to midnight, and hours that would have begun on it do not run into the next.
    pub fn is_open_at(&self, at: CivilInstant) -> Option<bool> {
        if self.opening_hours.is_empty() {
            return None;
        }
        let shut = |date| self.closed_dates.contains(date);
        let mut begun = self.opening_hours.iter().filter_map(|hours| hours.begun(at));
        Some(!shut(at.date) && begun.any(|date| !shut(date)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::Datum;

    fn station(hours: &[(&str, &str, &str)], closed: &[&str]) -> Station {
        let shift = |(d, s, e): &(&str, &str, &str)| WeeklyShift::parse(d, s, e).unwrap();
        let closed = closed.iter().map(|d| Date::parse(d).unwrap()).collect();
        Station {
            id: DocumentId::parse("s").unwrap(),
            name: Text::parse("零工市场").unwrap(),
            kind: StationKind::GigMarket,
            point: Point::new(36.6, 117.0, Datum::Wgs84).unwrap(),
            division: None,
            address: Name::default(),
            phone: Phone::default(),
            opening_hours: hours.iter().map(shift).collect(),
            closed_dates: ClosedDates::new(closed).unwrap(),
            services: BTreeSet::new(),
        }
    }

    fn open(station: &Station, at: &str) -> bool {
        station.is_open_at(CivilInstant::parse(at).unwrap()).unwrap()
    }

    #[test]
    fn hours_hold_their_first_minute_and_not_the_one_after_the_last() {
        // 2026-11-26 is a Thursday.
        let office = station(&[("12345", "08:30", "12:00"), ("12345", "13:00", "17:00")], &[]);
        for (at, expected) in [
            ("2026-11-26T08:29", false),
            ("2026-11-26T08:30", true),
            ("2026-11-26T11:59", true),
            ("2026-11-26T12:00", false),
            ("2026-11-26T13:00", true),
            ("2026-11-28T09:00", false),
        ] {
            assert_eq!(open(&office, at), expected, "{at}");
        }
    }

    #[test]
    fn a_night_belongs_to_the_date_on_which_it_begins() {
        // From Sunday into Monday, over the end of the week.
        let market = station(&[("7", "22:00", "06:00")], &[]);
        assert!(open(&market, "2026-11-29T23:59") && open(&market, "2026-11-30T05:59"));
        assert!(!open(&market, "2026-11-30T06:00") && !open(&market, "2026-11-29T05:00"));
        let always = station(&[("1234567", "00:00", "24:00")], &[]);
        assert!(open(&always, "2026-11-29T00:00") && open(&always, "2026-11-29T23:59"));
        let round = station(&[("1", "08:00", "08:00")], &[]);
        assert!(open(&round, "2026-12-01T07:59") && !open(&round, "2026-12-01T08:00"));
    }

    #[test]
    fn a_closed_date_is_shut_and_so_is_its_night() {
        let market = station(&[("1234567", "20:00", "06:00")], &["2026-11-28"]);
        assert!(open(&market, "2026-11-27T23:00"));
        // The night that began the day before ends at midnight, the next never begins.
        assert!(!open(&market, "2026-11-28T00:00"));
        assert!(!open(&market, "2026-11-28T21:00"));
        assert!(!open(&market, "2026-11-29T05:00"));
        assert!(open(&market, "2026-11-29T20:00"));
    }

    #[test]
    fn who_tells_no_hours_is_neither_open_nor_shut() {
        let silent = station(&[], &["2026-11-28"]);
        assert_eq!(silent.is_open_at(CivilInstant::parse("2026-11-28T09:00").unwrap()), None);
    }

    #[test]
    fn phones_and_dates_have_limits() {
        assert_eq!(Phone::parse(" (0531) 0000-0001 ").unwrap().as_str(), "(0531) 0000-0001");
        let refused = Phone::parse("电话 13812345678").unwrap_err().to_string();
        assert!(!refused.contains("138"), "{refused}");
        assert!(Phone::parse(&"1".repeat(31)).is_err());
        let date = |i| Date::parse("2026-11-26").unwrap().plus_days(i);
        assert!(ClosedDates::new((0..61).map(date).collect()).is_err());
        let dates = ClosedDates::new(vec![date(2), date(0), date(2)]).unwrap();
        assert_eq!(dates.dates(), [date(0), date(2)]);
    }
}
