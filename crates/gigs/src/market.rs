//! Who is there, what is to be done, and who would rather have whom.

use jobmatch_domain::Window;

/// A gig with the places that are to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gig {
    /// Places; 0 gives none.
    pub places: u32,
    /// When it is; `None`: not known.
    pub window: Option<Window>,
}

/// A person and a gig that suit each other. Pairs that are not listed are never made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Index of the person.
    pub person: usize,
    /// Index of the gig.
    pub gig: usize,
    /// What the gig is worth to the person; more is better.
    pub for_person: f64,
    /// What the person is worth to the gig; more is better.
    pub for_gig: f64,
}

/// People and gigs by index, in the order that ties fall to: among equal values each side
/// would rather have the lower index.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Market {
    /// Number of people.
    pub people: usize,
    /// The gigs.
    pub gigs: Vec<Gig>,
    /// The pairs that may be made, in any order, each once (of several the one that is worth
    /// most to the person counts). One that names nobody is left out.
    pub pairs: Vec<Pair>,
    /// Most gigs of one person.
    pub gigs_a_person: usize,
}

/// The market as strict lists of both sides.
pub(crate) struct Book {
    /// In order of person and gig.
    pub(crate) pairs: Vec<Pair>,
    /// Pairs of each person, best first.
    pub(crate) by_person: Vec<Vec<usize>>,
    /// Place of each pair in the person's list, from 1.
    pub(crate) person_choice: Vec<u32>,
    /// Place of each pair in the gig's list, from 1.
    pub(crate) gig_choice: Vec<u32>,
}

impl Book {
    pub(crate) fn new(market: &Market) -> Self {
        let named = |p: &&Pair| p.person < market.people && p.gig < market.gigs.len();
        let mut pairs: Vec<Pair> = market.pairs.iter().filter(named).copied().collect();
        pairs.sort_unstable_by(|a, b| {
            let best = || b.for_person.total_cmp(&a.for_person);
            let ids = (a.person, a.gig).cmp(&(b.person, b.gig));
            ids.then_with(best).then_with(|| b.for_gig.total_cmp(&a.for_gig))
        });
        pairs.dedup_by_key(|p| (p.person, p.gig));
        let mut by_person = vec![Vec::new(); market.people];
        let mut by_gig = vec![Vec::new(); market.gigs.len()];
        for (i, pair) in pairs.iter().enumerate() {
            by_person[pair.person].push(i);
            by_gig[pair.gig].push(i);
        }
        // The lists are in order of index as they stand, and the sorts keep that among equals.
        for list in &mut by_person {
            list.sort_by(|a: &usize, b| pairs[*b].for_person.total_cmp(&pairs[*a].for_person));
        }
        for list in &mut by_gig {
            list.sort_by(|a: &usize, b| pairs[*b].for_gig.total_cmp(&pairs[*a].for_gig));
        }
        let person_choice = choices(&by_person, pairs.len());
        let gig_choice = choices(&by_gig, pairs.len());
        Self { pairs, by_person, person_choice, gig_choice }
    }
}

/// The place of each pair in the list that holds it.
fn choices(lists: &[Vec<usize>], pairs: usize) -> Vec<u32> {
    let mut out = vec![0; pairs];
    for list in lists {
        for (place, pair) in (1..).zip(list) {
            out[*pair] = place;
        }
    }
    out
}
