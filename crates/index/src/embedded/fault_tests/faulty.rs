//! A disk for tests, which fails on demand: the words stand in memory, the log in a file.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use parking_lot::Mutex;
use tantivy::Directory;
use tantivy::directory::error::{DeleteError, LockError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    AntiCallToken, DirectoryLock, FileHandle, Lock, RamDirectory, TerminatingWrite, WatchCallback,
    WatchHandle, WritePtr,
};

use crate::embedded::disk::{Disk, LogFile};
use crate::embedded::summed::Summed;
use crate::engine::EngineError;

/// When it fails.
#[derive(Debug, Clone, Copy)]
pub(super) struct Faults {
    /// The first operation that fails, from 0.
    pub(super) first: usize,
    /// How many do.
    pub(super) count: usize,
    pub(super) kind: io::ErrorKind,
    /// The bug: what fails is said to have worked. Not of parts of segments: those that are
    /// torn unnoticed end the process, see [`Faulty::write`].
    pub(super) hides_failures: bool,
}

#[derive(Debug, Default)]
struct State {
    faults: Option<Faults>,
    operations: usize,
    failed: usize,
}

/// The disk; clones are one disk.
#[derive(Debug, Clone)]
pub(super) struct Faulty {
    state: Arc<Mutex<State>>,
    words: RamDirectory,
}

/// What an operation is to do.
enum Turn {
    Work,
    /// Fail, or for the bug say that it worked.
    Fail(io::Result<()>),
}

impl Faulty {
    pub(super) fn new(faults: Option<Faults>) -> Self {
        let state = State { faults, ..State::default() };
        Self { state: Arc::new(Mutex::new(state)), words: RamDirectory::create() }
    }

    /// Every operation works from now on.
    pub(super) fn mend(&self) {
        self.state.lock().faults = None;
    }

    /// Operations until now, and those that failed.
    pub(super) fn counts(&self) -> (usize, usize) {
        let state = self.state.lock();
        (state.operations, state.failed)
    }

    /// Waits until no engine and no merge of one uses it any more. They let go of it when they
    /// end, which merges do on their own.
    pub(super) async fn unused(&self) {
        while Arc::strong_count(&self.state) > 1 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }

    fn turn(&self) -> Turn {
        let mut state = self.state.lock();
        let number = state.operations;
        state.operations += 1;
        let fails = |f: &Faults| number >= f.first && number - f.first < f.count;
        let Some(faults) = state.faults.filter(fails) else { return Turn::Work };
        state.failed += 1;
        Turn::Fail(if faults.hides_failures { Ok(()) } else { Err(faults.kind.into()) })
    }

    fn run(&self, operation: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        match self.turn() {
            Turn::Work => operation(),
            Turn::Fail(told) => told,
        }
    }

    /// A write that fails leaves half of it. It never says that it worked: tantivy trusts what it
    /// wrote, and a panic of its `segment_updater` over it aborts the process.
    fn write(&self, bytes: &[u8], mut into: impl Write) -> io::Result<usize> {
        match self.turn() {
            Turn::Work => into.write_all(bytes)?,
            Turn::Fail(Ok(())) => into.write_all(bytes)?,
            Turn::Fail(Err(told)) => {
                into.write_all(&bytes[..bytes.len() / 2])?;
                return Err(told);
            }
        }
        Ok(bytes.len())
    }
}

impl Disk for Faulty {
    fn words(&self, _: &Path) -> Result<Summed, EngineError> {
        Ok(Summed::on(Box::new(self.clone())))
    }

    fn log(&self, file: File) -> Box<dyn LogFile> {
        Box::new(FaultyLog { file, disk: self.clone() })
    }
}

struct FaultyLog {
    file: File,
    disk: Faulty,
}

impl Write for FaultyLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.write(bytes, &mut self.file)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl LogFile for FaultyLog {
    fn sync(&mut self) -> io::Result<()> {
        self.disk.run(|| Ok(()))
    }
}

/// A file of a segment while it is written.
struct FaultyFile {
    inner: WritePtr,
    disk: Faulty,
}

impl Write for FaultyFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.write(bytes, &mut self.inner)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl TerminatingWrite for FaultyFile {
    fn terminate_ref(&mut self, token: AntiCallToken) -> io::Result<()> {
        // What was written can be read, whether it is durable or not.
        self.inner.terminate_ref(token)?;
        self.disk.run(|| Ok(()))
    }
}

impl Directory for Faulty {
    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        let failed = |e| OpenWriteError::wrap_io_error(e, path.to_owned());
        let inner = self.words.open_write(path)?;
        self.run(|| Ok(())).map_err(failed)?;
        Ok(BufWriter::new(Box::new(FaultyFile { inner, disk: self.clone() })))
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        self.run(|| self.words.atomic_write(path, data))
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.run(|| self.words.sync_directory())
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        let failed = |e| DeleteError::IoError { io_error: Arc::new(e), filepath: path.to_owned() };
        match self.turn() {
            Turn::Work => self.words.delete(path),
            Turn::Fail(told) => told.map_err(failed),
        }
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.words.atomic_read(path)
    }

    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.words.get_file_handle(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.words.exists(path)
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.words.acquire_lock(lock)
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.words.watch(callback)
    }
}
