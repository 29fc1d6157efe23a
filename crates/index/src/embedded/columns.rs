//! Filter columns: a filter becomes one exact bitmap.
//!
//! Facts that repeat are kept as codes into a dictionary with the slots of each value. A
//! condition is asked once a distinct value, by [`Condition::evaluate`] itself, and the slots
//! of the values that do not meet it are joined; of lists of occupations only those are asked that
//! name one which is wanted, and places cell by cell.

mod column;
mod compared;
mod named;
mod places;
mod sealing;
mod selection;

use std::ops::Range;
use std::slice;
use std::sync::Arc;

use jobmatch_domain::facets::EmployerKey;
use jobmatch_domain::gig::GigFacts;
use jobmatch_domain::kind::KindSet;
use jobmatch_domain::pay::PayRange;
use jobmatch_domain::posting::AgeRange;
use jobmatch_domain::{
    CertificateSet, Condition, ConditionState, Division, Education, Facets, Instant, OccupationId,
    PhysicalSet, Point, Travel, Volatile, WeekHours,
};

use super::kernels::prefetch;
use super::retrieve::Tie;
use crate::bitmap::Bitmap;
use crate::survey::{Gains, Seen};
use crate::threads::both;
use column::{Column, full};
use compared::ComparedColumn;
pub(super) use compared::SealedCompared;
use named::Named;
use places::{Places, Reach};
pub(super) use sealing::SealedColumns;
pub(crate) use selection::{Filtering, Selection};
pub(super) use selection::{Tally, portable_tally};

/// The columns, each with how its value is taken from facets and put into them.
macro_rules! columns {
    ($($name:ident: $type:ty, |$from:ident| $get:expr, |$value:ident, $into:ident| $put:expr;)+) => {
        /// The filterable facts of all slots.
        #[derive(Debug, Default)]
        pub(crate) struct Columns {
            $($name: Column<$type>,)+
            places: Places,
            compared: ComparedColumn,
            /// Lists of occupations that name each.
            named: Named<OccupationId>,
            rows: Vec<Row>,
        }

        /// The codes of a slot, side by side in memory.
        #[derive(Debug, Clone, Copy)]
        struct Row {
            $($name: u32,)+
        }

        /// How many columns there are.
        pub(super) const COLUMNS: usize = [$(stringify!($name)),+].len();

        /// Puts the value of a column into facets.
        mod put {
            use super::*;
            $(pub(super) fn $name($value: &$type, $into: &mut Facets) {
                $put;
            })+
        }

        /// Takes the value of a column from facets.
        mod get {
            use super::*;
            $(pub(super) fn $name($from: &Facets) -> $type {
                $get
            })+
        }

        impl Row {
            fn codes(&self) -> [u32; COLUMNS] {
                [$(self.$name),+]
            }

            fn of_codes([$($name),+]: [u32; COLUMNS]) -> Self {
                Self { $($name),+ }
            }
        }

        impl Columns {
            fn push_row(&mut self, facets: &Facets) {
                let row = Row { $($name: self.$name.push(get::$name(facets)),)+ };
                self.rows.push(row);
            }

            fn put_row(&self, row: &Row, facets: &mut Facets) {
                $(put::$name(self.$name.value(row.$name), facets);)+
            }

            /// Values of a column, by number, from a code on: each in facets that are blank
            /// otherwise.
            pub(super) fn values(&self, column: usize, from: usize, most: usize) -> Vec<Facets> {
                let readers: [&dyn Fn() -> Vec<Facets>; COLUMNS] =
                    [$(&|| self.$name.in_facets(from, most, put::$name)),+];
                readers[column]()
            }

            /// The columns of so many values each, and the codes of each slot; `None` when a code
            /// has no value.
            fn of_rows(values: &[Vec<Facets>; COLUMNS], rows: Vec<Row>) -> Option<Self> {
                let [$($name),+] = values;
                Some(Self {
                    $($name: {
                        // By themselves, as they are gone through twice.
                        let codes: Vec<u32> = rows.iter().map(|row| row.$name).collect();
                        let values = $name.iter().map(get::$name).collect();
                        Column::of_codes(values, codes.iter().copied())?
                    },)+
                    places: Places::default(),
                    compared: ComparedColumn::default(),
                    named: Named::default(),
                    rows,
                })
            }
        }
    };
}

columns! {
    volatile: Volatile, |f| f.volatile, |v, f| f.volatile = *v;
    kinds: KindSet, |f| f.kinds, |v, f| f.kinds = *v;
    division: Option<Division>, |f| f.division, |v, f| f.division = *v;
    education: Option<Education>, |f| f.education, |v, f| f.education = *v;
    experience_months: Option<u16>, |f| f.experience_months, |v, f| f.experience_months = *v;
    certificates: Option<CertificateSet>, |f| f.certificates.clone(),
        |v, f| f.certificates.clone_from(v);
    age: Option<AgeRange>, |f| f.age, |v, f| f.age = *v;
    birth_year: Option<i16>, |f| f.birth_year, |v, f| f.birth_year = *v;
    pay: (Option<PayRange>, bool), |f| (f.pay, f.negotiable), |v, f| (f.pay, f.negotiable) = *v;
    hours: WeekHours, |f| f.hours.clone(), |v, f| f.hours.clone_from(v);
    occupations: Arc<[OccupationId]>, |f| f.occupations.clone(),
        |v, f| f.occupations.clone_from(v);
    published: Option<Instant>, |f| f.published, |v, f| f.published = *v;
    valid_until: Option<Instant>, |f| f.valid_until, |v, f| f.valid_until = *v;
    excluded_employers: Arc<[EmployerKey]>, |f| f.excluded_employers.clone(),
        |v, f| f.excluded_employers.clone_from(v);
    assisted: Option<bool>, |f| f.assisted, |v, f| f.assisted = *v;
    employer: Option<EmployerKey>, |f| f.employer, |v, f| f.employer = *v;
    lodging: bool, |f| f.lodging, |v, f| f.lodging = *v;
    reach: (Travel, Option<u16>), |f| (f.travel, f.max_travel_minutes),
        |v, f| (f.travel, f.max_travel_minutes) = *v;
    physical: PhysicalSet, |f| f.physical, |v, f| f.physical = *v;
    suspect: bool, |f| f.suspect, |v, f| f.suspect = *v;
    gig: GigFacts, |f| f.gig, |v, f| f.gig = *v;
    responsible: Option<Division>, |f| f.responsible, |v, f| f.responsible = *v;
}

impl Columns {
    /// Number of slots.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Adds a document in the next slot, which it returns.
    pub(crate) fn push(&mut self, facets: &Facets) -> u32 {
        let slot = self.len() as u32;
        self.push_row(facets);
        self.named.learn(&self.occupations);
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
        let mut facets = Facets::default();
        self.put_row(&self.rows[slot as usize], &mut facets);
        facets.point = self.places.point(slot);
        facets.compared = self.compared.get(slot);
        facets
    }

    /// Asks for the memory in which the facets of a slot begin.
    pub(crate) fn prefetch(&self, slot: u32) {
        prefetch(slice::from_ref(&self.rows[slot as usize]));
        self.places.prefetch(slot);
        self.compared.prefetch_place(slot);
    }

    /// Asks for the memory of where a slot is.
    pub(crate) fn prefetch_point(&self, slot: u32) {
        self.places.prefetch(slot);
    }

    /// Asks for the memory of what ranking compares of a slot.
    pub(crate) fn prefetch_compared(&self, slot: u32) {
        self.compared.prefetch(slot);
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

    /// Asks all conditions of all live slots, by all cores that are idle.
    pub(crate) fn select(&self, conditions: &[Condition], live: &Bitmap) -> Selection {
        let filtering = self.filtering(conditions);
        both(|| filtering.work(), || filtering.work());
        filtering.selection(live)
    }

    /// The same, for threads that have other work as well.
    pub(crate) fn filtering<'a>(&'a self, conditions: &'a [Condition]) -> Filtering<'a> {
        Filtering::new(self, conditions)
    }

    /// What a condition asks that is asked cell by cell: how far from where.
    fn reach(condition: &Condition) -> Option<(&Point, Reach)> {
        use Condition as C;
        let asked = condition.inner();
        if let C::ReachableFrom { from, metres } | C::Within { centre: from, metres } = asked {
            return Some((from, Reach::Metres(*metres)));
        }
        if let C::Reaches(job) = asked { Some((job, Reach::Own)) } else { None }
    }

    fn add_unmet(&self, condition: &Condition, unmet: &mut Bitmap) {
        use Condition as C;
        let c = condition;
        match condition.inner() {
            C::Open | C::Places => self.volatile.add_unmet(c, put::volatile, unmet),
            C::ValidAt(_) => self.valid_until.add_unmet(c, put::valid_until, unmet),
            C::RightHeld(_) | C::KindIn(_) => self.kinds.add_unmet(c, put::kinds, unmet),
            C::RightNeeded => self.assisted.add_unmet(c, put::assisted, unmet),
            C::DemandsEducationAtMost(_) | C::HasEducationAtLeast(_) => {
                self.education.add_unmet(c, put::education, unmet);
            }
            C::DemandsExperienceAtMost(_) | C::HasExperienceAtLeast(_) => {
                self.experience_months.add_unmet(c, put::experience_months, unmet);
            }
            C::DemandsCertificatesWithin(_) | C::HoldsCertificates(_) => {
                self.certificates.add_unmet(c, put::certificates, unmet);
            }
            C::AdmitsBirthYear { .. } => self.age.add_unmet(c, put::age, unmet),
            C::OfAge { .. } => self.birth_year.add_unmet(c, put::birth_year, unmet),
            C::PaysAtLeast { .. } | C::AsksAtMost { .. } => {
                self.pay.add_unmet(c, put::pay, unmet);
            }
            C::WorksWithin(_) | C::AvailableFor(_) | C::HoursOverlap(_) => {
                self.hours.add_unmet(c, put::hours, unmet);
            }
            C::InDivisions(_) => self.division.add_unmet(c, put::division, unmet),
            C::UnderOffice(_) => self.responsible.add_unmet(c, put::responsible, unmet),
            C::OccupationIn(wanted) => {
                let codes = self.named.naming(wanted, &self.occupations);
                self.occupations.add_unmet_but(&codes, c, put::occupations, unmet);
            }
            C::PublishedSince(_) => self.published.add_unmet(c, put::published, unmet),
            C::Welcomes(_) => {
                self.excluded_employers.add_unmet(c, put::excluded_employers, unmet);
            }
            C::Spares(_) | C::Endures(_) => {
                self.physical.add_unmet(c, put::physical, unmet);
            }
            C::Trusted => self.suspect.add_unmet(c, put::suspect, unmet),
            C::Begins { .. } | C::SettledIn(_) | C::EmployerChecked => {
                self.gig.add_unmet(c, put::gig, unmet);
            }
            // `inner` is never one of these.
            C::Known(_) => {}
            // Employers are nearly as many as postings: those named are looked up.
            C::EmployerNotIn(excluded) => {
                let slots = excluded.iter().filter_map(|e| self.employer.slots_of(&Some(*e)));
                slots.for_each(|slots| slots.add_to(unmet));
            }
            // See `within` and `beyond`.
            C::ReachableFrom { .. } | C::Within { .. } | C::Reaches(_) => {}
        }
    }

    /// The slots of some cells that are within the reach that a condition asks for.
    fn within(&self, condition: &Condition, cells: Range<usize>) -> Bitmap {
        let is_within = |slot: u32| {
            let (travel, max_travel_minutes) = *self.reach.value(self.rows[slot as usize].reach);
            let point = self.places.point(slot);
            let facets = Facets { point, travel, max_travel_minutes, ..Facets::default() };
            condition.evaluate(&facets) != ConditionState::Unmet
        };
        let within = |asked| self.places.within(cells, asked, is_within);
        Self::reach(condition).map(within).unwrap_or_default()
    }

    /// The slots whose place is known and out of the reach that a condition asks for, by those of
    /// all cells that are within.
    fn beyond(&self, condition: &Condition, within: &Bitmap) -> Bitmap {
        let mut beyond = match (condition, condition.inner()) {
            // What has no place is not known to be within.
            (Condition::Known(_), _) => full(self.len()),
            (_, Condition::Reaches(_)) => self.places.limited().clone(),
            _ => self.places.located().clone(),
        };
        beyond.subtract(within);
        // A job with lodging is in reach wherever it is.
        if let Condition::ReachableFrom { .. } = condition.inner()
            && let Some(lodged) = self.lodging.slots_of(&true)
        {
            lodged.take_from(&mut beyond);
        }
        beyond
    }
}
