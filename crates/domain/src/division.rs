//! Administrative divisions (行政区划) and their codes.

use std::fmt;
use std::sync::OnceLock;

use thiserror::Error;

use crate::geo::{Datum, Point};

static TABLE: &str = include_str!("../data/divisions.tsv");

/// Why a code was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DivisionError {
    /// Not 2, 4, 6, 9 or 12 digits.
    #[error("is {0:?}; give a division code of 2, 4, 6, 9 or 12 digits")]
    Malformed(String),
    /// Well formed, but no such division.
    #[error("is {code}, which is not a known division; the nearest known one is {nearest}")]
    Unknown {
        /// The code.
        code: String,
        /// Code and name of the nearest known ancestor, or `none`.
        nearest: String,
    },
}

/// Level of a division.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// 省级, 2 digits.
    Province,
    /// 地级, 4 digits.
    City,
    /// 县级, 6 digits.
    District,
    /// 乡级, 9 digits.
    Street,
    /// 村级, 12 digits.
    Village,
}

impl Level {
    fn digits(self) -> u32 {
        match self {
            Self::Province => 2,
            Self::City => 4,
            Self::District => 6,
            Self::Street => 9,
            Self::Village => 12,
        }
    }
}

/// A division that exists: the code is known to the 6 digits of its district, in
/// Shandong to the 9 of its street. Ordered by code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Division(u64);

impl Division {
    /// Takes a code of 2, 4, 6, 9 or 12 digits. Trailing zeros do not count:
    /// `370102` and `370102000000` are the same district.
    pub fn parse(code: &str) -> Result<Self, DivisionError> {
        let formed = matches!(code.len(), 2 | 4 | 6 | 9 | 12)
            && code.bytes().all(|b| b.is_ascii_digit())
            && !code.starts_with('0');
        if !formed {
            return Err(DivisionError::Malformed(code.chars().take(20).collect()));
        }
        let number: u64 = code.parse().unwrap_or(0);
        let division = Self(number * 10u64.pow(12 - code.len() as u32));
        if division.is_known() {
            return Ok(division);
        }
        let mut ancestor = division;
        let nearest = loop {
            match ancestor.parent() {
                Some(parent) if parent.entry().is_some() => {
                    break format!("{} {}", parent.short(), parent.full_name());
                }
                Some(parent) => ancestor = parent,
                None => break "none".into(),
            }
        };
        Err(DivisionError::Unknown { code: code.into(), nearest })
    }

    /// Every division on record, by code: districts of the country, streets of Shandong.
    pub fn all() -> impl Iterator<Item = Self> {
        table().iter().map(|e| Self(e.code))
    }

    /// The smallest level that the code tells.
    pub fn level(self) -> Level {
        [Level::Province, Level::City, Level::District, Level::Street]
            .into_iter()
            .find(|level| self.0.is_multiple_of(10u64.pow(12 - level.digits())))
            .unwrap_or(Level::Village)
    }

    /// Whether `other` is this division or lies in it.
    pub fn contains(self, other: Self) -> bool {
        other.cut(self.level()) == self
    }

    /// The division one level up; `None` for a province.
    pub fn parent(self) -> Option<Self> {
        let up = match self.level() {
            Level::Province => return None,
            Level::City => Level::Province,
            Level::District => Level::City,
            Level::Street => Level::District,
            Level::Village => Level::Street,
        };
        Some(self.cut(up))
    }

    /// The code without trailing zeros, at the digits of its level.
    pub fn short(self) -> String {
        let digits = self.level().digits();
        (self.0 / 10u64.pow(12 - digits)).to_string()
    }

    /// Name of the division itself; of its street for a village.
    pub fn name(self) -> Option<&'static str> {
        match self.level() {
            Level::Village => self.parent()?.name(),
            Level::Province | Level::City | Level::District | Level::Street => {
                self.entry().map(|e| e.name)
            }
        }
    }

    /// Names from the province down: `山东省济南市历下区解放路街道`.
    pub fn full_name(self) -> String {
        let mut names = Vec::new();
        let mut at = Some(self);
        while let Some(division) = at {
            let name = division.entry().map(|e| e.name);
            // Placeholders of the code system, not places.
            let placeholder = ["市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"];
            if let Some(name) = name.filter(|n| !placeholder.contains(n)) {
                names.push(name);
            }
            at = division.parent();
        }
        names.dedup();
        names.reverse();
        names.concat()
    }

    /// The three digits of its street or town, 0 above that level.
    pub(crate) fn street_number(self) -> u64 {
        self.0 / 1000 % 1000
    }

    /// Its own centre, where that is on record: cities and districts of Shandong.
    pub fn own_centre(self) -> Option<Point> {
        self.entry().and_then(|e| e.centre)
    }

    /// Centre of the district (or city) that it lies in; known for Shandong.
    pub fn centre(self) -> Option<Point> {
        let mut at = self;
        loop {
            if let Some(centre) = at.own_centre() {
                return Some(centre);
            }
            match at.level() {
                Level::Village | Level::Street | Level::District => at = at.parent()?,
                Level::Province | Level::City => return None,
            }
        }
    }

    fn cut(self, level: Level) -> Self {
        let unit = 10u64.pow(12 - level.digits());
        Self(self.0 / unit * unit)
    }

    fn is_known(self) -> bool {
        match self.level() {
            Level::Province | Level::City | Level::District => self.entry().is_some(),
            Level::Street | Level::Village => {
                let shandong = self.0 / 10u64.pow(10) == 37;
                let known_to = if shandong { Level::Street } else { Level::District };
                self.cut(known_to).entry().is_some()
            }
        }
    }

    fn entry(self) -> Option<&'static Entry> {
        let table = table();
        table.binary_search_by_key(&self.0, |e| e.code).ok().map(|i| &table[i])
    }
}

impl fmt::Display for Division {
    /// The 12-digit form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

#[derive(Debug)]
struct Entry {
    code: u64,
    name: &'static str,
    centre: Option<Point>,
}

fn table() -> &'static [Entry] {
    static PARSED: OnceLock<Vec<Entry>> = OnceLock::new();
    PARSED.get_or_init(|| {
        let mut entries: Vec<Entry> =
            TABLE.lines().filter(|l| !l.starts_with('#')).filter_map(parse_line).collect();
        // A province `37` and its form `370000000000` sort alike once padded.
        entries.sort_by_key(|e| e.code);
        entries
    })
}

fn parse_line(line: &'static str) -> Option<Entry> {
    let mut cells = line.split('\t');
    let code = cells.next()?;
    let name = cells.next()?;
    let number: u64 = code.parse().ok()?;
    let degrees =
        cells.next().and_then(|a| a.parse().ok()).zip(cells.next().and_then(|b| b.parse().ok()));
    let centre = degrees.and_then(|(lat, lon)| Point::new(lat, lon, Datum::Gcj02).ok());
    Some(Entry { code: number * 10u64.pow(12 - code.len() as u32), name, centre })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn division(code: &str) -> Division {
        Division::parse(code).unwrap()
    }

    #[test]
    fn the_table_is_whole_and_every_code_parses() {
        let lines = TABLE.lines().filter(|l| !l.starts_with('#')).count();
        assert_eq!(table().len(), lines);
        assert!(table().windows(2).all(|w| w[0].code < w[1].code));
        for line in TABLE.lines().filter(|l| !l.starts_with('#')) {
            let code = line.split('\t').next().unwrap();
            assert_eq!(division(code).short(), code);
        }
    }

    #[test]
    fn codes_of_all_lengths_name_the_same_district() {
        for code in ["370102", "370102000", "370102000000"] {
            assert_eq!(division(code).to_string(), "370102000000");
        }
        let village = division("370102001003");
        assert_eq!(village.level(), Level::Village);
        assert_eq!(village.full_name(), "山东省济南市历下区解放路街道");
        assert_eq!(division("441900").full_name(), "广东省东莞市");
        assert_eq!(division("110101").full_name(), "北京市东城区");
    }

    #[test]
    fn subtrees_contain_their_members_and_nothing_else() {
        assert!(division("37").contains(division("370102001")));
        assert!(division("3701").contains(division("370102")));
        assert!(division("370102").contains(division("370102")));
        assert!(!division("370102").contains(division("3701")));
        assert!(!division("370102").contains(division("370103")));
    }

    #[test]
    fn bad_codes_are_told_apart() {
        for bad in ["", "37010", "37010x", "３７", "0000", "370102001003999"] {
            assert!(matches!(Division::parse(bad), Err(DivisionError::Malformed(_))), "{bad}");
        }
        let error = Division::parse("370102999").unwrap_err().to_string();
        assert!(error.contains("370102 山东省济南市历下区"), "{error}");
        assert!(Division::parse("990000").is_err());
        // Streets outside Shandong are not on record; their district is.
        assert!(Division::parse("110101999").is_ok());
    }

    #[test]
    fn a_street_has_the_centre_of_its_district() {
        let centre = division("370102001").centre().unwrap();
        assert!(
            (centre.latitude() - 36.66).abs() < 0.02 && (centre.longitude() - 117.03).abs() < 0.02
        );
        assert_eq!(division("110101").centre(), None);
        assert_eq!(division("370102").own_centre(), Some(centre));
        assert_eq!(division("370102001").own_centre(), None);
    }
}
