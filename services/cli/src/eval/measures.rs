//! The measures, as the collection's scorer defines them: gain 2^grade - 1, relevant from
//! grade 2, what is not judged counts 0; queries without a relevant document are left out.

use std::collections::BTreeMap;

/// Grades by query and document.
pub(crate) type Judged = BTreeMap<String, BTreeMap<String, u32>>;
/// Documents with scores by query.
pub(crate) type Run = BTreeMap<String, Vec<(String, f64)>>;

/// Means over the queries.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Measured {
    pub(crate) ndcg_at_10: f64,
    pub(crate) p_at_5: f64,
    pub(crate) recall_at_10: f64,
    pub(crate) recall_at_50: f64,
    pub(crate) mrr: f64,
    pub(crate) map: f64,
    /// nDCG@10 of each query, in order of the queries.
    pub(crate) ndcg: Vec<f64>,
}

const RELEVANT: u32 = 2;
/// Resamples of an interval.
const RESAMPLES: usize = 2_000;

/// Measures a run. Ties are broken by the document's name.
pub(crate) fn measure(judged: &Judged, run: &Run) -> Measured {
    let mut sum = Measured::default();
    for (query, grades) in judged {
        let relevant = grades.values().filter(|g| **g >= RELEVANT).count();
        if relevant == 0 {
            continue;
        }
        let mut answer = run.get(query).cloned().unwrap_or_default();
        answer.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let found: Vec<u32> =
            answer.iter().map(|(id, _)| grades.get(id).copied().unwrap_or(0)).collect();
        let hits = |n: usize| found.iter().take(n).filter(|g| **g >= RELEVANT).count() as f64;
        let mut ideal: Vec<u32> = grades.values().copied().collect();
        ideal.sort_unstable_by(|a, b| b.cmp(a));
        sum.ndcg.push(gain(&found) / gain(&ideal));
        sum.p_at_5 += hits(5) / 5.0;
        sum.recall_at_10 += hits(10) / relevant as f64;
        sum.recall_at_50 += hits(50) / relevant as f64;
        sum.map += average_precision(&found, relevant);
        let first = found.iter().position(|g| *g >= RELEVANT);
        sum.mrr += first.map_or(0.0, |i| 1.0 / (i + 1) as f64);
    }
    let n = sum.ndcg.len().max(1) as f64;
    Measured {
        ndcg_at_10: sum.ndcg.iter().sum::<f64>() / n,
        p_at_5: sum.p_at_5 / n,
        recall_at_10: sum.recall_at_10 / n,
        recall_at_50: sum.recall_at_50 / n,
        mrr: sum.mrr / n,
        map: sum.map / n,
        ndcg: sum.ndcg,
    }
}

impl Measured {
    /// 95% interval of the mean nDCG@10: percentile bootstrap over the queries (Sakai:
    /// Evaluating evaluation metrics based on the bootstrap, SIGIR 2006), the same at each run.
    pub(crate) fn interval(&self) -> (f64, f64) {
        let n = self.ndcg.len();
        if n == 0 {
            return (0.0, 0.0);
        }
        let mut state = 0x9E37_79B9_7F4A_7C15u64;
        let mut draw = || {
            // xorshift64* (Vigna 2016).
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            (state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % n
        };
        let mut means: Vec<f64> = (0..RESAMPLES)
            .map(|_| (0..n).map(|_| self.ndcg[draw()]).sum::<f64>() / n as f64)
            .collect();
        means.sort_by(f64::total_cmp);
        (means[RESAMPLES / 40], means[RESAMPLES - 1 - RESAMPLES / 40])
    }
}

fn average_precision(found: &[u32], relevant: usize) -> f64 {
    let mut hits = 0.0;
    let mut sum = 0.0;
    for (i, grade) in found.iter().enumerate() {
        if *grade >= RELEVANT {
            hits += 1.0;
            sum += hits / (i + 1) as f64;
        }
    }
    sum / relevant as f64
}

fn gain(grades: &[u32]) -> f64 {
    let discounted =
        |(i, grade): (usize, &u32)| (f64::from(1u32 << grade) - 1.0) / ((i + 2) as f64).log2();
    grades.iter().take(10).enumerate().map(discounted).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_agree_with_a_worked_example() {
        let grades = [("a", 3), ("b", 2), ("c", 0)].map(|(d, g)| (d.to_string(), g));
        let judged = Judged::from([("q".to_string(), grades.into())]);
        let ranked = [("c", 3.0), ("a", 2.0), ("b", 1.0)].map(|(d, s)| (d.to_string(), s));
        let run = Run::from([("q".to_string(), ranked.into())]);
        let m = measure(&judged, &run);
        let ideal = 7.0 + 3.0 / 3f64.log2();
        let got = 7.0 / 3f64.log2() + 3.0 / 2.0;
        assert!((m.ndcg_at_10 - got / ideal).abs() < 1e-12);
        assert_eq!((m.p_at_5, m.recall_at_50, m.mrr, m.ndcg.len()), (0.4, 1.0, 0.5, 1));
        assert!((m.map - (0.5 + 2.0 / 3.0) / 2.0).abs() < 1e-12);
    }

    #[test]
    fn the_interval_holds_the_mean_and_narrows_with_more_queries() {
        let of = |n: usize| Measured {
            ndcg: (0..n).map(|i| f64::from(i as u32 % 5) / 4.0).collect(),
            ..Measured::default()
        };
        let width = |m: &Measured| m.interval().1 - m.interval().0;
        let (low, high) = of(50).interval();
        assert!(low < 0.5 && 0.5 < high, "{low} {high}");
        assert!(width(&of(500)) < width(&of(50)));
    }
}
