//! Filters: what is accepted becomes conditions that every document answers, and the answers
//! agree with those to the same conditions of what is known only.
#![no_main]

use jobmatch_domain::filter::{demands_on_postings, demands_on_profiles};
use jobmatch_domain::{Collection, Condition, ConditionState, Facets, Filter, Instant};
use jobmatch_fuzz::{FilterInput, TODAY, context};
use jobmatch_proto::{matching, posting, profile, v1};
use libfuzzer_sys::fuzz_target;
use prost::Message;

fuzz_target!(|data: &[u8]| {
    if let Ok(input) = FilterInput::decode(data) {
        ask(input);
    }
});

fn ask(input: FilterInput) {
    let job = posting::given(input.posting.unwrap_or_default());
    let job = job.map_or_else(|_| Facets::default(), |job| Facets::of_posting(&job, &[]));
    let person = profile::given(input.profile.unwrap_or_default(), *TODAY);
    let person = person.map_or_else(|_| Facets::default(), |p| Facets::of_profile(&p, &[]));
    let documents = [job, person, Facets::default()];
    let request = v1::MatchPostingsBatchRequest {
        filter: input.filter,
        options: input.options,
        ..Default::default()
    };
    match matching::match_batch(request, context()) {
        Ok(read) => {
            answered(&read.filter, &documents);
        }
        Err(violation) => assert!(
            violation.path.starts_with("filter.") || violation.path.starts_with("options."),
            "{violation:?}"
        ),
    }
    let [job, person, _] = &documents;
    let as_of = Instant(TODAY.start().0 + 7);
    for condition in demands_on_postings(person, as_of) {
        consistent(&condition, &documents);
    }
    for condition in demands_on_profiles(job, as_of) {
        consistent(&condition, &documents);
    }
}

fn answered(filter: &Filter, documents: &[Facets]) {
    for collection in [Collection::Postings, Collection::Profiles] {
        let conditions = filter.conditions(collection);
        assert_eq!(conditions.is_empty(), asks_nothing(filter), "{filter:?}");
        conditions.iter().for_each(|condition| consistent(condition, documents));
    }
}

/// Whether a filter is as good as none.
fn asks_nothing(filter: &Filter) -> bool {
    let told = Filter { valid_at: filter.valid_at, ..Filter::default() };
    *filter == told
}

/// The same answer each time; what is not known does not meet the condition of what is known.
fn consistent(condition: &Condition, documents: &[Facets]) {
    let known = condition.clone().known();
    assert_eq!(known.kind(), condition.kind());
    for facets in documents {
        let answer = condition.evaluate(facets);
        assert_eq!(answer, condition.evaluate(facets));
        let strict = match answer {
            ConditionState::Unknown => ConditionState::Unmet,
            answer => answer,
        };
        assert_eq!(known.evaluate(facets), strict, "{condition:?}");
    }
}
