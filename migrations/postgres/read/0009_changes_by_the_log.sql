-- The order in which consultations last changed is that of the log, and is read from there. Its index moved with every event, and
-- kept every row from being updated in place.

DROP INDEX IF EXISTS consultations_by_change;
DROP INDEX IF EXISTS consultations_by_change_b;
