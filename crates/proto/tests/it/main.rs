//! The wire through its public face.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails, and helpers are tests too")]

mod answers;
mod contract;
mod dispatch;
mod lists;
mod masks;
mod refusals;
mod requests;
mod round_trip;
mod sample;
mod stations;
mod tokens;
