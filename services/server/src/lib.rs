//! `jobmatchd`: the gRPC service. Configuration, wiring, and the one place where an error
//! becomes a status.

mod accept;
mod access;
mod admin_service;
mod admission;
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
pub mod limits;
mod match_service;
mod memory;
mod nearby_service;
mod outbox;
mod posting_service;
mod profile_service;
mod records;
pub mod run;
mod snapshot;
mod station_service;
mod status;
pub mod store_config;
mod telemetry;
pub mod tls;
