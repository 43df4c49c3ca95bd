-- Numbers of the directory that callers asked for, beside those that they were given; and what stands behind a rank: the
-- consultations in which it was, in the order of time. `numbers_given` holds both, told apart by `act`.

ALTER TABLE numbers_given ADD COLUMN act TEXT NOT NULL DEFAULT 'given'; -- given, asked_for
ALTER TABLE numbers_given ADD COLUMN occurred_at INTEGER NOT NULL DEFAULT 0; -- microseconds since 1970
ALTER TABLE numbers_given ADD COLUMN span INTEGER;
CREATE INDEX numbers_given_by_span ON numbers_given (log_no, span) WHERE span IS NOT NULL;
CREATE INDEX numbers_given_by_entry ON numbers_given (log_no, entry, act, occurred_at, position);

ALTER TABLE number_days ADD COLUMN asked_for INTEGER NOT NULL DEFAULT 0;
ALTER TABLE number_days_past ADD COLUMN asked_for INTEGER NOT NULL DEFAULT 0;
