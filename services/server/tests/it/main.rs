//! The service from outside: a real server, a real socket, real files.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod architecture;
mod bad_input;
mod crash;
mod end_to_end;
mod imports;
mod protected;
mod server;
