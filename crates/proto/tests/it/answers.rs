//! Answers on the wire.

use jobmatch_domain::matching::Explanation;
use jobmatch_domain::{Instant, Seq};
use jobmatch_proto::matching::{explanation, postings_page, profiles_page};
use jobmatch_proto::v1;

use crate::sample::page;

#[test]
fn every_field_of_a_match_arrives() {
    let answer = postings_page(page(), 5, true);
    let found = &answer.matches[0];
    assert_eq!((found.id.as_str(), found.score), ("A001", 0.75));
    // The names of the domain and of the contract agree, number by number.
    for factor in &found.factors {
        let name = v1::FactorKind::try_from(factor.kind).unwrap();
        assert_eq!(format!("{name:?}"), factor.evidence);
        assert_eq!((factor.value, factor.contribution), (0.5, 0.1));
    }
    assert_eq!(found.factors.len(), 11);
    for condition in &found.conditions {
        let name = v1::ConditionKind::try_from(condition.kind).unwrap();
        assert_eq!(format!("{name:?}"), condition.evidence);
        assert_eq!(condition.state, v1::ConditionState::Unknown as i32);
        assert_eq!(condition.mode, v1::ConditionMode::Preferred as i32);
    }
    assert_eq!(found.conditions.len(), 20);
    let legs: Vec<_> = found.legs.iter().map(|l| (l.leg, l.rank, l.score)).collect();
    let (vector, conditions) = (v1::Leg::Vector as i32, v1::Leg::Conditions as i32);
    assert_eq!(legs, [(vector, 3, 0.9), (conditions, 0, 120.0)]);
    assert_eq!(found.distance_metres, Some(1_200.0));
    assert_eq!(found.travel_minutes, None);
    assert_eq!(found.duplicate_ids, ["A002"]);
    let posting = found.posting.as_ref().unwrap();
    assert_eq!((posting.seq, posting.etag.as_str()), (255, "ff"));
    assert_eq!(posting.updated.unwrap().seconds, 42);
}

#[test]
fn a_page_carries_its_frame() {
    let answer = profiles_page(page(), 5, true);
    assert_eq!(answer.seq, 300);
    assert_eq!(answer.as_of.unwrap().seconds, 1_795_363_200);
    assert_eq!(answer.ranking_version, "r1");
    let pay = v1::Exclusion { kind: v1::ConditionKind::Pay as i32, count: 4 };
    assert_eq!(answer.exclusions, [pay]);
    let debug = answer.debug.unwrap();
    assert_eq!(debug.vector_plan, "graph");
    assert_eq!((debug.eligible, debug.candidates), (10, 5));
    assert_eq!((debug.stages[0].stage.as_str(), debug.stages[0].micros), ("rank", 12));
    assert!(!answer.next_page_token.is_empty());
}

#[test]
fn the_last_page_has_no_token_and_debug_is_on_demand() {
    let mut last = page();
    last.next = None;
    let answer = postings_page(last, 5, false);
    assert_eq!(answer.next_page_token, "");
    assert_eq!(answer.debug, None);
}

#[test]
fn one_pair_arrives_with_its_verdict() {
    let explained = Explanation {
        found: page().matches.remove(0),
        eligible: true,
        seq: Seq(9),
        as_of: Instant(8),
        ranking_version: "r1".into(),
        degraded: Some(jobmatch_domain::matching::Degraded::OtherSpace),
    };
    let answer = explanation(explained);
    assert_eq!(answer.r#match.unwrap().id, "A001");
    assert!(answer.eligible);
    assert_eq!((answer.seq, answer.as_of.unwrap().seconds), (9, 8));
    assert_eq!(answer.ranking_version, "r1");
    assert!(answer.degraded.contains("another model"), "{}", answer.degraded);
}
