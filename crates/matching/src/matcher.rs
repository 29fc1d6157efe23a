//! The read path: analyse, retrieve, rank, fetch, explain.

mod batch;
mod dispatch;
mod nearby;
mod ranking;
mod seeker;
mod stopwatch;
mod versioned;
mod watch;

use std::sync::Arc;

use jobmatch_domain::filter::{demands_on_postings, demands_on_profiles};
use jobmatch_domain::matching::{
    Degraded, Exclusion, ExplainMatch, Explanation, Match, MatchOptions, MatchPage, MatchPostings,
    MatchProfiles, Trace,
};
use jobmatch_domain::{
    Collection, Condition, ConditionKind, ConditionMode, DocumentId, Embedding, Instant, Modes,
    Point, Seq, TravelTimes,
};
use jobmatch_index::{Engine, Query, Retrieval, VectorPlan, threads};
use jobmatch_store::Store;
use tokio::runtime::Handle;

use crate::analysis::Analyst;
use crate::call::Call;
use crate::caller::{Caller, Scope};
use crate::clock::Clock;
use crate::error::MatchingError;
use crate::exposure::Exposure;
use crate::index_keeper::IndexKeeper;
use crate::reading::{Reading, Words};
use crate::stations::Stations;
use ranking::Ranking;
use stopwatch::Stopwatch;
pub(crate) use versioned::VersionedRanking;

/// Hits that each leg brings. The union of the legs is what is ranked, and bounds how
/// deep pages go.
const HITS_A_LEG: usize = 100;

/// Matches of an answer that count as shown: few people look further.
const SHOWN: usize = 10;

/// The read path.
#[derive(Clone)]
pub struct Matcher {
    pub(crate) store: Store,
    pub(crate) analyst: Analyst,
    pub(crate) keepers: Arc<[Arc<IndexKeeper>; 2]>,
    pub(crate) stations: Stations,
    pub(crate) times: TravelTimes,
    pub(crate) ranking: VersionedRanking,
    pub(crate) clock: Clock,
    pub(crate) caller: Caller,
    pub(crate) exposure: Arc<Exposure>,
    pub(crate) call: Call,
}

/// One side's question to the other collection, read and ready.
pub(crate) struct Question {
    pub(crate) collection: Collection,
    pub(crate) reading: Reading,
    pub(crate) vector: Option<Vec<f32>>,
    /// The vector leg was asked for and there is no vector to ask with.
    pub(crate) degraded: Option<Degraded>,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) near: Option<Point>,
    pub(crate) read_as: Option<String>,
    pub(crate) options: MatchOptions,
    pub(crate) as_of: Instant,
}

impl Question {
    /// What the answer had to do without. A vector that was not searched with is of another
    /// space than the index.
    fn degraded(&self, retrieval: &Retrieval) -> Option<Degraded> {
        let unused = self.vector.is_some() && retrieval.plan == VectorPlan::None;
        self.degraded.or(unused.then_some(Degraded::OtherSpace))
    }
}

impl Matcher {
    /// The same for a caller.
    #[must_use]
    pub fn by(&self, caller: Caller) -> Self {
        Self { caller, ..self.clone() }
    }

    /// The same for a call, which it looks after between the steps of its work.
    #[must_use]
    pub fn during(&self, call: Call) -> Self {
        Self { call, ..self.clone() }
    }

    /// Jobs for a person.
    pub async fn match_postings(&self, request: MatchPostings) -> Result<MatchPage, MatchingError> {
        let as_of = self.as_of(&request.options)?;
        self.wait(Collection::Postings, request.options.min_seq).await?;
        let this = self.clone();
        off_the_workers(&self.call, move |rt| this.postings_as_of(request, as_of, rt)).await
    }

    fn postings_as_of(
        &self,
        request: MatchPostings,
        as_of: Instant,
        runtime: &Handle,
    ) -> Result<MatchPage, MatchingError> {
        let mut watch = Stopwatch::start();
        let question = self.ask_postings(request, as_of, &mut watch)?;
        runtime.block_on(self.answer(&question, watch))
    }

    /// People for a job.
    pub async fn match_profiles(&self, request: MatchProfiles) -> Result<MatchPage, MatchingError> {
        let as_of = self.as_of(&request.options)?;
        self.wait(Collection::Profiles, request.options.min_seq).await?;
        let mut watch = Stopwatch::start();
        let this = self.clone();
        off_the_workers(&self.call, move |runtime| {
            let question = this.ask_profiles(request, as_of, &mut watch)?;
            runtime.block_on(this.answer(&question, watch))
        })
        .await
    }

    /// One pair, eligible or not.
    pub async fn explain(&self, request: ExplainMatch) -> Result<Explanation, MatchingError> {
        let as_of = self.as_of(&request.options)?;
        self.wait(Collection::Postings, request.options.min_seq).await?;
        let ExplainMatch { person, posting, filter, options } = request;
        let this = self.clone();
        let ask = MatchPostings { person, filter, options };
        off_the_workers(&self.call, move |runtime| {
            let question = this.ask_postings(ask, as_of, &mut Stopwatch::start())?;
            let also = vec![posting.clone()];
            let retrieval = runtime.block_on(this.retrieve(&question, also))?;
            let (found, eligible) = Ranking::new(&this, &question).one(&retrieval, &posting)?;
            Ok(Explanation {
                found,
                eligible,
                seq: retrieval.seq,
                as_of,
                ranking_version: this.ranking_version(),
                degraded: question.degraded(&retrieval),
            })
        })
        .await
    }

    /// Name and version of everything that decides an order: ranking, lexicon, model.
    pub fn ranking_version(&self) -> String {
        self.ranking.version().to_owned()
    }

    /// The time that a request is answered for: the first page's, on later pages.
    fn as_of(&self, options: &MatchOptions) -> Result<Instant, MatchingError> {
        match &options.page {
            None => Ok((self.clock)()),
            Some(page) if page.ranking_version == self.ranking.digest() => Ok(page.as_of),
            Some(_) => Err(MatchingError::RankingChanged),
        }
    }

    fn keeper(&self, collection: Collection) -> &IndexKeeper {
        match collection {
            Collection::Postings => &self.keepers[0],
            Collection::Profiles => &self.keepers[1],
        }
    }

    async fn wait(&self, collection: Collection, min_seq: Seq) -> Result<(), MatchingError> {
        let last = self.store.seq();
        if min_seq > last {
            return Err(MatchingError::SeqInFuture { min_seq, last });
        }
        self.keeper(collection).wait_for(min_seq).await
    }

    fn ask_postings(
        &self,
        request: MatchPostings,
        as_of: Instant,
        watch: &mut Stopwatch,
    ) -> Result<Question, MatchingError> {
        let MatchPostings { person, filter, mut options } = request;
        let (person, read_as) = self.person(person)?;
        let valid_at = filter.valid_at.unwrap_or(as_of);
        let vector = |words: Words<'_>| self.vector(words, person.embedding.as_ref(), &options);
        let (reading, vector) = self.analyst.read_profile_and(&person, as_of.date(), vector);
        let mut conditions = demands_on_postings(&reading.facets, valid_at);
        conditions.extend(filter.conditions(Collection::Postings));
        if !person.is_filled_in() {
            prefer_what_was_read(&mut options.modes);
        }
        watch.lap("analyse");
        let ((vector, degraded), micros) = vector;
        watch.add("embed", micros);
        Ok(Question {
            collection: Collection::Postings,
            vector,
            degraded,
            near: reading.facets.point,
            read_as,
            reading,
            conditions,
            options,
            as_of,
        })
    }

    fn ask_profiles(
        &self,
        request: MatchProfiles,
        as_of: Instant,
        watch: &mut Stopwatch,
    ) -> Result<Question, MatchingError> {
        let MatchProfiles { job, filter, options } = request;
        let job = self.job(job)?;
        let valid_at = filter.valid_at.unwrap_or(as_of);
        let vector = |words: Words<'_>| self.vector(words, job.embedding.as_ref(), &options);
        let (reading, vector) = self.analyst.read_asking_posting(&job, as_of.date(), vector);
        let mut conditions = demands_on_profiles(&reading.facets, valid_at);
        conditions.extend(filter.conditions(Collection::Profiles));
        conditions.extend(self.caller.people()?);
        watch.lap("analyse");
        let ((vector, degraded), micros) = vector;
        watch.add("embed", micros);
        Ok(Question {
            collection: Collection::Profiles,
            vector,
            degraded,
            near: reading.facets.point,
            read_as: None,
            reading,
            conditions,
            options,
            as_of,
        })
    }

    /// A question's vector, or why it has none; and the microseconds that it took.
    fn vector(
        &self,
        words: Words<'_>,
        own: Option<&Embedding>,
        options: &MatchOptions,
    ) -> ((Option<Vec<f32>>, Option<Degraded>), u64) {
        let watch = Stopwatch::start();
        let vector = match options.legs.vector.then(|| self.analyst.question_vector(words, own)) {
            Some(Ok(vector)) => (vector, None),
            Some(Err(degraded)) => (None, Some(degraded)),
            None => (None, None),
        };
        (vector, watch.micros())
    }

    async fn retrieve(
        &self,
        question: &Question,
        score_also: Vec<DocumentId>,
    ) -> Result<Retrieval, MatchingError> {
        self.call.check()?;
        let engine = self.keeper(question.collection).engine()?;
        let query = Query { score_also, ..self.query(question, engine.space()) };
        let retrieval = engine.retrieve(query).await?;
        self.call.check()?;
        Ok(retrieval)
    }

    /// What an index of a vector space is asked.
    fn query(&self, question: &Question, space: &str) -> Query {
        // While an index is made for another model, the one that serves has the old vectors.
        let same_space = space == self.analyst.embedder().space().as_str();
        let options = &question.options;
        let required = |c: &&Condition| options.modes.of(c.kind()) == ConditionMode::Required;
        Query {
            conditions: question.conditions.iter().filter(required).cloned().collect(),
            lexical: options.legs.lexical.then(|| self.analyst.query_terms(&question.reading)),
            most_terms: Some(self.analyst.options.most_terms),
            vector: question.vector.clone().filter(|_| same_space),
            by_conditions: options.legs.conditions,
            near: question.near,
            // Exact answers score every eligible document.
            limit: if options.exact { usize::MAX } else { HITS_A_LEG },
            exact: options.exact,
            score_also: Vec::new(),
        }
    }

    /// Counts what the first page of an answer shows, where people are to be spread.
    fn note_shown(&self, question: &Question, matches: &[Match]) {
        let Question { collection, options, as_of, .. } = question;
        if options.spread && *collection == Collection::Postings && options.page.is_none() {
            self.exposure.note(matches.iter().take(SHOWN).map(|found| &found.id), *as_of);
        }
    }

    /// The exclusions that are told: not those for a person's body where people are sought, nor
    /// how many people other offices have.
    fn told_exclusions(&self, collection: Collection, retrieval: &Retrieval) -> Vec<Exclusion> {
        let hidden = |kind: ConditionKind| {
            let scoped = self.caller.scope() != Scope::All;
            kind == ConditionKind::Physical || (scoped && kind == ConditionKind::Division)
        };
        let told = |e: &&Exclusion| collection == Collection::Postings || !hidden(e.kind);
        retrieval.exclusions.iter().filter(told).cloned().collect()
    }

    async fn answer(
        &self,
        question: &Question,
        mut watch: Stopwatch,
    ) -> Result<MatchPage, MatchingError> {
        let retrieval = self.retrieve(question, Vec::new()).await?;
        watch.skip();
        for (stage, micros) in &retrieval.stages {
            watch.add(stage, *micros);
        }
        let ranking = Ranking::new(self, question);
        let scored = ranking.scored(&retrieval)?;
        let candidates = scored.len() as u64;
        watch.lap("rank");
        let page = ranking.page(scored, self.ranking.digest())?;
        if question.collection == Collection::Profiles {
            self.caller.looked_at("match", page.matches.iter().map(|m| &m.id));
        }
        watch.lap("fetch");
        self.note_shown(question, &page.matches);
        let plan = match retrieval.plan {
            VectorPlan::None => "none",
            VectorPlan::Exact => "exact",
            VectorPlan::Graph => "graph",
        };
        Ok(MatchPage {
            matches: page.matches,
            next: page.next,
            seq: self.keeper(question.collection).searchable().max(retrieval.seq),
            exclusions: self.told_exclusions(question.collection, &retrieval),
            as_of: question.as_of,
            ranking_version: self.ranking_version(),
            read_as: question.read_as.clone(),
            degraded: question.degraded(&retrieval),
            trace: Trace {
                vector_plan: plan,
                eligible: retrieval.eligible,
                candidates,
                stages: watch.stages(),
            },
        })
    }
}

/// Runs a whole question on one thread that may be held up. How many run at once is bounded by
/// the places that calls hold. One that was given up while it waited for a thread is not begun.
pub(crate) async fn off_the_workers<T: Send + 'static>(
    call: &Call,
    work: impl FnOnce(&Handle) -> Result<T, MatchingError> + Send + 'static,
) -> Result<T, MatchingError> {
    let (runtime, call) = (Handle::current(), call.clone());
    let task = tokio::task::spawn_blocking(move || {
        call.check()?;
        let _running = threads::Running::begin();
        work(&runtime)
    });
    task.await?
}

/// What was only read from a person's words may be misread: it lowers a score where a posting
/// fails it, and excludes nothing.
fn prefer_what_was_read(modes: &mut Modes) {
    for kind in [
        ConditionKind::Kind,
        ConditionKind::Education,
        ConditionKind::Experience,
        ConditionKind::Certificates,
        ConditionKind::Age,
        ConditionKind::Pay,
        ConditionKind::Hours,
        ConditionKind::Physical,
    ] {
        if modes.of(kind) == ConditionMode::Required {
            let _ = modes.set(kind, ConditionMode::Preferred);
        }
    }
}
