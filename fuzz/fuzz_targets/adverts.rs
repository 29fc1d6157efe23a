//! Reading of adverts and of what persons say: each find lies on characters of the text, and
//! the audit agrees with itself.
#![no_main]

use std::ops::Range;

use jobmatch_domain::Date;
use jobmatch_fuzz::{TODAY, at_length};
use jobmatch_text::Lexicon;
use jobmatch_text::audit::{Advert, Audit, audit_posting, parse_and_audit};
use jobmatch_text::parse::{Found, PostingDraft, ProfileDraft, parse_posting, parse_profile};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    advert(&text, *TODAY);
    person(&text, *TODAY);
    if let Some(long) = at_length(&text) {
        parse_and_audit(&long, *TODAY, Lexicon::built_in());
        parse_profile(&long, *TODAY, Lexicon::built_in());
    }
});

fn advert(text: &str, today: Date) {
    let lexicon = Lexicon::built_in();
    let (draft, audit) = parse_and_audit(text, today, lexicon);
    assert_eq!(parse_posting(text, today, lexicon), draft);
    assert_eq!(audit_posting(text, &draft, lexicon), audit);
    posting_spans(text, &draft);
    findings(text, &audit);
    let judged = Advert::read(text, today, lexicon);
    let suspect = judged.is_suspect();
    assert_eq!((PostingDraft { employer: None, ..draft }, audit.suspect), (judged.draft, suspect));
}

fn findings(text: &str, audit: &Audit) {
    assert!(audit.findings.is_sorted_by_key(|finding| finding.span.start));
    audit.findings.iter().for_each(|finding| on_characters(text, &finding.span));
    assert!(audit.missing.is_sorted());
}

fn on_characters(text: &str, span: &Range<usize>) {
    assert!(span.start < span.end, "{span:?}");
    assert!(text.get(span.clone()).is_some(), "{span:?} of {} bytes", text.len());
}

/// Each find lies on characters of the text and says how sure it is.
fn check<T>(text: &str, finds: impl IntoIterator<Item = T>)
where
    T: AsFind,
{
    for find in finds {
        let (span, confidence) = find.find();
        on_characters(text, span);
        assert!((0.0..=1.0).contains(&confidence), "{confidence}");
    }
}

/// A find of whatever value.
trait AsFind {
    fn find(&self) -> (&Range<usize>, f32);
}

impl<T> AsFind for &Found<T> {
    fn find(&self) -> (&Range<usize>, f32) {
        (&self.span, self.confidence)
    }
}

fn posting_spans(text: &str, draft: &PostingDraft) {
    check(text, &draft.title);
    check(text, &draft.occupations);
    check(text, &draft.headcount);
    check(text, &draft.pay);
    check(text, &draft.negotiable);
    check(text, &draft.age);
    check(text, &draft.education);
    check(text, &draft.experience_months);
    check(text, &draft.certificates);
    check(text, &draft.shifts);
    check(text, &draft.rest_days_per_month);
    check(text, &draft.window);
    check(text, &draft.division);
    check(text, &draft.benefits);
    check(text, &draft.settlement);
    check(text, &draft.gender);
    check(text, &draft.physical);
    check(text, &draft.valid_until);
    check(text, &draft.employer);
    for said in draft.title.iter().chain(&draft.employer) {
        assert_eq!(said.value, text[said.span.clone()]);
    }
}

fn person(text: &str, today: Date) {
    let lexicon = Lexicon::built_in();
    let draft = parse_profile(text, today, lexicon);
    profile_spans(text, &draft);
    let oldest = i32::from(today.year()) - 120;
    let born = draft.birth_year.map(|find| i32::from(find.value));
    assert!(born.is_none_or(|year| (oldest..=i32::from(today.year())).contains(&year)), "{born:?}");
}

fn profile_spans(text: &str, draft: &ProfileDraft) {
    check(text, &draft.wanted);
    check(text, &draft.refused);
    check(text, &draft.worked);
    check(text, &draft.experience_months);
    check(text, &draft.education);
    check(text, &draft.birth_year);
    check(text, &draft.certificates);
    check(text, &draft.skills);
    check(text, &draft.pay_floor);
    check(text, &draft.kinds);
    check(text, &draft.kinds_besides);
    check(text, &draft.available);
    check(text, &draft.max_travel_minutes);
    check(text, &draft.travel);
    check(text, &draft.wants);
    check(text, &draft.spared);
    check(text, &draft.place);
}
