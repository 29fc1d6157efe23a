//! `jobmatch snapshot` and `jobmatch restore`.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use jobmatch_matching::{SnapshotSummary, restore_snapshot, verify_snapshot};
use jobmatch_proto::v1;

use crate::client::Connection;
use crate::failure::Failure;

/// Arguments of `snapshot`.
#[derive(Debug, Args)]
pub(crate) struct SnapshotArguments {
    /// File to write; must not exist.
    #[arg(long)]
    out: PathBuf,
}

/// Arguments of `restore`.
#[derive(Debug, Args)]
pub(crate) struct RestoreArguments {
    /// File that `snapshot` wrote.
    file: PathBuf,
    /// Folder for the store: empty, or made. The service's `data_dir`.
    #[arg(long)]
    data_dir: PathBuf,
}

fn of(path: &Path) -> impl Fn(std::io::Error) -> Failure {
    move |error| Failure::new(format!("{}: {error}", path.display()))
}

fn told(path: &Path, what: &str, summary: SnapshotSummary) -> String {
    let mib = summary.bytes as f64 / f64::from(1 << 20);
    format!("{}: {what}, {} entries, {mib:.1} MiB", path.display(), summary.entries)
}

/// Writes a snapshot under another name, verifies it, and gives it its own then.
pub(crate) async fn snapshot(connection: &Connection, a: SnapshotArguments) -> Result<(), Failure> {
    if a.out.try_exists().map_err(of(&a.out))? {
        return Err(Failure::new(format!("{} exists; give another name", a.out.display())));
    }
    let mut name = a.out.clone().into_os_string();
    name.push(".part");
    let part = PathBuf::from(name);
    let written = receive(connection, &part).await.and_then(|()| {
        let summary = verify_snapshot(&part).map_err(|e| Failure::new(e.to_string()))?;
        fs::rename(&part, &a.out).map_err(of(&a.out))?;
        Ok(summary)
    });
    if written.is_err() {
        // There may be none yet.
        let _ = fs::remove_file(&part);
    }
    println!("{}", told(&a.out, "snapshot written and verified", written?));
    Ok(())
}

async fn receive(connection: &Connection, part: &Path) -> Result<(), Failure> {
    let mut client = connection.admin().await?;
    let mut stream = client.snapshot(v1::SnapshotRequest {}).await?.into_inner();
    let mut file = File::create(part).map_err(of(part))?;
    while let Some(message) = stream.message().await? {
        file.write_all(&message.data).map_err(of(part))?;
    }
    file.sync_all().map_err(of(part))
}

/// Makes a store from a snapshot.
pub(crate) fn restore(a: &RestoreArguments) -> Result<(), Failure> {
    let summary = restore_snapshot(&a.file, &a.data_dir)
        .map_err(|e| Failure::new(format!("{}: {e}", a.file.display())))?;
    println!("{}", told(&a.data_dir, "store restored", summary));
    Ok(())
}
