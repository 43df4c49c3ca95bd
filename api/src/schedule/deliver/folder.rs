//! Into a folder: a report is written beside its place, and moved there when it is whole and on the disk.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sangdam_domain::value::RunFailure;

use super::{Parcel, Undelivered, Unusable};

/// A folder that reports are written to.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// A folder that is there. It is not made: where a mount is missing, its reports must not land on another disk.
    ///
    /// # Errors
    /// Where it is none, or nothing can be written to it.
    pub fn open(path: &Path) -> Result<Self, Unusable> {
        let unusable = |problem: String| Unusable::new("folder", format!("{}: {problem}", path.display()));
        match std::fs::metadata(path) {
            Err(error) => return Err(unusable(error.to_string())),
            Ok(found) if !found.is_dir() => return Err(unusable("is not a folder".to_owned())),
            Ok(_) => {}
        }
        // Permissions do not tell all: only writing does.
        match tempfile::Builder::new().prefix(".sangdam-").tempfile_in(path) {
            Ok(_) => Ok(Self(path.to_owned())),
            Err(error) => Err(unusable(format!("cannot be written to: {}", error.kind()))),
        }
    }

    pub(super) async fn deliver(&self, parcel: &Parcel) -> Result<(), Undelivered> {
        let (folder, parcel) = (self.0.clone(), parcel.clone());
        let written = tokio::task::spawn_blocking(move || write(&folder, &parcel)).await;
        written.unwrap_or_else(|died| Err(io::Error::other(died))).map_err(|error| Undelivered {
            failure: RunFailure::FolderNotWritten,
            problem: format!("{} cannot be written to: {error}", self.0.display()),
        })
    }
}

fn write(folder: &Path, parcel: &Parcel) -> io::Result<()> {
    let part = |attempt: u32| folder.join(format!(".{}.{attempt}.part", parcel.name));
    // What an attempt left that did not come to its end, and never will.
    for attempt in 1..parcel.attempt {
        match std::fs::remove_file(part(attempt)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    let beside = part(parcel.attempt);
    let written = copy(parcel, &beside).and_then(|()| std::fs::rename(&beside, folder.join(&parcel.name)));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = std::fs::remove_file(&beside);
    }
    written?;
    // The new name is on the disk once the folder is.
    File::open(folder)?.sync_all()
}

fn copy(parcel: &Parcel, path: &Path) -> io::Result<()> {
    let mut file = File::create(path)?;
    let mut offset = 0;
    loop {
        let piece = parcel.content.piece(offset)?;
        if piece.is_empty() {
            return file.sync_all();
        }
        file.write_all(&piece)?;
        offset += piece.len() as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::deliver::testing::parcel;

    fn files(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn a_report_comes_whole_and_once_however_often_it_is_brought() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let parcel = parcel("연도별".as_bytes());
        // An attempt that was cut off has left something behind.
        std::fs::write(dir.path().join(format!(".{}.1.part", parcel.name)), "연").unwrap();
        folder.deliver(&Parcel { attempt: 2, ..parcel.clone() }).await.unwrap();
        folder.deliver(&Parcel { attempt: 3, ..parcel.clone() }).await.unwrap();
        assert_eq!(files(dir.path()), [parcel.name.as_str()]);
        assert_eq!(std::fs::read_to_string(dir.path().join(&parcel.name)).unwrap(), "연도별");
    }

    #[tokio::test]
    async fn nothing_is_left_where_a_report_could_not_be_written() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let parcel = parcel(b"report");
        // A folder stands where the report should: it cannot be replaced.
        std::fs::create_dir_all(dir.path().join(&parcel.name).join("x")).unwrap();
        let error = folder.deliver(&parcel).await.unwrap_err();
        assert_eq!(error.failure, RunFailure::FolderNotWritten);
        assert!(error.problem.contains(dir.path().to_str().unwrap()), "{error}");
        assert_eq!(files(dir.path()), [parcel.name.as_str()]);
    }

    #[test]
    fn what_cannot_be_written_to_is_refused_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let refused = |path: &Path| Folder::open(path).unwrap_err().to_string();
        let missing = dir.path().join("missing");
        assert!(refused(&missing).contains("missing: No such file"), "{}", refused(&missing));
        let file = dir.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(refused(&file).contains("is not a folder"));
        assert!(refused(Path::new("/proc/self")).contains("cannot be written to"));
        assert!(Folder::open(dir.path()).is_ok());
        assert_eq!(files(dir.path()), ["file"]);
    }
}
