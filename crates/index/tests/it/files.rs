//! Damaged files are refused; a log that is ahead of the words is cut.

use std::path::{Path, PathBuf};

use jobmatch_domain::{DocumentId, Facets, Seq};
use jobmatch_index::{
    Batch, Change, Document, EmbeddedEngine, Engine, EngineError, EngineOptions, Fields, Query,
    VectorOptions,
};

use crate::strategies::options;

fn document(n: usize) -> Change {
    placed(n, vec![1.0, 0.0, 0.0, 0.0])
}

fn placed(n: usize, vector: Vec<f32>) -> Change {
    Change::Upsert(Box::new(Document {
        id: DocumentId::parse(&format!("D{n}")).unwrap(),
        seq: Seq(n as u64 + 1),
        facets: Facets::default(),
        fields: Fields {
            title_words: vec![format!("词{n}"), "洗碗".into()], ..Fields::default()
        },
        vector: Some(vector),
    }))
}

async fn filled(folder: &Path) {
    let engine = EmbeddedEngine::create(folder, options()).unwrap();
    for seq in 0..3 {
        let changes = (seq * 10..seq * 10 + 10).map(document).collect();
        engine.apply(Batch { changes, seq: Seq(seq as u64 + 1) }).await.unwrap();
    }
}

async fn count(engine: &EmbeddedEngine) -> usize {
    let query = Query { by_conditions: true, limit: 100, ..Query::default() };
    engine.retrieve(query).await.unwrap().hits.len()
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            files(&entry.path(), into);
        } else {
            into.push(entry.path());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn flipped_bytes_are_found_or_do_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    filled(&folder.path().join("e")).await;
    let mut all = Vec::new();
    files(&folder.path().join("e"), &mut all);
    let mut refused = 0;
    for file in all.iter().filter(|f| !f.to_string_lossy().contains("lock")) {
        let good = std::fs::read(file).unwrap();
        for position in [0, good.len() / 2, good.len().saturating_sub(1)] {
            let mut bad = good.clone();
            if bad.is_empty() {
                continue;
            }
            bad[position] ^= 0x10;
            std::fs::write(file, &bad).unwrap();
            match EmbeddedEngine::open(&folder.path().join("e"), options()) {
                Err(EngineError::NeedsRebuild { .. }) => refused += 1,
                Err(other) => panic!("{}: {other}", file.display()),
                Ok(engine) => assert_eq!(count(&engine).await, 30, "{}", file.display()),
            }
            std::fs::write(file, &good).unwrap();
        }
    }
    assert!(refused > 10, "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_ahead_is_cut_and_a_short_one_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e");
    filled(&path).await;
    let log = path.join("documents.log");
    let good = std::fs::read(&log).unwrap();
    let mut ahead = good.clone();
    ahead.extend_from_slice(&good[good.len() - 40..]);
    std::fs::write(&log, ahead).unwrap();
    let engine = EmbeddedEngine::open(&path, options()).unwrap();
    assert_eq!(count(&engine).await, 30);
    drop(engine);
    assert_eq!(std::fs::read(&log).unwrap().len(), good.len());
    std::fs::write(&log, &good[..good.len() - 1]).unwrap();
    let short = EmbeddedEngine::open(&path, options());
    assert!(matches!(short, Err(EngineError::NeedsRebuild { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_of_another_analysis_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e");
    filled(&path).await;
    for other in [
        EngineOptions { analysis_version: "newer".into(), ..options() },
        EngineOptions { space: "other".into(), ..options() },
    ] {
        let opened = EmbeddedEngine::open(&path, other);
        assert!(matches!(opened, Err(EngineError::NeedsRebuild { .. })));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vector_of_another_length_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e");
    filled(&path).await;
    let engine = EmbeddedEngine::open(&path, options()).unwrap();
    let Change::Upsert(mut bad) = document(99) else { unreachable!() };
    bad.vector = Some(vec![1.0]);
    let batch = Batch { changes: vec![document(50), Change::Upsert(bad)], seq: Seq(9) };
    let error = engine.apply(batch).await.unwrap_err();
    assert!(matches!(error, EngineError::Dimensions { actual: 1, expected: 4, .. }));
    assert_eq!((count(&engine).await, engine.indexed_seq()), (30, Seq(3)));
}

#[tokio::test(flavor = "multi_thread")]
async fn late_vectors_fill_gaps_only_and_batches_of_one_seq_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e");
    let engine = EmbeddedEngine::create(&path, options()).unwrap();
    let changes = (0..4).map(|n| {
        let Change::Upsert(mut document) = document(n) else { unreachable!() };
        document.vector = document.vector.filter(|_| n == 3);
        Change::Upsert(document)
    });
    engine.apply(Batch { changes: changes.collect(), seq: Seq(7) }).await.unwrap();
    let id = |n: usize| DocumentId::parse(&format!("D{n}")).unwrap();
    assert_eq!(
        engine.some_without_vector(9, |i, _| *i != id(1)),
        [(id(0), Seq(1)), (id(2), Seq(3))]
    );
    let late = vec![0.0, 1.0, 0.0, 0.0];
    let log = path.join("documents.log");
    for (n, seq) in [(0, Seq(1)), (1, Seq(99)), (3, Seq(4))] {
        let changes = vec![Change::Vector { id: id(n), seq, vector: late.clone() }];
        engine.apply(Batch { changes, seq: Seq(7) }).await.unwrap();
    }
    let told = |engine: &EmbeddedEngine| {
        let of = |n: usize| engine.vector(&id(n), Seq(n as u64 + 1));
        assert_eq!((of(0), of(1)), (Some(late.clone()), None));
        assert_eq!(of(3), Some(vec![1.0, 0.0, 0.0, 0.0]), "a vector stays");
        assert_eq!(engine.vector(&id(0), Seq(2)), None, "of another version");
        assert_eq!((engine.without_vector(), engine.indexed_seq()), (2, Seq(7)));
    };
    told(&engine);
    drop(engine);
    let good = std::fs::read(&log).unwrap();
    told(&EmbeddedEngine::open(&path, options()).unwrap());
    // A batch whose words were not committed is cut, also when it has the Seq of the last.
    let last = good.len() - 20;
    std::fs::write(&log, [good.as_slice(), &good[last..]].concat()).unwrap();
    told(&EmbeddedEngine::open(&path, options()).unwrap());
    assert_eq!(std::fs::read(&log).unwrap(), good);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_differs_in_its_space_alone_can_be_opened_in_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e");
    filled(&path).await;
    let next = EngineOptions { space: "other".into(), dimensions: 9, ..options() };
    let own = EmbeddedEngine::in_other_space(&path, &next).unwrap();
    assert_eq!((own.space.as_str(), own.dimensions), ("test-4", 4));
    assert_eq!(count(&EmbeddedEngine::open(&path, own).unwrap()).await, 30);
    let newer = EngineOptions { analysis_version: "newer".into(), ..next };
    assert!(EmbeddedEngine::in_other_space(&path, &newer).is_none());
    assert!(EmbeddedEngine::in_other_space(&path, &options()).is_none());
    assert!(EmbeddedEngine::in_other_space(folder.path(), &options()).is_none());
}

/// An unlike vector for each number.
fn spread(n: usize) -> Vec<f32> {
    let angle = n as f32 * 0.37;
    let row = [angle.cos(), angle.sin(), (n % 7) as f32 / 7.0, (n % 11) as f32 / 11.0];
    let norm = row.iter().map(|v| v * v).sum::<f32>().sqrt();
    row.map(|v| v / norm).to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_graph_is_there_again_after_a_restart_and_a_damaged_one_is_built_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("e");
    let vectors = VectorOptions {
        graph_from: 300,
        exact_below: Some(50),
        ef_search: 32,
        ..VectorOptions::default()
    };
    let options = EngineOptions { vectors, ..options() };
    let built = async |engine: &EmbeddedEngine| {
        for _ in 0..6_000 {
            if engine.stats().graph_vectors == 400 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("no graph: {:?}", engine.stats());
    };
    let engine = EmbeddedEngine::create(&path, options.clone()).unwrap();
    let changes = (0..400).map(|n| placed(n, spread(n)));
    engine.apply(Batch { changes: changes.collect(), seq: Seq(1) }).await.unwrap();
    built(&engine).await;
    let query = Query { vector: Some(spread(5)), limit: 5, ..Query::default() };
    let before = engine.retrieve(query.clone()).await.unwrap();
    drop(engine);
    let engine = EmbeddedEngine::open(&path, options.clone()).unwrap();
    assert_eq!(engine.stats().graph_vectors, 400, "at once");
    assert_eq!(engine.retrieve(query.clone()).await.unwrap().hits, before.hits);
    drop(engine);

    let file = path.join("graph.bin");
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let engine = EmbeddedEngine::open(&path, options).unwrap();
    assert_eq!(engine.retrieve(query).await.unwrap().hits, before.hits, "by a scan meanwhile");
    built(&engine).await;
}
