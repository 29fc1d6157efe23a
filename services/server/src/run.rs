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
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Identity, Server, ServerTlsConfig};

use crate::access::AccessLayer;
use crate::admin_service::AdminApi;
use crate::config::{Config, ConfigError};
use crate::gig_service::GigApi;
use crate::intake_service::IntakeApi;
use crate::kiosk::KioskLayer;
use crate::match_service::MatchApi;
use crate::nearby_service::NearbyApi;
use crate::posting_service::PostingApi;
use crate::profile_service::ProfileApi;
use crate::station_service::StationApi;
use crate::{health, telemetry};

/// Largest message that is read: a batch of ids or a posting with a vector is far smaller.
const MAX_MESSAGE_BYTES: usize = 4 << 20;

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
    /// The transport failed.
    #[error("the server failed: {0}")]
    Transport(#[from] tonic::transport::Error),
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
    server: tokio::task::JoinHandle<Result<(), tonic::transport::Error>>,
    admin: Option<tokio::task::JoinHandle<Result<(), tonic::transport::Error>>>,
    reporter: tokio::task::JoinHandle<()>,
    drain: Duration,
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
        let deadline = tokio::time::Instant::now() + self.drain;
        for task in [Some(self.server), self.admin].into_iter().flatten() {
            let abort = task.abort_handle();
            if tokio::time::timeout_at(deadline, task).await.is_err() {
                tracing::warn!("calls were cut off at the end of the drain time");
                abort.abort();
            }
        }
        self.reporter.abort();
        // The reporter holds the service until it has ended.
        let _ = self.reporter.await;
        if let Ok(service) = Arc::try_unwrap(self.service) {
            service.shut_down().await;
        }
        Ok(())
    }
}

/// Serves until SIGTERM or SIGINT.
pub async fn run(config: Config) -> Result<(), RunError> {
    telemetry::start_log(&config);
    let running = start(&config).await?;
    announce(&running);
    terminated().await;
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

/// Waits for SIGTERM or SIGINT.
pub(crate) async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut interrupt)) =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        // Without signals the process ends only by being killed, which is safe.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = term.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Opens the service and starts the listeners.
pub async fn start(config: &Config) -> Result<Running, RunError> {
    let options = service_options(config)?;
    if let Some(address) = config.metrics_listen {
        telemetry::start_metrics(address).map_err(RunError::Metrics)?;
    }
    let identity = config.tls.as_ref().map(read_identity).transpose()?;
    let listener = bind(config.listen).await?;
    let admin_listener = match config.admin_listen {
        Some(address) => Some(bind(address).await?),
        None => None,
    };
    let service = Arc::new(Service::open(options).await?);
    let (reporter, health_service) = tonic_health::server::health_reporter();
    let reporter = tokio::spawn(health::report(service.clone(), reporter));
    let (stop, stopped) = watch::channel(false);
    let builder = server(identity)?;
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .build_v1()
            .map_err(|e| RunError::Demo(e.to_string()))
    };
    let address = listener.local_addr().map_err(|e| bind_error(config.listen, e))?;
    let router = builder
        .accept_http1(true)
        .layer(KioskLayer::new(config.kiosk.as_ref()))
        .layer(AccessLayer::new(config))
        .layer(tonic_web::GrpcWebLayer::new())
        .add_service(health_service)
        .add_service(reflection()?)
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
        .add_service(
            NearbyServiceServer::new(NearbyApi {
                service: service.clone(),
                stopped: stopped.clone(),
            })
            .max_decoding_message_size(MAX_MESSAGE_BYTES),
        )
        .add_service(
            StationServiceServer::new(StationApi(service.clone()))
                .max_decoding_message_size(MAX_MESSAGE_BYTES),
        );
    let incoming = undelayed(listener);
    let server = tokio::spawn(router.serve_with_incoming_shutdown(incoming, flag(stopped.clone())));
    let mut admin_address = None;
    let admin = match admin_listener {
        None => None,
        Some(listener) => {
            admin_address = listener.local_addr().ok();
            let router = Server::builder()
                .add_service(reflection()?)
                .add_service(AdminServiceServer::new(AdminApi(service.clone())));
            let incoming = undelayed(listener);
            Some(tokio::spawn(router.serve_with_incoming_shutdown(incoming, flag(stopped))))
        }
    };
    let drain = Duration::from_secs(config.drain_seconds);
    Ok(Running { address, admin_address, service, stop, server, admin, reporter, drain })
}

/// What the service is opened with, the files of the configuration read.
fn service_options(config: &Config) -> Result<ServiceOptions, RunError> {
    let mut options = ServiceOptions::new(config.data_dir.clone(), system_clock());
    options.min_free_disk_bytes = config.min_free_disk_bytes;
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
    config.embedder.apply(&mut options).map_err(ConfigError::from)?;
    Ok(options)
}

fn server(identity: Option<Identity>) -> Result<Server, RunError> {
    let server = Server::builder().http2_keepalive_interval(Some(Duration::from_secs(60)));
    Ok(match identity {
        None => server,
        Some(identity) => server.tls_config(ServerTlsConfig::new().identity(identity))?,
    })
}

async fn flag(mut stopped: watch::Receiver<bool>) {
    // An error means that the running server was dropped, which stops it as well.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// Without Nagle's delay: an answer is some small frames, of which the last would wait for
/// the client's delayed acknowledgement, 40 ms.
fn undelayed(listener: TcpListener) -> TcpIncoming {
    TcpIncoming::from(listener).with_nodelay(Some(true))
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

fn read_identity((certificate, key): &(PathBuf, PathBuf)) -> Result<Identity, RunError> {
    Ok(Identity::from_pem(read(certificate)?, read(key)?))
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
