//! The embedders as their users see them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[cfg(feature = "bert")]
mod bert;
mod built_in;
mod contract;
mod endpoint;
mod files;
mod remote;
mod training;

use jobmatch_embed::{EmbedInput, Embedder};

/// A text as terms.
#[derive(Debug, Clone, Default)]
pub(crate) struct Text {
    pub(crate) title_words: Vec<String>,
    pub(crate) title_grams: Vec<String>,
    pub(crate) body_words: Vec<String>,
    pub(crate) body_grams: Vec<String>,
}

impl Text {
    /// A title of these words; their grams are the pairs of neighbouring characters.
    pub(crate) fn title(words: &[&str]) -> Self {
        let letters: Vec<char> = words.concat().chars().collect();
        Self {
            title_words: words.iter().map(|w| (*w).to_owned()).collect(),
            title_grams: letters.windows(2).map(|w| w.iter().collect()).collect(),
            ..Self::default()
        }
    }

    /// The same with a text below.
    pub(crate) fn with_body(self, words: &[&str]) -> Self {
        let body = Self::title(words);
        Self { body_words: body.title_words, body_grams: body.title_grams, ..self }
    }

    pub(crate) fn input(&self) -> EmbedInput<'_> {
        EmbedInput {
            title_words: &self.title_words,
            title_grams: &self.title_grams,
            body_words: &self.body_words,
            body_grams: &self.body_grams,
            raw: "",
        }
    }

    pub(crate) fn vector(&self, model: &dyn Embedder) -> Option<Vec<f32>> {
        let mut vectors = model.embed(&[self.input()]).expect("static models embed any text");
        vectors.remove(0)
    }
}

pub(crate) fn cosine(a: &Option<Vec<f32>>, b: &Option<Vec<f32>>) -> f32 {
    let vector = |v: &Option<Vec<f32>>| v.clone().expect("a text with terms");
    let (a, b) = (vector(a), vector(b));
    a.iter().zip(&b).map(|(a, b)| a * b).sum()
}
