//! Jobs for every person of some divisions: the nightly push.

use futures::stream::{self, Stream, StreamExt};
use jobmatch_domain::matching::{BatchAnswer, MatchBatch, MatchPostings, Person};
use jobmatch_domain::{Collection, Condition, Division, DocumentId, Instant, Profile, Volatile};
use jobmatch_index::Engine;
use tokio::runtime::Handle;

use super::{Matcher, off_the_workers};
use crate::error::MatchingError;
use crate::parallel::cores;

impl Matcher {
    /// Answers for all stored persons who may be found, in order of id, at one time. The stream
    /// works on as many persons as there are cores, and no further ahead than it is read. Where
    /// people are to be spread it works on one after the other: each answer depends on those
    /// before it.
    pub async fn match_batch(
        &self,
        batch: MatchBatch,
    ) -> Result<impl Stream<Item = Result<BatchAnswer, MatchingError>> + Send + use<>, MatchingError>
    {
        let as_of = (self.clock)();
        for collection in [Collection::Postings, Collection::Profiles] {
            self.wait(collection, batch.options.min_seq).await?;
        }
        let this = self.clone();
        let (divisions, after) = (batch.divisions, batch.after);
        let listing = move |runtime: &Handle| {
            runtime.block_on(this.persons(divisions, after.as_ref(), as_of))
        };
        let persons = off_the_workers(&self.call, listing).await?;
        let total = persons.len() as u64;
        let (this, filter, options) = (self.clone(), batch.filter, batch.options);
        let ahead = if options.spread { 1 } else { cores() };
        let answers = stream::iter((1u64..).zip(persons)).map(move |(done, profile)| {
            let (this, filter, options) = (this.clone(), filter.clone(), options.clone());
            async move {
                let call = this.call.clone();
                off_the_workers(&call, move |runtime| {
                    if !this.may_be_found(&profile)? {
                        return Ok(None);
                    }
                    let person = Person::Stored(profile.clone());
                    let request = MatchPostings { person, filter, options };
                    match this.postings_as_of(request, as_of, runtime) {
                        Ok(page) => Ok(Some(BatchAnswer { profile, page, done, total })),
                        // Deleted between the two looks.
                        Err(MatchingError::NotFound { .. }) => Ok(None),
                        Err(error) => Err(error),
                    }
                })
                .await
            }
        });
        Ok(answers.buffered(ahead).filter_map(|answer| std::future::ready(answer.transpose())))
    }

    /// The persons of a batch, in order of id.
    async fn persons(
        &self,
        divisions: Vec<Division>,
        after: Option<&DocumentId>,
        as_of: Instant,
    ) -> Result<Vec<DocumentId>, MatchingError> {
        let mut conditions = vec![Condition::Open, Condition::ValidAt(as_of)];
        conditions.extend(self.caller.people()?);
        if !divisions.is_empty() {
            conditions.push(Condition::InDivisions(divisions));
        }
        let engine = self.keeper(Collection::Profiles).engine()?;
        let mut ids = engine.list(&conditions).await?;
        if let Some(after) = after {
            ids.drain(..ids.partition_point(|id| id <= after));
        }
        Ok(ids)
    }

    /// Whether a stored person is still there and may be found.
    fn may_be_found(&self, profile: &DocumentId) -> Result<bool, MatchingError> {
        let stored = self.store.get::<Profile>(profile)?;
        Ok(stored.is_some_and(|s| Volatile::of_profile(&s.record).open))
    }
}
