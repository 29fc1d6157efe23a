//! grpc.health.v1, driven by the real state: a service serves when what it needs does.

use std::sync::Arc;
use std::time::Duration;

use jobmatch_matching::{DiskState, Service};
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::{memory, telemetry};

/// How often the state is looked at, and each how many looks the gauges of the metrics are brought
/// up to date: that asks the file system for the size of every file of the indexes.
const INTERVAL: Duration = Duration::from_millis(200);
const LOOKS_A_GAUGE: usize = 5;

/// Services that need the indexes, and those that need the store alone.
const INDEXED: [&str; 2] = ["", "jobmatch.v1.MatchService"];
const STORED: [&str; 2] = ["jobmatch.v1.PostingService", "jobmatch.v1.ProfileService"];
/// Not a service of the contract: whether writes other than deletions are taken. Reads go on
/// without, so that whoever asks for the services above is not sent away.
const WRITES: &str = "jobmatch.v1.Writes";

/// Reports until the service goes away.
pub(crate) async fn report(service: Arc<Service>, reporter: HealthReporter) {
    let mut interval = tokio::time::interval(INTERVAL);
    let (mut was_read_only, mut was_in_upkeep) = (false, false);
    let mut looks = (0..LOOKS_A_GAUGE).cycle();
    loop {
        let look = looks.next();
        interval.tick().await;
        let indexed = service.is_ready() && !service.has_failed();
        for name in INDEXED {
            reporter.set_service_status(name, status(indexed)).await;
        }
        for name in STORED {
            reporter.set_service_status(name, ServingStatus::Serving).await;
        }
        let disk = service.store().disk();
        reporter.set_service_status(WRITES, status(!disk.is_read_only())).await;
        if disk.is_read_only() != was_read_only {
            was_read_only = disk.is_read_only();
            note_turn(disk);
        }
        let in_upkeep = service.is_in_upkeep();
        if std::mem::replace(&mut was_in_upkeep, in_upkeep) && !in_upkeep {
            // Its threads have ended, so that what they freed is nobody's.
            let _ = tokio::task::spawn_blocking(memory::give_back).await;
        }
        if look == Some(0) {
            let service = service.clone();
            // A panic in it has been counted; the gauges are of the look before then.
            let _ = tokio::task::spawn_blocking(move || telemetry::note_service(&service)).await;
        }
    }
}

/// Says in the log, once each time, that writes are refused or taken again.
fn note_turn(disk: DiskState) {
    let (free, wanted) = (disk.free_bytes, disk.min_free_bytes);
    if disk.is_read_only() {
        tracing::error!(?free, wanted, "the disk is full; only reads and deletions are served");
    } else {
        tracing::info!(?free, wanted, "the disk has room; writes are served again");
    }
}

fn status(serving: bool) -> ServingStatus {
    if serving { ServingStatus::Serving } else { ServingStatus::NotServing }
}
