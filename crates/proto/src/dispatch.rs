//! Requests for an assignment and their answers on the wire.

use std::collections::HashSet;

use jobmatch_domain::dispatch::{
    Assigned, Dispatch, Dispatched, OpenPlaces, Unassigned, UnassignedReason,
};
use jobmatch_domain::{DocumentId, Invalid, Violation};

use crate::matching::{exclusions_to_wire, modes};
use crate::{fields as f, v1};

/// Checks a request for an assignment.
pub fn request(wire: v1::DispatchRequest) -> Result<Dispatch, Violation> {
    let max_gigs = match wire.max_gigs_per_person as usize {
        0 => 1,
        most if most > Dispatch::MAX_GIGS => {
            return Err(Invalid::range(most, 1, Dispatch::MAX_GIGS).at("max_gigs_per_person"));
        }
        most => most,
    };
    Ok(Dispatch {
        postings: ids("posting_ids", &wire.posting_ids, Dispatch::MAX_POSTINGS)?,
        profiles: ids("profile_ids", &wire.profile_ids, Dispatch::MAX_PROFILES)?,
        max_gigs,
        min_score: score(wire.min_score)?,
        modes: modes(&wire.conditions)?,
    })
}

/// 1 to `max` ids, each once.
fn ids(path: &str, wire: &[String], max: usize) -> Result<Vec<DocumentId>, Violation> {
    if wire.is_empty() {
        return Err(Invalid::Missing.at(path));
    }
    if wire.len() > max {
        return Err(Invalid::TooLong { actual: wire.len(), max, unit: "items" }.at(path));
    }
    let mut seen = HashSet::with_capacity(wire.len());
    let mut ids = Vec::with_capacity(wire.len());
    for (i, text) in wire.iter().enumerate() {
        let at = |invalid: Invalid| invalid.at(format!("{path}[{i}]"));
        ids.push(DocumentId::parse(text).map_err(at)?);
        if !seen.insert(text.as_str()) {
            return Err(at(Invalid::Combination("stands in the list before; give each id once")));
        }
    }
    Ok(ids)
}

fn score(value: f64) -> Result<f64, Violation> {
    let bad = |invalid: Invalid| Err(invalid.at("min_score"));
    match value {
        v if !v.is_finite() => bad(Invalid::NotFinite),
        v if !(0.0..=1.0).contains(&v) => bad(Invalid::range(v, 0, 1)),
        v => Ok(v),
    }
}

/// The assignment.
pub fn answer(answer: &Dispatched) -> v1::DispatchResponse {
    v1::DispatchResponse {
        assignments: answer.assignments.iter().map(assigned).collect(),
        unassigned: answer.unassigned.iter().map(unassigned).collect(),
        open_places: answer.open_places.iter().map(open_places).collect(),
        seq: answer.seq.0,
        as_of: Some(f::timestamp(answer.as_of)),
        ranking_version: answer.ranking_version.clone(),
    }
}

fn assigned(assigned: &Assigned) -> v1::Assignment {
    v1::Assignment {
        profile_id: assigned.profile.to_string(),
        posting_id: assigned.posting.to_string(),
        score: assigned.score,
        person_choice: assigned.person_choice,
        gig_choice: assigned.gig_choice,
    }
}

fn unassigned(unassigned: &Unassigned) -> v1::Unassigned {
    v1::Unassigned {
        profile_id: unassigned.profile.to_string(),
        reason: f::number_in(Some(unassigned.reason), &UnassignedReason::ALL),
        evidence: unassigned.evidence.clone(),
        suitable: unassigned.suitable,
        exclusions: exclusions_to_wire(&unassigned.exclusions),
    }
}

fn open_places(open: &OpenPlaces) -> v1::OpenPlaces {
    v1::OpenPlaces { posting_id: open.posting.to_string(), places: open.places }
}
