//! Readers of the index's own files, as the fuzz targets call them (`fuzz/`).
//!
//! A checksum would stop nearly every input, so it is made right first: what is tried is what
//! stands behind it. Each reader refuses what it got, or gives an index that keeps the promises
//! that [`Trial`] checks.

use std::path::{Path, PathBuf};

use jobmatch_domain::{Collection, Condition, Division, Seq};
use parking_lot::RwLock;

use super::codec::{Entry, FacetsEntry, Kind};
use super::disk::System;
use super::lexical::Lexical;
use super::log::{Log, Mark};
use super::sealed_file::{self, SealedFile};
use super::{
    AtomicBool, EngineOptions, LOG_FILE, Shared, View, graph_file, vectors::VectorOptions,
};
use crate::engine::Query;
use prost::Message;

/// Length of the vectors.
pub const DIMENSIONS: usize = 4;
/// Slots that are looked at one by one.
const MOST_SLOTS: usize = 256;

/// What the engine is made for whose files are tried.
pub fn options() -> EngineOptions {
    EngineOptions {
        collection: Collection::Postings,
        space: "fuzz-4".into(),
        dimensions: DIMENSIONS,
        analysis_version: "fuzz".into(),
        vectors: VectorOptions {
            graph_from: 1,
            exact_below: Some(0),
            seal_from: 1,
            ..VectorOptions::default()
        },
    }
}

/// A folder with an empty word index, in which files are put.
pub struct Trial {
    folder: PathBuf,
    lexical: Lexical,
}

impl Trial {
    /// Makes the word index in a folder that is there.
    ///
    /// # Panics
    /// When nothing can be written there.
    pub fn new(folder: &Path) -> Self {
        let lexical =
            Lexical::create(&folder.join("words"), &System).expect("the folder takes files");
        Self { folder: folder.to_owned(), lexical }
    }

    fn empty(&self) -> View {
        View::empty(&options(), &self.lexical).expect("an empty word index can be read")
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::write(&path, bytes).expect("the folder takes files");
        path
    }

    /// Reads bytes as a sealed file; whether it was taken.
    pub fn sealed(&self, mut bytes: Vec<u8>) -> bool {
        sealed_file::set_checksum(&mut bytes);
        let path = self.write("tried.bin", &bytes);
        let Ok(sealed) = SealedFile::map(&path) else { return false };
        let mut view = self.empty();
        let is_taken = view.adopt(&sealed).is_some();
        if is_taken {
            check(&view);
        }
        is_taken
    }

    /// Reads bytes as a graph of the documents of a log; whether both were taken.
    pub fn graph(&self, log: &[u8], mut bytes: Vec<u8>) -> bool {
        graph_file::set_checksum(&mut bytes);
        let path = self.write("graph.bin", &bytes);
        let Some(mut view) = self.replayed(log) else { return false };
        let Ok(graph) = graph_file::load(&path, |_| graph_file::documents_of(&bytes)) else {
            return false;
        };
        let is_taken = view.vectors.install_graph(graph).is_some();
        check(&view);
        is_taken
    }

    /// Reads bytes as what follows the header of a log; whether they were taken. What is taken
    /// comes back from a sealed file as it was.
    pub fn log(&self, frames: &[u8]) -> bool {
        let Some(view) = self.replayed(frames) else { return false };
        check(&view);
        let (slots, facets) = (view.ids.rows().to_vec(), facets(&view));
        let vectors: Vec<_> = (0..slots.len() as u32).map(|s| bits(view.vectors.get(s))).collect();
        let (tokens, live) = (view.tokens.clone(), view.live.clone());
        let shared = Shared { view: RwLock::new(view), building: AtomicBool::new(false) };
        assert!(shared.seal(&self.folder, &options().identity()), "what was read can be sealed");
        check(&shared.view.read());
        let sealed = SealedFile::open(&self.folder).ok().flatten().expect("it was just written");
        let mut again = self.empty();
        assert!(again.adopt(&sealed).is_some(), "what was sealed is read");
        check(&again);
        assert_eq!((again.ids.rows(), &again.tokens), (&slots[..], &tokens));
        assert!(again.live.iter().eq(live.iter()));
        assert_eq!(self::facets(&again), facets);
        let same = |(slot, vector): (u32, &_)| bits(again.vectors.get(slot)) == *vector;
        assert!((0u32..).zip(&vectors).all(same));
        true
    }

    /// The state after a log of these frames.
    fn replayed(&self, frames: &[u8]) -> Option<View> {
        let (frames, seq) = with_checksums(frames);
        let identity = options().identity();
        let path = self.folder.join(LOG_FILE);
        let _ = std::fs::remove_file(&path);
        drop(Log::create(&path, &identity, &System).expect("the folder takes files"));
        let mut bytes = std::fs::read(&path).expect("it was just written");
        bytes.extend(frames);
        self.write(LOG_FILE, &bytes);
        let mark = Mark { seq: Seq(seq?), log_bytes: bytes.len() as u64 };
        let mut view = self.empty();
        Log::open(&path, (&identity, &System), (None, Some(mark)), |kind| view.replay(kind))
            .ok()?;
        (view.seq, view.log_bytes) = (mark.seq, mark.log_bytes);
        Some(view)
    }
}

/// The frames with their checksums made right, and the Seq of the last that closes a batch.
fn with_checksums(frames: &[u8]) -> (Vec<u8>, Option<u64>) {
    let mut out = frames.to_vec();
    let (mut at, mut seq) = (0, None);
    while let Some(head) = out.get(at..at + 8) {
        let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let Some(payload) = out.get(at + 8..(at + 8).saturating_add(length)) else { break };
        if let Ok(Entry { kind: Some(Kind::Commit(told)) }) = Entry::decode(payload) {
            seq = Some(told);
        }
        let checksum = crc32fast::hash(payload).to_le_bytes();
        out[at + 4..at + 8].copy_from_slice(&checksum);
        at += 8 + length;
    }
    (out, seq)
}

fn bits(vector: Option<&[f32]>) -> Option<Vec<u32>> {
    vector.map(|row| row.iter().map(|v| v.to_bits()).collect())
}

fn facets(view: &View) -> Vec<jobmatch_domain::Facets> {
    (0..view.ids.len() as u32).map(|slot| view.columns.facets(slot)).collect()
}

/// What holds of every index: parts of one length, totals of what lives, filters that answer as
/// the conditions do, and searches that end.
fn check(view: &View) {
    let slots = view.ids.len();
    assert_eq!([view.tokens.len(), view.columns.len(), view.vectors.len()], [slots; 3]);
    assert_eq!(view.totals.documents, view.live.iter().count() as u64);
    assert!(view.live.iter().all(|slot| (slot as usize) < slots));
    for slot in view.live.iter() {
        assert_eq!(view.ids.slot_of(&view.ids[slot as usize].0), Some(slot));
    }
    assert_eq!(view.ids.living(), view.live.iter().count(), "an id has one live version");
    let all = facets(view);
    for facets in all.iter().take(MOST_SLOTS) {
        let read = FacetsEntry::of(facets).facets();
        assert_eq!(read.as_ref(), Some(facets), "facts come back from the disk as they were");
    }
    filtered(view, &all);
    let vector = Some(vec![0.5; DIMENSIONS]);
    for exact in [false, true] {
        let query = Query {
            vector: vector.clone(),
            by_conditions: true,
            limit: 10,
            exact,
            ..Query::default()
        };
        let found = view.retrieve(&query).expect("no word is asked for");
        assert_eq!(found.eligible, view.totals.documents);
    }
}

/// Each condition of the documents' own is answered by the columns as it is by their facts.
fn filtered(view: &View, all: &[jobmatch_domain::Facets]) {
    use jobmatch_domain::filter::{demands_on_postings, demands_on_profiles};
    let as_of = jobmatch_domain::Instant(1_795_363_200);
    let mut conditions = vec![Condition::Open, Condition::EmployerChecked];
    conditions.extend(Division::parse("3701").ok().map(|d| Condition::InDivisions(vec![d])));
    for facets in all.iter().take(4) {
        conditions.extend(demands_on_postings(facets, as_of));
        conditions.extend(demands_on_profiles(facets, as_of));
    }
    for condition in conditions {
        let selected = view.columns.select(std::slice::from_ref(&condition), &view.live).eligible;
        for (slot, facets) in (0u32..).zip(all).take(MOST_SLOTS) {
            let fits = condition.evaluate(facets) != jobmatch_domain::ConditionState::Unmet;
            assert_eq!(
                selected.contains(slot),
                fits && view.live.contains(slot),
                "{condition:?} of {facets:?}"
            );
        }
    }
}
