-- Who is told of changes, and how far they were told. None of this is in the change log.

CREATE TABLE webhooks (
    id               text   NOT NULL PRIMARY KEY,
    url              text   NOT NULL,
    secret           text   NOT NULL,
    active           bigint NOT NULL,  -- 1 or 0
    kinds            text   NOT NULL,  -- with commas between; '' for all
    ids              text   NOT NULL,  -- with commas between; '' for all
    owner            text,
    tag              text,
    include_document bigint NOT NULL,  -- 1 or 0
    created_at       text   NOT NULL,
    edition          bigint NOT NULL,  -- counts the changes of this row by its owner
    position         text   NOT NULL   -- a token: everything up to it was delivered, filtered or given up
);

-- Events that were given up.
CREATE TABLE webhook_dead_letters (
    webhook_id text   NOT NULL,
    token      text   NOT NULL,
    revision   bigint NOT NULL,
    error      text   NOT NULL,
    at         text   NOT NULL,
    again      bigint NOT NULL DEFAULT 0,  -- 1 where it is to be tried once more
    PRIMARY KEY (webhook_id, token)
);

-- Which worker delivers, and until when, by the clock of the database.
CREATE TABLE webhook_lease (
    id     bigint NOT NULL PRIMARY KEY CHECK (id = 1),
    holder text   NOT NULL,
    until  bigint NOT NULL
);
INSERT INTO webhook_lease (id, holder, until) VALUES (1, '', 0);
