//! Keys of tables in snapshots: an encoding of its own, as redb's may change with its major
//! versions. Parts follow each other; texts have their length before them.

use super::chunks::take_bytes;
use crate::seal::SealedKey;

/// A key that can be written into a snapshot.
pub(crate) trait SnapshotKey: SealedKey {
    /// Adds it.
    fn write(key: &Self::SelfType<'_>, out: &mut Vec<u8>);

    /// Takes it off the front; `None` when it is cut off.
    fn read<'a>(input: &mut &'a [u8]) -> Option<Self::SelfType<'a>>;
}

/// A key that is all of the bytes.
pub(super) fn whole<K: SnapshotKey>(mut bytes: &[u8]) -> Option<K::SelfType<'_>> {
    let key = K::read(&mut bytes)?;
    bytes.is_empty().then_some(key)
}

impl SnapshotKey for u8 {
    fn write(key: &u8, out: &mut Vec<u8>) {
        out.push(*key);
    }

    fn read(input: &mut &[u8]) -> Option<u8> {
        let (first, rest) = input.split_first()?;
        *input = rest;
        Some(*first)
    }
}

impl SnapshotKey for u64 {
    fn write(key: &u64, out: &mut Vec<u8>) {
        out.extend(key.to_le_bytes());
    }

    fn read(input: &mut &[u8]) -> Option<u64> {
        let (first, rest) = input.split_first_chunk()?;
        *input = rest;
        Some(u64::from_le_bytes(*first))
    }
}

impl SnapshotKey for &'static [u8] {
    fn write(key: &&[u8], out: &mut Vec<u8>) {
        // Ids and sources have some hundred bytes at most.
        out.extend((key.len() as u32).to_le_bytes());
        out.extend_from_slice(key);
    }

    fn read<'a>(input: &mut &'a [u8]) -> Option<&'a [u8]> {
        take_bytes(input)
    }
}

impl<A: SnapshotKey, B: SnapshotKey> SnapshotKey for (A, B) {
    fn write(key: &Self::SelfType<'_>, out: &mut Vec<u8>) {
        A::write(&key.0, out);
        B::write(&key.1, out);
    }

    fn read<'a>(input: &mut &'a [u8]) -> Option<Self::SelfType<'a>> {
        Some((A::read(input)?, B::read(input)?))
    }
}

impl<A: SnapshotKey, B: SnapshotKey, C: SnapshotKey> SnapshotKey for (A, B, C) {
    fn write(key: &Self::SelfType<'_>, out: &mut Vec<u8>) {
        A::write(&key.0, out);
        B::write(&key.1, out);
        C::write(&key.2, out);
    }

    fn read<'a>(input: &mut &'a [u8]) -> Option<Self::SelfType<'a>> {
        Some((A::read(input)?, B::read(input)?, C::read(input)?))
    }
}
