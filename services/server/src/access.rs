//! What each call passes first: the API key and the deadline. Also where it is measured.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::BoxFuture;
use jobmatch_matching::{Call, Caller, MatchingError, Scope, Session};
use sha2::{Digest, Sha256};
use tonic::{Code, Status};
use tower::{Layer, Service};

use crate::admission::Deadline;
use crate::config::Config;
use crate::keys::Key;
use crate::status::{Refusal, too_large};
use crate::telemetry;

/// Methods that stream: their length is not bounded by a deadline of ours.
const STREAMING: [&str; 4] =
    ["ImportPostings", "ImportProfiles", "MatchPostingsBatch", "WatchNearby"];
/// Prefixes of the services that need no key: a probe has none.
const OPEN: [&str; 1] = ["/grpc.health.v1.Health/"];
/// Methods that are measured by name; others share one label, so that callers cannot make
/// labels.
const METHODS: [&str; 37] = [
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
    "NearbyPostings",
    "WatchNearby",
    "TakeSlot",
    "ReleaseSlot",
    "ListSlots",
    "Dispatch",
    "ParsePosting",
    "ParseProfile",
    "GetStation",
    "ListStations",
    "UpdateStation",
    "DeleteStation",
    "NearbyStations",
    "CoverageGap",
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
    keys: Vec<Key>,
    default_deadline: Duration,
    max_deadline: Duration,
}

impl AccessLayer {
    pub(crate) fn new(config: &Config) -> Self {
        Self(Arc::new(Rules {
            keys: config.accepted_keys(),
            default_deadline: Duration::from_millis(config.deadline_ms_default),
            max_deadline: Duration::from_millis(config.deadline_ms_max),
        }))
    }
}

impl Rules {
    /// Who calls. A key comes as `authorization: Bearer KEY`; where none is asked for,
    /// everybody is trusted.
    fn caller(&self, request: &Request) -> Result<Caller, Refusal> {
        let path = request.uri().path();
        if self.keys.is_empty() || OPEN.iter().any(|p| path.starts_with(p)) {
            return Ok(Caller::default());
        }
        let header = request.headers().get(http::header::AUTHORIZATION);
        let key = header.and_then(|h| h.to_str().ok()).and_then(|h| h.strip_prefix("Bearer "));
        let hash = key.map(|key| Sha256::digest(key.as_bytes()));
        let known = hash.and_then(|hash| self.keys.iter().find(|known| known.is(&hash)));
        let Some(known) = known else {
            let message = "send a known key as `authorization: Bearer KEY`";
            return Err(Refusal::new(Code::Unauthenticated, "API_KEY", message));
        };
        if !known.opens(path) {
            let message = "the API key does not open this method";
            return Err(Refusal::new(Code::PermissionDenied, "OUT_OF_SCOPE", message));
        }
        Ok(known.caller().clone())
    }

    fn deadline(&self, request: &Request) -> Duration {
        let asked =
            request.headers().get("grpc-timeout").and_then(|h| parse_timeout(h.to_str().ok()?));
        asked.unwrap_or(self.default_deadline).min(self.max_deadline)
    }
}

impl Rules {
    /// The inner service's answer, or that it took too long.
    async fn answer<S>(
        &self,
        inner: &mut S,
        mut request: Request,
        method: &str,
    ) -> Result<Response, S::Error>
    where
        S: Service<Request, Response = Response>,
    {
        let deadline = self.deadline(&request);
        let streams = STREAMING.contains(&method) || method == "other";
        if !streams {
            request.extensions_mut().insert(Deadline(Instant::now() + deadline));
        }
        // The panic's own report is in the log.
        let answer = AssertUnwindSafe(inner.call(request)).catch_unwind();
        let answer =
            async { answer.await.unwrap_or_else(|_| Ok(refuse(MatchingError::Internal.into()))) };
        if streams {
            return answer.await;
        }
        tokio::time::timeout(deadline, answer).await.unwrap_or_else(|_| {
            let message =
                format!("no answer within {} ms; ask for less or allow more", deadline.as_millis());
            Ok(refuse(Refusal::new(Code::DeadlineExceeded, "DEADLINE", message)))
        })
    }
}

/// The service as the caller of a request sees it. A request that no layer looked at sees no
/// person.
pub(crate) fn session<T>(
    service: &Arc<jobmatch_matching::Service>,
    request: &tonic::Request<T>,
) -> Session {
    let caller = request.extensions().get::<Caller>().cloned();
    let nobody = || Caller::new("unknown", Scope::Public);
    let call = request.extensions().get::<Call>().cloned().unwrap_or_default();
    Session::new(service.clone(), caller.unwrap_or_else(nobody)).during(call)
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

    fn call(&mut self, mut request: Request) -> Self::Future {
        let fresh = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, fresh);
        let rules = self.rules.clone();
        Box::pin(async move {
            let started = Instant::now();
            let name = request.uri().path().rsplit('/').next().unwrap_or_default();
            let method = METHODS.into_iter().find(|m| *m == name).unwrap_or("other");
            let response = match rules.caller(&request) {
                Err(refusal) => refuse(refusal),
                Ok(caller) => {
                    request.extensions_mut().insert(caller);
                    rules.answer(&mut inner, request, method).await?
                }
            };
            let response = if code_of(&response) == Code::OutOfRange {
                let refused = Status::from_header_map(response.headers());
                refused.as_ref().and_then(too_large).map_or(response, refuse)
            } else {
                response
            };
            telemetry::note_call(method, code_of(&response), started.elapsed());
            Ok(response)
        })
    }
}

/// The code of what was refused before anything was answered; the rest of a status is not read,
/// as under overload there are many.
fn code_of(response: &Response) -> Code {
    let code = response.headers().get("grpc-status");
    code.map_or(Code::Ok, |code| Code::from_bytes(code.as_bytes()))
}

fn refuse(refusal: Refusal) -> Response {
    Status::from(refusal).into_http()
}

#[cfg(test)]
mod tests {
    use tonic::body::Body;

    use super::*;

    /// What a service of this code answers behind the layer.
    async fn answer_of<F>(handler: fn() -> F) -> Code
    where
        F: Future<Output = Result<Response, std::convert::Infallible>> + Send + 'static,
    {
        let config = Config::from_sources("deadline_ms_default = 50", "test", std::iter::empty());
        let inner = tower::service_fn(move |_: Request| handler());
        let mut service = AccessLayer::new(&config.unwrap()).layer(inner);
        let request = http::Request::builder().uri("/jobmatch.v1.PostingService/GetPosting");
        let response = service.call(request.body(Body::empty()).unwrap()).await.unwrap();
        code_of(&response)
    }

    #[tokio::test]
    async fn a_panic_in_a_handler_is_an_answer_and_so_is_one_that_never_ends() {
        assert_eq!(answer_of(|| async { Ok(Response::new(Body::empty())) }).await, Code::Ok);
        assert_eq!(answer_of(|| async { panic!("as a bug would") }).await, Code::Internal);
        assert_eq!(answer_of(std::future::pending).await, Code::DeadlineExceeded);
        let too_large = || async { Ok(Status::out_of_range("found 5 bytes").into_http()) };
        assert_eq!(answer_of(too_large).await, Code::ResourceExhausted);
    }

    #[test]
    fn timeouts_parse_by_unit() {
        assert_eq!(parse_timeout("250m"), Some(Duration::from_millis(250)));
        assert_eq!(parse_timeout("3S"), Some(Duration::from_secs(3)));
        for bad in ["", "m", "3", "123456789S", "-1S", "3秒"] {
            assert_eq!(parse_timeout(bad), None, "{bad}");
        }
    }
}
