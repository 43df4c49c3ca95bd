-- The ledger: what happened, in order, for ever.
--
-- An event's row id is log_no * 2^40 + position, so that one key gives both order and place. Streams are 17 bytes (a
-- kind's code and a UUID), times are microseconds since 1970, other ids are 16 bytes. All columns of `events` beside
-- `leaf` are copies for indexes; `verify` compares them with it. There is no index but those that appending needs.

CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

-- One row a log. An append takes it by compare-and-set on its position and holds it to commit.
CREATE TABLE heads (
    log_no INTEGER PRIMARY KEY,
    log TEXT NOT NULL UNIQUE,
    position INTEGER NOT NULL CHECK (position >= 0),
    recorded_at INTEGER NOT NULL,
    frontier BLOB NOT NULL,
    root BLOB NOT NULL
);

CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    stream BLOB NOT NULL,
    version INTEGER NOT NULL,
    event_id BLOB NOT NULL,
    type TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    leaf_check INTEGER NOT NULL, -- the first 8 bytes of the leaf's hash: damage can be told to the event
    leaf BLOB NOT NULL
);
CREATE UNIQUE INDEX events_stream_version ON events (stream, version);

-- Ciphertexts of personal fields, apart from the events so that they can be deleted.
CREATE TABLE sealed (
    id INTEGER PRIMARY KEY,
    subject BLOB NOT NULL,
    key_version INTEGER NOT NULL,
    bytes BLOB NOT NULL
);

-- What makes a command safe to retry.
CREATE TABLE commands (
    command_id BLOB PRIMARY KEY,
    fingerprint BLOB NOT NULL,
    first_id INTEGER NOT NULL,
    event_count INTEGER NOT NULL,
    version INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL
) WITHOUT ROWID;

-- What must be unique over the whole ledger, as keyed HMACs.
CREATE TABLE claims (
    namespace TEXT NOT NULL,
    hmac BLOB NOT NULL,
    owner BLOB NOT NULL,
    PRIMARY KEY (namespace, hmac)
) WITHOUT ROWID;
CREATE INDEX claims_owner ON claims (owner);

-- Full Merkle tiles: 256 hashes of 32 bytes.
CREATE TABLE tiles (
    log_no INTEGER NOT NULL,
    level INTEGER NOT NULL,
    tile INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (log_no, level, tile)
);

CREATE TRIGGER events_no_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER sealed_no_update BEFORE UPDATE ON sealed
BEGIN SELECT RAISE(ABORT, 'sealed parts are never changed'); END;
CREATE TRIGGER commands_no_update BEFORE UPDATE ON commands
BEGIN SELECT RAISE(ABORT, 'commands are never changed'); END;
CREATE TRIGGER commands_no_delete BEFORE DELETE ON commands
BEGIN SELECT RAISE(ABORT, 'commands are never deleted'); END;
CREATE TRIGGER tiles_no_update BEFORE UPDATE ON tiles
BEGIN SELECT RAISE(ABORT, 'tiles are never changed'); END;
CREATE TRIGGER tiles_no_delete BEFORE DELETE ON tiles
BEGIN SELECT RAISE(ABORT, 'tiles are never deleted'); END;
CREATE TRIGGER heads_only_grow BEFORE UPDATE ON heads
WHEN NEW.position <= OLD.position OR NEW.log_no <> OLD.log_no OR NEW.log <> OLD.log
BEGIN SELECT RAISE(ABORT, 'a log only grows'); END;
CREATE TRIGGER heads_no_delete BEFORE DELETE ON heads
BEGIN SELECT RAISE(ABORT, 'logs are never deleted'); END;
CREATE TRIGGER meta_no_update BEFORE UPDATE ON meta
BEGIN SELECT RAISE(ABORT, 'the ledger keeps its id'); END;
CREATE TRIGGER meta_no_delete BEFORE DELETE ON meta
BEGIN SELECT RAISE(ABORT, 'the ledger keeps its id'); END;
