//! An engine under measurement: one database for the store and one for the raw loop. The raw loop reads what the store
//! wrote.

use sangdam_eventstore::Location;
use sqlx::{Connection, Executor, PgConnection};
use tempfile::TempDir;

use crate::ours::Ours;
use crate::raw::RawThread;

pub(crate) struct Engine {
    pub(crate) ours: Ours,
    pub(crate) raw: RawThread,
    _folder: TempDir,
}

impl Engine {
    async fn new([of_store, of_raw]: [Location; 2], folder: TempDir) -> Self {
        // The raw loop writes into the store's own tables.
        Ours::open(of_raw.clone()).await.close().await;
        let ours = Ours::open(of_store.clone()).await;
        Self { ours, raw: RawThread::start(of_raw, of_store), _folder: folder }
    }

    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| Location::Sqlite { dir: folder.path().join(name) };
        Self::new([at("store"), at("raw")], folder).await
    }

    pub(crate) async fn postgres(cluster: &str) -> Self {
        let (server, _) = cluster.rsplit_once('/').unwrap();
        let mut admin = PgConnection::connect(cluster).await.unwrap();
        let mut locations = Vec::new();
        for name in ["bench_store", "bench_raw"] {
            admin.execute(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)").as_str()).await.unwrap();
            admin.execute(format!("CREATE DATABASE {name}").as_str()).await.unwrap();
            locations.push(Location::Postgres { url: format!("{server}/{name}") });
        }
        let locations = locations.try_into().unwrap_or_else(|_| panic!("two locations"));
        Self::new(locations, tempfile::tempdir().unwrap()).await
    }
}
