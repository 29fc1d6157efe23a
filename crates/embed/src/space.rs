//! Identity of a vector space.

use std::fmt;
use std::str::FromStr;

use crate::error::EmbedError;

/// Model digest and dimensions: `static-v2-3f2a9c10-256`. 1 to 64 characters of
/// `[a-z0-9._-]`. Vectors are comparable only within one space.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpaceId(String);

impl SpaceId {
    /// Checks a name. Error: [`EmbedError::Space`].
    pub fn parse(name: &str) -> Result<Self, EmbedError> {
        let is_part = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
        if (1..=64).contains(&name.len()) && name.bytes().all(is_part) {
            return Ok(Self(name.to_owned()));
        }
        Err(EmbedError::Space { name: name.chars().take(64).collect() })
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

impl FromStr for SpaceId {
    type Err = EmbedError;

    fn from_str(name: &str) -> Result<Self, EmbedError> {
        Self::parse(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_plain() {
        let longest = "a".repeat(64);
        for good in ["static-v2-3f2a9c10-256", "a", "bge_small.zh-512", &longest] {
            let space: SpaceId = good.parse().unwrap();
            assert_eq!((space.as_str(), space.to_string().as_str()), (good, good));
        }
        for bad in ["", "Static", "a b", "空间", "a/b", &"a".repeat(65)] {
            let expected = EmbedError::Space { name: bad.chars().take(64).collect() };
            assert_eq!(SpaceId::parse(bad), Err(expected));
        }
    }
}
