//! Requests for matches and their answers.

use std::sync::Arc;

use crate::condition::{ConditionKind, ConditionMode, ConditionState, Modes};
use crate::division::Division;
use crate::filter::Filter;
use crate::ids::{DocumentId, Seq};
use crate::posting::{JobPosting, Place};
use crate::profile::Profile;
use crate::text::Text;
use crate::time::Instant;
use crate::travel::Travel;

/// A wish in plain words.
#[derive(Debug, Clone, PartialEq)]
pub struct TextQuery {
    /// The words.
    pub text: Text<1, 20_000>,
    /// Where the person is.
    pub place: Place,
    /// Longest way in minutes, 1 to 600.
    pub max_travel_minutes: Option<u16>,
    /// Means of travel.
    pub travel: Travel,
}

/// For whom jobs are sought.
#[derive(Debug, Clone, PartialEq)]
pub enum Person {
    /// A stored profile.
    Stored(DocumentId),
    /// A profile that came with the request.
    Given(Box<Profile>),
    /// Plain words.
    Text(TextQuery),
}

/// For what people are sought.
#[derive(Debug, Clone, PartialEq)]
pub enum Job {
    /// A stored posting.
    Stored(DocumentId),
    /// A posting that came with the request.
    Given(Box<JobPosting>),
}

/// What one factor of a score measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactorKind {
    /// Words in common.
    Lexical,
    /// Likeness of meaning.
    Semantic,
    /// Occupation.
    Occupation,
    /// Skills.
    Skills,
    /// Certificates.
    Certificates,
    /// Education.
    Education,
    /// Experience.
    Experience,
    /// Pay.
    Pay,
    /// Place.
    Place,
    /// Hours.
    Hours,
    /// Freshness.
    Freshness,
}

impl FactorKind {
    /// Every factor, in the order of the contract.
    pub const ALL: [Self; 11] = [
        Self::Lexical,
        Self::Semantic,
        Self::Occupation,
        Self::Skills,
        Self::Certificates,
        Self::Education,
        Self::Experience,
        Self::Pay,
        Self::Place,
        Self::Hours,
        Self::Freshness,
    ];

    /// Position in [`Self::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }
}

/// Multipliers on the ranking's own weights, 0 to 100 each; 1 changes nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Multipliers(pub [f64; 11]);

impl Default for Multipliers {
    fn default() -> Self {
        Self([1.0; 11])
    }
}

impl Multipliers {
    /// Only these factors count, each as much as the ranking says.
    pub fn only(factors: &[FactorKind]) -> Self {
        let mut out = [0.0; 11];
        for factor in factors {
            out[factor.index()] = 1.0;
        }
        Self(out)
    }
}

/// Which ways of finding candidates are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Legs {
    /// BM25 over words and character n-grams.
    pub lexical: bool,
    /// Cosine of embeddings.
    pub vector: bool,
    /// The conditions alone, nearest first.
    pub conditions: bool,
}

impl Default for Legs {
    fn default() -> Self {
        Self { lexical: true, vector: true, conditions: true }
    }
}

/// One of the legs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Leg {
    /// BM25.
    Lexical,
    /// Cosine.
    Vector,
    /// Conditions, nearest first.
    Conditions,
}

/// Where a page starts: what the token of the page before pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageStart {
    /// The as-of time of the first page.
    pub as_of: Instant,
    /// Version of the ranking that made the first page.
    pub ranking_version: u64,
    /// Hashes ([`shown_key`]) of the ids on the pages before.
    pub shown: Vec<u64>,
}

/// Hash of an id for [`PageStart::shown`] (64-bit FNV-1a).
pub fn shown_key(id: &DocumentId) -> u64 {
    id.as_str().bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// How to answer.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchOptions {
    /// 1 to 200.
    pub page_size: usize,
    /// `None`: the first page.
    pub page: Option<PageStart>,
    /// Wait until this Seq is searchable.
    pub min_seq: Seq,
    /// Modes of the conditions.
    pub modes: Modes,
    /// Multipliers on the weights.
    pub multipliers: Multipliers,
    /// Legs in use.
    pub legs: Legs,
    /// Most matches of one employer, at least 1.
    pub max_per_employer: usize,
    /// Near-duplicates are shown rather than folded.
    pub keep_duplicates: bool,
    /// Exhaustive search.
    pub exact: bool,
    /// Postings that were shown to many lately, for the places they have, stand further back.
    /// Answers then depend on those before them.
    pub spread: bool,
}

impl MatchOptions {
    /// Page size when none is asked for.
    pub const DEFAULT_PAGE_SIZE: usize = 20;
    /// Greatest page size.
    pub const MAX_PAGE_SIZE: usize = 200;
    /// Matches of one employer when nothing is said.
    pub const DEFAULT_PER_EMPLOYER: usize = 3;
}

impl Default for MatchOptions {
    fn default() -> Self {
        Self {
            page_size: Self::DEFAULT_PAGE_SIZE,
            page: None,
            min_seq: Seq::default(),
            modes: Modes::default(),
            multipliers: Multipliers::default(),
            legs: Legs::default(),
            max_per_employer: Self::DEFAULT_PER_EMPLOYER,
            keep_duplicates: false,
            exact: false,
            spread: false,
        }
    }
}

/// Jobs for a person.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchPostings {
    /// The person.
    pub person: Person,
    /// The caller's conditions.
    pub filter: Filter,
    /// How to answer.
    pub options: MatchOptions,
}

/// A question for jobs of many stored persons.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchBatch {
    /// Division subtrees in which the persons live; empty: all persons.
    pub divisions: Vec<Division>,
    /// Persons whose ids come after this one.
    pub after: Option<DocumentId>,
    /// The caller's conditions on postings.
    pub filter: Filter,
    /// How to answer, each person; always the first page.
    pub options: MatchOptions,
}

/// The jobs for one person of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchAnswer {
    /// The person.
    pub profile: DocumentId,
    /// Their jobs.
    pub page: MatchPage,
    /// Persons done, this one and those without answer included.
    pub done: u64,
    /// Persons in all.
    pub total: u64,
}

/// People for a job.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchProfiles {
    /// The job.
    pub job: Job,
    /// The caller's conditions.
    pub filter: Filter,
    /// How to answer.
    pub options: MatchOptions,
}

/// One pair, explained.
#[derive(Debug, Clone, PartialEq)]
pub struct ExplainMatch {
    /// The person.
    pub person: Person,
    /// Id of the stored posting.
    pub posting: DocumentId,
    /// The caller's conditions.
    pub filter: Filter,
    /// How to answer.
    pub options: MatchOptions,
}

/// One factor's part in a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor {
    /// Which.
    pub kind: FactorKind,
    /// 0 to 1.
    pub value: f64,
    /// Part of the score; contributions add up to the score before penalties.
    pub contribution: f64,
    /// A short Chinese sentence; empty when there is nothing to say.
    pub evidence: String,
}

/// One condition's outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Which.
    pub kind: ConditionKind,
    /// Outcome.
    pub state: ConditionState,
    /// How much it matters in this request.
    pub mode: ConditionMode,
    /// A short Chinese sentence.
    pub evidence: String,
}

/// What one leg said of a candidate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LegHit {
    /// Which leg.
    pub leg: Leg,
    /// 1 is the best; `None`: the leg did not retrieve it.
    pub rank: Option<u32>,
    /// BM25, cosine, or metres.
    pub score: f64,
}

/// A ranked, explained document.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// Id of the posting or profile.
    pub id: DocumentId,
    /// 0 to 1.
    pub score: f64,
    /// Every factor that had a say, in order of [`FactorKind::ALL`].
    pub factors: Vec<Factor>,
    /// Every condition asked, in order of [`ConditionKind::ALL`].
    pub conditions: Vec<Outcome>,
    /// What the legs said.
    pub legs: Vec<LegHit>,
    /// Straight-line metres.
    pub distance_metres: Option<f64>,
    /// Minutes on the way.
    pub travel_minutes: Option<f64>,
    /// Near-duplicates folded into this one, in order of rank.
    pub duplicates: Vec<DocumentId>,
    /// The posting; `None` for profiles.
    pub posting: Option<Arc<JobPosting>>,
    /// Seq of the document's last change.
    pub seq: Seq,
    /// Instant of the document's last change.
    pub updated: Instant,
    /// Slots of the posting that are taken; 0 for profiles.
    pub taken: u32,
}

/// Documents excluded by one kind of condition and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exclusion {
    /// The kind.
    pub kind: ConditionKind,
    /// How many.
    pub count: u64,
}

/// How an answer came about.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trace {
    /// Plan of the vector leg: `exact`, `graph` or `none`.
    pub vector_plan: &'static str,
    /// Live documents that passed every required condition.
    pub eligible: u64,
    /// Candidates ranked.
    pub candidates: u64,
    /// Microseconds by stage, in order.
    pub stages: Vec<(&'static str, u64)>,
}

/// One page of matches.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchPage {
    /// Best first; ties by id.
    pub matches: Vec<Match>,
    /// Where the next page starts; `None` on the last.
    pub next: Option<PageStart>,
    /// The answer reflects every change up to this Seq.
    pub seq: Seq,
    /// In order of kind, only those with a count.
    pub exclusions: Vec<Exclusion>,
    /// Time of validity and ages.
    pub as_of: Instant,
    /// Name and version of ranking, lexicon and model.
    pub ranking_version: String,
    /// What a text query was read as, where it was typed by sound.
    pub read_as: Option<String>,
    /// What it had to do without.
    pub degraded: Option<Degraded>,
    /// How it came about.
    pub trace: Trace,
}

/// Why an answer was made without the vector leg although it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Degraded {
    /// The embedder gave no vector for the question.
    EmbedderUnavailable,
    /// The index still holds the vectors of another model.
    OtherSpace,
}

impl Degraded {
    /// A short reason for callers.
    pub fn reason(self) -> &'static str {
        match self {
            Self::EmbedderUnavailable => "embedder unavailable: answered without the vector leg",
            Self::OtherSpace => {
                "vectors of another model are being made: answered without the vector leg"
            }
        }
    }
}

/// The answer of [`ExplainMatch`].
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The pair.
    pub found: Match,
    /// No required condition is unmet.
    pub eligible: bool,
    /// As in [`MatchPage`].
    pub seq: Seq,
    /// As in [`MatchPage`].
    pub as_of: Instant,
    /// As in [`MatchPage`].
    pub ranking_version: String,
    /// As in [`MatchPage`].
    pub degraded: Option<Degraded>,
}
