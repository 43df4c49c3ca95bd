//! What an import did, in numbers and in words.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;

use sangdam_domain::event::{ImportCompleted, SkippedRows};
use sangdam_domain::value::Code;

/// How many rejections are kept to be shown; a file given for them gets all.
const SHOWN_MAX: usize = 20;

/// A row that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Its line in the file, from 1.
    pub line: u64,
    /// What is wrong.
    pub reason: String,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// What an import did: read = accepted + already present + skipped + rejected.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct ImportReport {
    /// Rows read.
    pub read: u64,
    /// Rows that became events.
    pub accepted: u64,
    /// Rows that an earlier import had brought, or that stood in the file before.
    pub already_present: u64,
    /// Rows left out on purpose, by reason.
    pub skipped: BTreeMap<Code, u64>,
    /// Rows with errors.
    pub rejected: u64,
    /// The first of them.
    pub rejections: Vec<Rejected>,
    /// Whether this very import (same file, same mapping) had been completed before.
    pub completed_before: bool,
}

impl ImportReport {
    /// Counts a row left out.
    pub fn skip(&mut self, reason: Code) {
        *self.skipped.entry(reason).or_default() += 1;
    }

    /// Counts a rejected row, and keeps or writes it.
    pub fn reject(
        &mut self,
        rejected: Rejected,
        all: Option<&mut (dyn Write + Send)>,
    ) -> std::io::Result<()> {
        self.rejected += 1;
        if let Some(out) = all {
            writeln!(out, "{rejected}")?;
        }
        if self.rejections.len() < SHOWN_MAX {
            self.rejections.push(rejected);
        }
        Ok(())
    }

    /// The numbers as the ledger keeps them.
    pub fn completed(&self) -> ImportCompleted {
        let skipped =
            self.skipped.iter().map(|(reason, rows)| SkippedRows { reason: reason.clone(), rows: *rows });
        ImportCompleted {
            read: self.read,
            accepted: self.accepted,
            already_present: self.already_present,
            skipped: skipped.collect(),
            rejected: self.rejected,
        }
    }
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for rejected in &self.rejections {
            writeln!(f, "{rejected}")?;
        }
        let more = self.rejected.saturating_sub(self.rejections.len() as u64);
        if more > 0 {
            writeln!(f, "… and {more} more; --rejected FILE writes all of them to a file")?;
        }
        writeln!(f, "read             {:>10}", self.read)?;
        writeln!(f, "accepted         {:>10}", self.accepted)?;
        writeln!(f, "already present  {:>10}", self.already_present)?;
        writeln!(f, "skipped          {:>10}", self.skipped.values().sum::<u64>())?;
        for (reason, rows) in &self.skipped {
            writeln!(f, "  {:<14} {rows:>10}", reason.as_str())?;
        }
        write!(f, "rejected         {:>10}", self.rejected)
    }
}
