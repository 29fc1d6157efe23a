//! Profiles on the wire.

use jobmatch_domain::ids::Origin;
use jobmatch_domain::profile::{Consent, Visibility};
use jobmatch_domain::text::{Text, parse_list};
use jobmatch_domain::{Date, DocumentId, Instant, Invalid, Profile, Seq, Violation};

use crate::fields as f;
use crate::posting::{GIVEN, date, document_id};
use crate::v1;

/// Checks a profile whole; `today` bounds the year of birth.
pub fn from_wire(wire: v1::Profile, today: Date) -> Result<Profile, Violation> {
    let id = document_id(&wire.id, &wire.source, &wire.external_id)?;
    with_id(wire, id, today)
}

/// A profile that is given in a request: its id may be empty.
pub fn given(mut wire: v1::Profile, today: Date) -> Result<Profile, Violation> {
    if wire.id.is_empty() && wire.external_id.is_empty() {
        wire.id = GIVEN.into();
    }
    from_wire(wire, today)
}

fn visibility(number: i32) -> Result<Visibility, Invalid> {
    use v1::Visibility as W;
    let wire = W::try_from(number).map_err(|_| f::unknown_enum(number, "visibility"))?;
    Ok(match wire {
        W::Unspecified | W::Private => Visibility::Private,
        W::Matchable => Visibility::Matchable,
    })
}

fn consent(wire: Option<v1::Consent>) -> Result<Consent, Violation> {
    let Some(wire) = wire else {
        return Ok(Consent::default());
    };
    let given_at = wire.given_at.map(f::instant).transpose().map_err(|e| e.at("given_at"))?;
    Ok(Consent {
        given: wire.given,
        given_at,
        valid_until: date(&wire.valid_until, "valid_until")?,
    })
}

fn birth_year(year: Option<u32>, today: Date) -> Result<Option<i16>, Violation> {
    let last = today.year() as u32;
    match year {
        Some(y) if !(1900..=last).contains(&y) => {
            Err(Invalid::range(y, 1900, last).at("birth_year"))
        }
        y => Ok(y.map(|y| y as i16)),
    }
}

fn with_id(wire: v1::Profile, id: DocumentId, today: Date) -> Result<Profile, Violation> {
    let floor = wire.pay_floor.map(f::pay_floor).transpose().map_err(|v| v.within("pay_floor"))?;
    Ok(Profile {
        id,
        origin: Origin::new(&wire.source, &wire.external_id)?,
        owner: f::owner(wire.owner)?,
        visibility: visibility(wire.visibility).map_err(|e| e.at("visibility"))?,
        consent: consent(wire.consent).map_err(|v| v.within("consent"))?,
        resume: Text::parse(&wire.resume).map_err(|e| e.at("resume"))?,
        wanted: parse_list("wanted", &wire.wanted, 20)?,
        kinds: f::kinds("kinds", &wire.kinds)?,
        education: f::education(wire.education).map_err(|e| e.at("education"))?,
        experience_months: f::experience(wire.experience_months)?,
        birth_year: birth_year(wire.birth_year, today)?,
        certificates: f::certificates("certificates", &wire.certificates, 30)?,
        skills: parse_list("skills", &wire.skills, 50)?,
        pay_floor: floor,
        max_travel_minutes: f::travel_minutes(wire.max_travel_minutes)?,
        travel: f::travel(wire.travel).map_err(|e| e.at("travel"))?,
        available: f::shifts("available", &wire.available)?,
        assistance: parse_list("assistance", &wire.assistance, 10)?,
        place: f::place(wire.place)?,
        excluded_employers: parse_list("excluded_employers", &wire.excluded_employers, 50)?,
        embedding: f::embedding(wire.embedding)?,
    })
}

/// The profile without what the store adds.
pub fn to_wire(profile: &Profile) -> v1::Profile {
    let consent = (profile.consent != Consent::default()).then(|| v1::Consent {
        given: profile.consent.given,
        given_at: profile.consent.given_at.map(f::timestamp),
        valid_until: profile.consent.valid_until.map(|d| d.to_string()).unwrap_or_default(),
    });
    let visibility = match profile.visibility {
        Visibility::Private => v1::Visibility::Private,
        Visibility::Matchable => v1::Visibility::Matchable,
    };
    v1::Profile {
        id: profile.id.to_string(),
        source: profile.origin.source().to_owned(),
        external_id: profile.origin.external_id().to_owned(),
        owner: f::owner_to_wire(&profile.owner),
        visibility: visibility as i32,
        consent,
        resume: profile.resume.to_string(),
        wanted: profile.wanted.iter().map(|w| w.to_string()).collect(),
        kinds: profile.kinds.iter().map(f::kind_to_wire).collect(),
        education: f::education_to_wire(profile.education),
        experience_months: profile.experience_months.map(u32::from),
        birth_year: profile.birth_year.map(|y| y as u32),
        certificates: f::certificates_to_wire(&profile.certificates),
        skills: profile.skills.iter().map(|s| s.to_string()).collect(),
        pay_floor: profile.pay_floor.map(f::pay_floor_to_wire),
        max_travel_minutes: profile.max_travel_minutes.map(u32::from),
        travel: f::travel_to_wire(profile.travel),
        available: f::shifts_to_wire(&profile.available),
        assistance: profile.assistance.iter().map(|a| a.to_string()).collect(),
        place: f::place_to_wire(profile.place),
        excluded_employers: profile.excluded_employers.iter().map(|e| e.to_string()).collect(),
        embedding: profile.embedding.as_ref().map(f::embedding_to_wire),
        seq: 0,
        etag: String::new(),
        updated: None,
    }
}

/// The profile with its Seq, etag and instant of change.
pub fn to_wire_stored(profile: &Profile, seq: Seq, updated: Instant) -> v1::Profile {
    v1::Profile {
        seq: seq.0,
        etag: format!("{:x}", seq.0),
        updated: Some(f::timestamp(updated)),
        ..to_wire(profile)
    }
}

/// As [`crate::posting::merge`].
pub fn merge(
    current: &Profile,
    patch: v1::Profile,
    mask: &[String],
    today: Date,
) -> Result<Profile, Violation> {
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
            visibility,
            consent,
            resume,
            wanted,
            kinds,
            education,
            experience_months,
            birth_year,
            certificates,
            skills,
            pay_floor,
            max_travel_minutes,
            travel,
            available,
            assistance,
            place,
            excluded_employers,
            embedding
        );
    }
    with_id(merged, current.id.clone(), today)
}
