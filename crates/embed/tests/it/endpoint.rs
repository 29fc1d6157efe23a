//! A real HTTP/1.1 server that speaks both protocols, for tests. It keeps what it was sent,
//! and can be told to fail in the ways that endpoints fail.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// What the endpoint does with a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reply {
    /// Answers rightly; rows of the protocol with indexes come last first.
    Good,
    /// This status and these header lines, each with its line end.
    Status(u16, &'static str),
    /// This body with status 200.
    Body(String),
    /// Answers rightly after this time.
    Late(Duration),
    /// Closes the connection without an answer.
    Close,
    /// Refuses every request with a text that holds this, and answers others.
    RefuseTextsWith(&'static str),
}

#[derive(Default)]
struct State {
    next: VecDeque<Reply>,
    otherwise: Option<Reply>,
    /// Bodies and, where sent, keys.
    received: Vec<(String, Option<String>)>,
}

/// A running endpoint; its thread ends with the process.
pub(crate) struct Endpoint {
    address: String,
    state: Arc<Mutex<State>>,
}

impl Endpoint {
    /// Starts one that gives vectors of so many dimensions.
    pub(crate) fn start(dimensions: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = shared.clone();
                // A caller that goes away ends its connection, not the endpoint.
                std::thread::spawn(move || serve(stream, &state, dimensions));
            }
        });
        Self { address, state }
    }

    pub(crate) fn openai(&self) -> String {
        format!("http://{}/v1/embeddings", self.address)
    }

    pub(crate) fn tei(&self) -> String {
        format!("http://{}/embed", self.address)
    }

    /// What happens to the next requests, one each.
    pub(crate) fn next(&self, replies: impl IntoIterator<Item = Reply>) {
        self.state().next.extend(replies);
    }

    /// What happens to all others from now on.
    pub(crate) fn otherwise(&self, reply: Reply) {
        self.state().otherwise = Some(reply);
    }

    /// Bodies received so far, in order.
    pub(crate) fn bodies(&self) -> Vec<String> {
        self.state().received.iter().map(|(body, _)| body.clone()).collect()
    }

    /// The `authorization` lines received so far.
    pub(crate) fn keys(&self) -> Vec<Option<String>> {
        self.state().received.iter().map(|(_, key)| key.clone()).collect()
    }

    /// The texts of each request so far.
    pub(crate) fn texts(&self) -> Vec<Vec<String>> {
        self.bodies().iter().map(|body| texts(body)).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

/// The vector that the endpoint gives a text: not of length 1, and no two alike.
pub(crate) fn vector_of(text: &str, dimensions: usize) -> Vec<f32> {
    let mut state = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963);
        ((state >> 40) as f32 / 8_388_608.0 - 1.0) * 3.0
    };
    (0..dimensions).map(|_| next()).collect()
}

fn texts(body: &str) -> Vec<String> {
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let list = body.get("input").or_else(|| body.get("inputs")).unwrap();
    list.as_array().unwrap().iter().map(|t| t.as_str().unwrap().to_owned()).collect()
}

fn serve(stream: TcpStream, state: &Mutex<State>, dimensions: usize) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    while let Some((path, body, key)) = read_request(&mut reader) {
        let reply = {
            let mut state = state.lock().unwrap();
            state.received.push((body.clone(), key));
            let otherwise = state.otherwise.clone().unwrap_or(Reply::Good);
            state.next.pop_front().unwrap_or(otherwise)
        };
        let good = || answer(&path, &body, dimensions);
        let (status, lines, body) = match reply {
            Reply::Good => (200, "", good()),
            Reply::Status(status, lines) => (status, lines, "{\"error\":\"told to\"}".into()),
            Reply::Body(body) => (200, "", body),
            Reply::Late(time) => {
                std::thread::sleep(time);
                (200, "", good())
            }
            Reply::Close => return,
            Reply::RefuseTextsWith(part) if body.contains(part) => (413, "", "{}".into()),
            Reply::RefuseTextsWith(_) => (200, "", good()),
        };
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{lines}content-length: {}\r\n\r\n",
            body.len()
        );
        if stream
            .write_all(head.as_bytes())
            .and_then(|()| stream.write_all(body.as_bytes()))
            .is_err()
        {
            return;
        }
    }
}

fn read_request(reader: &mut impl BufRead) -> Option<(String, String, Option<String>)> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let (mut length, mut key) = (0, None);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let header = header.trim_end();
        if header.is_empty() {
            break;
        }
        let (name, value) = header.split_once(':')?;
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "authorization" => key = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((path, String::from_utf8(body).ok()?, key))
}

fn answer(path: &str, body: &str, dimensions: usize) -> String {
    let texts = texts(body);
    let rows = texts.iter().map(|text| vector_of(text, dimensions));
    if path == "/embed" {
        return serde_json::to_string(&rows.collect::<Vec<_>>()).unwrap();
    }
    let mut data: Vec<serde_json::Value> = rows
        .enumerate()
        .map(|(index, embedding)| {
            serde_json::json!({"object": "embedding", "index": index, "embedding": embedding})
        })
        .collect();
    data.reverse();
    serde_json::json!({"object": "list", "data": data, "usage": {"total_tokens": 1}}).to_string()
}
