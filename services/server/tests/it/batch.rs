//! Jobs for all persons of a division: each as if asked alone, resumable, consent kept.

use jobmatch_proto::v1;
use tonic::Code;

use crate::server::{
    Server, import, put_profiles, question, sample_postings, sample_profiles, seq,
};

async fn ask(
    server: &Server,
    request: v1::MatchPostingsBatchRequest,
) -> Vec<v1::MatchPostingsBatchResponse> {
    let mut stream = server.matches().match_postings_batch(request).await.unwrap().into_inner();
    let mut answers = Vec::new();
    while let Some(answer) = stream.message().await.unwrap() {
        answers.push(answer);
    }
    answers
}

fn essence(matches: &[v1::Match]) -> Vec<(&str, f64)> {
    matches.iter().map(|m| (m.id.as_str(), m.score)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_person_gets_what_they_would_get_alone_and_a_broken_call_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let last = import(&server, sample_postings()).await.iter().map(seq).max().unwrap();
    let mut profiles = sample_profiles();
    profiles[3].consent = None;
    let hidden = profiles[3].id.clone();
    let last = last.max(put_profiles(&server, profiles.clone()).await);
    server.caught_up(last).await;

    let city = "3701".to_owned();
    let lives_there = |p: &&v1::Profile| {
        p.place.as_ref().is_some_and(|place| place.division.starts_with(&city)) && p.id != hidden
    };
    let mut there: Vec<&str> = profiles.iter().filter(lives_there).map(|p| p.id.as_str()).collect();
    there.sort_unstable();
    assert!(there.len() > 10 && there.len() < profiles.len(), "{}", there.len());
    let request = v1::MatchPostingsBatchRequest {
        profile_divisions: vec![city.clone()],
        filter: question(&hidden).filter,
        ..v1::MatchPostingsBatchRequest::default()
    };
    let answers = ask(&server, request.clone()).await;
    let asked: Vec<&str> = answers.iter().map(|a| a.profile_id.as_str()).collect();
    assert_eq!(asked, there);
    for (done, answer) in (1u64..).zip(&answers) {
        assert_eq!((answer.done, answer.total), (done, there.len() as u64));
        assert_eq!(answer.as_of, answers[0].as_of);
        let alone = server.matches().match_postings(question(&answer.profile_id)).await.unwrap();
        assert_eq!(essence(&answer.matches), essence(&alone.into_inner().matches));
    }
    assert!(answers.iter().filter(|a| !a.matches.is_empty()).count() > 10);

    let after_profile_id = answers[4].profile_id.clone();
    let rest = ask(&server, v1::MatchPostingsBatchRequest { after_profile_id, ..request }).await;
    let rest: Vec<&str> = rest.iter().map(|a| a.profile_id.as_str()).collect();
    assert_eq!(rest, there[5..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_faulty_batch_is_refused_before_it_starts() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let blank = v1::MatchPostingsBatchRequest::default;
    let token = Some(v1::MatchOptions { page_token: "x".into(), ..v1::MatchOptions::default() });
    for (request, path) in [
        (
            v1::MatchPostingsBatchRequest { profile_divisions: vec!["999999".into()], ..blank() },
            "profile_divisions[0]",
        ),
        (v1::MatchPostingsBatchRequest { options: token, ..blank() }, "options.page_token"),
        (
            v1::MatchPostingsBatchRequest { after_profile_id: "a b".into(), ..blank() },
            "after_profile_id",
        ),
    ] {
        let status = server.matches().match_postings_batch(request).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
        assert!(status.message().contains(path), "{}", status.message());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn spread_people_get_the_same_answers_from_the_same_start() {
    let (postings, profiles) = (sample_postings(), sample_profiles());
    let mut streams = Vec::new();
    for spread in [false, true, true] {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(folder.path()).await;
        let last = import(&server, postings.clone()).await.iter().map(seq).max().unwrap();
        let last = last.max(put_profiles(&server, profiles.clone()).await);
        server.caught_up(last).await;
        let options = Some(v1::MatchOptions { spread, ..v1::MatchOptions::default() });
        let filter = question("P1").filter;
        let request = v1::MatchPostingsBatchRequest { filter, options, ..Default::default() };
        let answers = ask(&server, request).await;
        let matches: Vec<Vec<v1::Match>> = answers.into_iter().map(|a| a.matches).collect();
        streams.push(matches);
    }
    let [plain, spread, again] = &streams[..] else { panic!("three streams") };
    assert_eq!(all(spread), all(again));
    // Nothing was shown before the first person; what the others see was, here and there.
    assert_eq!(essence(&spread[0]), essence(&plain[0]));
    assert_ne!(all(spread), all(plain));
    for (before, after) in plain.iter().zip(spread) {
        for found in after {
            let same = before.iter().find(|m| m.id == found.id);
            assert!(same.is_none_or(|same| found.score <= same.score));
        }
    }
}

fn all(answers: &[Vec<v1::Match>]) -> Vec<(&str, f64)> {
    answers.iter().flat_map(|matches| essence(matches)).collect()
}
