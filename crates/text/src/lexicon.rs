//! The lexicon of work: occupations, their everyday names, and what lies near them.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};
use xxhash_rust::xxh3::xxh3_64;

use crate::error::TextError;
use crate::normalize::normalize;

static BUILT_IN: &str = include_str!("../data/lexicon/occupations.tsv");

/// What two occupations of one group share when neither names the other as a neighbour.
const SAME_GROUP: f32 = 0.3;

/// Words right before a mention that turn it down.
const NEGATIONS: [&str; 14] = [
    "不做",
    "不干",
    "不想做",
    "不想干",
    "不要",
    "不当",
    "不考虑",
    "不会",
    "没干过",
    "没做过",
    "除了",
    "不接",
    "不想当",
    "别给我介绍",
];

/// Number of an occupation within one version of the lexicon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OccupationId(pub u16);

/// One occupation.
#[derive(Debug, Clone, PartialEq)]
pub struct OccupationEntry {
    /// Canonical name.
    pub name: String,
    /// 职业分类大典 code; empty when none is on record.
    pub code: String,
    /// Group of kindred occupations.
    pub group: String,
    /// Everyday and dialect names, normalised.
    pub aliases: Vec<String>,
    /// Typical skills, tools and tasks.
    pub skills: Vec<String>,
    /// Certificates that are usually asked for.
    pub certificates: Vec<String>,
    /// What somebody of this occupation could do as well, with a weight of 0.1 to 0.9;
    /// sorted by id.
    pub neighbours: Vec<(OccupationId, f32)>,
}

/// An occupation named in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OccupationMention {
    /// Which.
    pub occupation: OccupationId,
    /// First byte in the normalised text.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// The text turns it down.
    pub negated: bool,
}

/// The lexicon.
#[derive(Debug)]
pub struct Lexicon {
    entries: Vec<OccupationEntry>,
    by_name: HashMap<String, OccupationId>,
    patterns: Vec<OccupationId>,
    automaton: AhoCorasick,
    version: String,
}

impl Lexicon {
    /// The lexicon that ships with the service, parsed once.
    pub fn built_in() -> &'static Self {
        static PARSED: OnceLock<Lexicon> = OnceLock::new();
        PARSED.get_or_init(|| {
            Self::parse(BUILT_IN).expect("the built-in lexicon is checked by a test")
        })
    }

    /// Parses and checks a lexicon: a header line, then seven tab-separated columns `name
    /// code group aliases skills certificates neighbours`; lists are separated by `|`,
    /// neighbours are `name:weight`, lines that start with `#` are comments.
    pub fn parse(tsv: &str) -> Result<Self, TextError> {
        let rows: Vec<(usize, Vec<&str>)> = tsv
            .lines()
            .enumerate()
            .skip(1)
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
            .map(|(i, line)| (i + 1, line.split('\t').collect()))
            .collect();
        let mut by_name: HashMap<String, OccupationId> = HashMap::new();
        let mut entries = Vec::with_capacity(rows.len());
        for (line, cells) in &rows {
            let id = OccupationId(entries.len() as u16);
            entries.push(parse_entry(*line, cells)?);
            let entry = &entries[entries.len() - 1];
            let names = std::iter::once(("name", normalize(&entry.name)))
                .chain((!entry.code.is_empty()).then(|| ("code", entry.code.clone())))
                .chain(entry.aliases.iter().map(|a| ("aliases", a.clone())));
            for (column, name) in names {
                if name.chars().count() < 2 {
                    return Err(fault(*line, column, format!("{name:?} is too short")));
                }
                if by_name.insert(name.clone(), id).is_some() {
                    return Err(fault(*line, column, format!("{name:?} stands twice")));
                }
            }
        }
        for (index, (line, cells)) in rows.iter().enumerate() {
            entries[index].neighbours = parse_neighbours(*line, cells[6], &by_name)?;
        }
        Ok(Self::assemble(entries, by_name, tsv))
    }

    fn assemble(
        entries: Vec<OccupationEntry>,
        by_name: HashMap<String, OccupationId>,
        tsv: &str,
    ) -> Self {
        // Codes are looked up, not sought in texts.
        let sorted: BTreeMap<&str, OccupationId> = by_name
            .iter()
            .filter(|(name, id)| **name != entries[usize::from(id.0)].code)
            .map(|(name, id)| (name.as_str(), *id))
            .collect();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(sorted.keys())
            .expect("a few thousand short names are within the automaton's limits");
        let patterns = sorted.into_values().collect();
        let version = format!("lexicon-{:08x}", xxh3_64(tsv.as_bytes()) as u32);
        Self { entries, by_name, patterns, automaton, version }
    }

    /// An occupation by canonical name, everyday name or code, in any spelling.
    pub fn by_name(&self, name: &str) -> Option<OccupationId> {
        self.by_name.get(&normalize(name)).copied()
    }

    /// The entry of an occupation.
    ///
    /// # Panics
    /// When the id is of another version of the lexicon and lies beyond this one.
    pub fn entry(&self, id: OccupationId) -> &OccupationEntry {
        &self.entries[usize::from(id.0)]
    }

    /// How well `offered` suits somebody who wants `wanted`: 1 for the same, the weight of
    /// a neighbour, 0.3 within a group, else 0.
    pub fn relatedness(&self, wanted: OccupationId, offered: OccupationId) -> f32 {
        if wanted == offered {
            return 1.0;
        }
        let from = self.entry(wanted);
        if let Ok(i) = from.neighbours.binary_search_by_key(&offered, |(id, _)| *id) {
            return from.neighbours[i].1;
        }
        if from.group == self.entry(offered).group { SAME_GROUP } else { 0.0 }
    }

    /// The occupation and its neighbours, best first, ties by id.
    pub fn expand(&self, id: OccupationId) -> Vec<(OccupationId, f32)> {
        let mut out = vec![(id, 1.0)];
        out.extend(&self.entry(id).neighbours);
        out.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        out
    }

    /// The occupations named in a normalised text: leftmost, then longest, not overlapping.
    pub fn mentions(&self, normalized: &str) -> Vec<OccupationMention> {
        self.automaton
            .find_iter(normalized)
            .map(|m| OccupationMention {
                occupation: self.patterns[m.pattern().as_usize()],
                start: m.start(),
                end: m.end(),
                negated: NEGATIONS.iter().any(|n| normalized[..m.start()].ends_with(n)),
            })
            .collect()
    }

    /// Every canonical and everyday name, in order of the entries.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().flat_map(|e| {
            std::iter::once(e.name.as_str()).chain(e.aliases.iter().map(String::as_str))
        })
    }

    /// The entries in order of id.
    pub fn entries(&self) -> &[OccupationEntry] {
        &self.entries
    }

    /// Number of occupations.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Digest of the data.
    pub fn version(&self) -> &str {
        &self.version
    }
}

fn parse_entry(line: usize, cells: &[&str]) -> Result<OccupationEntry, TextError> {
    if cells.len() != 7 {
        return Err(fault(line, "name", format!("{} columns in place of 7", cells.len())));
    }
    let list = |cell: &str| -> Vec<String> {
        cell.split('|').map(str::trim).filter(|s| !s.is_empty()).map(str::to_owned).collect()
    };
    Ok(OccupationEntry {
        name: cells[0].trim().to_owned(),
        code: cells[1].trim().to_owned(),
        group: cells[2].trim().to_owned(),
        aliases: list(cells[3]).iter().map(|a| normalize(a)).collect(),
        skills: list(cells[4]),
        certificates: list(cells[5]),
        neighbours: Vec::new(),
    })
}

fn parse_neighbours(
    line: usize,
    cell: &str,
    by_name: &HashMap<String, OccupationId>,
) -> Result<Vec<(OccupationId, f32)>, TextError> {
    let bad = |problem: String| fault(line, "neighbours", problem);
    let mut out = Vec::new();
    for item in cell.split('|').filter(|s| !s.is_empty()) {
        let (name, weight) =
            item.split_once(':').ok_or_else(|| bad(format!("{item:?} is not name:weight")))?;
        let id = by_name
            .get(&normalize(name))
            .ok_or_else(|| bad(format!("{name:?} is not in the lexicon")))?;
        let weight: f32 = weight.parse().map_err(|_| bad(format!("{weight:?} is no number")))?;
        if !(0.1..=0.9).contains(&weight) {
            return Err(bad(format!("weight {weight} of {name:?} is not within 0.1 to 0.9")));
        }
        out.push((*id, weight));
    }
    out.sort_by_key(|(id, _)| *id);
    if let Some(pair) = out.windows(2).find(|w| w[0].0 == w[1].0) {
        return Err(bad(format!("neighbour number {} stands twice", pair[0].0.0)));
    }
    Ok(out)
}

fn fault(line: usize, column: &'static str, problem: String) -> TextError {
    TextError::Lexicon { line, column, problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "name\tcode\tgroup\taliases\tskills\tcertificates\tneighbours\n\
        洗碗工\t\t后厨\t刷碗的|洗碗阿姨\t洗碗\t健康证\t保洁员:0.7\n\
        # a comment\n\
        切配工\t\t后厨\t配菜\t切配\t\t\n\
        保洁员\t4-09-08-01\t保洁\t打扫卫生\t\t\t\n";

    #[test]
    fn names_aliases_and_codes_find_the_occupation() {
        let lexicon = Lexicon::parse(SMALL).unwrap();
        let id = lexicon.by_name("刷碗的").unwrap();
        assert_eq!(lexicon.entry(id).name, "洗碗工");
        assert_eq!(lexicon.by_name("4-09-08-01"), lexicon.by_name("保潔員"));
        assert_eq!(lexicon.by_name("飞行员"), None);
    }

    #[test]
    fn relatedness_is_directed() {
        let lexicon = Lexicon::parse(SMALL).unwrap();
        let id = |name| lexicon.by_name(name).unwrap();
        assert_eq!(lexicon.relatedness(id("洗碗工"), id("洗碗工")), 1.0);
        assert_eq!(lexicon.relatedness(id("洗碗工"), id("保洁员")), 0.7);
        assert_eq!(lexicon.relatedness(id("保洁员"), id("洗碗工")), 0.0);
        assert_eq!(lexicon.relatedness(id("切配工"), id("洗碗工")), SAME_GROUP);
    }

    #[test]
    fn mentions_are_longest_and_know_a_no() {
        let lexicon = Lexicon::parse(SMALL).unwrap();
        let text = "招洗碗阿姨,不做保洁员";
        let found = lexicon.mentions(text);
        let seen: Vec<_> = found.iter().map(|m| (&text[m.start..m.end], m.negated)).collect();
        assert_eq!(seen, [("洗碗阿姨", false), ("保洁员", true)]);
    }

    #[test]
    fn a_faulty_lexicon_names_line_and_column() {
        let fault = |from: &str, to: &str| {
            Lexicon::parse(&SMALL.replace(from, to)).unwrap_err().to_string()
        };
        assert!(fault("保洁员:0.7", "飞行员:0.7").starts_with("lexicon line 2, column neighbours"));
        assert!(fault("保洁员:0.7", "保洁员:7").contains("weight 7"));
        assert!(fault("配菜", "刷碗的").starts_with("lexicon line 4, column aliases"));
        assert!(fault("切配工\t\t", "切配工\t").contains("6 columns"));
    }

    #[test]
    fn the_built_in_lexicon_knows_the_common_trades() {
        let lexicon = Lexicon::built_in();
        assert!(lexicon.len() > 140, "{}", lexicon.len());
        for name in ["保安", "洗碗工", "电焊工", "外卖骑手", "月嫂", "看大门的", "普工"]
        {
            assert!(lexicon.by_name(name).is_some(), "{name}");
        }
    }
}
