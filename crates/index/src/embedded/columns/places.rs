//! Where the documents are: a grid of cells, so that a radius is asked of whole cells first.

use std::collections::HashMap;

use jobmatch_domain::{Facets, Point};

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

/// Places by slot and by cell.
#[derive(Debug, Default)]
pub(super) struct Places {
    points: Vec<Option<Point>>,
    /// Chord of the straight-line way that a person goes; infinite without a limit.
    reaches: Vec<f64>,
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
    /// The longest of the members' own ways.
    reach: f64,
    slots: Vec<u32>,
    /// Their points on the unit sphere, side by side: slots of one place lie far apart.
    units: Vec<[f64; 3]>,
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
    pub(super) fn push(&mut self, facets: &Facets) {
        let slot = self.points.len() as u32;
        let reach = facets.reach_metres().map_or(f64::INFINITY, Point::chord_for_metres);
        self.points.push(facets.point);
        self.reaches.push(reach);
        let Some(point) = facets.point else { return };
        self.located.set(slot);
        if reach.is_finite() {
            self.limited.set(slot);
        }
        let unit = point.unit_vector();
        let cell = self.cell_of(&point);
        cell.radius = cell.radius.max(chord_squared(&cell.centre, &unit).sqrt());
        cell.reach = cell.reach.max(if reach.is_finite() { reach } else { 0.0 });
        cell.slots.push(slot);
        cell.units.push(unit);
    }

    fn cell_of(&mut self, point: &Point) -> &mut Cell {
        let step = |degrees: f64| (degrees / CELL_DEGREES).floor() as i16;
        let key = (step(point.latitude()), step(point.longitude()));
        let next = self.cells.len() as u32;
        let index = *self.cells_by_degrees.entry(key).or_insert(next);
        if index == next {
            let centre = point.unit_vector();
            let (slots, units) = (Vec::new(), Vec::new());
            self.cells.push(Cell { centre, radius: 0.0, reach: 0.0, slots, units });
        }
        &mut self.cells[index as usize]
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
        cells.sort_by(|a, b| a.0.total_cmp(&b.0));
        let order =
            |a: &(f64, u32), b: &(f64, u32)| a.0.total_cmp(&b.0).then_with(|| tie(a.1, b.1));
        let mut found: Vec<(f64, u32)> = Vec::new();
        let mut bound = f64::INFINITY;
        for (least, cell) in cells {
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

    /// The slots within reach of a point. Chords decide; within a hair of the limit `is_within`
    /// is asked, the condition itself.
    pub(super) fn within(
        &self,
        from: &Point,
        reach: Reach,
        is_within: impl Fn(u32) -> bool,
    ) -> Bitmap {
        let unit = from.unit_vector();
        let mut found = Bitmap::new(self.points.len());
        for cell in &self.cells {
            let bound = match reach {
                Reach::Metres(metres) => Point::chord_for_metres(metres),
                Reach::Own => cell.reach,
            };
            let far = chord_squared(&cell.centre, &unit).sqrt();
            let slack = CLOSE * (far + cell.radius + bound);
            if far - cell.radius > bound + slack {
                continue;
            }
            if matches!(reach, Reach::Metres(_)) && far + cell.radius + HAIR < bound - slack {
                cell.slots.iter().for_each(|slot| found.set(*slot));
                continue;
            }
            for (slot, at) in cell.slots.iter().zip(&cell.units) {
                let bound = match reach {
                    Reach::Metres(_) => bound,
                    Reach::Own => self.reaches[*slot as usize],
                };
                let close = CLOSE * bound + HAIR;
                let squared = chord_squared(at, &unit);
                let is_near = squared < (bound - close).max(0.0).powi(2);
                // A chord that is not close to the limit is decided without its root.
                if is_near || squared <= (bound + close).powi(2) && is_within(*slot) {
                    found.set(*slot);
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
        prop_oneof![3 => near, 1 => far]
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

    proptest! {
        #[test]
        fn the_nearest_by_cells_are_the_nearest_of_all(
            documents in proptest::collection::vec(document(), 0..80),
            from in point(),
            keep in 1usize..20,
            left_out in proptest::collection::btree_set(0u32..80, 0..40),
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
            documents in proptest::collection::vec(document(), 0..80),
            from in point(),
            asked in 0usize..80,
            metres in 0.0f64..60_000.0,
        ) {
            let mut places = Places::default();
            documents.iter().for_each(|d| places.push(d));
            // The distance of one of them: it lies on the very border.
            let to = documents.get(asked).and_then(|d| d.point);
            let metres = to.map_or(metres, |to| from.distance_metres(&to));
            let slots = |keep: &dyn Fn(&Facets) -> bool| -> Vec<u32> {
                (0u32..).zip(&documents).filter(|(_, d)| keep(d)).map(|(slot, _)| slot).collect()
            };
            let within = |d: &Facets| d.point.is_some_and(|p| from.distance_metres(&p) <= metres);
            let found = places.within(&from, Reach::Metres(metres), |s| within(&documents[s as usize]));
            prop_assert_eq!(found.iter().collect::<Vec<_>>(), slots(&within));
            let reaches = |d: &Facets| {
                let way = d.point.map(|p| from.distance_metres(&p));
                way.zip(d.reach_metres()).is_some_and(|(way, reach)| way <= reach)
            };
            let mut found = places.within(&from, Reach::Own, |s| reaches(&documents[s as usize]));
            let unlimited = slots(&|d| d.reach_metres().is_none());
            unlimited.iter().for_each(|slot| found.clear(*slot));
            prop_assert_eq!(found.iter().collect::<Vec<_>>(), slots(&reaches));
        }
    }
}
