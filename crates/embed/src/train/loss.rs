//! The contrastive loss of a batch and its gradient.
//!
//! InfoNCE over the batch in both directions (van den Oord et al.: Representation Learning
//! with Contrastive Predictive Coding, 2018): among all right sides each left side is to
//! find its own, and the other way round; what is masked counts for neither. The loss is
//! the mean over cuts of the vectors at 64, 128 and 256 dimensions (Kusupati et al.:
//! Matryoshka Representation Learning, 2022), so that leading dimensions are vectors of
//! their own.

use std::ops::Range;

use crate::static_model::{CUTS, DIMENSIONS};

/// First dimension of each block; the last one ends at its cut.
const STARTS: [usize; 3] = [0, CUTS[0], CUTS[1]];

/// Sums of terms, not of length 1, row by row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Batch<'a> {
    pub(crate) left: &'a [f32],
    pub(crate) right: &'a [f32],
    /// Row by row: pairs of a left and a right side that count for nothing.
    pub(crate) masked: &'a [bool],
}

/// Loss with gradients of both sides.
pub(crate) struct Gradients {
    pub(crate) loss: f32,
    pub(crate) left: Vec<f32>,
    pub(crate) right: Vec<f32>,
}

/// A left side against all right sides, once for each cut.
struct Row {
    cosines: [Vec<f32>; 3],
    /// exp of (cosine - 1) / temperature; 0 where masked.
    powers: [Vec<f32>; 3],
}

/// What the loss changes by, for a left side.
struct Slopes {
    /// By block: factors of the right sides in the gradient of the left one.
    factors: [Vec<f32>; 3],
    /// By cut: slope by the cosine, times the cosine.
    products: [Vec<f32>; 3],
}

/// What all sides share.
struct Shared {
    /// Lengths of left and right sides at each cut.
    norms: [Vec<[f32; 3]>; 2],
    /// By cut: sums of the powers over the left sides.
    columns: [Vec<f32>; 3],
    /// Weight of one side's choice at one cut, by the temperature.
    step: f32,
}

impl Batch<'_> {
    /// The loss of the batch. Two threads share the work, with the same result as one.
    pub(crate) fn gradients(self, temperature: f32) -> Gradients {
        let n = self.left.len() / DIMENSIONS;
        let norms = [norms(self.left), norms(self.right)];
        let rows = in_two(n, |i| self.row(i, &norms, temperature));
        let columns = std::array::from_fn(|k| column_sums(rows.iter().map(|r| &r.powers[k])));
        let share = 1.0 / (2.0 * 3.0 * n as f32);
        let shared = Shared { norms, columns, step: share / temperature };
        let losses = rows.iter().enumerate().map(|(i, row)| row.loss(i, &shared));
        let loss = losses.sum::<f32>() * share;
        let slopes = in_two(n, |i| rows[i].slopes(i, &shared));
        let left_products =
            slopes.iter().map(|s| std::array::from_fn(|k| s.products[k].iter().sum()));
        let left_shrink = shrink(left_products, &shared.norms[0]);
        let columns: [Vec<f32>; 3] =
            std::array::from_fn(|k| column_sums(slopes.iter().map(|s| &s.products[k])));
        let right_products = (0..n).map(|j| std::array::from_fn(|k| columns[k][j]));
        let right_shrink = shrink(right_products, &shared.norms[1]);
        let left = in_two(n, |i| {
            let own = (vector(self.left, i), left_shrink[i]);
            combine(self.right, |k, j| slopes[i].factors[k][j], own)
        });
        let right = in_two(n, |j| {
            let own = (vector(self.right, j), right_shrink[j]);
            combine(self.left, |k, i| slopes[i].factors[k][j], own)
        });
        Gradients { loss, left: left.concat(), right: right.concat() }
    }

    fn row(self, i: usize, norms: &[Vec<[f32; 3]>; 2], temperature: f32) -> Row {
        let n = norms[0].len();
        let mut dots = vec![0f32; n];
        let cosines: [Vec<f32>; 3] = std::array::from_fn(|k| {
            add_dots(vector(self.left, i), self.right, STARTS[k]..CUTS[k], &mut dots);
            let lengths = norms[1].iter().map(|right| norms[0][i][k] * right[k]);
            dots.iter().zip(lengths).map(|(dot, length)| dot / length).collect()
        });
        let masked = &self.masked[i * n..(i + 1) * n];
        let power = |(cosine, masked): (&f32, &bool)| {
            if *masked { 0.0 } else { ((cosine - 1.0) / temperature).exp() }
        };
        let powers = std::array::from_fn(|k| cosines[k].iter().zip(masked).map(power).collect());
        Row { cosines, powers }
    }
}

impl Row {
    /// How unlikely the own pair is, both ways, summed over the cuts.
    fn loss(&self, own: usize, shared: &Shared) -> f32 {
        let at_cut = |(powers, columns): (&Vec<f32>, &Vec<f32>)| {
            let power = powers[own].max(f32::MIN_POSITIVE);
            let all: f32 = powers.iter().sum();
            (all / power).ln() + (columns[own] / power).ln()
        };
        self.powers.iter().zip(&shared.columns).map(at_cut).sum()
    }

    fn slopes(&self, own: usize, shared: &Shared) -> Slopes {
        let n = self.powers[0].len();
        let sums: [f32; 3] = std::array::from_fn(|k| self.powers[k].iter().sum());
        let empty = || std::array::from_fn(|_| vec![0f32; n]);
        let mut slopes = Slopes { factors: empty(), products: empty() };
        for j in 0..n {
            let mut factor = 0.0;
            // A block is part of its own cut and of the longer ones.
            for k in (0..3).rev() {
                let (power, cosine) = (self.powers[k][j], self.cosines[k][j]);
                let column = shared.columns[k][j];
                let share =
                    power / sums[k].max(f32::MIN_POSITIVE) + power / column.max(f32::MIN_POSITIVE);
                let slope = shared.step * if j == own { share - 2.0 } else { share };
                factor += slope / (shared.norms[0][own][k] * shared.norms[1][j][k]);
                slopes.factors[k][j] = factor;
                slopes.products[k][j] = slope * cosine;
            }
        }
        slopes
    }
}

/// Column by column, the sum over all rows.
fn column_sums<'a>(rows: impl Iterator<Item = &'a Vec<f32>>) -> Vec<f32> {
    let mut sums = Vec::new();
    for row in rows {
        sums.resize(row.len(), 0f32);
        sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    sums
}

/// By block, how much of the vector itself its gradient holds: a cosine does not change
/// with the length.
fn shrink(products: impl Iterator<Item = [f32; 3]>, norms: &[[f32; 3]]) -> Vec<[f32; 3]> {
    let blocks = products.zip(norms).map(|(products, norms)| {
        let of_cut: [f32; 3] = std::array::from_fn(|k| products[k] / norms[k].powi(2));
        [of_cut[0] + of_cut[1] + of_cut[2], of_cut[1] + of_cut[2], of_cut[2]]
    });
    blocks.collect()
}

/// A gradient: the other side by factors, less the vector itself.
fn combine(
    others: &[f32],
    factor: impl Fn(usize, usize) -> f32,
    (own, shrink): (&[f32], [f32; 3]),
) -> Vec<f32> {
    let mut sum = vec![0f32; DIMENSIONS];
    for (j, other) in others.chunks_exact(DIMENSIONS).enumerate() {
        for k in 0..3 {
            let (factor, block) = (factor(k, j), STARTS[k]..CUTS[k]);
            let pairs = sum[block.clone()].iter_mut().zip(&other[block]);
            pairs.for_each(|(sum, other)| *sum += factor * other);
        }
    }
    for k in 0..3 {
        for d in STARTS[k]..CUTS[k] {
            sum[d] -= shrink[k] * own[d];
        }
    }
    sum
}

fn vector(matrix: &[f32], i: usize) -> &[f32] {
    &matrix[i * DIMENSIONS..(i + 1) * DIMENSIONS]
}

/// Lengths of the vectors at each cut; at least a little, so that nothing is divided by 0.
fn norms(matrix: &[f32]) -> Vec<[f32; 3]> {
    let length = |vector: &[f32]| vector.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-6);
    let vectors = matrix.chunks_exact(DIMENSIONS);
    vectors.map(|vector| CUTS.map(|cut| length(&vector[..cut]))).collect()
}

/// Adds the dot products of a block with the same block of every row.
fn add_dots(own: &[f32], others: &[f32], block: Range<usize>, dots: &mut [f32]) {
    let own = own[block.clone()].as_chunks::<8>().0;
    for (dot, other) in dots.iter_mut().zip(others.chunks_exact(DIMENSIONS)) {
        // Eight sums at once, which the compiler turns into vector instructions.
        let mut sums = [0f32; 8];
        for (a, b) in own.iter().zip(other[block.clone()].as_chunks::<8>().0) {
            for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
                *sum += a * b;
            }
        }
        *dot += sums.iter().sum::<f32>();
    }
}

/// The values for 0 to `n`, the second half by a second thread.
fn in_two<T: Send>(n: usize, make: impl Fn(usize) -> T + Sync) -> Vec<T> {
    std::thread::scope(|scope| {
        let second = scope.spawn(|| (n / 2..n).map(&make).collect::<Vec<T>>());
        let mut all: Vec<T> = (0..n / 2).map(&make).collect();
        all.extend(second.join().expect("the arithmetic of a batch does not panic"));
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn random(n: usize, seed: u64) -> Vec<f32> {
        let mut random = Random::new(seed);
        (0..n * DIMENSIONS).map(|_| random.unit() - 0.4).collect()
    }

    #[test]
    fn gradients_agree_with_differences() {
        let (left, right) = (random(5, 1), random(5, 2));
        let mut masked = [false; 25];
        masked[3] = true;
        let loss = |left: &[f32], right: &[f32]| {
            Batch { left, right, masked: &masked }.gradients(0.2).loss
        };
        let found = Batch { left: &left, right: &right, masked: &masked }.gradients(0.2);
        for at in [0, 63, 64, 130, DIMENSIONS + 7, 4 * DIMENSIONS + 200] {
            let moved = |values: &[f32], by: f32| {
                let mut values = values.to_vec();
                values[at] += by;
                values
            };
            let by = 0.05;
            let on_left = loss(&moved(&left, by), &right) - loss(&moved(&left, -by), &right);
            let on_right = loss(&left, &moved(&right, by)) - loss(&left, &moved(&right, -by));
            for (difference, slope) in [(on_left, found.left[at]), (on_right, found.right[at])] {
                let expected = difference / (2.0 * by);
                assert!((expected - slope).abs() < 2e-4, "{at}: {expected} {slope}");
            }
        }
    }

    #[test]
    fn a_masked_pair_does_not_push() {
        let (left, right) = (random(2, 3), random(2, 4));
        let all = Batch { left: &left, right: &right, masked: &[false, true, true, false] };
        let found = all.gradients(0.1);
        assert!(found.loss.abs() < 1e-6);
        assert!(found.left.iter().chain(&found.right).all(|v| v.abs() < 1e-6));
    }
}
