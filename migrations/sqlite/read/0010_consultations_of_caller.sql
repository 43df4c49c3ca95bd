-- A caller's consultations were opened at as many times, and lie on as many pages of their table. The index by which they are found
-- holds all that a list shows of them, but for what changes with every event. It stands beside the one before, so that queries
-- go on while it is made.

CREATE INDEX consultations_of_caller ON consultations (
    log_no, caller, occurred_at, id,
    agent, category, taxonomy_version, channel, contact_reason, opened_by_call, opened_by_callback, status
) WHERE caller IS NOT NULL;
