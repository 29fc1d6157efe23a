//! `jobmatch snapshot` against a running service, and `jobmatch restore` without one.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::service::Service;

const ROWS: &str = r#"{"id":"A","title":"洗碗工","description":"包两餐"}
{"id":"B","title":"保洁员"}
{"id":"C","title":"装卸工"}
"#;

/// Runs `jobmatch restore`: whether it succeeded, and what it says.
fn restore(folder: &Path, file: &str, data_dir: &str) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jobmatch"));
    let output = command
        .current_dir(folder)
        .args(["restore", file, "--data-dir", data_dir])
        .output()
        .unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_of_a_running_service_comes_back() {
    let service = Service::start().await;
    service.file("rows.jsonl", ROWS.as_bytes());
    service.prints(&["load", "rows.jsonl"]).await;
    let told = service.prints(&["snapshot", "--out", "s.snap"]).await;
    assert!(told.contains("verified"), "{told}");
    let again = service.jobmatch(&["snapshot", "--out", "s.snap"]).await;
    assert!(!again.status.success() && again.stdout.is_empty());
    // What is written afterwards is not in it.
    service.prints(&["delete", "B"]).await;
    let expected = service.prints(&["get", "A"]).await;

    let folder = tempfile::tempdir().unwrap();
    fs::copy(service.folder.path().join("s.snap"), folder.path().join("s.snap")).unwrap();
    let (done, told) = restore(folder.path(), "s.snap", "data");
    assert!(done, "{told}");
    let (done, told) = restore(folder.path(), "s.snap", "data");
    assert!(!done && told.contains("not empty"), "{told}");
    let restored = Service::start_with(folder, "").await;
    // The indexes come back from the store.
    restored.running.ready().await.unwrap();
    assert_eq!(restored.prints(&["get", "A"]).await, expected);
    assert_eq!(restored.prints(&["export"]).await.lines().count(), 3);
    let stats: serde_json::Value =
        serde_json::from_str(&restored.prints(&["stats", "--json"]).await).unwrap();
    assert_eq!((&stats["seq"], &stats["collections"][0]["indexed"]), (&3.into(), &3.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_snapshot_is_refused_and_leaves_nothing() {
    let service = Service::start().await;
    service.file("rows.jsonl", ROWS.as_bytes());
    service.prints(&["load", "rows.jsonl"]).await;
    service.prints(&["snapshot", "--out", "s.snap"]).await;
    let whole = fs::read(service.folder.path().join("s.snap")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 4;
    for (name, bytes, reason) in [
        ("cut", &whole[..whole.len() - 1], "damaged or cut off"),
        ("flipped", &flipped[..], "damaged or cut off"),
        ("foreign", &b"a file of something else entirely"[..], "no snapshot"),
    ] {
        fs::write(folder.path().join(name), bytes).unwrap();
        let (done, told) = restore(folder.path(), name, "data");
        assert!(!done && told.contains(reason), "{name}: {told}");
        assert!(!folder.path().join("data").exists(), "{name}");
    }
}
