-- Which answered calls nobody has accounted for, what became of lines that broke, and whom to call back.

ALTER TABLE calls ADD COLUMN dropped_at BIGINT;
ALTER TABLE calls ADD COLUMN no_consultation TEXT;
ALTER TABLE calls ADD COLUMN unaccounted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE calls_past ADD COLUMN dropped_at BIGINT;
ALTER TABLE calls_past ADD COLUMN no_consultation TEXT;
ALTER TABLE calls_past ADD COLUMN unaccounted BIGINT NOT NULL DEFAULT 0;

-- Few are unaccounted for at any time, and who looks for them should not have to go through the others.
CREATE INDEX calls_unaccounted ON calls (log_no, unaccounted, offered_at, id) WHERE unaccounted = 1;

-- What a caller was promised and still waits for: asked each time that somebody calls.
CREATE INDEX callbacks_open_of_caller ON callbacks (log_no, caller, due, id) WHERE status = 'promised';
