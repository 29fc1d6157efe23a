//! What the domain can say, the wire can carry, and nothing is lost on the way.

use jobmatch_domain::{Instant, Seq};
use jobmatch_proto::{json, posting, profile, v1};
use proptest::prelude::*;
use prost::Message;

use crate::sample::{any_posting, any_profile, today};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn postings_come_back_as_they_were(given in any_posting()) {
        let bytes = posting::to_wire(&given).encode_to_vec();
        let wire = v1::JobPosting::decode(&bytes[..]).unwrap();
        prop_assert_eq!(posting::from_wire(wire), Ok(given));
    }

    #[test]
    fn profiles_come_back_as_they_were(given in any_profile()) {
        let bytes = profile::to_wire(&given).encode_to_vec();
        let wire = v1::Profile::decode(&bytes[..]).unwrap();
        prop_assert_eq!(profile::from_wire(wire, today()), Ok(given));
    }
}

/// Through the text of a file and back.
fn through<T: serde::Serialize + serde::de::DeserializeOwned>(row: &T) -> T {
    serde_json::from_str(&serde_json::to_string(row).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn an_exported_posting_loads_as_it_was(given in any_posting()) {
        let row = through(&json::Posting::of_wire(posting::to_wire(&given)));
        prop_assert_eq!(posting::from_wire(row.into_wire().unwrap()), Ok(given));
    }

    #[test]
    fn an_exported_profile_loads_as_it_was(given in any_profile()) {
        let row = through(&json::Profile::of_wire(profile::to_wire(&given)));
        prop_assert_eq!(profile::from_wire(row.into_wire().unwrap(), today()), Ok(given));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn what_the_store_adds_does_not_change_the_record(given in any_posting(), seq in any::<u64>()) {
        let wire = posting::to_wire_stored(&given, Seq(seq), Instant(42), 1);
        prop_assert_eq!(wire.seq, seq);
        prop_assert_eq!(u64::from_str_radix(&wire.etag, 16), Ok(seq));
        prop_assert_eq!(wire.updated.map(|t| t.seconds), Some(42));
        prop_assert_eq!(posting::from_wire(wire), Ok(given));
    }

    #[test]
    fn the_same_holds_for_profiles(given in any_profile(), seq in any::<u64>()) {
        let wire = profile::to_wire_stored(&given, Seq(seq), Instant(42));
        prop_assert_eq!(wire.seq, seq);
        prop_assert_eq!(u64::from_str_radix(&wire.etag, 16), Ok(seq));
        prop_assert_eq!(wire.updated.map(|t| t.seconds), Some(42));
        prop_assert_eq!(profile::from_wire(wire, today()), Ok(given));
    }
}

#[test]
fn unsaid_values_are_read_as_the_contract_says() {
    let open = posting::from_wire(crate::sample::posting()).unwrap();
    assert_eq!(posting::to_wire(&open).status, v1::PostingStatus::Open as i32);
    let private = profile::from_wire(crate::sample::profile(), today()).unwrap();
    let wire = profile::to_wire(&private);
    assert_eq!(wire.visibility, v1::Visibility::Private as i32);
    assert_eq!(wire.travel, v1::Travel::Ebike as i32);
}

#[test]
fn fractions_of_a_second_are_dropped() {
    let mut wire = crate::sample::profile();
    wire.consent = Some(v1::Consent {
        given: true,
        given_at: Some(prost_types::Timestamp { seconds: 10, nanos: 999_999_999 }),
        valid_until: String::new(),
    });
    let read = profile::from_wire(wire, today()).unwrap();
    assert_eq!(read.consent.given_at, Some(Instant(10)));
}

#[test]
fn an_id_comes_from_the_source_when_none_is_given() {
    let mut wire = v1::JobPosting {
        source: "feed".into(),
        external_id: "CC12".into(),
        ..crate::sample::posting()
    };
    assert_eq!(posting::from_wire(wire.clone()).unwrap().id.as_str(), "A001");
    wire.id.clear();
    assert_eq!(posting::from_wire(wire.clone()).unwrap().id.as_str(), "feed:CC12");
    wire.external_id.clear();
    assert_eq!(posting::from_wire(wire.clone()).unwrap_err().path, "id");
    assert_eq!(posting::given(wire).unwrap().id.as_str(), "-given-");
    let nameless = v1::Profile::default();
    assert_eq!(profile::given(nameless.clone(), today()).unwrap().id.as_str(), "-given-");
    assert_eq!(profile::from_wire(nameless, today()).unwrap_err().path, "id");
}
