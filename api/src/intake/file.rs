//! A file of calls, row by row, as a mapping reads it.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use sangdam_domain::value::Code;
use sangdam_records::lines::{Line, Lines, split_fields};
use sha2::{Digest, Sha256};

use super::columns::Columns;
use super::ids::{Blind, Ids, RowIds};
use super::mapping::{Mapping, MappingError};
use super::row::{ImportedCall, Reader, Reading, bind};

/// A file that cannot be gone through at all. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be opened or read.
    #[error("{}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It has nothing in it.
    #[error("{}: the file is empty: expected a header line with the names of the columns", .0.display())]
    Empty(PathBuf),
    /// Its first line is no header that the mapping can be read with.
    #[error("{}: line 1: {problem}", path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The mapping cannot be used.
    #[error(transparent)]
    Mapping(#[from] MappingError),
}

/// A file of calls that is being read.
pub struct CallFile<'m, B> {
    path: PathBuf,
    mapping: &'m Mapping,
    delimiter: u8,
    reader: Reader<'m>,
    ids: Ids<'m, B>,
    columns: Columns,
    lines: Lines<BufReader<File>>,
}

/// One row of a file.
#[derive(Debug)]
pub struct FileRow {
    /// Its line, from 1.
    pub line: u64,
    /// What it comes to, or what is wrong with it.
    pub content: Result<Taken, String>,
}

/// What a row comes to.
#[derive(Debug)]
pub enum Taken {
    /// A call.
    Call(Box<RowCall>),
    /// Left out on purpose, for this reason.
    Skip(Code),
}

/// A call with the ids of what it becomes.
#[derive(Debug)]
pub struct RowCall {
    /// The row's line in the file, from 1.
    pub line: u64,
    /// What the row says.
    pub call: ImportedCall,
    /// The ids of what it becomes.
    pub ids: RowIds,
    /// All columns of the row, see [`super::columns::Row::content`].
    pub content: Vec<u8>,
}

/// SHA-256 of a file, and its length in bytes.
pub fn digest(path: &Path) -> Result<([u8; 32], u64), FileError> {
    let unreadable = |source| FileError::Unreadable { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut length = 0;
    loop {
        let read = file.read(&mut buffer).map_err(unreadable)?;
        if read == 0 {
            return Ok((hasher.finalize().into(), length));
        }
        hasher.update(&buffer[..read]);
        length += read as u64;
    }
}

impl<'m, B: Blind> CallFile<'m, B> {
    /// Opens a file and reads its header.
    pub fn open(path: &Path, mapping: &'m Mapping, ids: Ids<'m, B>) -> Result<Self, FileError> {
        let unreadable = |source| FileError::Unreadable { path: path.to_owned(), source };
        let wrong = |problem| FileError::Header { path: path.to_owned(), problem };
        let delimiter = mapping.delimiter()?;
        let file = File::open(path).map_err(unreadable)?;
        let mut lines = Lines::new(BufReader::with_capacity(256 * 1024, file), mapping.file.final_line_break);
        let header = match lines.next_line().map_err(unreadable)? {
            None => return Err(FileError::Empty(path.to_owned())),
            Some(Line::Bad(problem)) => return Err(wrong(problem)),
            Some(Line::Text(text)) => split_fields(text, delimiter, mapping.file.quotes).map_err(wrong)?,
        };
        let columns = bind(mapping, header).map_err(wrong)?;
        let reader = Reader::new(mapping)?;
        Ok(Self { path: path.to_owned(), mapping, delimiter, reader, ids, columns, lines })
    }

    /// The next row, or `None` at the end. Blank lines are no rows.
    pub fn next_row(&mut self) -> Result<Option<FileRow>, FileError> {
        loop {
            let line = self
                .lines
                .next_line()
                .map_err(|source| FileError::Unreadable { path: self.path.clone(), source })?;
            let content = match line {
                None => return Ok(None),
                Some(Line::Text("")) => continue,
                Some(Line::Bad(problem)) => Err(problem),
                Some(Line::Text(text)) => split_fields(text, self.delimiter, self.mapping.file.quotes)
                    .map_err(|e| {
                        format!(
                            "{e} (where `\"` is no quote, set `quotes = false` under `[file]` in the mapping)"
                        )
                    }),
            };
            let line = self.lines.number;
            return Ok(Some(FileRow { line, content: content.and_then(|fields| self.take(line, fields)) }));
        }
    }

    /// The bytes read so far.
    pub fn bytes_read(&self) -> u64 {
        self.lines.bytes
    }

    fn take(&self, line: u64, fields: Vec<String>) -> Result<Taken, String> {
        let row = self.columns.row(fields)?;
        match self.reader.read(&row)? {
            Reading::Skip(reason) => Ok(Taken::Skip(reason)),
            Reading::Call(call) => {
                let ids = self.ids.row(call.offered_at, &row.parts(&self.mapping.key.columns));
                Ok(Taken::Call(Box::new(RowCall { line, call, ids, content: row.content() })))
            }
        }
    }
}
