//! Identity of a vector space.

use std::fmt;

use crate::error::EmbedError;

/// Model and dimensions: `static-1-3f2a9c10-256`. 1 to 64 characters of `[a-z0-9._-]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpaceId(String);

impl SpaceId {
    /// Checks a name.
    pub fn parse(name: &str) -> Result<Self, EmbedError> {
        let is_part = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
        if (1..=64).contains(&name.len()) && name.bytes().all(is_part) {
            return Ok(Self(name.to_owned()));
        }
        Err(EmbedError::Space {
            name: name.chars().take(64).collect(),
        })
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SpaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
