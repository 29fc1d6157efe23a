//! A job posting.

use crate::certificate::CertificateSet;
use crate::division::Division;
use crate::education::Education;
use crate::error::{Invalid, Violation};
use crate::geo::Point;
use crate::gig::GigTerms;
use crate::hours::{WeekHours, WeeklyShift};
use crate::ids::{DocumentId, Origin, Owner};
use crate::kind::EmploymentKind;
use crate::pay::Pay;
use crate::text::{Benefit, Body, Label, Name, Title};
use crate::time::{Date, Instant, Window};
use crate::vector::Embedding;

/// Whether a posting takes applicants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PostingStatus {
    /// Takes applicants; the only status that is ever matched.
    #[default]
    Open,
    /// Stopped for a while.
    Paused,
    /// All places are taken.
    Filled,
    /// Ended.
    Closed,
}

/// Where a job is done, or where a person lives.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Place {
    /// Division; `None` when not known.
    pub division: Option<Division>,
    /// Point; `None` when not known.
    pub point: Option<Point>,
}

impl Place {
    /// The point, or else the centre of the division where one is on record.
    pub fn located(&self) -> Option<Point> {
        self.point.or_else(|| self.division.and_then(|d| d.centre()))
    }
}

/// Places offered and places left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Headcount {
    total: Option<u32>,
    left: Option<u32>,
}

impl Headcount {
    /// `total` 1 to 100,000, `left` 0 to total. Where `left` is not told, all are.
    pub fn new(total: Option<u32>, left: Option<u32>) -> Result<Self, Violation> {
        if let Some(total) = total.filter(|t| !(1..=100_000).contains(t)) {
            return Err(Invalid::range(total, 1, 100_000).at("headcount"));
        }
        let most = total.unwrap_or(100_000);
        if let Some(left) = left.filter(|l| *l > most) {
            return Err(Invalid::range(left, 0, most).at("places_left"));
        }
        Ok(Self { total, left })
    }

    /// Places offered.
    pub fn total(&self) -> Option<u32> {
        self.total
    }

    /// Places left as told by the owner.
    pub fn left_told(&self) -> Option<u32> {
        self.left
    }

    /// Places left; `None` when neither number is told.
    pub fn left(&self) -> Option<u32> {
        self.left.or(self.total)
    }
}

/// Lawful limits of age, in years; both inclusive, at least one is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AgeRange {
    min: Option<u8>,
    max: Option<u8>,
}

impl AgeRange {
    /// Both 14 to 100 and in order; `None` when no limit is told.
    pub fn new(min: Option<u32>, max: Option<u32>) -> Result<Option<Self>, Violation> {
        let check = |value: Option<u32>, path: &str| match value {
            Some(v) if !(14..=100).contains(&v) => Err(Invalid::range(v, 14, 100).at(path)),
            v => Ok(v.map(|v| v as u8)),
        };
        let (min, max) = (check(min, "age_min")?, check(max, "age_max")?);
        if let (Some(min), Some(max)) = (min, max)
            && min > max
        {
            return Err(Invalid::Order { relation: "above", other: "age_max" }.at("age_min"));
        }
        Ok((min.is_some() || max.is_some()).then_some(Self { min, max }))
    }

    /// Least age.
    pub fn min(&self) -> Option<u8> {
        self.min
    }

    /// Greatest age.
    pub fn max(&self) -> Option<u8> {
        self.max
    }

    /// Whether somebody born in `birth_year` can be of a fitting age on a date of
    /// `year`. The birthday is not known, so either of the two ages that the person
    /// can have counts.
    pub fn admits(&self, birth_year: i16, year: i16) -> bool {
        let older = i32::from(year) - i32::from(birth_year);
        let younger = older - 1;
        self.min.is_none_or(|min| older >= i32::from(min))
            && self.max.is_none_or(|max| younger <= i32::from(max))
    }
}

/// First and last date of validity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Validity {
    published: Option<Date>,
    expires: Option<Date>,
}

impl Validity {
    /// Checks that `expires` does not lie before `published`.
    pub fn new(published: Option<Date>, expires: Option<Date>) -> Result<Self, Violation> {
        if let (Some(published), Some(expires)) = (published, expires)
            && expires < published
        {
            return Err(Invalid::Order { relation: "before", other: "published" }.at("expires"));
        }
        Ok(Self { published, expires })
    }

    /// Date of publication.
    pub fn published(&self) -> Option<Date> {
        self.published
    }

    /// Last valid date, inclusive.
    pub fn expires(&self) -> Option<Date> {
        self.expires
    }
}

/// A job advert. Plain data: every part keeps its own invariants.
#[derive(Debug, Clone, PartialEq)]
pub struct JobPosting {
    /// Id.
    pub id: DocumentId,
    /// Feed and id there.
    pub origin: Origin,
    /// Responsible office.
    pub owner: Owner,
    /// Whether it takes applicants.
    pub status: PostingStatus,
    /// Kind of employment; `None` when not told.
    pub kind: Option<EmploymentKind>,
    /// Title.
    pub title: Title,
    /// The advert's text.
    pub description: Body,
    /// Name of the employing organisation.
    pub employer: Name,
    /// Places.
    pub headcount: Headcount,
    /// Pay; `None` when nothing is told.
    pub pay: Option<Pay>,
    /// Least education demanded.
    pub education: Option<Education>,
    /// Least experience demanded, months, 0 to 720.
    pub experience_months: Option<u16>,
    /// Certificates demanded.
    pub certificates: CertificateSet,
    /// Skills asked for.
    pub skills: Vec<Label>,
    /// Lawful limits of age.
    pub age: Option<AgeRange>,
    /// Weekly hours.
    pub shifts: Vec<WeeklyShift>,
    /// Dated stretch of a gig.
    pub window: Option<Window>,
    /// Benefits.
    pub benefits: Vec<Benefit>,
    /// Dates of publication and expiry.
    pub validity: Validity,
    /// Where the job is done.
    pub place: Place,
    /// Occupation as the caller names it; empty: recognised from the title.
    pub occupation: Name,
    /// The caller's own vector.
    pub embedding: Option<Embedding>,
    /// Terms of a gig; `None`: none told.
    pub gig: Option<GigTerms>,
}

impl JobPosting {
    /// An open posting of which nothing is known but its title; the base of drafts.
    pub fn blank(id: DocumentId, title: Title) -> Self {
        Self {
            id,
            title,
            origin: Origin::default(),
            owner: Owner::default(),
            status: PostingStatus::default(),
            kind: None,
            description: Body::default(),
            employer: Name::default(),
            headcount: Headcount::default(),
            pay: None,
            education: None,
            experience_months: None,
            certificates: CertificateSet::default(),
            skills: Vec::new(),
            age: None,
            shifts: Vec::new(),
            window: None,
            benefits: Vec::new(),
            validity: Validity::default(),
            place: Place::default(),
            occupation: Name::default(),
            embedding: None,
            gig: None,
        }
    }

    /// Most months of experience that a posting demands or a person has: 60 years.
    pub const MAX_EXPERIENCE_MONTHS: u32 = 720;

    /// Whether the posting was filled in, so that an empty list of certificates or hours means
    /// none. One of nothing but words leaves them unknown.
    pub fn is_filled_in(&self) -> bool {
        self.kind.is_some()
            || self.education.is_some()
            || self.experience_months.is_some()
            || self.age.is_some()
            || !self.certificates.is_empty()
            || !self.skills.is_empty()
            || !self.shifts.is_empty()
    }

    /// Hours of a week in which the job is done: the shifts, on the window's dates where
    /// there is one, or else the window's hours.
    pub fn hours(&self) -> WeekHours {
        match (&self.shifts[..], &self.window) {
            ([], Some(window)) => WeekHours::from_window(window),
            (shifts, Some(window)) => WeekHours::from_shifts(shifts).on_dates_of(window),
            (shifts, None) => WeekHours::from_shifts(shifts),
        }
    }

    /// The instant from which on it is no longer valid: after the last valid date,
    /// or when the gig closes, whichever comes first.
    pub fn valid_until(&self) -> Option<Instant> {
        let expiry = self.validity.expires.map(Date::end);
        let closing = self.window.map(|w| w.closes());
        match (expiry, closing) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Where one has to be to begin: where the gig meets, or else the place of the job.
    pub fn reached_at(&self) -> Option<Point> {
        let meeting = self.gig.as_ref().and_then(|g| g.meeting_at);
        meeting.or_else(|| self.place.located())
    }

    /// Whether lodging comes with the job (a benefit names 住 or 宿舍, other than as
    /// 不包住 or an allowance).
    pub fn offers_lodging(&self) -> bool {
        self.benefits.iter().map(Benefit::as_str).any(|b| {
            let names =
                ["包住", "管住", "吃住", "食宿", "宿舍", "住宿"].iter().any(|w| b.contains(w));
            names && !b.contains('不') && !b.contains("补")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_birthday_gets_the_benefit_of_the_doubt() {
        let range = AgeRange::new(Some(18), Some(50)).unwrap().unwrap();
        // Born 1975, in 2026: 50 or 51.
        assert!(range.admits(1975, 2026));
        assert!(!range.admits(1974, 2026));
        assert!(range.admits(2008, 2026));
        assert!(!range.admits(2009, 2026));
    }

    #[test]
    fn cross_field_faults_name_the_field() {
        assert_eq!(Headcount::new(Some(2), Some(3)).unwrap_err().path, "places_left");
        assert_eq!(Headcount::new(Some(0), None).unwrap_err().path, "headcount");
        assert_eq!(AgeRange::new(Some(50), Some(18)).unwrap_err().path, "age_min");
        let day = |t| Some(Date::parse(t).unwrap());
        let upside_down = Validity::new(day("2026-11-02"), day("2026-11-01"));
        assert_eq!(upside_down.unwrap_err().path, "expires");
    }
}
