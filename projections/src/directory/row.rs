//! What is kept of the directory.

use sangdam_domain::event::DirectoryListing;
use sangdam_domain::id::{ConsultationId, DirectoryEntryId};
use sangdam_domain::log::{Position, Version};
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{Code, DialledNumber, DisplayText};
use sangdam_eventstore::{Arg, Row, args};
use uuid::Uuid;

use crate::page::Cursor;
use crate::table::{Column, Table, code, opt_code, small};

/// An entry of the directory as it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct EntryRow {
    /// Which one.
    pub id: DirectoryEntryId,
    /// Where it was added.
    pub added_position: Position,
    /// Its latest event.
    pub last_position: Position,
    /// How many events its stream has.
    pub version: Version,
    /// How often it was changed, and one.
    pub entry_version: u32,
    /// What it says.
    pub listing: DirectoryListing,
    /// Since when the number is no longer given.
    pub retired_at: Option<Timestamp>,
}

/// How often an entry's number was given.
#[derive(Clone, PartialEq, Debug)]
pub struct RankRow {
    /// 1 for the one given most often.
    pub rank: u32,
    /// The entry, as it stands now.
    pub entry: EntryRow,
    /// How often its number was given; what was given in a voided consultation does not count.
    pub given: u64,
    /// How often it was asked for; in the same way.
    pub asked_for: u64,
}

/// What is said of a number in a consultation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// The caller was given it.
    Given,
    /// The caller asked for it.
    AskedFor,
}

impl Act {
    /// The code in tables; the column of the days has the same name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::AskedFor => "asked_for",
        }
    }

    pub(crate) fn from_code(code: &str) -> Option<Self> {
        [Self::Given, Self::AskedFor].into_iter().find(|act| act.as_str() == code)
    }
}

/// A number that was given or asked for in a consultation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mention {
    /// Which event says so.
    pub position: Position,
    /// When.
    pub occurred_at: Timestamp,
    /// In which consultation.
    pub consultation: ConsultationId,
    /// Whose number.
    pub entry: DirectoryEntryId,
    /// The entry's version that it was of.
    pub entry_version: u32,
    /// Given, or asked for.
    pub act: Act,
    /// The day on the centre's calendar, as the number YYYYMMDD.
    pub(crate) day: i64,
    /// Whether the consultation was voided, so that it does not count.
    pub(crate) voided: bool,
}

pub(crate) const ENTRIES: Table = Table {
    name: "directory_entries",
    columns: &[
        Column::Key("log_no"),
        Column::Key("id"),
        Column::Fixed("added_position"),
        Column::Set("last_position"),
        Column::Set("version"),
        Column::Set("entry_version"),
        Column::Set("organisation"),
        Column::Set("department"),
        Column::Set("duties"),
        Column::Set("phone"),
        Column::Set("hours"),
        Column::Set("category"),
        Column::Set("retired_at"),
    ],
    since: "added_position",
    spanned: false,
};

pub(crate) const NUMBERS_GIVEN: Table = Table {
    name: "numbers_given",
    columns: &[
        Column::Key("log_no"),
        Column::Key("position"),
        Column::Fixed("consultation"),
        Column::Fixed("entry"),
        Column::Fixed("entry_version"),
        Column::Fixed("day"),
        Column::Fixed("act"),
        Column::Fixed("occurred_at"),
        Column::Count("voided"),
    ],
    since: "position",
    spanned: true,
};

pub(crate) const NUMBER_DAYS: Table = Table {
    name: "number_days",
    columns: &[
        Column::Key("log_no"),
        Column::Key("day"),
        Column::Key("entry"),
        Column::Fixed("since_position"),
        Column::Count("given"),
        Column::Count("asked_for"),
    ],
    since: "since_position",
    spanned: false,
};

pub(crate) const SELECT_MENTION: &str =
    "position, consultation, entry, entry_version, day, act, occurred_at, voided";

pub(crate) const SELECT: &str = "id, added_position, last_position, version, entry_version, organisation, department, \
     duties, phone, hours, category, retired_at";

impl EntryRow {
    pub(crate) fn read(row: &Row) -> Result<Self, sqlx::Error> {
        let text = |text: &str| DisplayText::parse(text).ok();
        Ok(Self {
            id: DirectoryEntryId::from_uuid(row.uuid(0)?),
            added_position: row.position(1)?,
            last_position: row.position(2)?,
            version: row.version(3)?,
            entry_version: small(row.int(4)?),
            listing: DirectoryListing {
                organisation: code(row, 5, text)?,
                department: code(row, 6, text)?,
                duties: code(row, 7, text)?,
                phone: code(row, 8, |text| DialledNumber::parse(text).ok())?,
                hours: opt_code(row, 9, text)?,
                category: opt_code(row, 10, |text| Code::parse(text).ok())?,
            },
            retired_at: row.opt_time(11)?,
        })
    }

    pub(crate) fn args(&self, log_no: i64) -> Vec<Arg> {
        vec![
            log_no.into(),
            self.id.uuid().into(),
            self.added_position.into(),
            self.last_position.into(),
            self.version.into(),
            i64::from(self.entry_version).into(),
            self.listing.organisation.as_str().into(),
            self.listing.department.as_str().into(),
            self.listing.duties.as_str().into(),
            self.listing.phone.as_str().into(),
            self.listing.hours.as_ref().map(DisplayText::as_str).into(),
            self.listing.category.as_ref().map(Code::as_str).into(),
            self.retired_at.into(),
        ]
    }
}

impl Mention {
    /// Its place in the order of time: its position stands for an id.
    pub fn cursor(&self) -> Cursor {
        Cursor { at: self.occurred_at, id: Uuid::from_u128(self.position.get().into()) }
    }

    pub(crate) fn position_in(id: Uuid) -> i64 {
        i64::try_from(id.as_u128()).unwrap_or(i64::MAX)
    }

    pub(crate) fn read(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            position: row.position(0)?,
            consultation: ConsultationId::from_uuid(row.uuid(1)?),
            entry: DirectoryEntryId::from_uuid(row.uuid(2)?),
            entry_version: small(row.int(3)?),
            day: row.int(4)?,
            act: code(row, 5, Act::from_code)?,
            occurred_at: row.time(6)?,
            voided: row.flag(7)?,
        })
    }

    pub(crate) fn args(&self, log_no: i64) -> Vec<Arg> {
        args![
            log_no,
            self.position,
            self.consultation.uuid(),
            self.entry.uuid(),
            i64::from(self.entry_version),
            self.day,
            self.act.as_str(),
            self.occurred_at,
            self.voided
        ]
    }
}
