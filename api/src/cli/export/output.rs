//! Where an export goes.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::feeds::FeedError;
use crate::feeds::file::FeedFile;

/// Where an export goes, whole lines at a time.
pub(super) enum Output {
    /// To standard output.
    Standard,
    /// Into a file that appears when it is whole.
    Whole(WholeFile),
    /// Onto the end of a file that is followed to.
    Followed(FeedFile),
}

impl Output {
    /// To standard output, or into a file that appears when it is whole.
    pub(super) fn once(path: Option<&Path>) -> Result<Self, FeedError> {
        path.map_or(Ok(Self::Standard), |path| WholeFile::begin(path).map(Self::Whole))
    }

    /// Hands whole lines over, so that whoever reads has them.
    pub(super) fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        match self {
            Self::Standard => {
                let mut out = io::stdout().lock();
                out.write_all(lines)?;
                out.flush()
            }
            Self::Whole(file) => file.file.write_all(lines),
            Self::Followed(file) => file.append(lines),
        }
    }

    /// That was all.
    pub(super) fn finish(self) -> Result<(), FeedError> {
        match self {
            Self::Whole(file) => file.finish(),
            Self::Standard | Self::Followed(_) => Ok(()),
        }
    }
}

/// Whether it failed because whoever read it has read enough.
pub(super) fn is_enough(error: &FeedError) -> bool {
    matches!(error, FeedError::Write(error) if error.kind() == ErrorKind::BrokenPipe)
}

/// A file that appears under its name when it is whole; what is half written is taken away.
pub(super) struct WholeFile {
    file: File,
    part: PathBuf,
    path: PathBuf,
}

impl WholeFile {
    /// Begins to write, under another name beside it.
    pub(super) fn begin(path: &Path) -> Result<Self, FeedError> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let part = path.with_file_name(name);
        let file =
            File::create(&part).map_err(|problem| FeedError::File { path: path.to_owned(), problem })?;
        Ok(Self { file, part, path: path.to_owned() })
    }

    /// Makes it durable and gives it its name.
    pub(super) fn finish(self) -> Result<(), FeedError> {
        let named = self.file.sync_all().and_then(|()| std::fs::rename(&self.part, &self.path));
        named.map_err(|problem| FeedError::File { path: self.path.clone(), problem })
    }

    /// The file, to be written to.
    pub(super) fn file(&mut self) -> &mut File {
        &mut self.file
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        // Gone where it has its name by now; else half written, and of no use.
        drop(std::fs::remove_file(&self.part));
    }
}
