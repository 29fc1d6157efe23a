//! Requests that must happen once only: their receipts, first in, first out.

use std::borrow::Cow;

use jobmatch_domain::{Collection, DocumentId, Seq};
use prost::Message;
use redb::{ReadableTable, ReadableTableMetadata};

use super::Group;
use crate::error::{StoreError, WriteError};
use crate::keyring::Owner;
use crate::record::{Outcome, Receipt, Record, RequestKey, Stored};
use crate::tables::{RequestMessage, code};

/// A request that holds a copy of a row.
pub(super) struct RequestCopy {
    key: Vec<u8>,
    message: RequestMessage,
}

impl Group<'_> {
    /// The first receipt of a request that was done before.
    pub(super) fn repeated<R: Record, E>(
        &self,
        request: &RequestKey,
        id: &DocumentId,
    ) -> Result<Option<Receipt<R>>, WriteError<E>> {
        let Some(message) = self.request(request.key.as_bytes())? else {
            return Ok(None);
        };
        let is_same = message.digest == request.digest
            && message.collection == u32::from(code(R::COLLECTION))
            && message.id == id.as_str().as_bytes();
        if !is_same {
            return Err(WriteError::KeyReused);
        }
        let stored = match &message.row {
            Some(copy) => Some(self.read_copy(request, id, copy)?),
            None => None,
        };
        Ok(Some(Receipt { seq: Seq(message.seq), stored, outcome: Outcome::Repeated }))
    }

    /// The copy of a row that goes into a receipt.
    fn copy_of<R: Record>(
        &self,
        request: &RequestKey,
        stored: &Stored<R>,
    ) -> Result<Vec<u8>, StoreError> {
        match R::COLLECTION {
            Collection::Postings => Ok(stored.encode()),
            Collection::Profiles => self.requests.seal_part(
                Owner::of(stored.record.id()),
                &request.key.as_bytes(),
                stored.seq,
                &stored.encode(),
            ),
        }
    }

    fn read_copy<R: Record>(
        &self,
        request: &RequestKey,
        id: &DocumentId,
        copy: &[u8],
    ) -> Result<Stored<R>, StoreError> {
        let damaged = || StoreError::Damaged { collection: R::COLLECTION, id: id.clone() };
        let row = match R::COLLECTION {
            Collection::Postings => Cow::Borrowed(copy),
            Collection::Profiles => {
                self.requests.open(&request.key.as_bytes(), copy).map_err(|_| damaged())?
            }
        };
        Stored::decode(&row).map_err(|_| damaged())
    }

    fn request(&self, key: &[u8]) -> Result<Option<RequestMessage>, StoreError> {
        let decode = |payload: Vec<u8>| {
            RequestMessage::decode(&payload[..]).map_err(|_| self.requests.damaged())
        };
        self.requests.get(&key)?.map(decode).transpose()
    }

    /// Keeps the receipt and drops the oldest beyond the limit.
    pub(super) fn remember<R: Record>(
        &mut self,
        request: &RequestKey,
        id: &DocumentId,
        receipt: &Receipt<R>,
    ) -> Result<(), StoreError> {
        if self.request_keys_kept == 0 {
            return Ok(());
        }
        self.is_changed = true;
        let newest = self.request_order.table.last()?;
        let number = newest.map_or(0, |(number, _)| number.value() + 1);
        let (collection, key) = (code(R::COLLECTION), request.key.as_bytes());
        let message = RequestMessage {
            digest: request.digest,
            number,
            collection: u32::from(collection),
            id: id.as_str().into(),
            seq: receipt.seq.0,
            row: receipt.stored.as_ref().map(|s| self.copy_of(request, s)).transpose()?,
        };
        self.requests.put(key, &message.encode_to_vec())?;
        self.request_order.put(number, key)?;
        if message.row.is_some() {
            self.request_rows.put((collection, &message.id, number), key)?;
        }
        self.trim_requests()
    }

    fn trim_requests(&mut self) -> Result<(), StoreError> {
        while self.request_order.table.len()? > self.request_keys_kept {
            let Some((number, key)) = self.oldest_request()? else {
                return Ok(());
            };
            self.request_order.remove(number)?;
            if let Some(message) = self.request(&key)? {
                // Both codes come from `code`, which has 8 bits.
                let collection = message.collection as u8;
                self.request_rows.remove((collection, &message.id, number))?;
            }
            self.requests.remove(&key)?;
        }
        Ok(())
    }

    fn oldest_request(&self) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let Some((number, value)) = self.request_order.table.first()? else {
            return Ok(None);
        };
        let number = number.value();
        let key = self.request_order.open(&number, value.value())?;
        Ok(Some((number, key.to_vec())))
    }

    /// The requests that hold copies of a document's row.
    pub(super) fn copies_of(
        &self,
        collection: Collection,
        id: &DocumentId,
    ) -> Result<Vec<RequestCopy>, StoreError> {
        let (collection, id) = (code(collection), id.as_str().as_bytes());
        let mut copies = Vec::new();
        for entry in
            self.request_rows.table.range((collection, id, 0)..=(collection, id, u64::MAX))?
        {
            let (at, value) = entry?;
            let key = self.request_rows.open(&at.value(), value.value())?.to_vec();
            if let Some(message) = self.request(&key)? {
                copies.push(RequestCopy { key, message });
            }
        }
        Ok(copies)
    }

    /// Removes the rows from the receipts, so that a deleted document is gone here too.
    pub(super) fn forget_copies(&mut self, copies: Vec<RequestCopy>) -> Result<(), StoreError> {
        for RequestCopy { key, mut message } in copies {
            message.row = None;
            self.requests.put(&key, &message.encode_to_vec())?;
            let collection = message.collection as u8;
            self.request_rows.remove((collection, &message.id, message.number))?;
        }
        Ok(())
    }
}
