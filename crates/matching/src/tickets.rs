//! Tickets: how long operations tell their progress.

use std::collections::VecDeque;
use std::sync::Arc;

use jobmatch_domain::{Instant, Seq};
use parking_lot::Mutex;

/// Tickets kept; the oldest go first.
const MAX_TICKETS: usize = 1000;

/// State of a long operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TicketState {
    /// Under way.
    Running,
    /// Finished well.
    Done,
    /// Finished badly, with the reason.
    Failed(String),
}

/// A long operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    /// Unique within the process.
    pub id: String,
    /// `rebuild`, `erase`.
    pub operation: &'static str,
    /// State.
    pub state: TicketState,
    /// Work done, 0 to 1.
    pub progress: f64,
    /// Start.
    pub started: Instant,
    /// End; `None` while running.
    pub ended: Option<Instant>,
    /// When it is done, records that were deleted up to this Seq have left the index's files.
    pub covers: Seq,
}

/// The tickets of this process, newest last.
#[derive(Debug, Clone, Default)]
pub struct Tickets(Arc<Mutex<Book>>);

#[derive(Debug, Default)]
struct Book {
    issued: u64,
    tickets: VecDeque<Ticket>,
}

impl Tickets {
    /// Opens a ticket.
    pub fn open(&self, operation: &'static str, now: Instant, covers: Seq) -> Ticket {
        let mut book = self.0.lock();
        book.issued += 1;
        let ticket = Ticket {
            id: format!("{operation}-{}", book.issued),
            operation,
            state: TicketState::Running,
            progress: 0.0,
            started: now,
            ended: None,
            covers,
        };
        if book.tickets.len() == MAX_TICKETS {
            book.tickets.pop_front();
        }
        book.tickets.push_back(ticket.clone());
        ticket
    }

    /// Notes progress, 0 to 1.
    pub fn progress(&self, id: &str, progress: f64) {
        self.change(id, |ticket| ticket.progress = progress.clamp(0.0, 1.0));
    }

    /// Closes a ticket.
    pub fn close(&self, id: &str, outcome: Result<(), String>, now: Instant) {
        self.change(id, |ticket| {
            ticket.ended = Some(now);
            ticket.state = match outcome {
                Ok(()) => TicketState::Done,
                Err(reason) => TicketState::Failed(reason),
            };
            if ticket.state == TicketState::Done {
                ticket.progress = 1.0;
            }
        });
    }

    /// A ticket by id.
    pub fn get(&self, id: &str) -> Option<Ticket> {
        self.0.lock().tickets.iter().find(|t| t.id == id).cloned()
    }

    /// All, newest first.
    pub fn list(&self) -> Vec<Ticket> {
        self.0.lock().tickets.iter().rev().cloned().collect()
    }

    fn change(&self, id: &str, change: impl FnOnce(&mut Ticket)) {
        if let Some(ticket) = self.0.lock().tickets.iter_mut().find(|t| t.id == id) {
            change(ticket);
        }
    }
}
