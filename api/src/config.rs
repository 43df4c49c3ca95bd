//! What the program was told: flags first, then the environment (`SANGDAM_*`), then a TOML file, then defaults.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use sangdam_domain::log::LogId;
use sangdam_eventstore::{Kek, Location};
use serde::Deserialize;

/// Where SQLite files are, unless told otherwise.
pub const DATA_DIR: &str = "./data";
/// Where the server listens, unless told otherwise.
pub const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);
/// The centre that is meant, unless told otherwise.
pub const CENTRE: &str = "jeongseon";

/// The program was told something that it cannot do. Exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The configuration file cannot be read.
    #[error("the configuration file {path} cannot be read: {source}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The configuration file says something that is not understood.
    #[error("the configuration file {path} is not understood: {source}")]
    Invalid {
        /// Which file.
        path: PathBuf,
        /// What, with its line.
        source: Box<toml::de::Error>,
    },
    /// A database URL of another kind.
    #[error(
        "`--database` takes postgres://USER@HOST/NAME; for SQLite leave it out and give `--data-dir DIR`"
    )]
    DatabaseUrl,
    /// The centre's name is none.
    #[error("--centre: {0}")]
    Centre(#[from] sangdam_domain::log::InvalidCentre),
    /// There is no place for the key file.
    #[error(
        "no place for the key file is known (neither HOME nor XDG_CONFIG_HOME is set): give `--kek-file FILE` or SANGDAM_KEK"
    )]
    NoKeyFile,
    /// Open, and reachable by others.
    #[error(
        "`--open` lets anybody in, so it serves loopback addresses only (127.0.0.1, ::1); {0} is not one"
    )]
    OpenBeyondLoopback(SocketAddr),
    /// Sign-in does not exist yet.
    #[error("sign-in is not available yet: give `--open` to serve without it, on a loopback address only")]
    NotOpen,
}

/// How log lines look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// What a TOML file may say. Unknown keys are refused, so that a misspelt one is not silently ignored.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConfigFile {
    /// A PostgreSQL URL.
    pub database: Option<String>,
    /// The directory of SQLite files.
    pub data_dir: Option<PathBuf>,
    /// The file of the key-encryption key.
    pub kek_file: Option<PathBuf>,
    /// The centre that is meant.
    pub centre: Option<String>,
    /// How log lines look.
    pub log_format: Option<LogFormat>,
    /// Where the server listens.
    pub listen: Option<SocketAddr>,
    /// Whether anybody is let in.
    pub open: Option<bool>,
}

impl ConfigFile {
    /// Reads a file; nothing where none is named.
    pub fn read(path: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(path) = path else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        toml::from_str(&text)
            .map_err(|source| ConfigError::Invalid { path: path.to_owned(), source: Box::new(source) })
    }
}

/// Where the ledger is kept. A flag or variable about either place goes before the file's word about the other.
pub fn location(
    database: Option<&str>,
    data_dir: Option<&Path>,
    file: &ConfigFile,
) -> Result<Location, ConfigError> {
    let (database, data_dir) = match (database, data_dir) {
        (None, None) => (file.database.as_deref(), file.data_dir.as_deref()),
        told => told,
    };
    match database {
        Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            Ok(Location::Postgres { url: url.to_owned() })
        }
        Some(_) => Err(ConfigError::DatabaseUrl),
        None => Ok(Location::Sqlite { dir: data_dir.unwrap_or(Path::new(DATA_DIR)).to_owned() }),
    }
}

/// The main log of the centre that is meant.
pub fn main_log(centre: Option<&str>, file: &ConfigFile) -> Result<LogId, ConfigError> {
    Ok(LogId::main(centre.or(file.centre.as_deref()).unwrap_or(CENTRE))?)
}

/// Where the key file is.
pub fn kek_file(given: Option<&Path>, file: &ConfigFile) -> Result<PathBuf, ConfigError> {
    let told = given.or(file.kek_file.as_deref()).map(Path::to_owned);
    told.or_else(Kek::default_path).ok_or(ConfigError::NoKeyFile)
}

/// Refuses to let anybody in from beyond this machine, and to serve otherwise at all until sign-in exists.
pub fn check_open(open: bool, listen: SocketAddr) -> Result<(), ConfigError> {
    match (open, listen.ip().is_loopback()) {
        (false, _) => Err(ConfigError::NotOpen),
        (true, false) => Err(ConfigError::OpenBeyondLoopback(listen)),
        (true, true) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_go_before_the_file() {
        let file = ConfigFile { database: Some("postgres://h/x".into()), ..ConfigFile::default() };
        assert!(matches!(location(None, None, &file), Ok(Location::Postgres { .. })));
        let dir = Path::new("/d");
        assert!(matches!(location(None, Some(dir), &file), Ok(Location::Sqlite { dir: d }) if d == dir));
        assert!(matches!(location(Some("mysql://h"), None, &file), Err(ConfigError::DatabaseUrl)));
    }

    #[test]
    fn a_misspelt_key_is_refused() {
        assert!(toml::from_str::<ConfigFile>("data_dir = 'x'").is_err());
        assert!(toml::from_str::<ConfigFile>("data-dir = 'x'\nlisten = '[::1]:1'").is_ok());
    }

    #[test]
    fn open_is_for_loopback_only() {
        let check = |open, listen: &str| check_open(open, listen.parse().unwrap());
        assert!(check(true, "127.0.0.1:0").is_ok() && check(true, "[::1]:1").is_ok());
        for beyond in ["0.0.0.0:80", "192.168.0.1:80", "[::]:80"] {
            assert!(matches!(check(true, beyond), Err(ConfigError::OpenBeyondLoopback(_))), "{beyond}");
        }
        assert!(matches!(check(false, "127.0.0.1:1"), Err(ConfigError::NotOpen)));
    }
}
