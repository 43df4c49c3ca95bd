-- Articles written from good answers. What they say stands in their streams; which consultations they were written from is looked
-- for whenever something similar is asked.

CREATE TABLE knowledge_articles (
    log_no             BIGINT NOT NULL,
    id                 BYTEA NOT NULL,
    published_position BIGINT NOT NULL,
    last_position      BIGINT NOT NULL,
    version            BIGINT NOT NULL,
    article_version    BIGINT NOT NULL,
    category           TEXT,
    written_from       TEXT NOT NULL, -- consultations, with spaces between
    retired_at         BIGINT,
    held_from          BIGINT NOT NULL,
    PRIMARY KEY (log_no, id)
);

CREATE TABLE knowledge_articles_past (
    log_no          BIGINT NOT NULL,
    id              BYTEA NOT NULL,
    held_to         BIGINT NOT NULL,
    last_position   BIGINT NOT NULL,
    version         BIGINT NOT NULL,
    article_version BIGINT NOT NULL,
    category        TEXT,
    written_from    TEXT NOT NULL,
    retired_at      BIGINT,
    PRIMARY KEY (log_no, id, held_to)
);
