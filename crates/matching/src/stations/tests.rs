//! The map against a plain look at everything, and its writes.

use std::collections::BTreeSet;
use std::future::Future;
use std::path::Path;
use std::task::{Context, Waker};

use jobmatch_domain::station::{
    ClosedDates, CoverageGap, NearbyStations, Origin, Phone, ServiceItem, StationFilter,
    StationKind,
};
use jobmatch_domain::text::{Name, Text};
use jobmatch_domain::travel::KnownRoutes;
use jobmatch_domain::{CivilInstant, Datum, Division, Instant, Point, Travel, Trip, WeeklyShift};
use jobmatch_store::StoreOptions;
use proptest::prelude::*;

use super::*;

/// 2026-11-26 is a Thursday; 09:00 in Shanghai.
const NOW: Instant = Instant(1_795_654_800);

fn id(text: &str) -> DocumentId {
    DocumentId::parse(text).unwrap()
}

fn at(lat: f64, lon: f64) -> Point {
    Point::new(lat, lon, Datum::Wgs84).unwrap()
}

fn station(name: &str, point: Point) -> Station {
    Station {
        id: id(name),
        name: Text::parse("某某站").unwrap(),
        kind: StationKind::Neighbourhood,
        point,
        division: None,
        address: Name::default(),
        phone: Phone::default(),
        opening_hours: Vec::new(),
        closed_dates: ClosedDates::default(),
        services: BTreeSet::new(),
    }
}

fn open(folder: &Path, times: TravelTimes) -> Stations {
    let store = Store::open(folder, StoreOptions::default(), Arc::new(|| NOW)).unwrap();
    Stations::open(store, times).unwrap()
}

/// A map without a file under it.
fn map(stations: Vec<Station>) -> (tempfile::TempDir, Stations) {
    let folder = tempfile::tempdir().unwrap();
    let map = open(folder.path(), TravelTimes::default());
    for station in stations {
        let id = station.id.clone();
        let seq = jobmatch_domain::Seq(1);
        let stored = Stored { record: station, seq, content_seq: seq, updated: NOW, taken: 0 };
        map.replace(&id, Some(stored));
    }
    (folder, map)
}

fn any(id: &str) -> StationWrite {
    StationWrite { id: self::id(id), allow_missing: true, etag: String::new() }
}

fn ask(from: Point) -> NearbyStations {
    NearbyStations {
        origin: Origin::Point(from),
        travel: Travel::Ebike,
        max_minutes: 60,
        filter: StationFilter::default(),
        open_at: None,
        limit: 200,
    }
}

fn ids(map: &Stations, query: &NearbyStations) -> Vec<String> {
    let found = map.nearby(query, NOW).unwrap();
    found.iter().map(|r| r.station.record.id.to_string()).collect()
}

#[tokio::test]
async fn writes_show_at_once_and_survive() {
    let folder = tempfile::tempdir().unwrap();
    let here = at(36.66, 117.02);
    let map = open(folder.path(), TravelTimes::default());
    for name in ["b", "c", "a"] {
        let made = station(name, here);
        map.put(any(name), Box::new(|_| Ok(made))).await.unwrap();
    }
    assert_eq!(ids(&map, &ask(here)), ["a", "b", "c"], "ties by id");
    let stored = map.get(&id("b")).unwrap();
    let stale = StationWrite { etag: "ff".into(), ..any("b") };
    let refused = map.put(stale.clone(), Box::new(|c| Ok(c.unwrap().clone()))).await;
    assert!(matches!(refused, Err(MatchingError::EtagMismatch { .. })));
    assert!(matches!(map.delete(stale).await, Err(MatchingError::EtagMismatch { .. })));
    let right = StationWrite { etag: etag(stored.seq), ..any("b") };
    map.delete(right).await.unwrap();
    let missing = StationWrite { allow_missing: false, ..any("b") };
    let refused = map.put(missing.clone(), Box::new(|_| unreachable!())).await;
    assert!(matches!(refused, Err(MatchingError::NoStation { .. })));
    assert!(matches!(map.delete(missing).await, Err(MatchingError::NoStation { .. })));
    map.delete(any("b")).await.unwrap();
    assert_eq!(ids(&map, &ask(here)), ["a", "c"]);
    let store = map.store.clone();
    drop(map);
    store.shutdown();
    drop(store);
    assert_eq!(ids(&open(folder.path(), TravelTimes::default()), &ask(here)), ["a", "c"]);
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_store_and_map_together() {
    let folder = tempfile::tempdir().unwrap();
    let map = open(folder.path(), TravelTimes::default());
    let made = station("a", at(36.66, 117.02));
    let mut write = Box::pin(map.put(any("a"), Box::new(|_| Ok(made))));
    // Polled once, so that the task is on its way, and dropped.
    let polled = write.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
    drop(write);
    while map.get(&id("a")).is_err() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(map.store.stations().unwrap().len(), 1);
}

#[test]
fn pages_go_on_behind_the_last_also_when_it_is_gone() {
    let stations = ["a", "b", "c", "d"].map(|name| station(name, at(36.6, 117.0)));
    let (_folder, map) = map(stations.to_vec());
    let page = |after: Option<&str>, keep: fn(&Station) -> bool| {
        let (found, last) = map.list(after.map(id).as_ref(), 2, keep);
        let ids: Vec<String> = found.iter().map(|s| s.record.id.to_string()).collect();
        (ids.concat(), last.map(|l| l.to_string()))
    };
    assert_eq!(page(None, |_| true), ("ab".into(), Some("b".into())));
    assert_eq!(page(Some("b"), |_| true), ("cd".into(), None));
    assert_eq!(page(Some("bb"), |_| true), ("cd".into(), None));
    assert_eq!(page(Some("zz"), |_| true), (String::new(), None));
    assert_eq!(page(None, |s| s.id.as_str() != "b"), ("ac".into(), Some("c".into())));
}

#[test]
fn hours_services_and_kinds_decide_who_is_shown() {
    let here = at(36.66, 117.02);
    let night = WeeklyShift::parse("4", "22:00", "06:00").unwrap();
    let market = Station {
        kind: StationKind::GigMarket,
        opening_hours: vec![night],
        services: [ServiceItem::GigDispatch, ServiceItem::JobPlacement].into(),
        ..station("market", here)
    };
    let (_folder, map) = map(vec![market, station("silent", here)]);
    let open_at = |text: &str| NearbyStations {
        open_at: Some(CivilInstant::parse(text).unwrap()),
        ..ask(here)
    };
    assert_eq!(ids(&map, &open_at("2026-11-27T05:59")), ["market"]);
    assert!(ids(&map, &open_at("2026-11-27T06:00")).is_empty());
    let opens = |query: &NearbyStations| {
        let found = map.nearby(query, NOW).unwrap();
        found.iter().map(|r| r.open_on_arrival).collect::<Vec<_>>()
    };
    assert_eq!(opens(&ask(here)), [Some(false), None]);
    // Thirteen hours on the way from 09:00: open at 22:00 is beyond any limit, so the clock is
    // moved instead.
    let late = Instant(NOW.0 + 13 * 3600 - 60);
    let away = at(36.66, 117.03);
    let found = map.nearby(&ask(away), late).unwrap();
    assert!(found[0].minutes > 1.0);
    assert_eq!(found[0].open_on_arrival, Some(true), "open on arrival, though not yet now");

    let filtered = |services: &[ServiceItem], kinds: &[StationKind]| {
        let services = services.iter().copied().collect();
        let filter = StationFilter { services, kinds: kinds.iter().copied().collect() };
        ids(&map, &NearbyStations { filter, ..ask(here) })
    };
    assert_eq!(filtered(&[ServiceItem::GigDispatch, ServiceItem::JobPlacement], &[]), ["market"]);
    assert!(filtered(&[ServiceItem::GigDispatch, ServiceItem::Archives], &[]).is_empty());
    assert_eq!(filtered(&[], &[StationKind::Neighbourhood]), ["silent"]);
}

#[test]
fn a_division_without_a_centre_of_its_own_is_no_origin() {
    let (_folder, map) = map(vec![station("a", at(36.66, 117.04))]);
    let from = |code: &str| {
        let origin = Origin::Division(Division::parse(code).unwrap());
        map.nearby(&NearbyStations { origin, ..ask(at(0.0, 0.0)) }, NOW)
    };
    assert_eq!(from("370102").unwrap().len(), 1);
    let refused = from("370102001").unwrap_err().to_string();
    assert!(refused.contains("or division 370102"), "{refused}");
    assert!(!from("110101").unwrap_err().to_string().contains("or division"));
}

#[test]
fn a_known_route_beats_the_estimate_and_its_reach() {
    let folder = tempfile::tempdir().unwrap();
    let (here, far) = (at(36.6, 117.0), at(36.9, 117.0));
    let csv = "from_latitude,from_longitude,to_latitude,to_longitude,travel,minutes\n\
               36.6,117.0,36.9,117.0,EBIKE,12\n";
    let times = TravelTimes::with_routes(KnownRoutes::parse(csv).unwrap());
    let map = open(folder.path(), times);
    let seq = jobmatch_domain::Seq(1);
    let stored =
        Stored { record: station("far", far), seq, content_seq: seq, updated: NOW, taken: 0 };
    map.replace(&id("far"), Some(stored));
    let found = map.nearby(&NearbyStations { max_minutes: 12, ..ask(here) }, NOW).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].minutes, 12.0);
    assert!(ids(&map, &NearbyStations { max_minutes: 11, ..ask(here) }).is_empty());
}

#[test]
fn gaps_are_the_centres_that_nobody_serves() {
    let district = |code: &str| Division::parse(code).unwrap();
    let centre = district("370102").own_centre().unwrap();
    let (_folder, map) = map(vec![station("a", centre), station("b", centre)]);
    let ask = |kinds: &[StationKind]| CoverageGap {
        division: district("3701"),
        travel: Travel::Walk,
        max_minutes: 15,
        filter: StationFilter { services: BTreeSet::new(), kinds: kinds.iter().copied().collect() },
    };
    let gap = map.coverage_gap(&ask(&[]));
    assert_eq!((gap.looked_at, gap.uncovered.len()), (12, 11));
    assert!(gap.uncovered.iter().all(|u| u.division != district("370102")));
    let minutes: Vec<f64> = gap.uncovered.iter().map(|u| u.nearest.as_ref().unwrap().1).collect();
    assert!(minutes.is_sorted_by(|a, b| a >= b) && minutes[10] > 15.0);
    assert!(gap.uncovered.iter().all(|u| u.nearest.as_ref().unwrap().0 == id("a")), "ties by id");
    let none = map.coverage_gap(&ask(&[StationKind::Centre]));
    assert_eq!(none.uncovered.len(), 12);
    assert!(none.uncovered.iter().all(|u| u.nearest.is_none()));
    assert!(none.uncovered.is_sorted_by_key(|u| u.division));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_soonest_are_those_of_a_full_sort(
        points in proptest::collection::vec((36.5f64..36.9, 116.8f64..117.3, 0usize..3), 0..60),
        lat in 36.5f64..36.9, lon in 116.8f64..117.3,
        travel in prop::sample::select(Travel::ALL.to_vec()),
        max_minutes in 1u16..60, limit in 1usize..20,
    ) {
        let divisions = ["370102001", "370115104", "370522201"];
        let stations: Vec<Station> = points.iter().enumerate().map(|(i, (lat, lon, d))| Station {
            division: Some(Division::parse(divisions[*d]).unwrap()),
            ..station(&format!("s{i:02}"), at(*lat, *lon))
        }).collect();
        let (_folder, map) = map(stations.clone());
        let from = at(lat, lon);
        let times = TravelTimes::default();
        let mut expected: Vec<(f64, String)> = stations.iter().map(|s| {
            let trip = Trip { from, to: s.point, area: s.area(), travel };
            (times.minutes(trip), s.id.to_string())
        }).filter(|(m, _)| *m <= f64::from(max_minutes)).collect();
        expected.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        expected.truncate(limit);
        let expected: Vec<String> = expected.into_iter().map(|(_, id)| id).collect();
        let query = NearbyStations { travel, max_minutes, limit, ..ask(from) };
        prop_assert_eq!(ids(&map, &query), expected);
    }
}

#[test]
fn the_soonest_of_a_gap_may_be_far_away_by_a_known_route() {
    let district = Division::parse("370102").unwrap();
    let centre = district.own_centre().unwrap();
    let far = at(centre.latitude() + 0.3, centre.longitude());
    let csv = format!(
        "from_latitude,from_longitude,to_latitude,to_longitude,travel,minutes\n\
         {},{},{},{},WALK,20\n",
        centre.latitude(),
        centre.longitude(),
        far.latitude(),
        far.longitude()
    );
    let folder = tempfile::tempdir().unwrap();
    let times = TravelTimes::with_routes(KnownRoutes::parse(&csv).unwrap());
    let map = open(folder.path(), times);
    let beside = at(centre.latitude() + 0.02, centre.longitude());
    let seq = jobmatch_domain::Seq(1);
    for (name, point) in [("beside", beside), ("far", far)] {
        let record = station(name, point);
        map.replace(
            &id(name),
            Some(Stored { record, seq, content_seq: seq, updated: NOW, taken: 0 }),
        );
    }
    let gap = map.coverage_gap(&CoverageGap {
        division: district,
        travel: Travel::Walk,
        max_minutes: 15,
        filter: StationFilter::default(),
    });
    assert_eq!(gap.uncovered[0].nearest, Some((id("far"), 20.0)));
}
