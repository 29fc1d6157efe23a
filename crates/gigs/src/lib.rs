//! Who of the people present does which gig?
//!
//! Pure functions: no I/O, no clock, no randomness. The same market gives the same assignment,
//! in whatever order its pairs are listed.

mod acceptance;
mod market;

use jobmatch_domain::Window;
pub use market::{Gig, Market, Pair};

use acceptance::accept;
use market::Book;

/// One person on one gig.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Index of the person.
    pub person: usize,
    /// Index of the gig.
    pub gig: usize,
    /// The gig's place in the person's list, from 1.
    pub person_choice: u32,
    /// The person's place in the gig's list, from 1.
    pub gig_choice: u32,
}

/// Who does what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// By person, then by start of the gig, those without a window last; ties by index.
    pub placed: Vec<Placed>,
    /// Places by gig that nobody got.
    pub left: Vec<u32>,
}

/// Assigns people to gigs by deferred acceptance in which the people propose (Gale and Shapley:
/// College Admissions and the Stability of Marriage, American Mathematical Monthly 1962), gigs
/// taking as many as they have places. Nobody gets a gig that would rather have somebody whom it
/// did not get while that person would rather have the gig; of all such assignments each person
/// gets their best. Where both sides give each pair the same value there is just one.
///
/// A person gets at most one gig a round. After the first, up to [`Market::gigs_a_person`], the
/// places left are assigned in the same way among the pairs that [`overlap`] nothing the person
/// has already; each round is stable for what was left to it.
pub fn assign(market: &Market) -> Assignment {
    let book = Book::new(market);
    let mut left: Vec<u32> = market.gigs.iter().map(|gig| gig.places).collect();
    let mut open = vec![true; book.pairs.len()];
    let mut placed: Vec<Placed> = Vec::new();
    for _ in 0..market.gigs_a_person {
        let accepted = accept(&book, &open, &left);
        if accepted.is_empty() {
            break;
        }
        for pair in accepted {
            let Pair { person, gig, .. } = book.pairs[pair];
            left[gig] -= 1;
            for other in &book.by_person[person] {
                let windows = [gig, book.pairs[*other].gig].map(|g| market.gigs[g].window.as_ref());
                open[*other] &= !overlap(windows[0], windows[1]);
            }
            placed.push(Placed {
                person,
                gig,
                person_choice: book.person_choice[pair],
                gig_choice: book.gig_choice[pair],
            });
        }
    }
    let start = |gig: usize| market.gigs[gig].window.map(|w| w.start().instant());
    placed.sort_by_key(|p| (p.person, start(p.gig).is_none(), start(p.gig), p.gig));
    Assignment { placed, left }
}

/// Whether nobody can do both gigs. One without an end lasts until it closes, at the end of its
/// starting day; one without a window may be at any time, so it overlaps everything. A gig
/// overlaps itself.
pub fn overlap(a: Option<&Window>, b: Option<&Window>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.overlaps(b),
        _ => true,
    }
}
