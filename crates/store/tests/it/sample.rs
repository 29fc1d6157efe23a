//! Stores and records for tests.

use std::path::Path;
use std::sync::Arc;

use jobmatch_domain::gig::{PhysicalLoad, Provider, Settlement};
use jobmatch_domain::ids::{Origin, Owner};
use jobmatch_domain::pay::{Money, PayFloor, PayUnit};
use jobmatch_domain::posting::{AgeRange, Headcount, Place, PostingStatus, Validity};
use jobmatch_domain::profile::{Consent, Visibility};
use jobmatch_domain::text::{Name, Text};
use jobmatch_domain::{
    Certificate, CivilInstant, Date, Datum, Division, DocumentId, Education, Embedding,
    EmploymentKind, GigTerms, Instant, JobPosting, Pay, Point, Profile, Travel, WeeklyShift,
    Window,
};
use jobmatch_store::{
    Clock, Decision, Receipt, Record, RequestKey, Store, StoreOptions, WriteError,
};

pub(crate) const NOW: Instant = Instant(1_795_363_200);

pub(crate) fn clock() -> Clock {
    Arc::new(|| NOW)
}

pub(crate) fn open(dir: &Path) -> Store {
    Store::open(dir, StoreOptions::default(), clock()).unwrap()
}

pub(crate) fn id(text: &str) -> DocumentId {
    DocumentId::parse(text).unwrap()
}

pub(crate) fn key(key: &str, digest: u64) -> Option<RequestKey> {
    let key = key.to_owned();
    Some(RequestKey { key, digest })
}

pub(crate) async fn put<R: Record>(store: &Store, record: R) -> Receipt<R> {
    try_put(store, record, None).await.unwrap()
}

pub(crate) async fn try_put<R: Record>(
    store: &Store,
    record: R,
    key: Option<RequestKey>,
) -> Result<Receipt<R>, WriteError<()>> {
    let id = record.id().clone();
    store.write(id, key, |_| Ok(Decision::Put(record))).await
}

pub(crate) async fn delete<R: Record>(store: &Store, id: &DocumentId) -> Receipt<R> {
    let decide = |_: Option<&_>| Ok::<_, ()>(Decision::Delete);
    store.write(id.clone(), None, decide).await.unwrap()
}

pub(crate) fn text<const MIN: usize, const MAX: usize>(value: &str) -> Text<MIN, MAX> {
    Text::parse(value).unwrap()
}

/// A posting of which little is told.
pub(crate) fn plain(name: &str, title: &str) -> JobPosting {
    JobPosting::blank(id(name), text(title))
}

/// A posting of which everything is told.
pub(crate) fn full_posting() -> JobPosting {
    let yuan = |y| Some(Money::from_yuan(y).unwrap());
    let at = |t| CivilInstant::parse(t).unwrap();
    JobPosting {
        origin: Origin::new("city-feed", "岗位/0042").unwrap(),
        owner: Owner::new(Some(Division::parse("370102").unwrap()), "station-7").unwrap(),
        status: PostingStatus::Paused,
        kind: Some(EmploymentKind::Gig),
        description: text("后厨洗碗，\n包两餐。"),
        employer: text("某某餐饮"),
        headcount: Headcount::new(Some(5), Some(2)).unwrap(),
        pay: Some(
            Pay::new(
                yuan(18.5),
                yuan(20.0),
                Some(PayUnit::Hour),
                true,
                text::<0, 200>("18.5-20元/时"),
            )
            .unwrap(),
        ),
        education: Some(Education::None),
        experience_months: Some(0),
        certificates: ["健康证", "C1"]
            .into_iter()
            .map(|c| Certificate::parse(c).unwrap())
            .collect(),
        skills: vec![text("洗碗"), text("保洁")],
        age: AgeRange::new(Some(18), None).unwrap(),
        shifts: vec![WeeklyShift::parse("67", "22:00", "24:00").unwrap()],
        window: Some(Window::new(at("2026-11-24T06:00"), Some(at("2026-11-25T06:00"))).unwrap()),
        benefits: vec![text("包吃")],
        validity: Validity::new(
            Some(Date::parse("2026-11-01").unwrap()),
            Some(Date::parse("2026-12-31").unwrap()),
        )
        .unwrap(),
        place: Place {
            division: Some(Division::parse("370102").unwrap()),
            point: Some(Point::new(36.6512, 117.1201, Datum::Gcj02).unwrap()),
        },
        occupation: text("洗碗工"),
        embedding: Some(Embedding::new("bge-small", &[0.3, -0.2, 7.1]).unwrap()),
        gig: Some(GigTerms {
            settlement: Some(Settlement::SameDay),
            meeting_point: text("西门站牌下"),
            meeting_at: Some(Point::new(36.66, 117.02, Datum::Wgs84).unwrap()),
            food: Some(Provider::Employer),
            tools: Some(Provider::Worker),
            transport: None,
            load: Some(PhysicalLoad::Heavy),
            employer_checked: true,
        }),
        ..plain("p-full", "洗碗工")
    }
}

/// A profile of which everything is told.
pub(crate) fn full_profile() -> Profile {
    Profile {
        origin: Origin::new("town", "7").unwrap(),
        owner: Owner::new(None, "station-7").unwrap(),
        visibility: Visibility::Matchable,
        consent: Consent {
            given: true,
            given_at: Some(Instant(-1)),
            valid_until: Some(Date::parse("2027-11-23").unwrap()),
        },
        resume: text("做过三年保洁"),
        wanted: vec![text("保洁")],
        kinds: [EmploymentKind::PartTime, EmploymentKind::PublicWelfare].into_iter().collect(),
        education: Some(Education::Vocational),
        experience_months: Some(720),
        birth_year: Some(1975),
        certificates: [Certificate::parse("健康证").unwrap()].into_iter().collect(),
        skills: vec![text("擦窗")],
        pay_floor: Some(PayFloor::new(Money::from_thousandths(35), PayUnit::Piece).unwrap()),
        max_travel_minutes: Some(600),
        travel: Travel::Bus,
        available: vec![WeeklyShift::parse("12345", "08:30", "16:00").unwrap()],
        assistance: vec![text("零就业家庭")],
        place: Place {
            division: None,
            point: Some(Point::new(-90.0, 180.0, Datum::Wgs84).unwrap()),
        },
        excluded_employers: vec![text("某某保洁"), Name::default()],
        embedding: Some(Embedding::new("s", &[1.0]).unwrap()),
        ..Profile::blank(id("r-full"))
    }
}

pub(crate) fn from_source(mut posting: JobPosting, source: &str, external: &str) -> JobPosting {
    posting.origin = Origin::new(source, external).unwrap();
    posting
}
