//! Convex fusion: one score from the factors' values.

use jobmatch_domain::ConditionKind;
use jobmatch_domain::matching::Multipliers;

use crate::eligibility::Checked;
use crate::profile::RankingProfile;

/// A score and its parts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fused {
    /// 0 to 1; the sum of the contributions.
    pub score: f64,
    /// What each factor adds, in order of the factors.
    pub contributions: [f64; 11],
}

/// Weighted mean of the values, calibrated; unknown ones count as the profile's stand-ins.
/// Each factor's contribution is its share of the score. All weights zero gives score 0. A convex
/// combination beats rank fusion where scores are comparable (Bruch, Gai, Ingber: An Analysis of
/// Fusion Functions for Hybrid Retrieval, TOIS 2023).
pub fn fuse(values: &[Option<f64>; 11], profile: &RankingProfile, by: &Multipliers) -> Fused {
    let weight = |i: usize| profile.weights[i] * by.0[i];
    let total: f64 = (0..values.len()).map(weight).sum();
    let mut contributions = [0.0; 11];
    if total > 0.0 {
        for (i, part) in contributions.iter_mut().enumerate() {
            *part = weight(i) / total * values[i].unwrap_or(profile.unknown[i]);
        }
    }
    let mean = contributions.iter().sum::<f64>().clamp(0.0, 1.0);
    let score = profile.calibrate(mean);
    if mean > 0.0 {
        contributions = contributions.map(|c| c * score / mean);
    }
    Fused { score, contributions }
}

/// Factor on the score for each preferred condition that is unmet. With 0.8 the free-text person's
/// nDCG@10 was .877 on the public half, with 0.6 .886.
const PREFERRED_UNMET: f64 = 0.6;

/// The same for the kind of employment, which persons say plainly where they say it. With 0.6 as
/// for the others 43 of 600 postings in the first ten of free-text persons were of a kind that
/// the person does not take, with 0.2 20, for .005 of nDCG@10; with 0.1 12, for .010.
const KIND_UNMET: f64 = 0.2;

/// Factor on the score of a posting kept for some groups when the person tells of none: it
/// doesn't vanish, and stands behind what the person may take for certain.
const RIGHT_UNKNOWN: f64 = 0.4;

/// The score after the penalties for preferred conditions that are unmet and for a right
/// that is not known.
pub fn penalised(score: f64, checked: &Checked) -> f64 {
    let factor = |kind: &ConditionKind| match *kind == ConditionKind::Kind {
        true => KIND_UNMET,
        false => PREFERRED_UNMET,
    };
    let unmet: f64 = checked.preferred_unmet.iter().map(factor).product();
    let right = if checked.right_unknown { RIGHT_UNKNOWN } else { 1.0 };
    score * unmet * right
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_better_value_never_lowers_the_score(
            values in proptest::array::uniform11(proptest::option::of(0.0f64..=1.0)),
            which in 0usize..11,
            raise in 0.0f64..=1.0,
        ) {
            let profile = RankingProfile::built_in();
            let by = Multipliers::default();
            let before = fuse(&values, &profile, &by);
            prop_assert!((0.0..=1.0).contains(&before.score));
            let mut better = values;
            let base = values[which].unwrap_or(profile.unknown[which]);
            better[which] = Some(base + (1.0 - base) * raise);
            prop_assert!(fuse(&better, &profile, &by).score >= before.score - 1e-12);
        }
    }

    #[test]
    fn a_kind_that_is_not_taken_weighs_more_than_another_wish() {
        let after = |kinds: &[ConditionKind]| {
            let checked = Checked {
                eligible: true,
                preferred_unmet: kinds.to_vec(),
                right_unknown: false,
                states: Vec::new(),
            };
            penalised(1.0, &checked)
        };
        let (kind, pay) = (after(&[ConditionKind::Kind]), after(&[ConditionKind::Pay]));
        assert!(kind < pay && pay < after(&[]));
        assert!((after(&[ConditionKind::Kind, ConditionKind::Pay]) - kind * pay).abs() < 1e-12);
    }

    #[test]
    fn contributions_add_up_and_a_dropped_factor_adds_nothing() {
        let mut by = Multipliers::default();
        by.0[0] = 0.0;
        let fused = fuse(&[Some(1.0); 11], &RankingProfile::built_in(), &by);
        assert!((fused.contributions.iter().sum::<f64>() - fused.score).abs() < 1e-12);
        assert_eq!(fused.score, 1.0);
        assert_eq!(fused.contributions[0], 0.0);
        assert_eq!(
            fuse(&[None; 11], &RankingProfile::built_in(), &Multipliers([0.0; 11])).score,
            0.0
        );
    }
}
