//! One call while it is worked on: whether anybody still waits for it, and the place it holds.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::MatchingError;

/// A call as its work sees it; clones are the same call. Long work asks [`Call::check`] between
/// its steps. What the call holds of the machine is let go with the last clone, so that work that
/// nobody waits for any more still counts until it has ended.
#[derive(Clone, Default)]
pub struct Call(Arc<State>);

#[derive(Default)]
struct State {
    given_up: AtomicBool,
    _place: Option<Box<dyn Any + Send + Sync>>,
}

impl Call {
    /// A call that holds a place until all of its work has ended.
    pub fn holding(place: impl Any + Send + Sync) -> Self {
        Self(Arc::new(State { given_up: AtomicBool::new(false), _place: Some(Box::new(place)) }))
    }

    /// Nobody waits any more: the client has gone or the deadline has passed.
    pub fn give_up(&self) {
        self.0.given_up.store(true, Ordering::Relaxed);
    }

    /// Whether to go on.
    ///
    /// # Errors
    /// [`MatchingError::GivenUp`] once nobody waits.
    pub fn check(&self) -> Result<(), MatchingError> {
        match self.0.given_up.load(Ordering::Relaxed) {
            true => Err(MatchingError::GivenUp),
            false => Ok(()),
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let given_up = self.0.given_up.load(Ordering::Relaxed);
        f.debug_struct("Call").field("given_up", &given_up).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use jobmatch_domain::dispatch::Dispatch;
    use jobmatch_domain::{DocumentId, Modes};

    use tokio::runtime::Handle;

    use super::*;
    use crate::clock::system_clock;
    use crate::matcher::off_the_workers;
    use crate::service::{Service, ServiceOptions};

    #[tokio::test(flavor = "multi_thread")]
    async fn work_is_not_begun_for_a_call_that_was_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let options = ServiceOptions::new(folder.path().into(), system_clock());
        let service = Service::open(options).await.unwrap();
        let id = DocumentId::parse("P1").unwrap();
        let dispatch = || Dispatch {
            postings: vec![id.clone()],
            profiles: vec![id.clone()],
            modes: Modes::default(),
            max_gigs: 1,
            min_score: 0.0,
        };
        let call = Call::default();
        let matcher = service.matcher().during(call.clone());
        assert!(matcher.dispatch(dispatch()).await.is_ok());
        call.give_up();
        let refused = matcher.dispatch(dispatch()).await;
        assert!(matches!(refused, Err(MatchingError::GivenUp)));
        service.shut_down().await;
    }

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

    #[test]
    fn a_place_is_held_until_the_last_clone_goes_given_up_or_not() {
        let place = Arc::new(());
        let call = Call::holding(place.clone());
        let work = call.clone();
        assert!(work.check().is_ok());
        call.give_up();
        drop(call);
        assert!(matches!(work.check(), Err(MatchingError::GivenUp)));
        assert_eq!(Arc::strong_count(&place), 2);
        drop(work);
        assert_eq!(Arc::strong_count(&place), 1);
    }
}
