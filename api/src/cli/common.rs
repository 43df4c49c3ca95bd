//! The options of every command that opens the ledger.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use sangdam_domain::log::LogId;
use sangdam_eventstore::{Kek, Location, Room, Store, StoreConfig, SystemClock, SystemEntropy};
use sangdam_projections::ReadModels;

use super::CliError;
use crate::config::{self, ConfigError, ConfigFile, LogFormat, Place};
use crate::graphql::search_folder;
use crate::telemetry;

/// The options of every command that opens the ledger. What is left out is looked up in the file, then has a default:
/// ask [`Common::settings`].
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Ledger")]
pub struct Common {
    /// The folder of SQLite files [env: SANGDAM_DATA_DIR] [default: ./data]
    #[arg(long, value_name = "DIR", conflicts_with = "database")]
    pub data_dir: Option<PathBuf>,

    /// A PostgreSQL database in place of SQLite, as in postgres://sangdam@db.example/sangdam [env: SANGDAM_DATABASE]
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,

    /// The centre that is meant [default: jeongseon]
    #[arg(long, value_name = "NAME", env = "SANGDAM_CENTRE")]
    pub centre: Option<String>,

    /// The file of the key that wraps every caller's key; created with mode 0600 for a new ledger. SANGDAM_KEK holds
    /// the key itself, in place of a file [default: ~/.config/sangdam/kek]
    #[arg(long, value_name = "FILE", env = "SANGDAM_KEK_FILE")]
    pub kek_file: Option<PathBuf>,

    /// A TOML file with the same options (data-dir = "…", centre = "…", listen = "…")
    #[arg(long, value_name = "FILE", env = "SANGDAM_CONFIG")]
    pub config: Option<PathBuf>,

    /// How log lines look; what is logged is chosen by SANGDAM_LOG, as in SANGDAM_LOG=info,sangdam=debug
    #[arg(long, value_name = "FORMAT", value_enum, env = "SANGDAM_LOG_FORMAT")]
    pub log_format: Option<LogFormat>,
}

/// What [`Common`] comes to.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the ledger is kept.
    pub location: Location,
    /// Where the key file is.
    pub kek_file: PathBuf,
    /// The main log of the centre that is meant.
    pub log: LogId,
    /// How log lines look.
    pub log_format: LogFormat,
    /// What else the file says.
    pub file: ConfigFile,
}

impl Common {
    /// Reads the configuration file and settles what was told where.
    pub fn settings(&self) -> Result<Settings, ConfigError> {
        let file = ConfigFile::read(self.config.as_deref())?;
        Ok(Settings {
            location: config::location([
                Place { database: self.database.clone(), data_dir: self.data_dir.clone() },
                Place::of_environment(),
                Place { database: file.database.clone(), data_dir: file.data_dir.clone() },
            ])?,
            kek_file: config::kek_file(self.kek_file.as_deref(), &file)?,
            log: config::main_log(self.centre.as_deref(), &file)?,
            log_format: self.log_format.or(file.log_format).unwrap_or_default(),
            file,
        })
    }

    /// Starts logging, and opens the store and the read models of a ledger that is there.
    pub async fn open(&self) -> Result<(Store, ReadModels), CliError> {
        self.settings()?.open().await
    }
}

impl Settings {
    /// Where the search indexes are: where it was told, else beside SQLite's files, else in the data directory that there would be
    /// without PostgreSQL, since an index stands on each node's own disk.
    pub fn search_dir(&self, told: Option<PathBuf>) -> PathBuf {
        let data_dir = match &self.location {
            Location::Sqlite { dir } => dir.as_path(),
            Location::Postgres { .. } => Path::new(config::DATA_DIR),
        };
        told.or_else(|| self.file.search_dir.clone()).unwrap_or_else(|| search_folder(data_dir))
    }

    /// How the store is opened: with the system's clock and entropy, and the key of the file or the environment. A new key
    /// is made for a new ledger only.
    pub async fn store_config(&self) -> Result<StoreConfig, CliError> {
        let kek = if self.location.has(Room::VAULT).await.map_err(CliError::failed)? {
            Kek::from_env_or_file(&self.kek_file)
        } else {
            Kek::from_env_or_new_file(&self.kek_file)
        };
        Ok(StoreConfig {
            location: self.location.clone(),
            kek: kek.map_err(CliError::failed)?,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            ledger: None,
        })
    }

    /// Starts logging, and opens the store of a ledger that is there.
    pub async fn open_store(&self) -> Result<Store, CliError> {
        if !self.location.has(Room::LEDGER).await.map_err(CliError::failed)? {
            return Err(CliError::Failed(format!(
                "there is no ledger in {}: name another with --data-dir or --database. `sangdam serve`, `sangdam demo` \
                and `sangdam import` make one",
                self.location
            )));
        }
        self.open_or_make_store().await
    }

    /// Starts logging, and opens the store; makes the ledger where there is none.
    pub async fn open_or_make_store(&self) -> Result<Store, CliError> {
        telemetry::init(self.log_format);
        Store::open(self.store_config().await?).await.map_err(CliError::failed)
    }

    /// Starts logging, and opens the store and the read models of a ledger that is there.
    pub async fn open(&self) -> Result<(Store, ReadModels), CliError> {
        let store = self.open_store().await?;
        Ok((store, self.models().await?))
    }

    /// Opens the read models.
    pub async fn models(&self) -> Result<ReadModels, CliError> {
        ReadModels::open(self.location.clone()).await.map_err(CliError::failed)
    }
}
