//! ProfileService on the wire.

use std::pin::Pin;
use std::sync::Arc;

use futures::Stream;
use jobmatch_domain::Profile;
use jobmatch_matching::{Guard, Service, Stored, Ticket};
use jobmatch_proto::v1::profile_service_server::ProfileService;
use jobmatch_proto::{list, page_token, profile, v1};
use tokio_stream::StreamExt;
use tonic::{Request, Response, Status, Streaming};

use crate::access::session;
use crate::admission::waiter;
use crate::import::{self, Answer, Message};
use crate::kinds::Profiles;
use crate::records::{self, Update};
use crate::status::status;

/// The service.
pub(crate) struct ProfileApi(pub(crate) Arc<Service>);

fn wire(stored: &Stored<Profile>) -> v1::Profile {
    profile::to_wire_stored(&stored.record, stored.seq, stored.updated)
}

#[tonic::async_trait]
impl ProfileService for ProfileApi {
    async fn get_profile(
        &self,
        request: Request<v1::GetProfileRequest>,
    ) -> Result<Response<v1::GetProfileResponse>, Status> {
        let session = session(&self.0, &request);
        let stored = records::get::<Profile>(&session, &request.into_inner().id).await?;
        Ok(Response::new(v1::GetProfileResponse { profile: Some(wire(&stored)) }))
    }

    async fn batch_get_profiles(
        &self,
        request: Request<v1::BatchGetProfilesRequest>,
    ) -> Result<Response<v1::BatchGetProfilesResponse>, Status> {
        let session = session(&self.0, &request);
        let ids = request.into_inner().ids;
        let (found, missing_ids) = records::batch_get::<Profile>(&session, &ids).await?;
        let profiles = found.iter().map(wire).collect();
        Ok(Response::new(v1::BatchGetProfilesResponse { profiles, missing_ids }))
    }

    async fn list_profiles(
        &self,
        request: Request<v1::ListProfilesRequest>,
    ) -> Result<Response<v1::ListProfilesResponse>, Status> {
        let session = session(&self.0, &request);
        let (list, digest) = list::profiles(request.into_inner()).map_err(status)?;
        let (after, size) = (list.after, list.page_size);
        let keep = move |p: &Profile| {
            (list.source.is_empty() || p.origin.source() == list.source)
                && list.division.is_none_or(|r| p.place.division.is_some_and(|d| r.contains(d)))
        };
        let (found, last) = records::list(&session, after, size, keep).await?;
        Ok(Response::new(v1::ListProfilesResponse {
            profiles: found.iter().map(wire).collect(),
            next_page_token: last.map(|id| page_token::list(&id, digest)).unwrap_or_default(),
        }))
    }

    async fn update_profile(
        &self,
        request: Request<v1::UpdateProfileRequest>,
    ) -> Result<Response<v1::UpdateProfileResponse>, Status> {
        let session = session(&self.0, &request);
        let mut request = request.into_inner();
        let request_id = std::mem::take(&mut request.request_id);
        let digest = records::digest(&request);
        let update = Update::<Profiles> {
            record: request.profile,
            mask: request.update_mask.map(|m| m.paths).unwrap_or_default(),
            allow_missing: request.allow_missing,
            request_id,
            digest,
        };
        let written = records::update(&session, "profile", update).await.map_err(status)?;
        Ok(Response::new(v1::UpdateProfileResponse {
            redactions: Some(records::redactions(&written)),
            profile: written.stored.as_ref().map(wire),
        }))
    }

    async fn delete_profile(
        &self,
        request: Request<v1::DeleteProfileRequest>,
    ) -> Result<Response<v1::DeleteProfileResponse>, Status> {
        let session = session(&self.0, &request);
        let mut request = request.into_inner();
        let request_id = std::mem::take(&mut request.request_id);
        let digest = records::digest(&request);
        let key = records::request_key(&request_id, digest).map_err(status)?;
        let id = records::id(&request.id)?;
        let guard =
            Guard { allow_missing: request.allow_missing, etag: request.etag, request: key };
        let written = session.intake().delete_profile(id, guard).await.map_err(status)?;
        Ok(Response::new(v1::DeleteProfileResponse {
            seq: written.seq.0,
            ticket_id: Ticket::id_of_deletion(written.seq),
        }))
    }

    type ImportProfilesStream =
        Pin<Box<dyn Stream<Item = Result<v1::ImportProfilesResponse, Status>> + Send>>;

    async fn import_profiles(
        &self,
        request: Request<Streaming<v1::ImportProfilesRequest>>,
    ) -> Result<Response<Self::ImportProfilesStream>, Status> {
        let session = session(&self.0, &request);
        let waiter = waiter(&request);
        use v1::import_profiles_request::Request as In;
        use v1::import_profiles_response::Response as Out;
        let open = |message: v1::ImportProfilesRequest| match message.request? {
            In::Start(start) => Some(Message::Start(start)),
            In::Item(item) => Some(Message::Item { number: item.number, record: item.profile }),
            In::Finish(finish) => Some(Message::Finish(finish)),
        };
        let answers =
            import::run::<Profiles, _>(session, "profile", request.into_inner(), open, waiter);
        let stream = answers.map(|answer| {
            answer.map(|answer| v1::ImportProfilesResponse {
                response: Some(match answer {
                    Answer::Result(result) => Out::Result(result),
                    Answer::Summary(summary) => Out::Summary(summary),
                }),
            })
        });
        Ok(Response::new(Box::pin(stream)))
    }
}
