//! Logs and metrics. Neither carries ids of people, texts or addresses.

use std::net::SocketAddr;
use std::time::Duration;

use jobmatch_matching::{Health, IndexState, Service};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};

/// Buckets of latencies in seconds, from a tenth of a millisecond to ten seconds.
const LATENCY_BUCKETS: [f64; 14] =
    [0.0001, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.04, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Starts the log. Later calls in one process change nothing.
pub(crate) fn start_log(config: &Config) {
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
    // Who looked at whom is noted whatever else is.
    let filter = match "audit=info".parse() {
        Ok(audit) => filter.add_directive(audit),
        Err(_) => filter,
    };
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // An error means that a log is running already, as in tests.
    let _ = match config.log_format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}

/// Serves Prometheus' page at `/metrics` of the address.
pub(crate) fn start_metrics(address: SocketAddr) -> Result<(), String> {
    PrometheusBuilder::new()
        .with_http_listener(address)
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &LATENCY_BUCKETS)
        .and_then(PrometheusBuilder::install)
        .map_err(|e| e.to_string())
}

/// Notes one finished call.
pub(crate) fn note_call(method: &'static str, code: tonic::Code, elapsed: Duration) {
    let code = format!("{code:?}");
    metrics::counter!("jobmatch_calls_total", "method" => method, "code" => code).increment(1);
    metrics::histogram!("jobmatch_call_seconds", "method" => method).record(elapsed.as_secs_f64());
}

/// Notes that so many places of work were taken, or given back.
pub(crate) fn note_load(places: f64) {
    metrics::gauge!("jobmatch_load").increment(places);
}

/// Notes that calls in a line wait for so many places more, or fewer.
pub(crate) fn note_waiting(line: &'static str, places: f64) {
    metrics::gauge!("jobmatch_waiting", "line" => line).increment(places);
}

/// Notes a call that was turned away.
pub(crate) fn note_shed(line: &'static str) {
    metrics::counter!("jobmatch_shed_total", "line" => line).increment(1);
}

/// Counts a connection while it lives.
pub(crate) struct ConnectionGauge(());

impl ConnectionGauge {
    pub(crate) fn new() -> Self {
        metrics::gauge!("jobmatch_connections").increment(1.0);
        Self(())
    }
}

impl Drop for ConnectionGauge {
    fn drop(&mut self) {
        metrics::gauge!("jobmatch_connections").decrement(1.0);
    }
}

/// Notes a connection beyond the limit.
pub(crate) fn note_connection_refused() {
    metrics::counter!("jobmatch_connections_dropped_total", "why" => "limit").increment(1);
}

/// Notes a connection that was ended for what it did not do.
pub(crate) fn note_connection_dropped(why: &'static str) {
    metrics::counter!("jobmatch_connections_dropped_total", "why" => why).increment(1);
}

/// Counts panics and puts them into the log, before what is done with them otherwise.
pub(crate) fn count_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        metrics::counter!("jobmatch_panics_total").increment(1);
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(at, "a panic; the call that met it is answered with INTERNAL");
        before(panic);
    }));
}

/// Notes the stages of a match.
pub(crate) fn note_stages(stages: &[(&'static str, u64)], plan: &'static str) {
    for (stage, micros) in stages {
        metrics::histogram!("jobmatch_match_stage_seconds", "stage" => *stage)
            .record(*micros as f64 / 1e6);
    }
    metrics::counter!("jobmatch_vector_plan_total", "plan" => plan).increment(1);
}

/// Notes an answer that was made without the vector leg.
pub(crate) fn note_degraded() {
    metrics::counter!("jobmatch_degraded_total").increment(1);
}

/// Brings the gauges up to date.
pub(crate) fn note_service(service: &Service) {
    metrics::gauge!("jobmatch_store_seq").set(service.store().seq().0 as f64);
    // 0: the last call was answered; 1: it failed; 2: no calls are made for a while.
    let circuit = match service.embedder_health() {
        Health::Good => 0.0,
        Health::Failing(_) => 1.0,
        Health::Suspended(_) => 2.0,
    };
    metrics::gauge!("jobmatch_embedder_circuit").set(circuit);
    let disk = service.store().disk();
    if let Some(free) = disk.free_bytes {
        metrics::gauge!("jobmatch_disk_free_bytes").set(free as f64);
    }
    // 1: below `min_free_disk_bytes`, where only reads and deletions are served.
    metrics::gauge!("jobmatch_read_only").set(f64::from(u8::from(disk.is_read_only())));
    let Ok(all) = service.stats() else { return };
    for stats in all {
        let name = stats.collection.name();
        metrics::gauge!("jobmatch_stored", "collection" => name).set(stats.stored as f64);
        metrics::gauge!("jobmatch_searchable_seq", "collection" => name)
            .set(stats.searchable.0 as f64);
        let ready = f64::from(u8::from(stats.state == IndexState::Ready));
        metrics::gauge!("jobmatch_index_ready", "collection" => name).set(ready);
        metrics::gauge!("jobmatch_bad_rows", "collection" => name).set(stats.bad_rows as f64);
        metrics::gauge!("jobmatch_without_vector", "collection" => name)
            .set(stats.without_vector as f64);
        if let Some(engine) = stats.engine {
            metrics::gauge!("jobmatch_indexed", "collection" => name).set(engine.live as f64);
            metrics::gauge!("jobmatch_tombstones", "collection" => name)
                .set(engine.tombstones as f64);
            metrics::gauge!("jobmatch_graph_vectors", "collection" => name)
                .set(engine.graph_vectors as f64);
            metrics::gauge!("jobmatch_sealed", "collection" => name).set(engine.sealed as f64);
            metrics::gauge!("jobmatch_in_upkeep", "collection" => name)
                .set(f64::from(u8::from(engine.in_upkeep)));
        }
    }
}
