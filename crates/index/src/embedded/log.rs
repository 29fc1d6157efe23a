//! The document log: what the engine knows besides the words, in the order it learnt it.
//!
//! `documents.log` begins with a header line and then has frames of
//! `length u32 | crc32 u32 | Entry`, little endian. Replaying it gives the columns, the
//! vectors and the ids back without the store or the analyser. A commit entry closes
//! each batch; what stands after the last one that the word index has too is cut off.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use jobmatch_domain::Seq;
use prost::Message;

use super::codec::{Entry, Kind};
use crate::engine::EngineError;

const FORMAT: &str = "jobmatch-documents 2";
/// No entry is larger: a vector of 4,096 floats and a few hundred bytes of facets.
const MAX_ENTRY: usize = 1 << 20;

/// The log, open for appending.
pub(super) struct Log {
    file: File,
}

fn rebuild(reason: impl Into<String>) -> EngineError {
    EngineError::NeedsRebuild { reason: reason.into() }
}

impl Log {
    /// Starts a log. `identity` names everything that its content depends on: collection,
    /// analysis, vector space.
    pub(super) fn create(path: &Path, identity: &str) -> Result<Self, EngineError> {
        let mut file = File::create_new(path)?;
        file.write_all(header(identity).as_bytes())?;
        file.sync_all()?;
        Ok(Self { file })
    }

    /// Replays the batches up to the commit of `upto` into `apply`, and cuts off the rest.
    pub(super) fn open(
        path: &Path,
        identity: &str,
        upto: Seq,
        mut apply: impl FnMut(Kind) -> Option<()>,
    ) -> Result<Self, EngineError> {
        let mut file = OpenOptions::new().read(true).write(true).open(path)?;
        let expected = header(identity);
        let mut found = vec![0; expected.len()];
        if file.read_exact(&mut found).is_err() || found != expected.as_bytes() {
            return Err(rebuild("it was made with another format, analysis or vector space"));
        }
        let mut reader = BufReader::with_capacity(1 << 20, &file);
        let mut at = expected.len() as u64;
        // A new index has no commit yet and is empty.
        let mut reached = upto == Seq(0);
        while !reached {
            let Some((kind, length)) = read_entry(&mut reader) else {
                return Err(rebuild("the document log is damaged or cut short"));
            };
            at += length;
            if let Kind::Commit(seq) = kind {
                reached = seq == upto.0;
            } else {
                apply(kind).ok_or_else(|| rebuild("the document log holds an unusable entry"))?;
            }
        }
        drop(reader);
        file.set_len(at)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { file })
    }

    /// Appends a batch and makes it durable.
    pub(super) fn append(&mut self, entries: Vec<Kind>, seq: Seq) -> Result<(), EngineError> {
        let mut bytes = Vec::new();
        for kind in entries.into_iter().chain([Kind::Commit(seq.0)]) {
            let payload = Entry { kind: Some(kind) }.encode_to_vec();
            bytes.extend_from_slice(&(payload.len() as u32).to_le_bytes());
            bytes.extend_from_slice(&crc32fast::hash(&payload).to_le_bytes());
            bytes.extend_from_slice(&payload);
        }
        self.file.write_all(&bytes)?;
        self.file.sync_data()?;
        Ok(())
    }
}

fn header(identity: &str) -> String {
    format!("{FORMAT} {identity}\n")
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
