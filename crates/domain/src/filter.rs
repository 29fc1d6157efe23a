//! The caller's own conditions, and the demands that a pair makes on each other.

use crate::certificate::CertificateSet;
use crate::condition::{Condition, PAY_TOLERANCE};
use crate::division::Division;
use crate::education::Education;
use crate::facets::{EmployerKey, Facets, OccupationId};
use crate::geo::Point;
use crate::hours::WeekHours;
use crate::ids::Collection;
use crate::kind::KindSet;
use crate::pay::{PayFloor, PayRange};
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
/// `as_of` decides validity and age.
pub fn demands_on_postings(person: &Facets, as_of: Instant) -> Vec<Condition> {
    let mut out =
        vec![Condition::Open, Condition::Places, Condition::Trusted, Condition::ValidAt(as_of)];
    out.push(Condition::RightHeld(person.assisted));
    if !person.kinds.is_empty() {
        out.push(Condition::KindIn(person.kinds));
    }
    if let Some(level) = person.education {
        out.push(Condition::DemandsEducationAtMost(level));
    }
    if let Some(months) = person.experience_months {
        out.push(Condition::DemandsExperienceAtMost(months));
    }
    if let Some(held) = &person.certificates {
        out.push(Condition::DemandsCertificatesWithin(held.clone()));
    }
    if let Some(birth_year) = person.birth_year {
        out.push(Condition::AdmitsBirthYear { birth_year, year: as_of.date().year() });
    }
    if let Some(floor) = person.pay_floor() {
        out.push(Condition::PaysAtLeast { floor, share: PAY_TOLERANCE });
    }
    if !person.hours.is_empty() {
        out.push(Condition::WorksWithin(person.hours.clone()));
    }
    if let Some((from, metres)) = person.point.zip(person.reach_metres()) {
        out.push(Condition::ReachableFrom { from, metres });
    }
    if !person.excluded_employers.is_empty() {
        out.push(Condition::EmployerNotIn(person.excluded_employers.to_vec()));
    }
    if !person.physical.is_empty() {
        out.push(Condition::Spares(person.physical));
    }
    out
}

/// What a posting and a person ask of each other, put as questions to profiles.
/// `as_of` decides consent and age.
pub fn demands_on_profiles(job: &Facets, as_of: Instant) -> Vec<Condition> {
    let mut out = vec![Condition::Open, Condition::ValidAt(as_of)];
    if job.kinds.all_need_right() {
        out.push(Condition::RightNeeded);
    }
    if !job.kinds.is_empty() {
        out.push(Condition::KindIn(job.kinds));
    }
    if let Some(level) = job.education {
        out.push(Condition::HasEducationAtLeast(level));
    }
    if let Some(months) = job.experience_months {
        out.push(Condition::HasExperienceAtLeast(months));
    }
    if let Some(demanded) = job.certificates.as_ref().filter(|c| !c.is_empty()) {
        out.push(Condition::HoldsCertificates(demanded.clone()));
    }
    if let Some(range) = job.age {
        out.push(Condition::OfAge { range, year: as_of.date().year() });
    }
    if let Some(pay) = job.pay {
        out.push(Condition::AsksAtMost { pay, share: PAY_TOLERANCE });
    }
    if !job.hours.is_empty() {
        out.push(Condition::AvailableFor(job.hours.clone()));
    }
    // Lodging makes the way to work a matter of choice.
    if let Some(point) = job.point.filter(|_| !job.lodging) {
        out.push(Condition::Reaches(point));
    }
    if let Some(employer) = job.employer {
        out.push(Condition::Welcomes(employer));
    }
    if !job.physical.is_empty() {
        out.push(Condition::Endures(job.physical));
    }
    out
}
