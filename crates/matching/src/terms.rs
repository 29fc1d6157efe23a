//! Occupations and conditions as terms of their own, so that what is meant finds what is
//! meant, whatever the words: 管吃管住 and 宿舍 are 包住, 晚八点到早六点 is 夜班.

use jobmatch_domain::{EmploymentKind, Facets, JobPosting, OccupationId, Physical, WeekHours};
use jobmatch_text::parse::{PostingDraft, ProfileDraft};

use crate::completion::{RELIED_ON, sure, sure_ones};

/// Conditions of work that people ask for, with the words of a short query that ask.
const ASKED: [(&str, &[&str]); 11] = [
    ("包住", &["包住", "管住", "供住", "宿舍", "吃住", "住宿", "食宿"]),
    ("包吃", &["包吃", "管吃", "管饭", "供饭", "吃住", "食宿"]),
    ("五险", &["五险", "社保", "保险"]),
    ("日结", &["日结", "现结", "当天结", "当日结"]),
    ("周结", &["周结"]),
    ("夜班", &["夜班", "晚班", "夜里", "通宵"]),
    ("白班", &["白班", "白天"]),
    ("周末", &["周末", "双休日", "礼拜天", "星期天"]),
    ("兼职", &["兼职"]),
    ("零工", &["零工", "临时工", "短工"]),
    ("双休", &["双休"]),
];
/// A query of more characters is prose, of which the parser says what is wished.
const SHORT: usize = 30;
/// Minutes of the night in a week that make a night job.
const NIGHT_MINUTES: u32 = 120;
const REST_DAYS_OF_TWO_A_WEEK: u8 = 8;

/// An occupation as a term; no text has a word with a colon.
pub(crate) fn occupation_term(id: OccupationId) -> String {
    format!("occupation:{}", id.0)
}

/// A condition as a term.
pub(crate) fn condition_term(name: &str) -> String {
    format!("condition:{name}")
}

/// The conditions that a posting offers. `posting` is the completed one, `facets` are its own.
pub(crate) fn offered(
    posting: &JobPosting,
    draft: &PostingDraft,
    facets: &Facets,
) -> Vec<&'static str> {
    let benefit = |words: &[&str]| {
        let offers = |b: &jobmatch_domain::text::Benefit| {
            let name = b.as_str();
            !name.contains('不') && words.iter().any(|w| name.contains(w))
        };
        posting.benefits.iter().any(offers)
    };
    let settled = sure(&draft.settlement, RELIED_ON).map(|s| s.label());
    let night = facets.hours.shared_minutes(&nights()) >= NIGHT_MINUTES
        || facets.physical.intersects([Physical::Night].into_iter().collect());
    let told = !facets.hours.is_empty();
    let mut out = Vec::new();
    let mut add = |name: &'static str, holds: bool| {
        if holds {
            out.push(name);
        }
    };
    for (name, words) in &ASKED[..3] {
        add(name, benefit(words));
    }
    add("日结", settled == Some("日结"));
    add("周结", settled == Some("周结"));
    add("夜班", night);
    add("白班", told && !night);
    add("周末", told && facets.hours.share_within(&weekends()) > 0.99);
    add("兼职", posting.kind == Some(EmploymentKind::PartTime));
    add("零工", posting.kind == Some(EmploymentKind::Gig));
    let rest = sure(&draft.rest_days_per_month, RELIED_ON);
    add("双休", rest.is_some_and(|days| days >= REST_DAYS_OF_TWO_A_WEEK));
    out
}

/// The conditions that a person wishes for. `wish` is the normalised text of the wish.
pub(crate) fn wished(wish: &str, draft: &ProfileDraft) -> Vec<&'static str> {
    let short = wish.chars().count() <= SHORT && !wish.contains(['不', '没', '别']);
    let told: Vec<&str> = sure_ones(&draft.wants, RELIED_ON).collect();
    let holds = |(name, words): &&(&'static str, &[&str])| {
        told.contains(name) || short && words.iter().any(|w| wish.contains(w))
    };
    ASKED.iter().filter(holds).map(|(name, _)| *name).collect()
}

/// 22:00 to 5:00 of every day.
fn nights() -> WeekHours {
    hours((0..7).flat_map(|day| [(day, 0, 5), (day, 22, 24)]))
}

/// Saturday and Sunday.
fn weekends() -> WeekHours {
    hours([(5, 0, 24), (6, 0, 24)].into_iter())
}

/// Stretches of (day from Monday, first hour, last hour).
fn hours(stretches: impl Iterator<Item = (u16, u16, u16)>) -> WeekHours {
    let minute = |day: u16, hour: u16| (day * 24 + hour) * 60;
    WeekHours::from_intervals(stretches.map(|(day, from, to)| (minute(day, from), minute(day, to))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jobmatch_domain::text::{Benefit, Title};
    use jobmatch_domain::{DocumentId, WeeklyShift};

    fn posting() -> JobPosting {
        let id = DocumentId::parse("p").unwrap();
        JobPosting::blank(id, Title::parse("保安").unwrap())
    }

    #[test]
    fn hours_and_benefits_are_named() {
        let mut night = posting();
        night.shifts = vec![WeeklyShift::parse("1234567", "20:00", "06:00").unwrap()];
        night.benefits = vec![Benefit::parse("宿舍").unwrap(), Benefit::parse("不包吃").unwrap()];
        let facets = Facets::of_posting(&night, &[]);
        assert_eq!(offered(&night, &PostingDraft::default(), &facets), ["包住", "夜班"]);
        let mut weekend = posting();
        weekend.shifts = vec![WeeklyShift::parse("67", "09:00", "17:00").unwrap()];
        weekend.kind = Some(EmploymentKind::PartTime);
        let facets = Facets::of_posting(&weekend, &[]);
        assert_eq!(offered(&weekend, &PostingDraft::default(), &facets), ["白班", "周末", "兼职"]);
    }

    #[test]
    fn short_wishes_are_read_by_their_words() {
        let nothing = ProfileDraft::default();
        assert_eq!(wished("包住 厨师", &nothing), ["包住"]);
        assert_eq!(wished("管饭,日结", &nothing), ["包吃", "日结"]);
        assert_eq!(wished("吃住 搬运", &nothing), ["包住", "包吃"]);
        assert!(wished("不上夜班", &nothing).is_empty());
    }
}
