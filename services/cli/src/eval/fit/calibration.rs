//! From the weighted mean to the share of suitable pairs.

use jobmatch_matching::RankingProfile;

use super::super::runs::Mode;
use super::Query;
use super::ascent::Weights;

/// Pairs a knot stands for, at least; fewer tell no share.
const LEAST_PAIRS: usize = 150;
/// Knots rise by at least this much, as equal scores would lose the order.
const LEAST_RISE: f64 = 1e-4;
const SUITABLE: u32 = 2;

/// Knots of the calibration: isotonic regression (pool adjacent violators; Zadrozny and
/// Elkan, KDD 2002) of "suitable" on the mean, over the candidates of all modes.
pub(super) fn knots(by_mode: &[Vec<Query>], weights: &Weights) -> Vec<(f64, f64)> {
    let mut pairs: Vec<(f64, bool)> = by_mode
        .iter()
        .flatten()
        .flat_map(|q| q.candidates.iter().map(|c| (weights.mean(c), c.grade >= SUITABLE)))
        .collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let blocks = pooled(&pairs);
    let mut out = vec![(0.0, 0.0)];
    for (mean, share) in blocks {
        let (x, y) = out[out.len() - 1];
        let share = share.clamp(y + LEAST_RISE, 1.0 - LEAST_RISE);
        if mean > x + LEAST_RISE && mean < 1.0 - LEAST_RISE && share > y {
            out.push((round(mean), round(share)));
        }
    }
    out.push((1.0, 1.0));
    out
}

fn round(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

/// Mean and share of blocks that rise.
fn pooled(pairs: &[(f64, bool)]) -> Vec<(f64, f64)> {
    // Sum of means, suitable ones, pairs.
    let mut blocks: Vec<(f64, f64, f64)> = Vec::new();
    for chunk in pairs.chunks(LEAST_PAIRS) {
        let sum: f64 = chunk.iter().map(|p| p.0).sum();
        let suitable = chunk.iter().filter(|p| p.1).count() as f64;
        blocks.push((sum, suitable, chunk.len() as f64));
        while let [.., a, b] = blocks[..]
            && a.1 / a.2 >= b.1 / b.2
        {
            blocks.truncate(blocks.len() - 2);
            blocks.push((a.0 + b.0, a.1 + b.1, a.2 + b.2));
        }
    }
    blocks.into_iter().map(|(sum, suitable, n)| (sum / n, suitable / n)).collect()
}

/// Reliability: of the pairs with a score of about s, what share is suitable?
pub(super) fn table(by_mode: &[Vec<Query>], profile: &RankingProfile) -> String {
    const BINS: usize = 10;
    let weights = Weights::of(profile);
    let mut out =
        format!("| score | {} |\n|---|---|---|---|", Mode::ALL.map(Mode::name).join(" | "));
    for bin in 0..BINS {
        let (low, high) = (bin as f64 / BINS as f64, (bin + 1) as f64 / BINS as f64);
        out.push_str(&format!("\n| {low:.1}–{high:.1} "));
        for queries in by_mode {
            let scored = queries
                .iter()
                .flat_map(|q| &q.candidates)
                .map(|c| (profile.calibrate(weights.mean(c)), c.grade >= SUITABLE));
            let inside: Vec<bool> = scored
                .filter(|(s, _)| (low..high).contains(s) || (*s >= 1.0 && bin == BINS - 1))
                .map(|(_, suitable)| suitable)
                .collect();
            let suitable = inside.iter().filter(|s| **s).count();
            match inside.len() {
                0 => out.push_str("| – "),
                n => out.push_str(&format!("| {:.2} of {n} ", suitable as f64 / n as f64)),
            }
        }
        out.push('|');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_rise_even_where_the_shares_fall() {
        let mut pairs: Vec<(f64, bool)> = Vec::new();
        for (block, suitable) in [(0, 30), (1, 60), (2, 45), (3, 120)] {
            for i in 0..LEAST_PAIRS {
                pairs.push((f64::from(block) * 0.2 + i as f64 * 1e-4, i < suitable));
            }
        }
        let blocks = pooled(&pairs);
        let shares: Vec<f64> = blocks.iter().map(|b| b.1).collect();
        assert_eq!(shares, [0.2, 0.35, 0.8]);
    }
}
