//! The proof that deleted profiles are gone, in short, and that it can fail.

use std::process::{Command, Output};

fn prove(arguments: &[&str]) -> (Output, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jobmatch"));
    let output = command.arg("prove-erased").args(arguments).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    (output, told)
}

/// Hits before and after in a class of files: words, places and vectors.
fn hits(table: &str, class: &str) -> [Vec<usize>; 2] {
    let row = table.lines().find(|l| l.starts_with(class)).unwrap();
    let mut columns = row.split_whitespace().rev();
    let mut column = || {
        let kinds = columns.next().unwrap().split('/');
        kinds.map(|n| n.parse().unwrap()).collect()
    };
    let after = column();
    [column(), after]
}

#[test]
fn nothing_is_left_of_deleted_profiles() {
    let (output, table) = prove(&["--people", "3"]);
    assert!(output.status.success(), "{table}{}", String::from_utf8_lossy(&output.stderr));
    // The index has the words it is searched by, the store never had them in clear.
    let [before, after] = hits(&table, "index: logs of documents");
    assert!(before.iter().all(|n| *n > 0) && after == [0; 3], "{table}");
    assert_eq!(hits(&table, "store.redb"), [[0; 3], [0; 3]], "{table}");
    assert!(table.contains("nothing of 3 deleted profiles is left"), "{table}");
}

#[test]
fn the_proof_fails_while_dead_versions_are_in_the_index() {
    let (output, table) = prove(&["--people", "2", "--without-compaction"]);
    assert!(!output.status.success(), "{table}");
    assert!(hits(&table, "index: logs of documents")[1].iter().all(|n| *n > 0), "{table}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("is left"));
}
