-- Pictures and other files of personas, each once, under the address that its content gives it: its SHA-256 in hexadecimal.
-- What a document names, in its member "avatar" or among the values of "card.files", is stored here or the document is
-- refused. None of this is in the change log, since an address never means anything else.

CREATE TABLE assets (
    address text    NOT NULL PRIMARY KEY COLLATE "C" CHECK (address ~ '^[0-9a-f]{64}$'),
    type    text    NOT NULL,  -- a media type, as its first bytes say
    size    bigint  NOT NULL,
    width   bigint,            -- in pixels, where it is a picture that says so
    height  bigint,
    put_at  text    NOT NULL,  -- when somebody last brought it; one that nobody uses is removed a day later
    bytes   bytea   NOT NULL CHECK (length(bytes) = size)
);
-- Pictures are compressed already.
ALTER TABLE assets ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE FUNCTION refuse_other_content() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the content of an address does not change; insert a new row instead';
END $$;
CREATE TRIGGER assets_stay BEFORE UPDATE OF address, size, bytes ON assets FOR EACH ROW
    EXECUTE FUNCTION refuse_other_content();

-- Which persona names an asset, or named it in an earlier version, which may be looked at or restored. Kept by triggers.
-- With its last use an asset ends.
CREATE TABLE asset_uses (
    persona_id text NOT NULL COLLATE "C",
    address    text NOT NULL COLLATE "C" REFERENCES assets (address),
    PRIMARY KEY (persona_id, address)
);
CREATE INDEX asset_uses_address ON asset_uses (address);

-- Whoever removes uses takes hold of the assets before it asks for other uses. So of two that remove the last two uses at
-- once, the second sees that there is none left, and who adds one meanwhile finds the asset or its end. All take several in
-- the order of their addresses.

CREATE FUNCTION end_assets() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM FROM assets WHERE address IN (SELECT address FROM ended) ORDER BY address FOR UPDATE;
    DELETE FROM assets a
     WHERE a.address IN (SELECT address FROM ended)
       AND NOT EXISTS (SELECT FROM asset_uses u WHERE u.address = a.address);
    RETURN NULL;
END $$;
CREATE TRIGGER asset_uses_end AFTER DELETE ON asset_uses REFERENCING OLD TABLE AS ended
    FOR EACH STATEMENT EXECUTE FUNCTION end_assets();
ALTER TABLE asset_uses ENABLE ALWAYS TRIGGER asset_uses_end;

CREATE FUNCTION named_assets(document json) RETURNS TABLE (address text, pointer text) LANGUAGE sql IMMUTABLE AS $$
    SELECT document ->> 'avatar', '/avatar' WHERE document ->> 'avatar' IS NOT NULL
    UNION ALL
    SELECT f.value #>> '{}', '/card/files'
      FROM json_each(CASE json_typeof(document #> '{card,files}')
                         WHEN 'object' THEN document #> '{card,files}' ELSE '{}'::json END) f
     WHERE json_typeof(f.value) = 'string'
$$;

-- What the document named before is not asked about again, so that one which names something that is gone can be edited.
-- Of class 23, so that an edit which does not fit is told apart from its neighbours; its constraint is the member's pointer.
CREATE FUNCTION use_assets() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    fresh   text[];
    missing text;
BEGIN
    -- A copy of a whole store brings the uses too. A document of it may name a file that has been erased.
    IF current_setting('mien.copy', true) = 'on' THEN
        RETURN NULL;
    END IF;
    SELECT array_agg(DISTINCT n.address ORDER BY n.address) INTO fresh FROM named_assets(NEW.document) n
     WHERE NOT EXISTS (SELECT FROM asset_uses u WHERE u.persona_id = NEW.id AND u.address = n.address);
    IF fresh IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM FROM assets WHERE address = ANY (fresh) ORDER BY address FOR KEY SHARE;
    SELECT n.pointer INTO missing FROM named_assets(NEW.document) n
     WHERE NOT EXISTS (SELECT FROM assets a WHERE a.address = n.address)
       AND (TG_OP = 'INSERT' OR n.address NOT IN (SELECT o.address FROM named_assets(OLD.document) o))
     ORDER BY n.pointer LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'names an asset that is not stored' USING ERRCODE = '23M01', CONSTRAINT = missing;
    END IF;
    INSERT INTO asset_uses (persona_id, address)
    SELECT NEW.id, a.address FROM assets a WHERE a.address = ANY (fresh) ORDER BY a.address
        ON CONFLICT (persona_id, address) DO NOTHING;
    RETURN NULL;
END $$;

CREATE FUNCTION unuse_assets() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM asset_uses;
    ELSE
        DELETE FROM asset_uses WHERE persona_id IN (SELECT id FROM removed);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER personas_assets_insert AFTER INSERT ON personas FOR EACH ROW
    WHEN (NEW.document ->> 'avatar' IS NOT NULL OR NEW.document #> '{card,files}' IS NOT NULL)
    EXECUTE FUNCTION use_assets();
CREATE TRIGGER personas_assets_update AFTER UPDATE OF document ON personas FOR EACH ROW
    WHEN (NEW.document ->> 'avatar' IS NOT NULL OR NEW.document #> '{card,files}' IS NOT NULL)
    EXECUTE FUNCTION use_assets();
CREATE TRIGGER personas_assets_delete AFTER DELETE ON personas REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION unuse_assets();
CREATE TRIGGER personas_assets_truncate AFTER TRUNCATE ON personas
    FOR EACH STATEMENT EXECUTE FUNCTION unuse_assets();
ALTER TABLE personas ENABLE ALWAYS TRIGGER personas_assets_insert, ENABLE ALWAYS TRIGGER personas_assets_update,
    ENABLE ALWAYS TRIGGER personas_assets_delete, ENABLE ALWAYS TRIGGER personas_assets_truncate;
