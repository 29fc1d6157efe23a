//! A clock that is set, and deleted people who leave by it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jobmatch_domain::{DocumentId, Instant, Profile};

use super::*;
use crate::intake::Guard;
use crate::service::{Service, ServiceOptions};
use crate::tickets::{Ticket, TicketState};

const START: i64 = 1_795_000_000;
const DAY: i64 = 24 * 3_600;
/// By far longer than it takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// The service of a folder under a clock that the tests set.
struct Bench {
    folder: tempfile::TempDir,
    now: Arc<AtomicI64>,
}

impl Bench {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), now: Arc::new(AtomicI64::new(START)) }
    }

    async fn open(&self) -> Service {
        let now = self.now.clone();
        let clock = Arc::new(move || Instant(now.load(Ordering::Relaxed)));
        let service =
            Service::open(ServiceOptions::new(self.folder.path().into(), clock)).await.unwrap();
        service.ready().await.unwrap();
        service
    }

    fn set(&self, seconds: i64) {
        self.now.store(START + seconds, Ordering::Relaxed);
    }

    fn generations(&self) -> Vec<String> {
        let folder: &Path = self.folder.path();
        let entries = std::fs::read_dir(folder.join("index/profiles")).unwrap();
        let names = entries.map(|e| e.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name != "CURRENT").collect()
    }
}

fn id(name: &str) -> DocumentId {
    DocumentId::parse(name).unwrap()
}

async fn put(service: &Service, name: &str) {
    let guard = Guard { allow_missing: true, ..Guard::default() };
    let profile = Profile::blank(id(name));
    let change = Box::new(|_: Option<&Profile>| Ok(profile));
    service.intake().put_profile(id(name), guard, change).await.unwrap();
}

/// Deletes somebody; the ticket that tells of it.
async fn delete(service: &Service, name: &str) -> String {
    let written = service.intake().delete_profile(id(name), Guard::default()).await.unwrap();
    service.ready().await.unwrap();
    Ticket::id_of_deletion(written.seq)
}

fn state(service: &Service, ticket: &str) -> TicketState {
    service.ticket(ticket).unwrap().unwrap().state
}

fn is_due(service: &Service, within: i64) -> bool {
    let within = Duration::from_secs(within.unsigned_abs());
    due(service.profiles_indexer(), within).unwrap().is_some()
}

async fn done(service: &Service, ticket: &str) {
    let turned = async {
        while state(service, ticket) == TicketState::Running {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, turned).await.expect("the ticket is not done");
    assert_eq!(state(service, ticket), TicketState::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_deleted_leaves_in_time_and_the_ticket_says_so_for_good() {
    let bench = Bench::new();
    let service = bench.open().await;
    for name in ["a", "b", "c"] {
        put(&service, name).await;
    }
    let before = bench.generations();
    bench.set(2 * DAY);
    assert!(!is_due(&service, DAY), "nobody was deleted");
    bench.set(DAY / 2);
    let tickets = [delete(&service, "a").await, delete(&service, "b").await];
    bench.set(DAY - 1);
    assert!(!is_due(&service, DAY));
    assert_eq!(
        tickets.each_ref().map(|t| state(&service, t)),
        [(); 2].map(|()| TicketState::Running)
    );
    assert_eq!(bench.generations(), before);

    bench.set(DAY);
    for ticket in &tickets {
        done(&service, ticket).await;
    }
    let after = bench.generations();
    assert!(after.len() == 1 && after != before, "{before:?} {after:?}");
    // And again no sooner than a day after that.
    let third = delete(&service, "c").await;
    bench.set(2 * DAY - 1);
    assert!(!is_due(&service, DAY));
    bench.set(2 * DAY);
    done(&service, &third).await;
    service.shut_down().await;

    let service = bench.open().await;
    let compacted = bench.generations();
    bench.set(9 * DAY);
    assert!(!is_due(&service, DAY), "they left before the restart");
    for ticket in tickets.iter().chain([&third]) {
        assert_eq!(state(&service, ticket), TicketState::Done);
    }
    assert_eq!(bench.generations(), compacted);
    service.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn restarts_and_a_clock_that_is_set_back_put_nothing_off() {
    let bench = Bench::new();
    let service = bench.open().await;
    put(&service, "a").await;
    put(&service, "b").await;
    bench.set(600);
    let first = delete(&service, "a").await;
    // Sent again, so that no record tells any more that there was a deletion.
    put(&service, "a").await;
    service.shut_down().await;
    for hours in [6, 12, 18] {
        bench.set(hours * 3_600);
        let service = bench.open().await;
        assert_eq!(state(&service, &first), TicketState::Running);
        assert!(!is_due(&service, DAY));
        service.shut_down().await;
    }
    bench.set(DAY);
    let service = bench.open().await;
    done(&service, &first).await;
    let second = delete(&service, "b").await;
    bench.set(-DAY);
    done(&service, &second).await;
    service.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_does_not_tell_its_age_is_compacted_once_somebody_was_deleted() {
    let bench = Bench::new();
    let service = bench.open().await;
    put(&service, "a").await;
    let ticket = delete(&service, "a").await;
    service.shut_down().await;
    // As programs of before wrote it.
    let [generation] = &bench.generations()[..] else { panic!("one generation") };
    let number: u64 = generation[1..].parse().unwrap();
    let checksum = xxhash_rust::xxh3::xxh3_64(&number.to_le_bytes());
    let current = bench.folder.path().join("index/profiles/CURRENT");
    std::fs::write(current, format!("g{number} {checksum:016x}\n")).unwrap();

    let service = bench.open().await;
    done(&service, &ticket).await;
    assert!(!bench.generations().contains(generation));
    service.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_removed_is_tried_again_without_building_anew() {
    let bench = Bench::new();
    let service = bench.open().await;
    put(&service, "a").await;
    let ticket = delete(&service, "a").await;
    let profiles = service.profiles_indexer();
    let seq = service.store().seq();
    let folder = bench.folder.path().join("index/profiles");
    let armed = jobmatch_faults::arm("generation: remove", &folder, jobmatch_faults::Fault::Error);
    assert!(profiles.compact(seq, |_| ()).await.is_err());
    drop(armed);
    assert_eq!(state(&service, &ticket), TicketState::Running);
    let rebuilt = std::fs::read(folder.join("CURRENT")).unwrap();
    profiles.compact(seq, |_| ()).await.unwrap();
    assert_eq!(state(&service, &ticket), TicketState::Done);
    assert_eq!(std::fs::read(folder.join("CURRENT")).unwrap(), rebuilt);
    service.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_of_no_deletion_are_unknown_or_done() {
    let bench = Bench::new();
    let service = bench.open().await;
    put(&service, "a").await;
    let beyond = Ticket::id_of_deletion(Seq(service.store().seq().0 + 1));
    for unknown in [beyond.as_str(), "deleted-", "deleted-01", "erase-1"] {
        assert_eq!(service.ticket(unknown).unwrap(), None, "{unknown}");
    }
    // A deletion that found nobody waits for nothing.
    let guard = Guard { allow_missing: true, ..Guard::default() };
    let nobody = service.intake().delete_profile(id("x"), guard).await.unwrap();
    assert_eq!(state(&service, &Ticket::id_of_deletion(nobody.seq)), TicketState::Done);
    service.shut_down().await;
}
