//! A server in this process, and the real binary run against it.

use std::process::{Command, Output};

use jobmatchd::config::Config;
use jobmatchd::run::{self, Running};

/// A server on an empty folder.
pub(crate) struct Service {
    pub(crate) running: Running,
    /// Also where the binary is run, so that what it writes is gone with the test.
    pub(crate) folder: tempfile::TempDir,
}

impl Service {
    pub(crate) async fn start() -> Self {
        Self::start_with(tempfile::tempdir().unwrap(), "").await
    }

    /// The same in a folder that may hold files, with further lines of configuration.
    pub(crate) async fn start_with(folder: tempfile::TempDir, lines: &str) -> Self {
        let text = format!(
            "data_dir = {:?}\nlisten = \"127.0.0.1:0\"\nadmin_listen = \"127.0.0.1:0\"\n\
             log = \"error\"\n{lines}",
            folder.path().join("data")
        );
        let config = Config::from_sources(&text, "test", std::iter::empty()).unwrap();
        Self { running: run::start(&config).await.unwrap(), folder }
    }

    /// Port of the public services.
    pub(crate) fn port(&self) -> u16 {
        self.running.address.port()
    }

    /// Runs `jobmatch` with these arguments.
    pub(crate) async fn jobmatch(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jobmatch"));
        command
            .current_dir(self.folder.path())
            .env("JOBMATCH_SERVER", format!("http://{}", self.running.address))
            .env("JOBMATCH_ADMIN", format!("http://{}", self.running.admin_address.unwrap()))
            .args(arguments);
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    /// What it prints when it must succeed.
    pub(crate) async fn prints(&self, arguments: &[&str]) -> String {
        let output = self.jobmatch(arguments).await;
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Puts a file beside the binary.
    pub(crate) fn file(&self, name: &str, content: &[u8]) {
        std::fs::write(self.folder.path().join(name), content).unwrap();
    }
}
