//! Texts with a least and greatest length.

use std::fmt;

use crate::error::Invalid;

/// A text of `MIN` to `MAX` characters (Unicode scalar values) after trimming.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text<const MIN: usize, const MAX: usize>(String);

impl<const MIN: usize, const MAX: usize> Text<MIN, MAX> {
    /// Trims and checks. The value is never repeated in the error.
    pub fn parse(value: &str) -> Result<Self, Invalid> {
        let trimmed = value.trim();
        let actual = trimmed.chars().count();
        if actual < MIN {
            return Err(Invalid::Missing);
        }
        if actual > MAX {
            return Err(Invalid::TooLong { actual, max: MAX, unit: "characters" });
        }
        Ok(Self(trimmed.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text after a change that cannot lengthen its meaning, such as
    /// redaction; cut at `MAX` characters where a replacement made it longer.
    #[must_use]
    pub fn map(&self, change: impl FnOnce(&str) -> String) -> Self {
        let changed = change(&self.0);
        if changed.chars().count() <= MAX {
            return Self(changed);
        }
        Self(changed.chars().take(MAX).collect())
    }
}

impl<const MAX: usize> Default for Text<0, MAX> {
    fn default() -> Self {
        Self(String::new())
    }
}

impl<const MIN: usize, const MAX: usize> fmt::Display for Text<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A title or an employer's name.
pub type Title = Text<1, 200>;
/// An optional name or wording.
pub type Name = Text<0, 200>;
/// A long free text.
pub type Body = Text<0, 20_000>;
/// A skill, wish or assistance group.
pub type Label = Text<1, 60>;
/// A benefit.
pub type Benefit = Text<1, 40>;

/// Parses a list of texts, naming the place of the first bad one: `skills[3]`.
pub fn parse_list<const MIN: usize, const MAX: usize>(
    path: &str,
    values: &[String],
    max_items: usize,
) -> Result<Vec<Text<MIN, MAX>>, crate::Violation> {
    if values.len() > max_items {
        return Err(
            Invalid::TooLong { actual: values.len(), max: max_items, unit: "items" }.at(path)
        );
    }
    values
        .iter()
        .enumerate()
        .map(|(i, v)| Text::parse(v).map_err(|e| e.at(format!("{path}[{i}]"))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_characters_after_trimming() {
        assert_eq!(Text::<1, 3>::parse("  洗碗工 ").map(|t| t.to_string()), Ok("洗碗工".into()));
        assert_eq!(
            Text::<1, 3>::parse("洗碗工人"),
            Err(Invalid::TooLong { actual: 4, max: 3, unit: "characters" })
        );
        assert_eq!(Text::<1, 3>::parse(" \t"), Err(Invalid::Missing));
    }
}
