//! TLS and API keys from the command line to the server.

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
