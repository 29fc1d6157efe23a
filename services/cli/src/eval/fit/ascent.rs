//! Coordinate ascent on nDCG@10.

use jobmatch_matching::RankingProfile;

use super::{Candidate, Query};

/// Factors on a weight that are tried, largest steps first.
const SCALES: [f64; 8] = [3.0, 0.33, 1.5, 0.67, 1.2, 0.83, 1.07, 0.93];
/// Steps of a stand-in that are tried.
const SHIFTS: [f64; 6] = [0.3, -0.3, 0.1, -0.1, 0.04, -0.04];
const MAX_ROUNDS: usize = 25;
/// Cost of moving a weight by a factor of e, in nDCG: what gains less is noise of some
/// hundred queries and stays where it was.
const PULL: f64 = 0.0004;
/// Weights never fall below this share of the largest, so that a factor can come back.
const LEAST_SHARE: f64 = 0.002;

/// What is fitted.
#[derive(Debug, Clone)]
pub(super) struct Weights {
    pub(super) weights: [f64; 11],
    pub(super) unknown: [f64; 11],
}

impl Weights {
    pub(super) fn of(profile: &RankingProfile) -> Self {
        Self { weights: profile.weights, unknown: profile.unknown }
    }

    /// The weighted mean before calibration.
    pub(super) fn mean(&self, candidate: &Candidate) -> f64 {
        let total: f64 = self.weights.iter().sum();
        let parts = candidate.values.iter().zip(self.weights.iter().zip(&self.unknown));
        let sum: f64 = parts.map(|(v, (w, u))| w * v.unwrap_or(*u)).sum();
        if total > 0.0 { sum / total } else { 0.0 }
    }

    fn distance(&self, other: &Self) -> f64 {
        let logs = self.weights.iter().zip(&other.weights).map(|(a, b)| (a / b).ln().abs());
        let shifts = self.unknown.iter().zip(&other.unknown).map(|(a, b)| (a - b).abs());
        logs.chain(shifts).sum()
    }
}

/// Discounted gain of the first ten grades, 2^grade - 1 each.
pub(super) fn discounted_gain(grades: impl Iterator<Item = u32>) -> f64 {
    let gains = grades.take(10).enumerate();
    gains.map(|(i, g)| (f64::from(1u32 << g) - 1.0) / ((i + 2) as f64).log2()).sum()
}

/// Mean nDCG@10 of each mode over the chosen queries; candidates that tie stay in the order
/// that the service gave.
pub(super) fn ndcg(
    by_mode: &[Vec<Query>],
    weights: &Weights,
    chosen: &dyn Fn(&Query) -> bool,
) -> Vec<f64> {
    let of_query = |query: &Query| {
        let mut scored: Vec<(f64, u32)> =
            query.candidates.iter().map(|c| (weights.mean(c), c.grade)).collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        discounted_gain(scored.into_iter().map(|(_, g)| g)) / query.ideal
    };
    let of_mode = |queries: &Vec<Query>| {
        let all: Vec<f64> = queries.iter().filter(|q| chosen(q)).map(of_query).collect();
        all.iter().sum::<f64>() / all.len().max(1) as f64
    };
    by_mode.iter().map(of_mode).collect()
}

/// The best weights found from `initial`. Deterministic.
pub(super) fn fit(
    by_mode: &[Vec<Query>],
    initial: &Weights,
    chosen: &dyn Fn(&Query) -> bool,
) -> Weights {
    let value = |w: &Weights| {
        let means = ndcg(by_mode, w, chosen);
        means.iter().sum::<f64>() / means.len().max(1) as f64 - PULL * w.distance(initial)
    };
    let mut best = initial.clone();
    let mut best_value = value(&best);
    for _ in 0..MAX_ROUNDS {
        let before = best_value;
        for candidate in moves(best.weights.len()) {
            let next = candidate.applied(&best);
            let next_value = value(&next);
            if next_value > best_value + 1e-7 {
                (best, best_value) = (next, next_value);
            }
        }
        if best_value - before < 1e-5 {
            break;
        }
    }
    best
}

/// One change of one parameter.
enum Move {
    Scale(usize, f64),
    Shift(usize, f64),
}

impl Move {
    fn applied(&self, weights: &Weights) -> Weights {
        let mut out = weights.clone();
        match *self {
            Self::Scale(i, by) => {
                let least = weights.weights.iter().copied().fold(0.0, f64::max) * LEAST_SHARE;
                out.weights[i] = (out.weights[i] * by).max(least);
            }
            Self::Shift(i, by) => out.unknown[i] = (out.unknown[i] + by).clamp(0.0, 1.0),
        }
        out
    }
}

fn moves(factors: usize) -> impl Iterator<Item = Move> {
    (0..factors).flat_map(|i| {
        let scales = SCALES.into_iter().map(move |by| Move::Scale(i, by));
        scales.chain(SHIFTS.into_iter().map(move |by| Move::Shift(i, by)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(grade: u32, first: f64, second: f64) -> Candidate {
        let mut values = [None; 11];
        values[0] = Some(first);
        values[1] = Some(second);
        Candidate { grade, values }
    }

    #[test]
    fn the_factor_that_tells_gets_the_weight() {
        // The second factor orders by grade, the first misleads.
        let candidates = vec![
            candidate(0, 0.9, 0.1),
            candidate(3, 0.2, 0.9),
            candidate(0, 0.6, 0.2),
            candidate(2, 0.1, 0.7),
        ];
        let ideal = discounted_gain([3, 2, 0, 0].into_iter());
        let by_mode = vec![vec![Query { profile: "p".into(), ideal, candidates }]];
        let initial = Weights { weights: [1.0; 11], unknown: [0.5; 11] };
        let all = |_: &Query| true;
        assert!(ndcg(&by_mode, &initial, &all)[0] < 0.99);
        let fitted = fit(&by_mode, &initial, &all);
        assert!((ndcg(&by_mode, &fitted, &all)[0] - 1.0).abs() < 1e-9);
        assert!(fitted.weights[1] > fitted.weights[0]);
    }
}
