//! The built-in model: term vectors learnt by latent semantic analysis.
//!
//! A text is the weighted sum of its terms' vectors, at unit length. Terms that the corpus
//! never had get a fixed random direction, drawn from their hash, so that they still match
//! themselves.

use std::collections::HashMap;

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed, xxh3_128_with_seed};

use crate::error::EmbedError;
use crate::space::SpaceId;
use crate::{EmbedInput, Embedder};

/// Length of the vectors.
pub const DIMENSIONS: usize = 256;

const MAGIC: &[u8; 8] = b"jmstat01";
const ROW_BYTES: usize = 4 + 4 + DIMENSIONS;
static BUILT_IN: &[u8] = include_bytes!("../model/static-1.bin");

/// How much a term counts by where it stands; grams are many and overlap. Set by the
/// known-item check of `examples/train_static.rs`.
const WORD: f32 = 1.0;
const GRAM: f32 = 0.3;
/// Length of the vector of an unknown term, against the mean of the known ones.
const UNKNOWN_TERM: f32 = 0.5;
/// Share of the title in the vector of a text that has both parts: it says what the work
/// is, and a long text must not drown it.
const TITLE_SHARE: f32 = 0.5;

/// Kinds of terms; a word and a gram of the same letters are different terms.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TermKind {
    Word = 1,
    Gram = 2,
}

/// Key of a term: 32 bits of its hash. Among some 16,000 terms a clash is a matter of one
/// in thirty models, and then of one term.
pub(crate) fn term_key(term: &str, kind: TermKind) -> u32 {
    xxh3_64_with_seed(term.as_bytes(), kind as u64) as u32
}

/// A term's vector before it is quantised.
pub(crate) struct TermRow {
    pub(crate) key: u32,
    pub(crate) vector: [f32; DIMENSIONS],
}

/// The built-in model.
#[derive(Debug, Clone)]
pub struct StaticModel {
    bytes: Vec<u8>,
    rows: HashMap<u32, u32>,
    mean_length: f32,
    space: SpaceId,
}

impl StaticModel {
    /// The model that ships with the service.
    pub fn built_in() -> Self {
        Self::load(BUILT_IN).expect("the built-in model is checked by a test")
    }

    /// Reads a model, all numbers little endian: magic (8 bytes), xxh3 checksum of the rest
    /// (8), then rows of key (u32), scale (f32) and 256 signed bytes, keys rising. An
    /// element is its byte times the scale.
    pub fn load(bytes: &[u8]) -> Result<Self, EmbedError> {
        let damaged = |problem| EmbedError::Damaged { problem };
        let (magic, rest) = bytes.split_at_checked(8).ok_or(damaged("too short"))?;
        if magic != MAGIC {
            return Err(EmbedError::Format { expected: "jmstat01" });
        }
        let (checksum, body) = rest.split_at_checked(8).ok_or(damaged("too short"))?;
        if checksum != xxh3_64(body).to_le_bytes() {
            return Err(damaged("wrong checksum"));
        }
        if body.is_empty() || body.len() % ROW_BYTES != 0 {
            return Err(damaged("wrong length"));
        }
        let mut rows = HashMap::with_capacity(body.len() / ROW_BYTES);
        let mut lengths = 0.0;
        for (index, row) in body.chunks_exact(ROW_BYTES).enumerate() {
            rows.insert(key_of(row), index as u32);
            let squares: f32 = row[8..].iter().map(|b| f32::from(*b as i8).powi(2)).sum();
            lengths += squares.sqrt() * scale_of(row);
        }
        let mean_length = lengths / rows.len() as f32;
        let space = SpaceId::parse(&format!("static-1-{:08x}-{DIMENSIONS}", xxh3_64(body) as u32))?;
        Ok(Self { bytes: body.to_vec(), rows, mean_length, space })
    }

    /// A model of these rows, quantised.
    pub(crate) fn of_rows(mut rows: Vec<TermRow>) -> Result<Self, EmbedError> {
        rows.sort_by_key(|r| r.key);
        let mut body = Vec::with_capacity(rows.len() * ROW_BYTES);
        for row in rows {
            let greatest = row.vector.iter().fold(0f32, |m, v| m.max(v.abs()));
            let scale = greatest.max(f32::MIN_POSITIVE) / 127.0;
            body.extend_from_slice(&row.key.to_le_bytes());
            body.extend_from_slice(&scale.to_le_bytes());
            body.extend(row.vector.iter().map(|v| (v / scale).round() as i8 as u8));
        }
        Self::load(&framed(&body))
    }

    /// The form that [`StaticModel::load`] reads.
    pub fn to_bytes(&self) -> Vec<u8> {
        framed(&self.bytes)
    }

    fn add(&self, terms: &[String], kind: TermKind, part: f32, sum: &mut [f32; DIMENSIONS]) {
        let mut keys: Vec<(u32, &str)> =
            terms.iter().map(|t| (term_key(t, kind), t.as_str())).collect();
        // In a fixed order, so that float addition gives the same vector in any text order.
        keys.sort_unstable();
        for (key, term) in keys {
            match self.rows.get(&key) {
                Some(index) => {
                    let at = *index as usize * ROW_BYTES;
                    let row = &self.bytes[at..at + ROW_BYTES];
                    let scale = scale_of(row) * part;
                    for (value, byte) in sum.iter_mut().zip(&row[8..]) {
                        *value += f32::from(*byte as i8) * scale;
                    }
                }
                None => self.add_unknown(term, kind, part, sum),
            }
        }
    }

    fn add_unknown(&self, term: &str, kind: TermKind, part: f32, sum: &mut [f32; DIMENSIONS]) {
        let weight = self.mean_length * UNKNOWN_TERM * part / (DIMENSIONS as f32).sqrt();
        for (lane, half) in sum.chunks_exact_mut(128).enumerate() {
            let signs = xxh3_128_with_seed(term.as_bytes(), kind as u64 * 2 + lane as u64 + 100);
            for (i, value) in half.iter_mut().enumerate() {
                *value += if signs >> i & 1 == 1 { weight } else { -weight };
            }
        }
    }

    fn embed_one(&self, input: &EmbedInput<'_>) -> Option<Vec<f32>> {
        let mut title = [0f32; DIMENSIONS];
        let mut body = [0f32; DIMENSIONS];
        self.add(input.title_words, TermKind::Word, WORD, &mut title);
        self.add(input.title_grams, TermKind::Gram, GRAM, &mut title);
        self.add(input.body_words, TermKind::Word, WORD, &mut body);
        self.add(input.body_grams, TermKind::Gram, GRAM, &mut body);
        let (title, body) = (unit(&title), unit(&body));
        let mut sum = [0f32; DIMENSIONS];
        for i in 0..DIMENSIONS {
            sum[i] = TITLE_SHARE * title[i] + (1.0 - TITLE_SHARE) * body[i];
        }
        let vector = unit(&sum);
        vector.iter().any(|v| *v != 0.0).then(|| vector.to_vec())
    }
}

fn framed(body: &[u8]) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend_from_slice(&xxh3_64(body).to_le_bytes());
    out.extend_from_slice(body);
    out
}

fn key_of(row: &[u8]) -> u32 {
    u32::from_le_bytes([row[0], row[1], row[2], row[3]])
}

fn scale_of(row: &[u8]) -> f32 {
    f32::from_le_bytes([row[4], row[5], row[6], row[7]])
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

fn unit(vector: &[f32; DIMENSIONS]) -> [f32; DIMENSIONS] {
    let norm = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
    if norm > 0.0 { vector.map(|v| v / norm) } else { *vector }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn embed(title: &[&str], body: &[&str]) -> Option<Vec<f32>> {
        let own = |terms: &[&str]| terms.iter().map(|t| t.to_string()).collect::<Vec<_>>();
        let (title, body) = (own(title), own(body));
        let input = EmbedInput {
            title_words: &title,
            title_grams: &[],
            body_words: &body,
            body_grams: &[],
            raw: "",
        };
        StaticModel::built_in().embed(&[input]).unwrap().remove(0)
    }

    fn cosine(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn shared_words_bring_texts_together() {
        let washer = embed(&["洗碗", "工"], &["餐具", "清洗"]).unwrap();
        let other = embed(&["洗碗", "阿姨"], &["清洗", "厨房"]).unwrap();
        let coder = embed(&["java", "开发"], &["后端", "接口"]).unwrap();
        assert!(cosine(&washer, &other) > cosine(&washer, &coder) + 0.2);
        assert_eq!(embed(&[], &[]), None);
    }

    #[test]
    fn models_round_trip_and_damaged_ones_are_refused() {
        let bytes = StaticModel::built_in().to_bytes();
        assert_eq!(StaticModel::load(&bytes).unwrap().space(), StaticModel::built_in().space());
        for position in [0, 9, 100, bytes.len() - 1] {
            let mut flipped = bytes.clone();
            flipped[position] ^= 4;
            assert!(StaticModel::load(&flipped).is_err(), "{position}");
        }
        for length in [0, 7, 12, bytes.len() - 1] {
            assert!(StaticModel::load(&bytes[..length]).is_err(), "{length}");
        }
    }

    proptest! {
        #[test]
        fn vectors_are_unit_and_order_does_not_matter(
            mut words in proptest::collection::vec("[a-z\u{4E00}-\u{4E20}]{1,4}", 1..30),
        ) {
            let own: Vec<&str> = words.iter().map(String::as_str).collect();
            let forward = embed(&own, &own[..own.len() / 2]);
            prop_assert!(forward.as_ref().is_none_or(|v| (cosine(v, v) - 1.0).abs() < 1e-4));
            let half: Vec<String> = words[..words.len() / 2].to_vec();
            words.reverse();
            let backward: Vec<&str> = words.iter().map(String::as_str).collect();
            let half: Vec<&str> = half.iter().rev().map(String::as_str).collect();
            prop_assert_eq!(forward, embed(&backward, &half));
        }
    }
}
