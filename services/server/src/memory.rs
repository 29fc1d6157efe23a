//! Who gives memory, and takes it back.

/// A question over 100,000 postings takes and returns some megabytes; the system's allocator
/// hands them back to the kernel each time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Has the heap in small pages from now on: large ones keep what is free of them. Those that gain by large
/// ones, the codes of vectors, ask for them by themselves. What both are worth stands in
/// `benches/README.md`, Footprint.
pub(crate) fn in_small_pages() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::thread::disable_transparent_huge_pages(true) {
        tracing::info!(%error, "the heap may lie in large pages");
    }
}

/// Gives what is free back to the system. The allocator does so only when it is asked for more some
/// time after, and so keeps what threads that have ended let go of while nobody asks.
#[allow(unsafe_code, reason = "a function of the allocator's, which is in C")]
pub(crate) fn give_back() {
    unsafe extern "C" {
        /// Of mimalloc (`mimalloc.h`): collects what threads have let go of, and, where that is
        /// forced, gives all that is free back at once.
        fn mi_collect(force: bool);
    }
    // SAFETY: any thread may call it at any time; what is in use stays.
    unsafe { mi_collect(true) };
}

#[cfg(test)]
mod tests {
    #[cfg(target_os = "linux")]
    use super::*;

    /// Bytes of memory that this process has from the system.
    #[cfg(target_os = "linux")]
    fn resident() -> u64 {
        let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
        pages.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 4096
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_a_thread_that_has_ended_let_go_of_goes_back() {
        const BYTES: u64 = 200 << 20;
        let taken = std::thread::spawn(|| {
            let rows: Vec<Vec<u8>> = (0..BYTES >> 20).map(|_| vec![1; 1 << 20]).collect();
            (resident(), rows.len())
        });
        let (taken, _) = taken.join().unwrap();
        give_back();
        let left = resident();
        assert!(left + BYTES / 2 < taken, "{left} of {taken} bytes");
    }
}
