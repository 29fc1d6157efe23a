//! Which adverts are copies of one another, and which of them training never sees.

use std::collections::HashMap;

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::reading::Advert;

/// Letters of a shingle: a body is the set of its runs of so many.
const SHINGLE: usize = 5;
/// Two bodies are put together when all least hashes of a band agree: 96% of the pairs that
/// share 8 of 10 shingles, 40% of those that share half.
const BANDS: usize = 8;
const BAND_ROWS: usize = 4;
/// So many clusters of a hundred are kept for measuring.
const KEPT_PERCENT: u64 = 27;

/// Adverts in clusters of near-duplicates.
#[derive(Debug)]
pub(crate) struct Clusters {
    /// For each advert the name of its cluster: the least hash of the bodies in it, so that
    /// it does not depend on the order of the adverts.
    names: Vec<u64>,
}

impl Clusters {
    /// Clusters adverts by their bodies.
    pub(crate) fn of(adverts: &[Advert]) -> Self {
        let signatures: Vec<[u64; BANDS]> = adverts.iter().map(|a| signature(&a.body)).collect();
        let mut parents: Vec<usize> = (0..adverts.len()).collect();
        for band in 0..BANDS {
            let mut first: HashMap<u64, usize> = HashMap::new();
            for (i, signature) in signatures.iter().enumerate() {
                let same = *first.entry(signature[band]).or_insert(i);
                let (a, b) = (root(&mut parents, i), root(&mut parents, same));
                parents[a.max(b)] = a.min(b);
            }
        }
        let hashes: Vec<u64> = adverts.iter().map(|a| xxh3_64(a.body.as_bytes())).collect();
        let mut least: HashMap<usize, u64> = HashMap::new();
        for (i, hash) in hashes.iter().enumerate() {
            let name = least.entry(root(&mut parents, i)).or_insert(*hash);
            *name = (*name).min(*hash);
        }
        let names = (0..adverts.len()).map(|i| least[&root(&mut parents, i)]).collect();
        Self { names }
    }

    /// The cluster of an advert.
    pub(crate) fn name(&self, advert: usize) -> u64 {
        self.names[advert]
    }

    /// Whether training never sees the advert.
    pub(crate) fn is_kept(&self, advert: usize) -> bool {
        // The least of some hashes is small; another hash of it is even.
        xxh3_64(&self.names[advert].to_le_bytes()) % 100 < KEPT_PERCENT
    }

    /// One advert of each cluster that is kept, in an order that is as good as random.
    pub(crate) fn kept(&self) -> Vec<usize> {
        let kept = (0..self.names.len()).filter(|i| self.is_kept(*i));
        let mut first: HashMap<u64, usize> = HashMap::new();
        kept.for_each(|i| {
            first.entry(self.names[i]).or_insert(i);
        });
        let mut kept: Vec<(u64, usize)> = first.into_iter().collect();
        kept.sort_unstable();
        kept.into_iter().map(|(_, i)| i).collect()
    }
}

/// The representative of a set, with the way to it made shorter.
fn root(parents: &mut [usize], mut of: usize) -> usize {
    while parents[of] != of {
        parents[of] = parents[parents[of]];
        of = parents[of];
    }
    of
}

/// The least hashes of the shingles (Broder: On the Resemblance and Containment of
/// Documents, 1997), a hash for each band.
fn signature(body: &str) -> [u64; BANDS] {
    let letters: Vec<char> = body.chars().filter(|c| c.is_alphanumeric()).collect();
    let mut least = [u64::MAX; BANDS * BAND_ROWS];
    for shingle in letters.windows(SHINGLE.min(letters.len()).max(1)) {
        let bytes: Vec<u8> = shingle.iter().flat_map(|c| u32::from(*c).to_le_bytes()).collect();
        let hash = xxh3_64(&bytes);
        for (i, least) in least.iter_mut().enumerate() {
            // Odd factors permute the numbers of 64 bits; the high bits are well mixed.
            let factor = 0x9E37_79B9_7F4A_7C15u64.wrapping_mul(2 * i as u64 + 1);
            *least = (*least).min(hash.wrapping_mul(factor).rotate_left(32).wrapping_mul(factor));
        }
    }
    std::array::from_fn(|band| {
        let rows = &least[band * BAND_ROWS..(band + 1) * BAND_ROWS];
        let bytes: Vec<u8> = rows.iter().flat_map(|row| row.to_le_bytes()).collect();
        xxh3_64_with_seed(&bytes, band as u64)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body of its own for each number.
    fn advert(number: usize) -> Advert {
        let letter = |i: usize| char::from_u32(0x4E00 + (number * 131 + i * i * 7) as u32 % 9_000);
        Advert { title: "工".into(), body: (0..200).filter_map(letter).collect() }
    }

    #[test]
    fn copies_with_small_changes_are_one_cluster_in_any_order() {
        let mut adverts: Vec<Advert> = (0..20).map(advert).collect();
        let changed = advert(3).body.replacen(advert(3).body.chars().nth(90).unwrap(), "急招", 1);
        adverts.push(Advert { title: "另".into(), body: changed });
        let clusters = Clusters::of(&adverts);
        assert_eq!(clusters.name(20), clusters.name(3));
        let names: std::collections::HashSet<u64> = clusters.names.iter().copied().collect();
        assert_eq!(names.len(), 20);
        adverts.reverse();
        let mut backwards = Clusters::of(&adverts).names;
        backwards.reverse();
        assert_eq!(backwards, clusters.names);
    }

    #[test]
    fn a_part_is_kept_and_one_of_each_cluster_is_measured() {
        let adverts: Vec<Advert> = (0..1_000).map(|i| advert(i / 2)).collect();
        let clusters = Clusters::of(&adverts);
        let kept = (0..1_000).filter(|i| clusters.is_kept(*i)).count();
        assert!((200..340).contains(&kept), "{kept}");
        assert_eq!(clusters.kept().len() * 2, kept);
    }
}
