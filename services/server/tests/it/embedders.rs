//! Remote embedders behind a running server: what they get, and what happens without them.

use std::time::Duration;

use jobmatch_proto::v1;
use jobmatch_proto::v1::match_postings_request::Person;

use crate::endpoint::{Endpoint, Reply};
use crate::server::{
    Server, import, put_profiles, question, sample_postings, sample_profiles, seq,
};

const DIMENSIONS: usize = 16;
const PHONE: &str = "13812345678";

/// A server whose embedder is the endpoint.
async fn server(folder: &std::path::Path, endpoint: &Endpoint, profiles: &str) -> Server {
    let url = endpoint.tei();
    let variables = [
        ("JOBMATCH_EMBEDDER_KIND", "tei"),
        ("JOBMATCH_EMBEDDER_URL", url.as_str()),
        ("JOBMATCH_EMBEDDER_MODEL", "test"),
        ("JOBMATCH_EMBEDDER_DIMENSIONS", "16"),
        ("JOBMATCH_EMBEDDER_QUERY_TIMEOUT_MS", "4000"),
        ("JOBMATCH_EMBEDDER_REST_SECONDS", "1"),
        ("JOBMATCH_EMBEDDER_PROFILES", profiles),
        ("JOBMATCH_LOG", "error"),
    ];
    Server::start_with(folder, &variables).await
}

async fn load(server: &Server, postings: usize) -> u64 {
    let postings = sample_postings().into_iter().take(postings).collect();
    let mut last = import(server, postings).await.iter().map(seq).max().unwrap();
    last = last.max(put_profiles(server, sample_profiles().into_iter().take(5).collect()).await);
    server.caught_up(last).await;
    last
}

async fn stats(server: &Server) -> v1::GetStatsResponse {
    server.admin().get_stats(v1::GetStatsRequest {}).await.unwrap().into_inner()
}

/// Waits until the stats are as they should be.
async fn until(server: &Server, what: &str, holds: impl Fn(&v1::GetStatsResponse) -> bool) {
    for _ in 0..900 {
        if holds(&stats(server).await) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what}: {:?}", stats(server).await);
}

fn is_embedded(stats: &v1::GetStatsResponse) -> bool {
    let all = stats.collections.iter();
    all.clone().all(|c| c.without_vector == 0 && c.indexed > 0) && stats.embedder == "READY"
}

async fn ask(server: &Server, person: Person) -> v1::MatchPostingsResponse {
    let request = v1::MatchPostingsRequest { person: Some(person), ..question("") };
    server.matches().match_postings(request).await.unwrap().into_inner()
}

fn wish(text: &str) -> Person {
    Person::Text(v1::TextQuery { text: text.into(), ..v1::TextQuery::default() })
}

fn has_semantic(answer: &v1::MatchPostingsResponse) -> bool {
    let semantic = v1::FactorKind::Semantic as i32;
    answer.matches.iter().any(|m| m.factors.iter().any(|f| f.kind == semantic))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_endpoint_costs_the_vector_leg_and_says_so_and_nothing_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::start(DIMENSIONS);
    let server = server(folder.path(), &endpoint, "true").await;
    load(&server, 80).await;
    until(&server, "all are embedded", is_embedded).await;
    let person = || wish(&format!("想找保安的活，电话{PHONE}"));
    let good = ask(&server, person()).await;
    assert_eq!(good.degraded, "");
    assert!(has_semantic(&good) && !good.matches.is_empty());
    let job = v1::match_profiles_request::Job::PostingId(sample_postings()[0].id.clone());
    let request = v1::MatchProfilesRequest { job: Some(job), ..Default::default() };
    let people = server.matches().match_profiles(request.clone()).await.unwrap().into_inner();
    assert_eq!(people.degraded, "");

    endpoint.otherwise(Reply::Status(503, ""));
    let bad = ask(&server, person()).await;
    assert!(bad.degraded.contains("embedder unavailable"), "{}", bad.degraded);
    assert!(!has_semantic(&bad) && !bad.matches.is_empty());
    let people = server.matches().match_profiles(request).await.unwrap().into_inner();
    assert!(people.degraded.contains("embedder unavailable"));
    // Whoever wants no vectors misses none.
    let mut lexical = v1::MatchPostingsRequest { person: Some(person()), ..question("") };
    lexical.options.as_mut().unwrap().legs = vec![v1::Leg::Lexical as i32];
    let answer = server.matches().match_postings(lexical).await.unwrap().into_inner();
    assert_eq!(answer.degraded, "");
    // What is written meanwhile is searchable by its words at once.
    let late = v1::JobPosting {
        id: "LATE".into(),
        title: "热气球驾驶员".into(),
        external_id: String::new(),
        ..sample_postings()[0].clone()
    };
    let last = import(&server, vec![late]).await.iter().map(seq).max().unwrap();
    server.caught_up(last).await;
    let found = ask(&server, wish("热气球驾驶员")).await;
    assert!(found.matches.iter().any(|m| m.id == "LATE"), "{found:?}");
    until(&server, "it is told", |s| s.embedder != "READY" && s.collections[0].without_vector == 1)
        .await;

    endpoint.otherwise(Reply::Good);
    until(&server, "the late one is embedded", is_embedded).await;
    let again = ask(&server, person()).await;
    assert_eq!((again.degraded.as_str(), has_semantic(&again)), ("", true));
    assert!(endpoint.bodies().iter().all(|body| !body.contains(PHONE)), "redacted");
    assert!(endpoint.bodies().iter().any(|body| body.contains("想找保安的活")));
    server.terminate();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_person_reaches_an_endpoint_without_the_operators_word() {
    let folder = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::start(DIMENSIONS);
    let server = server(folder.path(), &endpoint, "false").await;
    let mut own = sample_profiles().remove(0);
    own.id = "OWN".into();
    own.embedding =
        Some(v1::Embedding { space: "tei-test-16".into(), values: vec![0.25; DIMENSIONS] });
    load(&server, 60).await;
    let request = v1::UpdateProfileRequest {
        profile: Some(own.clone()),
        allow_missing: true,
        ..v1::UpdateProfileRequest::default()
    };
    let written = server.profiles().update_profile(request).await.unwrap().into_inner();
    server.caught_up(written.profile.unwrap().seq).await;
    until(&server, "postings are embedded", |s| s.collections[0].without_vector == 0).await;
    let stored = ask(&server, Person::ProfileId(sample_profiles()[0].id.clone())).await;
    let given = ask(&server, Person::Profile(sample_profiles().remove(1))).await;
    let text = ask(&server, wish("想找月嫂育儿的活")).await;
    for answer in [&stored, &given, &text] {
        assert_eq!(answer.degraded, "", "it is the rule, not a failure");
        assert!(!has_semantic(answer));
    }
    assert!(!stored.matches.is_empty());
    // The caller's own vector is used; the endpoint has no part in it.
    let with_own = ask(&server, Person::ProfileId("OWN".into())).await;
    assert!(has_semantic(&with_own));
    // The five other profiles have no vector, and that is how it stays.
    assert_eq!(stats(&server).await.collections[1].without_vector, 5);
    let sent = endpoint.texts().concat();
    // Sixty postings, each once: there is no room for anything else.
    assert_eq!(sent.len(), 60);
    for profile in sample_profiles().into_iter().take(5).chain([own]) {
        let resume: String = profile.resume.chars().take(12).collect();
        assert!(resume.is_empty() || sent.iter().all(|text| !text.contains(&resume)), "{resume}");
    }
    assert!(sent.iter().all(|text| !text.contains("想找月嫂育儿的活")));
    server.terminate();
}

#[tokio::test(flavor = "multi_thread")]
async fn another_model_is_made_ready_in_the_background() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::start(folder.path()).await;
    load(&first, 400).await;
    let built_in = stats(&first).await.collections[0].space.clone();
    assert!(has_semantic(&ask(&first, wish("想找保安的活")).await));
    first.terminate();

    let endpoint = Endpoint::start(DIMENSIONS);
    endpoint.otherwise(Reply::Late(Duration::from_millis(700)));
    let server = server(folder.path(), &endpoint, "true").await;
    until(&server, "it serves", |s| s.collections[0].state != "OPENING").await;
    // 400 postings take 13 requests; meanwhile words and conditions answer.
    let during = ask(&server, wish("想找保安的活")).await;
    assert!(during.degraded.contains("another model"), "{}", during.degraded);
    assert!(!has_semantic(&during) && !during.matches.is_empty());
    let state = stats(&server).await.collections[0].clone();
    assert_eq!(state.space, built_in);
    assert!(state.state.starts_with("REBUILDING"), "{}", state.state);
    // What is written meanwhile is found, now and after the switch.
    let late = v1::JobPosting {
        id: "LATE".into(),
        title: "热气球驾驶员".into(),
        external_id: String::new(),
        ..sample_postings()[0].clone()
    };
    import(&server, vec![late]).await;
    let finds_late = async || {
        let answer = ask(&server, wish("热气球驾驶员")).await;
        answer.matches.iter().any(|m| m.id == "LATE")
    };
    let mut seen = false;
    for _ in 0..600 {
        seen = seen || finds_late().await;
        if seen {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(seen && stats(&server).await.collections[0].space == built_in);
    endpoint.otherwise(Reply::Good);
    until(&server, "the switch", |s| {
        is_embedded(s) && s.collections.iter().all(|c| c.space == "tei-test-16")
    })
    .await;
    let after = ask(&server, wish("想找保安的活")).await;
    assert_eq!((after.degraded.as_str(), has_semantic(&after)), ("", true));
    assert!(finds_late().await);
    server.terminate();
}
