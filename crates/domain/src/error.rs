//! What can be wrong with a value, and where.

use thiserror::Error;

/// Why a value was refused. Messages name the value where it is not free text
/// (never personal data) and say what would be accepted.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Invalid {
    /// A required value is absent or blank.
    #[error("is required; give a value")]
    Missing,
    /// A text or list is too long.
    #[error("has {actual} {unit}; at most {max} are accepted")]
    TooLong {
        /// Length found.
        actual: usize,
        /// Greatest length accepted.
        max: usize,
        /// What is counted: `characters`, `items`.
        unit: &'static str,
    },
    /// A number outside its range.
    #[error("is {value}; give a number from {min} to {max}")]
    OutOfRange {
        /// The number, as text.
        value: String,
        /// Least accepted.
        min: String,
        /// Greatest accepted.
        max: String,
    },
    /// NaN or an infinity.
    #[error("is not a finite number")]
    NotFinite,
    /// Text that does not have the form asked for.
    #[error("is {value:?}; expected {expected}")]
    Malformed {
        /// The text, shortened to 40 characters.
        value: String,
        /// The form that is accepted.
        expected: &'static str,
    },
    /// A value that is not among the known ones.
    #[error("is {value:?}, which is not a known {what}")]
    Unknown {
        /// The value, shortened to 40 characters.
        value: String,
        /// What was looked up.
        what: &'static str,
    },
    /// An end that lies before its start, or a maximum below its minimum.
    #[error("must not lie {relation} {other}")]
    Order {
        /// `before`, `below`, `above`.
        relation: &'static str,
        /// Path of the field that it is compared with.
        other: &'static str,
    },
    /// An identifier that looks like a phone or ID number. The value is not repeated.
    #[error("looks like a phone or ID number; use an opaque id")]
    Personal,
    /// A vector whose elements are all zero.
    #[error("is a zero vector, which has no direction")]
    ZeroVector,
    /// A vector of the wrong length.
    #[error("has {actual} dimensions; this space has {expected}")]
    WrongDimensions {
        /// Length found.
        actual: usize,
        /// Length of the space.
        expected: usize,
    },
    /// A wrong combination of fields.
    #[error("{0}")]
    Combination(&'static str),
    /// A division code.
    #[error(transparent)]
    Division(#[from] crate::division::DivisionError),
    /// A certificate's name.
    #[error(transparent)]
    Certificate(#[from] crate::certificate::CertificateError),
    /// A coordinate.
    #[error(transparent)]
    Geo(#[from] crate::geo::GeoError),
}

impl Invalid {
    /// [`Invalid::Malformed`] with the value shortened.
    pub fn malformed(value: &str, expected: &'static str) -> Self {
        Self::Malformed { value: shorten(value), expected }
    }

    /// [`Invalid::Unknown`] with the value shortened.
    pub fn unknown(value: &str, what: &'static str) -> Self {
        Self::Unknown { value: shorten(value), what }
    }

    /// [`Invalid::OutOfRange`] of anything that prints.
    pub fn range(value: impl ToString, min: impl ToString, max: impl ToString) -> Self {
        Self::OutOfRange { value: value.to_string(), min: min.to_string(), max: max.to_string() }
    }

    /// The same fault, at a path.
    pub fn at(self, path: impl Into<String>) -> Violation {
        Violation { path: path.into(), invalid: self }
    }
}

fn shorten(value: &str) -> String {
    value.chars().take(40).collect()
}

/// A value that was refused, with the path of its field (`posting.pay.min_yuan`).
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{path} {invalid}")]
pub struct Violation {
    /// Dotted path from the top of the request; list items as `shifts[2]`.
    pub path: String,
    /// What is wrong with it.
    #[source]
    pub invalid: Invalid,
}

impl Violation {
    /// The same fault seen from the message that contains this one.
    #[must_use]
    pub fn within(mut self, parent: &str) -> Self {
        self.path = format!("{parent}.{}", self.path);
        self
    }
}
