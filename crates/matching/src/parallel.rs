//! Work on all cores.

use crate::error::MatchingError;

/// Applies a function to every item on all cores, keeping the order; the first failure in
/// that order ends it.
pub(crate) fn in_parallel<T: Sync, U: Send>(
    items: &[T],
    function: impl Fn(&T) -> Result<U, MatchingError> + Sync,
) -> Result<Vec<U>, MatchingError> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let chunk = items.len().div_ceil(cores).max(1);
    if chunk >= items.len() {
        return items.iter().map(function).collect();
    }
    std::thread::scope(|scope| {
        let workers: Vec<_> = items
            .chunks(chunk)
            .map(|part| scope.spawn(|| part.iter().map(&function).collect::<Result<Vec<_>, _>>()))
            .collect();
        let mut out = Vec::with_capacity(items.len());
        for worker in workers {
            out.extend(worker.join().map_err(|_| MatchingError::Internal)??);
        }
        Ok(out)
    })
}
