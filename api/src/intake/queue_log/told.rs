//! A line with the ids of what it is about.

use sangdam_domain::id::{AgentId, CallId, CommandId, TelephoneRecordId};
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{Code, DialledNumber, PersonName, PhoneNumber, RecordText};
use sangdam_records::cdr::channel_epoch;
use sangdam_records::number::Sender;
use sangdam_records::queue_log::{QueueEvent, QueueLogLine, parse};

use crate::intake::ids::{Blind, CallIds, Ids};

/// A line with the ids of what it is about.
pub(super) struct Told<'a> {
    pub(super) text: &'a str,
    pub(super) line: QueueLogLine<'a>,
    pub(super) command: CommandId,
    pub(super) record: TelephoneRecordId,
    /// The call that it is about. What is told of agents is told of no call, whatever channel they used for it.
    pub(super) ids: Option<CallIds>,
    pub(super) agent: Option<AgentId>,
    /// Who calls, where the line tells of a number.
    pub(super) number: Option<PhoneNumber>,
    /// Something else than a number stands where the number would.
    odd_number: bool,
}

/// Reads a line. The error says what is wrong with it.
pub(super) fn read<'a, B: Blind>(text: &'a str, ids: &Ids<'_, B>) -> Result<Told<'a>, String> {
    let text = text.trim_end();
    let chars = text.chars().count();
    if chars > RecordText::CHARS_MAX {
        return Err(format!("has {chars} characters; at most {} are kept", RecordText::CHARS_MAX));
    }
    RecordText::parse(text).map_err(|e| e.problem)?;
    let line = parse(text)?;
    let (command, record) = ids.record(line.at, text);
    let of_agent = matches!(line.event, QueueEvent::AgentSeen(_) | QueueEvent::Housekeeping(_));
    let sender = match line.event {
        QueueEvent::Entered { caller } => Sender::read(caller),
        _ => Sender::Withheld,
    };
    Ok(Told {
        text,
        command,
        record,
        ids: line.call.filter(|_| !of_agent).map(|call| call_ids(ids, call)),
        agent: line
            .agent
            .and_then(|name| PersonName::parse(name).ok())
            .map(|name| ids.agent(name.as_str()).0),
        odd_number: sender == Sender::Other,
        number: sender.number(),
        line,
    })
}

/// The ids of the call with this id in the telephone system.
pub(in crate::intake) fn call_ids<B: Blind>(ids: &Ids<'_, B>, reference: &str) -> CallIds {
    let micros = channel_epoch(reference).and_then(|seconds| seconds.checked_mul(1_000_000));
    let began = micros.and_then(Timestamp::from_micros).unwrap_or(Timestamp::MIN);
    ids.call(began, reference)
}

impl Told<'_> {
    /// Why the line is left out, if it is.
    pub(super) fn left_out(&self) -> Option<Code> {
        let reason = match self.line.event {
            QueueEvent::Housekeeping(reason) => reason,
            QueueEvent::Dialled(_) if self.dialled().is_some() => "dialled_number",
            _ => return None,
        };
        Code::parse(reason).ok()
    }

    /// The number dialled that the line tells of a call that is yet to come into a queue.
    pub(super) fn dialled(&self) -> Option<(CallId, DialledNumber)> {
        let QueueEvent::Dialled(number) = self.line.event else { return None };
        Some((self.ids?.call, DialledNumber::parse(number).ok()?))
    }

    /// Whether the line says more than the facts that it becomes: where a call was transferred to, or who calls where
    /// that is no number.
    pub(super) fn says_more(&self) -> bool {
        matches!(self.line.event, QueueEvent::Transferred { .. }) || self.odd_number
    }

    /// The event's name in lower case, where it is a word.
    pub(super) fn name(&self) -> Option<Code> {
        let word = self.line.name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_');
        word.then(|| Code::parse(&self.line.name.to_ascii_lowercase()).ok()).flatten()
    }
}
