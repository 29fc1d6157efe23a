//! A person's resume profile. The person is never named.

use crate::certificate::CertificateSet;
use crate::education::Education;
use crate::hours::{WeekHours, WeeklyShift};
use crate::ids::{DocumentId, Origin, Owner};
use crate::kind::KindSet;
use crate::pay::PayFloor;
use crate::posting::Place;
use crate::text::{Body, Label, Name};
use crate::time::{Date, Instant};
use crate::travel::Travel;
use crate::vector::Embedding;

/// Who may find a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Visibility {
    /// Nobody; the person may still ask for jobs.
    #[default]
    Private,
    /// Found in matches when consent was given.
    Matchable,
}

/// A person's agreement to be matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consent {
    /// Whether it was given.
    pub given: bool,
    /// When; `None` when not told.
    pub given_at: Option<Instant>,
    /// Last date on which it holds, inclusive; `None`: until withdrawn.
    pub valid_until: Option<Date>,
}

/// What a person brings and wishes. Plain data: every part keeps its own invariants.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Opaque id.
    pub id: DocumentId,
    /// Feed and id there.
    pub origin: Origin,
    /// Responsible office.
    pub owner: Owner,
    /// Who may find it.
    pub visibility: Visibility,
    /// Agreement to be matched.
    pub consent: Consent,
    /// What the person tells of themselves.
    pub resume: Body,
    /// Jobs wished for, in own words.
    pub wanted: Vec<Label>,
    /// Kinds accepted; empty: not told.
    pub kinds: KindSet,
    /// Schooling.
    pub education: Option<Education>,
    /// Experience in the wanted work, months, 0 to 720.
    pub experience_months: Option<u16>,
    /// Year of birth.
    pub birth_year: Option<i16>,
    /// Certificates held.
    pub certificates: CertificateSet,
    /// Skills.
    pub skills: Vec<Label>,
    /// Least pay.
    pub pay_floor: Option<PayFloor>,
    /// Longest way in minutes by `travel`, 1 to 600.
    pub max_travel_minutes: Option<u16>,
    /// Means of travel.
    pub travel: Travel,
    /// Hours in which the person can work; empty: any.
    pub available: Vec<WeeklyShift>,
    /// Groups of 就业援助对象; they open postings that need a right, nothing else.
    pub assistance: Vec<Label>,
    /// Where the person lives.
    pub place: Place,
    /// Employers that the person wants no match with.
    pub excluded_employers: Vec<Name>,
    /// The caller's own vector.
    pub embedding: Option<Embedding>,
}

impl Profile {
    /// A profile of which nothing is known but its id; the base of text queries.
    pub fn blank(id: DocumentId) -> Self {
        Self {
            id,
            origin: Origin::default(),
            owner: Owner::default(),
            visibility: Visibility::default(),
            consent: Consent::default(),
            resume: Body::default(),
            wanted: Vec::new(),
            kinds: KindSet::default(),
            education: None,
            experience_months: None,
            birth_year: None,
            certificates: CertificateSet::default(),
            skills: Vec::new(),
            pay_floor: None,
            max_travel_minutes: None,
            travel: Travel::default(),
            available: Vec::new(),
            assistance: Vec::new(),
            place: Place::default(),
            excluded_employers: Vec::new(),
            embedding: None,
        }
    }

    /// Whether the profile was filled in, so that an empty list of certificates or groups
    /// means none. A profile of nothing but words leaves them unknown.
    pub fn is_filled_in(&self) -> bool {
        !self.kinds.is_empty()
            || self.education.is_some()
            || self.experience_months.is_some()
            || self.birth_year.is_some()
            || !self.certificates.is_empty()
            || !self.skills.is_empty()
    }

    /// Whether the person belongs to a group that opens postings which need a right.
    pub fn has_right(&self) -> bool {
        !self.assistance.is_empty()
    }

    /// Hours of a week in which the person can work; empty: any.
    pub fn hours(&self) -> WeekHours {
        WeekHours::from_shifts(&self.available)
    }
}
