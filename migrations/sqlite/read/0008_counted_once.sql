-- What nobody asks for, or can be had from other rows, is not kept: how many contacts a caller had; and the cumulative total, which
-- its last step says.

DROP TABLE caller_counts_past;
DROP TABLE caller_counts;
DROP TABLE cumulative_totals_past;
DROP TABLE cumulative_totals;
DROP TABLE IF EXISTS next_caller_counts_past;
DROP TABLE IF EXISTS next_caller_counts;
DROP TABLE IF EXISTS next_cumulative_totals_past;
DROP TABLE IF EXISTS next_cumulative_totals;
CREATE INDEX cumulative_steps_by_position ON cumulative_steps (log_no, basis, position);
