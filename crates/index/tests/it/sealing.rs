//! An index on a sealed file answers as one without: while it is written, on it, after a restart
//! from it, and with changes to what it holds.

use std::path::Path;
use std::time::Duration;

use jobmatch_domain::{DocumentId, Facets, Seq, Volatile};
use jobmatch_index::{
    Batch, Change, Document, EmbeddedEngine, Engine, EngineOptions, ExhaustiveEngine, Fields,
    Query, VectorOptions,
};
use proptest::prelude::*;

use crate::equality::ask;
use crate::strategies::{changes, options, query};

fn sealing() -> EngineOptions {
    EngineOptions {
        vectors: VectorOptions { seal_from: 3, ..VectorOptions::default() },
        ..options()
    }
}

/// Waits for a sealed file of so many versions at least.
async fn sealed(engine: &EmbeddedEngine, least: u64) {
    for _ in 0..6_000 {
        if engine.stats().sealed >= least {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not sealed: {:?}", engine.stats());
}

/// Versions that a sealed file must hold when nothing more comes.
fn due(engine: &EmbeddedEngine) -> u64 {
    let stats = engine.stats();
    let versions = stats.live + stats.tombstones;
    // As long as three are newer, and a quarter, another file is written.
    versions.saturating_sub((versions / 4).max(2))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn sealing_changes_no_answer(
        batches in proptest::collection::vec((changes(), any::<bool>(), any::<bool>()), 1..7),
        queries in proptest::collection::vec(query(), 1..6),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("e");
            let mut embedded = EmbeddedEngine::create(&path, sealing()).unwrap();
            let exhaustive = ExhaustiveEngine::default();
            for (seq, (changes, wait, restart)) in (1..).zip(batches) {
                let batch = Batch { changes, seq: Seq(seq) };
                embedded.apply(batch.clone()).await.unwrap();
                exhaustive.apply(batch).await.unwrap();
                if wait && due(&embedded) > 2 {
                    sealed(&embedded, due(&embedded)).await;
                }
                if wait {
                    // Merges of segments end meanwhile.
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                if restart {
                    drop(embedded);
                    embedded = EmbeddedEngine::open(&path, sealing()).unwrap();
                }
                for query in &queries {
                    assert_eq!(ask(&embedded, query).await, ask(&exhaustive, query).await);
                }
            }
        });
    }
}

fn document(number: u32, vector: Option<Vec<f32>>) -> Change {
    let id = DocumentId::parse(&format!("D{number}")).unwrap();
    let fields = Fields { title_words: vec!["保安".into()], ..Fields::default() };
    let facets = Facets {
        volatile: Volatile { open: number.is_multiple_of(2), places_left: None },
        ..Facets::default()
    };
    Change::Upsert(Box::new(Document { id, seq: Seq(1), facets, fields, vector }))
}

/// An index of 300 documents, all of them sealed.
async fn three_hundred(path: &Path) -> EmbeddedEngine {
    let engine = EmbeddedEngine::create(path, sealing()).unwrap();
    let changes = (0..300).map(|n| document(n, (n != 7).then(|| vec![1.0, 0.0, 0.0, 0.0])));
    engine.apply(Batch { changes: changes.collect(), seq: Seq(1) }).await.unwrap();
    sealed(&engine, 300).await;
    engine
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_reads_only_what_came_after_the_sealed_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e");
    let engine = three_hundred(&path).await;
    let id = |n: u32| DocumentId::parse(&format!("D{n}")).unwrap();
    let vector = vec![0.0, 1.0, 0.0, 0.0];
    let changes = vec![
        Change::Vector { id: id(7), seq: Seq(1), vector: vector.clone() },
        Change::Delete(id(3)),
        document(301, None),
    ];
    engine.apply(Batch { changes, seq: Seq(2) }).await.unwrap();
    drop(engine);
    // What is sealed is not read again: this makes nonsense of the first entry, which no
    // checksum of the sealed file covers.
    let log = path.join("documents.log");
    let mut bytes = std::fs::read(&log).unwrap();
    bytes[120] ^= 1;
    std::fs::write(&log, bytes).unwrap();
    let engine = EmbeddedEngine::open(&path, sealing()).unwrap();
    let stats = engine.stats();
    assert_eq!((stats.sealed, stats.live, stats.tombstones), (300, 300, 1));
    let query = Query { vector: Some(vector), limit: 1, ..Query::default() };
    assert_eq!(engine.retrieve(query).await.unwrap().hits[0].id, id(7));
    assert_eq!(engine.vector(&id(3), Seq(1)), None);
    assert_eq!(engine.without_vector(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_or_foreign_sealed_file_is_left_for_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (folder.path().join("e"), folder.path().join("other"));
    let engine = three_hundred(&path).await;
    let query = Query { vector: Some(vec![0.6, 0.8, 0.0, 0.0]), limit: 9, ..Query::default() };
    let expected = ask(&engine, &query).await;
    drop(engine);
    let file = path.join("sealed.bin");
    let good = std::fs::read(&file).unwrap();
    for at in (0..good.len()).step_by(971) {
        let mut bytes = good.clone();
        bytes[at] ^= 16;
        std::fs::write(&file, bytes).unwrap();
        let engine = EmbeddedEngine::open(&path, sealing()).unwrap();
        assert_eq!(ask(&engine, &query).await, expected, "byte {at}");
    }
    // The sealed file of an index of the same kind with other documents.
    let engine = EmbeddedEngine::create(&other, sealing()).unwrap();
    let changes = (1_000..1_400).map(|n| document(n, None)).collect();
    engine.apply(Batch { changes, seq: Seq(1) }).await.unwrap();
    sealed(&engine, 400).await;
    drop(engine);
    std::fs::write(other.join("sealed.bin"), &good).unwrap();
    std::fs::write(other.join("sealed-9.unfinished"), &good[..99]).unwrap();
    let engine = EmbeddedEngine::open(&other, sealing()).unwrap();
    assert_eq!((engine.stats().live, engine.without_vector()), (400, 400));
    assert!(!other.join("sealed-9.unfinished").exists());
}
