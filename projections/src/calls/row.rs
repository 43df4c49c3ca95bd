//! What is kept of a call.

use jiff::civil::Date;
use sangdam_domain::id::{AgentId, CallId, CallerId, ConsultationId};
use sangdam_domain::log::{Position, Version};
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{Code, DialledNumber, Direction, EndedBy, Evidence, NoConsultationReason};
use sangdam_eventstore::{Arg, Row};

use crate::day::{date_of, day_number};
use crate::table::{Column, Table, code, opt_code, small};

/// How a call stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CallStatus {
    /// It rings, or waits.
    Offered,
    /// An agent answered; it goes on.
    Answered,
    /// The caller hung up before anybody answered.
    Abandoned,
    /// It left its queue without an answer or a hang-up.
    LeftQueue,
    /// It is over.
    Ended,
}

impl CallStatus {
    /// The code as it stands in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Answered => "answered",
            Self::Abandoned => "abandoned",
            Self::LeftQueue => "left_queue",
            Self::Ended => "ended",
        }
    }

    pub(crate) fn from_code(text: &str) -> Option<Self> {
        let all = [Self::Offered, Self::Answered, Self::Abandoned, Self::LeftQueue, Self::Ended];
        all.into_iter().find(|status| status.as_str() == text)
    }
}

/// A call as it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct CallRow {
    /// Which one.
    pub id: CallId,
    /// Where it was offered.
    pub offered_position: Position,
    /// Its latest event.
    pub last_position: Position,
    /// How many events its stream has.
    pub version: Version,
    /// When it was offered.
    pub offered_at: Timestamp,
    /// The day on the centre's clock on which it counts.
    pub day: Date,
    /// The hour on the centre's clock, 0 to 23.
    pub hour: u8,
    /// Which way it went.
    pub direction: Direction,
    /// Whose it is, if known.
    pub caller: Option<CallerId>,
    /// Who answered, if known.
    pub agent: Option<AgentId>,
    /// The number dialled.
    pub dialled: Option<DialledNumber>,
    /// The queue it waited in.
    pub queue: Option<Code>,
    /// How the offer is known.
    pub evidence: Evidence,
    /// How it stands.
    pub status: CallStatus,
    /// Whether it was offered within the opening hours.
    pub in_hours: bool,
    /// Whether the line broke.
    pub dropped: bool,
    /// From the offer to the answer or the hang-up.
    pub wait_seconds: Option<u32>,
    /// From the answer to the end.
    pub talk_seconds: Option<u32>,
    /// When it was answered, if it was.
    pub answered_at: Option<Timestamp>,
    /// When it was over, if it is.
    pub ended_at: Option<Timestamp>,
    /// Who ended it.
    pub ended_by: Option<EndedBy>,
    /// The consultation that it belongs to.
    pub consultation: Option<ConsultationId>,
    /// When the line broke, as far as it was told.
    pub dropped_at: Option<Timestamp>,
    /// Why it needed no consultation, if somebody said so.
    pub no_consultation: Option<NoConsultationReason>,
}

/// Which calls are wanted: those that meet every condition given.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct CallFilter {
    /// Of one of these callers (a caller and the aliases absorbed); empty for any.
    pub callers: Vec<CallerId>,
    /// Answered by this agent.
    pub agent: Option<AgentId>,
    /// Standing so.
    pub status: Option<CallStatus>,
    /// Going this way.
    pub direction: Option<Direction>,
    /// Offered on this day or later, on the centre's clock.
    pub from: Option<Date>,
    /// Offered on this day or earlier, on the centre's clock.
    pub to: Option<Date>,
}

pub(crate) const TABLE: Table = Table {
    name: "calls",
    columns: &[
        Column::Key("log_no"),
        Column::Key("id"),
        Column::Fixed("offered_position"),
        Column::Set("last_position"),
        Column::Count("version"),
        Column::Fixed("offered_at"),
        Column::Fixed("day"),
        Column::Fixed("hour"),
        Column::Fixed("direction"),
        Column::Set("caller"),
        Column::Set("agent"),
        Column::Fixed("dialled"),
        Column::Fixed("queue"),
        Column::Fixed("evidence"),
        Column::Set("status"),
        Column::Count("in_hours"),
        Column::Count("dropped"),
        Column::Count("wait_seconds"),
        Column::Count("talk_seconds"),
        Column::Set("answered_at"),
        Column::Set("ended_at"),
        Column::Set("ended_by"),
        Column::Set("consultation"),
        Column::Set("dropped_at"),
        Column::Set("no_consultation"),
        Column::Count("unaccounted"),
    ],
    since: "offered_position",
    spanned: true,
};

pub(crate) const SELECT: &str = "id, offered_position, last_position, version, offered_at, day, hour, direction, caller, \
     agent, dialled, queue, evidence, status, in_hours, dropped, wait_seconds, talk_seconds, answered_at, ended_at, \
     ended_by, consultation, dropped_at, no_consultation";

impl CallRow {
    /// Whether somebody called and was answered, and neither a consultation nor a reason why there is none says what about.
    /// What a consultation says holds also after it was voided: that had a reason, too.
    pub fn is_unaccounted(&self) -> bool {
        self.direction == Direction::Inbound
            && self.answered_at.is_some()
            && self.consultation.is_none()
            && self.no_consultation.is_none()
    }

    /// When the line broke: it may be told after the end.
    pub fn line_broke_at(&self) -> Option<Timestamp> {
        self.dropped_at.map(|told_at| self.ended_at.map_or(told_at, |ended_at| told_at.min(ended_at)))
    }

    pub(crate) fn read(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: CallId::from_uuid(row.uuid(0)?),
            offered_position: row.position(1)?,
            last_position: row.position(2)?,
            version: row.version(3)?,
            offered_at: row.time(4)?,
            day: date_of(row.int(5)?)?,
            hour: small(row.int(6)?),
            direction: code(row, 7, Direction::from_code)?,
            caller: row.opt_uuid(8)?.map(CallerId::from_uuid),
            agent: row.opt_uuid(9)?.map(AgentId::from_uuid),
            dialled: opt_code(row, 10, |text| DialledNumber::parse(text).ok())?,
            queue: opt_code(row, 11, |text| Code::parse(text).ok())?,
            evidence: code(row, 12, Evidence::from_code)?,
            status: code(row, 13, CallStatus::from_code)?,
            in_hours: row.flag(14)?,
            dropped: row.flag(15)?,
            wait_seconds: row.opt_int(16)?.map(small),
            talk_seconds: row.opt_int(17)?.map(small),
            answered_at: row.opt_time(18)?,
            ended_at: row.opt_time(19)?,
            ended_by: opt_code(row, 20, EndedBy::from_code)?,
            consultation: row.opt_uuid(21)?.map(ConsultationId::from_uuid),
            dropped_at: row.opt_time(22)?,
            no_consultation: opt_code(row, 23, NoConsultationReason::from_code)?,
        })
    }

    pub(crate) fn args(&self, log_no: i64) -> Vec<Arg> {
        vec![
            log_no.into(),
            self.id.uuid().into(),
            self.offered_position.into(),
            self.last_position.into(),
            self.version.into(),
            self.offered_at.into(),
            day_number(self.day).into(),
            i64::from(self.hour).into(),
            self.direction.as_str().into(),
            self.caller.map(CallerId::uuid).into(),
            self.agent.map(AgentId::uuid).into(),
            self.dialled.as_ref().map(DialledNumber::as_str).into(),
            self.queue.as_ref().map(Code::as_str).into(),
            self.evidence.as_str().into(),
            self.status.as_str().into(),
            self.in_hours.into(),
            self.dropped.into(),
            self.wait_seconds.map(i64::from).into(),
            self.talk_seconds.map(i64::from).into(),
            self.answered_at.into(),
            self.ended_at.into(),
            self.ended_by.map(EndedBy::as_str).into(),
            self.consultation.map(ConsultationId::uuid).into(),
            self.dropped_at.into(),
            self.no_consultation.map(NoConsultationReason::as_str).into(),
            self.is_unaccounted().into(),
        ]
    }
}
