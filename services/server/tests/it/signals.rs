//! The end of a server by a signal.
#![cfg(target_os = "linux")]

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::tempdir;

/// What a pipe takes before a writer waits (`pipe(7)`).
const PIPE_BYTES: usize = 65_536;
/// SIGTERM in the masks of `/proc/PID/status`.
const TERM: u64 = 1 << 14;

/// Whether a process catches SIGTERM.
fn catches_term(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
    u64::from_str_radix(caught.trim(), 16).unwrap() & TERM != 0
}

#[test]
fn whoever_reads_that_a_server_listens_can_end_it_at_once() {
    let folder = tempdir().unwrap();
    let (mut read, mut written) = std::io::pipe().unwrap();
    // Its line waits behind these, so nobody can have read it yet.
    written.write_all(&[b'\n'; PIPE_BYTES]).unwrap();
    let mut process = Command::new(env!("CARGO_BIN_EXE_jobmatchd"))
        .env("JOBMATCH_DATA_DIR", folder.path())
        .env("JOBMATCH_LISTEN", "127.0.0.1:0")
        .env("JOBMATCH_ADMIN_LISTEN", "127.0.0.1:0")
        .env("JOBMATCH_LOG", "warn")
        .stdout(written)
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let started = Instant::now();
    while !catches_term(process.id()) {
        assert!(started.elapsed() < Duration::from_secs(30), "SIGTERM would kill it");
        std::thread::sleep(Duration::from_millis(10));
    }
    let pid = process.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let mut said = String::new();
    read.read_to_string(&mut said).unwrap();
    assert!(said.trim_start().starts_with("jobmatchd listening on"), "{}", said.trim());
    assert!(process.wait().unwrap().success());
}
