//! SIGKILL in the middle of an import loses nothing that was acknowledged.

use std::time::Duration;

use jobmatch_proto::v1;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

use crate::server::{Server, sample_postings, seq};

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_postings_survive_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let template = sample_postings().remove(0);
    let mut acknowledged = Vec::new();
    let mut next = 0u64;
    for round in 0..3 {
        let server = Server::start(folder.path()).await;
        let (sender, receiver) = tokio::sync::mpsc::channel(64);
        let posting = template.clone();
        let first = next;
        let feeder = tokio::spawn(async move {
            for number in first + 1.. {
                let posting = v1::JobPosting { id: format!("K{number:06}"), ..posting.clone() };
                let item = v1::ImportPostingItem { number, posting: Some(posting) };
                let request = Some(v1::import_postings_request::Request::Item(item));
                if sender.send(v1::ImportPostingsRequest { request }).await.is_err() {
                    return;
                }
            }
        });
        let stream = ReceiverStream::new(receiver);
        let answers = server.postings().import_postings(stream).await.unwrap();
        let mut answers = answers.into_inner();
        let enough = 200 + round * 150;
        let mut count = 0;
        while let Some(Ok(answer)) = answers.next().await {
            let Some(v1::import_postings_response::Response::Result(result)) = answer.response
            else {
                continue;
            };
            acknowledged.push((result.id.clone(), seq(&result)));
            next = next.max(result.number);
            count += 1;
            if count == enough {
                break;
            }
        }
        server.kill();
        // The feeder ends when its channel does.
        drop(answers);
        tokio::time::timeout(Duration::from_secs(60), feeder).await.unwrap().unwrap();
        next += 5_000;
    }
    let server = Server::start(folder.path()).await;
    for chunk in acknowledged.chunks(500) {
        let ids = chunk.iter().map(|(id, _)| id.clone()).collect();
        let request = v1::BatchGetPostingsRequest { ids };
        let answer = server.postings().batch_get_postings(request).await.unwrap().into_inner();
        assert_eq!(answer.missing_ids, Vec::<String>::new());
        for (posting, (id, seq)) in answer.postings.iter().zip(chunk) {
            assert_eq!((&posting.id, posting.seq), (id, *seq));
        }
    }
    // What was written without being acknowledged any more is stored and indexed as well.
    let stats = server.admin().get_stats(v1::GetStatsRequest {}).await.unwrap().into_inner();
    let last = acknowledged.iter().map(|(_, seq)| *seq).max().unwrap();
    assert!(stats.seq >= last);
    server.caught_up(stats.seq).await;
    let stats = server.admin().get_stats(v1::GetStatsRequest {}).await.unwrap().into_inner();
    assert_eq!(stats.collections[0].stored, stats.collections[0].indexed);
    assert!(stats.collections[0].stored >= acknowledged.len() as u64);
}
