//! `jobmatch match-batch`: jobs for every person of some divisions, into a file.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use jobmatch_proto::v1;
use serde_json::{Value, json as object};

use crate::ask::{FilterArguments, reasons};
use crate::client::Connection;
use crate::failure::Failure;
use crate::load::progress;

/// Arguments of `match-batch`.
#[derive(Debug, Args)]
pub(crate) struct BatchArguments {
    /// Only persons who live in this division (code).
    #[arg(long = "of", value_name = "DIVISION")]
    of: Vec<String>,
    /// Jobs a person.
    #[arg(long, short = 'n', default_value_t = 10)]
    top: u32,
    /// File to write: one JSON object a line and person.
    #[arg(long, short)]
    out: PathBuf,
    /// Go on after the last person in the file.
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    filter: FilterArguments,
}

/// Matches jobs to all persons.
pub(crate) async fn run(connection: &Connection, a: BatchArguments) -> Result<(), Failure> {
    let (file, after) = if a.resume { take_up(&a.out)? } else { (create(&a.out)?, String::new()) };
    let request = v1::MatchPostingsBatchRequest {
        profile_divisions: a.of.clone(),
        filter: Some(a.filter.filter()?),
        options: Some(v1::MatchOptions { page_size: a.top, ..v1::MatchOptions::default() }),
        after_profile_id: after,
    };
    let started = Instant::now();
    let mut answers = connection.matches().await?.match_postings_batch(request).await?.into_inner();
    let unwritten = |error: std::io::Error| Failure::new(format!("{}: {error}", a.out.display()));
    let mut out = BufWriter::new(file);
    let bar = progress(Some(0), "persons", false);
    let (mut persons, mut suited) = (0u64, 0u64);
    loop {
        let answer = match answers.message().await {
            Ok(Some(answer)) => answer,
            Ok(None) => break,
            Err(status) => {
                out.flush().map_err(unwritten)?;
                let failure = Failure::from(status);
                return Err(Failure::new(format!("{failure}; go on with --resume")));
            }
        };
        writeln!(out, "{}", line(&answer)).map_err(unwritten)?;
        persons += 1;
        suited += u64::from(!answer.matches.is_empty());
        bar.set_length(answer.total);
        bar.set_position(answer.done);
    }
    out.flush().map_err(unwritten)?;
    bar.finish_and_clear();
    let rate = persons as f64 / started.elapsed().as_secs_f64().max(1e-3);
    println!("{persons} persons, {suited} with jobs, {rate:.0} a second, in {}", a.out.display());
    Ok(())
}

fn line(answer: &v1::MatchPostingsBatchResponse) -> Value {
    let found = |found: &v1::Match| {
        let posting = found.posting.as_ref();
        object!({
            "id": found.id,
            "score": found.score,
            "title": posting.map(|p| p.title.as_str()),
            "employer": posting.map(|p| p.employer.as_str()),
            "travel_minutes": found.travel_minutes,
            "reasons": reasons(found),
        })
    };
    object!({
        "profile_id": answer.profile_id,
        "matches": answer.matches.iter().map(found).collect::<Vec<_>>(),
    })
}

fn create(path: &Path) -> Result<File, Failure> {
    OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| {
        let exists = error.kind() == std::io::ErrorKind::AlreadyExists;
        let advice = if exists { "; --resume goes on with it" } else { "" };
        Failure::new(format!("{}: {error}{advice}", path.display()))
    })
}

/// Opens the file behind its last whole line; also the person of that line. A line that was
/// cut off when an earlier run ended is written anew.
fn take_up(path: &Path) -> Result<(File, String), Failure> {
    let told = |error: std::io::Error| Failure::new(format!("{}: {error}", path.display()));
    let mut file = OpenOptions::new().read(true).write(true).open(path).map_err(told)?;
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(told)?;
    let whole = text.rfind('\n').map_or(0, |at| at + 1);
    file.set_len(whole as u64).map_err(told)?;
    file.seek(SeekFrom::End(0)).map_err(told)?;
    let Some(last) = text[..whole].lines().next_back() else {
        return Ok((file, String::new()));
    };
    let id = serde_json::from_str::<Value>(last).ok();
    let id = id.as_ref().and_then(|row| row["profile_id"].as_str());
    let id = id.ok_or_else(|| {
        Failure::new(format!("{}: its last line is none of match-batch's", path.display()))
    })?;
    Ok((file, id.to_owned()))
}
