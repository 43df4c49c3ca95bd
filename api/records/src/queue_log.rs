//! Asterisk's `queue_log`: `epoch|callid|queue|agent|EVENT|data…`, one event a line.
//!
//! Events and their data are those of `app_queue.c` and of Asterisk's documentation ("Queue Logs"), of the generation up
//! to Asterisk 11 (`TRANSFER`) and of the one since 12 (`BLINDTRANSFER`, `ATTENDEDTRANSFER`). Times are in seconds, only
//! the ringing of `RINGNOANSWER` and `RINGCANCELED` is in milliseconds. An event that is not known here is no error: a
//! dialplan writes its own with `QueueLog()`.

use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{AgentState, EndedBy, QueueExit, RingEnd};

use crate::shown;

/// One line.
#[derive(Clone, PartialEq, Debug)]
pub struct QueueLogLine<'a> {
    /// When it was written.
    pub at: Timestamp,
    /// The id of the caller's channel; `None` where the line says `NONE`, `REALTIME`, `MANAGER` or `CLI`.
    pub call: Option<&'a str>,
    /// The queue.
    pub queue: Option<&'a str>,
    /// The agent: the name of the queue's member.
    pub agent: Option<&'a str>,
    /// What the event is called.
    pub name: &'a str,
    /// What happened.
    pub event: QueueEvent<'a>,
}

/// What happened. Times that the line does not tell are `None`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QueueEvent<'a> {
    /// The call came into the queue.
    Entered {
        /// Who calls, as it stands.
        caller: &'a str,
    },
    /// An agent answered.
    Connected {
        /// How long the caller had waited.
        hold_seconds: Option<u32>,
    },
    /// The talk is over.
    Completed {
        /// Who ended it.
        by: EndedBy,
        /// How long the caller had waited.
        hold_seconds: Option<u32>,
        /// How long they talked.
        talk_seconds: Option<u32>,
    },
    /// The agent handed the caller over.
    Transferred {
        /// How.
        kind: TransferKind,
        /// How long the caller had waited.
        hold_seconds: Option<u32>,
        /// How long they talked.
        talk_seconds: Option<u32>,
    },
    /// The caller hung up while waiting.
    Abandoned {
        /// How long they had waited.
        wait_seconds: Option<u32>,
    },
    /// The call left the queue otherwise.
    Left(QueueExit),
    /// It rang at an agent who did not answer.
    RangUnanswered {
        /// How long it rang.
        ring_milliseconds: u32,
        /// Why it stopped.
        end: RingEnd,
    },
    /// The agent hung up before the caller was connected.
    AgentDumped,
    /// The agent answered, but the two channels could not be joined.
    Incompatible,
    /// The number that was dialled, as dialplans tell it in front of `ENTERQUEUE`.
    Dialled(&'a str),
    /// An agent came, went or took a break; `None` is off shift.
    AgentSeen(Option<AgentState>),
    /// The telephone system speaks of itself: nothing about a call or an agent. The reason to leave it out.
    Housekeeping(&'static str),
    /// An event that is not known here.
    Unknown,
}

/// How a caller was handed over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransferKind {
    /// `TRANSFER`, which does not say.
    Unsaid,
    /// Without a word to the other side.
    Blind,
    /// After the agent had spoken with the other side.
    Attended,
}

impl TransferKind {
    /// The cause that a call's end gets.
    pub const fn cause(self) -> &'static str {
        match self {
            Self::Unsaid => "transfer",
            Self::Blind => "blind_transfer",
            Self::Attended => "attended_transfer",
        }
    }
}

/// What stands in the second field where there is no call.
const NO_CALL: [&str; 4] = ["NONE", "REALTIME", "MANAGER", "CLI"];

/// Reads a line, without its line break. The error says which field is wrong, and how.
pub fn parse(line: &str) -> Result<QueueLogLine<'_>, String> {
    let mut fields = line.split('|');
    let mut next = || fields.next().map(str::trim);
    let (Some(epoch), Some(call), Some(queue), Some(agent), Some(name)) =
        (next(), next(), next(), next(), next())
    else {
        let count = line.split('|').count();
        return Err(format!(
            "has {count} fields; at least 5 were expected: epoch|callid|queue|agent|EVENT|data (is it a queue_log?)"
        ));
    };
    let at = moment(epoch)?;
    if name.is_empty() {
        return Err("field 5: the event has no name".to_owned());
    }
    let data: Vec<&str> = fields.map(str::trim).collect();
    let realtime = call == "REALTIME";
    let call = some(call).filter(|call| !NO_CALL.contains(call));
    let event = event(name, &data, realtime)?;
    let event = if needs_call(&event) && call.is_none() { QueueEvent::Unknown } else { event };
    Ok(QueueLogLine { at, call, queue: some(queue), agent: some(agent), name, event })
}

fn event<'a>(name: &str, data: &[&'a str], realtime: bool) -> Result<QueueEvent<'a>, String> {
    let data = Data(data);
    Ok(match name {
        "ENTERQUEUE" => QueueEvent::Entered { caller: data.text(1) },
        "CONNECT" => QueueEvent::Connected { hold_seconds: data.number(0, "hold time")? },
        "COMPLETEAGENT" => completed(EndedBy::Agent, data)?,
        "COMPLETECALLER" => completed(EndedBy::Caller, data)?,
        "TRANSFER" => transferred(TransferKind::Unsaid, data, 2)?,
        "BLINDTRANSFER" => transferred(TransferKind::Blind, data, 2)?,
        // How it was done may take one field or two: the times are counted from the end.
        "ATTENDEDTRANSFER" => transferred(TransferKind::Attended, data, data.0.len().saturating_sub(3))?,
        "ABANDON" => QueueEvent::Abandoned { wait_seconds: data.number(2, "waiting time")? },
        "EXITWITHTIMEOUT" => QueueEvent::Left(QueueExit::Timeout),
        "EXITWITHKEY" => QueueEvent::Left(QueueExit::KeyPressed),
        "EXITEMPTY" => QueueEvent::Left(QueueExit::NoAgents),
        "RINGNOANSWER" => rang(RingEnd::NoAnswer, data)?,
        "RINGCANCELED" => rang(RingEnd::Cancelled, data)?,
        "AGENTDUMP" => QueueEvent::AgentDumped,
        "SYSCOMPAT" => QueueEvent::Incompatible,
        "DID" => QueueEvent::Dialled(data.text(0)),
        // Members that a database brings come and go with the configuration, not with people.
        "ADDMEMBER" | "REMOVEMEMBER" if realtime => QueueEvent::Housekeeping("realtime_member"),
        "ADDMEMBER" if data.text(0) == "PAUSED" => QueueEvent::AgentSeen(Some(AgentState::Break)),
        "ADDMEMBER" | "AGENTLOGIN" | "AGENTCALLBACKLOGIN" | "UNPAUSE" | "UNPAUSEALL" => {
            QueueEvent::AgentSeen(Some(AgentState::Available))
        }
        "REMOVEMEMBER" | "AGENTLOGOFF" | "AGENTCALLBACKLOGOFF" => QueueEvent::AgentSeen(None),
        "PAUSE" | "PAUSEALL" => QueueEvent::AgentSeen(Some(AgentState::Break)),
        "CONFIGRELOAD" => QueueEvent::Housekeeping("configuration_reloaded"),
        "QUEUESTART" => QueueEvent::Housekeeping("queues_started"),
        _ => QueueEvent::Unknown,
    })
}

fn completed<'a>(by: EndedBy, data: Data<'_, 'a>) -> Result<QueueEvent<'a>, String> {
    let hold_seconds = data.number(0, "hold time")?;
    Ok(QueueEvent::Completed { by, hold_seconds, talk_seconds: data.number(1, "talk time")? })
}

fn transferred<'a>(kind: TransferKind, data: Data<'_, 'a>, at: usize) -> Result<QueueEvent<'a>, String> {
    let hold_seconds = data.number(at, "hold time")?;
    Ok(QueueEvent::Transferred { kind, hold_seconds, talk_seconds: data.number(at + 1, "talk time")? })
}

fn rang<'a>(end: RingEnd, data: Data<'_, 'a>) -> Result<QueueEvent<'a>, String> {
    let ring_milliseconds = data.number(0, "ringing time")?.unwrap_or(0);
    Ok(QueueEvent::RangUnanswered { ring_milliseconds, end })
}

fn needs_call(event: &QueueEvent<'_>) -> bool {
    !matches!(event, QueueEvent::AgentSeen(_) | QueueEvent::Housekeeping(_) | QueueEvent::Unknown)
}

/// What follows the event's name.
#[derive(Clone, Copy)]
struct Data<'d, 'a>(&'d [&'a str]);

impl<'a> Data<'_, 'a> {
    fn text(self, index: usize) -> &'a str {
        self.0.get(index).copied().unwrap_or_default()
    }

    /// A whole number; a negative one, which a clock that was set back leaves, is 0.
    fn number(self, index: usize, what: &str) -> Result<Option<u32>, String> {
        let text = self.text(index);
        if text.is_empty() {
            return Ok(None);
        }
        let number: Option<i64> = text.parse().ok();
        number.and_then(|number| u32::try_from(number.max(0)).ok()).map(Some).ok_or_else(|| {
            format!("field {}: `{}` is no {what}; expected 0, 1, 2, …", index + 6, shown(text))
        })
    }
}

fn some(field: &str) -> Option<&str> {
    (!field.is_empty() && field != "NONE").then_some(field)
}

/// Seconds since 1970 in UTC, with up to six decimals and more.
fn moment(epoch: &str) -> Result<Timestamp, String> {
    let wrong = || {
        format!(
            "field 1: `{}` is no moment; expected seconds since 1970, like 1366720340 or 1366720340.303267",
            shown(epoch)
        )
    };
    let (seconds, fraction) = epoch.split_once('.').unwrap_or((epoch, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if seconds.is_empty() || !digits(seconds) || !digits(fraction) {
        return Err(wrong());
    }
    let micros: i64 =
        format!("{fraction:0<6}").get(..6).and_then(|text| text.parse().ok()).ok_or_else(wrong)?;
    let seconds: i64 = seconds.parse().map_err(|_| wrong())?;
    seconds
        .checked_mul(1_000_000)
        .and_then(|whole| whole.checked_add(micros))
        .and_then(Timestamp::from_micros)
        .ok_or_else(wrong)
}

#[cfg(test)]
mod tests;
