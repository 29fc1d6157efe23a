//! The document log: what the engine knows besides the words, in the order it learnt it.
//!
//! `documents.log` begins with a header line, which ends with its own checksum, and then has
//! frames of `length u32 | crc32 u32 | Entry`, little endian. Replaying it gives the columns, the
//! vectors and the ids back without the store or the analyser. A commit entry closes
//! each batch; what stands after the last batch that the word index has too is cut off.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use jobmatch_domain::Seq;
use prost::Message;

use super::codec::{Entry, Kind};
use super::disk::{Disk, LogFile};
use crate::engine::EngineError;

const FORMAT: &str = "jobmatch-documents 3";
/// No entry is larger: a vector of 4,096 floats and a few hundred bytes of facets.
const MAX_ENTRY: usize = 1 << 20;

/// The log, open for appending.
pub(super) struct Log {
    file: Box<dyn LogFile>,
    length: u64,
}

/// The state of the engine that the word index was committed in: its Seq and the length of
/// the log. The length tells batches of one Seq apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) seq: Seq,
    pub(super) log_bytes: u64,
}

fn rebuild(reason: impl Into<String>) -> EngineError {
    EngineError::NeedsRebuild { reason: reason.into() }
}

impl Log {
    /// Starts a log. `identity` names everything that its content depends on: collection,
    /// analysis, vector space.
    pub(super) fn create(
        path: &Path,
        identity: &str,
        disk: &dyn Disk,
    ) -> Result<Self, EngineError> {
        let mut file = disk.log(File::create_new(path)?);
        let header = header(identity);
        file.write_all(header.as_bytes())?;
        file.sync()?;
        Ok(Self { file, length: header.len() as u64 })
    }

    /// Replays the batches behind `from`, the start where it is `None`, up to `upto` into
    /// `apply`, and cuts off the rest. `upto` is `None` when the word index has no commit yet.
    pub(super) fn open(
        path: &Path,
        (identity, disk): (&str, &dyn Disk),
        (from, upto): (Option<Mark>, Option<Mark>),
        mut apply: impl FnMut(Kind) -> Option<()>,
    ) -> Result<Self, EngineError> {
        let mut file = OpenOptions::new().read(true).write(true).open(path)?;
        let expected = header(identity);
        let mut found = vec![0; expected.len()];
        if file.read_exact(&mut found).is_err() || found != expected.as_bytes() {
            return Err(rebuild("it was made with another format, analysis or vector space"));
        }
        let start = expected.len() as u64;
        // The header alone is a state too: nothing has been committed.
        let (end, seq) = upto.map_or((start, None), |mark| (mark.log_bytes, Some(mark.seq.0)));
        let mut at = from.map_or(start, |mark| mark.log_bytes);
        let mut last = from.map(|mark| mark.seq.0);
        file.seek(SeekFrom::Start(at))?;
        let mut reader = BufReader::with_capacity(1 << 20, &file);
        while at < end {
            let Some((kind, length)) = read_entry(&mut reader) else {
                return Err(rebuild("the document log is damaged or cut short"));
            };
            at += length;
            if let Kind::Commit(seq) = kind {
                last = Some(seq);
            } else {
                last = None;
                apply(kind).ok_or_else(|| rebuild("the document log holds an unusable entry"))?;
            }
        }
        if at != end || last != seq {
            return Err(rebuild("the document log does not fit the word index"));
        }
        drop(reader);
        file.set_len(at)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { file: disk.log(file), length: at })
    }

    /// Appends a batch and makes it durable. Returns the length of the log with it.
    pub(super) fn append(&mut self, entries: Vec<Kind>, seq: Seq) -> Result<u64, EngineError> {
        let mut bytes = Vec::new();
        for kind in entries.into_iter().chain([Kind::Commit(seq.0)]) {
            let payload = Entry { kind: Some(kind) }.encode_to_vec();
            bytes.extend_from_slice(&(payload.len() as u32).to_le_bytes());
            bytes.extend_from_slice(&crc32fast::hash(&payload).to_le_bytes());
            bytes.extend_from_slice(&payload);
        }
        self.file.write_all(&bytes)?;
        self.file.sync()?;
        self.length += bytes.len() as u64;
        Ok(self.length)
    }
}

/// Checksum of the last 4 KiB of the first `length` bytes of a log: logs that differ before that
/// do not agree there either, as each batch ends with its Seq.
pub(super) fn tail_checksum(path: &Path, length: u64) -> std::io::Result<u32> {
    const TAIL_BYTES: u64 = 4096;
    let mut file = File::open(path)?;
    let tail = length.min(TAIL_BYTES);
    file.seek(SeekFrom::Start(length - tail))?;
    let mut bytes = vec![0; tail as usize];
    file.read_exact(&mut bytes)?;
    Ok(crc32fast::hash(&bytes))
}

/// The identity that the log at a path was started with; `None` when it is no log of this
/// format.
pub(super) fn identity_of(path: &Path) -> Option<String> {
    // No identity is longer: three names of some 60 characters at most, and a number.
    let mut start = Vec::with_capacity(512);
    File::open(path).ok()?.take(512).read_to_end(&mut start).ok()?;
    let line = start.split(|b| *b == b'\n').next()?;
    let told = std::str::from_utf8(line).ok()?.strip_prefix(FORMAT)?.strip_prefix(' ')?;
    let (identity, _) = told.rsplit_once(' ')?;
    (header(identity).strip_suffix('\n')?.as_bytes() == line).then(|| identity.to_owned())
}

fn header(identity: &str) -> String {
    format!("{FORMAT} {identity} {:08x}\n", crc32fast::hash(identity.as_bytes()))
}

fn read_entry(reader: &mut impl Read) -> Option<(Kind, u64)> {
    let mut frame = [0u8; 8];
    reader.read_exact(&mut frame).ok()?;
    let length = u32::from_le_bytes([frame[0], frame[1], frame[2], frame[3]]) as usize;
    let checksum = u32::from_le_bytes([frame[4], frame[5], frame[6], frame[7]]);
    if length > MAX_ENTRY {
        return None;
    }
    let mut payload = vec![0; length];
    reader.read_exact(&mut payload).ok()?;
    if crc32fast::hash(&payload) != checksum {
        return None;
    }
    Some((Entry::decode(payload.as_slice()).ok()?.kind?, 8 + length as u64))
}
