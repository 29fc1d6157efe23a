//! The bounded queue in front of the writer thread: async on one side, blocking on the
//! other.

use std::collections::VecDeque;

use parking_lot::{Condvar, Mutex};
use tokio::sync::Semaphore;

/// Waiting items, first in, first out.
pub(crate) struct Queue<T> {
    room: Semaphore,
    state: Mutex<State<T>>,
    filled: Condvar,
}

struct State<T> {
    items: VecDeque<T>,
    closed: bool,
}

/// The queue takes nothing any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Closed;

impl<T> Queue<T> {
    /// A queue of at most `room` items; at least one.
    pub(crate) fn new(room: usize) -> Self {
        Self {
            room: Semaphore::new(room.clamp(1, Semaphore::MAX_PERMITS)),
            state: Mutex::new(State { items: VecDeque::new(), closed: false }),
            filled: Condvar::new(),
        }
    }

    /// Adds an item, after waiting for room. A caller that stops waiting before this
    /// returns has added nothing.
    pub(crate) async fn push(&self, item: T) -> Result<(), Closed> {
        let permit = self.room.acquire().await.map_err(|_| Closed)?;
        let mut state = self.state.lock();
        if state.closed {
            return Err(Closed);
        }
        state.items.push_back(item);
        permit.forget();
        self.filled.notify_one();
        Ok(())
    }

    /// Takes what is there, up to `max` items, after waiting for the first one. `None`
    /// once the queue is closed and empty.
    pub(crate) fn take(&self, max: usize) -> Option<Vec<T>> {
        let mut state = self.state.lock();
        while state.items.is_empty() {
            if state.closed {
                return None;
            }
            self.filled.wait(&mut state);
        }
        let count = state.items.len().min(max.max(1));
        let taken = state.items.drain(..count).collect();
        drop(state);
        self.room.add_permits(count);
        Some(taken)
    }

    /// Refuses new items, also those that wait for room. What is in the queue can still
    /// be taken.
    pub(crate) fn close(&self) {
        self.room.close();
        self.state.lock().closed = true;
        self.filled.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn a_full_queue_makes_callers_wait_and_closing_sends_them_away() {
        let queue = Arc::new(Queue::new(2));
        assert_eq!(queue.push(1).await, Ok(()));
        assert_eq!(queue.push(2).await, Ok(()));
        let waiting = tokio::spawn({
            let queue = queue.clone();
            async move { queue.push(3).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        assert_eq!(queue.take(1), Some(vec![1]));
        assert_eq!(waiting.await.unwrap(), Ok(()));
        queue.close();
        assert_eq!(queue.push(4).await, Err(Closed));
        assert_eq!(queue.take(9), Some(vec![2, 3]));
        assert_eq!(queue.take(9), None);
    }
}
