//! Embedders behind HTTP: batches, retries, time limits, and a circuit that keeps a dead
//! endpoint from costing everybody its time limit.

mod circuit;
mod protocol;
mod transport;

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use ureq::Agent;
use xxhash_rust::xxh3::xxh3_64;

use self::circuit::Circuit;
pub use self::protocol::Protocol;
use self::transport::{Failure, agent, post};
use crate::error::EmbedError;
use crate::health::{Health, Nature};
use crate::space::SpaceId;
use crate::vector::validate_vector;
use crate::{EmbedInput, Embedder};

/// Longest pause between two attempts, also when the endpoint asks for a longer one.
const MAX_PAUSE: Duration = Duration::from_secs(10);
/// Characters of a model's name that go into the name of its space.
const MAX_SLUG: usize = 44;

/// A key that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(String);

impl ApiKey {
    /// A key, without the blanks around it.
    pub fn new(key: &str) -> Self {
        Self(key.trim().to_owned())
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(…)")
    }
}

/// Where an endpoint is and how it is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct RemoteOptions {
    /// How it is asked.
    pub protocol: Protocol,
    /// Whole address of the call: `https://host/v1/embeddings`, `http://host:8080/embed`.
    pub url: String,
    /// Name of the model; sent with OpenAI's protocol, and part of the space's name.
    pub model: String,
    /// Elements of a vector, 1 to 4,096. An answer of another length is refused.
    pub dimensions: usize,
    /// Sent as `authorization: Bearer KEY`.
    pub api_key: Option<ApiKey>,
    /// Texts of one request, at least 1.
    pub batch: usize,
    /// Time limit of a request for records.
    pub timeout: Duration,
    /// Time limit of a request for a question, which somebody waits for.
    pub query_timeout: Duration,
    /// Attempts after the first one, for records; a question has one attempt.
    pub retries: u32,
    /// Pause before the first retry; doubled for each further one, give or take a half.
    pub backoff: Duration,
    /// Failed attempts in a row after which none is made for `open_for`.
    pub failures: u32,
    /// See `failures`.
    pub open_for: Duration,
    /// Longer texts are cut here before they are sent.
    pub max_characters: usize,
    /// Put before questions, for models that were trained so; empty: nothing.
    pub query_prefix: String,
}

impl RemoteOptions {
    /// Usual settings: 32 texts a request, 10 s, 1 s for questions, 2 retries from 250 ms on,
    /// and 15 s of rest after 5 failures. 512 characters: what BERT models read at most,
    /// for which a Han character is a token.
    pub fn new(protocol: Protocol, url: &str, model: &str, dimensions: usize) -> Self {
        Self {
            protocol,
            url: url.to_owned(),
            model: model.to_owned(),
            dimensions,
            api_key: None,
            batch: 32,
            timeout: Duration::from_secs(10),
            query_timeout: Duration::from_secs(1),
            retries: 2,
            backoff: Duration::from_millis(250),
            failures: 5,
            open_for: Duration::from_secs(15),
            max_characters: 512,
            query_prefix: String::new(),
        }
    }
}

/// An embedder behind an endpoint. Texts with nothing but blanks are not sent.
pub struct RemoteEmbedder {
    options: RemoteOptions,
    space: SpaceId,
    agent: Agent,
    circuit: Circuit,
}

impl RemoteEmbedder {
    /// An embedder of these settings; asks nothing yet. Error: [`EmbedError::Settings`].
    pub fn new(options: RemoteOptions) -> Result<Self, EmbedError> {
        let refused = |problem: &str| Err(EmbedError::Settings { problem: problem.to_owned() });
        if !options.url.starts_with("http://") && !options.url.starts_with("https://") {
            return refused("url must begin with http:// or https://");
        }
        if options.model.trim().is_empty() {
            return refused("model is empty; it names the space of the vectors");
        }
        if !(1..=4096).contains(&options.dimensions) {
            return refused("dimensions must be 1 to 4096, as many as the model's vectors have");
        }
        if options.batch == 0 || options.max_characters == 0 {
            return refused("batch and max_characters must be at least 1");
        }
        let visible =
            |key: &ApiKey| !key.0.is_empty() && key.0.bytes().all(|b| b.is_ascii_graphic());
        if !options.api_key.as_ref().is_none_or(visible) {
            return refused("the API key is empty or has characters that no header can carry");
        }
        let space = space_of(&options)?;
        let circuit = Circuit::new(options.failures, options.open_for);
        Ok(Self { agent: agent(), space, circuit, options })
    }

    /// A vector a text, in order; halves a batch that is refused until the texts are found
    /// that are to blame, which get none.
    fn batch(&self, texts: &[&str]) -> Result<Vec<Option<Vec<f32>>>, EmbedError> {
        let refused = match self.with_retries(texts) {
            Err(error @ EmbedError::Refused { .. }) if texts.len() > 1 => error,
            other => return other,
        };
        let (first, second) = texts.split_at(texts.len() / 2);
        let mut all = Vec::with_capacity(texts.len());
        let mut taken = false;
        for half in [first, second] {
            match self.batch(half) {
                Ok(vectors) => {
                    taken = true;
                    all.extend(vectors);
                }
                Err(EmbedError::Refused { .. }) => all.extend(vec![None; half.len()]),
                Err(other) => return Err(other),
            }
        }
        // When every single one is refused the fault lies elsewhere.
        if taken { Ok(all) } else { Err(refused) }
    }

    fn with_retries(&self, texts: &[&str]) -> Result<Vec<Option<Vec<f32>>>, EmbedError> {
        let mut attempt = 0;
        loop {
            let (error, pause) = match self.attempt(texts, self.options.timeout) {
                Ok(vectors) => return Ok(vectors),
                Err(Failure::Refused(reason)) => return Err(EmbedError::Refused { reason }),
                Err(Failure::Wrong(reason)) => return Err(EmbedError::Unavailable { reason }),
                Err(Failure::Busy(reason, pause)) => (EmbedError::Unavailable { reason }, pause),
                Err(Failure::Down(reason)) => (EmbedError::Unavailable { reason }, None),
            };
            if attempt == self.options.retries {
                return Err(error);
            }
            std::thread::sleep(pause.unwrap_or_else(|| self.pause(attempt)).min(MAX_PAUSE));
            attempt += 1;
        }
    }

    /// Half to one and a half times the doubled pause, so that many callers who failed
    /// together do not come again together.
    fn pause(&self, attempt: u32) -> Duration {
        let chance = (RandomState::new().hash_one(attempt) >> 11) as f64 / (1u64 << 53) as f64;
        self.options.backoff.saturating_mul(1 << attempt.min(10)).mul_f64(0.5 + chance)
    }

    /// One request, unless the circuit is open.
    fn attempt(&self, texts: &[&str], timeout: Duration) -> Result<Vec<Option<Vec<f32>>>, Failure> {
        self.circuit.admit().map_err(|reason| {
            Failure::Wrong(format!("not asked again yet after repeated failures: {reason}"))
        })?;
        let outcome = self.request(texts, timeout);
        match &outcome {
            // Whoever is busy or picky answers quickly: nobody is kept waiting.
            Ok(_) | Err(Failure::Refused(_) | Failure::Busy(..)) => self.circuit.answered(),
            Err(Failure::Down(reason) | Failure::Wrong(reason)) => self.circuit.failed(reason),
        }
        outcome
    }

    fn request(&self, texts: &[&str], timeout: Duration) -> Result<Vec<Option<Vec<f32>>>, Failure> {
        let RemoteOptions { protocol, model, dimensions, .. } = &self.options;
        let body = protocol.body(model, texts).map_err(|e| Failure::Wrong(e.to_string()))?;
        let answer = post(&self.agent, &self.options, (&body, texts.len()), timeout)?;
        let rows = protocol.rows(&answer, texts.len()).map_err(Failure::Wrong)?;
        let checked = rows.iter().map(|row| match validate_vector(row, *dimensions) {
            Ok(vector) => Ok(Some(vector)),
            Err(EmbedError::Zero { .. }) => Ok(None),
            Err(error) => Err(Failure::Wrong(error.to_string())),
        });
        checked.collect()
    }

    fn cut<'t>(&self, text: &'t str) -> &'t str {
        let text = text.trim();
        let end = text.char_indices().nth(self.options.max_characters);
        end.map_or(text, |(end, _)| &text[..end])
    }
}

impl Embedder for RemoteEmbedder {
    fn space(&self) -> &SpaceId {
        &self.space
    }

    fn dimensions(&self) -> usize {
        self.options.dimensions
    }

    fn embed(&self, inputs: &[EmbedInput<'_>]) -> Result<Vec<Option<Vec<f32>>>, EmbedError> {
        let texts: Vec<(usize, &str)> = inputs
            .iter()
            .map(|input| self.cut(input.raw))
            .enumerate()
            .filter(|(_, text)| !text.is_empty())
            .collect();
        let mut vectors = vec![None; inputs.len()];
        for part in texts.chunks(self.options.batch) {
            let sent: Vec<&str> = part.iter().map(|(_, text)| *text).collect();
            for ((place, _), vector) in part.iter().zip(self.batch(&sent)?) {
                vectors[*place] = vector;
            }
        }
        Ok(vectors)
    }

    fn embed_query(&self, input: &EmbedInput<'_>) -> Result<Option<Vec<f32>>, EmbedError> {
        let text = self.cut(input.raw);
        if text.is_empty() {
            return Ok(None);
        }
        let text = format!("{}{text}", self.options.query_prefix);
        match self.attempt(&[&text], self.options.query_timeout) {
            Ok(mut vectors) => Ok(vectors.pop().flatten()),
            Err(Failure::Refused(reason)) => Err(EmbedError::Refused { reason }),
            Err(Failure::Busy(reason, _) | Failure::Down(reason) | Failure::Wrong(reason)) => {
                Err(EmbedError::Unavailable { reason })
            }
        }
    }

    fn nature(&self) -> Nature {
        Nature::Remote
    }

    fn health(&self) -> Health {
        self.circuit.health()
    }
}

/// Protocol, model and dimensions: `tei-baai-bge-small-zh-v1.5-512`. A long name is cut and
/// keeps its digest, so that two of one beginning stay apart.
fn space_of(options: &RemoteOptions) -> Result<SpaceId, EmbedError> {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._".contains(c) { c } else { '-' };
    let mut slug: String = options.model.to_ascii_lowercase().chars().map(plain).collect();
    if slug.len() > MAX_SLUG {
        slug.truncate(MAX_SLUG - 9);
        slug.push_str(&format!("-{:08x}", xxh3_64(options.model.as_bytes()) as u32));
    }
    SpaceId::parse(&format!("{}-{slug}-{}", options.protocol.name(), options.dimensions))
}
