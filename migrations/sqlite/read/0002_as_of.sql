-- Answers as of any position. A row says since which position it is as it is (`held_from`); what it said before stands in
-- the table of the same name with `_past`, until the position at which that ended (`held_to`, exclusive). So as of P a row
-- holds where `held_from <= P`; else its earliest past with `held_to > P` does, unless the row came to be after P.
--
-- Of P's rows those that changed since are few, and `span` finds them where a table has many: it is the fork node of the
-- positions from the row's first up to its last change in a tree over all positions (Kriegel, Pötke, Seidl: Managing
-- Intervals Efficiently in Object-Relational Databases, VLDB 2000). Null where the row never changed.
--
-- What an earlier release made has no past: it is built anew, and answers as of now until then.

-- How long after it was recorded an event said that it happened, at the most, in microseconds: a clock may be a little
-- ahead. What counts as of P happened at the latest so long after P was recorded, so lists in the order of time begin there.
ALTER TABLE checkpoints ADD COLUMN ahead_micros INTEGER NOT NULL DEFAULT 0;

ALTER TABLE consultations ADD COLUMN held_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE consultations ADD COLUMN span INTEGER;
CREATE INDEX consultations_by_span ON consultations (log_no, span) WHERE span IS NOT NULL;
ALTER TABLE calls ADD COLUMN held_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN span INTEGER;
CREATE INDEX calls_by_span ON calls (log_no, span) WHERE span IS NOT NULL;
ALTER TABLE contacts ADD COLUMN held_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contacts ADD COLUMN span INTEGER;
CREATE INDEX contacts_by_span ON contacts (log_no, span) WHERE span IS NOT NULL;
ALTER TABLE callbacks ADD COLUMN held_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE callbacks ADD COLUMN span INTEGER;
CREATE INDEX callbacks_by_span ON callbacks (log_no, span) WHERE span IS NOT NULL;
ALTER TABLE callers ADD COLUMN held_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE directory_entries ADD COLUMN held_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE numbers_given ADD COLUMN held_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE agents ADD COLUMN held_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE imports ADD COLUMN held_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE consultation_years ADD COLUMN since_position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE consultation_years ADD COLUMN held_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE consultation_hours ADD COLUMN since_position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE consultation_hours ADD COLUMN held_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE consultation_agents ADD COLUMN since_position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE consultation_agents ADD COLUMN held_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE consultation_categories ADD COLUMN since_position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE consultation_categories ADD COLUMN held_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE caller_years ADD COLUMN since_position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE caller_years ADD COLUMN held_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cumulative_totals ADD COLUMN since_position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE cumulative_totals ADD COLUMN held_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE call_years ADD COLUMN since_position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE call_years ADD COLUMN held_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE call_hours ADD COLUMN since_position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE call_hours ADD COLUMN held_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE call_agents ADD COLUMN since_position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE call_agents ADD COLUMN held_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE call_waits ADD COLUMN since_position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE call_waits ADD COLUMN held_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE caller_counts ADD COLUMN since_position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE caller_counts ADD COLUMN held_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE number_days ADD COLUMN since_position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE number_days ADD COLUMN held_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE legacy_balances ADD COLUMN since_position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE legacy_balances ADD COLUMN held_from INTEGER NOT NULL DEFAULT 0;

-- What rows said before, until the position at which that ended.

CREATE TABLE consultations_past (
    log_no           INTEGER NOT NULL,
    id               BLOB NOT NULL,
    held_to          INTEGER NOT NULL,
    last_position    INTEGER NOT NULL,
    version          INTEGER NOT NULL,
    caller           BLOB,
    agent            BLOB,
    category         TEXT,
    taxonomy_version INTEGER,
    contact_reason   TEXT NOT NULL,
    status           TEXT NOT NULL,
    resolved_by      TEXT,
    outcome          TEXT,
    resolved_at      INTEGER,
    voided_at        INTEGER,
    notes            INTEGER NOT NULL,
    transfers        INTEGER NOT NULL,
    calls            INTEGER NOT NULL,
    numbers_given    INTEGER NOT NULL,
    PRIMARY KEY (log_no, id, held_to)
) STRICT, WITHOUT ROWID;

CREATE TABLE calls_past (
    log_no        INTEGER NOT NULL,
    id            BLOB NOT NULL,
    held_to       INTEGER NOT NULL,
    last_position INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    caller        BLOB,
    agent         BLOB,
    status        TEXT NOT NULL,
    in_hours      INTEGER NOT NULL,
    dropped       INTEGER NOT NULL,
    wait_seconds  INTEGER,
    talk_seconds  INTEGER,
    answered_at   INTEGER,
    ended_at      INTEGER,
    ended_by      TEXT,
    consultation  BLOB,
    PRIMARY KEY (log_no, id, held_to)
) STRICT, WITHOUT ROWID;

CREATE TABLE contacts_past (
    log_no   INTEGER NOT NULL,
    id       BLOB NOT NULL,
    held_to  INTEGER NOT NULL,
    caller   BLOB,
    answered INTEGER NOT NULL,
    voided   INTEGER NOT NULL,
    PRIMARY KEY (log_no, id, held_to)
) STRICT, WITHOUT ROWID;

CREATE TABLE callbacks_past (
    log_no        INTEGER NOT NULL,
    id            BLOB NOT NULL,
    held_to       INTEGER NOT NULL,
    last_position INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    caller        BLOB,
    agent         BLOB,
    attempts      INTEGER NOT NULL,
    status        TEXT NOT NULL,
    kept_by_call  BLOB,
    closed_at     INTEGER,
    cancel_reason TEXT,
    PRIMARY KEY (log_no, id, held_to)
) STRICT, WITHOUT ROWID;

CREATE TABLE callers_past (
    log_no        INTEGER NOT NULL,
    id            BLOB NOT NULL,
    held_to       INTEGER NOT NULL,
    last_position INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    merged_into   BLOB,
    erased_at     INTEGER,
    PRIMARY KEY (log_no, id, held_to)
) STRICT, WITHOUT ROWID;

CREATE INDEX callers_past_merged ON callers_past (log_no, merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE directory_entries_past (
    log_no        INTEGER NOT NULL,
    id            BLOB NOT NULL,
    held_to       INTEGER NOT NULL,
    last_position INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    entry_version INTEGER NOT NULL,
    organisation  TEXT NOT NULL,
    department    TEXT NOT NULL,
    duties        TEXT NOT NULL,
    phone         TEXT NOT NULL,
    hours         TEXT,
    category      TEXT,
    retired_at    INTEGER,
    PRIMARY KEY (log_no, id, held_to)
) STRICT, WITHOUT ROWID;

CREATE TABLE numbers_given_past (
    log_no   INTEGER NOT NULL,
    position INTEGER NOT NULL,
    held_to  INTEGER NOT NULL,
    voided   INTEGER NOT NULL,
    PRIMARY KEY (log_no, position, held_to)
) STRICT, WITHOUT ROWID;

CREATE TABLE agents_past (
    log_no         INTEGER NOT NULL,
    id             BLOB NOT NULL,
    held_to        INTEGER NOT NULL,
    last_position  INTEGER NOT NULL,
    version        INTEGER NOT NULL,
    state          TEXT,
    state_since    INTEGER,
    on_shift_since INTEGER,
    retired_at     INTEGER,
    PRIMARY KEY (log_no, id, held_to)
) STRICT, WITHOUT ROWID;

CREATE TABLE imports_past (
    log_no          INTEGER NOT NULL,
    id              BLOB NOT NULL,
    held_to         INTEGER NOT NULL,
    last_position   INTEGER NOT NULL,
    completed_at    INTEGER,
    read            INTEGER,
    accepted        INTEGER,
    already_present INTEGER,
    rejected        INTEGER,
    skipped         TEXT,
    PRIMARY KEY (log_no, id, held_to)
) STRICT, WITHOUT ROWID;

CREATE TABLE consultation_years_past (
    log_no         INTEGER NOT NULL,
    year           INTEGER NOT NULL,
    held_to        INTEGER NOT NULL,
    consultations  INTEGER NOT NULL,
    unique_callers INTEGER NOT NULL,
    PRIMARY KEY (log_no, year, held_to)
) STRICT, WITHOUT ROWID;

CREATE TABLE consultation_hours_past (
    log_no        INTEGER NOT NULL,
    day           INTEGER NOT NULL,
    hour          INTEGER NOT NULL,
    held_to       INTEGER NOT NULL,
    consultations INTEGER NOT NULL,
    PRIMARY KEY (log_no, day, hour, held_to)
) STRICT, WITHOUT ROWID;

CREATE TABLE consultation_agents_past (
    log_no        INTEGER NOT NULL,
    day           INTEGER NOT NULL,
    agent         BLOB NOT NULL,
    held_to       INTEGER NOT NULL,
    consultations INTEGER NOT NULL,
    PRIMARY KEY (log_no, day, agent, held_to)
) STRICT, WITHOUT ROWID;

CREATE TABLE consultation_categories_past (
    log_no        INTEGER NOT NULL,
    day           INTEGER NOT NULL,
    category      TEXT NOT NULL,
    held_to       INTEGER NOT NULL,
    consultations INTEGER NOT NULL,
    PRIMARY KEY (log_no, day, category, held_to)
) STRICT, WITHOUT ROWID;

CREATE TABLE caller_years_past (
    log_no        INTEGER NOT NULL,
    caller        BLOB NOT NULL,
    year          INTEGER NOT NULL,
    held_to       INTEGER NOT NULL,
    consultations INTEGER NOT NULL,
    PRIMARY KEY (log_no, caller, year, held_to)
) STRICT, WITHOUT ROWID;

CREATE TABLE cumulative_totals_past (
    log_no  INTEGER NOT NULL,
    basis   INTEGER NOT NULL,
    held_to INTEGER NOT NULL,
    total   INTEGER NOT NULL,
    PRIMARY KEY (log_no, basis, held_to)
) STRICT, WITHOUT ROWID;

CREATE TABLE call_years_past (
    log_no             INTEGER NOT NULL,
    year               INTEGER NOT NULL,
    held_to            INTEGER NOT NULL,
    offered            INTEGER NOT NULL,
    answered           INTEGER NOT NULL,
    abandoned          INTEGER NOT NULL,
    offered_in_hours   INTEGER NOT NULL,
    answered_in_hours  INTEGER NOT NULL,
    abandoned_in_hours INTEGER NOT NULL,
    PRIMARY KEY (log_no, year, held_to)
) STRICT, WITHOUT ROWID;

CREATE TABLE call_hours_past (
    log_no                 INTEGER NOT NULL,
    day                    INTEGER NOT NULL,
    hour                   INTEGER NOT NULL,
    held_to                INTEGER NOT NULL,
    offered                INTEGER NOT NULL,
    answered               INTEGER NOT NULL,
    abandoned              INTEGER NOT NULL,
    offered_in_hours       INTEGER NOT NULL,
    answered_in_hours      INTEGER NOT NULL,
    abandoned_in_hours     INTEGER NOT NULL,
    answered_wait_seconds  INTEGER NOT NULL,
    abandoned_wait_seconds INTEGER NOT NULL,
    talk_seconds           INTEGER NOT NULL,
    PRIMARY KEY (log_no, day, hour, held_to)
) STRICT, WITHOUT ROWID;

CREATE TABLE call_agents_past (
    log_no       INTEGER NOT NULL,
    day          INTEGER NOT NULL,
    agent        BLOB NOT NULL,
    held_to      INTEGER NOT NULL,
    answered     INTEGER NOT NULL,
    talk_seconds INTEGER NOT NULL,
    PRIMARY KEY (log_no, day, agent, held_to)
) STRICT, WITHOUT ROWID;

CREATE TABLE call_waits_past (
    log_no   INTEGER NOT NULL,
    day      INTEGER NOT NULL,
    seconds  INTEGER NOT NULL,
    held_to  INTEGER NOT NULL,
    answered INTEGER NOT NULL,
    PRIMARY KEY (log_no, day, seconds, held_to)
) STRICT, WITHOUT ROWID;

CREATE TABLE caller_counts_past (
    log_no         INTEGER NOT NULL,
    caller         BLOB NOT NULL,
    held_to        INTEGER NOT NULL,
    consultations  INTEGER NOT NULL,
    calls          INTEGER NOT NULL,
    answered_calls INTEGER NOT NULL,
    PRIMARY KEY (log_no, caller, held_to)
) STRICT, WITHOUT ROWID;

CREATE TABLE number_days_past (
    log_no  INTEGER NOT NULL,
    day     INTEGER NOT NULL,
    entry   BLOB NOT NULL,
    held_to INTEGER NOT NULL,
    given   INTEGER NOT NULL,
    PRIMARY KEY (log_no, day, entry, held_to)
) STRICT, WITHOUT ROWID;

CREATE TABLE legacy_balances_past (
    log_no        INTEGER NOT NULL,
    year          INTEGER NOT NULL,
    held_to       INTEGER NOT NULL,
    position      INTEGER NOT NULL,
    consultations INTEGER,
    source        TEXT NOT NULL,
    PRIMARY KEY (log_no, year, held_to)
) STRICT, WITHOUT ROWID;
