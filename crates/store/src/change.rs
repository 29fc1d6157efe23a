//! Entries of the change feed on disk: a byte of flags, then the id.

use jobmatch_domain::{Collection, Seq};

use crate::record::Change;
use crate::tables::id_of;

const DELETED: u8 = 1;
const CONTENT: u8 = 1 << 1;

/// The value of an entry.
pub(crate) fn encode(change: &Change) -> Vec<u8> {
    let deleted = if change.deleted { DELETED } else { 0 };
    let content = if change.content { CONTENT } else { 0 };
    let mut value = vec![deleted | content];
    value.extend(change.id.as_str().as_bytes());
    value
}

/// Reads a value; `None` when it is no entry.
pub(crate) fn decode(collection: Collection, seq: u64, value: &[u8]) -> Option<Change> {
    let (flags, id) = value.split_first()?;
    if flags & !(DELETED | CONTENT) != 0 {
        return None;
    }
    Some(Change {
        seq: Seq(seq),
        collection,
        id: id_of(id)?,
        deleted: flags & DELETED != 0,
        content: flags & CONTENT != 0,
    })
}
