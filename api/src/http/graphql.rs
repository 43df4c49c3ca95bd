//! GraphQL over POST: JSON, one request at a time.

use std::time::Duration;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use super::{BODY_BYTES_MAX, Server, refused};
use crate::graphql::Principal;
use crate::graphql::error::{ApiError, Code};

/// How long a body may take to come.
const BODY_TIME_MAX: Duration = Duration::from_secs(15);

type Refusal = (StatusCode, ApiError);

/// Carries out a query or a mutation.
pub(super) async fn post(State(server): State<Server>, request: Request) -> Response {
    match read(request).await {
        Ok(request) => Json(server.engine.execute(request, Principal::open()).await).into_response(),
        Err((status, error)) => refused(status, error),
    }
}

/// Queries in the address and everything else but POST.
pub(super) async fn wrong_method() -> Response {
    let error = ApiError::bad_input("GraphQL takes POST with a JSON body here (and WebSocket upgrades)");
    let mut response = refused(StatusCode::METHOD_NOT_ALLOWED, error);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    response
}

async fn read(request: Request) -> Result<async_graphql::Request, Refusal> {
    let (parts, body) = request.into_parts();
    check_type(&parts.headers)?;
    check_length(&parts.headers)?;
    let body = tokio::time::timeout(BODY_TIME_MAX, read_body(body)).await.map_err(|_| {
        (StatusCode::REQUEST_TIMEOUT, ApiError::new(Code::Timeout, "the request's body did not come in time"))
    })??;
    parse(&body).map_err(|error| (StatusCode::BAD_REQUEST, error))
}

fn check_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = given.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.all(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        !name.trim().eq_ignore_ascii_case("charset")
            || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    if is_json && is_utf8 {
        return Ok(());
    }
    let error = ApiError::bad_input("the Content-Type must be application/json (in UTF-8)");
    Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, error))
}

fn check_length(headers: &HeaderMap) -> Result<(), Refusal> {
    let told = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if told.is_some_and(|length| length > BODY_BYTES_MAX as u64) { Err(too_large()) } else { Ok(()) }
}

async fn read_body(body: Body) -> Result<Bytes, Refusal> {
    to_bytes(body, BODY_BYTES_MAX).await.map_err(|error| {
        let inner = std::error::Error::source(&error);
        if inner.is_some_and(|source| source.to_string().contains("length limit exceeded")) {
            too_large()
        } else {
            (StatusCode::BAD_REQUEST, ApiError::bad_input("the request's body broke off"))
        }
    })
}

fn too_large() -> Refusal {
    let message = format!("the request's body is too large: at most {BODY_BYTES_MAX} bytes are allowed");
    (StatusCode::PAYLOAD_TOO_LARGE, ApiError::new(Code::LimitExceeded, message))
}

fn parse(body: &[u8]) -> Result<async_graphql::Request, ApiError> {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'[') {
        return Err(ApiError::bad_input("batches are not supported: send one request at a time"));
    }
    let request: async_graphql::Request = serde_json::from_slice(body).map_err(|problem| {
        // The problem's own words may repeat what was sent.
        ApiError::bad_input(format!(
            "the body is not a GraphQL request in JSON (line {}, column {}): expected \
             {{\"query\": \"…\", \"variables\": {{…}}, \"operationName\": \"…\"}}",
            problem.line(),
            problem.column()
        ))
    })?;
    if request.query.trim().is_empty() {
        return Err(ApiError::bad_input("the body has no `query`"));
    }
    Ok(request)
}
