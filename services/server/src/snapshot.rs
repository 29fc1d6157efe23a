//! A snapshot of the store as a stream.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use jobmatch_matching::{MatchingError, Service, SnapshotError};
use jobmatch_proto::v1;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status};

use crate::status::{Refusal, status};

/// What a caller gets.
pub(crate) type SnapshotStream = ReceiverStream<Result<v1::SnapshotResponse, Status>>;

/// Most bytes of a message: well below what clients read of one by default.
const MESSAGE: usize = 1 << 20;
/// How long a caller may take nothing: the snapshot keeps the store from using pages again.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts to write a snapshot and answers with the stream of it.
pub(crate) fn stream(service: Arc<Service>) -> SnapshotStream {
    let (sender, receiver) = mpsc::channel(2);
    let handle = Handle::current();
    tokio::task::spawn_blocking(move || {
        let mut out = Pieces { sender, handle, piece: Vec::with_capacity(MESSAGE) };
        match service.store().write_snapshot(&mut out) {
            Ok(summary) => tracing::info!(bytes = summary.bytes, "a snapshot was written"),
            // A caller that went away, or slept, gets no error.
            Err(SnapshotError::File(error)) => tracing::warn!(%error, "a snapshot was given up"),
            Err(SnapshotError::Store(error)) => {
                out.send(Err(status(MatchingError::from(error))));
            }
            Err(error) => {
                tracing::error!(%error, "a snapshot failed");
                let told = "an internal error; the operator finds it in the log";
                out.send(Err(status(Refusal::new(Code::Internal, "SNAPSHOT_FAILED", told))));
            }
        }
    });
    ReceiverStream::new(receiver)
}

/// Writes into the stream, piece by piece.
struct Pieces {
    sender: mpsc::Sender<Result<v1::SnapshotResponse, Status>>,
    handle: Handle,
    piece: Vec<u8>,
}

impl Pieces {
    /// Whether it was taken in time.
    fn send(&self, message: Result<v1::SnapshotResponse, Status>) -> bool {
        let sent = self.sender.send_timeout(message, PATIENCE);
        self.handle.block_on(sent).is_ok()
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(MESSAGE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        if self.piece.len() == MESSAGE {
            self.flush()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let data = std::mem::replace(&mut self.piece, Vec::with_capacity(MESSAGE));
        if self.send(Ok(v1::SnapshotResponse { data })) {
            return Ok(());
        }
        Err(io::Error::new(io::ErrorKind::BrokenPipe, "nobody takes the snapshot"))
    }
}
