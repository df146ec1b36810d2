-- Pictures and other files of personas, each once, under the address that its content gives it: its SHA-256 in hexadecimal.
-- What a document names, in its member "avatar" or among the values of "card.files", is stored here or the document is
-- refused. None of this is in the change log, since an address never means anything else.
--
-- The large column is the last one, so that whoever asks for the others does not touch it. Not WITHOUT ROWID, where each search would
-- walk through the bytes of other rows.
CREATE TABLE assets (
    address TEXT    NOT NULL PRIMARY KEY CHECK (length(address) = 64 AND address NOT GLOB '*[^0-9a-f]*'),
    type    TEXT    NOT NULL,  -- a media type, as its first bytes say
    size    INTEGER NOT NULL,
    width   INTEGER,           -- in pixels, where it is a picture that says so
    height  INTEGER,
    put_at  TEXT    NOT NULL,  -- when somebody last brought it; one that nobody uses is removed a day later
    bytes   BLOB    NOT NULL CHECK (typeof(bytes) = 'blob' AND length(bytes) = size)
);

CREATE TRIGGER assets_stay BEFORE UPDATE OF address, size, bytes ON assets
BEGIN
    SELECT RAISE(ABORT, 'the content of an address does not change; insert a new row instead');
END;

CREATE TRIGGER assets_used BEFORE DELETE ON assets
WHEN EXISTS (SELECT 1 FROM asset_uses WHERE address = OLD.address)
BEGIN
    SELECT RAISE(ABORT, 'the asset is used; delete its rows of asset_uses instead');
END;

-- Which persona names an asset, or named it in an earlier version, which may be looked at or restored. Kept by triggers.
-- With its last use an asset ends.
CREATE TABLE asset_uses (
    persona_id TEXT NOT NULL,
    address    TEXT NOT NULL,
    PRIMARY KEY (persona_id, address)
) WITHOUT ROWID;
CREATE INDEX asset_uses_address ON asset_uses (address);

CREATE TRIGGER asset_uses_end AFTER DELETE ON asset_uses
WHEN NOT EXISTS (SELECT 1 FROM asset_uses WHERE address = OLD.address)
BEGIN
    DELETE FROM assets WHERE address = OLD.address;
END;

-- Their messages are read by those who write: "refused: ", the pointer of a member, and what is wrong with it.

CREATE TRIGGER personas_assets_insert AFTER INSERT ON personas
WHEN NEW.document ->> '$.avatar' IS NOT NULL OR NEW.document -> '$.card.files' IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'refused: /avatar names an asset that is not stored')
     WHERE NEW.document ->> '$.avatar' IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM assets WHERE address = NEW.document ->> '$.avatar');
    SELECT RAISE(ABORT, 'refused: /card/files names an asset that is not stored')
      FROM json_each(NEW.document, '$.card.files') f
     WHERE f.type = 'text' AND NOT EXISTS (SELECT 1 FROM assets WHERE address = f.value);
    INSERT INTO asset_uses
    SELECT NEW.id, address
      FROM assets
     WHERE address IN (SELECT NEW.document ->> '$.avatar'
                       UNION SELECT value FROM json_each(NEW.document, '$.card.files') WHERE type = 'text')
       AND address NOT IN (SELECT address FROM asset_uses WHERE persona_id = NEW.id);
END;

-- What the document named before is not asked about again, so that one which names something that is gone can be edited.
CREATE TRIGGER personas_assets_update AFTER UPDATE OF document ON personas
WHEN NEW.document ->> '$.avatar' IS NOT NULL OR NEW.document -> '$.card.files' IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'refused: /avatar names an asset that is not stored')
     WHERE NEW.document ->> '$.avatar' IS NOT OLD.document ->> '$.avatar'
       AND NEW.document ->> '$.avatar' IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM assets WHERE address = NEW.document ->> '$.avatar');
    SELECT RAISE(ABORT, 'refused: /card/files names an asset that is not stored')
      FROM json_each(NEW.document, '$.card.files') f
     WHERE f.type = 'text' AND NOT EXISTS (SELECT 1 FROM assets WHERE address = f.value)
       AND f.value NOT IN (SELECT value FROM json_each(OLD.document, '$.card.files') WHERE type = 'text');
    INSERT INTO asset_uses
    SELECT NEW.id, address
      FROM assets
     WHERE address IN (SELECT NEW.document ->> '$.avatar'
                       UNION SELECT value FROM json_each(NEW.document, '$.card.files') WHERE type = 'text')
       AND address NOT IN (SELECT address FROM asset_uses WHERE persona_id = NEW.id);
END;

CREATE TRIGGER personas_assets_delete AFTER DELETE ON personas
BEGIN
    DELETE FROM asset_uses WHERE persona_id = OLD.id;
END;
