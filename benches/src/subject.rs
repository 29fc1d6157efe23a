//! Our engine on a data set: vectors, and fields as the engine's conditions, in the way of
//! everybody else's engine of `benches/peers`.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jobmatch_domain::{Collection, Condition, DocumentId, Facets, OccupationId, Seq};
use jobmatch_index::{
    Batch, Change, Document, EmbeddedEngine, Engine, EngineError, EngineOptions, Fields, Query,
    QueryTerm, Retrieval, VectorOptions,
};
use serde_json::Value;

use crate::dataset::{Conditions, Dataset, Test, values};

/// Documents of a batch, as many as the indexer takes together.
const BATCH: usize = 1_000;
/// Hits of each leg that are joined where words and vectors are searched together.
const HYBRID_DEPTH: usize = 100;
/// Cormack, Clarke and Büttcher 2009.
const RRF: f64 = 60.0;

/// The engine in a folder, with the documents of a data set.
pub struct Subject {
    engine: EmbeddedEngine,
    tags: Tags,
}

/// Each value of each field as an occupation, of which a document may have any number.
struct Tags(HashMap<(String, String), (Value, OccupationId)>);

impl Subject {
    /// Builds an index of the data set, waits for its graph, and tells the time of both.
    ///
    /// # Errors
    /// Those of the engine, and a data set with more distinct values than there are occupations.
    pub async fn build(
        folder: &Path,
        dataset: &Dataset,
        vectors: VectorOptions,
    ) -> Result<(Self, Duration), EngineError> {
        let tags = Tags::of(dataset)?;
        let engine = EmbeddedEngine::create(folder, options(dataset, vectors))?;
        let started = Instant::now();
        for first in (0..dataset.len()).step_by(BATCH) {
            let rows = first..(first + BATCH).min(dataset.len());
            let seq = Seq(rows.end as u64);
            let changes = rows.map(|row| Change::Upsert(Box::new(tags.document(dataset, row))));
            engine.apply(Batch { changes: changes.collect(), seq }).await?;
        }
        // The last quarter may stay outside the graph: it is scanned.
        let due = dataset.len() >= vectors.graph_from;
        while due && engine.stats().graph_vectors * 4 < dataset.len() as u64 * 3 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok((Self { engine, tags }, started.elapsed()))
    }

    /// The same folder opened anew, with other options of searching; tells the time.
    ///
    /// # Errors
    /// As [`Self::build`].
    pub fn open(
        folder: &Path,
        dataset: &Dataset,
        vectors: VectorOptions,
    ) -> Result<(Self, Duration), EngineError> {
        let tags = Tags::of(dataset)?;
        let started = Instant::now();
        let engine = EmbeddedEngine::open(folder, options(dataset, vectors))?;
        Ok((Self { engine, tags }, started.elapsed()))
    }

    /// The question of a test: by its vector, and by its words where `hybrid` is set.
    pub fn query(&self, test: &Test, k: usize, hybrid: bool) -> Query {
        let term = |text: &String| QueryTerm {
            field: jobmatch_index::Field::BodyWords,
            text: text.clone(),
            weight: 1.0,
        };
        Query {
            conditions: self.tags.conditions(test.conditions.as_ref()),
            vector: Some(test.query.clone()),
            lexical: hybrid.then(|| test.words.iter().map(term).collect()),
            limit: if hybrid { HYBRID_DEPTH } else { k },
            ..Query::default()
        }
    }

    /// Asks.
    ///
    /// # Errors
    /// Those of the engine.
    pub async fn ask(&self, query: Query) -> Result<Retrieval, EngineError> {
        self.engine.retrieve(query).await
    }
}

/// Rows of the vector leg's best `k`, best first.
pub fn nearest(answer: &Retrieval, k: usize) -> Vec<u32> {
    best(answer, k, |hit| hit.vector_rank.map(|rank| -f64::from(rank)))
}

/// Rows of the best `k` by the ranks of both legs.
pub fn fused(answer: &Retrieval, k: usize) -> Vec<u32> {
    best(answer, k, |hit| {
        let ranks = [hit.vector_rank, hit.lexical_rank].into_iter().flatten();
        ranks.map(|rank| 1.0 / (RRF + f64::from(rank))).reduce(|a, b| a + b)
    })
}

fn best(
    answer: &Retrieval,
    k: usize,
    score: impl Fn(&jobmatch_index::Hit) -> Option<f64>,
) -> Vec<u32> {
    let row = |id: &DocumentId| id.as_str().parse::<u32>().ok();
    let scored = answer.hits.iter().filter_map(|hit| Some((score(hit)?, row(&hit.id)?)));
    let mut scored: Vec<(f64, u32)> = scored.collect();
    scored.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    scored.into_iter().take(k).map(|(_, row)| row).collect()
}

fn options(dataset: &Dataset, vectors: VectorOptions) -> EngineOptions {
    EngineOptions {
        collection: Collection::Postings,
        space: "bench".into(),
        dimensions: dataset.dimensions,
        analysis_version: "bench".into(),
        vectors,
    }
}

impl Tags {
    fn of(dataset: &Dataset) -> Result<Self, EngineError> {
        let mut tags = HashMap::new();
        for payload in &dataset.payloads {
            for field in payload.keys().filter(|field| field.as_str() != "words") {
                for value in values(payload, field) {
                    let key = (field.clone(), value.to_string());
                    let next = u16::try_from(tags.len()).map_err(std::io::Error::other)?;
                    tags.entry(key).or_insert_with(|| (value.clone(), OccupationId(next)));
                }
            }
        }
        Ok(Self(tags))
    }

    fn document(&self, dataset: &Dataset, row: usize) -> Document {
        let payload = &dataset.payloads[row];
        let tagged = payload.keys().flat_map(|field| {
            let tag = move |v: &Value| self.0.get(&(field.clone(), v.to_string())).map(|t| t.1);
            values(payload, field).iter().filter_map(tag)
        });
        let mut occupations: Vec<OccupationId> = tagged.collect();
        occupations.sort_unstable();
        occupations.dedup();
        let words = values(payload, "words").iter().filter_map(Value::as_str).map(str::to_owned);
        Document {
            id: DocumentId::parse(&format!("{row:08}")).expect("digits are an id"),
            seq: Seq(row as u64 + 1),
            facets: Facets { occupations: Arc::from(occupations), ..Facets::default() },
            fields: Fields { body_words: words.collect(), ..Fields::default() },
            vector: Some(dataset.row(row).to_vec()),
        }
    }

    /// A document without a value of the field does not meet what is asked of it.
    fn conditions(&self, conditions: Option<&Conditions>) -> Vec<Condition> {
        let each = conditions.into_iter().flat_map(Conditions::each);
        each.map(|(field, asked)| {
            let meets = self.0.iter().filter(|((f, _), (v, _))| f == field && asked.meets(v));
            Condition::OccupationIn(meets.map(|(_, (_, id))| *id).collect()).known()
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hard;

    #[tokio::test]
    async fn answers_are_the_true_ones_under_every_condition_and_after_opening_anew() {
        let folder = tempfile::tempdir().unwrap();
        let dataset = hard::dataset(3, (1_500, 32), 3);
        let path = folder.path().join("index");
        let options = VectorOptions::default();
        let (built, _) = Subject::build(&path, &dataset, options).await.unwrap();
        let check = async |subject: &Subject| {
            for test in &dataset.tests {
                let answer = subject.ask(subject.query(test, 10, false)).await.unwrap();
                let found = nearest(&answer, 10);
                assert_eq!(dataset.recall(test, &found, 10).unwrap_or(1.0), 1.0, "{}", test.shape);
                assert_eq!(
                    answer.eligible as usize,
                    dataset.admitted(test.conditions.as_ref()).len()
                );
            }
        };
        check(&built).await;
        drop(built);
        check(&Subject::open(&path, &dataset, options).unwrap().0).await;
    }
}
