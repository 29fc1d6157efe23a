//! Seeds of files: an index and a store are filled in a folder, and what they wrote is taken.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jobmatch_domain::{DocumentId, Facets, Instant, Seq};
use jobmatch_fuzz::folder;
use jobmatch_index::{Batch, Change, Document, EmbeddedEngine, Engine, Fields, fuzzing};
use jobmatch_store::{Decision, MasterKey, Record, Store, StoreOptions};
use prost::Message;
use xxhash_rust::xxh3::xxh3_64;

use super::{Corpus, Sample};

/// Bytes of a keyring before its first slot, and those of them that are not zero.
const KEYRING_HEADER: usize = 4096;
const KEYRING_TOLD: usize = 12;

/// The message that the target of graphs reads.
#[derive(Clone, PartialEq, Message)]
struct GraphInput {
    #[prost(bytes = "vec", tag = "1")]
    log: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    graph: Vec<u8>,
}

pub(super) fn add(corpus: &Corpus, sample: &Sample) {
    let folder = folder("seeds");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build();
    let runtime = runtime.expect("threads can be started");
    runtime.block_on(index(corpus, sample, &folder.join("index")));
    for (name, master) in [("plain", None), ("encrypted", Some("5a".repeat(32)))] {
        let master = master.map(|key| MasterKey::parse(&key).expect("32 bytes in hexadecimal"));
        runtime.block_on(store(corpus, sample, (name, master), &folder.join(name)));
    }
    records(corpus, sample);
    model(corpus);
    std::fs::remove_dir_all(folder).expect("it was just made");
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("it was just written")
}

async fn index(corpus: &Corpus, sample: &Sample, folder: &Path) {
    let engine =
        EmbeddedEngine::create(folder, fuzzing::options()).expect("the folder takes files");
    let upsert = |(n, (id, facets)): (u64, (DocumentId, Facets))| {
        let (sin, cos) = (n as f32).sin_cos();
        let vector = (n != 3).then(|| vec![sin * 0.6, cos * 0.6, 0.8, 0.0]);
        let fields = Fields::default();
        Change::Upsert(Box::new(Document { id, seq: Seq(n + 1), facets, fields, vector }))
    };
    let jobs = sample.postings.iter().map(|job| (job.id.clone(), Facets::of_posting(job, &[])));
    let people = sample.profiles.iter().map(|p| (p.id.clone(), Facets::of_profile(p, &[])));
    let mut changes: Vec<Change> = (0..).zip(jobs.chain(people).step_by(3)).map(upsert).collect();
    changes.push(Change::Delete(sample.postings[0].id.clone()));
    let id = sample.postings[9].id.clone();
    changes.push(Change::Vector { id, seq: Seq(4), vector: vec![0.0, 1.0, 0.0, 0.0] });
    engine.apply(Batch { changes, seq: Seq(40) }).await.expect("the folder takes files");
    while engine.stats().in_upkeep || engine.stats().graph_vectors == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    drop(engine);
    let log = read(&folder.join("documents.log"));
    let header = log.iter().position(|b| *b == b'\n').map_or(0, |at| at + 1);
    let log = log[header..].to_vec();
    let (sealed, graph) = (read(&folder.join("sealed.bin")), read(&folder.join("graph.bin")));
    // A seed that is refused would lead nowhere.
    let trial = fuzzing::Trial::new(folder);
    assert!(trial.log(&log) && trial.sealed(sealed.clone()) && trial.graph(&log, graph.clone()));
    corpus.add("document_log", "seed", &log);
    corpus.add("sealed", "seed", &sealed);
    corpus.add("graph", "seed", &GraphInput { log, graph }.encode_to_vec());
}

async fn store(
    corpus: &Corpus,
    sample: &Sample,
    (name, master_key): (&str, Option<MasterKey>),
    folder: &Path,
) {
    let choice = u8::from(master_key.is_some());
    let key = master_key.clone();
    let options = StoreOptions { master_key, min_free_bytes: 0, ..StoreOptions::default() };
    let store = Store::open(folder, options, Arc::new(|| Instant(1_795_363_200)));
    let store = store.expect("the folder takes files");
    for job in sample.postings.iter().take(2).cloned() {
        put(&store, job).await;
    }
    for person in sample.profiles.iter().take(3).cloned() {
        put(&store, person).await;
    }
    let mut snapshot = Vec::new();
    store.write_snapshot(&mut snapshot).expect("memory takes all");
    store.shutdown();
    corpus.add("snapshot", name, &snapshot);
    let keyring = read(&folder.join("keyring.bin"));
    assert!(jobmatch_store::fuzzing::keyring(keyring.clone(), key.as_ref()));
    let parts = [&keyring[..KEYRING_TOLD], &keyring[KEYRING_HEADER..]].concat();
    corpus.add_chosen("keyring", name, (choice, &parts));
}

async fn put<R: Record>(store: &Store, record: R) {
    let id = record.id().clone();
    let decide = move |_: Option<&_>| Ok::<_, std::convert::Infallible>(Decision::Put(record));
    store.write(id, None, decide).await.expect("the folder takes files");
}

fn records(corpus: &Corpus, sample: &Sample) {
    for (n, job) in sample.postings.iter().enumerate() {
        corpus.add_chosen("records", &format!("posting-{n}"), (0, &job.encode()));
    }
    for (n, person) in sample.profiles.iter().enumerate() {
        corpus.add_chosen("records", &format!("profile-{n}"), (1, &person.encode()));
    }
    for (n, station) in sample.stations.iter().enumerate() {
        let row = jobmatch_store::fuzzing::station_row(station);
        corpus.add_chosen("records", &format!("station-{n}"), (2, &row));
    }
    corpus.add_chosen("records", "change", (3, b"\x02A001"));
}

/// A model of two known terms and a bucket; `crates/embed/src/table.rs` tells the layout.
fn model(corpus: &Corpus) {
    let mut sealed = Vec::new();
    let scales = [0.01f32; 3].map(f32::to_bits);
    for number in [2, 256, 2, 1, 7, 9].into_iter().chain(scales) {
        sealed.extend(u32::to_le_bytes(number));
    }
    sealed.extend((0..3 * 256u32).map(|n| (n * 37 % 251) as u8));
    let mut file = b"jmstatic".to_vec();
    file.extend(xxh3_64(&sealed).to_le_bytes());
    file.extend(sealed);
    corpus.add("model", "small", &file);
}
