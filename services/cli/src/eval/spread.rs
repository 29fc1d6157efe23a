//! `eval --spread`: how people are spread over the postings, and what that costs.

use std::collections::BTreeMap;

use jobmatch_domain::matching::{MatchOptions, MatchPostings, Person};
use jobmatch_domain::{DocumentId, Filter};
use jobmatch_matching::Service;

use super::collection::Collection;
use super::measures::{Run, measure};
use super::runs::{Direction, Ranker, ranked};
use crate::failure::Failure;

/// Times that everybody of the collection asks: a city has more people than a sample.
const ROUNDS: usize = 10;
/// Matches that count as shown.
const SHOWN: usize = 10;

/// How the first ten of all answers fall on the postings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    /// Whether people were spread.
    pub(crate) spread: bool,
    /// Share of the postings that stand in anybody's first ten.
    pub(crate) coverage: f64,
    /// Gini coefficient of how often each posting stands there, see [`gini`].
    pub(crate) gini: f64,
    /// Mean of all answers.
    pub(crate) ndcg_at_10: f64,
}

impl Collection {
    /// Everybody asks for jobs, one after the other in order of id, again and again.
    pub(crate) async fn spread(&self, service: &Service, spread: bool) -> Result<Spread, Failure> {
        let judged = self.judged(Direction::PersonToJob);
        let mut shown: BTreeMap<&str, u32> =
            self.postings.iter().map(|row| (row.id.as_str(), 0)).collect();
        let mut ndcg = 0.0;
        for _ in 0..ROUNDS {
            let mut run = Run::new();
            for query in judged.keys() {
                let id = DocumentId::parse(query).map_err(|e| Failure::new(e.to_string()))?;
                let options = MatchOptions { page_size: SHOWN, spread, ..Ranker::Fused.options() };
                let person = Person::Stored(id);
                let request = MatchPostings { person, filter: Filter::default(), options };
                let page = service.matcher().match_postings(request).await?;
                for found in &page.matches {
                    if let Some(count) = shown.get_mut(found.id.as_str()) {
                        *count += 1;
                    }
                }
                run.insert(query.clone(), ranked(&page));
            }
            ndcg += measure(&judged, &run).ndcg_at_10 / ROUNDS as f64;
        }
        let counts: Vec<u32> = shown.into_values().collect();
        let seen = counts.iter().filter(|count| **count > 0).count();
        let coverage = seen as f64 / counts.len().max(1) as f64;
        Ok(Spread { spread, coverage, gini: gini(counts), ndcg_at_10: ndcg })
    }
}

/// Gini coefficient of counts: 0 where all are alike, near 1 where one has everything; 0 of
/// nothing.
fn gini(mut counts: Vec<u32>) -> f64 {
    counts.sort_unstable();
    let total: f64 = counts.iter().map(|c| f64::from(*c)).sum();
    if total == 0.0 {
        return 0.0;
    }
    let n = counts.len() as f64;
    let weighted: f64 =
        (1u32..).zip(&counts).map(|(place, c)| f64::from(place) * f64::from(*c)).sum();
    2.0 * weighted / (n * total) - (n + 1.0) / n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gini_agrees_with_worked_examples() {
        let close = |counts: Vec<u32>, expected: f64| (gini(counts) - expected).abs() < 1e-12;
        assert!(close(vec![3, 3, 3, 3], 0.0));
        assert!(close(vec![0, 0, 8, 0], 0.75));
        // Mean difference of all pairs over twice the mean: (1+2+3+1+2+1)·2/16 / (2·2.5).
        assert!(close(vec![4, 1, 3, 2], 0.25));
        assert!(close(vec![0, 0], 0.0) && close(Vec::new(), 0.0));
    }
}
