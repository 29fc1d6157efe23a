//! The section `limits`: how much the service takes on before it turns callers away.

use std::fmt;
use std::time::Duration;

use jobmatch_matching::ReadingOptions;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Places of work a core: two questions, so that one computes while another reads or writes.
const LOAD_A_CORE: usize = 32;
/// Least of it, so that every call fits with room beside it.
const MIN_LOAD: usize = 32;
/// Default of connections: some 30 kB each while they are idle.
const CONNECTIONS: usize = 10_000;

/// A value that was refused.
#[derive(Debug, Error)]
#[error("limits.{key} = {value} is out of range; give {min} to {max}")]
pub struct LimitsError {
    key: &'static str,
    value: u64,
    min: u64,
    max: u64,
}

/// What the service takes on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Places of work at once; a read of a record takes 1, a match 16. Default: 32 a core.
    pub max_load: Option<usize>,
    /// Places that calls may wait for in each line. Default: half of `max_load`.
    pub max_waiting: Option<usize>,
    /// Terms of a question that are scored, those that tell most. Default: as many as lose nothing
    /// (`benches/README.md`, Terms of a question).
    pub max_terms: Option<usize>,
    /// Connections at once, on each listener. Default: 10,000.
    pub max_connections: Option<usize>,
    /// Seconds in which a connection must finish TLS and say what it speaks. Default: 8.
    pub handshake_seconds: Option<u64>,
    /// Seconds that a connection may stay without a call. Default: 300.
    pub idle_seconds: Option<u64>,
    /// Seconds that a stream may wait for its client. Default: 60.
    pub stream_idle_seconds: Option<u64>,
}

impl Limits {
    /// Places of work at once.
    pub fn max_load(&self) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        self.max_load.unwrap_or(LOAD_A_CORE * cores)
    }

    /// Places that calls may wait for in each line.
    pub fn max_waiting(&self) -> usize {
        self.max_waiting.unwrap_or(self.max_load() / 2)
    }

    /// Terms of a question that are scored.
    pub fn max_terms(&self) -> usize {
        self.max_terms.unwrap_or(ReadingOptions::default().most_terms)
    }

    /// Connections at once, on each listener.
    pub fn max_connections(&self) -> usize {
        self.max_connections.unwrap_or(CONNECTIONS)
    }

    /// Time in which a connection must finish TLS and say what it speaks.
    pub fn handshake(&self) -> Duration {
        Duration::from_secs(self.handshake_seconds.unwrap_or(8))
    }

    /// Time that a connection may stay without a call.
    pub fn idle(&self) -> Duration {
        Duration::from_secs(self.idle_seconds.unwrap_or(300))
    }

    /// Time that a stream may wait for its client.
    pub fn stream_idle(&self) -> Duration {
        Duration::from_secs(self.stream_idle_seconds.unwrap_or(60))
    }

    /// Refuses what cannot work.
    ///
    /// # Errors
    /// Which value, and what it may be.
    pub fn check(&self) -> Result<(), LimitsError> {
        let within = |key, value: u64, min, max| match (min..=max).contains(&value) {
            true => Ok(()),
            false => Err(LimitsError { key, value, min, max }),
        };
        let most = 1 << 20;
        within("max_load", self.max_load() as u64, MIN_LOAD as u64, most)?;
        within("max_waiting", self.max_waiting() as u64, 0, most)?;
        within("max_terms", self.max_terms() as u64, 1, most)?;
        within("max_connections", self.max_connections() as u64, 1, most)?;
        within("handshake_seconds", self.handshake().as_secs(), 1, 3_600)?;
        within("idle_seconds", self.idle().as_secs(), 1, 86_400)?;
        within("stream_idle_seconds", self.stream_idle().as_secs(), 1, 86_400)
    }
}

impl fmt::Display for Limits {
    /// As TOML, with the defaults of this machine.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "[limits]")?;
        writeln!(f, "max_load = {}", self.max_load())?;
        writeln!(f, "max_waiting = {}", self.max_waiting())?;
        writeln!(f, "max_terms = {}", self.max_terms())?;
        writeln!(f, "max_connections = {}", self.max_connections())?;
        writeln!(f, "handshake_seconds = {}", self.handshake().as_secs())?;
        writeln!(f, "idle_seconds = {}", self.idle().as_secs())?;
        write!(f, "stream_idle_seconds = {}", self.stream_idle().as_secs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_work_and_nonsense_is_refused() {
        assert!(Limits::default().check().is_ok());
        let none = Limits { max_connections: Some(0), ..Limits::default() };
        assert!(none.check().unwrap_err().to_string().contains("limits.max_connections = 0"));
        assert!(Limits { max_load: Some(8), ..Limits::default() }.check().is_err());
    }
}
