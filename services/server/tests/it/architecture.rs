//! The arrows between the crates, and the tidiness of their files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Who may depend on whom. Anything else is refused.
const ARROWS: [(&str, &[&str]); 13] = [
    ("jobmatch-domain", &[]),
    // Tests alone depend on it.
    ("jobmatch-faults", &[]),
    ("jobmatch-text", &["jobmatch-domain"]),
    ("jobmatch-embed", &["jobmatch-domain"]),
    ("jobmatch-index", &["jobmatch-domain"]),
    ("jobmatch-store", &["jobmatch-domain"]),
    ("jobmatch-rank", &["jobmatch-domain"]),
    ("jobmatch-gigs", &["jobmatch-domain"]),
    (
        "jobmatch-matching",
        &[
            "jobmatch-domain",
            "jobmatch-text",
            "jobmatch-embed",
            "jobmatch-index",
            "jobmatch-store",
            "jobmatch-rank",
            "jobmatch-gigs",
        ],
    ),
    ("jobmatch-proto", &["jobmatch-domain"]),
    ("jobmatchd", &["jobmatch-domain", "jobmatch-matching", "jobmatch-proto"]),
    // The command line also trains and measures the embedding model.
    (
        "jobmatch",
        &[
            "jobmatch-domain",
            "jobmatch-matching",
            "jobmatch-proto",
            "jobmatch-text",
            "jobmatch-embed",
        ],
    ),
    // Benches also know when the engine builds a graph.
    (
        "jobmatch-benches",
        &[
            "jobmatch-domain",
            "jobmatch-index",
            "jobmatch-matching",
            "jobmatch-proto",
            "jobmatch-text",
            "jobmatch-embed",
            "jobmatchd",
        ],
    ),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn arrows_point_down_only() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let own: BTreeSet<&str> = packages.iter().map(|p| p["name"].as_str().unwrap()).collect();
    let allowed: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    assert_eq!(own, allowed, "a crate has no line in ARROWS, or a line no crate");
    for package in packages {
        let name = package["name"].as_str().unwrap();
        let (_, below) = ARROWS.iter().find(|(n, _)| *n == name).unwrap();
        for dependency in package["dependencies"].as_array().unwrap() {
            let target = dependency["name"].as_str().unwrap();
            // Examples and tests may look sideways; what ships may not.
            if own.contains(target) && dependency["kind"].as_str() != Some("dev") {
                assert!(below.contains(&target), "{name} must not depend on {target}");
            }
        }
    }
}

#[test]
fn every_source_file_says_what_it_is_and_stays_readable() {
    let mut folders = vec![root().join("crates"), root().join("services"), root().join("benches")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                // What peers of benches are built into is not ours.
                let is_ours = !path.ends_with("target") && !path.ends_with("venv");
                folders.extend(is_ours.then_some(path));
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                assert!(text.starts_with("//!"), "{} has no module doc", path.display());
                let lines = text.lines().count();
                assert!(lines <= 620, "{} has {lines} lines", path.display());
                files += 1;
            }
        }
    }
    assert!(files > 50, "{files}");
}
