//! GigService on the wire.

use std::sync::Arc;

use jobmatch_matching::Service;
use jobmatch_proto::v1;
use jobmatch_proto::v1::gig_service_server::GigService;
use tonic::{Request, Response, Status};

use crate::dispatch;

/// The service.
pub(crate) struct GigApi(pub(crate) Arc<Service>);

#[tonic::async_trait]
impl GigService for GigApi {
    async fn take_slot(
        &self,
        _: Request<v1::TakeSlotRequest>,
    ) -> Result<Response<v1::TakeSlotResponse>, Status> {
        Err(Status::unimplemented("slots are not kept here"))
    }

    async fn release_slot(
        &self,
        _: Request<v1::ReleaseSlotRequest>,
    ) -> Result<Response<v1::ReleaseSlotResponse>, Status> {
        Err(Status::unimplemented("slots are not kept here"))
    }

    async fn list_slots(
        &self,
        _: Request<v1::ListSlotsRequest>,
    ) -> Result<Response<v1::ListSlotsResponse>, Status> {
        Err(Status::unimplemented("slots are not kept here"))
    }

    async fn dispatch(
        &self,
        request: Request<v1::DispatchRequest>,
    ) -> Result<Response<v1::DispatchResponse>, Status> {
        dispatch::dispatch(&self.0, request.into_inner()).await.map(Response::new)
    }
}
