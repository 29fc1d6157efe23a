//! From readings to terms and vectors: what the engine keeps of a document and what it is
//! asked with.

use std::collections::BTreeMap;
use std::sync::Arc;

use jobmatch_domain::{JobPosting, OccupationId, Profile};
use jobmatch_embed::Embedder;
use jobmatch_index::{Field, Fields, QueryTerm};
use jobmatch_store::Stored;
use jobmatch_text::Analyzer;

use crate::embedding::Draft;
use crate::reading::Reading;
use crate::terms::{condition_term, occupation_term};

/// Most terms of one query whose rarity is looked up; the heaviest are kept. With those of
/// occupations and conditions they are fewer than the index looks up. A long resume has some 300.
const MAX_LOOKED_UP: usize = 768;

/// Weight of a query term by where it stands in the query and in the document. The wish
/// says what a person wants now, the resume what was done before. The body holds the title
/// as well: one field with all words ranks better than a mix of two (a word counts once,
/// wherever it stands), and the title only adds a little. Set on the public half of the test
/// collection.
const FOCUS_WEIGHT: f32 = 3.0;
const DETAIL_WEIGHT: f32 = 1.0;
const FIELD_WEIGHTS: [(Field, f32); 4] = [
    (Field::TitleWords, 0.2),
    (Field::TitleGrams, 0.2),
    (Field::BodyWords, 1.0),
    (Field::BodyGrams, 0.4),
];

/// Weight of the wished occupation as a term of its own; kindred ones weigh as much less as
/// they are less suitable. It brings jobs that say the same work in other words, and is
/// small beside the words: how good they are is the occupation factor's to say.
const OCCUPATION_WEIGHT: f32 = 1.0;
/// Weight of a condition wished for in a query of a few words, which are all meant, and of one
/// that stands beside a resume.
const ASKED_CONDITION_WEIGHT: f32 = 8.0;
const CONDITION_WEIGHT: f32 = 3.0;
/// Most occupations of a wish that are looked for so.
const MAX_WISHED: usize = 6;

/// Terms of a question that are scored: nDCG@10 of the test collection is what it is with all of
/// them; with 96 it is .001 less (`benches/README.md`, Terms of a question).
const MOST_TERMS: usize = 128;

/// What is read from texts, which is everything unless its worth is being measured, and how much
/// of a question is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadingOptions {
    /// Queries ask for character n-grams beside words.
    pub characters: bool,
    /// Gaps of a record are filled from what its text says.
    pub facts: bool,
    /// So many terms of a question at most are scored, those that tell most.
    pub most_terms: usize,
}

impl Default for ReadingOptions {
    fn default() -> Self {
        Self { characters: true, facts: true, most_terms: MOST_TERMS }
    }
}

/// Reads records and queries.
#[derive(Clone)]
pub struct Analyst {
    analyzer: Analyzer,
    embedder: Arc<dyn Embedder>,
    pub(crate) options: ReadingOptions,
    /// Texts of persons may leave this machine, see [`Analyst::sending_profiles`].
    pub(crate) sends_profiles: bool,
}

impl Analyst {
    /// An analyst of this analyser and embedder.
    pub fn new(analyzer: Analyzer, embedder: Arc<dyn Embedder>, options: ReadingOptions) -> Self {
        Self { analyzer, embedder, options, sends_profiles: false }
    }

    /// Allows an embedder that is not on this machine to get the texts of profiles and of
    /// persons' questions, redacted; without it, it gets those of postings only.
    pub fn sending_profiles(mut self, allowed: bool) -> Self {
        self.sends_profiles = allowed;
        self
    }

    /// The analyser.
    pub fn analyzer(&self) -> &Analyzer {
        &self.analyzer
    }

    /// The embedder.
    pub fn embedder(&self) -> &dyn Embedder {
        self.embedder.as_ref()
    }

    /// An occupation by its canonical name, an everyday name or its code.
    pub fn occupation(&self, name: &str) -> Option<OccupationId> {
        self.analyzer.lexicon().by_name(name).map(|id| OccupationId(id.0))
    }

    /// The name of an occupation of the lexicon in use.
    pub fn occupation_name(&self, id: OccupationId) -> &str {
        &self.analyzer.lexicon().entry(jobmatch_text::OccupationId(id.0)).name
    }

    /// A posting, read.
    pub(crate) fn posting_draft(&self, stored: &Stored<JobPosting>) -> Draft {
        Draft {
            id: stored.record.id.clone(),
            seq: stored.content_seq,
            reading: self.read_posting(&stored.record, stored.updated.date()),
            own: stored.record.embedding.clone(),
            vector: None,
        }
    }

    /// A profile, read.
    pub(crate) fn profile_draft(&self, stored: &Stored<Profile>) -> Draft {
        Draft {
            id: stored.record.id.clone(),
            seq: stored.content_seq,
            reading: self.read_listed_profile(&stored.record, stored.updated.date()),
            own: stored.record.embedding.clone(),
            vector: None,
        }
    }

    /// The weighted terms of a query.
    pub(crate) fn query_terms(&self, reading: &Reading) -> Vec<QueryTerm> {
        let mut weights: BTreeMap<(Field, &str), f32> = BTreeMap::new();
        // What stands beside the wish is not sought in titles.
        let parts = [(&reading.focus, FOCUS_WEIGHT, true), (&reading.detail, DETAIL_WEIGHT, false)];
        for (part, part_weight, in_titles) in parts {
            for (field, field_weight) in FIELD_WEIGHTS {
                if matches!(field, Field::TitleWords | Field::TitleGrams) && !in_titles {
                    continue;
                }
                let terms = match field {
                    Field::TitleWords | Field::BodyWords => &part.words,
                    Field::TitleGrams | Field::BodyGrams if !self.options.characters => continue,
                    Field::TitleGrams | Field::BodyGrams => &part.grams,
                };
                for term in terms {
                    // The strongest place of a term counts once: repeating a word in a
                    // resume doesn't make it the wish.
                    let weight = weights.entry((field, term)).or_default();
                    *weight = weight.max(part_weight * field_weight);
                }
            }
        }
        let mut terms: Vec<QueryTerm> = weights
            .into_iter()
            .map(|((field, text), weight)| QueryTerm { field, text: text.to_owned(), weight })
            .collect();
        // Stable, so equal weights stay in order of field and text.
        terms.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        terms.truncate(MAX_LOOKED_UP);
        terms.extend(self.occupation_terms(&reading.facets.occupations));
        let terse = reading.detail.words.is_empty();
        let weight = if terse { ASKED_CONDITION_WEIGHT } else { CONDITION_WEIGHT };
        terms.extend(reading.conditions.iter().map(|name| QueryTerm {
            field: Field::TitleWords,
            text: condition_term(name),
            weight,
        }));
        terms
    }

    /// The wished occupations and their neighbours as terms.
    fn occupation_terms(&self, wished: &[OccupationId]) -> Vec<QueryTerm> {
        let mut best: BTreeMap<OccupationId, f32> = BTreeMap::new();
        for wish in wished.iter().take(MAX_WISHED) {
            for (id, weight) in self.analyzer.lexicon().expand(jobmatch_text::OccupationId(wish.0))
            {
                let known = best.entry(OccupationId(id.0)).or_default();
                *known = known.max(weight);
            }
        }
        let term = |(id, weight)| QueryTerm {
            field: Field::TitleWords,
            text: occupation_term(id),
            weight: OCCUPATION_WEIGHT * weight,
        };
        best.into_iter().map(term).collect()
    }
}

pub(crate) fn fields(reading: Reading) -> Fields {
    let Reading { focus, detail, facets, conditions } = reading;
    let mut title_words = focus.words.clone();
    title_words.extend(facets.occupations.iter().map(|id| occupation_term(*id)));
    title_words.extend(conditions.iter().map(|name| condition_term(name)));
    Fields {
        title_words,
        title_grams: focus.grams.clone(),
        body_words: [focus.words, detail.words].concat(),
        body_grams: [focus.grams, detail.grams].concat(),
    }
}
