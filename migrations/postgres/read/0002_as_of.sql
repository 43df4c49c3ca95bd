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
ALTER TABLE checkpoints ADD COLUMN ahead_micros BIGINT NOT NULL DEFAULT 0;

ALTER TABLE consultations ADD COLUMN held_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE consultations ADD COLUMN span BIGINT;
CREATE INDEX consultations_by_span ON consultations (log_no, span) WHERE span IS NOT NULL;
ALTER TABLE calls ADD COLUMN held_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN span BIGINT;
CREATE INDEX calls_by_span ON calls (log_no, span) WHERE span IS NOT NULL;
ALTER TABLE contacts ADD COLUMN held_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE contacts ADD COLUMN span BIGINT;
CREATE INDEX contacts_by_span ON contacts (log_no, span) WHERE span IS NOT NULL;
ALTER TABLE callbacks ADD COLUMN held_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE callbacks ADD COLUMN span BIGINT;
CREATE INDEX callbacks_by_span ON callbacks (log_no, span) WHERE span IS NOT NULL;
ALTER TABLE callers ADD COLUMN held_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE directory_entries ADD COLUMN held_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE numbers_given ADD COLUMN held_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE agents ADD COLUMN held_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE imports ADD COLUMN held_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE consultation_years ADD COLUMN since_position BIGINT NOT NULL DEFAULT 0;
ALTER TABLE consultation_years ADD COLUMN held_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE consultation_hours ADD COLUMN since_position BIGINT NOT NULL DEFAULT 0;
ALTER TABLE consultation_hours ADD COLUMN held_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE consultation_agents ADD COLUMN since_position BIGINT NOT NULL DEFAULT 0;
ALTER TABLE consultation_agents ADD COLUMN held_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE consultation_categories ADD COLUMN since_position BIGINT NOT NULL DEFAULT 0;
ALTER TABLE consultation_categories ADD COLUMN held_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE caller_years ADD COLUMN since_position BIGINT NOT NULL DEFAULT 0;
ALTER TABLE caller_years ADD COLUMN held_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cumulative_totals ADD COLUMN since_position BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cumulative_totals ADD COLUMN held_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE call_years ADD COLUMN since_position BIGINT NOT NULL DEFAULT 0;
ALTER TABLE call_years ADD COLUMN held_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE call_hours ADD COLUMN since_position BIGINT NOT NULL DEFAULT 0;
ALTER TABLE call_hours ADD COLUMN held_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE call_agents ADD COLUMN since_position BIGINT NOT NULL DEFAULT 0;
ALTER TABLE call_agents ADD COLUMN held_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE call_waits ADD COLUMN since_position BIGINT NOT NULL DEFAULT 0;
ALTER TABLE call_waits ADD COLUMN held_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE caller_counts ADD COLUMN since_position BIGINT NOT NULL DEFAULT 0;
ALTER TABLE caller_counts ADD COLUMN held_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE number_days ADD COLUMN since_position BIGINT NOT NULL DEFAULT 0;
ALTER TABLE number_days ADD COLUMN held_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE legacy_balances ADD COLUMN since_position BIGINT NOT NULL DEFAULT 0;
ALTER TABLE legacy_balances ADD COLUMN held_from BIGINT NOT NULL DEFAULT 0;

-- What rows said before, until the position at which that ended.

CREATE TABLE consultations_past (
    log_no           BIGINT NOT NULL,
    id               BYTEA NOT NULL,
    held_to          BIGINT NOT NULL,
    last_position    BIGINT NOT NULL,
    version          BIGINT NOT NULL,
    caller           BYTEA,
    agent            BYTEA,
    category         TEXT,
    taxonomy_version BIGINT,
    contact_reason   TEXT NOT NULL,
    status           TEXT NOT NULL,
    resolved_by      TEXT,
    outcome          TEXT,
    resolved_at      BIGINT,
    voided_at        BIGINT,
    notes            BIGINT NOT NULL,
    transfers        BIGINT NOT NULL,
    calls            BIGINT NOT NULL,
    numbers_given    BIGINT NOT NULL,
    PRIMARY KEY (log_no, id, held_to)
);

CREATE TABLE calls_past (
    log_no        BIGINT NOT NULL,
    id            BYTEA NOT NULL,
    held_to       BIGINT NOT NULL,
    last_position BIGINT NOT NULL,
    version       BIGINT NOT NULL,
    caller        BYTEA,
    agent         BYTEA,
    status        TEXT NOT NULL,
    in_hours      BIGINT NOT NULL,
    dropped       BIGINT NOT NULL,
    wait_seconds  BIGINT,
    talk_seconds  BIGINT,
    answered_at   BIGINT,
    ended_at      BIGINT,
    ended_by      TEXT,
    consultation  BYTEA,
    PRIMARY KEY (log_no, id, held_to)
);

CREATE TABLE contacts_past (
    log_no   BIGINT NOT NULL,
    id       BYTEA NOT NULL,
    held_to  BIGINT NOT NULL,
    caller   BYTEA,
    answered BIGINT NOT NULL,
    voided   BIGINT NOT NULL,
    PRIMARY KEY (log_no, id, held_to)
);

CREATE TABLE callbacks_past (
    log_no        BIGINT NOT NULL,
    id            BYTEA NOT NULL,
    held_to       BIGINT NOT NULL,
    last_position BIGINT NOT NULL,
    version       BIGINT NOT NULL,
    caller        BYTEA,
    agent         BYTEA,
    attempts      BIGINT NOT NULL,
    status        TEXT NOT NULL,
    kept_by_call  BYTEA,
    closed_at     BIGINT,
    cancel_reason TEXT,
    PRIMARY KEY (log_no, id, held_to)
);

CREATE TABLE callers_past (
    log_no        BIGINT NOT NULL,
    id            BYTEA NOT NULL,
    held_to       BIGINT NOT NULL,
    last_position BIGINT NOT NULL,
    version       BIGINT NOT NULL,
    merged_into   BYTEA,
    erased_at     BIGINT,
    PRIMARY KEY (log_no, id, held_to)
);

CREATE INDEX callers_past_merged ON callers_past (log_no, merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE directory_entries_past (
    log_no        BIGINT NOT NULL,
    id            BYTEA NOT NULL,
    held_to       BIGINT NOT NULL,
    last_position BIGINT NOT NULL,
    version       BIGINT NOT NULL,
    entry_version BIGINT NOT NULL,
    organisation  TEXT NOT NULL,
    department    TEXT NOT NULL,
    duties        TEXT NOT NULL,
    phone         TEXT NOT NULL,
    hours         TEXT,
    category      TEXT,
    retired_at    BIGINT,
    PRIMARY KEY (log_no, id, held_to)
);

CREATE TABLE numbers_given_past (
    log_no   BIGINT NOT NULL,
    position BIGINT NOT NULL,
    held_to  BIGINT NOT NULL,
    voided   BIGINT NOT NULL,
    PRIMARY KEY (log_no, position, held_to)
);

CREATE TABLE agents_past (
    log_no         BIGINT NOT NULL,
    id             BYTEA NOT NULL,
    held_to        BIGINT NOT NULL,
    last_position  BIGINT NOT NULL,
    version        BIGINT NOT NULL,
    state          TEXT,
    state_since    BIGINT,
    on_shift_since BIGINT,
    retired_at     BIGINT,
    PRIMARY KEY (log_no, id, held_to)
);

CREATE TABLE imports_past (
    log_no          BIGINT NOT NULL,
    id              BYTEA NOT NULL,
    held_to         BIGINT NOT NULL,
    last_position   BIGINT NOT NULL,
    completed_at    BIGINT,
    read            BIGINT,
    accepted        BIGINT,
    already_present BIGINT,
    rejected        BIGINT,
    skipped         TEXT,
    PRIMARY KEY (log_no, id, held_to)
);

CREATE TABLE consultation_years_past (
    log_no         BIGINT NOT NULL,
    year           BIGINT NOT NULL,
    held_to        BIGINT NOT NULL,
    consultations  BIGINT NOT NULL,
    unique_callers BIGINT NOT NULL,
    PRIMARY KEY (log_no, year, held_to)
);

CREATE TABLE consultation_hours_past (
    log_no        BIGINT NOT NULL,
    day           BIGINT NOT NULL,
    hour          BIGINT NOT NULL,
    held_to       BIGINT NOT NULL,
    consultations BIGINT NOT NULL,
    PRIMARY KEY (log_no, day, hour, held_to)
);

CREATE TABLE consultation_agents_past (
    log_no        BIGINT NOT NULL,
    day           BIGINT NOT NULL,
    agent         BYTEA NOT NULL,
    held_to       BIGINT NOT NULL,
    consultations BIGINT NOT NULL,
    PRIMARY KEY (log_no, day, agent, held_to)
);

CREATE TABLE consultation_categories_past (
    log_no        BIGINT NOT NULL,
    day           BIGINT NOT NULL,
    category      TEXT NOT NULL,
    held_to       BIGINT NOT NULL,
    consultations BIGINT NOT NULL,
    PRIMARY KEY (log_no, day, category, held_to)
);

CREATE TABLE caller_years_past (
    log_no        BIGINT NOT NULL,
    caller        BYTEA NOT NULL,
    year          BIGINT NOT NULL,
    held_to       BIGINT NOT NULL,
    consultations BIGINT NOT NULL,
    PRIMARY KEY (log_no, caller, year, held_to)
);

CREATE TABLE cumulative_totals_past (
    log_no  BIGINT NOT NULL,
    basis   BIGINT NOT NULL,
    held_to BIGINT NOT NULL,
    total   BIGINT NOT NULL,
    PRIMARY KEY (log_no, basis, held_to)
);

CREATE TABLE call_years_past (
    log_no             BIGINT NOT NULL,
    year               BIGINT NOT NULL,
    held_to            BIGINT NOT NULL,
    offered            BIGINT NOT NULL,
    answered           BIGINT NOT NULL,
    abandoned          BIGINT NOT NULL,
    offered_in_hours   BIGINT NOT NULL,
    answered_in_hours  BIGINT NOT NULL,
    abandoned_in_hours BIGINT NOT NULL,
    PRIMARY KEY (log_no, year, held_to)
);

CREATE TABLE call_hours_past (
    log_no                 BIGINT NOT NULL,
    day                    BIGINT NOT NULL,
    hour                   BIGINT NOT NULL,
    held_to                BIGINT NOT NULL,
    offered                BIGINT NOT NULL,
    answered               BIGINT NOT NULL,
    abandoned              BIGINT NOT NULL,
    offered_in_hours       BIGINT NOT NULL,
    answered_in_hours      BIGINT NOT NULL,
    abandoned_in_hours     BIGINT NOT NULL,
    answered_wait_seconds  BIGINT NOT NULL,
    abandoned_wait_seconds BIGINT NOT NULL,
    talk_seconds           BIGINT NOT NULL,
    PRIMARY KEY (log_no, day, hour, held_to)
);

CREATE TABLE call_agents_past (
    log_no       BIGINT NOT NULL,
    day          BIGINT NOT NULL,
    agent        BYTEA NOT NULL,
    held_to      BIGINT NOT NULL,
    answered     BIGINT NOT NULL,
    talk_seconds BIGINT NOT NULL,
    PRIMARY KEY (log_no, day, agent, held_to)
);

CREATE TABLE call_waits_past (
    log_no   BIGINT NOT NULL,
    day      BIGINT NOT NULL,
    seconds  BIGINT NOT NULL,
    held_to  BIGINT NOT NULL,
    answered BIGINT NOT NULL,
    PRIMARY KEY (log_no, day, seconds, held_to)
);

CREATE TABLE caller_counts_past (
    log_no         BIGINT NOT NULL,
    caller         BYTEA NOT NULL,
    held_to        BIGINT NOT NULL,
    consultations  BIGINT NOT NULL,
    calls          BIGINT NOT NULL,
    answered_calls BIGINT NOT NULL,
    PRIMARY KEY (log_no, caller, held_to)
);

CREATE TABLE number_days_past (
    log_no  BIGINT NOT NULL,
    day     BIGINT NOT NULL,
    entry   BYTEA NOT NULL,
    held_to BIGINT NOT NULL,
    given   BIGINT NOT NULL,
    PRIMARY KEY (log_no, day, entry, held_to)
);

CREATE TABLE legacy_balances_past (
    log_no        BIGINT NOT NULL,
    year          BIGINT NOT NULL,
    held_to       BIGINT NOT NULL,
    position      BIGINT NOT NULL,
    consultations BIGINT,
    source        TEXT NOT NULL,
    PRIMARY KEY (log_no, year, held_to)
);
