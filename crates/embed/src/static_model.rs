//! The built-in model: what a text is about, and which terms it has.
//!
//! A term's vector has two halves. The learnt one comes from latent semantic analysis of
//! a corpus: terms that stand in the same texts point the same way. The hashed one is a
//! fixed random direction of the term's own, so that terms match themselves and those that
//! the corpus never had are not lost. A text is the weighted sum of its terms.

use crate::error::EmbedError;
use crate::space::SpaceId;
use crate::table::Table;
use crate::terms::{TermKind, add_own_direction, term_hash, term_key};
use crate::{EmbedInput, Embedder};

/// Length of the learnt half. 128 for 28,000 terms beat 256 for 14,900 and 192 for 20,000
/// in the same 4 MB: see `model/README.md`, which has the figures for every constant here.
pub(crate) const LEARNT: usize = 128;
/// Length of the hashed half.
pub(crate) const HASHED: usize = 128;
/// Length of the vectors.
pub const DIMENSIONS: usize = LEARNT + HASHED;

static BUILT_IN: &[u8] = include_bytes!("../model/static-v1.bin");

/// Length of a known term's hashed half; its learnt half has length 1.
const OWN: f32 = 0.8;
/// Share of the title in the vector of a text that has both parts; each part is brought to
/// length 1 before. It says what the work is, and a long text must not drown it: a word
/// among 5 of a title weighs 30 times as much as one among 150 of a text.
pub const TITLE_SHARE: f32 = 0.5;

/// A static model. Its vectors depend on the file alone, not on the machine or the order
/// of terms.
#[derive(Debug, Clone)]
pub struct StaticModel {
    table: Table,
    space: SpaceId,
}

impl StaticModel {
    /// The model that ships with the service: 28,000 words and character bigrams. Takes
    /// some milliseconds; keep it.
    pub fn built_in() -> Self {
        Self::load(BUILT_IN).expect("the built-in model is part of the program and tested")
    }

    /// Reads a model as [`StaticModel::to_bytes`] writes it. Errors:
    /// [`EmbedError::Format`] for bytes of something else or of another version,
    /// [`EmbedError::Damaged`] for a model that was cut or changed.
    pub fn load(bytes: &[u8]) -> Result<Self, EmbedError> {
        Table::parse(bytes).map(Self::of_table)
    }

    /// The file of this model, see `table.rs` for its layout.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.table.to_bytes()
    }

    /// Words and grams that the model knows.
    pub fn known_terms(&self) -> usize {
        self.table.len()
    }

    pub(crate) fn of_table(table: Table) -> Self {
        let name = format!("static-v1-{:08x}-{DIMENSIONS}", table.digest());
        let space = SpaceId::parse(&name).expect("letters, digits and dashes only");
        Self { table, space }
    }

    fn sum(&self, words: &[String], grams: &[String]) -> [f32; DIMENSIONS] {
        let mut sum = [0f32; DIMENSIONS];
        for (terms, kind) in [(words, TermKind::Word), (grams, TermKind::Gram)] {
            let mut hashes: Vec<u64> = terms.iter().map(|t| term_hash(t, kind)).collect();
            // A fixed order: float addition gives the same vector for any order of terms.
            hashes.sort_unstable();
            for same in hashes.chunk_by(|a, b| a == b) {
                self.add(same[0], kind, same.len() as f32, &mut sum);
            }
        }
        sum
    }

    fn add(&self, hash: u64, kind: TermKind, times: f32, sum: &mut [f32; DIMENSIONS]) {
        let Some(known) = self.table.find(term_key(hash)) else {
            let [word, gram] = self.table.unknown_weights();
            let weight = match kind {
                TermKind::Word => word,
                TermKind::Gram => gram,
            };
            return add_own_direction(hash, weight * times, sum);
        };
        let weight = known.weight * times;
        let scale = weight * known.scale;
        for (value, byte) in sum.iter_mut().zip(known.row) {
            *value += f32::from(*byte) * scale;
        }
        add_own_direction(hash, weight * OWN, sum);
    }

    fn embed_one(&self, input: &EmbedInput<'_>) -> Option<Vec<f32>> {
        let title = unit(self.sum(input.title_words, input.title_grams));
        let body = unit(self.sum(input.body_words, input.body_grams));
        let (Some(title), Some(body)) = (title, body) else {
            return title.or(body).map(|v| v.to_vec());
        };
        let parts = title.iter().zip(&body);
        let mixed = parts.map(|(t, b)| TITLE_SHARE * t + (1.0 - TITLE_SHARE) * b);
        unit(mixed.collect::<Vec<_>>())
    }
}

impl Embedder for StaticModel {
    fn space(&self) -> &SpaceId {
        &self.space
    }

    fn dimensions(&self) -> usize {
        DIMENSIONS
    }

    fn embed(&self, inputs: &[EmbedInput<'_>]) -> Result<Vec<Option<Vec<f32>>>, EmbedError> {
        Ok(inputs.iter().map(|input| self.embed_one(input)).collect())
    }
}

/// The vector at length 1; `None` when it has no direction.
fn unit<V: AsMut<[f32]> + AsRef<[f32]>>(mut vector: V) -> Option<V> {
    let squares = |v: &[f32]| v.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>();
    let length = squares(vector.as_ref()).sqrt();
    // Sums that cancel leave rounding errors, whose direction means nothing.
    if length < 1e-9 {
        return None;
    }
    for value in vector.as_mut() {
        *value = (f64::from(*value) / length) as f32;
    }
    Some(vector)
}
