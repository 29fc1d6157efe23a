//! Searching every byte of every file of a folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;

use super::canary::{Kind, Pattern};
use crate::failure::Failure;

/// What was found in the files of one class.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) files: usize,
    pub(super) bytes: u64,
    pub(super) words: usize,
    pub(super) places: usize,
    pub(super) vectors: usize,
}

impl Found {
    fn count(&mut self, kind: Kind) {
        *match kind {
            Kind::Word => &mut self.words,
            Kind::Place => &mut self.places,
            Kind::Vector => &mut self.vectors,
        } += 1;
    }

    /// Of all kinds.
    pub(super) fn hits(&self) -> usize {
        self.words + self.places + self.vectors
    }
}

/// Classes of files by name, each of them told even where it has no file.
pub(super) const CLASSES: [&str; 7] = [
    "store.redb, free pages too",
    "keyring.bin",
    "index: logs of documents",
    "index: segments",
    "index: graphs",
    "log of the service",
    "other",
];

fn class_of(path: &Path) -> &'static str {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let is_index = path.iter().any(|part| part == "index");
    let at = match name {
        "store.redb" => 0,
        "keyring.bin" => 1,
        "documents.log" => 2,
        "graph.bin" => 4,
        "service.log" => 5,
        _ if is_index => 3,
        _ => 6,
    };
    CLASSES[at]
}

/// All files below a folder, in order.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |e: std::io::Error| Failure::new(format!("{}: {e}", folder.display()));
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// How often any of the patterns stands in the files of each class.
pub(super) fn search(
    folder: &Path,
    patterns: &[Pattern],
) -> Result<BTreeMap<&'static str, Found>, Failure> {
    let automaton = AhoCorasick::new(patterns.iter().map(|(_, bytes)| bytes))
        .map_err(|e| Failure::new(e.to_string()))?;
    let mut found: BTreeMap<_, Found> = CLASSES.map(|c| (c, Found::default())).into();
    for path in files(folder)? {
        let content = match fs::read(&path) {
            // An index that goes on working removes files of its own.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            content => content.map_err(|e| Failure::new(format!("{}: {e}", path.display())))?,
        };
        let class = found.entry(class_of(&path)).or_default();
        class.files += 1;
        class.bytes += content.len() as u64;
        for hit in automaton.find_iter(&content) {
            class.count(patterns[hit.pattern().as_usize()].0);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_of_every_file_is_searched_and_told_by_class() {
        let folder = tempfile::tempdir().unwrap();
        let segments = folder.path().join("index/profiles/g1/words");
        fs::create_dir_all(&segments).unwrap();
        fs::write(folder.path().join("store.redb"), b"canar..canary").unwrap();
        fs::write(folder.path().join("keyring.bin"), b"cana").unwrap();
        fs::write(segments.join("a.term"), b"\0canary\0and canary").unwrap();
        let patterns = [(Kind::Word, b"canary".to_vec()), (Kind::Place, b"and".to_vec())];
        let found = search(folder.path(), &patterns).unwrap();
        let of = |bytes, words, places| Found { files: 1, bytes, words, places, vectors: 0 };
        assert_eq!(found[CLASSES[0]], of(13, 1, 0));
        assert_eq!(found[CLASSES[1]], of(4, 0, 0));
        assert_eq!(found[CLASSES[3]], of(18, 2, 1));
        assert_eq!(found[CLASSES[6]], Found::default());
    }
}
