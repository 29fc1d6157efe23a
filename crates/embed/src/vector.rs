//! Vectors that callers bring along.

use crate::error::EmbedError;

/// Rounding each of up to some thousand elements to f32 moves the length of a unit vector
/// by less than this; such a vector is kept bit by bit, so that one that was read back
/// stays the same.
const UNIT_TOLERANCE: f64 = 1e-6;

/// Checks a caller's own vector: of this many dimensions, finite, not zero; returns it at
/// unit length. Errors: [`EmbedError::Dimensions`], [`EmbedError::NotFinite`],
/// [`EmbedError::Zero`], checked in this order.
pub fn validate_vector(vector: &[f32], dimensions: usize) -> Result<Vec<f32>, EmbedError> {
    if vector.len() != dimensions {
        return Err(EmbedError::Dimensions { expected: dimensions, actual: vector.len() });
    }
    if let Some(index) = vector.iter().position(|v| !v.is_finite()) {
        return Err(EmbedError::NotFinite { index });
    }
    // f64 keeps the length of subnormal and of huge elements apart from 0 and infinity.
    let squares: f64 = vector.iter().map(|v| f64::from(*v).powi(2)).sum();
    if squares == 0.0 {
        return Err(EmbedError::Zero { dimensions });
    }
    let length = squares.sqrt();
    if (length - 1.0).abs() < UNIT_TOLERANCE {
        return Ok(vector.to_vec());
    }
    Ok(vector.iter().map(|v| (f64::from(*v) / length) as f32).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bad_vectors_are_refused_by_position_and_size() {
        assert_eq!(
            validate_vector(&[1.0, 2.0], 3),
            Err(EmbedError::Dimensions { expected: 3, actual: 2 })
        );
        let second = Err(EmbedError::NotFinite { index: 1 });
        assert_eq!(validate_vector(&[0.0, f32::NAN], 2), second);
        assert_eq!(validate_vector(&[0.0, f32::NEG_INFINITY], 2), second);
        let zero = |dimensions| Err(EmbedError::Zero { dimensions });
        assert_eq!(validate_vector(&[0.0, -0.0], 2), zero(2));
        assert_eq!(validate_vector(&[], 0), zero(0));
    }

    #[test]
    fn the_smallest_and_the_greatest_numbers_keep_their_direction() {
        assert_eq!(validate_vector(&[3.0, 4.0], 2), Ok(vec![0.6, 0.8]));
        assert_eq!(validate_vector(&[1e-45, 0.0], 2), Ok(vec![1.0, 0.0]));
        let huge = validate_vector(&[f32::MAX, -f32::MAX], 2).unwrap();
        assert!((huge[0] - 0.5f32.sqrt()).abs() < 1e-6 && huge[1] == -huge[0]);
    }

    proptest! {
        #[test]
        fn vectors_come_out_at_unit_length_and_stay(
            raw in proptest::collection::vec(-1e30f32..1e30, 1..300),
        ) {
            prop_assume!(raw.iter().any(|v| *v != 0.0));
            let once = validate_vector(&raw, raw.len()).unwrap();
            let length: f64 = once.iter().map(|v| f64::from(*v).powi(2)).sum::<f64>().sqrt();
            prop_assert!((length - 1.0).abs() < 1e-6);
            prop_assert_eq!(validate_vector(&once, once.len()), Ok(once));
        }
    }
}
