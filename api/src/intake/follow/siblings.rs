//! The rotated files beside the one that is followed.

use std::io;
use std::path::{Path, PathBuf};

use super::file::{Reading, folder_of};

/// How rotated files are packed.
const PACKED: [&str; 5] = ["gz", "bz2", "xz", "zst", "lz4"];

/// What stands beside the file that is followed.
#[derive(Default)]
pub(super) struct Siblings {
    /// Rotated files that can be read and have a first line, by the second that it tells.
    pub(super) files: Vec<Reading>,
    /// Packed ones.
    pub(super) packed: Vec<PathBuf>,
}

impl Siblings {
    /// Files whose name is the followed one's and more: `queue_log.1`, `queue_log-20240102`.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let mut found = Self::default();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Ok(found) };
        for entry in std::fs::read_dir(folder_of(path))? {
            let entry = entry?;
            let file_name = entry.file_name();
            let Some(more) = file_name.to_str().and_then(|other| other.strip_prefix(name)) else { continue };
            if !more.starts_with(['.', '-', '_']) {
                continue;
            }
            let sibling = path.with_file_name(&file_name);
            if sibling.extension().and_then(|e| e.to_str()).is_some_and(|e| PACKED.contains(&e)) {
                found.packed.push(sibling);
                continue;
            }
            // It may be renamed or deleted between two looks.
            match Reading::open(&sibling, 0) {
                Ok(reading) if reading.first_line.is_some() && sibling.is_file() => {
                    found.files.push(reading);
                }
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        found.files.sort_by_key(|file| file.first_line.as_ref().and_then(|line| line.epoch));
        Ok(found)
    }
}
