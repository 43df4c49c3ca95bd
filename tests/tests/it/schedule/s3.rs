//! An S3-compatible store: moto's server, a program of its own.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sangdam::schedule::deliver::{Bucket, BucketSpec, Content, Parcel, Target};
use sangdam_domain::id::ReportRunId;
use sangdam_domain::value::{Code, RunFailure};
use sangdam_eventstore::SystemClock;
use sangdam_tests::{Database, Engine, repository};
use sha2::{Digest, Sha256};

use super::world::World;

/// Who reads what was stored: moto lets anybody read who says who they are.
const SOMEBODY: &str = "AWS4-HMAC-SHA256 Credential=ID-of-moto/20240101/us-east-1/s3/aws4_request, SignedHeaders=host, \
    Signature=0";

/// moto's server, ended when dropped.
struct Moto {
    child: Child,
    url: String,
    client: reqwest::Client,
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Moto {
    /// `None` where it is not installed, which is said.
    async fn start() -> Option<Self> {
        let program = repository::root().join(".venv/bin/moto_server");
        if !program.exists() {
            assert!(std::env::var_os("CI").is_none(), "{} is not there", program.display());
            eprintln!(
                "skipped: {} is not there (scripts/install-test-needs, or make test)",
                program.display()
            );
            return None;
        }
        let port =
            std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        let child = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let url = format!("http://127.0.0.1:{port}");
        let moto = Self { child, url, client: sangdam::tls::client().build().unwrap() };
        for _ in 0..600 {
            if moto.client.get(&moto.url).send().await.is_ok() {
                let made = moto.client.put(format!("{}/county", moto.url)).send().await.unwrap();
                assert!(made.status().is_success(), "{made:?}");
                return Some(moto);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("moto's server does not answer");
    }

    fn spec(&self, bucket: &str) -> BucketSpec {
        BucketSpec {
            bucket: bucket.to_owned(),
            prefix: "call-centre/reports".to_owned(),
            region: "us-east-1".to_owned(),
            endpoint: Some(self.url.clone()),
            access_key_env: "ID".to_owned(),
            secret_key_env: "KEY".to_owned(),
            session_token_env: None,
        }
    }

    fn target(&self, bucket: &str) -> Target {
        Target::Bucket(Bucket::open(&self.spec(bucket), &|name| Some(format!("{name}-of-moto"))).unwrap())
    }

    async fn object(&self, key: &str) -> reqwest::Response {
        self.client
            .get(format!("{}/county/{key}", self.url))
            .header("authorization", SOMEBODY)
            .send()
            .await
            .unwrap()
    }
}

fn parcel(content: &[u8]) -> Parcel {
    use std::io::Write;
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(content).unwrap();
    Parcel {
        run: ReportRunId::from_uuid(uuid::Uuid::from_u128(7)),
        attempt: 1,
        schedule: Code::parse("daily").unwrap(),
        due: "2024-01-02T23:00:00Z".parse().unwrap(),
        name: "daily-2024-01-03T08-00-00+0900.csv".to_owned(),
        media_type: "text/csv; charset=utf-8",
        content: Content::new(file).unwrap(),
        sha256: hex::encode(Sha256::digest(content)),
    }
}

const KEY: &str = "call-centre/reports/daily-2024-01-03T08-00-00%2B0900.csv";

#[tokio::test(flavor = "multi_thread")]
async fn an_object_comes_whole_short_or_long_and_replaces_itself() {
    let Some(moto) = Moto::start().await else { return };
    let target = moto.target("county");
    // The second is sent in three parts, the last of them short.
    let long: Vec<u8> = (0..20_000_007_u32).map(|n| (n % 251) as u8).collect();
    for content in ["연도별".as_bytes(), &long, "연도별 다시".as_bytes()] {
        let parcel = parcel(content);
        target.deliver(&parcel, &SystemClock).await.unwrap();
        let object = moto.object(KEY).await;
        assert!(object.status().is_success(), "{object:?}");
        let header = |name: &str| object.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(header("x-amz-meta-sha256"), parcel.sha256);
        assert_eq!(header("x-amz-meta-schedule"), "daily");
        assert_eq!(header("x-amz-meta-due"), "2024-01-02T23:00:00.000000Z");
        let stored = object.bytes().await.unwrap();
        assert_eq!(hex::encode(Sha256::digest(&stored)), parcel.sha256);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_not_there_is_named_and_no_secret_is_told() {
    let Some(moto) = Moto::start().await else { return };
    let error = moto.target("nowhere").deliver(&parcel(b"report"), &SystemClock).await.unwrap_err();
    assert_eq!(error.failure, RunFailure::ObjectNotStored);
    assert!(error.problem.contains("/nowhere did not take daily-2024-01-03"), "{error}");
    assert!(!error.problem.contains("of-moto"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_puts_its_reports_into_a_bucket() {
    let Some(moto) = Moto::start().await else { return };
    let world = World::new(Database::fresh(Engine::Sqlite).await).await;
    let more = format!(
        "deliver = [{{ s3 = {{ bucket = 'county', endpoint = '{}', access-key-env = 'ID', secret-key-env = 'KEY' }} }}]",
        moto.url
    );
    let mut worker = world.worker_to(world.sources.clone(), "0 8 * * *", &more).await;
    world.clock.set(super::world::seoul("03 08:00:00"));
    worker.turn(|| true).await.unwrap();
    let completed = world.completed().await;
    let stored = moto.object("daily-2024-01-03T08-00-00%2B0900.json").await.bytes().await.unwrap();
    assert_eq!(hex::encode(Sha256::digest(&stored)), completed[0].file_sha256.as_str());
}
