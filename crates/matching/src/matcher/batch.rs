//! Jobs for every person of some divisions: the nightly push.

use futures::stream::{self, Stream, StreamExt};
use jobmatch_domain::matching::{BatchAnswer, MatchBatch, MatchPage, MatchPostings, Person};
use jobmatch_domain::{Collection, Condition, DocumentId, Instant, Profile, Volatile};
use jobmatch_index::Engine;

use super::Matcher;
use crate::error::MatchingError;

impl Matcher {
    /// Answers for all stored persons who may be found, in order of id, at one time. The stream
    /// works on as many persons as there are cores, and no further ahead than it is read.
    pub async fn match_batch(
        &self,
        batch: MatchBatch,
    ) -> Result<impl Stream<Item = Result<BatchAnswer, MatchingError>> + Send + use<>, MatchingError>
    {
        let as_of = (self.clock)();
        for collection in [Collection::Postings, Collection::Profiles] {
            self.wait(collection, batch.options.min_seq).await?;
        }
        let persons = self.persons(&batch, as_of).await?;
        let total = persons.len() as u64;
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let this = self.clone();
        let MatchBatch { filter, options, .. } = batch;
        let answers = stream::iter((1u64..).zip(persons)).map(move |(done, profile)| {
            let (this, filter, options) = (this.clone(), filter.clone(), options.clone());
            async move {
                let person = Person::Stored(profile.clone());
                let page = this.push(MatchPostings { person, filter, options }, as_of).await?;
                Ok(page.map(|page| BatchAnswer { profile, page, done, total }))
            }
        });
        Ok(answers.buffered(cores).filter_map(|answer| std::future::ready(answer.transpose())))
    }

    /// The persons of a batch, in order of id.
    async fn persons(
        &self,
        batch: &MatchBatch,
        as_of: Instant,
    ) -> Result<Vec<DocumentId>, MatchingError> {
        let mut conditions = vec![Condition::Open, Condition::ValidAt(as_of)];
        if !batch.divisions.is_empty() {
            conditions.push(Condition::InDivisions(batch.divisions.clone()));
        }
        let engine = self.keeper(Collection::Profiles).engine()?;
        let mut ids = engine.list(&conditions).await?;
        if let Some(after) = &batch.after {
            ids.drain(..ids.partition_point(|id| id <= after));
        }
        Ok(ids)
    }

    /// The jobs for a stored person; `None` when the person is gone or withdrew meanwhile.
    async fn push(
        &self,
        request: MatchPostings,
        as_of: Instant,
    ) -> Result<Option<MatchPage>, MatchingError> {
        if let Person::Stored(id) = &request.person
            && !self.store.get::<Profile>(id)?.is_some_and(|s| Volatile::of_profile(&s.record).open)
        {
            return Ok(None);
        }
        match self.postings_as_of(request, as_of).await {
            Ok(page) => Ok(Some(page)),
            // Deleted between the two looks.
            Err(MatchingError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
