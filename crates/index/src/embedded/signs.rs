//! One bit an element: what a scan of many rows looks at first.
//!
//! A row's bits are the signs of its elements. A question keeps of each element the sign and three
//! bits of its size, and a row is the nearer the more of the question's elements agree with it in
//! sign, each counted by its size: an estimate of the cosine from an eighth of the bytes of the
//! one-byte codes (Charikar, "Similarity estimation techniques from rounding algorithms", 2002; a
//! question that is kept finer than the rows is from Gao and Long, "RaBitQ", 2024). They turn the
//! vectors at random first, so that no element tells more than another; here they stay as they are,
//! and sealed rows are tried ([`tell`]) before any is chosen by its signs.

use super::kernels;
use super::rows::Rows;
use crate::threads;

/// Rows of fewer elements fill no more than a cache line or two by their codes.
const DIMENSIONS_FROM: usize = 128;

/// Rows are left by their signs that are so many times as many as are kept by their codes, …
const LEFT_FACTOR: usize = 4;
/// … and one in so many of all. What a search finds with both stands in `benches/README.md`, Recall.
const LEFT_SHARE: usize = 32;
/// Where no more than one in so many would be left out it is not worth looking.
const WORTH_FROM: usize = 3;

/// Fewest rows whose signs another thread looks at: some tenths of a millisecond.
const ROWS_AT_ONCE: usize = 16_384;

/// Rows, and questions from among them, that tell whether signs tell.
const TRIED_ROWS: usize = 4_096;
const TRIED_QUESTIONS: usize = 32;
/// Of the nearest so many by codes …
const TRIED_NEAREST: usize = 10;
/// … so large a share has to be among the nearest eighth by signs.
const TRIED_SHARE: f64 = 0.97;

/// A question's elements 64 by 64, from the first on: the signs (1: negative), and the bits of their sizes
/// from 0 to 7 that are worth 1, 2 and 4.
pub(super) type Asked = [u64; 4];

/// Words of 64 bits that the signs of a row take.
pub(super) fn words(dimensions: usize) -> usize {
    dimensions.div_ceil(64)
}

/// Whether there is anything to gain by the signs of so many rows of this length.
pub(super) fn are_worth_it(rows: usize, dimensions: usize) -> bool {
    rows >= TRIED_ROWS && dimensions >= DIMENSIONS_FROM
}

/// The signs of a row, 64 by 64; 1 is negative.
pub(super) fn of(codes: &[i8]) -> impl Iterator<Item = u64> + '_ {
    codes.chunks(64).map(|codes| {
        (0..)
            .step_by(8)
            .zip(codes.chunks(8))
            .fold(0, |word, (at, eight)| word | of_eight(eight) << at)
    })
}

/// The signs of eight codes or fewer. A million rows are read when a sealed file is opened.
fn of_eight(codes: &[i8]) -> u64 {
    /// Brings the lowest bit of each byte to where it stands among the highest eight.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    const LOWEST: u64 = 0x0101_0101_0101_0101;
    let mut bytes = [0; 8];
    bytes[..codes.len()].copy_from_slice(bytemuck::cast_slice(codes));
    (u64::from_le_bytes(bytes) >> 7 & LOWEST).wrapping_mul(GATHER) >> 56
}

/// The question, taken apart.
pub(super) fn asked(query: &[f32]) -> Vec<Asked> {
    let greatest = query.iter().fold(f32::MIN_POSITIVE, |m, v| m.max(v.abs()));
    let size = |value: &f32| (value.abs() / greatest * 7.0).round() as u64;
    let apart = |values: &[f32]| {
        let mut parts = [0; 4];
        for (at, value) in values.iter().enumerate() {
            parts[0] |= u64::from(*value < 0.0) << at;
            for (bit, part) in parts[1..].iter_mut().enumerate() {
                *part |= (size(value) >> bit & 1) << at;
            }
        }
        parts
    };
    query.chunks(64).map(apart).collect()
}

/// Those of the slots that are nearest by their signs, all that are as near as the last of them
/// among them, in the order given: as many as leave the `keep` nearest by codes most probably
/// among them. `None` where that would spare nothing.
pub(super) fn shortlist(
    rows: &Rows,
    slots: &[u32],
    (query, keep): (&[f32], usize),
) -> Option<Vec<u32>> {
    let most = keep.saturating_mul(LEFT_FACTOR).saturating_add(slots.len() / LEFT_SHARE);
    if !rows.signs_tell() || slots.len() / WORTH_FROM < most {
        return None;
    }
    let width = words(rows.dimensions());
    Some(match rows.sealed_signs(slots) {
        // Found without looking where each lies.
        Some(all) => nearest((slots, |slot| &all[slot as usize * width..][..width]), query, most),
        None => nearest((slots, |slot| rows.signs(slot)), query, most),
    })
}

/// The `most` items that are nearest by their signs, of so many or more, and all that are as near as
/// the last of them, in the order given.
pub(super) fn nearest<'a>(
    (items, signs): (&[u32], impl Fn(u32) -> &'a [u64] + Sync),
    query: &[f32],
    most: usize,
) -> Vec<u32> {
    let asked = asked(query);
    let scan = |items: &[u32]| {
        let mut scores = Vec::with_capacity(items.len());
        kernels::agreements(&asked, (items, &signs), |score| scores.push(score));
        scores
    };
    let scores = threads::stretches(items, ROWS_AT_ONCE, scan);
    let least = kth_greatest(&scores, most);
    // Written in any case: whether an item stays is no branch that could be foreseen.
    let mut near = vec![0; items.len()];
    let mut count = 0;
    for (item, score) in items.iter().zip(&scores) {
        near[count] = *item;
        count += usize::from(*score >= least);
    }
    near.truncate(count);
    near
}

/// The `k`th of the scores, greatest first; there are as many.
fn kth_greatest(scores: &[u32], k: usize) -> u32 {
    let greatest = scores.iter().max().copied().unwrap_or_default();
    let mut counts = vec![0usize; greatest as usize + 1];
    scores.iter().for_each(|score| counts[*score as usize] += 1);
    let mut above = 0;
    let is_enough = |count: &usize| {
        above += count;
        above >= k
    };
    let below = counts.iter().rev().position(is_enough).unwrap_or(greatest as usize);
    greatest - below as u32
}

/// Whether the signs of rows, [`TRIED_ROWS`] or more, tell which are near by their codes, to which
/// the scales belong. A direction that all vectors have in common, for one, gives all of them the
/// same.
pub(super) fn tell<'a>(
    count: usize,
    codes: impl Fn(u32) -> (&'a [i8], f32),
    signs: impl Fn(u32) -> &'a [u64],
) -> bool {
    let slots: Vec<u32> = (0..count as u32).step_by(count / TRIED_ROWS).take(TRIED_ROWS).collect();
    let questions = slots.iter().step_by(TRIED_ROWS / TRIED_QUESTIONS);
    let kernel = kernels::chosen();
    let found = questions.map(|question| {
        let (question, _) = codes(*question);
        let elements: Vec<f32> = question.iter().map(|code| f32::from(*code)).collect();
        let mut scores = Vec::with_capacity(slots.len());
        kernels::agreements(&asked(&elements), (&slots, &signs), |score| scores.push(score));
        let least = kth_greatest(&scores, slots.len() / 8);
        if scores.iter().filter(|score| **score >= least).count() > slots.len() / 4 {
            // They are all alike.
            return 0;
        }
        let near = |slot: &u32| {
            let (codes, scale) = codes(*slot);
            kernel.dot(codes, question) as f32 * scale
        };
        let mut rows: Vec<(f32, u32)> = slots.iter().map(near).zip(scores).collect();
        rows.select_nth_unstable_by(TRIED_NEAREST, |a, b| b.0.total_cmp(&a.0));
        rows[..TRIED_NEAREST].iter().filter(|(_, score)| *score >= least).count()
    });
    found.sum::<usize>() as f64 >= TRIED_SHARE * (TRIED_QUESTIONS * TRIED_NEAREST) as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tantivy::directory::OwnedBytes;

    use super::*;
    use crate::embedded::graph::{Covers, Graph, Lists, Sample};
    use crate::embedded::rows::SealedRows;

    /// Vectors around centres that lie so close that they overlap, and a direction in common.
    fn sample(count: usize, in_common: f32) -> Vec<Vec<f32>> {
        let mut state = 5u64;
        let mut next = move || {
            state =
                state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(0x1405_7B7E_F767_814F);
            (state >> 40) as f32 / (1u32 << 23) as f32 - 1.0
        };
        let mut vector = |centre: Option<&Vec<f32>>| -> Vec<f32> {
            let around = |at: usize| centre.map_or(0.0, |c| c[at]);
            (0..200).map(|at| around(at) + next()).collect()
        };
        let centres: Vec<Vec<f32>> = (0..20).map(|_| vector(None)).collect();
        let unit = |row: Vec<f32>| {
            let row: Vec<f32> = row.into_iter().map(|v| v + in_common).collect();
            let length = row.iter().map(|v| v * v).sum::<f32>().sqrt();
            row.into_iter().map(|v| v / length).collect()
        };
        (0..count).map(|number| unit(vector(Some(&centres[number % 20])))).collect()
    }

    /// With the first so many in a sealed file.
    fn rows(vectors: &[Vec<f32>], sealed: usize) -> Rows {
        let mut rows = Rows::new(200);
        vectors.iter().for_each(|vector| rows.push(vector));
        let slots = 0..sealed as u32;
        let bytes = |of: &dyn Fn(u32) -> Vec<u8>| {
            OwnedBytes::new(slots.clone().flat_map(of).collect::<Vec<u8>>())
        };
        let file = SealedRows {
            count: sealed,
            codes: bytes(&|slot| bytemuck::cast_slice(rows.codes(slot)).to_vec()),
            full: bytes(&|slot| bytemuck::cast_slice(rows.full(slot)).to_vec()),
            scales: bytes(&|slot| rows.scale(slot).to_le_bytes().to_vec()),
            signs: OwnedBytes::empty(),
            are_at_hand: false,
        };
        rows.settle(file.at_hand(200), &[]);
        rows
    }

    #[test]
    fn what_is_nearest_is_left_wherever_its_signs_are() {
        let vectors = sample(12_100, 0.0);
        let mut rows = rows(&vectors[..12_000], 9_000);
        assert!(rows.signs_tell());
        // Of a sealed slot, and of one that is not.
        rows.set(4_000, &vectors[12_000]);
        rows.set(11_000, &vectors[12_000]);
        let slots: Vec<u32> = (0..12_000).collect();
        for (number, query) in vectors[12_000..].iter().enumerate() {
            let left = shortlist(&rows, &slots, (query, 200)).unwrap();
            assert!((1_175..1_600).contains(&left.len()), "{}", left.len());
            assert!(left.is_sorted());
            let mut nearest = slots.clone();
            let cosine = |slot: &u32| super::super::vectors::dot(rows.full(*slot), query);
            nearest.sort_by(|a, b| cosine(b).total_cmp(&cosine(a)));
            assert!(nearest[..10].iter().all(|slot| left.contains(slot)), "{number}");
            assert!(number > 0 || left.contains(&4_000) && left.contains(&11_000));
        }
    }

    #[test]
    fn a_walk_begins_near_where_it_goes_as_well_as_at_the_landmarks() {
        let vectors = sample(16_390, 0.0);
        let (rows, few) = (rows(&vectors[..16_384], 16_384), rows(&vectors[..9_000], 9_000));
        let graph = |nodes: u32| {
            let (mut links, mut members) = (Lists::default(), Lists::default());
            (0..nodes).for_each(|node| (links.push([]), members.push([node])).1);
            Graph::of(links, members, vec![7], Covers::default())
        };
        assert!(Sample::of(&graph(9_000), &few).is_none());
        assert_eq!(graph(9_000).starts(None, &vectors[0]), [7]);
        let graph = graph(16_384);
        let every_fourth = Sample::of(&graph, &rows).unwrap();
        for query in &vectors[16_384..] {
            let starts = graph.starts(Some(&every_fourth), query);
            assert!(starts[0] == 7 && (33..64).contains(&starts.len()), "{starts:?}");
            let cosine = |node: &u32| super::super::vectors::dot(rows.full(*node), query);
            let mut nearest: Vec<u32> = (0..16_384).step_by(4).collect();
            nearest.sort_by(|a, b| cosine(b).total_cmp(&cosine(a)));
            assert!(nearest[..10].iter().any(|node| starts.contains(node)), "{nearest:?}");
        }
    }

    #[test]
    fn signs_that_tell_nothing_and_few_rows_are_not_asked() {
        let slots: Vec<u32> = (0..9_000).collect();
        let (told, alike) = (sample(9_000, 0.0), sample(9_000, 1.5));
        assert!(!rows(&alike, 9_000).signs_tell());
        assert!(!rows(&sample(9_000, 9.0), 9_000).signs_tell());
        assert!(!rows(&told, 4_000).signs_tell());
        let rows = rows(&told, 9_000);
        assert!(shortlist(&rows, &slots, (&told[0], 200)).is_some());
        assert!(shortlist(&rows, &slots[..2_600], (&told[0], 200)).is_none());
    }

    proptest! {
        #[test]
        fn the_kth_greatest_is_where_it_stands_in_order(
            mut scores in proptest::collection::vec(0u32..40, 1..200), k in 1usize..200,
        ) {
            let k = k.min(scores.len());
            let found = kth_greatest(&scores, k);
            scores.sort_unstable_by(|a, b| b.cmp(a));
            prop_assert_eq!(found, scores[k - 1]);
        }
    }
}
