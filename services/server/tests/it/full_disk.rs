//! A small disk that fills up under a real server. Skipped where nothing can be mounted.

use std::path::{Path, PathBuf};
use std::process::Command;

use jobmatch_proto::v1;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt;

use crate::server::{Server, sample_postings};

/// A file system of its own; gone with it.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// `None` where this process may not mount.
    fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={size}");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder.path());
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        mounted.then_some(Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes all room but so many KiB.
    fn fill(&self, kib_left: u64) -> PathBuf {
        let told = Command::new("df").args(["-k", "--output=avail"]).arg(self.path()).output();
        let told = String::from_utf8(told.unwrap().stdout).unwrap();
        let free: u64 = told.lines().last().unwrap().trim().parse().unwrap();
        let ballast = self.path().join("ballast");
        std::fs::write(&ballast, vec![0; (free - kib_left) as usize * 1_024]).unwrap();
        ballast
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // What is still open keeps it until the server of the test is gone.
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

async fn put(server: &Server, id: &str) -> Result<(), Status> {
    let posting = v1::JobPosting {
        id: id.into(),
        description: "后厨洗碗，包两餐。".repeat(200),
        ..sample_postings().remove(0)
    };
    let request = v1::UpdatePostingRequest {
        posting: Some(posting),
        allow_missing: true,
        ..v1::UpdatePostingRequest::default()
    };
    server.postings().update_posting(request).await.map(|_| ())
}

async fn get(server: &Server, id: &str) -> Result<(), Status> {
    let request = v1::GetPostingRequest { id: id.into() };
    server.postings().get_posting(request).await.map(|_| ())
}

async fn delete(server: &Server, id: &str) -> Result<(), Status> {
    let request = v1::DeletePostingRequest { id: id.into(), ..Default::default() };
    server.postings().delete_posting(request).await.map(|_| ())
}

fn assert_full(refused: Result<(), Status>) {
    let status = refused.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
    let info = status.get_details_error_info().unwrap();
    assert_eq!(info.reason, "DISK_FULL");
    assert!(status.message().contains("made room"), "{status:?}");
}

async fn are_writes_served(server: &Server) -> bool {
    let request = HealthCheckRequest { service: "jobmatch.v1.Writes".into() };
    let answer = HealthClient::new(server.channel.clone()).check(request).await.unwrap();
    answer.into_inner().status == tonic_health::ServingStatus::Serving as i32
}

#[tokio::test(flavor = "multi_thread")]
async fn below_the_watermark_reads_and_deletions_go_on_and_writes_come_back() {
    let Some(disk) = SmallDisk::mount("64m") else { return };
    let variables = [("JOBMATCH_MIN_FREE_DISK_BYTES", "16777216")];
    let server = Server::start_with(disk.path(), &variables).await;
    put(&server, "A").await.unwrap();
    put(&server, "B").await.unwrap();
    let ballast = disk.fill(8 << 10);
    assert_full(put(&server, "C").await);
    get(&server, "A").await.unwrap();
    delete(&server, "B").await.unwrap();
    let stats = server.admin().get_stats(v1::GetStatsRequest {}).await.unwrap().into_inner();
    assert!(stats.read_only && stats.disk_free_bytes.unwrap() < stats.min_free_disk_bytes);
    while are_writes_served(&server).await {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    std::fs::remove_file(ballast).unwrap();
    put(&server, "C").await.unwrap();
    while !are_writes_served(&server).await {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    server.terminate();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_finds_no_room_is_refused_and_nothing_needs_a_restart() {
    let Some(disk) = SmallDisk::mount("48m") else { return };
    let server = Server::start_with(disk.path(), &[("JOBMATCH_MIN_FREE_DISK_BYTES", "0")]).await;
    put(&server, "A").await.unwrap();
    let ballast = disk.fill(64);
    let (mut stored, mut refused) = (Vec::new(), None);
    for number in 0..5_000 {
        let id = format!("P{number}");
        match put(&server, &id).await {
            Ok(()) => stored.push(id),
            Err(status) => {
                refused = Some(status);
                break;
            }
        }
    }
    assert_full(Err(refused.unwrap()));
    // Reads go on, and what was acknowledged is there.
    get(&server, "A").await.unwrap();
    for id in &stored {
        get(&server, id).await.unwrap();
    }
    std::fs::remove_file(ballast).unwrap();
    put(&server, "B").await.unwrap();
    delete(&server, "A").await.unwrap();
    // The indexes come back by themselves as well.
    let stats = server.admin().get_stats(v1::GetStatsRequest {}).await.unwrap().into_inner();
    server.caught_up(stats.seq).await;
    server.kill();
    let server = Server::start(disk.path()).await;
    for id in stored.iter().map(String::as_str).chain(["B"]) {
        get(&server, id).await.unwrap();
    }
    assert_eq!(get(&server, "A").await.unwrap_err().code(), Code::NotFound);
}
