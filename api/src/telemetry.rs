//! Logs and metrics. Neither ever holds personal data: what is logged is codes, positions, ids and durations.

mod metrics;

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

pub use metrics::{Counted, Metrics, Operation};

use crate::config::LogFormat;

/// Starts logging to standard error. Only the first call has an effect.
pub fn init(format: LogFormat) {
    let filter = EnvFilter::try_from_env("SANGDAM_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
}
