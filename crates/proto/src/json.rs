//! Postings, profiles and stations as JSON objects: the form of files that people load and export.
//!
//! One object a line; see the README for the fields. Unknown fields are refused, so that a
//! slip of the pen does not silently lose a column. What is exported and loaded again is the
//! same record; places come back as WGS 84.

mod gig;
mod names;
mod parts;
mod posting;
mod profile;
mod station;

pub use gig::Gig;
pub use names::Unreadable;
pub use parts::{Embedding, Pay, PayMin, Shift, Window};
pub use posting::Posting;
pub use profile::Profile;
pub use station::Station;
