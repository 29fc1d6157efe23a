//! Which documents fit a question? Retrieval by words, vectors and conditions.
//!
//! [`Engine`] is the trait; [`EmbeddedEngine`] the implementation that serves, and
//! [`ExhaustiveEngine`] the one that benches and property tests compare it with.

mod bitmap;
mod bm25;
mod embedded;
mod engine;
mod exhaustive;
mod survey;
pub mod threads;

pub use bitmap::Bitmap;
#[cfg(feature = "fuzzing")]
pub use embedded::fuzzing;
pub use embedded::kernels::{Kernel, runnable as runnable_kernels};
pub use embedded::vectors::{VectorOptions, Vectors};
pub use embedded::{EmbeddedEngine, EngineOptions};
pub use engine::{
    Batch, Capabilities, Change, Document, Engine, EngineError, EngineStats, Field, Fields, Hit,
    MAX_TERMS, Query, QueryTerm, Retrieval, VectorPlan,
};
pub use exhaustive::ExhaustiveEngine;
pub use survey::{Minutes, Occupations, Order, Spot, Survey, Surveyed, Way, place_order};
