//! placeholder
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::run::RunError;

/// Demo.
pub async fn demo(_: Option<PathBuf>, _: SocketAddr, _: bool) -> Result<(), RunError> {
    Ok(())
}
