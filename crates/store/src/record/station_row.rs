//! A station on disk.

use jobmatch_domain::posting::Place;
use jobmatch_domain::station::{ClosedDates, Phone, ServiceItem, StationKind};
use jobmatch_domain::text::Text;
use jobmatch_domain::{Date, DocumentId, Instant, Invalid, Seq, Station};
use prost::Message;

use super::Stored;
use super::parts::{PlaceMessage, ShiftMessage, by_code};
use crate::error::RecordError;
use crate::tables::RowMessage;

/// Tags and codes are on disk: they are never given another meaning.
#[derive(Clone, PartialEq, Message)]
struct StationMessage {
    #[prost(string, tag = "1")]
    id: String,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(uint32, tag = "3")]
    kind: u32,
    #[prost(message, optional, tag = "4")]
    place: Option<PlaceMessage>,
    #[prost(string, tag = "5")]
    address: String,
    #[prost(string, tag = "6")]
    phone: String,
    #[prost(message, repeated, tag = "7")]
    opening_hours: Vec<ShiftMessage>,
    /// `YYYY-MM-DD`.
    #[prost(string, repeated, tag = "8")]
    closed_dates: Vec<String>,
    #[prost(uint32, repeated, tag = "9")]
    services: Vec<u32>,
}

fn kind_code(kind: StationKind) -> u32 {
    match kind {
        StationKind::Neighbourhood => 1,
        StationKind::GigMarket => 2,
        StationKind::Post => 3,
        StationKind::Centre => 4,
    }
}

fn service_code(item: ServiceItem) -> u32 {
    match item {
        ServiceItem::EmploymentRegistration => 1,
        ServiceItem::UnemploymentRegistration => 2,
        ServiceItem::JobPlacement => 3,
        ServiceItem::CareerGuidance => 4,
        ServiceItem::Recruitment => 5,
        ServiceItem::Assistance => 6,
        ServiceItem::Startup => 7,
        ServiceItem::Training => 8,
        ServiceItem::Subsidy => 9,
        ServiceItem::UnemploymentBenefit => 10,
        ServiceItem::GigDispatch => 11,
        ServiceItem::RightsAdvice => 12,
        ServiceItem::Archives => 13,
    }
}

/// The payload of a station's row.
pub(crate) fn encode(stored: &Stored<Station>) -> Vec<u8> {
    RowMessage {
        seq: stored.seq.0,
        content_seq: stored.content_seq.0,
        updated: stored.updated.0,
        record: message(&stored.record).encode_to_vec(),
        taken: 0,
    }
    .encode_to_vec()
}

/// Reads a payload back through the domain's parsers.
pub(crate) fn decode(payload: &[u8]) -> Result<Stored<Station>, RecordError> {
    let row = RowMessage::decode(payload)?;
    Ok(Stored {
        record: parse(&StationMessage::decode(&row.record[..])?)?,
        seq: Seq(row.seq),
        content_seq: Seq(row.content_seq),
        updated: Instant(row.updated),
        taken: 0,
    })
}

fn message(station: &Station) -> StationMessage {
    let place = Place { division: station.division, point: Some(station.point) };
    StationMessage {
        id: station.id.to_string(),
        name: station.name.to_string(),
        kind: kind_code(station.kind),
        place: Some(PlaceMessage::of(&place)),
        address: station.address.to_string(),
        phone: station.phone.to_string(),
        opening_hours: ShiftMessage::of_all(&station.opening_hours),
        closed_dates: station.closed_dates.dates().iter().map(Date::to_string).collect(),
        services: station.services.iter().map(|item| service_code(*item)).collect(),
    }
}

fn parse(message: &StationMessage) -> Result<Station, RecordError> {
    let place = message.place.as_ref().map(PlaceMessage::parse).transpose()?.unwrap_or_default();
    let dates = message.closed_dates.iter().map(|text| Date::parse(text));
    let dates = dates.collect::<Result<_, _>>().and_then(ClosedDates::new);
    let service = |code: &u32| by_code(ServiceItem::ALL, service_code, *code, "services");
    Ok(Station {
        id: DocumentId::parse(&message.id).map_err(|e| e.at("id"))?,
        name: Text::parse(&message.name).map_err(|e| e.at("name"))?,
        kind: by_code(StationKind::ALL, kind_code, message.kind, "kind")?,
        point: place.point.ok_or_else(|| Invalid::Missing.at("place.point"))?,
        division: place.division,
        address: Text::parse(&message.address).map_err(|e| e.at("address"))?,
        phone: Phone::parse(&message.phone).map_err(|e| e.at("phone"))?,
        opening_hours: ShiftMessage::parse_all(&message.opening_hours)?,
        closed_dates: dates.map_err(|e| e.at("closed_dates"))?,
        services: message.services.iter().map(service).collect::<Result<_, _>>()?,
    })
}
