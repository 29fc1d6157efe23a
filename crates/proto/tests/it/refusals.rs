//! Every rule of the contract on records, with a message that breaks it and the path that
//! the refusal names.

use jobmatch_domain::Invalid;
use jobmatch_proto::{posting, profile, v1};

use crate::sample::{self, Spoil, shift, today};

/// A point of the given degrees.
fn at(latitude: f64, longitude: f64, datum: i32) -> Option<v1::Place> {
    Some(v1::Place {
        division: String::new(),
        point: Some(v1::Point { latitude, longitude, datum }),
    })
}

fn pay(min: f64, max: f64) -> Option<v1::Pay> {
    Some(v1::Pay {
        min_yuan: Some(min),
        max_yuan: Some(max),
        unit: v1::PayUnit::Month as i32,
        ..Default::default()
    })
}

fn floor(amount_yuan: f64, unit: i32) -> Option<v1::PayFloor> {
    Some(v1::PayFloor { amount_yuan, unit })
}

fn vector(values: &[f32]) -> Option<v1::Embedding> {
    Some(v1::Embedding { space: "own".into(), values: values.to_vec() })
}

fn window(start: &str, end: &str) -> Option<v1::Window> {
    Some(v1::Window { start: start.into(), end: end.into() })
}

fn named(name: &str, times: usize) -> Vec<String> {
    vec![name.to_owned(); times]
}

fn division(code: &str) -> Option<v1::Place> {
    Some(v1::Place { division: code.into(), point: None })
}

fn consent(seconds: i64, until: &str) -> Option<v1::Consent> {
    Some(v1::Consent {
        given: true,
        given_at: Some(prost_types::Timestamp { seconds, nanos: 0 }),
        valid_until: until.into(),
    })
}

/// Identity and texts of a posting.
const POSTING_WORDS: &[(Spoil<v1::JobPosting>, &str)] = &[
    (|p| p.id.clear(), "id"),
    (|p| p.id = "a b".into(), "id"),
    (|p| p.id = "x".repeat(65), "id"),
    (|p| p.id = "13812345678".into(), "id"),
    (|p| p.id = "37010219900307123X".into(), "id"),
    (|p| p.source = "a feed".into(), "source"),
    (|p| p.source = "x".repeat(33), "source"),
    (|p| p.external_id = "7".into(), "external_id"),
    (|p| (p.source, p.external_id) = ("f".into(), "x".repeat(65)), "external_id"),
    (|p| (p.source, p.external_id) = ("f".into(), "13812345678".into()), "external_id"),
    (|p| p.owner.get_or_insert_default().division = "99".into(), "owner.division"),
    (|p| p.owner.get_or_insert_default().station = "x".repeat(65), "owner.station"),
    (|p| p.title = " ".into(), "title"),
    (|p| p.title = "长".repeat(201), "title"),
    (|p| p.description = "长".repeat(20_001), "description"),
    (|p| p.employer = "长".repeat(201), "employer"),
    (|p| p.occupation = "长".repeat(201), "occupation"),
    (|p| p.skills = named("收银", 51), "skills"),
    (|p| p.skills = vec!["收银".into(), "长".repeat(61)], "skills[1]"),
    (|p| p.skills = named(" ", 1), "skills[0]"),
    (|p| p.benefits = named("包吃", 31), "benefits"),
    (|p| p.benefits = vec!["长".repeat(41)], "benefits[0]"),
    (|p| p.certificates = named("C1", 21), "certificates"),
    (|p| p.certificates = vec!["C1".into(), String::new()], "certificates[1]"),
    (|p| p.certificates = vec!["证".repeat(41)], "certificates[0]"),
];

/// Numbers, enums, dates and hours of a posting.
const POSTING_FACTS: &[(Spoil<v1::JobPosting>, &str)] = &[
    (|p| p.status = 5, "status"),
    (|p| p.gig.get_or_insert_default().settlement = 5, "gig.settlement"),
    (|p| p.gig.get_or_insert_default().food = 3, "gig.food"),
    (|p| p.gig.get_or_insert_default().tools = -1, "gig.tools"),
    (|p| p.gig.get_or_insert_default().transport = 3, "gig.transport"),
    (|p| p.gig.get_or_insert_default().load = 4, "gig.load"),
    (|p| p.gig.get_or_insert_default().meeting_point = "长".repeat(201), "gig.meeting_point"),
    (
        |p| {
            let point = v1::Point { latitude: 91.0, ..Default::default() };
            p.gig.get_or_insert_default().meeting_at = Some(point);
        },
        "gig.meeting_at.latitude",
    ),
    (|p| p.kind = 6, "kind"),
    (|p| p.kind = -1, "kind"),
    (|p| p.education = 10, "education"),
    (|p| p.education = i32::MIN, "education"),
    (|p| p.headcount = Some(0), "headcount"),
    (|p| p.headcount = Some(100_001), "headcount"),
    (|p| (p.headcount, p.places_left) = (Some(2), Some(3)), "places_left"),
    (|p| p.experience_months = Some(721), "experience_months"),
    (|p| p.age_min = Some(13), "age_min"),
    (|p| p.age_max = Some(101), "age_max"),
    (|p| (p.age_min, p.age_max) = (Some(50), Some(18)), "age_min"),
    (|p| p.pay = pay(-0.01, 1.0), "pay.min_yuan"),
    (|p| p.pay = pay(5.0, 4.0), "pay.min_yuan"),
    (|p| p.pay = pay(f64::NAN, 4.0), "pay.min_yuan"),
    (|p| p.pay = pay(1.2345, 4.0), "pay.min_yuan"),
    (|p| p.pay = pay(1.0, f64::INFINITY), "pay.max_yuan"),
    (|p| p.pay = pay(1.0, 100_000_000.001), "pay.max_yuan"),
    (
        |p| {
            p.pay = pay(1.0, 2.0);
            p.pay.as_mut().unwrap().unit = 0;
        },
        "pay.unit",
    ),
    (|p| p.pay.get_or_insert_default().unit = 6, "pay.unit"),
    (|p| p.pay.get_or_insert_default().text = "长".repeat(201), "pay.text"),
    (|p| p.shifts = vec![shift(); 22], "shifts"),
    (
        |p| {
            p.shifts = vec![shift(); 3];
            p.shifts[2].start = "24:00".into();
        },
        "shifts[2].start",
    ),
    (
        |p| {
            p.shifts = vec![shift()];
            p.shifts[0].end = "24:01".into();
        },
        "shifts[0].end",
    ),
    (
        |p| {
            p.shifts = vec![shift()];
            p.shifts[0].days = "128".into();
        },
        "shifts[0].days",
    ),
    (|p| p.window = window("2026-11-24T18:00", "2026-11-24T18:00"), "window.end"),
    (|p| p.window = window("", ""), "window.start"),
    (|p| p.window = window("2026-11-24T18:00", "tomorrow"), "window.end"),
    (|p| p.published = "2026-02-29".into(), "published"),
    (|p| p.expires = "2026/11/24".into(), "expires"),
    (|p| (p.published, p.expires) = ("2026-11-24".into(), "2026-11-23".into()), "expires"),
    (|p| p.place = division("990000"), "place.division"),
    (|p| p.place = division("37010"), "place.division"),
    (|p| p.place = at(90.1, 0.0, 0), "place.point.latitude"),
    (|p| p.place = at(f64::NAN, 0.0, 0), "place.point.latitude"),
    (|p| p.place = at(0.0, f64::NEG_INFINITY, 0), "place.point.longitude"),
    (|p| p.place = at(0.0, 0.0, 5), "place.point.datum"),
    (|p| p.embedding = vector(&[0.0, 0.0]), "embedding.values"),
    (|p| p.embedding = vector(&[]), "embedding.values"),
    (|p| p.embedding = vector(&[1.0; 4097]), "embedding.values"),
    (|p| p.embedding = vector(&[1.0, f32::NAN]), "embedding.values[1]"),
    (|p| p.embedding = vector(&[f32::INFINITY]), "embedding.values[0]"),
    (
        |p| {
            p.embedding = vector(&[1.0]);
            p.embedding.as_mut().unwrap().space.clear();
        },
        "embedding.space",
    ),
];

const PROFILE: &[(Spoil<v1::Profile>, &str)] = &[
    (|p| p.id = "p-138-1234-5678".into(), "id"),
    (|p| p.external_id = "7".into(), "external_id"),
    (|p| p.owner.get_or_insert_default().station = "13812345678".into(), "owner.station"),
    (|p| p.visibility = 3, "visibility"),
    (|p| p.consent = consent(i64::MAX, ""), "consent.given_at"),
    (|p| p.consent = consent(-2_208_988_801, ""), "consent.given_at"),
    (|p| p.consent = consent(7_258_118_400, ""), "consent.given_at"),
    (|p| p.consent = consent(0, "soon"), "consent.valid_until"),
    (|p| p.resume = "长".repeat(20_001), "resume"),
    (|p| p.wanted = named("保安", 21), "wanted"),
    (|p| p.wanted = vec!["长".repeat(61)], "wanted[0]"),
    (|p| p.kinds = vec![1, 6], "kinds[1]"),
    (|p| p.kinds = vec![0], "kinds[0]"),
    (|p| p.education = 10, "education"),
    (|p| p.experience_months = Some(721), "experience_months"),
    (|p| p.birth_year = Some(1899), "birth_year"),
    (|p| p.birth_year = Some(2027), "birth_year"),
    (|p| p.birth_year = Some(u32::MAX), "birth_year"),
    (|p| p.certificates = named("C1", 31), "certificates"),
    (|p| p.skills = named("收银", 51), "skills"),
    (|p| p.pay_floor = floor(0.0, 3), "pay_floor.amount_yuan"),
    (|p| p.pay_floor = floor(-1.0, 3), "pay_floor.amount_yuan"),
    (|p| p.pay_floor = floor(f64::INFINITY, 3), "pay_floor.amount_yuan"),
    (|p| p.pay_floor = floor(1e9, 3), "pay_floor.amount_yuan"),
    (|p| p.pay_floor = floor(1.0, 0), "pay_floor.unit"),
    (|p| p.pay_floor = floor(1.0, 9), "pay_floor.unit"),
    (|p| p.max_travel_minutes = Some(0), "max_travel_minutes"),
    (|p| p.max_travel_minutes = Some(601), "max_travel_minutes"),
    (|p| p.travel = 6, "travel"),
    (|p| p.available = vec![shift(); 22], "available"),
    (
        |p| {
            p.available = vec![shift()];
            p.available[0].days.clear();
        },
        "available[0].days",
    ),
    (|p| p.assistance = named("低保", 11), "assistance"),
    (|p| p.place = division("37010x"), "place.division"),
    (|p| p.excluded_employers = named("某厂", 51), "excluded_employers"),
    (|p| p.embedding = vector(&[0.0]), "embedding.values"),
];

#[test]
fn bad_postings_are_refused_at_the_field() {
    for (i, (spoil, path)) in POSTING_WORDS.iter().chain(POSTING_FACTS).enumerate() {
        let mut wire = sample::posting();
        spoil(&mut wire);
        let refused = posting::from_wire(wire).map(|p| p.id);
        assert_eq!(refused.map_err(|v| v.path), Err((*path).into()), "row {i}");
    }
}

#[test]
fn bad_profiles_are_refused_at_the_field() {
    for (i, (spoil, path)) in PROFILE.iter().enumerate() {
        let mut wire = sample::profile();
        spoil(&mut wire);
        let refused = profile::from_wire(wire, today()).map(|p| p.id);
        assert_eq!(refused.map_err(|v| v.path), Err((*path).into()), "row {i}");
    }
}

#[test]
fn what_lies_on_the_limit_is_accepted() {
    let mut wire = sample::posting();
    wire.title = "长".repeat(200);
    wire.headcount = Some(100_000);
    wire.places_left = Some(0);
    wire.experience_months = Some(720);
    (wire.age_min, wire.age_max) = (Some(14), Some(100));
    wire.pay = pay(0.0, 100_000_000.0);
    wire.skills = named("收银", 50);
    wire.certificates = vec!["证".repeat(40); 20];
    wire.shifts = vec![shift(); 21];
    wire.place = at(-90.0, 180.0, 0);
    wire.embedding = vector(&[1.0; 4096]);
    assert!(posting::from_wire(wire).is_ok());

    let mut wire = sample::profile();
    wire.birth_year = Some(2026);
    wire.max_travel_minutes = Some(600);
    wire.pay_floor = floor(0.001, 5);
    wire.consent = consent(7_258_118_399, "2199-12-31");
    assert!(profile::from_wire(wire, today()).is_ok());
}

#[test]
fn an_unknown_enum_is_named_by_its_number() {
    let mut wire = sample::posting();
    wire.kind = 77;
    let message = posting::from_wire(wire).unwrap_err().to_string();
    assert!(message.starts_with("kind ") && message.contains("77"), "{message}");
}

#[test]
fn a_number_like_a_phone_is_not_repeated() {
    let mut wire = sample::profile();
    wire.id = "13812345678".into();
    let refused = profile::from_wire(wire, today()).unwrap_err();
    assert_eq!(refused.invalid, Invalid::Personal);
    assert!(!refused.to_string().contains("13812345678"));
}
