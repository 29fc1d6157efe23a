//! The file of a model: which terms it knows, what they weigh and where they point.
//!
//! All numbers are little endian:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | magic `jmstatic` |
//! | 8 | xxh3-64 of all that follows |
//! | 4 | version, 1 |
//! | 4 | learnt dimensions, 128 |
//! | 4 | hashed dimensions, 128 |
//! | 4 | rows, n |
//! | 2 × 4 | weight of an unknown word, of an unknown gram (f32) |
//! | n × 4 | keys (u32), rising |
//! | n × 4 | weights (f32) |
//! | n × 4 | scales (f32): an element of a row is its byte times the scale |
//! | n × 128 | rows (i8) |

use xxhash_rust::xxh3::xxh3_64;

use crate::error::EmbedError;
use crate::static_model::{HASHED, LEARNT};

const MAGIC: &[u8; 8] = b"jmstatic";
const VERSION: u32 = 1;
const HEADER_BYTES: usize = 24;
const ROW_BYTES: usize = 12 + LEARNT;
/// Keys are looked up in slices by their highest bits: some seven keys a slice.
const SLICE_BITS: u32 = 12;

/// A term as the trainer hands it over.
#[derive(Debug, Clone)]
pub(crate) struct TermRow {
    pub(crate) key: u32,
    pub(crate) weight: f32,
    /// Of length 1, or 0 when nothing was learnt.
    pub(crate) vector: [f32; LEARNT],
}

/// The known terms, sorted by key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    keys: Vec<u32>,
    weights: Vec<f32>,
    scales: Vec<f32>,
    rows: Vec<i8>,
    unknown_weights: [f32; 2],
    /// Where the keys of each slice start; one more at the end.
    slices: Vec<u32>,
}

/// A known term.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) weight: f32,
    pub(crate) scale: f32,
    pub(crate) row: &'a [i8],
}

impl Table {
    /// Quantises rows. Of rows with one key the first is kept.
    pub(crate) fn of_rows(mut terms: Vec<TermRow>, unknown_weights: [f32; 2]) -> Self {
        terms.sort_by_key(|t| t.key);
        terms.dedup_by_key(|t| t.key);
        let mut rows = Vec::with_capacity(terms.len() * LEARNT);
        let mut scales = Vec::with_capacity(terms.len());
        for term in &terms {
            let greatest = term.vector.iter().fold(0f32, |m, v| m.max(v.abs()));
            let scale = greatest.max(f32::MIN_POSITIVE) / 127.0;
            scales.push(scale);
            rows.extend(term.vector.iter().map(|v| (v / scale).round() as i8));
        }
        let keys: Vec<u32> = terms.iter().map(|t| t.key).collect();
        Self {
            slices: slices(&keys),
            weights: terms.iter().map(|t| t.weight).collect(),
            keys,
            scales,
            rows,
            unknown_weights,
        }
    }

    /// Reads a file; refuses one that is of another format, cut or changed.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, EmbedError> {
        let damaged = |problem| EmbedError::Damaged { problem };
        let format = EmbedError::Format { expected: "jmstatic 1" };
        let (magic, rest) = bytes.split_at_checked(8).ok_or(damaged("too short"))?;
        if magic != MAGIC {
            return Err(format);
        }
        let (checksum, sealed) = rest.split_at_checked(8).ok_or(damaged("too short"))?;
        if checksum != xxh3_64(sealed).to_le_bytes() {
            return Err(damaged("wrong checksum"));
        }
        let (header, body) = sealed.split_at_checked(HEADER_BYTES).ok_or(damaged("too short"))?;
        let header: Vec<u32> = words(header).collect();
        if header[..3] != [VERSION, LEARNT as u32, HASHED as u32] {
            return Err(format);
        }
        let count = header[3] as usize;
        if count.checked_mul(ROW_BYTES) != Some(body.len()) {
            return Err(damaged("wrong length"));
        }
        let (keys, body) = body.split_at(count * 4);
        let (weights, body) = body.split_at(count * 4);
        let (scales, rows) = body.split_at(count * 4);
        let keys: Vec<u32> = words(keys).collect();
        let table = Self {
            slices: slices(&keys),
            keys,
            weights: words(weights).map(f32::from_bits).collect(),
            scales: words(scales).map(f32::from_bits).collect(),
            rows: rows.iter().map(|b| *b as i8).collect(),
            unknown_weights: [f32::from_bits(header[4]), f32::from_bits(header[5])],
        };
        table.check()?;
        Ok(table)
    }

    /// What a right checksum doesn't promise: the writer may have been wrong.
    fn check(&self) -> Result<(), EmbedError> {
        let damaged = |problem| Err(EmbedError::Damaged { problem });
        if !self.keys.is_sorted_by(|a, b| a < b) {
            return damaged("keys out of order");
        }
        // Bounds far from where sums of some thousand terms overflow.
        let sound = |v: &f32| (0.0..=1e6).contains(v);
        let mut numbers = self.weights.iter().chain(&self.scales);
        if !numbers.all(sound) || !self.unknown_weights.iter().all(sound) {
            return damaged("weights out of range");
        }
        Ok(())
    }

    /// The file that [`Table::parse`] reads.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let sealed = self.sealed();
        let mut out = Vec::with_capacity(16 + sealed.len());
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&xxh3_64(&sealed).to_le_bytes());
        out.extend_from_slice(&sealed);
        out
    }

    /// First half of the file's checksum: the model's name.
    pub(crate) fn digest(&self) -> u32 {
        xxh3_64(&self.sealed()) as u32
    }

    fn sealed(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER_BYTES + self.keys.len() * ROW_BYTES);
        let count = self.keys.len() as u32;
        let header = [VERSION, LEARNT as u32, HASHED as u32, count];
        let floats = self.unknown_weights.iter().map(|v| v.to_bits());
        let columns = [&self.weights, &self.scales].into_iter().flatten();
        let numbers = header.into_iter().chain(floats);
        let numbers = numbers.chain(self.keys.iter().copied());
        for number in numbers.chain(columns.map(|v| v.to_bits())) {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend(self.rows.iter().map(|v| *v as u8));
        out
    }

    /// The term with this key.
    pub(crate) fn find(&self, key: u32) -> Option<Known<'_>> {
        let slice = (key >> (32 - SLICE_BITS)) as usize;
        let (start, end) = (self.slices[slice] as usize, self.slices[slice + 1] as usize);
        let at = start + self.keys[start..end].binary_search(&key).ok()?;
        Some(Known {
            weight: self.weights[at],
            scale: self.scales[at],
            row: &self.rows[at * LEARNT..(at + 1) * LEARNT],
        })
    }

    /// Weights of a word and of a gram that the table doesn't have.
    pub(crate) fn unknown_weights(&self) -> [f32; 2] {
        self.unknown_weights
    }

    /// Known terms.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    let quads = bytes.as_chunks::<4>().0;
    quads.iter().map(|quad| u32::from_le_bytes(*quad))
}

fn slices(keys: &[u32]) -> Vec<u32> {
    let start = |slice: u32| keys.partition_point(|k| k >> (32 - SLICE_BITS) < slice) as u32;
    (0..=1 << SLICE_BITS).map(start).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(keys: &[u32]) -> Table {
        let row = |key: &u32| TermRow {
            key: *key,
            weight: (key % 7) as f32,
            vector: std::array::from_fn(|i| (*key as f32 + i as f32).sin()),
        };
        Table::of_rows(keys.iter().map(row).collect(), [2.0, 1.0])
    }

    /// The file again after a change, with a checksum that fits.
    fn resealed(table: &Table, at: usize, value: u32) -> Vec<u8> {
        let mut bytes = table.to_bytes();
        bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        let checksum = xxh3_64(&bytes[16..]).to_le_bytes();
        bytes[8..16].copy_from_slice(&checksum);
        bytes
    }

    #[test]
    fn files_that_are_sealed_but_wrong_are_refused() {
        let table = table(&[5, 9]);
        let problem = |at, value: u32| Table::parse(&resealed(&table, at, value)).err();
        let format = Some(EmbedError::Format { expected: "jmstatic 1" });
        let damaged = |problem| Some(EmbedError::Damaged { problem });
        assert_eq!(problem(16, 2), format);
        assert_eq!(problem(20, 64), format);
        assert_eq!(problem(28, 3), damaged("wrong length"));
        assert_eq!(problem(28, u32::MAX), damaged("wrong length"));
        let nan = f32::NAN.to_bits();
        assert_eq!(problem(32, nan), damaged("weights out of range"));
        assert_eq!(problem(40, 9), damaged("keys out of order"));
        assert_eq!(problem(48, nan), damaged("weights out of range"));
        assert_eq!(problem(56, (-1f32).to_bits()), damaged("weights out of range"));
        assert_eq!(problem(64, 0x0102_0304), None);
    }

    proptest! {
        #[test]
        fn every_key_is_found_and_no_other(
            keys in proptest::collection::vec(any::<u32>(), 0..60),
            other: u32,
        ) {
            let table = table(&keys);
            for key in &keys {
                prop_assert_eq!(table.find(*key).map(|k| k.weight), Some((key % 7) as f32));
            }
            prop_assert_eq!(table.find(other).is_some(), keys.contains(&other));
            prop_assert_eq!(Table::parse(&table.to_bytes()), Ok(table));
        }
    }
}
