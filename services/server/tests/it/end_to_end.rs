//! Load, ask, restart, rebuild: the answers stay the same.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use jobmatch_proto::v1;

use crate::server::{
    Server, import, put_profiles, question, sample_postings, sample_profiles, seq,
};

async fn load(server: &Server) -> u64 {
    let results = import(server, sample_postings()).await;
    assert_eq!(results.len(), 1_200);
    let mut last = results.iter().map(seq).max().unwrap();
    last = last.max(put_profiles(server, sample_profiles()).await);
    last
}

/// What an answer says, without the instant at which it was asked.
async fn answers(server: &Server, exact: bool) -> Vec<(String, Vec<v1::Match>)> {
    let mut out = Vec::new();
    for profile in sample_profiles().into_iter().take(12) {
        let mut request = question(&profile.id);
        request.options = Some(v1::MatchOptions { exact, ..v1::MatchOptions::default() });
        let mut answer = server.matches().match_postings(request).await.unwrap().into_inner();
        for found in &mut answer.matches {
            // Freshness is counted from today.
            found.factors.retain(|f| f.kind != v1::FactorKind::Freshness as i32);
        }
        out.push((profile.id, answer.matches));
    }
    out
}

/// Waits for a ticket of a rebuild.
async fn rebuilt(server: &Server, id: String) {
    for _ in 0..2_400 {
        let request = v1::GetTicketRequest { id: id.clone() };
        let ticket = server.admin().get_ticket(request).await.unwrap().into_inner().ticket.unwrap();
        if ticket.state == v1::TicketState::Done as i32 {
            return;
        }
        assert_eq!(ticket.state, v1::TicketState::Running as i32, "{}", ticket.message);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the rebuild goes on and on");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_survive_a_restart_and_a_rebuild() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let last = load(&server).await;
    server.caught_up(last).await;
    let before = answers(&server, true).await;
    assert!(before.iter().filter(|(_, matches)| !matches.is_empty()).count() >= 11);
    server.terminate();

    let server = Server::start(folder.path()).await;
    server.caught_up(last).await;
    assert_eq!(answers(&server, true).await, before, "after a restart");

    let ticket = server.admin().rebuild(v1::RebuildRequest { collection: 0 }).await.unwrap();
    rebuilt(&server, ticket.into_inner().ticket.unwrap().id).await;
    assert_eq!(answers(&server, true).await, before, "after a rebuild");
    server.terminate();

    // A damaged index is built anew by itself.
    for entry in std::fs::read_dir(folder.path().join("index/postings")).unwrap() {
        let log = entry.unwrap().path().join("documents.log");
        if log.exists() {
            let mut bytes = std::fs::read(&log).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            std::fs::write(&log, bytes).unwrap();
        }
    }
    let server = Server::start(folder.path()).await;
    server.caught_up(last).await;
    assert_eq!(answers(&server, true).await, before, "after damage");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_hold_no_duplicates_and_belong_to_their_request() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let last = load(&server).await;
    server.caught_up(last).await;
    let mut request = question("PA01");
    request.options = Some(v1::MatchOptions { page_size: 7, min_seq: last, ..Default::default() });
    let mut seen = Vec::new();
    let mut pages = 0;
    loop {
        let answer = server.matches().match_postings(request.clone()).await.unwrap().into_inner();
        seen.extend(answer.matches.into_iter().map(|m| m.id));
        pages += 1;
        if answer.next_page_token.is_empty() || pages == 6 {
            break;
        }
        // A better job appears between two pages.
        let mut fresh = sample_postings().remove(0);
        fresh.id = format!("NEW-{pages}");
        import(&server, vec![fresh]).await;
        request.options.as_mut().unwrap().page_token = answer.next_page_token;
    }
    let distinct: std::collections::BTreeSet<&String> = seen.iter().collect();
    assert_eq!(distinct.len(), seen.len());
    assert!(pages > 2);
    let mut other = request.clone();
    other.filter.as_mut().unwrap().kinds = vec![v1::EmploymentKind::Gig as i32];
    let error = server.matches().match_postings(other).await.unwrap_err();
    assert_eq!(error.code(), tonic::Code::InvalidArgument);
    assert!(error.message().contains("page_token"), "{}", error.message());
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_show_at_once_and_people_only_with_consent() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let last = load(&server).await;
    server.caught_up(last).await;
    let before = answers(&server, false).await.remove(0).1;
    let first = before[0].id.clone();

    // Deleted: gone from the next answer, without waiting, and another takes its place.
    let request = v1::DeletePostingRequest { id: first.clone(), ..Default::default() };
    server.postings().delete_posting(request).await.unwrap();
    let matches = answers(&server, false).await.remove(0).1;
    assert!(matches.iter().all(|m| m.id != first));
    assert_eq!((before.len(), matches.len()), (20, 20));

    // New: searchable when min_seq says so.
    let mut posting = sample_postings().into_iter().find(|p| p.id == first).unwrap();
    posting.description = "联系电话13812345678，洗碗".into();
    let request = v1::UpdatePostingRequest {
        posting: Some(posting),
        allow_missing: true,
        ..Default::default()
    };
    let written = server.postings().update_posting(request).await.unwrap().into_inner();
    let stored = written.posting.unwrap();
    assert_eq!(written.redactions.unwrap().phones, 1);
    assert!(!stored.description.contains("138"), "{}", stored.description);
    let mut ask = question("PA01");
    ask.options = Some(v1::MatchOptions { min_seq: stored.seq, ..Default::default() });
    let answer = server.matches().match_postings(ask).await.unwrap().into_inner();
    assert!(answer.matches.iter().any(|m| m.id == first));
    assert!(answer.seq >= stored.seq);

    // People: found with consent, gone without, and never with a text of theirs.
    let people = v1::MatchProfilesRequest {
        job: Some(v1::match_profiles_request::Job::PostingId(first)),
        ..Default::default()
    };
    let found = server.matches().match_profiles(people.clone()).await.unwrap().into_inner();
    let best = found.matches[0].id.clone();
    assert!(found.matches.iter().all(|m| m.posting.is_none()));
    let request = v1::UpdateProfileRequest {
        profile: Some(v1::Profile { id: best.clone(), ..Default::default() }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["consent".into()] }),
        ..Default::default()
    };
    server.profiles().update_profile(request).await.unwrap();
    let found = server.matches().match_profiles(people).await.unwrap().into_inner();
    assert!(found.matches.iter().all(|m| m.id != best), "consent was withdrawn");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_found_by_its_seq_while_indexes_are_built_anew() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    put_profiles(&server, sample_profiles()).await;
    let postings = sample_postings();
    let last = import(&server, postings[..100].to_vec()).await.iter().map(seq).max().unwrap();
    server.caught_up(last).await;
    let (started, ended) = (AtomicUsize::new(0), AtomicBool::new(false));
    let rebuilds = async {
        while !ended.load(Ordering::Relaxed) {
            let collection = v1::Collection::Postings as i32;
            let rebuild = v1::RebuildRequest { collection };
            let answer = server.admin().rebuild(rebuild).await.unwrap().into_inner();
            started.fetch_add(1, Ordering::Relaxed);
            rebuilt(&server, answer.ticket.unwrap().id).await;
        }
    };
    let writes = async {
        let mut number = 100;
        while number < 200 || (started.load(Ordering::Relaxed) < 5 && number < 1_000) {
            let posting = postings[number].clone();
            let explain = v1::ExplainMatchRequest {
                person: Some(v1::explain_match_request::Person::ProfileId("PA01".into())),
                posting_id: posting.id.clone(),
                options: Some(v1::MatchOptions {
                    min_seq: import(&server, vec![posting]).await.iter().map(seq).max().unwrap(),
                    ..v1::MatchOptions::default()
                }),
                ..v1::ExplainMatchRequest::default()
            };
            server.matches().explain_match(explain).await.unwrap();
            number += 1;
        }
        ended.store(true, Ordering::Relaxed);
    };
    tokio::join!(rebuilds, writes);
    server.terminate();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_pair_is_explained_eligible_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let last = load(&server).await;
    server.caught_up(last).await;
    let explain = |posting: &str| v1::ExplainMatchRequest {
        person: Some(v1::explain_match_request::Person::ProfileId("PA01".into())),
        posting_id: posting.into(),
        filter: question("PA01").filter,
        ..Default::default()
    };
    let good = server.matches().explain_match(explain("A001")).await.unwrap().into_inner();
    assert!(good.eligible);
    let texts: Vec<String> =
        good.r#match.unwrap().factors.into_iter().map(|f| f.evidence).collect();
    assert!(texts.iter().any(|t| t == "持有健康证，符合要求"), "{texts:?}");
    // A002 works from 16:00 to 23:00; the person is free until 16:00.
    let bad = server.matches().explain_match(explain("A002")).await.unwrap().into_inner();
    assert!(!bad.eligible);
    let hours = v1::ConditionKind::Hours as i32;
    let unmet = v1::ConditionState::Unmet as i32;
    let conditions = bad.r#match.unwrap().conditions;
    assert!(conditions.iter().any(|c| c.kind == hours && c.state == unmet));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_tells_its_stages_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let person = v1::match_postings_request::Person::Text(v1::TextQuery {
        text: "想找个看大门的".into(),
        ..v1::TextQuery::default()
    });
    let mut request = v1::MatchPostingsRequest {
        person: Some(person),
        options: Some(v1::MatchOptions { debug: true, ..v1::MatchOptions::default() }),
        ..v1::MatchPostingsRequest::default()
    };
    let answer = server.matches().match_postings(request.clone()).await.unwrap().into_inner();
    let stages: Vec<String> = answer.debug.unwrap().stages.into_iter().map(|s| s.stage).collect();
    let told = [
        "decode",
        "analyse",
        "embed",
        "filter",
        "lexical",
        "vector",
        "conditions",
        "union",
        "rank",
        "fetch",
    ];
    assert_eq!(stages, told);
    request.options = None;
    let answer = server.matches().match_postings(request).await.unwrap().into_inner();
    assert!(answer.debug.is_none());
}
