//! Where the documents are: a grid of cells, so that a radius is asked of whole cells first.

use std::collections::HashMap;
use std::ops::Range;
use std::slice;

use jobmatch_domain::{Facets, Point};

use super::super::kernels::prefetch;
use super::super::retrieve::Tie;
use crate::bitmap::Bitmap;

/// Side of a cell in degrees, some 2 km in Shandong: of a way to work of 10 km most cells lie
/// wholly within reach, and a city has some hundreds.
const CELL_DEGREES: f64 = 0.02;
/// Chords this much longer or shorter than a limit, in shares of it, are decided without
/// asking the distance itself: far above the rounding of either.
const CLOSE: f64 = 1e-6;
/// The same for the shortest ones: a chord of some millimetres.
const HAIR: f64 = 1e-9;

/// Cells that are put in order at once when the nearest are sought. What that is worth stands in
/// `benches/steps.md`.
const CELLS_AT_ONCE: usize = 64;

/// Places by slot and by cell.
#[derive(Debug, Default)]
pub(super) struct Places {
    points: Vec<Option<Point>>,
    cells: Vec<Cell>,
    cells_by_degrees: HashMap<(i16, i16), u32>,
    located: Bitmap,
    /// Located, with a limit to the way.
    limited: Bitmap,
}

#[derive(Debug)]
struct Cell {
    centre: [f64; 3],
    /// Chord to the farthest slot.
    radius: f64,
    slots: Vec<u32>,
    /// Their points on the unit sphere, side by side: slots of one place lie far apart.
    units: Vec<[f64; 3]>,
    /// Chords of the straight-line ways that they go; infinite without a limit.
    reaches: Vec<f64>,
    /// So many from the first on are ordered by their reach, the longest first, so that most of a
    /// cell is decided at once.
    ordered: usize,
    /// So many from the first on have no limit.
    unlimited: usize,
    /// Longest of the reaches that have an end: of the cells beyond it nothing more is read.
    longest: f64,
}

/// Members of a cell that may be out of order, …
const UNORDERED: usize = 16;
/// … besides one for so many of those that are not.
const ORDERED_SHARE: usize = 16;

impl Cell {
    fn around(centre: [f64; 3]) -> Self {
        let (slots, units, reaches) = (Vec::new(), Vec::new(), Vec::new());
        let (radius, longest) = (0.0, 0.0);
        Self { centre, radius, slots, units, reaches, ordered: 0, unlimited: 0, longest }
    }

    fn add(&mut self, slot: u32, unit: [f64; 3], reach: f64) {
        self.radius = self.radius.max(chord_squared(&self.centre, &unit).sqrt());
        let count = self.slots.len();
        let follows = self.reaches.last().is_none_or(|last| *last >= reach);
        self.slots.push(slot);
        self.units.push(unit);
        self.reaches.push(reach);
        if self.ordered == count && follows {
            self.ordered += 1;
            self.unlimited += usize::from(reach.is_infinite());
        }
        if reach.is_finite() {
            self.longest = self.longest.max(reach);
        }
    }

    fn order_when_due(&mut self) {
        if self.slots.len() - self.ordered > UNORDERED + self.ordered / ORDERED_SHARE {
            self.order();
        }
    }

    fn order(&mut self) {
        let mut order: Vec<usize> = (0..self.slots.len()).collect();
        order.sort_by(|a, b| self.reaches[*b].total_cmp(&self.reaches[*a]));
        self.slots = order.iter().map(|at| self.slots[*at]).collect();
        self.units = order.iter().map(|at| self.units[*at]).collect();
        self.reaches = order.iter().map(|at| self.reaches[*at]).collect();
        self.ordered = order.len();
        self.unlimited = self.reaches.partition_point(|reach| reach.is_infinite());
    }

    /// Whether all of the cell, whose centre is so far, lies within a bound; `None`: perhaps.
    fn lies_within(&self, far: f64, bound: f64) -> Option<bool> {
        let slack = CLOSE * (far + self.radius + bound);
        if far - self.radius > bound + slack {
            return Some(false);
        }
        (far + self.radius + HAIR < bound - slack).then_some(true)
    }

    /// Members that are surely within their own reach, and those that may be. Members without a limit
    /// are not among the former; among the latter, which are not all ordered, they may be.
    fn within_own(&self, far: f64) -> (&[u32], impl Iterator<Item = usize> + use<>) {
        if self.lies_within(far, self.longest) == Some(false) {
            return (&[], (0..0).chain(0..0));
        }
        let before = |is_before: &dyn Fn(Option<bool>) -> bool| {
            let limited = &self.reaches[self.unlimited..self.ordered];
            let count = limited.partition_point(|reach| is_before(self.lies_within(far, *reach)));
            self.unlimited + count
        };
        let sure = before(&|within| within == Some(true));
        let possible = before(&|within| within != Some(false));
        (&self.slots[self.unlimited..sure], (sure..possible).chain(self.ordered..self.slots.len()))
    }
}

/// How far is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reach {
    /// So many metres.
    Metres(f64),
    /// As far as each of the documents goes.
    Own,
}

impl Places {
    /// Those of all documents.
    pub(super) fn of(documents: impl Iterator<Item = Option<Facets>>) -> Option<Self> {
        let mut places = Self::default();
        for facets in documents {
            places.add(&facets?);
        }
        places.cells.iter_mut().for_each(Cell::order);
        Some(places)
    }

    pub(super) fn push(&mut self, facets: &Facets) {
        if let Some(cell) = self.add(facets) {
            cell.order_when_due();
        }
    }

    /// Returns the cell that it is added to.
    fn add(&mut self, facets: &Facets) -> Option<&mut Cell> {
        let slot = self.points.len() as u32;
        let reach = facets.reach_metres().map_or(f64::INFINITY, Point::chord_for_metres);
        self.points.push(facets.point);
        let point = facets.point?;
        self.located.set(slot);
        if reach.is_finite() {
            self.limited.set(slot);
        }
        let unit = point.unit_vector();
        let cell = self.cell_of(&point);
        cell.add(slot, unit, reach);
        Some(cell)
    }

    fn cell_of(&mut self, point: &Point) -> &mut Cell {
        let step = |degrees: f64| (degrees / CELL_DEGREES).floor() as i16;
        let key = (step(point.latitude()), step(point.longitude()));
        let next = self.cells.len() as u32;
        let index = *self.cells_by_degrees.entry(key).or_insert(next);
        if index == next {
            self.cells.push(Cell::around(point.unit_vector()));
        }
        &mut self.cells[index as usize]
    }

    pub(super) fn prefetch(&self, slot: u32) {
        prefetch(slice::from_ref(&self.points[slot as usize]));
    }

    pub(super) fn point(&self, slot: u32) -> Option<Point> {
        self.points[slot as usize]
    }

    /// Slots with a place.
    pub(super) fn located(&self) -> &Bitmap {
        &self.located
    }

    /// Slots with a place and a limit to their way.
    pub(super) fn limited(&self) -> &Bitmap {
        &self.limited
    }

    /// The eligible slots with a place that are nearest to a point, `keep` of them if there are as
    /// many, in no order, with the squares of their chords; ties in the order of `tie`. Cells are
    /// looked at from the nearest on, until the rest lies farther than what was found.
    pub(super) fn nearest(
        &self,
        from: &Point,
        keep: usize,
        (eligible, tie): (&Bitmap, Tie<'_>),
    ) -> Vec<(f64, u32)> {
        let unit = from.unit_vector();
        let least = |cell: &Cell| {
            let chord = chord_squared(&cell.centre, &unit).sqrt() - cell.radius;
            (chord * (1.0 - CLOSE) - CLOSE).max(0.0).powi(2)
        };
        let mut cells: Vec<(f64, &Cell)> = self.cells.iter().map(|c| (least(c), c)).collect();
        let nearer = |a: &(f64, &Cell), b: &(f64, &Cell)| a.0.total_cmp(&b.0);
        let order =
            |a: &(f64, u32), b: &(f64, u32)| a.0.total_cmp(&b.0).then_with(|| tie(a.1, b.1));
        let mut found: Vec<(f64, u32)> = Vec::new();
        let mut bound = f64::INFINITY;
        for at in 0..cells.len() {
            // Few of the cells are looked at, so few are put in order.
            if at % CELLS_AT_ONCE == 0 {
                let ahead = &mut cells[at..];
                let count = CELLS_AT_ONCE.min(ahead.len());
                ahead.select_nth_unstable_by(count - 1, nearer);
                ahead[..count].sort_unstable_by(nearer);
            }
            let (least, cell) = cells[at];
            if least > bound {
                break;
            }
            let members = cell.slots.iter().zip(&cell.units);
            let near = members.map(|(slot, at)| (chord_squared(at, &unit), *slot));
            found.extend(near.filter(|(chord, slot)| *chord <= bound && eligible.contains(*slot)));
            if found.len() > keep && keep > 0 {
                let (_, last, _) = found.select_nth_unstable_by(keep - 1, order);
                bound = last.0;
                found.truncate(keep);
            }
        }
        found
    }

    /// How many cells there are.
    pub(super) fn cells(&self) -> usize {
        self.cells.len()
    }

    /// The slots of some cells within reach of a point. Chords decide; within a hair of the limit
    /// `is_within` is asked, the condition itself. Of their own reaches, slots without a limit are
    /// left out.
    pub(super) fn within(
        &self,
        cells: Range<usize>,
        (from, reach): (&Point, Reach),
        is_within: impl Fn(u32) -> bool,
    ) -> Bitmap {
        let unit = from.unit_vector();
        let mut found = Bitmap::new(self.points.len());
        let decide = |found: &mut Bitmap, cell: &Cell, at: usize, bound: f64| {
            let (slot, close) = (cell.slots[at], CLOSE * bound + HAIR);
            let squared = chord_squared(&cell.units[at], &unit);
            let is_near = squared < (bound - close).max(0.0).powi(2);
            // A chord that is not close to the limit is decided without its root.
            if is_near || squared <= (bound + close).powi(2) && is_within(slot) {
                found.set(slot);
            }
        };
        for cell in &self.cells[cells] {
            let far = chord_squared(&cell.centre, &unit).sqrt();
            match reach {
                Reach::Metres(metres) => {
                    let bound = Point::chord_for_metres(metres);
                    match cell.lies_within(far, bound) {
                        Some(true) => cell.slots.iter().for_each(|slot| found.set(*slot)),
                        Some(false) => {}
                        None => {
                            (0..cell.slots.len()).for_each(|at| decide(&mut found, cell, at, bound))
                        }
                    }
                }
                Reach::Own => {
                    let (sure, possible) = cell.within_own(far);
                    sure.iter().for_each(|slot| found.set(*slot));
                    let limited = possible.filter(|at| cell.reaches[*at].is_finite());
                    limited.for_each(|at| decide(&mut found, cell, at, cell.reaches[at]));
                }
            }
        }
        found
    }
}

fn chord_squared(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2) + (a[2] - b[2]).powi(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jobmatch_domain::{Datum, Travel};
    use proptest::prelude::*;

    fn point() -> impl Strategy<Value = Point> {
        let near = (36.5f64..36.9, 116.8f64..117.4);
        let far = (-89.0f64..89.0, -179.9f64..179.9);
        // So close that they fill some cells.
        let close = (36.5f64..36.53, 116.8f64..116.82);
        prop_oneof![3 => near, 1 => far, 6 => close]
            .prop_map(|(lat, lon)| Point::new(lat, lon, Datum::Wgs84).unwrap())
    }

    fn document() -> impl Strategy<Value = Facets> {
        let minutes = proptest::option::of(1u16..90);
        (proptest::option::of(point()), minutes).prop_map(|(point, max_travel_minutes)| Facets {
            point,
            max_travel_minutes,
            travel: Travel::Car,
            ..Facets::default()
        })
    }

    #[test]
    fn the_nearest_of_many_cells_are_found_however_many_are_looked_at() {
        let mut places = Places::default();
        // A document a cell, so mixed that neighbours come far apart.
        let points: Vec<Point> = (0..2_000u32)
            .map(|n| n * 1_201 % 2_000)
            .map(|n| (36.0 + f64::from(n / 50) * 0.021, 117.0 + f64::from(n % 50) * 0.021))
            .map(|(lat, lon)| Point::new(lat, lon, Datum::Wgs84).unwrap())
            .collect();
        let mut eligible = Bitmap::default();
        for (slot, point) in (0u32..).zip(&points) {
            places.push(&Facets { point: Some(*point), ..Facets::default() });
            eligible.set(slot);
        }
        assert!(places.cells() > 10 * CELLS_AT_ONCE);
        let from = Point::new(36.3333, 117.4567, Datum::Wgs84).unwrap();
        let unit = from.unit_vector();
        let mut expected: Vec<(f64, u32)> = (0u32..)
            .zip(&points)
            .map(|(slot, at)| (chord_squared(&at.unit_vector(), &unit), slot))
            .collect();
        expected.sort_by(|a, b| a.0.total_cmp(&b.0));
        for keep in [1, CELLS_AT_ONCE - 1, CELLS_AT_ONCE, CELLS_AT_ONCE + 1, 500, 1_999] {
            let mut found = places.nearest(&from, keep, (&eligible, &|a, b| a.cmp(&b)));
            found.sort_by(|a, b| a.0.total_cmp(&b.0));
            found.truncate(keep);
            assert_eq!(found, expected[..keep]);
        }
    }

    proptest! {
        #[test]
        fn the_nearest_by_cells_are_the_nearest_of_all(
            documents in proptest::collection::vec(document(), 0..400),
            from in point(),
            keep in 1usize..300,
            left_out in proptest::collection::btree_set(0u32..400, 0..200),
        ) {
            let mut places = Places::default();
            let mut eligible = Bitmap::default();
            for (slot, document) in (0u32..).zip(&documents) {
                places.push(document);
                if !left_out.contains(&slot) {
                    eligible.set(slot);
                }
            }
            let unit = from.unit_vector();
            let chord = |slot: u32| {
                let at = documents[slot as usize].point?;
                Some((chord_squared(&at.unit_vector(), &unit), slot))
            };
            let mut expected: Vec<(f64, u32)> = eligible.iter().filter_map(chord).collect();
            // Ties backwards, as those of ids may be.
            let order =
                |a: &(f64, u32), b: &(f64, u32)| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(&a.1));
            expected.sort_by(order);
            expected.truncate(keep);
            let mut found = places.nearest(&from, keep, (&eligible, &|a, b| b.cmp(&a)));
            found.sort_by(order);
            found.truncate(keep);
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn cells_find_what_distances_find(
            documents in proptest::collection::vec(document(), 0..200),
            from in point(),
            at_once in 0usize..200,
            asked in 0usize..200,
            part in 0usize..20,
            metres in 0.0f64..60_000.0,
        ) {
            let all = documents.iter().cloned().map(Some);
            let mut places = Places::of(all.clone().take(at_once)).unwrap();
            all.skip(at_once).flatten().for_each(|d| places.push(&d));
            // The distance of one of them: it lies on the very border.
            let to = documents.get(asked).and_then(|d| d.point);
            let metres = to.map_or(metres, |to| from.distance_metres(&to));
            let slots = |keep: &dyn Fn(&Facets) -> bool| -> Vec<u32> {
                (0u32..).zip(&documents).filter(|(_, d)| keep(d)).map(|(slot, _)| slot).collect()
            };
            let within = |d: &Facets| d.point.is_some_and(|p| from.distance_metres(&p) <= metres);
            let all_within = |reach, is_within: &dyn Fn(u32) -> bool| {
                let part = part.min(places.cells());
                let mut found = places.within(0..part, (&from, reach), is_within);
                found.union(&places.within(part..places.cells(), (&from, reach), is_within));
                found
            };
            let found = all_within(Reach::Metres(metres), &|s| within(&documents[s as usize]));
            prop_assert_eq!(found.iter().collect::<Vec<_>>(), slots(&within));
            let reaches = |d: &Facets| {
                let way = d.point.map(|p| from.distance_metres(&p));
                way.zip(d.reach_metres()).is_some_and(|(way, reach)| way <= reach)
            };
            let found = all_within(Reach::Own, &|s| reaches(&documents[s as usize]));
            prop_assert_eq!(found.iter().collect::<Vec<_>>(), slots(&reaches));
        }
    }
}
