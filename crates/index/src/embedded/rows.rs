//! Rows of vectors by slot: those of the sealed file, which are mapped, and newer ones in
//! memory. Each row is kept in full, as one byte an element with a scale, and as one bit an element.

use std::collections::HashMap;
use std::slice;
use std::sync::Arc;

use tantivy::directory::OwnedBytes;

use super::{kernels, large_pages, signs};

/// Rows of a block. Blocks are shared with clones, which a graph or a sealed file is made of.
const BLOCK_ROWS: usize = 1024;

/// The rows of a sealed file.
#[derive(Clone)]
pub(super) struct SealedRows {
    /// How many.
    pub(super) count: usize,
    /// One byte an element, row after row.
    pub(super) codes: OwnedBytes,
    /// The rows in full: `f32`.
    pub(super) full: OwnedBytes,
    /// A scale (`f32`) a row.
    pub(super) scales: OwnedBytes,
    /// The signs of each row, made anew of its codes; none where they do not tell what is near, or
    /// before [`SealedRows::at_hand`].
    pub(super) signs: OwnedBytes,
    /// Whether [`SealedRows::at_hand`] has made these.
    pub(super) are_at_hand: bool,
}

impl SealedRows {
    /// Whether everything is there, in rows of this length.
    pub(super) fn fit(&self, dimensions: usize) -> bool {
        let elements = self.count.checked_mul(dimensions);
        elements.is_some_and(|elements| {
            self.codes.len() == elements
                && Some(self.full.len()) == elements.checked_mul(size_of::<f32>())
                && Some(self.scales.len()) == self.count.checked_mul(size_of::<f32>())
        })
    }

    /// The same, where questions read them fast: what they read here and there in large pages
    /// instead of mapped, and with signs. All of them are read for it. The rows fit.
    pub(super) fn at_hand(self, dimensions: usize) -> Self {
        let (codes, scales) = (large_pages::moved(self.codes), large_pages::moved(self.scales));
        Self { codes, scales, are_at_hand: true, ..self }.signed(dimensions)
    }

    /// The same with signs, where there are enough rows for them and they tell what is near.
    fn signed(mut self, dimensions: usize) -> Self {
        if !signs::are_worth_it(self.count, dimensions) {
            return self;
        }
        let codes = bytemuck::cast_slice(&self.codes).chunks_exact(dimensions);
        let bytes = self.count * signs::words(dimensions) * size_of::<u64>();
        let made = large_pages::filled(bytes, |bytes| {
            let words = bytemuck::cast_slice_mut::<u8, u64>(bytes);
            words.iter_mut().zip(codes.flat_map(signs::of)).for_each(|(to, word)| *to = word);
        });
        match made {
            Ok(made) => self.signs = made,
            Err(error) => {
                tracing::warn!(%error, "no memory for signs; scans read codes");
                return self;
            }
        }
        let codes = |slot| (self.codes_row(slot, dimensions), *self.scale_of(slot));
        if !signs::tell(self.count, codes, |slot| self.signs_row(slot, signs::words(dimensions))) {
            tracing::info!("signs do not tell which vectors are near; scans read codes");
            self.signs = OwnedBytes::empty();
        }
        self
    }

    #[inline]
    fn codes_row(&self, slot: u32, dimensions: usize) -> &[i8] {
        let start = slot as usize * dimensions;
        bytemuck::cast_slice(&self.codes[start..start + dimensions])
    }

    #[inline]
    fn scale_of(&self, slot: u32) -> &f32 {
        &bytemuck::cast_slice(&self.scales)[slot as usize]
    }

    fn full_row(&self, slot: u32, dimensions: usize) -> &[f32] {
        let width = dimensions * size_of::<f32>();
        let start = slot as usize * width;
        bytemuck::cast_slice(&self.full[start..start + width])
    }

    #[inline]
    fn signs_row(&self, slot: u32, words: usize) -> &[u64] {
        let start = slot as usize * words * size_of::<u64>();
        bytemuck::cast_slice(&self.signs[start..start + words * size_of::<u64>()])
    }
}

/// A row that is set after it was added.
struct LateRow {
    codes: Vec<i8>,
    full: Vec<f32>,
    scale: f32,
    signs: Vec<u64>,
}

impl LateRow {
    fn new(row: &[f32]) -> Self {
        let (codes, scale) = quantize(row);
        let codes: Vec<i8> = codes.collect();
        Self { signs: signs::of(&codes).collect(), codes, full: row.to_vec(), scale }
    }
}

/// The rows of all slots; those without a vector are zero. A clone shares them, and keeps its
/// own when they change.
#[derive(Clone)]
pub(super) struct Rows {
    dimensions: usize,
    sealed: Option<SealedRows>,
    late: HashMap<u32, Arc<LateRow>>,
    /// The first slot that is not sealed.
    first: usize,
    codes: Vec<Arc<Vec<i8>>>,
    full: Vec<Arc<Vec<f32>>>,
    scales: Vec<f32>,
    signs: Vec<u64>,
}

impl Rows {
    pub(super) fn new(dimensions: usize) -> Self {
        Self {
            dimensions,
            sealed: None,
            late: HashMap::new(),
            first: 0,
            codes: Vec::new(),
            full: Vec::new(),
            scales: Vec::new(),
            signs: Vec::new(),
        }
    }

    /// Length of a row.
    pub(super) fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.first + self.scales.len()
    }

    /// How many of them are sealed.
    pub(super) fn sealed(&self) -> usize {
        self.first
    }

    /// Adds the next slot's row.
    pub(super) fn push(&mut self, row: &[f32]) {
        if self.scales.len().is_multiple_of(BLOCK_ROWS) {
            self.full.push(Arc::new(Vec::with_capacity(BLOCK_ROWS * self.dimensions)));
            self.codes.push(Arc::new(Vec::with_capacity(BLOCK_ROWS * self.dimensions)));
        }
        let block = self.full.len() - 1;
        Arc::make_mut(&mut self.full[block]).extend_from_slice(row);
        let (codes, scale) = quantize(row);
        let block = Arc::make_mut(&mut self.codes[block]);
        block.extend(codes);
        self.signs.extend(signs::of(&block[block.len() - self.dimensions..]));
        self.scales.push(scale);
    }

    /// Replaces a row.
    pub(super) fn set(&mut self, slot: u32, row: &[f32]) {
        let row = LateRow::new(row);
        let Some(at) = (slot as usize).checked_sub(self.first) else {
            self.late.insert(slot, Arc::new(row));
            return;
        };
        let (block, span) = self.place(at);
        Arc::make_mut(&mut self.full[block])[span.clone()].copy_from_slice(&row.full);
        Arc::make_mut(&mut self.codes[block])[span].copy_from_slice(&row.codes);
        let words = row.signs.len();
        self.signs[at * words..][..words].copy_from_slice(&row.signs);
        self.scales[at] = row.scale;
    }

    /// Takes a sealed file of the first rows into use and lets go of those in memory, but for
    /// rows that came while it was written.
    pub(super) fn settle(&mut self, sealed: SealedRows, came_since: &[u32]) {
        let before = self.clone();
        let sealed_rows = sealed.count as u32;
        *self = Self { first: sealed.count, sealed: Some(sealed), ..Self::new(self.dimensions) };
        for slot in sealed_rows..before.len() as u32 {
            self.push(before.full(slot));
        }
        for slot in came_since.iter().filter(|slot| **slot < sealed_rows) {
            self.set(*slot, before.full(*slot));
        }
    }

    /// The sealed rows, where they are still mapped.
    pub(super) fn mapped(&self) -> Option<&SealedRows> {
        self.sealed.as_ref().filter(|sealed| !sealed.are_at_hand)
    }

    /// Reads the sealed rows from elsewhere from now on.
    pub(super) fn take_at_hand(&mut self, sealed: SealedRows) {
        debug_assert_eq!(sealed.count, self.first, "the same rows");
        self.sealed = Some(sealed);
    }

    fn place(&self, at: usize) -> (usize, std::ops::Range<usize>) {
        let row = at % BLOCK_ROWS * self.dimensions;
        (at / BLOCK_ROWS, row..row + self.dimensions)
    }

    fn late(&self, slot: u32) -> Option<&LateRow> {
        if self.late.is_empty() {
            return None;
        }
        self.late.get(&slot).map(AsRef::as_ref)
    }

    #[inline]
    pub(super) fn codes(&self, slot: u32) -> &[i8] {
        match (slot as usize).checked_sub(self.first) {
            Some(at) => {
                let (block, span) = self.place(at);
                &self.codes[block][span]
            }
            None => self.sealed_codes(slot),
        }
    }

    fn sealed_codes(&self, slot: u32) -> &[i8] {
        match (self.late(slot), &self.sealed) {
            (Some(late), _) => &late.codes,
            (None, Some(sealed)) => sealed.codes_row(slot, self.dimensions),
            (None, None) => &[],
        }
    }

    #[inline]
    pub(super) fn full(&self, slot: u32) -> &[f32] {
        match (slot as usize).checked_sub(self.first) {
            Some(at) => {
                let (block, span) = self.place(at);
                &self.full[block][span]
            }
            None => self.sealed_full(slot),
        }
    }

    fn sealed_full(&self, slot: u32) -> &[f32] {
        match (self.late(slot), &self.sealed) {
            (Some(late), _) => &late.full,
            (None, Some(sealed)) => sealed.full_row(slot, self.dimensions),
            (None, None) => &[],
        }
    }

    /// Whether signs tell which rows are near, as those of the sealed file show.
    pub(super) fn signs_tell(&self) -> bool {
        self.sealed.as_ref().is_some_and(|sealed| !sealed.signs.is_empty())
    }

    /// The signs of all sealed rows, side by side, where those of the slots are all among them.
    pub(super) fn sealed_signs(&self, slots: &[u32]) -> Option<&[u64]> {
        let sealed = self.sealed.as_ref().filter(|_| self.late.is_empty())?;
        let are_sealed = slots.iter().all(|slot| (*slot as usize) < self.first);
        are_sealed.then(|| bytemuck::cast_slice(&sealed.signs))
    }

    /// The signs of a row, see [`signs::of`]; only where they tell.
    #[inline]
    pub(super) fn signs(&self, slot: u32) -> &[u64] {
        let words = signs::words(self.dimensions);
        match ((slot as usize).checked_sub(self.first), &self.sealed) {
            (Some(at), _) => &self.signs[at * words..][..words],
            (None, Some(sealed)) => match self.late(slot) {
                Some(late) => &late.signs,
                None => sealed.signs_row(slot, words),
            },
            (None, None) => &[],
        }
    }

    #[inline]
    pub(super) fn scale(&self, slot: u32) -> f32 {
        *self.scale_of(slot)
    }

    #[inline]
    fn scale_of(&self, slot: u32) -> &f32 {
        match ((slot as usize).checked_sub(self.first), &self.sealed) {
            (Some(at), _) => &self.scales[at],
            (None, Some(sealed)) => match self.late(slot) {
                Some(late) => &late.scale,
                None => sealed.scale_of(slot),
            },
            (None, None) => &0.0,
        }
    }

    /// Asks the memory for a row's codes and its scale.
    #[inline]
    pub(super) fn prefetch(&self, slot: u32) {
        kernels::prefetch(self.codes(slot));
        kernels::prefetch(slice::from_ref(self.scale_of(slot)));
    }
}

/// Signed bytes and the scale that gives the vector back, to half a step.
pub(super) fn quantize(row: &[f32]) -> (impl Iterator<Item = i8> + '_, f32) {
    let greatest = row.iter().fold(0f32, |m, v| m.max(v.abs()));
    let scale = if greatest > 0.0 { greatest / 127.0 } else { 1.0 };
    (row.iter().map(move |v| (v / scale).round() as i8), scale)
}
