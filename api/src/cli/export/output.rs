//! Where an export goes.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use crate::feeds::FeedError;
use crate::feeds::file::FeedFile;
use crate::whole_file::WholeFile;

/// Where an export goes, whole lines at a time.
pub(super) enum Output {
    /// To standard output.
    Standard,
    /// Into a file that appears when it is whole.
    Whole(WholeFile, File),
    /// Onto the end of a file that is followed to.
    Followed(FeedFile),
}

impl Output {
    /// To standard output, or into a file that appears when it is whole.
    pub(super) fn once(path: Option<&Path>) -> Result<Self, FeedError> {
        let Some(path) = path else { return Ok(Self::Standard) };
        let whole = WholeFile::begin(path)?;
        let handle = whole.handle()?;
        Ok(Self::Whole(whole, handle))
    }

    /// Hands whole lines over, so that whoever reads has them.
    pub(super) fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        match self {
            Self::Standard => {
                let mut out = io::stdout().lock();
                out.write_all(lines)?;
                out.flush()
            }
            Self::Whole(_, file) => file.write_all(lines),
            Self::Followed(file) => file.append(lines),
        }
    }

    /// That was all.
    pub(super) fn finish(self) -> Result<(), FeedError> {
        match self {
            Self::Whole(file, _) => Ok(file.keep()?),
            Self::Standard | Self::Followed(_) => Ok(()),
        }
    }
}

/// Whether it failed because whoever read it has read enough.
pub(super) fn is_enough(error: &FeedError) -> bool {
    matches!(error, FeedError::Write(error) if error.kind() == ErrorKind::BrokenPipe)
}
