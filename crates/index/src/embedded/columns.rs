//! Filter columns: every condition over every document in one pass a condition.
//!
//! Facts that repeat are kept as codes into a dictionary; a condition is asked once a
//! distinct value, by [`Condition::evaluate`] itself, and then looked up for each slot.

use std::collections::HashMap;
use std::hash::Hash;

use jobmatch_domain::facets::EmployerKey;
use jobmatch_domain::kind::KindSet;
use jobmatch_domain::matching::Exclusion;
use jobmatch_domain::pay::PayRange;
use jobmatch_domain::posting::AgeRange;
use jobmatch_domain::{
    CertificateSet, Condition, ConditionKind, ConditionState, Division, Education, Facets, Instant,
    OccupationId, PhysicalSet, Point, Travel, Volatile, WeekHours,
};

use crate::bitmap::Bitmap;

/// A column of codes into its distinct values.
#[derive(Debug)]
struct Column<T> {
    codes: Vec<u32>,
    values: Vec<T>,
    codes_by_value: HashMap<T, u32>,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self { codes: Vec::new(), values: Vec::new(), codes_by_value: HashMap::new() }
    }
}

impl<T: Clone + Eq + Hash> Column<T> {
    fn code(&mut self, value: T) -> u32 {
        if let Some(code) = self.codes_by_value.get(&value) {
            return *code;
        }
        let code = self.values.len() as u32;
        self.values.push(value.clone());
        self.codes_by_value.insert(value, code);
        code
    }

    fn push(&mut self, value: T) {
        let code = self.code(value);
        self.codes.push(code);
    }

    fn set(&mut self, slot: u32, value: T) {
        let code = self.code(value);
        self.codes[slot as usize] = code;
    }

    fn get(&self, slot: u32) -> &T {
        &self.values[self.codes[slot as usize] as usize]
    }

    /// Marks the slots whose value, put into otherwise blank facets, does not meet the
    /// condition.
    fn mark(&self, condition: &Condition, into: impl Fn(&T) -> Facets, fails: &mut Fails) {
        let unmet: Vec<u32> = self
            .values
            .iter()
            .map(|value| u32::from(condition.evaluate(&into(value)) == ConditionState::Unmet))
            .collect();
        if unmet.contains(&1) {
            let shift = condition.kind().index();
            for (mask, code) in fails.0.iter_mut().zip(&self.codes) {
                *mask |= unmet[*code as usize] << shift;
            }
        }
    }
}

/// A bit a kind of condition that a slot does not meet.
struct Fails(Vec<u32>);

/// What a filter leaves.
pub(crate) struct Selection {
    pub(crate) eligible: Bitmap,
    pub(crate) count: u64,
    pub(crate) exclusions: Vec<Exclusion>,
}

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
    employer: Vec<Option<EmployerKey>>,
    points: Vec<Option<Point>>,
    /// Points on the unit sphere; NaN where there is none.
    units: Vec<[f64; 3]>,
    lodging: Vec<bool>,
    reach: Column<(Travel, Option<u16>)>,
    /// Straight-line metres that a person goes, from `reach`.
    reach_metres: Vec<Option<f64>>,
    physical: Column<PhysicalSet>,
    suspect: Column<bool>,
}

impl Columns {
    /// Number of slots.
    pub(crate) fn len(&self) -> usize {
        self.lodging.len()
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
        self.points.push(facets.point);
        self.units.push(facets.point.map_or([f64::NAN; 3], |p| p.unit_vector()));
        self.lodging.push(facets.lodging);
        self.reach.push((facets.travel, facets.max_travel_minutes));
        self.reach_metres.push(facets.reach_metres());
        self.physical.push(facets.physical);
        self.suspect.push(facets.suspect);
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
        Facets {
            volatile: *self.volatile.get(slot),
            kinds: *self.kinds.get(slot),
            division: *self.division.get(slot),
            point: self.points[slot as usize],
            education: *self.education.get(slot),
            experience_months: *self.experience_months.get(slot),
            certificates: self.certificates.get(slot).clone(),
            age: *self.age.get(slot),
            birth_year: *self.birth_year.get(slot),
            pay,
            negotiable,
            hours: self.hours.get(slot).clone(),
            lodging: self.lodging[slot as usize],
            travel,
            max_travel_minutes,
            physical: *self.physical.get(slot),
            suspect: *self.suspect.get(slot),
            occupations: self.occupations.get(slot).clone(),
            published: *self.published.get(slot),
            valid_until: *self.valid_until.get(slot),
            employer: self.employer[slot as usize],
            excluded_employers: self.excluded_employers.get(slot).clone(),
            assisted: *self.assisted.get(slot),
        }
    }

    /// Straight-line metres from a point.
    pub(crate) fn metres(&self, slot: u32, from: &Point) -> Option<f64> {
        self.points[slot as usize].map(|p| from.distance_metres(&p))
    }

    /// Square of the chord on the unit sphere from a point: orders like the distance and
    /// costs a tenth. NaN where the place is not known.
    pub(crate) fn chord_squared(&self, slot: u32, from: &[f64; 3]) -> f64 {
        chord_squared(&self.units[slot as usize], from)
    }

    /// Asks all conditions of all live slots.
    pub(crate) fn select(&self, conditions: &[Condition], live: &Bitmap) -> Selection {
        let mut fails = Fails(vec![0; self.len()]);
        // Distances are dear and come last: they are reckoned only where they can tell.
        let is_dear = |c: &&Condition| {
            use Condition as C;
            matches!(c, C::ReachableFrom { .. } | C::Within { .. } | C::Reaches(_))
        };
        for condition in conditions.iter().filter(|c| !is_dear(c)) {
            self.mark(condition, &mut fails);
        }
        for condition in conditions.iter().filter(is_dear) {
            self.mark(condition, &mut fails);
        }
        let mut eligible = Bitmap::new(self.len());
        let mut count = 0;
        let mut alone = [0u64; ConditionKind::ALL.len()];
        for slot in live.iter() {
            let mask = fails.0[slot as usize];
            if mask == 0 {
                eligible.set(slot);
                count += 1;
            } else if mask.is_power_of_two() {
                alone[mask.trailing_zeros() as usize] += 1;
            }
        }
        let exclusions = ConditionKind::ALL
            .into_iter()
            .map(|kind| Exclusion { kind, count: alone[kind.index()] })
            .filter(|e| e.count > 0)
            .collect();
        Selection { eligible, count, exclusions }
    }

    fn mark(&self, condition: &Condition, fails: &mut Fails) {
        use Condition as C;
        let blank = Facets::default;
        match condition {
            C::Open | C::Places => {
                self.volatile.mark(condition, |v| Facets { volatile: *v, ..blank() }, fails);
            }
            C::ValidAt(_) => {
                self.valid_until.mark(condition, |v| Facets { valid_until: *v, ..blank() }, fails);
            }
            C::RightHeld(_) | C::KindIn(_) => {
                self.kinds.mark(condition, |v| Facets { kinds: *v, ..blank() }, fails);
            }
            C::RightNeeded => {
                self.assisted.mark(condition, |v| Facets { assisted: *v, ..blank() }, fails);
            }
            C::DemandsEducationAtMost(_) | C::HasEducationAtLeast(_) => {
                self.education.mark(condition, |v| Facets { education: *v, ..blank() }, fails);
            }
            C::DemandsExperienceAtMost(_) | C::HasExperienceAtLeast(_) => {
                let into = |v: &Option<u16>| Facets { experience_months: *v, ..blank() };
                self.experience_months.mark(condition, into, fails);
            }
            C::DemandsCertificatesWithin(_) | C::HoldsCertificates(_) => {
                let into =
                    |v: &Option<CertificateSet>| Facets { certificates: v.clone(), ..blank() };
                self.certificates.mark(condition, into, fails);
            }
            C::AdmitsBirthYear { .. } => {
                self.age.mark(condition, |v| Facets { age: *v, ..blank() }, fails);
            }
            C::OfAge { .. } => {
                self.birth_year.mark(condition, |v| Facets { birth_year: *v, ..blank() }, fails);
            }
            C::PaysAtLeast { .. } | C::AsksAtMost { .. } => {
                self.pay.mark(condition, |v| Facets { pay: v.0, ..blank() }, fails);
            }
            C::WorksWithin(_) | C::AvailableFor(_) | C::HoursOverlap(_) => {
                self.hours.mark(condition, |v| Facets { hours: v.clone(), ..blank() }, fails);
            }
            C::InDivisions(_) => {
                self.division.mark(condition, |v| Facets { division: *v, ..blank() }, fails);
            }
            C::OccupationIn(_) => {
                let into = |v: &Vec<OccupationId>| Facets { occupations: v.clone(), ..blank() };
                self.occupations.mark(condition, into, fails);
            }
            C::PublishedSince(_) => {
                self.published.mark(condition, |v| Facets { published: *v, ..blank() }, fails);
            }
            C::Welcomes(_) => {
                let into =
                    |v: &Vec<EmployerKey>| Facets { excluded_employers: v.clone(), ..blank() };
                self.excluded_employers.mark(condition, into, fails);
            }
            C::Spares(_) | C::Endures(_) => {
                self.physical.mark(condition, |v| Facets { physical: *v, ..blank() }, fails);
            }
            C::Trusted => {
                self.suspect.mark(condition, |v| Facets { suspect: *v, ..blank() }, fails);
            }
            C::EmployerNotIn(excluded) => self.mark_employers(condition, excluded, fails),
            C::ReachableFrom { from: centre, metres } | C::Within { centre, metres } => {
                self.mark_points(condition, (centre, Some(*metres)), fails);
            }
            C::Reaches(job) => self.mark_points(condition, (job, None), fails),
        }
    }

    /// Employers are nearly as many as postings: compared slot by slot.
    fn mark_employers(&self, condition: &Condition, excluded: &[EmployerKey], fails: &mut Fails) {
        let bit = 1 << condition.kind().index();
        for (mask, employer) in fails.0.iter_mut().zip(&self.employer) {
            if employer.is_some_and(|e| excluded.contains(&e)) {
                *mask |= bit;
            }
        }
    }

    /// Compares chords, and asks the condition itself within a hair of the limit, where
    /// the chord's rounding could decide otherwise. A slot that fails two kinds already is
    /// left out: a third changes neither what is eligible nor any count.
    fn mark_points(
        &self,
        condition: &Condition,
        (from, metres): (&Point, Option<f64>),
        fails: &mut Fails,
    ) {
        let bit = 1u32 << condition.kind().index();
        let unit = from.unit_vector();
        let bound_of = |metres: f64| Point::chord_for_metres(metres).powi(2);
        let common = metres.map(bound_of);
        for slot in 0..self.len() {
            let failed = fails.0[slot];
            if failed & failed.wrapping_sub(1) != 0 {
                continue;
            }
            let bound = match common {
                Some(bound) => bound,
                None => match self.reach_metres[slot] {
                    Some(reach) => bound_of(reach),
                    None => continue,
                },
            };
            let chord = chord_squared(&self.units[slot], &unit);
            let close = (chord - bound).abs() <= bound * 1e-6 + 1e-18;
            let unmet = if close || self.lodging[slot] || chord.is_nan() {
                let (travel, max_travel_minutes) = *self.reach.get(slot as u32);
                let facets = Facets {
                    point: self.points[slot],
                    lodging: self.lodging[slot],
                    travel,
                    max_travel_minutes,
                    ..Facets::default()
                };
                condition.evaluate(&facets) == ConditionState::Unmet
            } else {
                chord > bound
            };
            fails.0[slot] |= if unmet { bit } else { 0 };
        }
    }
}

fn chord_squared(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2) + (a[2] - b[2]).powi(2)
}
