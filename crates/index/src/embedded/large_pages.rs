//! Bytes that are read all over the place, in large pages of memory.
//!
//! The codes that a filter leaves lie some pages of 4 KiB apart, so in a mapped file the scan of
//! each waits for its page to be looked up before it waits for the memory itself. Of pages of
//! 2 MiB the processor remembers where all are. What that is worth stands in
//! `benches/steps.md`.

use std::io;
#[cfg(target_os = "linux")]
use std::sync::{Mutex, PoisonError};

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

/// Gives the memory back that bytes of a mapped file take of this process. The system may keep them, and
/// maps them again when they are read.
///
/// # Safety
/// They are of a mapped file: bytes of other memory would be lost.
#[allow(unsafe_code, reason = "the kernel is told of memory by its address")]
pub(super) unsafe fn let_go(mapped: &[u8]) {
    #[cfg(target_os = "linux")]
    {
        use rustix::mm::{Advice, madvise};
        let page = rustix::param::page_size();
        // Whole pages only: the rest belongs to what lies beside.
        let before = mapped.as_ptr().align_offset(page).min(mapped.len());
        let pages = &mapped[before..];
        let length = pages.len() / page * page;
        // SAFETY: the range lies within the bytes, which can be read from the file again.
        let told =
            unsafe { madvise(pages.as_ptr().cast_mut().cast(), length, Advice::LinuxDontNeed) };
        if let Err(error) = told {
            tracing::info!(%error, "pages of a file stay mapped");
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = mapped;
}

/// So many bytes as `fill` makes them of zeros, at the beginning of a page.
pub(super) fn filled(length: usize, fill: impl FnOnce(&mut [u8])) -> io::Result<OwnedBytes> {
    let mut pages = MmapMut::map_anon(length)?;
    if length < WORTH_IT {
        fill(&mut pages);
        return Ok(OwnedBytes::new(pages));
    }
    #[cfg(target_os = "linux")]
    if let Err(error) = pages.advise(memmap2::Advice::HugePage) {
        tracing::info!(%error, "no large pages");
    }
    in_large_pages(|| fill(&mut pages));
    Ok(OwnedBytes::new(pages))
}

/// Touches memory for the first time, also where the process has its other memory in small pages.
fn in_large_pages(touch: impl FnOnce()) {
    #[cfg(target_os = "linux")]
    {
        use rustix::thread::{disable_transparent_huge_pages, transparent_huge_pages_are_disabled};
        /// Of the process, so one at a time changes it.
        static CHANGING: Mutex<()> = Mutex::new(());
        // What is guarded is the kernel's, and as good after a panic.
        let _changing = CHANGING.lock().unwrap_or_else(PoisonError::into_inner);
        let are_off = transparent_huge_pages_are_disabled().unwrap_or(false);
        if are_off && let Err(error) = disable_transparent_huge_pages(false) {
            tracing::info!(%error, "no large pages");
        }
        touch();
        if are_off && let Err(error) = disable_transparent_huge_pages(true) {
            tracing::info!(%error, "large pages for all memory");
        }
    }
    #[cfg(not(target_os = "linux"))]
    touch();
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

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_let_go_of_is_read_again_from_its_file_and_takes_no_memory_until_then() {
        let bytes: Vec<u8> = (0..WORTH_IT + 77).map(|at| (at * 7 % 251) as u8).collect();
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, &bytes).unwrap();
        // SAFETY: nobody else has the file.
        #[allow(unsafe_code, reason = "a mapped file is what it is about")]
        let mapped = unsafe { memmap2::Mmap::map(&file) }.unwrap();
        assert_eq!(&mapped[..], &bytes);
        let resident = || {
            let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
            let of_it = maps.split(&format!("{:x}-", mapped.as_ptr() as usize)).nth(1).unwrap();
            let told = of_it.lines().find_map(|line| line.strip_prefix("Rss:")).unwrap();
            told.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
        };
        assert!(resident() >= WORTH_IT);
        // SAFETY: it is a mapped file.
        #[allow(unsafe_code, reason = "see above")]
        unsafe {
            let_go(&mapped[100..]);
        }
        assert!(resident() < WORTH_IT / 2);
        assert_eq!(&mapped[..], &bytes);
    }
}
