//! Places are taken by many at once, over crashes.

use std::collections::HashMap;
use std::time::Duration;

use jobmatch_domain::{CivilInstant, Instant};
use jobmatch_matching::system_clock;
use jobmatch_proto::v1;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::server::{Server, import};

/// A gig that begins so many minutes from now and lasts two hours.
pub(crate) fn gig(id: &str, in_minutes: i64, places: u32) -> v1::JobPosting {
    let civil = |minutes| soon(minutes).to_string();
    v1::JobPosting {
        id: id.into(),
        title: "装卸工".into(),
        kind: v1::EmploymentKind::Gig as i32,
        headcount: Some(places),
        window: Some(v1::Window { start: civil(in_minutes), end: civil(in_minutes + 120) }),
        ..v1::JobPosting::default()
    }
}

/// The civil instant so many minutes from now.
pub(crate) fn soon(minutes: i64) -> CivilInstant {
    Instant(system_clock()().0 + minutes * 60).civil()
}

pub(crate) async fn take(
    server: &Server,
    posting: &str,
    taker: &str,
    hold_seconds: Option<u32>,
) -> Result<v1::TakeSlotResponse, Status> {
    let (posting_id, taker_id) = (posting.into(), taker.into());
    let request = v1::TakeSlotRequest { posting_id, taker_id, hold_seconds };
    server.gigs().take_slot(request).await.map(tonic::Response::into_inner)
}

async fn release(
    server: &Server,
    posting: &str,
    taker: &str,
) -> Result<v1::ReleaseSlotResponse, Status> {
    let request = v1::ReleaseSlotRequest { posting_id: posting.into(), taker_id: taker.into() };
    server.gigs().release_slot(request).await.map(tonic::Response::into_inner)
}

/// All takers of a posting, page by page.
async fn takers(server: &Server, posting: &str) -> Vec<String> {
    let mut request = v1::ListSlotsRequest {
        of: Some(v1::list_slots_request::Of::PostingId(posting.into())),
        page_size: 30,
        ..v1::ListSlotsRequest::default()
    };
    let mut all = Vec::new();
    loop {
        let page = server.gigs().list_slots(request.clone()).await.unwrap().into_inner();
        all.extend(page.slots.into_iter().map(|s| s.taker_id));
        if page.next_page_token.is_empty() {
            return all;
        }
        request.page_token = page.next_page_token;
    }
}

fn reason(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn places_are_refused_for_good_reasons() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let untold = v1::JobPosting { headcount: None, ..gig("untold", 60, 1) };
    let closed =
        v1::JobPosting { status: v1::PostingStatus::Closed as i32, ..gig("closed", 60, 1) };
    let postings =
        vec![gig("one", 60, 1), gig("late", -5, 3), gig("same-time", 90, 3), untold, closed];
    import(&server, postings).await;
    let taken = take(&server, "one", "P1", None).await.unwrap();
    assert_eq!((taken.places_free, taken.slot.unwrap().state), (0, 2));
    let refused = [
        ("one", "P2", "NO_PLACES"),
        ("late", "P2", "NOT_OPEN"),
        ("closed", "P2", "NOT_OPEN"),
        ("untold", "P2", "PLACES_UNKNOWN"),
        ("same-time", "P1", "OVERLAP"),
    ];
    for (posting, taker, expected) in refused {
        let status = take(&server, posting, taker, None).await.unwrap_err();
        assert_eq!(
            (status.code(), &*reason(&status)),
            (Code::FailedPrecondition, expected),
            "{posting}"
        );
    }
    let phone = take(&server, "one", "13812345678", None).await.unwrap_err();
    assert_eq!(phone.code(), Code::InvalidArgument);
    assert!(!phone.message().contains("13812345678"), "{}", phone.message());
    assert_eq!(take(&server, "nowhere", "P1", None).await.unwrap_err().code(), Code::NotFound);
    assert_eq!(
        take(&server, "one", "P1", Some(0)).await.unwrap_err().code(),
        Code::InvalidArgument
    );
    // Sent again by its owner, the posting gives no place away.
    import(&server, vec![v1::JobPosting { description: "搬箱子".into(), ..gig("one", 60, 1) }])
        .await;
    assert_eq!(reason(&take(&server, "one", "P2", None).await.unwrap_err()), "NO_PLACES");
    assert!(release(&server, "one", "P1").await.unwrap().released);
    assert!(!release(&server, "one", "P1").await.unwrap().released);
    assert_eq!(take(&server, "same-time", "P1", None).await.unwrap().places_free, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_ends_by_itself_and_confirming_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    import(&server, vec![gig("g", 60, 2)]).await;
    take(&server, "g", "P1", Some(1)).await.unwrap();
    take(&server, "g", "P2", Some(1)).await.unwrap();
    take(&server, "g", "P2", None).await.unwrap();
    for _ in 0..1_200 {
        if takers(&server, "g").await == ["P2"] {
            let get = v1::GetPostingRequest { id: "g".into() };
            let posting = server.postings().get_posting(get).await.unwrap().into_inner().posting;
            assert_eq!(posting.unwrap().places_free, Some(1));
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the hold did not end");
}

/// What a caller knows of a taker: has a place, has none, or was cut off while asking.
type Known = HashMap<String, Option<bool>>;

/// Takes and gives back the places of three takers until the server dies, or `turns` are done.
async fn work(server: &Server, caller: usize, turns: usize, mut known: Known) -> (Known, usize) {
    for turn in 0..turns {
        let taker = format!("t{:03}", caller * 3 + (turn * 7 + caller) % 3);
        let has = known.get(&taker).copied().flatten().unwrap_or(false);
        known.insert(taker.clone(), None);
        let now = if has {
            release(server, "g", &taker).await.map(|_| false)
        } else {
            match take(server, "g", &taker, None).await {
                Err(status) if reason(&status) == "NO_PLACES" => Ok(false),
                answer => answer.map(|_| true),
            }
        };
        match now {
            Ok(now) => known.insert(taker, Some(now)),
            Err(_) => return (known, turn),
        };
    }
    (known, turns)
}

#[tokio::test(flavor = "multi_thread")]
async fn many_callers_and_kills_lose_no_place_and_give_none_twice() {
    const CALLERS: usize = 64;
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start(folder.path()).await;
    import(&server, vec![gig("g", 600, 100)]).await;
    let mut known: Vec<Known> = vec![Known::new(); CALLERS];
    let mut done = 0;
    for round in 0..6u64 {
        let last = round == 5;
        let turns = if last { 160 } else { 60 };
        let work = known.drain(..).enumerate().map(|(caller, known)| {
            let server = &server;
            async move { work(server, caller, turns, known).await }
        });
        let working = futures::future::join_all(work);
        let outcomes = if last {
            working.await
        } else {
            let kill = async {
                tokio::time::sleep(Duration::from_millis(60 + 45 * round)).await;
                server.kill_now();
            };
            tokio::join!(working, kill).0
        };
        done += outcomes.iter().map(|(_, turns)| turns).sum::<usize>();
        known = outcomes.into_iter().map(|(known, _)| known).collect();
        if !last {
            drop(server);
            server = Server::start(folder.path()).await;
        }
        let listed = takers(&server, "g").await;
        assert!(listed.len() <= 100, "{} takers of 100 places", listed.len());
        for (taker, has) in known.iter_mut().flatten() {
            let is_listed = listed.contains(taker);
            assert!(has.is_none_or(|has| has == is_listed), "{taker}: {has:?}, {is_listed}");
            *has = Some(is_listed);
        }
    }
    assert!(done > 10_000, "{done} orders were answered");
}
