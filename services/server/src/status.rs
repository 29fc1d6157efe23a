//! The one place where an error becomes a gRPC status.

use std::collections::HashMap;
use std::time::Duration;

use jobmatch_domain::Violation;
use jobmatch_domain::slot::SlotRefusal;
use jobmatch_matching::{MatchingError, StoreError};
use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// Domain of every `google.rpc.ErrorInfo` of ours.
const DOMAIN: &str = "jobmatch";
/// When to try again, unless it is known better: an index opens or the next process starts in
/// about so long.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// Key of the metadata that tells clients of gRPC when to try again (gRFC A6).
const PUSHBACK_KEY: &str = "grpc-retry-pushback-ms";

/// An error as callers see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: Code,
    /// Stable, for programs.
    pub(crate) reason: &'static str,
    /// Path of the field at fault; empty when there is none.
    pub(crate) field: String,
    /// For people.
    pub(crate) message: String,
    /// When to try again, where that may help.
    pub(crate) retry_after: Duration,
}

impl Refusal {
    pub(crate) fn new(code: Code, reason: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { code, reason, field: String::new(), message, retry_after: RETRY_AFTER }
    }

    pub(crate) fn missing(field: &str) -> Self {
        Violation { path: field.into(), invalid: jobmatch_domain::Invalid::Missing }.into()
    }
}

impl From<Violation> for Refusal {
    fn from(violation: Violation) -> Self {
        Self {
            code: Code::InvalidArgument,
            reason: "INVALID_FIELD",
            message: violation.to_string(),
            field: violation.path,
            retry_after: RETRY_AFTER,
        }
    }
}

impl From<MatchingError> for Refusal {
    fn from(error: MatchingError) -> Self {
        let (code, reason) = match &error {
            MatchingError::Invalid(violation) => return violation.clone().into(),
            MatchingError::NotFound { .. } | MatchingError::NoStation { .. } => {
                (Code::NotFound, "NOT_FOUND")
            }
            MatchingError::NoCentre { .. } => (Code::FailedPrecondition, "NO_CENTRE"),
            MatchingError::NoPeople | MatchingError::HoldOnly => {
                (Code::PermissionDenied, "OUT_OF_SCOPE")
            }
            MatchingError::OutOfScope { .. } => (Code::PermissionDenied, "OUT_OF_SCOPE"),
            MatchingError::EtagMismatch { .. } => (Code::Aborted, "ETAG_MISMATCH"),
            MatchingError::RequestIdReused { .. } => (Code::AlreadyExists, "REQUEST_ID_REUSED"),
            MatchingError::OriginTaken { .. } => (Code::AlreadyExists, "ORIGIN_TAKEN"),
            MatchingError::ShrunkenFeed { .. } => (Code::FailedPrecondition, "SHRUNKEN_FEED"),
            MatchingError::IndexNotReady { .. } => (Code::Unavailable, "INDEX_NOT_READY"),
            MatchingError::SeqInFuture { .. } => (Code::InvalidArgument, "SEQ_IN_FUTURE"),
            MatchingError::Slot { refusal, .. } => (Code::FailedPrecondition, slot_reason(refusal)),
            MatchingError::RankingChanged => (Code::InvalidArgument, "RANKING_CHANGED"),
            MatchingError::GivenUp => (Code::Cancelled, "GIVEN_UP"),
            MatchingError::ShuttingDown => (Code::Unavailable, "SHUTTING_DOWN"),
            MatchingError::Store(StoreError::DiskFull(_)) => (Code::ResourceExhausted, "DISK_FULL"),
            MatchingError::Store(_) => (Code::Internal, "STORE_FAILED"),
            MatchingError::Engine(_)
            | MatchingError::Embed(_)
            | MatchingError::Text(_)
            | MatchingError::OldIndexLeft { .. }
            | MatchingError::FolderInUse { .. }
            | MatchingError::Internal => (Code::Internal, "INTERNAL"),
            // The enum may grow; a new kind is internal until it has a line here.
            _ => (Code::Internal, "INTERNAL"),
        };
        if code == Code::Internal {
            // Logged here, once; callers get no inner details.
            tracing::error!(error = %error, reason, "a call failed");
            return Self::new(code, reason, "an internal error; the operator finds it in the log");
        }
        Self::new(code, reason, error.to_string())
    }
}

/// What tonic answers to a message beyond its limit, as a refusal that says what to do.
pub(crate) fn too_large(status: &Status) -> Option<Refusal> {
    // Nothing of ours answers OUT_OF_RANGE.
    (status.code() == Code::OutOfRange).then(|| {
        let advice = "send fewer or shorter fields, and many records as an import stream";
        let message = format!("{}; {advice}", status.message());
        Refusal::new(Code::ResourceExhausted, "MESSAGE_TOO_LARGE", message)
    })
}

fn slot_reason(refusal: &SlotRefusal) -> &'static str {
    match refusal {
        SlotRefusal::NotOpen => "NOT_OPEN",
        SlotRefusal::PlacesUnknown => "PLACES_UNKNOWN",
        SlotRefusal::NoPlaces => "NO_PLACES",
        SlotRefusal::Overlap { .. } => "OVERLAP",
    }
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        let mut details = ErrorDetails::new();
        details.set_error_info(refusal.reason, DOMAIN, HashMap::<String, String>::new());
        if !refusal.field.is_empty() {
            details.add_bad_request_violation(refusal.field, refusal.message.clone());
        }
        if refusal.code == Code::Unavailable {
            details.set_retry_info(Some(refusal.retry_after));
        }
        let mut metadata = MetadataMap::new();
        if refusal.code == Code::Unavailable {
            let millis = refusal.retry_after.as_millis() as u64;
            metadata.insert(PUSHBACK_KEY, MetadataValue::from(millis));
        }
        Self::with_error_details_and_metadata(refusal.code, refusal.message, details, metadata)
    }
}

/// A status from anything that is a refusal.
pub(crate) fn status(error: impl Into<Refusal>) -> Status {
    error.into().into()
}
