//! The question of most tables: a person's matches in the person's city.

use jobmatch_benches::generator::Generator;
use jobmatch_benches::harness::SEED;
use jobmatch_domain::Date;
use jobmatch_proto::v1;

/// Questions that warm caches up before any is timed.
pub(crate) const WARMING: usize = 20;

/// People who ask, the same ones each time.
pub(crate) fn people(today: Date) -> impl Iterator<Item = v1::Profile> {
    let mut generator = Generator::new(SEED + 1, today, 60);
    (0..).map(move |number| generator.profile(number))
}

/// Resumes that a long one is put together from.
const RESUMES_OF_ONE: usize = 10;

/// The same people, with much more to tell: each has the resumes of some others as well.
pub(crate) fn tellers(today: Date) -> impl Iterator<Item = v1::Profile> {
    let mut others = people(today);
    people(today).step_by(RESUMES_OF_ONE).map(move |person| {
        let resumes: Vec<String> =
            others.by_ref().take(RESUMES_OF_ONE).map(|other| other.resume).collect();
        v1::Profile { resume: resumes.join("。"), ..person }
    })
}

/// The prefecture of a person's place.
pub(crate) fn city(person: &v1::Profile) -> String {
    person.place.as_ref().map(|p| p.division.chars().take(4).collect()).unwrap_or_default()
}

/// Jobs that ask, the same ones each time.
pub(crate) fn jobs(today: Date) -> impl Iterator<Item = v1::JobPosting> {
    let mut generator = Generator::new(SEED + 1, today, 60);
    (0..).map(move |number| generator.posting(number))
}

/// A job's question for people of its city; 20 matches a page.
pub(crate) fn for_people(job: v1::JobPosting) -> v1::MatchProfilesRequest {
    let divisions = job.place.as_ref().map(|p| p.division.chars().take(4).collect());
    v1::MatchProfilesRequest {
        filter: Some(v1::Filter { divisions: Vec::from_iter(divisions), ..v1::Filter::default() }),
        job: Some(v1::match_profiles_request::Job::Posting(job)),
        options: Some(v1::MatchOptions { debug: true, ..v1::MatchOptions::default() }),
    }
}

/// A question with a filter and the times of its stages; 20 matches a page.
pub(crate) fn question(person: v1::Profile, filter: v1::Filter) -> v1::MatchPostingsRequest {
    v1::MatchPostingsRequest {
        person: Some(v1::match_postings_request::Person::Profile(person)),
        filter: Some(filter),
        options: Some(v1::MatchOptions { debug: true, ..v1::MatchOptions::default() }),
    }
}

/// A question in the person's city.
pub(crate) fn in_city(person: v1::Profile) -> v1::MatchPostingsRequest {
    let divisions = vec![city(&person)];
    question(person, v1::Filter { divisions, ..v1::Filter::default() })
}
