//! Filter columns: a filter becomes one exact bitmap.
//!
//! Facts that repeat are kept as codes into a dictionary with the slots of each value. A
//! condition is asked once a distinct value, by [`Condition::evaluate`] itself, and the slots
//! of the values that do not meet it are joined; places are asked cell by cell.

mod column;
mod places;
mod selection;

use std::sync::Arc;

use jobmatch_domain::facets::EmployerKey;
use jobmatch_domain::fingerprint::Fingerprint;
use jobmatch_domain::kind::KindSet;
use jobmatch_domain::pay::PayRange;
use jobmatch_domain::posting::AgeRange;
use jobmatch_domain::{
    CertificateSet, Condition, ConditionState, Division, Education, Facets, Instant, OccupationId,
    PhysicalSet, Point, Travel, Volatile, WeekHours,
};

use crate::bitmap::Bitmap;
use column::Column;
use places::{Places, Reach};
use selection::Fails;
pub(crate) use selection::Selection;

/// The filterable facts of all slots.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    volatile: Column<Volatile>,
    kinds: Column<KindSet>,
    division: Column<Option<Division>>,
    education: Column<Option<Education>>,
    experience_months: Column<Option<u16>>,
    certificates: Column<Option<CertificateSet>>,
    age: Column<Option<AgeRange>>,
    birth_year: Column<Option<i16>>,
    pay: Column<(Option<PayRange>, bool)>,
    hours: Column<WeekHours>,
    occupations: Column<Vec<OccupationId>>,
    published: Column<Option<Instant>>,
    valid_until: Column<Option<Instant>>,
    excluded_employers: Column<Vec<EmployerKey>>,
    assisted: Column<Option<bool>>,
    employer: Column<Option<EmployerKey>>,
    places: Places,
    lodging: Column<bool>,
    reach: Column<(Travel, Option<u16>)>,
    physical: Column<PhysicalSet>,
    suspect: Column<bool>,
    /// Not filtered by: see [`Facets::skills`] and [`Facets::fingerprint`].
    ranked_by: Vec<(Arc<[String]>, Option<Fingerprint>)>,
}

impl Columns {
    /// Number of slots.
    pub(crate) fn len(&self) -> usize {
        self.ranked_by.len()
    }

    /// Adds a document in the next slot, which it returns.
    pub(crate) fn push(&mut self, facets: &Facets) -> u32 {
        let slot = self.len() as u32;
        self.volatile.push(facets.volatile);
        self.kinds.push(facets.kinds);
        self.division.push(facets.division);
        self.education.push(facets.education);
        self.experience_months.push(facets.experience_months);
        self.certificates.push(facets.certificates.clone());
        self.age.push(facets.age);
        self.birth_year.push(facets.birth_year);
        self.pay.push((facets.pay, facets.negotiable));
        self.hours.push(facets.hours.clone());
        self.occupations.push(facets.occupations.clone());
        self.published.push(facets.published);
        self.valid_until.push(facets.valid_until);
        self.excluded_employers.push(facets.excluded_employers.clone());
        self.assisted.push(facets.assisted);
        self.employer.push(facets.employer);
        self.places.push(facets);
        self.lodging.push(facets.lodging);
        self.reach.push((facets.travel, facets.max_travel_minutes));
        self.physical.push(facets.physical);
        self.suspect.push(facets.suspect);
        self.ranked_by.push((facets.skills.clone(), facets.fingerprint));
        slot
    }

    /// Changes the volatile facts of a slot.
    pub(crate) fn set_volatile(&mut self, slot: u32, volatile: Volatile) {
        self.volatile.set(slot, volatile);
    }

    /// The facts of a slot.
    pub(crate) fn facets(&self, slot: u32) -> Facets {
        let (pay, negotiable) = *self.pay.get(slot);
        let (travel, max_travel_minutes) = *self.reach.get(slot);
        let (skills, fingerprint) = self.ranked_by[slot as usize].clone();
        Facets {
            volatile: *self.volatile.get(slot),
            kinds: *self.kinds.get(slot),
            division: *self.division.get(slot),
            point: self.places.point(slot),
            education: *self.education.get(slot),
            experience_months: *self.experience_months.get(slot),
            certificates: self.certificates.get(slot).clone(),
            age: *self.age.get(slot),
            birth_year: *self.birth_year.get(slot),
            pay,
            negotiable,
            hours: self.hours.get(slot).clone(),
            lodging: *self.lodging.get(slot),
            travel,
            max_travel_minutes,
            physical: *self.physical.get(slot),
            suspect: *self.suspect.get(slot),
            occupations: self.occupations.get(slot).clone(),
            published: *self.published.get(slot),
            valid_until: *self.valid_until.get(slot),
            employer: *self.employer.get(slot),
            excluded_employers: self.excluded_employers.get(slot).clone(),
            assisted: *self.assisted.get(slot),
            skills,
            fingerprint,
        }
    }

    /// Straight-line metres from a point.
    pub(crate) fn metres(&self, slot: u32, from: &Point) -> Option<f64> {
        self.places.point(slot).map(|p| from.distance_metres(&p))
    }

    /// See [`Places::chord_squared`].
    pub(crate) fn chord_squared(&self, slot: u32, from: &[f64; 3]) -> f64 {
        self.places.chord_squared(slot, from)
    }

    /// Asks all conditions of all live slots.
    pub(crate) fn select(&self, conditions: &[Condition], live: &Bitmap) -> Selection {
        let mut fails = Fails::new(self.len());
        for condition in conditions {
            self.add_unmet(condition, fails.of(condition.kind()));
        }
        fails.selection(live)
    }

    fn add_unmet(&self, condition: &Condition, unmet: &mut Bitmap) {
        use Condition as C;
        let c = condition;
        match condition {
            C::Open | C::Places => self.volatile.add_unmet(c, |v, f| f.volatile = *v, unmet),
            C::ValidAt(_) => self.valid_until.add_unmet(c, |v, f| f.valid_until = *v, unmet),
            C::RightHeld(_) | C::KindIn(_) => self.kinds.add_unmet(c, |v, f| f.kinds = *v, unmet),
            C::RightNeeded => self.assisted.add_unmet(c, |v, f| f.assisted = *v, unmet),
            C::DemandsEducationAtMost(_) | C::HasEducationAtLeast(_) => {
                self.education.add_unmet(c, |v, f| f.education = *v, unmet);
            }
            C::DemandsExperienceAtMost(_) | C::HasExperienceAtLeast(_) => {
                self.experience_months.add_unmet(c, |v, f| f.experience_months = *v, unmet);
            }
            C::DemandsCertificatesWithin(_) | C::HoldsCertificates(_) => {
                self.certificates.add_unmet(c, |v, f| f.certificates.clone_from(v), unmet);
            }
            C::AdmitsBirthYear { .. } => self.age.add_unmet(c, |v, f| f.age = *v, unmet),
            C::OfAge { .. } => self.birth_year.add_unmet(c, |v, f| f.birth_year = *v, unmet),
            C::PaysAtLeast { .. } | C::AsksAtMost { .. } => {
                self.pay.add_unmet(c, |v, f| f.pay = v.0, unmet);
            }
            C::WorksWithin(_) | C::AvailableFor(_) | C::HoursOverlap(_) => {
                self.hours.add_unmet(c, |v, f| f.hours.clone_from(v), unmet);
            }
            C::InDivisions(_) => self.division.add_unmet(c, |v, f| f.division = *v, unmet),
            C::OccupationIn(_) => {
                self.occupations.add_unmet(c, |v, f| f.occupations.clone_from(v), unmet);
            }
            C::PublishedSince(_) => self.published.add_unmet(c, |v, f| f.published = *v, unmet),
            C::Welcomes(_) => {
                let put = |v: &Vec<EmployerKey>, f: &mut Facets| f.excluded_employers.clone_from(v);
                self.excluded_employers.add_unmet(c, put, unmet);
            }
            C::Spares(_) | C::Endures(_) => {
                self.physical.add_unmet(c, |v, f| f.physical = *v, unmet);
            }
            C::Trusted => self.suspect.add_unmet(c, |v, f| f.suspect = *v, unmet),
            // Employers are nearly as many as postings: those named are looked up.
            C::EmployerNotIn(excluded) => {
                let slots = excluded.iter().filter_map(|e| self.employer.slots_of(&Some(*e)));
                slots.for_each(|slots| slots.add_to(unmet));
            }
            C::ReachableFrom { from, metres } | C::Within { centre: from, metres } => {
                self.add_beyond(c, (from, Reach::Metres(*metres)), unmet);
            }
            C::Reaches(job) => self.add_beyond(c, (job, Reach::Own), unmet),
        }
    }

    /// Adds the slots whose place is known and out of reach.
    fn add_beyond(
        &self,
        condition: &Condition,
        (from, reach): (&Point, Reach),
        unmet: &mut Bitmap,
    ) {
        let is_within = |slot: u32| {
            let (travel, max_travel_minutes) = *self.reach.get(slot);
            let point = self.places.point(slot);
            let facets = Facets { point, travel, max_travel_minutes, ..Facets::default() };
            condition.evaluate(&facets) != ConditionState::Unmet
        };
        let mut beyond = match reach {
            Reach::Metres(_) => self.places.located().clone(),
            Reach::Own => self.places.limited().clone(),
        };
        beyond.subtract(&self.places.within(from, reach, is_within));
        // A job with lodging is in reach wherever it is.
        if let Condition::ReachableFrom { .. } = condition
            && let Some(lodged) = self.lodging.slots_of(&true)
        {
            lodged.take_from(&mut beyond);
        }
        unmet.union(&beyond);
    }
}
