//! What stands in the first ten: was it judged, and may it stand there at all?

use std::collections::BTreeMap;

use jobmatch_domain::filter::demands_on_postings;
use jobmatch_domain::{ConditionKind, ConditionState, Date, Facets};
use jobmatch_proto::profile;

use super::collection::Collection;
use super::measures::Run;
use super::runs::{Direction, Mode};
use crate::failure::Failure;

/// Counts over the first ten of all queries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TopTen {
    pub(crate) shown: usize,
    /// Pairs that a reader has judged.
    pub(crate) judged: usize,
    /// Pairs that the fields of both sides rule out.
    pub(crate) ineligible: usize,
    /// Those by what rules them out, in order of [`RULING_OUT`]; a pair may count twice.
    pub(crate) by_condition: [usize; 4],
}

/// What rules a pair out, whatever its grade.
pub(crate) const RULING_OUT: [ConditionKind; 4] = [
    ConditionKind::Certificates,
    ConditionKind::Kind,
    ConditionKind::Validity,
    ConditionKind::Right,
];

impl Collection {
    /// Counts what a run of persons to postings shows, by all fields of both sides, whatever
    /// the mode let the service see.
    pub(crate) fn top_ten(&self, run: &Run, at: Date) -> Result<TopTen, Failure> {
        let judged = self.judged(Direction::PersonToJob);
        let mut postings = BTreeMap::new();
        for row in &self.postings {
            let posting = self.posting(row, Mode::Structured)?;
            postings.insert(row.id.as_str(), Facets::of_posting(&posting, &[]));
        }
        let mut counts = TopTen::default();
        for row in self.profiles.iter().filter(|row| judged.contains_key(&row.id)) {
            let fail = |e: String| Failure::new(format!("{}: {e}", row.id));
            let wire = row.clone().into_wire().map_err(|e| fail(e.to_string()))?;
            let person = profile::from_wire(wire, at).map_err(|e| fail(e.to_string()))?;
            let conditions = demands_on_postings(&Facets::of_profile(&person, &[]), at.start());
            for (id, _) in run.get(&row.id).into_iter().flatten().take(10) {
                let facets = &postings[id.as_str()];
                let unmet = |kind: ConditionKind| {
                    let mut asked = conditions.iter().filter(|c| c.kind() == kind);
                    asked.any(|c| c.evaluate(facets) == ConditionState::Unmet)
                };
                let out = RULING_OUT.map(unmet);
                counts.shown += 1;
                counts.judged += usize::from(judged[&row.id].contains_key(id));
                counts.ineligible += usize::from(out.contains(&true));
                for (count, out) in counts.by_condition.iter_mut().zip(out) {
                    *count += usize::from(out);
                }
            }
        }
        Ok(counts)
    }
}
