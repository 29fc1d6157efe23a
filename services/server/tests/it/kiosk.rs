//! The kiosk's page from a real server: plain HTTP, as a browser asks for it.

use std::io::{Read, Write};
use std::net::TcpStream;

use jobmatch_proto::v1;
use jobmatch_proto::v1::nearby_service_client::NearbyServiceClient;
use tonic::Code;
use tonic::metadata::MetadataValue;

use crate::server::Server;

const POINT: [(&str, &str); 3] = [
    ("JOBMATCH_KIOSK_LATITUDE", "36.67"),
    ("JOBMATCH_KIOSK_LONGITUDE", "117.02"),
    ("JOBMATCH_KIOSK_TITLE", "样例零工市场"),
];

/// Head and body of the answer to a GET.
fn get(address: &str, path: &str, header: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n{header}connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_lowercase(), body.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_served_once_it_is_configured() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start_with(folder.path(), &POINT).await;
    let (head, body) = get(&server.address, "/kiosk/", "");
    assert!(head.starts_with("http/1.1 200"), "{head}");
    for told in [
        "content-type: text/html; charset=utf-8",
        "content-security-policy: default-src 'self'",
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
        "cache-control: no-cache",
    ] {
        assert!(head.contains(told), "{told} is not in\n{head}");
    }
    assert!(body.contains("<div id=\"app\">") && body.contains("lang=\"zh-CN\""));
    for (name, kind) in [("app.js", "text/javascript"), ("app.css", "text/css")] {
        let (head, body) = get(&server.address, &format!("/kiosk/{name}"), "");
        assert!(head.starts_with("http/1.1 200") && head.contains(kind), "{head}");
        let length = format!("content-length: {}", body.len());
        assert!(body.len() > 1_000 && head.contains(&length), "{length} is not in\n{head}");
        let etag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
        let known = format!("if-none-match: {etag}\r\n");
        let (head, body) = get(&server.address, &format!("/kiosk/{name}"), &known);
        assert!(head.starts_with("http/1.1 304") && body.is_empty(), "{head}");
    }
    let (_, settings) = get(&server.address, "/kiosk/config.json", "");
    let settings: serde_json::Value = serde_json::from_str(&settings).unwrap();
    assert_eq!(settings["title"], "样例零工市场");
    assert_eq!(settings["point"]["latitude"], 36.67);
    let (head, _) = get(&server.address, "/kiosk/other", "");
    assert!(head.starts_with("http/1.1 404"), "{head}");
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_no_page_unless_it_is_configured() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    for path in ["/kiosk/", "/kiosk/config.json"] {
        let (head, body) = get(&server.address, path, "");
        assert!(!head.contains("text/html") && body.is_empty(), "{head}\n{body}");
        // What is no call of gRPC-Web is answered so by its layer.
        assert!(head.starts_with("http/1.1 400"), "{head}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn its_key_opens_what_the_page_calls_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    // SHA-256 of `example`.
    let keys = "[\"50d858e0985ecc7f60418aaf0cc5ab587f42c2570a884095a9e8ccacd0f6545c\"]";
    let variables = [("JOBMATCH_API_KEY_SHA256", keys), ("JOBMATCH_KIOSK_API_KEY", "of-the-page")];
    let server = Server::start_with(folder.path(), &[&POINT[..], &variables].concat()).await;
    let (head, settings) = get(&server.address, "/kiosk/config.json", "");
    assert!(head.starts_with("http/1.1 200"), "the page needs no key: {head}");
    assert!(settings.contains("of-the-page"));
    let keyed = |key: &'static str| {
        move |mut request: tonic::Request<()>| {
            let value = MetadataValue::from_static(key);
            request.metadata_mut().insert("authorization", value);
            Ok(request)
        }
    };
    let area = v1::NearbyArea {
        origin: Some(v1::nearby_area::Origin::Point(v1::Point {
            latitude: 36.67,
            longitude: 117.02,
            datum: 0,
        })),
        ..v1::NearbyArea::default()
    };
    let request = v1::NearbyPostingsRequest { area: Some(area), ..Default::default() };
    let channel = server.channel.clone();
    let mut near = NearbyServiceClient::with_interceptor(channel, keyed("Bearer of-the-page"));
    assert_eq!(near.nearby_postings(request.clone()).await.unwrap().into_inner().total, 0);
    let channel = server.channel.clone();
    let mut near = NearbyServiceClient::with_interceptor(channel, keyed("Bearer other"));
    assert_eq!(near.nearby_postings(request).await.unwrap_err().code(), Code::Unauthenticated);
    let mut delete = tonic::Request::new(v1::DeletePostingRequest::default());
    delete.metadata_mut().insert("authorization", MetadataValue::from_static("Bearer of-the-page"));
    let refused = server.postings().delete_posting(delete).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied, "its key opens nothing else");
}
