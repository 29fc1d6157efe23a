//! The sealed file: a state of the index that a restart maps instead of replaying the log.
//!
//! `sealed.bin` has 16 bytes of magic, then sections that begin at multiples of 64 bytes, then
//! a table that says where they are, with a checksum of each, then the table's own checksum and
//! length (`u32`) and the magic again. All numbers are little endian.

#[cfg(target_endian = "big")]
compile_error!("sealed files are mapped as they are, and hold little endian numbers");

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use prost::Message;
use tantivy::Directory;
use tantivy::directory::{MmapDirectory, OwnedBytes};

use super::large_pages;

/// Its name in the engine's folder.
const NAME: &str = "sealed.bin";
/// How the names of those end that are being written.
const UNFINISHED: &str = ".unfinished";
/// With the version of the format as its last byte.
const MAGIC: &[u8; 16] = b"jobmatch-sealed1";
/// Cache lines, and the widest registers.
const ALIGN: u64 = 64;
/// Checksum and length of the table, and the magic.
const TRAILER_BYTES: u64 = 8 + MAGIC.len() as u64;
/// Bytes that are read in one go to verify a checksum.
const READ_BYTES: usize = 1 << 20;

/// What a section holds, of each sealed slot unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// Ids, end to end.
    Ids = 1,
    /// Where each id ends: `u64`.
    IdEnds = 2,
    /// Versions: `u64`.
    Seqs = 3,
    /// Tokens of the four fields: `u32`.
    Tokens = 4,
    /// A bit a slot that is live, in words of 64.
    Live = 5,
    /// Codes in the columns: `u32`.
    Codes = 6,
    /// The values of each column in turn, encoded facets after their length.
    Values = 7,
    /// How many values each column has: `u64`.
    ValueCounts = 8,
    /// Latitude and longitude: `f64`.
    Points = 9,
    /// What ranking compares, encoded, end to end.
    Compared = 10,
    /// Where each ends: `u64`.
    ComparedEnds = 11,
    /// A bit a slot with a vector, in words of 64.
    Present = 12,
    /// Slots whose vector came late, in the order of coming: `u32`.
    Late = 13,
    /// Vectors in one byte an element.
    VectorCodes = 14,
    /// A scale a vector: `f32`.
    Scales = 15,
    /// Vectors in full: `f32`.
    Vectors = 16,
}

/// The state that was sealed.
#[derive(Clone, PartialEq, Message)]
pub(super) struct State {
    /// What the index was made for, see `EngineOptions::identity`.
    #[prost(string, tag = "1")]
    pub(super) identity: String,
    /// Slots, dead ones included.
    #[prost(uint64, tag = "2")]
    pub(super) slots: u64,
    /// Seq of the last batch in it.
    #[prost(uint64, tag = "3")]
    pub(super) seq: u64,
    /// Length of the document log after that batch.
    #[prost(uint64, tag = "4")]
    pub(super) log_bytes: u64,
    /// Checksum of the log's end, see `log::tail_checksum`.
    #[prost(fixed32, tag = "5")]
    pub(super) log_tail: u32,
}

#[derive(Clone, PartialEq, Message)]
struct Table {
    #[prost(message, optional, tag = "1")]
    state: Option<State>,
    #[prost(message, repeated, tag = "2")]
    sections: Vec<Extent>,
}

/// Where a section is.
#[derive(Clone, Copy, PartialEq, Message)]
struct Extent {
    #[prost(uint32, tag = "1")]
    section: u32,
    #[prost(uint64, tag = "2")]
    start: u64,
    #[prost(uint64, tag = "3")]
    length: u64,
    #[prost(fixed32, tag = "4")]
    crc: u32,
}

/// A sealed file that is being written, beside its place.
pub(super) struct SealedWriter {
    file: BufWriter<File>,
    beside: PathBuf,
    path: PathBuf,
    at: u64,
    hasher: crc32fast::Hasher,
    sections: Vec<Extent>,
}

impl SealedWriter {
    /// Begins one in the folder of an engine.
    pub(super) fn create(folder: &Path) -> io::Result<Self> {
        // An engine that was closed may still be writing one.
        static WRITERS: AtomicU64 = AtomicU64::new(0);
        let number = WRITERS.fetch_add(1, Ordering::Relaxed);
        let (path, beside) =
            (folder.join(NAME), folder.join(format!("sealed-{number}{UNFINISHED}")));
        #[cfg(test)]
        jobmatch_faults::at("sealed: create", folder)?;
        let file = BufWriter::with_capacity(READ_BYTES, File::create(&beside)?);
        let hasher = crc32fast::Hasher::new();
        let mut writer = Self { file, beside, path, at: 0, hasher, sections: Vec::new() };
        writer.put(MAGIC)?;
        Ok(writer)
    }

    /// Writes a section, which `fill` does by [`Self::put`].
    pub(super) fn section(
        &mut self,
        section: Section,
        fill: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        let padding = self.at.next_multiple_of(ALIGN) - self.at;
        self.put(&[0; ALIGN as usize][..padding as usize])?;
        self.hasher = crc32fast::Hasher::new();
        let start = self.at;
        fill(self)?;
        let (length, crc) = (self.at - start, self.hasher.clone().finalize());
        self.sections.push(Extent { section: section as u32, start, length, crc });
        Ok(())
    }

    /// Adds bytes to the section.
    pub(super) fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        #[cfg(test)]
        jobmatch_faults::at("sealed: write", &self.path)?;
        self.hasher.update(bytes);
        self.at += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    /// Makes it durable and puts it into its place. Returns it mapped.
    pub(super) fn finish(mut self, state: State) -> io::Result<SealedFile> {
        let sections = std::mem::take(&mut self.sections);
        let table = Table { state: Some(state), sections }.encode_to_vec();
        self.put(&table)?;
        self.put(&crc32fast::hash(&table).to_le_bytes())?;
        self.put(&(table.len() as u32).to_le_bytes())?;
        self.put(MAGIC)?;
        #[cfg(test)]
        jobmatch_faults::at("sealed: sync", &self.path)?;
        self.file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        // Under its own name still: an engine that was closed may put another into the place.
        let sealed = SealedFile::map(&self.beside).map_err(io::Error::other)?;
        #[cfg(test)]
        jobmatch_faults::at("sealed: rename", &self.path)?;
        std::fs::rename(&self.beside, &self.path)?;
        #[cfg(test)]
        jobmatch_faults::at("sealed: sync folder", &self.path)?;
        self.path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())?;
        Ok(sealed)
    }
}

/// A sealed file, mapped.
pub(super) struct SealedFile {
    bytes: OwnedBytes,
    pub(super) state: State,
    sections: Vec<Extent>,
}

impl SealedFile {
    /// Opens and verifies the one of an engine's folder, `None` when there is none. The error is
    /// why it cannot be used.
    pub(super) fn open(folder: &Path) -> Result<Option<Self>, String> {
        remove_unfinished(folder).map_err(|e| e.to_string())?;
        if !folder.join(NAME).exists() {
            return Ok(None);
        }
        let path = folder.join(NAME);
        let sealed = Self::map(&path)?;
        sealed.verify(&path).map_err(|e| e.to_string())?;
        Ok(Some(sealed))
    }

    pub(super) fn map(path: &Path) -> Result<Self, String> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err("it has no name".into());
        };
        let directory = MmapDirectory::open(folder).map_err(|e| e.to_string())?;
        let file = directory.open_read(Path::new(name)).map_err(|e| e.to_string())?;
        let bytes = file.read_bytes().map_err(|e| e.to_string())?;
        let table = table(&bytes).ok_or("it is cut short, damaged or of another format")?;
        let state = table.state.ok_or("it tells no state")?;
        Ok(Self { bytes, state, sections: table.sections })
    }

    /// Reads the file rather than the map: what was only verified needs no memory.
    fn verify(&self, path: &Path) -> io::Result<()> {
        let mut file = BufReader::with_capacity(READ_BYTES, File::open(path)?);
        let mut buffer = vec![0; READ_BYTES];
        for extent in &self.sections {
            file.seek(SeekFrom::Start(extent.start))?;
            let mut hasher = crc32fast::Hasher::new();
            let mut rest = extent.length;
            while rest > 0 {
                let part = rest.min(READ_BYTES as u64) as usize;
                file.read_exact(&mut buffer[..part])?;
                hasher.update(&buffer[..part]);
                rest -= part as u64;
            }
            if hasher.finalize() != extent.crc {
                return Err(io::Error::other(format!("section {} is damaged", extent.section)));
            }
        }
        Ok(())
    }

    /// Gives the memory back that what was read of it takes; what is read again is mapped again.
    pub(super) fn let_go(&self) {
        // SAFETY: they are the mapped file.
        #[allow(unsafe_code, reason = "see there")]
        unsafe {
            large_pages::let_go(&self.bytes);
        }
    }

    /// The bytes of a section; none where it is missing.
    pub(super) fn section(&self, section: Section) -> OwnedBytes {
        let extent = self.sections.iter().find(|e| e.section == section as u32);
        extent.map_or_else(OwnedBytes::empty, |e| {
            self.bytes.slice(e.start as usize..(e.start + e.length) as usize)
        })
    }
}

/// Removes what a crash left behind.
fn remove_unfinished(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().ends_with(UNFINISHED) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// The table of a file whose parts all lie within it.
fn table(bytes: &[u8]) -> Option<Table> {
    let body = bytes.strip_prefix(MAGIC)?.strip_suffix(MAGIC)?;
    let (body, length) = body.split_last_chunk::<4>()?;
    let (body, crc) = body.split_last_chunk::<4>()?;
    let start = body.len().checked_sub(u32::from_le_bytes(*length) as usize)?;
    let table = &body[start..];
    if crc32fast::hash(table) != u32::from_le_bytes(*crc) {
        return None;
    }
    let table = Table::decode(table).ok()?;
    let end = bytes.len() as u64 - TRAILER_BYTES;
    let is_inside = |e: &Extent| {
        e.start.is_multiple_of(ALIGN) && e.start.checked_add(e.length).is_some_and(|to| to <= end)
    };
    table.sections.iter().all(is_inside).then_some(table)
}

/// Makes the checksum of the table right, wherever the bytes end as a sealed file does.
#[cfg(feature = "fuzzing")]
pub(super) fn set_checksum(bytes: &mut [u8]) {
    let end = bytes.len().saturating_sub(TRAILER_BYTES as usize);
    let Some(length) = bytes[end..].as_chunks::<4>().0.get(1) else { return };
    let start = end.saturating_sub(u32::from_le_bytes(*length) as usize);
    let checksum = crc32fast::hash(&bytes[start..end]).to_le_bytes();
    bytes[end..end + 4].copy_from_slice(&checksum);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_come_back_aligned_and_any_changed_byte_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        assert!(SealedFile::open(folder.path()).unwrap().is_none());
        let mut writer = SealedWriter::create(folder.path()).unwrap();
        writer.section(Section::Seqs, |w| w.put(&[7; 24])).unwrap();
        writer.section(Section::Live, |w| w.put(&[9]).and_then(|()| w.put(&[8; 7]))).unwrap();
        assert!(!path.exists(), "not before it is whole");
        let state = State { identity: "x".into(), slots: 3, seq: 5, log_bytes: 6, log_tail: 7 };
        writer.finish(state.clone()).unwrap();
        let sealed = SealedFile::open(folder.path()).unwrap().unwrap();
        assert_eq!(sealed.state, state);
        assert_eq!(sealed.section(Section::Seqs).as_slice(), [7; 24]);
        assert_eq!(sealed.section(Section::Live).as_slice(), [9, 8, 8, 8, 8, 8, 8, 8]);
        assert_eq!(sealed.section(Section::Live).as_ptr() as usize % ALIGN as usize, 0);
        assert!(sealed.section(Section::Ids).is_empty());
        drop(sealed);

        let bytes = std::fs::read(&path).unwrap();
        let written = 16..88usize;
        let padding = |at: usize| (16..64).contains(&at) || (88..128).contains(&at);
        assert!(written.contains(&64));
        for at in (0..bytes.len()).filter(|at| !padding(*at)) {
            let mut changed = bytes.clone();
            changed[at] ^= 4;
            std::fs::write(&path, &changed).unwrap();
            assert!(SealedFile::open(folder.path()).is_err(), "byte {at}");
        }
        for length in 0..bytes.len() {
            std::fs::write(&path, &bytes[..length]).unwrap();
            assert!(SealedFile::open(folder.path()).is_err(), "cut at {length}");
        }
    }
}
