//! The engines from outside: one contract, two implementations, compared.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod equality;
mod files;
mod sealing;
mod strategies;
