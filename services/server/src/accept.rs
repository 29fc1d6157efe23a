//! Connections: how many there may be, how long one may be silent, and how they end.
//!
//! A connection has a task of its own that ends it when it does not finish TLS or say what it
//! speaks in time, when it has had no call for long, and when the server stops. At a stop running
//! calls may end until the drain time is over; then everything that is left is cut off.

mod io;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tonic::body::Body;
use tower::Service;

use crate::limits::Limits;
use crate::telemetry;
use crate::tls::Tls;
use io::{Activity, Heard, Tracked};

/// Pause after a failed accept: without file descriptors the next one fails as well.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Shortest pause between two looks at a connection.
const WATCH: Duration = Duration::from_secs(1);
/// The same while the server stops, so that the end is not waited for.
const WATCH_AT_STOP: Duration = Duration::from_millis(50);
/// Time that a connection without calls gets at a stop to read that it ends.
const FAREWELL: Duration = Duration::from_millis(250);
/// Pings go out so often, and are waited for so long: an address translator that forgets a
/// connection does so after some minutes.
const PING: Duration = Duration::from_secs(60);
const PONG: Duration = Duration::from_secs(20);
/// Calls at once on one connection; what is more waits at the client.
const STREAMS: u32 = 1_000;

/// What is behind the layers.
type Request = http::Request<Body>;
type Response = http::Response<Body>;

/// One listener's connections.
#[derive(Clone)]
pub(crate) struct Door {
    places: Arc<Semaphore>,
    tls: Option<Tls>,
    handshake: Duration,
    idle: Duration,
    stopped: watch::Receiver<bool>,
}

impl Door {
    pub(crate) fn new(limits: &Limits, tls: Option<Tls>, stopped: watch::Receiver<bool>) -> Self {
        Self {
            places: Arc::new(Semaphore::new(limits.max_connections())),
            tls,
            handshake: limits.handshake(),
            idle: limits.idle(),
            stopped,
        }
    }

    /// Serves until the stop, and then for the drain time at most.
    pub(crate) async fn serve<S>(mut self, listener: TcpListener, service: S, drain: Duration)
    where
        S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
        S::Future: Send + 'static,
    {
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                // An error means that the running server was dropped, which stops it as well.
                _ = self.stopped.wait_for(|stopped| *stopped) => break,
                Some(_) = connections.join_next() => continue,
                accepted = listener.accept() => accepted,
            };
            let stream = match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "cannot accept connections");
                    sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            match self.places.clone().try_acquire_owned() {
                Ok(place) => {
                    connections.spawn(self.clone().connection(stream, service.clone(), place));
                }
                // Closed at once, so that the client need not wait to learn it.
                Err(_) => telemetry::note_connection_refused(),
            }
        }
        // Nobody connects any more to a server that stops.
        drop(listener);
        let deadline = Instant::now() + drain;
        let all = async { while connections.join_next().await.is_some() {} };
        if timeout_at(deadline, all).await.is_err() {
            tracing::warn!(
                left = connections.len(),
                "connections were cut off at the end of the drain time"
            );
        }
        connections.shutdown().await;
    }

    async fn connection<S>(self, stream: TcpStream, service: S, place: OwnedSemaphorePermit)
    where
        S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
        S::Future: Send + 'static,
    {
        let _counted = telemetry::ConnectionGauge::new();
        // Without Nagle's delay: an answer is some small frames, of which the last would wait for
        // the client's delayed acknowledgement, 40 ms. A socket that refuses it is slow, not wrong.
        let _ = stream.set_nodelay(true);
        match &self.tls {
            None => self.speak(stream, service).await,
            Some(tls) => {
                let mut stopped = self.stopped.clone();
                let stop = stopped.wait_for(|stopped| *stopped);
                let secured = tokio::select! {
                    secured = timeout(self.handshake, tls.accept(stream)) => secured,
                    _ = stop => return,
                };
                match secured {
                    Ok(Ok(stream)) => self.speak(stream, service).await,
                    Ok(Err(error)) => tracing::debug!(%error, "no TLS with a client"),
                    Err(_) => telemetry::note_connection_dropped("handshake"),
                }
            }
        }
        drop(place);
    }

    /// Speaks HTTP on a connection until it ends.
    async fn speak<S, I>(&self, io: I, service: S)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
        S::Future: Send + 'static,
    {
        let activity = Arc::new(Activity::new());
        let io = TokioIo::new(Heard::new(io, activity.clone()));
        let service = TowerToHyperService::new(Tracked::new(service, activity.clone()));
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS)
            .keep_alive_interval(PING)
            .keep_alive_timeout(PONG);
        builder.http1().timer(TokioTimer::new()).header_read_timeout(self.handshake);
        let mut connection = std::pin::pin!(builder.serve_connection(io, service));
        let mut watch: BoxFuture<'_, ()> = Box::pin(self.until_it_should_end(&activity));
        let mut ending = false;
        loop {
            tokio::select! {
                ended = connection.as_mut() => {
                    if let Err(error) = ended {
                        tracing::debug!(%error, "a connection ended");
                    }
                    return;
                }
                () = &mut watch => {
                    // Told once that it ends; if it does not, it is dropped.
                    if ending {
                        return;
                    }
                    ending = true;
                    connection.as_mut().graceful_shutdown();
                    watch = Box::pin(self.until_it_is_quiet(&activity));
                }
            }
        }
    }

    /// Waits for the stop, or until the connection was silent for too long.
    async fn until_it_should_end(&self, activity: &Activity) {
        let mut stopped = self.stopped.clone();
        let stop = stopped.wait_for(|stopped| *stopped);
        let silence = async {
            sleep(self.handshake).await;
            if !activity.has_spoken() {
                return telemetry::note_connection_dropped("handshake");
            }
            loop {
                let left = self.idle.saturating_sub(activity.idle_for());
                if left.is_zero() {
                    break;
                }
                sleep(left.max(WATCH)).await;
            }
            telemetry::note_connection_dropped("idle");
        };
        tokio::select! {
            _ = stop => {}
            () = silence => {}
        }
    }

    /// Waits until a connection that was told to end has no call and had time to read it.
    async fn until_it_is_quiet(&self, activity: &Activity) {
        sleep(FAREWELL).await;
        while activity.is_busy() {
            sleep(WATCH_AT_STOP).await;
        }
    }
}
