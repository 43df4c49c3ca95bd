-- What nobody asks for, or can be had from other rows, is not kept: how many contacts a caller had; and the cumulative total, which
-- its last step says. In what rows were, counts take four bytes, and so do the keys that are no moments: of such rows there
-- are many, and they are small.

DROP TABLE caller_counts_past;
DROP TABLE caller_counts;
DROP TABLE cumulative_totals_past;
DROP TABLE cumulative_totals;
DROP TABLE IF EXISTS next_caller_counts_past;
DROP TABLE IF EXISTS next_caller_counts;
DROP TABLE IF EXISTS next_cumulative_totals_past;
DROP TABLE IF EXISTS next_cumulative_totals;
CREATE INDEX cumulative_steps_by_position ON cumulative_steps (log_no, basis, position);

ALTER TABLE consultations_past
    ALTER COLUMN log_no TYPE INTEGER,
    ALTER COLUMN version TYPE INTEGER,
    ALTER COLUMN taxonomy_version TYPE INTEGER,
    ALTER COLUMN notes TYPE INTEGER,
    ALTER COLUMN transfers TYPE INTEGER,
    ALTER COLUMN calls TYPE INTEGER,
    ALTER COLUMN numbers_given TYPE INTEGER;

ALTER TABLE calls_past
    ALTER COLUMN log_no TYPE INTEGER,
    ALTER COLUMN version TYPE INTEGER,
    ALTER COLUMN in_hours TYPE INTEGER,
    ALTER COLUMN dropped TYPE INTEGER,
    ALTER COLUMN wait_seconds TYPE INTEGER,
    ALTER COLUMN talk_seconds TYPE INTEGER,
    ALTER COLUMN unaccounted TYPE INTEGER;

ALTER TABLE contacts_past
    ALTER COLUMN log_no TYPE INTEGER,
    ALTER COLUMN answered TYPE INTEGER,
    ALTER COLUMN voided TYPE INTEGER;

ALTER TABLE callbacks_past
    ALTER COLUMN log_no TYPE INTEGER,
    ALTER COLUMN version TYPE INTEGER,
    ALTER COLUMN attempts TYPE INTEGER;

ALTER TABLE callers_past
    ALTER COLUMN log_no TYPE INTEGER,
    ALTER COLUMN version TYPE INTEGER;

ALTER TABLE numbers_given_past
    ALTER COLUMN log_no TYPE INTEGER,
    ALTER COLUMN voided TYPE INTEGER;

ALTER TABLE agents_past
    ALTER COLUMN log_no TYPE INTEGER,
    ALTER COLUMN version TYPE INTEGER;

ALTER TABLE consultation_years_past
    ALTER COLUMN log_no TYPE INTEGER,
    ALTER COLUMN year TYPE INTEGER,
    ALTER COLUMN consultations TYPE INTEGER,
    ALTER COLUMN unique_callers TYPE INTEGER;

ALTER TABLE consultation_hours_past
    ALTER COLUMN log_no TYPE INTEGER,
    ALTER COLUMN day TYPE INTEGER,
    ALTER COLUMN hour TYPE INTEGER,
    ALTER COLUMN consultations TYPE INTEGER;

ALTER TABLE consultation_agents_past
    ALTER COLUMN log_no TYPE INTEGER,
    ALTER COLUMN day TYPE INTEGER,
    ALTER COLUMN consultations TYPE INTEGER;

ALTER TABLE consultation_categories_past
    ALTER COLUMN log_no TYPE INTEGER,
    ALTER COLUMN day TYPE INTEGER,
    ALTER COLUMN consultations TYPE INTEGER;

ALTER TABLE caller_years_past
    ALTER COLUMN log_no TYPE INTEGER,
    ALTER COLUMN year TYPE INTEGER,
    ALTER COLUMN consultations TYPE INTEGER;

ALTER TABLE call_years_past
    ALTER COLUMN log_no TYPE INTEGER,
    ALTER COLUMN year TYPE INTEGER,
    ALTER COLUMN offered TYPE INTEGER,
    ALTER COLUMN answered TYPE INTEGER,
    ALTER COLUMN abandoned TYPE INTEGER,
    ALTER COLUMN offered_in_hours TYPE INTEGER,
    ALTER COLUMN answered_in_hours TYPE INTEGER,
    ALTER COLUMN abandoned_in_hours TYPE INTEGER;

ALTER TABLE call_hours_past
    ALTER COLUMN log_no TYPE INTEGER,
    ALTER COLUMN day TYPE INTEGER,
    ALTER COLUMN hour TYPE INTEGER,
    ALTER COLUMN offered TYPE INTEGER,
    ALTER COLUMN answered TYPE INTEGER,
    ALTER COLUMN abandoned TYPE INTEGER,
    ALTER COLUMN offered_in_hours TYPE INTEGER,
    ALTER COLUMN answered_in_hours TYPE INTEGER,
    ALTER COLUMN abandoned_in_hours TYPE INTEGER,
    ALTER COLUMN answered_wait_seconds TYPE INTEGER,
    ALTER COLUMN abandoned_wait_seconds TYPE INTEGER,
    ALTER COLUMN talk_seconds TYPE INTEGER;

ALTER TABLE call_agents_past
    ALTER COLUMN log_no TYPE INTEGER,
    ALTER COLUMN day TYPE INTEGER,
    ALTER COLUMN answered TYPE INTEGER,
    ALTER COLUMN talk_seconds TYPE INTEGER;

ALTER TABLE call_waits_past
    ALTER COLUMN log_no TYPE INTEGER,
    ALTER COLUMN day TYPE INTEGER,
    ALTER COLUMN seconds TYPE INTEGER,
    ALTER COLUMN answered TYPE INTEGER;

ALTER TABLE number_days_past
    ALTER COLUMN log_no TYPE INTEGER,
    ALTER COLUMN day TYPE INTEGER,
    ALTER COLUMN given TYPE INTEGER,
    ALTER COLUMN asked_for TYPE INTEGER;
