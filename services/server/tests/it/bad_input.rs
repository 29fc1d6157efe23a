//! Bad input gets an error that names the field, and changes nothing.

use jobmatch_proto::v1;
use tonic::Code;
use tonic_types::StatusExt;

use crate::server::{Server, question, sample_postings, sample_profiles};

type Damage = fn(&mut v1::JobPosting);
type Change<'a> = &'a dyn Fn(&mut v1::MatchPostingsRequest);

const DAMAGES: [(&str, Damage); 17] = [
    ("posting.place.division", |p| p.place.as_mut().unwrap().division = "370199".into()),
    ("posting.pay.min_yuan", |p| p.pay.as_mut().unwrap().min_yuan = Some(-5.0)),
    ("posting.pay.min_yuan", |p| p.pay.as_mut().unwrap().min_yuan = Some(1e7)),
    ("posting.pay.max_yuan", |p| p.pay.as_mut().unwrap().max_yuan = Some(f64::NAN)),
    ("posting.place.point.latitude", |p| {
        p.place.as_mut().unwrap().point.as_mut().unwrap().latitude = f64::INFINITY;
    }),
    ("posting.embedding.values[1]", |p| p.embedding = vector(&[1.0, f32::NAN])),
    ("posting.embedding.values", |p| p.embedding = vector(&[0.0, 0.0])),
    ("posting.embedding.values", |p| p.embedding = vector(&[])),
    ("posting.window.end", |p| {
        p.window =
            Some(v1::Window { start: "2026-11-24T08:00".into(), end: "2026-11-24T07:00".into() });
    }),
    ("posting.expires", |p| p.expires = "2020-01-01".into()),
    ("posting.description", |p| p.description = "长".repeat(20_001)),
    ("posting.kind", |p| p.kind = 77),
    ("posting.id", |p| p.id = "13812345678".into()),
    ("posting.title", |p| p.title = "  ".into()),
    ("posting.age_min", |p| (p.age_min, p.age_max) = (Some(50), Some(20))),
    ("posting.shifts[0].start", |p| {
        p.shifts =
            vec![v1::WeeklyShift { days: "1".into(), start: "25:00".into(), end: "26:00".into() }];
    }),
    ("posting.certificates[0]", |p| p.certificates = vec!["证".repeat(41)]),
];

fn vector(values: &[f32]) -> Option<v1::Embedding> {
    Some(v1::Embedding { space: "own".into(), values: values.to_vec() })
}

pub(crate) fn field_of(error: &tonic::Status) -> String {
    let details = error.get_error_details();
    let fields = details.bad_request().map(|b| b.field_violations.clone()).unwrap_or_default();
    fields.first().map(|f| f.field.clone()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_postings_name_their_field_and_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let good = sample_postings().remove(0);
    for (field, damage) in DAMAGES {
        let mut posting = good.clone();
        damage(&mut posting);
        let request = v1::UpdatePostingRequest {
            posting: Some(posting),
            allow_missing: true,
            ..Default::default()
        };
        let error = server.postings().update_posting(request).await.unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument, "{field}: {error:?}");
        assert_eq!(field_of(&error), field, "{}", error.message());
    }
    let all = server.postings().list_postings(v1::ListPostingsRequest::default()).await.unwrap();
    assert_eq!(all.into_inner().postings.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_questions_name_their_field() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let ask = |change: Change<'_>| {
        let mut request = question("PA01");
        request.person =
            Some(v1::match_postings_request::Person::Profile(sample_profiles().remove(0)));
        change(&mut request);
        let mut client = server.matches();
        async move { client.match_postings(request).await }
    };
    // Waits until matches are served at all.
    server.caught_up(0).await;
    let cases: [(&str, Change<'_>); 7] = [
        ("filter.centre", &|r| r.filter.as_mut().unwrap().radius_metres = Some(5.0)),
        ("filter.occupations[0]", &|r| {
            r.filter.as_mut().unwrap().occupations = vec!["宇航船长".into()];
        }),
        ("options.page_size", &|r| r.options.as_mut().unwrap().page_size = 10_000),
        ("options.page_token", &|r| r.options.as_mut().unwrap().page_token = "abc".into()),
        ("options.weights[0].multiplier", &|r| {
            let weight = v1::FactorWeight { kind: 1, multiplier: f64::NAN };
            r.options.as_mut().unwrap().weights = vec![weight];
        }),
        ("options.conditions[0].mode", &|r| {
            let setting = v1::ConditionSetting { kind: 2, mode: 3 };
            r.options.as_mut().unwrap().conditions = vec![setting];
        }),
        ("person", &|r| r.person = None),
    ];
    for (field, change) in cases {
        let error = ask(change).await.unwrap_err();
        assert_eq!(error.code(), Code::InvalidArgument, "{field}: {error:?}");
        assert_eq!(field_of(&error), field, "{}", error.message());
    }
    // A filter that nothing can meet is no error.
    let none = ask(&|r| {
        let filter = r.filter.as_mut().unwrap();
        filter.divisions = vec!["110101".into()];
        filter.kinds = vec![v1::EmploymentKind::Gig as i32];
    });
    assert_eq!(none.await.unwrap().into_inner().matches.len(), 0);
    let unknown = server.matches().match_postings(question("NOBODY")).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
}
