//! What a feed calls a record, as a key. Persons are in their feed under numbers that may
//! tell who they are, and a key of redb outlives its entry in free pages: for profiles a
//! hash under the store's secret stands for the words.

use std::borrow::Cow;

use jobmatch_domain::Collection;
use jobmatch_domain::ids::Origin;

use crate::seal::Seals;
use crate::tables::code;

/// The words of a key of the origins.
pub(crate) struct OriginWords<'o> {
    source: Cow<'o, [u8]>,
    external_id: &'o [u8],
}

impl OriginWords<'_> {
    /// The key.
    pub(crate) fn key(&self, collection: Collection) -> (u8, &[u8], &[u8]) {
        (code(collection), &self.source, self.external_id)
    }
}

/// What an origin is listed under; `None` when it has no external id.
pub(crate) fn origin_words<'o>(
    seals: &Seals,
    collection: Collection,
    origin: &'o Origin,
) -> Option<OriginWords<'o>> {
    let (source, external_id) = (origin.source(), origin.external_id());
    if external_id.is_empty() {
        return None;
    }
    Some(match collection {
        Collection::Postings => OriginWords {
            source: Cow::Borrowed(source.as_bytes()),
            external_id: external_id.as_bytes(),
        },
        Collection::Profiles => OriginWords {
            source: Cow::Owned(seals.pseudonym(&[source, external_id]).to_vec()),
            external_id: &[],
        },
    })
}

/// What a source is listed under; `None` when there is none.
pub(crate) fn source_word<'o>(
    seals: &Seals,
    collection: Collection,
    source: &'o str,
) -> Option<Cow<'o, [u8]>> {
    match collection {
        _ if source.is_empty() => None,
        Collection::Postings => Some(Cow::Borrowed(source.as_bytes())),
        Collection::Profiles => Some(Cow::Owned(seals.pseudonym(&[source]).to_vec())),
    }
}
