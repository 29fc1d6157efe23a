//! TLS and API keys from the command line to the server.

use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

use crate::service::Service;

/// SHA-256 of `example`.
const KEY_SHA256: &str = "50d858e0985ecc7f60418aaf0cc5ab587f42c2570a884095a9e8ccacd0f6545c";

#[tokio::test(flavor = "multi_thread")]
async fn calls_pass_with_the_right_authority_and_key_only() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let lines = format!(
        "tls_certificate = {certificate:?}\ntls_key = {key:?}\napi_key_sha256 = [\"{KEY_SHA256}\"]\n"
    );
    let service = Service::start_with(folder, &lines).await;
    let secure = format!("https://localhost:{}", service.port());
    let plain = format!("http://localhost:{}", service.port());
    let analyze = ["analyze", "保安"];
    let trusting = ["--server", &secure, "--ca-certificate", "cert.pem"];

    let good = [&trusting[..], &["--api-key", "example"], &analyze].concat();
    assert!(service.prints(&good).await.contains("保安"));
    for (refused, told) in [
        ([&trusting[..], &analyze].concat(), "authorization"),
        ([&trusting[..], &["--api-key", "other"], &analyze].concat(), "authorization"),
        ([&["--server", &secure, "--api-key", "example"], &analyze[..]].concat(), "is jobmatchd"),
        ([&["--server", &plain, "--api-key", "example"], &analyze[..]].concat(), "is jobmatchd"),
    ] {
        let output = service.jobmatch(&refused).await;
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{refused:?}");
        assert!(error.contains(told) && !error.contains("example"), "{refused:?}: {error}");
    }
}

/// An authority and a pair that it signed for localhost, as files: `NAME-ca.pem`, `NAME.pem` and
/// `NAME-key.pem`.
fn write_pair(folder: &Path, name: &str) {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let own = KeyPair::generate().unwrap();
    let authority = CertifiedIssuer::self_signed(params, own).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &authority).unwrap();
    for (file, pem) in [
        (format!("{name}-ca.pem"), authority.pem()),
        (format!("{name}.pem"), certificate.pem()),
        (format!("{name}-key.pem"), key.serialize_pem()),
    ] {
        std::fs::write(folder.join(file), pem).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_asks_for_certificates_is_shown_one() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["server", "clerk", "stranger"] {
        write_pair(folder.path(), name);
    }
    let at = |name: &str| folder.path().join(name);
    let lines = format!(
        "tls_certificate = {:?}\ntls_key = {:?}\ntls_client_ca = {:?}\n",
        at("server.pem"),
        at("server-key.pem"),
        at("clerk-ca.pem")
    );
    let service = Service::start_with(folder, &lines).await;
    let secure = format!("https://localhost:{}", service.port());
    let trusting = ["--server", &secure, "--ca-certificate", "server-ca.pem", "analyze", "保安"];
    let (certificate, key) = ("--client-certificate", "--client-key");

    let good = [&trusting[..], &[certificate, "clerk.pem", key, "clerk-key.pem"]].concat();
    assert!(service.prints(&good).await.contains("保安"));
    for (shown, told) in [
        (&[][..], ""),
        (&[certificate, "stranger.pem", key, "stranger-key.pem"], ""),
        (&[certificate, "clerk.pem", key, "stranger-key.pem"], ""),
        (&[certificate, "clerk.pem"], "--client-certificate needs --client-key"),
        (&[key, "clerk-key.pem"], "--client-key needs --client-certificate"),
        (
            &[certificate, "none.pem", key, "clerk-key.pem"],
            "--client-certificate none.pem: No such",
        ),
        (&[certificate, "clerk.pem", key, "none.pem"], "--client-key none.pem: No such"),
    ] {
        let output = service.jobmatch(&[&trusting[..], shown].concat()).await;
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && error.contains(told), "{shown:?}: {error}");
    }
}
