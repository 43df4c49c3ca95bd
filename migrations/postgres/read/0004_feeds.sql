-- Feeds and long lists, at the same cost wherever in the log they are read.

-- Consultations in the order in which they last changed: what a reporting job has not seen yet.
CREATE INDEX consultations_by_change ON consultations (log_no, last_position);

-- Few are voided, and who looks for them should not have to go through the others.
CREATE INDEX consultations_voided ON consultations (log_no, status, occurred_at, id) WHERE status = 'voided';

-- In which blocks of positions there are events of a type: whoever asks for events of some types has the log read in those
-- blocks only. A block n holds the positions n * 512 + 1 to (n + 1) * 512.
CREATE TABLE event_types (
    log_no         BIGINT NOT NULL,
    type           TEXT NOT NULL,
    block          BIGINT NOT NULL,
    first_position BIGINT NOT NULL, -- of the first such event in the block
    PRIMARY KEY (log_no, type, block)
);
