//! Bringing a report to where it is to go: folders, S3-compatible object stores, webhooks. What is brought twice comes out
//! as if it had been brought once: name and content are those of the run, and a webhook is told the run's own key.

mod content;
mod folder;
mod s3;
mod webhook;

pub use content::Content;
pub use folder::Folder;
pub use s3::{Bucket, BucketSpec};
pub use webhook::{SIGNATURE, TIMESTAMP, Webhook, WebhookSpec, signature};

use sangdam_domain::id::ReportRunId;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{Code, DeliveryKind, RunFailure};
use sangdam_eventstore::Clock;

/// A report that was made, on its way out.
#[derive(Clone)]
pub struct Parcel {
    /// The run that made it.
    pub run: ReportRunId,
    /// The attempt at the run: 1, 2, 3, …
    pub attempt: u32,
    /// The schedule.
    pub schedule: Code,
    /// When it was due.
    pub due: Timestamp,
    /// What its file is called.
    pub name: String,
    /// What it is, as HTTP calls it.
    pub media_type: &'static str,
    /// What is in it.
    pub content: Content,
    /// SHA-256 of that, in hex.
    pub sha256: String,
}

/// Where reports go, ready for use.
#[derive(Debug)]
pub enum Target {
    /// Into a folder.
    Folder(Folder),
    /// Into a bucket of an object store.
    Bucket(Bucket),
    /// To a webhook.
    Webhook(Webhook),
}

/// A report that could not be delivered. Says where, without anything secret.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{problem}")]
pub struct Undelivered {
    /// What kind of failure.
    pub failure: RunFailure,
    /// What happened, where.
    pub problem: String,
}

impl Target {
    /// What kind of place it is.
    pub fn kind(&self) -> DeliveryKind {
        match self {
            Self::Folder(_) => DeliveryKind::Folder,
            Self::Bucket(_) => DeliveryKind::S3,
            Self::Webhook(_) => DeliveryKind::Webhook,
        }
    }

    /// Brings a report there.
    ///
    /// # Errors
    /// Where it is not there afterwards, as far as can be told. Nothing half-written is left to be taken for a report.
    pub async fn deliver(&self, parcel: &Parcel, clock: &dyn Clock) -> Result<(), Undelivered> {
        match self {
            Self::Folder(folder) => folder.deliver(parcel).await,
            Self::Bucket(bucket) => bucket.deliver(parcel).await,
            Self::Webhook(webhook) => webhook.deliver(parcel, clock).await,
        }
    }
}

/// A place that reports cannot go to, as it was described.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{key}`: {problem}")]
pub struct Unusable {
    /// What of its description is wrong.
    pub key: &'static str,
    /// Why.
    pub problem: String,
}

impl Unusable {
    fn new(key: &'static str, problem: impl Into<String>) -> Self {
        Self { key, problem: problem.into() }
    }
}

/// What a variable of the environment holds; `None` where it is not set or empty.
pub type Environment<'a> = &'a (dyn Fn(&str) -> Option<String> + Sync);

/// The secret in a variable of the environment.
fn secret(environment: Environment<'_>, key: &'static str, variable: &str) -> Result<String, Unusable> {
    environment(variable)
        .ok_or_else(|| Unusable::new(key, format!("the environment variable `{variable}` is not set")))
}

/// A URL of HTTP, without a user or a password in it.
fn http_url(key: &'static str, text: &str) -> Result<reqwest::Url, Unusable> {
    let url = reqwest::Url::parse(text).map_err(|problem| {
        Unusable::new(key, format!("is not a URL like https://example.kr/…: {problem}"))
    })?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(Unusable::new(key, "expected a URL that begins with https:// (or http://)"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Unusable::new(key, "holds a user or a password; secrets come from the environment"));
    }
    Ok(url)
}

/// The host of a URL, for people: a path or a query may hold secrets.
fn host(url: &reqwest::Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => String::new(),
    }
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;
    use std::io::Write;

    /// A parcel with this content, at the first attempt.
    pub(crate) fn parcel(content: &[u8]) -> Parcel {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        Parcel {
            run: ReportRunId::from_uuid(uuid::Uuid::from_u128(7)),
            attempt: 1,
            schedule: Code::parse("daily").unwrap(),
            due: "2026-08-02T23:00:00Z".parse().unwrap(),
            name: "daily-2026-08-03T08-00-00+0900.csv".to_owned(),
            media_type: "text/csv",
            content: Content::new(file).unwrap(),
            sha256: "ab".repeat(32),
        }
    }
}
