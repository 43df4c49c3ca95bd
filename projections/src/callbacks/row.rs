//! What is kept of a callback.

use sangdam_domain::id::{AgentId, CallId, CallbackId, CallerId, ConsultationId};
use sangdam_domain::log::{Position, Version};
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{CallbackFor, CancelReason};
use sangdam_eventstore::{Arg, Row};
use uuid::Uuid;

use crate::table::{Column, Table, code, opt_code, small};

/// How a callback stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CallbackStatus {
    /// It is to be made.
    Promised,
    /// It was made.
    Completed,
    /// It will not be made.
    Cancelled,
}

impl CallbackStatus {
    /// The code as it stands in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Promised => "promised",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) fn from_code(text: &str) -> Option<Self> {
        [Self::Promised, Self::Completed, Self::Cancelled].into_iter().find(|status| status.as_str() == text)
    }
}

/// A callback as it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct CallbackRow {
    /// Which one.
    pub id: CallbackId,
    /// Where it was promised.
    pub promised_position: Position,
    /// Its latest event.
    pub last_position: Position,
    /// How many events its stream has.
    pub version: Version,
    /// When it was promised.
    pub promised_at: Timestamp,
    /// Until when it is to be made.
    pub due: Timestamp,
    /// For what.
    pub promised_for: CallbackFor,
    /// Whom to call, if known.
    pub caller: Option<CallerId>,
    /// Who promised it, if anybody.
    pub agent: Option<AgentId>,
    /// How often it was tried in vain.
    pub attempts: u32,
    /// How it stands.
    pub status: CallbackStatus,
    /// The call that kept it.
    pub kept_by: Option<CallId>,
    /// When it was completed or cancelled.
    pub closed_at: Option<Timestamp>,
    /// Why it will not be made.
    pub cancel_reason: Option<CancelReason>,
}

pub(crate) const TABLE: Table = Table {
    name: "callbacks",
    columns: &[
        Column::Key("log_no"),
        Column::Key("id"),
        Column::Fixed("promised_position"),
        Column::Set("last_position"),
        Column::Count("version"),
        Column::Fixed("promised_at"),
        Column::Fixed("due"),
        Column::Fixed("for_kind"),
        Column::Fixed("for_id"),
        Column::Set("caller"),
        Column::Set("agent"),
        Column::Count("attempts"),
        Column::Set("status"),
        Column::Set("kept_by_call"),
        Column::Set("closed_at"),
        Column::Set("cancel_reason"),
    ],
    since: "promised_position",
    spanned: true,
};

pub(crate) const SELECT: &str = "id, promised_position, last_position, version, promised_at, due, for_kind, for_id, \
     caller, agent, attempts, status, kept_by_call, closed_at, cancel_reason";

impl CallbackRow {
    pub(crate) fn read(row: &Row) -> Result<Self, sqlx::Error> {
        let for_id = row.uuid(7)?;
        Ok(Self {
            id: CallbackId::from_uuid(row.uuid(0)?),
            promised_position: row.position(1)?,
            last_position: row.position(2)?,
            version: row.version(3)?,
            promised_at: row.time(4)?,
            due: row.time(5)?,
            promised_for: code(row, 6, |kind| promised_for(kind, for_id))?,
            caller: row.opt_uuid(8)?.map(CallerId::from_uuid),
            agent: row.opt_uuid(9)?.map(AgentId::from_uuid),
            attempts: small(row.int(10)?),
            status: code(row, 11, CallbackStatus::from_code)?,
            kept_by: row.opt_uuid(12)?.map(CallId::from_uuid),
            closed_at: row.opt_time(13)?,
            cancel_reason: opt_code(row, 14, CancelReason::from_code)?,
        })
    }

    pub(crate) fn args(&self, log_no: i64) -> Vec<Arg> {
        let (for_kind, for_id) = match self.promised_for {
            CallbackFor::Consultation { consultation } => ("consultation", consultation.uuid()),
            CallbackFor::MissedCall { call } => ("missed_call", call.uuid()),
        };
        vec![
            log_no.into(),
            self.id.uuid().into(),
            self.promised_position.into(),
            self.last_position.into(),
            self.version.into(),
            self.promised_at.into(),
            self.due.into(),
            for_kind.into(),
            for_id.into(),
            self.caller.map(CallerId::uuid).into(),
            self.agent.map(AgentId::uuid).into(),
            i64::from(self.attempts).into(),
            self.status.as_str().into(),
            self.kept_by.map(CallId::uuid).into(),
            self.closed_at.into(),
            self.cancel_reason.map(CancelReason::as_str).into(),
        ]
    }
}

fn promised_for(kind: &str, id: Uuid) -> Option<CallbackFor> {
    match kind {
        "consultation" => Some(CallbackFor::Consultation { consultation: ConsultationId::from_uuid(id) }),
        "missed_call" => Some(CallbackFor::MissedCall { call: CallId::from_uuid(id) }),
        _ => None,
    }
}
