-- A caller is looked up by id, which took two pages: one of the key's index, one of the rows. The rows stand in the key's order
-- now, so that it takes one.

CREATE TABLE callers_by_id (
    log_no              INTEGER NOT NULL,
    id                  BLOB NOT NULL,
    registered_position INTEGER NOT NULL,
    last_position       INTEGER NOT NULL,
    version             INTEGER NOT NULL,
    registered_at       INTEGER NOT NULL,
    kind                TEXT NOT NULL,
    external_reference  INTEGER NOT NULL, -- whether it came with one
    merged_into         BLOB,
    erased_at           INTEGER,
    held_from           INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (log_no, id)
) STRICT, WITHOUT ROWID;

INSERT INTO callers_by_id
SELECT log_no, id, registered_position, last_position, version, registered_at, kind, external_reference, merged_into, erased_at,
       held_from
FROM callers ORDER BY log_no, id;

DROP TABLE callers;
ALTER TABLE callers_by_id RENAME TO callers;

CREATE INDEX callers_by_time ON callers (log_no, registered_at, id);
-- It holds all that is asked of whom it finds: of a table in its key's order, SQLite goes through all rows of a log sooner than it
-- looks up rows that an index names.
CREATE INDEX callers_merged ON callers (
    log_no, merged_into, id, version, registered_at, kind, registered_position, last_position, held_from
) WHERE merged_into IS NOT NULL;
