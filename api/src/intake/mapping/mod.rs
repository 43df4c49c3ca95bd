//! The mapping: a TOML file that says what the columns of somebody's call records mean. `docs/import.md` describes it.

mod check;

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use sangdam_domain::value::{Code, Direction};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// What the columns of a CSV file of calls mean.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The version of this format: 1.
    pub version: u32,
    /// Where the records come from. Part of every row's key.
    pub source: Code,
    /// How the file is written.
    #[serde(default)]
    pub file: FileSpec,
    /// Facts with which the centre is registered if the ledger does not know it yet.
    pub centre: Option<CentreSpec>,
    /// How dates and times are written.
    pub time: TimeSpec,
    /// What makes a row unique.
    pub key: KeySpec,
    /// The call itself.
    pub call: CallSpec,
    /// Which rows were answered, abandoned, or are left out.
    pub outcome: OutcomeSpec,
    /// When an answered call was answered.
    pub answered: AnsweredSpec,
    /// When an abandoned call was abandoned.
    pub abandoned: AbandonedSpec,
    /// When an answered call ended.
    #[serde(default)]
    pub ended: EndedSpec,
    /// SHA-256 of the file that this mapping was read from.
    #[serde(skip)]
    pub sha256: [u8; 32],
}

/// `[file]`: how the file is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FileSpec {
    /// `comma`, `tab`, `semicolon`, `pipe`, or one ASCII character.
    pub delimiter: String,
    /// Whether `"` quotes fields.
    pub quotes: bool,
    /// Whether the last line must end with a line break; if not so, it is taken for cut off.
    pub final_line_break: bool,
}

impl Default for FileSpec {
    fn default() -> Self {
        Self { delimiter: "comma".to_owned(), quotes: true, final_line_break: true }
    }
}

/// `[centre]`: facts with which a centre is registered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CentreSpec {
    /// Its name.
    pub name: String,
    /// IANA time zone in which its days are counted.
    pub time_zone: String,
    /// Its first day.
    pub opened_on: Date,
    /// The first day from which the records hold every call.
    pub records_complete_from: Date,
    /// When it is open.
    pub hours: Hours,
}

/// When a centre is open.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Hours {
    /// `"around the clock"`.
    Word(String),
    /// By day of the week: `monday = ["08:30-18:30"]`.
    Weekly(BTreeMap<String, Vec<String>>),
}

/// `[time]`: how dates and times are written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeSpec {
    /// IANA time zone of the local times in the file.
    pub zone: String,
    /// How a date is written (strptime).
    #[serde(default = "date_format")]
    pub date: String,
    /// How a time of day is written (strptime).
    #[serde(default = "time_format")]
    pub time: String,
    /// How a date with its time is written (strptime).
    #[serde(default = "datetime_format")]
    pub datetime: String,
    /// A time of day that is earlier than the offer's by more than this belongs to the next day.
    #[serde(default = "next_day")]
    pub next_day_if_earlier_by_seconds: u32,
}

fn date_format() -> String {
    "%Y-%m-%d".to_owned()
}

fn time_format() -> String {
    "%H:%M:%S".to_owned()
}

fn datetime_format() -> String {
    "%Y-%m-%d %H:%M:%S".to_owned()
}

const fn next_day() -> u32 {
    3600
}

/// `[key]`: what makes a row unique within its source.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeySpec {
    /// The columns.
    pub columns: Vec<String>,
}

/// `[call]`: the call itself.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallSpec {
    /// Which way calls went.
    #[serde(default = "inbound")]
    pub direction: DirectionSpec,
    /// When the call was offered.
    pub offered: MomentSpec,
    /// The queue it waited in.
    pub queue: Option<QueueSpec>,
    /// The number dialled.
    pub dialled: Option<ValueSpec>,
    /// The source's own id of the caller.
    pub caller: Option<ValueSpec>,
    /// The source's own name of the agent.
    pub agent: Option<ValueSpec>,
    /// Columns that together are the call's id in the source.
    #[serde(default)]
    pub reference: Vec<String>,
}

const fn inbound() -> DirectionSpec {
    DirectionSpec::All(Direction::Inbound)
}

/// Which way calls went: one word for all, or a column that says so.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum DirectionSpec {
    /// All the same way.
    All(Direction),
    /// As a column says.
    Column {
        /// The column.
        column: String,
        /// What it says of an inbound call.
        inbound: Vec<String>,
        /// What it says of an outbound call.
        outbound: Vec<String>,
    },
}

/// The queue that a call waited in: one code for all, or by a column.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueueSpec {
    /// One code for all.
    pub code: Option<Code>,
    /// A column that tells the queue.
    pub column: Option<String>,
    /// The queue's code, by what the column says.
    #[serde(default)]
    pub codes: BTreeMap<String, Code>,
    /// The call waited if all of these hold.
    #[serde(default)]
    pub when: Vec<Condition>,
}

/// A column's value, and what in it means that there is none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueSpec {
    /// The column.
    pub column: String,
    /// Values that mean none. An empty field always does.
    #[serde(default)]
    pub none: Vec<String>,
}

/// `[outcome]`: which rows were answered, abandoned, or are left out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeSpec {
    /// The column.
    pub column: String,
    /// What it says of an answered call.
    pub answered: Vec<String>,
    /// What it says of an abandoned one.
    pub abandoned: Vec<String>,
    /// What it says of rows to leave out, each with the reason's code.
    #[serde(default)]
    pub skip: BTreeMap<String, Code>,
}

/// `[answered]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnsweredSpec {
    /// When: the first that applies.
    pub at: Vec<MomentSpec>,
    /// A column with the seconds from the offer to the answer; without it, the difference is taken.
    pub wait_seconds: Option<String>,
}

/// `[abandoned]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AbandonedSpec {
    /// When: the first that applies.
    pub at: Vec<MomentSpec>,
    /// A column with the seconds from the offer to the hang-up; without it, the difference is taken.
    pub wait_seconds: Option<String>,
}

/// `[ended]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndedSpec {
    /// When: the first that applies. If none does, the end is not known.
    #[serde(default)]
    pub at: Vec<MomentSpec>,
    /// A column with the seconds from the answer to the end; without it, the difference is taken.
    pub talk_seconds: Option<String>,
}

/// A moment: exactly one of `datetime`, `time` (with or without `date`) and `seconds_after_offer`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MomentSpec {
    /// A column with a date and a time.
    pub datetime: Option<String>,
    /// A column with a date.
    pub date: Option<String>,
    /// A column with a time of day; without `date`, on the day of the offer or the next.
    pub time: Option<String>,
    /// A column with the seconds from the offer.
    pub seconds_after_offer: Option<String>,
    /// It applies only if all of these hold.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// It does not apply if all of these hold.
    #[serde(default)]
    pub unless: Vec<Condition>,
}

/// A condition on a column: exactly one of `is`, `is_not` and `above`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The column.
    pub column: String,
    /// It says one of these.
    pub is: Option<Vec<String>>,
    /// It says none of these.
    pub is_not: Option<Vec<String>>,
    /// It is a whole number above this.
    pub above: Option<i64>,
}

/// A mapping that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// It is no TOML, or not of this shape. The message tells line and column.
    #[error("the mapping cannot be read: {0}")]
    Shape(#[from] toml::de::Error),
    /// It contradicts itself.
    #[error("the mapping's `{field}`: {problem}")]
    Field {
        /// Which field.
        field: String,
        /// What is wrong, and what was expected.
        problem: String,
    },
}

impl Mapping {
    /// Reads and checks a mapping.
    pub fn parse(text: &str) -> Result<Self, MappingError> {
        let mut mapping: Self = toml::from_str(text)?;
        mapping.sha256 = Sha256::digest(text.as_bytes()).into();
        mapping.check()?;
        Ok(mapping)
    }

    /// The delimiter as a byte.
    pub fn delimiter(&self) -> Result<u8, MappingError> {
        match self.file.delimiter.as_str() {
            "comma" => Ok(b','),
            "tab" => Ok(b'\t'),
            "semicolon" => Ok(b';'),
            "pipe" => Ok(b'|'),
            other => match other.as_bytes() {
                [byte] if byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b"\"\r\n".contains(byte) => {
                    Ok(*byte)
                }
                _ => Err(check::wrong(
                    "file.delimiter",
                    format!("`{other}` is none of comma, tab, semicolon, pipe, or one ASCII character"),
                )),
            },
        }
    }

    /// The zone of the local times in the file.
    pub fn zone(&self) -> Result<TimeZone, MappingError> {
        check::zone("time.zone", &self.time.zone)
    }
}
