//! PostingService on the wire.

use std::pin::Pin;
use std::sync::Arc;

use futures::Stream;
use jobmatch_domain::JobPosting;
use jobmatch_matching::{Guard, Service, Stored};
use jobmatch_proto::v1::posting_service_server::PostingService;
use jobmatch_proto::{list, page_token, posting, v1};
use tokio_stream::StreamExt;
use tonic::{Request, Response, Status, Streaming};

use crate::access::session;
use crate::admission::waiter;
use crate::import::{self, Answer, Message};
use crate::kinds::Postings;
use crate::records::{self, Update};
use crate::status::status;

/// The service.
pub(crate) struct PostingApi(pub(crate) Arc<Service>);

fn wire(stored: &Stored<JobPosting>) -> v1::JobPosting {
    posting::to_wire_stored(&stored.record, stored.seq, stored.updated, stored.taken)
}

#[tonic::async_trait]
impl PostingService for PostingApi {
    async fn get_posting(
        &self,
        request: Request<v1::GetPostingRequest>,
    ) -> Result<Response<v1::GetPostingResponse>, Status> {
        let session = session(&self.0, &request);
        let stored = records::get::<JobPosting>(&session, &request.into_inner().id).await?;
        Ok(Response::new(v1::GetPostingResponse { posting: Some(wire(&stored)) }))
    }

    async fn batch_get_postings(
        &self,
        request: Request<v1::BatchGetPostingsRequest>,
    ) -> Result<Response<v1::BatchGetPostingsResponse>, Status> {
        let session = session(&self.0, &request);
        let ids = request.into_inner().ids;
        let (found, missing_ids) = records::batch_get::<JobPosting>(&session, &ids).await?;
        let postings = found.iter().map(wire).collect();
        Ok(Response::new(v1::BatchGetPostingsResponse { postings, missing_ids }))
    }

    async fn list_postings(
        &self,
        request: Request<v1::ListPostingsRequest>,
    ) -> Result<Response<v1::ListPostingsResponse>, Status> {
        let session = session(&self.0, &request);
        let (list, digest) = list::postings(request.into_inner()).map_err(status)?;
        let (after, size) = (list.after, list.page_size);
        let keep = move |p: &JobPosting| {
            (list.source.is_empty() || p.origin.source() == list.source)
                && list.division.is_none_or(|r| p.place.division.is_some_and(|d| r.contains(d)))
                && (list.statuses.is_empty() || list.statuses.contains(&p.status))
        };
        let (found, last) = records::list(&session, after, size, keep).await?;
        Ok(Response::new(v1::ListPostingsResponse {
            postings: found.iter().map(wire).collect(),
            next_page_token: last.map(|id| page_token::list(&id, digest)).unwrap_or_default(),
        }))
    }

    async fn update_posting(
        &self,
        request: Request<v1::UpdatePostingRequest>,
    ) -> Result<Response<v1::UpdatePostingResponse>, Status> {
        let session = session(&self.0, &request);
        let mut request = request.into_inner();
        let request_id = std::mem::take(&mut request.request_id);
        let digest = records::digest(&request);
        let update = Update::<Postings> {
            record: request.posting,
            mask: request.update_mask.map(|m| m.paths).unwrap_or_default(),
            allow_missing: request.allow_missing,
            request_id,
            digest,
        };
        let written = records::update(&session, "posting", update).await.map_err(status)?;
        Ok(Response::new(v1::UpdatePostingResponse {
            redactions: Some(records::redactions(&written)),
            posting: written.stored.as_ref().map(wire),
        }))
    }

    async fn delete_posting(
        &self,
        request: Request<v1::DeletePostingRequest>,
    ) -> Result<Response<v1::DeletePostingResponse>, Status> {
        let session = session(&self.0, &request);
        let mut request = request.into_inner();
        let request_id = std::mem::take(&mut request.request_id);
        let digest = records::digest(&request);
        let key = records::request_key(&request_id, digest).map_err(status)?;
        let id = records::id(&request.id)?;
        let guard =
            Guard { allow_missing: request.allow_missing, etag: request.etag, request: key };
        let written = session.intake().delete_posting(id, guard).await.map_err(status)?;
        Ok(Response::new(v1::DeletePostingResponse { seq: written.seq.0 }))
    }

    type ImportPostingsStream =
        Pin<Box<dyn Stream<Item = Result<v1::ImportPostingsResponse, Status>> + Send>>;

    async fn import_postings(
        &self,
        request: Request<Streaming<v1::ImportPostingsRequest>>,
    ) -> Result<Response<Self::ImportPostingsStream>, Status> {
        let session = session(&self.0, &request);
        let waiter = waiter(&request);
        use v1::import_postings_request::Request as In;
        use v1::import_postings_response::Response as Out;
        let open = |message: v1::ImportPostingsRequest| match message.request? {
            In::Start(start) => Some(Message::Start(start)),
            In::Item(item) => Some(Message::Item { number: item.number, record: item.posting }),
            In::Finish(finish) => Some(Message::Finish(finish)),
        };
        let answers =
            import::run::<Postings, _>(session, "posting", request.into_inner(), open, waiter);
        let stream = answers.map(|answer| {
            answer.map(|answer| v1::ImportPostingsResponse {
                response: Some(match answer {
                    Answer::Result(result) => Out::Result(result),
                    Answer::Summary(summary) => Out::Summary(summary),
                }),
            })
        });
        Ok(Response::new(Box::pin(stream)))
    }
}
