//! Places of postings, taken one by one.

use crate::ids::DocumentId;
use crate::posting::{JobPosting, PostingStatus};
use crate::time::{Instant, Window};

/// Where a slot stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SlotState {
    /// Kept for the taker up to this instant; free again by itself from then on.
    Held(Instant),
    /// Taken until it is released.
    Confirmed,
}

/// One place of a posting that somebody has taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The posting.
    pub posting: DocumentId,
    /// Who has it: an opaque id.
    pub taker: DocumentId,
    /// Where it stands.
    pub state: SlotState,
    /// When it was first taken.
    pub taken: Instant,
}

/// Why a place cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlotRefusal {
    /// The posting is not open, has expired, or its gig has begun.
    NotOpen,
    /// The posting tells no number of places.
    PlacesUnknown,
    /// All places are taken.
    NoPlaces,
    /// The taker has a place of another gig at the same time.
    Overlap {
        /// The other gig.
        with: DocumentId,
    },
}

/// Places that nobody has, where the posting tells how many it offers.
pub fn places_free(posting: &JobPosting, taken: u32) -> Option<u32> {
    posting.headcount.left().map(|left| left.saturating_sub(taken))
}

/// Whether a gig has begun.
pub fn has_begun(posting: &JobPosting, now: Instant) -> bool {
    posting.window.is_some_and(|w| w.start().instant() <= now)
}

/// Whether somebody new may take a place of a posting of which `taken` are taken. `others` are
/// the postings of which the taker has places.
pub fn admit<'a>(
    posting: &JobPosting,
    taken: u32,
    others: impl IntoIterator<Item = &'a JobPosting>,
    now: Instant,
) -> Result<(), SlotRefusal> {
    let expired = posting.valid_until().is_some_and(|until| until <= now);
    if posting.status != PostingStatus::Open || expired || has_begun(posting, now) {
        return Err(SlotRefusal::NotOpen);
    }
    match places_free(posting, taken) {
        None => return Err(SlotRefusal::PlacesUnknown),
        Some(0) => return Err(SlotRefusal::NoPlaces),
        Some(_) => {}
    }
    let Some(window) = &posting.window else {
        return Ok(());
    };
    let overlaps = |other: &&JobPosting| other.window.as_ref().is_some_and(|w| w.overlaps(window));
    match others.into_iter().find(overlaps) {
        Some(other) => Err(SlotRefusal::Overlap { with: other.id.clone() }),
        None => Ok(()),
    }
}

impl Window {
    /// Whether both share a minute. A window without an end lasts to the end of its first day.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start().instant() < other.closes() && other.start().instant() < self.closes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::posting::Headcount;
    use crate::text::Text;
    use crate::time::CivilInstant;

    fn at(text: &str) -> CivilInstant {
        CivilInstant::parse(text).unwrap()
    }

    fn gig(id: &str, start: &str, end: Option<&str>, places: Option<u32>) -> JobPosting {
        let title = Text::parse("装卸工").unwrap();
        JobPosting {
            window: Some(Window::new(at(start), end.map(at)).unwrap()),
            headcount: Headcount::new(places, None).unwrap(),
            ..JobPosting::blank(DocumentId::parse(id).unwrap(), title)
        }
    }

    #[test]
    fn a_gig_takes_people_until_it_begins_or_is_full() {
        let gig = gig("g", "2026-11-27T06:00", Some("2026-11-27T11:00"), Some(2));
        let begins = at("2026-11-27T06:00").instant();
        let before = Instant(begins.0 - 1);
        assert_eq!(admit(&gig, 1, [], before), Ok(()));
        assert_eq!(admit(&gig, 2, [], before), Err(SlotRefusal::NoPlaces));
        assert_eq!(admit(&gig, 3, [], before), Err(SlotRefusal::NoPlaces));
        assert_eq!(admit(&gig, 0, [], begins), Err(SlotRefusal::NotOpen));
        let paused = JobPosting { status: PostingStatus::Paused, ..gig.clone() };
        assert_eq!(admit(&paused, 0, [], before), Err(SlotRefusal::NotOpen));
        let untold = JobPosting { headcount: Headcount::default(), ..gig };
        assert_eq!(admit(&untold, 0, [], before), Err(SlotRefusal::PlacesUnknown));
    }

    #[test]
    fn nobody_is_in_two_places_at_once() {
        let night = gig("night", "2026-11-27T22:00", Some("2026-11-28T06:00"), Some(5));
        let early = gig("early", "2026-11-28T05:30", None, Some(5));
        let later = gig("later", "2026-11-28T06:00", Some("2026-11-28T09:00"), Some(5));
        let now = at("2026-11-27T12:00").instant();
        let clash = SlotRefusal::Overlap { with: night.id.clone() };
        assert_eq!(admit(&early, 0, [&night], now), Err(clash));
        assert_eq!(admit(&later, 0, [&night], now), Ok(()));
        // Without an end it lasts all day.
        let whole_day = SlotRefusal::Overlap { with: early.id.clone() };
        assert_eq!(admit(&later, 0, [&night, &early], now), Err(whole_day));
    }
}
