//! The import stream: order, resumption, full sync with its guard.

use jobmatch_proto::v1;
use jobmatch_proto::v1::import_postings_request::Request;
use jobmatch_proto::v1::import_postings_response::Response;

use crate::server::{Server, import, sample_postings};

fn of_source(count: usize) -> Vec<v1::JobPosting> {
    let with_source = |(i, p): (usize, v1::JobPosting)| v1::JobPosting {
        id: String::new(),
        source: "feed".into(),
        external_id: format!("x{i}"),
        ..p
    };
    sample_postings().into_iter().take(count).enumerate().map(with_source).collect()
}

/// Sends a full sync; the summary, or the error that ended it.
async fn sync(
    server: &Server,
    postings: Vec<v1::JobPosting>,
) -> Result<v1::ImportSummary, tonic::Status> {
    let start = v1::ImportStart { full_sync_source: "feed".into(), max_closed_share: Some(0.3) };
    let items = postings.len() as u64;
    let mut messages = vec![Request::Start(start)];
    for (number, posting) in (1..).zip(postings) {
        messages.push(Request::Item(v1::ImportPostingItem { number, posting: Some(posting) }));
    }
    messages.push(Request::Finish(v1::ImportFinish { items }));
    let wrap = |request| v1::ImportPostingsRequest { request: Some(request) };
    let stream = tokio_stream::iter(messages.into_iter().map(wrap).collect::<Vec<_>>());
    let mut answers = server.postings().import_postings(stream).await?.into_inner();
    let mut summary = None;
    while let Some(answer) = answers.message().await? {
        if let Some(Response::Summary(s)) = answer.response {
            summary = Some(s);
        }
    }
    Ok(summary.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn good_rows_are_kept_beside_bad_ones_and_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let mut postings: Vec<_> = sample_postings().into_iter().take(50).collect();
    postings[10].pay.as_mut().unwrap().min_yuan = Some(-1.0);
    postings[20].title = String::new();
    let results = import(&server, postings.clone()).await;
    let numbers: Vec<u64> = results.iter().map(|r| r.number).collect();
    assert_eq!(numbers, (1..=50).collect::<Vec<_>>());
    for (i, result) in results.iter().enumerate() {
        match (&result.outcome, i) {
            (Some(v1::import_result::Outcome::Error(e)), 10) => assert_eq!(e.field, "pay.min_yuan"),
            (Some(v1::import_result::Outcome::Error(e)), 20) => assert_eq!(e.field, "title"),
            (Some(v1::import_result::Outcome::Seq(_)), _) => assert!(!result.unchanged),
            other => panic!("{other:?}"),
        }
    }
    let again = import(&server, postings).await;
    let unchanged = again.iter().filter(|r| r.unchanged).count();
    assert_eq!(unchanged, 48);
    for (first, second) in results.iter().zip(&again) {
        assert_eq!(first.outcome, second.outcome);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_sync_closes_what_is_gone_unless_too_much_is() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let summary = sync(&server, of_source(20)).await.unwrap();
    assert_eq!((summary.written, summary.closed), (20, 0));
    let summary = sync(&server, of_source(16)).await.unwrap();
    assert_eq!((summary.unchanged, summary.closed), (16, 4));
    let gone = v1::GetPostingRequest { id: "feed:x19".into() };
    let gone = server.postings().get_posting(gone).await.unwrap().into_inner().posting.unwrap();
    assert_eq!(gone.status, v1::PostingStatus::Closed as i32);

    let error = sync(&server, of_source(3)).await.unwrap_err();
    assert_eq!(error.code(), tonic::Code::FailedPrecondition);
    let kept = v1::GetPostingRequest { id: "feed:x10".into() };
    let kept = server.postings().get_posting(kept).await.unwrap().into_inner().posting.unwrap();
    assert_eq!(kept.status, v1::PostingStatus::Open as i32);
}

#[tokio::test(flavor = "multi_thread")]
async fn etags_guard_and_request_ids_repeat() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let posting = sample_postings().remove(0);
    let put = |posting: v1::JobPosting, request_id: &str| v1::UpdatePostingRequest {
        posting: Some(posting),
        allow_missing: true,
        request_id: request_id.into(),
        ..Default::default()
    };
    let first = server.postings().update_posting(put(posting.clone(), "r1")).await.unwrap();
    let first = first.into_inner().posting.unwrap();
    let repeat = server.postings().update_posting(put(posting.clone(), "r1")).await.unwrap();
    assert_eq!(repeat.into_inner().posting.unwrap().seq, first.seq);
    let mut other = posting.clone();
    other.title = "另一份工作".into();
    let error = server.postings().update_posting(put(other.clone(), "r1")).await.unwrap_err();
    assert_eq!(error.code(), tonic::Code::AlreadyExists);
    other.etag = first.etag.clone();
    server.postings().update_posting(put(other.clone(), "")).await.unwrap();
    let error = server.postings().update_posting(put(other, "")).await.unwrap_err();
    assert_eq!(error.code(), tonic::Code::Aborted);
}
