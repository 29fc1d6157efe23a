//! Stations through a real server: written, listed, sought, and kept over a restart.

use jobmatch_proto::v1::nearby_stations_request::Origin;
use jobmatch_proto::v1::station_service_client::StationServiceClient;
use jobmatch_proto::{json, v1};
use tonic::Code;
use tonic::transport::Channel;
use tonic_types::StatusExt;

use crate::bad_input::field_of;
use crate::server::{Server, question, sample_postings};

type Client = StationServiceClient<Channel>;

fn client(server: &Server) -> Client {
    StationServiceClient::new(server.channel.clone())
}

fn sample() -> Vec<v1::Station> {
    let text = include_str!("../../sample/stations.jsonl");
    let parse = |line| serde_json::from_str::<json::Station>(line).unwrap().into_wire().unwrap();
    text.lines().map(parse).collect()
}

async fn put(client: &mut Client, station: v1::Station) -> Result<v1::Station, tonic::Status> {
    let request = v1::UpdateStationRequest {
        station: Some(station),
        allow_missing: true,
        ..Default::default()
    };
    Ok(client.update_station(request).await?.into_inner().station.unwrap())
}

async fn load(client: &mut Client) -> Vec<v1::Station> {
    let mut stored = Vec::new();
    for station in sample() {
        stored.push(put(client, station).await.unwrap());
    }
    stored
}

async fn list(client: &mut Client, request: v1::ListStationsRequest) -> Vec<v1::Station> {
    let mut request = request;
    let mut all = Vec::new();
    loop {
        let page = client.list_stations(request.clone()).await.unwrap().into_inner();
        all.extend(page.stations);
        if page.next_page_token.is_empty() {
            return all;
        }
        request.page_token = page.next_page_token;
    }
}

fn point(latitude: f64, longitude: f64) -> Option<Origin> {
    Some(Origin::Point(v1::Point { latitude, longitude, datum: 0 }))
}

fn reason(error: &tonic::Status) -> String {
    error.get_error_details().error_info().unwrap().reason.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn stations_are_written_under_their_etag_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let mut stations = client(&server);
    let stored = load(&mut stations).await;
    assert!(stored.iter().all(|s| !s.etag.is_empty() && s.updated.is_some()));
    let first = stored[0].clone();

    let renamed = v1::UpdateStationRequest {
        station: Some(v1::Station {
            id: first.id.clone(),
            name: "新的站名".into(),
            etag: first.etag.clone(),
            ..Default::default()
        }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["name".into()] }),
        allow_missing: false,
    };
    let changed = stations.update_station(renamed.clone()).await.unwrap().into_inner();
    let changed = changed.station.unwrap();
    assert_eq!(changed.name, "新的站名");
    assert_eq!((&changed.services, &changed.place), (&first.services, &first.place));
    assert_ne!(changed.etag, first.etag);
    let again = stations.update_station(renamed).await.unwrap_err();
    assert_eq!((again.code(), reason(&again).as_str()), (Code::Aborted, "ETAG_MISMATCH"));
    let stale =
        v1::DeleteStationRequest { id: first.id.clone(), etag: first.etag, ..Default::default() };
    assert_eq!(stations.delete_station(stale).await.unwrap_err().code(), Code::Aborted);

    let gone = v1::DeleteStationRequest { id: stored[1].id.clone(), ..Default::default() };
    stations.delete_station(gone.clone()).await.unwrap();
    let missing = stations.delete_station(gone.clone()).await.unwrap_err();
    assert_eq!((missing.code(), reason(&missing).as_str()), (Code::NotFound, "NOT_FOUND"));
    stations
        .delete_station(v1::DeleteStationRequest { allow_missing: true, ..gone })
        .await
        .unwrap();
    let get = v1::GetStationRequest { id: stored[1].id.clone() };
    assert_eq!(stations.get_station(get).await.unwrap_err().code(), Code::NotFound);
    let unknown = v1::UpdateStationRequest {
        station: Some(v1::Station { id: "NONE".into(), ..stored[2].clone() }),
        ..Default::default()
    };
    let unknown = v1::UpdateStationRequest {
        station: unknown.station.map(|s| v1::Station { etag: String::new(), ..s }),
        ..unknown
    };
    assert_eq!(stations.update_station(unknown).await.unwrap_err().code(), Code::NotFound);

    let before = list(&mut stations, v1::ListStationsRequest::default()).await;
    assert_eq!(before.len(), 39);
    // Nothing is flushed at the end: what was answered is on the disk.
    server.kill();
    let server = Server::start(folder.path()).await;
    let mut stations = client(&server);
    let after = list(&mut stations, v1::ListStationsRequest::default()).await;
    assert_eq!(after, before);
    let get = v1::GetStationRequest { id: changed.id.clone() };
    let kept = stations.get_station(get).await.unwrap().into_inner().station.unwrap();
    assert_eq!(kept, changed);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pages_that_belong_to_their_request() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let mut stations = client(&server);
    let stored = load(&mut stations).await;
    let request = v1::ListStationsRequest {
        page_size: 2,
        division: "3701".into(),
        kinds: vec![v1::StationKind::GigMarket as i32],
        ..Default::default()
    };
    let ids = |all: &[v1::Station]| all.iter().map(|s| s.id.clone()).collect::<Vec<_>>();
    let markets: Vec<v1::Station> =
        stored.into_iter().filter(|s| s.kind == v1::StationKind::GigMarket as i32).collect();
    assert!(markets.len() > 2);
    assert_eq!(ids(&list(&mut stations, request.clone()).await), ids(&markets));
    let page = stations.list_stations(request.clone()).await.unwrap().into_inner();
    assert_eq!(page.stations.len(), 2);
    let other =
        v1::ListStationsRequest { page_token: page.next_page_token, kinds: Vec::new(), ..request };
    let error = stations.list_stations(other).await.unwrap_err();
    assert_eq!(field_of(&error), "page_token");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_soonest_reached_come_first_and_offer_what_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let mut stations = client(&server);
    load(&mut stations).await;
    let ask = v1::NearbyStationsRequest {
        origin: point(36.665, 117.06),
        travel: v1::Travel::Bus as i32,
        max_minutes: 120,
        limit: 200,
        ..Default::default()
    };
    let found = stations.nearby_stations(ask.clone()).await.unwrap().into_inner().stations;
    assert!(found.len() > 20);
    assert!(found.is_sorted_by(|a, b| a.minutes <= b.minutes));
    assert!(found.iter().any(|f| f.open_on_arrival.is_none()));

    // A Friday at 09:00: gig dispatch, and open.
    let open = v1::NearbyStationsRequest {
        services: vec![v1::ServiceItem::GigDispatch as i32, v1::ServiceItem::JobPlacement as i32],
        open_at: "2026-11-27T09:00".into(),
        ..ask.clone()
    };
    let chosen = stations.nearby_stations(open.clone()).await.unwrap().into_inner().stations;
    assert!(!chosen.is_empty() && chosen.len() < found.len());
    for near in &chosen {
        let station = near.station.as_ref().unwrap();
        assert_eq!(near.open_on_arrival, Some(true));
        assert!(open.services.iter().all(|s| station.services.contains(s)), "{}", station.id);
    }
    // At three in the night but the night market nobody is there.
    let night = v1::NearbyStationsRequest { open_at: "2026-11-27T03:00".into(), ..ask.clone() };
    let night = stations.nearby_stations(night).await.unwrap().into_inner().stations;
    assert!(night.len() < chosen.len());
    let first = v1::NearbyStationsRequest { limit: 1, ..ask.clone() };
    let first = stations.nearby_stations(first).await.unwrap().into_inner().stations;
    assert_eq!(first, found[..1]);

    // A new one is in the very next answer.
    let mut fresh = sample().remove(0);
    fresh.id = "A-NEW".into();
    let here = fresh.place.as_mut().unwrap().point.as_mut().unwrap();
    (here.latitude, here.longitude) = (36.665, 117.06);
    put(&mut stations, fresh).await.unwrap();
    let found = stations.nearby_stations(ask).await.unwrap().into_inner().stations;
    assert_eq!(found[0].station.as_ref().unwrap().id, "A-NEW");

    let centre = v1::NearbyStationsRequest {
        origin: Some(Origin::Division("370102001".into())),
        ..Default::default()
    };
    let error = stations.nearby_stations(centre).await.unwrap_err();
    assert_eq!((error.code(), reason(&error).as_str()), (Code::FailedPrecondition, "NO_CENTRE"));
}

#[tokio::test(flavor = "multi_thread")]
async fn gaps_are_told_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let mut stations = client(&server);
    let ask = v1::CoverageGapRequest { division: "3701".into(), ..Default::default() };
    let nobody = stations.coverage_gap(ask.clone()).await.unwrap().into_inner();
    assert_eq!(nobody.uncovered.len() as u32, nobody.looked_at);
    assert!(nobody.uncovered.iter().all(|u| u.minutes.is_none()));
    load(&mut stations).await;
    let gap = stations.coverage_gap(ask.clone()).await.unwrap().into_inner();
    assert_eq!(gap.looked_at, 12);
    assert!(gap.without_centre > 100, "streets have no centre on record");
    assert!(gap.uncovered.iter().all(|u| u.minutes.unwrap() > 15.0));
    let by_car = v1::CoverageGapRequest { travel: v1::Travel::Car as i32, max_minutes: 60, ..ask };
    let fewer = stations.coverage_gap(by_car).await.unwrap().into_inner();
    assert!(fewer.uncovered.len() < gap.uncovered.len());
    let map: serde_json::Value = serde_json::from_str(&gap.geojson).unwrap();
    let features = map["features"].as_array().unwrap();
    assert_eq!(features.len(), gap.uncovered.len());
    for (feature, told) in features.iter().zip(&gap.uncovered) {
        let centre = told.centre.unwrap();
        let drawn = &feature["geometry"]["coordinates"];
        assert_eq!(drawn[0].as_f64(), Some(centre.longitude));
        assert_eq!(drawn[1].as_f64(), Some(centre.latitude));
        assert_eq!(feature["properties"]["division"], told.division.as_str());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_stations_name_their_field_and_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let mut stations = client(&server);
    type Damage = fn(&mut v1::Station);
    let damages: [(&str, Damage); 6] = [
        ("station.id", |s| s.id = "13812345678".into()),
        ("station.kind", |s| s.kind = 0),
        ("station.place.point", |s| s.place = None),
        ("station.phone", |s| s.phone = "张三".into()),
        ("station.closed_dates[0]", |s| s.closed_dates = vec!["2026-02-30".into()]),
        ("station.services[1]", |s| s.services = vec![1, 99]),
    ];
    for (field, damage) in damages {
        let mut station = sample().remove(0);
        damage(&mut station);
        let error = put(&mut stations, station).await.unwrap_err();
        assert_eq!((error.code(), field_of(&error).as_str()), (Code::InvalidArgument, field));
    }
    let none = v1::UpdateStationRequest::default();
    assert_eq!(field_of(&stations.update_station(none).await.unwrap_err()), "station");
    let masked = v1::UpdateStationRequest {
        station: Some(put(&mut stations, sample().remove(0)).await.unwrap()),
        update_mask: Some(prost_types::FieldMask { paths: vec!["name".into(), "etag".into()] }),
        ..Default::default()
    };
    let error = stations.update_station(masked).await.unwrap_err();
    assert_eq!(field_of(&error), "update_mask.paths[1]");
    let ask = v1::NearbyStationsRequest { open_at: "soon".into(), ..Default::default() };
    assert_eq!(field_of(&stations.nearby_stations(ask).await.unwrap_err()), "origin");
    let gap =
        v1::CoverageGapRequest { max_minutes: 500, division: "37".into(), ..Default::default() };
    assert_eq!(field_of(&stations.coverage_gap(gap).await.unwrap_err()), "max_minutes");
    assert_eq!(list(&mut stations, v1::ListStationsRequest::default()).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn stations_do_not_hold_up_the_indexes() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let request = v1::UpdatePostingRequest {
        posting: Some(sample_postings().remove(0)),
        allow_missing: true,
        ..Default::default()
    };
    let written = server.postings().update_posting(request).await.unwrap().into_inner();
    let stored = load(&mut client(&server)).await;
    let last = u64::from_str_radix(&stored.last().unwrap().etag, 16).unwrap();
    assert!(last > written.posting.unwrap().seq, "one Seq for all");
    server.caught_up(last).await;
    let mut ask = question("PA01");
    ask.person = Some(v1::match_postings_request::Person::Text(v1::TextQuery {
        text: "洗碗工".into(),
        ..Default::default()
    }));
    ask.options = Some(v1::MatchOptions { min_seq: last, ..Default::default() });
    assert_eq!(server.matches().match_postings(ask).await.unwrap().into_inner().matches.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn known_routes_of_the_configuration_are_used() {
    let folder = tempfile::tempdir().unwrap();
    let routes = folder.path().join("routes.csv");
    let header = "from_latitude,from_longitude,to_latitude,to_longitude,travel,minutes";
    let station = sample().remove(0);
    let to = station.place.as_ref().unwrap().point.unwrap();
    let row = format!("36.9,117.5,{},{},WALK,7.5", to.latitude, to.longitude);
    std::fs::write(&routes, format!("{header}\n{row}\n")).unwrap();
    let variables = [("JOBMATCH_KNOWN_ROUTES", routes.to_str().unwrap())];
    let server = Server::start_with(&folder.path().join("data"), &variables).await;
    let mut stations = client(&server);
    put(&mut stations, station).await.unwrap();
    let ask = v1::NearbyStationsRequest {
        origin: point(36.9, 117.5),
        travel: v1::Travel::Walk as i32,
        max_minutes: 15,
        ..Default::default()
    };
    let found = stations.nearby_stations(ask).await.unwrap().into_inner().stations;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].minutes, 7.5);
    assert!(found[0].metres > 20_000.0);
}
