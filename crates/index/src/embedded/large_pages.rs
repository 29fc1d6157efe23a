//! Bytes that are read all over the place, in large pages of memory.
//!
//! The codes that a filter leaves lie some pages of 4 KiB apart, so in a mapped file the scan of
//! each waits for its page to be looked up before it waits for the memory itself. Of pages of
//! 2 MiB the processor remembers where all are. What that is worth stands in
//! `benches/README.md`, Latency.

use std::io;

use memmap2::MmapMut;
use tantivy::directory::OwnedBytes;

/// Fewer bytes lie in few pages anyway: those of 4 KiB that a processor remembers come to more.
const WORTH_IT: usize = 4 << 20;

/// The same bytes, in large pages where there are many and the system gives such pages.
pub(super) fn moved(bytes: OwnedBytes) -> OwnedBytes {
    if bytes.len() < WORTH_IT {
        return bytes;
    }
    match filled(bytes.len(), |pages| pages.copy_from_slice(&bytes)) {
        Ok(pages) => pages,
        Err(error) => {
            tracing::warn!(%error, "no memory to move bytes to; they are read from the file");
            bytes
        }
    }
}

/// So many bytes as `fill` makes them of zeros, at the beginning of a page.
pub(super) fn filled(length: usize, fill: impl FnOnce(&mut [u8])) -> io::Result<OwnedBytes> {
    let mut pages = MmapMut::map_anon(length)?;
    #[cfg(target_os = "linux")]
    if length >= WORTH_IT
        && let Err(error) = pages.advise(memmap2::Advice::HugePage)
    {
        tracing::info!(%error, "no large pages");
    }
    fill(&mut pages);
    Ok(OwnedBytes::new(pages))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_moved_is_the_same() {
        for length in [0, 77, WORTH_IT + 77] {
            let bytes: Vec<u8> = (0..length).map(|at| (at * 7 % 251) as u8).collect();
            assert_eq!(moved(OwnedBytes::new(bytes.clone())).as_slice(), bytes);
        }
    }
}
