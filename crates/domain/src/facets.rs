//! What a filter can ask of a document, posting and profile alike.

use std::sync::Arc;

use crate::certificate::CertificateSet;
use crate::condition::REACH_TOLERANCE;
use crate::division::Division;
use crate::education::Education;
use crate::fingerprint::Fingerprint;
use crate::geo::Point;
use crate::gig::GigFacts;
use crate::hours::WeekHours;
use crate::kind::KindSet;
use crate::pay::{PayFloor, PayRange};
use crate::physical::PhysicalSet;
use crate::posting::{AgeRange, JobPosting, PostingStatus};
use crate::profile::{Profile, Visibility};
use crate::slot::places_free;
use crate::time::{Date, Instant};
use crate::travel::Travel;

/// An occupation of the lexicon in use. Numbers are stable within one version of the
/// lexicon only, so an index made with another version is rebuilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OccupationId(pub u16);

/// A normalised employer's name, hashed (64-bit FNV-1a).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmployerKey(pub u64);

impl EmployerKey {
    /// Key of a name; `None` when it is blank. White space, letter case and full-width
    /// forms do not count.
    pub fn of(name: &str) -> Option<Self> {
        let mut hash = 0xcbf2_9ce4_8422_2325u64;
        let mut any = false;
        for c in name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase) {
            let folded = match u32::from(c) {
                full @ 0xFF01..=0xFF5E => full - 0xFEE0,
                other => other,
            };
            for byte in folded.to_le_bytes() {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
            any = true;
        }
        any.then_some(Self(hash))
    }
}

/// The facts that change without the text changing; updating them embeds nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Volatile {
    /// A posting is OPEN; a profile is MATCHABLE with consent.
    pub open: bool,
    /// Places that nobody has; `None` when not told and for profiles.
    pub places_left: Option<u32>,
}

/// The facts of one document that conditions and factors ask for. Of those that only one
/// side has (`age`/`birth_year`, `travel`, `assisted`), the other side leaves its part empty.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facets {
    /// Facts that change on their own.
    pub volatile: Volatile,
    /// A posting's kind, or the kinds that a person accepts; empty: not told.
    pub kinds: KindSet,
    /// Division of the place.
    pub division: Option<Division>,
    /// Point of the place, or the centre of its district.
    pub point: Option<Point>,
    /// Least education demanded, or the education that the person has.
    pub education: Option<Education>,
    /// Least experience demanded, or the experience that the person has, in months.
    pub experience_months: Option<u16>,
    /// Certificates demanded, or held; `None`: not known.
    pub certificates: Option<CertificateSet>,
    /// A posting's limits of age.
    pub age: Option<AgeRange>,
    /// A person's year of birth.
    pub birth_year: Option<i16>,
    /// Pay offered, or the person's floor (as `min`).
    pub pay: Option<PayRange>,
    /// The pay is open to negotiation.
    pub negotiable: bool,
    /// Hours of the job, or hours in which the person can work; empty: not told, any.
    pub hours: WeekHours,
    /// The job comes with lodging, so that distance does not matter.
    pub lodging: bool,
    /// A person's means of travel.
    pub travel: Travel,
    /// A person's longest way in minutes; `None`: no limit told, and for postings.
    pub max_travel_minutes: Option<u16>,
    /// What the work asks of the body, or what the person wishes to be spared.
    pub physical: PhysicalSet,
    /// The posting reads like bait or asks for money.
    pub suspect: bool,
    /// Occupations recognised; sorted, without duplicates; empty: not known.
    pub occupations: Arc<[OccupationId]>,
    /// Publication of a posting (first minute of the date).
    pub published: Option<Instant>,
    /// First instant at which a posting, or a person's consent, no longer holds.
    pub valid_until: Option<Instant>,
    /// A posting's employer.
    pub employer: Option<EmployerKey>,
    /// Employers that a person excludes; sorted.
    pub excluded_employers: Arc<[EmployerKey]>,
    /// The person belongs to an assistance group; `None`: not known, and for postings.
    pub assisted: Option<bool>,
    /// Division of the office that is responsible: the owner's, or else that of the place.
    pub responsible: Option<Division>,
    /// When a gig begins, pays out, and whether its employer was checked.
    pub gig: GigFacts,
    /// What ranking compares and no condition asks for.
    pub compared: Compared,
}

/// What ranking compares beside what conditions ask for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Compared {
    /// Skills that a posting asks for.
    pub asked_skills: AskedSkills,
    /// The normalised words of a person in which skills are sought.
    pub skill_text: Arc<str>,
    /// By which near-duplicates of a posting are found; `None` for profiles.
    pub fingerprint: Option<Fingerprint>,
}

/// Skills that a posting asks for, in one piece: ranking reads them of every candidate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AskedSkills {
    text: String,
    /// Where each skill's two forms end in the text.
    ends: Vec<[u32; 2]>,
}

/// A skill that a posting asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedSkill<'a> {
    /// As the posting has it.
    pub shown: &'a str,
    /// Normalised, as it is sought in a person's words.
    pub sought: &'a str,
}

impl AskedSkills {
    /// None yet, with room for so many bytes of texts.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), ends: Vec::new() }
    }

    /// Adds one.
    pub fn push(&mut self, skill: AskedSkill<'_>) {
        self.text.push_str(skill.shown);
        let shown = self.text.len() as u32;
        self.text.push_str(skill.sought);
        self.ends.push([shown, self.text.len() as u32]);
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// In their order.
    pub fn iter(&self) -> impl Iterator<Item = AskedSkill<'_>> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|[_, end]| *end));
        starts.zip(&self.ends).map(|(start, [shown, sought])| AskedSkill {
            shown: &self.text[start as usize..*shown as usize],
            sought: &self.text[*shown as usize..*sought as usize],
        })
    }
}

impl Facets {
    /// Facets of a posting of which no slot is taken. `occupations` are those recognised in
    /// it, in any order.
    pub fn of_posting(posting: &JobPosting, occupations: &[OccupationId]) -> Self {
        Self {
            volatile: Volatile::of_posting(posting, 0),
            kinds: posting.kind.into_iter().collect(),
            division: posting.place.division,
            point: posting.reached_at(),
            education: posting.education,
            experience_months: posting.experience_months,
            certificates: Some(posting.certificates.clone()),
            age: posting.age,
            pay: posting.pay.as_ref().and_then(crate::Pay::range),
            negotiable: posting.pay.as_ref().is_some_and(|p| p.negotiable),
            hours: posting.hours(),
            lodging: posting.offers_lodging(),
            occupations: sorted(occupations.iter().copied()),
            published: posting.validity.published().map(Date::start),
            valid_until: posting.valid_until(),
            employer: EmployerKey::of(posting.employer.as_str()),
            responsible: posting.owner.division.or(posting.place.division),
            gig: GigFacts::of_posting(posting),
            ..Self::default()
        }
    }

    /// Facets of a profile. `occupations` are those wished for, in any order.
    pub fn of_profile(profile: &Profile, occupations: &[OccupationId]) -> Self {
        let floor = profile.pay_floor.map(|f| PayRange {
            min: Some(f.amount()),
            max: None,
            unit: f.unit(),
        });
        Self {
            volatile: Volatile::of_profile(profile),
            kinds: profile.kinds,
            division: profile.place.division,
            point: profile.place.located(),
            education: profile.education,
            experience_months: profile.experience_months,
            certificates: profile.is_filled_in().then(|| profile.certificates.clone()),
            birth_year: profile.birth_year,
            pay: floor,
            hours: profile.hours(),
            travel: profile.travel,
            max_travel_minutes: profile.max_travel_minutes,
            occupations: sorted(occupations.iter().copied()),
            valid_until: profile.consent.valid_until.map(Date::end),
            excluded_employers: sorted(
                profile.excluded_employers.iter().filter_map(|e| EmployerKey::of(e.as_str())),
            ),
            responsible: profile.owner.division.or(profile.place.division),
            assisted: (profile.is_filled_in() || profile.has_right()).then(|| profile.has_right()),
            ..Self::default()
        }
    }
}

impl Facets {
    /// A person's floor; `None` where no pay is told.
    pub fn pay_floor(&self) -> Option<PayFloor> {
        let range = self.pay?;
        PayFloor::new(range.bottom(), range.unit).ok()
    }

    /// What a posting pays by the hour, see [`GigFacts::yuan_per_hour`].
    pub fn yuan_per_hour(&self) -> Option<f64> {
        self.gig.yuan_per_hour(&self.pay?)
    }

    /// How far a person goes, straight-line metres, [`REACH_TOLERANCE`] included; `None`
    /// without a limit.
    pub fn reach_metres(&self) -> Option<f64> {
        let minutes = f64::from(self.max_travel_minutes?);
        Some(self.travel.reach_metres(minutes) * REACH_TOLERANCE)
    }
}

impl Volatile {
    /// Of a posting of which so many slots are taken.
    pub fn of_posting(posting: &JobPosting, taken: u32) -> Self {
        let open = posting.status == PostingStatus::Open;
        Self { open, places_left: places_free(posting, taken) }
    }

    /// Of a profile.
    pub fn of_profile(profile: &Profile) -> Self {
        let open = profile.visibility == Visibility::Matchable && profile.consent.given;
        Self { open, places_left: None }
    }
}

fn sorted<T: Ord>(items: impl Iterator<Item = T>) -> Arc<[T]> {
    let mut items: Vec<T> = items.collect();
    items.sort_unstable();
    items.dedup();
    items.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pay_by_the_day_is_for_the_hours_of_the_day() {
        use crate::pay::PayUnit;
        let of = |unit, lasts_minutes| Facets {
            pay: Some(PayRange {
                min: Some(crate::pay::Money::from_yuan(160.0).unwrap()),
                max: None,
                unit,
            }),
            gig: GigFacts { lasts_minutes, ..GigFacts::default() },
            ..Facets::default()
        };
        assert_eq!(of(PayUnit::Day, Some(240)).yuan_per_hour(), Some(40.0));
        assert_eq!(of(PayUnit::Day, None).yuan_per_hour(), Some(20.0));
        assert_eq!(of(PayUnit::Hour, Some(240)).yuan_per_hour(), Some(160.0));
        assert_eq!(of(PayUnit::Piece, Some(240)).yuan_per_hour(), None);
    }

    #[test]
    fn employers_compare_without_case_width_and_space() {
        let key = EmployerKey::of;
        assert_eq!(key("济南 ABC 餐饮"), key("济南ＡＢＣ餐饮"));
        assert_eq!(key("abc"), key("A B C"));
        assert_ne!(key("abc"), key("abd"));
        assert_eq!(key(" \u{3000}"), None);
    }
}
