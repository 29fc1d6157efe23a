//! The caller's own conditions, and the demands that a pair makes on each other.

use crate::certificate::CertificateSet;
use crate::condition::{Condition, PAY_TOLERANCE, REACH_TOLERANCE};
use crate::division::Division;
use crate::education::Education;
use crate::facets::{EmployerKey, OccupationId};
use crate::geo::Point;
use crate::hours::WeekHours;
use crate::ids::Collection;
use crate::kind::KindSet;
use crate::pay::{PayFloor, PayRange};
use crate::posting::JobPosting;
use crate::profile::Profile;
use crate::time::Instant;

/// A radius around a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Radius {
    /// Centre.
    pub centre: Point,
    /// Straight-line metres, above 0.
    pub metres: f64,
}

/// What a caller asks of the documents; all parts must hold, empty parts ask nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Filter {
    /// Division subtrees, any of them.
    pub divisions: Vec<Division>,
    /// Radius.
    pub radius: Option<Radius>,
    /// Kinds, any of them.
    pub kinds: KindSet,
    /// Pay floor (postings), or the pay that can be offered (profiles).
    pub pay_floor: Option<PayFloor>,
    /// Education that is held (postings), or demanded (profiles).
    pub education: Option<Education>,
    /// Certificates that are held (postings), or demanded (profiles).
    pub certificates: Option<CertificateSet>,
    /// Occupations, any of them.
    pub occupations: Vec<OccupationId>,
    /// Hours that must overlap.
    pub hours: WeekHours,
    /// Publication.
    pub published_since: Option<Instant>,
    /// Employers left out.
    pub excluded_employers: Vec<EmployerKey>,
    /// Instant of validity; `None`: the request's own time.
    pub valid_at: Option<Instant>,
}

impl Filter {
    /// The conditions on documents of the collection, in the order of the fields.
    pub fn conditions(&self, collection: Collection) -> Vec<Condition> {
        let postings = collection == Collection::Postings;
        let mut out = Vec::new();
        if !self.divisions.is_empty() {
            out.push(Condition::InDivisions(self.divisions.clone()));
        }
        if let Some(Radius { centre, metres }) = self.radius {
            out.push(Condition::Within { centre, metres });
        }
        if !self.kinds.is_empty() {
            out.push(Condition::KindIn(self.kinds));
        }
        if let Some(floor) = self.pay_floor {
            out.push(if postings {
                Condition::PaysAtLeast { floor, share: 1.0 }
            } else {
                let pay = PayRange { min: Some(floor.amount()), max: None, unit: floor.unit() };
                Condition::AsksAtMost { pay, share: 1.0 }
            });
        }
        if let Some(level) = self.education {
            out.push(if postings {
                Condition::DemandsEducationAtMost(level)
            } else {
                Condition::HasEducationAtLeast(level)
            });
        }
        if let Some(set) = self.certificates.clone() {
            out.push(if postings {
                Condition::DemandsCertificatesWithin(set)
            } else {
                Condition::HoldsCertificates(set)
            });
        }
        if !self.occupations.is_empty() {
            out.push(Condition::OccupationIn(self.occupations.clone()));
        }
        if !self.hours.is_empty() {
            out.push(Condition::HoursOverlap(self.hours.clone()));
        }
        if let Some(since) = self.published_since {
            out.push(Condition::PublishedSince(since));
        }
        if !self.excluded_employers.is_empty() {
            out.push(Condition::EmployerNotIn(self.excluded_employers.clone()));
        }
        out
    }
}

/// What a person and a posting ask of each other, put as questions to postings.
///
/// `as_of` decides validity and age. Of a profile that is not filled in
/// ([`Profile::is_filled_in`]) nothing is asked of certificates, and the right is unknown.
pub fn demands_on_postings(person: &Profile, as_of: Instant) -> Vec<Condition> {
    let facts = person.is_filled_in();
    let mut out = vec![Condition::Open, Condition::Places, Condition::ValidAt(as_of)];
    out.push(Condition::RightHeld(
        facts.then(|| person.has_right()).or_else(|| person.has_right().then_some(true)),
    ));
    if !person.kinds.is_empty() {
        out.push(Condition::KindIn(person.kinds));
    }
    if let Some(level) = person.education {
        out.push(Condition::DemandsEducationAtMost(level));
    }
    if let Some(months) = person.experience_months {
        out.push(Condition::DemandsExperienceAtMost(months));
    }
    if facts || !person.certificates.is_empty() {
        out.push(Condition::DemandsCertificatesWithin(person.certificates.clone()));
    }
    if let Some(birth_year) = person.birth_year {
        out.push(Condition::AdmitsBirthYear { birth_year, year: as_of.date().year() });
    }
    if let Some(floor) = person.pay_floor {
        out.push(Condition::PaysAtLeast { floor, share: PAY_TOLERANCE });
    }
    let hours = person.hours();
    if !hours.is_empty() {
        out.push(Condition::WorksWithin(hours));
    }
    if let Some((from, metres)) = person.reach() {
        out.push(Condition::ReachableFrom { from, metres: metres * REACH_TOLERANCE });
    }
    let excluded: Vec<_> =
        person.excluded_employers.iter().filter_map(|e| EmployerKey::of(e.as_str())).collect();
    if !excluded.is_empty() {
        out.push(Condition::EmployerNotIn(excluded));
    }
    out
}

/// What a posting and a person ask of each other, put as questions to profiles.
/// `as_of` decides consent and age.
pub fn demands_on_profiles(job: &JobPosting, as_of: Instant) -> Vec<Condition> {
    let mut out = vec![Condition::Open, Condition::ValidAt(as_of)];
    if let Some(kind) = job.kind {
        if kind.needs_right() {
            out.push(Condition::RightNeeded);
        }
        out.push(Condition::KindIn([kind].into_iter().collect()));
    }
    if let Some(level) = job.education {
        out.push(Condition::HasEducationAtLeast(level));
    }
    if let Some(months) = job.experience_months {
        out.push(Condition::HasExperienceAtLeast(months));
    }
    if !job.certificates.is_empty() {
        out.push(Condition::HoldsCertificates(job.certificates.clone()));
    }
    if let Some(range) = job.age {
        out.push(Condition::OfAge { range, year: as_of.date().year() });
    }
    if let Some(pay) = job.pay.as_ref().and_then(crate::Pay::range) {
        out.push(Condition::AsksAtMost { pay, share: PAY_TOLERANCE });
    }
    let hours = job.hours();
    if !hours.is_empty() {
        out.push(Condition::AvailableFor(hours));
    }
    // Lodging makes the way to work a matter of choice.
    if let Some(point) = job.place.located()
        && !job.offers_lodging()
    {
        out.push(Condition::Reaches(point));
    }
    if let Some(employer) = EmployerKey::of(job.employer.as_str()) {
        out.push(Condition::Welcomes(employer));
    }
    out
}
