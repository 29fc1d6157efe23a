//! GigService on the wire.

use std::sync::Arc;

use jobmatch_matching::Service;
use jobmatch_proto::slot::{self as convert, SlotsOf};
use jobmatch_proto::v1::gig_service_server::GigService;
use jobmatch_proto::{page_token, v1};
use tonic::{Request, Response, Status};

use crate::access::session;
use crate::status::status;
use crate::{dispatch, records};

/// The service.
pub(crate) struct GigApi(pub(crate) Arc<Service>);

#[tonic::async_trait]
impl GigService for GigApi {
    async fn take_slot(
        &self,
        request: Request<v1::TakeSlotRequest>,
    ) -> Result<Response<v1::TakeSlotResponse>, Status> {
        let session = session(&self.0, &request);
        let take = convert::take(request.get_ref()).map_err(status)?;
        let intake = session.intake();
        let receipt = intake.take_slot(take.posting, take.taker, take.hold_seconds).await;
        let receipt = receipt.map_err(status)?;
        Ok(Response::new(v1::TakeSlotResponse {
            slot: receipt.slot.as_ref().map(convert::to_wire),
            places_free: receipt.posting.places_free().unwrap_or_default(),
            seq: receipt.posting.seq.0,
        }))
    }

    async fn release_slot(
        &self,
        request: Request<v1::ReleaseSlotRequest>,
    ) -> Result<Response<v1::ReleaseSlotResponse>, Status> {
        let session = session(&self.0, &request);
        let (posting, taker) = convert::release(request.get_ref()).map_err(status)?;
        let receipt = session.intake().release_slot(posting, taker).await.map_err(status)?;
        Ok(Response::new(v1::ReleaseSlotResponse {
            places_free: receipt.posting.places_free(),
            released: receipt.slot.is_some(),
            seq: receipt.posting.seq.0,
        }))
    }

    async fn list_slots(
        &self,
        request: Request<v1::ListSlotsRequest>,
    ) -> Result<Response<v1::ListSlotsResponse>, Status> {
        let session = session(&self.0, &request);
        let (list, digest) = convert::list(request.into_inner()).map_err(status)?;
        let (size, of_posting) = (list.page_size, matches!(list.of, SlotsOf::Posting(_)));
        let mut slots = records::read(&session, move |service| {
            let (store, after) = (service.store(), list.after.as_ref());
            Ok(match &list.of {
                SlotsOf::Posting(id) => store.slots_of_posting(id, after, size + 1)?,
                SlotsOf::Taker(id) => store.slots_of_taker(id, after, size + 1)?,
            })
        })
        .await?;
        let more = slots.len() > size;
        slots.truncate(size);
        let last = slots.last().filter(|_| more);
        let last = last.map(|slot| if of_posting { &slot.taker } else { &slot.posting });
        Ok(Response::new(v1::ListSlotsResponse {
            next_page_token: last.map(|id| page_token::list(id, digest)).unwrap_or_default(),
            slots: slots.iter().map(convert::to_wire).collect(),
        }))
    }

    async fn dispatch(
        &self,
        request: Request<v1::DispatchRequest>,
    ) -> Result<Response<v1::DispatchResponse>, Status> {
        let session = session(&self.0, &request);
        dispatch::dispatch(&session, request.into_inner()).await.map(Response::new)
    }
}
