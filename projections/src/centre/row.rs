//! What is kept of a centre.

use jiff::civil::Date;
use sangdam_domain::log::Position;
use sangdam_eventstore::{Arg, Row, args};

use crate::table::{Column, Table, small};

/// A centre's particulars.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CentreFacts {
    /// Its name.
    pub name: String,
    /// IANA time zone in which its days are counted.
    pub time_zone: String,
    /// Its first day.
    pub opened_on: Date,
    /// The first day from which the ledger holds every call.
    pub records_complete_from: Date,
    /// Where it was registered.
    pub position: Position,
    /// What it handled in the years before its records, as far as it was declared, in order.
    pub legacy: Vec<LegacyYear>,
}

/// What was handled in a year before the ledger's records.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LegacyYear {
    /// The year.
    pub year: i16,
    /// How many consultations; `None` where it is not known.
    pub consultations: Option<u64>,
    /// The document that says so.
    pub source: String,
    /// Where it was declared last.
    pub position: Position,
}

impl CentreFacts {
    /// The years from the opening to the beginning of the complete records (that year too, unless they begin with it)
    /// of which no count is known.
    pub fn unknown_years(&self) -> Vec<i16> {
        let complete = self.records_complete_from;
        if complete <= self.opened_on {
            return Vec::new();
        }
        let last = complete.year() - i16::from(complete.day_of_year() == 1);
        let known = |year: i16| {
            self.legacy.iter().any(|declared| declared.year == year && declared.consultations.is_some())
        };
        (self.opened_on.year()..=last).filter(|year| !known(*year)).collect()
    }
}

pub(crate) const CENTRES: Table = Table {
    name: "centres",
    columns: &[
        Column::Key("log_no"),
        Column::Fixed("position"),
        Column::Fixed("name"),
        Column::Fixed("time_zone"),
        Column::Fixed("opened_on"),
        Column::Fixed("records_complete_from"),
    ],
    since: "position",
    spanned: false,
};

pub(crate) const RULES: Table = Table {
    name: "centre_rules",
    columns: &[
        Column::Key("log_no"),
        Column::Key("kind"),
        Column::Key("rule_version"),
        Column::Fixed("position"),
        Column::Fixed("occurred_at"),
        Column::Fixed("body"),
    ],
    since: "position",
    spanned: false,
};

pub(crate) const LEGACY: Table = Table {
    name: "legacy_balances",
    columns: &[
        Column::Key("log_no"),
        Column::Key("year"),
        Column::Fixed("since_position"),
        Column::Set("position"),
        Column::Set("consultations"),
        Column::Set("source"),
    ],
    since: "since_position",
    spanned: false,
};

/// What a year's row holds.
#[derive(Clone)]
pub(crate) struct LegacyRow {
    pub year: i16,
    /// Where the year was declared first.
    pub since: Position,
    /// Where it was declared last.
    pub position: Position,
    pub consultations: Option<i64>,
    pub source: String,
}

pub(crate) const SELECT_LEGACY: &str = "year, since_position, position, consultations, source";

impl LegacyRow {
    pub(crate) fn read(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            year: small(row.int(0)?),
            since: row.position(1)?,
            position: row.position(2)?,
            consultations: row.opt_int(3)?,
            source: row.text(4)?.to_owned(),
        })
    }

    pub(crate) fn args(&self, log_no: i64) -> Vec<Arg> {
        let year = i64::from(self.year);
        args![log_no, year, self.since, self.position, self.consultations, self.source.as_str()]
    }
}
