//! The page of a gig market's kiosk: its section of the configuration, and the files of
//! `web/kiosk/dist`, served on the address of the public services.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::future::{BoxFuture, FutureExt};
use http::{HeaderValue, Method, StatusCode, header};
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;
use tonic::body::Body;
use tower::{Layer, Service};

/// Where the page lives; the files lie below it.
const ROOT: &str = "/kiosk/";
/// Nothing but our own files and calls; `data:` is the empty icon of the page.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";
/// How people come to the kiosk's postings, as in the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum KioskTravel {
    /// On foot.
    Walk,
    /// By bicycle.
    Bike,
    /// By electric bicycle.
    #[default]
    Ebike,
    /// By bus.
    Bus,
    /// By car.
    Car,
}

/// The section `[kiosk]`; without it there is no page.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct KioskConfig {
    /// Shown at the top.
    pub title: String,
    /// Where the kiosk stands, WGS 84; with `longitude`.
    #[serde(deserialize_with = "number")]
    pub latitude: Option<f64>,
    /// See `latitude`.
    #[serde(deserialize_with = "number")]
    pub longitude: Option<f64>,
    /// Id of the station in which it stands, in place of the point.
    #[serde(deserialize_with = "text")]
    pub station: Option<String>,
    /// Division code, in place of the point: from its centre.
    #[serde(deserialize_with = "text")]
    pub division: Option<String>,
    /// Means of travel that is chosen at first.
    pub travel: KioskTravel,
    /// Minutes on the way at first, 5 to 60.
    pub max_minutes: u32,
    /// Seconds without a touch until the page warns that it will wipe itself, 10 to 3,600.
    pub idle_seconds: u32,
    /// Sent by the page with each call, and readable by whoever can open it: it opens the
    /// calls of the page and no others.
    #[serde(deserialize_with = "text")]
    pub api_key: Option<String>,
}

/// A variable of the environment is a whole number or a text, whatever the key would have.
#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Whole(i64),
    Decimal(f64),
    Text(String),
}

fn number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    Ok(Some(match Scalar::deserialize(from)? {
        Scalar::Whole(number) => number as f64,
        Scalar::Decimal(number) => number,
        Scalar::Text(text) => text.parse().map_err(serde::de::Error::custom)?,
    }))
}

fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(Some(match Scalar::deserialize(from)? {
        Scalar::Whole(number) => number.to_string(),
        Scalar::Decimal(number) => number.to_string(),
        Scalar::Text(text) => text,
    }))
}

impl Default for KioskConfig {
    fn default() -> Self {
        Self {
            title: "零工市场".into(),
            latitude: None,
            longitude: None,
            station: None,
            division: None,
            travel: KioskTravel::default(),
            max_minutes: 15,
            idle_seconds: 60,
            api_key: None,
        }
    }
}

/// Why a section was refused.
#[derive(Debug, Error)]
pub enum KioskError {
    /// No place, or more than one.
    #[error("kiosk needs one place: latitude and longitude, or station, or division")]
    Place,
    /// A number beyond its range.
    #[error("kiosk.{key} must be {range}")]
    Range {
        /// The key.
        key: &'static str,
        /// What is allowed.
        range: &'static str,
    },
    /// The services ask for keys and the page has none.
    #[error("kiosk.api_key is missing: with api_key_sha256 the page needs a key of its own")]
    Key,
}

impl KioskConfig {
    /// `keyed`: the services ask for API keys.
    pub(crate) fn check(&self, keyed: bool) -> Result<(), KioskError> {
        let ranges = [
            ("latitude", self.latitude.is_none_or(|l| l.abs() <= 90.0), "-90 to 90"),
            ("longitude", self.longitude.is_none_or(|l| l.abs() <= 180.0), "-180 to 180"),
            ("max_minutes", (5..=60).contains(&self.max_minutes), "5 to 60"),
            ("idle_seconds", (10..=3_600).contains(&self.idle_seconds), "10 to 3,600"),
        ];
        for (key, good, range) in ranges {
            if !good {
                return Err(KioskError::Range { key, range });
            }
        }
        let point = [self.latitude, self.longitude].into_iter().flatten().count();
        let named = [&self.station, &self.division].into_iter().flatten().count();
        if !matches!((point, named), (2, 0) | (0, 1)) {
            return Err(KioskError::Place);
        }
        if keyed && self.api_key.is_none() {
            return Err(KioskError::Key);
        }
        Ok(())
    }

    /// What the page reads as `config.json`.
    fn to_json(&self) -> String {
        let mut json = serde_json::json!({
            "title": self.title,
            "travel": self.travel,
            "max_minutes": self.max_minutes,
            "idle_seconds": self.idle_seconds,
        });
        let point = self.latitude.zip(self.longitude);
        let point = point.map(|(lat, lon)| serde_json::json!({"latitude": lat, "longitude": lon}));
        let text = |value: &Option<String>| value.clone().map(serde_json::Value::from);
        let told = [
            ("point", point),
            ("station_id", text(&self.station)),
            ("division", text(&self.division)),
            ("api_key", text(&self.api_key)),
        ];
        for (key, value) in told {
            if let Some(value) = value {
                json[key] = value;
            }
        }
        json.to_string()
    }
}

impl fmt::Display for KioskConfig {
    /// As TOML; of the key only whether there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "[kiosk]")?;
        writeln!(f, "title = {:?}", self.title)?;
        for (key, value) in [("latitude", self.latitude), ("longitude", self.longitude)] {
            if let Some(value) = value {
                writeln!(f, "{key} = {value:?}")?;
            }
        }
        for (key, value) in [("station", &self.station), ("division", &self.division)] {
            if let Some(value) = value {
                writeln!(f, "{key} = {value:?}")?;
            }
        }
        writeln!(f, "travel = \"{}\"", format!("{:?}", self.travel).to_uppercase())?;
        writeln!(f, "max_minutes = {}", self.max_minutes)?;
        writeln!(f, "idle_seconds = {}", self.idle_seconds)?;
        write!(f, "# kiosk API key: {}", if self.api_key.is_some() { "given" } else { "none" })
    }
}

/// One file of the page.
#[derive(Debug)]
struct File {
    name: &'static str,
    content_type: &'static str,
    content: String,
    /// Quoted, of the content.
    etag: HeaderValue,
}

impl File {
    fn new(name: &'static str, content_type: &'static str, content: String) -> Self {
        let digest = hex::encode(&Sha256::digest(content.as_bytes())[..16]);
        // Hexadecimal digits are allowed in a header.
        let etag = HeaderValue::from_str(&format!("\"{digest}\""))
            .unwrap_or(HeaderValue::from_static("\"\""));
        Self { name, content_type, content, etag }
    }
}

/// Answers what is below `/kiosk/` where the page is configured, before keys are asked for;
/// everything else goes on to the services.
#[derive(Debug, Clone)]
pub(crate) struct KioskLayer(Option<Arc<Vec<File>>>);

impl KioskLayer {
    pub(crate) fn new(config: Option<&KioskConfig>) -> Self {
        Self(config.map(|config| {
            let html = include_str!("../../../web/kiosk/dist/index.html");
            let script = include_str!("../../../web/kiosk/dist/app.js");
            let style = include_str!("../../../web/kiosk/dist/app.css");
            Arc::new(vec![
                File::new("", "text/html; charset=utf-8", html.into()),
                File::new("app.js", "text/javascript; charset=utf-8", script.into()),
                File::new("app.css", "text/css; charset=utf-8", style.into()),
                File::new("config.json", "application/json", config.to_json()),
            ])
        }))
    }

    /// The answer of the page. `None`: the request is not for it.
    fn answer(&self, request: &Request) -> Option<Response> {
        let files = self.0.as_ref()?;
        let path = request.uri().path();
        if path == ROOT.trim_end_matches('/') {
            let mut moved = plain(StatusCode::PERMANENT_REDIRECT);
            moved.headers_mut().insert(header::LOCATION, HeaderValue::from_static(ROOT));
            return Some(moved);
        }
        let name = path.strip_prefix(ROOT)?;
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Some(plain(StatusCode::METHOD_NOT_ALLOWED));
        }
        let Some(file) = files.iter().find(|f| f.name == name) else {
            return Some(plain(StatusCode::NOT_FOUND));
        };
        let known = request.headers().get(header::IF_NONE_MATCH);
        Some(send(file, known.is_some_and(|known| known == file.etag)))
    }
}

fn plain(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// `known`: the browser has it already.
fn send(file: &File, known: bool) -> Response {
    let mut response = if known {
        plain(StatusCode::NOT_MODIFIED)
    } else {
        Response::new(Body::new(file.content.clone()))
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.content_type));
    headers.insert(header::ETAG, file.etag.clone());
    // Asked for anew each time, so that a new version or configuration is there at once.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

impl<S> Layer<S> for KioskLayer {
    type Service = Kiosk<S>;

    fn layer(&self, inner: S) -> Kiosk<S> {
        Kiosk { inner, page: self.clone() }
    }
}

/// The services behind the page.
#[derive(Debug, Clone)]
pub(crate) struct Kiosk<S> {
    inner: S,
    page: KioskLayer,
}

type Request = http::Request<Body>;
type Response = http::Response<Body>;

impl<S> Service<Request> for Kiosk<S>
where
    S: Service<Request, Response = Response>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        match self.page.answer(&request) {
            Some(response) => futures::future::ready(Ok(response)).boxed(),
            None => self.inner.call(request).boxed(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_a_point() -> KioskConfig {
        KioskConfig { latitude: Some(36.67), longitude: Some(117.02), ..KioskConfig::default() }
    }

    fn ask(page: &KioskLayer, method: Method, path: &str, known: Option<&str>) -> Option<Response> {
        let mut request = http::Request::builder().method(method).uri(path);
        if let Some(known) = known {
            request = request.header(header::IF_NONE_MATCH, known);
        }
        page.answer(&request.body(Body::empty()).unwrap())
    }

    #[test]
    fn one_place_is_needed_and_a_key_where_keys_are_asked_for() {
        assert!(at_a_point().check(false).is_ok());
        assert!(matches!(at_a_point().check(true), Err(KioskError::Key)));
        let keyed = KioskConfig { api_key: Some("k".into()), ..at_a_point() };
        assert!(keyed.check(true).is_ok());
        assert!(matches!(KioskConfig::default().check(false), Err(KioskError::Place)));
        let half = KioskConfig { longitude: None, ..at_a_point() };
        assert!(matches!(half.check(false), Err(KioskError::Place)));
        let two = KioskConfig { station: Some("s1".into()), ..at_a_point() };
        assert!(matches!(two.check(false), Err(KioskError::Place)));
        let far = KioskConfig { latitude: Some(f64::NAN), ..at_a_point() };
        assert!(matches!(far.check(false), Err(KioskError::Range { key: "latitude", .. })));
        let long = KioskConfig { max_minutes: 61, ..at_a_point() };
        assert!(matches!(long.check(false), Err(KioskError::Range { key: "max_minutes", .. })));
    }

    #[test]
    fn the_page_reads_what_was_configured() {
        let config = KioskConfig { api_key: Some("k".into()), ..at_a_point() };
        let json: serde_json::Value = serde_json::from_str(&config.to_json()).unwrap();
        assert_eq!(json["point"]["longitude"], 117.02);
        assert_eq!(json["travel"], "EBIKE");
        assert_eq!(json["api_key"], "k");
        assert!(json.get("station_id").is_none());
        assert!(!config.to_string().contains("\"k\""), "the key is not shown");
        let shown: toml::Table = config.to_string().parse().unwrap();
        let read: KioskConfig = shown["kiosk"].clone().try_into().unwrap();
        assert_eq!(read, at_a_point(), "but for the key it is shown as it can be read");
    }

    #[test]
    fn only_its_own_paths_are_answered_and_only_when_it_is_on() {
        let off = KioskLayer::new(None);
        assert!(ask(&off, Method::GET, "/kiosk/", None).is_none());
        let on = KioskLayer::new(Some(&at_a_point()));
        assert!(ask(&on, Method::POST, "/jobmatch.v1.GigService/TakeSlot", None).is_none());
        assert!(ask(&on, Method::GET, "/", None).is_none());
        let status = |method, path| ask(&on, method, path, None).map(|r| r.status());
        assert_eq!(status(Method::GET, "/kiosk/"), Some(StatusCode::OK));
        assert_eq!(status(Method::HEAD, "/kiosk/app.js"), Some(StatusCode::OK));
        assert_eq!(status(Method::GET, "/kiosk"), Some(StatusCode::PERMANENT_REDIRECT));
        assert_eq!(status(Method::GET, "/kiosk/../x"), Some(StatusCode::NOT_FOUND));
        assert_eq!(status(Method::POST, "/kiosk/"), Some(StatusCode::METHOD_NOT_ALLOWED));
    }

    #[test]
    fn what_the_browser_has_is_not_sent_again() {
        let on = KioskLayer::new(Some(&at_a_point()));
        let first = ask(&on, Method::GET, "/kiosk/app.css", None).unwrap();
        let etag = first.headers()[header::ETAG].to_str().unwrap();
        let again = ask(&on, Method::GET, "/kiosk/app.css", Some(etag)).unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        let other = ask(&on, Method::GET, "/kiosk/app.js", Some(etag)).unwrap();
        assert_eq!(other.status(), StatusCode::OK);
    }

    #[test]
    fn the_page_has_nothing_inline() {
        let html = include_str!("../../../web/kiosk/dist/index.html");
        assert!(!html.contains("style=") && !html.contains("<style") && !html.contains("onclick"));
        let scripts: Vec<_> = html.match_indices("<script").collect();
        assert!(
            scripts.iter().all(|(at, _)| html[*at..].starts_with("<script type=\"module\" src="))
        );
    }
}
