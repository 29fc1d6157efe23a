//! The built-in model: a text is the sum of its terms, title and text in one space.

use crate::error::EmbedError;
use crate::space::SpaceId;
use crate::table::Table;
use crate::terms::Part;
use crate::{EmbedInput, Embedder};

/// Length of the vectors of a model that was not cut.
pub const DIMENSIONS: usize = 256;
/// Lengths that a model may be cut to; training keeps an eye on each of them.
pub const CUTS: [usize; 3] = [64, 128, DIMENSIONS];

static BUILT_IN: &[u8] = include_bytes!("../model/static-v2.bin");

/// Share of the title in the vector of a text that has both parts; each part is brought to
/// length 1 before. It says what the work is, and a long text must not drown it.
pub const TITLE_SHARE: f32 = 0.5;

/// A static model. Its vectors depend on the file alone, not on the machine or the order
/// of terms.
#[derive(Debug, Clone)]
pub struct StaticModel {
    table: Table,
    dimensions: usize,
    space: SpaceId,
}

impl StaticModel {
    /// The model that ships with the service, see `model/README.md`. Takes some
    /// milliseconds; keep it.
    pub fn built_in() -> Self {
        Self::load(BUILT_IN).expect("the built-in model is part of the program and tested")
    }

    /// Reads a model as [`StaticModel::to_bytes`] writes it. Errors:
    /// [`EmbedError::Format`] for bytes of something else or of another version,
    /// [`EmbedError::Damaged`] for a model that was cut or changed.
    pub fn load(bytes: &[u8]) -> Result<Self, EmbedError> {
        Table::parse(bytes).map(Self::of_table)
    }

    /// The same model with shorter vectors, in a space of their own: the leading elements
    /// of the long ones, brought to length 1. One of [`CUTS`]; error: [`EmbedError::Cut`].
    pub fn cut(self, dimensions: usize) -> Result<Self, EmbedError> {
        if !CUTS.contains(&dimensions) {
            return Err(EmbedError::Cut { dimensions });
        }
        let space = space(&self.table, dimensions);
        Ok(Self { dimensions, space, ..self })
    }

    /// The file of this model, see `table.rs` for its layout. A cut model writes all of it.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.table.to_bytes()
    }

    /// Words and grams that have a row of their own.
    pub fn known_terms(&self) -> usize {
        self.table.known()
    }

    pub(crate) fn of_table(table: Table) -> Self {
        let space = space(&table, DIMENSIONS);
        Self { table, dimensions: DIMENSIONS, space }
    }

    /// A field's vector at length 1.
    fn field(&self, part: Part, words: &[String], grams: &[String]) -> Option<[f32; DIMENSIONS]> {
        let mut sum = [0f32; DIMENSIONS];
        for (row, times) in self.table.bag(part, words, grams) {
            self.table.add(row, times, &mut sum[..self.dimensions]);
        }
        unit(sum)
    }

    fn embed_one(&self, input: &EmbedInput<'_>) -> Option<Vec<f32>> {
        let title = self.field(Part::Title, input.title_words, input.title_grams);
        let body = self.field(Part::Body, input.body_words, input.body_grams);
        let both = match (title, body) {
            (Some(title), Some(body)) => unit(std::array::from_fn(|i| {
                TITLE_SHARE * title[i] + (1.0 - TITLE_SHARE) * body[i]
            })),
            (title, body) => title.or(body),
        };
        both.map(|vector| vector[..self.dimensions].to_vec())
    }
}

fn space(table: &Table, dimensions: usize) -> SpaceId {
    let name = format!("static-v2-{:08x}-{dimensions}", table.digest());
    SpaceId::parse(&name).expect("letters, digits and dashes only")
}

impl Embedder for StaticModel {
    fn space(&self) -> &SpaceId {
        &self.space
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn embed(&self, inputs: &[EmbedInput<'_>]) -> Result<Vec<Option<Vec<f32>>>, EmbedError> {
        Ok(inputs.iter().map(|input| self.embed_one(input)).collect())
    }
}

/// The vector at length 1; `None` when it has no direction.
fn unit(mut vector: [f32; DIMENSIONS]) -> Option<[f32; DIMENSIONS]> {
    let length = vector.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
    // Sums that cancel leave rounding errors, whose direction means nothing.
    if length < 1e-9 {
        return None;
    }
    vector.iter_mut().for_each(|v| *v = (f64::from(*v) / length) as f32);
    Some(vector)
}
