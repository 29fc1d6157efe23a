//! The exhaustive engine: every document is looked at for every question. Recall benches
//! and property tests compare the embedded engine with it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use async_trait::async_trait;
use jobmatch_domain::matching::Exclusion;
use jobmatch_domain::{Condition, ConditionKind, ConditionState, DocumentId, Seq};
use parking_lot::RwLock;

use crate::bm25::{
    Lengths, TermScore, Totals, heaviest, is_background, keep_most_telling, length_id,
};
use crate::engine::{
    Batch, Capabilities, Change, Document, Engine, EngineError, EngineStats, Field, Hit, MAX_TERMS,
    Query, QueryTerm, Retrieval, VectorPlan,
};
use crate::survey::{Gains, Seen, Survey, Surveyed, place_order};

/// Keeps its documents in memory and nothing else.
#[derive(Debug, Default)]
pub struct ExhaustiveEngine(RwLock<State>);

#[derive(Debug, Default)]
struct State {
    documents: BTreeMap<DocumentId, Document>,
    seq: Seq,
}

/// A leg's documents, best first.
type Ranked<'a> = Vec<&'a DocumentId>;

/// How often a term stands in its field of a document.
fn frequency(document: &Document, term: &QueryTerm) -> u32 {
    document.fields.of(term.field).iter().filter(|text| **text == term.text).count() as u32
}

impl State {
    fn lexical_scores(&self, query: &Query) -> (HashMap<&DocumentId, f32>, f32) {
        let mut totals = Totals::default();
        for document in self.documents.values() {
            totals.add(Field::ALL.map(|f| document.fields.of(f).len() as u32));
        }
        let mut scores: HashMap<&DocumentId, f32> = HashMap::new();
        let mut ceiling = 0.0;
        let terms = query.lexical.iter().flatten().take(MAX_TERMS);
        let terms: Vec<QueryTerm> = terms.cloned().collect();
        let mut sought = Vec::new();
        let heaviest = heaviest(&terms);
        for term in &terms {
            let count = self.documents.values().filter(|d| frequency(d, term) > 0).count() as u64;
            if count > 0 && !is_background(term.weight, heaviest, count, totals.documents) {
                sought.push((term, TermScore::new(term.weight, count, totals.documents)));
            }
        }
        keep_most_telling(&mut sought, query.most_terms.unwrap_or(MAX_TERMS), |(_, s)| s);
        for (term, scorer) in sought {
            let lengths = Lengths::new(totals.documents, totals.tokens[term.field.index()]);
            ceiling += scorer.ceiling();
            for document in self.documents.values().filter(|d| frequency(d, term) > 0) {
                let length = length_id(document.fields.of(term.field).len() as u32);
                *scores.entry(&document.id).or_default() +=
                    scorer.score(&lengths, length, frequency(document, term));
            }
        }
        (scores, ceiling)
    }

    fn retrieve(&self, query: &Query) -> Retrieval {
        let mut eligible = Vec::new();
        let mut alone: BTreeMap<ConditionKind, u64> = BTreeMap::new();
        for document in self.documents.values() {
            let failed: BTreeSet<ConditionKind> = query
                .conditions
                .iter()
                .filter(|c| c.evaluate(&document.facets) == ConditionState::Unmet)
                .map(|c| c.kind())
                .collect();
            match (failed.len(), failed.first()) {
                (0, _) => eligible.push(document),
                (1, Some(kind)) => *alone.entry(*kind).or_default() += 1,
                _ => {}
            }
        }
        let (scores, lexical_ceiling) = self.lexical_scores(query);
        let lexical_of = |d: &Document| scores.get(&d.id).copied().unwrap_or(0.0);
        let cosine_of = |d: &Document| {
            let (own, asked) = (d.vector.as_ref()?, query.vector.as_ref()?);
            Some(crate::embedded::vectors::dot(own, asked))
        };
        let metres_of = |d: &Document| Some(query.near?.distance_metres(&d.facets.point?));
        let rank = |key: &dyn Fn(&Document) -> Option<f64>| -> Ranked<'_> {
            let mut keyed: Vec<(f64, &DocumentId)> =
                eligible.iter().filter_map(|d| Some((key(d)?, &d.id))).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(b.1)));
            keyed.into_iter().take(query.limit).map(|(_, id)| id).collect()
        };
        let lexical = rank(&|d| Some(lexical_of(d)).filter(|s| *s > 0.0).map(|s| f64::from(-s)));
        let vector = rank(&|d| cosine_of(d).map(|c| f64::from(-c)));
        let near = |d: &Document| Some(metres_of(d).unwrap_or(f64::INFINITY));
        let by_conditions = if query.by_conditions { rank(&near) } else { Vec::new() };
        let union: BTreeSet<&DocumentId> = lexical
            .iter()
            .chain(&vector)
            .chain(&by_conditions)
            .copied()
            .chain(query.score_also.iter().filter(|id| self.documents.contains_key(id)))
            .collect();
        let rank_in =
            |leg: &Ranked<'_>, id| leg.iter().position(|i| *i == id).map(|i| i as u32 + 1);
        let hits = union
            .into_iter()
            .map(|id| {
                let document = &self.documents[id];
                Hit {
                    id: id.clone(),
                    seq: document.seq,
                    lexical_rank: rank_in(&lexical, id),
                    lexical: lexical_of(document),
                    vector_rank: rank_in(&vector, id),
                    cosine: cosine_of(document),
                    conditions_rank: rank_in(&by_conditions, id),
                    metres: metres_of(document),
                    facets: document.facets.clone(),
                }
            })
            .collect();
        let plan = if query.vector.is_some() { VectorPlan::Exact } else { VectorPlan::None };
        Retrieval {
            hits,
            lexical_ceiling,
            eligible: eligible.len() as u64,
            exclusions: alone.into_iter().map(|(kind, count)| Exclusion { kind, count }).collect(),
            seq: self.seq,
            plan,
            stages: Vec::new(),
        }
    }
}

#[async_trait]
impl Engine for ExhaustiveEngine {
    fn capabilities(&self) -> Capabilities {
        Capabilities { persistent: false, approximate: false }
    }

    async fn apply(&self, batch: Batch) -> Result<(), EngineError> {
        let mut state = self.0.write();
        for change in batch.changes {
            match change {
                Change::Upsert(document) => {
                    state.documents.insert(document.id.clone(), *document);
                }
                Change::Volatile { id, volatile } => {
                    if let Some(document) = state.documents.get_mut(&id) {
                        document.facets.volatile = volatile;
                    }
                }
                Change::Vector { id, seq, vector } => {
                    let bare = |d: &&mut Document| d.seq == seq && d.vector.is_none();
                    if let Some(document) = state.documents.get_mut(&id).filter(bare) {
                        document.vector = Some(vector);
                    }
                }
                Change::Delete(id) => {
                    state.documents.remove(&id);
                }
            }
        }
        state.seq = batch.seq;
        Ok(())
    }

    async fn retrieve(&self, query: Query) -> Result<Retrieval, EngineError> {
        Ok(self.0.read().retrieve(&query))
    }

    async fn survey(&self, survey: Survey) -> Result<Surveyed, EngineError> {
        let state = self.0.read();
        let meets = |d: &&Document| {
            survey.conditions.iter().all(|c| c.evaluate(&d.facets) != ConditionState::Unmet)
        };
        let mut answer = Surveyed { seq: state.seq, ..survey.empty() };
        for document in state.documents.values().filter(meets) {
            let facets = &document.facets;
            let seen = facets.point.map(|point| Seen {
                point,
                division: facets.division,
                occupation: facets.occupations.first().copied(),
            });
            let gains =
                || Gains { begins: facets.gig.begins, yuan_per_hour: facets.yuan_per_hour() };
            let reached = seen.and_then(|seen| Some((survey.reached(&seen, gains)?, seen)));
            let Some((reached, seen)) = reached else { continue };
            answer.count(&survey, &seen, reached);
            let place = (reached.key, &document.id);
            let behind = |(key, id): &(f64, _)| place_order(place, (*key, id)).is_gt();
            if survey.after.as_ref().is_none_or(behind) {
                answer.spots.push(reached.spot(document.id.clone(), document.seq, &gains()));
            }
        }
        answer.spots.sort_by(|a, b| place_order((a.key, &a.id), (b.key, &b.id)));
        answer.spots.truncate(survey.keep);
        Ok(answer)
    }

    async fn list(&self, conditions: &[Condition]) -> Result<Vec<DocumentId>, EngineError> {
        let unmet = |d: &&Document| {
            conditions.iter().any(|c| c.evaluate(&d.facets) == ConditionState::Unmet)
        };
        let state = self.0.read();
        Ok(state.documents.values().filter(|d| !unmet(d)).map(|d| d.id.clone()).collect())
    }

    fn indexed_seq(&self) -> Seq {
        self.0.read().seq
    }

    fn stats(&self) -> EngineStats {
        let state = self.0.read();
        EngineStats { live: state.documents.len() as u64, seq: state.seq, ..Default::default() }
    }
}
