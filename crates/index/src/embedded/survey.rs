//! A survey over the columns.

use std::cmp::Ordering;

use super::View;
use crate::survey::{Reached, Survey, Surveyed};

impl View {
    pub(super) fn survey(&self, survey: &Survey) -> Surveyed {
        let selection = self.columns.select(&survey.conditions, &self.live);
        let mut answer = Surveyed { seq: self.seq, ..survey.empty() };
        let mut found: Vec<(Reached, u32)> = Vec::new();
        for slot in selection.eligible.iter() {
            let Some(seen) = self.columns.surveyed(slot) else { continue };
            let gains = || self.columns.gains(slot);
            let Some(reached) = survey.reached(&seen, gains) else { continue };
            answer.count(survey, &seen, reached);
            let behind = |(key, id)| self.place_order((reached.key, slot), key, id).is_gt();
            if survey.after.as_ref().is_none_or(|(key, id)| behind((*key, id))) {
                found.push((reached, slot));
            }
        }
        let order = |a: &(Reached, u32), b: &(Reached, u32)| {
            self.place_order((a.0.key, a.1), b.0.key, &self.ids[b.1 as usize].0)
        };
        if survey.keep < found.len() {
            if survey.keep > 0 {
                found.select_nth_unstable_by(survey.keep - 1, order);
            }
            found.truncate(survey.keep);
        }
        found.sort_unstable_by(order);
        let spot = |(reached, slot): (Reached, u32)| {
            let (id, seq) = self.ids[slot as usize].clone();
            reached.spot(id, seq, &self.columns.gains(slot))
        };
        answer.spots = found.into_iter().map(spot).collect();
        answer
    }

    fn place_order(
        &self,
        (key, slot): (f64, u32),
        other: f64,
        id: &jobmatch_domain::DocumentId,
    ) -> Ordering {
        key.total_cmp(&other).then_with(|| self.ids[slot as usize].0.cmp(id))
    }
}
