//! Identifiers: documents, sources, the position in the log.

use std::fmt;

use crate::error::Invalid;

/// One of the two collections that the service keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Collection {
    /// Job postings.
    Postings,
    /// Profiles of people.
    Profiles,
}

impl Collection {
    /// Both collections, postings first.
    pub const ALL: [Self; 2] = [Self::Postings, Self::Profiles];

    /// Name for folders, logs and metrics: `postings` or `profiles`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Postings => "postings",
            Self::Profiles => "profiles",
        }
    }
}

/// Position in the one durable log of the store. Rises by at least one with each
/// change; 0 is the empty store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Seq(pub u64);

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Id of a posting or profile: 1 to 64 characters of `[A-Za-z0-9._:-]` that do not
/// look like a phone or ID number. Ordered by bytes; ties in rankings fall to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId(Box<str>);

impl DocumentId {
    /// Most characters an id has.
    pub const MAX_LENGTH: usize = 64;

    /// Checks and takes an id.
    pub fn parse(value: &str) -> Result<Self, Invalid> {
        check_token(value, Self::MAX_LENGTH, "1 to 64 characters of A-Z a-z 0-9 . _ : -", b".:_-")?;
        if looks_personal(value) {
            return Err(Invalid::Personal);
        }
        Ok(Self(value.into()))
    }

    /// The id of a record that is known by its source only: `source:external_id`.
    pub fn from_source(source: &str, external_id: &str) -> Result<Self, Invalid> {
        Self::parse(&format!("{source}:{external_id}"))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a record comes from: a feed's name and the record's id there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Origin {
    source: String,
    external_id: String,
}

impl Origin {
    /// Checks both parts. Both may be empty; an external id needs a source.
    pub fn new(source: &str, external_id: &str) -> Result<Self, crate::Violation> {
        if !source.is_empty() {
            check_token(source, 32, "0 to 32 characters of A-Z a-z 0-9 . _ -", b"._-")
                .map_err(|e| e.at("source"))?;
        }
        if !external_id.is_empty() {
            if source.is_empty() {
                return Err(Invalid::Combination("needs source as well").at("external_id"));
            }
            let length = external_id.chars().count();
            if length > 64 {
                return Err(Invalid::TooLong { actual: length, max: 64, unit: "characters" }
                    .at("external_id"));
            }
            if looks_personal(external_id) {
                return Err(Invalid::Personal.at("external_id"));
            }
        }
        Ok(Self { source: source.into(), external_id: external_id.into() })
    }

    /// Name of the feed; empty when not told.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Id within the feed; empty when not told.
    pub fn external_id(&self) -> &str {
        &self.external_id
    }
}

/// The office that is responsible for a record; not the place of the job or person.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Owner {
    /// Division of the office.
    pub division: Option<crate::Division>,
    /// Opaque id of the station; empty when not told.
    station: String,
}

impl Owner {
    /// Checks the station's id: at most 64 characters, not personal.
    pub fn new(division: Option<crate::Division>, station: &str) -> Result<Self, crate::Violation> {
        if !station.is_empty() {
            check_token(station, 64, "at most 64 characters of A-Z a-z 0-9 . _ : -", b".:_-")
                .map_err(|e| e.at("station"))?;
            if looks_personal(station) {
                return Err(Invalid::Personal.at("station"));
            }
        }
        Ok(Self { division, station: station.into() })
    }

    /// Opaque id of the station; empty when not told.
    pub fn station(&self) -> &str {
        &self.station
    }
}

fn check_token(
    value: &str,
    max: usize,
    expected: &'static str,
    extra: &[u8],
) -> Result<(), Invalid> {
    if value.is_empty() {
        return Err(Invalid::Missing);
    }
    let fits = value.len() <= max
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || extra.contains(&b));
    if looks_personal(value) {
        return Err(Invalid::Personal);
    }
    if fits { Ok(()) } else { Err(Invalid::malformed(value, expected)) }
}

/// Whether an identifier is, or contains as its only long run of digits, a mainland
/// mobile number (11 digits from 13 to 19) or a resident ID number (18 characters,
/// GB 11643: valid birth date and check character; or 15 digits of the old form).
pub fn looks_personal(value: &str) -> bool {
    let compact: Vec<u8> = value
        .bytes()
        .filter(|b| !matches!(b, b'-' | b' ' | b'.' | b'_'))
        .map(|b| b.to_ascii_uppercase())
        .collect();
    let is_part = |b: &u8| b.is_ascii_digit() || *b == b'X';
    compact.split(|b| !is_part(b)).any(|run| is_mobile(run) || is_id_number(run))
}

fn is_mobile(run: &[u8]) -> bool {
    let national = match run.len() {
        11 => run,
        13 if run.starts_with(b"86") => &run[2..],
        15 if run.starts_with(b"0086") => &run[4..],
        _ => return false,
    };
    national[0] == b'1'
        && (b'3'..=b'9').contains(&national[1])
        && national.iter().all(u8::is_ascii_digit)
}

fn is_id_number(run: &[u8]) -> bool {
    let birth_date = match run.len() {
        18 if run[..17].iter().all(u8::is_ascii_digit) => &run[6..14],
        15 if run.iter().all(u8::is_ascii_digit) => &run[6..12],
        _ => return false,
    };
    let tail = &birth_date[birth_date.len() - 4..];
    let number = |d: &[u8]| (d[0] - b'0') * 10 + (d[1] - b'0');
    let plausible_date =
        (1..=12).contains(&number(&tail[..2])) && (1..=31).contains(&number(&tail[2..]));
    plausible_date && (b'1'..=b'8').contains(&run[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_take_the_plain_alphabet_only() {
        for good in ["A001", "zhaopin:CC12-9.x_y", "r000001"] {
            assert_eq!(DocumentId::parse(good).map(|i| i.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", "a b", "编号1", "a/b", &"x".repeat(65)] {
            assert!(DocumentId::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn ids_that_look_like_phones_or_id_numbers_are_refused() {
        for bad in ["13812345678", "p-138-1234-5678", "370102199003071234", "37010219900307123X"] {
            assert_eq!(DocumentId::parse(bad), Err(Invalid::Personal), "{bad}");
        }
        for good in ["20261123000001", "10000000001", "370102009000", "999999199003071234"] {
            assert!(DocumentId::parse(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn an_external_id_needs_its_source() {
        assert!(Origin::new("", "7").is_err());
        assert!(Origin::new("feed", "7").is_ok());
        assert!(Origin::new("", "").is_ok());
    }
}
