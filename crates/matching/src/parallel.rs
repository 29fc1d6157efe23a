//! Work on all cores.

use std::num::NonZero;
use std::sync::LazyLock;

use jobmatch_index::threads::Running;

use crate::error::MatchingError;

/// How many cores there are. Asked once: the answer is read from files of the system.
pub(crate) fn cores() -> usize {
    static CORES: LazyLock<usize> =
        LazyLock::new(|| std::thread::available_parallelism().map_or(1, NonZero::get));
    *CORES
}

/// Applies a function to every item on all cores, keeping the order; the first failure in
/// that order ends it. No core is idle meanwhile, so that what an item takes is not shared again.
pub(crate) fn in_parallel<T: Sync, U: Send>(
    items: &[T],
    function: impl Fn(&T) -> Result<U, MatchingError> + Sync,
) -> Result<Vec<U>, MatchingError> {
    let chunk = items.len().div_ceil(cores()).max(1);
    if chunk >= items.len() {
        return items.iter().map(function).collect();
    }
    std::thread::scope(|scope| {
        let workers: Vec<_> = items
            .chunks(chunk)
            .map(|part| {
                scope.spawn(|| {
                    let _running = Running::begin();
                    part.iter().map(&function).collect::<Result<Vec<_>, _>>()
                })
            })
            .collect();
        let mut out = Vec::with_capacity(items.len());
        for worker in workers {
            out.extend(worker.join().map_err(|_| MatchingError::Internal)??);
        }
        Ok(out)
    })
}
