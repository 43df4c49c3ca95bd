//! One file that is being read: its whole lines from where it was read to.

use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use sangdam_records::lines::{LINE_BYTES_MAX, Line, decode};
use sha2::{Digest, Sha256};

use super::tail::TailLine;

/// How much is read at once.
const CHUNK_BYTES: usize = 256 * 1024;

/// A file's identity on its disk.
pub(super) type Inode = (u64, u64);

/// The first line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FirstLine {
    /// SHA-256 of it, in hexadecimal digits.
    pub(super) sha256: String,
    /// The second that it tells.
    pub(super) epoch: Option<i64>,
    bytes: usize,
}

impl FirstLine {
    /// Of an open file; `None` while it has no whole line.
    pub(super) fn of(file: &File) -> io::Result<Option<Self>> {
        let mut head = vec![0; LINE_BYTES_MAX + 1];
        let read = read_at(file, &mut head, 0)?;
        Ok(Self::in_head(&head[..read]))
    }

    /// Of what a file begins with. Of a line that is too long its beginning tells as much.
    fn in_head(head: &[u8]) -> Option<Self> {
        let head = &head[..head.len().min(LINE_BYTES_MAX + 1)];
        let end = match head.iter().position(|byte| *byte == b'\n') {
            Some(end) => end + 1,
            None if head.len() > LINE_BYTES_MAX => head.len(),
            None => return None,
        };
        let line = &head[..end];
        let digits: String = line.iter().take_while(|b| b.is_ascii_digit()).map(|b| char::from(*b)).collect();
        Some(Self { sha256: hex::encode(Sha256::digest(line)), epoch: digits.parse().ok(), bytes: end })
    }

    fn is_still_in(&self, file: &File) -> io::Result<bool> {
        let mut head = vec![0; self.bytes];
        let read = read_at(file, &mut head, 0)?;
        Ok(read == self.bytes && hex::encode(Sha256::digest(&head)) == self.sha256)
    }
}

/// A file that is being read.
#[derive(Debug)]
pub(super) struct Reading {
    file: File,
    pub(super) path: Arc<Path>,
    pub(super) inode: Inode,
    pub(super) first_line: Option<FirstLine>,
    /// How many bytes were read and are in the ledger.
    pub(super) offset: u64,
    /// When something was read last.
    pub(super) active: Instant,
}

/// What reading came to.
pub(super) enum Read {
    /// These lines, up to this byte.
    Lines(Vec<TailLine>, u64),
    /// The file was emptied, or holds something else now.
    Truncated,
}

impl Reading {
    /// Opens a file, to be read from a byte on.
    pub(super) fn open(path: &Path, offset: u64) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        Ok(Self {
            first_line: FirstLine::of(&file)?,
            file,
            path: Arc::from(path),
            inode: (metadata.dev(), metadata.ino()),
            offset,
            active: Instant::now(),
        })
    }

    /// How long it is now.
    pub(super) fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// Looks at the first line of a file of which nothing was read yet.
    pub(super) fn look_at_first_line(&mut self) -> io::Result<()> {
        if self.offset == 0 {
            self.first_line = FirstLine::of(&self.file)?;
        }
        Ok(())
    }

    /// Whether it begins later than a rotated file with this first line, or in the same second. What has no line yet begins
    /// after all others.
    pub(super) fn begins_after(&self, first: &FirstLine) -> bool {
        match self.first_line.as_ref().map(|own| own.epoch) {
            None => true,
            Some(epoch) => epoch >= first.epoch,
        }
    }

    /// The same file from its beginning, after it was emptied.
    pub(super) fn begin_again(&mut self) -> io::Result<()> {
        self.offset = 0;
        self.first_line = FirstLine::of(&self.file)?;
        Ok(())
    }

    /// The whole lines that follow, as many as fit a chunk. A last line without a line break waits for it.
    pub(super) fn lines(&mut self, limit: usize) -> io::Result<Read> {
        if self.length()? < self.offset {
            return Ok(Read::Truncated);
        }
        let mut chunk = vec![0; CHUNK_BYTES.min(limit.max(LINE_BYTES_MAX + 2))];
        let read = read_at(&self.file, &mut chunk, self.offset)?;
        chunk.truncate(read);
        // What was emptied and grew again may be as long as before. Checked after reading, what was read is right.
        match &self.first_line {
            Some(first) if !first.is_still_in(&self.file)? => return Ok(Read::Truncated),
            Some(_) => {}
            // Nothing was read of it before, so that what was read now begins with its first line.
            None => self.first_line = FirstLine::in_head(&chunk),
        }
        if !chunk.is_empty() {
            self.active = Instant::now();
        }
        Ok(self.cut(&chunk))
    }

    fn cut(&self, chunk: &[u8]) -> Read {
        let mut lines = Vec::new();
        let mut at = 0;
        while let Some(length) = chunk[at..].iter().position(|byte| *byte == b'\n') {
            let line = &chunk[at..at + length];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let text = if line.len() > LINE_BYTES_MAX {
                Some(Err(too_long()))
            } else {
                match decode(line) {
                    Line::Text(text) if text.trim().is_empty() => None,
                    Line::Text(text) => Some(Ok(text.to_owned())),
                    Line::Bad(problem) => Some(Err(problem)),
                }
            };
            if let Some(text) = text {
                lines.push(TailLine { path: Arc::clone(&self.path), at: self.offset + at as u64, text });
            }
            at += length + 1;
        }
        if at == 0 && chunk.len() > LINE_BYTES_MAX + 1 {
            // No line of a queue_log is that long: what there is of it is left behind.
            lines.push(TailLine { path: Arc::clone(&self.path), at: self.offset, text: Err(too_long()) });
            at = chunk.len();
        }
        Read::Lines(lines, self.offset + at as u64)
    }
}

fn too_long() -> String {
    format!("is longer than {LINE_BYTES_MAX} bytes")
}

/// Reads at a place until the buffer is full or the file ends; how much that was.
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// A file's identity, if there is one under this name.
pub(super) fn inode_of(path: &Path) -> io::Result<Option<Inode>> {
    match std::fs::metadata(path) {
        Ok(metadata) => Ok(Some((metadata.dev(), metadata.ino()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A path's folder.
pub(super) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}
