//! Changes of single fields.

use jobmatch_domain::Invalid;
use jobmatch_proto::{FILE_DESCRIPTOR_SET, posting, profile, v1};
use proptest::prelude::*;
use prost::Message;
use prost_types::FileDescriptorSet;

use crate::sample::{any_posting, any_profile, today};

/// Fields that the contract has and a mask may not name: identity, and what the store adds.
const FIXED: [&str; 7] = ["id", "source", "external_id", "seq", "etag", "updated", "places_free"];

fn fields(message: &str) -> Vec<String> {
    let set = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).unwrap();
    let messages = set.file.iter().flat_map(|f| &f.message_type);
    let found = messages.filter(|m| m.name() == message);
    found.flat_map(|m| m.field.iter().map(|f| f.name().to_owned())).collect()
}

fn changeable(message: &str) -> Vec<String> {
    let all = fields(message);
    assert!(all.len() > FIXED.len());
    all.into_iter().filter(|f| !FIXED.contains(&f.as_str())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn a_full_mask_takes_everything_but_the_identity(a in any_posting(), b in any_posting()) {
        let merged = posting::merge(&a, posting::to_wire(&b), &changeable("JobPosting")).unwrap();
        let expected = jobmatch_domain::JobPosting { id: a.id, origin: a.origin, ..b };
        prop_assert_eq!(merged, expected);
    }

    #[test]
    fn the_same_holds_for_profiles(a in any_profile(), b in any_profile()) {
        let mask = changeable("Profile");
        let merged = profile::merge(&a, profile::to_wire(&b), &mask, today()).unwrap();
        let expected = jobmatch_domain::Profile { id: a.id, origin: a.origin, ..b };
        prop_assert_eq!(merged, expected);
    }

    #[test]
    fn what_the_mask_does_not_name_stays(a in any_posting(), b in any_posting()) {
        let mask = ["title".to_owned(), "shifts".to_owned()];
        let merged = posting::merge(&a, posting::to_wire(&b), &mask).unwrap();
        let expected = jobmatch_domain::JobPosting { title: b.title, shifts: b.shifts, ..a };
        prop_assert_eq!(merged, expected);
    }
}

#[test]
fn a_named_field_that_is_absent_is_cleared() {
    let mut wire = crate::sample::posting();
    wire.headcount = Some(5);
    let current = posting::from_wire(wire).unwrap();
    let patch = v1::JobPosting::default();
    let merged = posting::merge(&current, patch, &["headcount".into()]).unwrap();
    assert_eq!(merged.headcount.total(), None);
}

#[test]
fn fixed_nested_and_unknown_paths_are_refused_at_the_mask() {
    let current = posting::from_wire(crate::sample::posting()).unwrap();
    let person = profile::from_wire(crate::sample::profile(), today()).unwrap();
    for bad in FIXED.into_iter().chain(["", "pay.min_yuan", "Title", "*"]) {
        let mask = ["owner".to_owned(), bad.to_owned()];
        let refused = [
            posting::merge(&current, v1::JobPosting::default(), &mask).unwrap_err(),
            profile::merge(&person, v1::Profile::default(), &mask, today()).unwrap_err(),
        ];
        for violation in refused {
            assert_eq!(violation.path, "update_mask.paths[1]", "{bad}");
            assert!(matches!(violation.invalid, Invalid::Unknown { .. }), "{bad}");
        }
    }
}

#[test]
fn the_merged_record_is_checked_across_fields() {
    let mut wire = crate::sample::posting();
    wire.published = "2026-11-20".into();
    let current = posting::from_wire(wire).unwrap();
    let patch = v1::JobPosting { expires: "2026-11-19".into(), ..Default::default() };
    let refused = posting::merge(&current, patch, &["expires".into()]).unwrap_err();
    assert_eq!(refused.path, "expires");
}
