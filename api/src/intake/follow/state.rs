//! How far the files were read, in a small file of its own. It saves reading again; it is never ahead of the ledger.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use sangdam_domain::log::Position;
use serde::{Deserialize, Serialize};

use super::FollowError;

/// How many files are remembered.
pub(super) const FILES_MAX: usize = 16;

/// How far the files were read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    version: u32,
    /// The file that is followed.
    path: PathBuf,
    /// The ledger's head when this was written.
    pub(super) position: Position,
    /// Rotated files that begin before this second are none of what was followed.
    pub(super) since: i64,
    /// The files, oldest first.
    pub(super) files: Vec<ReadFile>,
}

/// A file, known by its first line whatever it is called now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ReadFile {
    /// SHA-256 of its first line.
    pub(super) first_line: String,
    /// How many bytes were read.
    pub(super) offset: u64,
}

const VERSION: u32 = 1;

impl State {
    pub(super) fn new(path: &Path, position: Position, since: i64, mut files: Vec<ReadFile>) -> Self {
        let older = files.len().saturating_sub(FILES_MAX);
        files.drain(..older);
        Self { version: VERSION, path: path.to_owned(), position, since, files }
    }

    /// What was written down; `None` where nothing was.
    pub fn read(file: &Path) -> Result<Option<Self>, FollowError> {
        let wrong = |problem: String| FollowError::State { path: file.to_owned(), problem };
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(wrong(error.to_string())),
        };
        let state: Self = serde_json::from_str(&text).map_err(|error| {
            wrong(format!("{error}; delete it to read all files that are there again, which is harmless"))
        })?;
        if state.version != VERSION {
            return Err(wrong(format!("has version {}; this release knows {VERSION}", state.version)));
        }
        Ok(Some(state))
    }

    /// Whether it is of this file.
    pub(super) fn fits(&self, path: &Path) -> bool {
        self.path == path
    }

    /// The same files, none of them read.
    pub(super) fn at_its_beginning(mut self) -> Self {
        self.files.iter_mut().for_each(|file| file.offset = 0);
        self
    }

    /// Writes it down: all of it or nothing, and durably.
    pub(super) fn write(&self, file: &Path) -> Result<(), FollowError> {
        let wrong = |error: std::io::Error| FollowError::State {
            path: file.to_owned(),
            problem: format!("how far the queue_log was read cannot be written down: {error}"),
        };
        let beside = file.with_extension("new");
        let text = serde_json::to_vec_pretty(self).map_err(|error| wrong(error.into()))?;
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(wrong)?;
        }
        let mut out = File::create(&beside).map_err(wrong)?;
        out.write_all(&text).and_then(|()| out.sync_all()).map_err(wrong)?;
        std::fs::rename(&beside, file).map_err(wrong)
    }
}
