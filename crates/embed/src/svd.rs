//! Truncated singular value decomposition of a sparse matrix, for training.
//!
//! Subspace iteration with re-orthogonalisation (Halko, Martinsson, Tropp: Finding
//! Structure with Randomness, SIAM Review 2011), then a rotation onto the singular
//! vectors by Jacobi's method. Seeded: the same matrix gives the same result.

use crate::static_model::DIMENSIONS;

/// Rows of (column, value), columns below `width`.
pub(crate) struct SparseRows {
    pub(crate) rows: Vec<Vec<(u32, f32)>>,
    pub(crate) width: usize,
}

type Row = [f32; DIMENSIONS];

const ITERATIONS: usize = 4;

/// The right singular vectors (one row a column of the matrix) and the singular values,
/// greatest first.
pub(crate) fn right_singular(matrix: &SparseRows, seed: u64) -> (Vec<Row>, [f32; DIMENSIONS]) {
    let mut basis = random_rows(matrix.width, seed);
    orthonormalise(&mut basis);
    for _ in 0..ITERATIONS {
        basis = gram_product(matrix, &basis);
        orthonormalise(&mut basis);
    }
    // Rotate: eigenvectors of (A Q)ᵀ (A Q), 256 × 256.
    let image = gram_product(matrix, &basis);
    let mut small = vec![[0f64; DIMENSIONS]; DIMENSIONS];
    for (q, z) in basis.iter().zip(&image) {
        for (i, a) in q.iter().enumerate().filter(|(_, a)| **a != 0.0) {
            for (target, b) in small[i].iter_mut().zip(z) {
                *target += f64::from(*a) * f64::from(*b);
            }
        }
    }
    let (values, vectors) = jacobi(small);
    let mut order: Vec<usize> = (0..DIMENSIONS).collect();
    order.sort_by(|a, b| values[*b].total_cmp(&values[*a]).then(a.cmp(b)));
    let rotated = basis
        .iter()
        .map(|row| {
            let mut out = [0f32; DIMENSIONS];
            for (target, column) in out.iter_mut().zip(&order) {
                let sum: f64 =
                    row.iter().enumerate().map(|(i, v)| f64::from(*v) * vectors[i][*column]).sum();
                *target = sum as f32;
            }
            out
        })
        .collect();
    let mut singular = [0f32; DIMENSIONS];
    for (target, column) in singular.iter_mut().zip(&order) {
        *target = values[*column].max(0.0).sqrt() as f32;
    }
    (rotated, singular)
}

/// Aᵀ A Q.
fn gram_product(matrix: &SparseRows, basis: &[Row]) -> Vec<Row> {
    let mut out = vec![[0f32; DIMENSIONS]; basis.len()];
    for row in &matrix.rows {
        let mut image = [0f32; DIMENSIONS];
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

/// Gram–Schmidt over the columns, twice for stability, in blocks of one.
fn orthonormalise(rows: &mut [Row]) {
    for _ in 0..2 {
        for column in 0..DIMENSIONS {
            let mut overlaps = [0f64; DIMENSIONS];
            for row in rows.iter() {
                let own = f64::from(row[column]);
                for (sum, value) in overlaps[..=column].iter_mut().zip(row) {
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
            let norm = rows.iter().map(|r| f64::from(r[column]).powi(2)).sum::<f64>().sqrt();
            if norm > 0.0 {
                for row in rows.iter_mut() {
                    row[column] = (f64::from(row[column]) / norm) as f32;
                }
            }
        }
    }
}

/// Eigenvalues and eigenvectors (columns) of a symmetric matrix by cyclic Jacobi sweeps.
fn jacobi(mut a: Vec<[f64; DIMENSIONS]>) -> (Vec<f64>, Vec<[f64; DIMENSIONS]>) {
    let mut vectors = vec![[0f64; DIMENSIONS]; DIMENSIONS];
    for (i, row) in vectors.iter_mut().enumerate() {
        row[i] = 1.0;
    }
    for _ in 0..8 {
        for p in 0..DIMENSIONS {
            for q in p + 1..DIMENSIONS {
                rotate(&mut a, &mut vectors, p, q);
            }
        }
    }
    ((0..DIMENSIONS).map(|i| a[i][i]).collect(), vectors)
}

fn rotate(a: &mut [[f64; DIMENSIONS]], vectors: &mut [[f64; DIMENSIONS]], p: usize, q: usize) {
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

/// Uniform in -1..1 from a SplitMix64 stream (Steele, Lea, Flood 2014).
fn random_rows(count: usize, seed: u64) -> Vec<Row> {
    let mut state = seed;
    let mut next = move || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 40) as f32 / (1u32 << 23) as f32 - 1.0
    };
    (0..count).map(|_| std::array::from_fn(|_| next())).collect()
}
