//! Vectors, payloads and questions in one folder, in the form of Qdrant's filtered data sets
//! (<https://github.com/qdrant/ann-filtering-benchmark-datasets>): `vectors.npy`, `payloads.jsonl`
//! and `tests.jsonl`. Keys of our own (`shape`, `words`) stand beside theirs.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::npy;

/// The fields of one vector.
pub type Payload = Map<String, Value>;

/// How many true answers are written for a question.
pub const CLOSEST: usize = 20;
/// Scores that differ by no more count as equal: sums of floats depend on their order.
pub const TIE: f32 = 1e-6;

/// What is asked of one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Asked {
    /// Equal, or among the values of a list.
    Match {
        /// The value.
        value: Value,
    },
    /// A number between bounds.
    Range(Bounds),
}

/// Bounds of a number; absent ones are open.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// Greater than.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gt: Option<f64>,
    /// Greater than or equal to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gte: Option<f64>,
    /// Less than.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lt: Option<f64>,
    /// Less than or equal to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lte: Option<f64>,
}

impl Asked {
    /// Whether a single value, not a list, is what was asked for.
    pub fn meets(&self, value: &Value) -> bool {
        match self {
            Self::Match { value: asked } => asked == value,
            Self::Range(bounds) => value.as_f64().is_some_and(|v| {
                bounds.gt.is_none_or(|b| v > b)
                    && bounds.gte.is_none_or(|b| v >= b)
                    && bounds.lt.is_none_or(|b| v < b)
                    && bounds.lte.is_none_or(|b| v <= b)
            }),
        }
    }
}

/// Conditions of a question, all of which must hold.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conditions {
    /// One field each.
    pub and: Vec<BTreeMap<String, Asked>>,
}

impl Conditions {
    /// Field and what is asked of it.
    pub fn each(&self) -> impl Iterator<Item = (&String, &Asked)> {
        self.and.iter().flatten()
    }

    /// Whether a payload meets all of them.
    pub fn admit(&self, payload: &Payload) -> bool {
        self.each().all(|(field, asked)| values(payload, field).iter().any(|v| asked.meets(v)))
    }
}

/// The values of a field: those of a list, or the one there is, or none.
pub fn values<'a>(payload: &'a Payload, field: &str) -> &'a [Value] {
    match payload.get(field) {
        None | Some(Value::Null) => &[],
        Some(Value::Array(values)) => values,
        Some(value) => std::slice::from_ref(value),
    }
}

/// A question with its true answers, best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// The vector asked with.
    pub query: Vec<f32>,
    /// `None`: everything is admitted.
    #[serde(default)]
    pub conditions: Option<Conditions>,
    /// Rows of the nearest vectors.
    pub closest_ids: Vec<u32>,
    /// Their cosines.
    pub closest_scores: Vec<f32>,
    /// Questions of one shape make a row of a table.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub shape: String,
    /// What is asked with where words and vectors are searched together; the payload's field
    /// `words` holds those of a document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
}

/// A folder in memory. Vectors have length 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dataset {
    /// Length of the vectors.
    pub dimensions: usize,
    /// Row by row.
    pub vectors: Vec<f32>,
    /// One a row.
    pub payloads: Vec<Payload>,
    /// Questions.
    pub tests: Vec<Test>,
}

impl Dataset {
    /// Number of vectors.
    pub fn len(&self) -> usize {
        self.vectors.len() / self.dimensions.max(1)
    }

    /// Whether there is no vector.
    pub fn is_empty(&self) -> bool {
        self.vectors.is_empty()
    }

    /// A vector.
    pub fn row(&self, number: usize) -> &[f32] {
        &self.vectors[number * self.dimensions..(number + 1) * self.dimensions]
    }

    /// Reads a folder; vectors are brought to length 1. Without `payloads.jsonl` all are empty.
    ///
    /// # Errors
    /// A file that is missing or damaged, and conditions of kinds other than [`Asked`].
    pub fn read(folder: &Path) -> io::Result<Self> {
        let (dimensions, mut vectors) = npy::read(File::open(folder.join("vectors.npy"))?)?;
        vectors.chunks_exact_mut(dimensions.max(1)).for_each(normalize);
        let rows = vectors.len() / dimensions.max(1);
        let payloads = match folder.join("payloads.jsonl") {
            path if path.exists() => lines(&path)?,
            _ => vec![Payload::new(); rows],
        };
        let mut tests: Vec<Test> = lines(&folder.join("tests.jsonl"))?;
        tests.iter_mut().for_each(|test| normalize(&mut test.query));
        let fits = |t: &Test| {
            t.query.len() == dimensions && t.closest_ids.iter().all(|id| (*id as usize) < rows)
        };
        if payloads.len() != rows || !tests.iter().all(fits) {
            return Err(io::Error::other("payloads or tests do not fit the vectors"));
        }
        Ok(Self { dimensions, vectors, payloads, tests })
    }

    /// Writes a folder, which is made if need be.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let file = |name| File::create(folder.join(name)).map(BufWriter::new);
        npy::write(file("vectors.npy")?, self.dimensions, &self.vectors)?;
        write_lines(file("payloads.jsonl")?, &self.payloads)?;
        write_lines(file("tests.jsonl")?, &self.tests)
    }

    /// Rows that conditions admit.
    pub fn admitted(&self, conditions: Option<&Conditions>) -> Vec<u32> {
        let admits = |row: &u32| conditions.is_none_or(|c| c.admit(&self.payloads[*row as usize]));
        (0..self.len() as u32).filter(admits).collect()
    }

    /// Fills in the true answers of all questions, by comparing every vector, on all cores.
    pub fn answer(&mut self) {
        let mut tests = std::mem::take(&mut self.tests);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let share = tests.len().div_ceil(cores).max(1);
        let rows = &*self;
        std::thread::scope(|scope| {
            for part in tests.chunks_mut(share) {
                scope.spawn(move || part.iter_mut().for_each(|test| rows.answer_one(test)));
            }
        });
        self.tests = tests;
    }

    fn answer_one(&self, test: &mut Test) {
        let mut scored: Vec<(f32, u32)> = self
            .admitted(test.conditions.as_ref())
            .into_iter()
            .map(|row| (dot(self.row(row as usize), &test.query), row))
            .collect();
        let order = |a: &(f32, u32), b: &(f32, u32)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
        if scored.len() > CLOSEST {
            scored.select_nth_unstable_by(CLOSEST, order);
            scored.truncate(CLOSEST);
        }
        scored.sort_unstable_by(order);
        test.closest_ids = scored.iter().map(|s| s.1).collect();
        test.closest_scores = scored.iter().map(|s| s.0).collect();
    }

    /// Recall at `k` of an answer, ties counted: a row is right when it is as near as the true
    /// `k`-th and admitted. `None` where nothing is to be found.
    pub fn recall(&self, test: &Test, answer: &[u32], k: usize) -> Option<f64> {
        let score = |row: u32| dot(self.row(row as usize), &test.query);
        let wanted = test.closest_ids.len().min(k);
        let least = test.closest_ids[..wanted].iter().map(|id| score(*id)).reduce(f32::min)?;
        let admits = |row: u32| {
            test.conditions.as_ref().is_none_or(|c| c.admit(&self.payloads[row as usize]))
        };
        let right =
            answer.iter().take(wanted).filter(|row| score(**row) >= least - TIE && admits(**row));
        Some(right.count() as f64 / wanted as f64)
    }
}

fn lines<T: for<'a> Deserialize<'a>>(path: &Path) -> io::Result<Vec<T>> {
    let read = |(line, number): (io::Result<String>, usize)| {
        let wrong = |e| io::Error::other(format!("{}:{number}: {e}", path.display()));
        serde_json::from_str(&line?).map_err(wrong)
    };
    BufReader::new(File::open(path)?).lines().zip(1..).map(read).collect()
}

fn write_lines<T: Serialize>(mut to: impl Write, items: &[T]) -> io::Result<()> {
    for item in items {
        serde_json::to_writer(&mut to, item)?;
        to.write_all(b"\n")?;
    }
    to.flush()
}

/// Brings a vector to length 1; zeros stay.
pub fn normalize(vector: &mut [f32]) {
    let length = dot(vector, vector).sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|v| *v /= length);
    }
}

/// Inner product, in lanes that the compiler may vectorise.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let ((a, rest_a), (b, rest_b)) = (a.as_chunks::<16>(), b.as_chunks::<16>());
    let mut lanes = [0f32; 16];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..16 {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    lanes.iter().sum::<f32>() + rest_a.iter().zip(rest_b).map(|(a, b)| a * b).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Conditions {
        serde_json::from_str(text).unwrap()
    }

    fn small() -> Dataset {
        let payload = |text| serde_json::from_str(text).unwrap();
        let query = vec![1.0, 0.0];
        let conditions = Some(asked(r#"{"and":[{"city":{"match":{"value":"a"}}}]}"#));
        let test = Test {
            query,
            conditions,
            closest_ids: Vec::new(),
            closest_scores: Vec::new(),
            shape: "city".into(),
            words: Vec::new(),
        };
        Dataset {
            dimensions: 2,
            vectors: vec![1.0, 0.0, 0.0, 1.0, 0.6, 0.8, 0.6, -0.8],
            payloads: vec![
                payload(r#"{"city":"b"}"#),
                payload(r#"{"city":["b","a"],"pay":3}"#),
                payload(r#"{"city":"a","pay":5.5}"#),
                payload(r#"{"city":"a"}"#),
            ],
            tests: vec![test],
        }
    }

    #[test]
    fn a_folder_comes_back_and_its_truth_keeps_to_the_conditions() {
        let folder = tempfile::tempdir().unwrap();
        let mut dataset = small();
        dataset.answer();
        assert_eq!(dataset.tests[0].closest_ids, [2, 3, 1]);
        dataset.write(folder.path()).unwrap();
        assert_eq!(Dataset::read(folder.path()).unwrap(), dataset);
    }

    #[test]
    fn equals_of_the_last_true_answer_count_and_excluded_rows_do_not() {
        let mut dataset = small();
        dataset.answer();
        let test = &dataset.tests[0];
        assert_eq!(dataset.recall(test, &[3], 1), Some(1.0));
        assert_eq!(dataset.recall(test, &[0], 1), Some(0.0));
        assert_eq!(dataset.recall(test, &[2, 1], 2), Some(0.5));
    }

    #[test]
    fn bounds_are_kept_and_other_kinds_of_conditions_are_refused() {
        let range = asked(r#"{"and":[{"pay":{"range":{"gte":3,"lt":5.5}}}]}"#);
        assert_eq!(small().admitted(Some(&range)), [1]);
        let geo = r#"{"and":[{"at":{"geo":{"lat":1,"lon":2,"radius":3}}}]}"#;
        assert!(serde_json::from_str::<Conditions>(geo).is_err());
        assert!(serde_json::from_str::<Conditions>(r#"{"or":[]}"#).is_err());
    }
}
