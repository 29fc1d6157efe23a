//! Answers of a stream on their way to its client: a short queue that waits for a slow client,
//! but not for ever, and that never takes a failure for the end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use futures::{Stream, StreamExt, stream};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};

use crate::admission::Waiter;
use crate::status::{Refusal, status};

/// Answers that wait for the client.
const AHEAD: usize = 64;

/// How it ended: by a failure, unless it is told otherwise.
const FAILED: u8 = 0;
const DONE: u8 = 1;
const LATE: u8 = 2;

/// Where answers are put.
pub(crate) struct Outbox<T> {
    sender: mpsc::Sender<Result<T, Status>>,
    end: Arc<AtomicU8>,
    idle: Duration,
}

/// An outbox, and the stream that its client reads. `idle` is how long a full queue is waited
/// for.
pub(crate) fn outbox<T: Send + 'static>(
    idle: Duration,
) -> (Outbox<T>, impl Stream<Item = Result<T, Status>> + Send + use<T>) {
    let (sender, receiver) = mpsc::channel(AHEAD);
    let end = Arc::new(AtomicU8::new(FAILED));
    let ended = end.clone();
    let rest = stream::once(async move {
        let refusal = match ended.load(Ordering::Acquire) {
            DONE => return None,
            LATE => idle_refusal("answers were not read", idle),
            _ => Refusal::new(Code::Internal, "INTERNAL", "the stream failed; see the log"),
        };
        Some(Err(status(refusal)))
    });
    let answers = ReceiverStream::new(receiver).chain(rest.filter_map(std::future::ready));
    (Outbox { sender, end, idle }, answers)
}

/// What a stream is told whose client did nothing for too long.
pub(crate) fn idle_refusal(what: &str, idle: Duration) -> Refusal {
    let message = format!("{what} for {} seconds; open the stream anew", idle.as_secs());
    Refusal::new(Code::DeadlineExceeded, "STREAM_IDLE", message)
}

impl<T: Send + 'static> Outbox<T> {
    /// Puts an answer; `false` when the client has gone or does not read.
    pub(crate) async fn send(&self, answer: Result<T, Status>) -> bool {
        match self.sender.send_timeout(answer, self.idle).await {
            Ok(()) => true,
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => {
                self.end.store(LATE, Ordering::Release);
                false
            }
            Err(mpsc::error::SendTimeoutError::Closed(_)) => false,
        }
    }

    /// Ends the stream well.
    pub(crate) fn finish(self) {
        // One that came too late stays so.
        let _ = self.end.compare_exchange(FAILED, DONE, Ordering::AcqRel, Ordering::Acquire);
    }
}

/// Works through a stream in a task of its own and passes it on. The call is given up when the
/// client goes, and its place is free when the work has ended.
pub(crate) fn pass_on<T: Send + 'static>(
    answers: impl Stream<Item = Result<T, Status>> + Send + 'static,
    waiter: Arc<Waiter>,
) -> impl Stream<Item = Result<T, Status>> + Send {
    let (outbox, stream) = outbox(waiter.stream_idle());
    tokio::spawn(async move {
        let _waiter = waiter;
        let mut answers = std::pin::pin!(answers);
        loop {
            let answer = tokio::select! {
                answer = answers.next() => answer,
                () = outbox.sender.closed() => return,
            };
            match answer {
                None => return outbox.finish(),
                Some(answer) => {
                    if !outbox.send(answer).await {
                        return;
                    }
                }
            }
        }
    });
    stream
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn codes(stream: impl Stream<Item = Result<u32, Status>>) -> Vec<Code> {
        stream.map(|a| a.map_or_else(|e| e.code(), |_| Code::Ok)).collect().await
    }

    #[tokio::test]
    async fn only_what_was_finished_ends_well() {
        let (whole, stream) = outbox(Duration::from_secs(1));
        assert!(whole.send(Ok(1)).await);
        whole.finish();
        assert_eq!(codes(stream).await, [Code::Ok]);
        // A task that panics drops its outbox.
        let (broken, stream) = outbox(Duration::from_secs(1));
        assert!(broken.send(Ok(1)).await);
        drop(broken);
        assert_eq!(codes(stream).await, [Code::Ok, Code::Internal]);
    }

    #[tokio::test]
    async fn a_client_that_does_not_read_is_not_waited_for_for_ever() {
        let (outbox, stream) = outbox(Duration::from_millis(20));
        for _ in 0..AHEAD {
            assert!(outbox.send(Ok(1)).await);
        }
        assert!(!outbox.send(Ok(1)).await);
        outbox.finish();
        let codes = codes(stream).await;
        assert_eq!((codes.len(), codes.last()), (AHEAD + 1, Some(&Code::DeadlineExceeded)));
    }
}
