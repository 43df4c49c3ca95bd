//! The log, the centre, its rules, and imports.

use serde::{Deserialize, Serialize};

use jiff::civil::{Date, Time};

use crate::value::{Code, CountingRule, DisplayText, Sha256Hex, Weekday};

/// A log begins. Position 1 of every log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LogOpened {
    /// The log's name.
    pub log: crate::log::LogId,
}

/// A call centre keeps this ledger.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CentreRegistered {
    /// Its name.
    pub name: DisplayText,
    /// Its first day.
    pub opened_on: Date,
    /// IANA time zone in which its days are counted.
    pub time_zone: DisplayText,
    /// The first day from which this ledger holds every call.
    pub records_complete_from: Date,
}

/// What was handled in a year before the ledger's own records.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct LegacyBalanceDeclared {
    /// The year.
    pub year: i16,
    /// How many, or not known.
    pub balance: LegacyBalance,
    /// The document that says so.
    pub source: DisplayText,
}

/// What is counted, from now on, under this version.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CountingDefinitionPublished {
    /// 1, 2, 3, …
    pub counting_version: u32,
    /// What counts.
    pub rule: CountingRule,
    /// The rule in words.
    pub description: DisplayText,
}

/// The opening hours, under this version.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OperatingCalendarPublished {
    /// 1, 2, 3, …
    pub calendar_version: u32,
    /// The first day it is in force; it ends where the next one begins.
    pub valid_from: Date,
    /// IANA time zone of the hours.
    pub time_zone: DisplayText,
    /// When it is open, by day of the week.
    pub weekly_hours: Vec<OpenHours>,
    /// Days on which it is closed.
    pub holidays: Vec<Holiday>,
}

/// The categories, under this version.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CategoryTaxonomyPublished {
    /// 1, 2, 3, …
    pub taxonomy_version: u32,
    /// All categories.
    pub categories: Vec<Category>,
}

/// An import began.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ImportStarted {
    /// `csv`, `queue-log`, `cdr-csv`.
    pub format: Code,
    /// Where the records come from.
    pub source: Code,
    /// SHA-256 of the file.
    pub file_sha256: Sha256Hex,
    /// SHA-256 of the mapping.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping_sha256: Option<Sha256Hex>,
}

/// An import ended: read = accepted + already present + skipped + rejected.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ImportCompleted {
    /// Rows read.
    pub read: u64,
    /// Rows that became events.
    pub accepted: u64,
    /// Rows that an earlier import had brought.
    pub already_present: u64,
    /// Rows left out on purpose, by reason.
    pub skipped: Vec<SkippedRows>,
    /// Rows with errors.
    pub rejected: u64,
}

/// What was handled before the ledger's own records.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LegacyBalance {
    /// So many.
    Known {
        /// How many consultations.
        consultations: u64,
    },
    /// Nobody knows. It is not 0.
    Unknown,
}

/// When the centre is open on a day of the week.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OpenHours {
    /// The day.
    pub weekday: Weekday,
    /// The first open moment.
    pub opens: Time,
    /// The first closed moment; 00:00 means the end of the day.
    pub closes: Time,
}

/// A day on which the centre is closed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Holiday {
    /// The day.
    pub date: Date,
    /// Its name.
    pub name: DisplayText,
}

/// One category of the taxonomy.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Category {
    /// Its code.
    pub code: Code,
    /// Its name in Korean.
    pub name_ko: DisplayText,
    /// Its name in English.
    pub name_en: DisplayText,
}

/// How many rows of an import were left out on purpose, for one reason.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SkippedRows {
    /// The reason, as the mapping names it.
    pub reason: Code,
    /// How many.
    pub rows: u64,
}
