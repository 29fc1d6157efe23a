//! Opening: which format a file has, whether it is encrypted and by this key, and which keys
//! of the keyring still have a row.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jobmatch_domain::{Collection, Instant};
use prost::Message;
use redb::{ReadTransaction, ReadableTable, ReadableTableMetadata, TableHandle, WriteTransaction};

use super::scrub::counts_agree;
use crate::cipher::random;
use crate::convert::convert;
use crate::directory::list_all;
use crate::disk::{self, Disk, contained};
use crate::error::StoreError;
use crate::group::Group;
use crate::keyring::{Keyring, Owner};
use crate::master::MasterKey;
use crate::seal::{Seals, slot_named_by};
use crate::tables::{
    DIRECTORY, FORMAT, FORMAT_VERSION, HOLDS, KEY_CHECK, META, Meta, PERSONS_SEALED, ROWS,
    ROWS_LISTED, STATIONS, SealedMut, SealedRead, TOMBSTONES, VERSION, code, id_of,
};
use crate::writer::make_durable;

/// The format of a file and the check of its master key; `None` for a file without tables.
type Found = Option<(u64, Option<u64>)>;

/// Opens the database of a path, and the keyring beside it. One of format 1, or one that is to be
/// encrypted, is written anew first.
pub(super) fn open(path: &Path, master: Option<&MasterKey>) -> Result<(Disk, Seals), StoreError> {
    let disk = Disk::open(disk::file(path.to_owned()))?;
    let found = contained(|| format_of(&disk, path))?;
    let check = found.and_then(|(_, check)| check);
    match (check, master) {
        (Some(_), None) => return Err(StoreError::KeyMissing { path: path.to_owned() }),
        (Some(check), Some(key)) if check != key.check() => {
            return Err(StoreError::KeyWrong { path: path.to_owned() });
        }
        _ => {}
    }
    let keyring = Arc::new(Keyring::open(&keyring_beside(path), master)?);
    let seals = Seals::new(keyring.clone(), master);
    let is_outdated = found.is_some_and(|(version, check)| {
        version < PERSONS_SEALED || (check.is_none() && master.is_some())
    });
    if !is_outdated {
        return Ok((disk, seals));
    }
    drop(disk);
    let from = Seals::new(keyring.clone(), None);
    contained(|| convert(path, master.map(MasterKey::check), from, seals))?;
    Ok((Disk::open(disk::file(path.to_owned()))?, Seals::new(keyring, master)))
}

/// Makes an empty store under another name first, so that a failure or a power cut leaves no
/// half of one under its own.
pub(super) fn make(dir: &Path, path: &Path, master: Option<&MasterKey>) -> Result<(), StoreError> {
    let folder = |cause| StoreError::Folder { path: dir.to_owned(), cause: Arc::new(cause) };
    let fresh = dir.join("store.redb.new");
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(folder(error)),
        Ok(()) | Err(_) => {}
    }
    let disk = Disk::open(disk::file(fresh.clone()))?;
    let keyring = Keyring::open(&keyring_beside(path), master)?;
    let mut seals = Seals::new(Arc::new(keyring), master);
    contained(|| prepare(&disk, &mut seals, master))?;
    drop(disk);
    #[cfg(test)]
    jobmatch_faults::at("make: sync", path).map_err(folder)?;
    File::open(&fresh).and_then(|file| file.sync_all()).map_err(folder)?;
    #[cfg(test)]
    jobmatch_faults::at("make: rename", path).map_err(folder)?;
    fs::rename(&fresh, path).map_err(folder)?;
    #[cfg(test)]
    jobmatch_faults::at("make: sync folder", path).map_err(folder)?;
    // The file's name has to survive a power cut as well as its content.
    File::open(dir).and_then(|d| d.sync_all()).map_err(folder)
}

/// Where the keyring of a store is.
pub(crate) fn keyring_beside(path: &Path) -> PathBuf {
    path.with_file_name("keyring.bin")
}

fn format_of(disk: &Disk, path: &Path) -> Result<Found, StoreError> {
    let txn = disk.begin_read()?;
    let table = match txn.open_table(FORMAT) {
        Ok(table) => Some(table),
        Err(redb::TableError::TableDoesNotExist(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let number = |name| match &table {
        Some(table) => Ok::<_, StoreError>(table.get(name)?.map(|v| v.value())),
        None => Ok(None),
    };
    match number(VERSION)? {
        Some(found) if found > FORMAT_VERSION => {
            Err(StoreError::NewerFormat { found, supported: FORMAT_VERSION })
        }
        Some(found) if found > 0 => Ok(Some((found, number(KEY_CHECK)?))),
        None if txn.list_tables()?.next().is_none() => Ok(None),
        Some(_) | None => Err(StoreError::Foreign { path: path.to_owned() }),
    }
}

/// Makes what a store of before is missing: tables, the directory of its rows, its last deletion.
/// Reads where the store stands, and looks after the number of rows and the keys.
pub(super) fn prepare(
    disk: &Disk,
    seals: &mut Seals,
    master: Option<&MasterKey>,
) -> Result<Meta, StoreError> {
    if !is_present(&disk.begin_read()?, seals)? {
        make_tables(disk, seals, master)?;
    }
    let txn = disk.begin_read()?;
    let meta = Meta::load(&SealedRead::read(&txn, &META, seals)?)?;
    seals.pepper.clone_from(&meta.pepper);
    if !counts_agree(&txn, seals)? {
        tracing::error!("the store, its directory and its head tell different numbers of records");
    }
    if meta.profiles > 0 || !seals.keyring.is_empty() {
        check_keys(&txn, seals)?;
    }
    Ok(meta)
}

/// Whether it has the tables of the present format.
fn is_present(txn: &ReadTransaction, seals: &Seals) -> Result<bool, StoreError> {
    let is_newest = || {
        SealedRead::read(txn, &HOLDS, seals)?;
        SealedRead::read(txn, &STATIONS, seals)?;
        SealedRead::read(txn, &DIRECTORY, seals)?;
        let tells_deletion =
            Meta::load(&SealedRead::read(txn, &META, seals)?)?.profile_deleted.is_some();
        let version = txn.open_table(FORMAT)?.get(VERSION)?;
        let is_newest = version.is_some_and(|v| v.value() == FORMAT_VERSION);
        Ok::<_, StoreError>(is_newest && tells_deletion)
    };
    match is_newest() {
        Err(error) if error.is_missing_table() => Ok(false),
        found => found,
    }
}

fn make_tables(disk: &Disk, seals: &Seals, master: Option<&MasterKey>) -> Result<(), StoreError> {
    let mut txn = disk.begin_write()?;
    make_durable(&mut txn)?;
    let has_unlisted = {
        let mut format = txn.open_table(FORMAT)?;
        let before = format.insert(VERSION, FORMAT_VERSION)?.map(|v| v.value());
        if let Some(key) = master {
            format.insert(KEY_CHECK, key.check())?;
        }
        before.is_some_and(|version| version < ROWS_LISTED)
    };
    // Opening the tables makes them; there is no Seq, so there is nothing to publish.
    Group::open(&txn, seals, Instant(0), 0)?.close()?;
    {
        let mut table = SealedMut::write(&txn, &META, seals)?;
        if table.table.len()? == 0 {
            let meta = Meta { pepper: random::<32>()?.to_vec(), ..Meta::default() };
            table.put(0, &meta.encode_to_vec())?;
        }
    }
    if has_unlisted {
        list_all(&txn, seals)?;
    }
    note_deletion(&txn, seals)?;
    txn.commit()?;
    tracing::info!(table = FORMAT.name(), "made the tables of the store");
    Ok(())
}

/// Has the head tell of deletions of profiles. In a store that did not, any that were may be as
/// late as its last Seq.
fn note_deletion(txn: &WriteTransaction, seals: &Seals) -> Result<(), StoreError> {
    let mut table = SealedMut::write(txn, &META, seals)?;
    let mut meta = Meta::load(&table)?;
    let tombstones = SealedMut::write(txn, &TOMBSTONES, seals)?;
    let empty: &[u8] = &[];
    let first = code(Collection::Profiles);
    let mut deleted = tombstones.table.range::<(u8, &[u8])>((first, empty)..(first + 1, empty))?;
    let last = deleted.next().transpose()?.map_or(0, |_| meta.seq);
    meta.profile_deleted.get_or_insert(last);
    table.put(0, &meta.encode_to_vec())
}

/// Destroys keys that have no row any more, which a crash leaves, and tells of rows that
/// have no key.
fn check_keys(txn: &ReadTransaction, seals: &Seals) -> Result<(), StoreError> {
    let rows = SealedRead::read(txn, &ROWS, seals)?;
    let empty: &[u8] = &[];
    let first = code(Collection::Profiles);
    let (mut named, mut keyless) = (HashSet::new(), 0u64);
    for entry in rows.table.range::<(u8, &[u8])>((first, empty)..(first + 1, empty))? {
        let (key, value) = entry?;
        let slot = slot_named_by(value.value());
        let owner = id_of(key.value().1).map(|id| Owner::of(&id));
        if slot.zip(owner).is_some_and(|(slot, owner)| seals.keyring.holds(slot, owner)) {
            named.extend(slot);
            continue;
        }
        keyless += 1;
        // The head of the row may be what is damaged, or the slot: what may be its key is kept
        // until the row is discarded.
        named.extend(owner.and_then(|owner| seals.keyring.slot_of(owner)));
        named.extend(slot.filter(|slot| seals.keyring.is_damaged(*slot)));
    }
    let destroyed = seals.keyring.keep_only(&named)?;
    if destroyed > 0 {
        tracing::info!(destroyed, "destroyed keys of persons who are deleted");
    }
    if keyless > 0 {
        tracing::error!(
            keyless,
            "profiles have no key in keyring.bin, which is missing, damaged or of another store: \
             they count as damaged and are not served; stop and put the right file back, or \
             discard them and send them again"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jobmatch_domain::{DocumentId, Profile, Seq};

    use super::*;
    use crate::record::Decision;
    use crate::store::{Store, StoreOptions};

    fn reopen(dir: &Path) -> Store {
        Store::open(dir, StoreOptions::default(), Arc::new(|| Instant(0))).unwrap()
    }

    /// Makes it one of a program that did not note deletions.
    fn forget_deletions(dir: &Path) {
        let (disk, seals) = open(&dir.join("store.redb"), None).unwrap();
        let mut txn = disk.begin_write().unwrap();
        make_durable(&mut txn).unwrap();
        {
            let mut table = SealedMut::write(&txn, &META, &seals).unwrap();
            let meta = Meta { profile_deleted: None, ..Meta::load(&table).unwrap() };
            table.put(0, &meta.encode_to_vec()).unwrap();
        }
        txn.commit().unwrap();
    }

    #[tokio::test]
    async fn a_store_that_did_not_note_deletions_takes_its_last_seq_where_there_were_any() {
        let dir = tempfile::tempdir().unwrap();
        let id = DocumentId::parse("a").unwrap();
        for (decision, last) in [
            (Decision::Put(Profile::blank(id.clone())), Seq(0)),
            (Decision::Delete, Seq(2)),
            (Decision::Put(Profile::blank(id.clone())), Seq(2)),
        ] {
            let store = reopen(dir.path());
            let decide = move |_: Option<&_>| Ok::<_, ()>(decision);
            store.write::<Profile, _>(id.clone(), None, decide).await.unwrap();
            assert_eq!(store.last_profile_deletion().unwrap(), last);
            drop(store);
            assert_eq!(reopen(dir.path()).last_profile_deletion().unwrap(), last);
        }
        let store = reopen(dir.path());
        let decide = |_: Option<&_>| Ok::<_, ()>(Decision::Delete);
        store.write::<Profile, _>(id.clone(), None, decide).await.unwrap();
        let other = DocumentId::parse("b").unwrap();
        let put = Decision::Put(Profile::blank(other.clone()));
        store.write::<Profile, _>(other, None, |_| Ok::<_, ()>(put)).await.unwrap();
        drop(store);
        forget_deletions(dir.path());
        assert_eq!(reopen(dir.path()).last_profile_deletion().unwrap(), Seq(5));
    }
}
