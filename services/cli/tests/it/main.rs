//! The command line against a real server.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod dispatch;
mod erasure;
mod files;
mod service;
mod snapshot;
mod stations;
mod tls;
