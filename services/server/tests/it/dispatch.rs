//! An assignment through the real server: the scores of a match, stable, and a reason for
//! everybody who stays without.

use std::collections::BTreeMap;

use jobmatch_proto::v1;
use jobmatch_proto::v1::UnassignedReason as Reason;
use tonic::Code;
use tonic_types::StatusExt;

use crate::server::{Server, import, put_profiles, sample_postings, sample_profiles, seq};

/// Sample postings as gigs of a day far ahead, so that the test outlives the sample's dates.
fn gigs(count: usize) -> Vec<v1::JobPosting> {
    let mut gigs: Vec<v1::JobPosting> = sample_postings().into_iter().take(count).collect();
    for (i, gig) in gigs.iter_mut().enumerate() {
        let start = 6 + i % 4 * 3;
        gig.window = Some(v1::Window {
            start: format!("2150-03-04T{start:02}:00"),
            end: format!("2150-03-04T{:02}:00", start + 3),
        });
        (gig.published, gig.expires) = (String::new(), String::new());
        (gig.age_min, gig.age_max, gig.shifts) = (None, None, Vec::new());
        (gig.headcount, gig.places_left) = (Some(1 + i as u32 % 2), None);
    }
    gigs
}

fn people(count: usize) -> Vec<v1::Profile> {
    let mut people: Vec<v1::Profile> = sample_profiles().into_iter().take(count).collect();
    for person in &mut people {
        // Any kind, at any hour: enough pairs suit to be worth assigning.
        (person.kinds, person.available) = (Vec::new(), Vec::new());
    }
    people
}

async fn serve(gigs: &[v1::JobPosting], people: &[v1::Profile]) -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    import(&server, gigs.to_vec()).await.iter().for_each(|r| assert!(seq(r) > 0));
    put_profiles(&server, people.to_vec()).await;
    (server, folder)
}

fn request(gigs: &[v1::JobPosting], people: &[v1::Profile]) -> v1::DispatchRequest {
    v1::DispatchRequest {
        posting_ids: gigs.iter().map(|g| g.id.clone()).collect(),
        profile_ids: people.iter().map(|p| p.id.clone()).collect(),
        ..v1::DispatchRequest::default()
    }
}

async fn ask(server: &Server, request: v1::DispatchRequest) -> v1::DispatchResponse {
    server.gigs().dispatch(request).await.unwrap().into_inner()
}

/// The score of each eligible pair, one by one.
async fn explained(
    server: &Server,
    asked: &v1::DispatchRequest,
) -> BTreeMap<(String, String), f64> {
    let mut scores = BTreeMap::new();
    for profile in &asked.profile_ids {
        for posting in &asked.posting_ids {
            let request = v1::ExplainMatchRequest {
                person: Some(v1::explain_match_request::Person::ProfileId(profile.clone())),
                posting_id: posting.clone(),
                ..v1::ExplainMatchRequest::default()
            };
            let pair = server.matches().explain_match(request).await.unwrap().into_inner();
            if pair.eligible {
                scores.insert((profile.clone(), posting.clone()), pair.r#match.unwrap().score);
            }
        }
    }
    scores
}

#[tokio::test(flavor = "multi_thread")]
async fn the_assignment_is_stable_by_the_scores_of_single_matches() {
    let (gigs, people) = (gigs(40), people(24));
    let (server, _folder) = serve(&gigs, &people).await;
    let asked = request(&gigs, &people);
    let answer = ask(&server, asked.clone()).await;
    let scores = explained(&server, &asked).await;
    let of = |profile: &str, posting: &str| scores.get(&(profile.into(), posting.into())).copied();
    assert!(answer.assignments.len() > 8, "{}", answer.assignments.len());
    let mut got: BTreeMap<&str, f64> = BTreeMap::new();
    let mut on: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for a in &answer.assignments {
        assert_eq!(Some(a.score), of(&a.profile_id, &a.posting_id));
        assert_eq!(got.insert(&a.profile_id, a.score), None);
        on.entry(&a.posting_id).or_default().push(a.score);
        let better = |own: &str, score: &f64| *score > a.score && own == a.profile_id;
        let above = scores.iter().filter(|((p, _), score)| better(p, score)).count();
        assert_eq!(a.person_choice as usize, above + 1);
    }
    for ((profile, posting), score) in &scores {
        let places = gigs.iter().find(|g| g.id == *posting).unwrap().headcount.unwrap() as usize;
        let here = on.get(posting.as_str()).cloned().unwrap_or_default();
        assert!(here.len() <= places);
        let wanted = here.len() < places || here.iter().any(|other| other < score);
        let wants = got.get(profile.as_str()).is_none_or(|own| own < score);
        assert!(!(wanted && wants), "{profile} and {posting} would rather have each other");
    }
    for u in &answer.unassigned {
        let suitable = scores.keys().filter(|(p, _)| *p == u.profile_id).count();
        assert_eq!(u.suitable as usize, suitable, "{u:?}");
        let taken = u.reason() == Reason::PlacesTaken;
        assert!(taken || u.reason() == Reason::NothingSuits && suitable == 0, "{u:?}");
    }
    assert_eq!(answer.assignments.len() + answer.unassigned.len(), people.len());
    let places: u32 = gigs.iter().map(|g| g.headcount.unwrap()).sum();
    let open: u32 = answer.open_places.iter().map(|o| o.places).sum();
    assert_eq!(open + answer.assignments.len() as u32, places);

    let mut turned = asked.clone();
    turned.profile_ids.reverse();
    turned.posting_ids.reverse();
    let again = ask(&server, turned).await;
    assert_eq!((&again.assignments, &again.unassigned), (&answer.assignments, &answer.unassigned));

    let many = ask(&server, v1::DispatchRequest { max_gigs_per_person: 3, ..asked }).await;
    assert!(many.assignments.len() > answer.assignments.len());
    let start = |a: &v1::Assignment| {
        gigs.iter().find(|g| g.id == a.posting_id).map(|g| g.window.clone().unwrap().start)
    };
    for (a, b) in many.assignments.iter().zip(&many.assignments[1..]) {
        assert!(a.profile_id < b.profile_id || start(a) < start(b), "{a:?} {b:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_nobody_gets_nobody_and_who_stays_without_is_told_why() {
    // One advert six times, and people who are the same but for their ids.
    let model = gigs(1).remove(0);
    let gig = |id: &str| v1::JobPosting { id: id.into(), headcount: Some(1), ..model.clone() };
    let mut gigs = ["open", "closed", "begun", "over", "full", "wide"].map(gig);
    gigs[1].status = v1::PostingStatus::Closed as i32;
    gigs[2].window =
        Some(v1::Window { start: "2020-01-01T08:00".into(), end: "2150-01-01T08:00".into() });
    gigs[3].window = Some(v1::Window { start: "2020-01-01T08:00".into(), end: String::new() });
    gigs[4].places_left = Some(0);
    (gigs[5].headcount, gigs[5].places_left) = (None, None);
    let wish = v1::Profile {
        wanted: vec![model.title.clone()],
        place: model.place.clone(),
        visibility: v1::Visibility::Matchable as i32,
        consent: Some(v1::Consent { given: true, ..v1::Consent::default() }),
        ..v1::Profile::default()
    };
    let mut people =
        ["a", "b", "c", "d", "e", "f"].map(|id| v1::Profile { id: id.into(), ..wish.clone() });
    people[3].visibility = v1::Visibility::Private as i32;
    people[4].consent = Some(v1::Consent {
        given: true,
        valid_until: "2020-01-01".into(),
        ..v1::Consent::default()
    });
    people[5].excluded_employers = vec![model.employer.clone()];
    let (server, _folder) = serve(&gigs, &people).await;
    let mut asked = request(&gigs, &people);
    asked.posting_ids.push("gone".into());
    asked.profile_ids.push("nobody".into());
    let answer = ask(&server, asked.clone()).await;
    let pairs: Vec<_> =
        answer.assignments.iter().map(|a| (&*a.profile_id, &*a.posting_id)).collect();
    assert_eq!(pairs, [("a", "open"), ("b", "wide")]);
    let choices: Vec<_> =
        answer.assignments.iter().map(|a| (a.person_choice, a.gig_choice)).collect();
    assert_eq!(choices, [(1, 1), (2, 2)]);
    assert_eq!(answer.open_places, []);
    let reasons: Vec<_> = answer
        .unassigned
        .iter()
        .map(|u| {
            assert!(!u.evidence.is_empty());
            (&*u.profile_id, u.reason(), u.suitable)
        })
        .collect();
    let expected = [
        ("c", Reason::PlacesTaken, 2),
        ("d", Reason::NotMatchable, 0),
        ("e", Reason::NotMatchable, 0),
        ("f", Reason::NothingSuits, 0),
        ("nobody", Reason::NotMatchable, 0),
    ];
    assert_eq!(reasons, expected);
    let excluded =
        |u: &v1::Unassigned| u.exclusions.iter().map(|e| (e.kind(), e.count)).collect::<Vec<_>>();
    // The open gig and the wide one; those that are shut are kept apart by that as well.
    assert_eq!(excluded(&answer.unassigned[3]), [(v1::ConditionKind::Employer, 2)]);
    assert_eq!(excluded(&answer.unassigned[0]), []);

    let high = ask(&server, v1::DispatchRequest { min_score: 1.0, ..asked }).await;
    assert_eq!(high.assignments, []);
    assert_eq!(high.unassigned[0].reason(), Reason::BelowMinScore);
    let open: Vec<_> = high.open_places.iter().map(|o| (&*o.posting_id, o.places)).collect();
    assert_eq!(open, [("open", 1), ("wide", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_faulty_request_names_the_field() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let request = v1::DispatchRequest {
        posting_ids: vec!["g".into()],
        profile_ids: vec!["a".into(), "a".into()],
        ..v1::DispatchRequest::default()
    };
    let status = server.gigs().dispatch(request).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let details = status.get_error_details();
    assert_eq!(details.bad_request().unwrap().field_violations[0].field, "profile_ids[1]");
}
