//! Conditions: typed questions to a document's facets with three answers.
//!
//! [`Condition::evaluate`] is the one definition of what a condition means. The
//! engine's bitmap, the ranking's second check and the property tests all go through
//! it, so they cannot disagree.

mod kinds;

pub use kinds::{ConditionKind, ConditionMode, ConditionState, Modes};

use crate::certificate::CertificateSet;
use crate::division::Division;
use crate::education::Education;
use crate::facets::{EmployerKey, Facets, OccupationId};
use crate::geo::Point;
use crate::gig::Settlement;
use crate::hours::WeekHours;
use crate::kind::KindSet;
use crate::pay::{PayFloor, PayRange, convert_yuan};
use crate::physical::PhysicalSet;
use crate::posting::AgeRange;
use crate::time::Instant;

/// How far past the wished travel time a job may lie before it is excluded: 1.7 times
/// is where the readers of the test collection called a way unsuitable outright.
pub const REACH_TOLERANCE: f64 = 1.7;
/// Share of the wished pay below which a job is excluded; the readers of the test
/// collection called pay more than 20% below unsuitable.
pub const PAY_TOLERANCE: f64 = 0.8;
/// Share of the demanded experience that suffices: people round years. Below it the readers
/// of the test collection graded a pair 0 almost without exception.
pub const EXPERIENCE_TOLERANCE: f64 = 0.9;
/// Share of a job's hours that must lie within the person's; below, they collide.
pub const HOURS_TOLERANCE: f64 = 0.7;
/// Least overlap that the filter on shifts asks for, minutes a week.
pub const MIN_OVERLAP_MINUTES: u32 = 30;

/// A question to the facets of a document. Where a question exists from both sides,
/// the first of the two is asked of postings and the second of profiles.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// Takes applicants, or may be found.
    Open,
    /// Places are left, or their number is not told.
    Places,
    /// Still valid at this instant.
    ValidAt(Instant),
    /// The posting needs no right, or the person holds it (`None`: not known).
    RightHeld(Option<bool>),
    /// The posting needs the right: the person has it.
    RightNeeded,
    /// Shares a kind with the set.
    KindIn(KindSet),
    /// Demands no more than this.
    DemandsEducationAtMost(Education),
    /// Has at least this.
    HasEducationAtLeast(Education),
    /// Demands no more than these months allow, within [`EXPERIENCE_TOLERANCE`].
    DemandsExperienceAtMost(u16),
    /// Has these months, within [`EXPERIENCE_TOLERANCE`].
    HasExperienceAtLeast(u16),
    /// Demands no certificate beyond those; quickly obtained ones do not count.
    DemandsCertificatesWithin(CertificateSet),
    /// Holds all of these; quickly obtained ones do not count.
    HoldsCertificates(CertificateSet),
    /// The posting admits somebody born in the year, on a date of `year`.
    AdmitsBirthYear {
        /// Year of birth.
        birth_year: i16,
        /// Year of the question.
        year: i16,
    },
    /// The person is of an age in the range, on a date of `year`.
    OfAge {
        /// Lawful limits.
        range: AgeRange,
        /// Year of the question.
        year: i16,
    },
    /// The top of the pay reaches `share` of the floor.
    PaysAtLeast {
        /// The floor.
        floor: PayFloor,
        /// 1 for a strict filter, [`PAY_TOLERANCE`] for a person's wish.
        share: f64,
    },
    /// `share` of the person's floor is no more than the top of this pay.
    AsksAtMost {
        /// The pay.
        pay: PayRange,
        /// As in [`Condition::PaysAtLeast`].
        share: f64,
    },
    /// The job's hours lie within these, to [`HOURS_TOLERANCE`].
    WorksWithin(WeekHours),
    /// The person can work these hours, to [`HOURS_TOLERANCE`].
    AvailableFor(WeekHours),
    /// Hours overlap by [`MIN_OVERLAP_MINUTES`].
    HoursOverlap(WeekHours),
    /// The job lies within so many metres of the person, or comes with lodging.
    ReachableFrom {
        /// The person's place.
        from: Point,
        /// Straight-line metres, tolerance included.
        metres: f64,
    },
    /// The person goes as far as this point.
    Reaches(Point),
    /// Lies within so many metres of the centre.
    Within {
        /// Centre.
        centre: Point,
        /// Straight-line metres.
        metres: f64,
    },
    /// Lies in one of the subtrees.
    InDivisions(Vec<Division>),
    /// An office of this subtree is responsible; what tells none meets it not.
    UnderOffice(Division),
    /// Is of one of the occupations.
    OccupationIn(Vec<OccupationId>),
    /// Published at the instant or later.
    PublishedSince(Instant),
    /// Employer is none of these.
    EmployerNotIn(Vec<EmployerKey>),
    /// The person does not exclude this employer.
    Welcomes(EmployerKey),
    /// Asks nothing of the body that the person wishes to be spared.
    Spares(PhysicalSet),
    /// The person does not wish to be spared any of these.
    Endures(PhysicalSet),
    /// Not suspect.
    Trusted,
    /// Begins in the stretch; without `until`, also what has no window.
    Begins {
        /// First instant.
        from: Instant,
        /// The instant after the last.
        until: Option<Instant>,
    },
    /// Pays out in one of these ways.
    SettledIn(Vec<Settlement>),
    /// The employer was checked.
    EmployerChecked,
    /// The other condition, which what is not known does not meet.
    Known(Box<Condition>),
}

impl Condition {
    /// What the condition is about.
    pub fn kind(&self) -> ConditionKind {
        match self {
            Self::Open => ConditionKind::Status,
            Self::Places => ConditionKind::Places,
            Self::ValidAt(_) => ConditionKind::Validity,
            Self::RightHeld(_) | Self::RightNeeded => ConditionKind::Right,
            Self::KindIn(_) => ConditionKind::Kind,
            Self::DemandsEducationAtMost(_) | Self::HasEducationAtLeast(_) => {
                ConditionKind::Education
            }
            Self::DemandsExperienceAtMost(_) | Self::HasExperienceAtLeast(_) => {
                ConditionKind::Experience
            }
            Self::DemandsCertificatesWithin(_) | Self::HoldsCertificates(_) => {
                ConditionKind::Certificates
            }
            Self::AdmitsBirthYear { .. } | Self::OfAge { .. } => ConditionKind::Age,
            Self::PaysAtLeast { .. } | Self::AsksAtMost { .. } => ConditionKind::Pay,
            Self::WorksWithin(_) | Self::AvailableFor(_) | Self::HoursOverlap(_) => {
                ConditionKind::Hours
            }
            Self::ReachableFrom { .. } | Self::Reaches(_) => ConditionKind::Reach,
            Self::Within { .. } => ConditionKind::Radius,
            Self::InDivisions(_) | Self::UnderOffice(_) => ConditionKind::Division,
            Self::OccupationIn(_) => ConditionKind::Occupation,
            Self::PublishedSince(_) => ConditionKind::Published,
            Self::EmployerNotIn(_) | Self::Welcomes(_) => ConditionKind::Employer,
            Self::Spares(_) | Self::Endures(_) => ConditionKind::Physical,
            Self::Trusted => ConditionKind::Trust,
            Self::Begins { .. } | Self::SettledIn(_) | Self::EmployerChecked => ConditionKind::Gig,
            Self::Known(condition) => condition.kind(),
        }
    }

    /// The condition without [`Condition::Known`] around it: which fact is asked for.
    pub fn inner(&self) -> &Self {
        if let Self::Known(condition) = self { condition.inner() } else { self }
    }

    /// The condition, met only by what is known.
    #[must_use]
    pub fn known(self) -> Self {
        Self::Known(Box::new(self))
    }

    /// The answer of a document.
    pub fn evaluate(&self, facets: &Facets) -> ConditionState {
        use ConditionState as State;
        match self {
            Self::Open => State::of(facets.volatile.open),
            Self::Places => State::of(facets.volatile.places_left != Some(0)),
            Self::ValidAt(at) => State::of(facets.valid_until.is_none_or(|end| *at < end)),
            Self::RightHeld(held) if facets.kinds.all_need_right() => ask(*held, |held| held),
            Self::RightHeld(_) => State::Met,
            Self::RightNeeded => ask(facets.assisted, |assisted| assisted),
            Self::KindIn(kinds) => {
                known(!facets.kinds.is_empty(), || facets.kinds.intersects(*kinds))
            }
            Self::DemandsEducationAtMost(has) => {
                ask(facets.education, |demanded| demanded.rank() <= has.rank())
            }
            Self::HasEducationAtLeast(demanded) => {
                ask(facets.education, |has| has.rank() >= demanded.rank())
            }
            Self::DemandsExperienceAtMost(has) => {
                ask(facets.experience_months, |demanded| experience_suffices(*has, demanded))
            }
            Self::HasExperienceAtLeast(demanded) => {
                ask(facets.experience_months, |has| experience_suffices(has, *demanded))
            }
            Self::DemandsCertificatesWithin(held) => {
                ask(facets.certificates.as_ref(), |demanded| lacks_none(held, demanded))
            }
            Self::HoldsCertificates(demanded) => {
                ask(facets.certificates.as_ref(), |held| lacks_none(held, demanded))
            }
            Self::AdmitsBirthYear { birth_year, year } => {
                State::of(facets.age.is_none_or(|range| range.admits(*birth_year, *year)))
            }
            Self::OfAge { range, year } => ask(facets.birth_year, |born| range.admits(born, *year)),
            Self::PaysAtLeast { floor, share } => pays(facets.pay, floor, *share),
            Self::AsksAtMost { pay, share } => asks(facets.pay, pay, *share),
            Self::WorksWithin(available) => known(!facets.hours.is_empty(), || {
                facets.hours.share_within(available) >= HOURS_TOLERANCE
            }),
            // A person who tells no hours can work at any.
            Self::AvailableFor(job) => State::of(
                facets.hours.is_empty() || job.share_within(&facets.hours) >= HOURS_TOLERANCE,
            ),
            Self::HoursOverlap(wish) => known(!facets.hours.is_empty(), || {
                facets.hours.shared_minutes(wish) >= MIN_OVERLAP_MINUTES
            }),
            Self::ReachableFrom { .. } if facets.lodging => State::Met,
            Self::ReachableFrom { from: centre, metres } | Self::Within { centre, metres } => {
                ask(facets.point, |p| centre.distance_metres(&p) <= *metres)
            }
            Self::Reaches(job) => ask(facets.point.zip(facets.reach_metres()), |(home, metres)| {
                home.distance_metres(job) <= metres
            }),
            Self::InDivisions(roots) => {
                ask(facets.division, |d| roots.iter().any(|root| root.contains(d)))
            }
            Self::UnderOffice(root) => {
                State::of(facets.responsible.is_some_and(|d| root.contains(d)))
            }
            Self::OccupationIn(wanted) => known(!facets.occupations.is_empty(), || {
                facets.occupations.iter().any(|o| wanted.contains(o))
            }),
            Self::PublishedSince(since) => ask(facets.published, |at| at >= *since),
            Self::EmployerNotIn(excluded) => {
                State::of(facets.employer.is_none_or(|e| !excluded.contains(&e)))
            }
            Self::Welcomes(employer) => State::of(!facets.excluded_employers.contains(employer)),
            Self::Spares(set) | Self::Endures(set) => State::of(!facets.physical.intersects(*set)),
            Self::Trusted => State::of(!facets.suspect),
            Self::Begins { from, until } => match facets.gig.begins {
                Some(begins) => {
                    State::of(begins >= *from && until.is_none_or(|until| begins < until))
                }
                None => State::of(until.is_none()),
            },
            Self::SettledIn(ways) => ask(facets.gig.settlement, |paid| ways.contains(&paid)),
            Self::EmployerChecked => State::of(facets.gig.employer_checked),
            Self::Known(condition) => State::of(condition.evaluate(facets) == State::Met),
        }
    }
}

fn pays(offered: Option<PayRange>, floor: &PayFloor, share: f64) -> ConditionState {
    let paid = offered.and_then(|o| convert_yuan(o.top(), o.unit, floor.unit()));
    ask(paid, |paid| paid >= floor.amount().yuan() * share)
}

fn asks(wished: Option<PayRange>, offered: &PayRange, share: f64) -> ConditionState {
    let both = wished.and_then(|w| {
        Some((w.bottom().yuan(), convert_yuan(offered.top(), offered.unit, w.unit)?))
    });
    ask(both, |(wished, paid)| paid >= wished * share)
}

fn ask<T>(fact: Option<T>, holds: impl FnOnce(T) -> bool) -> ConditionState {
    fact.map_or(ConditionState::Unknown, |fact| ConditionState::of(holds(fact)))
}

fn known(told: bool, holds: impl FnOnce() -> bool) -> ConditionState {
    if told { ConditionState::of(holds()) } else { ConditionState::Unknown }
}

fn experience_suffices(has: u16, demanded: u16) -> bool {
    f64::from(has) >= f64::from(demanded) * EXPERIENCE_TOLERANCE
}

/// A certificate that is got within days (健康证) is no reason to exclude anybody.
fn lacks_none(held: &CertificateSet, demanded: &CertificateSet) -> bool {
    demanded.iter().all(|c| c.is_quickly_obtained() || held.holds(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::EmploymentKind;
    use crate::pay::{Money, PayUnit};

    fn yuan(y: f64) -> Money {
        Money::from_yuan(y).unwrap()
    }

    #[test]
    fn what_is_not_known_never_answers_unmet() {
        let floor = PayFloor::new(yuan(3000.0), PayUnit::Month).unwrap();
        let blank = Facets::default();
        for condition in [
            Condition::KindIn([EmploymentKind::Gig].into_iter().collect()),
            Condition::DemandsEducationAtMost(Education::None),
            Condition::HasEducationAtLeast(Education::Doctor),
            Condition::HasExperienceAtLeast(100),
            Condition::PaysAtLeast { floor, share: 1.0 },
            Condition::OccupationIn(vec![OccupationId(1)]),
            Condition::PublishedSince(Instant(0)),
            Condition::InDivisions(Vec::new()),
        ] {
            assert_eq!(condition.evaluate(&blank), ConditionState::Unknown, "{condition:?}");
            assert_eq!(condition.known().evaluate(&blank), ConditionState::Unmet);
        }
    }

    #[test]
    fn a_gig_is_sought_by_when_it_begins() {
        let begins = |at: Option<i64>| Facets {
            gig: crate::gig::GigFacts { begins: at.map(Instant), ..Default::default() },
            ..Facets::default()
        };
        let ask = |at, until: Option<i64>| {
            let condition = Condition::Begins { from: Instant(10), until: until.map(Instant) };
            condition.evaluate(&begins(at))
        };
        assert_eq!(ask(Some(9), None), ConditionState::Unmet);
        assert_eq!(ask(Some(10), Some(11)), ConditionState::Met);
        assert_eq!(ask(Some(11), Some(11)), ConditionState::Unmet);
        assert_eq!(ask(None, None), ConditionState::Met);
        assert_eq!(ask(None, Some(11)), ConditionState::Unmet);
    }

    #[test]
    fn pay_compares_across_units_with_the_share() {
        let pay = |amount, unit| Facets {
            pay: Some(PayRange { min: Some(yuan(amount)), max: None, unit }),
            ..Facets::default()
        };
        let floor = PayFloor::new(yuan(3480.0), PayUnit::Month).unwrap();
        let ask = |share, facets: &Facets| Condition::PaysAtLeast { floor, share }.evaluate(facets);
        assert_eq!(ask(1.0, &pay(20.0, PayUnit::Hour)), ConditionState::Met);
        assert_eq!(ask(1.0, &pay(19.0, PayUnit::Hour)), ConditionState::Unmet);
        assert_eq!(ask(0.8, &pay(16.0, PayUnit::Hour)), ConditionState::Met);
        assert_eq!(ask(1.0, &pay(1.0, PayUnit::Piece)), ConditionState::Unknown);
    }

    #[test]
    fn the_right_binds_only_postings_that_need_it() {
        let of = |kind: EmploymentKind| Facets {
            kinds: [kind].into_iter().collect(),
            ..Facets::default()
        };
        let ask = |held, kind| Condition::RightHeld(held).evaluate(&of(kind));
        assert_eq!(ask(Some(false), EmploymentKind::Gig), ConditionState::Met);
        assert_eq!(ask(Some(false), EmploymentKind::PublicWelfare), ConditionState::Unmet);
        assert_eq!(ask(None, EmploymentKind::Internship), ConditionState::Unknown);
        assert_eq!(ask(Some(true), EmploymentKind::Internship), ConditionState::Met);
    }
}
