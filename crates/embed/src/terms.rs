//! Terms as hashes, and the direction that each hash stands for.

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::static_model::{HASHED, LEARNT};

/// Elements of a term's own direction that are not zero, one in each block of the hashed
/// part. Two terms overlap by 0 ± 0.088, as random directions of 128 dimensions do.
const SPIKES: usize = 8;
const BLOCK: usize = HASHED / SPIKES;

/// Kinds of terms; a word and a gram of the same letters are different terms. The number
/// is the seed of the hash and part of the model's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TermKind {
    Word = 1,
    Gram = 2,
}

/// A term's hash, the same on every machine.
pub(crate) fn term_hash(term: &str, kind: TermKind) -> u64 {
    xxh3_64_with_seed(term.as_bytes(), kind as u64)
}

/// Key of a term in a model: half of its hash. Among 28,000 rows about one term in 150,000
/// that the corpus never had is taken for one that it had.
pub(crate) fn term_key(hash: u64) -> u32 {
    hash as u32
}

/// Adds `length` times the unit direction of a term to the hashed part of the sum.
pub(crate) fn add_own_direction(hash: u64, length: f32, sum: &mut [f32; LEARNT + HASHED]) {
    let step = length / (SPIKES as f32).sqrt();
    let mut bits = scrambled(hash);
    for block in sum[LEARNT..].chunks_exact_mut(BLOCK) {
        let position = (bits & 0x7F) as usize % BLOCK;
        block[position] += if bits & 0x80 == 0 { step } else { -step };
        bits >>= 8;
    }
}

/// A bijection of 64 bits with all of them mixed: the finaliser of SplitMix64 (Steele,
/// Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
pub(crate) fn scrambled(state: u64) -> u64 {
    let mut z = state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn direction(term: &str) -> [f32; LEARNT + HASHED] {
        let mut sum = [0f32; LEARNT + HASHED];
        add_own_direction(term_hash(term, TermKind::Word), 1.0, &mut sum);
        sum
    }

    #[test]
    fn directions_are_of_length_one_and_nearly_orthogonal() {
        let all: Vec<_> = (0..200).map(|i| direction(&format!("词{i}"))).collect();
        let mut squares = 0.0;
        for (i, a) in all.iter().enumerate() {
            assert!(a[..LEARNT].iter().all(|v| *v == 0.0));
            for (j, b) in all.iter().enumerate() {
                let cosine: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
                if i == j {
                    assert!((cosine - 1.0).abs() < 1e-5);
                } else {
                    squares += cosine * cosine;
                }
            }
        }
        let spread = (squares / (200.0 * 199.0)).sqrt();
        assert!((0.07..0.11).contains(&spread), "{spread}");
    }

    #[test]
    fn kinds_are_namespaces() {
        let hash = |kind| term_hash("洗碗", kind);
        assert_ne!(hash(TermKind::Word), hash(TermKind::Gram));
    }
}
