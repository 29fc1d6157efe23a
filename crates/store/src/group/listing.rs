//! Rows and what the directory tells of them, which are written together.

use jobmatch_domain::{Collection, DocumentId};
use redb::ReadableTable;

use super::Group;
use crate::directory::{Entry, Listed};
use crate::error::StoreError;
use crate::keyring::Owner;
use crate::record::{Record, Stored};
use crate::tables::document_key;

impl Group<'_> {
    /// What the directory tells of a document.
    pub(super) fn listed(&self, of: Collection, id: &DocumentId) -> Result<Listed, StoreError> {
        Listed::find(&self.directory, document_key(of, id))
    }

    /// Whether the directory lists a record with the row that it was read from.
    pub(super) fn is_listed<R: Record>(&self, stored: &Stored<R>) -> Result<bool, StoreError> {
        let key = document_key(R::COLLECTION, stored.record.id());
        let Listed::As(entry) = Listed::find(&self.directory, key)? else {
            return Ok(false);
        };
        let row = self.rows.table.get(key)?;
        Ok(entry.seq == stored.seq && row.is_some_and(|row| entry.fits(row.value())))
    }

    /// Seals and lists a row, that of a person under the person's key. What was listed before.
    pub(super) fn put_row<R: Record>(&mut self, stored: &Stored<R>) -> Result<Listed, StoreError> {
        let id = stored.record.id();
        let (key, seq, row) = (document_key(R::COLLECTION, id), stored.seq, stored.encode());
        let sealed = match R::COLLECTION {
            Collection::Postings => self.rows.seal_at(&key, seq, &row)?,
            Collection::Profiles => self.rows.seal_part(Owner::of(id), &key, seq, &row)?,
        };
        let before = self.listed(R::COLLECTION, id)?;
        self.rows.put_raw(key, &sealed)?;
        self.directory.put_at(key, seq, &Entry::of(seq, &sealed).encode())?;
        Ok(before)
    }

    /// Removes a row and its entry. What was listed.
    pub(super) fn unlist(&mut self, of: Collection, id: &DocumentId) -> Result<Listed, StoreError> {
        let before = self.listed(of, id)?;
        self.rows.remove(document_key(of, id))?;
        self.directory.remove(document_key(of, id))?;
        Ok(before)
    }
}
