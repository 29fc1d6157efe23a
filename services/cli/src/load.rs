//! `jobmatch load`: streams a file into the service.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use futures::{Stream, StreamExt};
use indicatif::{ProgressBar, ProgressStyle};
use jobmatch_proto::{json, v1};
use serde_json::{Map, Value};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::client::Connection;
use crate::failure::Failure;
use crate::mapping::Mapping;
use crate::rows;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum What {
    /// Job postings.
    Postings,
    /// Profiles.
    Profiles,
}

impl What {
    /// The collection on the wire.
    pub(crate) fn collection(self) -> v1::Collection {
        match self {
            Self::Postings => v1::Collection::Postings,
            Self::Profiles => v1::Collection::Profiles,
        }
    }
}

/// Arguments of `load`.
#[derive(Debug, Args)]
pub(crate) struct LoadArguments {
    /// JSON lines or CSV (by its name), also gzipped; `-`: JSON lines on standard input.
    file: PathBuf,
    /// What the rows are; by default `profiles` when the file's name says so.
    #[arg(long)]
    what: Option<What>,
    /// File that names the columns (TOML).
    #[arg(long)]
    mapping: Option<PathBuf>,
    /// Full sync: close what this source no longer has.
    #[arg(long)]
    full_sync: Option<String>,
    /// Share of the source that a full sync may close at most.
    #[arg(long)]
    max_closed_share: Option<f64>,
    /// Where rejected rows are noted; by default FILE.rejects.jsonl here.
    #[arg(long)]
    rejects: Option<PathBuf>,
    /// Print the summary as one JSON object.
    #[arg(long)]
    json: bool,
}

/// Why rows were rejected, by line.
type Rejected = Arc<Mutex<BTreeMap<u64, (String, String)>>>;

/// What came of a load.
#[derive(Debug, Default)]
struct Summary {
    written: u64,
    unchanged: u64,
    closed: u64,
    seq: u64,
}

/// Runs the load.
pub(crate) async fn load(connection: &Connection, arguments: LoadArguments) -> Result<(), Failure> {
    let named = arguments.file.to_string_lossy().contains("profile");
    let guess = if named { What::Profiles } else { What::Postings };
    let what = arguments.what.unwrap_or(guess);
    let mapping = arguments.mapping.as_deref().map(Mapping::read).transpose()?;
    let rejected: Rejected = Arc::default();
    let total = rows::open(&arguments.file).map(|_| count_hint(&arguments.file))?;
    let bar = progress(total, "rows", arguments.json);
    let start = v1::ImportStart {
        full_sync_source: arguments.full_sync.clone().unwrap_or_default(),
        max_closed_share: arguments.max_closed_share,
    };
    let started = Instant::now();
    let summary = match what {
        What::Postings => {
            let read = reader(&arguments.file, mapping, rejected.clone(), |row| {
                let posting: json::Posting =
                    serde_json::from_value(row).map_err(|e| e.to_string())?;
                posting.into_wire().map_err(|e| e.to_string())
            })?;
            postings(connection, start, read, (&bar, &rejected)).await?
        }
        What::Profiles => {
            let read = reader(&arguments.file, mapping, rejected.clone(), |row| {
                let profile: json::Profile =
                    serde_json::from_value(row).map_err(|e| e.to_string())?;
                profile.into_wire().map_err(|e| e.to_string())
            })?;
            profiles(connection, start, read, (&bar, &rejected)).await?
        }
    };
    bar.finish_and_clear();
    let rejected = std::mem::take(&mut *lock(&rejected));
    let note = write_rejects(&arguments, &rejected)?;
    report(&arguments, &summary, (&rejected, note, started.elapsed()));
    Ok(())
}

fn lock(rejected: &Rejected) -> std::sync::MutexGuard<'_, BTreeMap<u64, (String, String)>> {
    rejected.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Lines of a plain file, for the progress bar; `None` where counting means reading twice.
fn count_hint(path: &Path) -> Option<u64> {
    let plain = path.extension().is_some_and(|e| e == "jsonl" || e == "csv");
    let bytes = plain.then(|| std::fs::read(path).ok()).flatten()?;
    Some(bytes.iter().filter(|b| **b == b'\n').count() as u64)
}

/// A bar with rate and remaining time over so many `things`; without a total, a spinner.
pub(crate) fn progress(total: Option<u64>, things: &str, quiet: bool) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    let (bar, template) = match total {
        Some(total) => (
            ProgressBar::new(total),
            format!("{{bar:30}} {{pos}}/{{len}} {things}, {{per_sec}}, {{eta}} left"),
        ),
        None => (
            ProgressBar::new_spinner(),
            format!("{{spinner}} {{pos}} {things}, {{per_sec}}, {{elapsed}} elapsed"),
        ),
    };
    bar.enable_steady_tick(Duration::from_millis(200));
    bar.with_style(
        ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar()),
    )
}

/// Reads rows on a thread of its own; bad ones are noted, good ones sent on.
fn reader<W: Send + 'static>(
    file: &Path,
    mapping: Option<Mapping>,
    rejected: Rejected,
    parse: impl Fn(Value) -> Result<W, String> + Send + 'static,
) -> Result<mpsc::Receiver<(u64, W)>, Failure> {
    let rows = rows::open(file)?;
    let (sender, receiver) = mpsc::channel(256);
    std::thread::spawn(move || {
        for (line, row) in rows {
            let mapped = |row: Map<String, Value>| match &mapping {
                Some(mapping) => mapping.apply(&row),
                None => row,
            };
            match row.and_then(|row| parse(Value::Object(mapped(row)))) {
                Ok(record) => {
                    if sender.blocking_send((line, record)).is_err() {
                        return;
                    }
                }
                Err(reason) => {
                    lock(&rejected).insert(line, (String::new(), reason));
                }
            }
        }
    });
    Ok(receiver)
}

/// The outgoing stream: start, items, finish with their count.
fn outgoing<W: Send + 'static, M: Send + 'static>(
    start: v1::ImportStart,
    rows: mpsc::Receiver<(u64, W)>,
    wrap: impl Fn(Outgoing<W>) -> M + Send + 'static,
) -> impl Stream<Item = M> + Send {
    let (sender, receiver) = mpsc::channel(256);
    tokio::spawn(async move {
        let mut rows = ReceiverStream::new(rows);
        let mut items = 0;
        if sender.send(wrap(Outgoing::Start(start))).await.is_err() {
            return;
        }
        while let Some((line, record)) = rows.next().await {
            items += 1;
            if sender.send(wrap(Outgoing::Item(line, record))).await.is_err() {
                return;
            }
        }
        // The answers tell when the service has gone away.
        let _ = sender.send(wrap(Outgoing::Finish(v1::ImportFinish { items }))).await;
    });
    ReceiverStream::new(receiver)
}

enum Outgoing<W> {
    Start(v1::ImportStart),
    Item(u64, W),
    Finish(v1::ImportFinish),
}

async fn postings(
    connection: &Connection,
    start: v1::ImportStart,
    rows: mpsc::Receiver<(u64, v1::JobPosting)>,
    notes: (&ProgressBar, &Rejected),
) -> Result<Summary, Failure> {
    use v1::import_postings_request::Request;
    use v1::import_postings_response::Response;
    let stream = outgoing(start, rows, |message| v1::ImportPostingsRequest {
        request: Some(match message {
            Outgoing::Start(start) => Request::Start(start),
            Outgoing::Item(number, posting) => {
                Request::Item(v1::ImportPostingItem { number, posting: Some(posting) })
            }
            Outgoing::Finish(finish) => Request::Finish(finish),
        }),
    });
    let mut answers = connection.postings().await?.import_postings(stream).await?.into_inner();
    let mut summary = Summary::default();
    while let Some(answer) = answers.message().await? {
        match answer.response {
            Some(Response::Result(result)) => note(result, notes),
            Some(Response::Summary(s)) => summary.take(&s),
            None => {}
        }
    }
    Ok(summary)
}

async fn profiles(
    connection: &Connection,
    start: v1::ImportStart,
    rows: mpsc::Receiver<(u64, v1::Profile)>,
    notes: (&ProgressBar, &Rejected),
) -> Result<Summary, Failure> {
    use v1::import_profiles_request::Request;
    use v1::import_profiles_response::Response;
    let stream = outgoing(start, rows, |message| v1::ImportProfilesRequest {
        request: Some(match message {
            Outgoing::Start(start) => Request::Start(start),
            Outgoing::Item(number, profile) => {
                Request::Item(v1::ImportProfileItem { number, profile: Some(profile) })
            }
            Outgoing::Finish(finish) => Request::Finish(finish),
        }),
    });
    let mut answers = connection.profiles().await?.import_profiles(stream).await?.into_inner();
    let mut summary = Summary::default();
    while let Some(answer) = answers.message().await? {
        match answer.response {
            Some(Response::Result(result)) => note(result, notes),
            Some(Response::Summary(s)) => summary.take(&s),
            None => {}
        }
    }
    Ok(summary)
}

impl Summary {
    fn take(&mut self, summary: &v1::ImportSummary) {
        self.written = summary.written;
        self.unchanged = summary.unchanged;
        self.closed = summary.closed;
        self.seq = summary.seq;
    }
}

fn note(result: v1::ImportResult, (bar, rejected): (&ProgressBar, &Rejected)) {
    bar.inc(1);
    if let Some(v1::import_result::Outcome::Error(error)) = result.outcome {
        lock(rejected).insert(result.number, (error.field, error.message));
    }
}

/// Writes the rejected rows; the path, when there are any.
fn write_rejects(
    arguments: &LoadArguments,
    rejected: &BTreeMap<u64, (String, String)>,
) -> Result<Option<PathBuf>, Failure> {
    if rejected.is_empty() {
        return Ok(None);
    }
    let name = arguments.file.file_name().map_or("stdin".into(), |n| n.to_string_lossy());
    let path = arguments
        .rejects
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("{}.rejects.jsonl", name.replace('-', "stdin"))));
    let fail = |e: std::io::Error| Failure::new(format!("{}: {e}", path.display()));
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).map_err(fail)?);
    for (line, (field, reason)) in rejected {
        let row = serde_json::json!({ "line": line, "field": field, "reason": reason });
        writeln!(file, "{row}").map_err(fail)?;
    }
    file.flush().map_err(fail)?;
    Ok(Some(path))
}

fn report(
    arguments: &LoadArguments,
    summary: &Summary,
    (rejected, note, elapsed): (&BTreeMap<u64, (String, String)>, Option<PathBuf>, Duration),
) {
    let rows = summary.written + summary.unchanged + rejected.len() as u64;
    let rate = rows as f64 / elapsed.as_secs_f64().max(1e-9);
    if arguments.json {
        let object = serde_json::json!({
            "rows": rows, "written": summary.written, "unchanged": summary.unchanged,
            "rejected": rejected.len(), "closed": summary.closed, "seq": summary.seq,
            "seconds": elapsed.as_secs_f64(), "rows_per_second": rate,
        });
        println!("{object}");
        return;
    }
    println!(
        "{rows} rows in {:.1} s ({rate:.0} a second): {} written, {} unchanged, {} rejected, {} closed; Seq {}",
        elapsed.as_secs_f64(),
        summary.written,
        summary.unchanged,
        rejected.len(),
        summary.closed,
        summary.seq
    );
    if let Some(path) = note {
        println!("rejected rows with their reasons: {}", path.display());
        for (line, (field, reason)) in rejected.iter().take(3) {
            let field = if field.is_empty() { String::new() } else { format!(" ({field})") };
            println!("  line {line}{field}: {reason}");
        }
    }
}
