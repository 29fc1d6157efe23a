//! Tokens of pages of matches, as a client goes from page to page.

use jobmatch_domain::Invalid;
use jobmatch_domain::matching::{Job, PageStart};
use jobmatch_proto::matching::{explain, match_postings, match_profiles, postings_page};
use jobmatch_proto::{page_token, v1};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::sample::{context, for_jobs, page, page_start};

fn with_token(mut request: v1::MatchPostingsRequest, token: &str) -> v1::MatchPostingsRequest {
    request.options.get_or_insert_default().page_token = token.into();
    request
}

#[test]
fn a_request_without_options_has_a_second_page() {
    let (first, digest) = match_postings(for_jobs(), context()).unwrap();
    assert_eq!(first.options.page, None);
    let answer = postings_page(page(), digest, false);
    let second = with_token(for_jobs(), &answer.next_page_token);
    let (second, again) = match_postings(second, context()).unwrap();
    assert_eq!(second.options.page, Some(page_start()));
    assert_eq!(again, digest);
}

#[test]
fn page_size_and_min_seq_may_differ_from_page_to_page() {
    let mut request = for_jobs();
    request.options =
        Some(v1::MatchOptions { page_size: 5, min_seq: 3, exact: true, ..Default::default() });
    let (_, digest) = match_postings(request.clone(), context()).unwrap();
    let mut second = with_token(request, &page_token::matches(&page_start(), digest));
    let options = second.options.as_mut().unwrap();
    (options.page_size, options.min_seq) = (200, 9);
    let (second, _) = match_postings(second, context()).unwrap();
    assert_eq!(second.options.page, Some(page_start()));
    assert_eq!(second.options.page_size, 200);
    assert_eq!(second.options.min_seq.0, 9);
}

#[test]
fn a_token_of_another_request_is_refused() {
    let (_, digest) = match_postings(for_jobs(), context()).unwrap();
    let second = with_token(for_jobs(), &page_token::matches(&page_start(), digest));
    let mut others = vec![second.clone(), second.clone(), second];
    others[0].person = Some(v1::match_postings_request::Person::ProfileId("P002".into()));
    others[1].filter =
        Some(v1::Filter { education: v1::Education::College as i32, ..Default::default() });
    others[2].options.as_mut().unwrap().keep_duplicates = true;
    for other in others {
        let refused = match_postings(other, context()).unwrap_err();
        assert_eq!(refused.path, "options.page_token");
        assert!(matches!(refused.invalid, Invalid::Combination(_)));
    }
}

#[test]
fn a_token_of_another_method_is_refused() {
    let (_, digest) = match_postings(for_jobs(), context()).unwrap();
    let mut people = v1::MatchProfilesRequest {
        job: Some(v1::match_profiles_request::Job::PostingId("P001".into())),
        ..Default::default()
    };
    let (read, _) = match_profiles(people.clone(), context()).unwrap();
    assert!(matches!(read.job, Job::Stored(_)));
    people.options = Some(v1::MatchOptions {
        page_token: page_token::matches(&page_start(), digest),
        ..Default::default()
    });
    let refused = match_profiles(people, context()).unwrap_err();
    assert_eq!(refused.path, "options.page_token");
}

#[test]
fn one_pair_has_no_pages() {
    let request = v1::ExplainMatchRequest {
        person: Some(v1::explain_match_request::Person::ProfileId("P001".into())),
        posting_id: "A001".into(),
        options: Some(v1::MatchOptions { page_token: "of any page".into(), ..Default::default() }),
        ..Default::default()
    };
    assert_eq!(explain(request, context()).unwrap().options.page, None);
}

#[test]
fn instants_outside_the_calendar_are_refused() {
    for seconds in [i64::MIN, i64::MAX, 7_258_118_400] {
        let start = PageStart { as_of: jobmatch_domain::Instant(seconds), ..page_start() };
        let refused = page_token::parse_matches(&page_token::matches(&start, 1), 1);
        assert_eq!(refused.unwrap_err().path, "page_token", "{seconds}");
    }
}

proptest! {
    #[test]
    fn tokens_round_trip(
        as_of in -2_208_988_800i64..=7_258_118_399,
        ranking_version in any::<u64>(),
        shown in vec(any::<u64>(), 0..60),
        digest in any::<u64>(),
    ) {
        let as_of = jobmatch_domain::Instant(as_of);
        let start = PageStart { as_of, ranking_version, shown };
        let token = page_token::matches(&start, digest);
        prop_assert_eq!(page_token::parse_matches(&token, digest), Ok(Some(start)));
        prop_assert!(page_token::parse_matches(&token, digest ^ 1).is_err());
        prop_assert!(page_token::parse_list(&token, digest).is_err());
        prop_assert!(token.bytes().all(|b| b.is_ascii_hexdigit()));
    }

    #[test]
    fn nothing_that_is_sent_as_a_token_panics(token in "\\PC{1,60}|[0-9a-f]{1,120}") {
        prop_assert!(page_token::parse_matches(&token, 1).is_err());
        prop_assert!(page_token::parse_list(&token, 1).is_err());
    }
}
