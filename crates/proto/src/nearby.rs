//! What is near: requests and answers on the wire.

use jobmatch_domain::gig::Settlement;
use jobmatch_domain::matching::Person;
use jobmatch_domain::nearby::{
    Limit, NearbyAnswer, NearbyArea, NearbyChange, NearbyEvent, NearbyOrder, NearbyPosting,
    NearbyPostings, Whence,
};
use jobmatch_domain::{CivilInstant, Instant, Invalid, OccupationId, Seq, Violation};

use crate::matching::{
    Context, condition_to_wire, debug_to_wire, factor_to_wire, filter, given_person, id_at,
    text_query, told,
};
use crate::{fields as f, page_token, posting, v1};

const MAX_PAGE_SIZE: u32 = 200;
const DEFAULT_PAGE_SIZE: u32 = 20;

/// Checks a request for what is near; also gives its digest, for the token of the next page.
pub fn postings(
    mut wire: v1::NearbyPostingsRequest,
    context: Context<'_>,
) -> Result<(NearbyPostings, u64), Violation> {
    let token = std::mem::take(&mut wire.page_token);
    let (size, min_seq) = (std::mem::take(&mut wire.page_size), std::mem::take(&mut wire.min_seq));
    wire.debug = false;
    let digest = page_token::digest("NearbyPostings", &wire);
    use v1::nearby_postings_request::Person as W;
    let person = match wire.person {
        None => None,
        Some(W::ProfileId(id)) => Some(Person::Stored(id_at(&id, "profile_id")?)),
        Some(W::Profile(given)) => Some(given_person(given, context)?),
        Some(W::Text(text)) => Some(Person::Text(text_query(text).map_err(|v| v.within("text"))?)),
    };
    let order = order(wire.order)?;
    if order == NearbyOrder::Score && person.is_none() {
        return Err(Invalid::Combination("needs a person to match with").at("order"));
    }
    let widen_below = wire.widen_below.unwrap_or(NearbyPostings::WIDEN_BELOW);
    if widen_below > MAX_PAGE_SIZE {
        return Err(Invalid::range(widen_below, 0, MAX_PAGE_SIZE).at("widen_below"));
    }
    if size > MAX_PAGE_SIZE {
        return Err(Invalid::range(size, 1, MAX_PAGE_SIZE).at("page_size"));
    }
    let size = if size == 0 { DEFAULT_PAGE_SIZE } else { size };
    let request = NearbyPostings {
        area: area(wire.area, context)?,
        order,
        person,
        page_size: size as usize,
        page: page_token::parse_nearby(&token, digest)?,
        min_seq: Seq(min_seq),
        widen_below: u64::from(widen_below),
    };
    Ok((request, digest))
}

/// Checks a request to follow an area; `None`: from now on.
pub fn watch(
    wire: v1::WatchNearbyRequest,
    context: Context<'_>,
) -> Result<(NearbyArea, Option<Seq>), Violation> {
    let cursor = match wire.cursor.as_str() {
        "" => None,
        text => Some(u64::from_str_radix(text, 16).map(Seq).map_err(|_| {
            Invalid::malformed(text, "the cursor of an event, unchanged").at("cursor")
        })?),
    };
    Ok((area(wire.area, context)?, cursor))
}

fn order(number: i32) -> Result<NearbyOrder, Violation> {
    use v1::NearbyOrder as W;
    let wire = W::try_from(number).map_err(|_| f::unknown_enum(number, "order").at("order"))?;
    Ok(match wire {
        W::Unspecified | W::Minutes => NearbyOrder::Minutes,
        W::Pay => NearbyOrder::Pay,
        W::Start => NearbyOrder::Start,
        W::Score => NearbyOrder::Score,
    })
}

fn area(wire: Option<v1::NearbyArea>, context: Context<'_>) -> Result<NearbyArea, Violation> {
    let wire = wire.ok_or_else(|| Invalid::Missing.at("area"))?;
    checked_area(wire, context).map_err(|v| v.within("area"))
}

fn checked_area(wire: v1::NearbyArea, context: Context<'_>) -> Result<NearbyArea, Violation> {
    let filter = filter(wire.filter, context)?;
    if filter.radius.is_some() {
        return Err(Invalid::Combination("is told by the area: give max_minutes or max_metres")
            .at("filter.radius_metres"));
    }
    let (starts_from, starts_until) =
        (civil(&wire.starts_from, "starts_from")?, civil(&wire.starts_until, "starts_until")?);
    if starts_from.zip(starts_until).is_some_and(|(from, until)| until <= from) {
        return Err(Invalid::Order { relation: "before", other: "starts_from" }.at("starts_until"));
    }
    Ok(NearbyArea {
        whence: whence(wire.origin)?,
        limit: limit(wire.limit)?,
        travel: f::travel(wire.travel).map_err(|e| e.at("travel"))?,
        filter,
        starts_from,
        starts_until,
        settlements: settlements(&wire.settlements)?,
        checked_employers_only: wire.checked_employers_only,
    })
}

fn whence(wire: Option<v1::nearby_area::Origin>) -> Result<Whence, Violation> {
    use v1::nearby_area::Origin as W;
    Ok(match wire {
        None => return Err(Invalid::Missing.at("origin")),
        Some(W::Point(point)) => Whence::Point(f::point(point).map_err(|v| v.within("point"))?),
        Some(W::StationId(id)) => Whence::Station(id_at(&id, "station_id")?),
        Some(W::Division(code)) => {
            let division = f::division(&code).map_err(|e| e.at("division"))?;
            Whence::Division(division.ok_or_else(|| Invalid::Missing.at("division"))?)
        }
    })
}

fn limit(wire: Option<v1::nearby_area::Limit>) -> Result<Limit, Violation> {
    use v1::nearby_area::Limit as W;
    match wire {
        None => Ok(Limit::DEFAULT),
        Some(W::MaxMinutes(minutes)) if (1..=Limit::MAX_MINUTES).contains(&minutes) => {
            Ok(Limit::Minutes(f64::from(minutes)))
        }
        Some(W::MaxMinutes(minutes)) => {
            Err(Invalid::range(minutes, 1, Limit::MAX_MINUTES).at("max_minutes"))
        }
        Some(W::MaxMetres(metres)) if !metres.is_finite() => {
            Err(Invalid::NotFinite.at("max_metres"))
        }
        Some(W::MaxMetres(metres)) if metres > 0.0 && metres <= Limit::MAX_METRES => {
            Ok(Limit::Metres(metres))
        }
        Some(W::MaxMetres(metres)) => {
            Err(Invalid::range(metres, "above 0", Limit::MAX_METRES).at("max_metres"))
        }
    }
}

fn civil(text: &str, path: &str) -> Result<Option<Instant>, Violation> {
    let parsed = (!text.is_empty()).then(|| CivilInstant::parse(text)).transpose();
    Ok(parsed.map_err(|e| e.at(path))?.map(CivilInstant::instant))
}

fn settlements(numbers: &[i32]) -> Result<Vec<Settlement>, Violation> {
    let each = numbers.iter().enumerate().map(|(i, number)| {
        let at = format!("settlements[{i}]");
        let settlement = f::listed(*number, &Settlement::ALL, "settlement", &at)?;
        settlement.ok_or_else(|| Invalid::Missing.at(at))
    });
    each.collect()
}

/// The answer. `name` gives the name of an occupation; `debug` adds the trace.
pub fn answer<'n>(
    answer: &NearbyAnswer,
    digest: u64,
    debug: bool,
    name: impl Fn(OccupationId) -> &'n str,
) -> v1::NearbyPostingsResponse {
    let next = answer.next.as_ref().map(|page| page_token::nearby(page, digest));
    v1::NearbyPostingsResponse {
        postings: answer.postings.iter().map(posting_to_wire).collect(),
        next_page_token: next.unwrap_or_default(),
        total: count(answer.total),
        trades: answer
            .trades
            .iter()
            .map(|(id, number)| v1::TradeCount {
                occupation: id.map(|id| name(id).to_owned()).unwrap_or_default(),
                count: count(*number),
            })
            .collect(),
        rings: answer
            .rings
            .iter()
            .map(|(end, number)| v1::RingCount { minutes: *end as u32, count: count(*number) })
            .collect(),
        used_limit: answer.used.value(),
        widened: answer.widened_from.is_some(),
        note: note(answer),
        origin: Some(f::point_to_wire(answer.from)),
        seq: answer.seq.0,
        as_of: Some(f::timestamp(answer.as_of)),
        ranking_version: answer.ranking_version.clone().unwrap_or_default(),
        read_as: answer.read_as.clone().unwrap_or_default(),
        degraded: told(answer.degraded),
        debug: debug.then(|| debug_to_wire(&answer.trace)),
    }
}

fn count(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// What is told of a limit that was widened.
fn note(answer: &NearbyAnswer) -> String {
    let Some(before) = answer.widened_from else {
        return String::new();
    };
    let reached = match answer.used {
        Limit::Minutes(minutes) => format!("{minutes:.0}分钟"),
        Limit::Metres(metres) => format!("{:.1}公里", metres / 1000.0),
    };
    match before {
        0 => format!("附近暂时没有合适的岗位，已放宽到{reached}"),
        some => format!("附近只有{some}个岗位，已放宽到{reached}"),
    }
}

fn posting_to_wire(found: &NearbyPosting) -> v1::NearbyPosting {
    let NearbyPosting { posting, seq, updated, taken, .. } = found;
    let judgement = found.judgement.as_ref();
    v1::NearbyPosting {
        posting: Some(posting::to_wire_stored(posting, *seq, *updated, *taken)),
        minutes: found.minutes,
        metres: found.metres,
        yuan_per_hour: found.yuan_per_hour,
        score: judgement.map(|j| j.score),
        conditions: judgement
            .iter()
            .flat_map(|j| j.conditions.clone())
            .map(condition_to_wire)
            .collect(),
        factors: judgement.iter().flat_map(|j| j.factors.clone()).map(factor_to_wire).collect(),
    }
}

/// An event of an area that is followed.
pub fn event(event: &NearbyEvent) -> v1::WatchNearbyResponse {
    use v1::NearbyEventKind as Kind;
    let (kind, posting_id, posting) = match &event.change {
        NearbyChange::Shown(found) => {
            (Kind::Shown, found.posting.id.to_string(), Some(posting_to_wire(found)))
        }
        NearbyChange::Filled(id) => (Kind::Filled, id.to_string(), None),
        NearbyChange::Withdrawn(id) => (Kind::Withdrawn, id.to_string(), None),
        NearbyChange::Heartbeat => (Kind::Heartbeat, String::new(), None),
        NearbyChange::Reload => (Kind::Reload, String::new(), None),
    };
    let cursor = format!("{:x}", event.cursor.0);
    v1::WatchNearbyResponse { kind: kind as i32, posting_id, posting, cursor }
}
