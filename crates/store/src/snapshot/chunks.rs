//! The file of a snapshot: header, chunks, end, each with its checksum.

use std::io::{Read, Write};

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use super::{SnapshotError, SnapshotSummary};
use crate::tables::FORMAT_VERSION;

const MAGIC: &[u8; 8] = b"JOBMSNAP";
/// Newest version that this program reads and the one it writes.
const VERSION: u32 = 1;
/// A chunk is closed once it has so many bytes.
const CHUNK: usize = 1 << 20;
/// No chunk is longer: records are far smaller than this and the chunk before it was closed.
const CHUNK_MAX: usize = 32 << 20;

/// An entry of a table.
pub(crate) struct Entry<'a> {
    /// Code of the table.
    pub(crate) code: u8,
    pub(crate) key: &'a [u8],
    /// As it is stored.
    pub(crate) value: &'a [u8],
}

/// Takes a length and so many bytes off the front.
pub(super) fn take_bytes<'a>(input: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = input.split_first_chunk()?;
    let (bytes, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *input = rest;
    Some(bytes)
}

/// The entries of a chunk; `None` when they do not fill it exactly.
fn entries(mut chunk: &[u8]) -> Option<Vec<Entry<'_>>> {
    let mut entries = Vec::new();
    while let Some((code, rest)) = chunk.split_first() {
        chunk = rest;
        let (key, value) = (take_bytes(&mut chunk)?, take_bytes(&mut chunk)?);
        entries.push(Entry { code: *code, key, value });
    }
    Some(entries)
}

fn chunk_checksum(number: u64, chunk: &[u8]) -> u64 {
    let mut hash = Xxh3::new();
    hash.update(&number.to_le_bytes());
    hash.update(&(chunk.len() as u64).to_le_bytes());
    hash.update(chunk);
    hash.digest()
}

/// Writes a snapshot.
pub(super) struct ChunkWriter<'w> {
    out: &'w mut dyn Write,
    chunk: Vec<u8>,
    chunks: u64,
    entries: u64,
    bytes: u64,
    all: Xxh3,
}

impl<'w> ChunkWriter<'w> {
    /// Writes the header.
    pub(super) fn begin(out: &'w mut dyn Write) -> Result<Self, SnapshotError> {
        let mut header = MAGIC.to_vec();
        header.extend(VERSION.to_le_bytes());
        header.extend((FORMAT_VERSION as u32).to_le_bytes());
        header.extend(xxh3_64(&header).to_le_bytes());
        let mut writer =
            Self { out, chunk: Vec::new(), chunks: 0, entries: 0, bytes: 0, all: Xxh3::new() };
        writer.put(&header)?;
        Ok(writer)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), SnapshotError> {
        self.bytes += bytes.len() as u64;
        Ok(self.out.write_all(bytes)?)
    }

    /// Adds an entry.
    pub(super) fn add(&mut self, entry: &Entry<'_>) -> Result<(), SnapshotError> {
        self.chunk.push(entry.code);
        for part in [entry.key, entry.value] {
            self.chunk.extend((part.len() as u32).to_le_bytes());
            self.chunk.extend_from_slice(part);
        }
        self.entries += 1;
        if self.chunk.len() >= CHUNK { self.close_chunk() } else { Ok(()) }
    }

    fn close_chunk(&mut self) -> Result<(), SnapshotError> {
        let chunk = std::mem::take(&mut self.chunk);
        self.all.update(&chunk);
        self.put(&(chunk.len() as u32).to_le_bytes())?;
        self.put(&chunk)?;
        self.put(&chunk_checksum(self.chunks, &chunk).to_le_bytes())?;
        self.chunks += 1;
        Ok(())
    }

    /// Writes the last chunk and the end.
    pub(super) fn end(mut self) -> Result<SnapshotSummary, SnapshotError> {
        if !self.chunk.is_empty() {
            self.close_chunk()?;
        }
        let mut end = 0u32.to_le_bytes().to_vec();
        for number in [self.chunks, self.entries, self.all.digest()] {
            end.extend(number.to_le_bytes());
        }
        end.extend(xxh3_64(&end).to_le_bytes());
        self.put(&end)?;
        self.out.flush()?;
        Ok(SnapshotSummary { entries: self.entries, bytes: self.bytes })
    }
}

/// Reads a snapshot and verifies it on the way.
pub(crate) struct ChunkReader<R> {
    input: R,
    /// Format of the store that the entries are of.
    format: u32,
    chunks: u64,
    entries: u64,
    bytes: u64,
    all: Xxh3,
}

impl<R: Read> ChunkReader<R> {
    /// Reads the header.
    pub(crate) fn begin(input: R) -> Result<Self, SnapshotError> {
        let (format, all) = (0, Xxh3::new());
        let mut reader = Self { input, format, chunks: 0, entries: 0, bytes: 0, all };
        let header = reader.take(24)?;
        let number =
            |at: usize| header[at..at + 4].iter().rev().fold(0, |n, b| n << 8 | u32::from(*b));
        if &header[..8] != MAGIC {
            return Err(SnapshotError::Foreign);
        }
        if header[16..] != xxh3_64(&header[..16]).to_le_bytes() {
            return Err(reader.damaged("its header"));
        }
        let (version, format) = (number(8), number(12));
        let known_format = FORMAT_VERSION as u32;
        if version > VERSION || format > known_format {
            return Err(SnapshotError::Newer {
                version,
                format,
                known_version: VERSION,
                known_format,
            });
        }
        reader.format = format;
        Ok(reader)
    }

    /// Format of the store that the entries are of.
    pub(crate) fn format(&self) -> u32 {
        self.format
    }

    /// The error for what does not fit what was read so far.
    pub(crate) fn damaged(&self, what: &'static str) -> SnapshotError {
        SnapshotError::Damaged { at: self.bytes, what }
    }

    fn take(&mut self, length: usize) -> Result<Vec<u8>, SnapshotError> {
        let mut bytes = Vec::new();
        (&mut self.input).take(length as u64).read_to_end(&mut bytes)?;
        self.bytes += bytes.len() as u64;
        if bytes.len() == length { Ok(bytes) } else { Err(self.damaged("its length")) }
    }

    fn take_number(&mut self) -> Result<u64, SnapshotError> {
        let bytes = self.take(8)?;
        Ok(bytes.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b)))
    }

    /// Gives the entries of the next chunk; `None` at the end, once that has been verified.
    pub(crate) fn next<T>(
        &mut self,
        read: impl FnOnce(&[Entry<'_>]) -> Result<Option<T>, SnapshotError>,
    ) -> Result<Option<T>, SnapshotError> {
        let length = self.take(4)?.iter().rev().fold(0, |n, b| n << 8 | usize::from(*b));
        if length == 0 {
            return self.end().map(|()| None);
        }
        if length > CHUNK_MAX {
            return Err(self.damaged("the length of a chunk"));
        }
        let chunk = self.take(length)?;
        if self.take_number()? != chunk_checksum(self.chunks, &chunk) {
            return Err(self.damaged("the checksum of a chunk"));
        }
        let entries = entries(&chunk).ok_or_else(|| self.damaged("an entry"))?;
        self.chunks += 1;
        self.entries += entries.len() as u64;
        self.all.update(&chunk);
        let done = read(&entries)?;
        done.map(Some).ok_or_else(|| self.damaged("a table or key"))
    }

    fn end(&mut self) -> Result<(), SnapshotError> {
        let told = [self.take_number()?, self.take_number()?, self.take_number()?];
        let mut end = 0u32.to_le_bytes().to_vec();
        told.iter().for_each(|number| end.extend(number.to_le_bytes()));
        if self.take_number()? != xxh3_64(&end)
            || told != [self.chunks, self.entries, self.all.digest()]
        {
            return Err(self.damaged("its end"));
        }
        match (&mut self.input).take(1).read_to_end(&mut Vec::new())? {
            0 => Ok(()),
            _ => Err(self.damaged("what follows its end")),
        }
    }

    /// What was read so far.
    pub(crate) fn summary(&self) -> SnapshotSummary {
        SnapshotSummary { entries: self.entries, bytes: self.bytes }
    }
}

/// Makes the checksums right, and the counts of the end, as far as there are whole parts.
#[cfg(feature = "fuzzing")]
pub(crate) fn set_checksums(file: &mut [u8]) {
    let Some((header, mut rest)) = file.split_at_mut_checked(24) else { return };
    let check = xxh3_64(&header[..16]).to_le_bytes();
    header[16..].copy_from_slice(&check);
    let (mut chunks, mut count, mut all) = (0, 0, Xxh3::new());
    while let Some((head, parts)) = rest.split_first_chunk_mut::<4>() {
        let length = u32::from_le_bytes(*head) as usize;
        if length == 0 {
            let numbers = [chunks, count, all.digest()];
            let mut end = head.to_vec();
            end.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
            end.extend(xxh3_64(&end).to_le_bytes());
            if let Some(place) = parts.get_mut(..end.len() - 4) {
                place.copy_from_slice(&end[4..]);
            }
            return;
        }
        let Some((chunk, parts)) = parts.split_at_mut_checked(length) else { return };
        let Some((check, parts)) = parts.split_first_chunk_mut::<8>() else { return };
        lower_slots(chunk);
        *check = chunk_checksum(chunks, chunk).to_le_bytes();
        all.update(chunk);
        count += entries(chunk).map_or(0, |entries| entries.len() as u64);
        chunks += 1;
        rest = parts;
    }
}

/// Puts the keys of a chunk into low slots of the keyring, which has room for every slot below
/// the highest: with numbers of 32 bits that fills any disk.
#[cfg(feature = "fuzzing")]
fn lower_slots(chunk: &mut [u8]) {
    let mut rest = chunk;
    while let Some((code, parts)) = std::mem::take(&mut rest).split_first_mut() {
        let Some((key, parts)) = take_bytes_mut(parts) else { return };
        if let (super::CODE_OF_KEYS, Ok(number)) = (*code, <&mut [u8; 4]>::try_from(key)) {
            number[2..].fill(0);
        }
        let Some((_, parts)) = take_bytes_mut(parts) else { return };
        rest = parts;
    }
}

#[cfg(feature = "fuzzing")]
fn take_bytes_mut(input: &mut [u8]) -> Option<(&mut [u8], &mut [u8])> {
    let (length, rest) = input.split_first_chunk_mut()?;
    rest.split_at_mut_checked(u32::from_le_bytes(*length) as usize)
}
