//! The inbound calls' counts and waits, moved as their rows move. An answer counts where the call was offered.

use sangdam_domain::id::AgentId;
use sangdam_domain::log::Position;
use sangdam_domain::value::Direction;

use super::tally::Tally;
use crate::calls::{CallRow, CallStatus};
use crate::day::{day_number, year_of};
use crate::projection::Batch;
use crate::service_level::bucket_of;
use crate::table::{Column, Table};

pub(crate) const CALL_YEARS: Table = Table {
    name: "call_years",
    columns: &[
        Column::Key("log_no"),
        Column::Key("year"),
        Column::Fixed("since_position"),
        Column::Count("offered"),
        Column::Count("answered"),
        Column::Count("abandoned"),
        Column::Count("offered_in_hours"),
        Column::Count("answered_in_hours"),
        Column::Count("abandoned_in_hours"),
    ],
    since: "since_position",
    spanned: false,
};
pub(crate) const CALL_HOURS: Table = Table {
    name: "call_hours",
    columns: &[
        Column::Key("log_no"),
        Column::Key("day"),
        Column::Key("hour"),
        Column::Fixed("since_position"),
        Column::Count("offered"),
        Column::Count("answered"),
        Column::Count("abandoned"),
        Column::Count("offered_in_hours"),
        Column::Count("answered_in_hours"),
        Column::Count("abandoned_in_hours"),
        Column::Count("answered_wait_seconds"),
        Column::Count("abandoned_wait_seconds"),
        Column::Count("talk_seconds"),
    ],
    since: "since_position",
    spanned: false,
};
pub(crate) const CALL_AGENTS: Table = Table {
    name: "call_agents",
    columns: &[
        Column::Key("log_no"),
        Column::Key("day"),
        Column::Key("agent"),
        Column::Fixed("since_position"),
        Column::Count("answered"),
        Column::Count("talk_seconds"),
    ],
    since: "since_position",
    spanned: false,
};
pub(crate) const CALL_WAITS: Table = Table {
    name: "call_waits",
    columns: &[
        Column::Key("log_no"),
        Column::Key("day"),
        Column::Key("seconds"),
        Column::Fixed("since_position"),
        Column::Count("answered"),
    ],
    since: "since_position",
    spanned: false,
};

/// All tables of these counts.
pub(crate) const CALL_TABLES: [Table; 4] = [CALL_YEARS, CALL_HOURS, CALL_AGENTS, CALL_WAITS];

/// As what a call counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct CountedCall {
    day: i64,
    hour: i64,
    in_hours: bool,
    end: End,
    agent: Option<AgentId>,
    wait_seconds: u32,
    talk_seconds: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Neither,
    Answered,
    Abandoned,
}

impl CountedCall {
    /// Of a row; `None` where it does not count.
    pub(crate) fn of(row: &CallRow) -> Option<Self> {
        (row.direction == Direction::Inbound).then(|| Self {
            day: day_number(row.day),
            hour: row.hour.into(),
            in_hours: row.in_hours,
            end: match (row.answered_at, row.status) {
                (Some(_), _) => End::Answered,
                (None, CallStatus::Abandoned) => End::Abandoned,
                (None, _) => End::Neither,
            },
            agent: row.agent,
            wait_seconds: row.wait_seconds.unwrap_or(0),
            talk_seconds: row.talk_seconds.unwrap_or(0),
        })
    }
}

/// The changes of a batch.
#[derive(Default)]
pub(crate) struct CallCounts {
    years: Tally<i64, 6>,
    hours: Tally<(i64, i64), 9>,
    agents: Tally<(i64, Option<AgentId>), 2>,
    waits: Tally<(i64, i64), 1>,
}

impl CallCounts {
    /// By the event at this position a call counts as something else.
    pub(crate) fn moved(&mut self, at: Position, before: Option<CountedCall>, after: Option<CountedCall>) {
        if before == after {
            return;
        }
        if let Some(before) = before {
            self.add(at, before, -1);
        }
        if let Some(after) = after {
            self.add(at, after, 1);
        }
    }

    fn add(&mut self, at: Position, call: CountedCall, by: i64) {
        let answered = by * i64::from(call.end == End::Answered);
        let abandoned = by * i64::from(call.end == End::Abandoned);
        let open = i64::from(call.in_hours);
        let wait = i64::from(call.wait_seconds);
        let talk = by * i64::from(call.talk_seconds);
        let volume = [by, answered, abandoned, by * open, answered * open, abandoned * open];
        self.years.add(at, year_of(call.day), volume);
        let [a, b, c, d, e, f] = volume;
        let hour = [a, b, c, d, e, f, answered * wait, abandoned * wait, talk];
        self.hours.add(at, (call.day, call.hour), hour);
        if call.end == End::Answered {
            self.agents.add(at, (call.day, call.agent), [answered, talk]);
            self.waits.add(at, (call.day, bucket_of(call.wait_seconds)), [answered]);
        }
    }

    /// Adds the changes to the tables.
    pub(crate) async fn write(self, batch: &mut Batch<'_>) -> Result<(), sqlx::Error> {
        self.years.write(batch, &CALL_YEARS).await?;
        self.hours.write(batch, &CALL_HOURS).await?;
        self.agents.write(batch, &CALL_AGENTS).await?;
        self.waits.write(batch, &CALL_WAITS).await
    }
}
