//! Stations and what is asked about them, on the wire.

use jobmatch_domain::station::{CoverageGap, Gap, Origin, StationKind, Uncovered};
use jobmatch_domain::{Division, DocumentId, Invalid, Seq, Travel};
use jobmatch_proto::{json, page_token, station, station_query, v1};

use crate::sample::{Spoil, shift};

fn wire() -> v1::Station {
    let point = v1::Point { latitude: 36.66, longitude: 117.02, datum: 0 };
    v1::Station {
        id: "s-1".into(),
        name: "某某路零工市场".into(),
        kind: v1::StationKind::GigMarket as i32,
        place: Some(v1::Place { division: "370102001000".into(), point: Some(point) }),
        address: "某某路1号".into(),
        phone: "0531-00000001".into(),
        opening_hours: vec![shift()],
        closed_dates: vec!["2027-01-01".into(), "2027-02-17".into()],
        services: vec![3, 11],
        ..Default::default()
    }
}

fn place(station: &mut v1::Station) -> &mut v1::Place {
    station.place.get_or_insert_default()
}

const BAD: &[(Spoil<v1::Station>, &str)] = &[
    (|s| s.id.clear(), "id"),
    (|s| s.id = "13812345678".into(), "id"),
    (|s| s.name = " ".into(), "name"),
    (|s| s.name = "长".repeat(101), "name"),
    (|s| s.kind = 0, "kind"),
    (|s| s.kind = 5, "kind"),
    (|s| s.kind = -1, "kind"),
    (|s| s.place = None, "place.point"),
    (|s| place(s).point = None, "place.point"),
    (|s| place(s).division = "370199".into(), "place.division"),
    (|s| place(s).point.as_mut().unwrap().latitude = f64::NAN, "place.point.latitude"),
    (|s| s.address = "长".repeat(201), "address"),
    (|s| s.phone = "0531-0000000x".into(), "phone"),
    (|s| s.phone = "1".repeat(31), "phone"),
    (|s| s.opening_hours = vec![shift(); 22], "opening_hours"),
    (
        |s| {
            s.opening_hours = vec![shift(); 2];
            s.opening_hours[1].end = "25:00".into();
        },
        "opening_hours[1].end",
    ),
    (|s| s.closed_dates = vec!["2027-01-01".into(); 61], "closed_dates"),
    (|s| s.closed_dates[1] = "2027-02-30".into(), "closed_dates[1]"),
    (|s| s.services = vec![1, 14], "services[1]"),
    (|s| s.services = vec![0], "services[0]"),
    (|s| s.services = vec![2, 3, 2], "services[2]"),
];

#[test]
fn bad_stations_are_refused_at_the_field() {
    for (i, (spoil, path)) in BAD.iter().enumerate() {
        let mut wire = wire();
        spoil(&mut wire);
        let refused = station::from_wire(wire).map(|s| s.id);
        assert_eq!(refused.map_err(|v| v.path), Err((*path).into()), "row {i}");
    }
}

#[test]
fn a_station_comes_back_as_it_went_in() {
    let read = station::from_wire(wire()).unwrap();
    let mut expected = wire();
    place(&mut expected).point.as_mut().unwrap().datum = v1::Datum::Wgs84 as i32;
    assert_eq!(station::to_wire(&read), expected);
    let stored = station::to_wire_stored(&read, Seq(255), jobmatch_domain::Instant(7));
    assert_eq!((stored.etag.as_str(), stored.updated.unwrap().seconds), ("ff", 7));

    let text = serde_json::to_string(&json::Station::of_wire(expected.clone())).unwrap();
    let row: json::Station = serde_json::from_str(&text).unwrap();
    assert_eq!(station::from_wire(row.into_wire().unwrap()).unwrap(), read);
    let unknown = serde_json::from_str::<json::Station>(r#"{"id":"a","services":["CINEMA"]}"#);
    let refused = unknown.unwrap().into_wire().unwrap_err().to_string();
    assert!(refused.contains("services") && refused.contains("CINEMA"), "{refused}");
    assert!(serde_json::from_str::<json::Station>(r#"{"id":"a","street":"b"}"#).is_err());
}

#[test]
fn kinds_and_services_have_the_numbers_of_the_contract() {
    let read = |number: i32| {
        let mut wire = wire();
        wire.kind = number;
        wire.services = (1..=13).collect();
        station::from_wire(wire).unwrap()
    };
    assert_eq!(read(v1::StationKind::Post as i32).kind, StationKind::Post);
    assert_eq!(station::to_wire(&read(4)).services, (1..=13).collect::<Vec<i32>>());
    let names: Vec<String> =
        (1..=13).map(|n| format!("{:?}", v1::ServiceItem::try_from(n).unwrap())).collect();
    let domain = jobmatch_domain::station::ServiceItem::ALL.map(|i| format!("{i:?}"));
    assert_eq!(names, domain);
}

#[test]
fn a_mask_takes_what_it_names_and_nothing_else() {
    let current = station::from_wire(wire()).unwrap();
    let patch = v1::Station { name: "新名".into(), phone: "1".into(), ..Default::default() };
    let merged = station::merge(&current, patch.clone(), &["name".into(), "services".into()]);
    let merged = merged.unwrap();
    assert_eq!((merged.name.as_str(), merged.phone.as_str()), ("新名", "0531-00000001"));
    assert!(merged.services.is_empty());
    for bad in ["id", "etag", "updated", "place.point", "Name", "*", ""] {
        let refused = station::merge(&current, patch.clone(), &["name".into(), bad.into()]);
        let refused = refused.unwrap_err();
        assert_eq!(refused.path, "update_mask.paths[1]", "{bad}");
        assert!(matches!(refused.invalid, Invalid::Unknown { .. }), "{bad}");
    }
    let cleared = station::merge(&current, v1::Station::default(), &["place".into()]);
    assert_eq!(cleared.unwrap_err().path, "place.point");
}

#[test]
fn pages_belong_to_their_request() {
    let of = |token: &str| v1::ListStationsRequest {
        division: "3701".into(),
        kinds: vec![2],
        page_token: token.into(),
        ..Default::default()
    };
    let (first, digest) = station::list(of("")).unwrap();
    assert_eq!((first.page_size, first.after), (100, None));
    assert_eq!(first.kinds, [StationKind::GigMarket].into());
    let last = DocumentId::parse("s-1").unwrap();
    let token = page_token::list(&last, digest);
    assert_eq!(station::list(of(&token)).unwrap().0.after, Some(last));
    let other = v1::ListStationsRequest { kinds: vec![], ..of(&token) };
    assert_eq!(station::list(other).unwrap_err().path, "page_token");
    let refused = |spoil: fn(&mut v1::ListStationsRequest)| {
        let mut request = of("");
        spoil(&mut request);
        station::list(request).unwrap_err().path
    };
    assert_eq!(refused(|r| r.page_size = 1001), "page_size");
    assert_eq!(refused(|r| r.kinds = vec![1, 0]), "kinds[1]");
    assert_eq!(refused(|r| r.division = "990000".into()), "division");
}

#[test]
fn questions_are_read_with_their_defaults_and_refused_at_the_field() {
    use v1::nearby_stations_request::Origin as From;
    let ask = || v1::NearbyStationsRequest {
        origin: Some(From::Division("370102".into())),
        ..Default::default()
    };
    let read = station_query::nearby(ask()).unwrap();
    assert_eq!((read.travel, read.max_minutes, read.limit), (Travel::Ebike, 60, 20));
    assert_eq!(read.origin, Origin::Division(Division::parse("370102").unwrap()));
    let refused = |spoil: fn(&mut v1::NearbyStationsRequest)| {
        let mut request = ask();
        spoil(&mut request);
        station_query::nearby(request).unwrap_err().path
    };
    assert_eq!(refused(|r| r.origin = None), "origin");
    assert_eq!(refused(|r| r.origin = Some(From::Division(String::new()))), "division");
    assert_eq!(
        refused(
            |r| r.origin = Some(From::Point(v1::Point { latitude: 91.0, ..Default::default() }))
        ),
        "point.latitude"
    );
    assert_eq!(refused(|r| r.travel = 6), "travel");
    assert_eq!(refused(|r| r.max_minutes = 241), "max_minutes");
    assert_eq!(refused(|r| r.max_minutes = u32::MAX), "max_minutes");
    assert_eq!(refused(|r| r.limit = 201), "limit");
    assert_eq!(refused(|r| r.services = vec![14]), "services[0]");
    assert_eq!(refused(|r| r.kinds = vec![9]), "kinds[0]");
    assert_eq!(refused(|r| r.open_at = "tomorrow".into()), "open_at");

    let gap = v1::CoverageGapRequest { division: "3701".into(), ..Default::default() };
    let CoverageGap { travel, max_minutes, .. } = station_query::coverage_gap(gap).unwrap();
    assert_eq!((travel, max_minutes), (Travel::Walk, 15));
    let nowhere = station_query::coverage_gap(v1::CoverageGapRequest::default());
    assert_eq!(nowhere.unwrap_err().path, "division");
}

#[test]
fn a_gap_is_drawn_longitude_first() {
    let district = Division::parse("370102").unwrap();
    let centre = district.own_centre().unwrap();
    let bare = Uncovered { division: district, centre, nearest: None };
    let far = Some((DocumentId::parse("s-1").unwrap(), 31.5));
    let gap = Gap {
        uncovered: vec![bare.clone(), Uncovered { nearest: far, ..bare }],
        looked_at: 3,
        without_centre: 13,
    };
    let answer = station_query::gap_to_wire(&gap);
    assert_eq!((answer.looked_at, answer.without_centre), (3, 13));
    assert_eq!((answer.uncovered[0].minutes, answer.uncovered[1].minutes), (None, Some(31.5)));
    let map: serde_json::Value = serde_json::from_str(&answer.geojson).unwrap();
    assert_eq!(map["type"], "FeatureCollection");
    let features = map["features"].as_array().unwrap();
    assert_eq!(features.len(), 2);
    assert_eq!(features[0]["type"], "Feature");
    assert_eq!(features[0]["geometry"]["type"], "Point");
    let position = &features[0]["geometry"]["coordinates"];
    assert_eq!(position[0].as_f64().unwrap(), centre.longitude());
    assert_eq!(position[1].as_f64().unwrap(), centre.latitude());
    assert!(features[0]["properties"]["nearest_station_id"].is_null());
    assert_eq!(features[1]["properties"]["nearest_station_id"], "s-1");
    assert_eq!(features[1]["properties"]["division"], "370102000000");
    assert_eq!(features[1]["properties"]["name"], "山东省济南市历下区");
}
