-- What is computed from events and can be thrown away: `sangdam rebuild` fills it again.
--
-- Rows hold positions, ids and codes, never personal data, plain or sealed. A day is the number yyyymmdd on the
-- centre's own clock; moments are microseconds since 1970 in UTC. While a projection is built anew, its tables stand
-- here a second time, with `next_` in front of their names.

-- The logs, by the numbers that the other tables know them by. Never rebuilt.
CREATE TABLE logs (
    log_no INTEGER NOT NULL PRIMARY KEY,
    log    TEXT NOT NULL UNIQUE
) STRICT;

-- How far each projection has come. Rows and checkpoint are written in one transaction, which goes through only where
-- the checkpoint still stands where the writer left it: each event counts once, however many processes apply.
CREATE TABLE checkpoints (
    generation       TEXT NOT NULL, -- serving, or next while it is built
    projection       TEXT NOT NULL,
    log_no           INTEGER NOT NULL,
    version          INTEGER NOT NULL,
    position         INTEGER NOT NULL,
    recorded_at      INTEGER NOT NULL,
    problem_position INTEGER,           -- the event that it cannot apply
    problem          TEXT,
    PRIMARY KEY (generation, projection, log_no)
) STRICT;

-- Consultations: the rows, and what is counted from them.

CREATE TABLE consultations (
    log_no             INTEGER NOT NULL,
    id                 BLOB NOT NULL,
    opened_position    INTEGER NOT NULL,
    last_position      INTEGER NOT NULL,
    version            INTEGER NOT NULL,
    occurred_at        INTEGER NOT NULL,
    day                INTEGER NOT NULL,
    hour               INTEGER NOT NULL,
    caller             BLOB,
    agent              BLOB,
    category           TEXT,
    taxonomy_version   INTEGER,
    channel            TEXT NOT NULL,
    contact_reason     TEXT NOT NULL,
    opened_by_call     BLOB NOT NULL,
    opened_by_callback BLOB,
    status             TEXT NOT NULL,
    resolved_by        TEXT,
    outcome            TEXT,
    resolved_at        INTEGER,
    voided_at          INTEGER,
    notes              INTEGER NOT NULL,
    transfers          INTEGER NOT NULL,
    calls              INTEGER NOT NULL,
    numbers_given      INTEGER NOT NULL,
    PRIMARY KEY (log_no, id)
) STRICT;
CREATE INDEX consultations_by_time ON consultations (log_no, occurred_at, id);
CREATE INDEX consultations_by_caller ON consultations (log_no, caller, occurred_at, id) WHERE caller IS NOT NULL;
CREATE INDEX consultations_by_agent ON consultations (log_no, agent, occurred_at, id) WHERE agent IS NOT NULL;
CREATE INDEX consultations_by_category ON consultations (log_no, category, occurred_at, id) WHERE category IS NOT NULL;
CREATE INDEX consultations_open ON consultations (log_no, status, occurred_at, id) WHERE status = 'open';
CREATE INDEX consultations_by_call ON consultations (log_no, opened_by_call);

CREATE TABLE consultation_years (
    log_no         INTEGER NOT NULL,
    year           INTEGER NOT NULL,
    consultations  INTEGER NOT NULL,
    unique_callers INTEGER NOT NULL,
    PRIMARY KEY (log_no, year)
) STRICT, WITHOUT ROWID;

CREATE TABLE consultation_hours (
    log_no        INTEGER NOT NULL,
    day           INTEGER NOT NULL,
    hour          INTEGER NOT NULL,
    consultations INTEGER NOT NULL,
    PRIMARY KEY (log_no, day, hour)
) STRICT, WITHOUT ROWID;

-- An empty agent stands for those of whom it is not known who took them.
CREATE TABLE consultation_agents (
    log_no        INTEGER NOT NULL,
    day           INTEGER NOT NULL,
    agent         BLOB NOT NULL,
    consultations INTEGER NOT NULL,
    PRIMARY KEY (log_no, day, agent)
) STRICT, WITHOUT ROWID;

-- An empty category stands for those that are in none.
CREATE TABLE consultation_categories (
    log_no        INTEGER NOT NULL,
    day           INTEGER NOT NULL,
    category      TEXT NOT NULL,
    consultations INTEGER NOT NULL,
    PRIMARY KEY (log_no, day, category)
) STRICT, WITHOUT ROWID;

-- How many counted consultations a caller had in a year: those with at least one are the year's unique callers.
CREATE TABLE caller_years (
    log_no        INTEGER NOT NULL,
    caller        BLOB NOT NULL,
    year          INTEGER NOT NULL,
    consultations INTEGER NOT NULL,
    PRIMARY KEY (log_no, caller, year)
) STRICT, WITHOUT ROWID;

-- Every step of the cumulative count, on two bases. The step that last crossed a threshold upwards has a total of
-- exactly the threshold (a consultation) or jumps over it (a legacy balance, which has no consultation).
CREATE TABLE cumulative_steps (
    log_no       INTEGER NOT NULL,
    basis        INTEGER NOT NULL, -- 1 since the records are complete, 2 since opening
    total        INTEGER NOT NULL,
    position     INTEGER NOT NULL,
    delta        INTEGER NOT NULL,
    consultation BLOB,
    occurred_at  INTEGER NOT NULL,
    PRIMARY KEY (log_no, basis, total, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX cumulative_steps_legacy ON cumulative_steps (log_no, basis, position) WHERE consultation IS NULL;

CREATE TABLE cumulative_totals (
    log_no INTEGER NOT NULL,
    basis  INTEGER NOT NULL,
    total  INTEGER NOT NULL,
    PRIMARY KEY (log_no, basis)
) STRICT, WITHOUT ROWID;

-- Calls: the rows, and the service level.

CREATE TABLE calls (
    log_no           INTEGER NOT NULL,
    id               BLOB NOT NULL,
    offered_position INTEGER NOT NULL,
    last_position    INTEGER NOT NULL,
    version          INTEGER NOT NULL,
    offered_at       INTEGER NOT NULL,
    day              INTEGER NOT NULL,
    hour             INTEGER NOT NULL,
    direction        TEXT NOT NULL,
    caller           BLOB,
    agent            BLOB,
    dialled          TEXT,
    queue            TEXT,
    evidence         TEXT NOT NULL,
    status           TEXT NOT NULL,
    in_hours         INTEGER NOT NULL,
    dropped          INTEGER NOT NULL,
    wait_seconds     INTEGER,
    talk_seconds     INTEGER,
    answered_at      INTEGER,
    ended_at         INTEGER,
    ended_by         TEXT,
    consultation     BLOB,
    PRIMARY KEY (log_no, id)
) STRICT;
CREATE INDEX calls_by_time ON calls (log_no, offered_at, id);
CREATE INDEX calls_by_caller ON calls (log_no, caller, offered_at, id) WHERE caller IS NOT NULL;
CREATE INDEX calls_under_way ON calls (log_no, status, offered_at, id) WHERE status IN ('offered', 'answered');

-- Inbound calls. An answer counts where the call was offered.
CREATE TABLE call_years (
    log_no             INTEGER NOT NULL,
    year               INTEGER NOT NULL,
    offered            INTEGER NOT NULL,
    answered           INTEGER NOT NULL,
    abandoned          INTEGER NOT NULL,
    offered_in_hours   INTEGER NOT NULL,
    answered_in_hours  INTEGER NOT NULL,
    abandoned_in_hours INTEGER NOT NULL,
    PRIMARY KEY (log_no, year)
) STRICT, WITHOUT ROWID;

CREATE TABLE call_hours (
    log_no                 INTEGER NOT NULL,
    day                    INTEGER NOT NULL,
    hour                   INTEGER NOT NULL,
    offered                INTEGER NOT NULL,
    answered               INTEGER NOT NULL,
    abandoned              INTEGER NOT NULL,
    offered_in_hours       INTEGER NOT NULL,
    answered_in_hours      INTEGER NOT NULL,
    abandoned_in_hours     INTEGER NOT NULL,
    answered_wait_seconds  INTEGER NOT NULL,
    abandoned_wait_seconds INTEGER NOT NULL,
    talk_seconds           INTEGER NOT NULL,
    PRIMARY KEY (log_no, day, hour)
) STRICT, WITHOUT ROWID;

CREATE TABLE call_agents (
    log_no       INTEGER NOT NULL,
    day          INTEGER NOT NULL,
    agent        BLOB NOT NULL,
    answered     INTEGER NOT NULL,
    talk_seconds INTEGER NOT NULL,
    PRIMARY KEY (log_no, day, agent)
) STRICT, WITHOUT ROWID;

-- How long answered inbound calls had waited: to the second up to two minutes, then to ten seconds, then to the minute.
CREATE TABLE call_waits (
    log_no   INTEGER NOT NULL,
    day      INTEGER NOT NULL,
    seconds  INTEGER NOT NULL, -- the longest wait of this bucket
    answered INTEGER NOT NULL,
    PRIMARY KEY (log_no, day, seconds)
) STRICT, WITHOUT ROWID;

-- Callers and their histories.

CREATE TABLE callers (
    log_no              INTEGER NOT NULL,
    id                  BLOB NOT NULL,
    registered_position INTEGER NOT NULL,
    last_position       INTEGER NOT NULL,
    version             INTEGER NOT NULL,
    registered_at       INTEGER NOT NULL,
    kind                TEXT NOT NULL,
    external_reference  INTEGER NOT NULL, -- whether it came with one
    merged_into         BLOB,
    erased_at           INTEGER,
    PRIMARY KEY (log_no, id)
) STRICT;
CREATE INDEX callers_by_time ON callers (log_no, registered_at, id);
CREATE INDEX callers_merged ON callers (log_no, merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE caller_counts (
    log_no         INTEGER NOT NULL,
    caller         BLOB NOT NULL,
    consultations  INTEGER NOT NULL,
    calls          INTEGER NOT NULL,
    answered_calls INTEGER NOT NULL,
    PRIMARY KEY (log_no, caller)
) STRICT, WITHOUT ROWID;

-- Every call, consultation and callback, with whom it was, if known: the callers' histories in one order.
CREATE TABLE contacts (
    log_no      INTEGER NOT NULL,
    id          BLOB NOT NULL,
    kind        TEXT NOT NULL,
    position    INTEGER NOT NULL,
    occurred_at INTEGER NOT NULL,
    caller      BLOB,
    answered    INTEGER NOT NULL,
    voided      INTEGER NOT NULL,
    PRIMARY KEY (log_no, id)
) STRICT;
CREATE INDEX contacts_by_caller ON contacts (log_no, caller, occurred_at, id) WHERE caller IS NOT NULL;

-- Callbacks.

CREATE TABLE callbacks (
    log_no            INTEGER NOT NULL,
    id                BLOB NOT NULL,
    promised_position INTEGER NOT NULL,
    last_position     INTEGER NOT NULL,
    version           INTEGER NOT NULL,
    promised_at       INTEGER NOT NULL,
    due               INTEGER NOT NULL,
    for_kind          TEXT NOT NULL,
    for_id            BLOB NOT NULL,
    caller            BLOB,
    agent             BLOB,
    attempts          INTEGER NOT NULL,
    status            TEXT NOT NULL,
    kept_by_call      BLOB,
    closed_at         INTEGER,
    cancel_reason     TEXT,
    PRIMARY KEY (log_no, id)
) STRICT;
CREATE INDEX callbacks_promised ON callbacks (log_no, status, due, id) WHERE status = 'promised';
CREATE INDEX callbacks_by_for ON callbacks (log_no, for_id);

-- The directory, and what of it was given.

CREATE TABLE directory_entries (
    log_no         INTEGER NOT NULL,
    id             BLOB NOT NULL,
    added_position INTEGER NOT NULL,
    last_position  INTEGER NOT NULL,
    version        INTEGER NOT NULL,
    entry_version  INTEGER NOT NULL,
    organisation   TEXT NOT NULL,
    department     TEXT NOT NULL,
    duties         TEXT NOT NULL,
    phone          TEXT NOT NULL,
    hours          TEXT,
    category       TEXT,
    retired_at     INTEGER,
    PRIMARY KEY (log_no, id)
) STRICT;

CREATE TABLE numbers_given (
    log_no        INTEGER NOT NULL,
    position      INTEGER NOT NULL,
    consultation  BLOB NOT NULL,
    entry         BLOB NOT NULL,
    entry_version INTEGER NOT NULL,
    day           INTEGER NOT NULL,
    voided        INTEGER NOT NULL,
    PRIMARY KEY (log_no, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX numbers_given_by_consultation ON numbers_given (log_no, consultation);

CREATE TABLE number_days (
    log_no INTEGER NOT NULL,
    day    INTEGER NOT NULL,
    entry  BLOB NOT NULL,
    given  INTEGER NOT NULL,
    PRIMARY KEY (log_no, day, entry)
) STRICT, WITHOUT ROWID;

-- Agents: what they do, never who they are.

CREATE TABLE agents (
    log_no              INTEGER NOT NULL,
    id                  BLOB NOT NULL,
    registered_position INTEGER NOT NULL,
    last_position       INTEGER NOT NULL,
    version             INTEGER NOT NULL,
    registered_at       INTEGER NOT NULL,
    extension           TEXT,
    state               TEXT, -- null off shift
    state_since         INTEGER,
    on_shift_since      INTEGER,
    retired_at          INTEGER,
    PRIMARY KEY (log_no, id)
) STRICT;

-- The centre and its rules. Bodies are those of the events, JSON; they hold nothing personal.

CREATE TABLE centres (
    log_no                INTEGER NOT NULL PRIMARY KEY,
    position              INTEGER NOT NULL,
    name                  TEXT NOT NULL,
    time_zone             TEXT NOT NULL,
    opened_on             INTEGER NOT NULL,
    records_complete_from INTEGER NOT NULL
) STRICT;

CREATE TABLE centre_rules (
    log_no       INTEGER NOT NULL,
    kind         TEXT NOT NULL, -- calendar, counting, taxonomy
    rule_version INTEGER NOT NULL,
    position     INTEGER NOT NULL,
    occurred_at  INTEGER NOT NULL,
    body         TEXT NOT NULL,
    PRIMARY KEY (log_no, kind, rule_version)
) STRICT;

CREATE TABLE legacy_balances (
    log_no        INTEGER NOT NULL,
    year          INTEGER NOT NULL,
    position      INTEGER NOT NULL,
    consultations INTEGER, -- null where it is not known
    source        TEXT NOT NULL,
    PRIMARY KEY (log_no, year)
) STRICT;

-- Imports.

CREATE TABLE imports (
    log_no          INTEGER NOT NULL,
    id              BLOB NOT NULL,
    position        INTEGER NOT NULL,
    last_position   INTEGER NOT NULL,
    started_at      INTEGER NOT NULL,
    format          TEXT NOT NULL,
    source          TEXT NOT NULL,
    file_sha256     TEXT NOT NULL,
    mapping_sha256  TEXT,
    completed_at    INTEGER,
    read            INTEGER,
    accepted        INTEGER,
    already_present INTEGER,
    rejected        INTEGER,
    skipped         TEXT, -- JSON: [{"reason", "rows"}]
    PRIMARY KEY (log_no, id)
) STRICT;
