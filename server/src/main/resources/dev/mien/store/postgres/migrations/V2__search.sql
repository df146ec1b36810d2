-- The words of personas, kept by triggers in the same transaction as the document, so hand-made SQL is indexed too.
--
-- Two columns, not computed ones: an update that changes no text then leaves them as they are, also where they are stored
-- outside of the row, so the row can stay in its page and no index is touched (a heap-only update).
--
-- name_words stands apart, because the index on words does not know which of them are in the name, and asks each row.

ALTER TABLE personas
    ADD COLUMN words      tsvector NOT NULL DEFAULT '',
    ADD COLUMN name_words tsvector NOT NULL DEFAULT '';

-- The form in which words are compared: without accents, in lower case. The collation is one that knows all scripts, whatever
-- the locale of the database is.
DO $do$
DECLARE
    collation_name text := coalesce((
        SELECT quote_ident(collname) FROM pg_collation WHERE collname IN ('und-x-icu', 'pg_c_utf8')
         ORDER BY collname = 'und-x-icu' DESC LIMIT 1), '"default"');
    decomposed text := CASE WHEN getdatabaseencoding() = 'UTF8'
        THEN 'CASE WHEN octet_length($1) = length($1) THEN $1
              ELSE regexp_replace(normalize($1, NFD), ''[\u0300-\u036f]'', '''', ''g'') END'
        ELSE '$1' END;
BEGIN
    EXECUTE format('CREATE FUNCTION fold_words(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS
        $$ SELECT lower((%s) COLLATE %s) $$', decomposed, collation_name);
END $do$;

-- What is indexed: the name, tags and themes, and the rest. Between texts stands a word that is taken out again below, so
-- that no phrase reaches from one into the next.
CREATE FUNCTION searched_texts(document jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ARRAY[
        document ->> 'name',
        (SELECT string_agg(value, ' x0boundary0x ' ORDER BY place, number) FROM (
            SELECT 1 AS place, number, value FROM jsonb_array_elements_text(CASE jsonb_typeof(document -> 'tags')
                WHEN 'array' THEN document -> 'tags' ELSE '[]' END) WITH ORDINALITY AS t (value, number)
            UNION ALL
            SELECT 2, number, value FROM jsonb_array_elements_text(CASE jsonb_typeof(document -> 'content_themes')
                WHEN 'array' THEN document -> 'content_themes' ELSE '[]' END) WITH ORDINALITY AS t (value, number)) texts),
        concat_ws(' x0boundary0x ',
            document ->> 'nickname', document ->> 'description', document ->> 'appearance',
            document ->> 'personality', document ->> 'system_prompt', document ->> 'scenario',
            document ->> 'greeting',
            (SELECT string_agg(value, ' x0boundary0x ' ORDER BY number)
               FROM jsonb_array_elements_text(CASE jsonb_typeof(document -> 'alternate_greetings')
                    WHEN 'array' THEN document -> 'alternate_greetings' ELSE '[]' END) WITH ORDINALITY AS t (value, number)),
            document ->> 'example_dialogue', document ->> 'post_history_instructions')]
$$;

-- PostgreSQL's parser sees addresses, paths, tags and numbers with signs, where a search is for words. Without these characters
-- it has nothing to see them by. (translate() and a regular expression cost 50 times as much.)
CREATE FUNCTION plain_words(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT replace(replace(replace(replace(replace(replace(replace(replace(replace(fold_words($1),
        '.', ' '), '-', ' '), '/', ' '), '@', ' '), '<', ' '), '&', ' '), '+', ' '), ':', ' '), '_', ' ')
$$;

CREATE FUNCTION words_of(text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ts_delete(to_tsvector('pg_catalog.simple', plain_words($1)), 'x0boundary0x')
$$;

-- What to look for: a phrase in each line, and whether the last word of the last may be the beginning of one. The phrases go
-- through the same parser as the documents, so nothing in them is syntax. NULL, which finds nothing, where there is no word.
CREATE FUNCTION search_query(phrases text, beginning boolean) RETURNS tsquery LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path FROM CURRENT AS $$
DECLARE
    lines text[] := string_to_array(phrases, chr(10));
    wanted tsquery;
    part  text;
BEGIN
    FOR i IN 1 .. cardinality(lines) LOOP
        part := phraseto_tsquery('pg_catalog.simple', plain_words(lines[i]))::text;
        IF part <> '' THEN
            part := part || CASE WHEN beginning AND i = cardinality(lines) THEN ':*' ELSE '' END;
            wanted := coalesce(wanted && part::tsquery, part::tsquery);
        END IF;
    END LOOP;
    RETURN wanted;
END $$;

-- An index of words has a size that it cannot exceed (1 MB); of longer texts only the beginning is indexed. No document is refused
-- for its length.
CREATE FUNCTION index_words() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
    after  jsonb := NEW.document::jsonb;
    before jsonb;
    texts  text[];
    most   integer;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before := OLD.document::jsonb;
        IF after -> 'name' IS NOT DISTINCT FROM before -> 'name'
                AND after -> 'tags' IS NOT DISTINCT FROM before -> 'tags'
                AND after -> 'content_themes' IS NOT DISTINCT FROM before -> 'content_themes'
                AND after -> 'nickname' IS NOT DISTINCT FROM before -> 'nickname'
                AND after -> 'description' IS NOT DISTINCT FROM before -> 'description'
                AND after -> 'appearance' IS NOT DISTINCT FROM before -> 'appearance'
                AND after -> 'personality' IS NOT DISTINCT FROM before -> 'personality'
                AND after -> 'system_prompt' IS NOT DISTINCT FROM before -> 'system_prompt'
                AND after -> 'scenario' IS NOT DISTINCT FROM before -> 'scenario'
                AND after -> 'greeting' IS NOT DISTINCT FROM before -> 'greeting'
                AND after -> 'alternate_greetings' IS NOT DISTINCT FROM before -> 'alternate_greetings'
                AND after -> 'example_dialogue' IS NOT DISTINCT FROM before -> 'example_dialogue'
                AND after -> 'post_history_instructions' IS NOT DISTINCT FROM before -> 'post_history_instructions' THEN
            RETURN NEW;
        END IF;
    END IF;
    texts := searched_texts(after);
    FOREACH most IN ARRAY ARRAY[1000000000, 100000, 1000] LOOP
        BEGIN
            NEW.name_words := coalesce(words_of(left(texts[1], most)), '');
            NEW.words := setweight(NEW.name_words, 'A')
                || setweight(coalesce(words_of('x0boundary0x ' || left(texts[2], most)), ''), 'B')
                || coalesce(words_of('x0boundary0x ' || left(texts[3], most)), '');
            RETURN NEW;
        EXCEPTION WHEN program_limit_exceeded THEN
            NEW.name_words := '';
            NEW.words := '';
        END;
    END LOOP;
    RETURN NEW;
END $$;

-- In the order of their names, so the words of a row changed by hand are those of its final document.
CREATE TRIGGER personas_words_insert BEFORE INSERT ON personas FOR EACH ROW EXECUTE FUNCTION index_words();
CREATE TRIGGER personas_words_update BEFORE UPDATE ON personas FOR EACH ROW
    WHEN (NEW.document::text IS DISTINCT FROM OLD.document::text) EXECUTE FUNCTION index_words();
ALTER TABLE personas ENABLE ALWAYS TRIGGER personas_words_insert, ENABLE ALWAYS TRIGGER personas_words_update;

-- What is there already. It is no change of a document, so the triggers of the log are not asked.
ALTER TABLE personas DISABLE TRIGGER USER;
UPDATE personas d SET name_words = n.name_words, words = setweight(n.name_words, 'A')
        || setweight(coalesce(words_of('x0boundary0x ' || left(n.texts[2], 100000)), ''), 'B')
        || coalesce(words_of('x0boundary0x ' || left(n.texts[3], 100000)), '')
  FROM (SELECT id, t.texts, coalesce(words_of(left(t.texts[1], 1000)), '') AS name_words
          FROM personas, LATERAL (SELECT searched_texts(document::jsonb) AS texts) t) n
 WHERE n.id = d.id;
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT tgname FROM pg_trigger WHERE tgrelid = 'personas'::regclass AND NOT tgisinternal LOOP
        EXECUTE format('ALTER TABLE personas ENABLE ALWAYS TRIGGER %I', name);
    END LOOP;
END $$;

-- What is new gathers in a list that every search reads too, and goes into the index in bulk: a third of the cost. The list is
-- short, so that to read it takes no time, and to work it off not long.
CREATE INDEX personas_words ON personas USING gin (words) WITH (fastupdate = on, gin_pending_list_limit = 256);
CREATE INDEX personas_name_words ON personas USING gin (name_words) WITH (fastupdate = on, gin_pending_list_limit = 64);

-- What lists can begin with.
CREATE INDEX labels_name ON labels ((document ->> 'label') COLLATE "C", owner_id) WHERE target IS NOT NULL;
CREATE INDEX changes_at ON changes (at COLLATE "C", collection, id);
