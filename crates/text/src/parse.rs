//! Reading job adverts and what people say of themselves.
//!
//! A text is brought into one spelling ([`source`]), its numbers into digits ([`figures`]);
//! then one scanner a field looks for wordings and the context that they need. Each find
//! keeps the bytes of the given text that say it.

mod age;
mod benefits;
mod calendar;
mod clock;
mod draft;
mod employer;
mod figures;
mod headcount;
mod kind;
mod limits;
mod money;
mod papers;
mod person;
pub(crate) mod phrases;
mod physical;
mod place;
mod rest;
mod schooling;
mod settlement;
mod sex;
mod source;
mod title;

use std::ops::Range;

use jobmatch_domain::{Date, EmploymentKind};

use crate::lexicon::{Lexicon, OccupationMention};

pub use draft::{Found, Gender, PostingDraft, ProfileDraft, Settlement};
use figures::Figures;
pub(crate) use place::names_a_place;
use source::Source;

/// A text in the two spellings that the scanners read, and the occupations it names.
pub(crate) struct Reading {
    /// In one spelling.
    pub(crate) plain: Source,
    /// The same with numbers in digits.
    pub(crate) figures: Figures,
    mentions: Vec<OccupationMention>,
    places: Vec<place::Hit>,
}

impl Reading {
    pub(crate) fn new(text: &str, lexicon: &Lexicon) -> Self {
        let plain = Source::read(text);
        let figures = Figures::read(&plain);
        let mentions = lexicon.mentions(plain.text());
        let places = place::hits(plain.text());
        Self { plain, figures, mentions, places }
    }
}

/// Reads an advert. `today` is the date that 明天 and 70后 are counted from.
pub fn parse_posting(text: &str, today: Date, lexicon: &Lexicon) -> PostingDraft {
    let reading = Reading::new(text, lexicon);
    let mut draft = parse_reading(&reading, text, today, lexicon);
    read_employer(&mut draft, text, &reading);
    draft
}

/// Reads an advert that is in its two spellings already; the employer is read apart.
pub(crate) fn parse_reading(
    reading: &Reading,
    text: &str,
    today: Date,
    lexicon: &Lexicon,
) -> PostingDraft {
    let Reading { plain, figures, places, .. } = reading;
    let mut draft = PostingDraft {
        headcount: headcount::headcount(figures),
        age: age::age(figures, today),
        education: schooling::education(figures),
        experience_months: schooling::experience(figures),
        certificates: papers::certificates(plain),
        rest_days_per_month: rest::rest_days(figures),
        division: place::division(plain, places),
        benefits: benefits::benefits(plain),
        settlement: settlement::settlement(plain),
        gender: sex::gender(figures),
        physical: physical::physical(plain),
        valid_until: calendar::deadline(figures, today),
        ..PostingDraft::default()
    };
    read_pay(&mut draft, figures);
    read_work(&mut draft, text, reading, lexicon);
    if draft.certificates.is_empty() {
        let title = draft.title.as_ref().map_or("", |t| t.value.as_str());
        draft.certificates.extend(papers::of_the_trade(plain, title));
    }
    read_times(&mut draft, plain, figures, today);
    draft
}

/// The employing unit, which matching takes from the record.
pub(crate) fn read_employer(draft: &mut PostingDraft, text: &str, reading: &Reading) {
    let Reading { plain, mentions, places, .. } = reading;
    let trades: Vec<Range<usize>> = mentions.iter().map(|m| m.start..m.end).collect();
    draft.employer = employer::employer(plain.text(), &place::spans(places), &trades).map(|at| {
        let span = plain.span(&at);
        Found::new(text[span.clone()].to_owned(), span, 0.7)
    });
}

/// Reads what a person says of themselves. `today` is the date that ages are counted from.
pub fn parse_profile(text: &str, today: Date, lexicon: &Lexicon) -> ProfileDraft {
    let reading = Reading::new(text, lexicon);
    let Reading { plain, figures, places, .. } = &reading;
    let minutes = person::minutes(figures);
    let [kinds, kinds_besides] = person::kinds(plain);
    let mut draft = ProfileDraft {
        experience_months: person::experience(figures),
        education: person::education(figures),
        birth_year: person::birth_year(figures, today),
        certificates: papers::held(plain),
        pay_floor: person::pay_floor(figures),
        kinds,
        kinds_besides,
        available: person::available(figures, plain),
        travel: person::travel(figures, minutes.as_ref()),
        max_travel_minutes: minutes,
        spared: limits::spared(plain),
        place: place::division(plain, places),
        ..ProfileDraft::default()
    };
    read_wishes(&mut draft, plain);
    read_occupations(&mut draft, text, &reading, lexicon);
    draft
}

/// Benefits and terms that the person names.
fn read_wishes(draft: &mut ProfileDraft, plain: &Source) {
    draft.wants = benefits::benefits(plain);
    draft.wants.extend(benefits::wished(plain));
    draft.wants.sort_by_key(|w| w.span.start);
}

fn read_occupations(draft: &mut ProfileDraft, text: &str, reading: &Reading, lexicon: &Lexicon) {
    let Reading { plain, mentions, .. } = reading;
    for mention in mentions {
        let at = mention.start..mention.end;
        let (stance, confidence) = person::stance(plain.text(), &at, mention.negated);
        let list = match stance {
            person::Stance::Wanted => &mut draft.wanted,
            person::Stance::Refused => &mut draft.refused,
            person::Stance::Worked => &mut draft.worked,
        };
        let found = Found::new(mention.occupation, plain.span(&at), confidence);
        match list.iter_mut().find(|f| f.value == mention.occupation) {
            None => list.push(found),
            // The plainest wording counts: a trade that is named first and wished for later.
            Some(known) if known.confidence < confidence => *known = found,
            Some(_) => {}
        }
    }
    let named = draft.wanted.iter().chain(&draft.worked).map(|f| f.value);
    for skill in named.flat_map(|id| &lexicon.entry(id).skills) {
        let Some(start) = plain.text().find(skill.as_str()) else { continue };
        let span = plain.span(&(start..start + skill.len()));
        if draft.skills.iter().all(|f| f.value != *skill) {
            draft.skills.push(Found::new(text[span.clone()].to_owned(), span, 0.7));
        }
    }
}

fn read_pay(draft: &mut PostingDraft, figures: &Figures) {
    draft.pay = money::pay(figures)
        .map(|quote| Found::new(quote.range, figures.span(&quote.at), quote.confidence));
    if draft.pay.is_none() {
        draft.negotiable =
            money::negotiable(figures).map(|at| Found::new(true, figures.span(&at), 0.9));
    }
}

fn read_work(draft: &mut PostingDraft, text: &str, reading: &Reading, lexicon: &Lexicon) {
    let Reading { plain, mentions, .. } = reading;
    let title = title::title(plain.text(), mentions, lexicon);
    draft.title = title.as_ref().map(|title| {
        let span = plain.span(&title.at);
        Found::new(text[span.clone()].to_owned(), span, title.confidence)
    });
    let in_title = |m: &OccupationMention| {
        title.as_ref().is_some_and(|t| t.at.start <= m.start && m.end <= t.at.end)
    };
    let mut ordered: Vec<&OccupationMention> = mentions.iter().filter(|m| !m.negated).collect();
    ordered.sort_by_key(|m| !in_title(m));
    for mention in ordered {
        if draft.occupations.iter().all(|f| f.value != mention.occupation) {
            let confidence = if in_title(mention) { 0.9 } else { 0.4 };
            let span = plain.span(&(mention.start..mention.end));
            draft.occupations.push(Found::new(mention.occupation, span, confidence));
        }
    }
}

/// Hours, dates and the kind, each of which tells something of the others.
fn read_times(draft: &mut PostingDraft, plain: &Source, figures: &Figures, today: Date) {
    let hours = clock::hours(figures);
    let weekdays = clock::weekdays(plain.text());
    let digits = weekdays.as_ref().map_or("1234567", |(days, _)| days.as_str());
    draft.shifts = hours
        .iter()
        .filter_map(|h| Some(Found::new(h.shift(digits)?, figures.span(&h.at), 0.85)))
        .collect();
    let days = calendar::days(figures, today, &hours);
    let minutes = if let [only] = &hours[..] { Some(only.minutes()) } else { None };
    // Weekends off say little of an hour or two a day.
    let rests = draft.rest_days_per_month.is_some() && minutes.is_none_or(|m| m > 4 * 60);
    let settled = rests
        || draft
            .benefits
            .iter()
            .any(|b| b.value.contains("险") || matches!(b.value, "包住" | "社保"));
    let signs = kind::KindSigns {
        dated: days.is_some(),
        unit: draft.pay.as_ref().map(|p| p.value.unit),
        settlement: draft.settlement.as_ref().map(|s| s.value),
        minutes,
        settled,
        few_days: weekdays.as_ref().is_some_and(|(days, _)| days.len() <= 3),
    };
    let mut kind = kind::kind(plain, signs);
    if let Some(days) = days.filter(|_| kind.value == EmploymentKind::Gig) {
        if kind.span.is_empty() {
            kind.span = figures.span(days.at());
        }
        draft.window = days.window(figures, &hours, &clock::points(figures));
    }
    draft.kind = Some(kind);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::audit::audit_posting;

    /// Characters that the scanners look at, and some that they do not.
    const PIECES: &str = "[0-9一二三四五六七八九十百千万两俩仨半零:.,，。;、/+~—-]|[年月日号周天时点早晚上下午到至]|[元块毛分钱薪资底]|[招聘名人个岁男女限以下上证照本]|[a-zA-Z\\n 　🛵①½㎡İß\u{200B}\u{FE0F}\u{20E3}]|明天|下周|每月|管饭|不要|健康证|保洁|历下|\\PC";

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn any_text_is_read_with_spans_on_characters(pieces in proptest::collection::vec(PIECES, 0..60)) {
            let text = pieces.concat();
            let today = Date::parse("2026-11-23").unwrap();
            let lexicon = Lexicon::built_in();
            let draft = parse_posting(&text, today, lexicon);
            for finding in audit_posting(&text, &draft, lexicon).findings {
                prop_assert!(text.get(finding.span.clone()).is_some_and(|t| !t.is_empty()));
            }
            let spans = draft.pay.map(|f| f.span).into_iter()
                .chain(draft.age.map(|f| f.span))
                .chain(draft.shifts.into_iter().map(|f| f.span))
                .chain(draft.certificates.into_iter().map(|f| f.span))
                .chain(draft.benefits.into_iter().map(|f| f.span))
                .chain(draft.window.map(|f| f.span));
            for span in spans {
                prop_assert!(text.get(span).is_some_and(|t| !t.is_empty()));
            }
            parse_profile(&text, today, lexicon);
        }
    }

    #[test]
    fn an_advert_is_read_whole() {
        let text =
            "招洗碗工两名，男女不限，三千五，管吃管住，月休四天。历下解放路附近，柿子巷饺子馆";
        let draft = parse_posting(text, Date::parse("2026-11-23").unwrap(), Lexicon::built_in());
        let said = |span: Option<Range<usize>>| span.map(|s| &text[s]);
        assert_eq!(said(draft.title.map(|f| f.span)), Some("洗碗工"));
        assert_eq!(said(draft.headcount.map(|f| f.span)), Some("两名"));
        assert_eq!(said(draft.pay.map(|f| f.span)), Some("三千五"));
        assert_eq!(said(draft.rest_days_per_month.map(|f| f.span)), Some("月休四天"));
        assert_eq!(said(draft.division.map(|f| f.span)), Some("解放路"));
        assert_eq!(said(draft.employer.map(|f| f.span)), Some("柿子巷饺子馆"));
        assert_eq!(draft.kind.map(|f| f.value), Some(EmploymentKind::FullTime));
    }

    #[test]
    fn a_person_is_read_whole() {
        let text = "女，45岁，初中毕业，做保洁五年，不想干保安，想找洗碗的活，三千往上，管住，腰不好，骑电动车20分钟以内";
        let lexicon = Lexicon::built_in();
        let draft = parse_profile(text, Date::parse("2026-11-23").unwrap(), lexicon);
        let names = |list: &[Found<crate::lexicon::OccupationId>]| -> Vec<&str> {
            list.iter().map(|f| lexicon.entry(f.value).name.as_str()).collect()
        };
        assert!(names(&draft.wanted).iter().any(|n| n.contains("洗碗")), "{draft:?}");
        assert!(names(&draft.refused).iter().any(|n| n.contains("保安")), "{draft:?}");
        assert_eq!(draft.birth_year.map(|f| f.value), Some(1981));
        assert_eq!(draft.experience_months.map(|f| f.value), Some(60));
        assert_eq!(draft.pay_floor.map(|f| f.value.amount().yuan()), Some(3000.0));
        assert_eq!(draft.max_travel_minutes.map(|f| f.value), Some(20));
        assert_eq!(draft.wants.iter().map(|w| w.value).collect::<Vec<_>>(), ["包住"]);
        assert_eq!(draft.spared.len(), 2);
    }
}
