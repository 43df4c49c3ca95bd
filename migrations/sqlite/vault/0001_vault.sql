-- The vault: a key for every data subject, wrapped by the key-encryption key. Apart from the ledger, so that a key can be
-- destroyed, and with it whatever was sealed under it, wherever a copy lies.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

-- How often keys were destroyed: whoever keeps open keys in memory compares it before using them.
CREATE TABLE destructions (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    generation INTEGER NOT NULL
);
INSERT INTO destructions (one, generation) VALUES (1, 0);

-- One row a subject, for ever: `wrapped` is NULL once the key is destroyed, so that no new one can be made.
CREATE TABLE subjects (
    subject BLOB PRIMARY KEY,
    key_version INTEGER NOT NULL,
    algorithm TEXT NOT NULL,
    wrapped BLOB,
    destroyed_at INTEGER,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
) WITHOUT ROWID;

CREATE TRIGGER subjects_no_delete BEFORE DELETE ON subjects
BEGIN SELECT RAISE(ABORT, 'a subject keeps its row when its key is destroyed'); END;
CREATE TRIGGER subjects_stay_destroyed BEFORE UPDATE ON subjects WHEN OLD.wrapped IS NULL AND NEW.wrapped IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a destroyed key never comes back'); END;
