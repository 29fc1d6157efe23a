//! `jobmatch near`: what is in reach, now.

use clap::{Args, ValueEnum};
use jobmatch_proto::{json, v1};
use serde_json::{Value, json as object};

use crate::ask::FilterArguments;
use crate::client::Connection;
use crate::failure::Failure;
use crate::stations::Means;

/// Arguments of `near`.
#[derive(Debug, Args)]
pub(crate) struct NearArguments {
    /// Latitude in degrees (WGS 84).
    #[arg(long, requires = "lon", allow_negative_numbers = true)]
    lat: Option<f64>,
    /// Longitude in degrees (WGS 84).
    #[arg(long, requires = "lat", allow_negative_numbers = true)]
    lon: Option<f64>,
    /// From a stored station (id).
    #[arg(long, conflicts_with = "lat", required_unless_present = "lat")]
    station: Option<String>,
    /// Longest way in minutes.
    #[arg(long, default_value_t = 15, conflicts_with = "radius")]
    minutes: u32,
    /// Straight-line metres in place of minutes.
    #[arg(long)]
    radius: Option<f64>,
    /// Means of travel.
    #[arg(long, value_enum, default_value = "ebike")]
    travel: Means,
    /// What comes first.
    #[arg(long, value_enum, default_value = "minutes")]
    order: Order,
    /// What is sought, in plain words; anything when not told.
    #[arg(long)]
    text: Option<String>,
    #[command(flatten)]
    filter: FilterArguments,
    /// How many.
    #[arg(long, short = 'n', default_value_t = 10)]
    top: u32,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// What comes first.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Order {
    /// Soonest reached.
    Minutes,
    /// Best paid by the hour.
    Pay,
    /// Begins soonest.
    Start,
    /// Suits best (with --text).
    Score,
}

impl NearArguments {
    fn request(self) -> Result<v1::NearbyPostingsRequest, Failure> {
        use v1::nearby_area::{Limit, Origin};
        let origin = match (self.lat.zip(self.lon), self.station) {
            (Some((latitude, longitude)), _) => {
                Origin::Point(v1::Point { latitude, longitude, datum: v1::Datum::Wgs84 as i32 })
            }
            (None, Some(id)) => Origin::StationId(id),
            (None, None) => {
                return Err(Failure::new("say from where: --lat and --lon, or --station"));
            }
        };
        let person = self.text.map(|text| {
            let text = v1::TextQuery { text, ..v1::TextQuery::default() };
            v1::nearby_postings_request::Person::Text(text)
        });
        let order = match self.order {
            Order::Minutes => v1::NearbyOrder::Minutes,
            Order::Pay => v1::NearbyOrder::Pay,
            Order::Start => v1::NearbyOrder::Start,
            Order::Score => v1::NearbyOrder::Score,
        };
        Ok(v1::NearbyPostingsRequest {
            area: Some(v1::NearbyArea {
                origin: Some(origin),
                limit: Some(self.radius.map_or(Limit::MaxMinutes(self.minutes), Limit::MaxMetres)),
                travel: self.travel.number(),
                filter: Some(self.filter.filter()?),
                ..v1::NearbyArea::default()
            }),
            order: order as i32,
            person,
            page_size: self.top,
            ..v1::NearbyPostingsRequest::default()
        })
    }
}

/// Shows what is near.
pub(crate) async fn near(connection: &Connection, a: NearArguments) -> Result<(), Failure> {
    let json = a.json;
    let request = a.request()?;
    let answer = connection.nearby().await?.nearby_postings(request).await?.into_inner();
    if json {
        println!("{}", as_object(&answer));
        return Ok(());
    }
    if !answer.read_as.is_empty() {
        println!("read as {}", answer.read_as);
    }
    if !answer.note.is_empty() {
        println!("{}", answer.note);
    }
    println!("共{}个岗位 ({} found)  {}", answer.total, answer.total, rings(&answer.rings));
    for (i, found) in answer.postings.iter().enumerate() {
        println!("{}", line(i + 1, found));
    }
    Ok(())
}

/// How many lie in each ring: `0-5分钟 6  5-10分钟 9`.
fn rings(rings: &[v1::RingCount]) -> String {
    let mut begins = 0;
    let mut told = Vec::with_capacity(rings.len());
    for ring in rings {
        told.push(format!("{begins}-{}分钟 {}", ring.minutes, ring.count));
        begins = ring.minutes;
    }
    told.join("  ")
}

fn as_object(answer: &v1::NearbyPostingsResponse) -> Value {
    let postings: Vec<Value> = answer
        .postings
        .iter()
        .map(|found| {
            object!({
                "minutes": found.minutes,
                "metres": found.metres,
                "yuan_per_hour": found.yuan_per_hour,
                "score": found.score,
                "places_free": found.posting.as_ref().and_then(|p| p.places_free),
                "posting": found.posting.clone().map(json::Posting::of_wire),
            })
        })
        .collect();
    let trades = answer.trades.iter().map(|t| (t.occupation.clone(), Value::from(t.count)));
    object!({
        "total": answer.total,
        "used_limit": answer.used_limit,
        "note": answer.note,
        "trades": trades.collect::<serde_json::Map<_, _>>(),
        "postings": postings,
    })
}

fn line(rank: usize, found: &v1::NearbyPosting) -> String {
    let posting = found.posting.clone().unwrap_or_default();
    let pay = posting.pay.map(|pay| pay.text).unwrap_or_default();
    let begins = posting.window.map(|window| format!("  {}开工", window.start.replace('T', " ")));
    let hourly = found.yuan_per_hour.map(|yuan| format!("  约{yuan:.0}元/时"));
    let places = posting.places_free.map(|free| format!("  还缺{free}人"));
    format!(
        "{rank:>2}. 约{:.0}分钟 {:.0}米  {}  {}  {}  {pay}{}{}{}",
        found.minutes.ceil(),
        found.metres,
        posting.id,
        posting.title,
        posting.employer,
        hourly.unwrap_or_default(),
        begins.unwrap_or_default(),
        places.unwrap_or_default(),
    )
}
