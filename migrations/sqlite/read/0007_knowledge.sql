-- Articles written from good answers. What they say stands in their streams; which consultations they were written from is looked
-- for whenever something similar is asked.

CREATE TABLE knowledge_articles (
    log_no             INTEGER NOT NULL,
    id                 BLOB NOT NULL,
    published_position INTEGER NOT NULL,
    last_position      INTEGER NOT NULL,
    version            INTEGER NOT NULL,
    article_version    INTEGER NOT NULL,
    category           TEXT,
    written_from       TEXT NOT NULL, -- consultations, with spaces between
    retired_at         INTEGER,
    held_from          INTEGER NOT NULL,
    PRIMARY KEY (log_no, id)
) STRICT;

CREATE TABLE knowledge_articles_past (
    log_no          INTEGER NOT NULL,
    id              BLOB NOT NULL,
    held_to         INTEGER NOT NULL,
    last_position   INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    article_version INTEGER NOT NULL,
    category        TEXT,
    written_from    TEXT NOT NULL,
    retired_at      INTEGER,
    PRIMARY KEY (log_no, id, held_to)
) STRICT, WITHOUT ROWID;
