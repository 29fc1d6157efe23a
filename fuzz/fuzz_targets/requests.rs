//! Requests: bytes to a message to the domain. What is accepted comes back as it was.
#![no_main]

use std::fmt::Debug;

use jobmatch_domain::{Instant, JobPosting, Profile, Seq, Station, Violation};
use jobmatch_fuzz::{TODAY, chosen, context};
use jobmatch_proto::{
    dispatch, json, list, matching, nearby, posting, profile, slot, station, station_query, v1,
};
use libfuzzer_sys::fuzz_target;
use prost::Message;

fuzz_target!(|data: &[u8]| {
    if let Some((choice, bytes)) = chosen(data) {
        read(choice, bytes);
    }
});

fn read(choice: u8, bytes: &[u8]) -> Option<()> {
    match choice {
        0 => postings(v1::JobPosting::decode(bytes).ok()?),
        1 => profiles(v1::Profile::decode(bytes).ok()?),
        2 => stations(v1::Station::decode(bytes).ok()?),
        3 => put_posting(v1::UpdatePostingRequest::decode(bytes).ok()?),
        4 => put_profile(v1::UpdateProfileRequest::decode(bytes).ok()?),
        5 => put_station(v1::UpdateStationRequest::decode(bytes).ok()?),
        6 => named(matching::match_postings(decoded(bytes)?, context())),
        7 => named(matching::match_profiles(decoded(bytes)?, context())),
        8 => named(matching::match_batch(decoded(bytes)?, context())),
        9 => named(matching::explain(decoded(bytes)?, context())),
        10 => named(nearby::postings(decoded(bytes)?, context())),
        11 => named(nearby::watch(decoded(bytes)?, context())),
        12 => named(dispatch::request(decoded(bytes)?)),
        13 => named(slot::take(&decoded(bytes)?)),
        14 => named(slot::release(&decoded(bytes)?)),
        15 => named(slot::list(decoded(bytes)?)),
        16 => named(list::postings(decoded(bytes)?)),
        17 => named(list::profiles(decoded(bytes)?)),
        18 => named(station::list(decoded(bytes)?)),
        19 => named(station_query::nearby(decoded(bytes)?)),
        20 => named(station_query::coverage_gap(decoded(bytes)?)),
        21 => import_posting(v1::ImportPostingsRequest::decode(bytes).ok()?),
        22 => import_profile(v1::ImportProfilesRequest::decode(bytes).ok()?),
        _ => return None,
    }
    Some(())
}

/// A message as it is after one more way over the wire, which changes nothing.
fn decoded<M: Message + Default + PartialEq + Debug>(bytes: &[u8]) -> Option<M> {
    let message = M::decode(bytes).ok()?;
    let again = message.encode_to_vec();
    let read = M::decode(&again[..]).expect("what was written is read");
    assert_eq!(read.encode_to_vec(), again);
    Some(message)
}

/// A refusal names the field and says why.
fn named<T>(read: Result<T, Violation>) {
    if let Err(violation) = read {
        refused(&violation);
    }
}

fn refused(violation: &Violation) {
    assert!(!violation.path.is_empty(), "{violation:?}");
    assert!(violation.to_string().len() < 2_000, "a refusal that repeats a long value");
}

fn postings(wire: v1::JobPosting) {
    match posting::from_wire(wire) {
        Ok(read) => posting_comes_back(&read),
        Err(violation) => refused(&violation),
    }
}

fn posting_comes_back(read: &JobPosting) {
    let wire = posting::to_wire_stored(read, Seq(7), Instant(42), 1);
    let wire = v1::JobPosting::decode(&wire.encode_to_vec()[..]).expect("our own bytes");
    assert_eq!(posting::from_wire(wire).as_ref(), Ok(read));
    let line = serde_json::to_string(&json::Posting::of_wire(posting::to_wire(read)));
    let row: json::Posting = serde_json::from_str(&line.expect("it has no odd keys"))
        .expect("what is exported can be loaded");
    let wire = row.into_wire().expect("our own names");
    assert_eq!(posting::from_wire(wire).as_ref(), Ok(read), "exported and loaded");
}

fn profiles(wire: v1::Profile) {
    match profile::from_wire(wire, *TODAY) {
        Ok(read) => profile_comes_back(&read),
        Err(violation) => refused(&violation),
    }
}

fn profile_comes_back(read: &Profile) {
    let wire = profile::to_wire_stored(read, Seq(7), Instant(42));
    let wire = v1::Profile::decode(&wire.encode_to_vec()[..]).expect("our own bytes");
    assert_eq!(profile::from_wire(wire, *TODAY).as_ref(), Ok(read));
    let line = serde_json::to_string(&json::Profile::of_wire(profile::to_wire(read)));
    let row: json::Profile = serde_json::from_str(&line.expect("it has no odd keys"))
        .expect("what is exported can be loaded");
    let wire = row.into_wire().expect("our own names");
    assert_eq!(profile::from_wire(wire, *TODAY).as_ref(), Ok(read), "exported and loaded");
}

fn stations(wire: v1::Station) {
    match station::from_wire(wire) {
        Ok(read) => station_comes_back(&read),
        Err(violation) => refused(&violation),
    }
}

fn station_comes_back(read: &Station) {
    let wire = station::to_wire_stored(read, Seq(7), Instant(42));
    let wire = v1::Station::decode(&wire.encode_to_vec()[..]).expect("our own bytes");
    assert_eq!(station::from_wire(wire).as_ref(), Ok(read));
    let line = serde_json::to_string(&json::Station::of_wire(station::to_wire(read)));
    let row: json::Station = serde_json::from_str(&line.expect("it has no odd keys"))
        .expect("what is exported can be loaded");
    let wire = row.into_wire().expect("our own names");
    assert_eq!(station::from_wire(wire).as_ref(), Ok(read), "exported and loaded");
}

/// The paths of a mask; a record is put whole without any.
fn paths(mask: Option<prost_types::FieldMask>) -> Vec<String> {
    mask.map(|mask| mask.paths).unwrap_or_default()
}

/// A change of a record by what is sent: it is refused, or gives a record of the same id that
/// comes back, and the same when it is made again.
fn put_posting(request: v1::UpdatePostingRequest) {
    let mask = paths(request.update_mask);
    let wire = request.posting.unwrap_or_default();
    let current = v1::JobPosting { id: "A1".into(), title: "保安".into(), ..Default::default() };
    let current = posting::from_wire(current).expect("it is plain");
    match posting::merge(&current, wire.clone(), &mask) {
        Ok(merged) => {
            assert_eq!(merged.id, current.id);
            assert_eq!(posting::merge(&merged, wire, &mask).as_ref(), Ok(&merged));
            posting_comes_back(&merged);
        }
        Err(violation) => refused(&violation),
    }
}

fn put_profile(request: v1::UpdateProfileRequest) {
    let mask = paths(request.update_mask);
    let wire = request.profile.unwrap_or_default();
    let current = v1::Profile { id: "P1".into(), ..Default::default() };
    let current = profile::from_wire(current, *TODAY).expect("it is plain");
    match profile::merge(&current, wire.clone(), &mask, *TODAY) {
        Ok(merged) => {
            assert_eq!(merged.id, current.id);
            assert_eq!(profile::merge(&merged, wire, &mask, *TODAY).as_ref(), Ok(&merged));
            profile_comes_back(&merged);
        }
        Err(violation) => refused(&violation),
    }
}

fn put_station(request: v1::UpdateStationRequest) {
    let mask = paths(request.update_mask);
    let wire = request.station.unwrap_or_default();
    let Ok(current) = station::from_wire(wire.clone()) else { return };
    match station::merge(&current, wire, &mask) {
        Ok(merged) => assert_eq!(merged, current, "a station patched with itself"),
        Err(violation) => refused(&violation),
    }
}

fn import_posting(request: v1::ImportPostingsRequest) {
    use v1::import_postings_request::Request;
    if let Some(Request::Item(v1::ImportPostingItem { posting: Some(wire), .. })) = request.request
    {
        postings(wire);
    }
}

fn import_profile(request: v1::ImportProfilesRequest) {
    use v1::import_profiles_request::Request;
    if let Some(Request::Item(v1::ImportProfileItem { profile: Some(wire), .. })) = request.request
    {
        profiles(wire);
    }
}
