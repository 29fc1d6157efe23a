//! Times of the stages of one request.

use std::time::Instant;

/// Measures stage after stage.
pub(crate) struct Stopwatch {
    since: Instant,
    stages: Vec<(&'static str, u64)>,
}

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self { since: Instant::now(), stages: Vec::with_capacity(8) }
    }

    /// Ends a stage that began when the one before ended.
    pub(crate) fn lap(&mut self, stage: &'static str) {
        self.add(stage, self.micros());
        self.since = Instant::now();
    }

    /// Microseconds of the stage so far.
    pub(crate) fn micros(&self) -> u64 {
        self.since.elapsed().as_micros() as u64
    }

    /// Forgets the time since the last stage; it was measured elsewhere.
    pub(crate) fn skip(&mut self) {
        self.since = Instant::now();
    }

    /// Adds a stage that was measured elsewhere.
    pub(crate) fn add(&mut self, stage: &'static str, micros: u64) {
        self.stages.push((stage, micros));
    }

    pub(crate) fn stages(self) -> Vec<(&'static str, u64)> {
        self.stages
    }
}
