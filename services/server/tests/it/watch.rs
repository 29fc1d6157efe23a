//! Following an area: new, filled and withdrawn postings, and going on after a break.

use std::time::Duration;

use jobmatch_domain::{Datum, Point};
use jobmatch_proto::v1;
use jobmatch_proto::v1::NearbyEventKind as Kind;
use tonic::Streaming;

use crate::server::{Server, import};
use crate::slots::{gig, take};

fn placed(id: &str, latitude: f64) -> v1::JobPosting {
    let point = Some(v1::Point { latitude, longitude: 117.0, datum: 0 });
    let place = Some(v1::Place { point, ..Default::default() });
    v1::JobPosting { place, ..gig(id, 60, 1) }
}

async fn follow(server: &Server, cursor: &str) -> Streaming<v1::WatchNearbyResponse> {
    let point = Point::new(36.65, 117.0, Datum::Wgs84).unwrap();
    let origin = v1::nearby_area::Origin::Point(v1::Point {
        latitude: point.latitude(),
        longitude: point.longitude(),
        datum: 0,
    });
    let area = Some(v1::NearbyArea { origin: Some(origin), ..Default::default() });
    let request = v1::WatchNearbyRequest { area, cursor: cursor.into() };
    server.nearby().watch_nearby(request).await.unwrap().into_inner()
}

async fn next(events: &mut Streaming<v1::WatchNearbyResponse>) -> v1::WatchNearbyResponse {
    let event = tokio::time::timeout(Duration::from_secs(120), events.message()).await;
    event.expect("an event comes").unwrap().expect("the stream goes on")
}

fn told(event: &v1::WatchNearbyResponse) -> (Kind, &str) {
    (event.kind(), &event.posting_id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kiosk_sees_what_comes_fills_and_goes_and_catches_up() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let mut events = follow(&server, "").await;
    import(&server, vec![placed("near", 36.651)]).await;
    let shown = next(&mut events).await;
    assert_eq!(told(&shown), (Kind::Shown, "near"));
    let posting = shown.posting.unwrap();
    assert!(posting.minutes < 1.0 && posting.posting.unwrap().places_free == Some(1));
    take(&server, "near", "P1", None).await.unwrap();
    let filled = next(&mut events).await;
    assert_eq!(told(&filled), (Kind::Filled, "near"));
    let delete = v1::DeletePostingRequest { id: "near".into(), ..Default::default() };
    server.postings().delete_posting(delete).await.unwrap();
    let withdrawn = next(&mut events).await;
    assert_eq!(told(&withdrawn), (Kind::Withdrawn, "near"));
    drop(events);
    // Offline meanwhile; what lies out of reach is no news that matters.
    import(&server, vec![placed("later", 36.652), placed("far", 38.0)]).await;
    let mut events = follow(&server, &withdrawn.cursor).await;
    assert_eq!(told(&next(&mut events).await), (Kind::Shown, "later"));
    assert_eq!(told(&next(&mut events).await), (Kind::Withdrawn, "far"));
    server.terminate();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_too_far_behind_is_told_to_reload() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let many = (0..600).map(|i| placed(&format!("G{i:03}"), 36.65)).collect();
    import(&server, many).await;
    let mut events = follow(&server, "0").await;
    let reload = next(&mut events).await;
    assert_eq!(reload.kind(), Kind::Reload);
    let mut events = follow(&server, &reload.cursor).await;
    import(&server, vec![placed("new", 36.651)]).await;
    assert_eq!(told(&next(&mut events).await), (Kind::Shown, "new"));
    // A cursor of another store.
    let mut events = follow(&server, "ffffffff").await;
    assert_eq!(next(&mut events).await.kind(), Kind::Reload);
}
