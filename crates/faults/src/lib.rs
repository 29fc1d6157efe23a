//! Places at which tests make a write fail.
//!
//! Only tests depend on this crate: a place is a line `#[cfg(test)] jobmatch_faults::at(..)?;`
//! and not there otherwise. A fault names the folder in which it strikes, so tests that run
//! beside each other do not meet.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

/// What happens at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It answers an error of the disk.
    Error,
    /// It panics.
    Panic,
}

impl Fault {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Error, Self::Panic];
}

struct Rule {
    site: &'static str,
    folder: PathBuf,
    fault: Fault,
    hits: Arc<AtomicUsize>,
}

static RULES: Mutex<Vec<Rule>> = Mutex::new(Vec::new());

/// A fault that strikes until it is dropped.
pub struct Armed {
    hits: Arc<AtomicUsize>,
}

impl Armed {
    /// How often it struck.
    pub fn hits(&self) -> usize {
        self.hits.load(Ordering::SeqCst)
    }
}

impl Drop for Armed {
    fn drop(&mut self) {
        RULES.lock().retain(|rule| !Arc::ptr_eq(&rule.hits, &self.hits));
    }
}

/// Makes a place fail for all paths in a folder.
pub fn arm(site: &'static str, folder: &Path, fault: Fault) -> Armed {
    let hits = Arc::new(AtomicUsize::new(0));
    RULES.lock().push(Rule { site, folder: folder.to_owned(), fault, hits: hits.clone() });
    Armed { hits }
}

/// A place: an error, or a panic, where a fault is armed for it and the path.
pub fn at(site: &str, path: &Path) -> io::Result<()> {
    let fault = {
        let rules = RULES.lock();
        let strikes = |rule: &&Rule| rule.site == site && path.starts_with(&rule.folder);
        let rule = rules.iter().find(strikes);
        rule.map(|rule| {
            rule.hits.fetch_add(1, Ordering::SeqCst);
            rule.fault
        })
    };
    match fault {
        None => Ok(()),
        Some(Fault::Error) => Err(io::Error::other(format!("a test failed this: {site}"))),
        Some(Fault::Panic) => panic!("a test wanted a panic: {site}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_in_its_place_and_folder_while_it_is_armed() {
        let inside = Path::new("/a/b");
        let armed = arm("x", Path::new("/a"), Fault::Error);
        assert!(at("x", inside).is_err() && at("y", inside).is_ok());
        assert!(at("x", Path::new("/c")).is_ok());
        assert_eq!(armed.hits(), 1);
        drop(armed);
        assert!(at("x", inside).is_ok());
        let _armed = arm("x", inside, Fault::Panic);
        assert!(std::panic::catch_unwind(|| at("x", inside)).is_err());
    }
}
