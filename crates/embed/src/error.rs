//! What can go wrong with a model or a vector.

use thiserror::Error;

/// A model that cannot be used, or a vector that is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EmbedError {
    /// The bytes are no model of ours, or of a version that is not known.
    #[error("the model file is not of format {expected}; train it again with this version")]
    Format {
        /// The format that is read.
        expected: &'static str,
    },
    /// The bytes were changed or cut.
    #[error("the model file is damaged ({problem}); copy it again")]
    Damaged {
        /// What does not fit.
        problem: &'static str,
    },
    /// A length of vectors that the model was not trained for.
    #[error("vectors of {dimensions} elements are none of the model's 64, 128 or 256")]
    Cut {
        /// The length that was asked for.
        dimensions: usize,
    },
    /// Too little to learn from.
    #[error(
        "{pairs} pairs are too few to learn from, at least {least} are needed; use the built-in model"
    )]
    Corpus {
        /// Pairs of texts that the corpus has.
        pairs: usize,
        /// Pairs that training takes.
        least: usize,
    },
    /// A name of a space.
    #[error("space {name:?} is not 1 to 64 characters of a-z 0-9 . _ -")]
    Space {
        /// The name, cut at 64 characters.
        name: String,
    },
    /// A vector of another space, or cut.
    #[error("the vector has {actual} elements, the space {expected}; send one of {expected}")]
    Dimensions {
        /// Elements that the space has.
        expected: usize,
        /// Elements that were sent.
        actual: usize,
    },
    /// NaN or infinite.
    #[error("element {index} of the vector is not a finite number")]
    NotFinite {
        /// Position of the first such element, from 0.
        index: usize,
    },
    /// A vector without a direction.
    #[error("all {dimensions} elements of the vector are zero; leave the vector out instead")]
    Zero {
        /// Elements of the vector.
        dimensions: usize,
    },
    /// A setting of an embedder that cannot work.
    #[error("embedder: {problem}")]
    Settings {
        /// What is wrong, and what to do about it.
        problem: String,
    },
    /// The embedder cannot answer now; later it may.
    #[error("the embedder is unavailable: {reason}")]
    Unavailable {
        /// Why; never holds a text or a key.
        reason: String,
    },
    /// The embedder answers, but takes none of these texts.
    #[error("the embedder refused the texts: {reason}")]
    Refused {
        /// Why; never holds a text or a key.
        reason: String,
    },
}
