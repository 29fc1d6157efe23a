//! An index with every kind of file, written batch by batch, and what is asked of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use jobmatch_domain::facets::{AskedSkill, AskedSkills, Compared, EmployerKey};
use jobmatch_domain::fingerprint::Fingerprint;
use jobmatch_domain::nearby::Limit;
use jobmatch_domain::pay::{Money, PayRange, PayUnit};
use jobmatch_domain::{
    Collection, Condition, Datum, Division, DocumentId, Education, Facets, OccupationId, Point,
    Seq, Volatile, WeekHours,
};

use crate::embedded::vectors::VectorOptions;
use crate::embedded::{EmbeddedEngine, EngineOptions};
use crate::engine::{
    Batch, Change, Document, Engine, EngineError, Field, Fields, Query, QueryTerm, VectorPlan,
};
use crate::survey::{Minutes, Order, Survey};

/// Documents of the first batch.
const DOCUMENTS: u32 = 400;
const WORDS: [&str; 7] = ["洗碗", "保洁", "保安", "电工", "焊工", "厨师", "搬运"];

/// Small enough that there are a sealed file and a graph, and that the graph is walked.
pub(super) fn options() -> EngineOptions {
    EngineOptions {
        collection: Collection::Postings,
        space: "test-4".into(),
        dimensions: 4,
        analysis_version: "test".into(),
        vectors: VectorOptions {
            graph_from: 300,
            exact_below: Some(50),
            ef_search: 32,
            seal_from: 200,
        },
    }
}

pub(super) fn id(number: u32) -> DocumentId {
    DocumentId::parse(&format!("D{number:03}")).unwrap()
}

fn vector(number: u32) -> Vec<f32> {
    let angle = number as f32 * 0.37;
    let row = [angle.cos(), angle.sin(), (number % 7) as f32 / 7.0, (number % 11) as f32 / 11.0];
    let norm = row.iter().map(|v| v * v).sum::<f32>().sqrt();
    row.map(|v| v / norm).to_vec()
}

fn facets(number: u32, version: u64) -> Facets {
    let at = |part: u32| f64::from(number % part) * 0.01;
    let words = WORDS[number as usize % 7].to_owned();
    let begins = number as u16 % 20 * 480;
    Facets {
        volatile: Volatile { open: true, places_left: Some(number % 3) },
        division: Division::parse(["370102001", "370103", "371302"][number as usize % 3]).ok(),
        point: Point::new(36.6 + at(12), 117.0 + at(13), Datum::Wgs84).ok(),
        education: Education::ALL.get(number as usize % 5).copied(),
        pay: Some(PayRange {
            min: Some(Money::from_thousandths(u64::from(number % 17) * 100_000 + version)),
            max: None,
            unit: PayUnit::Day,
        }),
        hours: WeekHours::from_intervals(std::iter::once((begins, begins + 240))),
        occupations: [OccupationId(number as u16 % 6)].into(),
        employer: Some(EmployerKey(u64::from(number % 9))),
        compared: Compared {
            skill_text: format!("{words}{version}").into(),
            asked_skills: asking_for(&words),
            fingerprint: Some(Fingerprint { bits: u64::from(number) * 77, short: false }),
        },
        ..Facets::default()
    }
}

fn asking_for(skill: &str) -> AskedSkills {
    let mut asked = AskedSkills::default();
    asked.push(AskedSkill { shown: skill, sought: skill });
    asked
}

fn upsert(number: u32, seq: u64) -> Change {
    let word = |at: u32| WORDS[(number + at) as usize % 7].to_owned();
    let fields = Fields {
        title_words: vec![word(0), format!("词{number}")],
        title_grams: vec![word(1)],
        body_words: (0..number % 5).map(word).collect(),
        body_grams: vec![format!("第{seq}版"), word(3)],
    };
    let vector = (!number.is_multiple_of(10)).then(|| vector(number + seq as u32));
    let (id, facets, seq) = (id(number), facets(number, seq), Seq(seq));
    Change::Upsert(Box::new(Document { id, seq, facets, fields, vector }))
}

fn late(number: u32, of: u64) -> Change {
    Change::Vector { id: id(number), seq: Seq(of), vector: vector(number) }
}

/// The batches of a run: the first fills what is sealed; in those behind it there are new
/// versions, deletions, volatile facts and late vectors, of sealed documents and of others.
pub(super) fn batches() -> Vec<Batch> {
    let closed = |number| Change::Volatile {
        id: id(number),
        volatile: Volatile { open: false, places_left: Some(0) },
    };
    let mut all = vec![(0..DOCUMENTS).map(|n| upsert(n, 1)).collect::<Vec<_>>()];
    for round in 0..4u32 {
        let seq = u64::from(round) + 2;
        let mut changes: Vec<Change> = (0..6).map(|n| upsert(round * 31 + n * 7, seq)).collect();
        changes.push(upsert(DOCUMENTS + round, seq));
        changes.extend((0..3).map(|n| Change::Delete(id(300 + round * 5 + n))));
        changes.push(closed(200 + round));
        changes.push(late(210 + round * 10, 1));
        all.push(changes);
    }
    // Of what the batch before brought.
    all.push(vec![Change::Delete(id(DOCUMENTS)), closed(DOCUMENTS + 1), late(0, 2)]);
    let batch = |(seq, changes)| Batch { changes, seq: Seq(seq) };
    (1..).zip(all).map(batch).collect()
}

/// Batches enough that segments are merged, of documents so few that nothing is sealed.
pub(super) fn few_batches() -> Vec<Batch> {
    let changes = |round: u32| {
        let seq = u64::from(round) + 1;
        let mut changes: Vec<Change> = (0..5).map(|n| upsert(round * 3 + n, seq)).collect();
        changes.push(Change::Delete(id(round)));
        changes.push(late(round * 3 + 4, seq));
        Batch { changes, seq: Seq(seq) }
    };
    (0..12).map(changes).collect()
}

/// Waits until nothing is sealed or built. It ends: what is due is done once.
pub(super) async fn at_rest(engine: &EmbeddedEngine) {
    while engine.shared.building.load(Ordering::Acquire) {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
}

fn queries() -> Vec<Query> {
    let term = |field, text: &str, weight| QueryTerm { field, text: text.into(), weight };
    let terms = vec![
        term(Field::TitleWords, "洗碗", 2.0),
        term(Field::TitleGrams, "保安", 1.0),
        term(Field::BodyWords, "电工", 0.5),
        term(Field::BodyGrams, "第3版", 1.5),
        term(Field::TitleWords, "词217", 1.0),
    ];
    let near = Point::new(36.65, 117.05, Datum::Wgs84).ok();
    let conditions = vec![
        Condition::Open,
        Condition::Places,
        Condition::InDivisions(vec![Division::parse("370102").unwrap()]),
    ];
    let all = Query { by_conditions: true, near, limit: 999, ..Query::default() };
    vec![
        all.clone(),
        Query {
            lexical: Some(terms.clone()),
            conditions: conditions.clone(),
            limit: 50,
            ..all.clone()
        },
        Query { lexical: Some(terms), by_conditions: false, limit: 999, ..all.clone() },
        Query { vector: Some(vector(5)), by_conditions: false, limit: 5, ..all.clone() },
        Query { vector: Some(vector(77)), conditions, exact: true, limit: 30, ..all },
    ]
}

fn survey() -> Survey {
    let centre = Point::new(36.66, 117.06, Datum::Wgs84).unwrap();
    Survey {
        conditions: vec![Condition::Within { centre, metres: 6_000.0 }.known()],
        from: centre,
        minutes: Minutes(Arc::new(|way| (way.metres / 80.0).floor())),
        limit: Limit::Metres(6_000.0),
        order: Order::Pay,
        after: None,
        keep: 40,
        rings: vec![15.0, 30.0, 60.0],
    }
}

/// All that an index answers, as one text; facets and scores to the bit.
pub(super) async fn answers(engine: &EmbeddedEngine) -> Result<String, EngineError> {
    let mut told = Vec::new();
    for query in queries() {
        let mut answer = engine.retrieve(query).await?;
        // How long it took, and by which way it was found.
        answer.stages.clear();
        answer.plan = VectorPlan::None;
        told.push(format!("{answer:?}"));
    }
    told.push(format!("{:?}", engine.survey(survey()).await?));
    told.push(format!("{:?}", engine.list(&[Condition::Open]).await?));
    for number in 0..DOCUMENTS + 4 {
        let vectors = (1..7).map(|seq| engine.vector(&id(number), Seq(seq)));
        told.push(format!("{:?}", vectors.collect::<Vec<_>>()));
    }
    told.push(format!("{:?}", engine.some_without_vector(999, |_, _| true)));
    let stats = engine.stats();
    told.push(format!("{} {:?} {}", stats.live, stats.seq, stats.tombstones));
    Ok(told.join("\n"))
}

/// Whether the vectors of a question are found by a walk over the graph.
pub(super) async fn walks(engine: &EmbeddedEngine) -> bool {
    let answer = engine.retrieve(queries().remove(3)).await.unwrap();
    answer.plan == VectorPlan::Graph
}

/// A closed index: the bytes of its files by their paths.
pub(super) struct Closed {
    pub(super) files: Vec<(PathBuf, Vec<u8>)>,
    pub(super) answers: String,
}

impl Closed {
    /// With every kind of file.
    pub(super) async fn make() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("e");
        let engine = EmbeddedEngine::create(&path, options()).unwrap();
        for batch in batches() {
            engine.apply(batch).await.unwrap();
            at_rest(&engine).await;
        }
        drop(engine);
        let mut files = Vec::new();
        read_files(&path, &path, &mut files);
        files.sort();
        let copy = folder.path().join("copy");
        let mut closed = Self { files, answers: String::new() };
        closed.write(&copy);
        let engine = EmbeddedEngine::open(&copy, options()).unwrap();
        at_rest(&engine).await;
        assert!(walks(&engine).await);
        closed.answers = answers(&engine).await.unwrap();
        closed
    }

    /// Puts the files into a folder.
    pub(super) fn write(&self, folder: &Path) {
        for (path, bytes) in &self.files {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
    }
}

fn read_files(root: &Path, folder: &Path, into: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            read_files(root, &path, into);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            into.push((path.strip_prefix(root).unwrap().to_owned(), bytes));
        }
    }
}
