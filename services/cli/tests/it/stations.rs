//! The map of stations from the command line.

use serde_json::Value;

use crate::service::Service;

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_is_loaded_and_asked() {
    let service = Service::start().await;
    let sample = include_str!("../../../server/sample/stations.jsonl");
    service.file("stations.jsonl", sample.as_bytes());
    let told = service.prints(&["stations", "load", "stations.jsonl"]).await;
    assert!(told.starts_with("40 "), "{told}");

    let near = ["stations", "near", "--lat", "36.665", "--lon", "117.06", "--travel", "walk"];
    let told = service.prints(&near).await;
    assert!(told.starts_with(" 1. ST-01  解放路街道家门口就业服务站"), "{told}");
    assert!(told.contains("0531-00000001") && told.contains("分钟"), "{told}");
    let filtered = [&near[..], &["--service", "GIG_DISPATCH", "--max-minutes", "240", "--json"]];
    let found: Value = serde_json::from_str(&service.prints(&filtered.concat()).await).unwrap();
    let found = found["stations"].as_array().unwrap();
    assert!(found.len() > 1);
    for station in found {
        let services = station["station"]["services"].as_array().unwrap();
        assert!(services.contains(&"GIG_DISPATCH".into()), "{station}");
    }
    let from = service.prints(&["stations", "near", "--division", "370102", "-n", "2"]).await;
    assert_eq!(from.lines().count(), 4, "{from}");

    let gap = ["stations", "gap", "--division", "3701", "--geojson", "gap.json"];
    let told = service.prints(&gap).await;
    assert!(told.contains("已看 12 个区划"), "{told}");
    let map = std::fs::read_to_string(service.folder.path().join("gap.json")).unwrap();
    let map: Value = serde_json::from_str(&map).unwrap();
    let drawn = map["features"].as_array().unwrap().len();
    assert!(drawn > 0 && told.contains(&format!("{drawn} 个未覆盖")), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_rows_and_bad_names_are_told() {
    let service = Service::start().await;
    let rows = r#"{"id":"A","name":"甲站","kind":"POST","lat":36.6,"lon":117.0}
{"id":"B","name":"乙站","kind":"POST"}
{"id":"C","name":"丙站","kind":"PALACE","lat":36.6,"lon":117.0}
"#;
    service.file("mixed.jsonl", rows.as_bytes());
    let output = service.jobmatch(&["stations", "load", "mixed.jsonl"]).await;
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    assert!(error.contains("line 2: station.place.point"), "{error}");
    assert!(error.contains("line 3: kind is \"PALACE\""), "{error}");
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("1 "));
    let near = ["stations", "near", "--lat", "36.6", "--lon", "117", "--service", "CINEMA"];
    let output = service.jobmatch(&near).await;
    assert!(String::from_utf8_lossy(&output.stderr).contains("CINEMA"));
    let nowhere = service.jobmatch(&["stations", "near"]).await;
    assert!(!nowhere.status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_near_a_station_is_told_in_order() {
    let service = Service::start().await;
    let gig = |id: &str, latitude: f64, yuan: u32| {
        format!(
            "{{\"id\": {id:?}, \"title\": \"装卸工\", \"kind\": \"GIG\", \"headcount\": 3, \
             \"pay\": {{\"min\": {yuan}, \"unit\": \"HOUR\", \"text\": \"{yuan}元/时\"}}, \
             \"lat\": {latitude}, \"lon\": 117.02}}\n"
        )
    };
    let rows = gig("close", 36.671, 18) + &gig("dear", 36.68, 30);
    service.file("gigs.jsonl", rows.as_bytes());
    service.prints(&["load", "gigs.jsonl"]).await;
    let here = ["near", "--lat", "36.67", "--lon", "117.02"];
    let mut told = String::new();
    // Durable when loaded, and searchable a moment later.
    for _ in 0..1_200 {
        told = service.prints(&here).await;
        if told.contains("共2个岗位") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(told.contains("共2个岗位"), "{told}");
    assert!(told.find("close").unwrap() < told.find("dear").unwrap(), "{told}");
    assert!(told.contains("还缺3人"), "{told}");
    let by_pay = service.prints(&[&here[..], &["--order", "pay"]].concat()).await;
    assert!(by_pay.find("dear").unwrap() < by_pay.find("close").unwrap(), "{by_pay}");
}
