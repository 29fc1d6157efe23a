//! How documents are written to the log: protocol buffers, so that a later version adds
//! fields without a new format.

mod compared;

use jobmatch_domain::facets::{AskedSkill, AskedSkills, Compared, EmployerKey};
use jobmatch_domain::fingerprint::Fingerprint;
use jobmatch_domain::gig::{GigFacts, Settlement};
use jobmatch_domain::kind::KindSet;
use jobmatch_domain::pay::{Money, PayRange, PayUnit};
use jobmatch_domain::posting::AgeRange;
use jobmatch_domain::{
    Certificate, Datum, Division, DocumentId, Education, Facets, Instant, OccupationId,
    PhysicalSet, Point, Seq, Travel, Volatile, WeekHours,
};
use prost::Message;

pub(super) use compared::{ComparedEntry, compared_of};

/// One record of the log.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Entry {
    #[prost(oneof = "Kind", tags = "1, 2, 3, 4, 5")]
    pub(super) kind: Option<Kind>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
#[allow(clippy::large_enum_variant, reason = "nearly all entries are upserts")]
pub(super) enum Kind {
    #[prost(message, tag = "1")]
    Upsert(UpsertEntry),
    #[prost(message, tag = "2")]
    Volatile(VolatileEntry),
    /// The slot that dies. Slots count the upserts of the log from 0.
    #[prost(uint32, tag = "3")]
    Delete(u32),
    /// Everything up to this Seq is complete.
    #[prost(uint64, tag = "4")]
    Commit(u64),
    #[prost(message, tag = "5")]
    Vector(VectorEntry),
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct UpsertEntry {
    #[prost(string, tag = "1")]
    pub(super) id: String,
    #[prost(uint64, tag = "2")]
    pub(super) seq: u64,
    #[prost(message, optional, tag = "3")]
    pub(super) facets: Option<FacetsEntry>,
    /// Tokens by field.
    #[prost(uint32, repeated, tag = "4")]
    pub(super) tokens: Vec<u32>,
    #[prost(float, repeated, tag = "5")]
    pub(super) vector: Vec<f32>,
}

/// A vector that came after its document.
#[derive(Clone, PartialEq, Message)]
pub(super) struct VectorEntry {
    #[prost(uint32, tag = "1")]
    pub(super) slot: u32,
    #[prost(float, repeated, tag = "2")]
    pub(super) vector: Vec<f32>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct VolatileEntry {
    #[prost(uint32, tag = "1")]
    pub(super) slot: u32,
    #[prost(bool, tag = "2")]
    pub(super) open: bool,
    #[prost(uint32, optional, tag = "3")]
    pub(super) places_left: Option<u32>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct FacetsEntry {
    #[prost(bool, tag = "1")]
    open: bool,
    #[prost(uint32, optional, tag = "2")]
    places_left: Option<u32>,
    #[prost(uint32, tag = "3")]
    kinds: u32,
    #[prost(string, tag = "4")]
    division: String,
    #[prost(double, repeated, tag = "5")]
    point: Vec<f64>,
    /// Position in [`Education::ALL`] plus 1; 0: none.
    #[prost(uint32, tag = "6")]
    education: u32,
    #[prost(uint32, optional, tag = "7")]
    experience_months: Option<u32>,
    #[prost(string, repeated, tag = "8")]
    certificates: Vec<String>,
    #[prost(uint32, optional, tag = "9")]
    age_min: Option<u32>,
    #[prost(uint32, optional, tag = "10")]
    age_max: Option<u32>,
    #[prost(int32, optional, tag = "11")]
    birth_year: Option<i32>,
    #[prost(uint64, optional, tag = "12")]
    pay_min: Option<u64>,
    #[prost(uint64, optional, tag = "13")]
    pay_max: Option<u64>,
    /// Position in [`PAY_UNITS`] plus 1; 0: no pay.
    #[prost(uint32, tag = "14")]
    pay_unit: u32,
    /// Starts and ends in turn.
    #[prost(uint32, repeated, tag = "15")]
    hours: Vec<u32>,
    #[prost(bool, tag = "16")]
    lodging: bool,
    /// Position in [`Travel::ALL`].
    #[prost(uint32, tag = "17")]
    travel: u32,
    #[prost(uint32, repeated, tag = "18")]
    occupations: Vec<u32>,
    #[prost(int64, optional, tag = "19")]
    published: Option<i64>,
    #[prost(int64, optional, tag = "20")]
    valid_until: Option<i64>,
    #[prost(fixed64, optional, tag = "21")]
    employer: Option<u64>,
    #[prost(fixed64, repeated, tag = "22")]
    excluded_employers: Vec<u64>,
    #[prost(bool, optional, tag = "23")]
    assisted: Option<bool>,
    /// The certificates are known, be they none.
    #[prost(bool, tag = "24")]
    certificates_told: bool,
    #[prost(uint32, optional, tag = "25")]
    max_travel_minutes: Option<u32>,
    #[prost(bool, tag = "26")]
    negotiable: bool,
    #[prost(uint32, tag = "27")]
    physical: u32,
    #[prost(bool, tag = "28")]
    suspect: bool,
    #[prost(message, repeated, tag = "29")]
    asked_skills: Vec<SkillEntry>,
    #[prost(string, tag = "32")]
    skill_text: String,
    #[prost(fixed64, optional, tag = "30")]
    fingerprint: Option<u64>,
    #[prost(bool, tag = "31")]
    fingerprint_short: bool,
    #[prost(int64, optional, tag = "33")]
    begins: Option<i64>,
    #[prost(uint32, optional, tag = "34")]
    lasts_minutes: Option<u32>,
    /// Position in [`Settlement::ALL`] plus 1; 0: none.
    #[prost(uint32, tag = "35")]
    settlement: u32,
    #[prost(bool, tag = "36")]
    employer_checked: bool,
    #[prost(string, tag = "37")]
    responsible: String,
}

#[derive(Clone, PartialEq, Message)]
struct SkillEntry {
    #[prost(string, tag = "1")]
    shown: String,
    #[prost(string, tag = "2")]
    sought: String,
}

const PAY_UNITS: [PayUnit; 5] =
    [PayUnit::Hour, PayUnit::Day, PayUnit::Month, PayUnit::Year, PayUnit::Piece];

impl FacetsEntry {
    pub(super) fn of(facets: &Facets) -> Self {
        let compared = &facets.compared;
        let code = |division: Option<Division>| division.map(|d| d.to_string()).unwrap_or_default();
        let position = |unit: PayUnit| PAY_UNITS.iter().position(|u| *u == unit);
        Self {
            open: facets.volatile.open,
            places_left: facets.volatile.places_left,
            kinds: u32::from(facets.kinds.bits()),
            division: code(facets.division),
            responsible: code(facets.responsible),
            point: facets.point.map_or_else(Vec::new, |p| vec![p.latitude(), p.longitude()]),
            education: facets
                .education
                .and_then(|e| Education::ALL.iter().position(|a| *a == e))
                .map_or(0, |i| i as u32 + 1),
            experience_months: facets.experience_months.map(u32::from),
            certificates: facets
                .certificates
                .iter()
                .flat_map(|set| set.iter().map(|c| c.as_str().to_owned()))
                .collect(),
            age_min: facets.age.and_then(|a| a.min()).map(u32::from),
            age_max: facets.age.and_then(|a| a.max()).map(u32::from),
            birth_year: facets.birth_year.map(i32::from),
            pay_min: facets.pay.and_then(|p| p.min).map(|m| m.thousandths()),
            pay_max: facets.pay.and_then(|p| p.max).map(|m| m.thousandths()),
            pay_unit: facets.pay.and_then(|p| position(p.unit)).map_or(0, |i| i as u32 + 1),
            hours: facets
                .hours
                .intervals()
                .iter()
                .flat_map(|(s, e)| [u32::from(*s), u32::from(*e)])
                .collect(),
            lodging: facets.lodging,
            travel: Travel::ALL.iter().position(|t| *t == facets.travel).unwrap_or(0) as u32,
            max_travel_minutes: facets.max_travel_minutes.map(u32::from),
            negotiable: facets.negotiable,
            physical: facets.physical.bits(),
            suspect: facets.suspect,
            occupations: facets.occupations.iter().map(|o| u32::from(o.0)).collect(),
            published: facets.published.map(|i| i.0),
            valid_until: facets.valid_until.map(|i| i.0),
            employer: facets.employer.map(|e| e.0),
            excluded_employers: facets.excluded_employers.iter().map(|e| e.0).collect(),
            assisted: facets.assisted,
            certificates_told: facets.certificates.is_some(),
            asked_skills: compared.asked_skills.iter().map(SkillEntry::of).collect(),
            skill_text: compared.skill_text.to_string(),
            fingerprint: compared.fingerprint.map(|f| f.bits),
            fingerprint_short: compared.fingerprint.is_some_and(|f| f.short),
            begins: facets.gig.begins.map(|i| i.0),
            lasts_minutes: facets.gig.lasts_minutes.map(u32::from),
            settlement: facets
                .gig
                .settlement
                .and_then(|s| Settlement::ALL.iter().position(|a| *a == s))
                .map_or(0, |i| i as u32 + 1),
            employer_checked: facets.gig.employer_checked,
        }
    }

    /// The facets; `None` when a value does not parse, which a checksum has not caught.
    pub(super) fn facets(&self) -> Option<Facets> {
        let point = match self.point[..] {
            [] => None,
            [lat, lon] => Some(Point::new(lat, lon, Datum::Wgs84).ok()?),
            _ => return None,
        };
        let division = division(&self.division)?;
        let certificates: Option<Vec<_>> =
            self.certificates.iter().map(|c| Certificate::parse(c).ok()).collect();
        let certificates = certificates?;
        let nth = |position: u32| (position as usize).checked_sub(1);
        let money = |amount: Option<u64>| amount.map(Money::from_thousandths);
        Some(Facets {
            volatile: Volatile { open: self.open, places_left: self.places_left },
            kinds: KindSet::from_bits(self.kinds as u8),
            division,
            point,
            education: nth(self.education).and_then(|i| Education::ALL.get(i)).copied(),
            experience_months: self.experience_months.map(|m| m as u16),
            certificates: self.certificates_told.then(|| certificates.into_iter().collect()),
            age: AgeRange::new(self.age_min, self.age_max).ok()?,
            birth_year: self.birth_year.map(|y| y as i16),
            pay: nth(self.pay_unit).and_then(|i| PAY_UNITS.get(i)).map(|unit| PayRange {
                min: money(self.pay_min),
                max: money(self.pay_max),
                unit: *unit,
            }),
            hours: WeekHours::from_intervals(
                self.hours.chunks_exact(2).map(|p| (p[0] as u16, p[1] as u16)),
            ),
            lodging: self.lodging,
            travel: *Travel::ALL.get(self.travel as usize)?,
            max_travel_minutes: self.max_travel_minutes.map(|m| m as u16),
            negotiable: self.negotiable,
            physical: PhysicalSet::from_bits(self.physical),
            suspect: self.suspect,
            occupations: self.occupations.iter().map(|o| OccupationId(*o as u16)).collect(),
            published: self.published.map(Instant),
            valid_until: self.valid_until.map(Instant),
            employer: self.employer.map(EmployerKey),
            excluded_employers: self.excluded_employers.iter().map(|e| EmployerKey(*e)).collect(),
            assisted: self.assisted,
            responsible: self::division(&self.responsible)?,
            gig: GigFacts {
                begins: self.begins.map(Instant),
                lasts_minutes: self.lasts_minutes.map(|m| m as u16),
                settlement: nth(self.settlement).and_then(|i| Settlement::ALL.get(i)).copied(),
                employer_checked: self.employer_checked,
            },
            compared: self.compared(),
        })
    }
}

/// A division of its code, `None` of an empty one; nothing when it does not parse.
fn division(code: &str) -> Option<Option<Division>> {
    match code {
        "" => Some(None),
        code => Division::parse(code).ok().map(Some),
    }
}

impl FacetsEntry {
    fn compared(&self) -> Compared {
        let print = |bits| Fingerprint { bits, short: self.fingerprint_short };
        Compared {
            asked_skills: SkillEntry::all(&self.asked_skills),
            skill_text: self.skill_text.as_str().into(),
            fingerprint: self.fingerprint.map(print),
        }
    }
}

impl SkillEntry {
    fn of(skill: AskedSkill<'_>) -> Self {
        Self { shown: skill.shown.to_owned(), sought: skill.sought.to_owned() }
    }

    fn all(entries: &[Self]) -> AskedSkills {
        let mut asked = AskedSkills::default();
        for Self { shown, sought } in entries {
            asked.push(AskedSkill { shown, sought });
        }
        asked
    }
}

/// A document as the engine keeps it in memory, without its terms.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kept {
    pub(super) id: DocumentId,
    pub(super) seq: Seq,
    pub(super) facets: Facets,
    pub(super) tokens: [u32; 4],
    pub(super) vector: Option<Vec<f32>>,
}

impl Kept {
    pub(super) fn entry(&self) -> UpsertEntry {
        UpsertEntry {
            id: self.id.as_str().to_owned(),
            seq: self.seq.0,
            facets: Some(FacetsEntry::of(&self.facets)),
            tokens: self.tokens.to_vec(),
            vector: self.vector.clone().unwrap_or_default(),
        }
    }

    pub(super) fn of(entry: UpsertEntry) -> Option<Self> {
        Some(Self {
            id: DocumentId::parse(&entry.id).ok()?,
            seq: Seq(entry.seq),
            facets: entry.facets?.facets()?,
            tokens: entry.tokens.try_into().ok()?,
            vector: (!entry.vector.is_empty()).then_some(entry.vector),
        })
    }
}
