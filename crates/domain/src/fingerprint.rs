//! Fingerprints of texts.

/// Fingerprints that differ in at most so many bits are near-duplicates: 3 of 64 is
/// what Manku, Jain and Das Sarma found for web pages (WWW 2007).
const MAX_DISTANCE: u32 = 3;

/// A 64-bit SimHash (Charikar, STOC 2002): texts that share most of their shingles differ in
/// few bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    /// The hash.
    pub bits: u64,
    /// Made of so little text that it is equal to another or different, never near.
    pub short: bool,
}

impl Fingerprint {
    /// Whether the two texts are near-duplicates.
    pub fn is_near(self, other: Self) -> bool {
        let limit = if self.short || other.short { 0 } else { MAX_DISTANCE };
        (self.bits ^ other.bits).count_ones() <= limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_is_three_bits_and_short_texts_are_equal_or_different() {
        let print = |bits, short| Fingerprint { bits, short };
        assert!(print(0, false).is_near(print(0b111, false)));
        assert!(!print(0, false).is_near(print(0b1111, false)));
        assert!(!print(0, true).is_near(print(1, false)));
        assert!(print(5, true).is_near(print(5, true)));
    }
}
