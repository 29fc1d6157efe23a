//! What can go wrong with a model.

use thiserror::Error;

/// A model that cannot be used, or a text that could not be embedded.
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
    /// A name of a space.
    #[error("space {name:?} is not 1 to 64 characters of a-z 0-9 . _ -")]
    Space {
        /// The name.
        name: String,
    },
}
