//! How often postings were shown among the first of an answer: kept in memory, halved each day.

use std::collections::HashMap;

use jobmatch_domain::{DocumentId, Instant};
use parking_lot::Mutex;

/// Seconds in which a count falls to its half: who came yesterday has mostly decided.
const HALF_LIFE: f64 = 86_400.0;
/// Postings from which on those that nearly nobody saw lately are forgotten.
const SWEPT_FROM: usize = 10_000;
/// A count that is as good as none: once, a week ago.
const FORGOTTEN: f64 = 1.0 / 128.0;

/// The counts.
#[derive(Default)]
pub(crate) struct Exposure(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    by_posting: HashMap<DocumentId, Count>,
    /// How many were left by the last sweep.
    swept: usize,
}

#[derive(Clone, Copy)]
struct Count {
    value: f64,
    at: Instant,
}

impl Count {
    /// What is left of it; a time before it was taken changes nothing.
    fn value_at(self, now: Instant) -> f64 {
        let age = (now.0 - self.at.0).max(0) as f64;
        self.value * 0.5f64.powf(age / HALF_LIFE)
    }
}

impl Exposure {
    /// Times that a posting was shown, each halved a day.
    pub(crate) fn of(&self, posting: &DocumentId, now: Instant) -> f64 {
        self.0.lock().by_posting.get(posting).map_or(0.0, |count| count.value_at(now))
    }

    /// Counts postings that were shown.
    pub(crate) fn note<'a>(&self, shown: impl Iterator<Item = &'a DocumentId>, now: Instant) {
        let mut counts = self.0.lock();
        for posting in shown {
            let count =
                counts.by_posting.entry(posting.clone()).or_insert(Count { value: 0.0, at: now });
            let at = count.at.max(now);
            *count = Count { value: count.value_at(at) + 1.0, at };
        }
        if counts.by_posting.len() >= SWEPT_FROM.max(2 * counts.swept) {
            counts.by_posting.retain(|_, count| count.value_at(now) > FORGOTTEN);
            counts.swept = counts.by_posting.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> DocumentId {
        DocumentId::parse(name).unwrap()
    }

    #[test]
    fn a_count_halves_in_a_day_and_adds_up() {
        let exposure = Exposure::default();
        let (a, day) = (id("a"), HALF_LIFE as i64);
        exposure.note([&a].into_iter(), Instant(0));
        exposure.note([&a].into_iter(), Instant(0));
        assert_eq!(exposure.of(&a, Instant(0)), 2.0);
        assert_eq!(exposure.of(&a, Instant(day)), 1.0);
        exposure.note([&a].into_iter(), Instant(day));
        assert_eq!(exposure.of(&a, Instant(day)), 2.0);
        assert_eq!(exposure.of(&a, Instant(3 * day)), 0.5);
        assert_eq!(exposure.of(&id("b"), Instant(day)), 0.0);
    }

    #[test]
    fn a_clock_that_goes_back_makes_nothing_of_it() {
        let exposure = Exposure::default();
        let a = id("a");
        exposure.note([&a].into_iter(), Instant(1_000));
        exposure.note([&a].into_iter(), Instant(0));
        assert_eq!(exposure.of(&a, Instant(0)), 2.0);
        assert_eq!(exposure.of(&a, Instant(1_000)), 2.0);
    }

    #[test]
    fn what_nobody_saw_lately_is_forgotten() {
        let exposure = Exposure::default();
        let old: Vec<DocumentId> = (0..SWEPT_FROM - 1).map(|i| id(&format!("old-{i}"))).collect();
        exposure.note(old.iter(), Instant(0));
        assert_eq!(exposure.0.lock().by_posting.len(), SWEPT_FROM - 1);
        exposure.note([&id("new")].into_iter(), Instant(8 * HALF_LIFE as i64));
        assert_eq!(exposure.0.lock().by_posting.len(), 1);
    }
}
