//! Trains the built-in model: latent semantic analysis of a corpus.

use std::collections::{BTreeMap, HashMap};

use crate::error::EmbedError;
use crate::static_model::{DIMENSIONS, StaticModel, TermKind, TermRow, term_key};
use crate::svd::{SparseRows, right_singular};

/// Terms that the model knows: the most frequent ones. 16,384 rows of 256 bytes make 4 MB.
const MAX_TERMS: usize = 16_384;
/// Terms in fewer texts tell nothing about other texts.
const MIN_TEXTS: u32 = 3;
/// Exponent on the singular values that a term's vector is divided by: half whitening,
/// between plain LSA (0), where the commonest topics drown the rest, and none left (1).
const WHITENING: f32 = 0.5;
const SEED: u64 = 20_261_123;

/// Collects texts and trains.
#[derive(Debug, Clone, Default)]
pub struct Trainer {
    texts: Vec<Vec<(u32, u16)>>,
    counts: BTreeMap<u32, u32>,
}

impl Trainer {
    /// Adds a text by its words and grams.
    pub fn add(&mut self, words: &[String], grams: &[String]) {
        let words = words.iter().map(|t| term_key(t, TermKind::Word));
        let grams = grams.iter().map(|t| term_key(t, TermKind::Gram));
        let mut terms: BTreeMap<u32, u16> = BTreeMap::new();
        for key in words.chain(grams) {
            let count = terms.entry(key).or_default();
            *count = count.saturating_add(1);
        }
        for key in terms.keys() {
            *self.counts.entry(*key).or_default() += 1;
        }
        self.texts.push(terms.into_iter().collect());
    }

    /// Factorises the tf-idf matrix and makes the model.
    pub fn finish(self) -> Result<StaticModel, EmbedError> {
        let texts = self.texts.len() as f32;
        let idf = |count: u32| ((texts + 1.0) / (count as f32 + 1.0)).ln();
        let mut known: Vec<(u32, u32)> =
            self.counts.iter().map(|(k, c)| (*k, *c)).filter(|(_, c)| *c >= MIN_TEXTS).collect();
        known.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        known.truncate(MAX_TERMS);
        known.sort_unstable();
        let columns: HashMap<u32, usize> =
            known.iter().enumerate().map(|(i, (key, _))| (*key, i)).collect();
        let rows = self.texts.iter().map(|text| {
            let mut row: Vec<(u32, f32)> = text
                .iter()
                .filter_map(|(key, tf)| {
                    let column = *columns.get(key)?;
                    let weight = (1.0 + f32::from(*tf).ln()) * idf(known[column].1);
                    Some((column as u32, weight))
                })
                .collect();
            let norm = row.iter().map(|(_, v)| v * v).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
            row.iter_mut().for_each(|(_, v)| *v /= norm);
            row
        });
        let matrix = SparseRows { rows: rows.collect(), width: known.len() };
        let (vectors, singular) = right_singular(&matrix, SEED);
        let rows = known.iter().zip(vectors).map(|((key, count), vector)| {
            let mut scaled = [0f32; DIMENSIONS];
            for i in 0..DIMENSIONS {
                let damping = singular[i].max(1e-6).powf(WHITENING);
                scaled[i] = vector[i] * idf(*count) / damping;
            }
            TermRow { key: *key, vector: scaled }
        });
        StaticModel::of_rows(rows.collect())
    }
}
