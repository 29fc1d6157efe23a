//! A survey over the columns.

use super::View;
use crate::survey::{Reached, Survey, Surveyed, place_order};

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
            let place = (reached.key, &self.ids[slot as usize].0);
            let behind = |(key, id): &(f64, _)| place_order(place, (*key, id)).is_gt();
            if survey.after.as_ref().is_none_or(behind) {
                found.push((reached, slot));
            }
        }
        let order = |a: &(Reached, u32), b: &(Reached, u32)| {
            let id = |slot: u32| &self.ids[slot as usize].0;
            place_order((a.0.key, id(a.1)), (b.0.key, id(b.1)))
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
}
