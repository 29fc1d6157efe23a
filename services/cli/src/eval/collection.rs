//! The collection on disk, and what each mode lets the service see of it.

use std::collections::BTreeMap;
use std::path::Path;

use jobmatch_domain::{JobPosting, Profile};
use jobmatch_matching::{Guard, Service};
use jobmatch_proto::{json, posting, profile, v1};

use super::measures::Judged;
use super::runs::{Direction, Mode};
use crate::failure::Failure;

/// A judged collection.
pub(crate) struct Collection {
    pub(crate) postings: Vec<json::Posting>,
    pub(crate) profiles: Vec<json::Profile>,
    judged: Judged,
    /// Date of meta.json.
    pub(crate) at: Option<String>,
}

impl Collection {
    pub(crate) fn read(dir: &Path) -> Result<Self, Failure> {
        let mut judged = Judged::new();
        for (i, line) in text(&dir.join("qrels.tsv"))?.lines().enumerate() {
            let cells: Vec<&str> = line.split_whitespace().collect();
            let parsed = match cells[..] {
                [profile, posting, grade] => grade.parse().ok().map(|g: u32| (profile, posting, g)),
                _ => None,
            };
            let (profile, posting, grade) =
                parsed.filter(|(_, _, g)| *g <= 3).ok_or_else(|| {
                    Failure::new(format!(
                        "qrels.tsv line {}: expected `profile posting 0..3`",
                        i + 1
                    ))
                })?;
            judged.entry(profile.into()).or_default().insert(posting.into(), grade);
        }
        let meta = std::fs::read_to_string(dir.join("meta.json")).ok();
        let meta: Option<serde_json::Value> = meta.and_then(|m| serde_json::from_str(&m).ok());
        Ok(Self {
            postings: rows(&dir.join("postings.jsonl"))?,
            profiles: rows(&dir.join("profiles.jsonl"))?,
            judged,
            at: meta.and_then(|m| m["at"].as_str().map(str::to_owned)),
        })
    }

    /// Grades by query of the direction.
    pub(crate) fn judged(&self, direction: Direction) -> Judged {
        match direction {
            Direction::PersonToJob => self.judged.clone(),
            Direction::JobToPerson => {
                let mut turned = Judged::new();
                for (profile, grades) in &self.judged {
                    for (posting, grade) in grades {
                        let of_posting = turned.entry(posting.clone()).or_default();
                        of_posting.insert(profile.clone(), *grade);
                    }
                }
                turned
            }
        }
    }

    /// Stores what the mode lets the service see.
    pub(crate) async fn load(&self, service: &Service, mode: Mode) -> Result<(), Failure> {
        for row in &self.postings {
            let record = self.posting(row, mode)?;
            let guard = Guard { allow_missing: true, ..Guard::default() };
            let change = Box::new({
                let record = record.clone();
                move |_: Option<&JobPosting>| Ok(record)
            });
            service.intake().put_posting(record.id, guard, change).await?;
        }
        for row in &self.profiles {
            let record = self.profile(row, mode, service)?;
            let guard = Guard { allow_missing: true, ..Guard::default() };
            let change = Box::new({
                let record = record.clone();
                move |_: Option<&Profile>| Ok(record)
            });
            service.intake().put_profile(record.id, guard, change).await?;
        }
        Ok(())
    }

    /// A posting as the mode shows it: text only keeps title, description, employer, pay
    /// text, place and dates.
    pub(super) fn posting(&self, row: &json::Posting, mode: Mode) -> Result<JobPosting, Failure> {
        let shown = match mode {
            Mode::Structured | Mode::FreeTextPerson => row.clone(),
            Mode::TextOnly => json::Posting {
                id: row.id.clone(),
                title: row.title.clone(),
                description: row.description.clone(),
                employer: row.employer.clone(),
                pay: row
                    .pay
                    .as_ref()
                    .map(|p| json::Pay { text: p.text.clone(), ..json::Pay::default() }),
                published: row.published.clone(),
                expires: row.expires.clone(),
                window: row.window.clone(),
                lat: row.lat,
                lon: row.lon,
                division: row.division.clone(),
                ..json::Posting::default()
            },
        };
        let wire = shown.into_wire().map_err(|e| Failure::new(format!("{}: {e}", row.id)))?;
        posting::from_wire(wire).map_err(|e| Failure::new(format!("{}: {e}", row.id)))
    }

    /// A profile as the mode shows it. All are matchable, so that both directions can run.
    fn profile(
        &self,
        row: &json::Profile,
        mode: Mode,
        service: &Service,
    ) -> Result<Profile, Failure> {
        let mut shown = match mode {
            Mode::Structured => row.clone(),
            Mode::FreeTextPerson | Mode::TextOnly => json::Profile {
                id: row.id.clone(),
                resume: free_text(row),
                max_minutes: row.max_minutes,
                travel: row.travel.clone(),
                lat: row.lat,
                lon: row.lon,
                division: row.division.clone(),
                ..json::Profile::default()
            },
        };
        shown.visibility = Some("MATCHABLE".into());
        shown.consent = Some(true);
        let fail = |e: String| Failure::new(format!("{}: {e}", row.id));
        let wire = shown.into_wire().map_err(|e| fail(e.to_string()))?;
        profile::from_wire(wire, service.now().date()).map_err(|e| fail(e.to_string()))
    }

    /// The free text of a person as one query.
    pub(crate) fn text_query(row: &json::Profile) -> v1::TextQuery {
        let wire = json::Profile {
            travel: row.travel.clone(),
            lat: row.lat,
            lon: row.lon,
            division: row.division.clone(),
            ..json::Profile::default()
        };
        let wire = wire.into_wire().unwrap_or_default();
        v1::TextQuery {
            text: free_text(row),
            place: wire.place,
            max_travel_minutes: row.max_minutes,
            travel: wire.travel,
        }
    }
}

/// Resume and wishes as one text.
fn free_text(row: &json::Profile) -> String {
    format!("{}\n想找：{}", row.resume, row.wanted.join("、"))
}

fn text(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|e| Failure::new(format!("{}: {e}", path.display())))
}

fn rows<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Vec<T>, Failure> {
    let parse = |(i, line): (usize, &str)| {
        serde_json::from_str(line)
            .map_err(|e| Failure::new(format!("{} line {}: {e}", path.display(), i + 1)))
    };
    text(path)?.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()).map(parse).collect()
}

/// Rows by id, for queries.
pub(crate) fn by_id(profiles: &[json::Profile]) -> BTreeMap<&str, &json::Profile> {
    profiles.iter().map(|p| (p.id.as_str(), p)).collect()
}
