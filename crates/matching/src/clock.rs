//! The one place that reads the wall clock.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use jobmatch_domain::Instant;

/// Tells the present instant. Passed in, so that tests and evaluations set it.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// The machine's clock.
pub fn system_clock() -> Clock {
    Arc::new(|| {
        #[allow(
            clippy::disallowed_methods,
            reason = "this is the clock that is passed in elsewhere"
        )]
        let now = SystemTime::now();
        let seconds = now.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
        Instant(i64::try_from(seconds).unwrap_or(i64::MAX))
    })
}
