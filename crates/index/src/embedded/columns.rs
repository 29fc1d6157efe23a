//! Filter columns: a filter becomes one exact bitmap.
//!
//! Facts that repeat are kept as codes into a dictionary with the slots of each value. A
//! condition is asked once a distinct value, by [`Condition::evaluate`] itself, and the slots
//! of the values that do not meet it are joined; places are asked cell by cell.

mod column;
mod places;
mod selection;

use std::sync::Arc;

use jobmatch_domain::facets::{Compared, EmployerKey};
use jobmatch_domain::gig::GigFacts;
use jobmatch_domain::kind::KindSet;
use jobmatch_domain::pay::PayRange;
use jobmatch_domain::posting::AgeRange;
use jobmatch_domain::{
    CertificateSet, Condition, ConditionState, Division, Education, Facets, Instant, OccupationId,
    PhysicalSet, Point, Travel, Volatile, WeekHours,
};

use super::retrieve::Tie;
use crate::bitmap::Bitmap;
use crate::survey::{Gains, Seen};
use column::{Column, full};
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
    occupations: Column<Arc<[OccupationId]>>,
    published: Column<Option<Instant>>,
    valid_until: Column<Option<Instant>>,
    excluded_employers: Column<Arc<[EmployerKey]>>,
    assisted: Column<Option<bool>>,
    employer: Column<Option<EmployerKey>>,
    places: Places,
    lodging: Column<bool>,
    reach: Column<(Travel, Option<u16>)>,
    physical: Column<PhysicalSet>,
    suspect: Column<bool>,
    gig: Column<GigFacts>,
    responsible: Column<Option<Division>>,
    compared: Vec<Compared>,
    rows: Vec<Row>,
}

/// The codes of a slot, side by side in memory.
#[derive(Debug)]
struct Row {
    volatile: u32,
    kinds: u32,
    division: u32,
    education: u32,
    experience_months: u32,
    certificates: u32,
    age: u32,
    birth_year: u32,
    pay: u32,
    hours: u32,
    occupations: u32,
    published: u32,
    valid_until: u32,
    excluded_employers: u32,
    assisted: u32,
    employer: u32,
    lodging: u32,
    reach: u32,
    physical: u32,
    suspect: u32,
    gig: u32,
    responsible: u32,
}

impl Columns {
    /// Number of slots.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Adds a document in the next slot, which it returns.
    pub(crate) fn push(&mut self, facets: &Facets) -> u32 {
        let slot = self.len() as u32;
        let row = Row {
            volatile: self.volatile.push(facets.volatile),
            kinds: self.kinds.push(facets.kinds),
            division: self.division.push(facets.division),
            education: self.education.push(facets.education),
            experience_months: self.experience_months.push(facets.experience_months),
            certificates: self.certificates.push(facets.certificates.clone()),
            age: self.age.push(facets.age),
            birth_year: self.birth_year.push(facets.birth_year),
            pay: self.pay.push((facets.pay, facets.negotiable)),
            hours: self.hours.push(facets.hours.clone()),
            occupations: self.occupations.push(facets.occupations.clone()),
            published: self.published.push(facets.published),
            valid_until: self.valid_until.push(facets.valid_until),
            excluded_employers: self.excluded_employers.push(facets.excluded_employers.clone()),
            assisted: self.assisted.push(facets.assisted),
            employer: self.employer.push(facets.employer),
            lodging: self.lodging.push(facets.lodging),
            reach: self.reach.push((facets.travel, facets.max_travel_minutes)),
            physical: self.physical.push(facets.physical),
            suspect: self.suspect.push(facets.suspect),
            gig: self.gig.push(facets.gig),
            responsible: self.responsible.push(facets.responsible),
        };
        self.rows.push(row);
        self.places.push(facets);
        self.compared.push(facets.compared.clone());
        slot
    }

    /// Changes the volatile facts of a slot.
    pub(crate) fn set_volatile(&mut self, slot: u32, volatile: Volatile) {
        let code = &mut self.rows[slot as usize].volatile;
        *code = self.volatile.change(slot, *code, volatile);
    }

    /// The facts of a slot.
    pub(crate) fn facets(&self, slot: u32) -> Facets {
        let row = &self.rows[slot as usize];
        let (pay, negotiable) = *self.pay.value(row.pay);
        let (travel, max_travel_minutes) = *self.reach.value(row.reach);
        Facets {
            volatile: *self.volatile.value(row.volatile),
            kinds: *self.kinds.value(row.kinds),
            division: *self.division.value(row.division),
            point: self.places.point(slot),
            education: *self.education.value(row.education),
            experience_months: *self.experience_months.value(row.experience_months),
            certificates: self.certificates.value(row.certificates).clone(),
            age: *self.age.value(row.age),
            birth_year: *self.birth_year.value(row.birth_year),
            pay,
            negotiable,
            hours: self.hours.value(row.hours).clone(),
            lodging: *self.lodging.value(row.lodging),
            travel,
            max_travel_minutes,
            physical: *self.physical.value(row.physical),
            suspect: *self.suspect.value(row.suspect),
            occupations: self.occupations.value(row.occupations).clone(),
            published: *self.published.value(row.published),
            valid_until: *self.valid_until.value(row.valid_until),
            employer: *self.employer.value(row.employer),
            excluded_employers: self.excluded_employers.value(row.excluded_employers).clone(),
            assisted: *self.assisted.value(row.assisted),
            gig: *self.gig.value(row.gig),
            responsible: *self.responsible.value(row.responsible),
            compared: self.compared[slot as usize].clone(),
        }
    }

    /// Straight-line metres from a point.
    pub(crate) fn metres(&self, slot: u32, from: &Point) -> Option<f64> {
        self.places.point(slot).map(|p| from.distance_metres(&p))
    }

    /// What a survey asks of a slot; `None` without a place.
    pub(crate) fn surveyed(&self, slot: u32) -> Option<Seen> {
        let row = &self.rows[slot as usize];
        Some(Seen {
            point: self.places.point(slot)?,
            division: *self.division.value(row.division),
            occupation: self.occupations.value(row.occupations).first().copied(),
        })
    }

    /// See [`Gains`].
    pub(crate) fn gains(&self, slot: u32) -> Gains {
        let row = &self.rows[slot as usize];
        let gig = *self.gig.value(row.gig);
        let pay = self.pay.value(row.pay).0;
        Gains { begins: gig.begins, yuan_per_hour: pay.and_then(|pay| gig.yuan_per_hour(&pay)) }
    }

    /// See [`Places::nearest`].
    pub(crate) fn nearest(
        &self,
        from: &Point,
        keep: usize,
        among: (&Bitmap, Tie<'_>),
    ) -> Vec<(f64, u32)> {
        self.places.nearest(from, keep, among)
    }

    /// Slots with a place.
    pub(crate) fn located(&self) -> &Bitmap {
        self.places.located()
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
        match condition.inner() {
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
            C::UnderOffice(_) => self.responsible.add_unmet(c, |v, f| f.responsible = *v, unmet),
            C::OccupationIn(_) => {
                self.occupations.add_unmet(c, |v, f| f.occupations.clone_from(v), unmet);
            }
            C::PublishedSince(_) => self.published.add_unmet(c, |v, f| f.published = *v, unmet),
            C::Welcomes(_) => {
                let put =
                    |v: &Arc<[EmployerKey]>, f: &mut Facets| f.excluded_employers.clone_from(v);
                self.excluded_employers.add_unmet(c, put, unmet);
            }
            C::Spares(_) | C::Endures(_) => {
                self.physical.add_unmet(c, |v, f| f.physical = *v, unmet);
            }
            C::Trusted => self.suspect.add_unmet(c, |v, f| f.suspect = *v, unmet),
            C::Begins { .. } | C::SettledIn(_) | C::EmployerChecked => {
                self.gig.add_unmet(c, |v, f| f.gig = *v, unmet);
            }
            // `inner` is never one of these.
            C::Known(_) => {}
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
            let (travel, max_travel_minutes) = *self.reach.value(self.rows[slot as usize].reach);
            let point = self.places.point(slot);
            let facets = Facets { point, travel, max_travel_minutes, ..Facets::default() };
            condition.evaluate(&facets) != ConditionState::Unmet
        };
        let mut beyond = match (condition, reach) {
            // What has no place is not known to be within.
            (Condition::Known(_), _) => full(self.len()),
            (_, Reach::Metres(_)) => self.places.located().clone(),
            (_, Reach::Own) => self.places.limited().clone(),
        };
        beyond.subtract(&self.places.within(from, reach, is_within));
        // A job with lodging is in reach wherever it is.
        if let Condition::ReachableFrom { .. } = condition.inner()
            && let Some(lodged) = self.lodging.slots_of(&true)
        {
            lodged.take_from(&mut beyond);
        }
        unmet.union(&beyond);
    }
}
