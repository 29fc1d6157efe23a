//! The file `CURRENT`: which generation of an index serves, and what it was filled from.

use std::path::Path;

use jobmatch_domain::{Instant, Seq};
use xxhash_rust::xxh3::xxh3_64;

/// The moment of the store that a generation was filled from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    /// Records that were deleted up to here were never in it.
    pub(crate) seq: Seq,
    /// No later than any change after that Seq.
    pub(crate) at: Instant,
}

impl Moment {
    /// Before everything: what an index of before says that did not note it.
    pub(crate) const NONE: Self = Self { seq: Seq(0), at: Instant(0) };
}

/// A generation and what it was filled from, as `CURRENT` tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Generation {
    pub(super) number: u64,
    pub(super) from: Moment,
}

/// The generation that serves; `None` when the file is missing or damaged.
pub(super) fn read(folder: &Path) -> Option<Generation> {
    let found = std::fs::read(folder.join("CURRENT")).ok()?;
    parse(std::str::from_utf8(&found).ok()?)
}

/// What `CURRENT` holds: `g2 FROM AT CHECKSUM`. With a checksum: a bit that flips in the number of
/// a generation may make that of one which a crash left half filled, and one in a Seq may tell
/// that somebody is gone who is not.
fn line_of(generation: Generation) -> String {
    let Generation { number, from: Moment { seq, at } } = generation;
    let told = format!("g{number} {} {}", seq.0, at.0);
    format!("{told} {:016x}\n", xxh3_64(told.as_bytes()))
}

/// The line of before, `g2 CHECKSUM`, which did not tell what the generation was filled from.
fn former_line(number: u64) -> String {
    format!("g{number} {:016x}\n", xxh3_64(&number.to_le_bytes()))
}

/// Reads either line; `None` when it is neither as it was written.
fn parse(line: &str) -> Option<Generation> {
    let mut words = line.strip_prefix('g')?.split(' ');
    let number = words.next()?.parse().ok()?;
    if line == former_line(number) {
        return Some(Generation { number, from: Moment::NONE });
    }
    let seq = Seq(words.next()?.parse().ok()?);
    let at = Instant(words.next()?.parse().ok()?);
    let generation = Generation { number, from: Moment { seq, at } };
    (line == line_of(generation)).then_some(generation)
}

/// Replaces `CURRENT` so that a crash leaves the old or the new name, never a torn one.
pub(super) fn write(folder: &Path, generation: Generation) -> std::io::Result<()> {
    let fresh = folder.join("CURRENT.new");
    #[cfg(test)]
    jobmatch_faults::at("current: write", folder)?;
    std::fs::write(&fresh, line_of(generation))?;
    std::fs::File::open(&fresh)?.sync_all()?;
    #[cfg(test)]
    jobmatch_faults::at("current: rename", folder)?;
    std::fs::rename(&fresh, folder.join("CURRENT"))?;
    #[cfg(test)]
    jobmatch_faults::at("current: sync", folder)?;
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_comes_back_whole_and_one_of_before_tells_no_moment() {
        let from = Moment { seq: Seq(77), at: Instant(-5) };
        let generation = Generation { number: 12, from };
        assert_eq!(parse(&line_of(generation)), Some(generation));
        let former = Generation { number: 12, from: Moment::NONE };
        assert_eq!(parse(&former_line(12)), Some(former));
        // As programs of before wrote it.
        assert_eq!(former_line(2), "g2 2086c65c91eee243\n");
        for line in ["", "g", "g12", "g12 77 -5\n", &line_of(generation).replace("77", "78")] {
            assert_eq!(parse(line), None, "{line:?}");
        }
    }
}
