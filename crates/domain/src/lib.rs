//! The nouns of job matching and their invariants.
//!
//! Values that cannot exist cannot be built: each type is made by a parser that
//! refuses what is wrong and says why. Nothing here does I/O, reads a clock,
//! spawns a task or knows a wire format.

pub mod certificate;
pub mod condition;
pub mod dispatch;
pub mod division;
pub mod education;
pub mod error;
pub mod facets;
pub mod filter;
pub mod fingerprint;
pub mod geo;
pub mod gig;
pub mod hours;
pub mod ids;
pub mod kind;
pub mod matching;
pub mod nearby;
pub mod pay;
pub mod physical;
pub mod posting;
pub mod profile;
pub mod slot;
pub mod station;
pub mod text;
pub mod time;
pub mod travel;
pub mod vector;

pub use certificate::{Certificate, CertificateSet};
pub use condition::{Condition, ConditionKind, ConditionMode, ConditionState, Modes};
pub use division::Division;
pub use education::Education;
pub use error::{Invalid, Violation};
pub use facets::{Facets, OccupationId, Volatile};
pub use filter::Filter;
pub use geo::{Datum, Point};
pub use gig::GigTerms;
pub use hours::{WeekHours, WeeklyShift};
pub use ids::{Collection, DocumentId, Seq};
pub use kind::{EmploymentKind, KindSet};
pub use pay::{Pay, PayFloor, PayUnit};
pub use physical::{Physical, PhysicalSet};
pub use posting::JobPosting;
pub use profile::Profile;
pub use slot::Slot;
pub use station::Station;
pub use time::{CivilInstant, Date, Instant, Window};
pub use travel::{Area, Travel, TravelTimes, Trip};
pub use vector::Embedding;
