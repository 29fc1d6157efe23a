//! Dispatch on the wire.

use jobmatch_matching::Session;
use jobmatch_proto::{dispatch as convert, v1};
use tonic::Status;

use crate::status::status;

/// Assigns the people of a request to its gigs.
pub(crate) async fn dispatch(
    session: &Session,
    request: v1::DispatchRequest,
) -> Result<v1::DispatchResponse, Status> {
    let request = convert::request(request).map_err(status)?;
    let answer = session.matcher().dispatch(request).await.map_err(status)?;
    Ok(convert::answer(&answer))
}
