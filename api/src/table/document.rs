//! What every format is made from.

use std::sync::Arc;

use sangdam_domain::calendar::Zone;
use sangdam_domain::time::Timestamp;

use super::cell::Row;
use super::column::Column;
use super::spool::Spool;
use super::words::{Language, Words};

/// What a table is called.
#[derive(Clone, Copy, Debug)]
pub struct Name {
    /// By programs: `years`.
    pub key: &'static str,
    /// By people.
    pub words: Words,
}

impl Name {
    /// A name.
    pub const fn new(key: &'static str, ko: &'static str, en: &'static str) -> Self {
        Self { key, words: Words::new(ko, en) }
    }
}

/// A table of few rows, which stands beside the one of many.
#[derive(Clone, Debug)]
pub struct Aside {
    /// What it is called.
    pub name: Name,
    /// Its columns.
    pub columns: &'static [Column],
    /// Its rows.
    pub rows: Vec<Row>,
    /// How many of the columns, the first ones, tell the rows apart; rows come in the order of these cells. 0 where there is
    /// always one row: JSON says it as an object, not as a list of them.
    pub keys: usize,
}

/// Which shape a chart has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChartKind {
    /// Upright bars.
    Columns,
    /// Bars lying down, for names that are long.
    Bars,
    /// Lines.
    Lines,
}

/// What is drawn of a table.
#[derive(Clone, Copy, Debug)]
pub struct Chart {
    /// How.
    pub kind: ChartKind,
    /// The table that it is drawn from, by key.
    pub table: &'static str,
    /// The column of what is compared, by key.
    pub category: &'static str,
    /// The columns that are drawn, by key.
    pub series: &'static [&'static str],
    /// At most so many rows are drawn.
    pub rows_max: usize,
}

/// A word and what it means.
#[derive(Clone, Debug)]
pub struct Note {
    /// The word.
    pub term: String,
    /// What it means.
    pub meaning: String,
}

/// What a document says of itself, so that it can be checked later.
#[derive(Clone, Debug)]
pub struct Stamp {
    /// What it says, in order.
    pub fields: Vec<StampField>,
    /// The moment that files are dated by.
    pub dated: Timestamp,
}

/// One thing that a document says of itself.
#[derive(Clone, Debug)]
pub struct StampField {
    /// What it is called.
    pub name: StampName,
    /// What it is.
    pub value: StampValue,
}

/// What a thing that documents say of themselves is called.
#[derive(Clone, Copy, Debug)]
pub struct StampName {
    /// By programs.
    pub key: &'static str,
    /// By people.
    pub words: Words,
    /// CSV says it in each row, in this place among the trailing columns; JSON says it at the top, too.
    pub trailing: Option<u8>,
}

impl StampName {
    /// A name; `trailing` as in the field.
    pub const fn new(key: &'static str, ko: &'static str, en: &'static str, trailing: Option<u8>) -> Self {
        Self { key, words: Words::new(ko, en), trailing }
    }

    /// What it is called in a language, or by programs.
    pub const fn heading(&self, language: Option<Language>) -> &'static str {
        match language {
            None => self.key,
            Some(language) => self.words.pick(language),
        }
    }
}

/// What a stamp says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StampValue {
    /// A text.
    Text(String),
    /// A whole number.
    Number(u64),
}

impl std::fmt::Display for StampValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
        }
    }
}

impl Stamp {
    /// What CSV says in each row, in its order.
    pub fn trailing(&self) -> Vec<&StampField> {
        let mut fields: Vec<&StampField> =
            self.fields.iter().filter(|field| field.name.trailing.is_some()).collect();
        fields.sort_by_key(|field| field.name.trailing);
        fields
    }
}

/// Everything that a format writes.
#[derive(Clone)]
pub struct Document {
    /// The language asked for. `None` writes what programs call things, where a format is for programs, and Korean
    /// where it is for people.
    pub language: Option<Language>,
    /// The clock that people read moments on.
    pub zone: Zone,
    /// Its zone's name.
    pub zone_name: String,
    /// What it is called.
    pub title: String,
    /// What stands beneath the title.
    pub lines: Vec<String>,
    /// The name of the table of many rows.
    pub name: Name,
    /// Its rows.
    pub rows: Arc<Spool>,
    /// Tables beside it.
    pub asides: Vec<Aside>,
    /// What is drawn.
    pub chart: Option<Chart>,
    /// Definitions.
    pub notes: Vec<Note>,
    /// What it says of itself.
    pub stamp: Stamp,
}

impl Document {
    /// The language of a format for people.
    pub fn reader(&self) -> Language {
        self.language.unwrap_or(Language::Ko)
    }
}
