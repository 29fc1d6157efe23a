//! Requests for an assignment: limits, and the field that a refusal names.

use jobmatch_proto::{dispatch, v1};

use crate::sample::Spoil;

fn numbered(letter: char, count: usize) -> Vec<String> {
    (0..count).map(|i| format!("{letter}{i}")).collect()
}

fn request() -> v1::DispatchRequest {
    v1::DispatchRequest {
        posting_ids: numbered('G', 3),
        profile_ids: numbered('H', 3),
        ..v1::DispatchRequest::default()
    }
}

fn setting(kind: v1::ConditionKind, mode: v1::ConditionMode) -> v1::ConditionSetting {
    v1::ConditionSetting { kind: kind as i32, mode: mode as i32 }
}

const REFUSED: &[(Spoil<v1::DispatchRequest>, &str)] = &[
    (|r| r.posting_ids.clear(), "posting_ids"),
    (|r| r.posting_ids = numbered('G', 501), "posting_ids"),
    (|r| r.posting_ids[1] = "a b".into(), "posting_ids[1]"),
    (|r| r.posting_ids[2] = "G0".into(), "posting_ids[2]"),
    (|r| r.profile_ids.clear(), "profile_ids"),
    (|r| r.profile_ids = numbered('H', 5001), "profile_ids"),
    (|r| r.profile_ids[0].clear(), "profile_ids[0]"),
    (|r| r.profile_ids[2] = "13812345678".into(), "profile_ids[2]"),
    (|r| r.profile_ids[2] = "H1".into(), "profile_ids[2]"),
    (|r| r.max_gigs_per_person = 6, "max_gigs_per_person"),
    (|r| r.min_score = -0.1, "min_score"),
    (|r| r.min_score = 1.1, "min_score"),
    (|r| r.min_score = f64::NAN, "min_score"),
    (
        |r| {
            let status = v1::ConditionKind::Status;
            r.conditions = vec![setting(status, v1::ConditionMode::Ignored)];
        },
        "conditions[0].mode",
    ),
];

#[test]
fn bad_requests_are_refused_at_the_field() {
    for (i, (spoil, path)) in REFUSED.iter().enumerate() {
        let mut wire = request();
        spoil(&mut wire);
        let refused = dispatch::request(wire).map(|r| r.max_gigs);
        assert_eq!(refused.map_err(|v| v.path), Err((*path).into()), "row {i}");
    }
}

#[test]
fn an_id_that_comes_twice_is_not_read_as_another_fault() {
    let mut wire = request();
    wire.posting_ids[2] = "G0".into();
    let message = dispatch::request(wire).unwrap_err().to_string();
    assert!(message.contains("once"), "{message}");
}

#[test]
fn what_lies_on_the_limit_is_accepted_and_nothing_means_one_gig() {
    assert_eq!(dispatch::request(request()).unwrap().max_gigs, 1);
    let wire = v1::DispatchRequest {
        posting_ids: numbered('G', 500),
        profile_ids: numbered('H', 5000),
        max_gigs_per_person: 5,
        min_score: 1.0,
        conditions: vec![setting(v1::ConditionKind::Pay, v1::ConditionMode::Ignored)],
    };
    let read = dispatch::request(wire).unwrap();
    assert_eq!((read.postings.len(), read.profiles.len(), read.max_gigs), (500, 5000, 5));
}
