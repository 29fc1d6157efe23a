//! The ranking in use, with the version that answers carry.

use std::sync::Arc;

use jobmatch_rank::RankingProfile;
use xxhash_rust::xxh3::xxh3_64;

use crate::analysis::Analyst;

/// A ranking profile and the version of everything that decides an order with it. None of that
/// changes while the service runs, so the version is spelled once.
#[derive(Debug, Clone)]
pub(crate) struct VersionedRanking(Arc<Versioned>);

#[derive(Debug)]
struct Versioned {
    profile: RankingProfile,
    version: String,
    digest: u64,
}

impl VersionedRanking {
    /// Of a profile, for texts read by an analyst.
    pub(crate) fn new(profile: RankingProfile, analyst: &Analyst) -> Self {
        let (analyzer, space) = (analyst.analyzer().version(), analyst.embedder().space());
        let version = format!("{}/{analyzer}/{space}", profile.version());
        let digest = xxh3_64(version.as_bytes());
        Self(Arc::new(Versioned { profile, version, digest }))
    }

    pub(crate) fn profile(&self) -> &RankingProfile {
        &self.0.profile
    }

    /// Name and version of ranking, lexicon and model.
    pub(crate) fn version(&self) -> &str {
        &self.0.version
    }

    /// The same as one number, for page tokens.
    pub(crate) fn digest(&self) -> u64 {
        self.0.digest
    }
}
