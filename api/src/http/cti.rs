//! Where a telephone system tells of its calls: `POST /cti/{token}`, as Zammad defined it.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, ORIGIN, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use sangdam_records::cti::parse;
use serde_json::json;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::Server;
use crate::intake::cti::carry_out;
use crate::ledger::Ledger;

/// The largest message, in bytes.
const BODY_BYTES_MAX: usize = 16 * 1024;
/// How long a message may take to come.
const BODY_TIME_MAX: Duration = Duration::from_secs(10);
/// The fewest characters of a token: whoever knows it can put calls into the ledger.
const TOKEN_CHARS_MIN: usize = 16;

/// What opens the way in for a telephone system. Never shown, and compared in constant time.
#[derive(Clone)]
pub(super) struct CtiToken([u8; 32]);

/// A text that is no token; it is not shown.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error(
    "--cti-token or SANGDAM_CTI_TOKEN: a token has {TOKEN_CHARS_MIN} to 128 of A-Z, a-z, 0-9, `-` and `_`; make one with: openssl rand -hex 24"
)]
pub struct InvalidToken;

impl FromStr for CtiToken {
    type Err = InvalidToken;

    fn from_str(text: &str) -> Result<Self, InvalidToken> {
        let good = (TOKEN_CHARS_MIN..=128).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        good.then(|| Self::digest(text)).ok_or(InvalidToken)
    }
}

impl CtiToken {
    /// Digests have one length, so that not even a token's length can be measured.
    fn digest(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }
}

/// A token as it was given, which is to be read yet: a message about a bad one must not show it.
#[derive(Clone)]
pub struct GivenToken(String);

impl FromStr for GivenToken {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for GivenToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GivenToken(…)")
    }
}

impl fmt::Debug for CtiToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CtiToken(…)")
    }
}

/// The tokens that are good: none, and nobody tells of calls; several, while one takes over from another.
#[derive(Clone, Debug, Default)]
pub struct CtiTokens(Arc<[CtiToken]>);

impl CtiTokens {
    /// These; what is empty is none.
    ///
    /// # Errors
    /// Where one cannot be a token.
    pub fn read(given: &[GivenToken]) -> Result<Self, InvalidToken> {
        let given = given.iter().map(|token| token.0.trim()).filter(|token| !token.is_empty());
        Ok(Self(given.map(str::parse).collect::<Result<_, _>>()?))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the same time whichever token it is, and whether it is one.
    fn has(&self, given: &str) -> bool {
        let given = CtiToken::digest(given);
        let equal = self.0.iter().fold(Choice::from(0), |any, token| any | token.0.ct_eq(&given.0));
        equal.into()
    }
}

/// The route.
pub(super) fn router() -> Router<Server> {
    Router::new().route("/cti/{token}", post(push))
}

/// A message arrives: 200 with `{}`, 401, 413, 422 with what is wrong, or 503 where it is to be sent again.
async fn push(State(server): State<Server>, Path(token): Path<String>, request: Request) -> Response {
    let mut response = answer(&server, &token, request).await;
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn answer(server: &Server, token: &str, request: Request) -> Response {
    // Pages in browsers say where they come from; telephone systems come from nowhere.
    if request.headers().contains_key(ORIGIN) {
        return refused(StatusCode::FORBIDDEN, "pages in browsers may not tell of calls");
    }
    if !server.cti.has(token) {
        return refused(StatusCode::UNAUTHORIZED, "this token is not known here");
    }
    let content_type =
        request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body = match time_limited(to_bytes(request.into_body(), BODY_BYTES_MAX)).await {
        Some(Ok(body)) => body,
        Some(Err(_)) => return refused(StatusCode::PAYLOAD_TOO_LARGE, "a message has 16 KiB at most"),
        None => return refused(StatusCode::REQUEST_TIMEOUT, "the message did not come in time"),
    };
    let push = match parse(content_type.as_deref(), &body) {
        Ok(push) => push,
        Err(invalid) => return refused(StatusCode::UNPROCESSABLE_ENTITY, &invalid.to_string()),
    };
    let ledger = Ledger::new(server.app.store.clone(), server.app.log.clone());
    let models = server.app.models.clone();
    // Carried out to its end also where the telephone system does not wait for the answer.
    let carried_out = tokio::spawn(async move { carry_out(&ledger, &models, &push).await });
    match carried_out.await {
        Ok(Ok(())) => Json(json!({})).into_response(),
        Ok(Err(error)) => {
            tracing::error!(%error, "a telephone system's message was not recorded");
            not_now()
        }
        Err(error) => {
            tracing::error!(%error, "a telephone system's message was not recorded");
            not_now()
        }
    }
}

async fn time_limited<T>(body: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(BODY_TIME_MAX, body).await.ok()
}

fn not_now() -> Response {
    let mut response =
        refused(StatusCode::SERVICE_UNAVAILABLE, "the call could not be recorded; send it again");
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

fn refused(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_long_enough_and_never_shown() {
        let token: CtiToken = "0123456789abcdef".parse().unwrap();
        assert_eq!(format!("{token:?}"), "CtiToken(…)");
        for bad in ["", "0123456789abcde", "0123456789abcdef/", &"x".repeat(129)] {
            assert!(bad.parse::<CtiToken>().is_err(), "{bad}");
        }
        let given = ["0123456789abcdef", "", "the_next_one_0123"].map(|text| GivenToken(text.to_owned()));
        assert_eq!(format!("{:?}", given[0]), "GivenToken(…)");
        let tokens = CtiTokens::read(&given).unwrap();
        assert_eq!(tokens.0.len(), 2);
        assert!(tokens.has("0123456789abcdef") && tokens.has("the_next_one_0123"));
        assert!(!tokens.has("0123456789abcdeF") && !tokens.has("") && !CtiTokens::default().has(""));
    }
}
