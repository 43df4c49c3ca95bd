//! A database of its own for each test.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sangdam_eventstore::Location;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use tempfile::TempDir;
use tokio::process::Command;

use crate::repository::root;

/// Where `scripts/with-postgres` says its cluster is.
pub const POSTGRES_URL: &str = "SANGDAM_TEST_POSTGRES_URL";

/// What a ledger is kept in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Engine {
    /// Files in a folder.
    Sqlite,
    /// The throw-away cluster of `scripts/with-postgres`.
    Postgres,
}

impl Engine {
    /// Whether it can be tested on. Where PostgreSQL cannot, says how it could, so that nobody takes silence for a
    /// test that passed; on a continuous-integration machine that is a failure.
    pub fn is_here(self) -> bool {
        let here = self == Self::Sqlite || std::env::var_os(POSTGRES_URL).is_some();
        if !here {
            assert!(std::env::var_os("CI").is_none(), "{POSTGRES_URL} is not set");
            eprintln!(
                "skipped on PostgreSQL: {POSTGRES_URL} is not set (use scripts/with-postgres, or make test)"
            );
        }
        here
    }
}

/// An empty database, with a folder for the files and the key beside it. The folder goes when this is dropped.
pub struct Database {
    engine: Engine,
    folder: TempDir,
    url: Option<String>,
}

impl Database {
    /// Makes one.
    pub async fn fresh(engine: Engine) -> Self {
        let folder = TempDir::with_prefix("sangdam-test-").expect("a temporary folder");
        let url = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(create_postgres_database().await),
        };
        Self { engine, folder, url }
    }

    /// What it is kept in.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The folder of this test, for anything it writes.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where SQLite's files are.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// As the store takes it.
    pub fn location(&self) -> Location {
        match &self.url {
            None => Location::Sqlite { dir: self.data_dir() },
            Some(url) => Location::Postgres { url: url.clone() },
        }
    }

    /// A database of its own with the ledger and the keys of this one as they are now; without read models.
    pub async fn copy_of_ledger(&self) -> Self {
        let copy = Self::fresh(self.engine).await;
        match (&self.url, &copy.url) {
            (Some(from), Some(to)) => copy_postgres(from, to).await,
            _ => copy_sqlite(&self.data_dir(), &copy.data_dir()).await,
        }
        copy
    }

    /// As the program's environment takes it.
    pub fn environment(&self) -> Vec<(String, String)> {
        let text = |path: PathBuf| path.to_str().expect("a temporary folder has a plain name").to_owned();
        let database = match &self.url {
            None => ("SANGDAM_DATA_DIR".to_owned(), text(self.data_dir())),
            Some(url) => ("SANGDAM_DATABASE".to_owned(), url.clone()),
        };
        // The key-encryption key lies in the user's configuration folder.
        let config = ("XDG_CONFIG_HOME".to_owned(), text(self.folder.path().join("config")));
        vec![database, config, ("SANGDAM_SEARCH_DIR".to_owned(), text(self.folder.path().join("search")))]
    }
}

async fn copy_sqlite(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("a folder");
    for name in ["ledger.db", "keys.db"] {
        let options = SqliteConnectOptions::new().filename(from.join(name)).read_only(true);
        let mut connection = SqliteConnection::connect_with(&options).await.expect("the file opens");
        let to = to.join(name);
        let to = to.to_str().expect("a temporary folder has a plain name");
        sqlx::query("VACUUM INTO ?").bind(to).execute(&mut connection).await.expect("a copy");
        connection.close().await.expect("the connection closes");
    }
}

async fn copy_postgres(from: &str, to: &str) {
    let bin = Command::new(root().join("scripts/postgres-bin")).output().await.expect("the script starts");
    let bin = PathBuf::from(String::from_utf8(bin.stdout).expect("a path").trim());
    let dump = Command::new(bin.join("pg_dump"))
        .args(["--format=custom", "--schema=ledger", "--schema=vault", from])
        .output()
        .await
        .expect("pg_dump starts");
    assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), dump.stdout).expect("it is written");
    let restored = Command::new(bin.join("pg_restore"))
        .args(["--exit-on-error", "--dbname", to])
        .arg(file.path())
        .output()
        .await
        .expect("pg_restore starts");
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
}

async fn create_postgres_database() -> String {
    let cluster = std::env::var(POSTGRES_URL).expect("with-postgres sets its URL");
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let name = format!("test_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(&cluster).await.expect("the throw-away cluster answers");
    connection.execute(format!("CREATE DATABASE {name}").as_str()).await.expect("a database of its own");
    connection.close().await.expect("the connection closes");
    let (server, _) = cluster.rsplit_once('/').expect("a URL that ends in a database");
    format!("{server}/{name}")
}
