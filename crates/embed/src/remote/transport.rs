//! One HTTP request: bounded in time and size, without redirects.

use std::time::Duration;

use ureq::Agent;

use super::RemoteOptions;

/// Longest error body that is read off a connection so that it can be used again.
const ERROR_BODY: u64 = 64 << 10;
/// Bytes of an answer beside its numbers: names, usage.
const ANSWER_FRAME: usize = 64 << 10;
/// Bytes of one number as JSON: 17 digits, sign, point, exponent, comma; with room.
const NUMBER: usize = 32;

/// Why a request brought no vectors.
#[derive(Debug, PartialEq)]
pub(super) enum Failure {
    /// The endpoint takes other texts, not these.
    Refused(String),
    /// The endpoint has too much to do; it may say when to come again.
    Busy(String, Option<Duration>),
    /// No answer, or one that the endpoint failed.
    Down(String),
    /// An answer of which nothing can be made; the same request will get it again.
    Wrong(String),
}

/// An agent for one endpoint. Connections are kept. The environment's proxies are not
/// used: texts go where the configuration says.
pub(super) fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .user_agent("jobmatch")
        .build()
        .into()
}

/// Sends a body and returns that of a good answer, which has `texts` rows.
pub(super) fn post(
    agent: &Agent,
    options: &RemoteOptions,
    (body, texts): (&[u8], usize),
    timeout: Duration,
) -> Result<Vec<u8>, Failure> {
    let mut request = agent
        .post(&options.url)
        .config()
        .timeout_global(Some(timeout))
        .build()
        .header("content-type", "application/json");
    if let Some(key) = &options.api_key {
        request = request.header("authorization", format!("Bearer {}", key.0));
    }
    let mut response = request.send(body).map_err(|e| down(&e))?;
    let status = response.status().as_u16();
    if status != 200 {
        let after = response
            .headers()
            .get("retry-after")
            .and_then(|v| v.to_str().ok()?.trim().parse().ok())
            .map(Duration::from_secs);
        // What it says is not kept: it may repeat the texts.
        let _ = response.body_mut().with_config().limit(ERROR_BODY).read_to_vec();
        return Err(of_status(status, after));
    }
    let limit = ANSWER_FRAME + texts * options.dimensions * NUMBER;
    response.body_mut().with_config().limit(limit as u64).read_to_vec().map_err(|e| {
        if matches!(e, ureq::Error::BodyExceedsLimit(_)) {
            return Failure::Wrong(format!("the answer is larger than {limit} bytes"));
        }
        down(&e)
    })
}

fn of_status(status: u16, after: Option<Duration>) -> Failure {
    let reason = format!("the endpoint answered with status {status}");
    match status {
        400 | 413 | 422 => Failure::Refused(reason),
        429 => Failure::Busy(reason, after),
        500.. => Failure::Down(reason),
        _ => Failure::Wrong(reason),
    }
}

/// Told by kind: the text of an error may hold the address.
#[allow(clippy::wildcard_enum_match_arm, reason = "the rest are many kinds of one thing")]
fn down(error: &ureq::Error) -> Failure {
    use ureq::Error as E;
    Failure::Down(match error {
        E::Timeout(_) => "no answer within the time limit".into(),
        E::Io(e) => format!("connection failed: {}", e.kind()),
        E::HostNotFound => "the host of the endpoint is not known".into(),
        E::ConnectionFailed => "no connection to the endpoint".into(),
        E::Tls(_) | E::Rustls(_) => "the TLS connection failed".into(),
        _ => "the endpoint does not speak HTTP as expected".into(),
    })
}
