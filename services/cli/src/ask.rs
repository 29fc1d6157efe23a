//! `jobmatch match`, `analyze`: questions to the service.

use clap::Args;
use jobmatch_proto::{json, v1};
use serde_json::{Value, json as object};

use crate::client::Connection;
use crate::failure::Failure;

/// Arguments of `match`.
#[derive(Debug, Args)]
pub(crate) struct MatchArguments {
    /// Jobs for a stored profile.
    #[arg(long, conflicts_with_all = ["text", "posting"])]
    profile: Option<String>,
    /// Jobs for a wish in plain words.
    #[arg(long, conflicts_with = "posting")]
    text: Option<String>,
    /// People for a stored posting.
    #[arg(long)]
    posting: Option<String>,
    #[command(flatten)]
    place: PlaceArguments,
    /// Longest way in minutes (with --text).
    #[arg(long)]
    minutes: Option<u32>,
    #[command(flatten)]
    filter: FilterArguments,
    #[command(flatten)]
    output: OutputArguments,
}

/// Where somebody is.
#[derive(Debug, Args)]
struct PlaceArguments {
    /// Latitude in degrees (WGS 84).
    #[arg(long, requires = "lon", allow_negative_numbers = true)]
    lat: Option<f64>,
    /// Longitude in degrees (WGS 84).
    #[arg(long, requires = "lat", allow_negative_numbers = true)]
    lon: Option<f64>,
}

/// What the matches must meet.
#[derive(Debug, Args)]
pub(crate) struct FilterArguments {
    /// Only in this division (code).
    #[arg(long)]
    division: Vec<String>,
    /// Only this kind: FULL_TIME, PART_TIME, GIG, INTERNSHIP, PUBLIC_WELFARE.
    #[arg(long)]
    kind: Vec<String>,
    /// Only this occupation, by any of its names.
    #[arg(long)]
    occupation: Vec<String>,
}

/// How it is shown.
#[derive(Debug, Args)]
struct OutputArguments {
    /// How many.
    #[arg(long, short = 'n', default_value_t = 10)]
    top: u32,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

impl FilterArguments {
    pub(crate) fn filter(&self) -> Result<v1::Filter, Failure> {
        let kind = |name: &String| {
            let value = v1::EmploymentKind::from_str_name(&format!("EMPLOYMENT_KIND_{name}"));
            value.map(|k| k as i32).ok_or_else(|| {
                Failure::new(format!(
                    "--kind {name}: give FULL_TIME, PART_TIME, GIG, INTERNSHIP or PUBLIC_WELFARE"
                ))
            })
        };
        Ok(v1::Filter {
            divisions: self.division.clone(),
            kinds: self.kind.iter().map(kind).collect::<Result<_, _>>()?,
            occupations: self.occupation.clone(),
            ..v1::Filter::default()
        })
    }
}

fn place(lat: Option<f64>, lon: Option<f64>) -> Option<v1::Place> {
    let (latitude, longitude) = lat.zip(lon)?;
    let point = v1::Point { latitude, longitude, datum: v1::Datum::Wgs84 as i32 };
    Some(v1::Place { division: String::new(), point: Some(point) })
}

/// Asks for matches.
pub(crate) async fn ask(connection: &Connection, a: MatchArguments) -> Result<(), Failure> {
    use v1::match_postings_request::Person;
    let filter = Some(a.filter.filter()?);
    let options = Some(v1::MatchOptions { page_size: a.output.top, ..v1::MatchOptions::default() });
    let mut client = connection.matches().await?;
    if let Some(id) = a.posting {
        let job = Some(v1::match_profiles_request::Job::PostingId(id));
        let request = v1::MatchProfilesRequest { job, filter, options };
        let answer = client.match_profiles(request).await?.into_inner();
        show(&answer.matches, &answer.exclusions, &answer.degraded, &a.output);
        return Ok(());
    }
    let person = match (a.profile, a.text) {
        (Some(id), _) => Person::ProfileId(id),
        (None, Some(text)) => Person::Text(v1::TextQuery {
            text,
            place: place(a.place.lat, a.place.lon),
            max_travel_minutes: a.minutes,
            travel: 0,
        }),
        (None, None) => {
            return Err(Failure::new("say for whom: --profile ID, --text WISH or --posting ID"));
        }
    };
    let request = v1::MatchPostingsRequest { person: Some(person), filter, options };
    let answer = client.match_postings(request).await?.into_inner();
    tell_reading(&answer.read_as, &a.output);
    show(&answer.matches, &answer.exclusions, &answer.degraded, &a.output);
    Ok(())
}

/// Tells people what a text that was typed by sound was read as.
fn tell_reading(read_as: &str, output: &OutputArguments) {
    if !read_as.is_empty() && !output.json {
        println!("read as {read_as}");
    }
}

/// Prints matches as a table or an object, with what the answer had to do without.
fn show(
    matches: &[v1::Match],
    exclusions: &[v1::Exclusion],
    degraded: &str,
    output: &OutputArguments,
) {
    if output.json {
        let matches: Vec<Value> = matches.iter().map(as_json).collect();
        let exclusions: Vec<Value> = exclusions
            .iter()
            .map(|e| object!({ "condition": condition_name(e.kind), "count": e.count }))
            .collect();
        let answer = object!({
            "matches": matches, "exclusions": exclusions, "degraded": degraded,
        });
        println!("{answer}");
        return;
    }
    if !degraded.is_empty() {
        println!("note: {degraded}");
    }
    if matches.is_empty() {
        println!("no match");
    }
    for (i, found) in matches.iter().enumerate() {
        println!("{}", line(i + 1, found));
        println!("    {}", reasons(found).join("；"));
    }
    let excluded: Vec<String> =
        exclusions.iter().map(|e| format!("{} {}", condition_name(e.kind), e.count)).collect();
    if !excluded.is_empty() {
        println!("excluded by one condition alone: {}", excluded.join(", "));
    }
}

fn line(rank: usize, found: &v1::Match) -> String {
    let way = found.travel_minutes.map_or(String::new(), |m| format!("  约{m:.0}分钟"));
    match &found.posting {
        None => format!("{rank:>2}. {:.2}  {}{way}", found.score, found.id),
        Some(posting) => {
            let pay = posting.pay.as_ref().map_or("", |p| p.text.as_str());
            format!(
                "{rank:>2}. {:.2}  {}  {}  {}  {pay}{way}",
                found.score, found.id, posting.title, posting.employer
            )
        }
    }
}

/// The sentences that say something, strongest factor first.
pub(crate) fn reasons(found: &v1::Match) -> Vec<&str> {
    let mut factors: Vec<&v1::Factor> =
        found.factors.iter().filter(|f| !f.evidence.is_empty()).collect();
    factors.sort_by(|a, b| b.contribution.total_cmp(&a.contribution));
    factors.into_iter().map(|f| f.evidence.as_str()).collect()
}

fn condition_name(kind: i32) -> String {
    let kind = v1::ConditionKind::try_from(kind).unwrap_or_default();
    kind.as_str_name().trim_start_matches("CONDITION_KIND_").to_owned()
}

fn as_json(found: &v1::Match) -> Value {
    let factors: Vec<Value> = found
        .factors
        .iter()
        .map(|f| {
            let kind = v1::FactorKind::try_from(f.kind).unwrap_or_default();
            object!({
                "kind": kind.as_str_name().trim_start_matches("FACTOR_KIND_"),
                "value": f.value, "contribution": f.contribution, "evidence": f.evidence,
            })
        })
        .collect();
    object!({
        "id": found.id,
        "score": found.score,
        "distance_metres": found.distance_metres,
        "travel_minutes": found.travel_minutes,
        "factors": factors,
        "duplicate_ids": found.duplicate_ids,
        "posting": found.posting.clone().map(json::Posting::of_wire),
    })
}

/// Arguments of `analyze`.
#[derive(Debug, Args)]
pub(crate) struct AnalyzeArguments {
    /// The text.
    text: String,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Shows the terms of a text.
pub(crate) async fn analyze(connection: &Connection, a: AnalyzeArguments) -> Result<(), Failure> {
    let request = v1::AnalyzeTextRequest { text: a.text };
    let seen = connection.matches().await?.analyze_text(request).await?.into_inner();
    if a.json {
        let occupations: Vec<Value> = seen
            .occupations
            .iter()
            .map(|o| object!({ "name": o.name, "code": o.code, "negated": o.negated }))
            .collect();
        println!(
            "{}",
            object!({
                "normalized": seen.normalized, "words": seen.words, "grams": seen.grams,
                "occupations": occupations, "read_as": seen.read_as, "version": seen.version,
            })
        );
        return Ok(());
    }
    println!("text         {}", seen.normalized);
    println!("words        {}", seen.words.join(" "));
    println!("n-grams      {}", seen.grams.join(" "));
    let named =
        |o: &v1::RecognizedOccupation| format!("{}{}", if o.negated { "not " } else { "" }, o.name);
    println!("occupations  {}", seen.occupations.iter().map(named).collect::<Vec<_>>().join(" "));
    if !seen.read_as.is_empty() {
        println!("read as      {}", seen.read_as);
    }
    println!("version      {}", seen.version);
    Ok(())
}
