-- A row changed by hand gets the layout that Mien's own writes have: id, the owner's members in their order, then version,
-- revision, created_at and updated_at. So a document can be taken apart into what its owner wrote and what the store
-- keeps, and put together again elsewhere, byte for byte.
--
-- Replaces the triggers of V1 that stamp; all else about them is as it was.

DROP TRIGGER users_insert;
DROP TRIGGER users_update;
DROP TRIGGER personas_insert;
DROP TRIGGER personas_update;

CREATE TRIGGER users_insert AFTER INSERT ON users
BEGIN
    UPDATE log_head SET seq = seq + 1;
    UPDATE users
       SET version  = 1 + coalesce((SELECT version FROM tombstones WHERE collection = 'users' AND id = NEW.id), 0),
           revision = (SELECT seq FROM log_head),
           document = json_set('{"id":"' || NEW.id || '",' || substr(json_remove(NEW.document,
               '$.id', '$.version', '$.revision', '$.created_at', '$.updated_at'), 2),
               '$.version', 1 + coalesce((SELECT version FROM tombstones WHERE collection = 'users' AND id = NEW.id), 0),
               '$.revision', (SELECT seq FROM log_head),
               '$.created_at', NEW.created_at, '$.updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
     WHERE NEW.revision <> (SELECT seq FROM log_head) AND id = NEW.id;
    INSERT INTO changes SELECT revision, 'users', id, version, 'create' FROM users WHERE id = NEW.id;
END;

CREATE TRIGGER users_update AFTER UPDATE OF created_at, document ON users
WHEN NEW.revision <> (SELECT seq FROM log_head) OR NEW.revision = OLD.revision
BEGIN
    UPDATE log_head SET seq = seq + 1;
    UPDATE users
       SET version  = OLD.version + 1,
           revision = (SELECT seq FROM log_head),
           document = json_set('{"id":"' || NEW.id || '",' || substr(json_remove(NEW.document,
               '$.id', '$.version', '$.revision', '$.created_at', '$.updated_at'), 2),
               '$.version', OLD.version + 1,
               '$.revision', (SELECT seq FROM log_head),
               '$.created_at', NEW.created_at, '$.updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
     WHERE NEW.revision <> (SELECT seq FROM log_head) AND id = NEW.id;
    INSERT INTO changes SELECT seq, 'users', NEW.id, OLD.version + 1, 'update' FROM log_head;
END;

CREATE TRIGGER personas_insert AFTER INSERT ON personas
BEGIN
    UPDATE log_head SET seq = seq + 1;
    UPDATE personas
       SET version  = 1 + coalesce((SELECT version FROM tombstones WHERE collection = 'personas' AND id = NEW.id), 0),
           revision = (SELECT seq FROM log_head),
           document = json_set('{"id":"' || NEW.id || '",' || substr(json_remove(NEW.document,
               '$.id', '$.version', '$.revision', '$.created_at', '$.updated_at'), 2),
               '$.version', 1 + coalesce((SELECT version FROM tombstones WHERE collection = 'personas' AND id = NEW.id), 0),
               '$.revision', (SELECT seq FROM log_head),
               '$.created_at', NEW.created_at, '$.updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
     WHERE NEW.revision <> (SELECT seq FROM log_head) AND id = NEW.id;
    INSERT INTO changes SELECT revision, 'personas', id, version, 'create' FROM personas WHERE id = NEW.id;
END;

CREATE TRIGGER personas_update AFTER UPDATE OF created_at, document ON personas
WHEN NEW.revision <> (SELECT seq FROM log_head) OR NEW.revision = OLD.revision
BEGIN
    UPDATE log_head SET seq = seq + 1;
    UPDATE personas
       SET version  = OLD.version + 1,
           revision = (SELECT seq FROM log_head),
           document = json_set('{"id":"' || NEW.id || '",' || substr(json_remove(NEW.document,
               '$.id', '$.version', '$.revision', '$.created_at', '$.updated_at'), 2),
               '$.version', OLD.version + 1,
               '$.revision', (SELECT seq FROM log_head),
               '$.created_at', NEW.created_at, '$.updated_at', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
     WHERE NEW.revision <> (SELECT seq FROM log_head) AND id = NEW.id;
    INSERT INTO changes SELECT seq, 'personas', NEW.id, OLD.version + 1, 'update' FROM log_head;
END;

-- Rows changed by hand until now: a change like any other, with the next version and revision.

UPDATE users SET document = document
 WHERE document <> json_set('{"id":"' || id || '",' || substr(json_remove(document,
           '$.id', '$.version', '$.revision', '$.created_at', '$.updated_at'), 2),
           '$.version', version, '$.revision', revision,
           '$.created_at', created_at, '$.updated_at', document ->> '$.updated_at');

UPDATE personas SET document = document
 WHERE document <> json_set('{"id":"' || id || '",' || substr(json_remove(document,
           '$.id', '$.version', '$.revision', '$.created_at', '$.updated_at'), 2),
           '$.version', version, '$.revision', revision,
           '$.created_at', created_at, '$.updated_at', document ->> '$.updated_at');
