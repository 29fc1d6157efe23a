//! What can be wrong with a dictionary or lexicon.

use thiserror::Error;

/// A dictionary or lexicon that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TextError {
    /// A line of a lexicon file.
    #[error("{file}, line {line}, column {column}: {problem}")]
    Lexicon {
        /// Name of the file.
        file: String,
        /// Number of the line, from 1.
        line: usize,
        /// Name of the column.
        column: &'static str,
        /// What is wrong and with which word.
        problem: String,
    },
    /// A word that an operator added.
    #[error("user word {word:?} is empty or longer than 40 characters; leave it out")]
    UserWord {
        /// The word, shortened.
        word: String,
    },
}
