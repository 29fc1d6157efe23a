//! Why somebody got nothing, for people.

use jobmatch_domain::dispatch::{Unassigned, UnassignedReason};
use jobmatch_domain::matching::Exclusion;
use jobmatch_rank::subject;

use super::{PersonNow, Weighed};

impl PersonNow {
    /// The reason, for one who has nothing.
    pub(super) fn unassigned(&self, min_score: f64) -> Unassigned {
        let (reason, evidence) = match &self.weighed {
            None if self.is_stored => {
                (UnassignedReason::NotMatchable, "未开放匹配，或授权已失效".to_owned())
            }
            None => (UnassignedReason::NotMatchable, "没有这份档案".to_owned()),
            Some(weighed) => weighed.reason(min_score),
        };
        let mut exclusions = Vec::new();
        let mut suitable = 0;
        if let Some(weighed) = &self.weighed {
            suitable = weighed.suitable.len() as u32;
            if reason == UnassignedReason::NothingSuits {
                let excluded = weighed.excluded.iter();
                exclusions.extend(excluded.map(|(&kind, &count)| Exclusion { kind, count }));
            }
        }
        Unassigned { profile: self.id.clone(), reason, evidence, suitable, exclusions }
    }
}

impl Weighed {
    fn reason(&self, min_score: f64) -> (UnassignedReason, String) {
        let best = self.suitable.iter().map(|(_, score)| *score).max_by(f64::total_cmp);
        let number = self.suitable.iter().filter(|(_, score)| *score >= min_score).count();
        match best {
            None => (UnassignedReason::NothingSuits, self.why_nothing_suits()),
            Some(best) if number == 0 => {
                let all = self.suitable.len();
                let told = format!("符合条件的零工有{all}个，最高匹配度{best:.2}，未达到要求");
                (UnassignedReason::BelowMinScore, told)
            }
            Some(_) => {
                let told = format!("适合的{number}个零工名额已满，由匹配度更高的人获得");
                (UnassignedReason::PlacesTaken, told)
            }
        }
    }

    /// Names the condition that alone keeps most gigs apart; the first in order among equals.
    fn why_nothing_suits(&self) -> String {
        let most = self.excluded.iter().min_by_key(|(kind, count)| (u64::MAX - **count, **kind));
        match most {
            Some((kind, count)) => {
                format!("没有符合条件的零工，其中{count}个只因{}不符合", subject(*kind))
            }
            None => "没有符合条件的零工".to_owned(),
        }
    }
}
