//! Readers of the store's own files, as the fuzz targets call them (`fuzz/`).
//!
//! A checksum would stop nearly every input, so it is made right first: what is tried is what
//! stands behind it.

use std::io;
use std::path::Path;
use std::sync::Arc;

use jobmatch_domain::{Collection, DocumentId, Instant, Seq, Station};
use parking_lot::Mutex;

use crate::keyring::{KeyFile, Keyring, Owner};
use crate::master::MasterKey;
use crate::record::{Stored, station_row};
use crate::{change, keyring, snapshot};

/// A file that is kept in memory.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl KeyFile for Memory {
    fn read(&self) -> io::Result<Vec<u8>> {
        Ok(self.0.lock().clone())
    }

    fn write(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut all = self.0.lock();
        let end = offset as usize + bytes.len();
        let length = all.len().max(end);
        all.resize(length, 0);
        all[offset as usize..end].copy_from_slice(bytes);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads bytes as a keyring; whether it was taken. One that is taken gives a person a key, keeps it, and has no byte
/// of it once it is destroyed.
///
/// # Panics
/// When it does not.
pub fn keyring(mut bytes: Vec<u8>, master: Option<&MasterKey>) -> bool {
    keyring::set_checksums(&mut bytes);
    let file = Memory(Arc::new(Mutex::new(bytes)));
    let open = || Keyring::on(Box::new(file.clone()), Path::new("keyring.bin"), master);
    let Ok(opened) = open() else { return false };
    let owner = DocumentId::parse("P-fuzz").map(|id| Owner::of(&id)).expect("it is plain");
    let (slot, key) = opened.key_of(owner).expect("there is room");
    opened.write_fresh().expect("memory takes all");
    let used = opened.slots().expect("keys can be wrapped");
    let again = open().expect("what was written is read");
    assert_eq!((again.key_in(slot), again.slot_of(owner)), (Some(key), Some(slot)));
    assert_eq!(again.slots().expect("keys can be wrapped").len(), used.len());
    again.retire(owner);
    again.destroy_retired().expect("memory takes all");
    assert_eq!(again.key_in(slot), None);
    let last = open().expect("what was written is read");
    assert!(last.key_in(slot).is_none() && !last.holds(slot, owner));
    assert!(!file.0.lock().windows(key.len()).any(|window| window == key));
    last.keep_only(&[slot].into()).expect("memory takes all");
    assert!(last.is_empty(), "what no row names is destroyed");
    true
}

/// The bytes with the checksums of a snapshot's parts made right, as far as they go.
pub fn snapshot_with_checksums(bytes: &mut [u8]) {
    snapshot::set_checksums(bytes);
}

/// Reads bytes as a station's row. One that is taken comes back as it was.
///
/// # Panics
/// When it does not.
pub fn station(bytes: &[u8]) {
    if let Ok(read) = station_row::decode(bytes) {
        let again = station_row::decode(&station_row::encode(&read));
        assert_eq!(again.expect("what was written is read"), read);
    }
}

/// Reads bytes as an entry of the change feed, as [`station`].
///
/// # Panics
/// When it does not come back.
pub fn change(bytes: &[u8]) {
    if let Some(read) = change::decode(Collection::Profiles, 7, bytes) {
        assert_eq!(change::encode(&read), bytes);
    }
}

/// A station's row, for [`station`] to read.
pub fn station_row(station: &Station) -> Vec<u8> {
    let (seq, content_seq) = (Seq(7), Seq(7));
    let updated = Instant(1_795_363_200);
    station_row::encode(&Stored { record: station.clone(), seq, content_seq, updated, taken: 0 })
}
