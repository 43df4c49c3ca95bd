//! The index on disk: a folder of this process's own, which can be deleted at any time.
//!
//! ```text
//! {folder}/lock        held by the process that writes
//! {folder}/index/      what tantivy keeps; how far it has come stands in its last commit
//! ```
//!
//! Documents and position are committed together, so a crash leaves an earlier state, never a mixture. What does not open, is
//! damaged, or was made by another release or from another ledger is deleted and built anew.

mod schema;
mod writer;

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use sangdam_domain::id::{EventId, LedgerId};
use sangdam_domain::log::{LogId, Position};
use serde::{Deserialize, Serialize};
use tantivy::{IndexReader, ReloadPolicy, Searcher};

pub(crate) use schema::{Columns, Fields, Number};
pub(crate) use writer::Writer;

use crate::error::SearchError;

/// What the index holds and how texts become terms. Another number: it is built anew.
const VERSION: u32 = 1;

/// How far an index has come, as it stands in its commits.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    version: u32,
    ledger: LedgerId,
    log: LogId,
    /// The last event applied.
    pub(crate) position: Position,
    /// That event, so that the index of a ledger that was since restored from an earlier backup is known for what it is.
    pub(crate) event: Option<EventId>,
    /// Whether somebody was forgotten and segments may still hold their words.
    pub(crate) purge: bool,
}

impl Checkpoint {
    /// Before the first event.
    pub(crate) fn start(ledger: LedgerId, log: &LogId) -> Self {
        let log = log.clone();
        Self { version: VERSION, ledger, log, position: Position::ZERO, event: None, purge: false }
    }

    /// Of which log.
    pub(crate) fn log(&self) -> &LogId {
        &self.log
    }

    /// Whether they are of the same ledger, log and release.
    pub(crate) fn is_of_the_same(&self, other: &Self) -> bool {
        (self.version, self.ledger, &self.log) == (other.version, other.ledger, &other.log)
    }
}

/// An open index, to read from.
pub(crate) struct Opened {
    index: tantivy::Index,
    reader: IndexReader,
    pub(crate) fields: Fields,
}

impl Opened {
    fn of(index: tantivy::Index) -> Result<Self, SearchError> {
        let (expected, fields) = schema::schema();
        if index.schema() != expected {
            return Err(SearchError::Damaged("its fields are those of another release".to_owned()));
        }
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { index, reader, fields })
    }

    /// Opens what another process writes. `None` where there is nothing yet.
    ///
    /// # Errors
    /// Where there is something else than an index of this kind.
    pub(crate) fn to_read(folder: &Path) -> Result<Option<Self>, SearchError> {
        let files = files(folder);
        if !files.join("meta.json").exists() {
            return Ok(None);
        }
        Self::of(tantivy::Index::open_in_dir(&files)?).map(Some)
    }

    /// As of the last commit that was looked for.
    pub(crate) fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    /// Looks for a commit.
    pub(crate) fn reload(&self) -> Result<(), SearchError> {
        Ok(self.reader.reload()?)
    }

    /// Looks for a commit of another process, and tells how far the one had come that questions see from now on: that process may
    /// commit again between the two.
    pub(crate) fn reload_to(&self) -> Result<Option<Checkpoint>, SearchError> {
        loop {
            let before = self.checkpoint()?;
            self.reload()?;
            if self.checkpoint()? == before {
                return Ok(before);
            }
        }
    }

    /// How far the last commit had come. `None` where nothing was committed, or what was is not understood.
    pub(crate) fn checkpoint(&self) -> Result<Option<Checkpoint>, SearchError> {
        let payload = self.index.load_metas()?.payload;
        Ok(payload.and_then(|payload| serde_json::from_str(&payload).ok()))
    }

    /// Opens a folder's index where it is whole, and is one of this release and of this log.
    fn if_sound(files: &Path, expected: &Checkpoint) -> Result<(Self, Checkpoint), SearchError> {
        let damaged = |problem: &str| SearchError::Damaged(problem.to_owned());
        let opened = Self::of(tantivy::Index::open_in_dir(files)?)?;
        let broken = opened.index.validate_checksum()?;
        if let Some(file) = broken.iter().next() {
            return Err(SearchError::Damaged(format!("{} is not what was written", file.display())));
        }
        let checkpoint =
            opened.checkpoint()?.ok_or_else(|| damaged("it does not say how far it has come"))?;
        if !checkpoint.is_of_the_same(expected) {
            return Err(damaged("it was made by another release, or from another ledger"));
        }
        Ok((opened, checkpoint))
    }

    /// Makes an empty one where there is nothing.
    fn make(files: &Path) -> Result<Self, SearchError> {
        Self::of(tantivy::Index::create_in_dir(files, schema::schema().0)?)
    }
}

/// The right to write into a folder, which one process has at a time. It goes with the process, however that ends.
pub(crate) struct Claimed {
    folder: PathBuf,
    _lock: File,
}

impl Claimed {
    /// Takes the right. `None` where another process has it.
    ///
    /// # Errors
    /// Where the folder cannot be made or written to.
    pub(crate) fn take(folder: &Path) -> Result<Option<Self>, SearchError> {
        let unusable = |source| SearchError::Folder { folder: folder.to_owned(), source };
        fs::create_dir_all(folder).map_err(unusable)?;
        let lock = File::create(folder.join("lock")).map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self { folder: folder.to_owned(), _lock: lock })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(unusable(source)),
        }
    }

    /// Opens the index, or, where there is none that can be used, makes an empty one.
    ///
    /// # Errors
    /// Where the folder's files cannot be deleted or made.
    pub(crate) fn open(&self, start: &Checkpoint) -> Result<(Opened, Checkpoint), SearchError> {
        let files = files(&self.folder);
        if files.exists() {
            match Opened::if_sound(&files, start) {
                Ok(sound) => return Ok(sound),
                Err(error) => {
                    tracing::warn!(folder = %files.display(), %error, "the search index is built anew");
                }
            }
        }
        self.begin_anew(start)
    }

    /// Deletes what is there, and makes an empty index.
    ///
    /// # Errors
    /// Where the folder's files cannot be deleted or made.
    pub(crate) fn begin_anew(&self, start: &Checkpoint) -> Result<(Opened, Checkpoint), SearchError> {
        let files = files(&self.folder);
        let unusable = |source| SearchError::Folder { folder: files.clone(), source };
        if files.exists() {
            fs::remove_dir_all(&files).map_err(unusable)?;
        }
        fs::create_dir_all(&files).map_err(unusable)?;
        Ok((Opened::make(&files)?, start.clone()))
    }

    /// Where the index's files are.
    pub(crate) fn files(&self) -> PathBuf {
        files(&self.folder)
    }
}

fn files(folder: &Path) -> PathBuf {
    folder.join("index")
}

#[cfg(test)]
mod tests {
    use sangdam_domain::log::LogId;
    use tantivy::TantivyDocument;
    use uuid::Uuid;

    use super::*;

    const COMMITS: u64 = 150;

    #[test]
    fn what_is_told_of_another_process_s_commits_is_what_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(files(folder.path())).unwrap();
        let index = tantivy::Index::create_in_dir(files(folder.path()), schema::schema().0).unwrap();
        let start = Checkpoint::start(LedgerId::from_uuid(Uuid::nil()), &LogId::main("jeongseon").unwrap());
        let writing = std::thread::spawn(move || {
            let mut writer = index.writer_with_num_threads::<TantivyDocument>(1, 15_000_000).unwrap();
            for position in 1..=COMMITS {
                writer.add_document(TantivyDocument::default()).unwrap();
                let checkpoint = Checkpoint { position: Position::new(position).unwrap(), ..start.clone() };
                let mut prepared = writer.prepare_commit().unwrap();
                prepared.set_payload(&serde_json::to_string(&checkpoint).unwrap());
                prepared.commit().unwrap();
            }
        });
        let opened = Opened::to_read(folder.path()).unwrap().unwrap();
        let mut told = 0;
        while told < COMMITS {
            told = opened.reload_to().unwrap().map_or(0, |checkpoint| checkpoint.position.get());
            assert_eq!(opened.searcher().num_docs(), told);
        }
        writing.join().unwrap();
    }
}
