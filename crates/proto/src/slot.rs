//! Slots on the wire.

use jobmatch_domain::slot::SlotState;
use jobmatch_domain::{DocumentId, Invalid, Slot, Violation};

use crate::list::page_size;
use crate::matching::id_at;
use crate::{fields as f, page_token, v1};

/// Longest hold in seconds: a day.
const MAX_HOLD_SECONDS: u32 = 86_400;

/// A place that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take {
    /// The posting.
    pub posting: DocumentId,
    /// For whom.
    pub taker: DocumentId,
    /// `None`: confirmed.
    pub hold_seconds: Option<u32>,
}

/// Checks a request for a place.
pub fn take(wire: &v1::TakeSlotRequest) -> Result<Take, Violation> {
    let hold_seconds = match wire.hold_seconds {
        Some(seconds) if !(1..=MAX_HOLD_SECONDS).contains(&seconds) => {
            return Err(Invalid::range(seconds, 1, MAX_HOLD_SECONDS).at("hold_seconds"));
        }
        seconds => seconds,
    };
    Ok(Take {
        posting: id_at(&wire.posting_id, "posting_id")?,
        taker: id_at(&wire.taker_id, "taker_id")?,
        hold_seconds,
    })
}

/// Checks a request to give a place back: posting and taker.
pub fn release(wire: &v1::ReleaseSlotRequest) -> Result<(DocumentId, DocumentId), Violation> {
    Ok((id_at(&wire.posting_id, "posting_id")?, id_at(&wire.taker_id, "taker_id")?))
}

/// Whose slots are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlotsOf {
    /// Those of a posting.
    Posting(DocumentId),
    /// Those of a taker.
    Taker(DocumentId),
}

/// A list of slots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotList {
    /// Whose.
    pub of: SlotsOf,
    /// Slots on a page.
    pub page_size: usize,
    /// The last id of the page before.
    pub after: Option<DocumentId>,
}

/// Checks a request for a list; also gives its digest, for the token of the next page.
pub fn list(mut wire: v1::ListSlotsRequest) -> Result<(SlotList, u64), Violation> {
    let size = std::mem::take(&mut wire.page_size);
    let token = std::mem::take(&mut wire.page_token);
    let digest = page_token::digest("ListSlots", &wire);
    use v1::list_slots_request::Of as W;
    let of = match wire.of {
        None => return Err(Invalid::Missing.at("of")),
        Some(W::PostingId(id)) => SlotsOf::Posting(id_at(&id, "posting_id")?),
        Some(W::TakerId(id)) => SlotsOf::Taker(id_at(&id, "taker_id")?),
    };
    let after = page_token::parse_list(&token, digest)?;
    Ok((SlotList { of, page_size: page_size(size)?, after }, digest))
}

/// A slot.
pub fn to_wire(slot: &Slot) -> v1::Slot {
    let (state, hold_until) = match slot.state {
        SlotState::Held(until) => (v1::SlotState::Held, Some(f::timestamp(until))),
        SlotState::Confirmed => (v1::SlotState::Confirmed, None),
    };
    v1::Slot {
        posting_id: slot.posting.to_string(),
        taker_id: slot.taker.to_string(),
        state: state as i32,
        hold_until,
        taken: Some(f::timestamp(slot.taken)),
    }
}
