//! Seals: each value on disk carries a format and a checksum over the format, the
//! table, the key and the payload, so that flipped bits and values that ended up under
//! another key show.

use xxhash_rust::xxh3::Xxh3;

/// First byte of every sealed value.
const FORMAT: u8 = 1;
const CHECKSUM: usize = size_of::<u64>();
const HEADER: usize = 1 + CHECKSUM;

/// A key that takes part in the checksum, in an encoding of its own: redb's may change
/// with its major versions.
pub(crate) trait SealedKey: redb::Key + 'static {
    /// Adds the key to the hash so that different keys add different bytes.
    fn feed(key: &Self::SelfType<'_>, hash: &mut Xxh3);
}

impl SealedKey for u8 {
    fn feed(key: &u8, hash: &mut Xxh3) {
        hash.update(&[*key]);
    }
}

impl SealedKey for u64 {
    fn feed(key: &u64, hash: &mut Xxh3) {
        hash.update(&key.to_le_bytes());
    }
}

impl SealedKey for &'static [u8] {
    fn feed(key: &&[u8], hash: &mut Xxh3) {
        hash.update(&(key.len() as u64).to_le_bytes());
        hash.update(key);
    }
}

impl<A: SealedKey, B: SealedKey> SealedKey for (A, B) {
    fn feed(key: &Self::SelfType<'_>, hash: &mut Xxh3) {
        A::feed(&key.0, hash);
        B::feed(&key.1, hash);
    }
}

impl<A: SealedKey, B: SealedKey, C: SealedKey> SealedKey for (A, B, C) {
    fn feed(key: &Self::SelfType<'_>, hash: &mut Xxh3) {
        A::feed(&key.0, hash);
        B::feed(&key.1, hash);
        C::feed(&key.2, hash);
    }
}

fn checksum<K: SealedKey>(table: &str, key: &K::SelfType<'_>, payload: &[u8]) -> u64 {
    let mut hash = Xxh3::new();
    hash.update(&[FORMAT, table.len() as u8]);
    hash.update(table.as_bytes());
    K::feed(key, &mut hash);
    hash.update(payload);
    hash.digest()
}

/// Format, checksum (little endian) and payload.
pub(crate) fn seal<K: SealedKey>(table: &str, key: &K::SelfType<'_>, payload: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(HEADER + payload.len());
    sealed.push(FORMAT);
    sealed.extend(checksum::<K>(table, key, payload).to_le_bytes());
    sealed.extend(payload);
    sealed
}

/// The payload; `None` when the seal is broken.
pub(crate) fn unseal<'v, K: SealedKey>(
    table: &str,
    key: &K::SelfType<'_>,
    sealed: &'v [u8],
) -> Option<&'v [u8]> {
    let (header, payload) = sealed.split_at_checked(HEADER)?;
    let expected = checksum::<K>(table, key, payload).to_le_bytes();
    (header[0] == FORMAT && header[1..] == expected).then_some(payload)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Key = (u8, &'static [u8]);

    proptest! {
        #[test]
        fn any_flipped_bit_breaks_the_seal(
            id in "[a-z]{0,8}",
            payload in proptest::collection::vec(any::<u8>(), 0..64),
            at in any::<prop::sample::Index>(),
            bit in 0u8..8,
        ) {
            let key = (1, id.as_bytes());
            let mut sealed = seal::<Key>("rows", &key, &payload);
            prop_assert_eq!(unseal::<Key>("rows", &key, &sealed), Some(&payload[..]));
            let at = at.index(sealed.len());
            sealed[at] ^= 1 << bit;
            prop_assert_eq!(unseal::<Key>("rows", &key, &sealed), None);
        }
    }

    #[test]
    fn a_value_under_another_key_or_table_does_not_verify() {
        let sealed = seal::<Key>("rows", &(1, b"ab"), b"c");
        assert_eq!(unseal::<Key>("rows", &(1, b"ab"), &sealed), Some(&b"c"[..]));
        assert_eq!(unseal::<Key>("rows", &(2, b"ab"), &sealed), None);
        assert_eq!(unseal::<Key>("rows", &(1, b"a"), &sealed), None);
        assert_eq!(unseal::<Key>("tombstones", &(1, b"ab"), &sealed), None);
        assert_eq!(unseal::<Key>("rows", &(1, b"ab"), &sealed[..8]), None);
    }
}
