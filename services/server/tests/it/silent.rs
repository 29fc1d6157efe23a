//! Clients that are slow or say nothing: they are dropped in time, hurt nobody and hold up no
//! stop.

use std::time::{Duration, Instant};

use jobmatch_proto::v1;
use jobmatch_proto::v1::import_postings_request::Request as Import;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;
use tonic_types::StatusExt;

use crate::server::{Server, sample_postings};

/// The preface of HTTP/2 and empty settings, after which the client says nothing more.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

async fn connections(server: &Server, count: usize, first: &[u8]) -> Vec<TcpStream> {
    let mut all = Vec::with_capacity(count);
    for _ in 0..count {
        let mut stream = TcpStream::connect(&server.address).await.unwrap();
        stream.write_all(first).await.unwrap();
        all.push(stream);
    }
    all
}

/// Whether the server has closed the connection by then, whatever it said before.
async fn closed_by(stream: &mut TcpStream, deadline: Instant) -> bool {
    let mut some = [0; 256];
    let rest = async { while !matches!(stream.read(&mut some).await, Ok(0) | Err(_)) {} };
    tokio::time::timeout_at(deadline.into(), rest).await.is_ok()
}

/// The slowest of 100 reads: their p99.
async fn slowest_read(server: &Server) -> Duration {
    let mut slowest = Duration::ZERO;
    for _ in 0..100 {
        let asked = Instant::now();
        let request = v1::GetPostingRequest { id: "none".into() };
        assert_eq!(
            server.postings().get_posting(request).await.unwrap_err().code(),
            Code::NotFound
        );
        slowest = slowest.max(asked.elapsed());
    }
    slowest
}

#[allow(clippy::print_stdout, reason = "the long form tells its figures")]
async fn silence(count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let seconds = [("JOBMATCH_LIMITS_HANDSHAKE_SECONDS", "3")];
    let server = Server::start_with(folder.path(), &seconds).await;
    // The first ones connect and warm the caches.
    slowest_read(&server).await;
    let alone = slowest_read(&server).await;
    let mut silent = connections(&server, count, b"").await;
    // One that has begun to speak, and one that has spoken.
    let mut half = connections(&server, 1, &PREFACE[..10]).await.remove(0);
    let mut spoken = connections(&server, 1, PREFACE).await.remove(0);
    let among = slowest_read(&server).await;
    println!("{count} silent: slowest of 100 reads {alone:?} alone, {among:?} among them");
    assert!(among < alone * 10 + Duration::from_millis(200), "{among:?} instead of {alone:?}");
    let deadline = Instant::now() + Duration::from_secs(10);
    for stream in silent.iter_mut().chain([&mut half]) {
        assert!(closed_by(stream, deadline).await, "a silent connection was not dropped");
    }
    // It is silence that they are dropped for.
    assert!(!closed_by(&mut spoken, Instant::now() + Duration::from_millis(300)).await);
    slowest_read(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_connections_are_dropped_and_hurt_nobody() {
    silence(300).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the long form: needs 10,100 file descriptors"]
async fn five_thousand_silent_connections_are_dropped_and_hurt_nobody() {
    silence(5_000).await;
}

#[allow(clippy::print_stdout, reason = "the long form tells its figures")]
async fn stop_among(count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with(folder.path(), &[("JOBMATCH_DRAIN_SECONDS", "3")]).await;
    let _silent = connections(&server, count, b"").await;
    let _spoken = connections(&server, count, PREFACE).await;
    // An import that never ends.
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let mut import =
        server.postings().import_postings(ReceiverStream::new(receiver)).await.unwrap();
    sender.send(item(1)).await.unwrap();
    import.get_mut().message().await.unwrap();
    let asked = Instant::now();
    server.terminate();
    let took = asked.elapsed();
    println!("{count} silent, {count} spoken: stopped after {took:?}");
    // The import gets the drain time, less what is kept for closing; nobody gets more.
    assert!(took > Duration::from_millis(1_500), "the import was not waited for: {took:?}");
    assert!(took < Duration::from_secs(6), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_waits_for_the_drain_time_and_no_longer() {
    stop_among(100).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the long form: needs 10,100 file descriptors"]
async fn a_stop_among_five_thousand_silent_connections_ends_in_time() {
    stop_among(2_500).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_with_nothing_under_way_does_not_wait_for_silent_connections() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with(folder.path(), &[("JOBMATCH_DRAIN_SECONDS", "14")]).await;
    let _silent = connections(&server, 50, b"").await;
    let _spoken = connections(&server, 50, PREFACE).await;
    slowest_read(&server).await;
    let asked = Instant::now();
    server.terminate();
    assert!(asked.elapsed() < Duration::from_secs(7), "{:?}", asked.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_beyond_the_limit_are_closed_at_once_and_idle_ones_in_time() {
    let folder = tempfile::tempdir().unwrap();
    let limits = [("JOBMATCH_LIMITS_MAX_CONNECTIONS", "5"), ("JOBMATCH_LIMITS_IDLE_SECONDS", "5")];
    let server = Server::start_with(folder.path(), &limits).await;
    let mut five = connections(&server, 5, PREFACE).await;
    let mut sixth = TcpStream::connect(&server.address).await.unwrap();
    assert!(closed_by(&mut sixth, Instant::now() + Duration::from_secs(3)).await);
    assert!(!closed_by(&mut five[0], Instant::now() + Duration::from_millis(200)).await);
    // Whoever ends makes room for another.
    drop(five.pop());
    tokio::time::sleep(Duration::from_millis(500)).await;
    slowest_read(&server).await;
    for stream in &mut five {
        assert!(closed_by(stream, Instant::now() + Duration::from_secs(60)).await);
    }
}

fn item(number: u64) -> v1::ImportPostingsRequest {
    let posting = v1::JobPosting { id: format!("I{number}"), ..sample_postings().remove(0) };
    let item = v1::ImportPostingItem { number, posting: Some(posting) };
    v1::ImportPostingsRequest { request: Some(Import::Item(item)) }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_falls_silent_ends_and_a_slow_one_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let seconds = [("JOBMATCH_LIMITS_STREAM_IDLE_SECONDS", "2")];
    let server = Server::start_with(folder.path(), &seconds).await;
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let answers = server.postings().import_postings(ReceiverStream::new(receiver)).await;
    let mut answers = answers.unwrap().into_inner();
    // Four seconds in all: longer than the limit, with no pause as long.
    for number in 1..=8 {
        sender.send(item(number)).await.unwrap();
        assert!(answers.message().await.unwrap().is_some());
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let asked = Instant::now();
    let status = answers.message().await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert_eq!(status.get_error_details().error_info().unwrap().reason, "STREAM_IDLE");
    assert!(asked.elapsed() < Duration::from_secs(20));
    // What was acknowledged stays.
    let request = v1::GetPostingRequest { id: "I8".into() };
    assert!(server.postings().get_posting(request).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_are_too_large_are_told_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let posting = |bytes: usize| v1::JobPosting {
        description: "a".repeat(bytes),
        ..sample_postings().remove(0)
    };
    let update = |bytes| v1::UpdatePostingRequest {
        posting: Some(posting(bytes)),
        allow_missing: true,
        ..Default::default()
    };
    let too_large = |status: tonic::Status| {
        assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
        let details = status.get_error_details();
        assert_eq!(details.error_info().unwrap().reason, "MESSAGE_TOO_LARGE");
        assert!(status.message().contains("import stream"), "{}", status.message());
    };
    too_large(server.postings().update_posting(update(10 << 20)).await.unwrap_err());
    // Below the limit of messages it is the field that is too long.
    let status = server.postings().update_posting(update(3 << 20)).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let item = v1::ImportPostingItem { number: 1, posting: Some(posting(10 << 20)) };
    let message = v1::ImportPostingsRequest { request: Some(Import::Item(item)) };
    let stream = tokio_stream::iter([message]);
    let mut answers = server.postings().import_postings(stream).await.unwrap().into_inner();
    too_large(answers.message().await.unwrap_err());
}
