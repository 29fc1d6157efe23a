//! Terms of gigs on the wire.

use jobmatch_domain::gig::{PhysicalLoad, Provider, Settlement};
use jobmatch_domain::text::Text;
use jobmatch_domain::{GigTerms, Violation};

use crate::fields as f;
use crate::v1;

pub(crate) fn from_wire(wire: v1::GigTerms) -> Result<GigTerms, Violation> {
    let provider = |number, path| f::listed(number, &Provider::ALL, "provider", path);
    Ok(GigTerms {
        settlement: f::listed(wire.settlement, &Settlement::ALL, "settlement", "settlement")?,
        meeting_point: Text::parse(&wire.meeting_point).map_err(|e| e.at("meeting_point"))?,
        meeting_at: wire
            .meeting_at
            .map(f::point)
            .transpose()
            .map_err(|v| v.within("meeting_at"))?,
        food: provider(wire.food, "food")?,
        tools: provider(wire.tools, "tools")?,
        transport: provider(wire.transport, "transport")?,
        load: f::listed(wire.load, &PhysicalLoad::ALL, "physical load", "load")?,
        employer_checked: wire.employer_checked,
    })
}

pub(crate) fn to_wire(gig: &GigTerms) -> v1::GigTerms {
    v1::GigTerms {
        settlement: f::number_in(gig.settlement, &Settlement::ALL),
        meeting_point: gig.meeting_point.to_string(),
        meeting_at: gig.meeting_at.map(f::point_to_wire),
        food: f::number_in(gig.food, &Provider::ALL),
        tools: f::number_in(gig.tools, &Provider::ALL),
        transport: f::number_in(gig.transport, &Provider::ALL),
        load: f::number_in(gig.load, &PhysicalLoad::ALL),
        employer_checked: gig.employer_checked,
    }
}
