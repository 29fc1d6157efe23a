//! Workloads and their generator: any number of realistic postings and profiles, the same
//! for the same seed; data sets in a form that others read, and our engine put through them.

pub mod dataset;
pub mod generator;
pub mod hard;
pub mod harness;
#[cfg(feature = "hdf5")]
pub mod hdf5;
pub mod npy;
pub mod postings;
pub mod process;
pub mod subject;
pub mod trial;
pub mod wire;
