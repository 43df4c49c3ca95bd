-- The vault: a key for every data subject, wrapped by the key-encryption key. Apart from the ledger, so that a key can be
-- destroyed, and with it whatever was sealed under it, wherever a copy lies.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BYTEA NOT NULL
);

-- How often keys were destroyed: whoever keeps open keys in memory compares it before using them.
CREATE TABLE destructions (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    generation BIGINT NOT NULL
);
INSERT INTO destructions (one, generation) VALUES (1, 0);

-- One row a subject, for ever: `wrapped` is NULL once the key is destroyed, so that no new one can be made.
CREATE TABLE subjects (
    subject BYTEA PRIMARY KEY,
    key_version BIGINT NOT NULL,
    algorithm TEXT NOT NULL,
    wrapped BYTEA,
    destroyed_at BIGINT,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% of % is refused: a destroyed key never comes back', TG_OP, TG_TABLE_NAME; END $$;

CREATE TRIGGER subjects_no_delete BEFORE DELETE OR TRUNCATE ON subjects
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER subjects_stay_destroyed BEFORE UPDATE ON subjects
FOR EACH ROW WHEN (OLD.wrapped IS NULL AND NEW.wrapped IS NOT NULL)
EXECUTE FUNCTION refuse_change();
