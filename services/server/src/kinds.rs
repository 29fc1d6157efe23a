//! The two kinds of records, so that their services are written once.

use jobmatch_domain::{Date, DocumentId, JobPosting, Profile, Violation};
use jobmatch_matching::{Change, FullSync, Guard, Intake, MatchingError, Written};
use jobmatch_proto::{posting, profile, v1};
use prost::Message;
use tonic::async_trait;

/// A kind of record with its wire form and its write path.
#[async_trait]
pub(crate) trait Kind: Send + Sync + 'static {
    /// The wire form.
    type Wire: Message + Default + Clone + 'static;
    /// The domain's form.
    type Record: jobmatch_matching::Readable;

    fn parse(wire: Self::Wire, today: Date) -> Result<Self::Record, Violation>;
    fn merge(
        current: &Self::Record,
        patch: Self::Wire,
        mask: &[String],
        today: Date,
    ) -> Result<Self::Record, Violation>;
    fn id(wire: &Self::Wire) -> Result<DocumentId, Violation>;
    fn source(wire: &Self::Wire) -> &str;
    fn etag(wire: &Self::Wire) -> &str;
    async fn put(
        intake: &Intake,
        id: DocumentId,
        guard: Guard,
        change: Change<Self::Record>,
    ) -> Result<Written<Self::Record>, MatchingError>;
    async fn finish_sync(intake: &Intake, sync: FullSync) -> Result<usize, MatchingError>;
}

/// Job postings.
pub(crate) struct Postings;
/// Profiles.
pub(crate) struct Profiles;

fn record_id(id: &str, source: &str, external_id: &str) -> Result<DocumentId, Violation> {
    if id.is_empty() && !external_id.is_empty() {
        return DocumentId::from_source(source, external_id).map_err(|e| e.at("external_id"));
    }
    DocumentId::parse(id).map_err(|e| e.at("id"))
}

#[async_trait]
impl Kind for Postings {
    type Wire = v1::JobPosting;
    type Record = JobPosting;

    fn parse(wire: Self::Wire, _today: Date) -> Result<JobPosting, Violation> {
        posting::from_wire(wire)
    }

    fn merge(
        current: &JobPosting,
        patch: Self::Wire,
        mask: &[String],
        _today: Date,
    ) -> Result<JobPosting, Violation> {
        posting::merge(current, patch, mask)
    }

    fn id(wire: &Self::Wire) -> Result<DocumentId, Violation> {
        record_id(&wire.id, &wire.source, &wire.external_id)
    }

    fn source(wire: &Self::Wire) -> &str {
        &wire.source
    }

    fn etag(wire: &Self::Wire) -> &str {
        &wire.etag
    }

    async fn put(
        intake: &Intake,
        id: DocumentId,
        guard: Guard,
        change: Change<JobPosting>,
    ) -> Result<Written<JobPosting>, MatchingError> {
        intake.put_posting(id, guard, change).await
    }

    async fn finish_sync(intake: &Intake, sync: FullSync) -> Result<usize, MatchingError> {
        intake.finish_posting_sync(sync).await
    }
}

#[async_trait]
impl Kind for Profiles {
    type Wire = v1::Profile;
    type Record = Profile;

    fn parse(wire: Self::Wire, today: Date) -> Result<Profile, Violation> {
        profile::from_wire(wire, today)
    }

    fn merge(
        current: &Profile,
        patch: Self::Wire,
        mask: &[String],
        today: Date,
    ) -> Result<Profile, Violation> {
        profile::merge(current, patch, mask, today)
    }

    fn id(wire: &Self::Wire) -> Result<DocumentId, Violation> {
        record_id(&wire.id, &wire.source, &wire.external_id)
    }

    fn source(wire: &Self::Wire) -> &str {
        &wire.source
    }

    fn etag(wire: &Self::Wire) -> &str {
        &wire.etag
    }

    async fn put(
        intake: &Intake,
        id: DocumentId,
        guard: Guard,
        change: Change<Profile>,
    ) -> Result<Written<Profile>, MatchingError> {
        intake.put_profile(id, guard, change).await
    }

    async fn finish_sync(intake: &Intake, sync: FullSync) -> Result<usize, MatchingError> {
        intake.finish_profile_sync(sync).await
    }
}
