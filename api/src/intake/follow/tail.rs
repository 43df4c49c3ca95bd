//! The files that are followed: the one under the name, and those that it was before, until they are done.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sangdam_domain::log::Position;
use sangdam_domain::time::Timestamp;

use super::FollowError;
use super::file::{Inode, Read, Reading, folder_of, inode_of};
use super::siblings::Siblings;
use super::state::{FILES_MAX, ReadFile, State};

/// How many bytes are pulled at once.
const PULL_BYTES: usize = 1 << 20;
/// How long a file that was rotated away is looked at after its last line: its writer may not know of it yet.
const LINGER: Duration = Duration::from_secs(600);
/// How far before the first start rotated files are taken for what is followed, where there was no line yet.
const BEFORE_SECONDS: i64 = 86_400;

/// A line, and where it stands.
#[derive(Clone, Debug)]
pub struct TailLine {
    /// The file, as it was called when it was opened.
    pub path: Arc<Path>,
    /// The byte at which it begins.
    pub at: u64,
    /// What it says, or why it cannot be read.
    pub text: Result<String, String>,
}

/// What was read, and how far it goes in each file.
#[derive(Debug, Default)]
pub struct Pulled {
    /// The lines, oldest file first.
    pub lines: Vec<TailLine>,
    ends: Vec<(Inode, u64)>,
}

/// Something about the files that is worth telling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A file is read from a byte on.
    Reads(PathBuf, u64),
    /// There is no file under the name yet.
    Waits(PathBuf),
    /// The file was emptied, and no copy of it was found: what was written between may be missing.
    CopyMissing(PathBuf),
    /// A rotated file is packed and was not looked at.
    Packed(PathBuf),
    /// The last line of a rotated file was never ended.
    CutOff(PathBuf),
}

/// The files that are followed.
#[derive(Debug)]
pub struct Tail {
    path: PathBuf,
    since: i64,
    /// Oldest first; the one under the name last.
    open: Vec<Reading>,
    /// How far other files were read.
    done: Vec<ReadFile>,
    news: Vec<News>,
}

impl Tail {
    /// Opens the file, and the rotated ones that were not read to their end. Without a state, the file alone is read, from
    /// its beginning.
    pub(super) fn open(path: &Path, state: Option<State>, now: Timestamp) -> Result<Self, FollowError> {
        let mut tail =
            Self { path: path.to_owned(), since: 0, open: Vec::new(), done: Vec::new(), news: Vec::new() };
        let opened = match state {
            Some(state) => {
                tail.done = state.files;
                tail.since = state.since;
                tail.look().and_then(|()| tail.look_for_packed())
            }
            None => std::fs::read_dir(folder_of(path)).and_then(|_| tail.look_at_name()),
        };
        opened.map_err(|error| tail.unreadable(error))?;
        if tail.since == 0 {
            let first = tail.open.last().and_then(|file| file.first_line.as_ref()?.epoch);
            tail.since = first.unwrap_or(now.micros() / 1_000_000 - BEFORE_SECONDS);
        }
        if tail.open.is_empty() {
            tail.news.push(News::Waits(path.to_owned()));
        }
        Ok(tail)
    }

    /// The whole lines that were written since, up to a bound. They stay where they are until [`Tail::advance`].
    pub(super) fn pull(&mut self) -> Result<Pulled, FollowError> {
        self.try_to_pull().map_err(|error| self.unreadable(error))
    }

    /// What was pulled is in the ledger.
    pub(super) fn advance(&mut self, pulled: &Pulled) {
        for (inode, end) in &pulled.ends {
            if let Some(file) = self.open.iter_mut().find(|file| file.inode == *inode) {
                file.offset = *end;
            }
        }
    }

    /// Writes down how far the files were read.
    pub(super) fn save(&self, state_file: &Path, position: Position) -> Result<(), FollowError> {
        let open = self.open.iter().filter_map(|file| {
            Some(ReadFile { first_line: file.first_line.as_ref()?.sha256.clone(), offset: file.offset })
        });
        let mut files: Vec<ReadFile> = self.done.clone();
        for file in open {
            note(&mut files, file);
        }
        State::new(&self.path, position, self.since, files).write(state_file)
    }

    /// What is worth telling since it was asked last.
    pub(super) fn take_news(&mut self) -> Vec<News> {
        std::mem::take(&mut self.news)
    }

    fn try_to_pull(&mut self) -> io::Result<Pulled> {
        self.close_what_is_done()?;
        if let Some(inode) = inode_of(&self.path)?
            && self.open.last().is_none_or(|file| file.inode != inode)
        {
            self.look()?;
        } else if self.anything_begun()? {
            // What was empty may have been filled, copied and emptied since: the copy goes first.
            self.look_at_siblings()?;
        }
        let mut pulled = Pulled::default();
        let mut index = 0;
        let mut left = PULL_BYTES;
        while index < self.open.len() && left > 0 {
            let file = &mut self.open[index];
            match file.lines(left)? {
                Read::Truncated => index = self.after_truncation(index)?,
                Read::Lines(mut lines, end) => {
                    let read = end - file.offset;
                    left = left.saturating_sub(usize::try_from(read).unwrap_or(usize::MAX));
                    pulled.lines.append(&mut lines);
                    pulled.ends.push((file.inode, end));
                    // What is older goes first: there may be more of it.
                    if read > 0 && end < file.length()? {
                        break;
                    }
                    index += 1;
                }
            }
        }
        // A first file that was empty at first, or not there, tells by its first line where it all begins.
        if let ([file], []) = (self.open.as_slice(), self.done.as_slice())
            && let Some(epoch) = file.first_line.as_ref().and_then(|line| line.epoch)
        {
            self.since = self.since.min(epoch);
        }
        // Lines that say nothing are passed over at once.
        if pulled.lines.is_empty() {
            self.advance(&pulled);
        }
        Ok(pulled)
    }

    /// Whether a file that had no line has one now.
    fn anything_begun(&mut self) -> io::Result<bool> {
        let mut begun = false;
        for file in self.open.iter_mut().filter(|file| file.first_line.is_none()) {
            file.look_at_first_line()?;
            begun |= file.first_line.is_some();
        }
        Ok(begun)
    }

    /// A file was emptied: what was not read of it is in a copy beside it. Returns where to go on.
    fn after_truncation(&mut self, index: usize) -> io::Result<usize> {
        let file = &mut self.open[index];
        let before = file.first_line.take().map(|line| line.sha256);
        let offset = file.offset;
        file.begin_again()?;
        let Some(before) = before else { return Ok(index) };
        note(&mut self.done, ReadFile { first_line: before.clone(), offset });
        let seen = self.look_at_siblings()?;
        if !seen.first_lines.contains(&before) {
            self.news.push(News::CopyMissing(self.path.clone()));
        }
        Ok(seen.opened_at.map_or(index, |opened_at| opened_at.min(index)))
    }

    /// Opens what came under the name, and what it was before that was missed.
    fn look(&mut self) -> io::Result<()> {
        // In this order: what is rotated away in between is open already, and what was before stands beside it.
        self.look_at_name()?;
        self.look_at_siblings().map(drop)
    }

    /// Opens the rotated files that were not read to their end, each in front of those that begin later.
    fn look_at_siblings(&mut self) -> io::Result<Seen> {
        for open in &mut self.open {
            open.look_at_first_line()?;
        }
        let mut seen = Seen::default();
        for mut sibling in Siblings::of(&self.path)?.files {
            let Some(first) = sibling.first_line.clone() else { continue };
            seen.first_lines.push(first.sha256.clone());
            let is_open = |open: &Reading| {
                open.inode == sibling.inode
                    || open.first_line.as_ref().is_some_and(|line| line.sha256 == first.sha256)
            };
            if self.open.iter().any(is_open) {
                continue;
            }
            match self.offset_of(&first.sha256) {
                Some(offset) => sibling.offset = offset,
                None if first.epoch.is_none_or(|epoch| epoch >= self.since) => {}
                None => continue,
            }
            if sibling.offset < sibling.length()? {
                self.news.push(News::Reads(sibling.path.to_path_buf(), sibling.offset));
                let at = self.open.iter().position(|open| open.begins_after(&first));
                let at = at.unwrap_or(self.open.len());
                self.open.insert(at, sibling);
                seen.opened_at = Some(seen.opened_at.map_or(at, |before| before.min(at)));
            }
        }
        Ok(seen)
    }

    fn look_at_name(&mut self) -> io::Result<()> {
        let mut file = match Reading::open(&self.path, 0) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        if self.open.iter().any(|open| open.inode == file.inode) {
            return Ok(());
        }
        let known = file.first_line.as_ref().and_then(|line| self.offset_of(&line.sha256));
        file.offset = known.unwrap_or(0);
        self.news.push(News::Reads(self.path.clone(), file.offset));
        self.open.push(file);
        Ok(())
    }

    fn look_for_packed(&mut self) -> io::Result<()> {
        for packed in Siblings::of(&self.path)?.packed {
            let modified = std::fs::metadata(&packed)?.modified()?;
            let second = modified.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
            if i64::try_from(second).is_ok_and(|second| second >= self.since) {
                self.news.push(News::Packed(packed));
            }
        }
        Ok(())
    }

    fn offset_of(&self, first_line: &str) -> Option<u64> {
        self.done.iter().find(|file| file.first_line == first_line).map(|file| file.offset)
    }

    /// Closes rotated files that nobody has written to for long.
    fn close_what_is_done(&mut self) -> io::Result<()> {
        let mut index = 0;
        while index + 1 < self.open.len() {
            let file = &self.open[index];
            if file.active.elapsed() < LINGER {
                index += 1;
                continue;
            }
            let file = self.open.remove(index);
            if file.offset < file.length()? {
                self.news.push(News::CutOff(file.path.to_path_buf()));
            }
            if let Some(line) = file.first_line {
                note(&mut self.done, ReadFile { first_line: line.sha256, offset: file.offset });
            }
        }
        if self.done.len() > FILES_MAX / 2 {
            // What is forgotten must not be taken for new.
            let oldest = self.open.first().and_then(|file| file.first_line.as_ref()?.epoch);
            self.since = self.since.max(oldest.unwrap_or(self.since));
            self.done.remove(0);
        }
        Ok(())
    }

    fn unreadable(&self, source: io::Error) -> FollowError {
        FollowError::Unreadable { path: self.path.clone(), source }
    }
}

/// What stands beside the file that is followed.
#[derive(Default)]
struct Seen {
    /// The first lines of all rotated files, as digests.
    first_lines: Vec<String>,
    /// The first place at which one was opened.
    opened_at: Option<usize>,
}

/// Notes how far a file was read, in place of what was noted of it.
fn note(files: &mut Vec<ReadFile>, file: ReadFile) {
    files.retain(|other| other.first_line != file.first_line);
    files.push(file);
}

#[cfg(test)]
mod tests;
