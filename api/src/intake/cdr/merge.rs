//! Rows of one call, put together.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{DialledNumber, Direction, PhoneNumber};
use sangdam_records::cdr::{CdrRow, Disposition};
use sangdam_records::number::Sender;

/// A row and where it stands.
#[derive(Clone, Debug)]
pub(super) struct NumberedRow {
    /// Its line in the file, from 1.
    pub(super) line: u64,
    pub(super) row: CdrRow,
    /// When it began and ended.
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pub(super) answer: Option<Timestamp>,
}

impl NumberedRow {
    /// With its times in UTC. The error says which cannot be.
    pub(super) fn new(line: u64, row: CdrRow, zone: &TimeZone) -> Result<Self, String> {
        let moment = |local: DateTime| {
            let moment = zone.to_timestamp(local).ok();
            moment
                .and_then(|at| Timestamp::from_micros(at.as_microsecond()))
                .ok_or_else(|| format!("{local} lies outside the years that the ledger knows (1970 to 9999)"))
        };
        let start = moment(row.start)?;
        let answer = row.answer.map(moment).transpose()?;
        let end = match row.end {
            Some(end) => moment(end)?,
            None => start.plus_seconds(i64::from(row.duration_seconds)),
        };
        if end < start {
            return Err(format!("the call ends at {end}, before it begins at {start}"));
        }
        Ok(Self { line, row, start, end, answer })
    }
}

/// The rows of one call.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows(pub(super) Vec<NumberedRow>);

/// What the rows of a call come to.
#[derive(Debug)]
pub(super) struct Merged {
    pub(super) direction: Direction,
    /// The other side's number.
    pub(super) number: Option<PhoneNumber>,
    pub(super) dialled: Option<DialledNumber>,
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    /// When somebody answered, and on which channel the agent was.
    pub(super) answered: Option<(Timestamp, String)>,
    /// Why nobody did.
    pub(super) failure: Option<&'static str>,
}

impl Rows {
    /// The ids under which the call may be known: the channel's with which it began first.
    pub(super) fn references(&self) -> Vec<&str> {
        let linked = self.0.iter().filter_map(|row| row.row.linked_id.as_deref());
        let unique = self.0.iter().filter_map(|row| row.row.unique_id.as_deref());
        let mut seen = BTreeSet::new();
        linked.chain(unique).filter(|id| seen.insert(*id)).collect()
    }

    /// What the rows come to; `None` for a call within the house.
    pub(super) fn merge(&self, own: &[PhoneNumber]) -> Option<Merged> {
        let first = self.0.iter().min_by_key(|row| {
            let began = row.row.linked_id.is_some() && row.row.linked_id == row.row.unique_id;
            (!began, row.start, row.line)
        })?;
        let (direction, number) = sides(&first.row, own)?;
        let agents_channel = |row: &CdrRow| match direction {
            Direction::Inbound => row.dst_channel.clone(),
            Direction::Outbound => row.channel.clone(),
        };
        // Without a second channel it was the system itself that answered: an announcement, or the queue.
        let answered = self
            .0
            .iter()
            .filter(|row| row.row.disposition == Disposition::Answered && !row.row.dst_channel.is_empty())
            .filter_map(|row| Some((row.answer?, agents_channel(&row.row))))
            .min();
        Some(Merged {
            direction,
            number,
            dialled: DialledNumber::parse(&first.row.dst).ok(),
            start: self.0.iter().map(|row| row.start).min().unwrap_or(first.start),
            end: self.0.iter().map(|row| row.end).max().unwrap_or(first.end),
            answered,
            failure: failure(first.row.disposition),
        })
    }
}

/// Which way it went, and the other side's number.
fn sides(row: &CdrRow, own: &[PhoneNumber]) -> Option<(Direction, Option<PhoneNumber>)> {
    let src = if row.src.trim().is_empty() { &row.clid } else { &row.src };
    let to = PhoneNumber::parse(&row.dst).ok();
    match (Sender::read(src), to) {
        (Sender::Number(from), to) if own.contains(&from) => Some((Direction::Outbound, to)),
        (Sender::Number(from), _) => Some((Direction::Inbound, Some(from))),
        (Sender::Other, Some(to)) => Some((Direction::Outbound, Some(to))),
        (Sender::Withheld, _) => Some((Direction::Inbound, None)),
        (Sender::Other, None) => None,
    }
}

fn failure(disposition: Disposition) -> Option<&'static str> {
    match disposition {
        Disposition::Busy => Some("busy"),
        Disposition::Failed => Some("failed"),
        Disposition::Congestion => Some("congestion"),
        Disposition::Answered | Disposition::NoAnswer => None,
    }
}

/// An agent's name from a channel's: `PJSIP/201-0000001b` is `PJSIP/201`.
pub(super) fn agent_of(channel: &str) -> &str {
    channel.rsplit_once('-').map_or(channel, |(name, _)| name)
}

/// Calls whose rows are being gathered: a file has the rows of a call near each other, but not side by side.
#[derive(Default)]
pub(super) struct Gathering {
    calls: HashMap<String, Rows>,
    newest: Option<Timestamp>,
}

/// How many calls are gathered at once; beyond, the older half is taken as it is.
const CALLS_MAX: usize = 20_000;
/// How long after a row's end another row of the same call may end.
const GAP_SECONDS: u32 = 3600;

impl Gathering {
    /// Adds a row under its call's id.
    pub(super) fn add(&mut self, key: String, row: NumberedRow) {
        self.newest = self.newest.max(Some(row.end));
        self.calls.entry(key).or_default().0.push(row);
    }

    /// The calls of which no more rows are to be expected, in the order in which they stand in the file.
    pub(super) fn take_done(&mut self) -> Vec<(String, Rows)> {
        let newest = self.newest.unwrap_or(Timestamp::MIN);
        let last = |rows: &Rows| rows.0.iter().map(|row| row.end).max().unwrap_or(Timestamp::MIN);
        let mut limit = newest.plus_seconds(-i64::from(GAP_SECONDS));
        if self.calls.len() > CALLS_MAX {
            let mut ends: Vec<Timestamp> = self.calls.values().map(last).collect();
            ends.sort_unstable();
            limit = limit.max(ends.get(ends.len() / 2).copied().unwrap_or(limit));
        }
        in_order(self.calls.extract_if(|_, rows| last(rows) <= limit).collect())
    }

    /// All that is left, in the order in which it stands in the file.
    pub(super) fn take_all(&mut self) -> Vec<(String, Rows)> {
        in_order(self.calls.drain().collect())
    }
}

fn in_order(mut calls: Vec<(String, Rows)>) -> Vec<(String, Rows)> {
    calls.sort_by_key(|(_, rows)| rows.0.first().map_or(0, |row| row.line));
    calls
}

#[cfg(test)]
mod tests;
