//! Columns to a sealed file and back.

use jobmatch_domain::facets::Compared;
use jobmatch_domain::{Datum, Facets, Point};

use super::compared::SealedCompared;
use super::places::Places;
use super::{COLUMNS, Columns, Row};

/// The columns of the slots of a sealed file.
pub(in crate::embedded) struct SealedColumns<'a> {
    /// By column and code: the value in facets that are blank otherwise.
    pub(in crate::embedded) values: [Vec<Facets>; COLUMNS],
    /// Codes of each slot, [`COLUMNS`] of them.
    pub(in crate::embedded) codes: &'a [u32],
    /// Latitude and longitude of each slot; not numbers where it has no place.
    pub(in crate::embedded) points: &'a [f64],
    pub(in crate::embedded) compared: SealedCompared,
}

impl Columns {
    /// The code of each slot in the column of volatile facts, the one that changes.
    pub(in crate::embedded) fn volatile_codes(&self) -> Vec<u32> {
        self.rows.iter().map(|row| row.volatile).collect()
    }

    /// The codes of a slot, with this one in the column of volatile facts.
    pub(in crate::embedded) fn codes(&self, slot: u32, volatile: u32) -> [u32; COLUMNS] {
        Row { volatile, ..self.rows[slot as usize] }.codes()
    }

    /// Latitude and longitude of a slot; not numbers where it has no place.
    pub(in crate::embedded) fn degrees(&self, slot: u32) -> [f64; 2] {
        let place = self.places.point(slot);
        place.map_or([f64::NAN; 2], |point| [point.latitude(), point.longitude()])
    }

    /// What ranking compares, encoded.
    pub(in crate::embedded) fn compared_bytes(&self, slot: u32) -> Vec<u8> {
        self.compared.encoded(slot)
    }

    /// Takes from a sealed file what it has; returns what it replaces.
    pub(in crate::embedded) fn settle(&mut self, compared: SealedCompared) -> Vec<Compared> {
        self.compared.settle(compared)
    }

    /// The columns of a sealed file; `None` when they do not fit each other.
    pub(in crate::embedded) fn of_sealed(sealed: SealedColumns<'_>) -> Option<Self> {
        let (slots, rest) = sealed.codes.as_chunks::<COLUMNS>();
        let (degrees, odd) = sealed.points.as_chunks::<2>();
        if !rest.is_empty() || !odd.is_empty() || degrees.len() != slots.len() {
            return None;
        }
        let rows = slots.iter().map(|codes| Row::of_codes(*codes)).collect();
        let mut columns = Self::of_rows(&sealed.values, rows)?;
        columns.named.learn(&columns.occupations);
        columns.places = columns.places(degrees)?;
        columns.compared.settle(sealed.compared);
        Some(columns)
    }

    fn places(&self, degrees: &[[f64; 2]]) -> Option<Places> {
        let facets = |([latitude, longitude], row): (&[f64; 2], &Row)| {
            let point = match latitude.is_nan() {
                true => None,
                false => Some(Point::new(*latitude, *longitude, Datum::Wgs84).ok()?),
            };
            let (travel, max_travel_minutes) = *self.reach.value(row.reach);
            Some(Facets { point, travel, max_travel_minutes, ..Facets::default() })
        };
        Places::of(degrees.iter().zip(&self.rows).map(facets))
    }
}
