//! Records with their gaps filled from what their own text says. What a record states as a
//! field stands; the text only speaks where the fields are silent.

use jobmatch_domain::posting::{Headcount, Validity};
use jobmatch_domain::text::{Benefit, Label};
use jobmatch_domain::{
    EmploymentKind, JobPosting, KindSet, Pay, PayUnit, Profile, WeekHours, WeeklyShift,
};
use jobmatch_text::parse::{Found, PostingDraft, ProfileDraft};

/// Confidence of a reading that matching relies on: the parser gives plain wording 0.75 and more,
/// and what it only concludes from the surroundings less. Chosen, not fitted.
pub const RELIED_ON: f32 = 0.7;

/// A posting with what its text says with at least the confidence `least`. Limits of age are
/// left alone: one that only the text names is more often a habit of adverts than lawful.
pub(crate) fn complete_posting(
    posting: &JobPosting,
    draft: &PostingDraft,
    least: f32,
) -> JobPosting {
    let mut out = posting.clone();
    if !posting.is_filled_in() {
        out.kind = sure(&draft.kind, least);
        out.education = sure(&draft.education, least);
        out.experience_months = sure(&draft.experience_months, least);
        out.certificates = sure_ones(&draft.certificates, least).collect();
        out.shifts = sure_ones(&draft.shifts, least).collect();
        out.window = out.window.or(sure(&draft.window, least));
    }
    if out.headcount.total().is_none()
        && let Ok(told) = Headcount::new(sure(&draft.headcount, least), out.headcount.left_told())
    {
        out.headcount = told;
    }
    if out.pay.as_ref().and_then(Pay::range).is_none() {
        out.pay = pay(&out, draft, least).or(out.pay);
    }
    for name in sure_ones(&draft.benefits, least) {
        if let Ok(benefit) = Benefit::parse(name)
            && !out.benefits.contains(&benefit)
        {
            out.benefits.push(benefit);
        }
    }
    if out.place.division.is_none() && out.place.point.is_none() {
        out.place.division = sure(&draft.division, least);
    }
    if out.validity.expires().is_none()
        && let Ok(told) = Validity::new(out.validity.published(), sure(&draft.valid_until, least))
    {
        out.validity = told;
    }
    out
}

fn pay(posting: &JobPosting, draft: &PostingDraft, least: f32) -> Option<Pay> {
    let range = sure(&draft.pay, least);
    let negotiable = sure(&draft.negotiable, least).unwrap_or(false);
    let told = posting.pay.clone().unwrap_or_default();
    if range.is_none() && !negotiable {
        return None;
    }
    let (min, max, unit) = range.map_or((None, None, None), |r| (r.min, r.max, Some(r.unit)));
    Pay::new(min, max, unit, told.negotiable || negotiable, told.text).ok()
}

/// A profile with what its text says with at least the confidence `least`.
pub(crate) fn complete_profile(profile: &Profile, draft: &ProfileDraft, least: f32) -> Profile {
    let mut out = profile.clone();
    out.education = out.education.or(sure(&draft.education, least));
    out.experience_months = out.experience_months.or(sure(&draft.experience_months, least));
    out.birth_year = out.birth_year.or(sure(&draft.birth_year, least));
    out.pay_floor = out.pay_floor.or(sure(&draft.pay_floor, least));
    if out.kinds.is_empty() {
        out.kinds = kinds(draft, least, !profile.resume.as_str().is_empty());
    }
    if out.certificates.is_empty() {
        out.certificates = sure_ones(&draft.certificates, least).collect();
    }
    if out.available.is_empty() {
        out.available = sure_ones(&draft.available, least).collect();
    }
    if out.skills.is_empty() {
        out.skills =
            sure_ones(&draft.skills, least).filter_map(|s| Label::parse(&s).ok()).collect();
    }
    if out.max_travel_minutes.is_none() {
        out.max_travel_minutes = sure(&draft.max_travel_minutes, least);
        out.travel = sure(&draft.travel, least).unwrap_or(out.travel);
    }
    if out.place.division.is_none() && out.place.point.is_none() {
        out.place.division = sure(&draft.place, least);
    }
    out
}

/// Hours of a full week: 国务院关于职工工作时间的规定 (1995). Who has fewer cannot fill one.
const FULL_WEEK_MINUTES: u32 = 40 * 60;

/// Kinds of employment that a person's words accept. A bare wish means what it says. Who asks
/// for odd jobs or part of the day only means that; others take a full-time job as well, and
/// what else their pay and hours tell.
fn kinds(draft: &ProfileDraft, least: f32, has_resume: bool) -> KindSet {
    use EmploymentKind::{FullTime, Gig, PartTime};
    let told: Vec<EmploymentKind> = sure_ones(&draft.kinds, least).collect();
    let besides = sure_ones(&draft.kinds_besides, least);
    let only = |k: &EmploymentKind| matches!(k, Gig | PartTime);
    if !told.is_empty() && told.iter().all(only) || !has_resume {
        return told.into_iter().chain(besides).collect();
    }
    let by_the_day = sure(&draft.pay_floor, least).is_some_and(|f| f.unit() != PayUnit::Month);
    let shifts: Vec<WeeklyShift> = draft.available.iter().map(|f| f.value.clone()).collect();
    let part = !shifts.is_empty() && WeekHours::from_shifts(&shifts).minutes() < FULL_WEEK_MINUTES;
    let more = [(Gig, by_the_day), (PartTime, part), (FullTime, true)];
    let more = more.into_iter().filter(|(_, tells)| *tells).map(|(kind, _)| kind);
    told.into_iter().chain(besides).chain(more).collect()
}

/// The value of a find that is sure enough.
pub(crate) fn sure<T: Clone>(found: &Option<Found<T>>, least: f32) -> Option<T> {
    found.as_ref().filter(|f| f.confidence >= least).map(|f| f.value.clone())
}

/// The values of the finds that are sure enough.
pub(crate) fn sure_ones<T: Clone>(found: &[Found<T>], least: f32) -> impl Iterator<Item = T> {
    found.iter().filter(move |f| f.confidence >= least).map(|f| f.value.clone())
}
