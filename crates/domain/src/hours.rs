//! Hours that repeat every week.

use std::fmt;
use std::sync::Arc;

use crate::error::{Invalid, Violation};
use crate::time::{CivilInstant, Date, Window, parse_minute};

const DAY: u16 = 1440;
const WEEK: u16 = 7 * DAY;

/// The same hours on some days of every week.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WeeklyShift {
    days: u8,
    start: u16,
    end: u16,
}

impl WeeklyShift {
    /// Most shifts a record or filter has: three a day.
    pub const MAX_ITEMS: usize = 21;

    /// Parses days as digits (`12345`, Monday is 1) and times as `HH:MM`. An end at
    /// or before the start lies on the next day.
    pub fn parse(days: &str, start: &str, end: &str) -> Result<Self, Violation> {
        let mut bits = 0u8;
        for day in days.bytes() {
            let bit = match day {
                b'1'..=b'7' => 1 << (day - b'1'),
                _ => 0,
            };
            if bit == 0 || bits & bit != 0 {
                return Err(Invalid::malformed(days, "digits 1 to 7, each once").at("days"));
            }
            bits |= bit;
        }
        if bits == 0 {
            return Err(Invalid::Missing.at("days"));
        }
        let bad_time =
            |value, field: &str| Invalid::malformed(value, "a time of day such as 06:30").at(field);
        let start_minute =
            parse_minute(start).filter(|m| *m < DAY).ok_or_else(|| bad_time(start, "start"))?;
        let end_minute = parse_minute(end).ok_or_else(|| bad_time(end, "end"))?;
        Ok(Self { days: bits, start: start_minute, end: end_minute })
    }

    /// The days as digits.
    pub fn days(&self) -> String {
        (0..7u8).filter(|d| self.days >> d & 1 == 1).map(|d| char::from(b'1' + d)).collect()
    }

    /// Start as `HH:MM`.
    pub fn start(&self) -> String {
        clock(self.start)
    }

    /// End as `HH:MM`.
    pub fn end(&self) -> String {
        clock(self.end)
    }

    /// The date on which the hours began that hold this minute; `None` outside them.
    pub fn begun(&self, at: CivilInstant) -> Option<Date> {
        let yesterday = at.date.plus_days(-1);
        let holds = |date: Date, minute: u16| {
            let on = self.days >> date.weekday() & 1 == 1;
            on && (self.start..self.start + self.minutes()).contains(&minute)
        };
        if holds(at.date, at.minute) {
            return Some(at.date);
        }
        holds(yesterday, at.minute + DAY).then_some(yesterday)
    }

    fn minutes(&self) -> u16 {
        if self.end > self.start { self.end - self.start } else { self.end + DAY - self.start }
    }

    fn intervals(&self) -> impl Iterator<Item = (u16, u16)> {
        (0..7u16).filter(|d| self.days >> d & 1 == 1).map(|d| {
            let start = d * DAY + self.start;
            (start, start + self.minutes())
        })
    }
}

/// Weekdays of the dates from the first to the last, each once.
fn dates(first: Date, last: i64) -> impl Iterator<Item = u16> {
    let count = (last - first.days() + 1).clamp(1, 7);
    (0..count).map(move |i| u16::from(first.plus_days(i).weekday()))
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// A set of minutes of the week: sorted, disjoint half-open intervals in 0..10080,
/// counted from Monday 00:00. The empty set means "not told".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct WeekHours(Arc<[(u16, u16)]>);

impl WeekHours {
    /// The union of the shifts; what runs past Sunday midnight wraps to Monday.
    pub fn from_shifts(shifts: &[WeeklyShift]) -> Self {
        Self::from_intervals(shifts.iter().flat_map(WeeklyShift::intervals))
    }

    /// The weekly minutes of a dated window. A window over several dates means the same
    /// hours on each (`25日08:30至27日17:00` is three days of work, not two nights); without
    /// an end it runs to midnight.
    pub fn from_window(window: &Window) -> Self {
        let start = window.start();
        let (end_date, end_minute) =
            window.end().map_or((start.date, DAY), |end| (end.date, end.minute));
        let length = if end_minute > start.minute {
            end_minute - start.minute
        } else {
            end_minute + DAY - start.minute
        };
        // Hours over midnight begin last on the day before the end.
        let last = end_date.days() - i64::from(end_minute <= start.minute);
        Self::from_intervals(dates(start.date, last).map(|weekday| {
            let from = weekday * DAY + start.minute;
            (from, from + length)
        }))
    }

    /// The minutes of this set that begin on a date of the window.
    #[must_use]
    pub fn on_dates_of(&self, window: &Window) -> Self {
        let last = window.end().map_or(window.start().date, |end| end.date);
        let whole_days = dates(window.start().date, last.days()).map(|d| (d * DAY, (d + 1) * DAY));
        let days = Self::from_intervals(whole_days);
        let cut = self
            .0
            .iter()
            .flat_map(|(start, end)| days.0.iter().map(move |(s, e)| (*start.max(s), *end.min(e))));
        Self::from_intervals(cut)
    }

    /// Merges any intervals; ends past the week wrap around.
    pub fn from_intervals(intervals: impl Iterator<Item = (u16, u16)>) -> Self {
        let mut parts = Vec::new();
        for (start, end) in intervals {
            if end > WEEK {
                parts.push((start, WEEK));
                parts.push((0, (end - WEEK).min(WEEK)));
            } else {
                parts.push((start, end));
            }
        }
        parts.retain(|(s, e)| s < e);
        parts.sort_unstable();
        let mut merged: Vec<(u16, u16)> = Vec::with_capacity(parts.len());
        for (start, end) in parts {
            match merged.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => merged.push((start, end)),
            }
        }
        Self(merged.into())
    }

    /// The intervals, sorted and disjoint.
    pub fn intervals(&self) -> &[(u16, u16)] {
        &self.0
    }

    /// Whether nothing is told.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Minutes a week.
    pub fn minutes(&self) -> u32 {
        self.0.iter().map(|(s, e)| u32::from(e - s)).sum()
    }

    /// Minutes a week that both sets share.
    pub fn shared_minutes(&self, other: &Self) -> u32 {
        let (mut i, mut j, mut shared) = (0, 0, 0u32);
        while let (Some(a), Some(b)) = (self.0.get(i), other.0.get(j)) {
            let (start, end) = (a.0.max(b.0), a.1.min(b.1));
            shared += u32::from(end.saturating_sub(start));
            if a.1 <= b.1 { i += 1 } else { j += 1 }
        }
        shared
    }

    /// Share of this set that lies within `other`, 0 to 1; 1 when this set is empty.
    pub fn share_within(&self, other: &Self) -> f64 {
        match self.minutes() {
            0 => 1.0,
            minutes => f64::from(self.shared_minutes(other)) / f64::from(minutes),
        }
    }
}

impl fmt::Display for WeeklyShift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}-{}", self.days(), self.start(), self.end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn week(shifts: &[(&str, &str, &str)]) -> WeekHours {
        let shifts: Vec<_> =
            shifts.iter().map(|(d, s, e)| WeeklyShift::parse(d, s, e).unwrap()).collect();
        WeekHours::from_shifts(&shifts)
    }

    #[test]
    fn nights_run_into_the_next_day_and_wrap_at_the_week() {
        assert_eq!(week(&[("1", "22:00", "06:00")]).intervals(), [(1320, 1800)]);
        assert_eq!(week(&[("7", "22:00", "06:00")]).intervals(), [(0, 360), (9960, 10080)]);
        assert_eq!(week(&[("1", "08:00", "08:00")]).minutes(), 1440);
    }

    #[test]
    fn a_window_over_days_means_the_same_hours_on_each() {
        let window = |s, e| {
            let at = |t| crate::time::CivilInstant::parse(t).unwrap();
            Window::new(at(s), Some(at(e))).unwrap()
        };
        let days = window("2026-11-25T08:30", "2026-11-27T17:00");
        assert_eq!(WeekHours::from_window(&days), week(&[("345", "08:30", "17:00")]));
        let night = window("2026-11-28T22:00", "2026-11-29T06:00");
        assert_eq!(WeekHours::from_window(&night), week(&[("6", "22:00", "06:00")]));
        let weekend = window("2026-11-28T10:00", "2026-11-29T18:00");
        let daily = week(&[("1234567", "10:00", "18:00")]);
        assert_eq!(daily.on_dates_of(&weekend), week(&[("67", "10:00", "18:00")]));
    }

    #[test]
    fn shares_are_of_the_first_set() {
        let shop = week(&[("12345", "09:00", "17:00")]);
        let mother = week(&[("12345", "08:30", "16:00")]);
        assert!((shop.share_within(&mother) - 7.0 / 8.0).abs() < 1e-9);
        assert_eq!(week(&[]).share_within(&mother), 1.0);
    }

    #[test]
    fn bad_shifts_name_their_field() {
        let path = |d, s, e| WeeklyShift::parse(d, s, e).unwrap_err().path;
        assert_eq!(path("", "08:00", "09:00"), "days");
        assert_eq!(path("18", "08:00", "09:00"), "days");
        assert_eq!(path("11", "08:00", "09:00"), "days");
        assert_eq!(path("1", "24:00", "09:00"), "start");
        assert_eq!(path("1", "08:00", "9:00"), "end");
    }

    fn any_week() -> impl Strategy<Value = WeekHours> {
        proptest::collection::vec((0u16..10_080, 1u16..2_000), 0..6)
            .prop_map(|parts| WeekHours::from_intervals(parts.into_iter().map(|(s, l)| (s, s + l))))
    }

    proptest! {
        #[test]
        fn shared_minutes_equal_a_count_minute_by_minute(a in any_week(), b in any_week()) {
            let has = |w: &WeekHours, m: u16| w.0.iter().any(|(s, e)| (*s..*e).contains(&m));
            let counted = (0..WEEK).filter(|m| has(&a, *m) && has(&b, *m)).count();
            prop_assert_eq!(a.shared_minutes(&b) as usize, counted);
            prop_assert_eq!(a.minutes(), a.shared_minutes(&a));
        }
    }
}
