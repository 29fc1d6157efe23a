//! `jobmatch prove-erased`: plants profiles, deletes them, and looks for what is left of them
//! in every byte of every file.

mod canary;
mod search;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use clap::Args;
use jobmatch_domain::{Collection, DocumentId, Violation};
use jobmatch_matching::{Guard, RequestKey, Service, ServiceOptions, TicketState, system_clock};

use self::canary::Canaries;
use self::search::{CLASSES, Found, files, search};
use crate::failure::Failure;

/// Arguments of `prove-erased`.
#[derive(Debug, Args)]
pub(crate) struct ProveArguments {
    /// Profiles that are planted and deleted; as many stay.
    #[arg(long, default_value_t = 100)]
    people: usize,
    /// Do not wait until the index's dead versions are compacted away: the proof must fail.
    #[arg(long)]
    without_compaction: bool,
}

type Classes = BTreeMap<&'static str, Found>;

/// What the search came to.
struct Proof {
    before: Classes,
    after: Classes,
    /// Occurrences of the posting that stays, in the store, at the end.
    control: usize,
    /// Files of the index of profiles that were there before the deletion.
    kept: usize,
}

/// Runs the proof in a scratch folder and prints the table.
pub(crate) async fn prove(a: ProveArguments) -> Result<(), Failure> {
    let folder = tempfile::tempdir().map_err(|e| Failure::new(format!("scratch folder: {e}")))?;
    log_into(&folder.path().join("service.log"))?;
    let proof = run(folder.path(), &a).await?;
    print(&proof);
    let seen = |of: fn(&Found) -> usize| proof.before.values().map(of).sum::<usize>() > 0;
    if proof.control == 0 || !seen(|f| f.words) || !seen(|f| f.places) || !seen(|f| f.vectors) {
        return Err(Failure::new("the search does not find what is there, so it proves nothing"));
    }
    if proof.after.values().any(|f| f.hits() > 0) || proof.kept > 0 {
        return Err(Failure::new("something of deleted profiles is left"));
    }
    println!("nothing of {} deleted profiles is left in any file", a.people);
    Ok(())
}

/// The service's log goes into the searched folder.
fn log_into(path: &Path) -> Result<(), Failure> {
    let told = |e: std::io::Error| Failure::new(format!("{}: {e}", path.display()));
    let file = std::fs::File::create(path).map_err(told)?;
    tracing_subscriber::fmt()
        .with_env_filter("debug")
        .with_writer(Mutex::new(file))
        .with_ansi(false)
        .try_init()
        .map_err(|e| Failure::new(e.to_string()))
}

async fn run(folder: &Path, a: &ProveArguments) -> Result<Proof, Failure> {
    let options = ServiceOptions::new(folder.join("data"), system_clock());
    let service = Service::open(options).await?;
    let embedder = service.analyst().embedder();
    let (space, dimensions) = (embedder.space().to_string(), embedder.dimensions());
    let canaries = || Canaries::new(&space, dimensions);
    let (mut planted, mut staying, mut control) = (canaries(), canaries(), canaries());
    for number in 0..a.people {
        plant(&service, &mut planted, &format!("gone-{number}")).await?;
        plant(&service, &mut staying, &format!("stays-{number}")).await?;
    }
    let posting = control.posting(id("control")?).map_err(refused)?;
    let guard = Guard { allow_missing: true, ..Guard::default() };
    let change = Box::new(|_: Option<&_>| Ok(posting));
    service.intake().put_posting(id("control")?, guard, change).await?;
    service.ready().await?;
    let index = folder.join("data/index/profiles");
    let (before, files_before) = (search(folder, &planted.patterns)?, data_files(&index)?);

    for number in 0..a.people {
        let gone = id(&format!("gone-{number}"))?;
        service.intake().delete_profile(gone, Guard::default()).await?;
    }
    if !a.without_compaction {
        compact(&service, id("gone-0")?).await?;
    }
    service.ready().await?;
    service.shut_down().await;
    let kept = match a.without_compaction {
        true => 0,
        false => data_files(&index)?.intersection(&files_before).count(),
    };
    let after = search(folder, &planted.patterns)?;
    let control = search(folder, &control.patterns)?[CLASSES[0]].hits();
    Ok(Proof { before, after, control, kept })
}

fn id(text: &str) -> Result<DocumentId, Failure> {
    DocumentId::parse(text).map_err(|e| Failure::new(e.to_string()))
}

fn refused(violation: Violation) -> Failure {
    Failure::new(format!("a canary was refused: {violation}"))
}

/// Writes a canary twice under keys of requests, so that there are older versions and copies.
async fn plant(service: &Service, canaries: &mut Canaries, name: &str) -> Result<(), Failure> {
    for version in 0..2u64 {
        let profile = canaries.profile(id(name)?).map_err(refused)?;
        let request = RequestKey { key: format!("{name}-{version}"), digest: version };
        let guard = Guard { allow_missing: true, request: Some(request), ..Guard::default() };
        let change = Box::new(|_: Option<&_>| Ok(profile));
        service.intake().put_profile(id(name)?, guard, change).await?;
        service.ready().await?;
    }
    Ok(())
}

/// Asks for the ticket of an erasure and waits until it is done.
async fn compact(service: &Service, of: DocumentId) -> Result<(), Failure> {
    let mut ticket = service.erase(Collection::Profiles, of).await?;
    while ticket.state == TicketState::Running {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let found = service.tickets().get(&ticket.id);
        ticket = found.ok_or_else(|| Failure::new("the ticket is gone"))?;
    }
    match ticket.state {
        TicketState::Failed(reason) => Err(Failure::new(reason)),
        TicketState::Running | TicketState::Done => Ok(()),
    }
}

/// The files below a folder that hold data: not the one that names the generation.
fn data_files(folder: &Path) -> Result<BTreeSet<PathBuf>, Failure> {
    Ok(files(folder)?.into_iter().filter(|p| !p.ends_with("CURRENT")).collect())
}

fn print(proof: &Proof) {
    let told = |f: &Found| format!("{}/{}/{}", f.words, f.places, f.vectors);
    println!("hits: words/places/vectors");
    println!("{:<28} {:>5} {:>12} {:>16} {:>16}", "files", "", "bytes", "before", "after");
    for class in CLASSES {
        let (before, after) = (&proof.before[class], &proof.after[class]);
        println!(
            "{class:<28} {:>5} {:>12} {:>16} {:>16}",
            after.files,
            after.bytes,
            told(before),
            told(after)
        );
    }
    println!("control: a posting that stays is found {} times in store.redb", proof.control);
    println!("files of the index of profiles kept from before: {}", proof.kept);
}
