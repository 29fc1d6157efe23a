//! Who a person is never touches a score: sex, ethnicity, marriage, household registration,
//! health and assistance status, in fields and in text, over the whole sample.

use std::collections::BTreeMap;
use std::sync::Arc;

use jobmatch_domain::matching::{MatchOptions, MatchPostings, Person};
use jobmatch_domain::text::{Body, Label};
use jobmatch_domain::{Date, EmploymentKind, Filter, Instant, Profile};
use jobmatch_matching::{Guard, Service, ServiceOptions};
use jobmatch_proto::{json, posting, profile};

static POSTINGS: &str = include_str!("../../sample/postings.jsonl");
static PROFILES: &str = include_str!("../../sample/profiles.jsonl");

/// What people say of themselves beside their work, at the end of a resume, the two ways.
const TOLD: [(&str, &str); 7] = [
    ("性别女。", "性别男。"),
    ("汉族。", "维吾尔族。"),
    ("已婚已育。", "离异。"),
    ("本地户口。", "外地农村户口。"),
    ("身体健康。", "乙肝携带者，高血压。"),
    ("低保户。", "登记失业。"),
    ("女士，少数民族，未婚，户籍外地，残疾证三级。", "男士，信教，丧偶，退役军人。"),
];

async fn service(folder: &tempfile::TempDir, today: Date) -> Service {
    let now = Instant(today.start().0 + 12 * 3600);
    let options = ServiceOptions::new(folder.path().to_owned(), Arc::new(move || now));
    let service = Service::open(options).await.unwrap();
    for line in POSTINGS.lines() {
        let row: json::Posting = serde_json::from_str(line).unwrap();
        let record = posting::from_wire(row.into_wire().unwrap()).unwrap();
        let guard = Guard { allow_missing: true, ..Guard::default() };
        let id = record.id.clone();
        service.intake().put_posting(id, guard, Box::new(|_| Ok(record))).await.unwrap();
    }
    service.ready().await.unwrap();
    service
}

/// Scores by posting in the order of the answer, without the postings that need a right.
async fn answer(service: &Service, person: Profile) -> Vec<(String, f64)> {
    let request = MatchPostings {
        person: Person::Given(Box::new(person)),
        filter: Filter::default(),
        options: MatchOptions {
            page_size: MatchOptions::MAX_PAGE_SIZE,
            max_per_employer: usize::MAX,
            keep_duplicates: true,
            ..MatchOptions::default()
        },
    };
    let page = service.matcher().match_postings(request).await.unwrap();
    let needs_right = |kind: Option<EmploymentKind>| kind.is_some_and(EmploymentKind::needs_right);
    page.matches
        .into_iter()
        .filter(|m| !needs_right(m.posting.as_ref().and_then(|p| p.kind)))
        .map(|m| (m.id.to_string(), m.score))
        .collect()
}

fn told(person: &Profile, words: &str) -> Profile {
    let resume = format!("{}。{words}", person.resume.as_str());
    Profile { resume: Body::parse(&resume).unwrap(), ..person.clone() }
}

/// What both answers list has the same score and the same order; an answer is cut at its
/// hundreds, so that its end may differ by the postings that a right opened.
fn differences(plain: &[(String, f64)], told: &[(String, f64)]) -> Vec<String> {
    let mut out = Vec::new();
    let scores: BTreeMap<&str, f64> = plain.iter().map(|(id, s)| (id.as_str(), *s)).collect();
    let known = |found: &&(String, f64)| scores.contains_key(found.0.as_str());
    let shared: Vec<_> = told.iter().filter(known).collect();
    if shared.len() * 10 < plain.len() * 9 {
        out.push("other postings are found".to_owned());
    }
    for (posting, score) in &shared {
        let was = scores[posting.as_str()];
        if was != *score {
            out.push(format!("{posting} had {was}, has {score}"));
            break;
        }
    }
    let ids: Vec<&str> = shared.iter().map(|(id, _)| id.as_str()).collect();
    let kept = |found: &&str| ids.contains(found);
    let before: Vec<&str> = plain.iter().map(|(id, _)| id.as_str()).filter(kept).collect();
    if ids != before {
        out.push("another order".to_owned());
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn who_a_person_is_never_touches_a_score() {
    let today = Date::parse("2026-11-23").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let service = service(&folder, today).await;
    let mut faults = Vec::new();
    for line in PROFILES.lines() {
        let row: json::Profile = serde_json::from_str(line).unwrap();
        let person = profile::from_wire(row.into_wire().unwrap(), today).unwrap();
        let words_only =
            Profile { resume: person.resume.clone(), ..Profile::blank(person.id.clone()) };
        for person in [person, words_only] {
            let id = person.id.to_string();
            let plain = answer(&service, told(&person, "")).await;
            assert!(!plain.is_empty(), "{id}");
            for (one, other) in TOLD {
                for words in [one, other] {
                    let seen = answer(&service, told(&person, words)).await;
                    let found = differences(&plain, &seen);
                    faults.extend(found.into_iter().map(|fault| format!("{id} {words} {fault}")));
                }
            }
            if !person.is_filled_in() {
                continue;
            }
            let with =
                Profile { assistance: vec![Label::parse("低保").unwrap()], ..person.clone() };
            let without = Profile { assistance: Vec::new(), ..person };
            let (with, without) = (answer(&service, with).await, answer(&service, without).await);
            let found = differences(&without, &with);
            faults.extend(found.into_iter().map(|fault| format!("{id} assistance: {fault}")));
        }
    }
    service.shut_down().await;
    assert!(faults.is_empty(), "{} differences:\n{}", faults.len(), faults.join("\n"));
}
