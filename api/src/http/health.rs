//! Whether the server lives, whether it can answer, and its numbers.

use axum::Json;
use axum::extract::State as Extracted;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use sangdam_domain::log::LogId;
use sangdam_eventstore::StoreError;
use sangdam_projections::runner::{Health, Runner};
use sangdam_search::State;
use serde::Serialize;

use super::Server;
use crate::graphql::App;

/// How far the read models may be behind and still count as ready, in events.
const LAG_MAX: u64 = 10_000;

/// What `/readyz` says.
#[derive(Serialize)]
struct Ready {
    ready: bool,
    logs: Vec<LogHealth>,
}

#[derive(Serialize)]
struct LogHealth {
    log: String,
    ready: bool,
    /// `None` where the store cannot be reached.
    head: Option<u64>,
    applied: u64,
    lag: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stopped: Vec<StoppedProjection>,
    /// The search index of this node. Everything else is answered without it, so it does not count for being ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    search: Option<SearchHealth>,
}

#[derive(Serialize)]
struct SearchHealth {
    applied: u64,
    lag: u64,
    /// Whether this process writes it; otherwise another does.
    writes: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<&'static str>,
}

#[derive(Serialize)]
struct StoppedProjection {
    projection: String,
    position: u64,
    problem: String,
}

/// The process lives.
pub(super) async fn alive() -> &'static str {
    "ok\n"
}

/// The store can be reached, no projection is stopped, and the read models are close behind.
pub(super) async fn ready(Extracted(server): Extracted<Server>) -> Response {
    let ready = look(server.engine.app()).await;
    let status = if ready.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(ready)).into_response()
}

/// The numbers, for Prometheus.
pub(super) async fn metrics(Extracted(server): Extracted<Server>) -> Response {
    let app = server.engine.app();
    let ready = look(app).await;
    app.metrics.ready(ready.ready);
    for log in &ready.logs {
        app.metrics.positions(&log.log, log.head.unwrap_or(log.applied), log.applied);
    }
    app.metrics.stopped(ready.logs.into_iter().flat_map(|log| {
        log.stopped.into_iter().map(move |stopped| (log.log.clone(), stopped.projection, stopped.position))
    }));
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, kind)], app.metrics.text()).into_response()
}

async fn look(app: &App) -> Ready {
    let mut logs = Vec::new();
    for (log, runner) in app.runners() {
        logs.push(look_at(app, &log, &runner).await);
    }
    logs.sort_by(|a, b| a.log.cmp(&b.log));
    Ready { ready: logs.iter().all(|log| log.ready), logs }
}

async fn look_at(app: &App, log: &LogId, runner: &Runner) -> LogHealth {
    let Health { applied, projections, error, .. } = runner.health();
    let mut problems = Vec::new();
    let head = match app.store.head(log).await {
        Ok(head) => Some(head.position.get()),
        // Nothing has been recorded yet.
        Err(StoreError::NoSuchLog(_)) => Some(0),
        Err(error) => {
            tracing::error!(%log, %error, "the store cannot be read");
            problems.push("the store cannot be read; the server's log says why".to_owned());
            None
        }
    };
    if let Some(error) = error {
        tracing::error!(%log, %error, "the read models fail");
        problems.push("the read models fail; the server's log says why".to_owned());
    }
    let lag = head.unwrap_or_default().saturating_sub(applied.get());
    if lag > LAG_MAX {
        problems.push(format!("the read models are {lag} events behind; at most {LAG_MAX} count as ready"));
    }
    let search = app.searches().into_iter().find(|(of, _)| of == log);
    let search = search.map(|(_, search)| search_health(head.unwrap_or_default(), search.state()));
    let stopped: Vec<StoppedProjection> = projections
        .into_iter()
        .filter_map(|status| {
            let stopped = status.stopped?;
            let position = stopped.position.get();
            Some(StoppedProjection { projection: status.projection, position, problem: stopped.problem })
        })
        .collect();
    let ready = problems.is_empty() && stopped.is_empty();
    let (log, applied) = (log.as_str().to_owned(), applied.get());
    LogHealth { log, ready, head, applied, lag, problems, stopped, search }
}

fn search_health(head: u64, state: State) -> SearchHealth {
    SearchHealth {
        applied: state.applied.get(),
        lag: head.saturating_sub(state.applied.get()),
        writes: state.writes,
        problem: state.error.map(|_| "the search index fails; the server's log says why"),
    }
}
