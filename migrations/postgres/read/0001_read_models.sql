-- What is computed from events and can be thrown away: `sangdam rebuild` fills it again.
--
-- Rows hold positions, ids and codes, never personal data, plain or sealed. A day is the number yyyymmdd on the
-- centre's own clock; moments are microseconds since 1970 in UTC. While a projection is built anew, its tables stand
-- here a second time, with `next_` in front of their names.

-- The logs, by the numbers that the other tables know them by. Never rebuilt.
CREATE TABLE logs (
    log_no BIGINT NOT NULL PRIMARY KEY,
    log    TEXT NOT NULL UNIQUE
);

-- How far each projection has come. Rows and checkpoint are written in one transaction, which goes through only where
-- the checkpoint still stands where the writer left it: each event counts once, however many processes apply.
CREATE TABLE checkpoints (
    generation       TEXT NOT NULL, -- serving, or next while it is built
    projection       TEXT NOT NULL,
    log_no           BIGINT NOT NULL,
    version          BIGINT NOT NULL,
    position         BIGINT NOT NULL,
    recorded_at      BIGINT NOT NULL,
    problem_position BIGINT,           -- the event that it cannot apply
    problem          TEXT,
    PRIMARY KEY (generation, projection, log_no)
);

-- Consultations: the rows, and what is counted from them.

CREATE TABLE consultations (
    log_no             BIGINT NOT NULL,
    id                 BYTEA NOT NULL,
    opened_position    BIGINT NOT NULL,
    last_position      BIGINT NOT NULL,
    version            BIGINT NOT NULL,
    occurred_at        BIGINT NOT NULL,
    day                BIGINT NOT NULL,
    hour               BIGINT NOT NULL,
    caller             BYTEA,
    agent              BYTEA,
    category           TEXT,
    taxonomy_version   BIGINT,
    channel            TEXT NOT NULL,
    contact_reason     TEXT NOT NULL,
    opened_by_call     BYTEA NOT NULL,
    opened_by_callback BYTEA,
    status             TEXT NOT NULL,
    resolved_by        TEXT,
    outcome            TEXT,
    resolved_at        BIGINT,
    voided_at          BIGINT,
    notes              BIGINT NOT NULL,
    transfers          BIGINT NOT NULL,
    calls              BIGINT NOT NULL,
    numbers_given      BIGINT NOT NULL,
    PRIMARY KEY (log_no, id)
);
CREATE INDEX consultations_by_time ON consultations (log_no, occurred_at, id);
CREATE INDEX consultations_by_caller ON consultations (log_no, caller, occurred_at, id) WHERE caller IS NOT NULL;
CREATE INDEX consultations_by_agent ON consultations (log_no, agent, occurred_at, id) WHERE agent IS NOT NULL;
CREATE INDEX consultations_by_category ON consultations (log_no, category, occurred_at, id) WHERE category IS NOT NULL;
CREATE INDEX consultations_open ON consultations (log_no, status, occurred_at, id) WHERE status = 'open';
CREATE INDEX consultations_by_call ON consultations (log_no, opened_by_call);

CREATE TABLE consultation_years (
    log_no         BIGINT NOT NULL,
    year           BIGINT NOT NULL,
    consultations  BIGINT NOT NULL,
    unique_callers BIGINT NOT NULL,
    PRIMARY KEY (log_no, year)
);

CREATE TABLE consultation_hours (
    log_no        BIGINT NOT NULL,
    day           BIGINT NOT NULL,
    hour          BIGINT NOT NULL,
    consultations BIGINT NOT NULL,
    PRIMARY KEY (log_no, day, hour)
);

-- An empty agent stands for those of whom it is not known who took them.
CREATE TABLE consultation_agents (
    log_no        BIGINT NOT NULL,
    day           BIGINT NOT NULL,
    agent         BYTEA NOT NULL,
    consultations BIGINT NOT NULL,
    PRIMARY KEY (log_no, day, agent)
);

-- An empty category stands for those that are in none.
CREATE TABLE consultation_categories (
    log_no        BIGINT NOT NULL,
    day           BIGINT NOT NULL,
    category      TEXT NOT NULL,
    consultations BIGINT NOT NULL,
    PRIMARY KEY (log_no, day, category)
);

-- How many counted consultations a caller had in a year: those with at least one are the year's unique callers.
CREATE TABLE caller_years (
    log_no        BIGINT NOT NULL,
    caller        BYTEA NOT NULL,
    year          BIGINT NOT NULL,
    consultations BIGINT NOT NULL,
    PRIMARY KEY (log_no, caller, year)
);

-- Every step of the cumulative count, on two bases. The step that last crossed a threshold upwards has a total of
-- exactly the threshold (a consultation) or jumps over it (a legacy balance, which has no consultation).
CREATE TABLE cumulative_steps (
    log_no       BIGINT NOT NULL,
    basis        BIGINT NOT NULL, -- 1 since the records are complete, 2 since opening
    total        BIGINT NOT NULL,
    position     BIGINT NOT NULL,
    delta        BIGINT NOT NULL,
    consultation BYTEA,
    occurred_at  BIGINT NOT NULL,
    PRIMARY KEY (log_no, basis, total, position)
);
CREATE INDEX cumulative_steps_legacy ON cumulative_steps (log_no, basis, position) WHERE consultation IS NULL;

CREATE TABLE cumulative_totals (
    log_no BIGINT NOT NULL,
    basis  BIGINT NOT NULL,
    total  BIGINT NOT NULL,
    PRIMARY KEY (log_no, basis)
);

-- Calls: the rows, and the service level.

CREATE TABLE calls (
    log_no           BIGINT NOT NULL,
    id               BYTEA NOT NULL,
    offered_position BIGINT NOT NULL,
    last_position    BIGINT NOT NULL,
    version          BIGINT NOT NULL,
    offered_at       BIGINT NOT NULL,
    day              BIGINT NOT NULL,
    hour             BIGINT NOT NULL,
    direction        TEXT NOT NULL,
    caller           BYTEA,
    agent            BYTEA,
    dialled          TEXT,
    queue            TEXT,
    evidence         TEXT NOT NULL,
    status           TEXT NOT NULL,
    in_hours         BIGINT NOT NULL,
    dropped          BIGINT NOT NULL,
    wait_seconds     BIGINT,
    talk_seconds     BIGINT,
    answered_at      BIGINT,
    ended_at         BIGINT,
    ended_by         TEXT,
    consultation     BYTEA,
    PRIMARY KEY (log_no, id)
);
CREATE INDEX calls_by_time ON calls (log_no, offered_at, id);
CREATE INDEX calls_by_caller ON calls (log_no, caller, offered_at, id) WHERE caller IS NOT NULL;
CREATE INDEX calls_under_way ON calls (log_no, status, offered_at, id) WHERE status IN ('offered', 'answered');

-- Inbound calls. An answer counts where the call was offered.
CREATE TABLE call_years (
    log_no             BIGINT NOT NULL,
    year               BIGINT NOT NULL,
    offered            BIGINT NOT NULL,
    answered           BIGINT NOT NULL,
    abandoned          BIGINT NOT NULL,
    offered_in_hours   BIGINT NOT NULL,
    answered_in_hours  BIGINT NOT NULL,
    abandoned_in_hours BIGINT NOT NULL,
    PRIMARY KEY (log_no, year)
);

CREATE TABLE call_hours (
    log_no                 BIGINT NOT NULL,
    day                    BIGINT NOT NULL,
    hour                   BIGINT NOT NULL,
    offered                BIGINT NOT NULL,
    answered               BIGINT NOT NULL,
    abandoned              BIGINT NOT NULL,
    offered_in_hours       BIGINT NOT NULL,
    answered_in_hours      BIGINT NOT NULL,
    abandoned_in_hours     BIGINT NOT NULL,
    answered_wait_seconds  BIGINT NOT NULL,
    abandoned_wait_seconds BIGINT NOT NULL,
    talk_seconds           BIGINT NOT NULL,
    PRIMARY KEY (log_no, day, hour)
);

CREATE TABLE call_agents (
    log_no       BIGINT NOT NULL,
    day          BIGINT NOT NULL,
    agent        BYTEA NOT NULL,
    answered     BIGINT NOT NULL,
    talk_seconds BIGINT NOT NULL,
    PRIMARY KEY (log_no, day, agent)
);

-- How long answered inbound calls had waited: to the second up to two minutes, then to ten seconds, then to the minute.
CREATE TABLE call_waits (
    log_no   BIGINT NOT NULL,
    day      BIGINT NOT NULL,
    seconds  BIGINT NOT NULL, -- the longest wait of this bucket
    answered BIGINT NOT NULL,
    PRIMARY KEY (log_no, day, seconds)
);

-- Callers and their histories.

CREATE TABLE callers (
    log_no              BIGINT NOT NULL,
    id                  BYTEA NOT NULL,
    registered_position BIGINT NOT NULL,
    last_position       BIGINT NOT NULL,
    version             BIGINT NOT NULL,
    registered_at       BIGINT NOT NULL,
    kind                TEXT NOT NULL,
    external_reference  BIGINT NOT NULL, -- whether it came with one
    merged_into         BYTEA,
    erased_at           BIGINT,
    PRIMARY KEY (log_no, id)
);
CREATE INDEX callers_by_time ON callers (log_no, registered_at, id);
CREATE INDEX callers_merged ON callers (log_no, merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE caller_counts (
    log_no         BIGINT NOT NULL,
    caller         BYTEA NOT NULL,
    consultations  BIGINT NOT NULL,
    calls          BIGINT NOT NULL,
    answered_calls BIGINT NOT NULL,
    PRIMARY KEY (log_no, caller)
);

-- Every call, consultation and callback, with whom it was, if known: the callers' histories in one order.
CREATE TABLE contacts (
    log_no      BIGINT NOT NULL,
    id          BYTEA NOT NULL,
    kind        TEXT NOT NULL,
    position    BIGINT NOT NULL,
    occurred_at BIGINT NOT NULL,
    caller      BYTEA,
    answered    BIGINT NOT NULL,
    voided      BIGINT NOT NULL,
    PRIMARY KEY (log_no, id)
);
CREATE INDEX contacts_by_caller ON contacts (log_no, caller, occurred_at, id) WHERE caller IS NOT NULL;

-- Callbacks.

CREATE TABLE callbacks (
    log_no            BIGINT NOT NULL,
    id                BYTEA NOT NULL,
    promised_position BIGINT NOT NULL,
    last_position     BIGINT NOT NULL,
    version           BIGINT NOT NULL,
    promised_at       BIGINT NOT NULL,
    due               BIGINT NOT NULL,
    for_kind          TEXT NOT NULL,
    for_id            BYTEA NOT NULL,
    caller            BYTEA,
    agent             BYTEA,
    attempts          BIGINT NOT NULL,
    status            TEXT NOT NULL,
    kept_by_call      BYTEA,
    closed_at         BIGINT,
    cancel_reason     TEXT,
    PRIMARY KEY (log_no, id)
);
CREATE INDEX callbacks_promised ON callbacks (log_no, status, due, id) WHERE status = 'promised';
CREATE INDEX callbacks_by_for ON callbacks (log_no, for_id);

-- The directory, and what of it was given.

CREATE TABLE directory_entries (
    log_no         BIGINT NOT NULL,
    id             BYTEA NOT NULL,
    added_position BIGINT NOT NULL,
    last_position  BIGINT NOT NULL,
    version        BIGINT NOT NULL,
    entry_version  BIGINT NOT NULL,
    organisation   TEXT NOT NULL,
    department     TEXT NOT NULL,
    duties         TEXT NOT NULL,
    phone          TEXT NOT NULL,
    hours          TEXT,
    category       TEXT,
    retired_at     BIGINT,
    PRIMARY KEY (log_no, id)
);

CREATE TABLE numbers_given (
    log_no        BIGINT NOT NULL,
    position      BIGINT NOT NULL,
    consultation  BYTEA NOT NULL,
    entry         BYTEA NOT NULL,
    entry_version BIGINT NOT NULL,
    day           BIGINT NOT NULL,
    voided        BIGINT NOT NULL,
    PRIMARY KEY (log_no, position)
);
CREATE INDEX numbers_given_by_consultation ON numbers_given (log_no, consultation);

CREATE TABLE number_days (
    log_no BIGINT NOT NULL,
    day    BIGINT NOT NULL,
    entry  BYTEA NOT NULL,
    given  BIGINT NOT NULL,
    PRIMARY KEY (log_no, day, entry)
);

-- Agents: what they do, never who they are.

CREATE TABLE agents (
    log_no              BIGINT NOT NULL,
    id                  BYTEA NOT NULL,
    registered_position BIGINT NOT NULL,
    last_position       BIGINT NOT NULL,
    version             BIGINT NOT NULL,
    registered_at       BIGINT NOT NULL,
    extension           TEXT,
    state               TEXT, -- null off shift
    state_since         BIGINT,
    on_shift_since      BIGINT,
    retired_at          BIGINT,
    PRIMARY KEY (log_no, id)
);

-- The centre and its rules. Bodies are those of the events, JSON; they hold nothing personal.

CREATE TABLE centres (
    log_no                BIGINT NOT NULL PRIMARY KEY,
    position              BIGINT NOT NULL,
    name                  TEXT NOT NULL,
    time_zone             TEXT NOT NULL,
    opened_on             BIGINT NOT NULL,
    records_complete_from BIGINT NOT NULL
);

CREATE TABLE centre_rules (
    log_no       BIGINT NOT NULL,
    kind         TEXT NOT NULL, -- calendar, counting, taxonomy
    rule_version BIGINT NOT NULL,
    position     BIGINT NOT NULL,
    occurred_at  BIGINT NOT NULL,
    body         TEXT NOT NULL,
    PRIMARY KEY (log_no, kind, rule_version)
);

CREATE TABLE legacy_balances (
    log_no        BIGINT NOT NULL,
    year          BIGINT NOT NULL,
    position      BIGINT NOT NULL,
    consultations BIGINT, -- null where it is not known
    source        TEXT NOT NULL,
    PRIMARY KEY (log_no, year)
);

-- Imports.

CREATE TABLE imports (
    log_no          BIGINT NOT NULL,
    id              BYTEA NOT NULL,
    position        BIGINT NOT NULL,
    last_position   BIGINT NOT NULL,
    started_at      BIGINT NOT NULL,
    format          TEXT NOT NULL,
    source          TEXT NOT NULL,
    file_sha256     TEXT NOT NULL,
    mapping_sha256  TEXT,
    completed_at    BIGINT,
    read            BIGINT,
    accepted        BIGINT,
    already_present BIGINT,
    rejected        BIGINT,
    skipped         TEXT, -- JSON: [{"reason", "rows"}]
    PRIMARY KEY (log_no, id)
);
