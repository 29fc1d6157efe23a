//! One gig a person: stable, best for the people, and who gets one is the same in every stable
//! assignment.

use jobmatch_gigs::{Market, Pair, assign};
use proptest::prelude::*;

use crate::sample::market;

/// The gig of each person.
type Matching = Vec<Option<usize>>;

fn pair(market: &Market, person: usize, gig: usize) -> Option<&Pair> {
    market.pairs.iter().find(|p| p.person == person && p.gig == gig)
}

/// Whether the person would rather have `a` than `b`; anything rather than nothing.
fn person_prefers(market: &Market, person: usize, a: usize, b: Option<usize>) -> bool {
    let value = |gig| pair(market, person, gig).unwrap().for_person;
    b.is_none_or(|b| value(a) > value(b) || (value(a) == value(b) && a < b))
}

fn gig_prefers(market: &Market, gig: usize, a: usize, b: usize) -> bool {
    let value = |person| pair(market, person, gig).unwrap().for_gig;
    value(a) > value(b) || (value(a) == value(b) && a < b)
}

/// Every pair that would rather have each other, and nobody above the places.
fn is_stable(market: &Market, matching: &Matching) -> bool {
    let on = |gig: usize| (0..market.people).filter(move |p| matching[*p] == Some(gig));
    let within = (0..market.gigs.len()).all(|g| on(g).count() <= market.gigs[g].places as usize);
    let allowed =
        (0..market.people).all(|p| matching[p].is_none_or(|gig| pair(market, p, gig).is_some()));
    within
        && allowed
        && !market.pairs.iter().any(|&Pair { person, gig, .. }| {
            let room = on(gig).count() < market.gigs[gig].places as usize;
            let worse = market.gigs[gig].places > 0
                && on(gig).any(|other| gig_prefers(market, gig, person, other));
            matching[person] != Some(gig)
                && (room || worse)
                && person_prefers(market, person, gig, matching[person])
        })
}

fn matching(market: &Market) -> Matching {
    let mut out = vec![None; market.people];
    for placed in assign(market).placed {
        assert_eq!(out[placed.person], None, "two gigs in one round");
        out[placed.person] = Some(placed.gig);
    }
    out
}

/// Every stable assignment, by trying all.
fn all_stable(market: &Market) -> Vec<Matching> {
    let choices = market.gigs.len() + 1;
    let total = choices.pow(market.people as u32);
    let decode = |mut number: usize| -> Matching {
        let mut digit = || {
            let digit = number % choices;
            number /= choices;
            digit.checked_sub(1)
        };
        (0..market.people).map(|_| digit()).collect()
    };
    (0..total).map(decode).filter(|m| is_stable(market, m)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_person_and_gig_would_rather_have_each_other(market in market(9, 6, 1)) {
        prop_assert!(is_stable(&market, &matching(&market)));
    }

    #[test]
    fn of_all_stable_assignments_each_person_gets_their_best(market in market(4, 3, 1)) {
        let ours = matching(&market);
        let stable = all_stable(&market);
        prop_assert!(stable.contains(&ours));
        for other in &stable {
            for person in 0..market.people {
                // Rural hospitals (Roth 1986): the same people and the same number of places.
                prop_assert_eq!(ours[person].is_some(), other[person].is_some());
                if let (Some(own), Some(theirs)) = (ours[person], other[person]) {
                    prop_assert!(
                        own == theirs || person_prefers(&market, person, own, Some(theirs))
                    );
                }
            }
        }
    }

    #[test]
    fn where_both_sides_value_alike_there_is_one_stable_assignment(market in market(4, 3, 1)) {
        let mut market = market;
        for pair in &mut market.pairs {
            pair.for_gig = pair.for_person;
        }
        prop_assert_eq!(all_stable(&market), vec![matching(&market)]);
    }
}
