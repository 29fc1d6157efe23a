//! Markets of any kind, small, with many ties.

use jobmatch_domain::{CivilInstant, Window};
use jobmatch_gigs::{Gig, Market, Pair};
use proptest::collection::vec;
use proptest::prelude::*;

/// A window on one morning, hours of the day; without end when it is `None`.
pub(crate) fn hours(start: u32, end: Option<u32>) -> Window {
    let at = |hour: u32| CivilInstant::parse(&format!("2026-11-24T{hour:02}:00")).unwrap();
    Window::new(at(start), end.map(at)).unwrap()
}

fn window() -> impl Strategy<Value = Option<Window>> {
    let some = (6u32..18, proptest::option::of(1u32..5))
        .prop_map(|(start, length)| hours(start, length.map(|l| start + l)));
    proptest::option::weighted(0.9, some)
}

/// Up to so many people and gigs; each pair is there or not, with one of four values a side.
pub(crate) fn market(people: usize, gigs: usize, most: usize) -> impl Strategy<Value = Market> {
    let value = || (0u8..4).prop_map(|v| f64::from(v) / 4.0);
    let gig = (0u32..3, window()).prop_map(|(places, window)| Gig { places, window });
    let pairs = vec(proptest::option::weighted(0.7, (value(), value())), people * gigs);
    (1..=people, vec(gig, 1..=gigs), pairs, 1..=most).prop_map(
        move |(people, gigs, values, gigs_a_person)| {
            let cell = |(i, v): (usize, &Option<(f64, f64)>)| {
                let (for_person, for_gig) = (*v)?;
                let (person, gig) = (i / gigs.len(), i % gigs.len());
                (person < people).then_some(Pair { person, gig, for_person, for_gig })
            };
            let pairs = values.iter().enumerate().filter_map(cell).collect();
            Market { people, gigs, pairs, gigs_a_person }
        },
    )
}
