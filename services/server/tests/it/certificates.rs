//! TLS that is read anew while calls go on, and clients that need a certificate.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use jobmatch_proto::v1;
use jobmatch_proto::v1::posting_service_client::PostingServiceClient;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tonic::Code;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};

use crate::server::Server;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate for localhost and its key, PEM.
fn pair(authority: &Authority) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    (params.signed_by(&key, authority).unwrap().pem(), key.serialize_pem())
}

fn write(folder: &Path, (certificate, key): &(String, String)) {
    std::fs::write(folder.join("chain.pem"), certificate).unwrap();
    std::fs::write(folder.join("key.pem"), key).unwrap();
}

struct Secured {
    server: Server,
    folder: tempfile::TempDir,
}

impl Secured {
    async fn start(first: &(String, String), client_ca: Option<&Authority>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), first);
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let (chain, key, ca) = (at("chain.pem"), at("key.pem"), at("ca.pem"));
        let mut variables =
            vec![("JOBMATCH_TLS_CERTIFICATE", &*chain), ("JOBMATCH_TLS_KEY", &*key)];
        if let Some(authority) = client_ca {
            std::fs::write(&ca, authority.pem()).unwrap();
            variables.push(("JOBMATCH_TLS_CLIENT_CA", &*ca));
        }
        let data = folder.path().join("data");
        let log = folder.path().join("log");
        let server = Server::start_logged(&data, &variables, &log).await;
        Self { server, folder }
    }

    fn endpoint(&self, trusted: &Authority, identity: Option<(String, String)>) -> Endpoint {
        let port = self.server.address.rsplit(':').next().unwrap();
        let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(trusted.pem()));
        let tls = match identity {
            None => tls,
            Some((certificate, key)) => tls.identity(Identity::from_pem(certificate, key)),
        };
        let endpoint = Endpoint::from_shared(format!("https://localhost:{port}")).unwrap();
        endpoint.tls_config(tls).unwrap()
    }

    /// Whether a new connection that trusts this authority alone is answered.
    async fn answers(&self, trusted: &Authority, identity: Option<(String, String)>) -> bool {
        match self.endpoint(trusted, identity).connect().await {
            Ok(channel) => read(channel).await,
            Err(_) => false,
        }
    }

    async fn becomes(&self, trusted: &Authority) {
        for _ in 0..200 {
            if self.answers(trusted, None).await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the new certificate is not in use after 20 seconds");
    }
}

/// Whether the service answers: by a record that is not there.
async fn read(channel: Channel) -> bool {
    let request = v1::GetPostingRequest { id: "none".into() };
    let answer = PostingServiceClient::new(channel).get_posting(request).await;
    answer.is_err_and(|status| status.code() == Code::NotFound)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_certificate_is_taken_while_calls_go_on_and_a_broken_one_is_not() {
    let (old, new) = (authority(), authority());
    let secured = Secured::start(&pair(&old), None).await;
    assert!(secured.answers(&old, None).await && !secured.answers(&new, None).await);
    // Calls all the while, on a connection of the old certificate.
    let channel = secured.endpoint(&old, None).connect().await.unwrap();
    let (end, calls) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let traffic = tokio::spawn({
        let (end, calls) = (end.clone(), calls.clone());
        async move {
            while !end.load(Ordering::Relaxed) {
                assert!(read(channel.clone()).await, "a call failed during the change");
                calls.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    write(secured.folder.path(), &pair(&new));
    secured.becomes(&new).await;
    assert!(!secured.answers(&old, None).await);
    // A half-written certificate, and a key of another: the last good pair stays.
    let folder = secured.folder.path();
    std::fs::write(folder.join("chain.pem"), "-----BEGIN CERTIFICATE-----\nMII").unwrap();
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert!(secured.answers(&new, None).await);
    std::fs::write(folder.join("chain.pem"), pair(&old).0).unwrap();
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert!(secured.answers(&new, None).await && !secured.answers(&old, None).await);
    end.store(true, Ordering::Relaxed);
    traffic.await.unwrap();
    assert!(calls.load(Ordering::Relaxed) > 10);
    let log = std::fs::read_to_string(folder.join("log")).unwrap();
    assert_eq!(log.matches("the new TLS files are refused").count(), 2, "{log}");
    // And once it is whole again, it is taken.
    write(folder, &pair(&old));
    secured.becomes(&old).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_client_authority_only_its_certificates_get_in() {
    let (own, offices, strangers) = (authority(), authority(), authority());
    let secured = Secured::start(&pair(&own), Some(&offices)).await;
    assert!(secured.answers(&own, Some(pair(&offices))).await);
    assert!(!secured.answers(&own, None).await, "a client without certificate got in");
    assert!(!secured.answers(&own, Some(pair(&strangers))).await);
}
