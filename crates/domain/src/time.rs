//! Civil dates and instants. The civil clock is Asia/Shanghai's: UTC+8 all year
//! since 1991, so no time zone database is needed.

use std::fmt;

use crate::error::Invalid;

const SHANGHAI_OFFSET_SECONDS: i64 = 8 * 3600;
const DAY_SECONDS: i64 = 24 * 3600;

/// A true instant, in seconds since 1970-01-01T00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

impl Instant {
    /// The civil date in Shanghai at this instant.
    pub fn date(self) -> Date {
        Date::from_days((self.0 + SHANGHAI_OFFSET_SECONDS).div_euclid(DAY_SECONDS))
    }

    /// The civil instant in Shanghai, cut to the minute.
    pub fn civil(self) -> CivilInstant {
        let local = self.0 + SHANGHAI_OFFSET_SECONDS;
        let minute = local.rem_euclid(DAY_SECONDS) / 60;
        CivilInstant { date: self.date(), minute: minute as u16 }
    }
}

/// A civil date from 1900-01-01 to 2199-12-31.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(jiff::civil::Date);

impl Date {
    /// Parses `YYYY-MM-DD`.
    pub fn parse(value: &str) -> Result<Self, Invalid> {
        let bad = || Invalid::malformed(value, "a date such as 2026-11-23, from 1900 to 2199");
        if value.len() != 10 {
            return Err(bad());
        }
        let date: jiff::civil::Date = value.parse().map_err(|_| bad())?;
        if !(1900..=2199).contains(&date.year()) {
            return Err(bad());
        }
        Ok(Self(date))
    }

    /// The date so many days after 1970-01-01; clamped to what [`Date`] can hold.
    pub fn from_days(days: i64) -> Self {
        // 1900-01-01 and 2199-12-31, counted from 1970-01-01.
        let days = days.clamp(-25_567, 84_005) as i32;
        let epoch = jiff::civil::date(1970, 1, 1);
        Self(epoch.saturating_add(jiff::Span::new().days(days)))
    }

    /// Days since 1970-01-01.
    pub fn days(self) -> i64 {
        let epoch = jiff::civil::date(1970, 1, 1);
        i64::from((self.0 - epoch).get_days())
    }

    /// The year.
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// 0 for Monday to 6 for Sunday.
    pub fn weekday(self) -> u8 {
        self.0.weekday().to_monday_zero_offset() as u8
    }

    /// The instant of the date's first minute in Shanghai.
    pub fn start(self) -> Instant {
        Instant(self.days() * DAY_SECONDS - SHANGHAI_OFFSET_SECONDS)
    }

    /// The instant right after the date's last minute in Shanghai.
    pub fn end(self) -> Instant {
        Instant(self.start().0 + DAY_SECONDS)
    }

    /// The date so many days later (earlier when negative), clamped.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        Self::from_days(self.days() + days)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A date with a time of day, to the minute, on Shanghai's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CivilInstant {
    /// The date.
    pub date: Date,
    /// Minutes since midnight, 0 to 1439.
    pub minute: u16,
}

impl CivilInstant {
    /// Parses `YYYY-MM-DDTHH:MM` (a blank in place of the `T` is fine, `:SS` is
    /// accepted and dropped).
    pub fn parse(value: &str) -> Result<Self, Invalid> {
        let bad = || Invalid::malformed(value, "a civil instant such as 2026-11-24T06:00");
        let (date, time) = value.split_once(['T', ' ']).ok_or_else(bad)?;
        let time = match time.len() {
            8 if time.as_bytes()[5] == b':' => time.get(..5).ok_or_else(bad)?,
            _ => time,
        };
        let date = Date::parse(date).map_err(|_| bad())?;
        let minute = parse_minute(time).filter(|m| *m < 1440).ok_or_else(bad)?;
        Ok(Self { date, minute })
    }

    /// The true instant.
    pub fn instant(self) -> Instant {
        Instant(self.date.start().0 + i64::from(self.minute) * 60)
    }
}

impl fmt::Display for CivilInstant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{:02}:{:02}", self.date, self.minute / 60, self.minute % 60)
    }
}

/// Minutes since midnight of `HH:MM`, 00:00 to 24:00.
pub(crate) fn parse_minute(value: &str) -> Option<u16> {
    let bytes = value.as_bytes();
    if bytes.len() != 5 || bytes[2] != b':' {
        return None;
    }
    let digit = |i: usize| bytes[i].is_ascii_digit().then(|| u16::from(bytes[i] - b'0'));
    let (hour, minute) = (digit(0)? * 10 + digit(1)?, digit(3)? * 10 + digit(4)?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= 1440).then_some(total)
}

/// A dated stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    start: CivilInstant,
    end: Option<CivilInstant>,
}

impl Window {
    /// Checks that the end lies after the start.
    pub fn new(start: CivilInstant, end: Option<CivilInstant>) -> Result<Self, crate::Violation> {
        if end.is_some_and(|end| end <= start) {
            return Err(Invalid::Order { relation: "before", other: "start" }.at("end"));
        }
        Ok(Self { start, end })
    }

    /// First minute.
    pub fn start(&self) -> CivilInstant {
        self.start
    }

    /// The minute after the last; `None` when not told.
    pub fn end(&self) -> Option<CivilInstant> {
        self.end
    }

    /// The instant from which on nobody can join any more: the end, or the end of
    /// the starting day when none is told.
    pub fn closes(&self) -> Instant {
        self.end.map_or_else(|| self.start.date.end(), CivilInstant::instant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_round_trip_and_bad_ones_are_refused() {
        for text in ["1900-01-01", "2026-11-23", "2199-12-31", "2024-02-29"] {
            let date = Date::parse(text).unwrap();
            assert_eq!(date.to_string(), text);
            assert_eq!(Date::from_days(date.days()), date);
        }
        for bad in ["2026-02-29", "2026-13-01", "2026/11/23", "26-11-23", "", "2200-01-01"] {
            assert!(Date::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_civil_day_starts_at_sixteen_utc() {
        let date = Date::parse("2026-11-23").unwrap();
        assert_eq!(date.start().0, 1_795_363_200);
        assert_eq!(Instant(date.start().0 - 1).date().to_string(), "2026-11-22");
        assert_eq!(date.weekday(), 0);
        assert_eq!(date.start().civil().to_string(), "2026-11-23T00:00");
    }

    #[test]
    fn a_window_ends_after_it_starts() {
        let at = |t| CivilInstant::parse(t).unwrap();
        assert!(Window::new(at("2026-11-24T06:00"), Some(at("2026-11-24T06:00"))).is_err());
        let night = Window::new(at("2026-11-24T18:00"), Some(at("2026-11-25 06:00:00"))).unwrap();
        assert_eq!(night.closes(), at("2026-11-25T06:00").instant());
        let open = Window::new(at("2026-11-24T18:00"), None).unwrap();
        assert_eq!(open.closes(), at("2026-11-25T00:00").instant());
    }
}
