//! The store through its public face.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails, and helpers are tests too")]

mod damage;
mod directory;
mod durability;
mod encryption;
mod erasure;
mod feed;
mod golden;
mod round_trip;
mod sample;
mod slots;
mod snapshot;
mod stations;
mod throughput;
mod writing;
