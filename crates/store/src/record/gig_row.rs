//! Terms of a gig on disk.

use jobmatch_domain::gig::{PhysicalLoad, Provider, Settlement};
use jobmatch_domain::text::Text;
use jobmatch_domain::{GigTerms, Invalid};
use prost::Message;

use super::parts::{PointMessage, by_code};
use crate::error::RecordError;

/// Tags and codes are on disk: they are never given another meaning.
#[derive(Clone, PartialEq, Message)]
pub(super) struct GigMessage {
    #[prost(uint32, optional, tag = "1")]
    settlement: Option<u32>,
    #[prost(string, tag = "2")]
    meeting_point: String,
    #[prost(message, optional, tag = "3")]
    meeting_at: Option<PointMessage>,
    #[prost(uint32, optional, tag = "4")]
    food: Option<u32>,
    #[prost(uint32, optional, tag = "5")]
    tools: Option<u32>,
    #[prost(uint32, optional, tag = "6")]
    transport: Option<u32>,
    #[prost(uint32, optional, tag = "7")]
    load: Option<u32>,
    #[prost(bool, tag = "8")]
    employer_checked: bool,
}

fn settlement_code(settlement: Settlement) -> u32 {
    match settlement {
        Settlement::SameDay => 1,
        Settlement::Weekly => 2,
        Settlement::OnCompletion => 3,
        Settlement::Monthly => 4,
    }
}

fn provider_code(provider: Provider) -> u32 {
    match provider {
        Provider::Employer => 1,
        Provider::Worker => 2,
    }
}

fn load_code(load: PhysicalLoad) -> u32 {
    match load {
        PhysicalLoad::Light => 1,
        PhysicalLoad::Medium => 2,
        PhysicalLoad::Heavy => 3,
    }
}

impl GigMessage {
    pub(super) fn of(gig: &GigTerms) -> Self {
        Self {
            settlement: gig.settlement.map(settlement_code),
            meeting_point: gig.meeting_point.to_string(),
            meeting_at: gig.meeting_at.map(PointMessage::of),
            food: gig.food.map(provider_code),
            tools: gig.tools.map(provider_code),
            transport: gig.transport.map(provider_code),
            load: gig.load.map(load_code),
            employer_checked: gig.employer_checked,
        }
    }

    pub(super) fn parse(&self) -> Result<GigTerms, RecordError> {
        let provider = |code: Option<u32>, field| {
            code.map(|code| by_code(Provider::ALL, provider_code, code, field)).transpose()
        };
        let settlement = |code| by_code(Settlement::ALL, settlement_code, code, "gig.settlement");
        let load = |code| by_code(PhysicalLoad::ALL, load_code, code, "gig.load");
        let meeting_at = self
            .meeting_at
            .map(|p| p.parse())
            .transpose()
            .map_err(|e| Invalid::from(e).at("gig.meeting_at"))?;
        Ok(GigTerms {
            settlement: self.settlement.map(settlement).transpose()?,
            meeting_point: Text::parse(&self.meeting_point)
                .map_err(|e| e.at("gig.meeting_point"))?,
            meeting_at,
            food: provider(self.food, "gig.food")?,
            tools: provider(self.tools, "gig.tools")?,
            transport: provider(self.transport, "gig.transport")?,
            load: self.load.map(load).transpose()?,
            employer_checked: self.employer_checked,
        })
    }
}
