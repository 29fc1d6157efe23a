//! Why a command ended without success.

use jobmatch_matching::MatchingError;
use thiserror::Error;

/// A failure with a sentence for the person at the terminal.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl From<MatchingError> for Failure {
    fn from(error: MatchingError) -> Self {
        Self(error.to_string())
    }
}

impl From<tonic::Status> for Failure {
    fn from(status: tonic::Status) -> Self {
        // The service's own answers have no source: the connection broke instead.
        let hint = if std::error::Error::source(&status).is_some() {
            "; the connection failed (is jobmatchd there, and is it http:// or https://? see \
             --server)"
        } else if status.code() == tonic::Code::Unavailable {
            " (is jobmatchd running? see --server)"
        } else if status.code() == tonic::Code::Unauthenticated {
            " (see --api-key)"
        } else {
            ""
        };
        Self(format!("{}{hint}", status.message()))
    }
}
