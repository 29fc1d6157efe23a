//! The import stream: numbered items in, answers in order, a bounded window between.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::stream::FuturesOrdered;
use futures::{Stream, StreamExt};
use jobmatch_domain::Invalid;
use jobmatch_matching::{FullSync, Guard, Record, Session};
use jobmatch_proto::v1;
use tonic::{Code, Status, Streaming};

use crate::admission::Waiter;
use crate::kinds::Kind;
use crate::outbox::{Outbox, idle_refusal, outbox};
use crate::status::{Refusal, too_large};

/// Items that may be unanswered.
const WINDOW: usize = 1024;
/// Items after which the lag of the index is looked at.
const LAG_CHECK_EVERY: u64 = 250;
/// Share of a source that a full sync may close when the client says nothing.
const DEFAULT_MAX_CLOSED_SHARE: f64 = 0.2;

/// A message of either import stream.
pub(crate) enum Message<W> {
    Start(v1::ImportStart),
    Item { number: u64, record: Option<W> },
    Finish(v1::ImportFinish),
}

/// An answer of either import stream.
pub(crate) enum Answer {
    Result(v1::ImportResult),
    Summary(v1::ImportSummary),
}

type Pending = Pin<Box<dyn Future<Output = v1::ImportResult> + Send>>;

/// One running import.
struct Import<K: Kind> {
    session: Session,
    field: &'static str,
    answers: Outbox<Answer>,
    waiter: Arc<Waiter>,
    pending: FuturesOrdered<Pending>,
    sync: Option<FullSync>,
    last_number: Option<u64>,
    summary: v1::ImportSummary,
    kind: std::marker::PhantomData<K>,
}

/// Starts to read the stream; `open` takes a wire message apart, `field` is the record's
/// name in an item. The answers end when the stream does.
pub(crate) fn run<K: Kind, M: Send + 'static>(
    session: Session,
    field: &'static str,
    stream: Streaming<M>,
    open: impl Fn(M) -> Option<Message<K::Wire>> + Send + 'static,
    waiter: Arc<Waiter>,
) -> impl Stream<Item = Result<Answer, Status>> + Send {
    let (answers, stream_of_answers) = outbox(waiter.stream_idle());
    let mut import = Import::<K> {
        session,
        field,
        answers,
        waiter,
        pending: FuturesOrdered::new(),
        sync: None,
        last_number: None,
        summary: v1::ImportSummary::default(),
        kind: std::marker::PhantomData,
    };
    tokio::spawn(async move {
        if let Err(refusal) = import.read(stream, open).await {
            // A client that is gone needs no answer.
            let _ = import.answers.send(Err(refusal.into())).await;
        }
        import.answers.finish();
    });
    stream_of_answers
}

impl<K: Kind> Import<K> {
    async fn read<M: Send + 'static>(
        &mut self,
        mut stream: Streaming<M>,
        open: impl Fn(M) -> Option<Message<K::Wire>>,
    ) -> Result<(), Refusal> {
        let idle = self.waiter.stream_idle();
        loop {
            tokio::select! {
                Some(result) = self.pending.next(), if !self.pending.is_empty() => {
                    if !self.answer(result).await {
                        return Ok(());
                    }
                }
                message = next_message(&mut stream, idle), if self.pending.len() < WINDOW => {
                    // A broken stream: what was acknowledged stays, the rest is sent again.
                    let message = match message? {
                        Ok(message) => message,
                        Err(broken) => return too_large(&broken).map_or(Ok(()), Err),
                    };
                    let Some(message) = message else {
                        return self.end_without_finish().await;
                    };
                    match open(message) {
                        None => return Err(Refusal::missing("request")),
                        Some(Message::Start(start)) => self.start(start)?,
                        Some(Message::Item { number, record }) => self.item(number, record).await?,
                        Some(Message::Finish(finish)) => return self.finish(finish).await,
                    }
                }
            }
        }
    }

    /// Sends an answer; `false` when the client is gone.
    async fn answer(&mut self, result: v1::ImportResult) -> bool {
        match (&result.outcome, result.unchanged) {
            (Some(v1::import_result::Outcome::Seq(_)), true) => self.summary.unchanged += 1,
            (Some(v1::import_result::Outcome::Seq(_)), false) => self.summary.written += 1,
            _ => self.summary.rejected += 1,
        }
        self.answers.send(Ok(Answer::Result(result))).await
    }

    fn start(&mut self, start: v1::ImportStart) -> Result<(), Refusal> {
        if self.sync.is_some() || self.summary.received > 0 {
            return Err(Invalid::Combination("must be the first message").at("start").into());
        }
        let share = start.max_closed_share.unwrap_or(DEFAULT_MAX_CLOSED_SHARE);
        if !(0.0..=1.0).contains(&share) {
            return Err(Invalid::range(share, 0, 1).at("start.max_closed_share").into());
        }
        if !start.full_sync_source.is_empty() {
            self.sync = Some(FullSync {
                source: start.full_sync_source,
                seen: BTreeSet::new(),
                max_closed_share: share,
            });
        }
        Ok(())
    }

    async fn item(&mut self, number: u64, record: Option<K::Wire>) -> Result<(), Refusal> {
        if self.last_number.is_some_and(|last| number <= last) {
            let message = "must rise from item to item";
            return Err(Invalid::Combination(message).at("item.number").into());
        }
        self.last_number = Some(number);
        self.summary.received += 1;
        if self.summary.received.is_multiple_of(LAG_CHECK_EVERY) {
            self.session.intake().wait_for_index().await;
        }
        let write = self.prepare(record);
        let session = self.session.clone();
        self.pending.push_back(Box::pin(async move {
            let outcome = match write {
                Ok((id, record)) => {
                    let guard = Guard { allow_missing: true, ..Guard::default() };
                    let change = Box::new(move |_: Option<&K::Record>| Ok(record));
                    let name = id.to_string();
                    K::put(&session.intake(), id, guard, change)
                        .await
                        .map(|written| (name, written.seq.0, written.unchanged))
                        .map_err(Refusal::from)
                }
                Err(refusal) => Err(refusal),
            };
            result(number, outcome)
        }));
        Ok(())
    }

    /// Checks an item and notes it for the full sync.
    fn prepare(
        &mut self,
        record: Option<K::Wire>,
    ) -> Result<(jobmatch_domain::DocumentId, K::Record), Refusal> {
        let wire = record.ok_or_else(|| Refusal::missing(self.field))?;
        if let Some(sync) = &mut self.sync {
            if K::source(&wire) != sync.source {
                let message = "must be the source of the full sync";
                return Err(Invalid::Combination(message).at("source").into());
            }
            // Seen also when it is refused below: the source still has it.
            if let Ok(id) = K::id(&wire) {
                sync.seen.insert(id);
            }
        }
        let record = K::parse(wire, self.session.now().date())?;
        Ok((record.id().clone(), record))
    }

    async fn drain(&mut self) -> bool {
        while let Some(result) = self.pending.next().await {
            if !self.answer(result).await {
                return false;
            }
        }
        true
    }

    async fn end_without_finish(&mut self) -> Result<(), Refusal> {
        if self.drain().await && self.sync.is_some() {
            let message = "the full sync ended without finish; nothing was closed; send finish";
            return Err(Refusal::new(Code::FailedPrecondition, "SYNC_NOT_FINISHED", message));
        }
        Ok(())
    }

    async fn finish(&mut self, finish: v1::ImportFinish) -> Result<(), Refusal> {
        if !self.drain().await {
            return Ok(());
        }
        if finish.items != self.summary.received {
            let message = format!(
                "finish names {} items and {} were received; nothing was closed; send the feed again",
                finish.items, self.summary.received
            );
            return Err(Refusal::new(Code::FailedPrecondition, "ITEMS_MISSING", message));
        }
        if let Some(sync) = self.sync.take() {
            self.summary.closed = K::finish_sync(&self.session.intake(), sync).await? as u64;
        }
        self.summary.seq = self.session.store().seq().0;
        // A client that is gone needs no summary.
        let _ = self.answers.send(Ok(Answer::Summary(self.summary))).await;
        Ok(())
    }
}

/// The next message of a client that sends one in time.
async fn next_message<M>(
    stream: &mut Streaming<M>,
    idle: Duration,
) -> Result<Result<Option<M>, Status>, Refusal> {
    let late = |_| idle_refusal("no message came", idle);
    tokio::time::timeout(idle, stream.message()).await.map_err(late)
}

fn result(number: u64, outcome: Result<(String, u64, bool), Refusal>) -> v1::ImportResult {
    match outcome {
        Ok((id, seq, unchanged)) => v1::ImportResult {
            number,
            id,
            outcome: Some(v1::import_result::Outcome::Seq(seq)),
            unchanged,
        },
        Err(refusal) => v1::ImportResult {
            number,
            id: String::new(),
            outcome: Some(v1::import_result::Outcome::Error(v1::ImportError {
                code: refusal.code as i32,
                reason: refusal.reason.into(),
                field: refusal.field,
                message: refusal.message,
            })),
            unchanged: false,
        },
    }
}
