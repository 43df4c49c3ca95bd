//! A file that is there when it is whole: written beside its place, and moved there at the end.

use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// What the umask leaves of it.
const MODE: u32 = 0o666;

/// A file that is being written. Dropped before [`WholeFile::keep`], it leaves nothing behind.
pub struct WholeFile {
    beside: NamedTempFile,
    path: PathBuf,
}

/// A file that could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be written: {source}", path.display())]
pub struct CannotWrite {
    path: PathBuf,
    source: io::Error,
}

impl WholeFile {
    /// Begins a file for a place.
    ///
    /// # Errors
    /// Where the folder is missing or cannot be written, and where the place is a folder.
    pub fn begin(path: &Path) -> Result<Self, CannotWrite> {
        let cannot = |source| CannotWrite { path: path.to_owned(), source };
        if path.is_dir() {
            return Err(cannot(io::Error::from(io::ErrorKind::IsADirectory)));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        if !folder.is_dir() {
            return Err(cannot(io::Error::other(format!("there is no folder {}", folder.display()))));
        }
        let beside = tempfile::Builder::new()
            .prefix(".sangdam-")
            .suffix(".part")
            .permissions(Permissions::from_mode(MODE))
            .tempfile_in(folder)
            // The name of the file beside means nothing to anybody.
            .map_err(|error| cannot(error.kind().into()))?;
        Ok(Self { beside, path: path.to_owned() })
    }

    /// A handle to write with.
    ///
    /// # Errors
    /// Where the process has no handles left.
    pub fn handle(&self) -> Result<File, CannotWrite> {
        self.beside.as_file().try_clone().map_err(|source| self.cannot(source))
    }

    /// The file is whole: it goes to the disk, then to its place, where it replaces what was there.
    ///
    /// # Errors
    /// Where the disk is full. What was at the place is still there then.
    pub fn keep(self) -> Result<(), CannotWrite> {
        let Self { beside, path } = self;
        let cannot = |source| CannotWrite { path: path.clone(), source };
        beside.as_file().sync_all().map_err(cannot)?;
        beside.persist(&path).map(drop).map_err(|error| cannot(error.error))
    }

    fn cannot(&self, source: io::Error) -> CannotWrite {
        CannotWrite { path: self.path.clone(), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_file_is_there_when_it_is_whole_and_not_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("보고서.csv");
        std::fs::write(&path, "old").unwrap();
        let file = WholeFile::begin(&path).unwrap();
        file.handle().unwrap().write_all(b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        drop(file);
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        let file = WholeFile::begin(&path).unwrap();
        file.handle().unwrap().write_all(b"new").unwrap();
        file.keep().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing/report.csv");
        let error = WholeFile::begin(&missing).err().unwrap().to_string();
        assert!(error.contains("missing/report.csv cannot be written: there is no folder"), "{error}");
        assert!(WholeFile::begin(folder.path()).is_err());
    }
}
