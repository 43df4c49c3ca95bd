-- The ledger: what happened, in order, for ever.
--
-- An event's row id is log_no * 2^40 + position, so that one key gives both order and place. Streams are 17 bytes (a
-- kind's code and a UUID), times are microseconds since 1970, other ids are 16 bytes. All columns of `events` beside
-- `leaf` are copies for indexes; `verify` compares them with it. There is no index but those that appending needs.
-- Hashes and ciphertexts do not shrink: EXTERNAL spares the attempt.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BYTEA NOT NULL
);

-- One row a log. An append takes it by compare-and-set on its position and holds it to commit. The row changes with
-- every batch: a page of its own has room for its versions.
CREATE TABLE heads (
    log_no BIGINT PRIMARY KEY,
    log TEXT NOT NULL UNIQUE,
    position BIGINT NOT NULL CHECK (position >= 0),
    recorded_at BIGINT NOT NULL,
    frontier BYTEA NOT NULL,
    root BYTEA NOT NULL
) WITH (fillfactor = 10);

CREATE TABLE events (
    id BIGINT PRIMARY KEY,
    stream BYTEA NOT NULL,
    version BIGINT NOT NULL,
    event_id BYTEA NOT NULL,
    type TEXT NOT NULL,
    occurred_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    leaf_check BIGINT NOT NULL, -- the first 8 bytes of the leaf's hash: damage can be told to the event
    leaf BYTEA NOT NULL
);
CREATE UNIQUE INDEX events_stream_version ON events (stream, version);

-- Ciphertexts of personal fields, apart from the events so that they can be deleted.
CREATE TABLE sealed (
    id BIGINT PRIMARY KEY,
    subject BYTEA NOT NULL,
    key_version BIGINT NOT NULL,
    bytes BYTEA NOT NULL
);
ALTER TABLE sealed ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- What makes a command safe to retry.
CREATE TABLE commands (
    command_id BYTEA PRIMARY KEY,
    fingerprint BYTEA NOT NULL,
    first_id BIGINT NOT NULL,
    event_count BIGINT NOT NULL,
    version BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL
);

-- What must be unique over the whole ledger, as keyed HMACs.
CREATE TABLE claims (
    namespace TEXT NOT NULL,
    hmac BYTEA NOT NULL,
    owner BYTEA NOT NULL,
    PRIMARY KEY (namespace, hmac)
);
CREATE INDEX claims_owner ON claims (owner);

-- Full Merkle tiles: 256 hashes of 32 bytes.
CREATE TABLE tiles (
    log_no BIGINT NOT NULL,
    level BIGINT NOT NULL,
    tile BIGINT NOT NULL,
    hashes BYTEA NOT NULL,
    PRIMARY KEY (log_no, level, tile)
);
ALTER TABLE tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% of % is refused: what is written stays', TG_OP, TG_TABLE_NAME; END $$;

CREATE TRIGGER events_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER sealed_no_change BEFORE UPDATE OR TRUNCATE ON sealed
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER commands_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON commands
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tiles_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON tiles
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER heads_no_delete BEFORE DELETE OR TRUNCATE ON heads
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER heads_only_grow BEFORE UPDATE ON heads
FOR EACH ROW WHEN (NEW.position <= OLD.position OR NEW.log_no <> OLD.log_no OR NEW.log <> OLD.log)
EXECUTE FUNCTION refuse_change();
CREATE TRIGGER meta_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON meta
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- For every role but a superuser, the owner among them.
REVOKE UPDATE, DELETE, TRUNCATE ON events, commands, tiles, meta FROM PUBLIC, CURRENT_USER;
REVOKE UPDATE, TRUNCATE ON sealed FROM PUBLIC, CURRENT_USER;
REVOKE DELETE, TRUNCATE ON heads FROM PUBLIC, CURRENT_USER;
