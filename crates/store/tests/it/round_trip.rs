//! Whatever the domain can build comes back from the disk format unchanged.

use jobmatch_domain::ids::{Origin, Owner};
use jobmatch_domain::pay::{Money, PayFloor, PayUnit};
use jobmatch_domain::posting::{AgeRange, Headcount, Place, PostingStatus, Validity};
use jobmatch_domain::profile::{Consent, Visibility};
use jobmatch_domain::text::{Text, parse_list};
use jobmatch_domain::{
    Certificate, CertificateSet, CivilInstant, Date, Datum, Division, Education, Embedding,
    EmploymentKind, Instant, JobPosting, KindSet, Pay, Point, Profile, Travel, WeeklyShift, Window,
};
use jobmatch_store::{Record, RecordError};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use crate::sample::{full_posting, full_profile, id, plain};

const UNITS: [PayUnit; 5] =
    [PayUnit::Hour, PayUnit::Day, PayUnit::Month, PayUnit::Year, PayUnit::Piece];

fn texts<const MIN: usize, const MAX: usize>() -> BoxedStrategy<Vec<Text<MIN, MAX>>> {
    vec("[a-z洗碗 ]{0,10}字[ \n]?", 0..4)
        .prop_map(|values| parse_list("x", &values, 9).unwrap())
        .boxed()
}

fn free_text<const MAX: usize>() -> BoxedStrategy<Text<0, MAX>> {
    "\\PC{0,60}".prop_map(|t| Text::parse(&t).unwrap()).boxed()
}

fn origins() -> impl Strategy<Value = (Origin, Owner)> {
    ("[a-zA-Z._-]{0,32}", "\\PC{0,40}", "[a-z:]{0,9}", of(divisions())).prop_map(
        |(source, external, station, division)| {
            let external = if source.is_empty() { "" } else { &external };
            let origin = Origin::new(&source, external).unwrap_or_default();
            (origin, Owner::new(division, &station).unwrap())
        },
    )
}

fn divisions() -> impl Strategy<Value = Division> {
    select(vec!["37", "3701", "370102", "110105"]).prop_map(|c| Division::parse(c).unwrap())
}

fn places() -> impl Strategy<Value = Place> {
    let point = (-90.0..=90.0, -180.0..=180.0)
        .prop_map(|(lat, lon)| Point::new(lat, lon, Datum::Wgs84).unwrap());
    (of(divisions()), of(point)).prop_map(|(division, point)| Place { division, point })
}

fn dates() -> impl Strategy<Value = Date> {
    (-25_567i64..=84_005).prop_map(Date::from_days)
}

fn shifts() -> impl Strategy<Value = Vec<WeeklyShift>> {
    let shift = (1u8..128, 0u16..1440, 0u16..=1440).prop_map(|(days, start, end)| {
        let clock = |m: u16| format!("{:02}:{:02}", m / 60, m % 60);
        let days: String =
            ('1'..='7').enumerate().filter(|(i, _)| days >> i & 1 == 1).map(|(_, d)| d).collect();
        WeeklyShift::parse(&days, &clock(start), &clock(end)).unwrap()
    });
    vec(shift, 0..4)
}

fn windows() -> impl Strategy<Value = Window> {
    (dates(), 0u16..1440, of((0i64..50, 0u16..1440))).prop_map(|(date, minute, end)| {
        let start = CivilInstant { date, minute };
        let end = end.map(|(days, minute)| CivilInstant { date: date.plus_days(days), minute });
        Window::new(start, end.filter(|e| *e > start)).unwrap()
    })
}

fn certificate_sets() -> impl Strategy<Value = CertificateSet> {
    let name = prop_oneof![
        select(vec!["C1驾驶证", "健康证明", "电工证"]).prop_map(String::from),
        "[a-z证]{1,40}"
    ];
    vec(name, 0..4).prop_map(|names| {
        let parse = |n: String| Certificate::parse(&n).unwrap();
        names.into_iter().map(parse).collect()
    })
}

fn embeddings() -> impl Strategy<Value = Embedding> {
    ("[a-z0-9._-]{1,64}", vec(-1e3f32..1e3, 1..200))
        .prop_filter_map("zero", |(space, values)| Embedding::new(&space, &values).ok())
}

fn money() -> impl Strategy<Value = Money> {
    (0..=100_000_000_000u64).prop_map(Money::from_thousandths)
}

fn pays() -> impl Strategy<Value = Pay> {
    (of(money()), of(money()), select(&UNITS[..]), any::<bool>(), free_text()).prop_map(
        |(a, b, unit, negotiable, text)| {
            let (min, max) = match (a, b) {
                (Some(a), Some(b)) => (Some(a.min(b)), Some(a.max(b))),
                bounds => bounds,
            };
            Pay::new(min, max, Some(unit), negotiable, text).unwrap()
        },
    )
}

fn postings() -> impl Strategy<Value = JobPosting> {
    let status = select(vec![
        PostingStatus::Open,
        PostingStatus::Paused,
        PostingStatus::Filled,
        PostingStatus::Closed,
    ]);
    let kind = of(select(&EmploymentKind::ALL[..]));
    let counts = (of(1u32..=100_000), of(0u32..=100_000));
    let ages = (of(14u32..=57), of(57u32..=100));
    let days = (of(dates()), of(0i64..900));
    let who = (origins(), places(), of(embeddings()), status, kind);
    let words = (free_text(), free_text(), free_text(), texts(), texts());
    let demands = (of(select(&Education::ALL[..])), of(0u16..=720), certificate_sets());
    let times = (shifts(), of(windows()), days);
    (who, words, demands, times, counts, ages, of(pays())).prop_map(
        |(who, words, demands, times, counts, ages, pay)| {
            let (published, validity_days) = times.2;
            let expires = published.zip(validity_days).map(|(p, days)| p.plus_days(days));
            let left = counts.1.filter(|l| counts.0.is_none_or(|t| *l <= t));
            JobPosting {
                origin: who.0.0,
                owner: who.0.1,
                place: who.1,
                embedding: who.2,
                status: who.3,
                kind: who.4,
                description: words.0,
                employer: words.1,
                occupation: words.2,
                skills: words.3,
                benefits: words.4,
                education: demands.0,
                experience_months: demands.1,
                certificates: demands.2,
                shifts: times.0,
                window: times.1,
                validity: Validity::new(published, expires).unwrap(),
                headcount: Headcount::new(counts.0, left).unwrap(),
                age: AgeRange::new(ages.0, ages.1).unwrap(),
                pay,
                ..plain("p1", "洗碗工")
            }
        },
    )
}

fn profiles() -> impl Strategy<Value = Profile> {
    let consent = (any::<bool>(), of(any::<i64>().prop_map(Instant)), of(dates()));
    let seen = select(vec![Visibility::Private, Visibility::Matchable]);
    let who = (origins(), places(), of(embeddings()), consent, seen);
    let words = (free_text(), texts(), texts(), texts(), vec(free_text(), 0..3));
    let brings =
        (of(select(&Education::ALL[..])), of(0u16..=720), of(1900i16..=2020), certificate_sets());
    let floor = (1..=100_000_000_000u64, select(&UNITS[..]))
        .prop_map(|(m, unit)| PayFloor::new(Money::from_thousandths(m), unit).unwrap());
    let wishes = (
        (0u8..32).prop_map(KindSet::from_bits),
        of(floor),
        of(1u16..=600),
        select(&Travel::ALL[..]),
        shifts(),
    );
    (who, words, brings, wishes).prop_map(|(who, words, brings, wishes)| Profile {
        origin: who.0.0,
        owner: who.0.1,
        place: who.1,
        embedding: who.2,
        consent: Consent { given: who.3.0, given_at: who.3.1, valid_until: who.3.2 },
        visibility: who.4,
        resume: words.0,
        wanted: words.1,
        skills: words.2,
        assistance: words.3,
        excluded_employers: words.4,
        education: brings.0,
        experience_months: brings.1,
        birth_year: brings.2,
        certificates: brings.3,
        kinds: wishes.0,
        pay_floor: wishes.1,
        max_travel_minutes: wishes.2,
        travel: wishes.3,
        available: wishes.4,
        id: id("r1"),
    })
}

proptest! {
    #[test]
    fn postings_come_back_unchanged(posting in postings()) {
        prop_assert_eq!(JobPosting::decode(&posting.encode()), Ok(posting));
    }

    #[test]
    fn profiles_come_back_unchanged(profile in profiles()) {
        prop_assert_eq!(Profile::decode(&profile.encode()), Ok(profile));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..200)) {
        let _ = JobPosting::decode(&bytes);
        let _ = Profile::decode(&bytes);
    }
}

#[test]
fn fully_told_records_come_back_unchanged() {
    assert_eq!(JobPosting::decode(&full_posting().encode()), Ok(full_posting()));
    assert_eq!(Profile::decode(&full_profile().encode()), Ok(full_profile()));
}

#[test]
fn what_the_domain_refuses_is_no_record() {
    // The whole message is one field: an id that has a blank in it.
    assert!(matches!(JobPosting::decode(b"\x0a\x03a b"), Err(RecordError::Value(_))));
    assert!(matches!(Profile::decode(b"\x0a\x01a"), Err(RecordError::Code { code: 0, .. })));
    assert!(matches!(Profile::decode(b"\x0a\x09a"), Err(RecordError::Message(_))));
}

#[test]
fn volatile_facts_are_not_content_and_everything_else_is() {
    let posting = full_posting();
    let mut filled = posting.clone();
    filled.status = PostingStatus::Filled;
    filled.headcount = Headcount::new(Some(5), Some(0)).unwrap();
    assert!(posting.same_content(&filled));
    filled.headcount = Headcount::new(Some(6), Some(0)).unwrap();
    assert!(!posting.same_content(&filled));
    let mut retitled = posting.clone();
    retitled.title = Text::parse("服务员").unwrap();
    assert!(!posting.same_content(&retitled));

    let profile = full_profile();
    let mut hidden = profile.clone();
    hidden.visibility = Visibility::Private;
    hidden.consent.given = false;
    hidden.consent.given_at = None;
    assert!(profile.same_content(&hidden));
    hidden.consent.valid_until = None;
    assert!(!profile.same_content(&hidden));
}
