//! A text as the service sees it, for people who wonder why something matched.

use jobmatch_text::Analysis;

use crate::analysis::Analyst;

/// What was seen in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// Its terms.
    pub analysis: Analysis,
    /// The occupations named in it, in text order.
    pub occupations: Vec<SeenOccupation>,
    /// Version of dictionary and lexicon.
    pub version: String,
    /// What a short query is read as, where it was typed by sound.
    pub read_as: Option<String>,
}

/// An occupation named in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenOccupation {
    /// Canonical name.
    pub name: String,
    /// 职业分类大典 code; empty when none is on record.
    pub code: String,
    /// First byte in the normalised text.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// The text turns it down.
    pub negated: bool,
}

impl Analyst {
    /// Reads a text as documents and queries are read.
    pub fn describe(&self, text: &str) -> Described {
        let analysis = self.analyzer().analyze(text);
        let lexicon = self.analyzer().lexicon();
        let occupations = analysis
            .occupations
            .iter()
            .map(|mention| {
                let entry = lexicon.entry(mention.occupation);
                SeenOccupation {
                    name: entry.name.clone(),
                    code: entry.code.clone(),
                    start: mention.start,
                    end: mention.end,
                    negated: mention.negated,
                }
            })
            .collect();
        let version = self.analyzer().version().to_owned();
        Described { analysis, occupations, version, read_as: self.read_as(text) }
    }

    /// What a short query is read as, where it was typed by sound.
    pub(crate) fn read_as(&self, query: &str) -> Option<String> {
        let query = self.analyzer().read_query(query);
        (!query.spellings.is_empty()).then_some(query.read_as)
    }

    /// Version of dictionary and lexicon.
    pub fn analyzer_version(&self) -> &str {
        self.analyzer().version()
    }
}
