//! What is kept of a consultation.

use jiff::civil::Date;
use sangdam_domain::id::{AgentId, CallId, CallbackId, CallerId, ConsultationId};
use sangdam_domain::log::{Position, Version};
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{Channel, Code, ContactReason, OpenedBy, Outcome, ResolvedBy};
use sangdam_eventstore::{Arg, Row};
use uuid::Uuid;

use crate::day::{date_of, day_number};
use crate::table::{Column, Table, code, opt_code, small};

/// How a consultation stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ConsultationStatus {
    /// It goes on.
    Open,
    /// It is settled.
    Resolved,
    /// It does not count and never did.
    Voided,
}

impl ConsultationStatus {
    /// The code as it stands in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Resolved => "resolved",
            Self::Voided => "voided",
        }
    }

    pub(crate) fn from_code(text: &str) -> Option<Self> {
        [Self::Open, Self::Resolved, Self::Voided].into_iter().find(|status| status.as_str() == text)
    }
}

/// A consultation as it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct ConsultationRow {
    /// Which one.
    pub id: ConsultationId,
    /// Where it was opened.
    pub opened_position: Position,
    /// Its latest event.
    pub last_position: Position,
    /// How many events its stream has.
    pub version: Version,
    /// When it was opened.
    pub occurred_at: Timestamp,
    /// The day on the centre's clock on which it counts.
    pub day: Date,
    /// The hour on the centre's clock, 0 to 23.
    pub hour: u8,
    /// Whose matter it is, if known.
    pub caller: Option<CallerId>,
    /// Who has it, if known.
    pub agent: Option<AgentId>,
    /// Its category, if it has one.
    pub category: Option<Code>,
    /// The taxonomy that the category is taken from.
    pub taxonomy_version: Option<u32>,
    /// Through what it came.
    pub channel: Channel,
    /// Why they called.
    pub contact_reason: ContactReason,
    /// What opened it.
    pub opened_by: OpenedBy,
    /// How it stands.
    pub status: ConsultationStatus,
    /// Who settled it, while it is.
    pub resolved_by: Option<ResolvedBy>,
    /// How it was settled, while it is.
    pub outcome: Option<Outcome>,
    /// When it was settled, while it is.
    pub resolved_at: Option<Timestamp>,
    /// When it was voided, if it was.
    pub voided_at: Option<Timestamp>,
    /// How many notes it has.
    pub notes: u32,
    /// How many transfers were asked for.
    pub transfers: u32,
    /// How many calls it went over.
    pub calls: u32,
    /// How many numbers of the directory were given.
    pub numbers_given: u32,
}

/// A consultation as a list shows it.
#[derive(Clone, PartialEq, Debug)]
pub struct ListedConsultation {
    /// Which one.
    pub id: ConsultationId,
    /// How many events its stream has, where that was asked for.
    pub version: Option<Version>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Whose matter it is, if known.
    pub caller: Option<CallerId>,
    /// Who has it, if known.
    pub agent: Option<AgentId>,
    /// Its category and the taxonomy that it is taken from, if it has one.
    pub category: Option<(Code, u32)>,
    /// Through what it came.
    pub channel: Channel,
    /// Why they called.
    pub contact_reason: ContactReason,
    /// What opened it.
    pub opened_by: OpenedBy,
    /// How it stands.
    pub status: ConsultationStatus,
}

/// Which consultations are wanted: those that meet every condition given.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ConsultationFilter {
    /// Of one of these callers (a caller and the aliases absorbed); empty for any.
    pub callers: Vec<CallerId>,
    /// Taken by this agent.
    pub agent: Option<AgentId>,
    /// In this category.
    pub category: Option<Code>,
    /// Standing so.
    pub status: Option<ConsultationStatus>,
    /// Opened on this day or later, on the centre's clock.
    pub from: Option<Date>,
    /// Opened on this day or earlier, on the centre's clock.
    pub to: Option<Date>,
}

pub(crate) const TABLE: Table = Table {
    name: "consultations",
    columns: &[
        Column::Key("log_no"),
        Column::Key("id"),
        Column::Fixed("opened_position"),
        Column::Set("last_position"),
        Column::Count("version"),
        Column::Fixed("occurred_at"),
        Column::Fixed("day"),
        Column::Fixed("hour"),
        Column::Set("caller"),
        Column::Set("agent"),
        Column::Set("category"),
        Column::Count("taxonomy_version"),
        Column::Fixed("channel"),
        Column::Set("contact_reason"),
        Column::Fixed("opened_by_call"),
        Column::Fixed("opened_by_callback"),
        Column::Set("status"),
        Column::Set("resolved_by"),
        Column::Set("outcome"),
        Column::Set("resolved_at"),
        Column::Set("voided_at"),
        Column::Count("notes"),
        Column::Count("transfers"),
        Column::Count("calls"),
        Column::Count("numbers_given"),
    ],
    since: "opened_position",
    spanned: true,
};

pub(crate) const SELECT: &str = "id, opened_position, last_position, version, occurred_at, day, hour, caller, agent, \
     category, taxonomy_version, channel, contact_reason, opened_by_call, opened_by_callback, status, resolved_by, \
     outcome, resolved_at, voided_at, notes, transfers, calls, numbers_given";

/// The index of callers holds these too: a caller's consultations lie on as many pages of the table, and on one or two of it.
pub(crate) const SELECT_LISTED: &str = "id, occurred_at, caller, agent, category, taxonomy_version, channel, \
     contact_reason, opened_by_call, opened_by_callback, status";

fn opened_by(call: CallId, callback: Option<Uuid>) -> OpenedBy {
    match callback {
        None => OpenedBy::Call { call },
        Some(callback) => OpenedBy::Callback { callback: CallbackId::from_uuid(callback), call },
    }
}

impl ListedConsultation {
    pub(crate) fn read(row: &Row) -> Result<Self, sqlx::Error> {
        let category = opt_code(row, 4, |text| Code::parse(text).ok())?;
        Ok(Self {
            id: ConsultationId::from_uuid(row.uuid(0)?),
            version: None,
            opened_at: row.time(1)?,
            caller: row.opt_uuid(2)?.map(CallerId::from_uuid),
            agent: row.opt_uuid(3)?.map(AgentId::from_uuid),
            category: category.zip(row.opt_int(5)?.map(small)),
            channel: code(row, 6, Channel::from_code)?,
            contact_reason: code(row, 7, ContactReason::from_code)?,
            opened_by: opened_by(CallId::from_uuid(row.uuid(8)?), row.opt_uuid(9)?),
            status: code(row, 10, ConsultationStatus::from_code)?,
        })
    }

    /// The same, with the version behind the other columns: it moves with every event, and is in no index.
    pub(crate) fn read_with_version(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self { version: Some(row.version(11)?), ..Self::read(row)? })
    }
}

impl ConsultationRow {
    /// Whether it counts.
    pub fn counts(&self) -> bool {
        self.status != ConsultationStatus::Voided
    }

    pub(crate) fn read(row: &Row) -> Result<Self, sqlx::Error> {
        let call = CallId::from_uuid(row.uuid(13)?);
        Ok(Self {
            id: ConsultationId::from_uuid(row.uuid(0)?),
            opened_position: row.position(1)?,
            last_position: row.position(2)?,
            version: row.version(3)?,
            occurred_at: row.time(4)?,
            day: date_of(row.int(5)?)?,
            hour: small(row.int(6)?),
            caller: row.opt_uuid(7)?.map(CallerId::from_uuid),
            agent: row.opt_uuid(8)?.map(AgentId::from_uuid),
            category: opt_code(row, 9, |text| Code::parse(text).ok())?,
            taxonomy_version: row.opt_int(10)?.map(small),
            channel: code(row, 11, Channel::from_code)?,
            contact_reason: code(row, 12, ContactReason::from_code)?,
            opened_by: opened_by(call, row.opt_uuid(14)?),
            status: code(row, 15, ConsultationStatus::from_code)?,
            resolved_by: opt_code(row, 16, ResolvedBy::from_code)?,
            outcome: opt_code(row, 17, Outcome::from_code)?,
            resolved_at: row.opt_time(18)?,
            voided_at: row.opt_time(19)?,
            notes: small(row.int(20)?),
            transfers: small(row.int(21)?),
            calls: small(row.int(22)?),
            numbers_given: small(row.int(23)?),
        })
    }

    pub(crate) fn args(&self, log_no: i64) -> Vec<Arg> {
        let (call, callback) = match self.opened_by {
            OpenedBy::Call { call } => (call, None),
            OpenedBy::Callback { callback, call } => (call, Some(callback.uuid())),
        };
        vec![
            log_no.into(),
            self.id.uuid().into(),
            self.opened_position.into(),
            self.last_position.into(),
            self.version.into(),
            self.occurred_at.into(),
            day_number(self.day).into(),
            i64::from(self.hour).into(),
            self.caller.map(CallerId::uuid).into(),
            self.agent.map(AgentId::uuid).into(),
            self.category.as_ref().map(Code::as_str).into(),
            self.taxonomy_version.map(i64::from).into(),
            self.channel.as_str().into(),
            self.contact_reason.as_str().into(),
            call.uuid().into(),
            callback.into(),
            self.status.as_str().into(),
            self.resolved_by.map(ResolvedBy::as_str).into(),
            self.outcome.map(Outcome::as_str).into(),
            self.resolved_at.into(),
            self.voided_at.into(),
            i64::from(self.notes).into(),
            i64::from(self.transfers).into(),
            i64::from(self.calls).into(),
            i64::from(self.numbers_given).into(),
        ]
    }
}
