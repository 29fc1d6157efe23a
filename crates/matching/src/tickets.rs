//! Tickets: how long operations tell their progress.

use std::collections::VecDeque;
use std::sync::Arc;

use jobmatch_domain::{Instant, Seq};
use parking_lot::Mutex;

/// Tickets kept; the oldest go first.
const MAX_TICKETS: usize = 1000;
/// What ids of tickets of deletions begin with; the Seq of the deletion follows.
const DELETED: &str = "deleted-";

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
    /// Unique within the process; of a deletion, within the store.
    pub id: String,
    /// `rebuild`, `erase`, `delete`.
    pub operation: &'static str,
    /// State.
    pub state: TicketState,
    /// Work done, 0 to 1.
    pub progress: f64,
    /// Start; `None` of a deletion.
    pub started: Option<Instant>,
    /// End; `None` while running, and of a deletion.
    pub ended: Option<Instant>,
    /// When it is done, records that were deleted up to this Seq have left the index's files.
    pub covers: Seq,
}

impl Ticket {
    /// Id of the ticket of a profile's deletion. The ticket is worked out when it is asked for
    /// and kept nowhere, so it is good for as long as the store.
    pub fn id_of_deletion(seq: Seq) -> String {
        format!("{DELETED}{}", seq.0)
    }

    /// The Seq of the deletion that an id is of; `None` when it is of none.
    pub(crate) fn deletion_of(id: &str) -> Option<Seq> {
        let seq = Seq(id.strip_prefix(DELETED)?.parse().ok()?);
        // One ticket has one id: no signs, no zeros before it.
        (id == Self::id_of_deletion(seq)).then_some(seq)
    }

    /// The ticket of a deletion.
    pub(crate) fn of_deletion(seq: Seq, is_done: bool) -> Self {
        let (state, progress) =
            if is_done { (TicketState::Done, 1.0) } else { (TicketState::Running, 0.0) };
        Self {
            id: Self::id_of_deletion(seq),
            operation: "delete",
            state,
            progress,
            started: None,
            ended: None,
            covers: seq,
        }
    }
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
            started: Some(now),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_deletion_tells_its_seq_and_no_other_text_does() {
        for seq in [0, 7, u64::MAX].map(Seq) {
            assert_eq!(Ticket::deletion_of(&Ticket::id_of_deletion(seq)), Some(seq));
        }
        let none = ["", "7", "deleted", "deleted-", "deleted-x", "deleted--7", "deleted-+7"];
        let odd =
            ["deleted-07", "deleted-7 ", "Deleted-7", "erase-7", "deleted-18446744073709551616"];
        for id in none.iter().chain(&odd) {
            assert_eq!(Ticket::deletion_of(id), None, "{id:?}");
        }
    }
}
