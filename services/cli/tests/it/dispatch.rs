//! `dispatch` reads ids from files and the line, and prints who goes where.

use crate::service::Service;

#[tokio::test(flavor = "multi_thread")]
async fn people_are_assigned_and_who_stays_without_is_told_why() {
    let service = Service::start().await;
    let gig = r#"{"id":"G1","kind":"GIG","title":"搬运工","headcount":1,"window":{"start":"2150-03-04T06:00","end":"2150-03-04T10:00"}}"#;
    let people = ["P1", "P2"].map(|id| {
        format!(r#"{{"id":"{id}","visibility":"MATCHABLE","consent":true,"wanted":["搬运工"]}}"#)
    });
    service.file("gigs.jsonl", gig.as_bytes());
    service.file("people.jsonl", people.join("\n").as_bytes());
    service.prints(&["load", "gigs.jsonl"]).await;
    service.prints(&["load", "people.jsonl", "--what", "profiles"]).await;
    let table =
        service.prints(&["dispatch", "--postings", "gigs.jsonl", "--profiles", "P1, P2,P3"]).await;
    let row = |id: &str| {
        let starts = |line: &&str| line.trim_start().starts_with(id);
        table.lines().find(starts).unwrap_or_default().to_owned()
    };
    assert!(row("P1").contains("搬运工") && row("P1").contains("06:00–10:00"), "{table}");
    assert!(row("P2").contains("名额已满"), "{table}");
    assert!(row("P3").contains("没有这份档案"), "{table}");
    let refused = service.jobmatch(&["dispatch", "--postings", "G1", "--profiles", "P1,P1"]).await;
    assert!(String::from_utf8_lossy(&refused.stderr).contains("profile_ids[1]"));
}
