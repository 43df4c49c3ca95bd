//! GraphQL over WebSocket: `graphql-transport-ws`.

use std::future::ready;
use std::time::Duration;

use async_graphql::Data;
use async_graphql::http::{WebSocket as Protocol, WebSocketProtocols, WsMessage};
use axum::RequestExt;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use futures::{SinkExt, StreamExt};
use tokio::sync::watch;
use tokio::time::{Instant, interval_at, sleep, timeout};

use super::{BODY_BYTES_MAX, Server, graphql, refused};
use crate::graphql::Principal;
use crate::graphql::error::ApiError;

const PROTOCOL: &str = "graphql-transport-ws";
/// How long a client may take to begin.
const INIT_TIME_MAX: Duration = Duration::from_secs(10);
/// How often the other side is asked whether it is still there.
const PING_PERIOD: Duration = Duration::from_secs(30);
/// How long the other side may say nothing at all, not even that it is there.
const SILENCE_MAX: Duration = Duration::from_secs(90);
/// How long the other side may take to receive a message.
const SEND_TIME_MAX: Duration = Duration::from_secs(30);

/// Opens a WebSocket; a plain GET is refused.
pub(super) async fn get(State(server): State<Server>, request: Request) -> Response {
    let upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection> = request.extract().await;
    let Ok(upgrade) = upgrade else { return graphql::wrong_method().await };
    let upgrade =
        upgrade.protocols([PROTOCOL]).max_message_size(BODY_BYTES_MAX).max_frame_size(BODY_BYTES_MAX);
    if upgrade.selected_protocol().is_none() {
        let error = ApiError::bad_input(format!("the only WebSocket protocol here is {PROTOCOL}"));
        return refused(StatusCode::BAD_REQUEST, error);
    }
    upgrade.on_upgrade(move |socket| serve(server, socket))
}

async fn serve(server: Server, socket: WebSocket) {
    let Server { engine, mut stopping, open, .. } = server;
    let _open = open;
    let _counted = engine.app().metrics.connection();
    let executor = engine.connection(Principal::open());
    let (begun, beginning) = watch::channel(false);
    let (heard, mut hearing) = watch::channel(Instant::now());
    let (mut sink, messages) = socket.split();
    let messages = messages
        .inspect(move |_| {
            heard.send_replace(Instant::now());
        })
        .take_while(|message| ready(message.is_ok()))
        .filter_map(|message| {
            ready(match message {
                Ok(message @ (Message::Text(_) | Message::Binary(_))) => Some(message.into_data()),
                _ => None,
            })
        });
    let mut answers =
        Protocol::new(executor, messages, WebSocketProtocols::GraphQLWS).on_connection_init(move |_| {
            begun.send_replace(true);
            ready(Ok(Data::default()))
        });
    let init = sleep(INIT_TIME_MAX);
    tokio::pin!(init);
    let mut pings = interval_at(Instant::now() + PING_PERIOD, PING_PERIOD);
    loop {
        let message = tokio::select! {
            _ = stopping.wait_for(|stopping| *stopping) => close(1001, "the server is stopping"),
            () = &mut init, if !*beginning.borrow() => close(4408, "Connection initialisation timeout"),
            _ = pings.tick() => {
                let silence = hearing.borrow_and_update().elapsed();
                if silence > SILENCE_MAX { close(1001, "silent for too long") } else { Message::Ping(Vec::new().into()) }
            }
            answer = answers.next() => match answer {
                Some(WsMessage::Text(text)) => Message::Text(text.into()),
                Some(WsMessage::Close(code, reason)) => close(code, &reason),
                None => break,
            },
        };
        let is_close = matches!(message, Message::Close(_));
        let sent = timeout(SEND_TIME_MAX, sink.send(message)).await;
        if is_close || !matches!(sent, Ok(Ok(()))) {
            break;
        }
    }
    let _ = timeout(SEND_TIME_MAX, sink.close()).await;
}

/// A closing message. Its reason must not be longer than the protocol allows.
fn close(code: u16, reason: &str) -> Message {
    let reason: String = reason.chars().take(40).collect();
    Message::Close(Some(CloseFrame { code, reason: reason.into() }))
}
