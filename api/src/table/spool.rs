//! Rows on their way from the read models to a file: kept on disk in their canonical form, so that memory stays flat,
//! their hash is known before the first byte of the answer is written, and they can be gone through again.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::FileExt;

use sha2::{Digest, Sha256};

use super::cell::{Cell, Row, read_canonical, write_canonical};
use super::column::Column;

/// Takes the rows, in order.
pub struct Spooling {
    columns: &'static [Column],
    file: BufWriter<File>,
    hash: Sha256,
    rows: u64,
    line: Vec<u8>,
}

/// All rows, to be gone through as often as one likes. The file is gone when this is dropped, or the process.
pub struct Spool {
    columns: &'static [Column],
    file: File,
    rows: u64,
}

impl Spooling {
    /// Begins, with a hash that goes on over each row's canonical form and a line feed.
    ///
    /// # Errors
    /// Where the folder of temporary files (`TMPDIR`) cannot be written.
    pub fn begin(columns: &'static [Column], hash: Sha256) -> io::Result<Self> {
        let file = BufWriter::with_capacity(256 * 1024, tempfile::tempfile()?);
        Ok(Self { columns, file, hash, rows: 0, line: Vec::new() })
    }

    /// Takes the next row.
    ///
    /// # Errors
    /// Where the cells are not those of the columns, and where the disk is full.
    pub fn push(&mut self, row: &[Cell]) -> io::Result<()> {
        self.line.clear();
        write_canonical(row, self.columns, &mut self.line)?;
        self.line.push(b'\n');
        self.hash.update(&self.line);
        self.rows += 1;
        self.file.write_all(&self.line)
    }

    /// How many rows there are so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// All rows are there. Also gives the hash, to go on with.
    ///
    /// # Errors
    /// Where the disk is full.
    pub fn end(self) -> io::Result<(Spool, Sha256)> {
        let file = self.file.into_inner()?;
        Ok((Spool { columns: self.columns, file, rows: self.rows }, self.hash))
    }
}

impl Spool {
    /// The columns.
    pub fn columns(&self) -> &'static [Column] {
        self.columns
    }

    /// How many rows there are.
    pub fn len(&self) -> u64 {
        self.rows
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The rows from the first on.
    pub fn rows(&self) -> Rows<'_> {
        let file = BufReader::with_capacity(64 * 1024, FromStart { file: &self.file, at: 0 });
        Rows { columns: self.columns, file, line: String::new() }
    }
}

/// The rows of a spool, in order.
pub struct Rows<'a> {
    columns: &'static [Column],
    file: BufReader<FromStart<'a>>,
    line: String,
}

impl Iterator for Rows<'_> {
    type Item = io::Result<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        self.line.clear();
        match self.file.read_line(&mut self.line) {
            Ok(0) => None,
            Ok(_) => Some(read_canonical(self.line.trim_end_matches('\n'), self.columns)),
            Err(error) => Some(Err(error)),
        }
    }
}

/// Reads a file from its start without moving the place where others read it.
struct FromStart<'a> {
    file: &'a File,
    at: u64,
}

impl Read for FromStart<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] = &[Column::number("n", "수", "n"), Column::text("text", "글", "text")];

    #[test]
    fn rows_come_back_in_order_and_as_often_as_wanted() {
        let mut spooling = Spooling::begin(COLUMNS, Sha256::new()).unwrap();
        let rows: Vec<Row> = (0..3).map(|n| vec![Cell::Int(n), Cell::text(format!("줄\n{n}"))]).collect();
        for row in &rows {
            spooling.push(row).unwrap();
        }
        let (spool, hash) = spooling.end().unwrap();
        assert_eq!(spool.len(), 3);
        let (mut one, two) = (spool.rows(), spool.rows());
        assert_eq!(one.next().unwrap().unwrap(), rows[0]);
        assert_eq!(two.collect::<io::Result<Vec<Row>>>().unwrap(), rows);
        assert_eq!(one.next().unwrap().unwrap(), rows[1]);
        let canonical = "[0,\"줄\\n0\"]\n[1,\"줄\\n1\"]\n[2,\"줄\\n2\"]\n";
        assert_eq!(hash.finalize(), Sha256::digest(canonical));
    }
}
