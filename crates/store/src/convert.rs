//! Writing a store anew: one of format 1, whose rows of persons stand there as they are, or
//! a plain one that is to be encrypted. The old file's free pages may hold any of it, so
//! nothing is changed in place: a second file is filled and takes the first one's name.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use jobmatch_domain::ids::Origin;
use jobmatch_domain::{Collection, Seq};
use prost::Message;
use redb::{Database, ReadTransaction, ReadableDatabase, ReadableTable, WriteTransaction};

use crate::cipher::random;
use crate::directory::Entry;
use crate::error::StoreError;
use crate::group::{origin_words, source_word};
use crate::keyring::Owner;
use crate::seal::{SealedKey, Seals};
use crate::tables::{
    CHANGES, DIRECTORY, Definition, FORMAT, HOLDS, KEY_CHECK, META, Meta, ORIGINS, PERSONS_SEALED,
    REQUEST_ORDER, REQUEST_ROWS, REQUESTS, ROWS, RequestMessage, RowMessage, SLOTS, SOURCES,
    STATIONS, SealedMut, SealedRead, TAKERS, TOMBSTONES, VERSION, code, id_of,
};
use crate::writer::make_durable;

/// From what, into what, by which seals.
struct Copying<'c> {
    read: &'c ReadTransaction,
    write: &'c WriteTransaction,
    from: &'c Seals,
    to: &'c Seals,
}

/// Copies the database of a path into a new file sealed by `to`, and puts that in its place.
pub(crate) fn convert(
    path: &Path,
    key_check: Option<u64>,
    mut from: Seals,
    mut to: Seals,
) -> Result<(), StoreError> {
    tracing::info!(path = %path.display(), "writing the store anew in the present format");
    let folder = |cause| StoreError::Folder { path: path.to_owned(), cause: Arc::new(cause) };
    let fresh = path.with_extension("redb.new");
    if fresh.exists() {
        fs::remove_file(&fresh).map_err(folder)?;
    }
    let database = Database::create(&fresh)?;
    let old = Database::open(path)?;
    let (read, mut write) = (old.begin_read()?, database.begin_write()?);
    make_durable(&mut write)?;
    let pepper = Meta::load(&SealedRead::read(&read, &META, &from)?)?.pepper;
    let had_pepper = !pepper.is_empty();
    from.pepper = if had_pepper { pepper } else { random::<32>()?.to_vec() };
    to.pepper.clone_from(&from.pepper);
    {
        let version = read.open_table(FORMAT)?.get(VERSION)?.map_or(0, |v| v.value());
        let mut format = write.open_table(FORMAT)?;
        // Rows that no directory lists are listed when the new file is prepared.
        format.insert(VERSION, version.max(PERSONS_SEALED))?;
        if let Some(check) = key_check {
            format.insert(KEY_CHECK, check)?;
        }
    }
    let copying = Copying { read: &read, write: &write, from: &from, to: &to };
    copying.all(had_pepper)?;
    #[cfg(test)]
    jobmatch_faults::at("convert: keys", path).map_err(folder)?;
    to.keyring.write_fresh()?;
    #[cfg(test)]
    jobmatch_faults::at("convert: commit", path).map_err(folder)?;
    write.commit()?;
    drop((read, old, database));
    #[cfg(test)]
    jobmatch_faults::at("convert: rename", path).map_err(folder)?;
    fs::rename(&fresh, path).map_err(folder)?;
    #[cfg(test)]
    jobmatch_faults::at("convert: sync folder", path).map_err(folder)?;
    let parent = path.parent().unwrap_or(path);
    File::open(parent).and_then(|d| d.sync_all()).map_err(folder)
}

impl Copying<'_> {
    fn all(&self, has_pseudonyms: bool) -> Result<(), StoreError> {
        self.meta()?;
        self.rows()?;
        self.directory()?;
        self.requests()?;
        self.origins(has_pseudonyms)?;
        self.table(&CHANGES, |out, key, payload| out.put(key, payload))?;
        self.table(&TOMBSTONES, |out, key, payload| out.put(key, payload))?;
        self.table(&REQUEST_ORDER, |out, key, payload| out.put(key, payload))?;
        self.table(&REQUEST_ROWS, |out, key, payload| out.put(key, payload))?;
        self.table(&SLOTS, |out, key, payload| out.put(key, payload))?;
        self.table(&TAKERS, |out, key, payload| out.put(key, payload))?;
        self.table(&HOLDS, |out, key, payload| out.put(key, payload))?;
        self.table(&STATIONS, |out, key, payload| out.put(key, payload))
    }

    /// Gives each payload to `put`. What does not verify is copied as it is, and stays
    /// damaged.
    fn table<K: SealedKey>(
        &self,
        definition: &Definition<K>,
        mut put: impl FnMut(&mut SealedMut<'_, K>, K::SelfType<'_>, &[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut out = SealedMut::write(self.write, definition, self.to)?;
        let table = match SealedRead::read(self.read, definition, self.from) {
            Err(error) if error.is_missing_table() => return Ok(()),
            table => table?,
        };
        for entry in table.table.iter()? {
            let (key, value) = entry?;
            match table.open(&key.value(), value.value()) {
                Ok(payload) => put(&mut out, key.value(), &payload)?,
                Err(_) => out.put_raw(key.value(), value.value())?,
            }
        }
        Ok(())
    }

    fn meta(&self) -> Result<(), StoreError> {
        let mut meta = Meta::load(&SealedRead::read(self.read, &META, self.from)?)?;
        meta.pepper.clone_from(&self.to.pepper);
        SealedMut::write(self.write, &META, self.to)?.put(0, &meta.encode_to_vec())
    }

    fn rows(&self) -> Result<(), StoreError> {
        self.table(&ROWS, |out, key, payload| {
            let seq = RowMessage::decode(payload).map_or(Seq(0), |row| Seq(row.seq));
            let is_person = key.0 == code(Collection::Profiles);
            match id_of(key.1).filter(|_| is_person) {
                Some(id) => out.put_for(Owner::of(&id), key, seq, payload),
                None => out.put_at(key, seq, payload),
            }
        })
    }

    /// An entry that fits its row fits the row as it is sealed now; one that does not, does not.
    fn directory(&self) -> Result<(), StoreError> {
        let before = SealedRead::read(self.read, &ROWS, self.from)?;
        let after = SealedMut::write(self.write, &ROWS, self.to)?;
        self.table(&DIRECTORY, |out, key, payload| {
            let Some(entry) = Entry::decode(payload) else {
                return out.put(key, payload);
            };
            let entry = match (before.table.get(key)?, after.table.get(key)?) {
                (Some(old), Some(new)) if entry.fits(old.value()) => {
                    Entry::of(entry.seq, new.value())
                }
                _ => entry,
            };
            out.put_at(key, entry.seq, &entry.encode())
        })
    }

    fn requests(&self) -> Result<(), StoreError> {
        self.table(&REQUESTS, |out, key, payload| {
            let Ok(mut message) = RequestMessage::decode(payload) else {
                return out.put(key, payload);
            };
            let is_person = message.collection == u32::from(code(Collection::Profiles));
            if let (Some(id), Some(row)) = (id_of(&message.id).filter(|_| is_person), &message.row)
            {
                // A copy that was sealed once stays as it is: its key stays the same.
                let bare = RowMessage::decode(&row[..]).is_ok_and(|r| r.seq == message.seq);
                if bare {
                    let (owner, seq) = (Owner::of(&id), Seq(message.seq));
                    message.row = Some(out.seal_part(owner, &key, seq, row)?);
                }
            }
            out.put(key, &message.encode_to_vec())
        })
    }

    fn origins(&self, has_pseudonyms: bool) -> Result<(), StoreError> {
        let is_bare = |collection| !has_pseudonyms && collection == code(Collection::Profiles);
        self.table(&ORIGINS, |out, key, payload| {
            let words = (std::str::from_utf8(key.1), std::str::from_utf8(key.2));
            let origin = match words {
                (Ok(source), Ok(external)) if is_bare(key.0) => Origin::new(source, external).ok(),
                _ => None,
            };
            match origin.and_then(|o| {
                let words = origin_words(self.to, Collection::Profiles, &o);
                words.map(|w| out.put(w.key(Collection::Profiles), payload))
            }) {
                Some(put) => put,
                None => out.put(key, payload),
            }
        })?;
        self.table(&SOURCES, |out, key, payload| {
            let source = std::str::from_utf8(key.1).ok().filter(|_| is_bare(key.0));
            match source.and_then(|s| source_word(self.to, Collection::Profiles, s)) {
                Some(word) => out.put((key.0, &word, key.2), payload),
                None => out.put(key, payload),
            }
        })
    }
}
