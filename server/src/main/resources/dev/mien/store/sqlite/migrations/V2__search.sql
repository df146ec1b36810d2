-- The words of personas, kept by triggers in the same transaction as the document, so hand-made SQL is indexed too.
--
-- The index holds no text, only where each word stands; what is found is read from the document. A row of it has a number,
-- which personas_number gives to an id when it is first seen and which outlasts a REPLACE by hand. (A rowid of personas
-- would not: REPLACE gives another, and VACUUM may.)

CREATE TABLE personas_number (
    docid INTEGER PRIMARY KEY,
    id    TEXT    NOT NULL UNIQUE
);

-- A column for each member, so that no phrase reaches from one into the next.
CREATE VIRTUAL TABLE personas_text USING fts5 (
    name, tags, content_themes, nickname, description, appearance, personality, system_prompt, scenario, greeting,
    alternate_greetings, example_dialogue, post_history_instructions,
    content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);

-- A part of the index is merged anew when half of its rows are deleted ones (10% unless told), which in an index whose rows are
-- replaced again and again halves what an edit costs.
INSERT INTO personas_text (personas_text, rank) VALUES ('deletemerge', 50);

-- The names once more, alone: to ask the other index for what is in a name, it has to walk through all that has the word anywhere.
CREATE VIRTUAL TABLE personas_names USING fts5 (
    name, content = '', contentless_delete = 1, prefix = '2 3', tokenize = 'unicode61 remove_diacritics 2'
);

-- What is indexed. Texts of a list have a character between them that counts as a word and that nobody can ask for, so that no
-- phrase reaches from one into the next.
CREATE VIEW personas_searched AS
SELECT n.docid, n.id,
       d.document ->> '$.name' AS name,
       (SELECT group_concat(value, ' ' || char(0xE000) || ' ') FROM json_each(d.document, '$.tags')) AS tags,
       (SELECT group_concat(value, ' ' || char(0xE000) || ' ') FROM json_each(d.document, '$.content_themes')) AS content_themes,
       d.document ->> '$.nickname' AS nickname,
       d.document ->> '$.description' AS description,
       d.document ->> '$.appearance' AS appearance,
       d.document ->> '$.personality' AS personality,
       d.document ->> '$.system_prompt' AS system_prompt,
       d.document ->> '$.scenario' AS scenario,
       d.document ->> '$.greeting' AS greeting,
       (SELECT group_concat(value, ' ' || char(0xE000) || ' ') FROM json_each(d.document, '$.alternate_greetings')) AS alternate_greetings,
       d.document ->> '$.example_dialogue' AS example_dialogue,
       d.document ->> '$.post_history_instructions' AS post_history_instructions
  FROM personas d JOIN personas_number n ON n.id = d.id;

INSERT INTO personas_number (id) SELECT id FROM personas ORDER BY id;
INSERT INTO personas_text (rowid, name, tags, content_themes, nickname, description, appearance, personality, system_prompt, scenario,
    greeting, alternate_greetings, example_dialogue, post_history_instructions)
SELECT docid, name, tags, content_themes, nickname, description, appearance, personality, system_prompt, scenario,
    greeting, alternate_greetings, example_dialogue, post_history_instructions FROM personas_searched;
INSERT INTO personas_names (rowid, name) SELECT docid, name FROM personas_searched;

-- FTS5 gathers what a transaction adds and writes it at the end, as long as the numbers of the rows rise; a lower one makes it
-- write at once, which costs more than all the words of a row. So a transaction of many changes puts a row with the number
-- 0 in here, changes what it changes, and deletes the row: with that, what has changed is indexed in the order of its
-- numbers. Nobody else ever sees a row in here. Without row 0, as with a statement by hand, each change is indexed at once.
CREATE TABLE personas_reindex (
    docid INTEGER PRIMARY KEY
);

-- The words of a removed row stay in the files of an index until its parts are merged; with these counts somebody sees to that.
-- See SqliteScrubber.
CREATE TABLE personas_removed (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    removed  INTEGER NOT NULL,
    began    INTEGER NOT NULL,
    merged   INTEGER NOT NULL,
    segments TEXT    NOT NULL
);

INSERT INTO personas_removed VALUES (1, 0, 0, 0, '');

-- No statement here relies on a conflict clause: that of the statement which fires a trigger would take its place.

CREATE TRIGGER personas_text_insert AFTER INSERT ON personas
BEGIN
    INSERT INTO personas_number (id) SELECT NEW.id WHERE NOT EXISTS (SELECT 1 FROM personas_number WHERE id = NEW.id);
    DELETE FROM personas_names WHERE rowid = (SELECT docid FROM personas_number WHERE id = NEW.id);
    INSERT INTO personas_names (rowid, name) SELECT docid, name FROM personas_searched WHERE id = NEW.id;
    INSERT INTO personas_reindex
    SELECT docid FROM personas_number WHERE id = NEW.id AND docid NOT IN (SELECT docid FROM personas_reindex);
END;

-- Only where a text that is indexed has changed: to compare them costs a small part of what indexing does.
CREATE TRIGGER personas_text_update AFTER UPDATE OF document ON personas
WHEN json_extract(NEW.document, '$.name', '$.tags', '$.content_themes', '$.nickname', '$.description', '$.appearance', '$.personality', '$.system_prompt',
        '$.scenario', '$.greeting', '$.alternate_greetings', '$.example_dialogue', '$.post_history_instructions')
    IS NOT json_extract(OLD.document, '$.name', '$.tags', '$.content_themes', '$.nickname', '$.description', '$.appearance', '$.personality', '$.system_prompt',
        '$.scenario', '$.greeting', '$.alternate_greetings', '$.example_dialogue', '$.post_history_instructions')
BEGIN
    INSERT INTO personas_reindex
    SELECT docid FROM personas_number WHERE id = NEW.id AND docid NOT IN (SELECT docid FROM personas_reindex);
END;

CREATE TRIGGER personas_reindex_now AFTER INSERT ON personas_reindex
WHEN NEW.docid > 0 AND NOT EXISTS (SELECT 1 FROM personas_reindex WHERE docid = 0)
BEGIN
    INSERT INTO personas_reindex VALUES (0);
    DELETE FROM personas_reindex WHERE docid = 0;
END;

CREATE TRIGGER personas_reindex_all AFTER DELETE ON personas_reindex
WHEN OLD.docid = 0
BEGIN
    DELETE FROM personas_text WHERE rowid IN (SELECT docid FROM personas_reindex);
    INSERT INTO personas_text (rowid, name, tags, content_themes, nickname, description, appearance, personality, system_prompt,
        scenario, greeting, alternate_greetings, example_dialogue, post_history_instructions)
    SELECT s.docid, name, tags, content_themes, nickname, description, appearance, personality, system_prompt,
        scenario, greeting, alternate_greetings, example_dialogue, post_history_instructions
      FROM personas_reindex r CROSS JOIN personas_searched s ON s.docid = r.docid ORDER BY r.docid;
    DELETE FROM personas_reindex;
END;

CREATE TRIGGER personas_names_update AFTER UPDATE OF document ON personas
WHEN NEW.name IS NOT OLD.name
BEGIN
    DELETE FROM personas_names WHERE rowid = (SELECT docid FROM personas_number WHERE id = NEW.id);
    INSERT INTO personas_names (rowid, name) SELECT docid, name FROM personas_searched WHERE id = NEW.id;
END;

CREATE TRIGGER personas_text_delete AFTER DELETE ON personas
BEGIN
    DELETE FROM personas_text WHERE rowid = (SELECT docid FROM personas_number WHERE id = OLD.id);
    DELETE FROM personas_names WHERE rowid = (SELECT docid FROM personas_number WHERE id = OLD.id);
    DELETE FROM personas_number WHERE id = OLD.id;
    UPDATE personas_removed SET removed = removed + 1;
END;

-- What lists can begin with.
CREATE INDEX labels_name ON labels (document ->> '$.label', owner_id) WHERE target IS NOT NULL;
CREATE INDEX changes_at ON changes (at, collection, id);
