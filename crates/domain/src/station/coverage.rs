//! Which divisions lie too far from any station.

use super::StationFilter;
use crate::division::Division;
use crate::geo::Point;
use crate::ids::DocumentId;
use crate::travel::Travel;

/// A question for the divisions from whose centre no station is reached in time.
#[derive(Debug, Clone, PartialEq)]
pub struct CoverageGap {
    /// Subtree that is looked at.
    pub division: Division,
    /// Means of travel.
    pub travel: Travel,
    /// Longest way, 1 to 240 minutes.
    pub max_minutes: u16,
    /// Which stations count.
    pub filter: StationFilter,
}

/// A division whose centre is too far from any station.
#[derive(Debug, Clone, PartialEq)]
pub struct Uncovered {
    /// The division.
    pub division: Division,
    /// Its centre.
    pub centre: Point,
    /// The station reached soonest and the minutes to it; `None`: there is none at all.
    pub nearest: Option<(DocumentId, f64)>,
}

/// What is not covered, and of how much.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// Farthest first; those with no station at all lead. Ties by division.
    pub uncovered: Vec<Uncovered>,
    /// Divisions that were looked at.
    pub looked_at: usize,
    /// Lowest divisions about which nothing is said.
    pub without_centre: usize,
}

/// Those divisions of a subtree that have a centre of their own and none below them that has
/// one, by code; and how many divisions at the bottom of the subtree have none. While centres
/// of districts are on record and those of streets are not, the districts are looked at and
/// their streets are counted as unknown.
pub fn lowest_divisions(root: Division) -> (Vec<(Division, Point)>, usize) {
    let subtree: Vec<Division> = Division::all().filter(|d| root.contains(*d)).collect();
    // A division that is not in the table, such as a village, is its own bottom.
    let bottom = if subtree.is_empty() { vec![root] } else { lowest(&subtree, |d| *d) };
    let without = bottom.iter().filter(|d| d.own_centre().is_none()).count();
    let centred: Vec<(Division, Point)> =
        subtree.iter().filter_map(|d| Some((*d, d.own_centre()?))).collect();
    (lowest(&centred, |(d, _)| *d), without)
}

/// The items below which there is no other. In order of code a division stands right before
/// those that lie in it.
fn lowest<T: Copy>(items: &[T], division: impl Fn(&T) -> Division) -> Vec<T> {
    let is_lowest = |i: usize| {
        let next = items.get(i + 1).map(&division);
        next.is_none_or(|next| !division(&items[i]).contains(next))
    };
    (0..items.len()).filter(|i| is_lowest(*i)).map(|i| items[i]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(code: &str) -> (Vec<String>, usize) {
        let (looked_at, without) = lowest_divisions(Division::parse(code).unwrap());
        (looked_at.iter().map(|(d, _)| d.short()).collect(), without)
    }

    #[test]
    fn districts_are_looked_at_and_their_streets_counted() {
        let (districts, streets) = counts("3701");
        assert_eq!(districts.len(), 12, "{districts:?}");
        assert!(districts.iter().all(|d| d.len() == 6 && d.starts_with("3701")));
        let all = Division::all().filter(|d| d.short().len() == 9);
        assert_eq!(streets, all.filter(|d| d.short().starts_with("3701")).count());
        assert_eq!(counts("370102"), (vec!["370102".into()], 13));
        assert_eq!(counts("370102001"), (vec![], 1));
        assert_eq!(counts("370102001003"), (vec![], 1));
    }

    #[test]
    fn outside_shandong_nothing_is_said() {
        let (looked_at, without) = counts("1101");
        assert!(looked_at.is_empty());
        assert_eq!(
            without,
            Division::all()
                .filter(|d| d.short().starts_with("1101") && d.short().len() == 6)
                .count()
        );
    }
}
