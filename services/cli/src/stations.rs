//! `jobmatch stations`: loads the map of stations and asks it.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use jobmatch_proto::{json, v1};
use serde_json::{Value, json as object};

use crate::client::Connection;
use crate::failure::Failure;
use crate::rows;

/// Arguments of `stations`.
#[derive(Debug, Args)]
pub(crate) struct StationsArguments {
    #[command(subcommand)]
    command: StationsCommand,
}

#[derive(Debug, Subcommand)]
enum StationsCommand {
    /// Load stations from a file; a station of the same id is replaced.
    Load(LoadArguments),
    /// Show the stations that are reached soonest.
    Near(NearArguments),
    /// Show the divisions from whose centre no station is reached in time.
    Gap(GapArguments),
}

#[derive(Debug, Args)]
struct LoadArguments {
    /// JSON lines or CSV (by its name), also gzipped; `-`: JSON lines on standard input.
    file: PathBuf,
}

/// Which stations count, and how one gets there.
#[derive(Debug, Args)]
struct CountingArguments {
    /// Means of travel.
    #[arg(long)]
    travel: Option<Means>,
    /// Longest way in minutes; the service's own limit when not told.
    #[arg(long, default_value_t = 0)]
    max_minutes: u32,
    /// Only stations that offer this, by its name in the contract (GIG_DISPATCH); may be
    /// given several times, and all are asked for.
    #[arg(long)]
    service: Vec<String>,
    /// Only this kind: NEIGHBOURHOOD, GIG_MARKET, POST, CENTRE.
    #[arg(long)]
    kind: Vec<String>,
}

/// Means of travel.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Means {
    Walk,
    Bike,
    Ebike,
    Bus,
    Car,
}

#[derive(Debug, Args)]
struct NearArguments {
    /// Latitude in degrees (WGS 84).
    #[arg(long, requires = "lon", allow_negative_numbers = true)]
    lat: Option<f64>,
    /// Longitude in degrees (WGS 84).
    #[arg(long, requires = "lat", allow_negative_numbers = true)]
    lon: Option<f64>,
    /// From the centre of this division (code).
    #[arg(long, conflicts_with = "lat", required_unless_present = "lat")]
    division: Option<String>,
    #[command(flatten)]
    counting: CountingArguments,
    /// Only stations that are open at this civil instant, such as 2026-11-27T09:00.
    #[arg(long, default_value = "")]
    open_at: String,
    /// How many.
    #[arg(long, short = 'n', default_value_t = 10)]
    top: u32,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct GapArguments {
    /// Subtree that is looked at (code).
    #[arg(long)]
    division: String,
    #[command(flatten)]
    counting: CountingArguments,
    /// File for the map of the gaps (GeoJSON).
    #[arg(long)]
    geojson: Option<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Runs one of them.
pub(crate) async fn run(connection: &Connection, a: StationsArguments) -> Result<(), Failure> {
    match a.command {
        StationsCommand::Load(a) => load(connection, a).await,
        StationsCommand::Near(a) => near(connection, a).await,
        StationsCommand::Gap(a) => gap(connection, a).await,
    }
}

/// Loads row by row: a bad one is told with its line and the rest are loaded.
async fn load(connection: &Connection, a: LoadArguments) -> Result<(), Failure> {
    let mut client = connection.stations().await?;
    let (mut loaded, mut refused) = (0u64, 0u64);
    for (line, row) in rows::open(&a.file)? {
        let station = row.and_then(|row| {
            let row: json::Station =
                serde_json::from_value(Value::Object(row)).map_err(|e| e.to_string())?;
            row.into_wire().map_err(|e| e.to_string())
        });
        let reason = match station {
            Err(reason) => reason,
            Ok(station) => {
                let request = v1::UpdateStationRequest {
                    station: Some(station),
                    allow_missing: true,
                    ..v1::UpdateStationRequest::default()
                };
                match client.update_station(request).await {
                    Ok(_) => {
                        loaded += 1;
                        continue;
                    }
                    Err(s) if s.code() == tonic::Code::InvalidArgument => s.message().to_owned(),
                    Err(status) => return Err(status.into()),
                }
            }
        };
        refused += 1;
        eprintln!("line {line}: {reason}");
    }
    println!("{loaded} 个站点已载入 (loaded)，{refused} 行被拒 (refused)");
    if refused > 0 {
        return Err(Failure::new(format!("{refused} rows were refused; see above")));
    }
    Ok(())
}

impl Means {
    /// Its number in the contract.
    pub(crate) fn number(self) -> i32 {
        (match self {
            Self::Walk => v1::Travel::Walk,
            Self::Bike => v1::Travel::Bike,
            Self::Ebike => v1::Travel::Ebike,
            Self::Bus => v1::Travel::Bus,
            Self::Car => v1::Travel::Car,
        }) as i32
    }
}

impl CountingArguments {
    fn travel(&self) -> i32 {
        self.travel.map_or(v1::Travel::Unspecified as i32, Means::number)
    }

    fn services(&self) -> Result<Vec<i32>, Failure> {
        let number = |name: &String| {
            let value = v1::ServiceItem::from_str_name(&format!("SERVICE_ITEM_{name}"));
            value.map(|item| item as i32).ok_or_else(|| {
                Failure::new(format!("--service {name}: give a name such as GIG_DISPATCH"))
            })
        };
        self.service.iter().map(number).collect()
    }

    fn kinds(&self) -> Result<Vec<i32>, Failure> {
        let number = |name: &String| {
            let value = v1::StationKind::from_str_name(&format!("STATION_KIND_{name}"));
            value.map(|kind| kind as i32).ok_or_else(|| {
                Failure::new(format!(
                    "--kind {name}: give NEIGHBOURHOOD, GIG_MARKET, POST or CENTRE"
                ))
            })
        };
        self.kind.iter().map(number).collect()
    }
}

async fn near(connection: &Connection, a: NearArguments) -> Result<(), Failure> {
    use v1::nearby_stations_request::Origin;
    let point = a.lat.zip(a.lon).map(|(latitude, longitude)| {
        Origin::Point(v1::Point { latitude, longitude, datum: v1::Datum::Wgs84 as i32 })
    });
    let request = v1::NearbyStationsRequest {
        origin: point.or(a.division.map(Origin::Division)),
        travel: a.counting.travel(),
        max_minutes: a.counting.max_minutes,
        services: a.counting.services()?,
        kinds: a.counting.kinds()?,
        open_at: a.open_at,
        limit: a.top,
    };
    let answer = connection.stations().await?.nearby_stations(request).await?.into_inner();
    if a.json {
        let stations: Vec<Value> = answer.stations.into_iter().map(near_json).collect();
        println!("{}", object!({ "stations": stations }));
        return Ok(());
    }
    if answer.stations.is_empty() {
        println!("附近没有站点 (no station near)");
    }
    for (i, found) in answer.stations.iter().enumerate() {
        println!("{}", near_lines(i + 1, found));
    }
    Ok(())
}

fn near_json(found: v1::NearbyStation) -> Value {
    object!({
        "minutes": found.minutes,
        "metres": found.metres,
        "open_on_arrival": found.open_on_arrival,
        "station": found.station.map(json::Station::of_wire),
    })
}

fn near_lines(rank: usize, found: &v1::NearbyStation) -> String {
    let station = found.station.clone().unwrap_or_default();
    let open = match found.open_on_arrival {
        Some(true) => "到达时开放",
        Some(false) => "到达时不开放",
        None => "开放时间未告知",
    };
    let hours: Vec<String> = station
        .opening_hours
        .iter()
        .map(|h| format!("周{} {}-{}", chinese_days(&h.days), h.start, h.end))
        .collect();
    let told = [station.address, station.phone, hours.join("、")];
    let told: Vec<String> = told.into_iter().filter(|t| !t.is_empty()).collect();
    format!(
        "{rank:>2}. {}  {}  {}  约{:.0}分钟  {:.1}公里  {open}\n    {}",
        station.id,
        station.name,
        kind_name(station.kind),
        found.minutes,
        found.metres / 1000.0,
        told.join("；")
    )
}

fn chinese_days(days: &str) -> String {
    let names = ['一', '二', '三', '四', '五', '六', '日'];
    let name = |d: u8| names.get(usize::from(d.wrapping_sub(b'1'))).copied();
    days.bytes().filter_map(name).collect()
}

fn kind_name(kind: i32) -> &'static str {
    match v1::StationKind::try_from(kind).unwrap_or_default() {
        v1::StationKind::Unspecified => "",
        v1::StationKind::Neighbourhood => "家门口就业服务站",
        v1::StationKind::GigMarket => "零工市场",
        v1::StationKind::Post => "就业驿站",
        v1::StationKind::Centre => "公共就业服务中心",
    }
}

async fn gap(connection: &Connection, a: GapArguments) -> Result<(), Failure> {
    let request = v1::CoverageGapRequest {
        division: a.division,
        travel: a.counting.travel(),
        max_minutes: a.counting.max_minutes,
        services: a.counting.services()?,
        kinds: a.counting.kinds()?,
    };
    let answer = connection.stations().await?.coverage_gap(request).await?.into_inner();
    if let Some(path) = &a.geojson {
        std::fs::write(path, &answer.geojson)
            .map_err(|e| Failure::new(format!("{}: {e}", path.display())))?;
    }
    if a.json {
        let uncovered: Vec<Value> = answer
            .uncovered
            .iter()
            .map(|u| {
                object!({
                    "division": u.division, "name": u.name, "minutes": u.minutes,
                    "nearest_station_id": u.nearest_station_id,
                })
            })
            .collect();
        let (looked_at, without_centre) = (answer.looked_at, answer.without_centre);
        println!(
            "{}",
            object!({
                "uncovered": uncovered, "looked_at": looked_at, "without_centre": without_centre,
            })
        );
        return Ok(());
    }
    for u in &answer.uncovered {
        let way = match u.minutes {
            Some(minutes) => format!("最近 {}  约{minutes:.0}分钟", u.nearest_station_id),
            None => "没有任何站点".into(),
        };
        println!("{}  {}  {way}", u.division, u.name);
    }
    println!(
        "已看 {} 个区划 (looked at)，{} 个未覆盖 (uncovered)；另有 {} 个最低一级区划没有中心点，未作判断 (no centre on record)",
        answer.looked_at,
        answer.uncovered.len(),
        answer.without_centre
    );
    Ok(())
}
