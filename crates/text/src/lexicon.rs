//! The lexicon of work: occupations, their everyday names, and what lies near them.

mod table;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use aho_corasick::{AhoCorasick, MatchKind};
use jobmatch_domain::PhysicalSet;
use xxhash_rust::xxh3::xxh3_64;

use self::table::Table;
use crate::error::TextError;
use crate::normalize::normalize;

/// The built-in files, in order: an occupation's number is its place in all of them.
static BUILT_IN: [(&str, &str); 5] = [
    ("occupations.tsv", include_str!("../data/lexicon/occupations.tsv")),
    ("metals_and_machines.tsv", include_str!("../data/lexicon/metals_and_machines.tsv")),
    ("materials_and_land.tsv", include_str!("../data/lexicon/materials_and_land.tsv")),
    ("engineering_and_office.tsv", include_str!("../data/lexicon/engineering_and_office.tsv")),
    ("public_and_services.tsv", include_str!("../data/lexicon/public_and_services.tsv")),
];

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

impl OccupationId {
    fn index(self) -> usize {
        usize::from(self.0)
    }
}

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
    /// Typical skills and tasks.
    pub skills: Vec<String>,
    /// Tools and machines.
    pub tools: Vec<String>,
    /// Certificates that are usually asked for.
    pub certificates: Vec<String>,
    /// What the work typically asks of the body.
    pub physical: PhysicalSet,
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
    /// The rows as read, for [`Lexicon::extended`].
    table: Table,
}

impl Lexicon {
    /// The lexicon that ships with the service, parsed once.
    pub fn built_in() -> &'static Arc<Self> {
        static PARSED: OnceLock<Arc<Lexicon>> = OnceLock::new();
        PARSED.get_or_init(|| {
            Arc::new(Self::of_files(&BUILT_IN).expect("the built-in lexicon is checked by a test"))
        })
    }

    /// Parses and checks a lexicon of one file in the format of `data/lexicon/README.md`.
    pub fn parse(tsv: &str) -> Result<Self, TextError> {
        Self::of_files(&[("lexicon", tsv)])
    }

    /// This lexicon with an operator's file behind its own. A row of a name that exists adds
    /// its everyday names, skills and tools to that occupation; other rows are new.
    pub fn extended(&self, tsv: &str) -> Result<Self, TextError> {
        let mut table = self.table.clone();
        table.read("operator", tsv)?;
        Self::of_table(table)
    }

    fn of_files(files: &[(&str, &str)]) -> Result<Self, TextError> {
        let mut table = Table::default();
        for (file, tsv) in files {
            table.read(file, tsv)?;
        }
        Self::of_table(table)
    }

    fn of_table(table: Table) -> Result<Self, TextError> {
        let mut linked = table.clone();
        linked.link()?;
        let Table { entries, by_name, content, .. } = linked;
        // Codes are looked up, not sought in texts.
        let sorted: BTreeMap<&str, OccupationId> = by_name
            .iter()
            .filter(|(name, id)| **name != entries[id.index()].code)
            .map(|(name, id)| (name.as_str(), *id))
            .collect();
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(sorted.keys())
            .expect("some ten thousand short names are within the automaton's limits");
        let patterns = sorted.into_values().collect();
        let version = format!("lexicon-{:08x}", xxh3_64(content.as_bytes()) as u32);
        Ok(Self { entries, by_name, patterns, automaton, version, table })
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
        &self.entries[id.index()]
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
            .filter(|m| !is_cut_short(&normalized[..m.end()], &normalized[m.end()..]))
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

    /// Every canonical and everyday name with its occupation: canonical names first, then
    /// the everyday names, each in order of the entries.
    pub fn names_with_ids(&self) -> impl Iterator<Item = (&str, OccupationId)> {
        let numbered = || (0..).map(OccupationId).zip(&self.entries);
        let canonical = numbered().map(|(id, e)| (e.name.as_str(), id));
        let everyday =
            numbered().flat_map(|(id, e)| e.aliases.iter().map(move |a| (a.as_str(), id)));
        canonical.chain(everyday)
    }

    /// The entries in order of id.
    pub fn entries(&self) -> &[OccupationEntry] {
        &self.entries
    }

    /// How many of the first occupations are everyday work: those of the first file.
    pub fn everyday(&self) -> usize {
        self.table.everyday
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

/// Whether a name that ends in 工 goes on as another word: 防腐工 in 防腐工程.
fn is_cut_short(up_to: &str, rest: &str) -> bool {
    up_to.ends_with('工')
        && rest.starts_with(['程', '艺', '资', '时', '龄', '具', '序', '件', '伤'])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "name\tcode\tgroup\taliases\tskills\ttools\tcertificates\tphysical\tneighbours\n\
        洗碗工\t\t后厨\t刷碗的|洗碗阿姨\t洗碗\t洗碗机\t健康证\tstanding|wet\t保洁员:0.7\n\
        # a comment\n\
        切配工\t\t后厨\t配菜\t切配\t\t\t\t\n\
        保洁员\t4-09-08-01\t保洁\t打扫卫生\t\t\t\t\t\n";

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
    fn a_trade_does_not_lie_in_a_longer_word() {
        let lexicon = Lexicon::parse(SMALL).unwrap();
        assert!(lexicon.mentions("洗碗工具").is_empty());
        assert_eq!(lexicon.mentions("洗碗工两名").len(), 1);
    }

    #[test]
    fn a_faulty_lexicon_names_line_and_column() {
        let fault = |from: &str, to: &str| {
            Lexicon::parse(&SMALL.replace(from, to)).unwrap_err().to_string()
        };
        assert!(
            fault("保洁员:0.7", "飞行员:0.7").starts_with("lexicon, line 2, column neighbours")
        );
        assert!(fault("保洁员:0.7", "保洁员:7").contains("weight 7"));
        assert!(fault("保洁员:0.7", "刷碗的:0.7").contains("its own neighbour"));
        assert!(fault("配菜", "刷碗的").starts_with("lexicon, line 4, column aliases"));
        assert!(fault("切配工\t\t", "切配工\t").contains("8 columns"));
        assert!(fault("standing", "flying").contains("column physical"));
    }

    #[test]
    fn an_operator_adds_names_and_trades() {
        let file = "header\n\
            洗碗工\t\t\t洗盘婆婆\t\t\t\t\t\n\
            糖画师\t\t摊贩\t画糖人的\t熬糖\t铜勺\t\tstanding\t洗碗工:0.2\n";
        let lexicon = Lexicon::parse(SMALL).unwrap();
        let more = lexicon.extended(file).unwrap();
        assert_eq!(more.by_name("洗盘婆婆"), lexicon.by_name("洗碗工"));
        let new = more.by_name("画糖人的").unwrap();
        assert_eq!(more.relatedness(new, more.by_name("洗碗工").unwrap()), 0.2);
        assert_eq!(more.entry(more.by_name("洗碗工").unwrap()).aliases.len(), 3);
        assert_ne!(more.version(), lexicon.version());
        let clash = file.replace("洗盘婆婆", "配菜");
        let message = lexicon.extended(&clash).unwrap_err().to_string();
        assert!(message.starts_with("operator, line 2, column aliases"), "{message}");
    }

    #[test]
    fn the_built_in_lexicon_knows_the_common_trades() {
        let lexicon = Lexicon::built_in();
        assert!(lexicon.len() >= 1_500, "{}", lexicon.len());
        let everyday = lexicon.entries().iter().map(|e| e.aliases.len()).sum::<usize>();
        assert!(everyday >= 8_000, "{everyday}");
        let bare = |e: &&OccupationEntry| e.neighbours.is_empty() || e.skills.len() < 3;
        assert_eq!(lexicon.entries().iter().find(bare).map(|e| &e.name), None);
        for name in ["保安", "洗碗工", "电焊工", "外卖骑手", "月嫂", "看大门的", "普工"]
        {
            assert!(lexicon.by_name(name).is_some(), "{name}");
        }
    }
}
