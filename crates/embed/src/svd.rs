//! Truncated singular value decomposition of a sparse matrix, for training.
//!
//! Subspace iteration with re-orthogonalisation (Halko, Martinsson, Tropp: Finding
//! Structure with Randomness, SIAM Review 2011), then a rotation onto the singular
//! vectors by Jacobi's method. Seeded: the same matrix gives the same result.

use crate::static_model::LEARNT;
use crate::terms::scrambled;

/// Rows of (column, value), columns below `width`.
pub(crate) struct SparseRows {
    pub(crate) rows: Vec<Vec<(u32, f32)>>,
    pub(crate) width: usize,
}

/// Singular vectors that are computed: those that are used, and some more, without which
/// the last ones would be inexact.
pub(crate) const WIDTH: usize = LEARNT + 8;

type Row = [f32; WIDTH];

/// Halko and others advise 1 to 4 where singular values fall slowly, as those of texts do.
const ITERATIONS: usize = 4;
/// A column that keeps less than this of its length after the others were taken out of it
/// is rounding errors of a combination of them.
const DEPENDENT: f64 = 1e-5;

/// The right singular vectors (one row a column of the matrix) and the singular values,
/// greatest first.
pub(crate) fn right_singular(matrix: &SparseRows, seed: u64) -> (Vec<Row>, [f32; WIDTH]) {
    let mut basis = random_rows(matrix.width, seed);
    orthonormalise(&mut basis);
    for _ in 0..ITERATIONS {
        basis = gram_product(matrix, &basis);
        orthonormalise(&mut basis);
    }
    // Rotate: eigenvectors of (A Q)ᵀ (A Q), WIDTH × WIDTH.
    let image = gram_product(matrix, &basis);
    let mut small = vec![[0f64; WIDTH]; WIDTH];
    for (q, z) in basis.iter().zip(&image) {
        for (i, a) in q.iter().enumerate().filter(|(_, a)| **a != 0.0) {
            for (target, b) in small[i].iter_mut().zip(z) {
                *target += f64::from(*a) * f64::from(*b);
            }
        }
    }
    let (values, vectors) = jacobi(small);
    let mut order: Vec<usize> = (0..WIDTH).collect();
    order.sort_by(|a, b| values[*b].total_cmp(&values[*a]).then(a.cmp(b)));
    let rotated = basis
        .iter()
        .map(|row| {
            let mut out = [0f32; WIDTH];
            for (target, column) in out.iter_mut().zip(&order) {
                let sum: f64 =
                    row.iter().enumerate().map(|(i, v)| f64::from(*v) * vectors[i][*column]).sum();
                *target = sum as f32;
            }
            out
        })
        .collect();
    let mut singular = [0f32; WIDTH];
    for (target, column) in singular.iter_mut().zip(&order) {
        *target = values[*column].max(0.0).sqrt() as f32;
    }
    (rotated, singular)
}

/// Aᵀ A Q.
fn gram_product(matrix: &SparseRows, basis: &[Row]) -> Vec<Row> {
    let mut out = vec![[0f32; WIDTH]; basis.len()];
    for row in &matrix.rows {
        let mut image = [0f32; WIDTH];
        for (column, value) in row {
            for (target, b) in image.iter_mut().zip(&basis[*column as usize]) {
                *target += value * b;
            }
        }
        for (column, value) in row {
            for (target, i) in out[*column as usize].iter_mut().zip(&image) {
                *target += value * i;
            }
        }
    }
    out
}

/// Gram–Schmidt over the columns, twice for stability. Dependent columns become zero.
fn orthonormalise(rows: &mut [Row]) {
    for _ in 0..2 {
        for column in 0..WIDTH {
            let before = length(rows, column);
            let mut overlaps = [0f64; WIDTH];
            for row in rows.iter() {
                let own = f64::from(row[column]);
                for (sum, value) in overlaps[..column].iter_mut().zip(row) {
                    *sum += own * f64::from(*value);
                }
            }
            for row in rows.iter_mut() {
                let mut value = f64::from(row[column]);
                for (overlap, other) in overlaps[..column].iter().zip(row.iter()) {
                    value -= overlap * f64::from(*other);
                }
                row[column] = value as f32;
            }
            let after = length(rows, column);
            let kept = after > before * DEPENDENT;
            for row in rows.iter_mut() {
                let value = f64::from(row[column]) / after;
                row[column] = if kept { value as f32 } else { 0.0 };
            }
        }
    }
}

fn length(rows: &[Row], column: usize) -> f64 {
    let squares: f64 = rows.iter().map(|r| f64::from(r[column]).powi(2)).sum();
    squares.sqrt()
}

/// Eigenvalues and eigenvectors (columns) of a symmetric matrix by cyclic Jacobi sweeps.
fn jacobi(mut a: Vec<[f64; WIDTH]>) -> (Vec<f64>, Vec<[f64; WIDTH]>) {
    let mut vectors = vec![[0f64; WIDTH]; WIDTH];
    for (i, row) in vectors.iter_mut().enumerate() {
        row[i] = 1.0;
    }
    for _ in 0..8 {
        for p in 0..WIDTH {
            for q in p + 1..WIDTH {
                rotate(&mut a, &mut vectors, p, q);
            }
        }
    }
    ((0..WIDTH).map(|i| a[i][i]).collect(), vectors)
}

fn rotate(a: &mut [[f64; WIDTH]], vectors: &mut [[f64; WIDTH]], p: usize, q: usize) {
    if a[p][q].abs() < 1e-12 {
        return;
    }
    let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
    let t = if theta == 0.0 { 1.0 } else { t };
    let c = 1.0 / (t * t + 1.0).sqrt();
    let s = t * c;
    for row in a.iter_mut() {
        let (x, y) = (row[p], row[q]);
        row[p] = c * x - s * y;
        row[q] = s * x + c * y;
    }
    let (upper, lower) = a.split_at_mut(q);
    for (x, y) in upper[p].iter_mut().zip(lower[0].iter_mut()) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
    for row in vectors.iter_mut() {
        let (x, y) = (row[p], row[q]);
        row[p] = c * x - s * y;
        row[q] = s * x + c * y;
    }
}

/// Uniform in -1..1 from a SplitMix64 stream.
fn random_rows(count: usize, seed: u64) -> Vec<Row> {
    let mut state = seed;
    let mut next = move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        (scrambled(state) >> 40) as f32 / (1u32 << 23) as f32 - 1.0
    };
    (0..count).map(|_| std::array::from_fn(|_| next())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot(a: &[Row], b: &[Row], i: usize, j: usize) -> f64 {
        let pairs = a.iter().zip(b);
        pairs.map(|(a, b)| f64::from(a[i]) * f64::from(b[j])).sum()
    }

    /// Two blocks: columns 0 to 2 in the first rows, 3 and 4 in the others, all else empty.
    fn blocks() -> SparseRows {
        let first = (0..30).map(|_| vec![(0, 2.0), (1, 1.0), (2, 2.0)]);
        let second = (0..10).map(|_| vec![(3, 3.0), (4, -4.0)]);
        SparseRows { rows: first.chain(second).collect(), width: 300 }
    }

    #[test]
    fn known_factors_are_found() {
        let (vectors, singular) = right_singular(&blocks(), 7);
        // Of a rank 1 block of n equal rows the singular value is √n times their length.
        assert!((singular[0] - 30f32.sqrt() * 3.0).abs() < 1e-3, "{}", singular[0]);
        assert!((singular[1] - 10f32.sqrt() * 5.0).abs() < 1e-3, "{}", singular[1]);
        assert!(singular[2..].iter().all(|s| *s < 1e-2));
        let expected = [[2.0 / 3.0, 1.0 / 3.0, 2.0 / 3.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.6, -0.8]];
        for (i, expected) in expected.iter().enumerate() {
            let sign = vectors[if i == 0 { 0 } else { 3 }][i].signum();
            for (vector, expected) in vectors.iter().zip(expected) {
                assert!((vector[i] * sign - expected).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn vectors_are_orthonormal_and_those_of_no_matrix_are_zero() {
        let mut rows = random_rows(500, 3);
        orthonormalise(&mut rows);
        for i in 0..WIDTH {
            for j in 0..=i {
                let expected = f64::from(u8::from(i == j));
                assert!((dot(&rows, &rows, i, j) - expected).abs() < 1e-5, "{i} {j}");
            }
        }
        let mut few = random_rows(20, 3);
        orthonormalise(&mut few);
        assert!((dot(&few, &few, 19, 19) - 1.0).abs() < 1e-5);
        assert_eq!(dot(&few, &few, 20, 20), 0.0);
        let (none, singular) = right_singular(&SparseRows { rows: vec![], width: 0 }, 3);
        assert!(none.is_empty() && singular.iter().all(|s| *s == 0.0));
    }
}
