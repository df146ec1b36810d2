-- A document's row holds the members that its owner wrote (document) beside what the store keeps (id, version, revision,
-- created_at, updated_at). The JSON that is served is put together from both. Everything else that is asked for is
-- computed from the document, so a statement written by hand cannot leave the two apart:
--     UPDATE personas SET document = jsonb_set(document::jsonb, '{name}', '"Ophelia"') WHERE id = '…';
--
-- THE INVARIANT OF THE LOG. Revisions have no gap and follow the order of commits: whoever sees revision n in a snapshot
-- sees all before it, and the documents as those changes left them. It is kept by one row, log_head: whoever wants
-- revisions updates it, and so holds its lock until the transaction has ended. PostgreSQL makes a commit visible before
-- it lets its locks go, so the next one to have the row sees that commit, and its numbers and its place in the WAL come
-- behind. Hence standbys see the same order. Identity columns and transaction ids are handed out long before a commit
-- and follow no such order.
--
-- THE ROW IS TAKEN LAST. Else a slow transaction would hold everybody up, and two that take log_head and a row of a
-- document in different orders would wait for each other. There are two writers of the log:
--   * write_batch, for the edits of a worker, which writes the documents first and takes the row then;
--   * triggers, for any other statement. At its end each statement notes what it changed in "unstamped_changes", and one
--     row for all in "unstamped". A constraint trigger on that table, deferred until the COMMIT, takes the numbers for
--     the whole transaction, writes the log and stamps the documents, set by set. Not row by row: a row updated ten
--     thousand times in one transaction leaves ten thousand dead versions, through which every further update has to
--     walk.
--
-- WHO MAY BREAK IT, AND WHY THEY CANNOT.
--   * An open transaction: it has no numbers yet, and nobody sees its rows.
--   * A rollback, also to a savepoint: it takes back numbers, log, notes and documents together.
--   * SET CONSTRAINTS ALL IMMEDIATE: the numbers are taken earlier and held until the end, which is slow but right.
--   * REPEATABLE READ and SERIALIZABLE: if anybody committed since the snapshot, the update of log_head fails (40001).
--   * TRUNCATE fires no row triggers: it has a trigger of its own. ON CONFLICT, MERGE, COPY and cascades are statements
--     like any other.
--   * session_replication_role = replica: the triggers are ENABLE ALWAYS.
--   * The setting mien.batch, which tells the triggers that write_batch is at work: it ends with the transaction, and
--     write_batch takes it back at its end. Who sets it on purpose, disables triggers, or writes to log_head, changes
--     or tombstones owns the tables and can do anything. A follower then finds a gap, or a document without a change.
--
-- THE LOG IS THE HISTORY of each document too. Each of its rows has the document as the change left it, who made the
-- change, why, and which members it changed. What is changed by hand has no actor and no message, and the triggers find
-- out the members.

CREATE TABLE log_head (
    id          integer PRIMARY KEY CHECK (id = 1),
    incarnation text    NOT NULL,  -- random; names this history
    line        text    NOT NULL DEFAULT '',  -- the server's line of history that the incarnation was made for
    seq         bigint  NOT NULL,  -- the revision of the newest change
    floor       bigint  NOT NULL   -- changes up to this revision have been trimmed
) WITH (fillfactor = 10);
INSERT INTO log_head (id, incarnation, seq, floor) VALUES (1, left(replace(gen_random_uuid()::text, '-', ''), 16), 0, 0);

-- One row for each change. `document` and `created_at` are the row's as the change left it; with `id`, `version`,
-- `revision` and `at` (its updated_at) they make the JSON that was served. Both are NULL where the row was removed, where
-- the version was pruned, and where the document was purged. Rows up to the floor may be gone.
--
-- Those who follow the log name the columns that they want, so that nobody fetches large documents for them.
CREATE TABLE changes (
    revision   bigint PRIMARY KEY,
    collection text   NOT NULL,
    id         text   NOT NULL COLLATE "C",
    version    bigint NOT NULL,
    operation  text   NOT NULL CHECK (operation IN ('create', 'update', 'delete')),
    at         text   NOT NULL,
    created_at text,
    actor      text   NOT NULL DEFAULT '',  -- who; '' where nobody said
    message    text   NOT NULL DEFAULT '',  -- why
    fields     text   NOT NULL DEFAULT '[]',  -- the members that an update changed, as a JSON array
    document   json
);
CREATE UNIQUE INDEX changes_version ON changes (id, version, collection);

-- History is not rewritten. It may be pruned, and what a document was about may be erased.
CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a change stays as it was; only its document can be erased';
END $$;
CREATE TRIGGER changes_stay BEFORE UPDATE ON changes FOR EACH ROW
    WHEN (NEW.revision <> OLD.revision OR NEW.collection <> OLD.collection OR NEW.id <> OLD.id
          OR NEW.version <> OLD.version OR NEW.operation <> OLD.operation OR NEW.at <> OLD.at
          OR NEW.document IS NOT NULL)
    EXECUTE FUNCTION refuse_rewriting();
ALTER TABLE changes ENABLE ALWAYS TRIGGER changes_stay;

-- What became of a request that named a key, so that the same request is not done twice. Kept for a day.
CREATE TABLE receipts (
    key         text PRIMARY KEY COLLATE "C",
    fingerprint text NOT NULL,  -- of the request
    at          text NOT NULL COLLATE "C",
    written     text NOT NULL   -- a line for each step: collection, revision, whether it changed anything
);
CREATE INDEX receipts_at ON receipts (at);

-- The last version of each row that was removed, so that no version is used twice for an id.
CREATE TABLE tombstones (
    collection text   NOT NULL,
    id         text   NOT NULL COLLATE "C",
    version    bigint NOT NULL,
    PRIMARY KEY (collection, id)
);

-- What the statements of a transaction changed and has no revision yet: a row for each statement, and a row for each
-- row that it changed, as it left it. Both are emptied before each commit.
CREATE TABLE unstamped (
    amount bigint NOT NULL
);
CREATE TABLE unstamped_changes (
    statement  bigint NOT NULL,  -- of unstamped_statement, so statements are in their order
    collection text   NOT NULL,
    id         text   NOT NULL COLLATE "C",
    version    bigint NOT NULL,
    operation  text   NOT NULL,
    at         text   NOT NULL,
    created_at text,
    fields     text   NOT NULL,
    document   json
);
CREATE SEQUENCE unstamped_statement;

CREATE FUNCTION utc_now() RETURNS text LANGUAGE sql AS
    $$ SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;

-- The unique indexes on members are partial, because columns of a full one count as part of the key: a change of a
-- username would then wait for everybody who creates a persona of that user.

CREATE TABLE users (
    id         text   PRIMARY KEY COLLATE "C" CHECK (id ~ '^[A-Za-z0-9._~-]+$'),
    version    bigint NOT NULL DEFAULT 0,
    revision   bigint NOT NULL DEFAULT 0,
    created_at text   NOT NULL DEFAULT utc_now() CHECK (created_at ~ '^[0-9T:.Z+-]+$'),
    updated_at text   NOT NULL DEFAULT '',
    document   json   NOT NULL CHECK (json_typeof(document -> 'username') IS NOT DISTINCT FROM 'string'),
    username   text   COLLATE "C" GENERATED ALWAYS AS (document ->> 'username') STORED,
    email      text   COLLATE "C" GENERATED ALWAYS AS (lower((document ->> 'email') COLLATE "C")) STORED,
    is_active  boolean GENERATED ALWAYS AS ((document ->> 'is_active') IS DISTINCT FROM 'false') STORED
) WITH (fillfactor = 50);
CREATE UNIQUE INDEX users_username ON users (username) WHERE username IS NOT NULL;
CREATE UNIQUE INDEX users_email ON users (email) WHERE email IS NOT NULL;
CREATE INDEX users_deleted ON users (id) WHERE NOT is_active;

CREATE TABLE personas (
    id         text   PRIMARY KEY COLLATE "C" CHECK (id ~ '^[A-Za-z0-9._~-]+$'),
    version    bigint NOT NULL DEFAULT 0,
    revision   bigint NOT NULL DEFAULT 0,
    created_at text   NOT NULL DEFAULT utc_now() CHECK (created_at ~ '^[0-9T:.Z+-]+$'),
    updated_at text   NOT NULL DEFAULT '',
    document   json   NOT NULL CHECK (json_typeof(document -> 'name') IS NOT DISTINCT FROM 'string'),
    owner_id   text   COLLATE "C" GENERATED ALWAYS AS (document ->> 'owner_id') STORED REFERENCES users (id),
    is_active  boolean GENERATED ALWAYS AS ((document ->> 'is_active') IS DISTINCT FROM 'false') STORED,
    tags       jsonb   GENERATED ALWAYS AS ((document -> 'tags')::jsonb) STORED
) WITH (fillfactor = 50);
CREATE INDEX personas_owner ON personas (owner_id, id) WHERE owner_id IS NOT NULL;
CREATE INDEX personas_deleted ON personas (id) WHERE NOT is_active;
CREATE INDEX personas_tags ON personas USING gin (tags) WITH (fastupdate = off);

-- Names for versions of personas: a document of its own for each, with the id `<persona's id>~<label>`, so that a label has
-- what every document has: a version, a place in the log, a history of who moved it. A label that was removed has no
-- target.
CREATE TABLE labels (
    id         text   PRIMARY KEY COLLATE "C" CHECK (id ~ '^[A-Za-z0-9._~-]+$'),
    version    bigint NOT NULL DEFAULT 0,
    revision   bigint NOT NULL DEFAULT 0,
    created_at text   NOT NULL DEFAULT utc_now() CHECK (created_at ~ '^[0-9T:.Z+-]+$'),
    updated_at text   NOT NULL DEFAULT '',
    document   json   NOT NULL CHECK (json_typeof(document -> 'persona_id') IS NOT DISTINCT FROM 'string'),
    owner_id   text   COLLATE "C" GENERATED ALWAYS AS (document ->> 'persona_id') STORED,
    target     bigint GENERATED ALWAYS AS ((document ->> 'target')::bigint) STORED
) WITH (fillfactor = 50);
CREATE INDEX labels_target ON labels (owner_id, target);

-- Changes by hand: before each row, what the store keeps of it.

CREATE FUNCTION stamp_row() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        -- Waits for whoever is removing a row of this id, so that the tombstone is there to be read.
        EXECUTE format('SELECT 1 FROM %I WHERE id = $1 FOR KEY SHARE', TG_TABLE_NAME) USING NEW.id;
        NEW.version := 1 + coalesce((SELECT version FROM tombstones WHERE collection = TG_TABLE_NAME AND id = NEW.id), 0);
        NEW.revision := 0;
    ELSE
        IF NEW.id <> OLD.id THEN
            RAISE EXCEPTION 'the id of a row does not change; insert a new row instead';
        END IF;
        IF NEW.document::text = OLD.document::text AND NEW.created_at = OLD.created_at
                AND (NEW.version <> OLD.version OR NEW.revision <> OLD.revision) THEN
            RAISE EXCEPTION 'version and revision are kept by triggers; set the document';
        END IF;
        NEW.version := OLD.version + 1;
        NEW.revision := OLD.revision;
    END IF;
    NEW.updated_at := utc_now();
    NEW.document := (NEW.document::jsonb - ARRAY['id', 'version', 'revision', 'created_at', 'updated_at'])::json;
    RETURN NEW;
END $$;

-- Changes by hand: at the end of each statement, a note of what it changed. The row in "unstamped" comes last: where
-- constraints are not deferred, it is what stamps the others.

CREATE FUNCTION changed_fields(before json, after json) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT '[' || coalesce(string_agg(to_json(key)::text, ',' ORDER BY key COLLATE "C"), '') || ']'
      FROM jsonb_each(before::jsonb) b FULL JOIN jsonb_each(after::jsonb) a USING (key)
     WHERE b.value IS DISTINCT FROM a.value
$$;

CREATE FUNCTION note_insert() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    amount    bigint := (SELECT count(*) FROM changed);
    statement bigint;
BEGIN
    IF amount > 0 THEN
        statement := nextval('unstamped_statement');
        INSERT INTO unstamped_changes
        SELECT statement, TG_TABLE_NAME, id, version, 'create', updated_at, created_at, '[]', document FROM changed;
        INSERT INTO unstamped VALUES (amount);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION note_update() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    amount    bigint := (SELECT count(*) FROM changed);
    statement bigint;
BEGIN
    IF amount > 0 THEN
        statement := nextval('unstamped_statement');
        INSERT INTO unstamped_changes
        SELECT statement, TG_TABLE_NAME, c.id, c.version, 'update', c.updated_at, c.created_at,
               changed_fields(b.document, c.document), c.document
          FROM changed c JOIN unchanged b ON b.id = c.id;
        INSERT INTO unstamped VALUES (amount);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION note_removal(removed_from text, removed_ids text[], last_versions bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    statement bigint;
BEGIN
    IF cardinality(removed_ids) > 0 THEN
        INSERT INTO tombstones
        SELECT removed_from, r.id, r.version + 1 FROM unnest(removed_ids, last_versions) AS r (id, version)
            ON CONFLICT (collection, id) DO UPDATE SET version = excluded.version;
        statement := nextval('unstamped_statement');
        INSERT INTO unstamped_changes
        SELECT statement, removed_from, r.id, r.version + 1, 'delete', utc_now(), NULL, '[]', NULL
          FROM unnest(removed_ids, last_versions) AS r (id, version);
        INSERT INTO unstamped VALUES (cardinality(removed_ids));
    END IF;
END $$;

CREATE FUNCTION note_delete() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM note_removal(TG_TABLE_NAME, array_agg(id ORDER BY id), array_agg(version ORDER BY id)) FROM changed;
    RETURN NULL;
END $$;

CREATE FUNCTION note_truncate() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    EXECUTE format('SELECT note_removal($1, array_agg(id ORDER BY id), array_agg(version ORDER BY id)) FROM %I',
        TG_TABLE_NAME) USING TG_TABLE_NAME;
    RETURN NULL;
END $$;

-- Changes by hand: at COMMIT, revisions for all that the transaction noted. Runs once for each statement, and finds
-- nothing left after the first. Nobody else's notes are ever visible: they are gone before their transaction ends.

CREATE FUNCTION stamp_transaction() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    noted bigint;
    base  bigint;
BEGIN
    SELECT sum(amount) INTO noted FROM unstamped;
    IF noted IS NULL THEN
        RETURN NULL;
    END IF;
    UPDATE log_head SET seq = seq + noted WHERE id = 1 RETURNING seq - noted INTO STRICT base;
    INSERT INTO changes (revision, collection, id, version, operation, at, created_at, fields, document)
    SELECT base + row_number() OVER (ORDER BY statement, id), collection, id, version, operation, at, created_at, fields,
           document
      FROM unstamped_changes;
    DELETE FROM unstamped;
    DELETE FROM unstamped_changes;
    PERFORM set_config('mien.batch', 'on', true);
    UPDATE users d SET revision = c.revision
      FROM (SELECT id, max(revision) AS revision FROM changes WHERE revision > base AND collection = 'users' GROUP BY id) c
     WHERE d.id = c.id;
    UPDATE personas d SET revision = c.revision
      FROM (SELECT id, max(revision) AS revision FROM changes WHERE revision > base AND collection = 'personas' GROUP BY id) c
     WHERE d.id = c.id;
    UPDATE labels d SET revision = c.revision
      FROM (SELECT id, max(revision) AS revision FROM changes WHERE revision > base AND collection = 'labels' GROUP BY id) c
     WHERE d.id = c.id;
    PERFORM set_config('mien.batch', '', true);
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER unstamped_at_commit AFTER INSERT ON unstamped
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stamp_transaction();
ALTER TABLE unstamped ENABLE ALWAYS TRIGGER unstamped_at_commit;

DO $$
DECLARE
    collection text;
    by_hand    text := 'WHEN (current_setting(''mien.batch'', true) IS DISTINCT FROM ''on'')';
BEGIN
    FOREACH collection IN ARRAY ARRAY['users', 'personas', 'labels'] LOOP
        EXECUTE format('CREATE TRIGGER %1$s_stamp BEFORE INSERT OR UPDATE ON %1$I FOR EACH ROW %2$s
            EXECUTE FUNCTION stamp_row()', collection, by_hand);
        EXECUTE format('CREATE TRIGGER %1$s_insert AFTER INSERT ON %1$I REFERENCING NEW TABLE AS changed
            FOR EACH STATEMENT %2$s EXECUTE FUNCTION note_insert()', collection, by_hand);
        EXECUTE format('CREATE TRIGGER %1$s_update AFTER UPDATE ON %1$I REFERENCING OLD TABLE AS unchanged NEW TABLE AS
            changed FOR EACH STATEMENT %2$s EXECUTE FUNCTION note_update()', collection, by_hand);
        EXECUTE format('CREATE TRIGGER %1$s_delete AFTER DELETE ON %1$I REFERENCING OLD TABLE AS changed
            FOR EACH STATEMENT %2$s EXECUTE FUNCTION note_delete()', collection, by_hand);
        EXECUTE format('CREATE TRIGGER %1$s_truncate BEFORE TRUNCATE ON %1$I
            FOR EACH STATEMENT EXECUTE FUNCTION note_truncate()', collection);
        EXECUTE format('ALTER TABLE %1$I ENABLE ALWAYS TRIGGER %1$s_stamp, ENABLE ALWAYS TRIGGER %1$s_insert,
            ENABLE ALWAYS TRIGGER %1$s_update, ENABLE ALWAYS TRIGGER %1$s_delete, ENABLE ALWAYS TRIGGER %1$s_truncate',
            collection);
    END LOOP;
END $$;

-- The edits of a worker: what they write, in their order, then the log, then the receipts.
--
-- One call is all that a worker sends at the end of a transaction, in one message with the COMMIT. So the server begins
-- only when it has all of it, and asks nobody while it holds log_head: a worker that is stopped or cut off cannot.
--
-- The worker holds locks on the rows that it changes since before it read them, and on the keys of its receipts. What may
-- still be waited for here (a username that somebody else is just taking, a user who is just being removed, an id that
-- somebody else is just using) is waited for before log_head is taken, so nobody who waits for log_head can be waited for
-- by its holder.
--
-- Writes of one kind that follow each other are one statement, a run, as far as their order cannot matter: a statement
-- costs more than its rows. A write that does not fit its table ends all. If its run has no other, the error's detail is
-- its position, from 1; otherwise the worker sends the batch again, each write a run of its own.
--
-- A "delete" erases the row and what the log says of it, but for that it was there.
--
-- The lines of the receipts name revisions; one of this batch, which nobody knows before, is minus its position in it.
--
-- "seen" is the newest revision that the worker knows: a store never goes back.

CREATE FUNCTION write_batch(
    known_incarnation text, seen bigint, written_at text, run_ends integer[],
    operations text[], collections text[], ids text[], versions bigint[], created text[],
    actors text[], messages text[], changed_members text[], documents json[],
    receipt_keys text[], receipt_fingerprints text[],
    line_receipts integer[], line_collections text[], line_revisions bigint[], line_changed boolean[],
    without_labels text[],
    OUT incarnation text, OUT head bigint)
LANGUAGE plpgsql SET search_path FROM CURRENT
-- A few rows, found by their keys, however small the tables were when the plans were made.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    a       integer := 1;  -- the run from a to z
    z       integer;
    amount  bigint;
    broken  text;
    message text;
BEGIN
    PERFORM set_config('mien.batch', 'on', true);
    BEGIN
        FOREACH z IN ARRAY run_ends LOOP
            CASE operations[a] || ' ' || collections[a]
                WHEN 'update personas' THEN
                    UPDATE personas d SET version = u.version, updated_at = written_at, document = u.document
                      FROM unnest(ids[a:z], versions[a:z], documents[a:z]) AS u (id, version, document)
                     WHERE d.id = u.id AND d.version = u.version - 1;
                WHEN 'create personas' THEN
                    INSERT INTO personas (id, version, created_at, updated_at, document)
                    SELECT u.id, u.version, u.created_at, written_at, u.document
                      FROM unnest(ids[a:z], versions[a:z], created[a:z], documents[a:z])
                           AS u (id, version, created_at, document);
                WHEN 'delete personas' THEN
                    DELETE FROM personas d USING unnest(ids[a:z], versions[a:z]) AS u (id, version)
                     WHERE d.id = u.id AND d.version = u.version - 1;
                WHEN 'update users' THEN
                    UPDATE users d SET version = u.version, updated_at = written_at, document = u.document
                      FROM unnest(ids[a:z], versions[a:z], documents[a:z]) AS u (id, version, document)
                     WHERE d.id = u.id AND d.version = u.version - 1;
                WHEN 'create users' THEN
                    INSERT INTO users (id, version, created_at, updated_at, document)
                    SELECT u.id, u.version, u.created_at, written_at, u.document
                      FROM unnest(ids[a:z], versions[a:z], created[a:z], documents[a:z])
                           AS u (id, version, created_at, document);
                WHEN 'delete users' THEN
                    DELETE FROM users d USING unnest(ids[a:z], versions[a:z]) AS u (id, version)
                     WHERE d.id = u.id AND d.version = u.version - 1;
                WHEN 'update labels' THEN
                    UPDATE labels d SET version = u.version, updated_at = written_at, document = u.document
                      FROM unnest(ids[a:z], versions[a:z], documents[a:z]) AS u (id, version, document)
                     WHERE d.id = u.id AND d.version = u.version - 1;
                WHEN 'create labels' THEN
                    INSERT INTO labels (id, version, created_at, updated_at, document)
                    SELECT u.id, u.version, u.created_at, written_at, u.document
                      FROM unnest(ids[a:z], versions[a:z], created[a:z], documents[a:z])
                           AS u (id, version, created_at, document);
                WHEN 'delete labels' THEN
                    DELETE FROM labels d USING unnest(ids[a:z], versions[a:z]) AS u (id, version)
                     WHERE d.id = u.id AND d.version = u.version - 1;
            END CASE;
            GET DIAGNOSTICS amount = ROW_COUNT;
            IF amount <> z - a + 1 THEN
                RAISE EXCEPTION 'a version changed under its lock, in writes % to %', a, z;
            END IF;
            IF operations[a] = 'create' THEN
                -- Asked once the rows are there, so that no other row of these ids can come and go any more.
                IF EXISTS (SELECT FROM unnest(ids[a:z], versions[a:z]) AS u (id, version)
                             JOIN tombstones t ON t.collection = collections[a] AND t.id = u.id
                            WHERE t.version >= u.version) THEN
                    RAISE EXCEPTION 'a row of an id has come and gone meanwhile' USING ERRCODE = 'MN002';
                END IF;
            ELSIF operations[a] = 'delete' THEN
                INSERT INTO tombstones
                SELECT collections[a], u.id, u.version FROM unnest(ids[a:z], versions[a:z]) AS u (id, version)
                    ON CONFLICT (collection, id) DO UPDATE SET version = excluded.version;
                UPDATE changes c SET document = NULL, created_at = NULL, actor = '', message = '', fields = '[]'
                  FROM unnest(ids[a:z]) AS u (id) WHERE c.id = u.id AND c.collection = collections[a];
            END IF;
            a := z + 1;
        END LOOP;
    EXCEPTION WHEN integrity_constraint_violation OR lock_not_available THEN
        GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME, message = MESSAGE_TEXT;
        RAISE EXCEPTION USING ERRCODE = SQLSTATE, MESSAGE = message, CONSTRAINT = broken,
            DETAIL = CASE WHEN a = z THEN a::text ELSE 'one of several' END;
    END;
    -- Asked once the versions are locked, which whoever sets a label holds on to.
    IF EXISTS (SELECT FROM labels l WHERE l.owner_id = ANY (without_labels)) THEN
        RAISE EXCEPTION 'a label was set meanwhile' USING ERRCODE = 'MN002';
    END IF;
    amount := cardinality(ids);
    IF amount = 0 THEN
        SELECT h.incarnation, h.seq INTO STRICT incarnation, head FROM log_head h WHERE h.id = 1;
    ELSE
        UPDATE log_head h SET seq = seq + amount WHERE h.id = 1
            RETURNING h.incarnation, h.seq INTO STRICT incarnation, head;
    END IF;
    IF incarnation <> known_incarnation OR head - amount < seen THEN
        RAISE EXCEPTION 'the store went from %.% to %.%: another history has taken its place',
            known_incarnation, seen, incarnation, head - amount USING ERRCODE = 'MN001';
    END IF;
    IF amount > 0 THEN
        INSERT INTO changes
               (revision, collection, id, version, operation, at, created_at, actor, message, fields, document)
        SELECT head - amount + u.position, u.collection, u.id, u.version, u.operation, written_at, u.created_at, u.actor,
               u.message, u.fields, u.document
          FROM unnest(operations, collections, ids, versions, created, actors, messages, changed_members, documents)
               WITH ORDINALITY
               AS u (operation, collection, id, version, created_at, actor, message, fields, document, position);
        IF 'delete' = ANY (operations) THEN
            UPDATE changes c SET document = NULL, created_at = NULL, actor = '', message = '', fields = '[]'
              FROM unnest(operations, collections, ids, versions) AS u (operation, collection, id, version)
             WHERE u.operation = 'delete' AND c.id = u.id AND c.collection = u.collection AND c.version < u.version
               AND c.revision > head - amount;
        END IF;
        UPDATE personas d SET revision = head - amount + u.position
          FROM unnest(collections, ids, versions) WITH ORDINALITY AS u (collection, id, version, position)
         WHERE u.collection = 'personas' AND d.id = u.id AND d.version = u.version;
        UPDATE users d SET revision = head - amount + u.position
          FROM unnest(collections, ids, versions) WITH ORDINALITY AS u (collection, id, version, position)
         WHERE u.collection = 'users' AND d.id = u.id AND d.version = u.version;
        IF 'labels' = ANY (collections) THEN
            UPDATE labels d SET revision = head - amount + u.position
              FROM unnest(collections, ids, versions) WITH ORDINALITY AS u (collection, id, version, position)
             WHERE u.collection = 'labels' AND d.id = u.id AND d.version = u.version;
        END IF;
    END IF;
    IF cardinality(receipt_keys) > 0 THEN
        INSERT INTO receipts (key, fingerprint, at, written)
        SELECT r.key, r.fingerprint, written_at,
               coalesce(string_agg(l.collection || ' '
                   || CASE WHEN l.revision < 0 THEN head - amount - l.revision ELSE l.revision END || ' '
                   || l.changed || E'\n', '' ORDER BY l.position), '')
          FROM unnest(receipt_keys, receipt_fingerprints) WITH ORDINALITY AS r (key, fingerprint, receipt)
               LEFT JOIN unnest(line_receipts, line_collections, line_revisions, line_changed) WITH ORDINALITY
                   AS l (receipt, collection, revision, changed, position) ON l.receipt = r.receipt
         GROUP BY r.key, r.fingerprint;
    END IF;
    PERFORM set_config('mien.batch', '', true);
END $$;
