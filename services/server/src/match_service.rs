//! MatchService on the wire.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use futures::{Stream, StreamExt};
use jobmatch_domain::matching::MatchPage;
use jobmatch_domain::text::Text;
use jobmatch_domain::{OccupationId, Violation};
use jobmatch_matching::{Service, Session};
use jobmatch_proto::matching::{self as convert, Context};
use jobmatch_proto::v1;
use jobmatch_proto::v1::match_service_server::MatchService;
use tonic::{Request, Response, Status};

use crate::access::session;
use crate::admission::waiter;
use crate::status::status;
use crate::{outbox, records, telemetry};

/// The service.
pub(crate) struct MatchApi(pub(crate) Arc<Service>);

impl MatchApi {
    /// Converts a request with what the lexicon and the clock know.
    fn read<T>(&self, read: impl FnOnce(Context<'_>) -> Result<T, Violation>) -> Result<T, Status> {
        self.timed_read(read).map(|(request, _)| request)
    }

    /// The same, with the stage that it is in the answer's times.
    fn timed_read<T>(
        &self,
        read: impl FnOnce(Context<'_>) -> Result<T, Violation>,
    ) -> Result<(T, (&'static str, u64)), Status> {
        let started = Instant::now();
        let resolve = |name: &str| -> Option<OccupationId> { self.0.analyst().occupation(name) };
        let context = Context { resolve: &resolve, today: self.0.now().date() };
        let request = read(context).map_err(status)?;
        Ok((request, ("decode", started.elapsed().as_micros() as u64)))
    }
}

type BatchStream =
    Pin<Box<dyn Stream<Item = Result<v1::MatchPostingsBatchResponse, Status>> + Send>>;

fn note(page: &MatchPage) {
    telemetry::note_stages(&page.trace.stages, page.trace.vector_plan);
    if page.degraded.is_some() {
        telemetry::note_degraded();
    }
}

fn wants_debug(options: Option<&v1::MatchOptions>) -> bool {
    options.is_some_and(|o| o.debug)
}

#[tonic::async_trait]
impl MatchService for MatchApi {
    async fn match_postings(
        &self,
        request: Request<v1::MatchPostingsRequest>,
    ) -> Result<Response<v1::MatchPostingsResponse>, Status> {
        let session = session(&self.0, &request);
        let request = request.into_inner();
        let debug = wants_debug(request.options.as_ref());
        let ((request, digest), decode) =
            self.timed_read(|c| convert::match_postings(request, c))?;
        let mut page = session.matcher().match_postings(request).await.map_err(status)?;
        page.trace.stages.insert(0, decode);
        note(&page);
        Ok(Response::new(convert::postings_page(page, digest, debug)))
    }

    type MatchPostingsBatchStream = BatchStream;

    async fn match_postings_batch(
        &self,
        request: Request<v1::MatchPostingsBatchRequest>,
    ) -> Result<Response<BatchStream>, Status> {
        let session = session(&self.0, &request);
        let waiter = waiter(&request);
        let request = self.read(|c| convert::match_batch(request.into_inner(), c))?;
        let answers = session.matcher().match_batch(request).await.map_err(status)?;
        let answers = answers.map(|answer| {
            let answer = answer.map_err(status)?;
            note(&answer.page);
            Ok(convert::batch_answer(answer))
        });
        Ok(Response::new(Box::pin(outbox::pass_on(answers, waiter))))
    }

    async fn match_profiles(
        &self,
        request: Request<v1::MatchProfilesRequest>,
    ) -> Result<Response<v1::MatchProfilesResponse>, Status> {
        let session = session(&self.0, &request);
        let request = request.into_inner();
        let debug = wants_debug(request.options.as_ref());
        let ((request, digest), decode) =
            self.timed_read(|c| convert::match_profiles(request, c))?;
        let mut page = session.matcher().match_profiles(request).await.map_err(status)?;
        page.trace.stages.insert(0, decode);
        note(&page);
        Ok(Response::new(convert::profiles_page(page, digest, debug)))
    }

    async fn explain_match(
        &self,
        request: Request<v1::ExplainMatchRequest>,
    ) -> Result<Response<v1::ExplainMatchResponse>, Status> {
        let session = session(&self.0, &request);
        let request = self.read(|c| convert::explain(request.into_inner(), c))?;
        let explained = session.matcher().explain(request).await.map_err(status)?;
        Ok(Response::new(convert::explanation(explained)))
    }

    async fn analyze_text(
        &self,
        request: Request<v1::AnalyzeTextRequest>,
    ) -> Result<Response<v1::AnalyzeTextResponse>, Status> {
        let session = session(&self.0, &request);
        let text = Text::<1, 20_000>::parse(&request.into_inner().text)
            .map_err(|e| status(e.at("text")))?;
        let describe = move |s: &Session| Ok(s.analyst().describe(text.as_str()));
        let seen = records::read(&session, describe).await?;
        let occupations = seen
            .occupations
            .into_iter()
            .map(|o| v1::RecognizedOccupation {
                name: o.name,
                code: o.code,
                start: o.start as u32,
                end: o.end as u32,
                negated: o.negated,
            })
            .collect();
        Ok(Response::new(v1::AnalyzeTextResponse {
            normalized: seen.analysis.normalized,
            words: seen.analysis.words,
            grams: seen.analysis.grams,
            occupations,
            truncated: seen.analysis.truncated,
            version: seen.version,
            read_as: seen.read_as.unwrap_or_default(),
        }))
    }
}
