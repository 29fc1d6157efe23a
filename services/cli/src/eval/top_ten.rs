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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct TopTen {
    pub(crate) shown: usize,
    /// Pairs that a reader has judged.
    pub(crate) judged: usize,
    /// Pairs that the fields of both sides rule out: certificate, kind, expiry, right.
    pub(crate) ineligible: usize,
}

/// What rules a pair out, whatever its grade.
const RULING_OUT: [ConditionKind; 4] = [
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
            let ruling = conditions.iter().filter(|c| RULING_OUT.contains(&c.kind()));
            let ruling: Vec<_> = ruling.collect();
            for (id, _) in run.get(&row.id).into_iter().flatten().take(10) {
                let facets = &postings[id.as_str()];
                let out = ruling.iter().any(|c| c.evaluate(facets) == ConditionState::Unmet);
                counts.shown += 1;
                counts.judged += usize::from(judged[&row.id].contains_key(id));
                counts.ineligible += usize::from(out);
            }
        }
        Ok(counts)
    }
}
