//! Files in and out.

use serde_json::Value;

use crate::service::Service;

#[tokio::test(flavor = "multi_thread")]
async fn bad_rows_of_a_csv_are_noted_and_the_good_ones_kept() {
    let service = Service::start().await;
    let mut csv = "\u{feff}id,title,kind,certificates,pay,headcount\n\
        A1,洗碗工,FULL_TIME,健康证,\"{\"\"min\"\":3500,\"\"unit\"\":\"\"MONTH\"\"}\",2\n"
        .as_bytes()
        .to_vec();
    csv.extend(b"A2,\xc4\xe3\xba\xc3,FULL_TIME,,,1\n");
    csv.extend("A3,保安,NIGHTLY,,,1\nA4,保安,FULL_TIME,,\nA5,保洁,PART_TIME,,,1\n".as_bytes());
    service.file("jobs.csv", &csv);
    let summary: Value =
        serde_json::from_str(&service.prints(&["load", "jobs.csv", "--json"]).await).unwrap();
    assert_eq!((summary["written"].as_u64(), summary["rejected"].as_u64()), (Some(2), Some(3)));

    let noted = std::fs::read_to_string(service.folder.path().join("jobs.csv.rejects.jsonl"));
    let noted: Vec<Value> =
        noted.unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let lines: Vec<u64> = noted.iter().map(|n| n["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [3, 4, 5]);
    for (note, told) in noted.iter().zip(["not valid UTF-8", "\"NIGHTLY\"", "5 cells"]) {
        assert!(note["reason"].as_str().unwrap().contains(told), "{note}");
    }

    let kept: Value = serde_json::from_str(&service.prints(&["get", "A1"]).await).unwrap();
    assert_eq!(kept["certificates"], serde_json::json!(["健康证"]));
    assert_eq!(kept["pay"]["min"], 3500.0);
    assert_eq!(kept["headcount"], 2);
    let gone = service.jobmatch(&["get", "A2"]).await;
    assert!(!gone.status.success());
    assert!(String::from_utf8_lossy(&gone.stderr).contains("A2"));
}

/// Everything that a record can carry, beside what is derived from the text.
const POSTING: &str = r#"{"id":"A1","source":"feed","external_id":"7","status":"PAUSED","kind":"GIG","title":"搬运工","description":"搬货","employer":"某某物流","headcount":3,"places_left":1,"pay":{"text":"看活给","negotiable":false},"education":"JUNIOR","experience_months":6,"certificates":["健康证"],"skills":["装卸"],"age":[18,null],"shifts":[{"days":"12345","start":"18:00","end":"06:00"}],"window":{"start":"2026-12-02T06:00","end":null},"benefits":["包吃"],"published":"2026-11-20","expires":"2026-12-31","lat":36.65,"lon":117.12,"division":"370102000000","occupation":"搬运工","owner_division":"370102000000","owner_station":"s-1","embedding":{"space":"own-2","values":[0.6,0.8]}}"#;
const PROFILE: &str = r#"{"id":"P1","visibility":"MATCHABLE","consent":true,"consent_given_at":"2026-11-01T08:00:00Z","consent_valid_until":"2027-11-01","resume":"干过保安","wanted":["保安"],"kinds":["FULL_TIME"],"education":"SENIOR","experience_months":36,"birth_year":1975,"certificates":["保安员证"],"skills":[],"pay_min":{"amount":3000.0,"unit":"MONTH"},"max_minutes":30,"travel":"BUS","available":[],"assistance":[],"lat":36.65,"lon":117.12,"division":"370102000000","excluded_employers":["甲公司"],"owner_division":"370102000000","owner_station":"s-1"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_loads_as_the_same_records() {
    let service = Service::start().await;
    for (name, what, row) in [("jobs", "postings", POSTING), ("people", "profiles", PROFILE)] {
        let file = format!("{name}.jsonl");
        service.file(&file, row.as_bytes());
        let loaded = service.prints(&["load", &file, "--what", what]).await;
        assert!(loaded.contains("1 written"), "{loaded}");
        let exported = service.prints(&["export", what]).await;
        let (given, back): (Value, Value) =
            (serde_json::from_str(row).unwrap(), serde_json::from_str(&exported).unwrap());
        let fields = |v: &Value| v.as_object().unwrap().clone();
        for (field, value) in fields(&given) {
            if !matches!(field.as_str(), "pay" | "embedding") {
                assert_eq!(back[&field], value, "{field}");
            }
        }
        service.file(&file, exported.as_bytes());
        let again = service.prints(&["load", &file, "--what", what, "--json"]).await;
        let again: Value = serde_json::from_str(&again).unwrap();
        assert_eq!(again["unchanged"], 1, "{again}");
    }
    let back: Value = serde_json::from_str(&service.prints(&["export"]).await).unwrap();
    assert_eq!(back["pay"]["negotiable"], false);
    assert_eq!(back["embedding"]["space"], "own-2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_was_cut_off_goes_on_to_the_same_file() {
    let service = Service::start().await;
    service.file("jobs.jsonl", POSTING.replace("PAUSED", "OPEN").as_bytes());
    let people: Vec<String> =
        (1..=5).map(|n| PROFILE.replace("\"P1\"", &format!("\"P{n}\"")) + "\n").collect();
    service.file("people.jsonl", people.concat().as_bytes());
    service.prints(&["load", "jobs.jsonl"]).await;
    service.prints(&["load", "people.jsonl", "--what", "profiles"]).await;
    service.running.ready().await.unwrap();
    let told = service.prints(&["match-batch", "--of", "370102", "--out", "push.jsonl"]).await;
    assert!(told.starts_with("5 persons"), "{told}");
    let path = service.folder.path().join("push.jsonl");
    let whole = std::fs::read_to_string(&path).unwrap();
    let ids: Vec<Value> = whole.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let ids: Vec<&str> = ids.iter().map(|row| row["profile_id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["P1", "P2", "P3", "P4", "P5"]);

    let again = service.jobmatch(&["match-batch", "--out", "push.jsonl"]).await;
    assert!(String::from_utf8_lossy(&again.stderr).contains("--resume"));
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    service.file("push.jsonl", (lines[..2].concat() + &lines[2][..9]).as_bytes());
    let told = service.prints(&["match-batch", "--out", "push.jsonl", "--resume"]).await;
    assert!(told.starts_with("3 persons"), "{told}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), whole);
}
