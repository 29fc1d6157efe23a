//! Who asks: a person for jobs, or a job for people.

use jobmatch_domain::matching::{Job, Person, TextQuery};
use jobmatch_domain::text::{Body, Label};
use jobmatch_domain::{Collection, DocumentId, JobPosting, Profile, Violation};
use jobmatch_store::Stored;
use jobmatch_text::redact;

use super::Matcher;
use crate::error::MatchingError;

impl Matcher {
    /// The person who asks, and what their words were read as where they typed by sound.
    pub(super) fn person(
        &self,
        person: Person,
    ) -> Result<(Profile, Option<String>), MatchingError> {
        match person {
            Person::Stored(id) => {
                let profile = self.stored::<Profile>(Collection::Profiles, id)?.record;
                self.caller.must_govern(&profile, &profile.id)?;
                self.caller.looked_at("match", [&profile.id]);
                Ok((profile, None))
            }
            Person::Given(profile) => Ok((*profile, None)),
            Person::Text(query) => {
                let written = redact(query.text.as_str()).text;
                let read_as = self.analyst.read_as(&written);
                let profile = text_profile(&query, read_as.as_ref().unwrap_or(&written))?;
                Ok((profile, read_as))
            }
        }
    }

    pub(super) fn job(&self, job: Job) -> Result<JobPosting, MatchingError> {
        match job {
            Job::Stored(id) => Ok(self.stored::<JobPosting>(Collection::Postings, id)?.record),
            Job::Given(posting) => Ok(*posting),
        }
    }

    fn stored<R: jobmatch_store::Record>(
        &self,
        collection: Collection,
        id: DocumentId,
    ) -> Result<Stored<R>, MatchingError> {
        self.store.get::<R>(&id)?.ok_or(MatchingError::NotFound { collection, id })
    }
}

/// A short text is a wish as a whole; of a long one only the trades named in it are.
const MAX_WISH_CHARACTERS: usize = 60;

/// A profile of which only words, place and travel are known.
fn text_profile(query: &TextQuery, text: &str) -> Result<Profile, Violation> {
    let id = DocumentId::parse("-text-").map_err(|e| e.at("text"))?;
    let mut profile = Profile::blank(id);
    profile.place = query.place;
    profile.max_travel_minutes = query.max_travel_minutes;
    profile.travel = query.travel;
    if text.chars().count() <= MAX_WISH_CHARACTERS {
        profile.wanted = vec![Label::parse(text).map_err(|e| e.at("text"))?];
    } else {
        profile.resume = Body::parse(text).map_err(|e| e.at("text"))?;
    }
    Ok(profile)
}
