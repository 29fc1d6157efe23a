//! NearbyService on the wire.

use std::pin::Pin;
use std::sync::Arc;

use futures::{Stream, StreamExt};
use jobmatch_domain::Violation;
use jobmatch_matching::{Call, Service};
use jobmatch_proto::matching::Context;
use jobmatch_proto::v1::nearby_service_server::NearbyService;
use jobmatch_proto::{nearby as convert, v1};
use tokio::sync::watch;
use tonic::{Request, Response, Status};

use crate::access::session;
use crate::status::status;
use crate::telemetry;

/// The service.
pub(crate) struct NearbyApi {
    pub(crate) service: Arc<Service>,
    /// True once the server stops: streams end then, so that none holds up the drain.
    pub(crate) stopped: watch::Receiver<bool>,
}

impl NearbyApi {
    fn read<T>(&self, read: impl FnOnce(Context<'_>) -> Result<T, Violation>) -> Result<T, Status> {
        let resolve = |name: &str| self.service.analyst().occupation(name);
        let context = Context { resolve: &resolve, today: self.service.now().date() };
        read(context).map_err(status)
    }
}

type Events = Pin<Box<dyn Stream<Item = Result<v1::WatchNearbyResponse, Status>> + Send>>;

#[tonic::async_trait]
impl NearbyService for NearbyApi {
    async fn nearby_postings(
        &self,
        request: Request<v1::NearbyPostingsRequest>,
    ) -> Result<Response<v1::NearbyPostingsResponse>, Status> {
        let session = session(&self.service, &request);
        let request = request.into_inner();
        let debug = request.debug;
        let (request, digest) = self.read(|context| convert::postings(request, context))?;
        let answer = session.matcher().nearby(request).await.map_err(status)?;
        telemetry::note_stages(&answer.trace.stages, answer.trace.vector_plan);
        let name = |id| self.service.analyst().occupation_name(id);
        Ok(Response::new(convert::answer(&answer, digest, debug, name)))
    }

    type WatchNearbyStream = Events;

    async fn watch_nearby(
        &self,
        request: Request<v1::WatchNearbyRequest>,
    ) -> Result<Response<Events>, Status> {
        // A stream of events takes a place to open and holds none while it waits for them.
        let session = session(&self.service, &request).during(Call::default());
        let (area, cursor) = self.read(|context| convert::watch(request.into_inner(), context))?;
        let events = session.matcher().watch_nearby(area, cursor).await.map_err(status)?;
        let events = events.map(|event| event.map(|e| convert::event(&e)).map_err(status));
        let mut stopped = self.stopped.clone();
        // An error means that the server is gone, which ends the stream as well.
        let stop = async move {
            let _ = stopped.wait_for(|stopped| *stopped).await;
        };
        Ok(Response::new(Box::pin(events.take_until(stop))))
    }
}
