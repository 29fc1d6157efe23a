//! A circuit breaker: after some failures in a row nobody waits for a dead endpoint.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::health::Health;

/// Closed: calls are made. Open: none is. When it has been open for its time, one call is
/// let through; it closes the circuit or opens it for as long again.
pub(super) struct Circuit {
    limit: u32,
    open_for: Duration,
    state: Mutex<State>,
}

struct State {
    /// In a row.
    failures: u32,
    /// When it was opened, or a call was let through last. `None`: closed.
    opened: Option<Instant>,
    /// Of the last failure.
    reason: String,
}

impl Circuit {
    /// Opens after `limit` failures in a row, at least 1.
    pub(super) fn new(limit: u32, open_for: Duration) -> Self {
        let state = State { failures: 0, opened: None, reason: String::new() };
        Self { limit: limit.max(1), open_for, state: Mutex::new(state) }
    }

    /// Whether a call may be made now; else the reason of the last failure.
    pub(super) fn admit(&self) -> Result<(), String> {
        let mut state = self.state.lock();
        match state.opened {
            None => Ok(()),
            Some(opened) if opened.elapsed() >= self.open_for => {
                // Others wait for what comes of this call. One that never tells does not
                // lock the circuit: the next is let through after the same time.
                state.opened = Some(Instant::now());
                Ok(())
            }
            Some(_) => Err(state.reason.clone()),
        }
    }

    /// A call was answered.
    pub(super) fn answered(&self) {
        let mut state = self.state.lock();
        state.failures = 0;
        state.opened = None;
    }

    /// A call failed.
    pub(super) fn failed(&self, reason: &str) {
        let mut state = self.state.lock();
        state.failures = state.failures.saturating_add(1);
        reason.clone_into(&mut state.reason);
        if state.failures >= self.limit {
            state.opened = Some(Instant::now());
        }
    }

    /// As told to operators.
    pub(super) fn health(&self) -> Health {
        let state = self.state.lock();
        match (state.opened, state.failures) {
            (Some(_), _) => Health::Suspended(state.reason.clone()),
            (None, 0) => Health::Good,
            (None, _) => Health::Failing(state.reason.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_failures_in_a_row_lets_one_call_try_and_closes() {
        let circuit = Circuit::new(3, Duration::from_millis(400));
        circuit.failed("a");
        circuit.failed("b");
        circuit.answered();
        circuit.failed("c");
        circuit.failed("d");
        assert_eq!(circuit.admit(), Ok(()), "two in a row are not three");
        assert_eq!(circuit.health(), Health::Failing("d".into()));
        circuit.failed("e");
        assert_eq!(circuit.admit(), Err("e".into()));
        assert_eq!(circuit.health(), Health::Suspended("e".into()));
        std::thread::sleep(Duration::from_millis(450));
        assert_eq!(circuit.admit(), Ok(()));
        assert!(circuit.admit().is_err(), "only one tries");
        circuit.failed("f");
        assert_eq!(circuit.admit(), Err("f".into()), "open for as long again");
        std::thread::sleep(Duration::from_millis(450));
        assert_eq!(circuit.admit(), Ok(()));
        circuit.answered();
        assert_eq!((circuit.admit(), circuit.health()), (Ok(()), Health::Good));
    }
}
