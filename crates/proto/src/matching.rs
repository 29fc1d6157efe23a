//! Requests for matches and their answers on the wire.

use jobmatch_domain::facets::{EmployerKey, OccupationId};
use jobmatch_domain::filter::Radius;
use jobmatch_domain::matching::{
    BatchAnswer, Degraded, Exclusion, ExplainMatch, Explanation, Factor, FactorKind, Job, Leg,
    Legs, Match, MatchBatch, MatchOptions, MatchPage, MatchPostings, MatchProfiles, Multipliers,
    Outcome, Person, TextQuery, Trace,
};
use jobmatch_domain::text::Text;
use jobmatch_domain::{
    ConditionKind, ConditionMode, ConditionState, Date, Division, DocumentId, Filter, Invalid,
    Modes, Seq, Violation, WeekHours,
};

use crate::fields as f;
use crate::{page_token, posting, profile, v1};

/// Looks an occupation up by name or code.
pub type Resolve<'a> = &'a dyn Fn(&str) -> Option<OccupationId>;

const MAX_LIST: usize = 50;
const MAX_RADIUS_METRES: f64 = 2_000_000.0;

/// What conversions need to know besides the message.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Looks occupations up.
    pub resolve: Resolve<'a>,
    /// Today, which bounds years of birth.
    pub today: Date,
}

/// Checks a request for jobs; also gives its digest, for the token of the next page.
pub fn match_postings(
    mut wire: v1::MatchPostingsRequest,
    context: Context<'_>,
) -> Result<(MatchPostings, u64), Violation> {
    let paging = take_paging(&mut wire.options);
    let digest = page_token::digest("MatchPostings", &wire);
    use v1::match_postings_request::Person as W;
    let person = match wire.person {
        None => return Err(Invalid::Missing.at("person")),
        Some(W::ProfileId(id)) => Person::Stored(id_at(&id, "profile_id")?),
        Some(W::Profile(given)) => given_person(given, context)?,
        Some(W::Text(text)) => Person::Text(text_query(text).map_err(|v| v.within("text"))?),
    };
    let filter = filter(wire.filter, context)?;
    let options = options(wire.options, paging, digest)?;
    Ok((MatchPostings { person, filter, options }, digest))
}

/// Checks a request for the jobs of many persons.
pub fn match_batch(
    mut wire: v1::MatchPostingsBatchRequest,
    context: Context<'_>,
) -> Result<MatchBatch, Violation> {
    let paging = take_paging(&mut wire.options);
    if !paging.token.is_empty() {
        return Err(Invalid::malformed("a token", "nothing: go on with after_profile_id")
            .at("options.page_token"));
    }
    let after = match wire.after_profile_id.as_str() {
        "" => None,
        id => Some(id_at(id, "after_profile_id")?),
    };
    Ok(MatchBatch {
        divisions: divisions("profile_divisions", &wire.profile_divisions)?,
        after,
        filter: filter(wire.filter, context)?,
        options: options(wire.options, paging, 0)?,
    })
}

/// Checks a request for people.
pub fn match_profiles(
    mut wire: v1::MatchProfilesRequest,
    context: Context<'_>,
) -> Result<(MatchProfiles, u64), Violation> {
    let paging = take_paging(&mut wire.options);
    let digest = page_token::digest("MatchProfiles", &wire);
    use v1::match_profiles_request::Job as W;
    let job = match wire.job {
        None => return Err(Invalid::Missing.at("job")),
        Some(W::PostingId(id)) => Job::Stored(id_at(&id, "posting_id")?),
        Some(W::Posting(given)) => {
            Job::Given(Box::new(posting::given(given).map_err(|v| v.within("posting"))?))
        }
    };
    let filter = filter(wire.filter, context)?;
    let options = options(wire.options, paging, digest)?;
    Ok((MatchProfiles { job, filter, options }, digest))
}

/// Checks a request for one pair.
pub fn explain(
    mut wire: v1::ExplainMatchRequest,
    context: Context<'_>,
) -> Result<ExplainMatch, Violation> {
    let mut paging = take_paging(&mut wire.options);
    // One pair has no pages.
    paging.token.clear();
    use v1::explain_match_request::Person as W;
    let person = match wire.person {
        None => return Err(Invalid::Missing.at("person")),
        Some(W::ProfileId(id)) => Person::Stored(id_at(&id, "profile_id")?),
        Some(W::Profile(given)) => given_person(given, context)?,
        Some(W::Text(text)) => Person::Text(text_query(text).map_err(|v| v.within("text"))?),
    };
    let posting = id_at(&wire.posting_id, "posting_id")?;
    let filter = filter(wire.filter, context)?;
    Ok(ExplainMatch { person, posting, filter, options: options(wire.options, paging, 0)? })
}

pub(crate) fn given_person(wire: v1::Profile, context: Context<'_>) -> Result<Person, Violation> {
    let given = profile::given(wire, context.today).map_err(|v| v.within("profile"))?;
    Ok(Person::Given(Box::new(given)))
}

pub(crate) fn id_at(id: &str, path: &str) -> Result<DocumentId, Violation> {
    DocumentId::parse(id).map_err(|e| e.at(path))
}

pub(crate) fn text_query(wire: v1::TextQuery) -> Result<TextQuery, Violation> {
    Ok(TextQuery {
        text: Text::parse(&wire.text).map_err(|e| e.at("text"))?,
        place: f::place(wire.place)?,
        max_travel_minutes: f::travel_minutes(wire.max_travel_minutes)?,
        travel: f::travel(wire.travel).map_err(|e| e.at("travel"))?,
    })
}

pub(crate) fn filter(wire: Option<v1::Filter>, context: Context<'_>) -> Result<Filter, Violation> {
    let Some(wire) = wire else {
        return Ok(Filter::default());
    };
    checked_filter(wire, context).map_err(|v| v.within("filter"))
}

fn checked_filter(wire: v1::Filter, context: Context<'_>) -> Result<Filter, Violation> {
    for (path, length) in [
        ("occupations", wire.occupations.len()),
        ("excluded_employers", wire.excluded_employers.len()),
    ] {
        at_most(MAX_LIST, length, path)?;
    }
    let occupations = wire.occupations.iter().enumerate().map(|(i, name)| {
        let unknown = || Invalid::unknown(name, "occupation").at(format!("occupations[{i}]"));
        (context.resolve)(name).ok_or_else(unknown)
    });
    let certificates = f::certificates("certificates", &wire.certificates, 30)?;
    let told = wire.certificates_given || !certificates.is_empty();
    let instant = |at: Option<prost_types::Timestamp>, path: &str| {
        at.map(f::instant).transpose().map_err(|e| e.at(path))
    };
    let employers = wire.excluded_employers.iter().enumerate().map(|(i, name)| {
        EmployerKey::of(name).ok_or_else(|| Invalid::Missing.at(format!("excluded_employers[{i}]")))
    });
    let floor = wire.pay_floor.map(f::pay_floor).transpose();
    Ok(Filter {
        divisions: divisions("divisions", &wire.divisions)?,
        radius: radius(wire.centre, wire.radius_metres)?,
        kinds: f::kinds("kinds", &wire.kinds)?,
        pay_floor: floor.map_err(|v| v.within("pay_floor"))?,
        education: f::education(wire.education).map_err(|e| e.at("education"))?,
        certificates: told.then_some(certificates),
        occupations: occupations.collect::<Result<_, _>>()?,
        hours: WeekHours::from_shifts(&f::shifts("shifts", &wire.shifts)?),
        published_since: instant(wire.published_since, "published_since")?,
        excluded_employers: employers.collect::<Result<_, _>>()?,
        valid_at: instant(wire.valid_at, "valid_at")?,
    })
}

fn at_most(max: usize, actual: usize, path: &str) -> Result<(), Violation> {
    if actual > max {
        return Err(Invalid::TooLong { actual, max, unit: "items" }.at(path));
    }
    Ok(())
}

fn divisions(path: &str, codes: &[String]) -> Result<Vec<Division>, Violation> {
    at_most(MAX_LIST, codes.len(), path)?;
    let division = |(i, code): (usize, &String)| {
        let at = || format!("{path}[{i}]");
        f::division(code).map_err(|e| e.at(at()))?.ok_or_else(|| Invalid::Missing.at(at()))
    };
    codes.iter().enumerate().map(division).collect()
}

fn radius(centre: Option<v1::Point>, metres: Option<f64>) -> Result<Option<Radius>, Violation> {
    let centre = centre.map(f::point).transpose().map_err(|v| v.within("centre"))?;
    let bad = |invalid: Invalid| Err(invalid.at("radius_metres"));
    match (centre, metres) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(Invalid::Missing.at("centre")),
        (Some(_), None) => bad(Invalid::Missing),
        (Some(_), Some(m)) if !m.is_finite() => bad(Invalid::NotFinite),
        (Some(centre), Some(metres)) if metres > 0.0 && metres <= MAX_RADIUS_METRES => {
            Ok(Some(Radius { centre, metres }))
        }
        (Some(_), Some(m)) => bad(Invalid::range(m, "above 0", MAX_RADIUS_METRES)),
    }
}

/// What differs from page to page, taken out of the request so that its digest does not
/// depend on it.
struct Paging {
    size: u32,
    token: String,
    min_seq: u64,
}

fn take_paging(options: &mut Option<v1::MatchOptions>) -> Paging {
    let mut rest = options.take().unwrap_or_default();
    let paging = Paging {
        size: std::mem::take(&mut rest.page_size),
        token: std::mem::take(&mut rest.page_token),
        min_seq: std::mem::take(&mut rest.min_seq),
    };
    // The second page has options for its token even where the first had none at all:
    // empty options must digest like absent ones.
    *options = (rest != v1::MatchOptions::default()).then_some(rest);
    paging
}

fn options(
    wire: Option<v1::MatchOptions>,
    paging: Paging,
    digest: u64,
) -> Result<MatchOptions, Violation> {
    let wire = wire.unwrap_or_default();
    checked_options(wire, paging, digest).map_err(|v| v.within("options"))
}

fn checked_options(
    wire: v1::MatchOptions,
    paging: Paging,
    digest: u64,
) -> Result<MatchOptions, Violation> {
    let page_size = match paging.size as usize {
        0 => MatchOptions::DEFAULT_PAGE_SIZE,
        size if size > MatchOptions::MAX_PAGE_SIZE => {
            return Err(Invalid::range(size, 1, MatchOptions::MAX_PAGE_SIZE).at("page_size"));
        }
        size => size,
    };
    let max_per_employer = match wire.max_per_employer as usize {
        0 => MatchOptions::DEFAULT_PER_EMPLOYER,
        most => most,
    };
    Ok(MatchOptions {
        page_size,
        page: page_token::parse_matches(&paging.token, digest)?,
        min_seq: Seq(paging.min_seq),
        modes: modes(&wire.conditions)?,
        multipliers: multipliers(&wire.weights)?,
        legs: legs(&wire.legs)?,
        max_per_employer,
        keep_duplicates: wire.keep_duplicates,
        exact: wire.exact,
        spread: wire.spread,
    })
}

pub(crate) fn modes(wire: &[v1::ConditionSetting]) -> Result<Modes, Violation> {
    let mut modes = Modes::default();
    for (i, setting) in wire.iter().enumerate() {
        let at = |field: &str| format!("conditions[{i}].{field}");
        let kind = v1::ConditionKind::try_from(setting.kind)
            .map_err(|_| f::unknown_enum(setting.kind, "condition").at(at("kind")))?;
        // The contract numbers the kinds in the order of `ALL`, from 1.
        let position = usize::try_from(kind as i32 - 1).ok();
        let kind = position.and_then(|p| ConditionKind::ALL.get(p).copied());
        let kind = kind.ok_or_else(|| Invalid::Missing.at(at("kind")))?;
        use v1::ConditionMode as W;
        let mode = W::try_from(setting.mode)
            .map_err(|_| f::unknown_enum(setting.mode, "condition mode").at(at("mode")))?;
        let mode = match mode {
            W::Unspecified | W::Required => ConditionMode::Required,
            W::Preferred => ConditionMode::Preferred,
            W::Ignored => ConditionMode::Ignored,
        };
        if !modes.set(kind, mode) {
            let binding = "cannot be relaxed: status, validity, places and legal rights bind";
            return Err(Invalid::Combination(binding).at(at("mode")));
        }
    }
    Ok(modes)
}

fn multipliers(wire: &[v1::FactorWeight]) -> Result<Multipliers, Violation> {
    let mut out = Multipliers::default();
    for (i, weight) in wire.iter().enumerate() {
        let at = |field: &str| format!("weights[{i}].{field}");
        let kind = v1::FactorKind::try_from(weight.kind)
            .map_err(|_| f::unknown_enum(weight.kind, "factor").at(at("kind")))?;
        let position = usize::try_from(kind as i32 - 1).ok();
        let kind = position.and_then(|p| FactorKind::ALL.get(p).copied());
        let kind = kind.ok_or_else(|| Invalid::Missing.at(at("kind")))?;
        if !weight.multiplier.is_finite() {
            return Err(Invalid::NotFinite.at(at("multiplier")));
        }
        if !(0.0..=100.0).contains(&weight.multiplier) {
            return Err(Invalid::range(weight.multiplier, 0, 100).at(at("multiplier")));
        }
        out.0[kind.index()] = weight.multiplier;
    }
    Ok(out)
}

fn legs(wire: &[i32]) -> Result<Legs, Violation> {
    if wire.is_empty() {
        return Ok(Legs::default());
    }
    let mut out = Legs { lexical: false, vector: false, conditions: false };
    for (i, number) in wire.iter().enumerate() {
        let at = || format!("legs[{i}]");
        let leg =
            v1::Leg::try_from(*number).map_err(|_| f::unknown_enum(*number, "leg").at(at()))?;
        match leg {
            v1::Leg::Unspecified => return Err(Invalid::Missing.at(at())),
            v1::Leg::Lexical => out.lexical = true,
            v1::Leg::Vector => out.vector = true,
            v1::Leg::Conditions => out.conditions = true,
        }
    }
    Ok(out)
}

fn match_to_wire(found: Match) -> v1::Match {
    v1::Match {
        id: found.id.to_string(),
        score: found.score,
        factors: found.factors.into_iter().map(factor_to_wire).collect(),
        conditions: found.conditions.into_iter().map(condition_to_wire).collect(),
        legs: found
            .legs
            .iter()
            .map(|hit| v1::LegHit {
                leg: leg_to_wire(hit.leg),
                rank: hit.rank.unwrap_or(0),
                score: hit.score,
            })
            .collect(),
        distance_metres: found.distance_metres,
        travel_minutes: found.travel_minutes,
        duplicate_ids: found.duplicates.iter().map(|id| id.to_string()).collect(),
        posting: found
            .posting
            .as_ref()
            .map(|p| posting::to_wire_stored(p, found.seq, found.updated, found.taken)),
    }
}

pub(crate) fn factor_to_wire(factor: Factor) -> v1::Factor {
    v1::Factor {
        kind: factor.kind.index() as i32 + 1,
        value: factor.value,
        contribution: factor.contribution,
        evidence: factor.evidence,
    }
}

pub(crate) fn condition_to_wire(outcome: Outcome) -> v1::Condition {
    v1::Condition {
        kind: outcome.kind.index() as i32 + 1,
        state: state_to_wire(outcome.state),
        mode: mode_to_wire(outcome.mode),
        evidence: outcome.evidence,
    }
}

fn state_to_wire(state: ConditionState) -> i32 {
    (match state {
        ConditionState::Met => v1::ConditionState::Met,
        ConditionState::Unmet => v1::ConditionState::Unmet,
        ConditionState::Unknown => v1::ConditionState::Unknown,
    }) as i32
}

fn mode_to_wire(mode: ConditionMode) -> i32 {
    (match mode {
        ConditionMode::Required => v1::ConditionMode::Required,
        ConditionMode::Preferred => v1::ConditionMode::Preferred,
        ConditionMode::Ignored => v1::ConditionMode::Ignored,
    }) as i32
}

fn leg_to_wire(leg: Leg) -> i32 {
    (match leg {
        Leg::Lexical => v1::Leg::Lexical,
        Leg::Vector => v1::Leg::Vector,
        Leg::Conditions => v1::Leg::Conditions,
    }) as i32
}

/// A page of postings. `digest` is that of the request; `debug` adds the trace.
pub fn postings_page(mut page: MatchPage, digest: u64, debug: bool) -> v1::MatchPostingsResponse {
    let read_as = page.read_as.take().unwrap_or_default();
    let v1::MatchProfilesResponse {
        matches,
        next_page_token,
        seq,
        exclusions,
        as_of,
        ranking_version,
        debug,
        degraded,
    } = profiles_page(page, digest, debug);
    v1::MatchPostingsResponse {
        matches,
        next_page_token,
        seq,
        exclusions,
        as_of,
        ranking_version,
        debug,
        read_as,
        degraded,
    }
}

/// The answer for one person of a batch.
pub fn batch_answer(answer: BatchAnswer) -> v1::MatchPostingsBatchResponse {
    let page = profiles_page(answer.page, 0, false);
    v1::MatchPostingsBatchResponse {
        profile_id: answer.profile.to_string(),
        matches: page.matches,
        exclusions: page.exclusions,
        seq: page.seq,
        as_of: page.as_of,
        ranking_version: page.ranking_version,
        degraded: page.degraded,
        done: answer.done,
        total: answer.total,
    }
}

/// A page of profiles; no match carries a text of the person's.
pub fn profiles_page(page: MatchPage, digest: u64, debug: bool) -> v1::MatchProfilesResponse {
    let next = page.next.as_ref().map(|start| page_token::matches(start, digest));
    v1::MatchProfilesResponse {
        matches: page.matches.into_iter().map(match_to_wire).collect(),
        next_page_token: next.unwrap_or_default(),
        seq: page.seq.0,
        exclusions: exclusions_to_wire(&page.exclusions),
        as_of: Some(f::timestamp(page.as_of)),
        ranking_version: page.ranking_version,
        debug: debug.then(|| debug_to_wire(&page.trace)),
        degraded: told(page.degraded),
    }
}

pub(crate) fn debug_to_wire(trace: &Trace) -> v1::MatchDebug {
    let stage =
        |(stage, micros): &(&str, u64)| v1::StageTime { stage: (*stage).into(), micros: *micros };
    v1::MatchDebug {
        vector_plan: trace.vector_plan.into(),
        eligible: trace.eligible,
        candidates: trace.candidates,
        stages: trace.stages.iter().map(stage).collect(),
    }
}

pub(crate) fn exclusions_to_wire(exclusions: &[Exclusion]) -> Vec<v1::Exclusion> {
    let to_wire = |e: &Exclusion| v1::Exclusion { kind: e.kind.index() as i32 + 1, count: e.count };
    exclusions.iter().map(to_wire).collect()
}

pub(crate) fn told(degraded: Option<Degraded>) -> String {
    degraded.map_or_else(String::new, |d| d.reason().into())
}

/// One pair.
pub fn explanation(explained: Explanation) -> v1::ExplainMatchResponse {
    v1::ExplainMatchResponse {
        r#match: Some(match_to_wire(explained.found)),
        eligible: explained.eligible,
        seq: explained.seq.0,
        as_of: Some(f::timestamp(explained.as_of)),
        ranking_version: explained.ranking_version,
        degraded: told(explained.degraded),
    }
}
