//! What a key opens: kiosks see nobody, stations their own people, and looks are noted.

use std::str::FromStr;

use jobmatch_proto::v1;
use jobmatch_proto::v1::gig_service_client::GigServiceClient;
use jobmatch_proto::v1::match_service_client::MatchServiceClient;
use jobmatch_proto::v1::nearby_service_client::NearbyServiceClient;
use jobmatch_proto::v1::posting_service_client::PostingServiceClient;
use jobmatch_proto::v1::profile_service_client::ProfileServiceClient;
use tonic::metadata::MetadataValue;
use tonic::{Code, Request};

use crate::server::Server;
use crate::slots::gig;

/// With the hashes left out.
const KEYS: &str = r#"[
  {name = "platform", sha256 = "SYSTEM"},
  {name = "lixia", sha256 = "LIXIA", role = "station", division = "370102"},
  {name = "market", sha256 = "KIOSK", role = "kiosk"}]"#;

fn keys() -> String {
    use sha2::{Digest, Sha256};
    let hash = |key: &str| hex::encode(Sha256::digest(key.as_bytes()));
    KEYS.replace("SYSTEM", &hash("system"))
        .replace("LIXIA", &hash("lixia"))
        .replace("KIOSK", &hash("kiosk"))
}

/// A request with a key.
fn by<T>(key: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    let value = MetadataValue::from_str(&format!("Bearer {key}")).unwrap();
    request.metadata_mut().insert("authorization", value);
    request
}

fn person(id: &str, division: &str) -> v1::Profile {
    v1::Profile {
        id: id.into(),
        wanted: vec!["装卸工".into()],
        visibility: v1::Visibility::Matchable as i32,
        consent: Some(v1::Consent { given: true, ..Default::default() }),
        owner: Some(v1::Owner { division: division.into(), ..Default::default() }),
        ..Default::default()
    }
}

async fn put(server: &Server, key: &str, profile: v1::Profile) -> Result<v1::Profile, Code> {
    let request = v1::UpdateProfileRequest {
        profile: Some(profile),
        allow_missing: true,
        ..Default::default()
    };
    let mut client = ProfileServiceClient::new(server.channel.clone());
    let answer = client.update_profile(by(key, request)).await.map_err(|s| s.code())?;
    Ok(answer.into_inner().profile.unwrap())
}

async fn get(server: &Server, key: &str, id: &str) -> Result<String, Code> {
    let mut client = ProfileServiceClient::new(server.channel.clone());
    let request = v1::GetProfileRequest { id: id.into() };
    let answer = client.get_profile(by(key, request)).await.map_err(|s| s.code())?;
    Ok(answer.into_inner().profile.unwrap().id)
}

/// A server with two people of two offices and a gig.
async fn furnished(folder: &std::path::Path) -> Server {
    let server = Server::start_with(folder, &[("JOBMATCH_KEYS", &keys())]).await;
    put(&server, "system", person("own", "370102001")).await.unwrap();
    put(&server, "system", person("other", "370103")).await.unwrap();
    let place = v1::Place { division: "370103".into(), ..Default::default() };
    let posting = v1::JobPosting { place: Some(place), ..gig("gig", 60, 5) };
    let request = v1::UpdatePostingRequest {
        posting: Some(posting),
        allow_missing: true,
        ..Default::default()
    };
    let mut postings = PostingServiceClient::new(server.channel.clone());
    postings.update_posting(by("system", request)).await.unwrap();
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_sees_and_changes_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let server = furnished(folder.path()).await;
    assert_eq!(get(&server, "system", "other").await, Ok("other".into()));
    assert_eq!(get(&server, "lixia", "own").await, Ok("own".into()));
    assert_eq!(get(&server, "lixia", "other").await, Err(Code::PermissionDenied));
    assert_eq!(get(&server, "guess", "own").await, Err(Code::Unauthenticated));
    // Neither another office's, nor away from their own.
    let denied = Err(Code::PermissionDenied);
    assert_eq!(put(&server, "lixia", person("other", "370102")).await.map(|p| p.id), denied);
    assert_eq!(put(&server, "lixia", person("own", "370103")).await.map(|p| p.id), denied);
    assert_eq!(put(&server, "lixia", person("new", "")).await.map(|p| p.id), denied);
    assert_eq!(
        put(&server, "lixia", person("new", "370102")).await.map(|p| p.id),
        Ok("new".into())
    );
    let mut profiles = ProfileServiceClient::new(server.channel.clone());
    let ids = vec!["own".into(), "other".into()];
    let request = by("lixia", v1::BatchGetProfilesRequest { ids });
    let found = profiles.batch_get_profiles(request).await.unwrap().into_inner();
    assert_eq!(found.missing_ids, ["other"]);
    let request = by("lixia", v1::ListProfilesRequest::default());
    let listed = profiles.list_profiles(request).await.unwrap().into_inner().profiles;
    assert_eq!(listed.iter().map(|p| p.id.as_str()).collect::<Vec<_>>(), ["new", "own"]);
    let delete = v1::DeleteProfileRequest { id: "other".into(), ..Default::default() };
    let status = profiles.delete_profile(by("lixia", delete)).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    // Postings are public to read, and another office's to change.
    let mut postings = PostingServiceClient::new(server.channel.clone());
    let request = by("lixia", v1::GetPostingRequest { id: "gig".into() });
    assert!(postings.get_posting(request).await.is_ok());
    let delete = v1::DeletePostingRequest { id: "gig".into(), ..Default::default() };
    let status = postings.delete_posting(by("lixia", delete)).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_matches_its_own_people() {
    let folder = tempfile::tempdir().unwrap();
    let server = furnished(folder.path()).await;
    let mut matches = MatchServiceClient::new(server.channel.clone());
    let job = Some(v1::match_profiles_request::Job::PostingId("gig".into()));
    let options = Some(v1::MatchOptions { min_seq: 3, ..Default::default() });
    let request = v1::MatchProfilesRequest { job, options, ..Default::default() };
    let mut found = async |key: &str| {
        let answer =
            matches.match_profiles(by(key, request.clone())).await.map_err(|s| s.code())?;
        let answer = answer.into_inner();
        let division = v1::ConditionKind::Division as i32;
        assert!(answer.exclusions.iter().all(|e| e.kind != division), "others are not counted");
        Ok(answer.matches.into_iter().map(|m| m.id).collect::<Vec<_>>())
    };
    assert_eq!(found("system").await.map(|f| f.len()), Ok(2));
    assert_eq!(found("lixia").await, Ok(vec!["own".into()]));
    assert_eq!(found("kiosk").await, Err(Code::PermissionDenied));
    let of = |id: &str| v1::MatchPostingsRequest {
        person: Some(v1::match_postings_request::Person::ProfileId(id.into())),
        ..Default::default()
    };
    assert!(matches.match_postings(by("lixia", of("own"))).await.is_ok());
    let status = matches.match_postings(by("lixia", of("other"))).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    let batch = by("lixia", v1::MatchPostingsBatchRequest::default());
    let mut answers = matches.match_postings_batch(batch).await.unwrap().into_inner();
    assert_eq!(answers.message().await.unwrap().unwrap().profile_id, "own");
    assert!(answers.message().await.unwrap().is_none());
    let request = v1::DispatchRequest {
        posting_ids: vec!["gig".into()],
        profile_ids: vec!["own".into(), "other".into()],
        ..Default::default()
    };
    let mut gigs = GigServiceClient::new(server.channel.clone());
    let answer = gigs.dispatch(by("lixia", request)).await.unwrap().into_inner();
    assert_eq!(answer.assignments.len(), 1);
    assert_eq!(answer.unassigned[0].profile_id, "other");
    assert_eq!(answer.unassigned[0].reason(), v1::UnassignedReason::NotMatchable);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kiosk_finds_work_and_sees_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let server = furnished(folder.path()).await;
    let mut nearby = NearbyServiceClient::new(server.channel.clone());
    let request = v1::NearbyPostingsRequest {
        area: Some(v1::NearbyArea {
            origin: Some(v1::nearby_area::Origin::Division("370103".into())),
            ..Default::default()
        }),
        min_seq: 3,
        ..Default::default()
    };
    let answer = nearby.nearby_postings(by("kiosk", request.clone())).await.unwrap().into_inner();
    assert_eq!(answer.total, 1);
    let person = v1::nearby_postings_request::Person::ProfileId("own".into());
    let personal = v1::NearbyPostingsRequest { person: Some(person), ..request };
    let status = nearby.nearby_postings(by("kiosk", personal)).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    assert_eq!(get(&server, "kiosk", "own").await, Err(Code::PermissionDenied));
    let mut gigs = GigServiceClient::new(server.channel.clone());
    let mut take = async |hold_seconds| {
        let request =
            v1::TakeSlotRequest { posting_id: "gig".into(), taker_id: "T1".into(), hold_seconds };
        gigs.take_slot(by("kiosk", request)).await.map(|_| ()).map_err(|s| s.code())
    };
    assert_eq!(take(None).await, Err(Code::PermissionDenied), "confirming is the counter's");
    assert_eq!(take(Some(900)).await, Ok(()));
    let list = v1::ListSlotsRequest {
        of: Some(v1::list_slots_request::Of::PostingId("gig".into())),
        ..Default::default()
    };
    let status = gigs.list_slots(by("kiosk", list)).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied, "takers are not a kiosk's to see");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_look_at_a_person_is_noted_under_the_name_of_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let server =
        Server::start_logged(&folder.path().join("data"), &[("JOBMATCH_KEYS", &keys())], &log)
            .await;
    put(&server, "system", person("own", "370102")).await.unwrap();
    get(&server, "lixia", "own").await.unwrap();
    server.terminate();
    let lines = std::fs::read_to_string(&log).unwrap();
    let looks: Vec<&str> = lines.lines().filter(|line| line.contains("looked at")).collect();
    assert_eq!(looks.len(), 1, "{lines}");
    for part in ["lixia", "get", "profiles", "own"] {
        assert!(looks[0].contains(part), "{part}: {}", looks[0]);
    }
}
