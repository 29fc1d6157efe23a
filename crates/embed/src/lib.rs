//! What does a text mean, as a point among other texts?
//!
//! [`Embedder`] turns analysed texts into unit vectors of one space; [`StaticModel`] is
//! the one that ships with the service and needs no download. [`StaticModel::train`] makes
//! another one from pairs of texts that mean the same: `jobmatch train-embedder`,
//! `model/README.md`.

#[cfg(feature = "bert")]
mod bert;
mod error;
mod health;
mod random;
mod remote;
mod space;
mod static_model;
mod table;
mod terms;
mod train;
mod vector;

#[cfg(feature = "bert")]
pub use bert::BertEmbedder;
pub use error::EmbedError;
pub use health::{Health, Nature};
pub use remote::{ApiKey, Protocol, RemoteEmbedder, RemoteOptions};
pub use space::SpaceId;
pub use static_model::{CUTS, DIMENSIONS, StaticModel, TITLE_SHARE};
pub use terms::Part;
pub use train::{Pair, Progress, Source, TextId, TrainCorpus, TrainOptions};
pub use vector::validate_vector;

/// What is embedded: terms as the text crate makes them, in text order, repetitions kept.
#[derive(Debug, Clone, Copy)]
pub struct EmbedInput<'a> {
    /// Words of the title or wish.
    pub title_words: &'a [String],
    /// Character n-grams of the title or wish.
    pub title_grams: &'a [String],
    /// Words of the rest.
    pub body_words: &'a [String],
    /// Character n-grams of the rest.
    pub body_grams: &'a [String],
    /// The normalised text, for models with a tokeniser of their own.
    pub raw: &'a str,
}

/// Makes vectors. Vectors of different spaces must never be compared.
pub trait Embedder: Send + Sync {
    /// Identity of the space.
    fn space(&self) -> &SpaceId;

    /// Length of every vector.
    fn dimensions(&self) -> usize;

    /// A vector of length 1 for each input, in order; `None` for a text in which the model
    /// finds nothing to go by. The same input gives the same vector in any batch, and the
    /// order of terms within a field does not matter.
    fn embed(&self, inputs: &[EmbedInput<'_>]) -> Result<Vec<Option<Vec<f32>>>, EmbedError>;

    /// A vector of the same space for a text that is asked with: one attempt, quick to give
    /// up, and with the words before it that some models want before questions.
    fn embed_query(&self, input: &EmbedInput<'_>) -> Result<Option<Vec<f32>>, EmbedError> {
        Ok(self.embed(std::slice::from_ref(input))?.pop().flatten())
    }

    /// What asking it takes.
    fn nature(&self) -> Nature {
        Nature::Immediate
    }

    /// How the last calls went.
    fn health(&self) -> Health {
        Health::Good
    }
}
