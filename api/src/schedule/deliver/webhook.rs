//! To a webhook: a POST whose body is the report, signed so that the receiver knows that it is the ledger's and fresh.
//!
//! `X-Sangdam-Signature: sha256=HEX` is the HMAC-SHA-256, under the shared secret, of the value of `X-Sangdam-Timestamp`
//! (Unix seconds), a full stop, and the body. `Idempotency-Key` is the run's: what comes twice under the same key is
//! the same report.

use std::io;
use std::time::Duration;

use hmac::{Hmac, Mac};
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::redirect::Policy;
use reqwest::{Body, Client, StatusCode, Url};
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::RunFailure;
use sangdam_eventstore::Clock;
use serde::Deserialize;
use sha2::Sha256;

use super::{Content, Environment, Parcel, Undelivered, Unusable, host, http_url, secret};
use crate::tls;

/// The header with the signature.
pub const SIGNATURE: &str = "x-sangdam-signature";
/// The header with the moment of the signature, in Unix seconds.
pub const TIMESTAMP: &str = "x-sangdam-timestamp";
/// The shortest secret, in bytes.
const SECRET_BYTES_MIN: usize = 16;
/// How long one POST may take.
const POST_MAX: Duration = Duration::from_secs(30);
/// How long to wait before each further POST of the same attempt.
const WAITS: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// `webhook = { … }`: a webhook, as the file describes it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct WebhookSpec {
    /// Where it is.
    pub url: String,
    /// The environment variable with the secret that it shares with the ledger.
    pub secret_env: String,
}

/// A webhook that reports are posted to.
#[derive(Clone)]
pub struct Webhook {
    client: Client,
    url: Url,
    secret: String,
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Webhook({})", host(&self.url))
    }
}

/// A POST that did not succeed, and whether another may.
struct Refusal {
    passing: bool,
    failure: RunFailure,
    problem: String,
}

impl Webhook {
    /// A webhook with the secret of the environment. Nothing is asked of it yet.
    ///
    /// # Errors
    /// Where the URL is none, or the environment lacks the secret.
    pub fn open(spec: &WebhookSpec, environment: Environment<'_>) -> Result<Self, Unusable> {
        let url = http_url("url", &spec.url)?;
        let secret = secret(environment, "secret-env", &spec.secret_env)?;
        if secret.len() < SECRET_BYTES_MIN {
            let problem = format!(
                "`{}` is shorter than {SECRET_BYTES_MIN} bytes: anybody could guess it",
                spec.secret_env
            );
            return Err(Unusable::new("secret-env", problem));
        }
        let client = tls::client()
            .redirect(Policy::none())
            .connect_timeout(POST_MAX / 3)
            .timeout(POST_MAX)
            .user_agent(concat!("sangdam/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|problem| Unusable::new("webhook", problem.to_string()))?;
        Ok(Self { client, url, secret })
    }

    pub(super) async fn deliver(&self, parcel: &Parcel, clock: &dyn Clock) -> Result<(), Undelivered> {
        let mut waits = WAITS.into_iter();
        loop {
            let Err(refusal) = self.post(parcel, clock.now()).await else { return Ok(()) };
            match waits.next() {
                Some(wait) if refusal.passing => tokio::time::sleep(wait).await,
                _ => {
                    let problem = format!("{} {}", host(&self.url), refusal.problem);
                    return Err(Undelivered { failure: refusal.failure, problem });
                }
            }
        }
    }

    async fn post(&self, parcel: &Parcel, now: Timestamp) -> Result<(), Refusal> {
        let timestamp = now.jiff().as_second().to_string();
        let signature = self.sign(&timestamp, parcel.content.clone()).await.map_err(|error| Refusal {
            passing: false,
            failure: RunFailure::ReportNotTaken,
            problem: format!("was not asked: the report cannot be read back: {error}"),
        })?;
        let request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, parcel.media_type)
            .header(CONTENT_LENGTH, parcel.content.bytes())
            .header(CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", parcel.name))
            .header("idempotency-key", parcel.run.to_string())
            .header("x-sangdam-schedule", parcel.schedule.as_str())
            .header("x-sangdam-due", parcel.due.to_string())
            .header(TIMESTAMP, timestamp)
            .header(SIGNATURE, signature)
            .body(Body::wrap_stream(parcel.content.pieces()));
        let answer = request.send().await.map_err(|error| Refusal {
            passing: true,
            failure: RunFailure::WebhookUnreachable,
            problem: format!("could not be reached: {}", causes(&error.without_url())),
        })?;
        judge(answer.status())
    }

    /// The value of the signature's header. A report may be long: it is read where blocking is allowed.
    async fn sign(&self, timestamp: &str, content: Content) -> io::Result<String> {
        let (secret, timestamp) = (self.secret.clone(), timestamp.to_owned());
        let signed = tokio::task::spawn_blocking(move || {
            let mut offset = 0;
            signature(secret.as_bytes(), &timestamp, || {
                let piece = content.piece(offset)?;
                offset += piece.len() as u64;
                Ok(piece)
            })
        });
        signed.await.map_err(io::Error::other)?
    }
}

/// The value of the signature's header, for a body that comes in pieces, of which the last is empty.
pub fn signature<P: AsRef<[u8]>>(
    secret: &[u8],
    timestamp: &str,
    mut next_piece: impl FnMut() -> io::Result<P>,
) -> io::Result<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).map_err(io::Error::other)?;
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    loop {
        let piece = next_piece()?;
        if piece.as_ref().is_empty() {
            return Ok(format!("sha256={}", hex::encode(mac.finalize().into_bytes())));
        }
        mac.update(piece.as_ref());
    }
}

fn judge(status: StatusCode) -> Result<(), Refusal> {
    if status.is_success() {
        return Ok(());
    }
    let problem = if status.is_redirection() {
        format!("answered {status}: redirects are not followed; give the URL that it leads to")
    } else {
        format!("answered {status}")
    };
    let passing = status.is_server_error()
        || matches!(
            status,
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS
        );
    Err(Refusal { passing, failure: RunFailure::WebhookRefused, problem })
}

/// An error with what caused it.
fn causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(|error| error.to_string()).collect::<Vec<_>>().join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(url: &str) -> WebhookSpec {
        WebhookSpec { url: url.to_owned(), secret_env: "HOOK".to_owned() }
    }

    #[test]
    fn the_signature_is_the_one_that_the_documents_describe() {
        // printf '1754262000.report' | openssl dgst -sha256 -hmac 0123456789abcdef
        let mut pieces = ["rep", "ort", ""].into_iter();
        let signed = signature(b"0123456789abcdef", "1754262000", || Ok(pieces.next().unwrap())).unwrap();
        assert_eq!(signed, "sha256=877883c058e15fca12502ce3aa82f5dafb2828f37f9343c41b31e53277c19a0a");
    }

    #[test]
    fn a_secret_must_be_there_and_long_enough_and_is_not_shown() {
        let refused = |url: &str, secret: &'static str| {
            let secret = (!secret.is_empty()).then(|| secret.to_owned());
            Webhook::open(&spec(url), &move |_| secret.clone()).unwrap_err().to_string()
        };
        let url = "https://county.example/hook";
        assert!(refused(url, "").contains("`HOOK` is not set"));
        assert!(refused(url, "short").contains("`HOOK` is shorter than 16 bytes"));
        assert!(refused("https://me@county.example/", "0123456789abcdef").contains("a user or a password"));
        assert!(refused("county.example/hook", "0123456789abcdef").starts_with("`url`: is not a URL"));
        let webhook =
            Webhook::open(&spec(&format!("{url}/TOKEN")), &|_| Some("0123456789abcdef".into())).unwrap();
        assert_eq!(format!("{webhook:?}"), "Webhook(county.example)");
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let passing =
            |status: u16| judge(StatusCode::from_u16(status).unwrap()).err().map(|refusal| refusal.passing);
        assert_eq!(passing(204), None);
        assert_eq!((passing(503), passing(429), passing(408)), (Some(true), Some(true), Some(true)));
        assert_eq!((passing(400), passing(401), passing(301)), (Some(false), Some(false), Some(false)));
    }
}
