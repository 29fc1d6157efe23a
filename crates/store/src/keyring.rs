//! The keyring: a file of the keys under which the rows of persons are sealed.
//!
//! redb copies pages when it writes, so the bytes of a deleted row stay in free pages until
//! something overwrites them. A key is overwritten in place the moment its person is deleted
//! and with it all copies of the row become noise. Order against the store's commits, of
//! which each group has at most one sync of either kind: a new key is durable before the row
//! that needs it ([`Keyring::write_fresh`]), an old one is destroyed after the row is durably
//! gone ([`Keyring::destroy_retired`]). A crash in between leaves a key too many, never one
//! too few; [`Keyring::keep_only`] destroys those at the next opening.

mod slot;

use std::collections::{HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::RwLock;

pub(crate) use self::slot::Owner;
pub(crate) use self::slot::SLOT as KEY_SLOT;
#[cfg(feature = "fuzzing")]
pub(crate) use self::slot::set_checksums;
use self::slot::{HEADER, Read, SLOT, Slot, VERSION};
use crate::cipher::{Cipher, Key, random};
use crate::error::StoreError;
use crate::master::MasterKey;

/// The open file and what it holds. Only the writer thread changes it.
pub(crate) struct Keyring {
    path: PathBuf,
    file: Box<dyn KeyFile>,
    wrapping: Option<Cipher>,
    state: RwLock<State>,
}

/// What a keyring stands on: a file, or what stands for it in tests.
pub(crate) trait KeyFile: Send + Sync {
    /// All of it.
    fn read(&self) -> io::Result<Vec<u8>>;
    /// Overwrites it from an offset on, or makes it longer.
    fn write(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Makes what was written durable.
    fn sync(&self) -> io::Result<()>;
}

impl KeyFile for File {
    fn read(&self) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; self.metadata()?.len() as usize];
        self.read_exact_at(&mut bytes, 0)?;
        Ok(bytes)
    }

    fn write(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.write_all_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_all()
    }
}

#[derive(Default)]
struct State {
    slots: Vec<Slot>,
    of_owner: HashMap<Owner, u32>,
    free: Vec<u32>,
    /// Keys that are not on disk yet.
    fresh: Vec<u32>,
    /// Keys whose persons are deleted in the transaction under way.
    retired: Vec<u32>,
}

impl Keyring {
    /// Opens the file; makes it when it is missing. Slots that do not verify are kept aside.
    /// With a master key, slots that are not wrapped yet are wrapped in place.
    pub(crate) fn open(path: &Path, master: Option<&MasterKey>) -> Result<Self, StoreError> {
        let failed = |cause| failure(path, cause);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        Self::on(Box::new(options.open(path).map_err(failed)?), path, master)
    }

    /// The same on what stands for the file.
    pub(crate) fn on(
        file: Box<dyn KeyFile>,
        path: &Path,
        master: Option<&MasterKey>,
    ) -> Result<Self, StoreError> {
        let failed = |cause| failure(path, cause);
        let bytes = file.read().map_err(failed)?;
        match slot::version(&bytes) {
            Some(VERSION) => {}
            Some(found) if found > VERSION => {
                return Err(StoreError::NewerKeyring { found, supported: VERSION });
            }
            _ => {
                if !bytes.is_empty() {
                    tracing::error!(path = %path.display(), "the keyring's header is damaged and made anew");
                }
                file.write(&slot::header(), 0).map_err(failed)?;
                file.sync().map_err(failed)?;
            }
        }
        let wrapping = master.map(|m| Cipher::new(&m.for_keyring()));
        let mut keyring = Self { path: path.to_owned(), file, wrapping, state: RwLock::default() };
        keyring.read_slots(bytes.get(HEADER..).unwrap_or_default())?;
        Ok(keyring)
    }

    fn read_slots(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let state = self.state.get_mut();
        let mut bare = Vec::new();
        for (number, bytes) in (0..).zip(bytes.chunks_exact(SLOT)) {
            let found = match slot::decode(number, bytes, self.wrapping.as_ref()) {
                Read::Locked => {
                    return Err(StoreError::KeyMissing { path: self.path.clone() });
                }
                Read::Foreign => return Err(StoreError::KeyWrong { path: self.path.clone() }),
                Read::Unwrapped(found) => found,
                Read::Plain(found) => {
                    bare.push(number);
                    found
                }
            };
            match found {
                Slot::Free => state.free.push(number),
                Slot::Damaged => {}
                Slot::Held(owner, _) => {
                    state.of_owner.insert(owner, number);
                }
            }
            state.slots.push(found);
        }
        // The lowest is taken first, which keeps the file short.
        state.free.reverse();
        if self.wrapping.is_some() {
            self.write(&bare)?;
        }
        Ok(())
    }

    /// Whether there is no slot in use.
    pub(crate) fn is_empty(&self) -> bool {
        self.state.read().slots.iter().all(|s| *s == Slot::Free)
    }

    /// The key in a slot.
    pub(crate) fn key_in(&self, number: u32) -> Option<Key> {
        match self.state.read().slots.get(number as usize)? {
            Slot::Held(_, key) => Some(*key),
            Slot::Free | Slot::Damaged => None,
        }
    }

    /// The key of an owner and its slot; a new one, not yet on disk, when there is none.
    pub(crate) fn key_of(&self, owner: Owner) -> Result<(u32, Key), StoreError> {
        let mut state = self.state.write();
        if let Some(number) = state.of_owner.get(&owner)
            && let Some(Slot::Held(_, key)) = state.slots.get(*number as usize)
        {
            return Ok((*number, *key));
        }
        let key = random()?;
        let number = match state.free.pop() {
            Some(number) => number,
            None => {
                let next = u32::try_from(state.slots.len());
                state.slots.push(Slot::Free);
                next.map_err(|_| StoreError::KeyringFull)?
            }
        };
        state.slots[number as usize] = Slot::Held(owner, key);
        state.of_owner.insert(owner, number);
        state.fresh.push(number);
        Ok((number, key))
    }

    /// Takes an owner's key out of use. It is destroyed by [`Keyring::destroy_retired`].
    pub(crate) fn retire(&self, owner: Owner) {
        let mut state = self.state.write();
        if let Some(number) = state.of_owner.remove(&owner) {
            state.retired.push(number);
        }
    }

    /// Makes the new keys durable, with one sync; to be done before the commit.
    pub(crate) fn write_fresh(&self) -> Result<(), StoreError> {
        let fresh = self.state.read().fresh.clone();
        self.write(&fresh)
    }

    /// Destroys the keys that went out of use, with one sync; to be done after the commit.
    pub(crate) fn destroy_retired(&self) -> Result<(), StoreError> {
        let retired = {
            let mut state = self.state.write();
            state.fresh.clear();
            std::mem::take(&mut state.retired)
        };
        self.destroy(&retired)
    }

    /// Takes back what a group did that was not committed: its new keys are nobody's, and those
    /// that it took out of use are in use. What was written of the new ones is overwritten by
    /// the next key in the slot, or destroyed at the next opening.
    pub(crate) fn undo(&self) {
        let mut state = self.state.write();
        for number in std::mem::take(&mut state.fresh) {
            let slot = std::mem::replace(&mut state.slots[number as usize], Slot::Free);
            if let Slot::Held(owner, _) = slot
                && state.of_owner.get(&owner) == Some(&number)
            {
                state.of_owner.remove(&owner);
            }
            state.free.push(number);
        }
        for number in std::mem::take(&mut state.retired) {
            if let Slot::Held(owner, _) = state.slots[number as usize] {
                state.of_owner.insert(owner, number);
            }
        }
    }

    /// The slots in use by number, as they stand in the file.
    pub(crate) fn slots(&self) -> Result<Vec<(u32, [u8; SLOT])>, StoreError> {
        let state = self.state.read();
        let used = (0..).zip(&state.slots).filter_map(|(number, slot)| match slot {
            Slot::Held(owner, key) => Some((number, *owner, *key)),
            Slot::Free | Slot::Damaged => None,
        });
        used.map(|(number, owner, key)| {
            Ok((number, slot::encode(number, owner, &key, self.wrapping.as_ref())?))
        })
        .collect()
    }

    /// Destroys what is in any other slot than those that rows name; answers in how many.
    pub(crate) fn keep_only(&self, named: &HashSet<u32>) -> Result<usize, StoreError> {
        let used = |state: &State| {
            let used = (0..).zip(state.slots.clone()).filter(|(_, slot)| *slot != Slot::Free);
            used.collect::<Vec<(u32, Slot)>>()
        };
        let all = used(&self.state.read()).into_iter().map(|(number, _)| number);
        let orphans: Vec<u32> = all.filter(|number| !named.contains(number)).collect();
        self.destroy(&orphans)?;
        let mut state = self.state.write();
        // A person who was deleted and sent again right before a crash had two.
        state.of_owner = used(&state)
            .into_iter()
            .filter_map(|(number, slot)| match slot {
                Slot::Held(owner, _) => Some((owner, number)),
                Slot::Free | Slot::Damaged => None,
            })
            .collect();
        Ok(orphans.len())
    }

    /// Whether a slot has an owner's key.
    pub(crate) fn holds(&self, number: u32, owner: Owner) -> bool {
        let state = self.state.read();
        matches!(state.slots.get(number as usize), Some(Slot::Held(of, _)) if *of == owner)
    }

    /// Whether a slot has something that does not verify.
    pub(crate) fn is_damaged(&self, number: u32) -> bool {
        self.state.read().slots.get(number as usize) == Some(&Slot::Damaged)
    }

    /// The slot in which an owner's key is.
    pub(crate) fn slot_of(&self, owner: Owner) -> Option<u32> {
        self.state.read().of_owner.get(&owner).copied()
    }

    fn destroy(&self, numbers: &[u32]) -> Result<(), StoreError> {
        if numbers.is_empty() {
            return Ok(());
        }
        for number in numbers {
            self.put(*number, &[0; SLOT])?;
        }
        self.sync()?;
        let mut state = self.state.write();
        for number in numbers {
            state.slots[*number as usize] = Slot::Free;
            state.free.push(*number);
        }
        Ok(())
    }

    fn write(&self, numbers: &[u32]) -> Result<(), StoreError> {
        let mut is_written = false;
        for number in numbers {
            let held = self.state.read().slots.get(*number as usize).copied();
            if let Some(Slot::Held(owner, key)) = held {
                self.put(*number, &slot::encode(*number, owner, &key, self.wrapping.as_ref())?)?;
                is_written = true;
            }
        }
        if is_written { self.sync() } else { Ok(()) }
    }

    fn put(&self, number: u32, bytes: &[u8; SLOT]) -> Result<(), StoreError> {
        let at = HEADER as u64 + u64::from(number) * SLOT as u64;
        self.file.write(bytes, at).map_err(|cause| failure(&self.path, cause))
    }

    fn sync(&self) -> Result<(), StoreError> {
        self.file.sync().map_err(|cause| failure(&self.path, cause))
    }
}

/// A keyring that is made of slots as [`Keyring::slots`] gives them, in any order.
pub(crate) struct KeyringWriter {
    file: File,
}

impl KeyringWriter {
    /// Begins the file, which must not be there.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all_at(&slot::header(), 0)?;
        Ok(Self { file })
    }

    /// Puts a slot into its place.
    pub(crate) fn put(&self, number: u32, slot: &[u8; SLOT]) -> io::Result<()> {
        self.file.write_all_at(slot, HEADER as u64 + u64::from(number) * SLOT as u64)
    }

    /// Makes it durable.
    pub(crate) fn finish(self) -> io::Result<()> {
        self.file.sync_all()
    }
}

fn failure(path: &Path, cause: std::io::Error) -> StoreError {
    StoreError::Keyring { path: path.to_owned(), cause: Arc::new(cause) }
}

#[cfg(test)]
mod tests;
