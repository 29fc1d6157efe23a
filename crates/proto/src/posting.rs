//! Job postings on the wire.

use jobmatch_domain::ids::Origin;
use jobmatch_domain::posting::{AgeRange, Headcount, PostingStatus, Validity};
use jobmatch_domain::slot::places_free;
use jobmatch_domain::text::{Text, parse_list};
use jobmatch_domain::{
    CivilInstant, Date, DocumentId, Instant, Invalid, JobPosting, Seq, Violation, Window,
};

use crate::fields as f;
use crate::{gig, v1};

/// Checks a posting whole.
pub fn from_wire(wire: v1::JobPosting) -> Result<JobPosting, Violation> {
    let id = document_id(&wire.id, &wire.source, &wire.external_id)?;
    with_id(wire, id)
}

/// A posting that is given in a request: its id may be empty.
pub fn given(mut wire: v1::JobPosting) -> Result<JobPosting, Violation> {
    if wire.id.is_empty() && wire.external_id.is_empty() {
        wire.id = GIVEN.into();
    }
    from_wire(wire)
}

/// The id of a record that is given in a request without one.
pub(crate) const GIVEN: &str = "-given-";

pub(crate) fn document_id(
    id: &str,
    source: &str,
    external_id: &str,
) -> Result<DocumentId, Violation> {
    if id.is_empty() && !external_id.is_empty() {
        return DocumentId::from_source(source, external_id).map_err(|e| e.at("external_id"));
    }
    DocumentId::parse(id).map_err(|e| e.at("id"))
}

pub(crate) fn date(text: &str, path: &str) -> Result<Option<Date>, Violation> {
    (!text.is_empty()).then(|| Date::parse(text)).transpose().map_err(|e| e.at(path))
}

fn status(number: i32) -> Result<PostingStatus, Invalid> {
    use v1::PostingStatus as W;
    let wire = W::try_from(number).map_err(|_| f::unknown_enum(number, "posting status"))?;
    Ok(match wire {
        W::Unspecified | W::Open => PostingStatus::Open,
        W::Paused => PostingStatus::Paused,
        W::Filled => PostingStatus::Filled,
        W::Closed => PostingStatus::Closed,
    })
}

fn status_to_wire(status: PostingStatus) -> i32 {
    use v1::PostingStatus as W;
    (match status {
        PostingStatus::Open => W::Open,
        PostingStatus::Paused => W::Paused,
        PostingStatus::Filled => W::Filled,
        PostingStatus::Closed => W::Closed,
    }) as i32
}

/// Statuses of a list request, none unspecified.
pub fn statuses(numbers: &[i32]) -> Result<Vec<PostingStatus>, Violation> {
    let each = numbers.iter().enumerate().map(|(i, n)| {
        let at = format!("statuses[{i}]");
        if *n == 0 { Err(Invalid::Missing.at(at)) } else { status(*n).map_err(|e| e.at(at)) }
    });
    each.collect()
}

fn window(wire: v1::Window) -> Result<Window, Violation> {
    let start = CivilInstant::parse(&wire.start).map_err(|e| e.at("start"))?;
    let end = (!wire.end.is_empty()).then(|| CivilInstant::parse(&wire.end)).transpose();
    Window::new(start, end.map_err(|e| e.at("end"))?)
}

fn text<const MIN: usize, const MAX: usize>(
    value: &str,
    path: &str,
) -> Result<Text<MIN, MAX>, Violation> {
    Text::parse(value).map_err(|e| e.at(path))
}

fn with_id(wire: v1::JobPosting, id: DocumentId) -> Result<JobPosting, Violation> {
    let window = wire.window.map(window).transpose().map_err(|v| v.within("window"))?;
    let pay = wire.pay.map(f::pay).transpose().map_err(|v| v.within("pay"))?.flatten();
    Ok(JobPosting {
        id,
        origin: Origin::new(&wire.source, &wire.external_id)?,
        owner: f::owner(wire.owner)?,
        status: status(wire.status).map_err(|e| e.at("status"))?,
        kind: f::kind(wire.kind).map_err(|e| e.at("kind"))?,
        title: text(&wire.title, "title")?,
        description: text(&wire.description, "description")?,
        employer: text(&wire.employer, "employer")?,
        headcount: Headcount::new(wire.headcount, wire.places_left)?,
        pay,
        education: f::education(wire.education).map_err(|e| e.at("education"))?,
        experience_months: f::experience(wire.experience_months)?,
        certificates: f::certificates("certificates", &wire.certificates, 20)?,
        skills: parse_list("skills", &wire.skills, 50)?,
        age: AgeRange::new(wire.age_min, wire.age_max)?,
        shifts: f::shifts("shifts", &wire.shifts)?,
        window,
        benefits: parse_list("benefits", &wire.benefits, 30)?,
        validity: Validity::new(
            date(&wire.published, "published")?,
            date(&wire.expires, "expires")?,
        )?,
        place: f::place(wire.place)?,
        occupation: text(&wire.occupation, "occupation")?,
        embedding: f::embedding(wire.embedding)?,
        gig: wire.gig.map(gig::from_wire).transpose().map_err(|v| v.within("gig"))?,
    })
}

/// The posting without what the store adds.
pub fn to_wire(posting: &JobPosting) -> v1::JobPosting {
    let date = |d: Option<Date>| d.map(|d| d.to_string()).unwrap_or_default();
    v1::JobPosting {
        id: posting.id.to_string(),
        source: posting.origin.source().to_owned(),
        external_id: posting.origin.external_id().to_owned(),
        owner: f::owner_to_wire(&posting.owner),
        status: status_to_wire(posting.status),
        kind: posting.kind.map_or(0, f::kind_to_wire),
        title: posting.title.to_string(),
        description: posting.description.to_string(),
        employer: posting.employer.to_string(),
        headcount: posting.headcount.total(),
        places_left: posting.headcount.left_told(),
        pay: posting.pay.as_ref().map(f::pay_to_wire),
        education: f::education_to_wire(posting.education),
        experience_months: posting.experience_months.map(u32::from),
        certificates: f::certificates_to_wire(&posting.certificates),
        skills: posting.skills.iter().map(|s| s.to_string()).collect(),
        age_min: posting.age.and_then(|a| a.min()).map(u32::from),
        age_max: posting.age.and_then(|a| a.max()).map(u32::from),
        shifts: f::shifts_to_wire(&posting.shifts),
        window: posting.window.map(|w| v1::Window {
            start: w.start().to_string(),
            end: w.end().map(|e| e.to_string()).unwrap_or_default(),
        }),
        benefits: posting.benefits.iter().map(|b| b.to_string()).collect(),
        published: date(posting.validity.published()),
        expires: date(posting.validity.expires()),
        place: f::place_to_wire(posting.place),
        occupation: posting.occupation.to_string(),
        embedding: posting.embedding.as_ref().map(f::embedding_to_wire),
        gig: posting.gig.as_ref().map(gig::to_wire),
        places_free: None,
        seq: 0,
        etag: String::new(),
        updated: None,
    }
}

/// The posting with its Seq, etag, instant of change, and the places that are free when so many
/// slots are taken.
pub fn to_wire_stored(
    posting: &JobPosting,
    seq: Seq,
    updated: Instant,
    taken: u32,
) -> v1::JobPosting {
    v1::JobPosting {
        places_free: places_free(posting, taken),
        seq: seq.0,
        etag: format!("{:x}", seq.0),
        updated: Some(f::timestamp(updated)),
        ..to_wire(posting)
    }
}

/// The present posting with the fields of `mask` taken from `patch`. Paths are names of
/// top-level fields; `id`, `source` and `external_id` cannot change, and what the store
/// adds cannot be set.
pub fn merge(
    current: &JobPosting,
    patch: v1::JobPosting,
    mask: &[String],
) -> Result<JobPosting, Violation> {
    let mut merged = to_wire(current);
    for (i, path) in mask.iter().enumerate() {
        macro_rules! take {
            ($($name:ident),*) => {
                match path.as_str() {
                    $(stringify!($name) => merged.$name = patch.$name.clone(),)*
                    _ => return Err(Invalid::unknown(path, "field that can be changed")
                        .at(format!("update_mask.paths[{i}]"))),
                }
            };
        }
        take!(
            owner,
            status,
            kind,
            title,
            description,
            employer,
            headcount,
            places_left,
            pay,
            education,
            experience_months,
            certificates,
            skills,
            age_min,
            age_max,
            shifts,
            window,
            benefits,
            published,
            expires,
            place,
            occupation,
            embedding,
            gig
        );
    }
    with_id(merged, current.id.clone())
}
