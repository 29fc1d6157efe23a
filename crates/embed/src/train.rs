//! Trains a model: texts that mean the same come together, others go apart.

mod corpus;
mod loss;
mod tower;

pub use corpus::{Pair, Source, TextId, TrainCorpus};

use std::collections::HashSet;

use crate::error::EmbedError;
use crate::random::Random;
use crate::static_model::StaticModel;
use crate::table::Table;
use crate::terms::Bag;
use corpus::Rows;
use loss::Batch;
use tower::Tower;

/// Weight of a gram against a word when nothing is learnt yet; grams are many and overlap.
const GRAM: f32 = 0.4;

/// What a model is trained with.
#[derive(Debug, Clone, Copy)]
pub struct TrainOptions {
    /// Most words with a row of their own; 264 bytes each.
    pub words: usize,
    /// Most grams with a row of their own; 264 bytes each.
    pub grams: usize,
    /// Rows that all other grams share; 260 bytes each.
    pub buckets: u32,
    /// Batches.
    pub steps: usize,
    /// Pairs of a batch.
    pub batch: usize,
    /// Temperature of the loss.
    pub temperature: f32,
    /// How far the first steps go; it falls evenly to 0.
    pub rate: f32,
    /// Share of a text's terms that a step leaves out.
    pub dropout: f32,
    /// Seed of everything random.
    pub seed: u64,
}

impl Default for TrainOptions {
    /// What the built-in model was trained with: 7.9 MB.
    fn default() -> Self {
        Self {
            words: 20_000,
            grams: 4_000,
            buckets: 6_000,
            steps: 6_000,
            batch: 256,
            temperature: 0.07,
            rate: 0.05,
            dropout: 0.3,
            seed: 20_261_123,
        }
    }
}

/// How far training is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Batches that are done.
    pub step: usize,
    /// Batches in all.
    pub steps: usize,
    /// Mean loss of the last batches.
    pub loss: f32,
}

impl StaticModel {
    /// Learns a model. The same corpus and options give the same bytes.
    pub fn train(
        corpus: &TrainCorpus,
        options: &TrainOptions,
        mut progress: impl FnMut(Progress),
    ) -> Result<Self, EmbedError> {
        let least = options.batch;
        if corpus.pairs() < least {
            return Err(EmbedError::Corpus { pairs: corpus.pairs(), least });
        }
        let rows = corpus.rows(options.words, options.grams, options.buckets);
        let mut tower = Tower::new(&lengths(&rows), options.seed);
        let mut sampler = Sampler::new(corpus, options);
        let mut mean = None;
        for step in 0..options.steps {
            let drawn = sampler.draw(&rows);
            let sums = [tower.sums(&drawn.left), tower.sums(&drawn.right)];
            let batch = Batch { left: &sums[0], right: &sums[1], masked: &drawn.masked };
            let found = batch.gradients(options.temperature);
            let left_to_do = 1.0 - step as f32 / options.steps as f32;
            let bags = [drawn.left, drawn.right].concat();
            let gradients = [found.left, found.right].concat();
            tower.step(&bags, &gradients, options.rate * left_to_do);
            let loss = mean.map_or(found.loss, |mean| 0.98 * mean + 0.02 * found.loss);
            mean = Some(loss);
            progress(Progress { step: step + 1, steps: options.steps, loss });
        }
        Ok(Self::of_table(Table::of_rows(rows.keys, |at| tower.row(at))))
    }
}

/// Lengths that rows start with: rare terms tell more. 1 on average over the words.
fn lengths(rows: &Rows) -> Vec<f32> {
    let all = rows.bags.len() as f32;
    let inverse = |texts: &u32| ((all + 1.0) / (*texts as f32 + 1.0)).ln();
    let mean = rows.texts.iter().map(inverse).sum::<f32>() / rows.texts.len() as f32;
    let length = |(texts, is_word): (&u32, &bool)| {
        inverse(texts) / mean.max(0.1) * if *is_word { 1.0 } else { GRAM }
    };
    rows.texts.iter().zip(&rows.is_word).map(length).collect()
}

/// The texts of a batch.
struct Drawn {
    left: Vec<Bag>,
    right: Vec<Bag>,
    masked: Vec<bool>,
}

/// Draws batches: a source by its share, and of it the next pairs of a shuffled list.
struct Sampler<'a> {
    corpus: &'a TrainCorpus,
    options: &'a TrainOptions,
    random: Random,
    lists: Vec<Vec<Pair>>,
}

impl<'a> Sampler<'a> {
    fn new(corpus: &'a TrainCorpus, options: &'a TrainOptions) -> Self {
        let lists = vec![Vec::new(); corpus.sources.len()];
        Self { corpus, options, random: Random::new(!options.seed), lists }
    }

    fn draw(&mut self, rows: &Rows) -> Drawn {
        let shares: f32 = self.corpus.sources.iter().map(|s| s.share).sum();
        let mut at = self.random.unit() * shares;
        let chosen = self.corpus.sources.iter().position(|source| {
            at -= source.share;
            at < 0.0
        });
        let chosen = chosen.unwrap_or(0);
        let source = &self.corpus.sources[chosen];
        let size = self.options.batch.min(source.pairs.len());
        if self.lists[chosen].len() < size {
            self.lists[chosen].clone_from(&source.pairs);
            self.random.shuffle(&mut self.lists[chosen]);
        }
        let list = &mut self.lists[chosen];
        let pairs = list.split_off(list.len() - size);
        let masked = self.masked(&pairs);
        let (mut left, mut right) = (Vec::with_capacity(size), Vec::with_capacity(size));
        for pair in &pairs {
            let (title, text) = (&rows.bags[pair.left.index()], &rows.bags[pair.right.index()]);
            let blanked = self.random.unit() < source.blanked;
            let text = if blanked { without(text, title) } else { text.clone() };
            left.push(self.thinned(title));
            right.push(self.thinned(&text));
        }
        Drawn { left, right, masked }
    }

    /// Pairs that are no counterexamples of one another.
    fn masked(&self, pairs: &[Pair]) -> Vec<bool> {
        let is_alike = |a: u64, b: u64| a == b || self.corpus.related.contains(&(a, b));
        let are_alike =
            |a: &Pair, b: &Pair| a.labels.iter().any(|a| b.labels.iter().any(|b| is_alike(*a, *b)));
        let row = |(i, a): (usize, &Pair)| -> Vec<bool> {
            pairs.iter().enumerate().map(|(j, b)| i != j && are_alike(a, b)).collect()
        };
        pairs.iter().enumerate().flat_map(row).collect()
    }

    /// A text without some of its terms, so that no term is relied on alone.
    fn thinned(&mut self, bag: &Bag) -> Bag {
        let dropout = self.options.dropout;
        let kept: Bag = bag.iter().filter(|_| self.random.unit() >= dropout).copied().collect();
        if kept.is_empty() { bag.clone() } else { kept }
    }
}

/// A text without the terms of another one; the whole text when nothing is left.
fn without(bag: &Bag, other: &Bag) -> Bag {
    let other: HashSet<u32> = other.iter().map(|(row, _)| *row).collect();
    let kept: Bag = bag.iter().filter(|(row, _)| !other.contains(row)).copied().collect();
    if kept.is_empty() { bag.clone() } else { kept }
}
