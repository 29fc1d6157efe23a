//! `jobmatchd`: the gRPC service. Configuration, wiring, and the one place where an error
//! becomes a status.

mod access;
mod admin_service;
pub mod config;
pub mod demo;
mod dispatch;
pub mod embedder;
mod gig_service;
mod health;
mod import;
mod intake_service;
pub mod keys;
mod kinds;
pub mod kiosk;
mod match_service;
mod nearby_service;
mod posting_service;
mod profile_service;
mod records;
pub mod run;
mod snapshot;
mod station_service;
mod status;
mod telemetry;

/// A question over 100,000 postings takes and returns some megabytes; the system's allocator
/// hands them back to the kernel each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
