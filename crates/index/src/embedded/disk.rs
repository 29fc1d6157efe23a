//! What the words and the document log stand on: a folder, or what stands for one in tests.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use tantivy::TantivyError;
use tantivy::directory::MmapDirectory;

use super::summed::Summed;
use crate::engine::EngineError;

/// A disk with the files of an engine.
pub(super) trait Disk {
    /// The folder of the words, which is there.
    fn words(&self, folder: &Path) -> Result<Summed, EngineError>;
    /// The document log, to be written from where the file stands.
    fn log(&self, file: File) -> Box<dyn LogFile>;
}

/// A document log as it is written.
pub(super) trait LogFile: Write + Send {
    /// Makes what was written durable.
    fn sync(&mut self) -> io::Result<()>;
}

/// The disk of the system.
pub(super) struct System;

impl Disk for System {
    fn words(&self, folder: &Path) -> Result<Summed, EngineError> {
        let folder = MmapDirectory::open(folder).map_err(TantivyError::from)?;
        Ok(Summed::on(Box::new(folder)))
    }

    fn log(&self, file: File) -> Box<dyn LogFile> {
        Box::new(file)
    }
}

impl LogFile for File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }
}
