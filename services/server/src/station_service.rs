//! StationService on the wire.

use std::sync::Arc;

use jobmatch_domain::station::Reached;
use jobmatch_domain::{Station, Violation};
use jobmatch_matching::{MatchingError, Service, Session, StationWrite, Stored};
use jobmatch_proto::v1::station_service_server::StationService;
use jobmatch_proto::{page_token, station, station_query, v1};
use tonic::{Request, Response, Status};

use crate::access::session;
use crate::records;
use crate::status::{Refusal, status};

/// The service.
pub(crate) struct StationApi(pub(crate) Arc<Service>);

fn wire(stored: &Stored<Station>) -> v1::Station {
    station::to_wire_stored(&stored.record, stored.seq, stored.updated)
}

fn reached(found: &Reached<Arc<Stored<Station>>>) -> v1::NearbyStation {
    v1::NearbyStation {
        station: Some(wire(&found.station)),
        minutes: found.minutes,
        metres: found.metres,
        open_on_arrival: found.open_on_arrival,
    }
}

impl StationApi {
    async fn update(
        &self,
        session: &Session,
        request: v1::UpdateStationRequest,
    ) -> Result<Arc<Stored<Station>>, Refusal> {
        // The mask stands beside the station in the request.
        let within = |v: Violation| match v.path.starts_with("update_mask") {
            true => v,
            false => v.within("station"),
        };
        let wire = request.station.ok_or_else(|| Refusal::missing("station"))?;
        let write = StationWrite {
            id: records::parse_id(&wire.id).map_err(within)?,
            allow_missing: request.allow_missing,
            etag: wire.etag.clone(),
        };
        let mask = request.update_mask.map(|m| m.paths).unwrap_or_default();
        if mask.is_empty() {
            // Refused before it takes a place in the queue of writes.
            let station = station::from_wire(wire).map_err(within)?;
            return Ok(session.stations().put(write, Box::new(|_| Ok(station))).await?);
        }
        let change = move |current: Option<&Station>| match current {
            Some(current) => station::merge(current, wire, &mask).map_err(within),
            None => station::from_wire(wire).map_err(within),
        };
        Ok(session.stations().put(write, Box::new(change)).await?)
    }

    /// Runs a look at all stations away from the async threads.
    async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Service) -> Result<T, MatchingError> + Send + 'static,
    ) -> Result<T, Status> {
        let service = self.0.clone();
        let task = tokio::task::spawn_blocking(move || look(&service));
        task.await.map_err(MatchingError::from).and_then(|r| r).map_err(status)
    }
}

#[tonic::async_trait]
impl StationService for StationApi {
    async fn get_station(
        &self,
        request: Request<v1::GetStationRequest>,
    ) -> Result<Response<v1::GetStationResponse>, Status> {
        let id = records::id(&request.into_inner().id)?;
        let stored = self.0.stations().get(&id).map_err(status)?;
        Ok(Response::new(v1::GetStationResponse { station: Some(wire(&stored)) }))
    }

    async fn list_stations(
        &self,
        request: Request<v1::ListStationsRequest>,
    ) -> Result<Response<v1::ListStationsResponse>, Status> {
        let (list, digest) = station::list(request.into_inner()).map_err(status)?;
        let keep = |s: &Station| {
            list.division.is_none_or(|root| s.division.is_some_and(|d| root.contains(d)))
                && (list.kinds.is_empty() || list.kinds.contains(&s.kind))
        };
        let (found, last) = self.0.stations().list(list.after.as_ref(), list.page_size, keep);
        Ok(Response::new(v1::ListStationsResponse {
            stations: found.iter().map(|s| wire(s)).collect(),
            next_page_token: last.map(|id| page_token::list(&id, digest)).unwrap_or_default(),
        }))
    }

    async fn update_station(
        &self,
        request: Request<v1::UpdateStationRequest>,
    ) -> Result<Response<v1::UpdateStationResponse>, Status> {
        let session = session(&self.0, &request);
        let stored = self.update(&session, request.into_inner()).await.map_err(status)?;
        Ok(Response::new(v1::UpdateStationResponse { station: Some(wire(&stored)) }))
    }

    async fn delete_station(
        &self,
        request: Request<v1::DeleteStationRequest>,
    ) -> Result<Response<v1::DeleteStationResponse>, Status> {
        let session = session(&self.0, &request);
        let v1::DeleteStationRequest { id, etag, allow_missing } = request.into_inner();
        let write = StationWrite { id: records::id(&id)?, allow_missing, etag };
        session.stations().delete(write).await.map_err(status)?;
        Ok(Response::new(v1::DeleteStationResponse {}))
    }

    async fn nearby_stations(
        &self,
        request: Request<v1::NearbyStationsRequest>,
    ) -> Result<Response<v1::NearbyStationsResponse>, Status> {
        let query = station_query::nearby(request.into_inner()).map_err(status)?;
        let found = self.look(move |s| s.stations().nearby(&query, s.now())).await?;
        let stations = found.iter().map(reached).collect();
        Ok(Response::new(v1::NearbyStationsResponse { stations }))
    }

    async fn coverage_gap(
        &self,
        request: Request<v1::CoverageGapRequest>,
    ) -> Result<Response<v1::CoverageGapResponse>, Status> {
        let query = station_query::coverage_gap(request.into_inner()).map_err(status)?;
        let gap = self.look(move |s| Ok(s.stations().coverage_gap(&query))).await?;
        Ok(Response::new(station_query::gap_to_wire(&gap)))
    }
}
