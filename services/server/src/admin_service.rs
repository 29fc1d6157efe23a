//! AdminService on the wire.

use std::sync::Arc;

use jobmatch_domain::{Collection, Invalid};
use jobmatch_matching::{Health, IndexState, Service, Stats, Ticket, TicketState};
use jobmatch_proto::fields::timestamp;
use jobmatch_proto::v1;
use jobmatch_proto::v1::admin_service_server::AdminService;
use tonic::{Code, Request, Response, Status};

use crate::records;
use crate::snapshot::{self, SnapshotStream};
use crate::status::{Refusal, status};

/// The service.
pub(crate) struct AdminApi(pub(crate) Arc<Service>);

fn collection(number: i32) -> Result<Option<Collection>, Status> {
    use v1::Collection as W;
    match W::try_from(number) {
        Ok(W::Unspecified) => Ok(None),
        Ok(W::Postings) => Ok(Some(Collection::Postings)),
        Ok(W::Profiles) => Ok(Some(Collection::Profiles)),
        Err(_) => Err(status(Invalid::unknown(&number.to_string(), "collection").at("collection"))),
    }
}

fn collection_to_wire(collection: Collection) -> i32 {
    (match collection {
        Collection::Postings => v1::Collection::Postings,
        Collection::Profiles => v1::Collection::Profiles,
    }) as i32
}

fn ticket_to_wire(ticket: Ticket) -> v1::Ticket {
    let (state, message) = match ticket.state {
        TicketState::Running => (v1::TicketState::Running, String::new()),
        TicketState::Done => (v1::TicketState::Done, String::new()),
        TicketState::Failed(reason) => (v1::TicketState::Failed, reason),
    };
    v1::Ticket {
        id: ticket.id,
        operation: ticket.operation.into(),
        state: state as i32,
        progress: ticket.progress,
        message,
        started: ticket.started.map(timestamp),
        ended: ticket.ended.map(timestamp),
        covers_seq: ticket.covers.0,
    }
}

fn stats_to_wire(stats: &Stats) -> v1::CollectionStats {
    let engine = stats.engine.clone().unwrap_or_default();
    v1::CollectionStats {
        collection: collection_to_wire(stats.collection),
        stored: stats.stored,
        indexed: engine.live,
        tombstones: engine.tombstones,
        indexed_seq: stats.searchable.0,
        graph_vectors: engine.graph_vectors,
        sealed: engine.sealed,
        in_upkeep: engine.in_upkeep,
        space: engine.space,
        without_vector: stats.without_vector,
        compacted_seq: stats.compacted.0,
        bad_rows: stats.bad_rows,
        state: match &stats.state {
            IndexState::Opening => "OPENING".into(),
            IndexState::Ready => "READY".into(),
            IndexState::Rebuilding(done) => format!("REBUILDING {:.0}%", done * 100.0),
            IndexState::Failed(reason) => format!("FAILED {reason}"),
        },
    }
}

#[tonic::async_trait]
impl AdminService for AdminApi {
    type SnapshotStream = SnapshotStream;

    async fn snapshot(
        &self,
        _: Request<v1::SnapshotRequest>,
    ) -> Result<Response<SnapshotStream>, Status> {
        Ok(Response::new(snapshot::stream(self.0.clone())))
    }

    async fn get_stats(
        &self,
        _: Request<v1::GetStatsRequest>,
    ) -> Result<Response<v1::GetStatsResponse>, Status> {
        let service = self.0.clone();
        let read = tokio::task::spawn_blocking(move || service.stats().map(|s| (s, service)));
        let (stats, service) = read
            .await
            .map_err(jobmatch_matching::MatchingError::from)
            .and_then(|r| r)
            .map_err(status)?;
        let disk = service.store().disk();
        let index_bytes = stats.iter().filter_map(|s| s.engine.as_ref()).map(|e| e.bytes).sum();
        Ok(Response::new(v1::GetStatsResponse {
            seq: service.store().seq().0,
            collections: stats.iter().map(stats_to_wire).collect(),
            version: env!("CARGO_PKG_VERSION").into(),
            ranking_version: service.matcher().ranking_version(),
            lexicon_version: service.analyst().analyzer_version().into(),
            store_bytes: service.store().size_bytes(),
            index_bytes,
            disk_free_bytes: disk.free_bytes,
            min_free_disk_bytes: disk.min_free_bytes,
            read_only: disk.is_read_only(),
            started: Some(timestamp(service.started())),
            embedder: match service.embedder_health() {
                Health::Good => "READY".into(),
                Health::Failing(reason) => format!("FAILING {reason}"),
                Health::Suspended(reason) => format!("SUSPENDED {reason}"),
            },
        }))
    }

    async fn rebuild(
        &self,
        request: Request<v1::RebuildRequest>,
    ) -> Result<Response<v1::RebuildResponse>, Status> {
        let chosen = collection(request.into_inner().collection)?;
        let ticket = self.0.rebuild(chosen);
        Ok(Response::new(v1::RebuildResponse { ticket: Some(ticket_to_wire(ticket)) }))
    }

    async fn erase(
        &self,
        request: Request<v1::EraseRequest>,
    ) -> Result<Response<v1::EraseResponse>, Status> {
        let request = request.into_inner();
        let chosen = collection(request.collection)?
            .ok_or_else(|| status(Refusal::missing("collection")))?;
        let id = records::id(&request.id)?;
        let ticket = self.0.erase(chosen, id).await.map_err(status)?;
        Ok(Response::new(v1::EraseResponse { ticket: Some(ticket_to_wire(ticket)) }))
    }

    async fn get_ticket(
        &self,
        request: Request<v1::GetTicketRequest>,
    ) -> Result<Response<v1::GetTicketResponse>, Status> {
        let id = request.into_inner().id;
        let ticket = self.0.ticket(&id).map_err(status)?.ok_or_else(|| {
            let message = "there is no such ticket; the last 1,000 of this process are kept, and \
                           those of deletions are good for as long as the store";
            status(Refusal::new(Code::NotFound, "NOT_FOUND", message))
        })?;
        Ok(Response::new(v1::GetTicketResponse { ticket: Some(ticket_to_wire(ticket)) }))
    }

    async fn list_tickets(
        &self,
        _: Request<v1::ListTicketsRequest>,
    ) -> Result<Response<v1::ListTicketsResponse>, Status> {
        let tickets = self.0.tickets().list().into_iter().map(ticket_to_wire).collect();
        Ok(Response::new(v1::ListTicketsResponse { tickets }))
    }
}
