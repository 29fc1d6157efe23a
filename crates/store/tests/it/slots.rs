//! Places of postings: against a model, by many at once, over restarts and deletions.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jobmatch_domain::posting::Headcount;
use jobmatch_domain::slot::{SlotRefusal, SlotState, admit};
use jobmatch_domain::{Collection, DocumentId, Instant, JobPosting, Profile, Seq};
use jobmatch_store::{SlotContext, SlotReceipt, Store, StoreOptions, WriteError};
use proptest::prelude::*;
use tempfile::tempdir;

use crate::sample::{NOW, delete, full_profile, id, open, plain, put};

fn gig(name: &str, places: u32) -> JobPosting {
    let headcount = Headcount::new(Some(places), None).unwrap();
    JobPosting { headcount, ..plain(name, "装卸工") }
}

/// The rules of the service.
fn rules(context: &SlotContext<'_>) -> Result<(), SlotRefusal> {
    let SlotContext { posting, others, now } = context;
    admit(&posting.record, posting.taken, *others, *now)
}

async fn take(
    store: &Store,
    posting: &str,
    taker: &str,
    hold: Option<u32>,
) -> Result<SlotReceipt, SlotRefusal> {
    match store.take_slot(id(posting), id(taker), hold, rules).await {
        Ok(receipt) => Ok(receipt.expect("the posting is there")),
        Err(WriteError::Refused(refusal)) => Err(refusal),
        Err(error) => panic!("{error}"),
    }
}

async fn release(store: &Store, posting: &str, taker: &str) -> SlotReceipt {
    store.release_slot(id(posting), id(taker)).await.unwrap().unwrap()
}

fn takers(store: &Store, posting: &str) -> Vec<String> {
    let slots = store.slots_of_posting(&id(posting), None, usize::MAX).unwrap();
    slots.iter().map(|s| s.taker.to_string()).collect()
}

fn taken(store: &Store, posting: &str) -> u32 {
    store.get::<JobPosting>(&id(posting)).unwrap().unwrap().taken
}

/// A store on a clock that tests set.
fn on_clock(dir: &std::path::Path) -> (Store, Arc<AtomicI64>) {
    let seconds = Arc::new(AtomicI64::new(NOW.0));
    let told = seconds.clone();
    let clock = Arc::new(move || Instant(told.load(Ordering::SeqCst)));
    (Store::open(dir, StoreOptions::default(), clock).unwrap(), seconds)
}

#[derive(Debug, Clone)]
enum Step {
    Take { posting: u8, taker: u8, hold: Option<u32> },
    Release { posting: u8, taker: u8 },
    Wait(i64),
    Import { posting: u8, places: u32 },
    Leave { taker: u8 },
}

fn step() -> impl Strategy<Value = Step> {
    let (posting, taker) = (0u8..3, 0u8..5);
    prop_oneof![
        5 => (posting.clone(), taker.clone(), proptest::option::of(1u32..50))
            .prop_map(|(posting, taker, hold)| Step::Take { posting, taker, hold }),
        2 => (posting.clone(), taker.clone())
            .prop_map(|(posting, taker)| Step::Release { posting, taker }),
        2 => (1i64..40).prop_map(Step::Wait),
        1 => (posting, 1u32..4).prop_map(|(posting, places)| Step::Import { posting, places }),
        1 => taker.prop_map(|taker| Step::Leave { taker }),
    ]
}

/// What should be: places and, by posting and taker, the end of the hold.
#[derive(Default)]
struct Model {
    places: BTreeMap<u8, u32>,
    slots: BTreeMap<(u8, u8), Option<i64>>,
}

impl Model {
    fn expire(&mut self, now: i64) {
        self.slots.retain(|_, held| held.is_none_or(|until| until > now));
    }

    fn count(&self, posting: u8) -> u32 {
        self.slots.keys().filter(|(p, _)| *p == posting).count() as u32
    }

    fn take(&mut self, posting: u8, taker: u8, held: Option<i64>) -> bool {
        let current = self.slots.get(&(posting, taker)).copied();
        if current.is_none() && self.count(posting) >= self.places[&posting] {
            return false;
        }
        let state = if current == Some(None) { None } else { held };
        self.slots.insert((posting, taker), state);
        true
    }
}

async fn follow(steps: Vec<Step>) {
    let dir = tempdir().unwrap();
    let (store, seconds) = on_clock(dir.path());
    let mut model = Model::default();
    for posting in 0..3u8 {
        put(&store, gig(&format!("g{posting}"), 2)).await;
        model.places.insert(posting, 2);
    }
    for taker in 0..5u8 {
        let id = id(&format!("t{taker}"));
        put(&store, Profile { id, origin: Default::default(), ..full_profile() }).await;
    }
    for step in steps {
        let now = seconds.load(Ordering::SeqCst);
        match step {
            Step::Take { posting, taker, hold } => {
                model.expire(now);
                let until = hold.map(|h| now + i64::from(h));
                let should = model.take(posting, taker, until);
                let (p, t) = (format!("g{posting}"), format!("t{taker}"));
                assert_eq!(take(&store, &p, &t, hold).await.is_ok(), should);
            }
            Step::Release { posting, taker } => {
                model.expire(now);
                let had = model.slots.remove(&(posting, taker)).is_some();
                let receipt = release(&store, &format!("g{posting}"), &format!("t{taker}")).await;
                assert_eq!(receipt.slot.is_some(), had);
            }
            Step::Wait(more) => {
                seconds.fetch_add(more, Ordering::SeqCst);
                store.expire_slots().await.unwrap();
                model.expire(now + more);
            }
            Step::Import { posting, places } => {
                put(&store, gig(&format!("g{posting}"), places)).await;
                model.places.insert(posting, places);
            }
            Step::Leave { taker } => {
                let id = id(&format!("t{taker}"));
                if store.get::<Profile>(&id).unwrap().is_some() {
                    delete::<Profile>(&store, &id).await;
                    model.slots.retain(|(_, t), _| *t != taker);
                }
            }
        }
        compare(&store, &model);
    }
}

fn compare(store: &Store, model: &Model) {
    for posting in 0..3u8 {
        let expected: Vec<String> =
            model.slots.keys().filter(|k| k.0 == posting).map(|k| format!("t{}", k.1)).collect();
        let name = format!("g{posting}");
        assert_eq!(takers(store, &name), expected);
        assert_eq!(taken(store, &name), expected.len() as u32);
    }
    for taker in 0..5u8 {
        let slots = store.slots_of_taker(&id(&format!("t{taker}")), None, 99).unwrap();
        let found: Vec<_> = slots.iter().map(|s| (s.posting.to_string(), s.state)).collect();
        let state = |held: &Option<i64>| match held {
            Some(until) => SlotState::Held(Instant(*until)),
            None => SlotState::Confirmed,
        };
        let of_taker = model.slots.iter().filter(|(k, _)| k.1 == taker);
        let expected: Vec<_> = of_taker.map(|(k, h)| (format!("g{}", k.0), state(h))).collect();
        assert_eq!(found, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn slots_do_what_the_model_does(steps in proptest::collection::vec(step(), 1..25)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(follow(steps));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_four_callers_never_get_more_than_there_is() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    put(&store, gig("g", 100)).await;
    let callers: Vec<_> = (0..64u32)
        .map(|caller| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut held = 0i32;
                for turn in 0..40u32 {
                    let taker = format!("t{}", (caller * 7 + turn * 13) % 150);
                    match take(&store, "g", &taker, Some(3600)).await {
                        Ok(receipt) => {
                            assert!(receipt.posting.taken <= 100);
                            held += 1;
                        }
                        Err(refusal) => assert_eq!(refusal, SlotRefusal::NoPlaces),
                    }
                    if turn % 5 == 4 {
                        release(&store, "g", &taker).await;
                    }
                }
                held
            })
        })
        .collect();
    let mut successes = 0;
    for caller in callers {
        successes += caller.await.unwrap();
    }
    assert!(successes > 100, "places were given back and taken again");
    let listed = takers(&store, "g").len() as u32;
    assert!(listed <= 100);
    assert_eq!(taken(&store, "g"), listed);
    drop(store);
    assert_eq!(takers(&open(dir.path()), "g").len() as u32, listed);
}

#[tokio::test]
async fn a_reimport_gives_no_place_away_and_the_feed_tells_of_slots() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    let first = put(&store, gig("g", 2)).await.seq;
    let receipt = take(&store, "g", "t1", None).await.unwrap();
    assert_eq!(receipt.posting.places_free(), Some(1));
    let feed = store.changes(Collection::Postings, first, 9).unwrap();
    assert_eq!(feed.iter().map(|c| (c.seq, c.content)).collect::<Vec<_>>(), [(Seq(2), false)]);
    let again = put(&store, gig("g", 2)).await;
    assert_eq!(again.stored.unwrap().places_free(), Some(1));
    let smaller = put(&store, gig("g", 1)).await;
    assert_eq!(smaller.stored.unwrap().places_free(), Some(0));
    // The same taker again is no second place.
    let again = take(&store, "g", "t1", Some(60)).await.unwrap();
    assert_eq!((again.posting.taken, again.slot.unwrap().state), (1, SlotState::Confirmed));
    delete::<JobPosting>(&store, &id("g")).await;
    assert_eq!(takers(&store, "g"), Vec::<String>::new());
    put(&store, gig("g", 2)).await;
    assert_eq!(taken(&store, "g"), 0);
}

#[tokio::test]
async fn a_posting_that_is_not_there_has_no_places() {
    let dir = tempdir().unwrap();
    let store = open(dir.path());
    let never = |_: &SlotContext<'_>| -> Result<(), DocumentId> { panic!("nobody is to be asked") };
    assert!(store.take_slot(id("g"), id("t"), None, never).await.unwrap().is_none());
    assert!(store.release_slot(id("g"), id("t")).await.unwrap().is_none());
    store.expire_slots().await.unwrap();
}
