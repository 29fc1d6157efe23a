//! More calls than the service can answer: the rest is turned away, what was admitted is
//! answered, probes and reads get through, and it is over as soon as the crowd goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jobmatch_proto::v1;
use jobmatch_proto::v1::match_service_client::MatchServiceClient;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::Code;
use tonic::transport::Channel;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt;

use crate::server::{
    Server, import, put_profiles, question, sample_postings, sample_profiles, seq,
};

/// Two questions at once and two that wait: 64 places of 16 beyond which everything is turned
/// away.
const LIMITS: [(&str, &str); 2] =
    [("JOBMATCH_LIMITS_MAX_LOAD", "32"), ("JOBMATCH_LIMITS_MAX_WAITING", "32")];
const ROOM: usize = 4;

async fn loaded(variables: &[(&str, &str)]) -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with(folder.path(), variables).await;
    let last = import(&server, sample_postings()).await.iter().map(seq).max().unwrap();
    let last = put_profiles(&server, sample_profiles()).await.max(last);
    server.caught_up(last).await;
    (server, folder)
}

/// What a crowd of callers met.
#[derive(Debug, Default)]
struct Seen {
    answered: usize,
    /// Turned away.
    shed: usize,
}

/// So many callers who ask again at once, or 10 ms after they were turned away.
async fn crowd(server: &Server, callers: usize, time: Duration) -> Seen {
    let profile = sample_profiles().remove(0).id;
    let end = Instant::now() + time;
    let caller = |_| {
        let address = format!("http://{}", server.address);
        let ask = question(&profile);
        tokio::spawn(async move {
            let channel = Channel::from_shared(address).unwrap().connect().await.unwrap();
            let mut client = MatchServiceClient::new(channel);
            let mut seen = Seen::default();
            while Instant::now() < end {
                match client.match_postings(ask.clone()).await {
                    Ok(_) => seen.answered += 1,
                    Err(status) => {
                        seen.shed += 1;
                        must_be_overload(&status);
                        tokio::time::sleep(Duration::from_millis(10)).await;
                    }
                }
            }
            seen
        })
    };
    let callers: Vec<_> = (0..callers).map(caller).collect();
    let mut all = Seen::default();
    for caller in callers {
        let seen = caller.await.unwrap();
        all.answered += seen.answered;
        all.shed += seen.shed;
    }
    all
}

fn must_be_overload(status: &tonic::Status) {
    let details = status.get_error_details();
    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
    assert_eq!(details.error_info().unwrap().reason, "OVERLOADED");
    let pause = details.retry_info().unwrap().retry_delay.unwrap();
    let pushback = status.metadata().get("grpc-retry-pushback-ms").unwrap().to_str().unwrap();
    assert_eq!(pause.as_millis().to_string(), pushback);
    assert!((250..500).contains(&pause.as_millis()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_is_turned_away_and_those_admitted_are_answered() {
    let (server, _folder) = loaded(&LIMITS).await;
    let time = Duration::from_millis(1_500);
    // A place is given back a moment after the answer, so a caller may hold two of them.
    let calm = crowd(&server, ROOM / 2, time).await;
    assert!(calm.answered > 0 && calm.shed == 0, "{calm:?}");
    for times in [2, 5, 10] {
        let crowd = crowd(&server, ROOM * times, time).await;
        // How fast, and how many: `benches`, overload. A machine of tests computes much else.
        assert!(crowd.answered > 0 && crowd.shed > 0, "{times} times the room: {crowd:?}");
    }
    let after = crowd(&server, 1, Duration::from_millis(300)).await;
    assert!(after.answered > 0 && after.shed == 0, "{after:?}");
    server.terminate();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_limit_nobody_is_turned_away() {
    let (server, _folder) = loaded(&[("JOBMATCH_LIMITS_MAX_LOAD", "100000")]).await;
    let seen = crowd(&server, ROOM * 10, Duration::from_millis(700)).await;
    assert!(seen.answered > 0 && seen.shed == 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_reads_and_the_operator_get_through_a_crowd() {
    let (server, _folder) = loaded(&LIMITS).await;
    let id = sample_postings().remove(0).id;
    let done = Arc::new(AtomicUsize::new(0));
    let others = async {
        let mut health = HealthClient::new(server.channel.clone());
        for _ in 0..20 {
            let check = tonic_health::pb::HealthCheckRequest::default();
            health.check(check).await.unwrap();
            let get = v1::GetPostingRequest { id: id.clone() };
            server.postings().get_posting(get).await.unwrap();
            server.admin().get_stats(v1::GetStatsRequest {}).await.unwrap();
            done.fetch_add(1, Ordering::Relaxed);
        }
    };
    let (seen, ()) = tokio::join!(crowd(&server, 40, Duration::from_millis(1_500)), others);
    assert!(seen.shed > 0 && done.load(Ordering::Relaxed) == 20);
}

/// The value of a metric, or 0.
async fn metric(address: &str, name: &str) -> f64 {
    let mut page = TcpStream::connect(address).await.unwrap();
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    page.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    page.read_to_string(&mut text).await.unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
    line.unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_whose_client_goes_gives_its_places_back() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let metrics = port.to_string();
    let (server, _folder) = loaded(&[("JOBMATCH_METRICS_LISTEN", &metrics)]).await;
    let request = v1::MatchPostingsBatchRequest {
        filter: question("x").filter,
        options: Some(v1::MatchOptions { exact: true, page_size: 200, ..Default::default() }),
        ..v1::MatchPostingsBatchRequest::default()
    };
    let mut batch = server.matches().match_postings_batch(request).await.unwrap().into_inner();
    batch.message().await.unwrap().unwrap();
    assert!(metric(&metrics, "jobmatch_load ").await > 0.0);
    drop(batch);
    let gone = Instant::now();
    while metric(&metrics, "jobmatch_load ").await > 0.0 {
        assert!(gone.elapsed() < Duration::from_secs(10), "the batch goes on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
