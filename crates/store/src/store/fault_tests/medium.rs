//! A disk for tests: it knows what is durable and what is only written, and fails on demand.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use parking_lot::Mutex;
use redb::StorageBackend;

use crate::disk::Opener;
use crate::keyring::KeyFile;

/// A file of the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    Store,
    Keyring,
}

/// The bytes of the files.
#[derive(Debug, Clone, Default)]
pub(super) struct Image {
    pub(super) store: Vec<u8>,
    pub(super) keyring: Vec<u8>,
}

impl Image {
    fn file(&mut self, name: Name) -> &mut Vec<u8> {
        match name {
            Name::Store => &mut self.store,
            Name::Keyring => &mut self.keyring,
        }
    }
}

/// What happens to a disk.
#[derive(Debug, Clone)]
pub(super) enum Event {
    Write {
        file: Name,
        offset: usize,
        data: Vec<u8>,
    },
    SetLen(Name, usize),
    Sync(Name),
    /// So many groups of the script were acknowledged.
    Acknowledged(usize),
}

/// When it fails.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Faults {
    /// The sync of this number, from 0, fails, once; what it should have made durable never is,
    /// though it can still be read.
    pub(super) sync: Option<usize>,
    /// Writes and changes of length from this number on fail with this kind, and syncs with
    /// them; with `StorageFull` those alone that need a block which the file does not have yet.
    pub(super) writes: Option<(usize, io::ErrorKind)>,
    /// The bug: syncs answer and do nothing.
    pub(super) lies_about_sync: bool,
    /// The bug: what fails is said to have worked.
    pub(super) hides_failures: bool,
}

#[derive(Debug, Default)]
struct State {
    durable: Image,
    written: Image,
    /// Written since the last sync; lost when it fails.
    unsynced: Vec<Event>,
    events: Vec<Event>,
    faults: Faults,
    /// Blocks that the file of the store has.
    blocks: BTreeSet<usize>,
    syncs: usize,
    writes: usize,
}

/// Size of a block of the file system.
const BLOCK: usize = 4_096;

/// The disk; clones are one disk.
#[derive(Debug, Clone, Default)]
pub(super) struct Medium(Arc<Mutex<State>>);

impl Medium {
    pub(super) fn new(faults: Faults) -> Self {
        Self(Arc::new(Mutex::new(State { faults, ..State::default() })))
    }

    /// A disk on which these bytes are durable.
    pub(super) fn holding(image: Image) -> Self {
        let state = State { durable: image.clone(), written: image, ..State::default() };
        Self(Arc::new(Mutex::new(state)))
    }

    pub(super) fn opener(&self) -> Opener {
        let medium = self.clone();
        Box::new(move || Ok(Box::new(medium.clone())))
    }

    pub(super) fn key_file(&self) -> Box<dyn KeyFile> {
        Box::new(self.clone())
    }

    /// What a power cut leaves at best: nothing of what was not synced.
    pub(super) fn durable(&self) -> Image {
        self.0.lock().durable.clone()
    }

    /// What can be read.
    pub(super) fn written(&self) -> Image {
        self.0.lock().written.clone()
    }

    pub(super) fn events(&self) -> Vec<Event> {
        self.0.lock().events.clone()
    }

    pub(super) fn acknowledged(&self, groups: usize) {
        self.0.lock().events.push(Event::Acknowledged(groups));
    }

    /// Syncs and writes so far.
    pub(super) fn counts(&self) -> (usize, usize) {
        let state = self.0.lock();
        (state.syncs, state.writes)
    }

    /// Another disk from now on.
    pub(super) fn set_faults(&self, faults: Faults) {
        self.0.lock().faults = faults;
    }
}

/// Does a write or a change of length to an image.
pub(super) fn apply(image: &mut Image, event: &Event) {
    match event {
        Event::Write { file, offset, data } => {
            let (image, end) = (image.file(*file), offset + data.len());
            if image.len() < end {
                image.resize(end, 0);
            }
            image[*offset..end].copy_from_slice(data);
        }
        Event::SetLen(file, length) => image.file(*file).resize(*length, 0),
        Event::Sync(_) | Event::Acknowledged(_) => {}
    }
}

impl Event {
    /// The file that it changes.
    pub(super) fn changes(&self) -> Option<Name> {
        match self {
            Self::Write { file, .. } | Self::SetLen(file, _) => Some(*file),
            Self::Sync(_) | Self::Acknowledged(_) => None,
        }
    }
}

impl State {
    /// Does it, or fails.
    fn change(&mut self, event: Event) -> io::Result<()> {
        let blocks = match &event {
            Event::Write { file: Name::Store, offset, data } => {
                offset / BLOCK..(offset + data.len()).div_ceil(BLOCK)
            }
            // The keyring is one block: what is in it is overwritten.
            Event::Write { file: Name::Keyring, .. }
            | Event::SetLen(..)
            | Event::Sync(_)
            | Event::Acknowledged(_) => 0..0,
        };
        let number = self.writes;
        self.writes += 1;
        if let Some((first, kind)) = self.faults.writes
            && number >= first
            && (kind != io::ErrorKind::StorageFull
                || blocks.clone().any(|block| !self.blocks.contains(&block)))
        {
            return if self.faults.hides_failures { Ok(()) } else { Err(kind.into()) };
        }
        self.blocks.extend(blocks);
        apply(&mut self.written, &event);
        self.unsynced.push(event.clone());
        self.events.push(event);
        Ok(())
    }

    fn sync(&mut self, file: Name) -> io::Result<()> {
        // A full disk can still sync what it took.
        if let Some((first, kind @ io::ErrorKind::Other)) = self.faults.writes
            && self.writes > first
            && !self.faults.hides_failures
        {
            return Err(kind.into());
        }
        let number = self.syncs;
        self.syncs += 1;
        let all = std::mem::take(&mut self.unsynced);
        let (unsynced, others) = all.into_iter().partition(|event| event.changes() == Some(file));
        self.unsynced = others;
        let unsynced: Vec<Event> = unsynced;
        let fails = self.faults.sync == Some(number);
        if !self.faults.lies_about_sync && !fails {
            unsynced.iter().for_each(|event| apply(&mut self.durable, event));
            self.events.push(Event::Sync(file));
        }
        if fails && !self.faults.hides_failures {
            return Err(io::Error::other("the disk lost what was written"));
        }
        Ok(())
    }
}

impl StorageBackend for Medium {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.lock().written.store.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let (state, offset) = (self.0.lock(), offset as usize);
        let found = state.written.store.get(offset..offset + out.len());
        out.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.lock().change(Event::SetLen(Name::Store, len as usize))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.lock().sync(Name::Store)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let (file, offset, data) = (Name::Store, offset as usize, data.to_vec());
        self.0.lock().change(Event::Write { file, offset, data })
    }
}

impl KeyFile for Medium {
    fn read(&self) -> io::Result<Vec<u8>> {
        Ok(self.0.lock().written.keyring.clone())
    }

    fn write(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let (file, offset, data) = (Name::Keyring, offset as usize, bytes.to_vec());
        self.0.lock().change(Event::Write { file, offset, data })
    }

    fn sync(&self) -> io::Result<()> {
        self.0.lock().sync(Name::Keyring)
    }
}
