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
    /// Both a database and a directory.
    #[error(
        "the environment or the configuration file names both a database and a data directory; one of them must go"
    )]
    TwoPlaces,
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
    /// A telephone system's token is none.
    #[error(transparent)]
    CtiToken(#[from] crate::http::InvalidToken),
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
    /// The file of reports that are made at set times.
    pub reports: Option<PathBuf>,
    /// The folder of the search indexes.
    pub search_dir: Option<PathBuf>,
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

/// What one source (the flags, the environment, the file) says of where the ledger is kept.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Place {
    /// A PostgreSQL URL.
    pub database: Option<String>,
    /// The directory of SQLite files.
    pub data_dir: Option<PathBuf>,
}

impl Place {
    /// What `SANGDAM_DATABASE` and `SANGDAM_DATA_DIR` say; what is empty says nothing.
    pub fn of_environment() -> Self {
        Self {
            database: std::env::var("SANGDAM_DATABASE").ok().filter(|url| !url.is_empty()),
            data_dir: std::env::var_os("SANGDAM_DATA_DIR").filter(|dir| !dir.is_empty()).map(PathBuf::from),
        }
    }
}

/// Where the ledger is kept, by the first source that says anything: a flag about either kind of database goes before what
/// the environment says of the other.
pub fn location(sources: impl IntoIterator<Item = Place>) -> Result<Location, ConfigError> {
    let told = sources.into_iter().find(|place| *place != Place::default()).unwrap_or_default();
    match (told.database, told.data_dir) {
        (Some(_), Some(_)) => Err(ConfigError::TwoPlaces),
        (Some(url), None) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            Ok(Location::Postgres { url })
        }
        (Some(_), None) => Err(ConfigError::DatabaseUrl),
        (None, dir) => Ok(Location::Sqlite { dir: dir.unwrap_or_else(|| DATA_DIR.into()) }),
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
    fn the_first_source_that_says_where_is_believed() {
        let database = |url: &str| Place { database: Some(url.into()), data_dir: None };
        let dir = |dir: &str| Place { database: None, data_dir: Some(dir.into()) };
        let nothing = Place::default;
        assert!(matches!(location([nothing(), database("postgres://h/x")]), Ok(Location::Postgres { .. })));
        let flag_first = location([dir("/d"), database("postgres://h/x")]);
        assert!(matches!(flag_first, Ok(Location::Sqlite { dir }) if dir == Path::new("/d")));
        assert!(matches!(location([nothing()]), Ok(Location::Sqlite { dir }) if dir == Path::new(DATA_DIR)));
        assert!(matches!(location([database("mysql://h")]), Err(ConfigError::DatabaseUrl)));
        let both = Place { data_dir: Some("/d".into()), ..database("postgres://h/x") };
        assert!(matches!(location([both]), Err(ConfigError::TwoPlaces)));
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
