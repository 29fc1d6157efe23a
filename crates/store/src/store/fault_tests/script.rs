//! What is written to a disk that fails, group by group, and what can be read of it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc;
use std::task::{Context, Waker};

use jobmatch_domain::ids::Origin;
use jobmatch_domain::posting::{Headcount, PostingStatus};
use jobmatch_domain::station::{ClosedDates, Phone, StationKind};
use jobmatch_domain::text::Text;
use jobmatch_domain::{
    Collection, Datum, DocumentId, Instant, JobPosting, Point, Profile, Seq, Station,
};

use super::medium::Medium;
use crate::disk::Disk;
use crate::error::{StoreError, WriteError};
use crate::keyring::Keyring;
use crate::record::{Decision, Record, RequestKey};
use crate::seal::Seals;
use crate::space::FreeSpace;
use crate::store::{ScrubDepth, ScrubPlace, Store, StoreOptions, Surroundings};

/// One write.
#[derive(Debug, Clone, Copy)]
pub(super) enum Op {
    Put { posting: u32, version: u32 },
    Person { person: u32, version: u32 },
    DeletePosting(u32),
    DeletePerson(u32),
    Take { posting: u32, person: u32, hold: Option<u32> },
    Release { posting: u32, person: u32 },
    Station(u32),
}

/// Waits for one write: whether it was acknowledged.
type Answer = Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send>>;

fn id(kind: &str, number: u32) -> DocumentId {
    DocumentId::parse(&format!("{kind}{number:03}")).unwrap()
}

pub(super) fn posting_id(number: u32) -> DocumentId {
    id("p", number)
}

/// Groups of mixed writes; the records are long enough to fill pages.
pub(super) fn script() -> Vec<Vec<Op>> {
    let mut groups = vec![vec![Op::Station(1)]];
    for round in 0..6 {
        let posts = (0..8).map(|i| Op::Put { posting: 8 * round + i, version: 1 });
        groups.push(posts.collect());
        let persons = (0..3).map(|i| Op::Person { person: 3 * round + i, version: 1 });
        groups.push(persons.collect());
        let (posting, person) = (8 * round + 1, 3 * round);
        groups.push(vec![
            Op::Take { posting, person, hold: None },
            Op::Take { posting: posting + 1, person: person + 1, hold: Some(600) },
            Op::Put { posting, version: 2 },
        ]);
        groups.push(vec![Op::Put { posting: 8 * round, version: 2 }]);
        groups.push(vec![
            Op::Release { posting: posting + 1, person: person + 1 },
            Op::DeletePosting(posting + 2),
            Op::Person { person, version: 2 },
            Op::DeletePerson(person + 2),
        ]);
    }
    groups.push(vec![Op::Station(2), Op::Put { posting: 3, version: 9 }, Op::DeletePosting(1)]);
    groups
}

fn posting(number: u32, version: u32) -> JobPosting {
    let mut posting = JobPosting::blank(posting_id(number), Text::parse("洗碗工").unwrap());
    posting.status = PostingStatus::Open;
    posting.origin = Origin::new("feed", &format!("{number}")).unwrap();
    posting.headcount = Headcount::new(Some(5), None).unwrap();
    posting.description = Text::parse(&format!("第{version}版，包两餐。").repeat(60)).unwrap();
    posting
}

fn person(number: u32, version: u32) -> Profile {
    let resume = Text::parse(&format!("做过{version}年保洁。").repeat(30)).unwrap();
    Profile { resume, ..Profile::blank(id("r", number)) }
}

fn station(number: u32) -> Station {
    Station {
        id: id("s", number),
        name: Text::parse("解放路站").unwrap(),
        kind: StationKind::Post,
        point: Point::new(36.6, 117.0, Datum::Wgs84).unwrap(),
        division: None,
        address: Text::default(),
        phone: Phone::default(),
        opening_hours: Vec::new(),
        closed_dates: ClosedDates::default(),
        services: Default::default(),
    }
}

fn told<T, E>(answer: Result<T, WriteError<E>>) -> Result<(), StoreError> {
    match answer {
        Ok(_) => Ok(()),
        Err(WriteError::Store(error)) => Err(error),
        Err(_) => panic!("the script asks for nothing that is refused"),
    }
}

fn order(store: &Store, op: Op) -> Answer {
    let store = store.clone();
    // Each write has a key of its own, so that receipts are on trial as well.
    let key = Some(RequestKey { key: format!("{op:?}"), digest: 1 });
    // Without a budget of tokio's, which would make a poll wait though there is room in the
    // queue, and so cut a group in two.
    Box::pin(tokio::task::unconstrained(async move {
        match op {
            Op::Put { posting: p, version } => {
                let put = move |_: Option<&_>| Ok::<_, ()>(Decision::Put(posting(p, version)));
                told(store.write::<JobPosting, _>(posting_id(p), key, put).await)
            }
            Op::Person { person: r, version } => {
                let put = move |_: Option<&_>| Ok::<_, ()>(Decision::Put(person(r, version)));
                told(store.write::<Profile, _>(id("r", r), key, put).await)
            }
            Op::DeletePosting(p) => {
                let gone = |_: Option<&_>| Ok::<_, ()>(Decision::Delete);
                told(store.write::<JobPosting, _>(posting_id(p), key, gone).await)
            }
            Op::DeletePerson(r) => {
                let gone = |_: Option<&_>| Ok::<_, ()>(Decision::Delete);
                told(store.write::<Profile, _>(id("r", r), key, gone).await)
            }
            Op::Take { posting: p, person: r, hold } => {
                told(store.take_slot(posting_id(p), id("r", r), hold, |_| Ok::<_, ()>(())).await)
            }
            Op::Release { posting: p, person: r } => {
                told(store.release_slot(posting_id(p), id("r", r)).await)
            }
            Op::Station(s) => {
                let put = move |_: Option<&_>| Ok::<_, ()>(Decision::Put(station(s)));
                told(store.write_station(id("s", s), put).await)
            }
        }
    }))
}

/// Writes a group in one transaction: the writer is held up until all of it is in the queue.
pub(super) async fn write_group(store: &Store, group: &[Op]) -> Result<(), StoreError> {
    let (begun, has_begun) = mpsc::channel::<()>();
    let (release, released) = mpsc::channel::<()>();
    let gate = store.clone();
    let holding = tokio::spawn(async move {
        let hold = move |_: Option<&_>| {
            begun.send(()).unwrap();
            released.recv().unwrap();
            Ok(Decision::Keep)
        };
        gate.write::<JobPosting, ()>(posting_id(999), None, hold).await
    });
    let mut context = Context::from_waker(Waker::noop());
    // A writer that failed runs no decision and drops it unasked.
    let is_held = has_begun.recv().is_ok();
    let mut answers: Vec<_> = group.iter().map(|op| order(store, *op)).collect();
    for answer in answers.iter_mut().filter(|_| is_held) {
        assert!(answer.as_mut().poll(&mut context).is_pending());
    }
    // Nobody listens where the decision was dropped.
    let _ = release.send(());
    let _ = holding.await;
    let mut outcome = Ok(());
    for (i, answer) in answers.into_iter().enumerate() {
        let answer = answer.await;
        assert!(i == 0 || answer.is_ok() == outcome.is_ok(), "half a group: {answer:?}");
        outcome = answer;
    }
    outcome
}

pub(super) fn start(medium: &Medium) -> Result<Store, StoreError> {
    start_with(medium, Arc::new(|| Ok(u64::MAX)))
}

pub(super) fn start_with(medium: &Medium, free: FreeSpace) -> Result<Store, StoreError> {
    // Few keys are kept, so that dropping the oldest is on trial as well.
    let options = StoreOptions { request_keys_kept: 40, ..StoreOptions::default() };
    let clock: crate::Clock = Arc::new(|| Instant(1_795_363_200));
    let disk = Disk::open(medium.opener())?;
    let keyring = Keyring::on(medium.key_file(), "keyring.bin".as_ref(), None)?;
    let seals = Seals::new(Arc::new(keyring), None);
    Store::start((disk, seals), "".into(), Surroundings { options, clock, free })
}

/// Everything that a store answers, part by part; a part is an error where it cannot be read.
pub(super) fn answers(store: &Store) -> Vec<(String, Result<String, StoreError>)> {
    fn told<T: std::fmt::Debug>(
        part: String,
        read: Result<T, StoreError>,
    ) -> (String, Result<String, StoreError>) {
        (part, read.map(|answer| format!("{answer:?}")))
    }
    let mut parts = vec![
        told("postings".into(), store.scan::<JobPosting>(None, 9_999)),
        told("profiles".into(), store.scan::<Profile>(None, 9_999)),
        told("stations".into(), store.stations()),
        told("hold".into(), store.first_hold_ends()),
        told("source".into(), store.ids_of_source(Collection::Postings, "feed")),
    ];
    for collection in Collection::ALL {
        let name = collection.name();
        parts.push(told(format!("feed of {name}"), store.changes(collection, Seq(0), 9_999)));
        parts.push(told(format!("count of {name}"), store.count(collection)));
    }
    for number in 0..48 {
        let p = posting_id(number);
        parts.push(told(format!("posting {number}"), store.get::<JobPosting>(&p)));
        parts.push(told(format!("slots {number}"), store.slots_of_posting(&p, None, 99)));
        let origin = Origin::new("feed", &format!("{number}")).unwrap();
        let read = store.id_of_origin(Collection::Postings, &origin);
        parts.push(told(format!("origin {number}"), read));
    }
    for number in 0..18 {
        let r = id("r", number);
        parts.push(told(format!("profile {number}"), store.get::<Profile>(&r)));
        parts.push(told(format!("places {number}"), store.slots_of_taker(&r, None, 99)));
    }
    parts
}

/// The same as one text, with the Seq; `None` when a part cannot be read, or when the directory
/// and the feed do not fit the rows.
pub(super) fn contents(store: &Store) -> Option<String> {
    let is_whole = scrubs_well::<JobPosting>(store) && scrubs_well::<Profile>(store);
    if !is_whole || !store.counts_agree().ok()? {
        return None;
    }
    let parts: Option<Vec<_>> = answers(store).into_iter().map(|(_, a)| a.ok()).collect();
    Some(format!("{:?} {}", store.seq(), parts?.join("\n")))
}

fn scrubs_well<R: Record>(store: &Store) -> bool {
    let mut place = Some(ScrubPlace::default());
    while let Some(from) = place {
        match store.scrub::<R>(ScrubDepth::All, &from, 9_999) {
            Ok((report, next)) if report.bad() == 0 => place = next,
            Ok(_) | Err(_) => return false,
        }
    }
    true
}

/// The contents after each group, the empty store first, and the disk with its events.
pub(super) async fn reference() -> (Vec<String>, Medium) {
    let medium = Medium::default();
    let store = start(&medium).unwrap();
    medium.acknowledged(0);
    let mut states = vec![contents(&store).unwrap()];
    for (i, group) in script().iter().enumerate() {
        write_group(&store, group).await.unwrap();
        medium.acknowledged(i + 1);
        states.push(contents(&store).unwrap());
    }
    assert!(states.windows(2).all(|two| two[0] != two[1]));
    (states, medium)
}
