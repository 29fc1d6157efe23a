//! Starts the real binary and talks to it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use jobmatch_proto::json;
use jobmatch_proto::v1;
use jobmatch_proto::v1::admin_service_client::AdminServiceClient;
use jobmatch_proto::v1::gig_service_client::GigServiceClient;
use jobmatch_proto::v1::intake_service_client::IntakeServiceClient;
use jobmatch_proto::v1::match_service_client::MatchServiceClient;
use jobmatch_proto::v1::nearby_service_client::NearbyServiceClient;
use jobmatch_proto::v1::posting_service_client::PostingServiceClient;
use jobmatch_proto::v1::profile_service_client::ProfileServiceClient;
use tonic::transport::Channel;

/// A running `jobmatchd` of its own process.
pub(crate) struct Server {
    process: Child,
    pub(crate) channel: Channel,
    admin: Channel,
    /// Address of the public services.
    pub(crate) address: String,
}

impl Server {
    pub(crate) async fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[]).await
    }

    /// The same with further variables.
    pub(crate) async fn start_with(folder: &Path, variables: &[(&str, &str)]) -> Self {
        Self::spawn(folder, variables, Stdio::inherit())
    }

    /// The same with its log in a file.
    pub(crate) async fn start_logged(
        folder: &Path,
        variables: &[(&str, &str)],
        log: &Path,
    ) -> Self {
        Self::spawn(folder, variables, std::fs::File::create(log).unwrap().into())
    }

    fn spawn(folder: &Path, variables: &[(&str, &str)], log: Stdio) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_jobmatchd"))
            .env("JOBMATCH_DATA_DIR", folder)
            .env("JOBMATCH_LISTEN", "127.0.0.1:0")
            .env("JOBMATCH_ADMIN_LISTEN", "127.0.0.1:0")
            .env("JOBMATCH_LOG", "warn")
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        // `jobmatchd listening on A (admin B)`
        let words: Vec<&str> = line.split_whitespace().collect();
        let (public, admin) = (words[3], words[5].trim_end_matches(')'));
        let connect = |address: &str| {
            Channel::from_shared(format!("http://{address}")).unwrap().connect_lazy()
        };
        let address = public.to_owned();
        Self { process, channel: connect(public), admin: connect(admin), address }
    }

    pub(crate) fn matches(&self) -> MatchServiceClient<Channel> {
        MatchServiceClient::new(self.channel.clone()).max_decoding_message_size(64 << 20)
    }

    pub(crate) fn gigs(&self) -> GigServiceClient<Channel> {
        GigServiceClient::new(self.channel.clone())
    }

    pub(crate) fn intake(&self) -> IntakeServiceClient<Channel> {
        IntakeServiceClient::new(self.channel.clone())
    }

    pub(crate) fn postings(&self) -> PostingServiceClient<Channel> {
        PostingServiceClient::new(self.channel.clone()).max_decoding_message_size(64 << 20)
    }

    pub(crate) fn nearby(&self) -> NearbyServiceClient<Channel> {
        NearbyServiceClient::new(self.channel.clone())
    }

    pub(crate) fn profiles(&self) -> ProfileServiceClient<Channel> {
        ProfileServiceClient::new(self.channel.clone())
    }

    pub(crate) fn admin(&self) -> AdminServiceClient<Channel> {
        AdminServiceClient::new(self.admin.clone())
    }

    /// SIGKILL: nothing is flushed.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// SIGKILL while calls are under way.
    pub(crate) fn kill_now(&self) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args(["-KILL", &pid]).status().unwrap().success());
    }

    /// SIGTERM, and the process must end well by itself.
    pub(crate) fn terminate(mut self) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        for _ in 0..300 {
            if let Some(status) = self.process.try_wait().unwrap() {
                assert!(status.success(), "{status}");
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the server did not end within 15 seconds of SIGTERM");
    }

    /// Waits until everything up to the Seq is searchable, by asking for it.
    pub(crate) async fn caught_up(&self, seq: u64) {
        for _ in 0..2_400 {
            let stats = self.admin().get_stats(v1::GetStatsRequest {}).await.unwrap().into_inner();
            let ready = |c: &v1::CollectionStats| c.indexed_seq >= seq && c.state == "READY";
            if stats.collections.iter().all(ready) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the index did not catch up with Seq {seq}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A process that has ended cannot be killed, which is fine.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The bundled sample.
pub(crate) fn sample_postings() -> Vec<v1::JobPosting> {
    let text = include_str!("../../sample/postings.jsonl");
    let parse = |line| serde_json::from_str::<json::Posting>(line).unwrap().into_wire().unwrap();
    text.lines().map(parse).collect()
}

/// The bundled people, matchable.
pub(crate) fn sample_profiles() -> Vec<v1::Profile> {
    let text = include_str!("../../sample/profiles.jsonl");
    let parse = |line| {
        let mut row = serde_json::from_str::<json::Profile>(line).unwrap();
        row.visibility = Some("MATCHABLE".into());
        row.consent = Some(true);
        row.into_wire().unwrap()
    };
    text.lines().map(parse).collect()
}

/// Stores profiles one by one; answers the Seq of the last.
pub(crate) async fn put_profiles(server: &Server, profiles: Vec<v1::Profile>) -> u64 {
    let mut last = 0;
    for profile in profiles {
        let request = v1::UpdateProfileRequest {
            profile: Some(profile),
            allow_missing: true,
            ..v1::UpdateProfileRequest::default()
        };
        let answer = server.profiles().update_profile(request).await.unwrap().into_inner();
        last = answer.profile.unwrap().seq.max(last);
    }
    last
}

/// Imports postings as one stream; answers in order.
pub(crate) async fn import(
    server: &Server,
    postings: Vec<v1::JobPosting>,
) -> Vec<v1::ImportResult> {
    let items = (1..).zip(postings).map(|(number, posting)| v1::ImportPostingsRequest {
        request: Some(v1::import_postings_request::Request::Item(v1::ImportPostingItem {
            number,
            posting: Some(posting),
        })),
    });
    let stream = tokio_stream::iter(items.collect::<Vec<_>>());
    let mut answers = server.postings().import_postings(stream).await.unwrap().into_inner();
    let mut results = Vec::new();
    while let Some(answer) = answers.message().await.unwrap() {
        if let Some(v1::import_postings_response::Response::Result(r)) = answer.response {
            results.push(r);
        }
    }
    results
}

/// The Seq of a result that must be good.
pub(crate) fn seq(result: &v1::ImportResult) -> u64 {
    match &result.outcome {
        Some(v1::import_result::Outcome::Seq(seq)) => *seq,
        other => panic!("{other:?}"),
    }
}

/// A question as of the sample's date.
pub(crate) fn question(profile_id: &str) -> v1::MatchPostingsRequest {
    v1::MatchPostingsRequest {
        person: Some(v1::match_postings_request::Person::ProfileId(profile_id.into())),
        filter: Some(v1::Filter {
            valid_at: Some(prost_types::Timestamp { seconds: 1_795_406_400, nanos: 0 }),
            ..v1::Filter::default()
        }),
        options: Some(v1::MatchOptions::default()),
    }
}
