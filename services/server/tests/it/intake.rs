//! What words become: drafts, findings, respelled queries, and limits that stay private.

use jobmatch_proto::v1;
use tonic::Code;

use crate::server::{Server, import, put_profiles, seq};

const ADVERT: &str = "招洗碗工两名，月薪3500，管吃住，月休四天，限女性，入职交服装费200元，\
    联系电话13812345678";

#[tokio::test(flavor = "multi_thread")]
async fn an_advert_becomes_a_draft_with_findings() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let request = v1::ParsePostingRequest { text: ADVERT.into(), today: "2026-11-23".into() };
    let answer = server.intake().parse_posting(request).await.unwrap().into_inner();
    let draft = answer.draft.clone().unwrap();
    assert_eq!((draft.id.as_str(), draft.title.as_str()), ("", "洗碗工"));
    assert_eq!(draft.headcount, Some(2));
    assert_eq!(draft.pay.unwrap().min_yuan, Some(3500.0));
    assert_eq!(draft.benefits, ["包吃", "包住"]);
    assert!(!format!("{answer:?}").contains("13812345678"));
    let stretch = |start: u32, end: u32| &ADVERT[start as usize..end as usize];
    let pay = answer.fields.iter().find(|f| f.field == "pay").unwrap();
    assert!(stretch(pay.start, pay.end).contains("3500"), "{pay:?}");
    let rules: Vec<v1::AuditRule> = answer.findings.iter().map(|f| f.rule()).collect();
    assert_eq!(rules, [v1::AuditRule::Sex, v1::AuditRule::Fee]);
    assert_eq!(stretch(answer.findings[0].start, answer.findings[0].end), "限女性");
    assert!(answer.missing.contains(&(v1::AdvertElement::Place as i32)));

    let request = v1::ParsePostingRequest { text: "招保安".into(), today: "2026-13-01".into() };
    let refused = server.intake().parse_posting(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(refused.message().contains("today"), "{}", refused.message());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_words_become_a_draft_and_what_is_typed_by_sound_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let text = "想找个看大门的，干过三年保安，腰不好搬不了沉的，三千往上";
    let request = v1::ParseProfileRequest { text: text.into(), today: String::new() };
    let answer = server.intake().parse_profile(request).await.unwrap().into_inner();
    let draft = answer.draft.unwrap();
    assert_eq!(draft.wanted, ["保安员"]);
    assert_eq!(draft.experience_months, Some(36));
    assert_eq!(draft.pay_floor.unwrap().amount_yuan, 3000.0);
    let spared: Vec<&str> =
        answer.fields.iter().filter(|f| f.field == "spared").map(|f| f.value.as_str()).collect();
    assert_eq!(spared, ["lifting", "bending"]);

    let ask = |text: &str| v1::MatchPostingsRequest {
        person: Some(v1::match_postings_request::Person::Text(v1::TextQuery {
            text: text.into(),
            ..v1::TextQuery::default()
        })),
        ..v1::MatchPostingsRequest::default()
    };
    let read_as = async |text: &str| {
        server.matches().match_postings(ask(text)).await.unwrap().into_inner().read_as
    };
    assert_eq!(read_as("bao an").await, "保安");
    assert_eq!(read_as("保安").await, "");
}

/// A bodily limit is the person's wish: it spares them work, is shown to them and to no
/// employer.
#[tokio::test(flavor = "multi_thread")]
async fn a_bodily_limit_spares_work_and_is_not_told_to_employers() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let posting = v1::JobPosting {
        id: "lift".into(),
        title: "搬运工".into(),
        description: "仓库搬重物，扛大包，能吃苦，力气大".into(),
        kind: v1::EmploymentKind::FullTime as i32,
        ..v1::JobPosting::default()
    };
    let person = |id: &str, resume: &str| v1::Profile {
        id: id.into(),
        resume: resume.into(),
        wanted: vec!["搬运".into()],
        kinds: vec![v1::EmploymentKind::FullTime as i32],
        visibility: v1::Visibility::Matchable as i32,
        consent: Some(v1::Consent { given: true, ..v1::Consent::default() }),
        ..v1::Profile::default()
    };
    let people = vec![person("strong", "干过装卸"), person("spared", "干过装卸，腰不好搬不了沉的")];
    let mut last = import(&server, vec![posting]).await.iter().map(seq).max().unwrap();
    last = last.max(put_profiles(&server, people).await);
    server.caught_up(last).await;

    let physical = v1::ConditionKind::Physical as i32;
    let own = v1::MatchPostingsRequest {
        person: Some(v1::match_postings_request::Person::ProfileId("spared".into())),
        ..v1::MatchPostingsRequest::default()
    };
    let own = server.matches().match_postings(own).await.unwrap().into_inner();
    assert!(own.matches.is_empty());
    assert!(own.exclusions.iter().any(|e| e.kind == physical), "{:?}", own.exclusions);

    let job = v1::MatchProfilesRequest {
        job: Some(v1::match_profiles_request::Job::PostingId("lift".into())),
        ..v1::MatchProfilesRequest::default()
    };
    let found = server.matches().match_profiles(job).await.unwrap().into_inner();
    let ids: Vec<&str> = found.matches.iter().map(|m| m.id.as_str()).collect();
    assert_eq!(ids, ["strong"]);
    assert!(!found.exclusions.iter().any(|e| e.kind == physical), "{:?}", found.exclusions);
    let conditions: Vec<i32> = found.matches[0].conditions.iter().map(|c| c.kind).collect();
    assert!(!conditions.is_empty() && !conditions.contains(&physical), "{conditions:?}");
}
