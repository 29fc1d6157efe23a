//! Certificates and licences, and which covers which.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use thiserror::Error;

static TABLE: &str = include_str!("../data/certificates.tsv");

/// Why a name was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("has {length} characters; give the name of a certificate of 1 to 40 characters")]
pub struct CertificateError {
    /// Characters found after trimming.
    pub length: usize,
}

/// A certificate by its canonical name. Names that the table does not know are kept as
/// they are and cover only themselves. Ordered by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Certificate(Box<str>);

impl Certificate {
    /// Takes a name in any of its usual forms (`C1驾驶证`, `健康证明`).
    pub fn parse(name: &str) -> Result<Self, CertificateError> {
        let folded = fold(name);
        let length = folded.chars().count();
        if !(1..=40).contains(&length) {
            return Err(CertificateError { length });
        }
        Ok(match lookup(&folded) {
            Some(entry) => Self(entry.name.into()),
            None => Self(folded.into()),
        })
    }

    /// Every name on record, canonical and other, in order of the table.
    pub fn names() -> impl Iterator<Item = &'static str> {
        rows().flat_map(|[name, aliases, _, _]| {
            std::iter::once(name).chain(aliases.split('|').filter(|s| !s.is_empty()))
        })
    }

    /// The canonical name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether holding this one satisfies a demand for `demanded`.
    pub fn covers(&self, demanded: &Self) -> bool {
        self == demanded || lookup(&self.0).is_some_and(|e| e.covers.contains(&demanded.as_str()))
    }

    /// Whether it is got within days by anybody (健康证), so that lacking it is a
    /// matter of a visit rather than of training.
    pub fn is_quickly_obtained(&self) -> bool {
        lookup(&self.0).is_some_and(|e| e.quick)
    }
}

impl fmt::Display for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A set of certificates, sorted by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CertificateSet(Arc<[Certificate]>);

impl CertificateSet {
    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The members in order.
    pub fn iter(&self) -> impl Iterator<Item = &Certificate> {
        self.0.iter()
    }

    /// Whether a member covers the demand.
    pub fn holds(&self, demanded: &Certificate) -> bool {
        self.0.iter().any(|held| held.covers(demanded))
    }

    /// The demands that no member covers, in order.
    pub fn missing<'a>(&self, demanded: &'a Self) -> Vec<&'a Certificate> {
        demanded.iter().filter(|d| !self.holds(d)).collect()
    }
}

impl FromIterator<Certificate> for CertificateSet {
    fn from_iter<I: IntoIterator<Item = Certificate>>(certificates: I) -> Self {
        let mut members: Vec<_> = certificates.into_iter().collect();
        members.sort_unstable();
        members.dedup();
        Self(members.into())
    }
}

struct Entry {
    name: &'static str,
    covers: Vec<&'static str>,
    quick: bool,
}

/// Upper case, half width, without white space.
fn fold(name: &str) -> String {
    name.chars()
        .map(|c| match u32::from(c) {
            full @ 0xFF01..=0xFF5E => char::from_u32(full - 0xFEE0).unwrap_or(c),
            _ => c,
        })
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// Cells of the table's rows: name, other names, covers, days.
fn rows() -> impl Iterator<Item = [&'static str; 4]> {
    TABLE
        .lines()
        .filter(|l| !l.starts_with('#'))
        .filter_map(|line| line.split('\t').collect::<Vec<_>>().try_into().ok())
}

fn lookup(folded: &str) -> Option<&'static Entry> {
    static PARSED: OnceLock<(Vec<Entry>, HashMap<String, usize>)> = OnceLock::new();
    let (entries, by_name) = PARSED.get_or_init(|| {
        let mut entries = Vec::new();
        let mut by_name = HashMap::new();
        for [name, aliases, covers, days] in rows() {
            let list = |cell: &'static str| cell.split('|').filter(|s| !s.is_empty());
            for alias in std::iter::once(name).chain(list(aliases)) {
                by_name.insert(fold(alias), entries.len());
            }
            entries.push(Entry { name, covers: list(covers).collect(), quick: !days.is_empty() });
        }
        (entries, by_name)
    });
    by_name.get(folded).map(|i| &entries[*i])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(name: &str) -> Certificate {
        Certificate::parse(name).unwrap()
    }

    #[test]
    fn the_table_has_four_columns_unique_names_and_known_covers() {
        let rows: Vec<Vec<&str>> = TABLE
            .lines()
            .filter(|l| !l.starts_with('#'))
            .map(|l| l.split('\t').collect())
            .collect();
        let mut names: Vec<String> = Vec::new();
        for row in &rows {
            assert_eq!(row.len(), 4, "{row:?}");
            names.push(fold(row[0]));
            names.extend(row[1].split('|').filter(|s| !s.is_empty()).map(fold));
        }
        let total = names.len();
        names.sort();
        for pair in names.windows(2) {
            assert_ne!(pair[0], pair[1]);
        }
        assert_eq!(names.len(), total);
        for covered in rows.iter().flat_map(|r| r[2].split('|')).filter(|s| !s.is_empty()) {
            assert!(rows.iter().any(|r| r[0] == covered), "{covered}");
        }
    }

    #[test]
    fn names_come_in_many_forms() {
        for (given, canonical) in [
            ("c1驾驶证", "C1"),
            ("Ｃ１", "C1"),
            ("健康证明", "健康证"),
            ("N1 叉车证", "叉车证"),
            (" 低压电工证 ", "电工证"),
            ("某某厂内部证", "某某厂内部证"),
        ] {
            assert_eq!(certificate(given).as_str(), canonical);
        }
        assert!(Certificate::parse("  ").is_err());
        assert!(Certificate::parse(&"证".repeat(41)).is_err());
    }

    #[test]
    fn licences_cover_downwards_only() {
        let covers = |a, b| certificate(a).covers(&certificate(b));
        assert!(covers("A2", "B2") && covers("B2", "C1") && covers("A1", "A3"));
        assert!(covers("高压电工证", "低压电工证"));
        assert!(!covers("C1", "B2") && !covers("A2", "A1") && !covers("C2", "C1"));
        let held: CertificateSet = [certificate("B2")].into_iter().collect();
        let demanded: CertificateSet =
            [certificate("C1"), certificate("叉车证")].into_iter().collect();
        assert_eq!(held.missing(&demanded), [&certificate("叉车证")]);
    }
}
