//! What each call passes first: the API key and the deadline. Also where it is measured.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use sha2::{Digest, Sha256};
use tonic::{Code, Status};
use tower::{Layer, Service};

use crate::config::Config;
use crate::status::Refusal;
use crate::telemetry;

/// Methods that stream: their length is not bounded by a deadline of ours.
const STREAMING: [&str; 3] = ["ImportPostings", "ImportProfiles", "MatchPostingsBatch"];
/// Prefixes of the services that need no key: a probe has none.
const OPEN: [&str; 1] = ["/grpc.health.v1.Health/"];
/// Methods that are measured by name; others share one label, so that callers cannot make
/// labels.
const METHODS: [&str; 26] = [
    "GetPosting",
    "BatchGetPostings",
    "ListPostings",
    "UpdatePosting",
    "DeletePosting",
    "ImportPostings",
    "GetProfile",
    "BatchGetProfiles",
    "ListProfiles",
    "UpdateProfile",
    "DeleteProfile",
    "ImportProfiles",
    "MatchPostings",
    "MatchPostingsBatch",
    "MatchProfiles",
    "ExplainMatch",
    "AnalyzeText",
    "Dispatch",
    "ParsePosting",
    "ParseProfile",
    "GetStats",
    "Rebuild",
    "Erase",
    "GetTicket",
    "ListTickets",
    "Check",
];

/// Checks keys and sets deadlines.
#[derive(Debug, Clone)]
pub(crate) struct AccessLayer(Arc<Rules>);

#[derive(Debug)]
struct Rules {
    keys: Vec<Vec<u8>>,
    default_deadline: Duration,
    max_deadline: Duration,
}

impl AccessLayer {
    pub(crate) fn new(config: &Config) -> Self {
        // `Config` has checked that they decode.
        let keys = config.api_key_sha256.iter().filter_map(|k| hex::decode(k).ok()).collect();
        Self(Arc::new(Rules {
            keys,
            default_deadline: Duration::from_millis(config.deadline_ms_default),
            max_deadline: Duration::from_millis(config.deadline_ms_max),
        }))
    }
}

impl Rules {
    /// A key comes as `authorization: Bearer KEY`. Only hashes are kept, so comparing them
    /// tells nothing about a key.
    fn admits(&self, request: &http::Request<tonic::body::Body>) -> bool {
        let path = request.uri().path();
        if self.keys.is_empty() || OPEN.iter().any(|p| path.starts_with(p)) {
            return true;
        }
        let header = request.headers().get(http::header::AUTHORIZATION);
        let key = header.and_then(|h| h.to_str().ok()).and_then(|h| h.strip_prefix("Bearer "));
        key.is_some_and(|key| {
            let hash = Sha256::digest(key.as_bytes());
            self.keys.iter().any(|known| known[..] == hash[..])
        })
    }

    fn deadline(&self, request: &http::Request<tonic::body::Body>) -> Duration {
        let asked =
            request.headers().get("grpc-timeout").and_then(|h| parse_timeout(h.to_str().ok()?));
        asked.unwrap_or(self.default_deadline).min(self.max_deadline)
    }
}

/// `grpc-timeout`: up to eight digits and a unit.
fn parse_timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let amount: u64 = digits.parse().ok().filter(|_| digits.len() <= 8)?;
    match unit {
        "H" => Some(Duration::from_secs(amount * 3600)),
        "M" => Some(Duration::from_secs(amount * 60)),
        "S" => Some(Duration::from_secs(amount)),
        "m" => Some(Duration::from_millis(amount)),
        "u" => Some(Duration::from_micros(amount)),
        "n" => Some(Duration::from_nanos(amount)),
        _ => None,
    }
}

impl<S> Layer<S> for AccessLayer {
    type Service = Access<S>;

    fn layer(&self, inner: S) -> Access<S> {
        Access { inner, rules: self.0.clone() }
    }
}

/// A service behind the checks.
#[derive(Debug, Clone)]
pub(crate) struct Access<S> {
    inner: S,
    rules: Arc<Rules>,
}

type Request = http::Request<tonic::body::Body>;
type Response = http::Response<tonic::body::Body>;

impl<S> Service<Request> for Access<S>
where
    S: Service<Request, Response = Response> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let fresh = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, fresh);
        let rules = self.rules.clone();
        Box::pin(async move {
            let started = Instant::now();
            let name = request.uri().path().rsplit('/').next().unwrap_or_default();
            let method = METHODS.into_iter().find(|m| *m == name).unwrap_or("other");
            let response = if !rules.admits(&request) {
                refuse(Refusal::new(
                    Code::Unauthenticated,
                    "API_KEY",
                    "send a known key as `authorization: Bearer KEY`",
                ))
            } else if STREAMING.contains(&method) || method == "other" {
                inner.call(request).await?
            } else {
                let deadline = rules.deadline(&request);
                match tokio::time::timeout(deadline, inner.call(request)).await {
                    Ok(response) => response?,
                    Err(_) => refuse(Refusal::new(
                        Code::DeadlineExceeded,
                        "DEADLINE",
                        format!(
                            "no answer within {} ms; ask for less or allow more",
                            deadline.as_millis()
                        ),
                    )),
                }
            };
            let code = Status::from_header_map(response.headers()).map_or(Code::Ok, |s| s.code());
            telemetry::note_call(method, code, started.elapsed());
            Ok(response)
        })
    }
}

fn refuse(refusal: Refusal) -> Response {
    Status::from(refusal).into_http()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_parse_by_unit() {
        assert_eq!(parse_timeout("250m"), Some(Duration::from_millis(250)));
        assert_eq!(parse_timeout("3S"), Some(Duration::from_secs(3)));
        for bad in ["", "m", "3", "123456789S", "-1S", "3秒"] {
            assert_eq!(parse_timeout(bad), None, "{bad}");
        }
    }
}
