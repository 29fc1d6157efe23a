//! `jobmatchd demo`: the main job on embedded parts, from an empty folder to matches.

use std::net::SocketAddr;
use std::path::PathBuf;

use jobmatch_domain::{Date, Instant};
use jobmatch_matching::system_clock;
use jobmatch_proto::v1::match_service_client::MatchServiceClient;
use jobmatch_proto::v1::posting_service_client::PostingServiceClient;
use jobmatch_proto::v1::profile_service_client::ProfileServiceClient;
use jobmatch_proto::v1::station_service_client::StationServiceClient;
use jobmatch_proto::{json, v1};
use tonic::transport::Channel;

use crate::config::Config;
use crate::run::{self, RunError, Running};
use crate::telemetry;

static POSTINGS: &str = include_str!("../sample/postings.jsonl");
static PROFILES: &str = include_str!("../sample/profiles.jsonl");
static GIGS: &str = include_str!("../sample/gigs.jsonl");
static STATIONS: &str = include_str!("../sample/stations.jsonl");
/// The date that the postings were written for.
const SAMPLE_DATE: &str = "2026-11-23";
/// The date that the gigs were written for: the first ones begin on the next.
const GIGS_DATE: &str = "2026-11-26";
/// Whom the demo finds jobs for.
const PERSON: &str = "PA01";

/// Loads the sample, shows three matches, and serves until it is told to end.
pub async fn demo(
    data_dir: Option<PathBuf>,
    listen: SocketAddr,
    once: bool,
) -> Result<(), RunError> {
    let temporary = data_dir.is_none();
    let data_dir = data_dir.unwrap_or_else(|| {
        std::env::temp_dir().join(format!("jobmatch-demo-{}", std::process::id()))
    });
    let text = format!("data_dir = {data_dir:?}\nlisten = \"{listen}\"\nlog = \"warn\"\n");
    let mut config = Config::from_sources(&text, "demo", std::iter::empty())?;
    if listen.port() == 0 {
        config.admin_listen = None;
    }
    telemetry::start_log(&config);
    let running = run::start(&config).await?;
    let shown = show(&running).await;
    if shown.is_ok() && !once {
        let terminated = run::terminated();
        run::announce(&running);
        terminated.await;
    }
    running.stop().await?;
    if temporary {
        // The system clears its temporary folder in any case.
        let _ = std::fs::remove_dir_all(&data_dir);
    }
    shown
}

async fn show(running: &Running) -> Result<(), RunError> {
    let fail = |e: String| RunError::Demo(e);
    let address = format!("http://{}", running.address);
    let channel = tonic::transport::Endpoint::from_shared(address.clone())?.connect().await?;
    let (postings, profiles) = load(&channel, system_clock()()).await?;
    let stations = load_stations(&channel).await?;
    running.ready().await?;
    let mut client = MatchServiceClient::new(channel);
    let request = v1::MatchPostingsRequest {
        person: Some(v1::match_postings_request::Person::ProfileId(PERSON.into())),
        options: Some(v1::MatchOptions { page_size: 3, ..v1::MatchOptions::default() }),
        ..v1::MatchPostingsRequest::default()
    };
    let answer =
        client.match_postings(request).await.map_err(|e| fail(e.to_string()))?.into_inner();
    #[allow(clippy::print_stdout, reason = "the demo talks to the person who started it")]
    {
        println!(
            "{postings} postings, {profiles} profiles and {stations} stations loaded from the sample.\n"
        );
        println!("The best jobs for person {PERSON}:\n");
        for (i, found) in answer.matches.iter().enumerate() {
            print!("{}", describe(i + 1, found));
        }
        println!("\nAsk for more:");
        println!("  jobmatch --server {address} match --profile {PERSON}");
        println!(
            "  jobmatch --server {address} match --text 想找个看大门的，住得近 --lat 36.67 --lon 117.02"
        );
        println!("  jobmatch --server {address} stations near --lat 36.67 --lon 117.02");
    }
    Ok(())
}

fn describe(rank: usize, found: &v1::Match) -> String {
    let posting = found.posting.clone().unwrap_or_default();
    let pay = posting.pay.map(|p| p.text).unwrap_or_default();
    let mut out = format!(
        "{rank}. {:.2}  {}  {}  {}  {pay}\n",
        found.score, posting.id, posting.title, posting.employer
    );
    let mut factors: Vec<_> = found.factors.iter().filter(|f| !f.evidence.is_empty()).collect();
    factors.sort_by(|a, b| b.contribution.total_cmp(&a.contribution));
    for factor in factors {
        out.push_str(&format!("     {}\n", factor.evidence));
    }
    out
}

/// Loads the sample with its dates moved to today, so that it never expires; profiles are
/// matchable. Answers how many of each.
async fn load(channel: &Channel, now: Instant) -> Result<(u64, u64), RunError> {
    let fail = |e: String| RunError::Demo(e);
    let mut postings = Vec::new();
    let rows = dated(POSTINGS, SAMPLE_DATE, now)?.into_iter().chain(dated(GIGS, GIGS_DATE, now)?);
    for (number, posting) in (1..).zip(rows) {
        let item = v1::ImportPostingItem { number, posting: Some(posting) };
        let request = Some(v1::import_postings_request::Request::Item(item));
        postings.push(v1::ImportPostingsRequest { request });
    }
    let finish = v1::ImportFinish { items: postings.len() as u64 };
    let request = Some(v1::import_postings_request::Request::Finish(finish));
    postings.push(v1::ImportPostingsRequest { request });
    let mut profiles = Vec::new();
    for (number, line) in (1..).zip(PROFILES.lines()) {
        let mut row: json::Profile = serde_json::from_str(line).map_err(|e| fail(e.to_string()))?;
        row.visibility = Some("MATCHABLE".into());
        row.consent = Some(true);
        let profile = row.into_wire().map_err(|e| fail(e.to_string()))?;
        let item = v1::ImportProfileItem { number, profile: Some(profile) };
        let request = Some(v1::import_profiles_request::Request::Item(item));
        profiles.push(v1::ImportProfilesRequest { request });
    }
    let finish = v1::ImportFinish { items: profiles.len() as u64 };
    let request = Some(v1::import_profiles_request::Request::Finish(finish));
    profiles.push(v1::ImportProfilesRequest { request });
    let status = |e: tonic::Status| fail(e.message().to_owned());

    let mut client = PostingServiceClient::new(channel.clone());
    let mut answers =
        client.import_postings(tokio_stream::iter(postings)).await.map_err(status)?.into_inner();
    let mut loaded = (0, 0);
    while let Some(answer) = answers.message().await.map_err(status)? {
        if let Some(v1::import_postings_response::Response::Summary(s)) = answer.response {
            loaded.0 = s.written + s.unchanged;
        }
    }
    let mut client = ProfileServiceClient::new(channel.clone());
    let mut answers =
        client.import_profiles(tokio_stream::iter(profiles)).await.map_err(status)?.into_inner();
    while let Some(answer) = answers.message().await.map_err(status)? {
        if let Some(v1::import_profiles_response::Response::Summary(s)) = answer.response {
            loaded.1 = s.written + s.unchanged;
        }
    }
    Ok(loaded)
}

/// Postings that were written for a date, moved to today.
fn dated(lines: &str, made_for: &str, now: Instant) -> Result<Vec<v1::JobPosting>, RunError> {
    let fail = |e: String| RunError::Demo(e);
    let made_for = Date::parse(made_for).map_err(|e| fail(e.to_string()))?;
    let shift = now.date().days() - made_for.days();
    let read = |line| {
        let row: json::Posting = serde_json::from_str(line).map_err(|e| fail(e.to_string()))?;
        moved(row, shift).into_wire().map_err(|e| fail(e.to_string()))
    };
    lines.lines().map(read).collect()
}

/// Loads the stations; answers how many.
async fn load_stations(channel: &Channel) -> Result<usize, RunError> {
    let fail = |e: String| RunError::Demo(e);
    let mut client = StationServiceClient::new(channel.clone());
    let mut loaded = 0;
    for line in STATIONS.lines() {
        let row: json::Station = serde_json::from_str(line).map_err(|e| fail(e.to_string()))?;
        let request = v1::UpdateStationRequest {
            station: Some(row.into_wire().map_err(|e| fail(e.to_string()))?),
            allow_missing: true,
            ..v1::UpdateStationRequest::default()
        };
        client.update_station(request).await.map_err(|e| fail(e.message().to_owned()))?;
        loaded += 1;
    }
    Ok(loaded)
}

/// The row so many days later.
fn moved(mut row: json::Posting, days: i64) -> json::Posting {
    let date = |text: &str| Date::parse(text).map(|d| d.plus_days(days).to_string());
    for field in [&mut row.published, &mut row.expires] {
        if let Some(text) = field.as_mut()
            && let Ok(later) = date(text)
        {
            *text = later;
        }
    }
    if let Some(window) = &mut row.window {
        for text in std::iter::once(&mut window.start).chain(&mut window.end) {
            if let Some((day, time)) = text.split_once('T')
                && let Ok(later) = date(day)
            {
                *text = format!("{later}T{time}");
            }
        }
    }
    row
}
