//! What is compared: directions, modes, rankers; and one run of each.

use std::path::Path;

use jobmatch_domain::matching::{
    FactorKind, Job, Legs, MatchOptions, MatchPage, MatchPostings, MatchProfiles, Multipliers,
    Person,
};
use jobmatch_domain::{DocumentId, Filter, Modes};
use jobmatch_matching::{Service, ServiceOptions};
use jobmatch_proto::matching::Context;
use jobmatch_proto::v1;

use super::collection::{Collection, by_id};
use super::measures::Run;
use crate::failure::Failure;

/// Who is ranked for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    PersonToJob,
    JobToPerson,
}

impl Direction {
    pub(crate) const ALL: [Self; 2] = [Self::PersonToJob, Self::JobToPerson];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::PersonToJob => "person_to_job",
            Self::JobToPerson => "job_to_person",
        }
    }
}

/// What the service sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mode {
    Structured,
    FreeTextPerson,
    TextOnly,
}

impl Mode {
    pub(crate) const ALL: [Self; 3] = [Self::Structured, Self::FreeTextPerson, Self::TextOnly];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Structured => "structured",
            Self::FreeTextPerson => "free_text_person",
            Self::TextOnly => "text_only",
        }
    }
}

/// The part of the service that an ablation leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Without {
    Nothing,
    Lexicon,
    Embedder,
    Constraints,
    Characters,
    Parser,
}

impl Without {
    pub(crate) const ALL: [Self; 6] = [
        Self::Nothing,
        Self::Lexicon,
        Self::Embedder,
        Self::Constraints,
        Self::Characters,
        Self::Parser,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Nothing => "everything",
            Self::Lexicon => "no_lexicon",
            Self::Embedder => "no_embedder",
            Self::Constraints => "no_constraints",
            Self::Characters => "no_characters",
            Self::Parser => "no_parser",
        }
    }

    /// Leaves the part out of a service.
    pub(crate) fn apply(self, options: &mut ServiceOptions) {
        match self {
            Self::Lexicon => options.analyzer.no_built_in_lexicon = true,
            Self::Characters => options.reading.characters = false,
            Self::Parser => options.reading.facts = false,
            Self::Nothing | Self::Embedder | Self::Constraints => {}
        }
    }

    /// The ranker that leaves the part out of a request.
    pub(crate) fn ranker(self) -> Ranker {
        match self {
            Self::Embedder => Ranker::NoEmbedder,
            Self::Constraints => Ranker::NoConstraints,
            Self::Nothing | Self::Lexicon | Self::Characters | Self::Parser => Ranker::Fused,
        }
    }
}

/// How it ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ranker {
    LexicalOnly,
    VectorOnly,
    RulesOnly,
    Fused,
    NoEmbedder,
    NoConstraints,
}

impl Ranker {
    /// The rankers that are compared; the others are ablations.
    pub(crate) const ALL: [Self; 4] =
        [Self::LexicalOnly, Self::VectorOnly, Self::RulesOnly, Self::Fused];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::LexicalOnly => "lexical_only",
            Self::VectorOnly => "vector_only",
            Self::RulesOnly => "rules_only",
            Self::Fused => "fused",
            Self::NoEmbedder => "no_embedder",
            Self::NoConstraints => "no_constraints",
        }
    }

    /// Text rankers know no conditions but the binding ones; the rules know no text. Every
    /// judged document counts on its own, so none is folded or held back.
    pub(crate) fn options(self) -> MatchOptions {
        let none = Legs { lexical: false, vector: false, conditions: false };
        let base = MatchOptions {
            page_size: MatchOptions::MAX_PAGE_SIZE,
            max_per_employer: usize::MAX,
            keep_duplicates: true,
            ..MatchOptions::default()
        };
        match self {
            Self::LexicalOnly => MatchOptions {
                legs: Legs { lexical: true, ..none },
                multipliers: Multipliers::only(&[FactorKind::Lexical]),
                modes: Modes::only_binding(),
                ..base
            },
            Self::VectorOnly => MatchOptions {
                legs: Legs { vector: true, ..none },
                multipliers: Multipliers::only(&[FactorKind::Semantic]),
                modes: Modes::only_binding(),
                ..base
            },
            Self::RulesOnly => {
                let mut multipliers = Multipliers::default();
                for text in [
                    FactorKind::Lexical,
                    FactorKind::Semantic,
                    FactorKind::Occupation,
                    FactorKind::Skills,
                ] {
                    multipliers.0[text.index()] = 0.0;
                }
                MatchOptions { legs: Legs { conditions: true, ..none }, multipliers, ..base }
            }
            Self::Fused => base,
            Self::NoEmbedder => {
                let mut multipliers = Multipliers::default();
                multipliers.0[FactorKind::Semantic.index()] = 0.0;
                let legs = Legs { lexical: true, vector: false, conditions: true };
                MatchOptions { legs, multipliers, ..base }
            }
            Self::NoConstraints => MatchOptions { modes: Modes::only_binding(), ..base },
        }
    }
}

impl Collection {
    /// Ranks for every judged query.
    pub(crate) async fn run(
        &self,
        service: &Service,
        mode: Mode,
        direction: Direction,
        ranker: Ranker,
    ) -> Result<Run, Failure> {
        let pages = self.pages(service, mode, direction, ranker).await?;
        Ok(pages.into_iter().map(|(query, page)| (query, ranked(&page))).collect())
    }

    /// The answer to every judged query.
    pub(crate) async fn pages(
        &self,
        service: &Service,
        mode: Mode,
        direction: Direction,
        ranker: Ranker,
    ) -> Result<Vec<(String, MatchPage)>, Failure> {
        let profiles = by_id(&self.profiles);
        let mut pages = Vec::new();
        for query in self.judged(direction).into_keys() {
            let id =
                DocumentId::parse(&query).map_err(|e| Failure::new(format!("{query}: {e}")))?;
            let options = ranker.options();
            let filter = Filter::default();
            let page = match (direction, mode) {
                (Direction::JobToPerson, _) => {
                    let request = MatchProfiles { job: Job::Stored(id), filter, options };
                    service.matcher().match_profiles(request).await?
                }
                (Direction::PersonToJob, Mode::Structured) => {
                    let request = MatchPostings { person: Person::Stored(id), filter, options };
                    service.matcher().match_postings(request).await?
                }
                (Direction::PersonToJob, Mode::FreeTextPerson | Mode::TextOnly) => {
                    let Some(row) = profiles.get(query.as_str()) else {
                        continue;
                    };
                    let person = text_person(service, Self::text_query(row))?;
                    let request = MatchPostings { person, filter, options };
                    service.matcher().match_postings(request).await?
                }
            };
            pages.push((query, page));
        }
        Ok(pages)
    }
}

pub(crate) fn ranked(page: &MatchPage) -> Vec<(String, f64)> {
    // The place in the answer decides, also among equal scores.
    let count = page.matches.len() as f64;
    page.matches
        .iter()
        .enumerate()
        .map(|(i, m)| (m.id.to_string(), m.score + (count - i as f64) * 1e-9))
        .collect()
}

/// Goes through the same conversion as a request over the wire.
pub(crate) fn text_person(service: &Service, text: v1::TextQuery) -> Result<Person, Failure> {
    let request = v1::MatchPostingsRequest {
        person: Some(v1::match_postings_request::Person::Text(text)),
        ..v1::MatchPostingsRequest::default()
    };
    let resolve = |_: &str| None;
    let context = Context { resolve: &resolve, today: service.now().date() };
    let (request, _) = jobmatch_proto::matching::match_postings(request, context)
        .map_err(|e| Failure::new(e.to_string()))?;
    Ok(request.person)
}

/// Writes a run: query, document, score.
pub(crate) fn write(path: &Path, run: &Run) -> Result<(), Failure> {
    let mut text = String::new();
    for (query, answer) in run {
        for (document, score) in answer {
            text.push_str(&format!("{query}\t{document}\t{score:.9}\n"));
        }
    }
    std::fs::write(path, text).map_err(|e| Failure::new(format!("{}: {e}", path.display())))
}
