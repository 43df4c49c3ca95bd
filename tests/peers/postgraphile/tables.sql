-- The county's callers, consultations and yearly counts as tables of their own, for a server that shows tables: what the
-- questions ask for, with the indexes that answer them, and the years counted beforehand.
CREATE SCHEMA peer;

CREATE TABLE peer.callers (
    caller_id     UUID PRIMARY KEY,
    kind          TEXT NOT NULL,
    registered_at TIMESTAMPTZ NOT NULL
);
INSERT INTO peer.callers
SELECT encode(id, 'hex')::uuid, kind, to_timestamp(registered_at / 1e6) FROM read.callers;

CREATE TABLE peer.consultations (
    consultation_id UUID PRIMARY KEY,
    caller_id       UUID REFERENCES peer.callers,
    agent_id        UUID,
    status          TEXT NOT NULL,
    opened_at       TIMESTAMPTZ NOT NULL,
    channel         TEXT NOT NULL,
    contact_reason  TEXT NOT NULL,
    category        TEXT
);
INSERT INTO peer.consultations
SELECT encode(id, 'hex')::uuid, encode(caller, 'hex')::uuid, encode(agent, 'hex')::uuid, status,
    to_timestamp(occurred_at / 1e6), channel, contact_reason, category
FROM read.consultations;
CREATE INDEX ON peer.consultations (caller_id, opened_at DESC, consultation_id)
    INCLUDE (status, channel, contact_reason, category, agent_id);
CREATE INDEX ON peer.consultations (opened_at DESC, consultation_id);

CREATE TABLE peer.yearly_counts (
    year           INT PRIMARY KEY,
    consultations  INT NOT NULL,
    offered        INT NOT NULL,
    answered       INT NOT NULL,
    unique_callers INT NOT NULL
);
INSERT INTO peer.yearly_counts
SELECT year, consultations, offered, answered, unique_callers
FROM read.consultation_years JOIN read.call_years USING (log_no, year);

-- An index is read without its table where the server knows that everybody sees the rows.
VACUUM ANALYZE peer.callers, peer.consultations, peer.yearly_counts;
