-- A consultation's row changes with every event. On a page without room for what it becomes it moves to another, and once a vacuum has
-- been, new rows are put where it was: those of one day no longer lie together.

ALTER TABLE consultations SET (fillfactor = 85);
