//! Embeddings that callers send.

use crate::error::Invalid;

/// A caller's own unit vector of a named space.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedding {
    space: String,
    values: Vec<f32>,
}

impl Embedding {
    /// Most dimensions accepted.
    pub const MAX_DIMENSIONS: usize = 4096;

    /// Checks the space's name (1 to 64 characters of `[a-z0-9._-]`) and the numbers
    /// (1 to 4096, finite, not all zero), and scales them to unit length. A vector of
    /// unit length is kept bit by bit, so that one that was read back stays the same.
    pub fn new(space: &str, values: &[f32]) -> Result<Self, crate::Violation> {
        let named = (1..=64).contains(&space.len())
            && space
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b));
        if !named {
            return Err(
                Invalid::malformed(space, "1 to 64 characters of a-z 0-9 . _ -").at("space")
            );
        }
        if values.is_empty() || values.len() > Self::MAX_DIMENSIONS {
            return Err(Invalid::range(values.len(), 1, Self::MAX_DIMENSIONS).at("values"));
        }
        if let Some(i) = values.iter().position(|v| !v.is_finite()) {
            return Err(Invalid::NotFinite.at(format!("values[{i}]")));
        }
        // f64 keeps the norm of subnormal and of huge elements apart from 0 and infinity.
        let norm = values.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
        if norm == 0.0 {
            return Err(Invalid::ZeroVector.at("values"));
        }
        // Rounding to f32 leaves a unit vector within 6e-8 (2^-24) of length 1.
        let divisor = if (norm - 1.0).abs() < 1e-6 { 1.0 } else { norm };
        let values = values.iter().map(|v| (f64::from(*v) / divisor) as f32).collect();
        Ok(Self { space: space.into(), values })
    }

    /// Identity of the vector space.
    pub fn space(&self) -> &str {
        &self.space
    }

    /// The unit vector.
    pub fn values(&self) -> &[f32] {
        &self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_come_out_at_unit_length() {
        let e = Embedding::new("s", &[3.0, 4.0]).unwrap();
        assert_eq!(e.values(), [0.6, 0.8]);
        let tiny = Embedding::new("s", &[1e-40, 0.0]).unwrap();
        assert_eq!(tiny.values(), [1.0, 0.0]);
    }

    #[test]
    fn a_vector_that_was_read_back_stays_the_same() {
        for seed in 1..200u32 {
            let raw: Vec<f32> = (1..=96).map(|i| (seed * i) as f32 % 7.3 - 3.1).collect();
            let once = Embedding::new("s", &raw).unwrap();
            assert_eq!(Embedding::new("s", once.values()).as_ref(), Ok(&once));
        }
    }

    #[test]
    fn bad_vectors_are_refused_by_name() {
        let path = |space, v: &[f32]| Embedding::new(space, v).unwrap_err().path;
        assert_eq!(path("s", &[1.0, f32::NAN]), "values[1]");
        assert_eq!(path("s", &[f32::INFINITY]), "values[0]");
        assert_eq!(path("s", &[0.0, 0.0]), "values");
        assert_eq!(path("s", &[]), "values");
        assert_eq!(path("S!", &[1.0]), "space");
    }
}
