//! The factors of a score, each from 0 (misfit) to 1 (fits wholly), or unknown.

use jobmatch_domain::condition::{HOURS_TOLERANCE, PAY_TOLERANCE, REACH_TOLERANCE};
use jobmatch_domain::matching::FactorKind;
use jobmatch_domain::pay::convert_yuan;
use jobmatch_domain::{Education, Facets, Instant};

/// What retrieval and the lexicon say of a pair.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Signals<'a> {
    /// BM25 of the query against the document.
    pub lexical: f64,
    /// The score that no document can exceed for this query; 0 without query terms.
    pub lexical_ceiling: f64,
    /// Cosine of the two embeddings; `None` when one is missing.
    pub cosine: Option<f64>,
    /// The closest pair of occupations; `None` when one side has none.
    pub occupation: Option<OccupationSignal<'a>>,
    /// Skills in common; `None` when the posting asks for none.
    pub skills: Option<SkillSignal<'a>>,
}

/// How close the wished and the offered occupation are.
#[derive(Debug, Clone, PartialEq)]
pub struct OccupationSignal<'a> {
    /// 1 for the same occupation, 0 for unrelated ones.
    pub relatedness: f64,
    /// Name of the wished occupation.
    pub wanted: &'a str,
    /// Name of the offered occupation.
    pub offered: &'a str,
}

/// Which of the skills asked for the person brings.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SkillSignal<'a> {
    /// Skills asked for that the person has, in the posting's order.
    pub matched: Vec<&'a str>,
    /// How many are asked for, at least 1.
    pub asked: usize,
}

/// A person and a posting side by side.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// The person.
    pub person: &'a Facets,
    /// The posting.
    pub posting: &'a Facets,
    /// What retrieval says.
    pub signals: &'a Signals<'a>,
    /// Time of ages and freshness.
    pub as_of: Instant,
}

/// Share of the lexical ceiling that counts as full agreement. Real documents repeat
/// few of a query's terms: the best matches of the test collection reach about 0.4.
const FULL_LEXICAL_SHARE: f64 = 0.4;
/// Value of pay that just reaches the wish; the rest is for what comes on top.
const PAY_AT_WISH: f64 = 0.8;
/// Pay of so many times the wish counts as full.
const PAY_FULL_RATIO: f64 = 1.4;
/// Value of a way that just reaches the limit.
const PLACE_AT_LIMIT: f64 = 0.6;
/// Value of the place when lodging comes with a job out of reach.
const PLACE_WITH_LODGING: f64 = 0.5;
/// Minutes at which a way without a stated limit is worth half.
const HALF_MINUTES: f64 = 30.0;
/// Days after which a posting's freshness has fallen to a half.
const HALF_LIFE_DAYS: f64 = 21.0;
/// Value when every missing certificate is one that is got within days.
const QUICK_CERTIFICATE: f64 = 0.5;
/// What each level of schooling above the demand takes off; such people soon leave.
const OVERQUALIFIED_STEP: f64 = 0.1;

/// The value of every factor, in order of [`FactorKind::ALL`]; `None` is unknown.
pub fn values(pair: &Pair<'_>) -> [Option<f64>; 11] {
    FactorKind::ALL.map(|kind| value(kind, pair).map(|v| v.clamp(0.0, 1.0)))
}

fn value(kind: FactorKind, pair: &Pair<'_>) -> Option<f64> {
    let signals = pair.signals;
    match kind {
        FactorKind::Lexical => (signals.lexical_ceiling > 0.0)
            .then(|| signals.lexical / (signals.lexical_ceiling * FULL_LEXICAL_SHARE)),
        // Negative cosines mean nothing more than 0 does.
        FactorKind::Semantic => signals.cosine,
        FactorKind::Occupation => signals.occupation.as_ref().map(|o| o.relatedness),
        FactorKind::Skills => {
            signals.skills.as_ref().map(|s| s.matched.len() as f64 / s.asked.max(1) as f64)
        }
        FactorKind::Certificates => certificates(pair),
        FactorKind::Education => education(pair),
        FactorKind::Experience => experience(pair),
        FactorKind::Pay => pay_ratio(pair).map(pay),
        FactorKind::Place => place(pair),
        FactorKind::Hours => hours_share(pair)
            .map(|share| ((share - HOURS_TOLERANCE) / (1.0 - HOURS_TOLERANCE)).max(0.0)),
        FactorKind::Freshness => age_days(pair).map(|days| 0.5f64.powf(days / HALF_LIFE_DAYS)),
    }
}

fn certificates(pair: &Pair<'_>) -> Option<f64> {
    let demanded = pair.posting.certificates.as_ref()?;
    if demanded.is_empty() {
        return Some(1.0);
    }
    let missing = pair.person.certificates.as_ref()?.missing(demanded);
    let quick = missing.iter().all(|c| c.is_quickly_obtained());
    Some(match (missing.is_empty(), quick) {
        (true, _) => 1.0,
        (false, true) => QUICK_CERTIFICATE,
        (false, false) => 0.0,
    })
}

fn education(pair: &Pair<'_>) -> Option<f64> {
    let demanded = pair.posting.education?;
    let has = pair.person.education?;
    let surplus = i32::from(has.rank()) - i32::from(demanded.rank());
    if surplus < 0 {
        return Some(0.0);
    }
    // Nobody is overqualified for a job that demands nothing.
    let steps = if demanded == Education::None { 0 } else { surplus };
    Some(1.0 - OVERQUALIFIED_STEP * f64::from(steps))
}

fn experience(pair: &Pair<'_>) -> Option<f64> {
    let demanded = f64::from(pair.posting.experience_months?);
    let has = f64::from(pair.person.experience_months?);
    Some(if demanded == 0.0 { 1.0 } else { (has / demanded).min(1.0) })
}

/// The top of the pay over the wish, in the unit of the wish.
pub(crate) fn pay_ratio(pair: &Pair<'_>) -> Option<f64> {
    let floor = pair.person.pay_floor()?;
    let range = pair.posting.pay?;
    let paid = convert_yuan(range.top(), range.unit, floor.unit())?;
    Some(paid / floor.amount().yuan())
}

fn pay(ratio: f64) -> f64 {
    if ratio < 1.0 {
        PAY_AT_WISH * (ratio - PAY_TOLERANCE) / (1.0 - PAY_TOLERANCE)
    } else {
        PAY_AT_WISH + (1.0 - PAY_AT_WISH) * (ratio - 1.0) / (PAY_FULL_RATIO - 1.0)
    }
}

/// Straight-line metres between the two places.
pub(crate) fn metres(pair: &Pair<'_>) -> Option<f64> {
    Some(pair.person.point?.distance_metres(&pair.posting.point?))
}

/// Minutes on the way by the person's means.
pub(crate) fn minutes(pair: &Pair<'_>) -> Option<f64> {
    metres(pair).map(|m| pair.person.travel.minutes(m))
}

fn place(pair: &Pair<'_>) -> Option<f64> {
    let minutes = minutes(pair)?;
    let Some(limit) = pair.person.max_travel_minutes else {
        return Some(1.0 / (1.0 + minutes / HALF_MINUTES));
    };
    let ratio = minutes / f64::from(limit);
    let near = if ratio <= 1.0 {
        1.0 - (1.0 - PLACE_AT_LIMIT) * ratio
    } else {
        PLACE_AT_LIMIT * (REACH_TOLERANCE - ratio) / (REACH_TOLERANCE - 1.0)
    };
    let floor = if pair.posting.lodging { PLACE_WITH_LODGING } else { 0.0 };
    Some(near.max(floor))
}

/// Share of the job's hours that lie within the person's.
pub(crate) fn hours_share(pair: &Pair<'_>) -> Option<f64> {
    let (job, person) = (&pair.posting.hours, &pair.person.hours);
    if job.is_empty() {
        return None;
    }
    Some(if person.is_empty() { 1.0 } else { job.share_within(person) })
}

/// Days since publication, not below 0.
pub(crate) fn age_days(pair: &Pair<'_>) -> Option<f64> {
    let published = pair.posting.published?.date();
    Some((pair.as_of.date().days() - published.days()).max(0) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pay_rises_through_the_wish_and_ends_at_full() {
        assert_eq!(pay(PAY_TOLERANCE), 0.0);
        assert_eq!(pay(1.0), PAY_AT_WISH);
        assert!((pay(PAY_FULL_RATIO) - 1.0).abs() < 1e-12);
        let steps: Vec<f64> = (80..140).map(|r| pay(f64::from(r) / 100.0)).collect();
        assert!(steps.windows(2).all(|w| w[0] < w[1]));
    }
}
