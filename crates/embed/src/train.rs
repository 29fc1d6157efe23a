//! Trains a model: latent semantic analysis of a corpus.

use std::collections::{BTreeMap, HashMap};

use crate::static_model::{LEARNT, StaticModel};
use crate::svd::{SparseRows, WIDTH, right_singular};
use crate::table::{Table, TermRow};
use crate::terms::{TermKind, term_hash, term_key};

/// Terms of less weight of texts tell nothing about other texts.
const MIN_TEXTS: f32 = 3.0;
/// How often a term of a title is counted: it says more about the text than one that
/// stands between the lines on company and benefits.
const TITLE_COUNT: u32 = 4;
/// Weight of a gram against a word in the analysis; grams are many and overlap.
const GRAM_IN_MATRIX: f32 = 0.5;
/// Weight of a gram against a word in a text's vector.
const GRAM: f32 = 0.4;
/// Weight of an unknown term against the mean of the known ones of its kind.
const UNKNOWN: f32 = 0.5;
/// Exponent of the singular values on a term's coordinates: between the terms' own
/// geometry (1), where the commonest topics drown the rest, and none (0).
const SPECTRUM: f32 = 0.5;
/// A text of the corpus, as analysed terms.
#[derive(Debug, Clone, Default)]
pub struct TrainText {
    /// Words of the title.
    pub title_words: Vec<String>,
    /// Character n-grams of the title.
    pub title_grams: Vec<String>,
    /// Words of the rest.
    pub body_words: Vec<String>,
    /// Character n-grams of the rest.
    pub body_grams: Vec<String>,
    /// As many texts as this one counts for, above 0.
    pub weight: f32,
    /// Terms of titles of a higher priority get a row before any others do.
    pub priority: u8,
}

/// What a model is trained with.
#[derive(Debug, Clone, Copy)]
pub struct TrainOptions {
    /// Most terms that the model knows; 140 bytes each.
    pub max_terms: usize,
    /// Seed of the randomised decomposition.
    pub seed: u64,
}

impl Default for TrainOptions {
    /// As many terms as fit in 4,000,000 bytes, and a fixed seed.
    fn default() -> Self {
        Self { max_terms: 28_000, seed: 20_261_123 }
    }
}

#[derive(Debug, Clone, Copy)]
struct Term {
    kind: TermKind,
    texts: f32,
    priority: u8,
}

/// A text as sorted keys with counts.
struct Counted {
    terms: Vec<(u32, u32)>,
    weight: f32,
}

#[derive(Default)]
struct Corpus {
    texts: Vec<Counted>,
    terms: HashMap<u32, Term>,
    weight: f32,
}

impl StaticModel {
    /// Learns a model: weighs terms by their inverse frequency, decomposes the matrix of
    /// texts and terms, and keeps the directions of the commonest terms. The same texts in
    /// the same order give the same model. Texts without terms are passed over; an empty
    /// corpus gives a model that only matches terms with themselves.
    pub fn train(corpus: impl Iterator<Item = TrainText>, options: TrainOptions) -> Self {
        let mut counted = Corpus::default();
        for text in corpus {
            counted.add(&text);
        }
        let known = counted.known_terms(options.max_terms);
        let matrix = counted.matrix(&known);
        let (vectors, singular) = right_singular(&matrix, options.seed);
        let rows = known.iter().zip(&vectors).map(|((key, term), vector)| {
            let weight = counted.inverse_frequency(term) * weight_of(term.kind, GRAM);
            TermRow { key: *key, weight, vector: direction(vector, &singular) }
        });
        let rows: Vec<TermRow> = rows.collect();
        let mean = counted.mean_weight(&known);
        let unknown = [mean, mean * GRAM].map(|weight| weight * UNKNOWN);
        Self::of_table(Table::of_rows(rows, unknown))
    }
}

impl Corpus {
    fn add(&mut self, text: &TrainText) {
        let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
        let parts = [
            (&text.title_words, TermKind::Word, TITLE_COUNT),
            (&text.title_grams, TermKind::Gram, TITLE_COUNT),
            (&text.body_words, TermKind::Word, 1),
            (&text.body_grams, TermKind::Gram, 1),
        ];
        for (terms, kind, times) in parts {
            for term in terms {
                let key = term_key(term_hash(term, kind));
                let known = self.terms.entry(key).or_insert(Term { kind, texts: 0.0, priority: 0 });
                if times == TITLE_COUNT {
                    known.priority = known.priority.max(text.priority);
                }
                let count = counts.entry(key).or_insert_with(|| {
                    known.texts += text.weight;
                    0
                });
                *count += times;
            }
        }
        if !counts.is_empty() {
            self.weight += text.weight;
            self.texts.push(Counted { terms: counts.into_iter().collect(), weight: text.weight });
        }
    }

    /// The terms that get a row, sorted by key.
    fn known_terms(&self, max_terms: usize) -> Vec<(u32, Term)> {
        let terms = self.terms.iter().map(|(key, term)| (*key, *term));
        let mut known: Vec<(u32, Term)> = terms.filter(|(_, t)| t.texts >= MIN_TEXTS).collect();
        known.sort_unstable_by(|(a_key, a), (b_key, b)| {
            let commoner = b.texts.total_cmp(&a.texts);
            let first = b.priority.cmp(&a.priority);
            first.then(commoner).then(a_key.cmp(b_key))
        });
        known.truncate(max_terms);
        known.sort_unstable_by_key(|(key, _)| *key);
        known
    }

    fn inverse_frequency(&self, term: &Term) -> f32 {
        ((self.weight + 1.0) / (term.texts + 1.0)).ln()
    }

    /// Mean weight of known words; 1 when there are none.
    fn mean_weight(&self, known: &[(u32, Term)]) -> f32 {
        let weights = known.iter().map(|(_, term)| self.inverse_frequency(term));
        let sum: f32 = weights.sum();
        if sum > 0.0 { sum / known.len() as f32 } else { 1.0 }
    }

    /// One row a text, of length √weight.
    fn matrix(&self, known: &[(u32, Term)]) -> SparseRows {
        let keys = known.iter().map(|(key, _)| *key);
        let columns: HashMap<u32, u32> = keys.zip(0..).collect();
        let row = |text: &Counted| {
            let mut row: Vec<(u32, f32)> = Vec::with_capacity(text.terms.len());
            for (key, count) in &text.terms {
                if let Some(column) = columns.get(key) {
                    let term = &known[*column as usize].1;
                    let weight =
                        self.inverse_frequency(term) * weight_of(term.kind, GRAM_IN_MATRIX);
                    row.push((*column, weight * (1.0 + (*count as f32).ln())));
                }
            }
            let squares: f32 = row.iter().map(|(_, v)| v * v).sum();
            let factor = text.weight.sqrt() / squares.sqrt().max(f32::MIN_POSITIVE);
            row.iter_mut().for_each(|(_, v)| *v *= factor);
            row
        };
        SparseRows { rows: self.texts.iter().map(row).collect(), width: known.len() }
    }
}

fn weight_of(kind: TermKind, gram: f32) -> f32 {
    match kind {
        TermKind::Word => 1.0,
        TermKind::Gram => gram,
    }
}

/// A term's learnt half: its coordinates at length 1.
fn direction(vector: &[f32; WIDTH], singular: &[f32; WIDTH]) -> [f32; LEARNT] {
    let scaled: [f32; LEARNT] = std::array::from_fn(|i| vector[i] * singular[i].powf(SPECTRUM));
    let length = scaled.iter().map(|v| v * v).sum::<f32>().sqrt();
    if length < 1e-9 {
        return [0.0; LEARNT];
    }
    scaled.map(|v| v / length)
}
