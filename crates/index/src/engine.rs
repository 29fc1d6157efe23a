//! The engine's trait and its words.

use async_trait::async_trait;
use jobmatch_domain::matching::Exclusion;
use jobmatch_domain::{Condition, DocumentId, Facets, Point, Seq, Volatile};
use thiserror::Error;

use crate::survey::{Survey, Surveyed};

/// Fields of a document that are searched by words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Words of the title or wish.
    TitleWords,
    /// Character n-grams of the title or wish.
    TitleGrams,
    /// Words of the rest.
    BodyWords,
    /// Character n-grams of the rest.
    BodyGrams,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 4] =
        [Self::TitleWords, Self::TitleGrams, Self::BodyWords, Self::BodyGrams];

    /// Position in [`Self::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }

    /// Name in schemas.
    pub fn name(self) -> &'static str {
        match self {
            Self::TitleWords => "title_words",
            Self::TitleGrams => "title_grams",
            Self::BodyWords => "body_words",
            Self::BodyGrams => "body_grams",
        }
    }
}

/// Terms of a document by field, repetitions kept.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Fields {
    /// See [`Field::TitleWords`].
    pub title_words: Vec<String>,
    /// See [`Field::TitleGrams`].
    pub title_grams: Vec<String>,
    /// See [`Field::BodyWords`].
    pub body_words: Vec<String>,
    /// See [`Field::BodyGrams`].
    pub body_grams: Vec<String>,
}

impl Fields {
    /// The terms of a field.
    pub fn of(&self, field: Field) -> &[String] {
        match field {
            Field::TitleWords => &self.title_words,
            Field::TitleGrams => &self.title_grams,
            Field::BodyWords => &self.body_words,
            Field::BodyGrams => &self.body_grams,
        }
    }
}

/// What an engine keeps of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Id.
    pub id: DocumentId,
    /// Seq of its content: the version. Hits carry it, so that a reader sees whether the
    /// record has changed since.
    pub seq: Seq,
    /// What conditions ask of it.
    pub facets: Facets,
    /// Its terms.
    pub fields: Fields,
    /// A vector of length 1 with the engine's dimensions.
    pub vector: Option<Vec<f32>>,
}

/// One change.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A new document, or a new version of one.
    Upsert(Box<Document>),
    /// Only the volatile facts changed. A document that the engine lacks is left out.
    Volatile {
        /// The document.
        id: DocumentId,
        /// The facts.
        volatile: Volatile,
    },
    /// A vector for a document that came without one. Left out when the engine has another
    /// version of it, none, or one with a vector: whoever made it was overtaken.
    Vector {
        /// The document.
        id: DocumentId,
        /// The version that it was made of.
        seq: Seq,
        /// Of length 1 with the engine's dimensions.
        vector: Vec<f32>,
    },
    /// The document is gone. One that the engine lacks is no error.
    Delete(DocumentId),
}

/// Changes that become searchable together.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// In order of their Seq.
    pub changes: Vec<Change>,
    /// Everything up to here is in this batch or an earlier one.
    pub seq: Seq,
}

/// A weighted term of a query.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryTerm {
    /// Where it is sought.
    pub field: Field,
    /// The term.
    pub text: String,
    /// Factor on its BM25, finite and above 0.
    pub weight: f32,
}

/// Terms of a query that are looked up.
pub const MAX_TERMS: usize = 1_024;

/// A question.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    /// Conditions that must not be UNMET; applied before any leg.
    pub conditions: Vec<Condition>,
    /// The lexical leg; `None`: off. At most [`MAX_TERMS`], the rest is dropped.
    pub lexical: Option<Vec<QueryTerm>>,
    /// So many of the terms at most are scored: those that can add most to a score, by weight and
    /// rarity. `None`: all.
    pub most_terms: Option<usize>,
    /// The vector leg; `None`: off. A unit vector.
    pub vector: Option<Vec<f32>>,
    /// The leg of conditions alone, nearest first.
    pub by_conditions: bool,
    /// Where the asking side is.
    pub near: Option<Point>,
    /// Hits a leg; at most 1,000 unless the search is exact. 0: none is sought, and only what
    /// stands in `score_also` is scored.
    pub limit: usize,
    /// No approximation in the vector leg, and no bound on the hits.
    pub exact: bool,
    /// Documents that are scored on every leg although none may find them.
    pub score_also: Vec<DocumentId>,
}

/// A document that a leg found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Id.
    pub id: DocumentId,
    /// Version, see [`Document::seq`].
    pub seq: Seq,
    /// Rank in the lexical leg from 1; `None`: not found by it.
    pub lexical_rank: Option<u32>,
    /// BM25, for every hit; 0 when no term matches or the leg is off.
    pub lexical: f32,
    /// Rank in the vector leg.
    pub vector_rank: Option<u32>,
    /// Cosine, for every hit with a vector; `None` when the leg is off.
    pub cosine: Option<f32>,
    /// Rank in the leg of conditions.
    pub conditions_rank: Option<u32>,
    /// Straight-line metres from [`Query::near`].
    pub metres: Option<f64>,
    /// Facts of the document.
    pub facets: Facets,
}

/// How the vector leg was searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VectorPlan {
    /// Not at all.
    #[default]
    None,
    /// By a scan of every eligible vector.
    Exact,
    /// By a walk over the graph.
    Graph,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Retrieval {
    /// Union of the legs' hits, in order of id, not fused. Ties within a leg fall to the id.
    pub hits: Vec<Hit>,
    /// The lexical score that no document can exceed.
    pub lexical_ceiling: f32,
    /// Live documents that no condition excludes.
    pub eligible: u64,
    /// Live documents excluded by one kind of condition alone.
    pub exclusions: Vec<Exclusion>,
    /// The answer reflects everything up to here.
    pub seq: Seq,
    /// Plan of the vector leg.
    pub plan: VectorPlan,
    /// Microseconds by stage: filter, lexical, vector.
    pub stages: Vec<(&'static str, u64)>,
}

/// What an engine can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// Keeps its documents over a restart.
    pub persistent: bool,
    /// May answer the vector leg approximately unless asked for exact search.
    pub approximate: bool,
}

/// Counts of an engine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EngineStats {
    /// Live documents.
    pub live: u64,
    /// Dead versions still held.
    pub tombstones: u64,
    /// Vectors in the graph.
    pub graph_vectors: u64,
    /// Versions in the sealed file, which a restart maps; the others are read from the log.
    pub sealed: u64,
    /// Slots are being sealed, or a graph is being built.
    pub in_upkeep: bool,
    /// Bytes on disk.
    pub bytes: u64,
    /// Last Seq applied.
    pub seq: Seq,
    /// Vector space.
    pub space: String,
}

/// What can go wrong in an engine.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The files cannot be used; build the index anew.
    #[error("the index cannot be used: {reason}")]
    NeedsRebuild {
        /// Why.
        reason: String,
    },
    /// A file could not be read or written.
    #[error("index files: {0}")]
    Io(#[from] std::io::Error),
    /// The word index.
    #[error("word index: {0}")]
    Words(#[from] tantivy::TantivyError),
    /// A vector of another length.
    #[error("vector of {id} has {actual} dimensions; the index has {expected}")]
    Dimensions {
        /// The document; `query` for a query.
        id: String,
        /// Length found.
        actual: usize,
        /// Length of the index.
        expected: usize,
    },
    /// An earlier failure left the engine behind its files.
    #[error("the index takes no changes after a failed commit; build it anew")]
    Broken,
    /// A search task panicked.
    #[error("a search failed")]
    SearchPanicked,
}

/// Finds candidates. One instance holds one collection.
///
/// `apply` calls come one after the other; `retrieve` at any time beside them, and sees
/// each batch wholly or not at all.
#[async_trait]
pub trait Engine: Send + Sync {
    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Takes a batch. On return it is durable and searchable.
    async fn apply(&self, batch: Batch) -> Result<(), EngineError>;

    /// Answers a question. It may compute for milliseconds on the calling thread: ask where
    /// that holds nobody up.
    async fn retrieve(&self, query: Query) -> Result<Retrieval, EngineError>;

    /// What is in reach of a point, counted and in order; exact. Computes on the calling thread.
    async fn survey(&self, survey: Survey) -> Result<Surveyed, EngineError>;

    /// Ids of the live documents that meet all conditions or leave them open, in order.
    async fn list(&self, conditions: &[Condition]) -> Result<Vec<DocumentId>, EngineError>;

    /// Last Seq applied.
    fn indexed_seq(&self) -> Seq;

    /// Counts.
    fn stats(&self) -> EngineStats;
}
