//! Into a bucket of an S3-compatible object store. An object appears when it is whole; what is long goes in parts.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::TryStreamExt;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, ObjectStore, PutMultipartOptions, PutOptions, PutPayload, RetryConfig,
    WriteMultipart,
};
use sangdam_domain::value::RunFailure;
use serde::Deserialize;

use super::{Environment, Parcel, Undelivered, Unusable, host, http_url, secret};
use crate::tls;

/// How long the store is asked again while it does not answer well, within one attempt.
const RETRY_MAX: Duration = Duration::from_secs(60);

/// How much is sent at once, in bytes; what is shorter goes in one piece.
const PART: usize = 8 * 1024 * 1024;
/// How many parts are under way at once.
const PARTS_AT_ONCE: usize = 2;

/// `s3 = { … }`: a bucket, as the file describes it.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BucketSpec {
    /// Its name.
    pub bucket: String,
    /// What every object's name begins with, as in `reports/`.
    #[serde(default)]
    pub prefix: String,
    /// The region.
    #[serde(default = "region")]
    pub region: String,
    /// The server, where it is not Amazon's.
    pub endpoint: Option<String>,
    /// The environment variable with the access key's id.
    #[serde(default = "access_key_env")]
    pub access_key_env: String,
    /// The environment variable with the secret key.
    #[serde(default = "secret_key_env")]
    pub secret_key_env: String,
    /// The environment variable with a session's token, where there is one.
    pub session_token_env: Option<String>,
}

fn region() -> String {
    "us-east-1".to_owned()
}

fn access_key_env() -> String {
    "AWS_ACCESS_KEY_ID".to_owned()
}

fn secret_key_env() -> String {
    "AWS_SECRET_ACCESS_KEY".to_owned()
}

/// A bucket that reports are put into.
#[derive(Clone)]
pub struct Bucket {
    store: Arc<AmazonS3>,
    prefix: Path,
    /// Where it is, for people.
    place: String,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bucket({})", self.place)
    }
}

impl Bucket {
    /// A bucket with the credentials of the environment. Nothing is asked of the server yet.
    ///
    /// # Errors
    /// Where the environment lacks the credentials or the description contradicts itself.
    pub fn open(spec: &BucketSpec, environment: Environment<'_>) -> Result<Self, Unusable> {
        tls::use_ring();
        let prefix =
            Path::parse(&spec.prefix).map_err(|problem| Unusable::new("prefix", problem.to_string()))?;
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&spec.bucket)
            .with_region(&spec.region)
            .with_access_key_id(secret(environment, "access-key-env", &spec.access_key_env)?)
            .with_secret_access_key(secret(environment, "secret-key-env", &spec.secret_key_env)?)
            .with_retry(RetryConfig { retry_timeout: RETRY_MAX, ..RetryConfig::default() });
        if let Some(variable) = &spec.session_token_env {
            builder = builder.with_token(secret(environment, "session-token-env", variable)?);
        }
        let mut place = spec.bucket.clone();
        if let Some(endpoint) = &spec.endpoint {
            let url = http_url("endpoint", endpoint)?;
            place = format!("{}/{place}", host(&url));
            builder =
                builder.with_allow_http(url.scheme() == "http").with_endpoint(endpoint.trim_end_matches('/'));
        }
        let store = builder.build().map_err(|problem| Unusable::new("s3", problem.to_string()))?;
        Ok(Self { store: Arc::new(store), prefix, place })
    }

    pub(super) async fn deliver(&self, parcel: &Parcel) -> Result<(), Undelivered> {
        let path = self.prefix.clone().join(parcel.name.as_str());
        let put = if parcel.content.bytes() < PART as u64 {
            self.put(&path, parcel).await
        } else {
            self.put_in_parts(&path, parcel).await
        };
        put.map_err(|error| Undelivered {
            failure: RunFailure::ObjectNotStored,
            problem: format!("{} did not take {}: {error}", self.place, parcel.name),
        })
    }

    async fn put(&self, path: &Path, parcel: &Parcel) -> Result<(), NotPut> {
        let pieces: Vec<Bytes> = parcel.content.pieces().try_collect().await?;
        let options = PutOptions { attributes: attributes(parcel), ..PutOptions::default() };
        self.store.put_opts(path, PutPayload::from_iter(pieces), options).await?;
        Ok(())
    }

    async fn put_in_parts(&self, path: &Path, parcel: &Parcel) -> Result<(), NotPut> {
        let options =
            PutMultipartOptions { attributes: attributes(parcel), ..PutMultipartOptions::default() };
        let upload = self.store.put_multipart_opts(path, options).await?;
        let mut write = WriteMultipart::new_with_chunk_size(upload, PART);
        match send(&mut write, parcel).await {
            Ok(()) => Ok(write.finish().await.map(drop)?),
            Err(error) => {
                // Parts that were sent are of no use; the first error is the one to tell.
                let _ = write.abort().await;
                Err(error)
            }
        }
    }
}

/// The file could not be read back, or the store did not take it.
#[derive(Debug, thiserror::Error)]
enum NotPut {
    #[error(transparent)]
    Store(#[from] object_store::Error),
    #[error("it could not be read back: {0}")]
    Read(#[from] io::Error),
}

async fn send(write: &mut WriteMultipart, parcel: &Parcel) -> Result<(), NotPut> {
    let mut pieces = std::pin::pin!(parcel.content.pieces());
    while let Some(piece) = pieces.try_next().await? {
        write.wait_for_capacity(PARTS_AT_ONCE).await?;
        write.put(piece);
    }
    Ok(())
}

fn attributes(parcel: &Parcel) -> Attributes {
    Attributes::from_iter([
        (Attribute::ContentType, parcel.media_type.to_owned()),
        (Attribute::Metadata("sha256".into()), parcel.sha256.clone()),
        (Attribute::Metadata("schedule".into()), parcel.schedule.as_str().to_owned()),
        (Attribute::Metadata("due".into()), parcel.due.to_string()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(more: &str) -> BucketSpec {
        toml::from_str(&format!("bucket = 'county'\n{more}")).unwrap()
    }

    fn complete(variable: &str) -> Option<String> {
        variable.starts_with("AWS_").then(|| "secret".to_owned())
    }

    #[test]
    fn credentials_come_from_the_environment_and_must_be_there() {
        let bucket = Bucket::open(&spec("endpoint = 'http://127.0.0.1:9000/'"), &complete).unwrap();
        assert_eq!(format!("{bucket:?}"), "Bucket(127.0.0.1:9000/county)");
        let missing = Bucket::open(&spec(""), &|_| None).unwrap_err();
        assert_eq!(missing.key, "access-key-env");
        assert!(missing.problem.contains("`AWS_ACCESS_KEY_ID` is not set"), "{missing}");
        let missing = Bucket::open(&spec("secret-key-env = 'MINIO_SECRET'"), &complete).unwrap_err();
        assert!(missing.to_string().contains("`MINIO_SECRET` is not set"), "{missing}");
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let refused = |more: &str| Bucket::open(&spec(more), &complete).unwrap_err().to_string();
        assert!(refused("endpoint = 'minio.local'").starts_with("`endpoint`"));
        assert!(refused("endpoint = 'ftp://minio.local'").contains("begins with https://"));
        assert!(refused("endpoint = 'https://me:pw@minio.local'").contains("a user or a password"));
        assert!(refused("prefix = '../up'").starts_with("`prefix`"));
        let unknown = toml::from_str::<BucketSpec>("bucket = 'county'\nsecret-key = 'x'").unwrap_err();
        assert!(unknown.to_string().contains("unknown field `secret-key`"), "{unknown}");
    }
}
