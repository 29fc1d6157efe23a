//! Seeds of messages.

use jobmatch_domain::matching::PageStart;
use jobmatch_domain::nearby::{Limit, NearbyPage};
use jobmatch_domain::{DocumentId, Instant};
use jobmatch_fuzz::FilterInput;
use jobmatch_proto::{page_token, v1};
use prost::Message;

use super::{Corpus, Sample};

pub(super) fn add(corpus: &Corpus, sample: &Sample) {
    records(corpus, sample);
    requests(corpus, sample);
    filters(corpus, sample);
    tokens(corpus);
}

fn records(corpus: &Corpus, sample: &Sample) {
    let put = |choice: u8, number: usize, message: Vec<u8>| {
        corpus.add_chosen("requests", &format!("{choice}-{number}"), (choice, &message));
    };
    let mask = |paths: &[&str]| {
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        Some(prost_types::FieldMask { paths })
    };
    let (postings, profiles, stations) = sample.wires();
    for (number, record) in postings.into_iter().enumerate() {
        put(0, number, record.encode_to_vec());
        let item = v1::ImportPostingItem { number: 1, posting: Some(record.clone()) };
        let request = Some(v1::import_postings_request::Request::Item(item));
        put(21, number, v1::ImportPostingsRequest { request }.encode_to_vec());
        let update_mask = mask(&["title", "pay", "place", "shifts"]);
        let update =
            v1::UpdatePostingRequest { posting: Some(record), update_mask, ..Default::default() };
        put(3, number, update.encode_to_vec());
    }
    for (number, record) in profiles.into_iter().enumerate() {
        put(1, number, record.encode_to_vec());
        let item = v1::ImportProfileItem { number: 1, profile: Some(record.clone()) };
        let request = Some(v1::import_profiles_request::Request::Item(item));
        put(22, number, v1::ImportProfilesRequest { request }.encode_to_vec());
        let update_mask = mask(&["resume", "wanted", "consent", "available"]);
        let update =
            v1::UpdateProfileRequest { profile: Some(record), update_mask, ..Default::default() };
        put(4, number, update.encode_to_vec());
    }
    for (number, record) in stations.into_iter().enumerate() {
        put(2, number, record.encode_to_vec());
        let update_mask = mask(&["name", "opening_hours", "services"]);
        let update =
            v1::UpdateStationRequest { station: Some(record), update_mask, ..Default::default() };
        put(5, number, update.encode_to_vec());
    }
}

/// A filter with something in every field.
fn filter() -> v1::Filter {
    let timestamp = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    v1::Filter {
        divisions: vec!["370102".into()],
        centre: Some(v1::Point { latitude: 36.65, longitude: 117.02, datum: 0 }),
        radius_metres: Some(3_000.0),
        kinds: vec![1, 3],
        pay_floor: Some(v1::PayFloor { amount_yuan: 3_000.0, unit: 3 }),
        education: 3,
        certificates: vec!["健康证".into()],
        certificates_given: true,
        occupations: vec!["保洁员".into()],
        shifts: vec![v1::WeeklyShift {
            days: "135".into(),
            start: "22:00".into(),
            end: "06:00".into(),
        }],
        published_since: timestamp(1_795_000_000),
        excluded_employers: vec!["某某餐饮".into()],
        valid_at: timestamp(1_795_363_200),
    }
}

fn options() -> v1::MatchOptions {
    v1::MatchOptions {
        page_size: 10,
        conditions: vec![v1::ConditionSetting { kind: 5, mode: 2 }],
        weights: vec![v1::FactorWeight { kind: 1, multiplier: 2.0 }],
        legs: vec![1, 2],
        max_per_employer: 2,
        ..Default::default()
    }
}

fn filters(corpus: &Corpus, sample: &Sample) {
    let (postings, profiles, _) = sample.wires();
    for (number, (posting, profile)) in postings.into_iter().zip(profiles).enumerate() {
        let input = FilterInput {
            filter: Some(filter()),
            options: Some(options()),
            posting: Some(posting),
            profile: Some(profile),
        };
        corpus.add("filters", &format!("seed-{number}"), &input.encode_to_vec());
    }
}

fn requests(corpus: &Corpus, sample: &Sample) {
    let (postings, profiles, _) = sample.wires();
    let add = |choice: u8, message: Vec<u8>| {
        corpus.add_chosen("requests", &format!("{choice}-asked"), (choice, &message));
    };
    let (filter, options) = (Some(filter()), Some(options()));
    let text = v1::TextQuery { text: "想找保洁，3000以上".into(), ..Default::default() };
    let person = Some(v1::match_postings_request::Person::Text(text));
    let (f, o) = (filter.clone(), options.clone());
    add(
        6,
        v1::MatchPostingsRequest { person, filter: f, options: o, ..Default::default() }
            .encode_to_vec(),
    );
    let job = postings.first().cloned().map(v1::match_profiles_request::Job::Posting);
    let (f, o) = (filter.clone(), options.clone());
    add(
        7,
        v1::MatchProfilesRequest { job, filter: f, options: o, ..Default::default() }
            .encode_to_vec(),
    );
    let (f, o) = (filter.clone(), options.clone());
    let profile_divisions = vec!["370102".into()];
    add(
        8,
        v1::MatchPostingsBatchRequest {
            profile_divisions,
            filter: f,
            options: o,
            ..Default::default()
        }
        .encode_to_vec(),
    );
    let person = profiles.first().cloned().map(v1::explain_match_request::Person::Profile);
    let posting_id = "A001".into();
    let (f, o) = (filter.clone(), options);
    add(9, v1::ExplainMatchRequest { person, posting_id, filter: f, options: o }.encode_to_vec());
    near(&add, filter);
    lists(&add);
}

fn near(add: &impl Fn(u8, Vec<u8>), filter: Option<v1::Filter>) {
    let filter = filter.map(|f| v1::Filter { centre: None, radius_metres: None, ..f });
    let area = Some(v1::NearbyArea {
        origin: Some(v1::nearby_area::Origin::StationId("ST-01".into())),
        limit: Some(v1::nearby_area::Limit::MaxMinutes(15)),
        filter,
        starts_from: "2026-11-24T08:00".into(),
        starts_until: "2026-11-25T08:00".into(),
        settlements: vec![1],
        ..Default::default()
    });
    let person = Some(v1::nearby_postings_request::Person::ProfileId("PA01".into()));
    let request =
        v1::NearbyPostingsRequest { area: area.clone(), person, order: 4, ..Default::default() };
    add(10, request.encode_to_vec());
    add(11, v1::WatchNearbyRequest { area, cursor: "1f".into() }.encode_to_vec());
}

fn lists(add: &impl Fn(u8, Vec<u8>)) {
    let (posting_id, taker_id) = ("A001".to_owned(), "PA01".to_owned());
    let dispatch = v1::DispatchRequest {
        posting_ids: vec![posting_id.clone()],
        profile_ids: vec![taker_id.clone()],
        max_gigs_per_person: 2,
        min_score: 0.25,
        conditions: vec![v1::ConditionSetting { kind: 5, mode: 2 }],
    };
    add(12, dispatch.encode_to_vec());
    let take = v1::TakeSlotRequest { posting_id, taker_id, hold_seconds: Some(600) };
    add(13, take.encode_to_vec());
    add(
        14,
        v1::ReleaseSlotRequest { posting_id: "A001".into(), taker_id: "PA01".into() }
            .encode_to_vec(),
    );
    let of = Some(v1::list_slots_request::Of::TakerId("PA01".into()));
    add(15, v1::ListSlotsRequest { of, page_size: 5, ..Default::default() }.encode_to_vec());
    let listed = v1::ListPostingsRequest {
        page_size: 5,
        source: "feed".into(),
        division: "3701".into(),
        statuses: vec![1],
        ..Default::default()
    };
    add(16, listed.encode_to_vec());
    add(
        17,
        v1::ListProfilesRequest { page_size: 5, source: "feed".into(), ..Default::default() }
            .encode_to_vec(),
    );
    add(
        18,
        v1::ListStationsRequest {
            page_size: 5,
            division: "3701".into(),
            kinds: vec![1],
            ..Default::default()
        }
        .encode_to_vec(),
    );
    let origin = Some(v1::nearby_stations_request::Origin::Division("370102".into()));
    add(
        19,
        v1::NearbyStationsRequest {
            origin,
            services: vec![1],
            open_at: "2026-11-24T08:00".into(),
            ..Default::default()
        }
        .encode_to_vec(),
    );
    add(
        20,
        v1::CoverageGapRequest { division: "370102".into(), max_minutes: 15, ..Default::default() }
            .encode_to_vec(),
    );
}

fn tokens(corpus: &Corpus) {
    let as_of = Instant(1_795_363_200);
    let last = DocumentId::parse("A001").expect("it is plain");
    let start = PageStart { as_of, ranking_version: 9, shown: vec![1, u64::MAX] };
    let page = NearbyPage { as_of, limit: Limit::Minutes(15.0), key: 3.5, last: last.clone() };
    let tokens = [
        page_token::matches(&start, 77),
        page_token::list(&last, 77),
        page_token::nearby(&page, 77),
    ];
    for (number, token) in tokens.iter().enumerate() {
        corpus.add_chosen("page_tokens", &format!("text-{number}"), (0x80, token.as_bytes()));
        let bytes = hex::decode(token).expect("tokens are hexadecimal");
        let body = (bytes[0], &bytes[9..bytes.len() - 4]);
        corpus.add_chosen("page_tokens", &format!("body-{number}"), body);
    }
}
