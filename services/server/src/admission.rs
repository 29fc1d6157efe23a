//! How much is worked on at once. A call takes a place by its cost; when all places are taken a
//! few calls wait, and every further one is turned away at once, so that what was admitted is
//! answered as fast as ever.
//!
//! Reads, matches and long calls wait in lines of their own: a flood of one fills its own line
//! only. Long calls hold at most half of the places together, so that an import, a batch or a
//! dispatch never keeps out who asks for a job.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures::future::BoxFuture;
use http::HeaderMap;
use jobmatch_matching::Call;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::{Code, Status};
use tower::{Layer, Service};

use crate::limits::Limits;
use crate::status::Refusal;
use crate::telemetry;

/// Least time after which a caller that was turned away may try again: some rounds of what is
/// under way (a match takes some 10 ms). Up to the same again is added, by turns in so many
/// steps, so that those who were turned away together do not come back together.
const PUSHBACK: Duration = Duration::from_millis(250);
const PUSHBACK_STEPS: u32 = 8;

/// What a call costs, in places. A place is what a read of one record takes; the others are by
/// what they take of a core beside it, measured by `benches` (latency, nearby) and rounded to
/// powers of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cost {
    /// Probes: nothing, and never turned away.
    Free,
    /// One record, read or written.
    Read,
    /// A page of records, or the reading of one text.
    Page,
    /// A survey of what is near, or the analysis of records as they stream in.
    Survey,
    /// One question to an index.
    Match,
    /// Many questions one after the other: half of what long calls may have together, so that a
    /// dispatch need not wait for a batch.
    Bulk,
}

impl Cost {
    /// Cost of a method by its path. Methods that are not named are taken for a page.
    pub(crate) fn of(path: &str) -> Self {
        if path.starts_with("/grpc.health.v1.Health/") {
            return Self::Free;
        }
        match path.rsplit('/').next().unwrap_or_default() {
            "GetPosting" | "UpdatePosting" | "DeletePosting" | "GetProfile" | "UpdateProfile"
            | "DeleteProfile" | "TakeSlot" | "ReleaseSlot" | "GetStation" | "UpdateStation"
            | "DeleteStation" => Self::Read,
            "NearbyPostings" | "ImportPostings" | "ImportProfiles" => Self::Survey,
            "MatchPostings" | "MatchProfiles" | "ExplainMatch" => Self::Match,
            "MatchPostingsBatch" | "Dispatch" => Self::Bulk,
            _ => Self::Page,
        }
    }

    fn line(self, path: &str) -> Line {
        match self {
            Self::Free | Self::Read => Line::Reads,
            Self::Bulk => Line::Long,
            Self::Survey if path.contains("/Import") => Line::Long,
            Self::Page | Self::Survey | Self::Match => Line::Matches,
        }
    }

    fn places(self, all: usize) -> usize {
        match self {
            Self::Free => 0,
            Self::Read => 1,
            Self::Page => 4,
            Self::Survey => 8,
            Self::Match => 16,
            Self::Bulk => all / 4,
        }
    }
}

/// Where a call waits.
#[derive(Debug, Clone, Copy)]
enum Line {
    Reads,
    Matches,
    Long,
}

impl Line {
    fn name(self) -> &'static str {
        match self {
            Self::Reads => "reads",
            Self::Matches => "matches",
            Self::Long => "long",
        }
    }
}

/// Latest time at which an answer is of use; the access layer puts it beside a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline(pub(crate) Instant);

/// All places and lines of a server.
#[derive(Debug)]
struct Admission {
    all: usize,
    places: Arc<Semaphore>,
    /// What long calls may hold of them.
    long: Arc<Semaphore>,
    max_waiting: usize,
    /// Places that those in each line wait for.
    waiting: [AtomicUsize; 3],
    turned_away: TurnedAway,
    stream_idle: Duration,
}

/// The answers to those who are turned away, ready to be sent: when there are too many calls,
/// there are most of these. As they repeat, HTTP/2 sends a number for each of their headers.
#[derive(Debug)]
struct TurnedAway {
    turn: AtomicUsize,
    heads: Vec<HeaderMap>,
}

impl TurnedAway {
    fn new() -> Self {
        let head = |step| {
            let retry_after = PUSHBACK + PUSHBACK * step / PUSHBACK_STEPS;
            let message = format!(
                "the service has more calls than it can answer in time; try again after {} ms",
                retry_after.as_millis()
            );
            let refusal = Refusal::new(Code::Unavailable, "OVERLOADED", message);
            refused(Refusal { retry_after, ..refusal }).into_parts().0.headers
        };
        Self { turn: AtomicUsize::new(0), heads: (0..PUSHBACK_STEPS).map(head).collect() }
    }

    fn next(&self) -> Response {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let mut response = Response::default();
        *response.headers_mut() = self.heads[turn % self.heads.len()].clone();
        response
    }
}

fn refused(refusal: Refusal) -> Response {
    Status::from(refusal).into_http()
}

/// The places that a call holds.
struct Place {
    _long: Option<OwnedSemaphorePermit>,
    permit: OwnedSemaphorePermit,
}

impl Place {
    fn new(long: Option<OwnedSemaphorePermit>, permit: OwnedSemaphorePermit) -> Self {
        telemetry::note_load(permit.num_permits() as f64);
        Self { _long: long, permit }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        telemetry::note_load(-(self.permit.num_permits() as f64));
    }
}

/// A place in a line; left when it goes, whatever the reason.
struct Standing<'a> {
    waiting: &'a AtomicUsize,
    places: usize,
    line: Line,
}

impl<'a> Standing<'a> {
    /// `None` where the line is full. One call may always wait, however much it costs.
    fn join(admission: &'a Admission, line: Line, places: usize) -> Option<Self> {
        let waiting = &admission.waiting[line as usize];
        let before = waiting.fetch_add(places, Ordering::Relaxed);
        if before > 0 && before + places > admission.max_waiting {
            waiting.fetch_sub(places, Ordering::Relaxed);
            return None;
        }
        telemetry::note_waiting(line.name(), places as f64);
        Some(Self { waiting, places, line })
    }
}

impl Drop for Standing<'_> {
    fn drop(&mut self) {
        self.waiting.fetch_sub(self.places, Ordering::Relaxed);
        telemetry::note_waiting(self.line.name(), -(self.places as f64));
    }
}

impl Admission {
    fn new(limits: &Limits) -> Self {
        let all = limits.max_load();
        Self {
            all,
            places: Arc::new(Semaphore::new(all)),
            long: Arc::new(Semaphore::new(all / 2)),
            max_waiting: limits.max_waiting(),
            waiting: Default::default(),
            turned_away: TurnedAway::new(),
            stream_idle: limits.stream_idle(),
        }
    }

    /// A place, at once or after a wait in a line that has room.
    async fn admit(&self, cost: Cost, path: &str) -> Result<Place, Response> {
        let line = cost.line(path);
        let places = cost.places(self.all).min(self.all) as u32;
        let long_places = places.min(self.all as u32 / 2);
        let is_long = matches!(line, Line::Long);
        let long_now = || match is_long {
            true => self.long.clone().try_acquire_many_owned(long_places).ok().map(Some),
            false => Some(None),
        };
        if let Some(long) = long_now()
            && let Ok(permit) = self.places.clone().try_acquire_many_owned(places)
        {
            return Ok(Place::new(long, permit));
        }
        let Some(_standing) = Standing::join(self, line, places as usize) else {
            return Err(self.overloaded(line));
        };
        let closed = |_| refused(Refusal::new(Code::Unavailable, "SHUTTING_DOWN", "shutting down"));
        let long = match is_long {
            true => {
                let permit = self.long.clone().acquire_many_owned(long_places).await;
                Some(permit.map_err(closed)?)
            }
            false => None,
        };
        let permit = self.places.clone().acquire_many_owned(places).await.map_err(closed)?;
        Ok(Place::new(long, permit))
    }

    fn overloaded(&self, line: Line) -> Response {
        telemetry::note_shed(line.name());
        self.turned_away.next()
    }
}

/// Gives its call up when the last holder goes: the layer's future, and what streams.
#[derive(Debug)]
pub(crate) struct Waiter {
    call: Call,
    stream_idle: Duration,
}

impl Waiter {
    /// How long a stream may wait for its client.
    pub(crate) fn stream_idle(&self) -> Duration {
        self.stream_idle
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.call.give_up();
    }
}

/// Keeps a stream's call alive beyond the opening: the stream holds it.
pub(crate) fn waiter<T>(request: &tonic::Request<T>) -> Arc<Waiter> {
    // A request that passed no layer, as in a test, has a call of its own.
    let own = || Waiter { call: Call::default(), stream_idle: Limits::default().stream_idle() };
    request.extensions().get::<Arc<Waiter>>().cloned().unwrap_or_else(|| Arc::new(own()))
}

/// Admits calls.
#[derive(Debug, Clone)]
pub(crate) struct AdmissionLayer(Arc<Admission>);

impl AdmissionLayer {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self(Arc::new(Admission::new(limits)))
    }
}

impl<S> Layer<S> for AdmissionLayer {
    type Service = Admitted<S>;

    fn layer(&self, inner: S) -> Admitted<S> {
        Admitted { inner, admission: self.0.clone() }
    }
}

/// A service behind the places.
#[derive(Debug, Clone)]
pub(crate) struct Admitted<S> {
    inner: S,
    admission: Arc<Admission>,
}

type Request = http::Request<tonic::body::Body>;
type Response = http::Response<tonic::body::Body>;

impl<S> Service<Request> for Admitted<S>
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
        let admission = self.admission.clone();
        Box::pin(async move {
            let path = request.uri().path();
            let cost = Cost::of(path);
            let call = if cost == Cost::Free {
                Call::default()
            } else {
                match admission.admit(cost, path).await {
                    Ok(place) => Call::holding(place),
                    Err(refused) => return Ok(refused),
                }
            };
            // The wait may have taken all the time there was.
            let deadline = request.extensions().get::<Deadline>();
            if deadline.is_some_and(|d| Instant::now() >= d.0) {
                let message = "the deadline passed while the call waited for its turn";
                let refusal = Refusal::new(Code::DeadlineExceeded, "DEADLINE", message);
                return Ok(refused(refusal));
            }
            let stream_idle = admission.stream_idle;
            let waiter = Arc::new(Waiter { call: call.clone(), stream_idle });
            request.extensions_mut().insert(call);
            request.extensions_mut().insert(waiter.clone());
            let response = inner.call(request).await;
            drop(waiter);
            response
        })
    }
}

#[cfg(test)]
mod tests {
    use tonic_types::StatusExt;

    use super::*;

    const MATCH: &str = "/jobmatch.v1.MatchService/MatchPostings";
    const GET: &str = "/jobmatch.v1.PostingService/GetPosting";
    const DISPATCH: &str = "/jobmatch.v1.GigService/Dispatch";

    /// Four matches at once, two in their line.
    fn admission() -> Admission {
        Admission::new(&Limits { max_load: Some(64), max_waiting: Some(32), ..Limits::default() })
    }

    async fn admit(admission: &Admission, path: &str) -> Result<Place, Response> {
        admission.admit(Cost::of(path), path).await
    }

    fn refusal(answer: Result<Place, Response>) -> Status {
        Status::from_header_map(answer.err().unwrap().headers()).unwrap()
    }

    #[tokio::test]
    async fn beyond_the_line_calls_are_turned_away_with_a_time_to_come_back() {
        let admission = admission();
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(admit(&admission, MATCH).await.ok().unwrap());
        }
        let (mut a, mut b) =
            (Box::pin(admit(&admission, MATCH)), Box::pin(admit(&admission, MATCH)));
        assert!(futures::poll!(&mut a).is_pending() && futures::poll!(&mut b).is_pending());
        let mut pushbacks = std::collections::BTreeSet::new();
        for _ in 0..20 {
            let status = refusal(admit(&admission, MATCH).await);
            let details = status.get_error_details();
            assert_eq!(status.code(), Code::Unavailable);
            assert_eq!(details.error_info().unwrap().reason, "OVERLOADED");
            let pushback = status.metadata().get("grpc-retry-pushback-ms").unwrap();
            pushbacks.insert(pushback.to_str().unwrap().parse::<u64>().unwrap());
        }
        assert!(pushbacks.len() == 8 && pushbacks.iter().all(|ms| (250..500).contains(ms)));
        // A read waits in a line of its own, and who leaves a line makes room in it.
        let mut read = Box::pin(admit(&admission, GET));
        assert!(futures::poll!(&mut read).is_pending());
        drop(a);
        let mut c = Box::pin(admit(&admission, MATCH));
        assert!(futures::poll!(&mut c).is_pending());
        held.clear();
        assert!(b.await.is_ok() && read.await.is_ok() && c.await.is_ok());
        assert!(admission.waiting.iter().all(|w| w.load(Ordering::Relaxed) == 0));
        assert_eq!(admission.places.available_permits(), 64);
    }

    #[tokio::test]
    async fn long_calls_never_hold_more_than_half() {
        let admission = admission();
        let _two = [
            admit(&admission, DISPATCH).await.ok().unwrap(),
            admit(&admission, DISPATCH).await.ok().unwrap(),
        ];
        let (mut third, mut fourth) =
            (Box::pin(admit(&admission, DISPATCH)), Box::pin(admit(&admission, DISPATCH)));
        assert!(futures::poll!(&mut third).is_pending());
        assert!(futures::poll!(&mut fourth).is_pending());
        let status = refusal(admit(&admission, DISPATCH).await);
        assert_eq!(status.get_error_details().error_info().unwrap().reason, "OVERLOADED");
        assert!(admit(&admission, MATCH).await.is_ok());
    }

    #[test]
    fn probes_cost_nothing_and_what_is_not_known_something() {
        assert_eq!(Cost::of("/grpc.health.v1.Health/Check"), Cost::Free);
        assert_eq!(Cost::of("/jobmatch.v1.X/New"), Cost::Page);
        assert_eq!(Cost::of(MATCH), Cost::Match);
    }
}
