//! Workloads and their generator: any number of realistic postings and profiles, the same
//! for the same seed.

pub mod generator;
pub mod harness;
