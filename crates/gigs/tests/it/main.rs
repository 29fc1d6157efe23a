//! The assignment against brute force.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod rounds;
mod sample;
mod stability;
