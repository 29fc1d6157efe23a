//! Assigning people to the gigs of a morning: the request and its answer.

use crate::condition::Modes;
use crate::ids::{DocumentId, Seq};
use crate::matching::Exclusion;
use crate::time::Instant;

/// People and gigs that are to be brought together.
#[derive(Debug, Clone, PartialEq)]
pub struct Dispatch {
    /// Stored postings, 1 to [`Dispatch::MAX_POSTINGS`], each once.
    pub postings: Vec<DocumentId>,
    /// Stored profiles, 1 to [`Dispatch::MAX_PROFILES`], each once.
    pub profiles: Vec<DocumentId>,
    /// Most gigs of one person, 1 to [`Dispatch::MAX_GIGS`].
    pub max_gigs: usize,
    /// Pairs with a lower score are left apart, 0 to 1.
    pub min_score: f64,
    /// Modes of the conditions.
    pub modes: Modes,
}

impl Dispatch {
    /// Most postings of one request.
    pub const MAX_POSTINGS: usize = 500;
    /// Most profiles of one request.
    pub const MAX_PROFILES: usize = 5_000;
    /// Most gigs of one person.
    pub const MAX_GIGS: usize = 5;
}

/// One person on one gig.
#[derive(Debug, Clone, PartialEq)]
pub struct Assigned {
    /// The person.
    pub profile: DocumentId,
    /// The gig.
    pub posting: DocumentId,
    /// Score of the pair, 0 to 1, as where the person asks for jobs.
    pub score: f64,
    /// The gig's place in the person's list, from 1.
    pub person_choice: u32,
    /// The person's place in the gig's list, from 1.
    pub gig_choice: u32,
}

/// Why somebody got nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnassignedReason {
    /// No such profile, or it may not be matched.
    NotMatchable,
    /// No gig suits.
    NothingSuits,
    /// All that suit lie below the score asked for.
    BelowMinScore,
    /// Those that suit were filled by others.
    PlacesTaken,
}

impl UnassignedReason {
    /// Every reason, in the order of the contract.
    pub const ALL: [Self; 4] =
        [Self::NotMatchable, Self::NothingSuits, Self::BelowMinScore, Self::PlacesTaken];
}

/// Somebody who got nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Unassigned {
    /// The person.
    pub profile: DocumentId,
    /// Why.
    pub reason: UnassignedReason,
    /// A short Chinese sentence.
    pub evidence: String,
    /// Gigs that suited, whatever their score.
    pub suitable: u32,
    /// [`UnassignedReason::NothingSuits`]: gigs kept apart by one kind of condition alone, in
    /// order of kind.
    pub exclusions: Vec<Exclusion>,
}

/// Places of a gig that nobody got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenPlaces {
    /// The gig.
    pub posting: DocumentId,
    /// How many, at least 1.
    pub places: u32,
}

/// The answer of [`Dispatch`].
#[derive(Debug, Clone, PartialEq)]
pub struct Dispatched {
    /// By person, then by start of the gig.
    pub assignments: Vec<Assigned>,
    /// By id.
    pub unassigned: Vec<Unassigned>,
    /// By id; only gigs that could take people.
    pub open_places: Vec<OpenPlaces>,
    /// The answer reflects every change up to this Seq.
    pub seq: Seq,
    /// Time of validity and ages.
    pub as_of: Instant,
    /// Name and version of ranking, lexicon and model.
    pub ranking_version: String,
}
