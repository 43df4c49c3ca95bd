//! The telephone directory and its printed editions.

use serde::{Deserialize, Serialize};

use jiff::civil::Date;

use crate::id::DirectoryEntryId;
use crate::log::Position;
use crate::value::{Code, DialledNumber, DisplayText};

/// A number is in the directory, at version 1.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DirectoryEntryAdded {
    /// What the entry says.
    pub listing: DirectoryListing,
}

/// The entry says something else now.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DirectoryEntryChanged {
    /// All that it says.
    pub listing: DirectoryListing,
    /// 2, 3, …
    pub entry_version: u32,
}

/// The number is no longer given.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DirectoryEntryRetired {}

/// An edition was frozen for print.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DirectoryEditionPublished {
    /// 1, 2, 3, …
    pub edition: u32,
    /// First day of the period ranked.
    pub from: Date,
    /// Last day of the period ranked.
    pub to: Date,
    /// The entries, most often given first.
    pub entries: Vec<EditionEntry>,
    /// The position at which they were counted.
    pub as_of: Position,
}

/// What an entry of the directory says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DirectoryListing {
    /// The organisation: the county, a town office, a related agency.
    pub organisation: DisplayText,
    /// The department or team.
    pub department: DisplayText,
    /// What it is in charge of.
    pub duties: DisplayText,
    /// Its number.
    pub phone: DialledNumber,
    /// When it can be reached, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<DisplayText>,
    /// The category of need that it serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Code>,
}

/// One line of a printed edition.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EditionEntry {
    /// The entry.
    pub entry: DirectoryEntryId,
    /// Its version as printed.
    pub entry_version: u32,
    /// How often it was given in the period.
    pub count: u64,
}
