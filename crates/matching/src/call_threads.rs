//! The threads that calls are worked on, one each.
//!
//! The thread that ended its work last takes the next call: what it keeps for itself, as its part of
//! the heap and the scratch of patterns, still lies in its core's cache. The runtime's own threads for
//! work that blocks take turns.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, ThreadId};
use std::time::Duration;

use jobmatch_index::threads::Running;
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::call::Call;
use crate::error::MatchingError;

/// How long a thread waits for another call before it ends, like those of the runtime.
const KEPT: Duration = Duration::from_secs(10);

/// Those of this process.
static THREADS: Threads = Threads { waiting: Mutex::new(Vec::new()), kept: KEPT };

type Work = Box<dyn FnOnce() + Send>;

struct Threads {
    /// Those that wait for a call; the one that ended its work last comes last.
    waiting: Mutex<Vec<Waiting>>,
    kept: Duration,
}

struct Waiting {
    thread: ThreadId,
    gives: Sender<Work>,
}

/// Runs a whole question on one thread that may be held up. How many run at once is bounded by
/// the places that calls hold. One that was given up before a thread took it is not begun.
///
/// # Errors
/// Those of the work; [`MatchingError::Internal`] where it panics or no thread can be had.
pub(crate) async fn off_the_workers<T: Send + 'static>(
    call: &Call,
    work: impl FnOnce(&Handle) -> Result<T, MatchingError> + Send + 'static,
) -> Result<T, MatchingError> {
    let (runtime, call) = (Handle::current(), call.clone());
    let (answers, answered) = oneshot::channel();
    THREADS.give(Box::new(move || {
        // The place that the call holds is let go before it is answered.
        let whole = move || {
            call.check()?;
            let _running = Running::begin();
            work(&runtime)
        };
        if let Ok(answer) = catch_unwind(AssertUnwindSafe(whole)) {
            // Nobody waits any more where it cannot be told.
            let _ = answers.send(answer);
        }
    }));
    answered.await.unwrap_or(Err(MatchingError::Internal))
}

impl Threads {
    /// Has a thread do this work: one that waits, or a new one.
    fn give(&'static self, mut work: Work) {
        loop {
            let waiting = self.waiting.lock().pop();
            let Some(waiting) = waiting else { return self.begin(work) };
            match waiting.gives.send(work) {
                Ok(()) => return,
                Err(mpsc::SendError(unsent)) => work = unsent,
            }
        }
    }

    /// A thread more. Where the system has none left, the work is let go of, and whoever waits for
    /// its answer learns of it.
    fn begin(&'static self, work: Work) {
        let named = thread::Builder::new().name("call".to_owned());
        if let Err(error) = named.spawn(move || self.serve(work)) {
            tracing::error!(%error, "no thread for a call");
        }
    }

    /// Works as long as there is something to do.
    fn serve(&self, first: Work) {
        let thread = thread::current().id();
        let (gives, given) = mpsc::channel();
        let mut next = Some(first);
        while let Some(work) = next {
            work();
            self.waiting.lock().push(Waiting { thread, gives: gives.clone() });
            next = self.wait(thread, &given);
        }
    }

    /// The next work, or none when nobody gave any in time; then nobody will.
    fn wait(&self, thread: ThreadId, given: &Receiver<Work>) -> Option<Work> {
        if let Ok(work) = given.recv_timeout(self.kept) {
            return Some(work);
        }
        let was_waiting = {
            let mut waiting = self.waiting.lock();
            let at = waiting.iter().position(|one| one.thread == thread);
            at.map(|at| waiting.remove(at)).is_some()
        };
        // Whoever has taken it out of the list is about to give it something.
        if was_waiting { None } else { given.recv().ok() }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_panic_in_the_work_is_an_error_of_the_call_and_lets_its_place_go() {
        let place = Arc::new(());
        let call = Call::holding(place.clone());
        let broken = |_: &Handle| -> Result<(), MatchingError> { panic!("on purpose") };
        let answer = off_the_workers(&call, broken).await;
        assert!(matches!(answer, Err(MatchingError::Internal)));
        assert!(off_the_workers(&call, |_| Ok(())).await.is_ok());
        drop(call);
        assert_eq!(Arc::strong_count(&place), 1);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn calls_at_once_have_threads_of_their_own_and_each_gets_its_answer() {
        let at_once = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
        for _ in 0..20 {
            let calls = (0..8).map(|number| {
                let at_once = at_once.clone();
                tokio::spawn(async move {
                    let work = move |_: &Handle| {
                        let running = at_once.0.fetch_add(1, Ordering::SeqCst) + 1;
                        at_once.1.fetch_max(running, Ordering::SeqCst);
                        thread::sleep(Duration::from_millis(5));
                        at_once.0.fetch_sub(1, Ordering::SeqCst);
                        Ok(number)
                    };
                    off_the_workers(&Call::default(), work).await
                })
            });
            for (number, call) in calls.collect::<Vec<_>>().into_iter().enumerate() {
                assert!(matches!(call.await, Ok(Ok(n)) if n == number));
            }
        }
        assert_eq!(at_once.1.load(Ordering::SeqCst), 8);
    }

    fn threads(kept: Duration) -> &'static Threads {
        Box::leak(Box::new(Threads { waiting: Mutex::new(Vec::new()), kept }))
    }

    fn until_waiting(threads: &Threads, count: usize) {
        while threads.waiting.lock().len() != count {
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn the_thread_that_ended_its_work_last_takes_the_next() {
        let threads = threads(KEPT * 1_000);
        let (ends, end) = mpsc::channel::<()>();
        threads.give(Box::new(move || assert!(end.recv().is_err())));
        threads.give(Box::new(|| ()));
        until_waiting(threads, 1);
        drop(ends);
        until_waiting(threads, 2);
        let last = threads.waiting.lock()[1].thread;
        let (tells, told) = mpsc::channel();
        threads.give(Box::new(move || tells.send(thread::current().id()).unwrap()));
        assert_eq!(told.recv().unwrap(), last);
    }

    #[test]
    fn a_thread_without_work_ends_and_a_new_one_comes_for_more() {
        let threads = threads(Duration::from_millis(1));
        for _ in 0..50 {
            let (tells, told) = mpsc::channel();
            threads.give(Box::new(move || tells.send(()).unwrap()));
            assert!(told.recv().is_ok());
        }
        until_waiting(threads, 0);
    }
}
