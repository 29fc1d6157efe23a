//! From text to terms: normalisation, words, character n-grams, occupations.
//!
//! Documents and queries go through the same [`Analyzer`], once, above the engine.

mod analyzer;
mod assistance;
pub mod audit;
mod error;
mod lexicon;
mod neutral;
mod normalize;
pub mod parse;
mod redact;
mod spelling;
mod tokens;

pub use analyzer::{Analysis, Analyzer, AnalyzerOptions, MAX_TEXT_CHARS, ShortQuery, UserWord};
pub use assistance::tells_assistance;
pub use error::TextError;
pub use lexicon::{Lexicon, OccupationEntry, OccupationId, OccupationMention};
pub use neutral::neutralize;
pub use normalize::normalize;
pub use redact::{Redacted, redact};
pub use spelling::{Spelling, SpellingKind};
