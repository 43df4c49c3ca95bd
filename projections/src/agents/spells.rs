//! What an agent did, from when to when: one row for each state that is over, written when it ends and never changed. The
//! state that goes on is in the agent's own row.

use sangdam_domain::id::AgentId;
use sangdam_domain::log::Position;
use sangdam_domain::time::Timestamp;
use sangdam_domain::value::AgentState;
use sangdam_eventstore::{Arg, args};

use super::row::AgentRow;
use crate::table::{Column, Table};

/// A state of an agent's that is over.
pub(super) struct Spell {
    /// The event that ended it.
    ended_position: Position,
    agent: AgentId,
    state: AgentState,
    began_at: Timestamp,
    ended_at: Timestamp,
}

pub(crate) const SPELLS: Table = Table {
    name: "agent_spells",
    columns: &[
        Column::Key("log_no"),
        Column::Key("ended_at"),
        Column::Key("ended_position"),
        Column::Fixed("agent"),
        Column::Fixed("state"),
        Column::Fixed("began_at"),
    ],
    since: "ended_position",
    spanned: false,
};

impl Spell {
    /// What the agent did until the event at this position; `None` off shift, and where it took no time: what is recorded
    /// of an earlier moment than the state before it says nothing about how long that one was.
    pub(super) fn ended_by(row: &AgentRow, position: Position, at: Timestamp) -> Option<Self> {
        let (state, began_at) = (row.state?, row.state_since?);
        let spell = Self { ended_position: position, agent: row.id, state, began_at, ended_at: at };
        (began_at < at).then_some(spell)
    }

    pub(super) fn args(&self, log_no: i64) -> Vec<Arg> {
        let state = self.state.as_str();
        args![log_no, self.ended_at, self.ended_position, self.agent.uuid(), state, self.began_at]
    }
}

/// The condition for what an agent did at any time between two moments, which are named in SQL. What ended long after
/// them began after them too, unless it took longer than anything ever did: so the order of their ends serves.
pub(crate) fn overlapping(begins: &str, ends: &str) -> String {
    format!(
        "ended_at > {begins} AND began_at < {ends} AND ended_at < {ends} + \
         (SELECT COALESCE(MAX(ended_at - began_at), 0) FROM agent_spells WHERE log_no = $1)"
    )
}
