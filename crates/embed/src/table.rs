//! The file of a model: which terms it knows and where they point.
//!
//! All numbers are little endian:
//!
//! | bytes | what |
//! |---|---|
//! | 8 | magic `jmstatic` |
//! | 8 | xxh3-64 of all that follows |
//! | 4 | version, 2 |
//! | 4 | dimensions, 256 |
//! | 4 | known terms, n |
//! | 4 | buckets, m, at least 1 |
//! | n × 4 | keys of the known terms (u32), rising |
//! | (n + m) × 4 | scales (f32): an element of a row is its byte times the scale |
//! | (n + m) × 256 | rows (i8): those of the known terms, then the buckets |
//!
//! A row's length is the learnt weight of its term.

use xxhash_rust::xxh3::xxh3_64;

use crate::error::EmbedError;
use crate::static_model::DIMENSIONS;
use crate::terms::{Bag, Part, bag_of, for_each_term};

const MAGIC: &[u8; 8] = b"jmstatic";
const VERSION: u32 = 2;
const HEADER_BYTES: usize = 16;
/// Keys are looked up in slices by their highest bits: some five keys a slice.
const SLICE_BITS: u32 = 12;

/// Known terms, sorted by key, and buckets for grams that are not known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Keys {
    keys: Vec<u32>,
    buckets: u32,
    /// Where the keys of each slice start; one more at the end.
    slices: Vec<u32>,
}

impl Keys {
    /// Keys in any order, without repetitions; at least one bucket.
    pub(crate) fn new(mut keys: Vec<u32>, buckets: u32) -> Self {
        keys.sort_unstable();
        let start = |slice: u32| keys.partition_point(|k| k >> (32 - SLICE_BITS) < slice) as u32;
        let slices = (0..=1 << SLICE_BITS).map(start).collect();
        Self { keys, buckets: buckets.max(1), slices }
    }

    /// The row of a known term.
    pub(crate) fn known_row(&self, key: u32) -> Option<u32> {
        let slice = (key >> (32 - SLICE_BITS)) as usize;
        let (start, end) = (self.slices[slice] as usize, self.slices[slice + 1] as usize);
        let at = self.keys[start..end].binary_search(&key).ok()?;
        Some((start + at) as u32)
    }

    /// The row of a gram: its own or its bucket.
    pub(crate) fn row(&self, key: u32) -> u32 {
        self.known_row(key).unwrap_or(self.keys.len() as u32 + key % self.buckets)
    }

    /// Known terms.
    pub(crate) fn known(&self) -> usize {
        self.keys.len()
    }

    /// Known terms and buckets.
    pub(crate) fn rows(&self) -> usize {
        self.keys.len() + self.buckets as usize
    }
}

/// The rows of a model.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    keys: Keys,
    scales: Vec<f32>,
    rows: Vec<[i8; DIMENSIONS]>,
}

impl Table {
    /// Quantises one vector for each row of the keys.
    pub(crate) fn of_rows(keys: Keys, row: impl Fn(usize) -> [f32; DIMENSIONS]) -> Self {
        let mut table = Self { scales: Vec::new(), rows: Vec::new(), keys };
        for at in 0..table.keys.rows() {
            let vector = row(at);
            let greatest = vector.iter().fold(0f32, |m, v| m.max(v.abs()));
            let scale = greatest.max(f32::MIN_POSITIVE) / 127.0;
            table.scales.push(scale);
            table.rows.push(vector.map(|v| (v / scale).round() as i8));
        }
        table
    }

    /// Reads a file; refuses one that is of another format, cut or changed.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, EmbedError> {
        let damaged = |problem| EmbedError::Damaged { problem };
        let format = EmbedError::Format { expected: "jmstatic 2" };
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
        if header[..2] != [VERSION, DIMENSIONS as u32] {
            return Err(format);
        }
        let (known, buckets) = (header[2] as usize, header[3] as usize);
        let length = known as u64 * 4 + (known as u64 + buckets as u64) * (4 + DIMENSIONS as u64);
        if length != body.len() as u64 || buckets == 0 {
            return Err(damaged("wrong length"));
        }
        let (keys, body) = body.split_at(known * 4);
        let (scales, rows) = body.split_at((known + buckets) * 4);
        let keys: Vec<u32> = words(keys).collect();
        // What a right checksum doesn't promise: the writer may have been wrong.
        if !keys.is_sorted_by(|a, b| a < b) {
            return Err(damaged("keys out of order"));
        }
        let scales: Vec<f32> = words(scales).map(f32::from_bits).collect();
        // A bound far from where sums of some thousand terms overflow.
        if !scales.iter().all(|v| (0.0..=1e6).contains(v)) {
            return Err(damaged("weights out of range"));
        }
        let rows = rows.as_chunks().0.iter().map(|row| row.map(|byte: u8| byte as i8)).collect();
        Ok(Self { keys: Keys::new(keys, header[3]), scales, rows })
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
        let (known, rows) = (self.keys.known(), self.keys.rows());
        let mut out = Vec::with_capacity(HEADER_BYTES + known * 4 + rows * (4 + DIMENSIONS));
        let header = [VERSION, DIMENSIONS as u32, known as u32, self.keys.buckets];
        let scales = self.scales.iter().map(|v| v.to_bits());
        for number in header.into_iter().chain(self.keys.keys.iter().copied()).chain(scales) {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend(self.rows.iter().flatten().map(|v| *v as u8));
        out
    }

    /// The terms of a field as rows with what each counts, in order of the rows.
    pub(crate) fn bag(&self, part: Part, words: &[String], grams: &[String]) -> Bag {
        let mut rows = Vec::with_capacity(words.len() + 3 * grams.len());
        let is_known = |key| self.keys.known_row(key).is_some();
        for_each_term(part, words, grams, is_known, |_, key, halves| {
            rows.push((self.keys.row(key), halves));
        });
        bag_of(rows)
    }

    /// Adds so many times a row's leading elements to a sum.
    pub(crate) fn add(&self, row: u32, times: f32, sum: &mut [f32]) {
        let factor = times * self.scales[row as usize];
        // Blocks of a fixed length, which every cut is a multiple of, become vector instructions.
        let blocks = sum.as_chunks_mut::<64>().0.iter_mut();
        for (sum, bytes) in blocks.zip(self.rows[row as usize].as_chunks::<64>().0) {
            for (value, byte) in sum.iter_mut().zip(bytes) {
                *value += f32::from(*byte) * factor;
            }
        }
    }

    /// Known terms.
    pub(crate) fn known(&self) -> usize {
        self.keys.known()
    }
}

fn words(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    let quads = bytes.as_chunks::<4>().0;
    quads.iter().map(|quad| u32::from_le_bytes(*quad))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(keys: &[u32]) -> Table {
        let row = |at: usize| std::array::from_fn(|i| (at as f32 * 7.0 + i as f32).sin());
        Table::of_rows(Keys::new(keys.to_vec(), 3), row)
    }

    /// The file again after a change, with a checksum that fits.
    fn resealed(table: &Table, at: usize, value: u32) -> Vec<u8> {
        let mut bytes = table.to_bytes();
        bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        let checksum = xxh3_64(&bytes[16..]).to_le_bytes();
        bytes[8..16].copy_from_slice(&checksum);
        bytes
    }

    proptest! {
        #[test]
        fn files_come_back_and_every_key_is_found(
            keys in proptest::collection::btree_set(any::<u32>(), 0..60),
            absent in any::<u32>(),
        ) {
            let table = table(&keys.iter().copied().collect::<Vec<_>>());
            let parsed = Table::parse(&table.to_bytes()).unwrap();
            prop_assert_eq!(&parsed, &table);
            for (at, key) in keys.iter().enumerate() {
                prop_assert_eq!(parsed.keys.known_row(*key), Some(at as u32));
            }
            if !keys.contains(&absent) {
                prop_assert_eq!(parsed.keys.known_row(absent), None);
                prop_assert_eq!(parsed.keys.row(absent), keys.len() as u32 + absent % 3);
            }
        }
    }

    #[test]
    fn rows_are_kept_to_half_a_step() {
        let table = table(&[5]);
        let mut sum = [0f32; DIMENSIONS];
        table.add(2, 3.0, &mut sum);
        for (i, value) in sum.iter().enumerate() {
            assert!((value / 3.0 - (14.0 + i as f32).sin()).abs() <= 0.51 / 127.0);
        }
    }

    #[test]
    fn a_right_checksum_does_not_excuse_a_wrong_content() {
        let table = table(&[7, 9]);
        for (at, value, problem) in [
            (24, 3, "wrong length"),
            (28, 0, "wrong length"),
            (32, 10, "keys out of order"),
            (40, f32::NAN.to_bits(), "weights out of range"),
        ] {
            let expected = EmbedError::Damaged { problem };
            assert_eq!(Table::parse(&resealed(&table, at, value)), Err(expected), "{at}");
        }
        let format = EmbedError::Format { expected: "jmstatic 2" };
        assert_eq!(Table::parse(&resealed(&table, 16, 1)), Err(format));
    }
}
