//! Several gigs a person, the order of the answer, and what a market may hold.

use jobmatch_gigs::{Gig, Market, Pair, Placed, assign, overlap};
use proptest::prelude::*;

use crate::sample::{hours, market};

fn pair(person: usize, gig: usize, value: f64) -> Pair {
    Pair { person, gig, for_person: value, for_gig: value }
}

fn overlaps(market: &Market, a: usize, b: usize) -> bool {
    overlap(market.gigs[a].window.as_ref(), market.gigs[b].window.as_ref())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn places_are_kept_nothing_overlaps_and_no_place_waits_for_who_could_take_it(
        market in market(8, 6, 3),
    ) {
        let answer = assign(&market);
        let of = |person: usize| -> Vec<&Placed> {
            answer.placed.iter().filter(|p| p.person == person).collect()
        };
        for (gig, left) in answer.left.iter().enumerate() {
            let taken = answer.placed.iter().filter(|p| p.gig == gig).count() as u32;
            prop_assert_eq!(taken + left, market.gigs[gig].places);
        }
        for person in 0..market.people {
            let own = of(person);
            prop_assert!(own.len() <= market.gigs_a_person);
            for (i, a) in own.iter().enumerate() {
                prop_assert!(own[..i].iter().all(|b| !overlaps(&market, a.gig, b.gig)));
            }
        }
        for p in &market.pairs {
            let own = of(p.person);
            let has_room = own.len() < market.gigs_a_person
                && own.iter().all(|o| !overlaps(&market, o.gig, p.gig));
            prop_assert!(!has_room || answer.left[p.gig] == 0, "{p:?}");
        }
        let one = assign(&Market { gigs_a_person: 1, ..market.clone() });
        prop_assert!(one.placed.iter().all(|p| answer.placed.contains(p)));
    }

    #[test]
    fn the_order_of_the_pairs_makes_no_difference(
        (market, shuffled) in market(8, 6, 3).prop_flat_map(|market| {
            let pairs = Just(market.pairs.clone()).prop_shuffle();
            (Just(market), pairs)
        }),
    ) {
        let answer = assign(&market);
        prop_assert_eq!(assign(&Market { pairs: shuffled, ..market }), answer);
    }
}

#[test]
fn choices_count_from_one_in_the_list_of_each_side() {
    let gig = Gig { places: 1, window: None };
    let pairs = vec![pair(0, 0, 0.9), pair(1, 0, 0.8), pair(1, 1, 0.5), pair(2, 1, 0.7)];
    let market = Market { people: 3, gigs: vec![gig; 2], pairs, gigs_a_person: 1 };
    let answer = assign(&market);
    let placed =
        |person, gig, person_choice, gig_choice| Placed { person, gig, person_choice, gig_choice };
    assert_eq!(answer.placed, [placed(0, 0, 1, 1), placed(2, 1, 1, 1)]);
    let more = Market { gigs: vec![gig, Gig { places: 2, window: None }], ..market };
    assert_eq!(assign(&more).placed[1], placed(1, 1, 2, 2));
}

#[test]
fn a_second_gig_begins_when_the_first_is_over() {
    let gigs = [hours(6, Some(10)), hours(9, Some(12)), hours(10, Some(14)), hours(13, None)];
    let gigs: Vec<Gig> = gigs.map(|w| Gig { places: 1, window: Some(w) }).to_vec();
    // The later gig is liked best and still stands behind the earlier one in the answer.
    let pairs = vec![pair(0, 0, 0.6), pair(0, 1, 0.7), pair(0, 2, 0.9), pair(0, 3, 0.8)];
    let market = Market { people: 1, gigs, pairs, gigs_a_person: 3 };
    let own: Vec<usize> = assign(&market).placed.iter().map(|p| p.gig).collect();
    assert_eq!(own, [0, 2]);
}

#[test]
fn a_gig_without_a_window_leaves_no_room_for_another() {
    let open = Gig { places: 1, window: None };
    let dated = Gig { places: 1, window: Some(hours(6, Some(8))) };
    let pairs = vec![pair(0, 0, 0.5), pair(0, 1, 0.9)];
    let market = Market { people: 1, gigs: vec![open, dated], pairs, gigs_a_person: 2 };
    assert_eq!(assign(&market).placed.len(), 1);
    assert!(!overlap(Some(&hours(6, Some(8))), Some(&hours(8, None))));
    assert!(overlap(Some(&hours(6, None)), Some(&hours(23, None))));
}

#[test]
fn pairs_that_name_nobody_or_come_twice_do_no_harm() {
    let gigs = vec![Gig { places: 1, window: None }];
    let pairs = vec![pair(0, 0, 0.1), pair(0, 0, 0.9), pair(1, 0, 0.5), pair(7, 0, 1.0)];
    let pairs = [pairs, vec![pair(0, 3, 1.0), pair(1, 0, f64::NAN)]].concat();
    let market = Market { people: 2, gigs, pairs, gigs_a_person: 1 };
    assert_eq!(assign(&market).placed.len(), 1);
    assert_eq!(assign(&Market::default()).placed, []);
}
