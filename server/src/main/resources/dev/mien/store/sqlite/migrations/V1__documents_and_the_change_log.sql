-- The row of a document holds the JSON as it is served. Everything else that is asked for is computed from it, so a
-- statement written by hand cannot leave the two apart:
--     UPDATE personas SET document = json_set(document, '$.name', 'Ophelia') WHERE id = '…';
-- The triggers give the row its next version, revision and updated_at, and write the change log in the same transaction.
--
-- Who made the last change of a row, why, and which members it changed, stands in the row, so that the triggers can copy it
-- to the log. What is changed by hand has no actor and no message, and the triggers find out the members.
--
-- The computed columns are STORED: SQLite then takes a document apart once for each write, where virtual columns, each
-- index on them and a check of the document would do it once each. What is no JSON breaks the first of them.

CREATE TABLE log_head (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    incarnation TEXT    NOT NULL,  -- random; names this history
    seq         INTEGER NOT NULL,  -- the revision of the newest change
    floor       INTEGER NOT NULL,  -- changes up to this revision have been trimmed
    fence       INTEGER NOT NULL   -- counts commits made only to overwrite one whose end was unknown
);
INSERT INTO log_head VALUES (1, lower(hex(randomblob(8))), 0, 0, 0);

-- One row for each change, in the order of the commits, which is the history of each document too. `document` is the JSON as the
-- change left it: NULL where the row was removed, where the version was pruned, and where the document was purged. Rows
-- up to the floor may be gone.
--
-- The large column is the last one, so that those who follow the log do not touch it. A table keyed by (id, version)
-- would be clearer, but large rows that are not appended cost more than twice as much.
CREATE TABLE changes (
    revision   INTEGER PRIMARY KEY,
    collection TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    operation  TEXT    NOT NULL CHECK (operation IN ('create', 'update', 'delete')),
    at         TEXT    NOT NULL,
    actor      TEXT    NOT NULL DEFAULT '',  -- who; '' where nobody said
    message    TEXT    NOT NULL DEFAULT '',  -- why
    fields     TEXT    NOT NULL DEFAULT '[]',  -- the members that an update changed, as a JSON array
    document   TEXT
);
CREATE UNIQUE INDEX changes_version ON changes (id, version, collection);

-- History is not rewritten. It may be pruned, and what a document was about may be erased.
CREATE TRIGGER changes_stay BEFORE UPDATE ON changes
WHEN NEW.revision <> OLD.revision OR NEW.collection <> OLD.collection OR NEW.id <> OLD.id OR NEW.version <> OLD.version
  OR NEW.operation <> OLD.operation OR NEW.at <> OLD.at OR NEW.document IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'a change stays as it was; only its document can be erased');
END;

-- What became of a request that named a key, so that the same request is not done twice. Kept for a day.
CREATE TABLE receipts (
    key         TEXT NOT NULL PRIMARY KEY,
    fingerprint TEXT NOT NULL,  -- of the request
    at          TEXT NOT NULL,
    written     TEXT NOT NULL   -- a line for each step: collection, revision, whether it changed anything
) WITHOUT ROWID;
CREATE INDEX receipts_at ON receipts (at);

-- The last version of each row that was removed, so that no version is used twice for an id.
CREATE TABLE tombstones (
    collection TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    PRIMARY KEY (collection, id)
) WITHOUT ROWID;

CREATE TABLE users (
    id         TEXT    PRIMARY KEY NOT NULL CHECK (id <> '' AND id NOT GLOB '*[^A-Za-z0-9._~-]*'),
    version    INTEGER NOT NULL DEFAULT 0,
    revision   INTEGER NOT NULL DEFAULT 0,
    created_at TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at TEXT    NOT NULL DEFAULT '',
    actor      TEXT    NOT NULL DEFAULT '',
    message    TEXT    NOT NULL DEFAULT '',
    fields     TEXT    NOT NULL DEFAULT '[]',
    username           GENERATED ALWAYS AS (document ->> '$.username') STORED CHECK (typeof(username) = 'text'),
    email      TEXT    GENERATED ALWAYS AS (document ->> '$.email') STORED COLLATE NOCASE,
    is_active  INTEGER GENERATED ALWAYS AS (coalesce(document ->> '$.is_active', 1)) STORED,
    document   TEXT    NOT NULL
);
CREATE UNIQUE INDEX users_username ON users (username);
CREATE UNIQUE INDEX users_email ON users (email) WHERE email IS NOT NULL;
CREATE INDEX users_deleted ON users (id) WHERE is_active = 0;

CREATE TABLE personas (
    id         TEXT    PRIMARY KEY NOT NULL CHECK (id <> '' AND id NOT GLOB '*[^A-Za-z0-9._~-]*'),
    version    INTEGER NOT NULL DEFAULT 0,
    revision   INTEGER NOT NULL DEFAULT 0,
    created_at TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at TEXT    NOT NULL DEFAULT '',
    actor      TEXT    NOT NULL DEFAULT '',
    message    TEXT    NOT NULL DEFAULT '',
    fields     TEXT    NOT NULL DEFAULT '[]',
    name               GENERATED ALWAYS AS (document ->> '$.name') STORED CHECK (typeof(name) = 'text'),
    owner_id   TEXT    GENERATED ALWAYS AS (document ->> '$.owner_id') STORED REFERENCES users (id),
    is_active  INTEGER GENERATED ALWAYS AS (coalesce(document ->> '$.is_active', 1)) STORED,
    tags       TEXT    GENERATED ALWAYS AS (document -> '$.tags') STORED,
    document   TEXT    NOT NULL
);
CREATE INDEX personas_owner ON personas (owner_id, id) WHERE owner_id IS NOT NULL;
CREATE INDEX personas_deleted ON personas (id) WHERE is_active = 0;

-- Where to look for a tag. A REPLACE by hand may leave a row behind, so a reader asks the document too.
CREATE TABLE personas_tag (
    tag TEXT NOT NULL,
    id  TEXT NOT NULL,
    PRIMARY KEY (tag, id)
) WITHOUT ROWID;

-- Names for versions of personas: a document of its own for each, with the id `<persona's id>~<label>`, so that a label has what
-- every document has: a version, a place in the log, a history of who moved it. A label that was removed has no target.
CREATE TABLE labels (
    id         TEXT    PRIMARY KEY NOT NULL CHECK (id <> '' AND id NOT GLOB '*[^A-Za-z0-9._~-]*'),
    version    INTEGER NOT NULL DEFAULT 0,
    revision   INTEGER NOT NULL DEFAULT 0,
    created_at TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    updated_at TEXT    NOT NULL DEFAULT '',
    actor      TEXT    NOT NULL DEFAULT '',
    message    TEXT    NOT NULL DEFAULT '',
    fields     TEXT    NOT NULL DEFAULT '[]',
    owner_id           GENERATED ALWAYS AS (document ->> '$.persona_id') STORED CHECK (typeof(owner_id) = 'text'),
    target     INTEGER GENERATED ALWAYS AS (document ->> '$.target') STORED,
    document   TEXT    NOT NULL
);
CREATE INDEX labels_target ON labels (owner_id, target);

-- For each of the three tables: <table>_insert, _update and _delete bump the head, stamp the row, and append to the log.
--
-- A statement of Mien's own has stamped the row already, with the next version and revision; the trigger sees that, for
-- the row carries the number that the head has just reached, and stamps only what was written by hand. The stamping is
-- itself an update of the row: the WHEN of _update is false for it alone, since it alone changes the revision to the
-- number that the head already has.
--
-- A row changed by hand gets the layout that Mien's own writes have: id, the owner's members in their order, then version,
-- revision, created_at and updated_at. So a document can be taken apart into what its owner wrote and what the store
-- keeps, and put together again elsewhere, byte for byte.
--
-- INSERT OR REPLACE removes a row without firing _delete where recursive_triggers is off, as in the sqlite3 tool;
-- _replace keeps the version it had, so that the new row goes on from there.

-- REPLACE would also remove the row of another user who has the name or the address, unseen by the log. So what UNIQUE
-- refuses otherwise is refused here, which no conflict clause overrides.

CREATE TRIGGER users_taken_insert BEFORE INSERT ON users
BEGIN
    SELECT RAISE(ABORT, 'UNIQUE constraint failed: users.username')
      FROM users WHERE username = NEW.document ->> '$.username' AND id <> NEW.id;
    SELECT RAISE(ABORT, 'UNIQUE constraint failed: users.email')
      FROM users WHERE email = NEW.document ->> '$.email' AND email IS NOT NULL AND id <> NEW.id;
END;

CREATE TRIGGER users_taken_update BEFORE UPDATE OF document ON users
BEGIN
    SELECT RAISE(ABORT, 'UNIQUE constraint failed: users.username')
      FROM users WHERE username = NEW.document ->> '$.username' AND id <> NEW.id;
    SELECT RAISE(ABORT, 'UNIQUE constraint failed: users.email')
      FROM users WHERE email = NEW.document ->> '$.email' AND email IS NOT NULL AND id <> NEW.id;
END;

CREATE TRIGGER users_replace BEFORE INSERT ON users
WHEN EXISTS (SELECT 1 FROM users WHERE id = NEW.id)
BEGIN
    INSERT INTO tombstones SELECT 'users', id, version FROM users WHERE id = NEW.id
        ON CONFLICT DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER users_insert AFTER INSERT ON users
BEGIN
    UPDATE log_head SET seq = seq + 1;
    UPDATE users
       SET version    = 1 + coalesce((SELECT version FROM tombstones WHERE collection = 'users' AND id = NEW.id), 0),
           revision   = (SELECT seq FROM log_head),
           updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
           actor      = '',
           message    = '',
           fields     = '[]',
           document   = json_set('{"id":"' || NEW.id || '",' || substr(json_remove(NEW.document,
               '$.id', '$.version', '$.revision', '$.created_at', '$.updated_at'), 2),
               '$.version', 1 + coalesce((SELECT version FROM tombstones WHERE collection = 'users' AND id = NEW.id), 0),
               '$.revision', (SELECT seq FROM log_head),
               '$.created_at', NEW.created_at, '$.updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
     WHERE NEW.revision <> (SELECT seq FROM log_head) AND id = NEW.id;
    INSERT INTO changes (revision, collection, id, version, operation, at, actor, message, fields, document)
    SELECT revision, 'users', id, version, 'create', updated_at, actor, message, fields, document
      FROM users WHERE id = NEW.id;
END;

CREATE TRIGGER users_update AFTER UPDATE OF created_at, document ON users
WHEN NEW.revision <> (SELECT seq FROM log_head) OR NEW.revision = OLD.revision
BEGIN
    UPDATE log_head SET seq = seq + 1;
    UPDATE users
       SET version    = OLD.version + 1,
           revision   = (SELECT seq FROM log_head),
           updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
           actor      = '',
           message    = '',
           fields     = (SELECT json_group_array(key) FROM (
               SELECT n.key FROM json_each(NEW.document) n LEFT JOIN json_each(OLD.document) o ON o.key = n.key
                WHERE n.type IS NOT o.type OR n.value IS NOT o.value
                UNION
               SELECT o.key FROM json_each(OLD.document) o WHERE o.key NOT IN (SELECT key FROM json_each(NEW.document)))
                WHERE key NOT IN ('id', 'version', 'revision', 'created_at', 'updated_at')),
           document   = json_set('{"id":"' || NEW.id || '",' || substr(json_remove(NEW.document,
               '$.id', '$.version', '$.revision', '$.created_at', '$.updated_at'), 2),
               '$.version', OLD.version + 1,
               '$.revision', (SELECT seq FROM log_head),
               '$.created_at', NEW.created_at, '$.updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
     WHERE NEW.revision <> (SELECT seq FROM log_head) AND id = NEW.id;
    INSERT INTO changes (revision, collection, id, version, operation, at, actor, message, fields, document)
    SELECT revision, 'users', id, version, 'update', updated_at, actor, message, fields, document
      FROM users WHERE id = NEW.id;
END;

CREATE TRIGGER users_delete AFTER DELETE ON users
BEGIN
    UPDATE log_head SET seq = seq + 1;
    INSERT INTO tombstones VALUES ('users', OLD.id, OLD.version + 1)
        ON CONFLICT DO UPDATE SET version = excluded.version;
    INSERT INTO changes (revision, collection, id, version, operation, at)
    SELECT seq, 'users', OLD.id, OLD.version + 1, 'delete', strftime('%Y-%m-%dT%H:%M:%fZ', 'now') FROM log_head;
END;

CREATE TRIGGER users_id_stays BEFORE UPDATE OF id ON users WHEN NEW.id <> OLD.id
BEGIN
    SELECT RAISE(ABORT, 'the id of a row does not change; insert a new row instead');
END;

CREATE TRIGGER users_version_is_kept BEFORE UPDATE OF version, revision, updated_at, actor, message, fields ON users
WHEN NEW.document = OLD.document
BEGIN
    SELECT RAISE(ABORT, 'version and revision are kept by triggers; set the document');
END;

CREATE TRIGGER personas_replace BEFORE INSERT ON personas
WHEN EXISTS (SELECT 1 FROM personas WHERE id = NEW.id)
BEGIN
    INSERT INTO tombstones SELECT 'personas', id, version FROM personas WHERE id = NEW.id
        ON CONFLICT DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER personas_insert AFTER INSERT ON personas
BEGIN
    UPDATE log_head SET seq = seq + 1;
    UPDATE personas
       SET version    = 1 + coalesce((SELECT version FROM tombstones WHERE collection = 'personas' AND id = NEW.id), 0),
           revision   = (SELECT seq FROM log_head),
           updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
           actor      = '',
           message    = '',
           fields     = '[]',
           document   = json_set('{"id":"' || NEW.id || '",' || substr(json_remove(NEW.document,
               '$.id', '$.version', '$.revision', '$.created_at', '$.updated_at'), 2),
               '$.version', 1 + coalesce((SELECT version FROM tombstones WHERE collection = 'personas' AND id = NEW.id), 0),
               '$.revision', (SELECT seq FROM log_head),
               '$.created_at', NEW.created_at, '$.updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
     WHERE NEW.revision <> (SELECT seq FROM log_head) AND id = NEW.id;
    INSERT INTO changes (revision, collection, id, version, operation, at, actor, message, fields, document)
    SELECT revision, 'personas', id, version, 'create', updated_at, actor, message, fields, document
      FROM personas WHERE id = NEW.id;
END;

CREATE TRIGGER personas_update AFTER UPDATE OF created_at, document ON personas
WHEN NEW.revision <> (SELECT seq FROM log_head) OR NEW.revision = OLD.revision
BEGIN
    UPDATE log_head SET seq = seq + 1;
    UPDATE personas
       SET version    = OLD.version + 1,
           revision   = (SELECT seq FROM log_head),
           updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
           actor      = '',
           message    = '',
           fields     = (SELECT json_group_array(key) FROM (
               SELECT n.key FROM json_each(NEW.document) n LEFT JOIN json_each(OLD.document) o ON o.key = n.key
                WHERE n.type IS NOT o.type OR n.value IS NOT o.value
                UNION
               SELECT o.key FROM json_each(OLD.document) o WHERE o.key NOT IN (SELECT key FROM json_each(NEW.document)))
                WHERE key NOT IN ('id', 'version', 'revision', 'created_at', 'updated_at')),
           document   = json_set('{"id":"' || NEW.id || '",' || substr(json_remove(NEW.document,
               '$.id', '$.version', '$.revision', '$.created_at', '$.updated_at'), 2),
               '$.version', OLD.version + 1,
               '$.revision', (SELECT seq FROM log_head),
               '$.created_at', NEW.created_at, '$.updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
     WHERE NEW.revision <> (SELECT seq FROM log_head) AND id = NEW.id;
    INSERT INTO changes (revision, collection, id, version, operation, at, actor, message, fields, document)
    SELECT revision, 'personas', id, version, 'update', updated_at, actor, message, fields, document
      FROM personas WHERE id = NEW.id;
END;

CREATE TRIGGER personas_delete AFTER DELETE ON personas
BEGIN
    UPDATE log_head SET seq = seq + 1;
    INSERT INTO tombstones VALUES ('personas', OLD.id, OLD.version + 1)
        ON CONFLICT DO UPDATE SET version = excluded.version;
    INSERT INTO changes (revision, collection, id, version, operation, at)
    SELECT seq, 'personas', OLD.id, OLD.version + 1, 'delete', strftime('%Y-%m-%dT%H:%M:%fZ', 'now') FROM log_head;
END;

CREATE TRIGGER personas_id_stays BEFORE UPDATE OF id ON personas WHEN NEW.id <> OLD.id
BEGIN
    SELECT RAISE(ABORT, 'the id of a row does not change; insert a new row instead');
END;

CREATE TRIGGER personas_version_is_kept BEFORE UPDATE OF version, revision, updated_at, actor, message, fields ON personas
WHEN NEW.document = OLD.document
BEGIN
    SELECT RAISE(ABORT, 'version and revision are kept by triggers; set the document');
END;

CREATE TRIGGER labels_replace BEFORE INSERT ON labels
WHEN EXISTS (SELECT 1 FROM labels WHERE id = NEW.id)
BEGIN
    INSERT INTO tombstones SELECT 'labels', id, version FROM labels WHERE id = NEW.id
        ON CONFLICT DO UPDATE SET version = excluded.version;
END;

CREATE TRIGGER labels_insert AFTER INSERT ON labels
BEGIN
    UPDATE log_head SET seq = seq + 1;
    UPDATE labels
       SET version    = 1 + coalesce((SELECT version FROM tombstones WHERE collection = 'labels' AND id = NEW.id), 0),
           revision   = (SELECT seq FROM log_head),
           updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
           actor      = '',
           message    = '',
           fields     = '[]',
           document   = json_set('{"id":"' || NEW.id || '",' || substr(json_remove(NEW.document,
               '$.id', '$.version', '$.revision', '$.created_at', '$.updated_at'), 2),
               '$.version', 1 + coalesce((SELECT version FROM tombstones WHERE collection = 'labels' AND id = NEW.id), 0),
               '$.revision', (SELECT seq FROM log_head),
               '$.created_at', NEW.created_at, '$.updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
     WHERE NEW.revision <> (SELECT seq FROM log_head) AND id = NEW.id;
    INSERT INTO changes (revision, collection, id, version, operation, at, actor, message, fields, document)
    SELECT revision, 'labels', id, version, 'create', updated_at, actor, message, fields, document
      FROM labels WHERE id = NEW.id;
END;

CREATE TRIGGER labels_update AFTER UPDATE OF created_at, document ON labels
WHEN NEW.revision <> (SELECT seq FROM log_head) OR NEW.revision = OLD.revision
BEGIN
    UPDATE log_head SET seq = seq + 1;
    UPDATE labels
       SET version    = OLD.version + 1,
           revision   = (SELECT seq FROM log_head),
           updated_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
           actor      = '',
           message    = '',
           fields     = (SELECT json_group_array(key) FROM (
               SELECT n.key FROM json_each(NEW.document) n LEFT JOIN json_each(OLD.document) o ON o.key = n.key
                WHERE n.type IS NOT o.type OR n.value IS NOT o.value
                UNION
               SELECT o.key FROM json_each(OLD.document) o WHERE o.key NOT IN (SELECT key FROM json_each(NEW.document)))
                WHERE key NOT IN ('id', 'version', 'revision', 'created_at', 'updated_at')),
           document   = json_set('{"id":"' || NEW.id || '",' || substr(json_remove(NEW.document,
               '$.id', '$.version', '$.revision', '$.created_at', '$.updated_at'), 2),
               '$.version', OLD.version + 1,
               '$.revision', (SELECT seq FROM log_head),
               '$.created_at', NEW.created_at, '$.updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
     WHERE NEW.revision <> (SELECT seq FROM log_head) AND id = NEW.id;
    INSERT INTO changes (revision, collection, id, version, operation, at, actor, message, fields, document)
    SELECT revision, 'labels', id, version, 'update', updated_at, actor, message, fields, document
      FROM labels WHERE id = NEW.id;
END;

CREATE TRIGGER labels_delete AFTER DELETE ON labels
BEGIN
    UPDATE log_head SET seq = seq + 1;
    INSERT INTO tombstones VALUES ('labels', OLD.id, OLD.version + 1)
        ON CONFLICT DO UPDATE SET version = excluded.version;
    INSERT INTO changes (revision, collection, id, version, operation, at)
    SELECT seq, 'labels', OLD.id, OLD.version + 1, 'delete', strftime('%Y-%m-%dT%H:%M:%fZ', 'now') FROM log_head;
END;

CREATE TRIGGER labels_id_stays BEFORE UPDATE OF id ON labels WHEN NEW.id <> OLD.id
BEGIN
    SELECT RAISE(ABORT, 'the id of a row does not change; insert a new row instead');
END;

CREATE TRIGGER labels_version_is_kept BEFORE UPDATE OF version, revision, updated_at, actor, message, fields ON labels
WHEN NEW.document = OLD.document
BEGIN
    SELECT RAISE(ABORT, 'version and revision are kept by triggers; set the document');
END;

CREATE TRIGGER personas_tag_insert AFTER INSERT ON personas
BEGIN
    INSERT OR IGNORE INTO personas_tag SELECT value, NEW.id FROM json_each(NEW.tags) WHERE type = 'text';
END;

CREATE TRIGGER personas_tag_update AFTER UPDATE OF document ON personas
WHEN NEW.tags IS NOT OLD.tags
BEGIN
    DELETE FROM personas_tag WHERE id = OLD.id AND tag IN (SELECT value FROM json_each(OLD.tags));
    INSERT OR IGNORE INTO personas_tag SELECT value, NEW.id FROM json_each(NEW.tags) WHERE type = 'text';
END;

CREATE TRIGGER personas_tag_delete AFTER DELETE ON personas
BEGIN
    DELETE FROM personas_tag WHERE id = OLD.id AND tag IN (SELECT value FROM json_each(OLD.tags));
END;
