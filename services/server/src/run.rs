//! Wiring: opens the service, binds the listeners, serves, drains.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jobmatch_domain::TravelTimes;
use jobmatch_domain::travel::{KnownRoutes, RouteError};
use jobmatch_matching::{
    MatchingError, ProfileError, RankingProfile, Service, ServiceOptions, UserWord, system_clock,
};
use jobmatch_proto::FILE_DESCRIPTOR_SET;
use jobmatch_proto::v1::admin_service_server::AdminServiceServer;
use jobmatch_proto::v1::gig_service_server::GigServiceServer;
use jobmatch_proto::v1::intake_service_server::IntakeServiceServer;
use jobmatch_proto::v1::match_service_server::MatchServiceServer;
use jobmatch_proto::v1::nearby_service_server::NearbyServiceServer;
use jobmatch_proto::v1::posting_service_server::PostingServiceServer;
use jobmatch_proto::v1::profile_service_server::ProfileServiceServer;
use jobmatch_proto::v1::station_service_server::StationServiceServer;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tonic::service::Routes;
use tonic_reflection::server::v1::{ServerReflection, ServerReflectionServer};
use tower::Layer;

use crate::accept::Door;
use crate::access::AccessLayer;
use crate::admin_service::AdminApi;
use crate::admission::AdmissionLayer;
use crate::config::{Config, ConfigError};
use crate::gig_service::GigApi;
use crate::intake_service::IntakeApi;
use crate::kiosk::KioskLayer;
use crate::match_service::MatchApi;
use crate::nearby_service::NearbyApi;
use crate::posting_service::PostingApi;
use crate::profile_service::ProfileApi;
use crate::station_service::StationApi;
use crate::tls::{Tls, TlsError};
use crate::{health, memory, telemetry};

/// Largest message that is read: a batch of ids or a posting with a vector is far smaller.
const MAX_MESSAGE_BYTES: usize = 4 << 20;
/// Part of the drain time that is kept for what was cut off to end and for closing the store.
const CLOSING: Duration = Duration::from_secs(1);
const CLOSING_LOOK: Duration = Duration::from_millis(10);

/// Why the process ended.
#[derive(Debug, Error)]
pub enum RunError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The service could not be opened.
    #[error("cannot open the data: {0}")]
    Open(#[from] MatchingError),
    /// An address could not be bound.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The cause.
        source: std::io::Error,
    },
    /// A file of the configuration could not be read.
    #[error("cannot read {path}: {source}")]
    File {
        /// The path.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A ranking profile that was refused.
    #[error("{path}: {error}")]
    Ranking {
        /// The path.
        path: PathBuf,
        /// What is wrong.
        error: ProfileError,
    },
    /// A table of known routes that was refused.
    #[error("{path}: {error}")]
    Routes {
        /// The path.
        path: PathBuf,
        /// What is wrong.
        error: Box<RouteError>,
    },
    /// The page of the metrics.
    #[error("cannot serve metrics: {0}")]
    Metrics(String),
    /// The demo's connection failed.
    #[error("the connection failed: {0}")]
    Transport(#[from] tonic::transport::Error),
    /// The files of the TLS.
    #[error("TLS: {0}")]
    Tls(#[from] TlsError),
    /// The demo's own calls.
    #[error("demo: {0}")]
    Demo(String),
}

/// A server that is running.
pub struct Running {
    /// Address of the public services.
    pub address: SocketAddr,
    /// Address of the AdminService.
    pub admin_address: Option<SocketAddr>,
    service: Arc<Service>,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
    admin: Option<JoinHandle<()>>,
    /// What goes on beside the calls.
    helpers: Vec<JoinHandle<()>>,
}

impl Running {
    /// Waits until everything that is stored is searchable.
    pub async fn ready(&self) -> Result<(), RunError> {
        Ok(self.service.ready().await?)
    }

    /// Stops accepting, lets running calls end within the drain time, closes the store.
    pub async fn stop(self) -> Result<(), RunError> {
        // The listeners are gone already when nobody listens.
        let _ = self.stop.send(true);
        for task in [Some(self.server), self.admin].into_iter().flatten() {
            // A listener that panicked has ended as well.
            let _ = task.await;
        }
        for helper in self.helpers {
            helper.abort();
            // It holds the service until it has ended.
            let _ = helper.await;
        }
        // Calls that were cut off end at their next look; some milliseconds as a rule.
        let mut service = self.service;
        for _ in 0..CLOSING.as_millis() / CLOSING_LOOK.as_millis() {
            match Arc::try_unwrap(service) {
                Ok(service) => {
                    service.shut_down().await;
                    return Ok(());
                }
                Err(held) => service = held,
            }
            tokio::time::sleep(CLOSING_LOOK).await;
        }
        tracing::warn!("work goes on that nobody waits for; the store is left as after a crash");
        Ok(())
    }
}

/// Serves until SIGTERM or SIGINT.
pub async fn run(config: Config) -> Result<(), RunError> {
    telemetry::start_log(&config);
    telemetry::count_panics();
    // Before anybody can know that it listens: whoever knows may end it at once.
    let terminated = terminated();
    let running = start(&config).await?;
    announce(&running);
    terminated.await;
    tracing::info!("draining");
    running.stop().await
}

/// One line on standard output for whoever started the process with port 0.
pub(crate) fn announce(running: &Running) {
    #[allow(clippy::print_stdout, reason = "programs that start the server read this line")]
    {
        let admin = running.admin_address.map_or("off".into(), |a| a.to_string());
        println!("jobmatchd listening on {} (admin {admin})", running.address);
    }
}

/// Ends with SIGTERM or SIGINT; what comes from this call on counts, whenever it is waited for.
pub(crate) fn terminated() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async {
        let (Ok(mut term), Ok(mut interrupt)) = signals else {
            // Without signals the process ends only by being killed, which is safe.
            return std::future::pending().await;
        };
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
    }
}

/// Opens the service and starts the listeners.
pub async fn start(config: &Config) -> Result<Running, RunError> {
    memory::in_small_pages();
    let options = service_options(config)?;
    if let Some(address) = config.metrics_listen {
        telemetry::start_metrics(address).map_err(RunError::Metrics)?;
    }
    let tls = config.tls.as_ref().map(Tls::open).transpose()?;
    let listener = bind(config.listen).await?;
    let admin_listener = match config.admin_listen {
        Some(address) => Some(bind(address).await?),
        None => None,
    };
    let service = Arc::new(Service::open(options).await?);
    let (reporter, health_service) = tonic_health::server::health_reporter();
    let mut helpers = vec![tokio::spawn(health::report(service.clone(), reporter))];
    if let (Some(tls), Some(files)) = (&tls, &config.tls) {
        helpers.push(tokio::spawn(tls.clone().follow(files.clone())));
    }
    let (stop, stopped) = watch::channel(false);
    let address = listener.local_addr().map_err(|e| bind_error(config.listen, e))?;
    let routes = public_routes(&service, &stopped)?.add_service(health_service);
    let layered = tonic_web::GrpcWebLayer::new().layer(routes.prepare());
    let layered = AdmissionLayer::new(&config.limits).layer(layered);
    let layered = AccessLayer::new(config).layer(layered);
    let layered = KioskLayer::new(config.kiosk.as_ref()).layer(layered);
    let total = Duration::from_secs(config.drain_seconds);
    let drain = total.saturating_sub(CLOSING).max(total / 2);
    let door = Door::new(&config.limits, tls, stopped.clone());
    let server = tokio::spawn(door.serve(listener, layered, drain));
    let mut admin_address = None;
    let admin = match admin_listener {
        None => None,
        Some(listener) => {
            admin_address = listener.local_addr().ok();
            let routes = Routes::new(reflection()?)
                .add_service(AdminServiceServer::new(AdminApi(service.clone())));
            let door = Door::new(&config.limits, None, stopped);
            Some(tokio::spawn(door.serve(listener, routes.prepare(), drain)))
        }
    };
    Ok(Running { address, admin_address, service, stop, server, admin, helpers })
}

/// Reflection and all public services but health.
fn public_routes(
    service: &Arc<Service>,
    stopped: &watch::Receiver<bool>,
) -> Result<Routes, RunError> {
    let nearby = NearbyApi { service: service.clone(), stopped: stopped.clone() };
    Ok(Routes::new(reflection()?)
        .add_service(
            PostingServiceServer::new(PostingApi(service.clone()))
                .max_decoding_message_size(MAX_MESSAGE_BYTES),
        )
        .add_service(
            ProfileServiceServer::new(ProfileApi(service.clone()))
                .max_decoding_message_size(MAX_MESSAGE_BYTES),
        )
        .add_service(
            MatchServiceServer::new(MatchApi(service.clone()))
                .max_decoding_message_size(MAX_MESSAGE_BYTES),
        )
        .add_service(
            IntakeServiceServer::new(IntakeApi(service.clone()))
                .max_decoding_message_size(MAX_MESSAGE_BYTES),
        )
        .add_service(
            GigServiceServer::new(GigApi(service.clone()))
                .max_decoding_message_size(MAX_MESSAGE_BYTES),
        )
        .add_service(NearbyServiceServer::new(nearby).max_decoding_message_size(MAX_MESSAGE_BYTES))
        .add_service(
            StationServiceServer::new(StationApi(service.clone()))
                .max_decoding_message_size(MAX_MESSAGE_BYTES),
        ))
}

fn reflection() -> Result<ServerReflectionServer<impl ServerReflection>, RunError> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .build_v1()
        .map_err(|e| RunError::Demo(e.to_string()))
}

/// What the service is opened with, the files of the configuration read.
fn service_options(config: &Config) -> Result<ServiceOptions, RunError> {
    let mut options = ServiceOptions::new(config.data_dir.clone(), system_clock());
    options.store.min_free_bytes = config.min_free_disk_bytes;
    let age = Duration::from_secs(config.compact_within_seconds);
    options.compact_within = (!age.is_zero()).then_some(age);
    if let Some(path) = &config.user_words {
        options.analyzer.user_words = read_words(path)?;
    }
    if let Some(path) = &config.user_lexicon {
        options.analyzer.user_lexicon = Some(read_text(path)?);
    }
    if let Some(path) = &config.ranking_profile {
        let refused = |error| RunError::Ranking { path: path.clone(), error };
        options.ranking = RankingProfile::parse(&read_text(path)?).map_err(refused)?;
    }
    if let Some(path) = &config.known_routes {
        let refused = |e| RunError::Routes { path: path.clone(), error: Box::new(e) };
        let routes = KnownRoutes::parse(&read_text(path)?).map_err(refused)?;
        tracing::info!(path = %path.display(), routes = routes.len(), "read known routes");
        options.travel_times = TravelTimes::with_routes(routes);
    }
    options.reading.most_terms = config.limits.max_terms();
    options.store.master_key = config.store.master_key()?;
    config.embedder.apply(&mut options).map_err(ConfigError::from)?;
    Ok(options)
}

fn bind_error(address: SocketAddr, source: std::io::Error) -> RunError {
    RunError::Bind { address, source }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, RunError> {
    TcpListener::bind(address).await.map_err(|e| bind_error(address, e))
}

fn read(path: &PathBuf) -> Result<Vec<u8>, RunError> {
    std::fs::read(path).map_err(|source| RunError::File { path: path.clone(), source })
}

/// One word a line, with an optional frequency after a blank; `#` starts a comment.
fn read_text(path: &PathBuf) -> Result<String, RunError> {
    Ok(String::from_utf8_lossy(&read(path)?).into_owned())
}

fn read_words(path: &PathBuf) -> Result<Vec<UserWord>, RunError> {
    let text = read_text(path)?;
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
    let word = |line: &str| {
        let mut parts = line.split_whitespace();
        UserWord {
            word: parts.next().unwrap_or_default().to_owned(),
            frequency: parts.next().and_then(|f| f.parse().ok()),
        }
    };
    Ok(lines.map(word).collect())
}
