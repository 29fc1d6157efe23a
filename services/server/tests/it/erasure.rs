//! Erasing people, and a store that is encrypted.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use jobmatch_proto::v1;
use tempfile::tempdir;

use crate::server::{Server, put_profiles, sample_profiles};

async fn delete(server: &Server, id: &str) -> v1::DeleteProfileResponse {
    let request = v1::DeleteProfileRequest { id: id.into(), ..Default::default() };
    server.profiles().delete_profile(request).await.unwrap().into_inner()
}

async fn ticket(server: &Server, id: &str) -> Result<v1::Ticket, tonic::Status> {
    let request = v1::GetTicketRequest { id: id.into() };
    let answer = server.admin().get_ticket(request).await?;
    Ok(answer.into_inner().ticket.unwrap())
}

/// The ticket once it runs no more.
async fn ended(server: &Server, id: &str) -> v1::Ticket {
    loop {
        let found = ticket(server, id).await.unwrap();
        if found.state != v1::TicketState::Running as i32 {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Asks for the erasure of a profile and waits for its ticket.
async fn erased(server: &Server, id: &str) -> v1::Ticket {
    let collection = v1::Collection::Profiles as i32;
    let request = v1::EraseRequest { collection, id: id.into() };
    let opened = server.admin().erase(request).await.unwrap().into_inner().ticket.unwrap();
    ended(server, &opened.id).await
}

fn generations(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder.join("index/profiles")).unwrap();
    let names = entries.map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.filter(|n| n != "CURRENT").collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_tells_when_deleted_people_have_left_the_index() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let profiles: Vec<_> = sample_profiles().into_iter().take(4).collect();
    let ids: Vec<_> = profiles.iter().map(|p| p.id.clone()).collect();
    let last = put_profiles(&server, profiles).await;
    server.caught_up(last).await;
    let before = generations(folder.path());
    let deleted = delete(&server, &ids[0]).await.seq;

    // Two at once, one of them of somebody who was deleted before.
    let (first, second) = tokio::join!(erased(&server, &ids[0]), erased(&server, &ids[1]));
    for ticket in [&first, &second] {
        assert_eq!(ticket.state, v1::TicketState::Done as i32, "{ticket:?}");
        assert!(ticket.covers_seq >= deleted, "{ticket:?}");
    }
    let stats = server.admin().get_stats(v1::GetStatsRequest {}).await.unwrap().into_inner();
    let people = &stats.collections[1];
    assert!(people.compacted_seq >= first.covers_seq.max(second.covers_seq));
    assert_eq!((people.stored, people.indexed, people.tombstones), (2, 2, 0));
    let after = generations(folder.path());
    assert!(after.len() == 1 && !before.contains(&after[0]), "{before:?} {after:?}");
    server.terminate();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deletion_answers_a_ticket_that_outlives_restarts() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path()).await;
    let profiles: Vec<_> = sample_profiles().into_iter().take(2).collect();
    let ids: Vec<_> = profiles.iter().map(|p| p.id.clone()).collect();
    put_profiles(&server, profiles).await;
    let deleted = delete(&server, &ids[0]).await;
    let running = ticket(&server, &deleted.ticket_id).await.unwrap();
    assert_eq!(running.state, v1::TicketState::Running as i32, "{running:?}");
    assert_eq!((running.operation.as_str(), running.covers_seq), ("delete", deleted.seq));
    let unknown = ticket(&server, &format!("deleted-{}", deleted.seq + 1)).await.unwrap_err();
    assert_eq!(unknown.code(), tonic::Code::NotFound);
    server.terminate();

    let server = Server::start(folder.path()).await;
    let running = ticket(&server, &deleted.ticket_id).await.unwrap();
    assert_eq!(running.state, v1::TicketState::Running as i32, "{running:?}");
    // The erasure of somebody else takes all who wait along.
    erased(&server, &ids[1]).await;
    let done = ticket(&server, &deleted.ticket_id).await.unwrap();
    assert_eq!((done.state, done.progress), (v1::TicketState::Done as i32, 1.0));
    server.terminate();

    let server = Server::start(folder.path()).await;
    assert_eq!(ended(&server, &deleted.ticket_id).await, done);
    server.terminate();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_deleted_leaves_the_index_within_the_time_that_is_set() {
    let folder = tempdir().unwrap();
    let variables = [("JOBMATCH_COMPACT_WITHIN_SECONDS", "1")];
    let server = Server::start_with(folder.path(), &variables).await;
    let profile = sample_profiles().remove(0);
    put_profiles(&server, vec![profile.clone()]).await;
    let before = generations(folder.path());
    let deleted = delete(&server, &profile.id).await;
    let done = tokio::time::timeout(Duration::from_secs(60), ended(&server, &deleted.ticket_id));
    assert_eq!(done.await.unwrap().state, v1::TicketState::Done as i32);
    assert_ne!(generations(folder.path()), before);
    server.terminate();
}

/// Runs the binary, which has to refuse.
fn refuses(folder: &Path, key: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jobmatchd"));
    command
        .env("JOBMATCH_DATA_DIR", folder)
        .env("JOBMATCH_LISTEN", "127.0.0.1:0")
        .env("JOBMATCH_ADMIN_LISTEN", "127.0.0.1:0");
    if let Some(key) = key {
        command.env("JOBMATCH_STORE_KEY", key);
    }
    command.output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_store_opens_with_its_key_only_and_says_so() {
    let folder = tempdir().unwrap();
    let key = "5a".repeat(32);
    let variables = [("JOBMATCH_STORE_KEY", key.as_str())];
    let server = Server::start_with(folder.path(), &variables).await;
    let profile = sample_profiles().remove(0);
    put_profiles(&server, vec![profile.clone()]).await;
    server.terminate();

    for (given, told) in [(None, "JOBMATCH_STORE_KEY"), (Some("11".repeat(32)), "another key")] {
        let output = refuses(folder.path(), given.as_deref());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(told), "{said}");
    }
    let server = Server::start_with(folder.path(), &variables).await;
    let request = v1::GetProfileRequest { id: profile.id.clone() };
    let kept = server.profiles().get_profile(request).await.unwrap().into_inner().profile.unwrap();
    assert_eq!(kept.resume, profile.resume);
    server.terminate();
}
