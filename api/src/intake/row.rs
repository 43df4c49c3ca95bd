//! What a row says, read with a mapping: one call, a reason to leave it out, or what is wrong with it.

use jiff::civil::{Date, Time};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{Code, DialledNumber, Direction, ExternalReference, PersonName};

use super::columns::{Columns, Row};
use super::mapping::{Condition, DirectionSpec, Mapping, MappingError, MomentSpec, ValueSpec};

/// One call, as a row tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedCall {
    /// When it was offered.
    pub offered_at: Timestamp,
    /// Which way it went.
    pub direction: Direction,
    /// The queue it waited in, if it waited.
    pub queue: Option<Code>,
    /// The number dialled.
    pub dialled: Option<DialledNumber>,
    /// The source's own id of the caller.
    pub caller: Option<ExternalReference>,
    /// The source's own name of the agent.
    pub agent: Option<PersonName>,
    /// The call's id in the source.
    pub reference: Option<ExternalReference>,
    /// How it went on.
    pub course: Course,
}

/// How a call went on. Waits and talks are in seconds; `None` leaves them to be counted from the moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// It was answered.
    Answered {
        /// When.
        at: Timestamp,
        /// From the offer to the answer.
        wait_seconds: Option<u32>,
        /// When it ended; the answer's moment where the source doesn't tell.
        ended_at: Timestamp,
        /// From the answer to the end.
        talk_seconds: Option<u32>,
    },
    /// The caller hung up first.
    Abandoned {
        /// When.
        at: Timestamp,
        /// From the offer to the hang-up.
        wait_seconds: Option<u32>,
    },
}

/// What a row comes to.
#[derive(Debug)]
pub enum Reading {
    /// A call.
    Call(ImportedCall),
    /// Left out on purpose, for this reason.
    Skip(Code),
}

/// Reads rows with a mapping.
pub struct Reader<'m> {
    mapping: &'m Mapping,
    zone: TimeZone,
}

type Told<T> = Result<T, String>;

impl<'m> Reader<'m> {
    /// For a mapping that was checked.
    pub fn new(mapping: &'m Mapping) -> Result<Self, MappingError> {
        Ok(Self { mapping, zone: mapping.zone()? })
    }

    /// All columns that the mapping names.
    pub fn columns(mapping: &Mapping) -> Vec<&str> {
        let call = &mapping.call;
        let mut names: Vec<&str> =
            mapping.key.columns.iter().chain(&call.reference).map(String::as_str).collect();
        names.push(&mapping.outcome.column);
        if let DirectionSpec::Column { column, .. } = &call.direction {
            names.push(column);
        }
        if let Some(queue) = &call.queue {
            names.extend(queue.column.as_deref());
            names.extend(queue.when.iter().map(|condition| condition.column.as_str()));
        }
        names.extend(
            [&call.dialled, &call.caller, &call.agent].into_iter().flatten().map(|spec| spec.column.as_str()),
        );
        for moment in std::iter::once(&call.offered)
            .chain(&mapping.answered.at)
            .chain(&mapping.abandoned.at)
            .chain(&mapping.ended.at)
        {
            let parts = [&moment.datetime, &moment.date, &moment.time, &moment.seconds_after_offer];
            names.extend(parts.into_iter().flatten().map(String::as_str));
            names.extend(moment.when.iter().chain(&moment.unless).map(|condition| condition.column.as_str()));
        }
        let seconds =
            [&mapping.answered.wait_seconds, &mapping.abandoned.wait_seconds, &mapping.ended.talk_seconds];
        names.extend(seconds.into_iter().flatten().map(String::as_str));
        names
    }

    /// What a row says, or what is wrong with it: which column, what stands there, what was expected.
    pub fn read(&self, row: &Row<'_>) -> Told<Reading> {
        let outcome = &self.mapping.outcome;
        let said = row.get(&outcome.column);
        if let Some(reason) = outcome.skip.get(said) {
            return Ok(Reading::Skip(reason.clone()));
        }
        let answered = outcome.answered.iter().any(|value| value == said);
        if !answered && !outcome.abandoned.iter().any(|value| value == said) {
            return Err(format!(
                "column `{}`: the mapping says nothing of `{}`",
                outcome.column,
                shown(said)
            ));
        }
        let call = &self.mapping.call;
        let offered_at = self
            .moment(&call.offered, row, None)?
            .ok_or_else(|| "the mapping's `call.offered` tells no moment".to_owned())?;
        let course =
            if answered { self.answered(row, offered_at)? } else { self.abandoned(row, offered_at)? };
        Ok(Reading::Call(ImportedCall {
            offered_at,
            direction: direction(&call.direction, row)?,
            queue: self.queue(row)?,
            dialled: value(call.dialled.as_ref(), row, DialledNumber::parse)?,
            caller: value(call.caller.as_ref(), row, ExternalReference::parse)?,
            agent: value(call.agent.as_ref(), row, PersonName::parse)?,
            reference: reference(&call.reference, row)?,
            course,
        }))
    }

    fn answered(&self, row: &Row<'_>, offered_at: Timestamp) -> Told<Course> {
        let at = self
            .first(&self.mapping.answered.at, row, offered_at)?
            .ok_or_else(|| "no moment under the mapping's `answered.at` applies to this row".to_owned())?;
        let ended_at = self.first(&self.mapping.ended.at, row, offered_at)?.unwrap_or(at);
        if ended_at < at {
            return Err(format!("the call ends at {ended_at}, before it is answered at {at}"));
        }
        Ok(Course::Answered {
            at,
            wait_seconds: seconds(self.mapping.answered.wait_seconds.as_deref(), row)?,
            ended_at,
            talk_seconds: seconds(self.mapping.ended.talk_seconds.as_deref(), row)?,
        })
    }

    fn abandoned(&self, row: &Row<'_>, offered_at: Timestamp) -> Told<Course> {
        let at = self
            .first(&self.mapping.abandoned.at, row, offered_at)?
            .ok_or_else(|| "no moment under the mapping's `abandoned.at` applies to this row".to_owned())?;
        let wait_seconds = seconds(self.mapping.abandoned.wait_seconds.as_deref(), row)?;
        Ok(Course::Abandoned { at, wait_seconds })
    }

    fn queue(&self, row: &Row<'_>) -> Told<Option<Code>> {
        let Some(queue) = &self.mapping.call.queue else { return Ok(None) };
        if !all_hold(&queue.when, row)? {
            return Ok(None);
        }
        let Some(column) = &queue.column else { return Ok(queue.code.clone()) };
        let said = row.get(column);
        match queue.codes.get(said) {
            Some(code) => Ok(Some(code.clone())),
            None => Err(format!(
                "column `{column}`: `{}` is none of the mapping's `call.queue.codes`",
                shown(said)
            )),
        }
    }

    fn first(&self, moments: &[MomentSpec], row: &Row<'_>, offered_at: Timestamp) -> Told<Option<Timestamp>> {
        for moment in moments {
            if let Some(at) = self.moment(moment, row, Some(offered_at))? {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    /// The moment, or `None` where it does not apply to this row.
    fn moment(
        &self,
        spec: &MomentSpec,
        row: &Row<'_>,
        offered_at: Option<Timestamp>,
    ) -> Told<Option<Timestamp>> {
        if !all_hold(&spec.when, row)? || (!spec.unless.is_empty() && all_hold(&spec.unless, row)?) {
            return Ok(None);
        }
        if let Some(column) = &spec.datetime {
            return self.datetime(column, row).map(Some);
        }
        if let (Some(column), Some(offered_at)) = (&spec.seconds_after_offer, offered_at) {
            return Ok(Some(offered_at.plus_seconds(i64::from(number(column, row)?))));
        }
        let Some(time_column) = &spec.time else { return Ok(None) };
        let time = self.time(time_column, row)?;
        match (&spec.date, offered_at) {
            (Some(column), _) => self.local(self.date(column, row)?, time).map(Some),
            (None, Some(offered_at)) => self.near(offered_at, time).map(Some),
            (None, None) => Ok(None),
        }
    }

    /// A time of day on the day of the offer; on the next day, if it is earlier than the offer by too much.
    fn near(&self, offered_at: Timestamp, time: Time) -> Told<Timestamp> {
        let day = offered_at.jiff().to_zoned_datetime(self.zone.clone()).date();
        let at = self.local(day, time)?;
        if offered_at.seconds_since(at) > self.mapping.time.next_day_if_earlier_by_seconds {
            let next = day.tomorrow().map_err(|_| format!("no day follows {day}"))?;
            return self.local(next, time);
        }
        Ok(at)
    }

    fn local(&self, date: Date, time: Time) -> Told<Timestamp> {
        self.zone
            .to_timestamp(date.to_datetime(time))
            .ok()
            .and_then(|moment| Timestamp::from_micros(moment.as_microsecond()))
            .ok_or_else(|| {
                format!("{date} {time} lies outside the years that the ledger knows (1970 to 9999)")
            })
    }

    fn datetime(&self, column: &str, row: &Row<'_>) -> Told<Timestamp> {
        let format = &self.mapping.time.datetime;
        let said = row.get(column);
        let misfit = || misfit(column, said, "date and time", format);
        let parts = strtime::parse(format, said).map_err(|_| misfit())?;
        if let Ok(moment) = parts.to_timestamp() {
            return Timestamp::from_micros(moment.as_microsecond()).ok_or_else(misfit);
        }
        let local = parts.to_datetime().map_err(|_| misfit())?;
        self.local(local.date(), local.time())
    }

    fn date(&self, column: &str, row: &Row<'_>) -> Told<Date> {
        let format = &self.mapping.time.date;
        let said = row.get(column);
        Date::strptime(format, said).map_err(|_| misfit(column, said, "date", format))
    }

    fn time(&self, column: &str, row: &Row<'_>) -> Told<Time> {
        let format = &self.mapping.time.time;
        let said = row.get(column);
        Time::strptime(format, said).map_err(|_| misfit(column, said, "time of day", format))
    }
}

fn direction(spec: &DirectionSpec, row: &Row<'_>) -> Told<Direction> {
    match spec {
        DirectionSpec::All(direction) => Ok(*direction),
        DirectionSpec::Column { column, inbound, outbound } => {
            let said = row.get(column);
            if inbound.iter().any(|value| value == said) {
                Ok(Direction::Inbound)
            } else if outbound.iter().any(|value| value == said) {
                Ok(Direction::Outbound)
            } else {
                Err(format!("column `{column}`: the mapping says nothing of `{}`", shown(said)))
            }
        }
    }
}

fn value<T>(
    spec: Option<&ValueSpec>,
    row: &Row<'_>,
    parse: impl Fn(&str) -> Result<T, sangdam_domain::value::Invalid>,
) -> Told<Option<T>> {
    let Some(spec) = spec else { return Ok(None) };
    let said = row.get(&spec.column);
    if said.trim().is_empty() || spec.none.iter().any(|none| none == said) {
        return Ok(None);
    }
    parse(said).map(Some).map_err(|e| format!("column `{}`: {} {}", spec.column, e.what, e.problem))
}

fn reference(columns: &[String], row: &Row<'_>) -> Told<Option<ExternalReference>> {
    if columns.is_empty() {
        return Ok(None);
    }
    let parts: Vec<&str> = columns.iter().map(|column| row.get(column)).collect();
    let joined = parts.join("/");
    ExternalReference::parse(&joined)
        .map(Some)
        .map_err(|e| format!("columns {}: {} {}", columns.join(", "), e.what, e.problem))
}

fn seconds(column: Option<&str>, row: &Row<'_>) -> Told<Option<u32>> {
    column.map(|column| number(column, row)).transpose()
}

fn number(column: &str, row: &Row<'_>) -> Told<u32> {
    let said = row.get(column);
    said.trim().parse().map_err(|_| {
        format!("column `{column}`: `{}` is no number of seconds; expected 0, 1, 2, …", shown(said))
    })
}

fn all_hold(conditions: &[Condition], row: &Row<'_>) -> Told<bool> {
    for condition in conditions {
        let said = row.get(&condition.column);
        let holds = match (&condition.is, &condition.is_not, condition.above) {
            (Some(values), ..) => values.iter().any(|value| value == said),
            (_, Some(values), _) => values.iter().all(|value| value != said),
            (.., Some(above)) => {
                let number: i64 = said.trim().parse().map_err(|_| {
                    format!("column `{}`: `{}` is no whole number", condition.column, shown(said))
                })?;
                number > above
            }
            _ => true,
        };
        if !holds {
            return Ok(false);
        }
    }
    Ok(true)
}

fn misfit(column: &str, said: &str, what: &str, format: &str) -> String {
    format!("column `{column}`: `{}` is no {what} written as `{format}`", shown(said))
}

/// A field's value, short enough for a message.
fn shown(value: &str) -> String {
    let mut text: String =
        value.chars().take(60).map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect();
    if value.chars().count() > 60 {
        text.push('…');
    }
    text
}

/// The columns of a file, checked against what the mapping names.
pub fn bind(mapping: &Mapping, header: Vec<String>) -> Result<Columns, String> {
    Columns::bind(header, &Reader::columns(mapping))
}
