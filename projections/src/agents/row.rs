//! What is kept of an agent.

use sangdam_domain::id::AgentId;
use sangdam_domain::log::{Position, Version};
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::{AgentState, Code};
use sangdam_eventstore::{Arg, Row};

use crate::table::{Column, Table, opt_code};

/// An agent as they stand.
#[derive(Clone, PartialEq, Debug)]
pub struct AgentRow {
    /// Who.
    pub id: AgentId,
    /// Where they were registered.
    pub registered_position: Position,
    /// Their latest event.
    pub last_position: Position,
    /// How many events their stream has.
    pub version: Version,
    /// When they were registered.
    pub registered_at: Timestamp,
    /// Their extension in the telephone system.
    pub extension: Option<Code>,
    /// What they are doing; `None` off shift.
    pub state: Option<AgentState>,
    /// Since when.
    pub state_since: Option<Timestamp>,
    /// When their present shift began; `None` off shift.
    pub on_shift_since: Option<Timestamp>,
    /// When they retired.
    pub retired_at: Option<Timestamp>,
}

pub(crate) const TABLE: Table = Table {
    name: "agents",
    columns: &[
        Column::Key("log_no"),
        Column::Key("id"),
        Column::Fixed("registered_position"),
        Column::Set("last_position"),
        Column::Count("version"),
        Column::Fixed("registered_at"),
        Column::Fixed("extension"),
        Column::Set("state"),
        Column::Set("state_since"),
        Column::Set("on_shift_since"),
        Column::Set("retired_at"),
    ],
    since: "registered_position",
    spanned: false,
};

pub(crate) const SELECT: &str = "id, registered_position, last_position, version, registered_at, extension, state, \
     state_since, on_shift_since, retired_at";

impl AgentRow {
    pub(crate) fn read(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: AgentId::from_uuid(row.uuid(0)?),
            registered_position: row.position(1)?,
            last_position: row.position(2)?,
            version: row.version(3)?,
            registered_at: row.time(4)?,
            extension: opt_code(row, 5, |text| Code::parse(text).ok())?,
            state: opt_code(row, 6, AgentState::from_code)?,
            state_since: row.opt_time(7)?,
            on_shift_since: row.opt_time(8)?,
            retired_at: row.opt_time(9)?,
        })
    }

    pub(crate) fn args(&self, log_no: i64) -> Vec<Arg> {
        vec![
            log_no.into(),
            self.id.uuid().into(),
            self.registered_position.into(),
            self.last_position.into(),
            self.version.into(),
            self.registered_at.into(),
            self.extension.as_ref().map(Code::as_str).into(),
            self.state.map(AgentState::as_str).into(),
            self.state_since.into(),
            self.on_shift_since.into(),
            self.retired_at.into(),
        ]
    }
}
