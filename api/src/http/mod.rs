//! HTTP: the routes, who may come in, health and metrics. The listener and the signal to stop are passed in.

mod cti;
mod graphql;
mod guard;
mod health;
mod websocket;

use std::future::Future;
use std::net::SocketAddr;
use std::time::Duration;

use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

pub use cti::{CtiTokens, GivenToken, InvalidToken};

use crate::graphql::App;
use crate::graphql::error::{ApiError, Code};
use crate::graphql::execute::{Engine, refuse};

/// The largest body of a request, in bytes: a note of 10,000 characters fits, escaped or not.
pub const BODY_BYTES_MAX: usize = 256 * 1024;
/// How long what is under way may take once the server is told to stop.
const STOP_MAX: Duration = Duration::from_secs(10);

/// What every route may use.
#[derive(Clone)]
pub(crate) struct Server {
    app: App,
    engine: Engine,
    cti: CtiTokens,
    stopping: watch::Receiver<bool>,
    /// Held by every open WebSocket: when all are gone, none is open.
    open: mpsc::Sender<()>,
}

/// Serves until `stop` comes; then takes no more requests, finishes those under way, closes subscriptions, and closes the
/// store.
///
/// # Errors
/// Where the listener fails, or the schema cannot be built.
pub async fn serve(
    listener: TcpListener,
    app: App,
    cti: CtiTokens,
    stop: impl Future<Output = ()> + Send,
) -> std::io::Result<()> {
    let address = listener.local_addr()?;
    let engine = Engine::new(app.clone()).map_err(std::io::Error::other)?;
    let (stopped, stopping) = watch::channel(false);
    let (open, mut all_closed) = mpsc::channel(1);
    let server = Server { app: app.clone(), engine, cti, stopping: stopping.clone(), open };
    let router = router(server, address);
    let mut until = stopping.clone();
    let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
        let _ = until.wait_for(|stopped| *stopped).await;
    });
    let mut serving = tokio::spawn(serving.into_future());
    tokio::select! {
        ended = &mut serving => return ended.map_err(std::io::Error::other)?,
        () = stop => {}
    }
    tracing::info!("stopping");
    stopped.send_replace(true);
    let finished = async {
        let result = serving.await.map_err(std::io::Error::other)?;
        while all_closed.recv().await.is_some() {}
        result
    };
    let result = tokio::time::timeout(STOP_MAX, finished).await.unwrap_or_else(|_| {
        tracing::warn!("some requests were still under way and are cut off");
        Ok(())
    });
    app.close().await;
    result
}

/// The routes.
fn router(server: Server, address: SocketAddr) -> Router {
    let guard = guard::Guard::new(address);
    let telephony = if server.cti.is_empty() { Router::new() } else { cti::router() };
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/graphiql") }))
        .route("/graphql", post(graphql::post).get(websocket::get).fallback(graphql::wrong_method))
        .route("/graphql/ws", get(websocket::get))
        .route("/graphiql", get(graphiql))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .fallback(nowhere)
        .layer(middleware::from_fn_with_state(guard, guard::check))
        // A telephone system knows the server by any name, and brings a token; the guard is against pages in browsers.
        .merge(telephony)
        .with_state(server)
}

async fn graphiql() -> Html<String> {
    let page = async_graphql::http::GraphiQLSource::build();
    Html(page.endpoint("/graphql").subscription_endpoint("/graphql/ws").title("Sangdam").finish())
}

async fn nowhere() -> Response {
    let status = axum::http::StatusCode::NOT_FOUND;
    refused(status, ApiError::new(Code::NotFound, "there is nothing here; GraphQL is at /graphql"))
}

/// An answer in GraphQL's shape to what is no GraphQL request.
fn refused(status: axum::http::StatusCode, error: ApiError) -> Response {
    (status, Json(refuse(error))).into_response()
}
