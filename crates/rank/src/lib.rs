//! How well do this person and this job fit, and why?
//!
//! Pure functions: no I/O, no clock, no randomness. The same pair, signals and
//! weights give the same score, and ties fall to the id.

mod duplicates;
mod eligibility;
mod evidence;
mod features;
mod fusion;
mod profile;
mod select;
mod spread;

pub use duplicates::fingerprint;
pub use eligibility::{Checked, check, outcomes, subject};
pub use evidence::evidence;
pub use features::{OccupationSignal, Pair, Signals, SkillSignal, values};
pub use fusion::{Fused, fuse, penalised};
pub use profile::{ProfileError, RankingProfile};
pub use select::{Candidate, Limits, Selected, select};
pub use spread::crowding;
