//! Requests for matches.

use jobmatch_domain::filter::Radius;
use jobmatch_domain::matching::{FactorKind, Job, Legs, Multipliers, Person};
use jobmatch_domain::{
    ConditionKind, ConditionMode, Datum, EmploymentKind, Filter, Instant, Invalid, OccupationId,
    Point,
};
use jobmatch_proto::matching::{explain, match_postings, match_profiles};
use jobmatch_proto::v1;

use crate::sample::{Spoil, context, for_jobs, posting, shift};

fn filter_of(wire: v1::Filter) -> Result<Filter, (String, Invalid)> {
    let mut request = for_jobs();
    request.filter = Some(wire);
    let read = match_postings(request, context());
    read.map(|(r, _)| r.filter).map_err(|v| (v.path, v.invalid))
}

fn refused_options(spoil: Spoil<v1::MatchOptions>) -> (String, Invalid) {
    let mut request = for_jobs();
    spoil(request.options.get_or_insert_default());
    let violation = match_postings(request, context()).unwrap_err();
    (violation.path, violation.invalid)
}

fn centre() -> Option<v1::Point> {
    Some(v1::Point { latitude: 36.6, longitude: 117.0, datum: 0 })
}

#[test]
fn a_whole_filter_is_read() {
    let read = filter_of(v1::Filter {
        divisions: vec!["3701".into(), "370102".into()],
        centre: centre(),
        radius_metres: Some(2_000_000.0),
        kinds: vec![2, 3],
        pay_floor: Some(v1::PayFloor { amount_yuan: 20.0, unit: v1::PayUnit::Hour as i32 }),
        education: v1::Education::Junior as i32,
        certificates: vec!["健康证明".into()],
        certificates_given: false,
        occupations: vec!["保安".into()],
        shifts: vec![shift()],
        published_since: Some(prost_types::Timestamp { seconds: 5, nanos: 7 }),
        excluded_employers: vec!["某 厂".into()],
        valid_at: Some(prost_types::Timestamp { seconds: 6, nanos: 0 }),
    })
    .unwrap();
    assert_eq!(read.divisions.len(), 2);
    let centre = Point::new(36.6, 117.0, Datum::Wgs84).unwrap();
    let metres = 2_000_000.0;
    assert_eq!(read.radius, Some(Radius { centre, metres }));
    let kinds: Vec<_> = read.kinds.iter().collect();
    assert_eq!(kinds, [EmploymentKind::PartTime, EmploymentKind::Gig]);
    assert_eq!(read.pay_floor.unwrap().amount().yuan(), 20.0);
    assert_eq!(read.education, Some(jobmatch_domain::Education::Junior));
    assert_eq!(read.certificates.unwrap().iter().next().unwrap().as_str(), "健康证");
    assert_eq!(read.occupations, [OccupationId(7)]);
    assert_eq!(read.hours.minutes(), 5 * 570);
    assert_eq!(read.published_since, Some(Instant(5)));
    assert_eq!(read.valid_at, Some(Instant(6)));
    let key = jobmatch_domain::facets::EmployerKey::of("某厂").unwrap();
    assert_eq!(read.excluded_employers, [key]);
    assert_eq!(filter_of(v1::Filter::default()), Ok(Filter::default()));
}

#[test]
fn an_empty_list_of_certificates_counts_only_when_it_is_meant() {
    let of = |certificates_given| {
        let wire = v1::Filter { certificates_given, ..Default::default() };
        filter_of(wire).unwrap().certificates
    };
    assert_eq!(of(false), None);
    assert_eq!(of(true), Some(jobmatch_domain::CertificateSet::default()));
}

#[test]
fn bad_filters_name_their_field() {
    let rows: &[(Spoil<v1::Filter>, &str)] = &[
        (|f| f.divisions = vec!["37".into(); 51], "filter.divisions"),
        (|f| f.divisions = vec!["37".into(), "98".into()], "filter.divisions[1]"),
        (|f| f.divisions = vec![String::new()], "filter.divisions[0]"),
        (|f| f.radius_metres = Some(5.0), "filter.centre"),
        (|f| f.centre = centre(), "filter.radius_metres"),
        (|f| (f.centre, f.radius_metres) = (centre(), Some(0.0)), "filter.radius_metres"),
        (|f| (f.centre, f.radius_metres) = (centre(), Some(2_000_000.1)), "filter.radius_metres"),
        (|f| (f.centre, f.radius_metres) = (centre(), Some(f64::NAN)), "filter.radius_metres"),
        (|f| (f.centre, f.radius_metres) = (centre(), Some(f64::INFINITY)), "filter.radius_metres"),
        (|f| f.centre.get_or_insert_default().latitude = f64::NAN, "filter.centre.latitude"),
        (|f| f.kinds = vec![9], "filter.kinds[0]"),
        (
            |f| f.pay_floor.get_or_insert_default().amount_yuan = f64::NAN,
            "filter.pay_floor.amount_yuan",
        ),
        (|f| f.pay_floor.get_or_insert_default().amount_yuan = 3.0, "filter.pay_floor.unit"),
        (|f| f.education = 99, "filter.education"),
        (|f| f.certificates = vec!["证".repeat(41)], "filter.certificates[0]"),
        (|f| f.occupations = vec!["保安".into(), "宇航员".into()], "filter.occupations[1]"),
        (|f| f.occupations = vec!["保安".into(); 51], "filter.occupations"),
        (|f| f.shifts = vec![shift(); 22], "filter.shifts"),
        (|f| f.shifts = vec![v1::WeeklyShift::default()], "filter.shifts[0].days"),
        (
            |f| f.published_since.get_or_insert_default().seconds = i64::MAX,
            "filter.published_since",
        ),
        (|f| f.valid_at.get_or_insert_default().seconds = i64::MIN, "filter.valid_at"),
        (|f| f.excluded_employers = vec!["某厂".into(); 51], "filter.excluded_employers"),
        (|f| f.excluded_employers = vec![" ".into()], "filter.excluded_employers[0]"),
    ];
    for (spoil, path) in rows {
        let mut wire = v1::Filter::default();
        spoil(&mut wire);
        assert_eq!(filter_of(wire).map_err(|e| e.0), Err((*path).into()));
    }
}

#[test]
fn options_have_the_defaults_of_the_contract() {
    let (read, _) = match_postings(for_jobs(), context()).unwrap();
    assert_eq!(read.options, jobmatch_domain::matching::MatchOptions::default());
    assert_eq!((read.options.page_size, read.options.max_per_employer), (20, 3));
}

#[test]
fn options_are_read() {
    let mut request = for_jobs();
    request.options = Some(v1::MatchOptions {
        conditions: vec![
            v1::ConditionSetting {
                kind: v1::ConditionKind::Pay as i32,
                mode: v1::ConditionMode::Preferred as i32,
            },
            v1::ConditionSetting {
                kind: v1::ConditionKind::Places as i32,
                mode: v1::ConditionMode::Unspecified as i32,
            },
        ],
        weights: vec![v1::FactorWeight {
            kind: v1::FactorKind::Freshness as i32,
            multiplier: 100.0,
        }],
        legs: vec![v1::Leg::Vector as i32],
        max_per_employer: 8,
        keep_duplicates: true,
        exact: true,
        spread: true,
        ..Default::default()
    });
    let (read, _) = match_postings(request, context()).unwrap();
    let options = read.options;
    assert_eq!(options.modes.of(ConditionKind::Pay), ConditionMode::Preferred);
    assert_eq!(options.modes.of(ConditionKind::Age), ConditionMode::Required);
    let mut multipliers = Multipliers::default();
    multipliers.0[FactorKind::Freshness.index()] = 100.0;
    assert_eq!(options.multipliers, multipliers);
    let only_vector = Legs { lexical: false, vector: true, conditions: false };
    assert_eq!(options.legs, only_vector);
    assert_eq!(options.max_per_employer, 8);
    assert!(options.keep_duplicates && options.exact && options.spread);
}

#[test]
fn bad_options_name_their_field() {
    fn weight(options: &mut v1::MatchOptions, kind: i32, multiplier: f64) {
        options.weights = vec![v1::FactorWeight { kind, multiplier }];
    }
    fn condition(options: &mut v1::MatchOptions, kind: i32, mode: i32) {
        options.conditions = vec![v1::ConditionSetting { kind, mode }];
    }
    let rows: &[(Spoil<v1::MatchOptions>, &str)] = &[
        (|o| o.page_size = 201, "options.page_size"),
        (|o| o.page_token = "zz".into(), "options.page_token"),
        (|o| weight(o, 1, -0.1), "options.weights[0].multiplier"),
        (|o| weight(o, 1, 100.1), "options.weights[0].multiplier"),
        (|o| weight(o, 1, f64::NAN), "options.weights[0].multiplier"),
        (|o| weight(o, 0, 1.0), "options.weights[0].kind"),
        (|o| weight(o, 12, 1.0), "options.weights[0].kind"),
        (|o| condition(o, 0, 1), "options.conditions[0].kind"),
        (|o| condition(o, 21, 1), "options.conditions[0].kind"),
        (|o| condition(o, 9, 4), "options.conditions[0].mode"),
        (|o| o.legs = vec![1, 4], "options.legs[1]"),
        (|o| o.legs = vec![0], "options.legs[0]"),
    ];
    for (spoil, path) in rows {
        assert_eq!(refused_options(*spoil).0, *path);
    }
}

#[test]
fn binding_conditions_cannot_be_relaxed() {
    let binding = [
        v1::ConditionKind::Status,
        v1::ConditionKind::Validity,
        v1::ConditionKind::Right,
        v1::ConditionKind::Places,
    ];
    for kind in binding {
        for mode in [v1::ConditionMode::Preferred, v1::ConditionMode::Ignored] {
            let mut request = for_jobs();
            request.options.get_or_insert_default().conditions =
                vec![v1::ConditionSetting { kind: kind as i32, mode: mode as i32 }];
            let refused = match_postings(request, context()).unwrap_err();
            assert_eq!(refused.path, "options.conditions[0].mode");
            assert!(matches!(refused.invalid, Invalid::Combination(_)), "{kind:?}");
        }
    }
}

#[test]
fn persons_and_jobs_come_in_every_form() {
    use v1::match_postings_request::Person as W;
    let read = |person| {
        let request = v1::MatchPostingsRequest { person, ..Default::default() };
        match_postings(request, context()).map(|(r, _)| r.person)
    };
    let path = |person| read(person).unwrap_err().path;
    assert!(
        matches!(read(Some(W::ProfileId("P1".into()))), Ok(Person::Stored(id)) if id.as_str() == "P1")
    );
    let given = read(Some(W::Profile(v1::Profile::default())));
    assert!(matches!(given, Ok(Person::Given(p)) if p.id.as_str() == "-given-"));
    let words = |text: &str, minutes| {
        Some(W::Text(v1::TextQuery {
            text: text.into(),
            max_travel_minutes: minutes,
            ..Default::default()
        }))
    };
    let asked = read(words("想找个看大门的", Some(30)));
    assert!(matches!(asked, Ok(Person::Text(t)) if t.max_travel_minutes == Some(30)));

    assert_eq!(path(None), "person");
    assert_eq!(path(Some(W::ProfileId(String::new()))), "profile_id");
    assert_eq!(path(words(" ", None)), "text.text");
    assert_eq!(path(words(&"长".repeat(20_001), None)), "text.text");
    assert_eq!(path(words("看门", Some(601))), "text.max_travel_minutes");
    let young = v1::Profile { birth_year: Some(2027), ..Default::default() };
    assert_eq!(path(Some(W::Profile(young))), "profile.birth_year");
}

#[test]
fn a_given_posting_is_checked_under_its_own_path() {
    use v1::match_profiles_request::Job as W;
    let read = |job| {
        let request = v1::MatchProfilesRequest { job, ..Default::default() };
        match_profiles(request, context()).map(|(r, _)| r.job)
    };
    let mut wire = posting();
    wire.id.clear();
    let given = read(Some(W::Posting(wire.clone())));
    assert!(matches!(given, Ok(Job::Given(p)) if p.id.as_str() == "-given-"));
    wire.pay.get_or_insert_default().min_yuan = Some(-1.0);
    let refused = read(Some(W::Posting(wire))).unwrap_err();
    assert_eq!(refused.path, "posting.pay.min_yuan");
    assert_eq!(read(None).unwrap_err().path, "job");
}

#[test]
fn a_pair_needs_both_sides() {
    use v1::explain_match_request::Person as W;
    let pair = |person, posting_id: &str| {
        let request =
            v1::ExplainMatchRequest { person, posting_id: posting_id.into(), ..Default::default() };
        explain(request, context())
    };
    let person = || Some(W::ProfileId("P1".into()));
    assert_eq!(pair(person(), "A1").unwrap().posting.as_str(), "A1");
    assert_eq!(pair(person(), "").unwrap_err().path, "posting_id");
    assert_eq!(pair(None, "A1").unwrap_err().path, "person");
}
