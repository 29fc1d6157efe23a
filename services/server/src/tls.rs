//! TLS: the certificate in use, read anew when its files change, and whom clients must be
//! certified by.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};
use tokio_rustls::server::TlsStream;

/// How often the files are looked at: three calls of `stat`.
const POLL: Duration = Duration::from_secs(1);

/// Files of the TLS of the public services, PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// Certificate chain.
    pub certificate: PathBuf,
    /// Private key.
    pub key: PathBuf,
    /// Whom the certificates of clients must be from; `None`: clients need none.
    pub client_ca: Option<PathBuf>,
}

/// Why files were refused.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file that cannot be read or holds something else.
    #[error("{path}: {message}")]
    File {
        /// The path.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// A certificate and a key that do not belong together, or a kind that is not known.
    #[error("{0}")]
    Pair(String),
}

/// The TLS in use. Clones are the same.
#[derive(Clone)]
pub(crate) struct Tls(Arc<ArcSwap<ServerConfig>>);

impl Tls {
    /// Reads the files.
    pub(crate) fn open(files: &TlsFiles) -> Result<Self, TlsError> {
        Ok(Self(Arc::new(ArcSwap::from_pointee(read(files)?))))
    }

    /// Shakes hands with a client.
    pub(crate) async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        TlsAcceptor::from(self.0.load_full()).accept(stream).await
    }

    /// Takes new files into use; those that are refused leave the old ones in use. New
    /// connections get the new certificate, open ones stay.
    pub(crate) async fn follow(self, files: TlsFiles) {
        let mut seen = stamps(&files);
        loop {
            tokio::time::sleep(POLL).await;
            let now = stamps(&files);
            if now == seen {
                continue;
            }
            seen = now;
            match read(&files) {
                Ok(config) => {
                    self.0.store(Arc::new(config));
                    tracing::info!("took the new TLS files into use");
                }
                Err(error) => {
                    tracing::error!(%error, "the new TLS files are refused; the old ones stay in use");
                }
            }
        }
    }
}

/// Times and lengths of the files, by which a change shows.
fn stamps(files: &TlsFiles) -> Vec<Option<(SystemTime, u64)>> {
    let paths = [Some(&files.certificate), Some(&files.key), files.client_ca.as_ref()];
    let stamp = |path: &PathBuf| {
        let meta = std::fs::metadata(path).ok()?;
        Some((meta.modified().ok()?, meta.len()))
    };
    paths.into_iter().flatten().map(stamp).collect()
}

fn read(files: &TlsFiles) -> Result<ServerConfig, TlsError> {
    let pair = |e: tokio_rustls::rustls::Error| TlsError::Pair(e.to_string());
    let certificates = certificates(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|e| refused(&files.key, e))?;
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(pair)?;
    let builder = match &files.client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut roots = RootCertStore::empty();
            for certificate in self::certificates(path)? {
                roots.add(certificate).map_err(|e| refused(path, e))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
            builder.with_client_cert_verifier(verifier.build().map_err(|e| refused(path, e))?)
        }
    };
    let mut config = builder.with_single_cert(certificates, key).map_err(pair)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The certificates of a file, of which there must be one at least.
fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_file_iter(path).map_err(|e| refused(path, e))?;
    let found = read.collect::<Result<Vec<_>, _>>().map_err(|e| refused(path, e))?;
    match found.is_empty() {
        true => Err(refused(path, "there is no certificate in it")),
        false => Ok(found),
    }
}

fn refused(path: &Path, error: impl std::fmt::Display) -> TlsError {
    TlsError::File { path: path.into(), message: error.to_string() }
}
