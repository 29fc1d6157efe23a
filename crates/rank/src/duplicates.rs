//! Near-duplicates: the same advert posted again with a changed word or two.

use jobmatch_domain::JobPosting;
use xxhash_rust::xxh3::xxh3_64;

/// A 64-bit SimHash (Charikar, STOC 2002) over the advert's character 4-grams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint {
    bits: u64,
    /// Adverts of few characters are equal or different, never near.
    short: bool,
}

/// Fingerprints that differ in at most so many bits are near-duplicates: 3 of 64 is
/// what Manku, Jain and Das Sarma found for web pages (WWW 2007).
const MAX_DISTANCE: u32 = 3;
const SHINGLE: usize = 4;
const SHORT_CHARACTERS: usize = 30;

impl Fingerprint {
    /// Whether the two adverts are near-duplicates.
    pub fn is_near(self, other: Self) -> bool {
        let limit = if self.short || other.short {
            0
        } else {
            MAX_DISTANCE
        };
        (self.bits ^ other.bits).count_ones() <= limit
    }
}

/// Fingerprint of a posting's title, text and employer. Blanks and punctuation do not
/// count.
pub fn fingerprint(posting: &JobPosting) -> Fingerprint {
    let characters: Vec<char> = [
        posting.title.as_str(),
        posting.description.as_str(),
        posting.employer.as_str(),
    ]
    .iter()
    .flat_map(|text| text.chars())
    .filter(|c| c.is_alphanumeric())
    .collect();
    let mut votes = [0i32; 64];
    let mut buffer = String::with_capacity(SHINGLE * 4);
    let width = SHINGLE.min(characters.len().max(1));
    for shingle in characters.windows(width) {
        buffer.clear();
        buffer.extend(shingle);
        let hash = xxh3_64(buffer.as_bytes());
        for (bit, vote) in votes.iter_mut().enumerate() {
            *vote += if hash >> bit & 1 == 1 { 1 } else { -1 };
        }
    }
    let bits = (0..64)
        .filter(|bit| votes[*bit] > 0)
        .fold(0u64, |bits, bit| bits | 1 << bit);
    Fingerprint {
        bits,
        short: characters.len() < SHORT_CHARACTERS,
    }
}
