//! A database of its own for each test.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sangdam_eventstore::Location;
use sqlx::{Connection, Executor, PgConnection};
use tempfile::TempDir;

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

    /// As the program's environment takes it.
    pub fn environment(&self) -> Vec<(String, String)> {
        let text = |path: PathBuf| path.to_str().expect("a temporary folder has a plain name").to_owned();
        let database = match &self.url {
            None => ("SANGDAM_DATA_DIR".to_owned(), text(self.data_dir())),
            Some(url) => ("SANGDAM_DATABASE".to_owned(), url.clone()),
        };
        // The key-encryption key lies in the user's configuration folder.
        vec![database, ("XDG_CONFIG_HOME".to_owned(), text(self.folder.path().join("config")))]
    }
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
