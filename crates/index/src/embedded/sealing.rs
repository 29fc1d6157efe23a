//! The state of an index to a sealed file and back.
//!
//! What can change is copied while the view is held once; the rest is read bit by bit while
//! questions and changes go on, since a slot's facts never change.

use std::io;
use std::ops::Range;
use std::path::Path;
use std::time::Instant;

use jobmatch_domain::{DocumentId, Facets, Seq};
use prost::Message;
use tantivy::directory::OwnedBytes;

use super::codec::FacetsEntry;
use super::columns::{COLUMNS, Columns, SealedColumns, SealedCompared};
use super::ids::Ids;
use super::log::{Mark, tail_checksum};
use super::rows::SealedRows;
use super::sealed_file::{SealedFile, SealedWriter, Section, State};
use super::vectors::VectorParts;
use super::{LOG_FILE, Shared, View};
use crate::bitmap::Bitmap;

/// Slots, or values, that are read in one go: some milliseconds in which no batch comes in.
const AT_ONCE: usize = 4_096;

/// What can change, as of one batch.
struct Parts {
    slots: usize,
    seq: Seq,
    log_bytes: u64,
    live: Bitmap,
    volatile: Vec<u32>,
    vectors: VectorParts,
}

impl Shared {
    /// Writes a sealed file of now and takes it into use. Returns whether that was done.
    pub(super) fn seal(&self, folder: &Path, identity: &str) -> bool {
        let started = Instant::now();
        let parts = self.view.read().parts();
        let sealed = match self.write_sealed(&parts, folder, identity) {
            Ok(sealed) => sealed,
            Err(error) => {
                tracing::error!(%error, "no sealed file; a restart reads the log instead");
                return false;
            }
        };
        let late = parts.vectors.late.len();
        let dimensions = parts.vectors.rows.dimensions();
        let (rows, compared) = (rows(&sealed).at_hand(dimensions), compared(&sealed));
        // Its codes were read to lie elsewhere.
        sealed.let_go();
        let mut view = self.view.write();
        let replaced = view.columns.settle(compared);
        view.vectors.settle(rows, late);
        drop(view);
        // What the file replaces is let go of here, where nobody waits for it.
        drop((replaced, parts));
        tracing::info!(slots = sealed.state.slots, took = ?started.elapsed(), "sealed");
        true
    }

    fn write_sealed(&self, parts: &Parts, folder: &Path, identity: &str) -> io::Result<SealedFile> {
        let mut file = SealedWriter::create(folder)?;
        let slots = parts.slots;
        self.put_ends(&mut file, (Section::Ids, Section::IdEnds), slots, |view, slot| {
            view.ids[slot as usize].0.as_str().as_bytes().to_vec()
        })?;
        self.put(&mut file, Section::Seqs, slots, |view, slot| {
            view.ids[slot as usize].1.0.to_le_bytes().to_vec()
        })?;
        self.put(&mut file, Section::Tokens, slots, |view, slot| {
            bytemuck::cast_slice(&view.tokens[slot as usize]).to_vec()
        })?;
        self.put(&mut file, Section::Codes, slots, |view, slot| {
            let codes = view.columns.codes(slot, parts.volatile[slot as usize]);
            bytemuck::cast_slice(&codes).to_vec()
        })?;
        self.put(&mut file, Section::Points, slots, |view, slot| {
            bytemuck::cast_slice(&view.columns.degrees(slot)).to_vec()
        })?;
        let ends = (Section::Compared, Section::ComparedEnds);
        self.put_ends(&mut file, ends, slots, |view, slot| view.columns.compared_bytes(slot))?;
        self.put_values(&mut file)?;
        put_vectors(&mut file, parts)?;
        file.finish(State {
            identity: identity.to_owned(),
            slots: slots as u64,
            seq: parts.seq.0,
            log_bytes: parts.log_bytes,
            log_tail: tail_checksum(&folder.join(LOG_FILE), parts.log_bytes)?,
        })
    }

    /// A section of so many bytes a slot.
    fn put(
        &self,
        file: &mut SealedWriter,
        section: Section,
        slots: usize,
        of: impl Fn(&View, u32) -> Vec<u8>,
    ) -> io::Result<()> {
        file.section(section, |file| {
            for slots in chunks(slots) {
                let bytes: Vec<u8> = {
                    let view = self.view.read();
                    slots.flat_map(|slot| of(&view, slot)).collect()
                };
                file.put(&bytes)?;
            }
            Ok(())
        })
    }

    /// A section of bytes, and one of where those of each slot end.
    fn put_ends(
        &self,
        file: &mut SealedWriter,
        (section, its_ends): (Section, Section),
        slots: usize,
        of: impl Fn(&View, u32) -> Vec<u8>,
    ) -> io::Result<()> {
        let mut ends: Vec<u64> = Vec::with_capacity(slots);
        let mut end = 0;
        file.section(section, |file| {
            for slots in chunks(slots) {
                let parts: Vec<Vec<u8>> = {
                    let view = self.view.read();
                    slots.map(|slot| of(&view, slot)).collect()
                };
                for part in parts {
                    end += part.len() as u64;
                    ends.push(end);
                    file.put(&part)?;
                }
            }
            Ok(())
        })?;
        file.section(its_ends, |file| file.put(bytemuck::cast_slice(&ends)))
    }

    /// The values of the columns. There may be some more than the slots have: values stay, and
    /// are only added.
    fn put_values(&self, file: &mut SealedWriter) -> io::Result<()> {
        let mut counts = [0u64; COLUMNS];
        file.section(Section::Values, |file| {
            for (column, count) in counts.iter_mut().enumerate() {
                loop {
                    let from = *count as usize;
                    let values = self.view.read().columns.values(column, from, AT_ONCE);
                    if values.is_empty() {
                        break;
                    }
                    *count += values.len() as u64;
                    for facets in values {
                        file.put(&FacetsEntry::of(&facets).encode_length_delimited_to_vec())?;
                    }
                }
            }
            Ok(())
        })?;
        file.section(Section::ValueCounts, |file| file.put(bytemuck::cast_slice(&counts)))
    }
}

fn chunks(slots: usize) -> impl Iterator<Item = Range<u32>> {
    (0..slots).step_by(AT_ONCE).map(move |from| from as u32..slots.min(from + AT_ONCE) as u32)
}

fn put_vectors(file: &mut SealedWriter, parts: &Parts) -> io::Result<()> {
    let VectorParts { rows, present, late } = &parts.vectors;
    let slots = 0..parts.slots as u32;
    file.section(Section::Live, |file| put_bits(file, &parts.live, parts.slots))?;
    file.section(Section::Present, |file| put_bits(file, present, parts.slots))?;
    file.section(Section::Late, |file| file.put(bytemuck::cast_slice(late)))?;
    file.section(Section::VectorCodes, |file| {
        slots.clone().try_for_each(|slot| file.put(bytemuck::cast_slice(rows.codes(slot))))
    })?;
    file.section(Section::Scales, |file| {
        slots.clone().try_for_each(|slot| file.put(&rows.scale(slot).to_le_bytes()))
    })?;
    file.section(Section::Vectors, |file| {
        slots.clone().try_for_each(|slot| file.put(bytemuck::cast_slice(rows.full(slot))))
    })
}

fn put_bits(file: &mut SealedWriter, bits: &Bitmap, slots: usize) -> io::Result<()> {
    (0..slots.div_ceil(64)).try_for_each(|index| file.put(&bits.word(index).to_le_bytes()))
}

impl View {
    fn parts(&self) -> Parts {
        Parts {
            slots: self.ids.len(),
            seq: self.seq,
            log_bytes: self.log_bytes,
            live: self.live.clone(),
            volatile: self.columns.volatile_codes(),
            vectors: self.vectors.parts(),
        }
    }

    /// Takes the state of a sealed file, as the first thing; returns from where the log goes on.
    /// `None`: the file does not fit itself, which a checksum has not caught, and this view must
    /// not be used.
    pub(super) fn adopt(&mut self, sealed: &SealedFile) -> Option<Mark> {
        // Side by side, as each takes long.
        std::thread::scope(|scope| {
            let documents = scope.spawn(|| documents(sealed));
            self.columns = columns(sealed)?;
            self.adopt_documents(sealed, documents.join().ok()??)
        })?;
        self.adopt_vectors(sealed)?;
        let mark = Mark { seq: Seq(sealed.state.seq), log_bytes: sealed.state.log_bytes };
        (self.seq, self.log_bytes) = (mark.seq, mark.log_bytes);
        Some(mark)
    }

    fn adopt_vectors(&mut self, sealed: &SealedFile) -> Option<()> {
        let rows = rows(sealed);
        if !rows.fit(self.vectors.dimensions()) {
            return None;
        }
        let is_sealed = |slot: &u32| (*slot as usize) < self.ids.len();
        let (present, late) = (sealed.section(Section::Present), sealed.section(Section::Late));
        let present = Bitmap::of_words(numbers::<u64>(&present)?.to_vec());
        let late: Vec<u32> = numbers::<u32>(&late)?.to_vec();
        if !late.iter().copied().chain(present.iter()).all(|slot| is_sealed(&slot)) {
            return None;
        }
        self.vectors.adopt(rows, present, late);
        Some(())
    }

    fn adopt_documents(&mut self, sealed: &SealedFile, documents: Documents) -> Option<()> {
        let tokens = sealed.section(Section::Tokens);
        self.tokens = numbers::<u32>(&tokens)?.as_chunks::<4>().0.to_vec();
        (self.ids, self.live) = (documents.ids, documents.live);
        let slots = sealed.state.slots as usize;
        if [self.ids.len(), self.tokens.len(), self.columns.len()] != [slots; 3] {
            return None;
        }
        self.live.iter().for_each(|slot| self.totals.add(self.tokens[slot as usize]));
        Some(())
    }
}

/// Which documents there are.
struct Documents {
    ids: Ids,
    live: Bitmap,
}

fn documents(sealed: &SealedFile) -> Option<Documents> {
    let live = sealed.section(Section::Live);
    let live = Bitmap::of_words(numbers::<u64>(&live)?.to_vec());
    Some(Documents { ids: Ids::of(ids(sealed)?, live.iter())?, live })
}

/// The numbers that a section holds; `None` when it does not hold a whole number of them.
fn numbers<T: bytemuck::AnyBitPattern>(bytes: &OwnedBytes) -> Option<&[T]> {
    bytemuck::try_cast_slice(bytes).ok()
}

/// The rows as they are mapped.
fn rows(sealed: &SealedFile) -> SealedRows {
    SealedRows {
        count: sealed.state.slots as usize,
        codes: sealed.section(Section::VectorCodes),
        full: sealed.section(Section::Vectors),
        scales: sealed.section(Section::Scales),
        signs: OwnedBytes::empty(),
        are_at_hand: false,
    }
}

fn compared(sealed: &SealedFile) -> SealedCompared {
    SealedCompared {
        ends: sealed.section(Section::ComparedEnds),
        bytes: sealed.section(Section::Compared),
    }
}

fn columns(sealed: &SealedFile) -> Option<Columns> {
    let (codes, points) = (sealed.section(Section::Codes), sealed.section(Section::Points));
    let compared = compared(sealed);
    if compared.len()? != sealed.state.slots as usize {
        return None;
    }
    let (codes, points) = (numbers::<u32>(&codes)?, numbers::<f64>(&points)?);
    Columns::of_sealed(SealedColumns { values: values(sealed)?, codes, points, compared })
}

fn values(sealed: &SealedFile) -> Option<[Vec<Facets>; COLUMNS]> {
    let (bytes, counts) = (sealed.section(Section::Values), sealed.section(Section::ValueCounts));
    let counts: [u64; COLUMNS] = numbers::<u64>(&counts)?.try_into().ok()?;
    let mut rest: &[u8] = &bytes;
    let mut values = [const { Vec::new() }; COLUMNS];
    for (values, count) in values.iter_mut().zip(counts) {
        for _ in 0..count {
            values.push(FacetsEntry::decode_length_delimited(&mut rest).ok()?.facets()?);
        }
    }
    rest.is_empty().then_some(values)
}

fn ids(sealed: &SealedFile) -> Option<Vec<(DocumentId, Seq)>> {
    let (bytes, ends) = (sealed.section(Section::Ids), sealed.section(Section::IdEnds));
    let seqs = sealed.section(Section::Seqs);
    let (ends, seqs) = (numbers::<u64>(&ends)?, numbers::<u64>(&seqs)?);
    if ends.len() != seqs.len() {
        return None;
    }
    let starts = std::iter::once(&0).chain(ends);
    let id = |((start, end), seq): ((&u64, &u64), &u64)| {
        let text = std::str::from_utf8(bytes.get(*start as usize..*end as usize)?).ok()?;
        Some((DocumentId::parse(text).ok()?, Seq(*seq)))
    };
    starts.zip(ends).zip(seqs).map(id).collect()
}
