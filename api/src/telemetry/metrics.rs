//! What Prometheus is told.

use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// What kind of request.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, EncodeLabelValue)]
pub enum Operation {
    /// GraphQL over POST.
    Graphql,
    /// A subscription.
    Subscription,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct RequestLabels {
    operation: Operation,
    outcome: String,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct LogLabels {
    log: String,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct ProjectionLabels {
    log: String,
    projection: String,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct ReportRunLabels {
    schedule: String,
    outcome: String,
}

/// The numbers of a running server.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    seconds: Histogram,
    connections: Gauge,
    subscriptions: Gauge,
    head: Family<LogLabels, Gauge>,
    applied: Family<LogLabels, Gauge>,
    lag: Family<LogLabels, Gauge>,
    stopped: Family<ProjectionLabels, Gauge>,
    report_runs: Family<ReportRunLabels, Counter>,
    ready: Gauge,
}

impl Metrics {
    /// All numbers at nothing.
    pub fn new() -> Self {
        let metrics = Self {
            registry: Registry::with_prefix("sangdam"),
            requests: Family::default(),
            seconds: Histogram::new(exponential_buckets(0.000_5, 2.0, 16)),
            connections: Gauge::default(),
            subscriptions: Gauge::default(),
            head: Family::default(),
            applied: Family::default(),
            lag: Family::default(),
            stopped: Family::default(),
            report_runs: Family::default(),
            ready: Gauge::default(),
        };
        metrics.registered()
    }

    fn registered(mut self) -> Self {
        let registry = &mut self.registry;
        registry.register(
            "graphql_requests",
            "GraphQL requests, by outcome (ok or the error's code)",
            self.requests.clone(),
        );
        registry.register_with_unit(
            "graphql_duration",
            "From a GraphQL request's last byte to its answer",
            Unit::Seconds,
            self.seconds.clone(),
        );
        registry.register("websockets", "Open WebSocket connections", self.connections.clone());
        registry.register("subscriptions", "Running subscriptions", self.subscriptions.clone());
        registry.register(
            "log_events",
            "Events ever appended to a log: the position of its head (its rate is appends per second)",
            self.head.clone(),
        );
        registry.register(
            "read_models_position",
            "The position that a log's read models have come to",
            self.applied.clone(),
        );
        registry.register(
            "read_models_lag_events",
            "How many events a log's read models are behind",
            self.lag.clone(),
        );
        registry.register(
            "projection_stopped_position",
            "The position of the event that a projection cannot apply; absent while all run",
            self.stopped.clone(),
        );
        registry.register(
            "report_runs",
            "Attempts at scheduled reports, by schedule and outcome (completed, failed, theirs, too_long)",
            self.report_runs.clone(),
        );
        registry.register("ready", "1 while /readyz says yes, else 0", self.ready.clone());
        self
    }

    /// A GraphQL request was answered; `outcome` is `ok` or the first error's code.
    pub fn answered(&self, operation: Operation, outcome: &str, took: Duration) {
        self.requests.get_or_create(&RequestLabels { operation, outcome: outcome.to_owned() }).inc();
        if operation == Operation::Graphql {
            self.seconds.observe(took.as_secs_f64());
        }
    }

    /// Counts a WebSocket connection until the answer is dropped.
    pub fn connection(&self) -> Counted {
        Counted::new(self.connections.clone())
    }

    /// Counts a subscription until the answer is dropped.
    pub fn subscription(&self) -> Counted {
        Counted::new(self.subscriptions.clone())
    }

    /// How long a log is and how far its read models are.
    pub fn positions(&self, log: &str, head: u64, applied: u64) {
        let labels = LogLabels { log: log.to_owned() };
        self.head.get_or_create(&labels).set(head.cast_signed());
        self.applied.get_or_create(&labels).set(applied.cast_signed());
        self.lag.get_or_create(&labels).set(head.saturating_sub(applied).cast_signed());
    }

    /// Which projections are stopped, and at which positions.
    pub fn stopped(&self, stopped: impl Iterator<Item = (String, String, u64)>) {
        self.stopped.clear();
        for (log, projection, position) in stopped {
            self.stopped.get_or_create(&ProjectionLabels { log, projection }).set(position.cast_signed());
        }
    }

    /// An attempt at a scheduled report ended.
    pub fn report_run(&self, schedule: &str, outcome: &str) {
        let labels = ReportRunLabels { schedule: schedule.to_owned(), outcome: outcome.to_owned() };
        self.report_runs.get_or_create(&labels).inc();
    }

    /// Whether requests can be answered.
    pub fn ready(&self, ready: bool) {
        self.ready.set(i64::from(ready));
    }

    /// The text that Prometheus reads.
    pub fn text(&self) -> String {
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            tracing::error!("the metrics could not be written");
        }
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// One more of something, until it is dropped.
#[derive(Debug)]
pub struct Counted(Gauge);

impl Counted {
    fn new(gauge: Gauge) -> Self {
        gauge.inc();
        Self(gauge)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}
