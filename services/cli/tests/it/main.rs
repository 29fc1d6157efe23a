//! The command line against a real server.

mod files;
mod service;
mod tls;
