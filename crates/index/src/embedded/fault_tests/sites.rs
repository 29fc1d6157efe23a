//! Sealed files and graphs that cannot be written: the index serves and opens without them.

use jobmatch_faults::Fault;

use super::sample::{Closed, answers, at_rest, batches, options};
use crate::embedded::EmbeddedEngine;
use crate::engine::Engine;

const SEALED: [&str; 5] =
    ["sealed: create", "sealed: write", "sealed: sync", "sealed: rename", "sealed: sync folder"];
const GRAPH: [&str; 3] = ["graph: create", "graph: write", "graph: rename"];

#[test]
fn the_sites_are_all_there_are() {
    let sites = |source: &str| source.matches("jobmatch_faults::at").count();
    assert_eq!(sites(include_str!("../sealed_file.rs")), SEALED.len());
    assert_eq!(sites(include_str!("../graph_file.rs")), GRAPH.len());
    // That of a merge is tested beside it.
    assert_eq!(sites(include_str!("../upkeep.rs")), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn upkeep_that_fails_anywhere_changes_no_answer() {
    let expected = Closed::make().await.answers;
    let sites = SEALED.into_iter().chain(GRAPH);
    for (site, fault) in sites.flat_map(|site| Fault::ALL.map(|fault| (site, fault))) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("e");
        let armed = jobmatch_faults::arm(site, &path, fault);
        let engine = EmbeddedEngine::create(&path, options()).unwrap();
        for batch in batches() {
            engine.apply(batch).await.unwrap();
            at_rest(&engine).await;
        }
        assert!(armed.hits() > 0, "{site}");
        assert_eq!(answers(&engine).await.unwrap(), expected, "{site} {fault:?}");
        drop((engine, armed));
        let engine = EmbeddedEngine::open(&path, options()).unwrap();
        assert_eq!(answers(&engine).await.unwrap(), expected, "{site} {fault:?}");
        at_rest(&engine).await;
        assert_eq!(answers(&engine).await.unwrap(), expected, "{site} {fault:?}");
        // What could not be written then is written now.
        assert!(path.join("sealed.bin").exists() && engine.stats().graph_vectors > 0, "{site}");
        let names = std::fs::read_dir(&path).unwrap().map(|e| e.unwrap().file_name());
        let is_unfinished =
            |name: std::ffi::OsString| name.to_string_lossy().contains("unfinished");
        assert!(!names.into_iter().any(is_unfinished), "{site} {fault:?}");
    }
}
