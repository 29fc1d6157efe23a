//! The embedded engine answers as the exhaustive one does, before and after a restart, and
//! when it is built anew from the live documents.

use std::collections::BTreeMap;

use jobmatch_domain::{DocumentId, Seq};
use jobmatch_index::{
    Batch, Change, Document, EmbeddedEngine, Engine, ExhaustiveEngine, Query, Retrieval,
};
use proptest::prelude::*;

use crate::strategies::{changes, options, query, survey};

/// What must be equal: everything but the timings and the plan.
fn essence(mut retrieval: Retrieval) -> Retrieval {
    retrieval.stages.clear();
    retrieval.plan = Default::default();
    for hit in &mut retrieval.hits {
        // Both add up in the query's order, so scores are equal to the bit; metres are not
        // rounded either.
        hit.lexical += 0.0;
    }
    retrieval
}

pub(crate) async fn ask(engine: &dyn Engine, query: &Query) -> Retrieval {
    essence(engine.retrieve(query.clone()).await.unwrap())
}

/// The documents that are live after the changes.
fn live(batches: &[Vec<Change>]) -> BTreeMap<DocumentId, Document> {
    let mut live: BTreeMap<DocumentId, Document> = BTreeMap::new();
    for change in batches.iter().flatten().cloned() {
        match change {
            Change::Upsert(document) => {
                live.insert(document.id.clone(), *document);
            }
            Change::Volatile { id, volatile } => {
                if let Some(document) = live.get_mut(&id) {
                    document.facets.volatile = volatile;
                }
            }
            Change::Vector { id, seq, vector } => {
                let bare = |d: &&mut Document| d.seq == seq && d.vector.is_none();
                if let Some(document) = live.get_mut(&id).filter(bare) {
                    document.vector = Some(vector);
                }
            }
            Change::Delete(id) => {
                live.remove(&id);
            }
        }
    }
    live
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn engines_agree(
        batches in proptest::collection::vec(changes(), 1..4),
        queries in proptest::collection::vec(query(), 1..6),
        surveys in proptest::collection::vec(survey(), 1..8),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let first = folder.path().join("first");
            let embedded = EmbeddedEngine::create(&first, options()).unwrap();
            let exhaustive = ExhaustiveEngine::default();
            for (seq, changes) in (1..).zip(&batches) {
                let batch = Batch { changes: changes.clone(), seq: Seq(seq) };
                embedded.apply(batch.clone()).await.unwrap();
                exhaustive.apply(batch).await.unwrap();
            }
            let expected = {
                let mut all = Vec::new();
                for query in &queries {
                    all.push(ask(&exhaustive, query).await);
                }
                all
            };
            for (query, expected) in queries.iter().zip(&expected) {
                assert_eq!(&ask(&embedded, query).await, expected);
                let listed = embedded.list(&query.conditions).await.unwrap();
                assert_eq!(listed, exhaustive.list(&query.conditions).await.unwrap());
            }
            for survey in &surveys {
                let found = embedded.survey(survey.clone()).await.unwrap();
                assert_eq!(found, exhaustive.survey(survey.clone()).await.unwrap());
            }
            drop(embedded);
            let reopened = EmbeddedEngine::open(&first, options()).unwrap();
            assert_eq!(reopened.indexed_seq(), Seq(batches.len() as u64));
            for (query, expected) in queries.iter().zip(&expected) {
                assert_eq!(&ask(&reopened, query).await, expected, "after a restart");
            }
            let rebuilt = EmbeddedEngine::create(&folder.path().join("second"), options()).unwrap();
            let changes = live(&batches).into_values().map(|d| Change::Upsert(Box::new(d)));
            let seq = Seq(batches.len() as u64);
            rebuilt.apply(Batch { changes: changes.collect(), seq }).await.unwrap();
            for (query, expected) in queries.iter().zip(&expected) {
                assert_eq!(&ask(&rebuilt, query).await, expected, "after a rebuild");
            }
        });
    }
}
