-- What agents did, from when to when: a row for each state of an agent's that is over, written when it ends. What goes on
-- is in the agent's own row. For how many were on duty, and how long they wrote up calls.
CREATE TABLE agent_spells (
    log_no         INTEGER NOT NULL,
    ended_at       INTEGER NOT NULL,
    ended_position INTEGER NOT NULL, -- the event that ended it
    agent          BLOB NOT NULL,
    state          TEXT NOT NULL,
    began_at       INTEGER NOT NULL,
    PRIMARY KEY (log_no, ended_at, ended_position)
) STRICT, WITHOUT ROWID;
-- How long the longest took says how far behind a period to look.
CREATE INDEX agent_spells_by_length ON agent_spells (log_no, (ended_at - began_at));

-- Callbacks in the order in which they were promised: what became of those of a period.
CREATE INDEX callbacks_by_time ON callbacks (log_no, promised_at);
