//! The wire: generated code, and every conversion between it and the domain.

pub mod dispatch;
pub mod fields;
mod gig;
pub mod json;
pub mod list;
pub mod matching;
pub mod nearby;
pub mod page_token;
pub mod posting;
pub mod profile;
pub mod slot;
pub mod station;
pub mod station_query;

/// The generated messages, clients and servers of `jobmatch.v1`.
#[allow(
    missing_docs,
    unreachable_pub,
    clippy::allow_attributes_without_reason,
    clippy::large_enum_variant,
    clippy::wildcard_enum_match_arm,
    reason = "generated; the comments of the contract are its documentation"
)]
pub mod v1 {
    tonic::include_proto!("jobmatch.v1");
}

/// The compiled contract, for server reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
