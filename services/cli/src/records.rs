//! `jobmatch get`, `delete`, `export`, `stats`, `rebuild`.

use std::io::Write;
use std::time::Duration;

use clap::Args;
use jobmatch_proto::{json, v1};
use serde_json::json as object;

use crate::client::Connection;
use crate::failure::Failure;
use crate::load::What;

/// Arguments of `get`.
#[derive(Debug, Args)]
pub(crate) struct RecordArguments {
    /// Id of the record.
    id: String,
    /// Its collection.
    #[arg(long, default_value = "postings")]
    what: What,
}

/// Arguments of `delete`.
#[derive(Debug, Args)]
pub(crate) struct DeleteArguments {
    #[command(flatten)]
    record: RecordArguments,
    /// Also build the index anew, and wait until no file of it holds anything of the record.
    /// The record may have been deleted before.
    #[arg(long)]
    erase: bool,
}

/// Arguments of `export`.
#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// The collection.
    #[arg(default_value = "postings")]
    what: What,
    /// Only of this source.
    #[arg(long, default_value = "")]
    source: String,
}

/// Arguments of `stats`.
#[derive(Debug, Args)]
pub(crate) struct StatsArguments {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Arguments of `rebuild`.
#[derive(Debug, Args)]
pub(crate) struct RebuildArguments {
    /// Only this collection.
    #[arg(long)]
    what: Option<What>,
}

fn line(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|e| Failure::new(e.to_string()))
}

/// Prints one record as the JSON that `load` reads.
pub(crate) async fn get(connection: &Connection, a: RecordArguments) -> Result<(), Failure> {
    let id = a.id;
    let text = match a.what {
        What::Postings => {
            let mut client = connection.postings().await?;
            let answer = client.get_posting(v1::GetPostingRequest { id }).await?.into_inner();
            line(&json::Posting::of_wire(answer.posting.unwrap_or_default()))?
        }
        What::Profiles => {
            let mut client = connection.profiles().await?;
            let answer = client.get_profile(v1::GetProfileRequest { id }).await?.into_inner();
            line(&json::Profile::of_wire(answer.profile.unwrap_or_default()))?
        }
    };
    println!("{text}");
    Ok(())
}

/// Removes one record.
pub(crate) async fn delete(connection: &Connection, a: DeleteArguments) -> Result<(), Failure> {
    let DeleteArguments { record: a, erase } = a;
    let id = a.id.clone();
    if erase {
        let request = v1::EraseRequest { collection: a.what.collection() as i32, id };
        let erased = connection.admin().await?.erase(request).await?.into_inner();
        let ticket = done(connection, erased.ticket.unwrap_or_default()).await?;
        println!("{} erased; all that was deleted up to Seq {} is", a.id, ticket.covers_seq);
        return Ok(());
    }
    let seq = match a.what {
        What::Postings => {
            let request = v1::DeletePostingRequest { id, ..Default::default() };
            connection.postings().await?.delete_posting(request).await?.into_inner().seq
        }
        What::Profiles => {
            let request = v1::DeleteProfileRequest { id, ..Default::default() };
            connection.profiles().await?.delete_profile(request).await?.into_inner().seq
        }
    };
    println!("{} deleted; Seq {seq}", a.id);
    Ok(())
}

/// Prints all records, one a line.
pub(crate) async fn export(connection: &Connection, a: ExportArguments) -> Result<(), Failure> {
    let mut out = std::io::BufWriter::new(std::io::stdout());
    let mut page_token = String::new();
    let broken = |e: std::io::Error| Failure::new(format!("standard output: {e}"));
    loop {
        let source = a.source.clone();
        let (lines, next) = match a.what {
            What::Postings => {
                let request = v1::ListPostingsRequest {
                    page_size: 1000,
                    page_token,
                    source,
                    ..Default::default()
                };
                let page = connection.postings().await?.list_postings(request).await?.into_inner();
                let lines: Result<Vec<_>, _> =
                    page.postings.into_iter().map(|p| line(&json::Posting::of_wire(p))).collect();
                (lines?, page.next_page_token)
            }
            What::Profiles => {
                let request = v1::ListProfilesRequest {
                    page_size: 1000,
                    page_token,
                    source,
                    ..Default::default()
                };
                let page = connection.profiles().await?.list_profiles(request).await?.into_inner();
                let lines: Result<Vec<_>, _> =
                    page.profiles.into_iter().map(|p| line(&json::Profile::of_wire(p))).collect();
                (lines?, page.next_page_token)
            }
        };
        for text in lines {
            writeln!(out, "{text}").map_err(broken)?;
        }
        if next.is_empty() {
            return out.flush().map_err(broken);
        }
        page_token = next;
    }
}

/// Prints counts and states.
pub(crate) async fn stats(connection: &Connection, a: StatsArguments) -> Result<(), Failure> {
    let mut client = connection.admin().await?;
    let stats = client.get_stats(v1::GetStatsRequest {}).await?.into_inner();
    let name = |c: &v1::CollectionStats| {
        let value = v1::Collection::try_from(c.collection).unwrap_or_default();
        value.as_str_name().trim_start_matches("COLLECTION_").to_lowercase()
    };
    if a.json {
        let collections: Vec<_> = stats
            .collections
            .iter()
            .map(|c| {
                object!({
                    "collection": name(c), "stored": c.stored, "indexed": c.indexed,
                    "tombstones": c.tombstones, "indexed_seq": c.indexed_seq,
                    "graph_vectors": c.graph_vectors, "sealed": c.sealed,
                    "in_upkeep": c.in_upkeep, "space": c.space, "state": c.state,
                    "bad_rows": c.bad_rows,
                })
            })
            .collect();
        println!(
            "{}",
            object!({
                "seq": stats.seq, "collections": collections, "version": stats.version,
                "ranking_version": stats.ranking_version, "store_bytes": stats.store_bytes,
                "index_bytes": stats.index_bytes, "disk_free_bytes": stats.disk_free_bytes,
                "min_free_disk_bytes": stats.min_free_disk_bytes, "read_only": stats.read_only,
            })
        );
        return Ok(());
    }
    println!("jobmatchd {}, ranking {}", stats.version, stats.ranking_version);
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    println!(
        "Seq {}, store {:.1} MiB, indexes {:.1} MiB",
        stats.seq,
        mib(stats.store_bytes),
        mib(stats.index_bytes)
    );
    if stats.read_only {
        println!(
            "read-only: the disk has {:.1} MiB free, {:.1} MiB are wanted; make room, and writes \
             are served again at once",
            mib(stats.disk_free_bytes.unwrap_or_default()),
            mib(stats.min_free_disk_bytes)
        );
    }
    println!("{:<10} {:>9} {:>9} {:>9} {:>9}  state", "", "stored", "indexed", "dead", "Seq");
    for c in &stats.collections {
        println!(
            "{:<10} {:>9} {:>9} {:>9} {:>9}  {}",
            name(c),
            c.stored,
            c.indexed,
            c.tombstones,
            c.indexed_seq,
            c.state
        );
        if c.bad_rows > 0 {
            println!("{:<10} {} bad rows; see the log", "", c.bad_rows);
        }
    }
    Ok(())
}

/// Builds the indexes anew and waits until it is done.
pub(crate) async fn rebuild(connection: &Connection, a: RebuildArguments) -> Result<(), Failure> {
    let collection = a.what.map_or(v1::Collection::Unspecified, What::collection);
    let request = v1::RebuildRequest { collection: collection as i32 };
    let rebuilt = connection.admin().await?.rebuild(request).await?.into_inner();
    done(connection, rebuilt.ticket.unwrap_or_default()).await?;
    println!("rebuilt");
    Ok(())
}

/// Waits for a ticket, telling its progress.
async fn done(connection: &Connection, mut ticket: v1::Ticket) -> Result<v1::Ticket, Failure> {
    let mut client = connection.admin().await?;
    while ticket.state == v1::TicketState::Running as i32 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let request = v1::GetTicketRequest { id: ticket.id.clone() };
        ticket = client.get_ticket(request).await?.into_inner().ticket.unwrap_or_default();
        eprint!("\rrebuilding {:3.0}%", ticket.progress * 100.0);
    }
    eprintln!();
    if ticket.state == v1::TicketState::Done as i32 {
        return Ok(ticket);
    }
    Err(Failure::new(format!("{} failed: {}", ticket.operation, ticket.message)))
}
