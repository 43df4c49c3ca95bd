//! A file that a feed is followed to. Started again, it goes on behind its last whole line: nothing is missing and nothing
//! is there twice, however the process before it ended.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sangdam_domain::log::Position;

use super::FeedError;
use super::cloud_event::{BEGINNING, place_of};

/// No line is longer: a leaf has 65,535 bytes at most, and what stands around it far fewer.
const LINE_BYTES_MAX: u64 = 128 * 1024;

/// A file with whole lines of one feed, and nobody else writing to it.
#[derive(Debug)]
pub struct FeedFile {
    file: File,
    path: PathBuf,
    /// Its length in bytes.
    end: u64,
    /// The position of its last line.
    last: Option<Position>,
}

impl FeedFile {
    /// Opens a file to go on with the feed of this source; makes it where it is missing. A last line that was cut off is
    /// taken away.
    ///
    /// # Errors
    /// Where the file cannot be opened, another process writes to it, or it holds anything else than such a feed; it is left
    /// as it is then.
    pub fn open(path: &Path, source: &str) -> Result<Self, FeedError> {
        let unusable = |problem| FeedError::File { path: path.to_owned(), problem };
        let other = |problem: String| FeedError::OtherFile { path: path.to_owned(), problem };
        let mut file = File::options().read(true).append(true).create(true).open(path).map_err(unusable)?;
        let about = file.metadata().map_err(unusable)?;
        if !about.is_file() {
            return Err(other("it is no regular file".to_owned()));
        }
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(other("another process writes to it".to_owned())),
            Err(TryLockError::Error(problem)) => return Err(unusable(problem)),
        }
        let tail = Tail::read(&mut file, about.len()).map_err(unusable)?;
        let last = tail.last_position(source).map_err(other)?;
        let end = tail.end_of_lines();
        if end < about.len() {
            file.set_len(end).and_then(|()| file.sync_all()).map_err(unusable)?;
        }
        Ok(Self { file, path: path.to_owned(), end, last })
    }

    /// Where the feed goes on, in a log that ends at `head`: behind the last line, or behind `since` where there is none.
    ///
    /// # Errors
    /// Where that would leave a gap, or the file knows of more than the log.
    pub fn goes_on_behind(&self, since: Position, head: Position) -> Result<Position, FeedError> {
        let other = |problem| Err(FeedError::OtherFile { path: self.path.clone(), problem });
        match self.last {
            None => Ok(since),
            Some(last) if last > head => other(format!(
                "its last line is of position {last}, and the log ends at {head}: the ledger was restored from an earlier \
                 backup, it seems"
            )),
            Some(last) if last < since => other(format!(
                "its last line is of position {last}; going on behind {since} would leave a gap"
            )),
            Some(last) => Ok(last),
        }
    }

    /// Writes whole lines and makes them durable. Where that fails, none of them is left in the file.
    pub fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let written = self.file.write_all(lines).and_then(|()| self.file.sync_data());
        match written {
            Ok(()) => self.end += lines.len() as u64,
            // The first error is the one to tell; what is left of the lines is cut off at the next start.
            Err(_) => drop(self.file.set_len(self.end)),
        }
        written
    }
}

/// The end of a file: at least its last whole line, and what stands behind it.
struct Tail {
    bytes: Vec<u8>,
    /// Where in the file it begins.
    begin: u64,
}

impl Tail {
    fn read(file: &mut File, length: u64) -> io::Result<Self> {
        let begin = length.saturating_sub(2 * LINE_BYTES_MAX);
        file.seek(SeekFrom::Start(begin))?;
        let mut bytes = Vec::new();
        file.take(length - begin).read_to_end(&mut bytes)?;
        Ok(Self { bytes, begin })
    }

    /// How many of its bytes are whole lines.
    fn whole(&self) -> usize {
        self.bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1)
    }

    /// Where in the file the whole lines end.
    fn end_of_lines(&self) -> u64 {
        self.begin + self.whole() as u64
    }

    /// The position of the last whole line; `None` where there is none. Fails with what is wrong where it is not of this
    /// source.
    fn last_position(&self, source: &str) -> Result<Option<Position>, String> {
        let (lines, torn) = self.bytes.split_at(self.whole());
        let is_torn_line = torn.starts_with(BEGINNING.as_bytes()) || BEGINNING.as_bytes().starts_with(torn);
        let Some((_, line)) = lines.split_last() else {
            let is_feed = self.begin == 0 && is_torn_line;
            return is_feed.then_some(None).ok_or_else(|| "it holds something else than a feed".to_owned());
        };
        let begin = line.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        match place_of(&line[begin..]) {
            _ if !is_torn_line => Err("what stands behind its last line is no line of a feed".to_owned()),
            None => Err("its last line is no line of a feed".to_owned()),
            Some((of, _)) if of != source => Err(format!("it holds the feed of {of}, not of {source}")),
            Some((_, position)) => Ok(Some(position)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const SOURCE: &str = "/ledgers/1/logs/jeongseon/main";

    fn position(position: u64) -> Position {
        Position::new(position).unwrap()
    }

    fn line(at: u64) -> String {
        format!("{BEGINNING}{at}\",\"source\":\"{SOURCE}\",\"sequence\":\"{at:016}\",\"data\":{{}}}}\n")
    }

    fn folder_with(content: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("feed.jsonl");
        fs::write(&path, content).unwrap();
        (folder, path)
    }

    #[track_caller]
    fn refused(content: &str, why: &str) {
        let (_folder, path) = folder_with(content);
        let error = FeedFile::open(&path, SOURCE).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), content, "left as it is");
    }

    #[test]
    fn wherever_it_was_cut_off_it_goes_on_behind_the_last_whole_line() {
        let all = [line(3), line(8), line(9)].concat();
        for length in 0..=all.len() {
            let (_folder, path) = folder_with(&all[..length]);
            let file = FeedFile::open(&path, SOURCE).unwrap();
            let whole = all[..length].matches('\n').count();
            assert_eq!(file.last, [None, Some(3), Some(8), Some(9)][whole].map(position), "{length}");
            let kept: String = all.split_inclusive('\n').take(whole).collect();
            assert_eq!(fs::read_to_string(&path).unwrap(), kept, "{length}");
        }
    }

    #[test]
    fn a_last_line_is_found_behind_much_else() {
        let lines: String = (1..4_000).map(line).collect();
        assert!(lines.len() as u64 > 2 * LINE_BYTES_MAX);
        let (_folder, path) = folder_with(&lines);
        assert_eq!(FeedFile::open(&path, SOURCE).unwrap().last, Some(position(3_999)));
    }

    #[test]
    fn what_is_no_such_feed_is_left_alone() {
        refused("Dear diary", "something else than a feed");
        refused("Dear diary\n", "its last line is no line of a feed");
        refused(&format!("{}Dear diary", line(1)), "what stands behind its last line");
        refused(&line(1).replace("jeongseon", "sokcho"), "it holds the feed of /ledgers/1/logs/sokcho/main");
        refused(&"x".repeat(300_000), "something else than a feed");
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(FeedFile::open(folder.path(), SOURCE), Err(FeedError::File { .. })));
    }

    #[test]
    fn one_process_writes_at_a_time() {
        let (_folder, path) = folder_with("");
        let first = FeedFile::open(&path, SOURCE).unwrap();
        let second = FeedFile::open(&path, SOURCE).unwrap_err().to_string();
        assert!(second.contains("another process writes to it"), "{second}");
        drop(first);
        FeedFile::open(&path, SOURCE).unwrap();
    }

    #[test]
    fn it_goes_on_where_nothing_is_left_out() {
        let (_folder, path) = folder_with(&line(5));
        let file = FeedFile::open(&path, SOURCE).unwrap();
        let behind = |since, head| file.goes_on_behind(position(since), position(head));
        assert_eq!(behind(0, 9).unwrap(), position(5));
        assert_eq!(behind(5, 5).unwrap(), position(5));
        assert!(behind(6, 9).unwrap_err().to_string().contains("would leave a gap"));
        assert!(behind(0, 4).unwrap_err().to_string().contains("the log ends at 4"));
    }
}
