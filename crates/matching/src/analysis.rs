//! From records to terms, vectors and occupations: the one place where documents and
//! queries are read, so that both are read alike.

use std::collections::BTreeMap;
use std::sync::Arc;

use jobmatch_domain::{Facets, JobPosting, OccupationId, Profile};
use jobmatch_embed::Embedder;
use jobmatch_index::{Field, Fields, QueryTerm};
use jobmatch_store::Stored;
use jobmatch_text::{Analysis, Analyzer};

use crate::embedding::Draft;

/// Most distinct terms of one query; the heaviest are kept. A long resume has some 300.
const MAX_QUERY_TERMS: usize = 160;

/// Weight of a query term by where it stands in the query and in the document. The wish
/// says what a person wants now, the resume what was done before; a title says what the
/// work is, a text also what surrounds it. Set with `jobmatch eval` on the public half
/// of the test collection.
const FOCUS_WEIGHT: f32 = 3.0;
const DETAIL_WEIGHT: f32 = 0.6;
const FIELD_WEIGHTS: [(Field, f32); 4] = [
    (Field::TitleWords, 2.0),
    (Field::TitleGrams, 1.0),
    (Field::BodyWords, 1.0),
    (Field::BodyGrams, 0.4),
];

/// A text in two parts: what it is about, and the rest.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    /// Title of a posting, wishes of a person.
    pub(crate) focus: Analysis,
    /// Text and skills.
    pub(crate) detail: Analysis,
    /// Facts, with the occupations offered or wished for.
    pub(crate) facets: Facets,
}

/// Reads records and queries.
#[derive(Clone)]
pub struct Analyst {
    analyzer: Analyzer,
    embedder: Arc<dyn Embedder>,
    /// Texts of persons may leave this machine, see [`Analyst::sending_profiles`].
    pub(crate) sends_profiles: bool,
}

impl Analyst {
    /// An analyst of this analyser and embedder.
    pub fn new(analyzer: Analyzer, embedder: Arc<dyn Embedder>) -> Self {
        Self { analyzer, embedder, sends_profiles: false }
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

    /// Reads a posting.
    pub(crate) fn read_posting(&self, posting: &JobPosting) -> Reading {
        let mut detail = join(posting.skills.iter().map(|s| s.as_str()));
        detail.push('\n');
        detail.push_str(posting.description.as_str());
        let focus = self.analyzer.analyze(posting.title.as_str());
        let detail = self.analyzer.analyze(&detail);
        let named = self.occupation(posting.occupation.as_str());
        let occupations = match named {
            Some(occupation) => vec![occupation],
            None => first_told([&focus, &detail]),
        };
        let facets = Facets::of_posting(posting, &occupations);
        Reading { focus, detail, facets }
    }

    /// Reads a profile.
    pub(crate) fn read_profile(&self, profile: &Profile) -> Reading {
        let focus = join(profile.wanted.iter().map(|w| w.as_str()));
        let mut detail = join(profile.skills.iter().map(|s| s.as_str()));
        detail.push('\n');
        detail.push_str(profile.resume.as_str());
        let focus = self.analyzer.analyze(&focus);
        let detail = self.analyzer.analyze(&detail);
        let facets = Facets::of_profile(profile, &first_told([&focus, &detail]));
        Reading { focus, detail, facets }
    }

    /// A posting, read.
    pub(crate) fn posting_draft(&self, stored: &Stored<JobPosting>) -> Draft {
        Draft {
            id: stored.record.id.clone(),
            seq: stored.content_seq,
            reading: self.read_posting(&stored.record),
            own: stored.record.embedding.clone(),
            vector: None,
        }
    }

    /// A profile, read.
    pub(crate) fn profile_draft(&self, stored: &Stored<Profile>) -> Draft {
        Draft {
            id: stored.record.id.clone(),
            seq: stored.content_seq,
            reading: self.read_profile(&stored.record),
            own: stored.record.embedding.clone(),
            vector: None,
        }
    }

    /// The weighted terms of a query.
    pub(crate) fn query_terms(&self, reading: &Reading) -> Vec<QueryTerm> {
        let mut weights: BTreeMap<(Field, &str), f32> = BTreeMap::new();
        for (part, part_weight) in
            [(&reading.focus, FOCUS_WEIGHT), (&reading.detail, DETAIL_WEIGHT)]
        {
            for (field, field_weight) in FIELD_WEIGHTS {
                let terms = match field {
                    Field::TitleWords | Field::BodyWords => &part.words,
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
        terms.truncate(MAX_QUERY_TERMS);
        terms
    }
}

pub(crate) fn fields(reading: Reading) -> Fields {
    Fields {
        title_words: reading.focus.words,
        title_grams: reading.focus.grams,
        body_words: reading.detail.words,
        body_grams: reading.detail.grams,
    }
}

fn join<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    parts.collect::<Vec<_>>().join("，")
}

/// The occupations of the first part that names any; what is negated does not count.
fn first_told(parts: [&Analysis; 2]) -> Vec<OccupationId> {
    for part in parts {
        let mut told: Vec<_> = part
            .occupations
            .iter()
            .filter(|m| !m.negated)
            .map(|m| OccupationId(m.occupation.0))
            .collect();
        told.sort_unstable();
        told.dedup();
        if !told.is_empty() {
            return told;
        }
    }
    Vec::new()
}
