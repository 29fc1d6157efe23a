//! Random documents, changes and questions.

use jobmatch_domain::facets::{AskedSkill, AskedSkills, Compared, EmployerKey};
use jobmatch_domain::fingerprint::Fingerprint;
use jobmatch_domain::gig::{GigFacts, Settlement};
use jobmatch_domain::nearby::Limit;
use jobmatch_domain::pay::{Money, PayRange, PayUnit};
use jobmatch_domain::posting::AgeRange;
use jobmatch_domain::{
    Certificate, Collection, Condition, Datum, Division, DocumentId, Education, EmploymentKind,
    Facets, Instant, KindSet, OccupationId, PayFloor, PhysicalSet, Point, Seq, Travel, Volatile,
    WeekHours,
};
use jobmatch_index::{
    Change, Document, EngineOptions, Field, Fields, Minutes, Order, Query, QueryTerm, Survey,
    VectorOptions,
};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

pub(crate) const DIMENSIONS: usize = 4;

pub(crate) fn options() -> EngineOptions {
    EngineOptions {
        collection: Collection::Postings,
        space: "test-4".into(),
        dimensions: DIMENSIONS,
        analysis_version: "test".into(),
        vectors: VectorOptions::default(),
    }
}

fn words() -> impl Strategy<Value = Vec<String>> {
    let word = select(vec!["洗碗", "保洁", "保安", "电工", "焊工", "厨师", "搬运", "日结"]);
    proptest::collection::vec(word.prop_map(str::to_owned), 0..6)
}

fn vector() -> impl Strategy<Value = Vec<f32>> {
    proptest::collection::vec(-1.0f32..1.0, DIMENSIONS).prop_filter_map("zero", |v| {
        let norm = v.iter().map(|x| x * x).sum::<f32>().sqrt();
        (norm > 0.1).then(|| v.iter().map(|x| x / norm).collect())
    })
}

pub(crate) fn point() -> impl Strategy<Value = Point> {
    (0u8..12, 0u8..12).prop_map(|(a, b)| {
        let (lat, lon) = (36.6 + f64::from(a) * 0.01, 117.0 + f64::from(b) * 0.01);
        Point::new(lat, lon, Datum::Wgs84).unwrap()
    })
}

fn kinds() -> impl Strategy<Value = KindSet> {
    (0u8..32).prop_map(KindSet::from_bits)
}

fn certificates() -> impl Strategy<Value = jobmatch_domain::CertificateSet> {
    let one = select(vec!["健康证", "C1", "B2", "电工证"]);
    proptest::collection::vec(one, 0..3)
        .prop_map(|names| names.into_iter().map(|n| Certificate::parse(n).unwrap()).collect())
}

fn hours() -> impl Strategy<Value = WeekHours> {
    proptest::collection::vec((0u16..20, 1u16..8), 0..3).prop_map(|parts| {
        WeekHours::from_intervals(parts.into_iter().map(|(s, l)| (s * 480, s * 480 + l * 120)))
    })
}

fn division() -> impl Strategy<Value = Division> {
    select(vec!["370102001", "370102", "370103", "3701", "371302", "110101"])
        .prop_map(|code| Division::parse(code).unwrap())
}

fn pay() -> impl Strategy<Value = PayRange> {
    let unit = select(vec![PayUnit::Hour, PayUnit::Day, PayUnit::Month, PayUnit::Piece]);
    (1u64..40, unit).prop_map(|(amount, unit)| PayRange {
        min: Some(Money::from_thousandths(amount * 100_000)),
        max: None,
        unit,
    })
}

fn age() -> impl Strategy<Value = Option<AgeRange>> {
    (of(16u32..40), of(40u32..70)).prop_map(|(min, max)| AgeRange::new(min, max).unwrap())
}

fn physical() -> impl Strategy<Value = PhysicalSet> {
    (0u32..16).prop_map(PhysicalSet::from_bits)
}

fn facets() -> impl Strategy<Value = Facets> {
    let first = (
        (any::<bool>(), of(0u32..3)),
        kinds(),
        of(division()),
        of(point()),
        of(select(Education::ALL.to_vec())),
        of(0u16..60),
        of(certificates()),
        age(),
    );
    let second = (
        of(1960i16..2008),
        of(pay()),
        hours(),
        any::<bool>(),
        (select(Travel::ALL.to_vec()), of(1u16..60)),
        proptest::collection::vec((0u16..6).prop_map(OccupationId), 0..3),
        of((0i64..5).prop_map(Instant)),
        of((0i64..5).prop_map(Instant)),
    );
    let third =
        (of((0u64..4).prop_map(EmployerKey)), of(any::<bool>()), physical(), any::<(bool, bool)>());
    let gig = (
        of((0i64..5).prop_map(Instant)),
        of(1u16..1440),
        of(select(Settlement::ALL.to_vec())),
        any::<bool>(),
    );
    let fourth = (words(), of(any::<(u64, bool)>()), gig, of(division()));
    (first, second, third, fourth).prop_map(|(a, b, c, d)| Facets {
        volatile: Volatile { open: a.0.0, places_left: a.0.1 },
        kinds: a.1,
        division: a.2,
        point: a.3,
        education: a.4,
        experience_months: a.5,
        certificates: a.6,
        age: a.7,
        birth_year: b.0,
        pay: b.1,
        hours: b.2,
        lodging: b.3,
        travel: b.4.0,
        max_travel_minutes: b.4.1,
        occupations: b.5.into(),
        published: b.6,
        valid_until: b.7,
        employer: c.0,
        excluded_employers: c.0.into_iter().collect(),
        assisted: c.1,
        physical: c.2,
        suspect: c.3.0,
        negotiable: c.3.1,
        responsible: d.3,
        gig: GigFacts {
            begins: d.2.0,
            lasts_minutes: d.2.1,
            settlement: d.2.2,
            employer_checked: d.2.3,
        },
        compared: Compared {
            skill_text: d.0.concat().into(),
            asked_skills: asking_for(&d.0),
            fingerprint: d.1.map(|(bits, short)| Fingerprint { bits, short }),
        },
    })
}

fn asking_for(skills: &[String]) -> AskedSkills {
    let mut asked = AskedSkills::default();
    for skill in skills {
        // Shown and sought in forms of different lengths.
        asked.push(AskedSkill { shown: skill, sought: &format!("{skill}2") });
    }
    asked
}

pub(crate) fn condition() -> impl Strategy<Value = Condition> {
    (asked(), any::<bool>()).prop_map(|(asked, known)| if known { asked.known() } else { asked })
}

fn asked() -> impl Strategy<Value = Condition> {
    let level = || select(Education::ALL.to_vec());
    let range = || AgeRange::new(Some(20), Some(50)).unwrap().unwrap();
    let floor = pay().prop_map(|p| PayFloor::new(p.bottom(), p.unit).unwrap());
    let gig: KindSet = [EmploymentKind::Gig, EmploymentKind::Internship].into_iter().collect();
    prop_oneof![
        Just(Condition::Open),
        Just(Condition::Places),
        (0i64..6).prop_map(|s| Condition::ValidAt(Instant(s))),
        of(any::<bool>()).prop_map(Condition::RightHeld),
        Just(Condition::RightNeeded),
        Just(Condition::KindIn(gig)),
        level().prop_map(Condition::DemandsEducationAtMost),
        level().prop_map(Condition::HasEducationAtLeast),
        (0u16..60).prop_map(Condition::DemandsExperienceAtMost),
        (0u16..60).prop_map(Condition::HasExperienceAtLeast),
        certificates().prop_map(Condition::DemandsCertificatesWithin),
        certificates().prop_map(Condition::HoldsCertificates),
        (1960i16..2008)
            .prop_map(|birth_year| Condition::AdmitsBirthYear { birth_year, year: 2026 }),
        Just(Condition::OfAge { range: range(), year: 2026 }),
        floor.prop_map(|floor| Condition::PaysAtLeast { floor, share: 0.8 }),
        pay().prop_map(|pay| Condition::AsksAtMost { pay, share: 0.8 }),
        hours().prop_map(Condition::WorksWithin),
        hours().prop_map(Condition::AvailableFor),
        hours().prop_map(Condition::HoursOverlap),
        // A whole number of grid steps: many points lie on the very border.
        (point(), 0u8..6, point()).prop_map(|(from, _, to)| {
            let metres = from.distance_metres(&to);
            Condition::ReachableFrom { from, metres }
        }),
        (point(), point()).prop_map(|(centre, to)| {
            let metres = centre.distance_metres(&to);
            Condition::Within { centre, metres }
        }),
        point().prop_map(Condition::Reaches),
        proptest::collection::vec(division(), 1..3).prop_map(Condition::InDivisions),
        proptest::collection::vec((0u16..6).prop_map(OccupationId), 1..3)
            .prop_map(Condition::OccupationIn),
        (0i64..5).prop_map(|s| Condition::PublishedSince(Instant(s))),
        (0u64..4).prop_map(|e| Condition::EmployerNotIn(vec![EmployerKey(e)])),
        (0u64..4).prop_map(|e| Condition::Welcomes(EmployerKey(e))),
        physical().prop_map(Condition::Spares),
        physical().prop_map(Condition::Endures),
        Just(Condition::Trusted),
        (0i64..5, of(0i64..6)).prop_map(|(from, until)| Condition::Begins {
            from: Instant(from),
            until: until.map(Instant),
        }),
        proptest::collection::vec(select(Settlement::ALL.to_vec()), 0..3)
            .prop_map(Condition::SettledIn),
        Just(Condition::EmployerChecked),
        division().prop_map(Condition::UnderOffice),
    ]
}

fn id() -> impl Strategy<Value = DocumentId> {
    (0u8..30).prop_map(|n| DocumentId::parse(&format!("D{n:02}")).unwrap())
}

fn document() -> impl Strategy<Value = Document> {
    (id(), 1u64..4, facets(), (words(), words()), of(vector())).prop_map(
        |(id, seq, facets, (title, body), vector)| Document {
            id,
            seq: Seq(seq),
            facets,
            fields: Fields {
                title_grams: title.clone(),
                title_words: title,
                body_grams: body.iter().rev().cloned().collect(),
                body_words: body,
            },
            vector,
        },
    )
}

pub(crate) fn changes() -> impl Strategy<Value = Vec<Change>> {
    let volatile = (id(), any::<bool>(), of(0u32..3)).prop_map(|(id, open, places_left)| {
        Change::Volatile { id, volatile: Volatile { open, places_left } }
    });
    let late = (id(), 1u64..4, vector()).prop_map(|(id, seq, vector)| Change::Vector {
        id,
        seq: Seq(seq),
        vector,
    });
    let change = prop_oneof![
        2 => late,
        6 => document().prop_map(|d| Change::Upsert(Box::new(d))),
        1 => volatile,
        1 => id().prop_map(Change::Delete),
    ];
    proptest::collection::vec(change, 1..25)
}

pub(crate) fn query() -> impl Strategy<Value = Query> {
    let term =
        (select(Field::ALL.to_vec()), words(), 0.1f32..3.0).prop_map(|(field, w, weight)| {
            w.into_iter().map(|text| QueryTerm { field, text, weight }).collect::<Vec<_>>()
        });
    let asked = (
        proptest::collection::vec(condition(), 0..5),
        (of(term), of(0usize..6)),
        of(vector()),
        any::<bool>(),
        of(point()),
        1usize..20,
        proptest::collection::vec(id(), 0..2),
    );
    asked.prop_map(
        |(conditions, (lexical, most_terms), vector, by_conditions, near, limit, score_also)| {
            Query {
                conditions,
                lexical,
                most_terms,
                vector,
                by_conditions,
                near,
                limit,
                exact: false,
                score_also,
            }
        },
    )
}

/// A survey with or without a bound on the distance; minutes differ by division.
pub(crate) fn survey() -> impl Strategy<Value = Survey> {
    let limit = prop_oneof![
        (0.0f64..30.0).prop_map(Limit::Minutes),
        (point(), point()).prop_map(|(a, b)| Limit::Metres(a.distance_metres(&b))),
    ];
    let asked = (
        proptest::collection::vec(condition(), 0..4),
        point(),
        limit,
        select(vec![Order::Minutes, Order::Pay, Order::Start]),
        of((prop_oneof![-60.0f64..60.0, Just(f64::INFINITY), 0.0f64..5.0], id())),
        0usize..12,
    );
    asked.prop_map(|(mut conditions, from, limit, order, after, keep)| {
        if let Limit::Metres(metres) = limit {
            conditions.push(Condition::Within { centre: from, metres }.known());
        }
        let minutes = |way: &jobmatch_index::Way| {
            let slow = way.division.is_some_and(|d| d.to_string() == "370103");
            (way.metres / if slow { 50.0 } else { 250.0 }).floor()
        };
        Survey {
            conditions,
            from,
            minutes: Minutes(std::sync::Arc::new(minutes)),
            limit,
            order,
            after,
            keep,
            rings: vec![5.0, 10.0, 15.0, 30.0],
        }
    })
}
