//! grpc.health.v1, driven by the real state: a service serves when what it needs does.

use std::sync::Arc;
use std::time::Duration;

use jobmatch_matching::{IndexState, Service};
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::telemetry;

/// How often the state is looked at.
const INTERVAL: Duration = Duration::from_millis(200);

/// Services that need the indexes, and those that need the store alone.
const INDEXED: [&str; 2] = ["", "jobmatch.v1.MatchService"];
const STORED: [&str; 2] = ["jobmatch.v1.PostingService", "jobmatch.v1.ProfileService"];

/// Reports until the service goes away.
pub(crate) async fn report(service: Arc<Service>, reporter: HealthReporter) {
    let mut interval = tokio::time::interval(INTERVAL);
    loop {
        interval.tick().await;
        let failed = service
            .stats()
            .map_or(true, |all| all.iter().any(|s| matches!(s.state, IndexState::Failed(_))));
        let indexed = service.is_ready() && !failed;
        for name in INDEXED {
            reporter.set_service_status(name, status(indexed)).await;
        }
        for name in STORED {
            reporter.set_service_status(name, ServingStatus::Serving).await;
        }
        telemetry::note_service(&service);
    }
}

fn status(serving: bool) -> ServingStatus {
    if serving { ServingStatus::Serving } else { ServingStatus::NotServing }
}
