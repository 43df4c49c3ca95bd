-- Consultations of callers are found by consultations_of_caller.

DROP INDEX IF EXISTS consultations_by_caller;
DROP INDEX IF EXISTS consultations_by_caller_b;
