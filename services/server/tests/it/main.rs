//! The service from outside: a real server, a real socket, real files.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod architecture;
mod bad_input;
mod batch;
mod certificates;
mod crash;
mod dispatch;
mod embedders;
mod end_to_end;
#[path = "../../../../crates/embed/tests/it/endpoint.rs"]
#[allow(dead_code, reason = "each of its users needs a part")]
mod endpoint;
mod erasure;
mod full_disk;
mod hostile;
mod imports;
mod intake;
mod keys;
mod kills;
mod kiosk;
mod nearby;
mod overload;
mod protected;
mod server;
mod signals;
mod silent;
mod slots;
mod stations;
mod watch;
