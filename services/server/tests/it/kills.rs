//! SIGKILL again and again while postings are imported, changed and deleted and places are taken:
//! nothing that was acknowledged is lost or undone, and nothing is there that was never sent.
//! `KILLS=200` makes the long form.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jobmatch_proto::v1;
use jobmatch_proto::v1::import_postings_request::Request as Import;
use jobmatch_proto::v1::import_postings_response::Response as Imported;
use tokio::task::JoinSet;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;

use crate::server::{Server, sample_postings};
use crate::slots::gig;

/// Kills of the short form.
const KILLS: u64 = 4;
/// Postings that each changing caller has for itself.
const OWN: u64 = 40;
/// Gigs, and the places of each.
const GIGS: u64 = 100;
const PLACES: usize = 100;

/// What a posting is: its version, or that it is not there.
type State = Option<u64>;

/// What was sent and what was acknowledged.
#[derive(Default)]
struct Ledger {
    acknowledged: BTreeMap<String, State>,
    /// Sent and not acknowledged: it may have happened.
    open: BTreeMap<String, State>,
    /// (gig, taker) of places, likewise.
    taken: BTreeSet<(String, String)>,
    taking: BTreeSet<(String, String)>,
    writes: u64,
    versions: u64,
}

type Shared = Arc<Mutex<Ledger>>;

impl Ledger {
    /// A version that was never sent before.
    fn next_version(&mut self) -> u64 {
        self.versions += 1;
        self.versions
    }

    fn acknowledge(&mut self, id: &str) {
        if let Some(state) = self.open.remove(id) {
            self.acknowledged.insert(id.to_owned(), state);
            self.writes += 1;
        }
    }

    /// A posting of the store, `None` when it is not there, must be what was acknowledged or what
    /// may have happened since; from then on it is known.
    fn check(&mut self, id: &str, found: State) {
        let known = self.acknowledged.get(id).copied().flatten();
        let open = self.open.remove(id);
        assert!(
            found == known || Some(found) == open,
            "{id}: found {found:?}, acknowledged {known:?}, under way {open:?}"
        );
        self.acknowledged.insert(id.to_owned(), found);
    }
}

fn posting(id: &str, version: u64) -> v1::JobPosting {
    let description = format!("version {version}");
    v1::JobPosting { id: id.into(), description, ..sample_postings().remove(0) }
}

fn version(posting: &v1::JobPosting) -> u64 {
    posting.description.strip_prefix("version ").unwrap().parse().unwrap()
}

/// Sends new postings, and every third time one of an earlier round again, until the server goes.
async fn import(server: Arc<Server>, ledger: Shared, round: u64) {
    let (sender, receiver) = tokio::sync::mpsc::channel(64);
    let sent = ledger.clone();
    tokio::spawn(async move {
        for number in 1u64.. {
            let id = match number.is_multiple_of(3) && round > 0 {
                // One that an earlier round made.
                true => format!("I{}-{}", round - 1, number - 1),
                false => format!("I{round}-{number}"),
            };
            let next = {
                let mut ledger = sent.lock().unwrap();
                let next = ledger.next_version();
                ledger.open.insert(id.clone(), Some(next));
                next
            };
            let item = v1::ImportPostingItem { number, posting: Some(posting(&id, next)) };
            let request = Some(Import::Item(item));
            if sender.send(v1::ImportPostingsRequest { request }).await.is_err() {
                return;
            }
        }
    });
    let Ok(answers) = server.postings().import_postings(ReceiverStream::new(receiver)).await else {
        return;
    };
    let mut answers = answers.into_inner();
    while let Ok(Some(answer)) = answers.message().await {
        if let Some(Imported::Result(result)) = answer.response {
            assert!(matches!(result.outcome, Some(v1::import_result::Outcome::Seq(_))));
            ledger.lock().unwrap().acknowledge(&result.id);
        }
    }
}

/// Changes postings of its own one after the other and deletes every fourth, until the server
/// goes.
async fn change(server: Arc<Server>, ledger: Shared, caller: u64) {
    for turn in 0u64.. {
        let id = format!("U{caller}-{}", turn * 7 % OWN);
        let next = {
            let mut ledger = ledger.lock().unwrap();
            let next = (turn % 4 != 3).then(|| ledger.next_version());
            ledger.open.insert(id.clone(), next);
            next
        };
        let failed = match next {
            Some(next) => {
                let request = v1::UpdatePostingRequest {
                    posting: Some(posting(&id, next)),
                    allow_missing: true,
                    ..Default::default()
                };
                server.postings().update_posting(request).await.err()
            }
            None => {
                let request = v1::DeletePostingRequest {
                    id: id.clone(),
                    allow_missing: true,
                    ..Default::default()
                };
                server.postings().delete_posting(request).await.err()
            }
        };
        match failed {
            None => ledger.lock().unwrap().acknowledge(&id),
            Some(_) => return,
        }
    }
}

/// Takes places until the server goes.
async fn take(server: Arc<Server>, ledger: Shared, round: u64) {
    for turn in 0u64.. {
        let pair = (format!("G{}", turn % GIGS), format!("T{round}-{turn}"));
        ledger.lock().unwrap().taking.insert(pair.clone());
        let (posting_id, taker_id) = pair.clone();
        let request = v1::TakeSlotRequest { posting_id, taker_id, ..Default::default() };
        let answer = server.gigs().take_slot(request).await;
        let mut ledger = ledger.lock().unwrap();
        match answer {
            Ok(_) => {
                ledger.writes += 1;
                ledger.taking.remove(&pair);
                ledger.taken.insert(pair);
            }
            Err(full) if full.code() == Code::FailedPrecondition => {
                ledger.taking.remove(&pair);
            }
            Err(_) => return,
        }
    }
}

/// Reads every posting and every place.
async fn check(server: &Server, ledger: &Shared) -> usize {
    let mut found: BTreeMap<String, State> = BTreeMap::new();
    let mut page_token = String::new();
    loop {
        let request =
            v1::ListPostingsRequest { page_size: 1_000, page_token, ..Default::default() };
        let page = server.postings().list_postings(request).await.unwrap().into_inner();
        for posting in page.postings.iter().filter(|p| !p.id.starts_with('G')) {
            let twice = found.insert(posting.id.clone(), Some(version(posting)));
            assert!(twice.is_none(), "{} stands in the list twice", posting.id);
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let mut takers = BTreeSet::new();
    for number in 0..GIGS {
        let posting = format!("G{number}");
        let of = Some(v1::list_slots_request::Of::PostingId(posting.clone()));
        let request = v1::ListSlotsRequest { of, page_size: 200, ..Default::default() };
        let slots = server.gigs().list_slots(request).await.unwrap().into_inner().slots;
        assert!(slots.len() <= PLACES, "{posting} has {} takers", slots.len());
        takers.extend(slots.into_iter().map(|slot| (posting.clone(), slot.taker_id)));
    }
    let mut ledger = ledger.lock().unwrap();
    let sent: BTreeSet<String> =
        ledger.acknowledged.keys().chain(ledger.open.keys()).cloned().collect();
    let phantom = found.keys().find(|id| !sent.contains(*id));
    assert_eq!(phantom, None, "a posting that was never sent");
    for id in &sent {
        ledger.check(id, found.get(id).copied().flatten());
    }
    let lost = ledger.taken.difference(&takers).next();
    assert_eq!(lost, None, "a place that was acknowledged is gone");
    let phantom = takers.iter().find(|t| !ledger.taken.contains(*t) && !ledger.taking.contains(*t));
    assert_eq!(phantom, None, "a place that nobody took");
    ledger.taken = takers;
    ledger.taking.clear();
    found.len()
}

/// One round of mixed calls that ends by a kill after some time.
async fn round(server: Server, ledger: &Shared, number: u64) {
    let server = Arc::new(server);
    let mut callers = JoinSet::new();
    callers.spawn(import(server.clone(), ledger.clone(), number));
    callers.spawn(change(server.clone(), ledger.clone(), 0));
    callers.spawn(change(server.clone(), ledger.clone(), 1));
    callers.spawn(take(server.clone(), ledger.clone(), number));
    // After one write to some hundreds, and then at another moment each time.
    let enough = ledger.lock().unwrap().writes + 1 + number * 37 % 300;
    let patience = Instant::now() + Duration::from_secs(10);
    while ledger.lock().unwrap().writes < enough && Instant::now() < patience {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    tokio::time::sleep(Duration::from_millis(number * 7 % 23)).await;
    server.kill_now();
    while let Some(caller) = callers.join_next().await {
        caller.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
#[allow(clippy::print_stdout, reason = "the long form tells its figures")]
async fn kills_lose_nothing_undo_nothing_and_invent_nothing() {
    let kills = std::env::var("KILLS").map_or(KILLS, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let gigs = (0..GIGS).map(|n| gig(&format!("G{n}"), 60, PLACES as u32)).collect();
    crate::server::import(&server, gigs).await;
    let ledger = Shared::default();
    let mut slowest = Duration::ZERO;
    let mut server = Some(server);
    for number in 0..kills {
        round(server.take().unwrap(), &ledger, number).await;
        let begun = Instant::now();
        let again = Server::start(folder.path()).await;
        slowest = slowest.max(begun.elapsed());
        check(&again, &ledger).await;
        server = Some(again);
    }
    let server = server.unwrap();
    let stored = check(&server, &ledger).await;
    let (writes, places) = {
        let ledger = ledger.lock().unwrap();
        (ledger.writes, ledger.taken.len())
    };
    assert!(writes > kills, "hardly anything was written");
    let stats = server.admin().get_stats(v1::GetStatsRequest {}).await.unwrap().into_inner();
    server.caught_up(stats.seq).await;
    let stats = server.admin().get_stats(v1::GetStatsRequest {}).await.unwrap().into_inner();
    assert_eq!(stats.collections[0].stored, stats.collections[0].indexed);
    assert_eq!(stats.collections[0].stored, stored as u64 + GIGS);
    println!(
        "{kills} kills, {writes} acknowledged writes, {stored} postings and {places} places left: \
         0 lost, 0 phantoms, 0 duplicates, 0 undone; started in {slowest:?} at most"
    );
}

#[test]
fn the_ledger_finds_what_is_lost_undone_or_invented() {
    let found = |known: State, open: Option<State>, found: State| {
        let mut ledger = Ledger::default();
        ledger.acknowledged.insert("P".into(), known);
        ledger.open.extend(open.map(|state| ("P".to_owned(), state)));
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| ledger.check("P", found))).is_ok()
    };
    assert!(found(Some(2), None, Some(2)) && found(Some(2), Some(Some(3)), Some(3)));
    assert!(found(Some(2), Some(None), None));
    // Lost, an old version, a deletion undone, a version that was never sent.
    assert!(!found(Some(2), None, None) && !found(Some(2), Some(Some(3)), Some(1)));
    assert!(!found(None, None, Some(2)) && !found(Some(2), Some(None), Some(4)));
}
