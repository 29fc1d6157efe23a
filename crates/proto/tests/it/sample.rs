//! Generators of valid records, and small messages to spoil.

use std::sync::Arc;

use jobmatch_domain::gig::{PhysicalLoad, Provider, Settlement};
use jobmatch_domain::ids::{Origin, Owner};
use jobmatch_domain::matching::{FactorKind, Leg, LegHit, Match, MatchPage, PageStart, Trace};
use jobmatch_domain::pay::Money;
use jobmatch_domain::posting::{AgeRange, Headcount, Place, PostingStatus, Validity};
use jobmatch_domain::profile::{Consent, Visibility};
use jobmatch_domain::text::Text;
use jobmatch_domain::{
    Certificate, CertificateSet, CivilInstant, ConditionKind, ConditionMode, ConditionState, Date,
    Datum, Division, DocumentId, Education, Embedding, EmploymentKind, GigTerms, Instant,
    JobPosting, Pay, PayFloor, PayUnit, Point, Profile, Seq, Travel, WeeklyShift, Window,
};
use jobmatch_proto::matching::Context;
use jobmatch_proto::v1;
use proptest::array;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// Breaks one rule in a message that was accepted before.
pub(crate) type Spoil<T> = fn(&mut T);

/// The date that the tests are read on.
pub(crate) fn today() -> Date {
    Date::parse("2026-11-24").unwrap()
}

/// A context whose lexicon knows one occupation, `保安`.
pub(crate) fn context() -> Context<'static> {
    Context {
        resolve: &|name| (name == "保安").then_some(jobmatch_domain::OccupationId(7)),
        today: today(),
    }
}

/// The least posting that is accepted.
pub(crate) fn posting() -> v1::JobPosting {
    v1::JobPosting { id: "A001".into(), title: "保安".into(), ..Default::default() }
}

/// The least profile that is accepted.
pub(crate) fn profile() -> v1::Profile {
    v1::Profile { id: "P001".into(), ..Default::default() }
}

/// A shift that is accepted.
pub(crate) fn shift() -> v1::WeeklyShift {
    v1::WeeklyShift { days: "12345".into(), start: "08:00".into(), end: "17:30".into() }
}

/// A request for jobs by a stored profile.
pub(crate) fn for_jobs() -> v1::MatchPostingsRequest {
    v1::MatchPostingsRequest {
        person: Some(v1::match_postings_request::Person::ProfileId("P001".into())),
        ..Default::default()
    }
}

/// Where a second page starts.
pub(crate) fn page_start() -> PageStart {
    PageStart { as_of: Instant(1_795_363_200), ranking_version: 9, shown: vec![1, u64::MAX] }
}

/// A page with one match that has something in every field, and a next page.
pub(crate) fn page() -> MatchPage {
    let found = Match {
        id: DocumentId::parse("A001").unwrap(),
        score: 0.75,
        factors: FactorKind::ALL
            .iter()
            .map(|kind| jobmatch_domain::matching::Factor {
                kind: *kind,
                value: 0.5,
                contribution: 0.1,
                evidence: format!("{kind:?}"),
            })
            .collect(),
        conditions: ConditionKind::ALL
            .iter()
            .map(|kind| jobmatch_domain::matching::Outcome {
                kind: *kind,
                state: ConditionState::Unknown,
                mode: ConditionMode::Preferred,
                evidence: format!("{kind:?}"),
            })
            .collect(),
        legs: vec![
            LegHit { leg: Leg::Vector, rank: Some(3), score: 0.9 },
            LegHit { leg: Leg::Conditions, rank: None, score: 120.0 },
        ],
        distance_metres: Some(1_200.0),
        travel_minutes: None,
        duplicates: vec![DocumentId::parse("A002").unwrap()],
        posting: Some(Arc::new(jobmatch_proto::posting::from_wire(posting()).unwrap())),
        seq: Seq(255),
        updated: Instant(42),
        taken: 0,
    };
    MatchPage {
        matches: vec![found],
        next: Some(page_start()),
        seq: Seq(300),
        exclusions: vec![jobmatch_domain::matching::Exclusion {
            kind: ConditionKind::Pay,
            count: 4,
        }],
        as_of: Instant(1_795_363_200),
        ranking_version: "r1".into(),
        read_as: None,
        degraded: None,
        trace: Trace {
            vector_plan: "graph",
            eligible: 10,
            candidates: 5,
            stages: vec![("rank", 12)],
        },
    }
}

/// A text that is never blank, at most `MAX` characters, Chinese, Latin and odd ones.
fn text<const MIN: usize, const MAX: usize>() -> impl Strategy<Value = Text<MIN, MAX>> {
    "[保洁送餐员a-z][保安A-Z0-9 ,。·\u{1F600}\n]{0,12}".prop_map(|t| Text::parse(&t).unwrap())
}

fn texts<const MAX: usize>(most: usize) -> impl Strategy<Value = Vec<Text<1, MAX>>> {
    vec(text::<1, MAX>(), 0..=most)
}

fn some_or_empty() -> impl Strategy<Value = Text<0, 200>> {
    prop_oneof![Just(Text::default()), text::<0, 200>()]
}

fn id() -> impl Strategy<Value = DocumentId> {
    "[A-Za-z][A-Za-z._:-]{0,40}[0-9]{0,6}".prop_map(|t| DocumentId::parse(&t).unwrap())
}

fn origin() -> impl Strategy<Value = Origin> {
    let told = ("[a-z][a-z._-]{0,31}", "[编号A-Z/][A-Z /]{0,20}[0-9]{0,6}");
    prop_oneof![
        Just(Origin::default()),
        told.prop_map(|(source, external)| Origin::new(&source, &external).unwrap()),
    ]
}

fn division() -> impl Strategy<Value = Option<Division>> {
    let codes = select(vec!["37", "3701", "370102", "370102001", "370102001003", "110101"]);
    option::of(codes.prop_map(|c| Division::parse(c).unwrap()))
}

fn owner() -> impl Strategy<Value = Owner> {
    (division(), "[a-z]{0,8}").prop_map(|(d, station)| Owner::new(d, &station).unwrap())
}

fn place() -> impl Strategy<Value = Place> {
    let point = (-90.0f64..=90.0, -180.0f64..=180.0)
        .prop_map(|(lat, lon)| Point::new(lat, lon, Datum::Wgs84).unwrap());
    (division(), option::of(point)).prop_map(|(division, point)| Place { division, point })
}

fn date() -> impl Strategy<Value = Date> {
    (-25_567i64..=84_005).prop_map(Date::from_days)
}

fn money() -> impl Strategy<Value = Money> {
    (0u64..=100_000_000_000).prop_map(Money::from_thousandths)
}

fn unit() -> impl Strategy<Value = PayUnit> {
    select(vec![PayUnit::Hour, PayUnit::Day, PayUnit::Month, PayUnit::Year, PayUnit::Piece])
}

/// Pay, `None` where nothing at all is told: that is how the wire says so.
fn pay() -> impl Strategy<Value = Option<Pay>> {
    let parts = (option::of(money()), option::of(money()), unit(), any::<bool>(), some_or_empty());
    parts.prop_map(|(a, b, unit, negotiable, text)| {
        let (min, max) = match (a, b) {
            (Some(a), Some(b)) => (Some(a.min(b)), Some(a.max(b))),
            other => other,
        };
        let pay = Pay::new(min, max, Some(unit), negotiable, text).unwrap();
        (pay != Pay::default()).then_some(pay)
    })
}

fn shifts() -> impl Strategy<Value = Vec<WeeklyShift>> {
    let one =
        (subsequence(vec!['1', '2', '3', '4', '5', '6', '7'], 1..=7), 0u16..1440, 1u16..=1440);
    let clock = |m: u16| format!("{:02}:{:02}", m / 60, m % 60);
    let one = one.prop_map(move |(days, start, end)| {
        let days: String = days.into_iter().collect();
        WeeklyShift::parse(&days, &clock(start), &clock(end)).unwrap()
    });
    vec(one, 0..=WeeklyShift::MAX_ITEMS)
}

fn window() -> impl Strategy<Value = Option<Window>> {
    let parts = (0i64..50_000, 0u16..1440, option::of((1i64..9, 0u16..1440)));
    option::of(parts.prop_map(|(day, minute, end)| {
        let at = |day, minute| CivilInstant { date: Date::from_days(day), minute };
        Window::new(at(day, minute), end.map(|(days, m)| at(day + days, m))).unwrap()
    }))
}

fn certificates() -> impl Strategy<Value = CertificateSet> {
    let known = select(vec!["健康证", "C1", "电工证", "叉车证"]).prop_map(str::to_owned);
    let name = prop_oneof![known, "[某厂内部证a-z]{1,10}"];
    vec(name.prop_map(|n| Certificate::parse(&n).unwrap()), 0..=20)
        .prop_map(|all| all.into_iter().collect())
}

fn embedding() -> impl Strategy<Value = Option<Embedding>> {
    option::of(vec(-5.0f32..5.0, 1..40).prop_map(|mut values| {
        values[0] += 6.0;
        Embedding::new("own.v1", &values).unwrap()
    }))
}

fn education() -> impl Strategy<Value = Option<Education>> {
    option::of(select(Education::ALL.to_vec()))
}

fn headcount() -> impl Strategy<Value = Headcount> {
    (option::of(1u32..=100_000), option::of(0u32..=100_000)).prop_map(|(total, left)| {
        let left = left.map(|l| l.min(total.unwrap_or(l)));
        Headcount::new(total, left).unwrap()
    })
}

fn age() -> impl Strategy<Value = Option<AgeRange>> {
    (option::of(14u32..=100), option::of(14u32..=100)).prop_map(|ages| {
        let (min, max) = match ages {
            (Some(a), Some(b)) => (Some(a.min(b)), Some(a.max(b))),
            other => other,
        };
        AgeRange::new(min, max).unwrap()
    })
}

fn validity() -> impl Strategy<Value = Validity> {
    (option::of(date()), option::of(0i64..400)).prop_map(|(published, days)| {
        let expires = days.map(|d| published.unwrap_or_else(today).plus_days(d));
        Validity::new(published, expires).unwrap()
    })
}

prop_compose! {
    fn gig()(
        settlement in option::of(select(Settlement::ALL.to_vec())),
        meeting_point in some_or_empty(),
        meeting_at in place().prop_map(|p| p.point),
        [food, tools, transport] in
            array::uniform3(option::of(select(Provider::ALL.to_vec()))),
        load in option::of(select(PhysicalLoad::ALL.to_vec())),
        employer_checked in any::<bool>(),
    ) -> GigTerms {
        GigTerms {
            settlement, meeting_point, meeting_at, food, tools, transport, load,
            employer_checked,
        }
    }
}

prop_compose! {
    /// Any valid posting.
    pub(crate) fn any_posting()(
        (id, origin, owner, place) in (id(), origin(), owner(), place()),
        status in select(vec![
            PostingStatus::Open,
            PostingStatus::Paused,
            PostingStatus::Filled,
            PostingStatus::Closed,
        ]),
        kind in option::of(select(EmploymentKind::ALL.to_vec())),
        (title, description) in (text(), text()),
        (employer, occupation) in (some_or_empty(), some_or_empty()),
        (headcount, pay, age, validity) in (headcount(), pay(), age(), validity()),
        (education, experience_months) in (education(), option::of(0u16..=720)),
        (certificates, skills) in (certificates(), texts(50)),
        (shifts, window, benefits) in (shifts(), window(), texts(30)),
        (embedding, gig) in (embedding(), option::of(gig())),
    ) -> JobPosting {
        JobPosting {
            id, origin, owner, status, kind, title, description, employer, headcount, pay,
            education, experience_months, certificates, skills, age, shifts, window, benefits,
            validity, place, occupation, embedding, gig,
        }
    }
}

prop_compose! {
    fn consent()(
        given in any::<bool>(),
        // 1900-01-01 to 2199-12-31, both whole.
        given_at in option::of((-2_208_988_800i64..=7_258_118_399).prop_map(Instant)),
        valid_until in option::of(date()),
    ) -> Consent {
        Consent { given, given_at, valid_until }
    }
}

prop_compose! {
    /// Any valid profile.
    pub(crate) fn any_profile()(
        (id, origin, owner, place) in (id(), origin(), owner(), place()),
        visibility in select(vec![Visibility::Private, Visibility::Matchable]),
        (consent, resume) in (consent(), text()),
        (wanted, skills, assistance) in (texts(20), texts(50), texts(10)),
        kinds in subsequence(EmploymentKind::ALL.to_vec(), 0..=5),
        (education, experience_months) in (education(), option::of(0u16..=720)),
        birth_year in option::of(1900i16..=2026),
        certificates in certificates(),
        pay_floor in option::of((money(), unit())),
        max_travel_minutes in option::of(1u16..=600),
        travel in select(Travel::ALL.to_vec()),
        available in shifts(),
        excluded_employers in vec(some_or_empty(), 0..=50),
        embedding in embedding(),
    ) -> Profile {
        Profile {
            id, origin, owner, visibility, consent, resume, wanted,
            kinds: kinds.into_iter().collect(),
            education, experience_months, birth_year, certificates, skills,
            pay_floor: pay_floor.and_then(|(amount, unit)| PayFloor::new(amount, unit).ok()),
            max_travel_minutes, travel, available, assistance, place, excluded_employers,
            embedding,
        }
    }
}
